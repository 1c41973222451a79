//! A cache of tools by name and version, in a folder of the user's: each is built once for all clones.
//!
//! *Invariant:* a folder under its final name is complete; one whose making was interrupted has another name.

use super::{debian_rust, say_and_do};
use crate::workspace::{self, cargo, command, run};
use anyhow::{Context, Result};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// The cache, locked until it is dropped: two runs at once would build the same tool twice.
pub struct Cache {
    folder: PathBuf,
    _lock: File,
}

impl Cache {
    /// Opens the cache, waiting for other runs that are setting up.
    pub fn open() -> Result<Self> {
        let folder = user_cache()?.join("counterpoint");
        fs::create_dir_all(folder.join("tools")).with_context(|| format!("{} could not be made", folder.display()))?;
        let lock = File::create(folder.join("lock"))?;
        if lock.try_lock().is_err() {
            println!("  waiting for another run that is setting up …");
            lock.lock()?;
        }
        Ok(Self { folder, _lock: lock })
    }

    /// A folder in which to build something; it may hold the remains of an interrupted build.
    pub fn scratch(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The folder with a crate's programs, which are built if they are not there.
    ///
    /// They are compiled without optimisation, because that is quick, and they take a second on a page of this size in
    /// any case. All tools have one target folder, because they share many dependencies; [`Cache::tidy`] removes it.
    pub fn crate_programs(&self, name: &str, version: &str, options: &[&str]) -> Result<PathBuf> {
        let folder = self.tool(name, version, |folder| {
            let mut install = cargo(&["install", "--locked", "--quiet", "--root"]);
            install
                .arg(folder)
                .arg("--target-dir")
                .arg(self.scratch("build"))
                .arg(format!("{name}@{version}"))
                .args(options)
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
                .env("CARGO_PROFILE_RELEASE_LTO", "off")
                .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
                .env("CARGO_PROFILE_RELEASE_STRIP", "symbols")
                // The tools are no part of this workspace, whatever flags and wrappers it is built with.
                .env_remove("RUSTFLAGS");
            run(&mut install)
        })?;
        Ok(folder.join("bin"))
    }

    /// The `node_modules` with an npm package, which is fetched if it is not there. Only files whose hashes are written
    /// in `xtask/npm/NAME/package-lock.json` are taken, and none of their scripts is run.
    pub fn npm_package(&self, name: &str, version: &str) -> Result<PathBuf> {
        self.npm_packages(name, version, &workspace::root().join("xtask/npm").join(name))
    }

    /// The same, of lists that are elsewhere.
    pub fn npm_packages(&self, name: &str, version: &str, lists: &Path) -> Result<PathBuf> {
        let folder = self.tool(name, version, |folder| {
            fs::create_dir_all(folder)?;
            for list in ["package.json", "package-lock.json"] {
                fs::copy(lists.join(list), folder.join(list))?;
            }
            let mut install = command("npm");
            install
                .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
                .current_dir(folder)
                .stdout(std::process::Stdio::null());
            run(&mut install)
        })?;
        Ok(folder.join("node_modules"))
    }

    /// The Python that has a package from its registry, fetched if it is not there: exactly the files whose hashes are
    /// written in `xtask/pip/NAME/requirements.txt`. Programs are run as its modules, for their own files name the folder
    /// in which they were unfinished.
    pub fn pip_package(&self, name: &str, version: &str) -> Result<PathBuf> {
        let list = workspace::root().join("xtask/pip").join(name).join("requirements.txt");
        let folder = self.tool(name, version, |folder| {
            run(command("python3").args(["-m", "venv"]).arg(folder))?;
            let mut install = command(folder.join("bin/python"));
            install
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"])
                .args(["--no-deps", "--require-hashes", "--requirement"])
                .arg(list);
            run(&mut install)
        })?;
        Ok(folder.join("bin/python"))
    }

    /// Removes what was only needed to build the tools.
    pub fn tidy(&self) -> Result<()> {
        remove(&self.scratch("build"))?;
        remove(&self.scratch(debian_rust::SCRATCH))
    }

    /// The folder of a tool. If there is none, `install` fills one under another name, which is renamed when it is
    /// done.
    fn tool(&self, name: &str, version: &str, install: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
        let folder = self.folder.join("tools").join(format!("{name}-{version}"));
        if !folder.exists() {
            say_and_do(&format!("installing {name} {version}"), || {
                let unfinished = folder.with_file_name(format!("{name}-{version}.unfinished"));
                remove(&unfinished)?;
                install(&unfinished)?;
                Ok(fs::rename(&unfinished, &folder)?)
            })?;
        }
        Ok(folder)
    }
}

/// Removes a folder, if it is there, with all that is in it.
fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("{} could not be removed", folder.display()))?;
    }
    Ok(())
}

/// The folder in which this user's programs keep files that can be made again.
fn user_cache() -> Result<PathBuf> {
    let named = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    named
        .filter(|path| path.is_absolute())
        .or_else(|| Some(std::env::home_dir()?.join(".cache")))
        .context("neither XDG_CACHE_HOME nor HOME says where the tools can be kept")
}
