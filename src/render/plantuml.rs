//! A run as a PlantUML sequence diagram that keeps the moments.
//!
//! Notation: `->` a call, `-->` a reply, `->>` a message nobody waits for; a lost message ends in `o`, one that was
//! turned away in `x`. Each side has a box. Source: plantuml.com, "Sequence Diagram".
//!
//! *Invariant:* no text of a scenario is read as PlantUML's own (macros, markup, links): a character that could be is
//! written by its number. The diagram is written line by line and never held whole.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::sequence::{Line, limit, lines};
use crate::direction::ordered;
use crate::recording::SidePlayed;
use crate::scenario::Played;
use crate::trace::{ActorId, Arrow, Fate, MessageRow, Trace};

/// Writes both sides on one clock, or the one called `side` alone.
///
/// # Errors
/// Whatever writing to `to` gives.
pub fn write(mut to: impl Write, played: &Played, side: Option<&str>) -> io::Result<()> {
    let sides: Vec<&SidePlayed> = played.sides.iter().filter(|known| side.is_none_or(|id| known.id == id)).collect();
    writeln!(to, "@startuml")?;
    writeln!(to, "title {}", ordered(&escape(played.scenario.head.title_or_name())))?;
    for side in &sides {
        writeln!(to, "box \"{}: {}\"", side.id, ordered(&escape(&side.heading)))?;
        for (actor, row) in side.trace.actors.iter().enumerate() {
            writeln!(to, "participant \"{}\" as {}", ordered(&escape(&row.name)), id(side, ActorId(actor as u16)))?;
        }
        writeln!(to, "end box")?;
    }
    let traces: Vec<&Trace> = sides.iter().map(|side| &side.trace).collect();
    for (number, line) in lines(&traces) {
        let side = sides[number];
        match line {
            Line::Arrow { message, label, times } => {
                let (from, to_lane) = (id(side, message.from), id(side, message.to));
                let said = format!("{} {times}", escape(&label));
                writeln!(to, "{from} {} {to_lane} : {}", head(side, message), ordered(&said))?;
            }
            Line::Note { over, text, times } => {
                let said = format!("{} {times}", escape(&text));
                writeln!(to, "note over {} : {}", id(side, over), ordered(&said))?;
            }
        }
    }
    for side in &sides {
        if let Some(([first, last], text, times)) = limit(&side.trace) {
            writeln!(to, "note over {}, {} : {} {times}", id(side, first), id(side, last), escape(&text))?;
        }
    }
    writeln!(to, "@enduml")
}

/// The id of a lane with that of its side before it, so that it is no word of PlantUML's.
fn id(side: &SidePlayed, actor: ActorId) -> String {
    format!("{}__{}", side.id, side.trace.actor(actor).id).replace('-', "_")
}

fn head(side: &SidePlayed, message: &MessageRow) -> &'static str {
    match (side.trace.kind(message).arrow, message.fate) {
        (Arrow::Reply, Fate::Lost) => "-->o",
        (Arrow::Reply, Fate::Refused) => "-->x",
        (_, Fate::Lost) => "->o",
        (_, Fate::Refused) => "->x",
        (Arrow::Call, _) => "->",
        (Arrow::Reply, _) => "-->",
        (Arrow::Async, _) => "->>",
    }
}

/// The text as one line that PlantUML shows as it is.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut last = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        // Emphasis, lines and headings are signs that stand twice, or begin a text.
        let is_alone = last.is_some_and(|last| last != character) && characters.peek() != Some(&character);
        match character {
            control if control.is_control() => escaped.push(' '),
            '*' | '/' | '-' | '_' | '.' | '=' | '#' | '+' | ':' if is_alone => escaped.push(character),
            ' ' | ',' | '(' | ')' | '?' | '–' | '·' | '’' | '“' | '”' | '…' | '→' | '×' => {
                escaped.push(character)
            }
            word if word.is_alphanumeric() => escaped.push(word),
            other => {
                let _ = write!(escaped, "<U+{:04X}>", u32::from(other));
            }
        }
        last = Some(character);
    }
    escaped
}
