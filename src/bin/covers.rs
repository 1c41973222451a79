//! Writes what the page has of the built-in scenarios before the engine has come: a recording of each beside the page, by
//! which it can be used, and `scenarios.html`, the words by which each is introduced. The build of the page runs this
//! (`cargo xtask finish`).
//!
//! An example to Cargo, so that it is not installed with the command line.

use std::path::Path;
use std::{env, fs, io};

use counterpoint::scenario::{PRESETS, Preset};
use counterpoint::scene::markup::escaped;
use counterpoint::studio::Studio;

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).ok_or_else(|| io::Error::other("say into which folder, as in `covers DIR`"))?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    for preset in PRESETS {
        // Borsh has an error of its own where nothing else in the build asks for its `std` feature.
        let bytes = borsh::to_vec(&Studio::cover(preset)).map_err(|error| io::Error::other(error.to_string()))?;
        fs::write(folder.join(preset.name), bytes)?;
    }
    fs::write(folder.join("scenarios.html"), words())
}

/// An element a scenario, with its name, its title and what to look for.
fn words() -> String {
    let section = |preset: &Preset| {
        let head = preset.scenario().head;
        let (title, look_for) = (escaped(&head.title), escaped(&head.look_for));
        format!("<section data-name=\"{}\"><h2>{title}</h2><p>{look_for}</p></section>\n", preset.name)
    };
    PRESETS.iter().map(section).collect()
}
