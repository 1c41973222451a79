//! `run`: read a scenario, change it, play it, write it.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};

use serde_json::Value;

use super::Trouble;
use super::arguments::{Format, RunArguments};
use super::element::{self, Source};
use super::output::Output;
use crate::export::{self, Export};
use crate::reading::shown;
use crate::recording::Selection;
#[cfg(feature = "png")]
use crate::render::png;
use crate::render::svg;
use crate::scenario::{MAX_TEXT_BYTES, PRESETS, Played, Problem, Scenario, parse_assignment, preset};
use crate::studio::Studio;
use crate::time::Moment;

pub(super) fn run(arguments: &RunArguments) -> Result<(), Trouble> {
    let (scenario, own) = read(&arguments.scenario)?;
    let scenario = changed(&scenario, &arguments.set, arguments.seed)?;
    let side = chosen_side(&scenario, &arguments.side)?;
    check_view(arguments, &scenario)?;
    check_place(arguments, io::stdout().is_terminal())?;
    // Before the run, which may take long, so that a place that cannot be written is known at once.
    let mut to = Output::open(arguments.output.as_deref())?;
    let played = scenario.play();
    check_width(arguments, &played, side.as_deref())?;
    let source = match &own {
        None => Source::BuiltIn(&arguments.scenario),
        Some(json) => Source::Own(json),
    };
    let written = write(&mut to, arguments, source, &played, side.as_deref())?;
    to.finish(written)
}

/// The run of a scenario, and its picture as SVG, wider than was asked for if its lanes need that.
#[cfg(feature = "mdbook")]
pub(super) fn drawn(scenario: &Scenario, arguments: &RunArguments) -> Result<(Played, String), Trouble> {
    let scenario = changed(scenario, &arguments.set, arguments.seed)?;
    let side = chosen_side(&scenario, &arguments.side)?;
    check_view(arguments, &scenario)?;
    check_place(arguments, false)?;
    let played = scenario.play();
    let (scene, options) = exported(arguments, side.as_deref()).picture(&played);
    Ok((played, svg::document(&scene, &options)))
}

/// Writes the format, unless it cannot be made of this run.
pub(super) fn write(
    to: &mut impl Write,
    arguments: &RunArguments,
    source: Source<'_>,
    played: &Played,
    side: Option<&str>,
) -> Result<io::Result<()>, Trouble> {
    let export = exported(arguments, side);
    let format = match arguments.format {
        Format::Text => export::Format::Text,
        Format::Story => export::Format::Story,
        Format::Json => export::Format::Json,
        Format::Svg => export::Format::Svg,
        Format::Mermaid => export::Format::Mermaid,
        Format::Plantuml => export::Format::Plantuml,
        Format::Csv => export::Format::Csv,
        Format::Html => {
            let (scene, options) = export.picture(played);
            let picture = svg::document(&scene, &options);
            return Ok(writeln!(to, "{}", element::html(source, arguments, played, &picture)));
        }
        Format::Recording => return Ok(to.write_all(&Studio::cover_of(played.clone()).to_file())),
        #[cfg(feature = "png")]
        Format::Png => {
            let (scene, options) = export.picture(played);
            let size = png::Size::of(svg::size(&scene, &options), arguments.drawing.scale);
            let size = size.map_err(|error| Trouble::Input(format!("--scale: {error}")))?;
            return Ok(to.write_all(&png::picture(&svg::document(&scene, &options), size)));
        }
    };
    Ok(Export { format, ..export }.write(to, played))
}

/// What is wanted, as a picture.
fn exported(arguments: &RunArguments, side: Option<&str>) -> Export {
    let drawing = &arguments.drawing;
    Export {
        format: export::Format::Svg,
        side: side.map(str::to_owned),
        at: arguments.at.filter(|_| arguments.format != Format::Html),
        from: arguments.from,
        to: arguments.to,
        job: arguments.job,
        width: asked_width(arguments),
        theme: drawing.theme.into(),
        foot: drawing.legend.into(),
        background: drawing.background.into(),
    }
}

fn asked_width(arguments: &RunArguments) -> u16 {
    arguments.drawing.width.unwrap_or(arguments.format.usual_width())
}

/// Refuses a picture that would be wider than was asked for.
pub(super) fn check_width(arguments: &RunArguments, played: &Played, side: Option<&str>) -> Result<(), Trouble> {
    let needed = exported(arguments, side).width_needed(played).filter(|_| arguments.format.is_picture());
    let Some(needed) = needed else { return Ok(()) };
    let or = if side.is_none() { ", or one side alone by --side" } else { "" };
    let width = asked_width(arguments);
    Err(Trouble::Input(format!("--width: {width} is too narrow for the lanes of this run; {needed} would do{or}")))
}

/// A built-in scenario, standard input, or a file; and its text if it is not built in.
pub(super) fn read(source: &str) -> Result<(Scenario, Option<String>), Trouble> {
    if let Some(preset) = preset(source) {
        return Ok((preset.scenario(), None));
    }
    let (name, text) = input(source);
    let text = text.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Trouble::Input(unknown(source)),
        _ => Trouble::Input(format!("{name} could not be read: {error}")),
    })?;
    let (scenario, text) = scenario(text).map_err(|sentence| Trouble::Input(format!("{name}: {sentence}")))?;
    Ok((scenario, Some(text)))
}

/// What a file is called, or standard input, which is meant by `-`; and all that it has, or as much as shows that it is too much.
pub(super) fn input(source: &str) -> (&str, io::Result<Vec<u8>>) {
    match source {
        "-" => ("standard input", bounded(io::stdin().lock())),
        path => (path, File::open(path).and_then(bounded)),
    }
}

/// The scenario that is written so, and the text.
pub(super) fn scenario(bytes: Vec<u8>) -> Result<(Scenario, String), String> {
    let text = text(bytes)?;
    let scenario = Scenario::from_json(&text).map_err(|problem| problem.to_string())?;
    Ok((scenario, text))
}

/// What was read, if it is text.
pub(super) fn text(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|_| "it is not text: a scenario is JSON in UTF-8".to_owned())
}

/// All there is to read, but no more than is needed to see that it is too much.
pub(super) fn bounded(source: impl Read) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    source.take(MAX_TEXT_BYTES as u64 + 1).read_to_end(&mut text)?;
    Ok(text)
}

/// What is said of a name that nothing has: which scenario was probably meant, or all that there are.
pub(super) fn unknown(name: &str) -> String {
    let nothing = format!("there is no scenario and no file `{}`", shown(name));
    match nearest(name) {
        Some(meant) => format!("{nothing}; did you mean `{meant}`? `counterpoint list` names all scenarios"),
        None => {
            let known: Vec<_> = PRESETS.iter().map(|preset| preset.name).collect();
            format!("{nothing}; the built-in scenarios are `{}`", known.join("`, `"))
        }
    }
}

/// The built-in scenario whose name differs from `name` in no more than a third of its letters.
fn nearest(name: &str) -> Option<&'static str> {
    let distance = |known: &str| strsim::damerau_levenshtein(known, name);
    let known = PRESETS.iter().map(|preset| preset.name).filter(|known| name.len() <= 2 * known.len());
    known.min_by_key(|known| distance(known)).filter(|known| 3 * distance(known) <= known.len())
}

/// The scenario with everything that was set, checked as a whole at the end.
pub(super) fn changed(scenario: &Scenario, set: &[String], seed: Option<u64>) -> Result<Scenario, Trouble> {
    let mut changes = Vec::new();
    for assignment in set {
        changes.push(parse_assignment(assignment).map_err(|problem| Trouble::input(told("--set", &problem)))?);
    }
    changes.extend(seed.map(|seed| ("seed", Value::from(seed))));
    scenario.with_all(changes).map_err(Trouble::input)
}

fn told(option: &str, problem: &Problem) -> String {
    format!("{option}: {problem}")
}

fn chosen_side(scenario: &Scenario, side: &str) -> Result<Option<String>, Trouble> {
    match side {
        "both" => Ok(None),
        id if scenario.sides.iter().any(|known| known.id == id) => Ok(Some(id.to_owned())),
        id => {
            let known: Vec<_> = scenario.sides.iter().map(|known| known.id.as_str()).collect();
            Err(Trouble::Input(format!(
                "--side: there is no side `{}`; there are `{}` and `both`",
                shown(id),
                known.join("`, `")
            )))
        }
    }
}

/// Refuses what this place, or this format, cannot take.
fn check_place(arguments: &RunArguments, out_is_terminal: bool) -> Result<(), Trouble> {
    if arguments.format == Format::Recording && arguments.side != "both" {
        return Err(Trouble::input("--side: a recording is always of both sides"));
    }
    if arguments.format == Format::Html && arguments.set.iter().any(|set| set.contains(';')) {
        return Err(Trouble::input("--set: a value with a `;` cannot be set in a page"));
    }
    if arguments.format.is_binary() && arguments.output.is_none() && out_is_terminal {
        return Err(Trouble::input("-o: this format is not for a terminal; name a file, as in `-o run`"));
    }
    Ok(())
}

fn check_view(arguments: &RunArguments, scenario: &Scenario) -> Result<(), Trouble> {
    let jobs = scenario.head.workload.jobs;
    if let Some(job) = arguments.job.and_then(Selection::job).filter(|job| job.index() >= jobs) {
        let number = job.number();
        return Err(Trouble::Input(format!("--job: there is no job {number}; the last one is {jobs}")));
    }
    match (arguments.from, arguments.to) {
        (from, Some(to)) if from.unwrap_or(Moment::START) >= to => {
            Err(Trouble::input("--to: the window must end after it begins; --from is not before it"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use clap::{Parser, ValueEnum};

    use super::*;
    use crate::cli::arguments::{Arguments, Command};

    /// Bytes that are no text would set a terminal's colours and worse; a file or a pipe takes them.
    #[test]
    fn what_is_no_text_is_refused_by_a_terminal_and_by_nothing_else() {
        let read = |format: Format, more: &[&str]| {
            let name = format.to_possible_value().unwrap().get_name().to_owned();
            let words = [&["counterpoint", "run", "order-emails", "--format", &name], more].concat();
            let Command::Run(arguments) = Arguments::try_parse_from(words).unwrap().command else { unreachable!() };
            arguments
        };
        let played = preset("order-emails").unwrap().scenario().play();
        for format in Format::value_variants() {
            let mut bytes = Vec::new();
            write(&mut bytes, &read(*format, &[]), Source::BuiltIn("order-emails"), &played, None).unwrap().unwrap();
            let is_plain = |text: String| !text.contains(|c: char| c.is_control() && c != '\n' && c != '\r');
            let is_text = String::from_utf8(bytes).is_ok_and(is_plain);
            assert_eq!(check_place(&read(*format, &[]), true).is_ok(), is_text, "{format:?}");
            assert!(check_place(&read(*format, &[]), false).is_ok(), "{format:?} into a pipe");
            assert!(check_place(&read(*format, &["-o", "run"]), true).is_ok(), "{format:?} into a file");
        }
    }
}
