"""Live diagrams for MkDocs: name this file under `hooks` in mkdocs.yml. docs/embedding.md says the rest."""

import subprocess

from pymdownx.superfences import SuperFencesException


def on_config(config):
    fences = config.mdx_configs.setdefault("pymdownx.superfences", {}).setdefault("custom_fences", [])
    fences.append({"name": "counterpoint", "class": "counterpoint", "validator": accept, "format": draw})
    return config


def accept(language, inputs, options, attributes, markdown):
    options.update(inputs)
    return True


def draw(source, language, css_class, options, markdown, **more):
    words = [f"--{key}={value}" for key, value in options.items() if key not in ("scenario", "set")]
    words += [f"--set={each.strip()}" for each in options.get("set", "").split(";") if each.strip()]
    command = ["counterpoint", "run", options.get("scenario", "-"), "--format", "html", *words]
    # Any other exception would leave the block as it is, and nobody would know.
    try:
        drawn = subprocess.run(command, input=source, capture_output=True, encoding="utf-8")
    except OSError as error:
        raise SuperFencesException(f"counterpoint could not be called: {error}") from error
    if drawn.returncode:
        raise SuperFencesException(drawn.stderr.strip())
    return drawn.stdout
