//! The command line: `list`, `show`, `run`, `waiting`, `sweep`, `merge`, `check`, `claims`, `advise`, `schema`, `mdbook`.
//!
//! What is wrong with the input is said in one line on standard error, with exit code 2; what `check` finds wrong in files
//! is its answer, on standard output and with exit code 1. A reader that stops reading
//! (`counterpoint run … | head`) is no error. *Invariant:* nothing here that the library does not offer, and nothing
//! of it in the page.

mod advise;
mod arguments;
mod check;
mod claims;
mod differences;
mod element;
#[cfg(feature = "mdbook")]
mod mdbook;
mod output;
mod run;
mod sweep;
mod waiting;

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use self::arguments::{Arguments, Command};
use crate::reading::one_line;
use crate::scenario::{PRESETS, schema};

/// Why nothing was done, in one line.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Bad input: the sentence says what, and what would do.
    Input(String),
    /// Nobody reads on.
    Closed,
    /// It was asked whether something is right, and it was told what is not.
    Found,
}

impl Trouble {
    fn input(sentence: impl fmt::Display) -> Trouble {
        Trouble::Input(sentence.to_string())
    }

    /// Writing to standard output failed.
    fn output(error: &io::Error) -> Trouble {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Trouble::Closed,
            _ => Trouble::Input(format!("standard output could not be written: {error}")),
        }
    }
}

/// Does what the arguments of this process say.
pub fn main() -> ExitCode {
    let done = match Arguments::try_parse() {
        Ok(arguments) => obey(arguments.command),
        Err(error) => explain(&error),
    };
    match done {
        Ok(()) | Err(Trouble::Closed) => ExitCode::SUCCESS,
        Err(Trouble::Found) => ExitCode::from(1),
        Err(Trouble::Input(sentence)) => {
            // One line, whatever was quoted; and if nobody hears it, the exit code still says it.
            let _ = writeln!(io::stderr(), "counterpoint: {}", one_line(&sentence));
            ExitCode::from(2)
        }
    }
}

fn obey(command: Command) -> Result<(), Trouble> {
    match command {
        Command::List => list(),
        Command::Show { name } => show(&name),
        Command::Run(arguments) => run::run(&arguments),
        Command::Waiting(arguments) => waiting::waiting(&arguments),
        Command::Sweep(arguments) => sweep::sweep(&arguments),
        Command::Merge(arguments) => sweep::merge(&arguments),
        Command::Check(arguments) => check::check(&arguments),
        Command::Claims(arguments) => claims::claims(&arguments),
        Command::Advise(arguments) => advise::advise(&arguments),
        Command::Schema => print(format!("{:#}\n", schema()).as_bytes()),
        #[cfg(feature = "mdbook")]
        Command::Mdbook(arguments) => mdbook::mdbook(&arguments),
    }
}

fn list() -> Result<(), Trouble> {
    let lines: String =
        PRESETS.iter().map(|preset| format!("{}\t{}\n", preset.name, preset.scenario().head.title)).collect();
    print(lines.as_bytes())
}

fn show(name: &str) -> Result<(), Trouble> {
    let preset = crate::scenario::preset(name).ok_or_else(|| Trouble::Input(run::unknown(name)))?;
    print(preset.json.as_bytes())
}

/// Writes to standard output.
fn print(bytes: &[u8]) -> Result<(), Trouble> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(|error| Trouble::output(&error))
}

/// Help and version are answers; everything else is bad input, told in one line.
fn explain(error: &clap::Error) -> Result<(), Trouble> {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => print(error.to_string().as_bytes()),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            Err(Trouble::input("say what to do: `list`, `show NAME`, `run NAME` or `check FILES`; `--help` tells more"))
        }
        _ => {
            let text = error.to_string();
            let said =
                text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:") && !line.starts_with("tip:"));
            let said: Vec<_> = said.filter(|line| !line.is_empty()).collect();
            Err(Trouble::input(
                said.join(" ").trim_start_matches("error: ").replace(" For more information, try '--help'.", ""),
            ))
        }
    }
}
