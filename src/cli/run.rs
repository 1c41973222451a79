//! `run`: read a scenario, change it, play it, write it.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use serde_json::Value;

use super::Failure;
use super::arguments::{Format, Run};
use crate::reading::shown;
use crate::render::{json, mermaid, svg, text};
use crate::scenario::{MAX_TEXT_BYTES, PRESETS, Played, Problem, Scenario, parse_assignment, preset};
use crate::scene::{Folding, Sides, View, layout};
use crate::time::Moment;
use crate::trace::JobId;

pub(super) fn run(run: &Run) -> Result<(), Failure> {
    let scenario = changed(&read(&run.scenario)?, run)?;
    let side = chosen_side(&scenario, &run.side)?;
    check_window(run)?;
    // Before the run, which may take long, so that a place that cannot be written is known at once.
    let mut to = Output::open(run.output.as_deref())?;
    let played = scenario.play();
    let written = write(&mut to, run, &played, side.as_deref()).and_then(|()| to.flush());
    written.map_err(|error| to.failure(&error))
}

fn write(to: &mut Output<'_>, run: &Run, played: &Played, side: Option<&str>) -> io::Result<()> {
    match run.format {
        Format::Text => {
            let end = run.to.unwrap_or(Moment::NEVER).min(run.at.unwrap_or(Moment::NEVER));
            text::write(to, played, text::Window { side, from: run.from.unwrap_or(Moment::START), to: end })
        }
        Format::Json => json::write(to, played, side),
        Format::Svg => to.write_all(picture(run, played, side).as_bytes()),
        Format::Mermaid => to.write_all(mermaid::run(played, side).as_bytes()),
    }
}

/// The picture, with the scenario's window and lit job where the arguments say nothing else.
fn picture(run: &Run, played: &Played, side: Option<&str>) -> String {
    let head = &played.scenario.head;
    let place = side.and_then(|side| played.sides.iter().position(|known| known.id == side));
    let view = View {
        width: run.width,
        sides: place.map_or(Sides::Both, |place| Sides::One(place as u8)),
        from: run.from.or(head.view.from),
        to: run.to.or(head.view.to),
        selection: head.view.job.map(|number| JobId::from_index(number - 1)),
        folding: Folding::Fold,
    };
    let options = svg::Options {
        theme: run.theme.into(),
        at: run.at,
        title: if head.title.is_empty() { head.name.clone() } else { head.title.clone() },
        description: head.look_for.clone(),
    };
    svg::document(&layout(&played.sides, &view), &options)
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
    format!("there is no scenario and no file `{}`; the built-in scenarios are `{}`", shown(name), known.join("`, `"))
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
                "--side: there is no side `{}`; there are `{}` and `both`",
                shown(id),
                known.join("`, `")
            )))
        }
    }
}

fn check_window(run: &Run) -> Result<(), Failure> {
    match (run.from, run.to) {
        (from, Some(to)) if from.unwrap_or(Moment::START) >= to => {
            Err(Failure::input("--to: the window must end after it begins; --from is not before it"))
        }
        _ => Ok(()),
    }
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
