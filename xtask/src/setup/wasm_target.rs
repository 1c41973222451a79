//! The standard library for WebAssembly: it is there, or is added by rustup, or is built from Debian's sources.

use super::{Consent, cache::Cache, debian_rust, say_and_do};
use crate::workspace::{command, program, run};
use anyhow::{Result, ensure};
use std::path::PathBuf;
use std::process::Command;

pub const TARGET: &str = "wasm32-unknown-unknown";

/// Which Rust can build for the target.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Rust {
    /// The Rust that runs this task.
    Usual,
    /// Debian's Rust for building browsers, which rustup knows as [`debian_rust::TOOLCHAIN`].
    Debian,
}

impl Rust {
    /// Lets a command compile by this Rust.
    pub fn lend<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        match self {
            Rust::Usual => command,
            Rust::Debian => command.env("RUSTUP_TOOLCHAIN", debian_rust::TOOLCHAIN),
        }
    }
}

/// Finds a Rust that has the target, or adds the target to one.
pub fn find_or_add(cache: &Cache, consent: Consent) -> Result<Rust> {
    if has_target(None) {
        return Ok(Rust::Usual);
    }
    if has_target(Some(debian_rust::TOOLCHAIN)) {
        return Ok(Rust::Debian);
    }
    if program(&["rustup"]).is_some() {
        let added = say_and_do("adding the WebAssembly target by rustup", || {
            run(command("rustup").args(["target", "add", TARGET]))?;
            ensure!(has_target(None), "rustup says that the target is there, and it is not");
            Ok(())
        });
        match added {
            Ok(()) => return Ok(Rust::Usual),
            Err(error) => println!("  {error:#}"),
        }
    }
    debian_rust::set_up(cache, consent)?;
    Ok(Rust::Debian)
}

/// Whether the usual Rust, or the one that rustup knows by this name, has the target's standard library. Rust names the
/// folder of the library even if it is not there.
fn has_target(toolchain: Option<&str>) -> bool {
    let mut ask = command("rustc");
    ask.args(["--print", "target-libdir", "--target", TARGET]);
    ask.envs(toolchain.map(|name| ("RUSTUP_TOOLCHAIN", name)));
    ask.output().is_ok_and(|answer| {
        let folder = PathBuf::from(String::from_utf8_lossy(&answer.stdout).trim());
        answer.status.success() && folder.is_dir()
    })
}
