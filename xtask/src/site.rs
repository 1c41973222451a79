//! Builds the page into `dist/`.

use crate::first_load;
use crate::npm;
use crate::setup::{Consent, PageTools, Setup};
use crate::workspace::{cargo, command, run};
use anyhow::Result;
use std::process::Command;

/// Sets up what is missing, builds the page, and prints its size.
pub fn build(consent: Consent) -> Result<()> {
    let tools = Setup::begin(consent)?.page()?;
    bundle(&tools)?;
    first_load::report().map(drop)
}

/// Builds the page, and the package for npm, with these tools.
pub fn bundle(tools: &PageTools) -> Result<()> {
    prepare()?;
    run(tools.lend(trunk("build").args(["--release", "--log", "warn"])))?;
    npm::pack()
}

/// Fetches the crates that the page is made of, because Trunk and the Cargo that it runs stay offline.
pub fn prepare() -> Result<()> {
    run(&mut cargo(&["fetch", "--locked", "--quiet"]))
}

/// A Trunk command that never downloads anything: a tool that is missing is then an error, and not a wait for a host
/// that may not be there.
pub fn trunk(task: &str) -> Command {
    let mut trunk = command("trunk");
    trunk.args([task, "--offline", "true"]);
    // Trunk takes the customary `NO_COLOR=1` for a mistake.
    if std::env::var_os("NO_COLOR").is_some() {
        trunk.env("NO_COLOR", "true");
    }
    trunk
}
