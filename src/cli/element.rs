//! The live diagram for a page: the element, with the picture in it for where nothing runs.
//!
//! A scenario that is not built in has its finished run in the element as well, so that a reader who only looks fetches no
//! engine. It is in the element and not in a file beside the page, because what calls this (a fence of MkDocs, a directive
//! of Sphinx) knows neither where its page will be nor where it may write.
//!
//! *Invariant:* it is one line, and the picture in it is a whole one: what comes after a moment would be veiled for good
//! where nothing can be played.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::arguments::{Controls, RunArguments, Theme};
use crate::recording::Background;
use crate::render::embed;
use crate::scenario::Played;
use crate::studio::Studio;
use crate::time::Moment;

/// The most bytes of a recording in a page. In base64 more than this would weigh more than the engine, which makes it.
const MOST_RECORDED: usize = 300_000;

/// Where the element has its scenario from.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    /// The name of a built-in one.
    BuiltIn(&'a str),
    /// As JSON in the element.
    Own(&'a str),
}

/// The element. A line that begins with a comment is HTML in Markdown, and is so up to its end and no further
/// (CommonMark 4.6); what follows is read as if it was not there. It is a block from the beginning: until a script says
/// what it is, it would stand in a line of text otherwise, and what follows would move when the diagram comes.
pub(super) fn html(source: Source<'_>, arguments: &RunArguments, played: &Played, svg: &str) -> String {
    let attributes = attributes(source, arguments, played);
    let attributes = attributes.iter().map(|(name, value)| (*name, value.as_str())).chain([("style", "display:block")]);
    let json = match source {
        Source::BuiltIn(_) => String::new(),
        Source::Own(json) => format!("<script type=\"application/json\">{}</script>", in_a_script(json)),
    };
    format!("<!-- counterpoint -->{}", embed::element(attributes, &(on_one_line(svg) + &json)))
}

/// What differs from what the element does by itself.
fn attributes(source: Source<'_>, arguments: &RunArguments, played: &Played) -> Vec<(&'static str, String)> {
    let RunArguments { seed, set, side, at, from, to, job, controls, drawing, .. } = arguments;
    let moment = |at: &Moment| at.since(Moment::START).to_string();
    let known = [
        match source {
            Source::BuiltIn(name) => Some(("scenario", name.to_owned())),
            Source::Own(_) => None,
        },
        seed.map(|seed| ("seed", seed.to_string())),
        (!set.is_empty()).then(|| ("set", set.join(";"))),
        (side != "both").then(|| ("side", side.clone())),
        at.as_ref().map(|at| ("at", moment(at))),
        from.as_ref().map(|from| ("from", moment(from))),
        to.as_ref().map(|to| ("to", moment(to))),
        job.map(|lit| ("job", lit.job().map_or_else(|| "none".to_owned(), |job| job.number().to_string()))),
        match Background::from(drawing.background) {
            Background::Faint => None,
            Background::Full => Some(("background", Background::Full.word().to_owned())),
        },
        match controls {
            Controls::None => Some(("controls", "none".to_owned())),
            Controls::Play => None,
            Controls::Full => Some(("controls", "full".to_owned())),
        },
        match drawing.theme {
            Theme::Auto => None,
            Theme::Light => Some(("theme", "light".to_owned())),
            Theme::Dark => Some(("theme", "dark".to_owned())),
        },
        match source {
            // Built-in scenarios have theirs beside the viewer, and for what is changed the element asks for none.
            Source::Own(_) if seed.is_none() && set.is_empty() => recording(played).map(|held| ("recording", held)),
            Source::BuiltIn(_) | Source::Own(_) => None,
        },
    ];
    known.into_iter().flatten().collect()
}

/// The recording of a run as an address that holds it, unless it is too large for that.
fn recording(played: &Played) -> Option<String> {
    let file = Studio::cover_of(played.clone()).to_file();
    (file.len() <= MOST_RECORDED).then(|| format!("data:;base64,{}", BASE64_STANDARD.encode(file)))
}

/// A scenario's text as it can stand in a script of a page, on one line.
fn in_a_script(text: &str) -> String {
    let read = serde_json::from_str::<serde_json::Value>(text.trim_start_matches('\u{FEFF}'));
    read.map_or_else(|_| String::new(), |read| read.to_string()).replace('<', "\\u003c")
}

/// The picture without its line breaks, of which none is part of a text.
fn on_one_line(svg: &str) -> String {
    svg.lines().collect::<Vec<_>>().join(" ").trim().to_owned()
}
