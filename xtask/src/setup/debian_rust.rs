//! The way round where rustup cannot add the WebAssembly target: Debian's Rust for building browsers, and the target's
//! standard library built from the sources that come with it.
//!
//! Debian packages no standard library for WebAssembly that is new enough, but it does package a current compiler with
//! the library's sources. The library is put beside the compiler's own, which only root may do.

use super::{Consent, cache::Cache, say_and_do, system, wasm_target::TARGET};
use crate::workspace::{command, program, run};
use anyhow::{Context, Result};
use std::ffi::OsString;
use std::fs;
use std::path::Path;

/// The name under which rustup knows this Rust.
pub const TOOLCHAIN: &str = "debian-web";

/// Where in the cache the library is built.
pub const SCRATCH: &str = "standard-library";

/// The compiler, Cargo, the lint, the library's sources, and the linker for WebAssembly.
const PACKAGES: [&str; 5] = ["rustc-web", "cargo-web", "rust-web-clippy", "rust-web-src", "rust-web-llvm"];

/// Installs the compiler and builds the library for it.
pub fn set_up(cache: &Cache, consent: Consent) -> Result<()> {
    let user = "Building for WebAssembly without rustup's target";
    system::install(&PACKAGES, user, consent)?;
    install_linker(user, consent)?;
    say_and_do("building Rust's standard library for WebAssembly", || {
        let folder = cache.scratch(SCRATCH);
        build(&folder)?;
        install(&folder.join("target").join(TARGET).join("release/deps"))
    })?;
    if program(&["rustup"]).is_some() {
        run(command("rustup").args(["toolchain", "link", TOOLCHAIN, "/usr"]))?;
    }
    Ok(())
}

/// Installs the linker. It is a link to a program of another package, on which no package depends and which is named
/// like that program.
fn install_linker(user: &str, consent: Consent) -> Result<()> {
    let linker = Path::new("/usr/bin/rust-lld");
    if linker.exists() {
        return Ok(());
    }
    let package = fs::read_link(linker).context("there is no linker for WebAssembly")?;
    system::install(&[&package.to_string_lossy()], user, consent)
}

/// Builds the library as the dependency of an empty crate.
fn build(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("Cargo.toml"), "[package]\nname = \"empty\"\nedition = \"2021\"\n[workspace]\n")?;
    fs::write(folder.join("src/lib.rs"), "")?;
    let mut path = OsString::from("/usr/bin:");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut build = command("/usr/bin/cargo");
    build
        .current_dir(folder)
        .args(["build", "--quiet", "--release", "--target", TARGET])
        // `test` is what `cargo test` for the target links.
        .arg("-Zbuild-std=std,test,panic_abort")
        .env("PATH", path)
        .env("RUSTC_BOOTSTRAP", "1")
        // Without bitcode in the library, link-time optimisation fails.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes");
    // The Cargo that runs us has told its children which compiler is theirs.
    for name in ["CARGO", "RUSTC", "RUSTUP_TOOLCHAIN", "CARGO_TARGET_DIR"] {
        build.env_remove(name);
    }
    run(&mut build)
}

/// Copies the built libraries to where the compiler looks for them.
fn install(built: &Path) -> Result<()> {
    let library = Path::new("/usr/lib/rustlib").join(TARGET).join("lib");
    let unfinished = library.with_file_name("unfinished");
    fs::create_dir_all(&unfinished).with_context(|| format!("only root may write to {}", unfinished.display()))?;
    for entry in fs::read_dir(built)? {
        let file = entry?.path();
        let is_library = file.extension().is_some_and(|extension| extension == "rlib");
        let name = file.file_name().context("a listed file has a name")?;
        if is_library && !name.to_string_lossy().starts_with("libempty") {
            fs::copy(&file, unfinished.join(name))?;
        }
    }
    Ok(fs::rename(unfinished, library)?)
}
