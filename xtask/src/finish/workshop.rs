//! Makes one file of the workshop: its modules in `static/workshop/` and the libraries that they use.
//!
//! *Invariant:* its libraries are those whose hashes are written in `static/workshop/package-lock.json`.

use crate::setup::{Consent, Setup};
use crate::workspace::{command, root, run};
use anyhow::Result;
use std::path::Path;

/// Whose code it has in it besides ours, which their licence wants to be said wherever it is.
const OTHERS: &str =
    "/*! With CodeMirror and Lezer (MIT, © Marijn Haverbeke and others) and jsonc-parser (MIT, © Microsoft). */";

/// What the page has in its place where there is no Node to make it.
const STAND_IN: &str = "xtask/without-node/workshop.js";

/// Writes the script.
pub fn bundle(to: &Path) -> Result<()> {
    // Not asked of whoever builds the page, so that a plain `trunk build` has it too; it was set up before, as a rule.
    let Some(modules) = Setup::begin(Consent::AsRoot)?.workshop()? else {
        std::fs::copy(root().join(STAND_IN), to)?;
        return Ok(());
    };
    let mut esbuild = command(modules.join(".bin/esbuild"));
    esbuild
        .arg("static/workshop/work.js")
        .args(["--bundle", "--minify", "--format=esm", "--target=es2022", "--loader:.css=text", "--log-level=warning"])
        .args(["--legal-comments=none", &format!("--banner:js={OTHERS}")])
        .arg(format!("--outfile={}", to.display()))
        .env("NODE_PATH", &modules);
    run(&mut esbuild)
}
