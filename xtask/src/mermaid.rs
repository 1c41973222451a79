//! Checks that Mermaid takes our diagrams: each is read by Mermaid's own parser, under Node.

use crate::setup::{Consent, Setup};
use crate::texts;
use crate::workspace::{command, root, run};
use anyhow::Result;

/// Writes every diagram and lets Mermaid read it.
pub fn check(consent: Consent) -> Result<()> {
    let modules = Setup::begin(consent)?.mermaid()?;
    let folder = texts::write("mermaid")?;
    let mut node = command("node");
    run(node.arg(root().join("xtask/npm/mermaid/check.mjs")).arg(modules).arg(&folder))
}
