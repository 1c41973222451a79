//! Writes what the page has of the built-in scenarios before the engine has come: a recording of each beside the page, by
//! which it can be used; `scenarios.html`, their titles and the words of the first; and
//! `scenarios.json`, the files of all. The build of the page runs this (`cargo xtask finish`).
//!
//! An example to Cargo, so that it is not installed with the command line.

use std::path::Path;
use std::{env, fs, io};

use counterpoint::scenario::{PRESETS, Preset, in_one};
use counterpoint::scene::markup::escaped;
use counterpoint::studio::Studio;

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).ok_or_else(|| io::Error::other("say into which folder, as in `covers DIR`"))?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    for preset in PRESETS {
        fs::write(folder.join(preset.name), Studio::cover(preset).to_file())?;
    }
    fs::write(folder.join("scenarios.json"), in_one())?;
    fs::write(folder.join("scenarios.html"), words())
}

/// The first scenario in words, and after a line of its own, the names and titles of all.
fn words() -> String {
    let introduction = |preset: &Preset| {
        let head = preset.scenario().head;
        format!("<h2>{}</h2><p>{}</p>", escaped(&head.title), escaped(&head.look_for))
    };
    let option = |preset: &Preset| {
        format!("<option value=\"{}\">{}</option>", preset.name, escaped(&preset.scenario().head.title))
    };
    let first: String = PRESETS.iter().take(1).map(introduction).collect();
    first + "\n" + &PRESETS.iter().map(option).collect::<String>()
}
