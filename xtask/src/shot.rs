//! A picture of the page, taken by the program of the browser tests.

use crate::setup::{Consent, Setup};
use crate::site;
use crate::workspace::{cargo, run};
use anyhow::Result;
use std::ffi::OsString;

/// Leaves the page as it is in `dist/`, for those who take many pictures of one build.
const AS_BUILT: &str = "--as-built";

/// Builds the page and passes everything on.
pub fn shoot(arguments: &[OsString], consent: Consent) -> Result<()> {
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    let mut shot = cargo(&["run", "--quiet", "--locked", "--package", "counterpoint-browser-tests"]);
    // Where the command was typed, for that is what the name of the picture is relative to.
    shot.current_dir(std::env::current_dir()?)
        .args(["--bin", "shot", "--"])
        .args(arguments.iter().filter(|argument| *argument != AS_BUILT))
        .env("RUST_BACKTRACE", "0");
    if !has("--help") {
        Setup::begin(consent)?.browsers()?.lend(&mut shot);
        if !has(AS_BUILT) {
            let tools = Setup::begin(consent)?.page()?;
            site::bundle(&tools)?;
        }
    }
    run(&mut shot)
}
