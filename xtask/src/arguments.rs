//! What was typed after `cargo xtask`, as one value.

use crate::{gate::Scope, setup::Consent};
use anyhow::{Result, bail};
use lexopt::{Arg, Parser, ValueExt};
use std::ffi::OsString;
use std::time::Duration;

pub const USAGE: &str = "\
Usage: cargo xtask TASK

  serve [--port N]            build the page and serve it (port 8080), again on every change
  test [--fast] [--long]      check and test everything
                                --fast  without the page and the browsers
                                --long  also what is too long for every run
  fuzz [--minutes N]          look for inputs that break what should hold of all, for 10 minutes
  mermaid                     let Mermaid's own parser read every diagram that the command line prints
  plantuml                    let PlantUML draw every diagram that the command line prints for it
  renderers                   let librsvg, Inkscape and Typst draw every built-in scenario, and compare
  build                       build the page into dist/
  hosts                       build sites of documentation around the page in dist/, into target/hosts/
  browsers [NAME ...]         build the page and run the browser tests whose names contain NAME
  shot PATH OUT.png [...]     build the page and take a picture of it; `shot --help` says more
  finish                      what Trunk calls when it has built the page: see Trunk.toml

Each task sets up what it needs and is not there: the WASM target, and tools in a cache of the user's. System packages
are installed as root, or with --install (by sudo); otherwise the command to type is printed.";

/// One task and what it was given.
pub enum Task {
    Help,
    Build { consent: Consent },
    Mermaid { consent: Consent },
    Plantuml { consent: Consent },
    Renderers { consent: Consent },
    Hosts { consent: Consent },
    Fuzz { time: Duration },
    Serve { port: u16, consent: Consent },
    Test { scope: Scope, consent: Consent },
    Browsers { filters: Vec<OsString>, consent: Consent },
    Shot { arguments: Vec<OsString>, consent: Consent },
    Finish,
}

/// Reads a command line whose first item is the program's name.
pub fn read(words: impl IntoIterator<Item = OsString>) -> Result<Task> {
    let mut parser = Parser::from_iter(words);
    match parser.next()? {
        None | Some(Arg::Short('h') | Arg::Long("help")) => Ok(Task::Help),
        Some(Arg::Value(task)) => match task.string()?.as_str() {
            "help" => Ok(Task::Help),
            "build" => Ok(Task::Build { consent: read_consent(parser)? }),
            "hosts" => Ok(Task::Hosts { consent: read_consent(parser)? }),
            "mermaid" => Ok(Task::Mermaid { consent: read_consent(parser)? }),
            "plantuml" => Ok(Task::Plantuml { consent: read_consent(parser)? }),
            "renderers" => Ok(Task::Renderers { consent: read_consent(parser)? }),
            "fuzz" => read_fuzz(parser),
            "serve" => read_serve(parser),
            "test" => read_test(parser),
            "browsers" => read_browsers(parser),
            "shot" => read_shot(parser),
            "finish" => alone(parser, Task::Finish),
            other => bail!("there is no task `{other}`"),
        },
        Some(other) => Err(other.unexpected().into()),
    }
}

/// A task that takes no arguments.
fn alone(mut parser: Parser, task: Task) -> Result<Task> {
    match parser.next()? {
        None => Ok(task),
        Some(other) => Err(other.unexpected().into()),
    }
}

/// The consent to install packages, for a task that has no other argument.
fn read_consent(mut parser: Parser) -> Result<Consent> {
    let mut consent = Consent::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("install") => consent = Consent::Given,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(consent)
}

fn read_fuzz(mut parser: Parser) -> Result<Task> {
    let mut minutes: u32 = 10;
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("minutes") => minutes = parser.value()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Task::Fuzz { time: Duration::from_secs(60 * u64::from(minutes)) })
}

fn read_serve(mut parser: Parser) -> Result<Task> {
    let (mut port, mut consent) = (8080, Consent::default());
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("port") | Arg::Short('p') => port = parser.value()?.parse()?,
            Arg::Long("install") => consent = Consent::Given,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Task::Serve { port, consent })
}

fn read_test(mut parser: Parser) -> Result<Task> {
    let (mut scope, mut consent) = (Scope::Usual, Consent::default());
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("fast") if scope == Scope::Usual => scope = Scope::Fast,
            Arg::Long("long") if scope == Scope::Usual => scope = Scope::Long,
            Arg::Long("fast" | "long") => bail!("--fast and --long exclude each other"),
            Arg::Long("install") => consent = Consent::Given,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Task::Test { scope, consent })
}

fn read_browsers(mut parser: Parser) -> Result<Task> {
    let (mut filters, mut consent) = (Vec::new(), Consent::default());
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Value(name) => filters.push(name),
            Arg::Long("install") => consent = Consent::Given,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Task::Browsers { filters, consent })
}

/// All arguments but `--install` are for the program that takes the picture.
fn read_shot(mut parser: Parser) -> Result<Task> {
    let (install, arguments): (Vec<_>, Vec<_>) = parser.raw_args()?.partition(|word| word == "--install");
    let consent = if install.is_empty() { Consent::default() } else { Consent::Given };
    Ok(Task::Shot { arguments, consent })
}
