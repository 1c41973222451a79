//! A run as a Mermaid sequence diagram that keeps the moments.
//!
//! Arrows stand in the order in which they were sent, marks and faults as notes between them. Notation: `->>` a call,
//! `-->>` a reply, `-)` a message nobody waits for, `-x` one that was lost or turned away. Source: mermaid.js.org,
//! "Sequence diagrams".
//!
//! *Invariant:* one text is one diagram, and Mermaid's own parser takes it (`cargo xtask mermaid`). It is a function of
//! the traces alone, so it can stand in a test as the expected story. It is written line by line and never held whole.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::sequence::{Line, limit, lines};
use crate::direction::ordered;
use crate::recording::SidePlayed;
use crate::scenario::Played;
use crate::trace::{ActorId, Arrow, Fate, MessageRow, Trace};

/// Writes both sides on one clock, each in a box of its own, or the one called `side` alone.
///
/// # Errors
/// Whatever writing to `to` gives.
pub fn write(mut to: impl Write, played: &Played, side: Option<&str>) -> io::Result<()> {
    if let Some(only) = played.sides.iter().find(|known| side == Some(known.id.as_str())) {
        writeln!(to, "%% {}: {}, {}", only.id, only.style.word(), only.protocol)?;
        return sequence(&mut to, &[Voice { trace: &only.trace, prefix: None }], &[]);
    }
    let voices: Vec<Voice<'_>> =
        played.sides.iter().map(|side| Voice { trace: &side.trace, prefix: Some(&side.id) }).collect();
    sequence(&mut to, &voices, &played.sides)
}

/// The text that [`write()`] writes.
pub fn run(played: &Played, side: Option<&str>) -> String {
    text(|bytes| write(bytes, played, side))
}

/// The diagram of one side. Background traffic (heartbeats, empty polls) is left out.
pub fn diagram(trace: &Trace) -> String {
    text(|bytes| sequence(bytes, &[Voice { trace, prefix: None }], &[]))
}

fn text(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes).expect("memory takes all that is written to it");
    String::from_utf8(bytes).expect("what is written is text")
}

/// A side in a diagram.
struct Voice<'a> {
    trace: &'a Trace,
    /// What stands before the ids of its participants if the other side, which may have the same ones, is in the
    /// diagram too.
    prefix: Option<&'a str>,
}

/// Writes one diagram of these voices. If `boxes` has their sides, each stands in a box with its side's heading.
fn sequence(to: &mut impl Write, voices: &[Voice<'_>], boxes: &[SidePlayed]) -> io::Result<()> {
    writeln!(to, "sequenceDiagram")?;
    for (number, voice) in voices.iter().enumerate() {
        let indent = if boxes.is_empty() { "    " } else { "        " };
        if let Some(side) = boxes.get(number) {
            // The colour comes first, or Mermaid takes the first word for one.
            writeln!(to, "    box transparent {}: {}", side.id, ordered(&escape(&side.heading)))?;
        }
        for (actor, row) in voice.trace.actors.iter().enumerate() {
            let id = voice.participant(ActorId(actor as u16));
            writeln!(to, "{indent}participant {id} as {}", ordered(&escape(&row.name)))?;
        }
        if !boxes.is_empty() {
            writeln!(to, "    end")?;
        }
    }
    let traces: Vec<&Trace> = voices.iter().map(|voice| voice.trace).collect();
    for (number, line) in lines(&traces) {
        writeln!(to, "    {}", ordered(&voices[number].line(&line)))?;
    }
    voices.iter().filter_map(Voice::limit).try_for_each(|line| writeln!(to, "    {line}"))
}

impl Voice<'_> {
    fn line(&self, line: &Line<'_>) -> String {
        match line {
            Line::Arrow { message, label, times } => {
                let (from, to) = (self.participant(message.from), self.participant(message.to));
                format!("{from}{}{to}: {} {times}", self.head(message), escape(label))
            }
            Line::Note { over, text, times } => {
                format!("Note over {}: {} {times}", self.participant(*over), escape(text))
            }
        }
    }

    /// The note over all lanes which says that a limit ended the run, if one did.
    fn limit(&self) -> Option<String> {
        let ([first, last], text, times) = limit(self.trace)?;
        let mut over = self.participant(first);
        if last != first {
            over = format!("{over},{}", self.participant(last));
        }
        Some(format!("Note over {over}: {} {times}", escape(&text)))
    }

    /// The id of a lane as Mermaid takes it.
    fn participant(&self, actor: ActorId) -> String {
        let id = &self.trace.actor(actor).id;
        match self.prefix {
            Some(prefix) => format!("{}__{}", prefix.replace('-', "_"), id.replace('-', "_")),
            None if is_readable_to_mermaid(id) => id.clone(),
            None => format!("{}_", id.replace('-', "_")),
        }
    }

    fn head(&self, message: &MessageRow) -> &'static str {
        match (self.trace.kind(message).arrow, message.fate) {
            (Arrow::Reply, Fate::Lost | Fate::Refused) => "--x",
            (_, Fate::Lost | Fate::Refused) => "-x",
            (Arrow::Call, _) => "->>",
            (Arrow::Reply, _) => "-->>",
            (Arrow::Async, _) => "-)",
        }
    }
}

/// Words that begin one of Mermaid's statements, or stand within one.
const KEYWORDS: &[&str] = &[
    "acctitle",
    "accdescr",
    "activate",
    "actor",
    "alt",
    "and",
    "as",
    "autonumber",
    "box",
    "break",
    "create",
    "critical",
    "deactivate",
    "destroy",
    "details",
    "else",
    "end",
    "left",
    "link",
    "links",
    "loop",
    "note",
    "off",
    "opt",
    "option",
    "over",
    "par",
    "par_over",
    "participant",
    "properties",
    "rect",
    "right",
    "sequencediagram",
    "title",
];

/// Whether Mermaid reads the id as it stands: no word of it is one of Mermaid's, and no hyphen begins an arrow.
fn is_readable_to_mermaid(id: &str) -> bool {
    let words = id.split('-');
    let safe = |word: &str| !word.is_empty() && !word.starts_with('x') && !KEYWORDS.contains(&word);
    words.clone().count() == 1 && !KEYWORDS.contains(&id) || words.into_iter().all(safe)
}

/// The text as Mermaid shows it. `;` and `#`, which it would read as its own, and markup, on which it fails, are written
/// by their numbers; `end`, which would end a block, is parted by a space of no width.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            control if control.is_control() => escaped.push(' '),
            '#' | ';' | '<' | '>' | '%' | '{' | '}' => {
                let _ = write!(escaped, "#{};", u32::from(character));
            }
            other => escaped.push(other),
        }
    }
    let word = |word: &str| {
        if word.eq_ignore_ascii_case("end") { format!("{}#8203;{}", &word[..1], &word[1..]) } else { word.to_owned() }
    };
    escaped.split(' ').map(word).collect::<Vec<_>>().join(" ")
}
