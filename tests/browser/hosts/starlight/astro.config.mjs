// The site that the browser tests look at.
import starlight from "@astrojs/starlight";
import { defineConfig } from "astro/config";
import counterpoint from "./remark_counterpoint.mjs";

const base = "/deep/sub/hosts/starlight";

export default defineConfig({
  site: "http://127.0.0.1",
  base,
  markdown: { remarkPlugins: [counterpoint] },
  integrations: [
    starlight({
      title: "Orders",
      head: [{ tag: "script", attrs: { type: "module", src: `${base}/counterpoint/counterpoint-diagram.js` } }],
    }),
  ],
});
