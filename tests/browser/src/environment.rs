//! Where the browsers, their drivers and the page are: told by `cargo xtask` in environment variables.

use anyhow::{Context, Result};
use std::path::PathBuf;

/// The path that a variable holds.
pub fn path(name: &str) -> Result<PathBuf> {
    std::env::var_os(name).map(PathBuf::from).with_context(|| {
        format!("{name} is not set: browser tests are run by `cargo xtask test` or `cargo xtask browsers`")
    })
}

/// The files whose weight `cargo xtask` counts as the first load, relative to the page.
pub fn first_load() -> Result<Vec<String>> {
    names("COUNTERPOINT_FIRST_LOAD")
}

/// The files that come when the page can be used already: the engine's.
pub fn later() -> Result<Vec<String>> {
    names("COUNTERPOINT_LATER")
}

fn names(variable: &str) -> Result<Vec<String>> {
    let names = path(variable)?;
    let names = names.to_str().context("file names are text")?;
    Ok(names.split_whitespace().map(str::to_owned).collect())
}
