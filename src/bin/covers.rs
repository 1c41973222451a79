//! Writes what lies beside the page of the built-in scenarios: a recording of each, by which it can be used before the
//! engine has come; `introduction.html`, the first one in words; `scenarios.json`, the files of all; and the library:
//! `library.json`, by which they are found, and in `pictures` a small picture of each. And what can stand
//! in a scenario: `schema.json` for editors, `settings.html` for people. The build of the page runs this (`cargo xtask finish`).
//!
//! An example to Cargo, so that it is not installed with the command line.

use std::path::Path;
use std::{env, fs, io};

use counterpoint::render::{settings, svg};
use counterpoint::scenario::{PRESETS, Preset, in_one, schema};
use counterpoint::scene::markup::escaped;
use counterpoint::studio::{Studio, library};

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).ok_or_else(|| io::Error::other("say into which folder, as in `covers DIR`"))?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder.join("pictures"))?;
    for preset in PRESETS {
        fs::write(folder.join(preset.name), Studio::cover(preset).to_file())?;
        fs::write(
            folder.join("pictures").join(preset.name).with_extension("svg"),
            svg::small(&preset.scenario().play(), svg::Theme::Auto),
        )?;
    }
    fs::write(folder.join("scenarios.json"), in_one())?;
    fs::write(folder.join("library.json"), library::index().to_string())?;
    fs::write(folder.join("schema.json"), schema().to_string())?;
    fs::write(folder.join("settings.html"), settings::settings())?;
    fs::write(folder.join("introduction.html"), introduction(&PRESETS[0]))
}

/// A scenario in words.
fn introduction(preset: &Preset) -> String {
    let head = preset.scenario().head;
    format!("<h2>{}</h2><p>{}</p>", escaped(&head.title), escaped(&head.look_for))
}
