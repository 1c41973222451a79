//! Checks that PlantUML takes our diagrams: each is drawn by the release that Debian has.

use crate::setup::{Consent, Setup};
use crate::texts;
use crate::workspace::{command, root, run};
use anyhow::{Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One line of this is no PlantUML.
const BROKEN: &str = "@startuml\na -> b: c\nthis is no line of a diagram\n@enduml\n";

/// Writes every diagram and lets PlantUML draw it, into `target/plantuml-drawn`.
pub fn check(consent: Consent) -> Result<()> {
    let plantuml = Setup::begin(consent)?.plantuml()?;
    let folder = texts::write("plantuml")?;
    let drawn = folder.with_file_name("plantuml-drawn");
    if drawn.exists() {
        fs::remove_dir_all(&drawn)?;
    }
    fs::create_dir_all(&drawn)?;

    // PlantUML draws a picture of an error as well, so it has to be seen to say so besides.
    let broken = drawn.with_extension("broken");
    fs::write(&broken, BROKEN)?;
    let refused = draw(&plantuml, &root().join("target")).arg(&broken).output()?;
    ensure!(!refused.status.success(), "PlantUML has passed over an error, so it would pass over ours");

    let mut files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>>>()?;
    files.sort();
    run(draw(&plantuml, &drawn).args(&files))?;
    let pictures = fs::read_dir(&drawn)?.count();
    ensure!(pictures == files.len(), "PlantUML has drawn {pictures} of {} diagrams", files.len());
    println!("  PlantUML has drawn all {pictures} diagrams");
    Ok(())
}

fn draw(plantuml: &Path, into: &Path) -> Command {
    let mut command = command(plantuml);
    command.args(["-tsvg", "-failfast2", "-charset", "UTF-8", "-o"]).arg(into);
    command
}
