//! Checks that PlantUML takes our diagrams: each is read by the release that is installed.

use crate::texts;
use crate::workspace::{command, program, run};
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;

/// Writes every diagram and lets PlantUML read it.
pub fn check() -> Result<()> {
    let plantuml = find().context("there is no `plantuml` on the search path; Debian packages it under that name")?;
    let folder = texts::write("plantuml")?;
    let mut files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>>>()?;
    files.sort();
    run(command(plantuml).args(["-checkonly", "-failfast2", "-charset", "UTF-8"]).args(files))
}

/// Where PlantUML is, if it is installed.
pub fn find() -> Option<PathBuf> {
    program(&["plantuml"])
}
