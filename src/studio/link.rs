//! What is shown, as the fragment of an address: `order-emails&v=1&seed=7&set=workload.work=200ms&at=1500ms&job=7`.
//!
//! A link is short, readable, and can be typed by hand. A part of it that cannot be read is left out, and the reason is
//! said, so that an old or broken link still opens what is nearest to it.
//!
//! A scenario that is not built in is in its link whole (`own=…`), or the link names where the browser keeps it (`kept=…`).
//! Neither is read here: the page unpacks it (`static/own.js`) and has it kept under that field.
//!
//! *Invariant:* what [`address`] writes and the player adds, [`PageLink::read`] reads back.

use std::fmt::Write;
use std::rc::Rc;

use serde_json::Value;

use super::Wish;
use super::edit::{self, Edit};
use crate::desk::{Opening, SEED, own_field};
use crate::recording::{Background, Selection};
use crate::scenario::{PRESETS, Scenario, parse_assignment, preset};
use crate::time::{Moment, Span};

/// The version of the format that is written.
const VERSION: u32 = 1;
/// The most bytes of a link that are read, besides those of a scenario in it; and the most changes in one.
const MAX_BYTES: usize = 8192;
const MAX_EDITS: usize = 64;

/// Why a scenario is not there that is not built in.
const NOT_HAD: &str = "its scenario cannot be had: what is in the link is not whole, or, where it only names one, this browser does \
                       not keep it";

/// What a link says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageLink {
    /// The name of a built-in scenario; empty for the first.
    pub name: String,
    /// The field that says where a scenario is that is not built in; empty without one.
    pub own: String,
    pub edits: Vec<Edit>,
    /// The moment at which it opens, if it is not the scenario's own.
    pub at: Option<Moment>,
    /// What is selected, if it is not the scenario's own choice.
    pub selection: Option<Selection>,
    /// The beginning of the window, if it is not the scenario's own.
    pub from: Option<Moment>,
    /// The end of the window, if it is not the scenario's own.
    pub to: Option<Moment>,
    pub background: Background,
}

/// A scenario that is not built in.
pub(super) struct Kept {
    /// By which links mean it; empty if they do so by its name.
    pub field: String,
    /// Or why it cannot be read.
    pub scenario: Result<Rc<Scenario>, LinkProblem>,
}

impl Kept {
    /// What a link means by the scenario that comes with it; nothing if none does.
    pub fn of(scenario: &str, link: &str) -> Option<Kept> {
        (!scenario.is_empty()).then(|| Kept::read(scenario, own_field(link).to_owned()))
    }

    pub fn read(scenario: &str, field: String) -> Kept {
        let read = Scenario::from_json(scenario);
        Kept { field, scenario: read.map(Rc::new).map_err(|problem| LinkProblem(problem.to_string())) }
    }
}

/// Why a link could not be followed to the letter: one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkProblem(pub String);

/// The link to a wish, without the `#`. Whoever plays its recording adds how it is shown.
pub(super) fn address(wish: &Wish) -> String {
    let mut text = encoded(&wish.base.head.name);
    let _ = write!(text, "&v={VERSION}");
    // It is as it stands in the link by which the scenario is kept, so nothing in it has to be encoded.
    if !wish.own.is_empty() {
        text.push('&');
        text.push_str(&wish.own);
    }
    for edit in &wish.edits {
        match edit.path.as_str() {
            SEED => text.push_str("&seed="),
            path => {
                let _ = write!(text, "&set={}=", encoded(path));
            }
        }
        text.push_str(&encoded(&written(&edit.value)));
    }
    text
}

impl PageLink {
    /// Reads a fragment, with or without its `#`. The link has what can be read of it; the problem is the first thing
    /// that cannot.
    pub fn read(text: &str) -> (PageLink, Option<LinkProblem>) {
        let text = text.strip_prefix('#').unwrap_or(text);
        let mut link = PageLink { own: own_field(text).to_owned(), ..PageLink::default() };
        if text.len() - own_field(text).len() > MAX_BYTES {
            let sentence = format!("it has {} bytes, and at most {MAX_BYTES} are read", text.len());
            return (link, Some(LinkProblem(sentence)));
        }
        let mut problem = None;
        for (index, field) in text.split('&').enumerate() {
            if let Err(sentence) = link.read_field(index, field) {
                problem.get_or_insert(LinkProblem(sentence));
            }
        }
        (link, problem)
    }

    fn read_field(&mut self, index: usize, field: &str) -> Result<(), String> {
        let field = decoded(field).ok_or_else(|| format!("`{}` is not well encoded", edit::shortened(field)))?;
        let Some((key, value)) = field.split_once('=') else {
            if index == 0 {
                self.name = field;
                return Ok(());
            }
            return Err(format!("`{}` says nothing; a link is made of key=value", edit::shortened(&field)));
        };
        match key {
            "own" | "kept" => Ok(()),
            "v" => match value.parse::<u32>() {
                Ok(1..=VERSION) => Ok(()),
                _ => {
                    Err(format!("it is of version `{}`, and this page reads version {VERSION}", edit::shortened(value)))
                }
            },
            "seed" => self.add(SEED, edit::read_seed(value)?),
            "set" => {
                let (path, value) = parse_assignment(value).map_err(|problem| problem.sentence)?;
                self.add(path, value)
            }
            "at" | "from" | "to" => {
                let what = if key == "at" { "moment" } else { "window" };
                let span: Span = value.parse().map_err(|problem| format!("its {what} will not do: {problem}"))?;
                let moment = match key {
                    "at" => &mut self.at,
                    "from" => &mut self.from,
                    _ => &mut self.to,
                };
                *moment = Some(Moment::START + span);
                Ok(())
            }
            "job" => {
                let wrong = || format!("`{}` is not the number of a job; jobs count from 1", edit::shortened(value));
                self.selection = Some(Selection::read_job(value).ok_or_else(wrong)?);
                Ok(())
            }
            "background" => {
                let wrong = || format!("background messages are `faint` or `full`, not `{}`", edit::shortened(value));
                self.background = Background::read(value).ok_or_else(wrong)?;
                Ok(())
            }
            "message" => {
                self.selection = Some(self.read_message(value)?);
                Ok(())
            }
            _ => Err(format!(
                "there is no `{}`; there are seed, set, at, job, message, from, to, background, own and kept",
                edit::shortened(key)
            )),
        }
    }

    fn add(&mut self, path: &str, value: Value) -> Result<(), String> {
        if self.edits.len() >= MAX_EDITS {
            return Err(format!("it changes more than {MAX_EDITS} parameters"));
        }
        self.edits.retain(|edit| edit.path != path);
        self.edits.push(Edit { path: path.into(), value });
        Ok(())
    }

    fn read_message(&self, value: &str) -> Result<Selection, String> {
        let wrong = || format!("`{}` names no message", edit::shortened(value));
        let (side, message) = Selection::read_message(value).ok_or_else(wrong)?;
        let job = self.selection.and_then(Selection::job).ok_or("it names a message but no job before it")?;
        Ok(Selection::Message { side, message, job })
    }

    /// Where the run is to open.
    pub(super) fn opening(&self) -> Opening {
        let PageLink { at, selection, from, to, background, .. } = *self;
        Opening { at, selection, from, to, background }
    }

    /// The link, and the scenario that it means with its changes: what is `kept` by the field under which it is, or, if that
    /// is empty, by its name and by none. Where the link does not fit the scenario, both are the nearest that do, and the
    /// problem is the first reason.
    pub(super) fn resolve(mut self, kept: Option<&Kept>) -> (PageLink, Wish, Option<LinkProblem>) {
        let mut problem = None;
        let built_in = preset(&self.name);
        let mut wish = Wish::unchanged(Rc::new(built_in.unwrap_or(&PRESETS[0]).scenario()));
        let kept = kept.filter(|kept| kept.field == self.own).map(|kept| &kept.scenario);
        let is_in_it = !self.own.is_empty();
        let reason = match kept {
            Some(Ok(own)) if is_in_it || self.name.is_empty() || self.name == own.head.name => {
                wish = Wish::unchanged(own.clone());
                wish.own = self.own.clone();
                None
            }
            Some(Err(reason)) if is_in_it || self.name.is_empty() => Some(reason.clone()),
            None if is_in_it => Some(LinkProblem(NOT_HAD.into())),
            _ if built_in.is_none() && !self.name.is_empty() => {
                let name = edit::shortened(&self.name);
                Some(LinkProblem(format!("there is no scenario `{name}`; this is `{}` instead", wish.base.head.name)))
            }
            _ => None,
        };
        if reason.is_some() {
            return (PageLink::default(), wish, reason);
        }
        let wish = edit::apply(&wish, self.edits.clone()).unwrap_or_else(|first| {
            problem = Some(LinkProblem(first.to_string()));
            // All changes together are refused, so each is tried in turn, and kept if it is valid on top of those
            // before.
            self.edits.iter().fold(wish.clone(), |wish, next| {
                let mut edits = wish.edits.clone();
                edits.push(next.clone());
                edit::apply(&wish, edits).unwrap_or(wish)
            })
        });
        let jobs = wish.scenario.head.workload.jobs;
        if let Some(job) = self.selection.and_then(Selection::job).filter(|job| job.index() >= jobs) {
            let sentence = format!("there is no job {}; the last one is {jobs}", job.number());
            problem.get_or_insert(LinkProblem(sentence));
            self.selection = None;
        }
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from >= to
        {
            let [from, to] = [from, to].map(|at| at.since(Moment::START));
            let sentence = format!("its window ends at {to}, which is not after its beginning at {from}");
            problem.get_or_insert(LinkProblem(sentence));
            (self.from, self.to) = (None, None);
        }
        (self, wish, problem)
    }
}

/// A value as [`parse_assignment`] reads it: a text without quotation marks, unless it would then read as something
/// else.
fn written(value: &Value) -> String {
    match value {
        Value::String(text) if serde_json::from_str::<Value>(text).is_err() => text.clone(),
        other => other.to_string(),
    }
}

/// The text with everything escaped that has a meaning in a fragment or does not survive being copied (RFC 3986 §3.5).
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b',' | b':' | b'/' => {
                out.push(byte as char);
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// The text without its escapes; nothing if an escape is broken or the bytes are not UTF-8.
pub(super) fn decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let high = (bytes.next()? as char).to_digit(16)?;
        let low = (bytes.next()? as char).to_digit(16)?;
        out.push((high * 16 + low) as u8);
    }
    String::from_utf8(out).ok()
}
