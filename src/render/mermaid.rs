//! A run as a Mermaid sequence diagram that keeps the moments.
//!
//! Mermaid has no time axis, so every arrow says when it left and when it arrived; arrows stand in the order in which
//! they were sent, marks and faults as notes between them. Notation: `->>` a call, `-->>` a reply, `-)` a message
//! nobody waits for, `-x` one that was lost or turned away. Moments are milliseconds throughout, for a text of so many
//! moments is read as a table. Source: mermaid.js.org, "Sequence diagrams".
//!
//! *Invariant:* one text is one diagram, and Mermaid's own parser takes it (`cargo xtask mermaid`). It is a function of
//! the traces alone, so it can stand in a test as the expected story, and it is written as it is made, not kept.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::recording::SidePlayed;
use crate::scenario::Played;
use crate::time::Moment;
use crate::trace::{ActorId, Arrow, Class, Fate, MarkRow, MessageRow, Slot, StayKind, StayRow, Trace};

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

/// As [`write`], as a text.
pub fn run(played: &Played, side: Option<&str>) -> String {
    text(|bytes| write(bytes, played, side))
}

/// One side. Background traffic (heartbeats, empty polls) is left out.
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
    /// What stands before the ids of its participants, where the other side's may be the same.
    prefix: Option<&'a str>,
}

/// A row that becomes a line.
#[derive(Clone, Copy)]
enum Row {
    Fault(u32),
    Mark(u32),
    Message(u32),
}

/// Writes one diagram of these voices; each has a box where there are sides to name it by.
fn sequence(to: &mut impl Write, voices: &[Voice<'_>], boxes: &[SidePlayed]) -> io::Result<()> {
    writeln!(to, "sequenceDiagram")?;
    for (number, voice) in voices.iter().enumerate() {
        let indent = if boxes.is_empty() { "    " } else { "        " };
        if let Some(side) = boxes.get(number) {
            // The colour comes first, or Mermaid takes the first word for one.
            writeln!(to, "    box transparent {}: {}", side.id, escape(&side.heading))?;
        }
        for (actor, row) in voice.trace.actors.iter().enumerate() {
            let id = voice.participant(ActorId(actor as u16));
            writeln!(to, "{indent}participant {id} as {}", escape(&row.name))?;
        }
        if !boxes.is_empty() {
            writeln!(to, "    end")?;
        }
    }
    let mut lines: Vec<(Moment, u8, Row)> = Vec::new();
    for (number, voice) in voices.iter().enumerate() {
        let number = number as u8;
        lines.extend(voice.rows().map(|(at, row)| (at, number, row)));
    }
    // Stable: rows of one moment, side and kind stay in the order in which they were written.
    lines.sort_by_key(|(at, voice, row)| (*at, *voice, row.rank()));
    for (_, number, row) in lines {
        writeln!(to, "    {}", voices[usize::from(number)].line(row))?;
    }
    voices.iter().filter_map(Voice::limit).try_for_each(|line| writeln!(to, "    {line}"))
}

impl Row {
    fn rank(self) -> u8 {
        match self {
            Row::Fault(_) => 0,
            Row::Mark(_) => 1,
            Row::Message(_) => 2,
        }
    }
}

impl Voice<'_> {
    fn rows(&self) -> impl Iterator<Item = (Moment, Row)> + '_ {
        let trace = self.trace;
        let faults = trace.stays.iter().zip(0..);
        let faults = faults.filter(|(stay, _)| matches!(stay.kind, StayKind::Down | StayKind::Slow));
        let shown = trace.messages.iter().zip(0..);
        let shown = shown.filter(move |(message, _)| trace.kind(message).class != Class::Background);
        faults
            .map(|(stay, index)| (stay.begin, Row::Fault(index)))
            .chain(trace.marks.iter().zip(0..).map(|(mark, index)| (mark.at, Row::Mark(index))))
            .chain(shown.map(|(message, index)| (message.sent, Row::Message(index))))
    }

    fn line(&self, row: Row) -> String {
        match row {
            Row::Fault(index) => self.fault(&self.trace.stays[index as usize]),
            Row::Mark(index) => self.mark(&self.trace.marks[index as usize]),
            Row::Message(index) => self.arrow(&self.trace.messages[index as usize]),
        }
    }

    /// That a limit ended the run, over all of its lanes.
    fn limit(&self) -> Option<String> {
        let limit = self.trace.outcome.limit()?;
        let first = self.participant(ActorId(0));
        let over = match self.trace.actors.len() {
            1 => first,
            several => format!("{first},{}", self.participant(ActorId(several as u16 - 1))),
        };
        let at = millis(self.trace.ended);
        Some(format!("Note over {over}: stopped by a limit, {} [{at} ms]", escape(limit.words())))
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

    fn arrow(&self, message: &MessageRow) -> String {
        let trace = self.trace;
        let kind = trace.kind(message);
        let head = match (kind.arrow, message.fate) {
            (Arrow::Reply, Fate::Lost | Fate::Refused) => "--x",
            (_, Fate::Lost | Fate::Refused) => "-x",
            (Arrow::Call, _) => "->>",
            (Arrow::Reply, _) => "-->>",
            (Arrow::Async, _) => "-)",
        };
        let sent = millis(message.sent);
        let times = match (message.fate, message.arrived.known()) {
            (Fate::Lost, _) | (_, None) => sent,
            (_, Some(arrived)) if arrived == message.sent => sent,
            (_, Some(arrived)) => format!("{sent} → {}", millis(arrived)),
        };
        let note = match message.fate {
            Fate::Lost => ", lost",
            Fate::Refused => ", turned away",
            Fate::Late => ", too late",
            Fate::InFlight => ", on its way",
            Fate::Delivered => "",
        };
        let again = if message.attempt > 1 { format!(", no. {}", message.attempt) } else { String::new() };
        let label = escape(&trace.label(message));
        let (from, to) = (self.participant(message.from), self.participant(message.to));
        format!("{from}{head}{to}: {label} [{times} ms{again}{note}]")
    }

    fn mark(&self, mark: &MarkRow) -> String {
        let trace = self.trace;
        let job = match mark.part.known() {
            Some(part) => format!(" (job {})", trace.job_of(part).number()),
            None => String::new(),
        };
        let slot = slot_words(trace, mark.actor, mark.slot);
        let (over, label) = (self.participant(mark.actor), escape(&trace.mark_label(mark)));
        format!("Note over {over}: {slot}{label}{job} [{} ms]", millis(mark.at))
    }

    fn fault(&self, stay: &StayRow) -> String {
        let what = match stay.kind {
            StayKind::Slow => format!("takes {} times as long", thousandths(u64::from(stay.value))),
            _ => "out".to_owned(),
        };
        let begin = millis(stay.begin);
        let span = match stay.end.known() {
            Some(end) => format!("{begin} to {} ms", millis(end)),
            None => format!("{begin} ms to the end"),
        };
        format!("Note over {}: {what} [{span}]", self.participant(stay.actor))
    }
}

/// "thread 2 ", or nothing for a lane as a whole.
fn slot_words(trace: &Trace, actor: ActorId, slot: Slot) -> String {
    trace.actor(actor).slot_name(slot).map_or_else(String::new, |slot| slot + " ")
}

/// Words that begin a statement of Mermaid's, or stand within one.
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

/// Whether Mermaid takes the id as it stands: no word of it is one of Mermaid's, and no hyphen begins an arrow.
fn is_readable_to_mermaid(id: &str) -> bool {
    let words = id.split('-');
    let safe = |word: &str| !word.is_empty() && !word.starts_with('x') && !KEYWORDS.contains(&word);
    words.clone().count() == 1 && !KEYWORDS.contains(&id) || words.into_iter().all(safe)
}

/// A moment in milliseconds, exactly.
fn millis(at: Moment) -> String {
    thousandths(at.micros())
}

fn thousandths(value: u64) -> String {
    let (whole, fraction) = (value / 1000, value % 1000);
    match fraction {
        0 => whole.to_string(),
        _ => format!("{whole}.{}", format!("{fraction:03}").trim_end_matches('0')),
    }
}

/// Mermaid reads `;` and `#` as its own, `end` as the end of a block, and breaks on markup.
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
