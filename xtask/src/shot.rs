//! Takes a picture of the page, by a program of the browser tests.

use crate::setup::{Consent, Setup};
use crate::site;
use crate::workspace::{cargo, run};
use anyhow::Result;
use std::ffi::OsString;

/// The argument that leaves the page in `dist/` as it is, for those who take many pictures of one build.
const AS_BUILT: &str = "--as-built";

/// Builds the page and passes the other arguments on to the program.
pub fn shoot(arguments: &[OsString], consent: Consent) -> Result<()> {
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    let mut shot = cargo(&["run", "--quiet", "--locked", "--package", "counterpoint-browser-tests"]);
    // The name of the picture is relative to the folder in which the command was typed.
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
