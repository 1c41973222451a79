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
  scripts                     let ESLint read every script of the page
  mermaid                     let Mermaid's own parser read every diagram that the command line prints
  plantuml                    let PlantUML draw every diagram that the command line prints for it
  renderers                   let librsvg, Inkscape and Typst draw every built-in scenario, and compare
  build                       build the page into dist/
  hosts                       build sites of documentation around the page in dist/, into target/hosts/
  browsers [--long] [NAME ...]
                              build the page and run the browser tests whose names contain NAME
                                --long  with all sites of documentation, as in `test --long`
  shot PATH OUT.png [...]     build the page and take a picture of it; `shot --help` says more
  finish                      what Trunk calls when it has built the page: see Trunk.toml

Each task sets up what it needs and is not there: the WASM target, and tools in a cache of the user's. System packages
are installed as root, or with --install (by sudo); otherwise the command to type is printed.";

/// One task and what it was given.
pub enum Task {
    Help,
    Build { consent: Consent },
    Scripts { consent: Consent },
    Mermaid { consent: Consent },
    Plantuml { consent: Consent },
    Renderers { consent: Consent },
    Hosts { consent: Consent },
    Fuzz { time: Duration },
    Serve { port: u16, consent: Consent },
    Test { scope: Scope, consent: Consent },
    Browsers { scope: Scope, filters: Vec<OsString>, consent: Consent },
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
            "scripts" => Ok(Task::Scripts { consent: read_consent(parser)? }),
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
    let (mut scope, mut filters, mut consent) = (Scope::Usual, Vec::new(), Consent::default());
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Value(name) => filters.push(name),
            Arg::Long("long") => scope = Scope::Long,
            Arg::Long("install") => consent = Consent::Given,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Task::Browsers { scope, filters, consent })
}

/// All arguments but `--install` are for the program that takes the picture.
fn read_shot(mut parser: Parser) -> Result<Task> {
    let (install, arguments): (Vec<_>, Vec<_>) = parser.raw_args()?.partition(|word| word == "--install");
    let consent = if install.is_empty() { Consent::default() } else { Consent::Given };
    Ok(Task::Shot { arguments, consent })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_words(words: &str) -> Result<Task> {
        read(["xtask"].into_iter().chain(words.split(' ')).map(OsString::from))
    }

    #[test]
    fn browser_tests_are_usual_or_long_whatever_their_names() {
        for (words, expected, names) in [
            ("browsers", Scope::Usual, 0),
            ("browsers hosts --long", Scope::Long, 1),
            ("browsers --long", Scope::Long, 0),
        ] {
            let Ok(Task::Browsers { scope, filters, .. }) = read_words(words) else { panic!("{words}") };
            assert!(scope == expected, "{words}");
            assert_eq!(filters.len(), names, "{words}");
        }
        assert!(read_words("browsers --fast").is_err(), "without the browsers there is nothing to run");
    }

    /// What the help names is read, so that it cannot name what is gone.
    #[test]
    fn the_help_names_tasks_and_flags_that_there_are() {
        let mut task = "";
        let mut seen = 0;
        for line in USAGE.lines() {
            let mut words = line.split_whitespace();
            match line.len() - line.trim_start().len() {
                2 => {
                    task = words.next().unwrap();
                    assert!(read_words(task).is_ok(), "{task}");
                    seen += 1;
                }
                32 => {
                    let flag = words.next().unwrap();
                    assert!(!flag.starts_with("--") || read_words(&format!("{task} {flag}")).is_ok(), "{task} {flag}");
                    seen += 1;
                }
                _ => {}
            }
        }
        assert!(seen > 12, "the help has lines for {seen} tasks and flags");
    }
}
