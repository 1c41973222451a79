//! Finds or sets up what the tasks need and a machine with Rust may not have.
//!
//! Every step says what it does and how long it took. Nothing is said if nothing is missing.

mod cache;
mod debian_rust;
mod system;
mod wasm_target;

use crate::{gate::Scope, steps::told, workspace};
use anyhow::{Context, Result};
use cache::Cache;
use std::ffi::OsString;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

pub use wasm_target::{Rust, TARGET as WASM_TARGET};

const TRUNK: &str = "0.21.14";
/// The same version as that of the `wasm-bindgen` crate in Cargo.toml, or Trunk refuses it.
const WASM_BINDGEN: &str = "0.2.129";
/// The version of npm's `binaryen`, of which the first part is Binaryen's release. Debian and the `wasm-opt` crate have
/// releases that are too old for the modules that this Rust writes.
const BINARYEN: &str = "132.0.0";
const GECKODRIVER: &str = "0.37.1";
const AXE: &str = "4.14.1";
const MERMAID: &str = "11.17.2";
const ESLINT: &str = "10.15.0";
const MDBOOK: &str = "0.5.4";
const MKDOCS_MATERIAL: &str = "9.8.1";
const SPHINX: &str = "9.0.4";
/// Later ones need a package of its registry that is not there.
const ZENSICAL: &str = "0.0.73";
/// Typst's own compiler as a module of Python, which is there in seconds and need not be compiled.
const TYPST: &str = "0.15.2";
const DOCUSAURUS: &str = "3.10.2";
/// The last that runs on Node 20.
const STARLIGHT: &str = "0.37.7";

/// The sources of the workshop, with the lists of its libraries.
const WORKSHOP: &str = "static/workshop";

/// Whether system packages may be installed.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub enum Consent {
    /// They may be installed only if the task runs as root already.
    #[default]
    AsRoot,
    /// The command line allows it, by `sudo` if need be.
    Given,
}

/// A set-up under way. It holds the cache of tools for itself, and removes at its end what was only needed to build
/// them.
pub struct Setup {
    cache: Cache,
    consent: Consent,
}

impl Setup {
    pub fn begin(consent: Consent) -> Result<Self> {
        let cache = Cache::open()?;
        Ok(Self { cache, consent })
    }

    /// A Rust that compiles for WebAssembly.
    pub fn rust(&self) -> Result<Rust> {
        wasm_target::find_or_add(&self.cache, self.consent)
    }

    /// The tools that build the page.
    pub fn page(&self) -> Result<PageTools> {
        let rust = self.rust()?;
        let mut folders = vec![
            self.cache.crate_programs("trunk", TRUNK, &["--no-default-features"])?,
            self.cache.crate_programs("wasm-bindgen-cli", WASM_BINDGEN, &[])?,
            self.wasm_opt()?,
        ];
        // Now, for what builds the page fetches nothing.
        self.workshop()?;
        folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        let path = std::env::join_paths(folders).context("a folder's name has a `:` in it")?;
        Ok(PageTools { path, rust })
    }

    /// The browsers, and the tools that drive them.
    pub fn browsers(&self) -> Result<Variables> {
        system::ensure(&system::FOR_BROWSER_TESTS, "The browser tests", self.consent)?;
        let geckodriver = self.cache.crate_programs("geckodriver", GECKODRIVER, &[])?;
        let axe = self.cache.npm_package("axe-core", AXE)?;
        let program = |names| workspace::program(names).context("a browser is gone again");
        Ok(Variables(vec![
            ("COUNTERPOINT_DIST", workspace::dist()),
            ("COUNTERPOINT_CHROMIUM", program(system::CHROMIUM)?),
            ("COUNTERPOINT_CHROMEDRIVER", program(system::CHROMEDRIVER)?),
            ("COUNTERPOINT_FIREFOX", program(system::FIREFOX)?),
            ("COUNTERPOINT_GECKODRIVER", geckodriver.join("geckodriver")),
            ("COUNTERPOINT_AXE", axe.join("axe-core/axe.min.js")),
        ]))
    }

    /// What builds sites of documentation; most of it only where what takes long is wanted.
    pub fn hosts(&self, scope: Scope) -> Result<HostTools> {
        system::ensure_python("The tests of documentation sites", self.consent)?;
        Ok(HostTools {
            mdbook: self.cache.crate_programs("mdbook", MDBOOK, &["--no-default-features", "--features", "search"])?,
            mkdocs: self.cache.pip_package("mkdocs-material", MKDOCS_MATERIAL)?,
            more: match scope {
                Scope::Long => Some(self.more_hosts()?),
                Scope::Fast | Scope::Usual => None,
            },
        })
    }

    fn more_hosts(&self) -> Result<MoreHostTools> {
        system::ensure(&system::NODE, "The tests of documentation sites", self.consent)?;
        Ok(MoreHostTools {
            zensical: self.cache.pip_package("zensical", ZENSICAL)?,
            sphinx: self.cache.pip_package("sphinx", SPHINX)?,
            docusaurus: self.cache.npm_package("docusaurus", DOCUSAURUS)?,
            starlight: self.cache.npm_package("starlight", STARLIGHT)?,
        })
    }

    /// The `node_modules` with Mermaid, whose parser reads our diagrams.
    pub fn mermaid(&self) -> Result<PathBuf> {
        self.cache.npm_package("mermaid", MERMAID)
    }

    /// The `node_modules` with ESLint.
    pub fn eslint(&self) -> Result<PathBuf> {
        self.cache.npm_package("eslint", ESLINT)
    }

    /// PlantUML's program.
    pub fn plantuml(&self) -> Result<PathBuf> {
        system::ensure(&system::FOR_PLANTUML, "The test of PlantUML's texts", self.consent)?;
        workspace::program(system::PLANTUML).context("PlantUML is gone again")
    }

    /// The programs that draw our pictures and are no browsers.
    pub fn renderers(&self) -> Result<Variables> {
        let user = "The comparison of pictures";
        system::ensure(&system::RENDERERS, user, self.consent)?;
        system::ensure_python(user, self.consent)?;
        let program = |names| workspace::program(names).context("a program is gone again");
        Ok(Variables(vec![
            ("COUNTERPOINT_RSVG", program(system::RSVG)?),
            ("COUNTERPOINT_INKSCAPE", program(system::INKSCAPE)?),
            ("COUNTERPOINT_PDFTOPPM", program(system::POPPLER)?),
            ("COUNTERPOINT_TYPST", self.cache.pip_package("typst", TYPST)?),
        ]))
    }

    /// The `node_modules` with what the workshop is made of; nothing without Node, for the page works without a workshop. They
    /// are known by what is in their list, which changes whenever one of them does.
    pub fn workshop(&self) -> Result<Option<PathBuf>> {
        if let Err(error) = system::ensure(&system::NODE, "The workshop, in which scenarios are written,", self.consent)
        {
            println!("  {error:#}");
            println!("  The page is built without the workshop.");
            return Ok(None);
        }
        let lists = workspace::root().join(WORKSHOP);
        let mut hasher = DefaultHasher::new();
        fs::read(lists.join("package-lock.json"))?.hash(&mut hasher);
        self.cache.npm_packages("workshop", &format!("{:016x}", hasher.finish()), &lists).map(Some)
    }

    /// The folder with `wasm-opt`; if it cannot run, one with a stand-in that only copies, for the page works without
    /// it.
    fn wasm_opt(&self) -> Result<PathBuf> {
        let user = "wasm-opt, which makes the page smaller,";
        let found = system::ensure(&system::NODE, user, self.consent)
            .and_then(|()| Ok(self.cache.npm_package("binaryen", BINARYEN)?.join(".bin")))
            .and_then(|folder| {
                let mut ask = workspace::command(folder.join("wasm-opt"));
                let answer = ask.arg("--version").output()?;
                anyhow::ensure!(answer.status.success(), "wasm-opt does not run on this Node");
                Ok(folder)
            });
        found.or_else(|error| {
            println!("  {error:#}");
            println!("  The page is built without wasm-opt: it works the same, and is larger.");
            Ok(workspace::root().join("xtask/without-node"))
        })
    }
}

impl Drop for Setup {
    fn drop(&mut self) {
        if let Err(error) = self.cache.tidy() {
            println!("  {error:#}");
        }
    }
}

/// The tools that build the page.
pub struct PageTools {
    /// The search path with the tools' folders first.
    path: OsString,
    rust: Rust,
}

impl PageTools {
    /// Lets a command find the tools, and the Rust that has the target.
    pub fn lend<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        self.rust.lend(command.env("PATH", &self.path))
    }
}

/// What builds sites of documentation.
pub struct HostTools {
    /// The folder with the program.
    pub mdbook: PathBuf,
    /// The Python that has it.
    pub mkdocs: PathBuf,
    pub more: Option<MoreHostTools>,
}

/// What builds the sites that take long.
pub struct MoreHostTools {
    /// The Pythons that have each.
    pub zensical: PathBuf,
    pub sphinx: PathBuf,
    /// The `node_modules` that have each.
    pub docusaurus: PathBuf,
    pub starlight: PathBuf,
}

/// Tools, as environment variables that the tests read which use them.
pub struct Variables(Vec<(&'static str, PathBuf)>);

impl Variables {
    pub fn lend<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.envs(self.0.iter().map(|(name, path)| (name, path)))
    }
}

/// Does one thing that takes a while, saying so before and how long it took after.
fn say_and_do<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("  {what} …");
    let begun = Instant::now();
    let result = work().with_context(|| format!("{what} failed"))?;
    println!("  {what}: {}", told(begun.elapsed()));
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pip_packages_are_held_to_the_hashes_in_their_lists() {
        for (name, version) in
            [("mkdocs-material", MKDOCS_MATERIAL), ("zensical", ZENSICAL), ("sphinx", SPHINX), ("typst", TYPST)]
        {
            let path = workspace::root().join("xtask/pip").join(name).join("requirements.txt");
            let list = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            assert!(list.lines().any(|line| line.starts_with(&format!("{name}=={version} "))), "{list}");
            // pip refuses what has no hash, and what is not in the list.
            assert!(list.contains("--hash=sha256:"), "{list}");
        }
    }

    /// The version that is asked for is the one whose files' hashes are known.
    #[test]
    fn npm_packages_are_held_to_the_hashes_in_their_lists() {
        let all = [
            ("binaryen", "binaryen", BINARYEN),
            ("axe-core", "axe-core", AXE),
            ("mermaid", "mermaid", MERMAID),
            ("eslint", "eslint", ESLINT),
            ("docusaurus", "@docusaurus/core", DOCUSAURUS),
            ("starlight", "@astrojs/starlight", STARLIGHT),
        ];
        for (folder, name, version) in all {
            let read = |list| {
                let path = workspace::root().join("xtask/npm").join(folder).join(list);
                std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
            };
            let (wanted, locked) = (read("package.json"), read("package-lock.json"));
            assert!(wanted.contains(&format!("\"{name}\": \"{version}\"")), "{wanted}");
            let packages = locked.matches("\"node_modules/").count();
            assert!(packages > 0 && locked.matches("\"integrity\": \"sha512-").count() == packages, "{locked}");
        }
    }

    /// Of the workshop's libraries, every version is written out.
    #[test]
    fn the_libraries_of_the_workshop_are_held_to_the_hashes_in_their_list() {
        let read = |list| fs::read_to_string(workspace::root().join(WORKSHOP).join(list)).unwrap();
        let (wanted, locked) = (read("package.json"), read("package-lock.json"));
        let versions = wanted.lines().filter_map(|line| line.trim().trim_end_matches(',').split_once("\": \""));
        let versions: Vec<_> = versions.filter(|(name, _)| *name != "\"type").collect();
        let is_exact = |version: &str| version.trim_end_matches('"').split('.').all(|part| part.parse::<u32>().is_ok());
        assert!(versions.len() > 5 && versions.iter().all(|(_, version)| is_exact(version)), "{versions:?}");
        let packages = locked.matches("\"node_modules/").count();
        assert!(packages > 0 && locked.matches("\"integrity\": \"sha512-").count() == packages, "{locked}");
    }
}
