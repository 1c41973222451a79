//! The page, built into `dist/`.

use crate::first_load;
use crate::setup::{Consent, PageTools, Setup};
use crate::workspace::{cargo, command, run};
use anyhow::Result;
use std::process::Command;

/// Sets up, builds, and tells the size.
pub fn build(consent: Consent) -> Result<()> {
    let tools = Setup::begin(consent)?.page()?;
    bundle(&tools)?;
    first_load::report().map(drop)
}

/// Builds the page with tools that are there.
pub fn bundle(tools: &PageTools) -> Result<()> {
    prepare()?;
    run(tools.lend(trunk("build").args(["--release", "--log", "warn"])))
}

/// Fetches what the page is made of, for Trunk and the Cargo that it runs stay offline.
pub fn prepare() -> Result<()> {
    run(&mut cargo(&["fetch", "--locked", "--quiet"]))
}

/// Trunk, told never to download: a tool that is missing is then an error, not a wait for a host that may not be there.
pub fn trunk(task: &str) -> Command {
    let mut trunk = command("trunk");
    trunk.args([task, "--offline", "true"]);
    // Trunk takes the customary `NO_COLOR=1` for a mistake.
    if std::env::var_os("NO_COLOR").is_some() {
        trunk.env("NO_COLOR", "true");
    }
    trunk
}
