//! `check`: whether scenarios are valid, and whether what was made of them once is what would be made of them now.
//!
//! What is made of a scenario lies beside it under its name: `orders.svg` and `orders.txt` beside `orders.json`, and
//! `orders.left.svg` of one side. The ending says the format, and what is there is compared.
//!
//! *Invariant:* every file is looked at, whatever is wrong with those before it, and has a line, or one for each problem of
//! its text. Nothing is written without `--bless`.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::arguments::{CheckArguments, Controls, Format, RunArguments};
use super::differences::difference;
use super::element::Source;
use super::output::Output;
use super::{Trouble, print, run};
use crate::reading::one_line;
use crate::scenario::{Located, Played, Scenario};

/// What is made of a scenario: how its name ends, and the format. The first two are written where nothing is there yet.
const MADE: &[(&str, Format)] = &[
    ("svg", Format::Svg),
    ("txt", Format::Text),
    ("report.json", Format::Json),
    ("mmd", Format::Mermaid),
    ("puml", Format::Plantuml),
    ("csv", Format::Csv),
    ("recording", Format::Recording),
    #[cfg(feature = "png")]
    ("png", Format::Png),
];
const AT_FIRST: usize = 2;

/// A folder in a folder is looked into unless tools keep it for themselves.
const PASSED_OVER: &str = "node_modules";

/// What there is to say of a file.
enum Said {
    Good(String),
    Wrong(String),
    /// Its text is no scenario.
    Problems(Vec<Located>),
}

/// Looks at everything, and fails if anything of it is not as it should be.
pub(super) fn check(arguments: &CheckArguments) -> Result<(), Trouble> {
    let mut count = 0;
    let mut wrong = 0;
    for named in &arguments.files {
        let files = match scenarios(named) {
            Ok(files) if files.is_empty() => vec![Err("there is no scenario in it, which is a file *.json".to_owned())],
            Ok(files) => files.into_iter().map(Ok).collect(),
            Err(error) => vec![Err(unreadable(&error))],
        };
        for file in files {
            count += 1;
            let (shown, said) = match file {
                Ok(file) => (file.clone(), look_at(&file, arguments)?),
                Err(sentence) => (named.clone(), Said::Wrong(sentence)),
            };
            wrong += usize::from(!matches!(said, Said::Good(_)));
            let shown = one_line(&shown.to_string_lossy());
            let lines: String = match said {
                Said::Good(sentence) | Said::Wrong(sentence) => format!("{shown}: {}\n", one_line(&sentence)),
                // As compilers write it, so that editors lead to the place.
                Said::Problems(problems) => problems.iter().map(|located| format!("{shown}:{located}\n")).collect(),
            };
            print(lines.as_bytes())?;
        }
    }
    if wrong == 0 {
        return Ok(());
    }
    let expected = arguments.expect.is_some() && !arguments.bless;
    let hint = if expected { "; `--bless` writes what has changed for good reason" } else { "" };
    let are = if wrong == 1 { "is not as it should be" } else { "are not as they should be" };
    print(format!("{wrong} of {count} {are}{hint}\n").as_bytes())?;
    Err(Trouble::Found)
}

/// The scenarios that a person means by a path: the file, or all below the folder, in order.
fn scenarios(named: &Path) -> io::Result<Vec<PathBuf>> {
    if !fs::metadata(named)?.is_dir() {
        return Ok(vec![named.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(named)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || name == PASSED_OVER {
            continue;
        }
        // A link to a folder is not followed, for it could lead round in a circle.
        if entry.file_type()?.is_dir() {
            found.extend(scenarios(&entry.path())?);
        } else if name.ends_with(".json") && !name.ends_with(".report.json") {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// What there is to say of one scenario. Something cannot be written: that ends everything.
fn look_at(file: &Path, arguments: &CheckArguments) -> Result<Said, Trouble> {
    let read = fs::File::open(file).and_then(run::bounded).map_err(|error| unreadable(&error));
    let text = match read.and_then(run::text) {
        Ok(text) => text,
        Err(sentence) => return Ok(Said::Wrong(sentence)),
    };
    let Ok(scenario) = Scenario::from_json(&text) else {
        return Ok(Said::Problems(Scenario::problems(&text)));
    };
    let Some(folder) = &arguments.expect else {
        return Ok(Said::Good("ok".to_owned()));
    };
    let beside = folder.as_deref().or(file.parent()).unwrap_or(Path::new(""));
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let made = made(beside, &stem, &scenario, arguments.bless);
    if made.is_empty() {
        let [picture, words] = [0, 1].map(|place| format!("{stem}.{}", MADE[place].0));
        return Ok(Said::Wrong(format!("nothing of it is there to compare; `--bless` writes {picture} and {words}")));
    }
    let played = scenario.play();
    let mut same = Vec::new();
    let mut written = Vec::new();
    for (place, side, format) in made {
        let name = place.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let now = match bytes(&played, &text, side, format, arguments) {
            Ok(now) => now,
            Err(Trouble::Input(sentence)) => return Ok(Said::Wrong(format!("{name} cannot be made: {sentence}"))),
            Err(other) => return Err(other),
        };
        let before = match fs::read(&place) {
            Ok(before) => Some(before),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Ok(Said::Wrong(format!("{name}: {}", unreadable(&error)))),
        };
        let differs = match &before {
            Some(before) => difference(format, before, &now),
            None => Some("it is not there".to_owned()),
        };
        match differs {
            None => same.push(name),
            Some(_) if arguments.bless => {
                let mut to = Output::open(Some(&place))?;
                let done = to.write_all(&now);
                to.finish(done)?;
                written.push(name);
            }
            Some(difference) => return Ok(Said::Wrong(format!("{name}: {difference}"))),
        }
    }
    let mut said = String::from("ok");
    if !written.is_empty() {
        let _ = write!(said, ", wrote {}", written.join(", "));
    }
    if !same.is_empty() {
        let _ = write!(said, ", as in {}", same.join(", "));
    }
    Ok(Said::Good(said))
}

/// What lies there of this scenario: its place, its side if it is of one, its format. To be blessed is at least what is
/// written at first.
fn made<'a>(folder: &Path, stem: &str, scenario: &'a Scenario, bless: bool) -> Vec<(PathBuf, Option<&'a str>, Format)> {
    let sides = [None].into_iter().chain(scenario.sides.iter().map(|side| Some(side.id.as_str())));
    let every: Vec<_> = sides
        .flat_map(|side| MADE.iter().map(move |(ending, format)| (side, ending, *format)))
        .filter(|(side, _, format)| side.is_none() || *format != Format::Recording)
        .map(|(side, ending, format)| {
            let of_side = side.map_or_else(String::new, |side| format!(".{side}"));
            (folder.join(format!("{stem}{of_side}.{ending}")), side, format)
        })
        .collect();
    let there: Vec<_> = every.iter().filter(|(place, ..)| place.exists()).cloned().collect();
    if there.is_empty() && bless { every.into_iter().take(AT_FIRST).collect() } else { there }
}

/// What `run` would write.
fn bytes(
    played: &Played,
    text: &str,
    side: Option<&str>,
    format: Format,
    arguments: &CheckArguments,
) -> Result<Vec<u8>, Trouble> {
    let arguments = RunArguments {
        scenario: String::new(),
        seed: None,
        set: Vec::new(),
        side: side.unwrap_or("both").to_owned(),
        at: None,
        from: None,
        to: None,
        job: None,
        controls: Controls::Play,
        drawing: arguments.drawing.clone(),
        format,
        output: None,
    };
    let mut bytes = Vec::new();
    run::check_width(&arguments, played, side)?;
    let written = run::write(&mut bytes, &arguments, Source::Own(text), played, side)?;
    written.map_err(Trouble::input)?;
    Ok(bytes)
}

fn unreadable(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => format!("it could not be read: {error}"),
    }
}
