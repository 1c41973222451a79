// The site that the browser tests look at.
import counterpoint from "./remark_counterpoint.mjs";

const baseUrl = "/deep/sub/hosts/docusaurus/";

export default {
  title: "Orders",
  url: "http://127.0.0.1",
  baseUrl,
  // A file *.md is Markdown, and *.mdx is MDX.
  markdown: { format: "detect" },
  plugins: [["@docusaurus/plugin-content-docs", { routeBasePath: "/", sidebarPath: false, remarkPlugins: [counterpoint] }]],
  themes: ["@docusaurus/theme-classic"],
  scripts: [{ src: `${baseUrl}counterpoint/counterpoint-diagram.js`, type: "module" }],
  themeConfig: { navbar: { title: "Orders" } },
};
