//! Checks the page's scripts with ESLint, under Node: a browser tells only when it comes by a line that a name in it is nowhere,
//! and a name that stands twice keeps a whole file from being run.

use crate::setup::{Consent, Setup};
use crate::workspace::{command, root, run};
use anyhow::Result;

/// Lets ESLint read every script.
pub fn check(consent: Consent) -> Result<()> {
    let modules = Setup::begin(consent)?.eslint()?;
    let mut node = command("node");
    run(node.arg(root().join("xtask/npm/eslint/check.mjs")).arg(modules).arg(root()))
}
