//! The live diagram for a page: the element, with the picture in it for where nothing runs.
//!
//! *Invariant:* it is one line, and the picture in it is a whole one: what comes after a moment would be veiled for good
//! where nothing can be played.

use super::arguments::{Controls, RunArguments, Theme};
use crate::recording::Background;
use crate::render::embed;
use crate::time::Moment;

/// Where the element has its scenario from.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    /// The name of a built-in one.
    BuiltIn(&'a str),
    /// As JSON in the element, with the address of its recording if there is one.
    Own { json: &'a str, recording: Option<&'a str> },
}

/// The element. A line that begins with a comment is HTML in Markdown, and is so up to its end and no further
/// (CommonMark 4.6); what follows is read as if it was not there.
pub(super) fn html(source: Source<'_>, arguments: &RunArguments, svg: &str) -> String {
    let attributes = attributes(source, arguments);
    let attributes = attributes.iter().map(|(name, value)| (*name, value.as_str()));
    let json = match source {
        Source::BuiltIn(_) => String::new(),
        Source::Own { json, .. } => format!("<script type=\"application/json\">{}</script>", in_a_script(json)),
    };
    format!("<!-- counterpoint -->{}", embed::element(attributes, &(on_one_line(svg) + &json)))
}

/// What differs from what the element does by itself.
fn attributes(source: Source<'_>, arguments: &RunArguments) -> Vec<(&'static str, String)> {
    let RunArguments { seed, set, side, at, from, to, job, controls, drawing, .. } = arguments;
    let moment = |at: &Moment| at.since(Moment::START).to_string();
    let known = [
        match source {
            Source::BuiltIn(name) => Some(("scenario", name.to_owned())),
            Source::Own { recording, .. } => recording.map(|address| ("recording", address.to_owned())),
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
    ];
    known.into_iter().flatten().collect()
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
