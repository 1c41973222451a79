//! `run`: read a scenario, change it, play it, write it.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use serde_json::Value;

use super::Failure;
use super::arguments::{Format, Run};
use crate::render::{json, mermaid, text};
use crate::scenario::{MAX_TEXT_BYTES, PRESETS, Played, Problem, Scenario, parse_assignment, preset};
use crate::time::Moment;

pub(super) fn run(run: &Run) -> Result<(), Failure> {
    let scenario = changed(&read(&run.scenario)?, run)?;
    let side = chosen_side(&scenario, &run.side)?;
    let window = window(run, side.as_deref())?;
    // Before the run, which may take long, so that a place that cannot be written is known at once.
    let mut to = Output::open(run.output.as_deref())?;
    let played = scenario.play();
    let written = write(&mut to, run.format, &played, window).and_then(|()| to.flush());
    written.map_err(|error| to.failure(&error))
}

fn write(to: &mut Output<'_>, format: Format, played: &Played, window: text::Window<'_>) -> io::Result<()> {
    match format {
        Format::Text => text::write(to, played, window),
        Format::Json => json::write(to, played, window.side),
        Format::Mermaid => to.write_all(mermaid::run(played, window.side).as_bytes()),
    }
}

/// A built-in scenario, standard input, or a file.
fn read(source: &str) -> Result<Scenario, Failure> {
    if let Some(preset) = preset(source) {
        return Ok(preset.scenario());
    }
    let (name, text) = match source {
        "-" => ("standard input", bounded(io::stdin().lock())),
        path => (path, File::open(path).and_then(bounded)),
    };
    let text = text.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::Input(unknown(source)),
        _ => Failure::Input(format!("{name} could not be read: {error}")),
    })?;
    let text = String::from_utf8(text)
        .map_err(|_| Failure::Input(format!("{name} is not text: a scenario is JSON in UTF-8")))?;
    Scenario::from_json(&text).map_err(|problem| Failure::Input(format!("{name}: {problem}")))
}

/// All there is to read, but no more than is needed to see that it is too much.
fn bounded(source: impl Read) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    source.take(MAX_TEXT_BYTES as u64 + 1).read_to_end(&mut text)?;
    Ok(text)
}

/// What is said of a name that nothing has.
pub(super) fn unknown(name: &str) -> String {
    let known: Vec<_> = PRESETS.iter().map(|preset| preset.name).collect();
    format!("there is no scenario and no file `{name}`; the built-in scenarios are `{}`", known.join("`, `"))
}

/// The scenario with everything that was set, checked as a whole at the end.
fn changed(scenario: &Scenario, run: &Run) -> Result<Scenario, Failure> {
    let mut changes = Vec::new();
    for assignment in &run.set {
        changes.push(parse_assignment(assignment).map_err(|problem| Failure::input(told("--set", &problem)))?);
    }
    changes.extend(run.seed.map(|seed| ("seed", Value::from(seed))));
    scenario.with_all(changes).map_err(Failure::input)
}

fn told(option: &str, problem: &Problem) -> String {
    format!("{option}: {problem}")
}

fn chosen_side(scenario: &Scenario, side: &str) -> Result<Option<String>, Failure> {
    match side {
        "both" => Ok(None),
        id if scenario.sides.iter().any(|known| known.id == id) => Ok(Some(id.to_owned())),
        id => {
            let known: Vec<_> = scenario.sides.iter().map(|known| known.id.as_str()).collect();
            Err(Failure::Input(format!(
                "--side: there is no side `{id}`; there are `{}` and `both`",
                known.join("`, `")
            )))
        }
    }
}

fn window<'a>(run: &Run, side: Option<&'a str>) -> Result<text::Window<'a>, Failure> {
    let (from, to) = (run.from.unwrap_or(Moment::START), run.to.unwrap_or(Moment::NEVER));
    if from >= to {
        return Err(Failure::input("--to: the window must end after it begins; --from is not before it"));
    }
    Ok(text::Window { side, from, to: to.min(run.at.unwrap_or(Moment::NEVER)) })
}

/// Where the result goes.
enum Output<'a> {
    Standard(BufWriter<io::StdoutLock<'static>>),
    File(BufWriter<File>, &'a Path),
}

impl<'a> Output<'a> {
    fn open(path: Option<&'a Path>) -> Result<Self, Failure> {
        match path {
            None => Ok(Output::Standard(BufWriter::new(io::stdout().lock()))),
            Some(path) => match File::create(path) {
                Ok(file) => Ok(Output::File(BufWriter::new(file), path)),
                Err(error) => Err(unwritable(path, &error)),
            },
        }
    }

    fn failure(&self, error: &io::Error) -> Failure {
        match self {
            Output::Standard(_) => Failure::output(error),
            Output::File(_, path) => unwritable(path, error),
        }
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::Input(format!("{} could not be written: {error}", path.display()))
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Output::Standard(out) => out.write(bytes),
            Output::File(file, _) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Output::Standard(out) => out.flush(),
            Output::File(file, _) => file.flush(),
        }
    }
}
