//! A picture of the page, taken by the program of the browser tests.

use crate::setup::{Consent, Setup};
use crate::site;
use crate::workspace::{cargo, run};
use anyhow::Result;
use std::ffi::OsString;

/// Builds the page and passes everything on.
pub fn shoot(arguments: &[OsString], consent: Consent) -> Result<()> {
    let setup = Setup::begin(consent)?;
    let (page_tools, browser_tools) = (setup.page()?, setup.browsers()?);
    drop(setup);
    site::bundle(&page_tools)?;
    let mut shot = cargo(&["run", "--quiet", "--locked", "--package", "counterpoint-browser-tests"]);
    // Where the command was typed, for that is what the name of the picture is relative to.
    shot.current_dir(std::env::current_dir()?).args(["--bin", "shot", "--"]).args(arguments);
    run(browser_tools.lend(&mut shot))
}
