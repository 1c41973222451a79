"""Live diagrams for Sphinx: name this module under `extensions` in conf.py. docs/embedding.md says the rest."""

import hashlib
import os
import subprocess

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

OPTIONS = "seed set side at from to job controls theme width legend background".split()


class Counterpoint(SphinxDirective):
    optional_arguments = 1
    has_content = True
    option_spec = dict.fromkeys(OPTIONS, directives.unchanged_required)

    def run(self):
        element = nodes.raw("", self.drawn("html").decode(), format="html")
        picture = self.drawn("png", "--scale=2")
        # A builder that makes no web pages has the picture; all builders share what is read here.
        path = os.path.join(self.env.doctreedir, f"counterpoint-{hashlib.sha1(picture).hexdigest()}.png")
        with open(path, "wb") as file:
            file.write(picture)
        image = nodes.image(uri="/" + os.path.relpath(path, self.env.srcdir), alt=" ".join(self.arguments))
        return [element, addnodes.only("", image, expr="not html")]

    def drawn(self, form, *more):
        scenario = self.arguments[0] if self.arguments else "-"
        others = ("set", "at", "controls") if form == "png" else ("set",)
        words = [f"--{key}={value}" for key, value in self.options.items() if key not in others]
        words += [f"--set={each.strip()}" for each in self.options.get("set", "").split(";") if each.strip()]
        command = ["counterpoint", "run", scenario, "--format", form, *more, *words]
        try:
            drawn = subprocess.run(command, input="\n".join(self.content).encode(), capture_output=True)
        except OSError as error:
            raise self.error(f"counterpoint could not be called: {error}") from error
        if drawn.returncode:
            raise self.error(drawn.stderr.decode().strip())
        return drawn.stdout


def setup(app):
    app.add_directive("counterpoint", Counterpoint)
    app.add_js_file("counterpoint/counterpoint-diagram.js", type="module")
    return {"parallel_read_safe": True}
