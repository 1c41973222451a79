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
use clap::Parser;
use clap::error::{ContextKind, ContextValue};
use mdbook_markdown::pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};

use crate::cli::Trouble;
use crate::cli::arguments::{Arguments, Command, RunArguments};
use crate::cli::element::{self, Source};
use crate::cli::run;
use crate::reading::shown;
use crate::scenario::{Scenario, preset};

/// The language of the blocks.
const LANGUAGE: &str = "counterpoint";

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
    /// The live diagram, with the picture in it.
    pub html: String,
}

/// What can be asked for in braces: options of `run`.
const OPTIONS: [&str; 12] =
    ["seed", "set", "side", "at", "from", "to", "job", "controls", "theme", "width", "legend", "background"];

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
        let arguments = read(options)?;
        let own = self.content.trim();
        let (scenario, text) = match (name.is_empty(), own.is_empty()) {
            (true, true) => {
                let needs = "it needs the name of a scenario, as in `counterpoint order-emails`, or one as JSON";
                return Err(needs.to_owned());
            }
            (false, false) => return Err(format!("it has both a name, `{}`, and a scenario of its own", shown(name))),
            (true, false) => run::scenario(own.as_bytes().to_vec()).map(|(scenario, text)| (scenario, Some(text)))?,
            (false, true) => match preset(name) {
                Some(preset) => (preset.scenario(), None),
                None => file(&folder.join(name), name).map(|(scenario, text)| (scenario, Some(text)))?,
            },
        };
        let source = match &text {
            None => Source::BuiltIn(name),
            Some(json) => Source::Own(json),
        };
        let (played, svg) = run::drawn(&scenario, &arguments).map_err(told)?;
        let html = element::html(source, &arguments, &played, &svg);
        Ok(Drawn { title: scenario.head.title_or_name().to_owned(), svg, html })
    }
}

impl Drawn {
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
    run::scenario(text).map_err(|sentence| format!("{}: {sentence}", shown(name)))
}

/// What is wrong, without the hyphens of an option on the command line.
fn told(trouble: Trouble) -> String {
    match trouble {
        Trouble::Input(sentence) => sentence.trim_start_matches("--").to_owned(),
        Trouble::Closed | Trouble::Found => String::new(),
    }
}

/// Reads what stands between the braces.
fn read(options: &str) -> Result<RunArguments, String> {
    let begin = ["counterpoint", "run", "-", "--format", "html"].map(str::to_owned);
    let mut words = begin.to_vec();
    let mut seen = Vec::new();
    for (key, value) in pairs(options)? {
        if !OPTIONS.contains(&key) {
            return Err(format!("there is no option `{}`; there are `{}`", shown(key), OPTIONS.join("`, `")));
        }
        if key != "set" && seen.contains(&key) {
            return Err(format!("{key} is there twice"));
        }
        seen.push(key);
        let option = format!("--{key}={value}");
        // Alone, so that it is known which one will not do.
        arguments([&begin[..], std::slice::from_ref(&option)].concat(), key, &value)?;
        words.push(option);
    }
    arguments(words, "", "")
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

/// What the command line understands of these words, of which this option is the one that may be wrong.
fn arguments(words: Vec<String>, key: &str, value: &str) -> Result<RunArguments, String> {
    match Arguments::try_parse_from(words) {
        Ok(Arguments { command: Command::Run(arguments) }) => Ok(arguments),
        Ok(_) => Err("it asks for no run".to_owned()),
        Err(error) => Err(match (error.source(), error.get(ContextKind::ValidValue)) {
            (Some(reason), _) => format!("{key}: {reason}"),
            (None, Some(ContextValue::Strings(known))) => {
                format!("{key}: `{}` would not do; there are `{}`", shown(value), known.join("`, `"))
            }
            _ => format!("{key}: `{}` would not do", shown(value)),
        }),
    }
}
