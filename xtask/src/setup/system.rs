//! Programs that come as packages of the system. They are looked for, and installed only with consent.

use super::{Consent, say_and_do};
use crate::workspace::{command, program, run};
use anyhow::{Result, bail};
use std::process::Command;

/// A program under one of its names, and the Debian package that brings it.
pub struct Needed(&'static [&'static str], &'static str);

pub const CHROMIUM: &[&str] = &["chromium", "chromium-browser", "google-chrome"];
pub const CHROMEDRIVER: &[&str] = &["chromedriver"];
pub const FIREFOX: &[&str] = &["firefox-esr", "firefox"];

const NODE_ITSELF: Needed = Needed(&["node"], "nodejs");
const NPM: Needed = Needed(&["npm"], "npm");

pub const NODE: [Needed; 2] = [NODE_ITSELF, NPM];
/// npm brings the accessibility checker.
pub const FOR_BROWSER_TESTS: [Needed; 5] = [
    Needed(CHROMIUM, "chromium"),
    Needed(CHROMEDRIVER, "chromium-driver"),
    Needed(FIREFOX, "firefox-esr"),
    NODE_ITSELF,
    NPM,
];

pub const PLANTUML: &[&str] = &["plantuml"];
pub const FOR_PLANTUML: [Needed; 1] = [Needed(PLANTUML, "plantuml")];

pub const RSVG: &[&str] = &["rsvg-convert"];
pub const INKSCAPE: &[&str] = &["inkscape"];
/// Turns what Typst writes into pixels.
pub const POPPLER: &[&str] = &["pdftoppm"];
pub const RENDERERS: [Needed; 3] =
    [Needed(RSVG, "librsvg2-bin"), Needed(INKSCAPE, "inkscape"), Needed(POPPLER, "poppler-utils")];

/// Makes sure that the programs are there. `user` says who needs them, as the beginning of a sentence.
pub fn ensure(needed: &[Needed], user: &str, consent: Consent) -> Result<()> {
    let missing: Vec<_> =
        needed.iter().filter(|Needed(names, _)| program(names).is_none()).map(|Needed(_, package)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    install(&missing, user, consent)
}

/// Makes sure that Python is there, with what makes an environment of its own: Debian has that in a package apart.
pub fn ensure_python(user: &str, consent: Consent) -> Result<()> {
    let ask = command("python3").args(["-c", "import ensurepip, venv"]).output();
    if ask.is_ok_and(|answer| answer.status.success()) {
        return Ok(());
    }
    install(&["python3-venv"], user, consent)
}

/// Installs Debian packages, or says how to.
pub fn install(packages: &[&str], user: &str, consent: Consent) -> Result<()> {
    let list = packages.join(" ");
    if program(&["apt-get"]).is_none() {
        bail!("{user} needs what Debian packages as: {list}. Please install it and try again.");
    }
    let mut prefix: &[&str] = &[];
    if !is_root() {
        if consent != Consent::Given {
            bail!(
                "{user} needs packages of the system: {list}. Repeat the command with --install, or type:\n  \
                 sudo apt-get update && sudo apt-get install --no-install-recommends {list}"
            );
        }
        prefix = &["sudo"];
    }
    say_and_do(&format!("installing the packages {list}"), || {
        run(quietly(prefix, &["update"]).arg("-qq"))?;
        run(quietly(prefix, &["install", "-qq", "--no-install-recommends"]).args(packages))
    })
}

/// `apt-get` that asks nothing and tells only what goes wrong.
fn quietly(prefix: &[&str], words: &[&str]) -> Command {
    let mut line = prefix.to_vec();
    line.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-y"]);
    line.extend(words);
    let mut apt = command(line[0]);
    apt.args(&line[1..]).stdout(std::process::Stdio::null());
    apt
}

fn is_root() -> bool {
    command("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
