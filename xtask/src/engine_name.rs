//! Gives the engine's files names by their content, as Trunk gives all others.
//!
//! Trunk calls this (Trunk.toml), so that a plain `trunk build` has it too.

use anyhow::{Context, Result, ensure};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// The two files, as Trunk calls them.
const SCRIPT: &str = "engine.js";
const MODULE: &str = "engine_bg.wasm";

/// Renames the files of the build that Trunk is about to finish, and tells the page.
pub fn give() -> Result<()> {
    let folder = std::env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from);
    give_in(&folder.context("this task is called by Trunk, which says where the page is")?)
}

fn give_in(folder: &Path) -> Result<()> {
    let page = folder.join("index.html");
    let mut text = fs::read_to_string(&page).context("the page is not there")?;
    let hash = hash(folder)?;
    for name in [SCRIPT, MODULE] {
        ensure!(text.contains(name), "index.html does not name {name}");
        let by_content = name.replacen("engine", &format!("engine-{hash}"), 1);
        text = text.replace(name, &by_content);
        fs::rename(folder.join(name), folder.join(&by_content)).with_context(|| format!("{name} is not there"))?;
    }
    fs::write(&page, text).context("the page cannot be written")
}

/// Of both files, for they fit only each other.
fn hash(folder: &Path) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for name in [SCRIPT, MODULE] {
        fs::read(folder.join(name)).with_context(|| format!("{name} is not there"))?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Builds a page with an engine of these contents and gives it its names: those, and what the page then says.
    fn named(test: &str, script: &str, module: &str) -> (Vec<String>, String) {
        let folder = std::env::temp_dir().join(format!("counterpoint-{}-{test}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("index.html"), "<link href=./engine.js><link href=./engine_bg.wasm>").unwrap();
        fs::write(folder.join(SCRIPT), script).unwrap();
        fs::write(folder.join(MODULE), module).unwrap();
        give_in(&folder).unwrap();
        let names = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| name != "index.html").collect();
        names.sort();
        let page = fs::read_to_string(folder.join("index.html")).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        (names, page)
    }

    #[test]
    fn the_page_names_the_files_that_are_there() {
        let (names, page) = named("names", "script", "module");
        assert_eq!(page, format!("<link href=./{}><link href=./{}>", names[0], names[1]));
        assert!(names[0].starts_with("engine-") && names[0].ends_with(".js"), "{names:?}");
        assert_eq!(names[1], names[0].replace(".js", "_bg.wasm"));
    }

    #[test]
    fn either_file_changes_both_names() {
        let (names, _) = named("same", "script", "module");
        assert_eq!(names, named("same", "script", "module").0);
        for (other, _) in [named("script", "another", "module"), named("module", "script", "another")] {
            assert!(names.iter().all(|name| !other.contains(name)), "{other:?}");
        }
    }
}
