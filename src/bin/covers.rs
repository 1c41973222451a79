//! Writes the recordings of the built-in scenarios that lie beside the page, by which it can be used before the engine
//! has come. The build of the page runs this (`cargo xtask finish`).
//!
//! An example to Cargo, so that it is not installed with the command line.

use std::path::Path;
use std::{env, fs, io};

use counterpoint::scenario::PRESETS;
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
    Ok(())
}
