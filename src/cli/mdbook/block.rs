//! A fenced block of a chapter: what it asks for, and what is put in its place.
//!
//! ```` ```counterpoint order-emails {seed=7 at=1.2s side=left theme=auto controls=play} ````
//!
//! *Invariant:* what is put in its place is one line, so it can stand wherever a block can: in a list, in a quotation.

use std::error::Error;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use clap::error::{ContextKind, ContextValue};
use clap::{Parser, ValueEnum};
use mdbook_markdown::pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};
use serde_json::Value;

use crate::cli::Trouble;
use crate::cli::arguments::{Arguments, Command, RunArguments};
use crate::cli::run;
use crate::reading::shown;
use crate::scenario::{Scenario, preset};
use crate::scene::markup::escaped;

/// The language of the blocks.
const LANGUAGE: &str = "counterpoint";
/// The width of a book's text, in which a picture is drawn unless its lanes need more.
const WIDTH: u16 = 720;

/// A block as it stands in a chapter.
pub(super) struct Block {
    pub range: Range<usize>,
    /// From one.
    pub line: usize,
    /// What stands after the language.
    asked: String,
    content: String,
}

/// What a block is drawn as.
pub(super) struct Drawn {
    title: String,
    svg: String,
    /// The element's attributes, and what it is told of a scenario that is not built in.
    attributes: Vec<(&'static str, String)>,
    json: Option<String>,
}

/// What a block asks for.
struct Asked {
    arguments: RunArguments,
    attributes: Vec<(&'static str, String)>,
}

/// What can be asked for in braces. All but the last two are options of `run` as well.
const OPTIONS: [&str; 11] = ["seed", "set", "side", "at", "from", "to", "theme", "width", "legend", "job", "controls"];

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Controls {
    None,
    Play,
    Full,
}

/// The blocks of a chapter, as mdBook itself reads it.
pub(super) fn all(chapter: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    for (event, range) in new_cmark_parser(chapter, &MarkdownOptions::default()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let asked = info.trim().strip_prefix(LANGUAGE);
                let asked = asked.filter(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '{']));
                let line = chapter[..range.start].matches('\n').count() + 1;
                open = asked.map(|asked| Block { range, line, asked: asked.trim().into(), content: String::new() });
            }
            Event::Text(text) => {
                if let Some(block) = &mut open {
                    block.content.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => found.extend(open.take()),
            _ => {}
        }
    }
    found
}

impl Block {
    /// Runs and draws what is asked for. A file is looked for in `folder`.
    pub(super) fn draw(&self, folder: &Path) -> Result<Drawn, String> {
        let (name, options) = match self.asked.split_once('{') {
            None => (self.asked.as_str(), ""),
            Some((name, rest)) => (name.trim(), rest.strip_suffix('}').ok_or("its options do not end with a `}`")?),
        };
        let mut asked = read(options)?;
        let own = self.content.trim();
        let (scenario, text) = match (name.is_empty(), own.is_empty()) {
            (true, true) => {
                return Err("it needs the name of a scenario, as in `counterpoint order-emails`, or one as JSON".into());
            }
            (false, false) => return Err(format!("it has both a name, `{}`, and a scenario of its own", shown(name))),
            (true, false) => (run::scenario(own.as_bytes().to_vec())?, Some(own.to_owned())),
            (false, true) => match preset(name) {
                Some(preset) => (preset.scenario(), None),
                None => {
                    let (scenario, text) = file(&folder.join(name), name)?;
                    (scenario, Some(text))
                }
            },
        };
        let json = text.as_deref().map(in_a_script);
        if json.is_none() {
            asked.attributes.insert(0, ("scenario", name.to_owned()));
        } else if !name.is_empty() && is_beside(&folder.join(name)) {
            asked.attributes.insert(0, ("src", name.to_owned()));
        }
        let svg = run::drawn(&scenario, &asked.arguments).map_err(told)?;
        let title = scenario.head.title_or_name().to_owned();
        Ok(Drawn { title, svg: on_one_line(&svg), attributes: asked.attributes, json })
    }
}

impl Drawn {
    /// The picture, and the live diagram over it where scripts run.
    pub(super) fn live(&self) -> String {
        let attributes = self.attributes.iter().map(|(name, value)| format!(" {name}=\"{}\"", escaped(value)));
        let attributes: String = attributes.collect();
        let json = self.json.as_ref().map(|json| format!("<script type=\"application/json\">{json}</script>"));
        // What begins with a comment ends with the line in which the comment ends (CommonMark 4.6), so whatever follows
        // is read as it was.
        format!(
            "<!-- counterpoint --><counterpoint-diagram{attributes}>{}{}</counterpoint-diagram>",
            self.svg,
            json.unwrap_or_default()
        )
    }

    /// The picture alone, inside the text itself: whoever renders that finds no file that is not there.
    pub(super) fn image(&self) -> String {
        let title = self.title.replace(['[', ']', '\\'], " ");
        format!("![{title}](data:image/svg+xml;base64,{})", BASE64_STANDARD.encode(&self.svg))
    }
}

/// The scenario of a file, and its text.
fn file(path: &Path, name: &str) -> Result<(Scenario, String), String> {
    let text = File::open(path).and_then(run::bounded).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => run::unknown(name),
        _ => format!("{} could not be read: {error}", shown(name)),
    })?;
    let scenario = run::scenario(text.clone()).map_err(|sentence| format!("{}: {sentence}", shown(name)))?;
    // What is a scenario is text.
    Ok((scenario, String::from_utf8_lossy(&text).into_owned()))
}

/// Whether the recording of a scenario's file lies beside it, which the element then finds.
fn is_beside(file: &Path) -> bool {
    file.with_extension("recording").exists()
}

/// A scenario's text as it can stand in a script of a page, on one line.
fn in_a_script(text: &str) -> String {
    let compact = serde_json::from_str(text.trim_start_matches('\u{FEFF}')).map(|read: Value| read.to_string());
    compact.unwrap_or_default().replace('<', "\\u003c")
}

/// The picture without its line breaks, of which none is part of a text.
fn on_one_line(svg: &str) -> String {
    svg.lines().collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// What is wrong, without the hyphens of an option on the command line.
fn told(trouble: Trouble) -> String {
    match trouble {
        Trouble::Input(sentence) => sentence.trim_start_matches("--").to_owned(),
        Trouble::Closed | Trouble::Found => String::new(),
    }
}

/// Reads what stands between the braces.
fn read(options: &str) -> Result<Asked, String> {
    let width = WIDTH.to_string();
    let mut words = ["counterpoint", "run", "-", "--format", "svg"].map(str::to_owned).to_vec();
    let mut attributes: Vec<(&'static str, String)> = Vec::new();
    let mut has_width = false;
    for (key, value) in pairs(options)? {
        let Some(key) = OPTIONS.into_iter().find(|known| *known == key) else {
            return Err(format!("there is no option `{}`; there are `{}`", shown(key), OPTIONS.join("`, `")));
        };
        let option = match key {
            "controls" => {
                Controls::from_str(&value, false).map_err(|_| would_not_do(key, &value, &["none", "play", "full"]))?;
                Vec::new()
            }
            // To the picture it is a part of the scenario.
            "job" => {
                let number: u64 = value.parse().map_err(|_| format!("job: `{}` is not a number", shown(&value)))?;
                vec!["--set".to_owned(), format!("view.job={number}")]
            }
            _ => vec![format!("--{key}={value}")],
        };
        arguments([&words[..3], &option[..]].concat(), (key, &value))?;
        // A picture that cannot be played is a whole one: what comes after that moment would be veiled for good.
        if key != "at" {
            words.extend(option);
        }
        has_width |= key == "width";
        match (key, attributes.iter_mut().find(|(known, _)| *known == key)) {
            ("width" | "legend", _) => {}
            ("set", _) if value.contains(';') => return Err("set: a value with a `;` is not possible here".to_owned()),
            ("set", Some((_, sets))) => *sets = format!("{sets};{value}"),
            (_, Some(_)) => return Err(format!("{key} is there twice")),
            (_, None) => attributes.push((key, value)),
        }
    }
    if !has_width {
        words.extend(["--width".to_owned(), width]);
    }
    Ok(Asked { arguments: arguments(words, ("", ""))?, attributes })
}

/// The options in order. A value with a space in it stands in quotation marks.
fn pairs(options: &str) -> Result<Vec<(&str, String)>, String> {
    let mut found = Vec::new();
    let mut rest = options.trim();
    while !rest.is_empty() {
        let (key, after) = rest
            .split_once('=')
            .filter(|(key, _)| !key.contains(char::is_whitespace))
            .ok_or_else(|| format!("`{}` says nothing; an option is key=value", shown(rest)))?;
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').ok_or_else(|| format!("the value of {key} has no end"))?,
            None => after.split_once(char::is_whitespace).unwrap_or((after, "")),
        };
        found.push((key, value.to_owned()));
        rest = after.trim_start();
    }
    Ok(found)
}

/// What the command line would understand of these words; `what` is the option that is new in them.
fn arguments(words: Vec<String>, (key, value): (&str, &str)) -> Result<RunArguments, String> {
    match Arguments::try_parse_from(words) {
        Ok(Arguments { command: Command::Run(arguments) }) => Ok(arguments),
        Ok(_) => Err("it asks for no run".to_owned()),
        Err(error) => Err(match (error.source(), error.get(ContextKind::ValidValue)) {
            (Some(reason), _) => format!("{key}: {reason}"),
            (None, Some(ContextValue::Strings(known))) => would_not_do(key, value, known),
            _ => format!("{key} would not do"),
        }),
    }
}

fn would_not_do(key: &str, value: &str, known: &[impl AsRef<str>]) -> String {
    let known: Vec<&str> = known.iter().map(AsRef::as_ref).collect();
    format!("{key}: `{}` would not do; there are `{}`", shown(value), known.join("`, `"))
}
