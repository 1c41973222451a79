//! A side as a Mermaid sequence diagram that keeps the moments.
//!
//! Mermaid has no time axis, so every arrow says when it left and when it arrived; arrows stand in the order in which
//! they were sent, marks and faults as notes between them. Notation: `->>` a call, `-->>` a reply, `-)` a message
//! nobody waits for, `-x` one that was lost or turned away. Source: mermaid.js.org, "Sequence diagrams".
//!
//! *Invariant:* the text is a function of the trace alone, so it can stand in a test as the expected story.

use std::fmt::Write;

use crate::scenario::Played;
use crate::time::Moment;
use crate::trace::{ActorId, Arrow, Class, Fate, MarkRow, MessageRow, Slot, StayKind, StayRow, Trace};

/// Both sides, or the one called `side`, each as a diagram of its own under a comment with its id.
pub fn run(played: &Played, side: Option<&str>) -> String {
    let mut text = String::new();
    for played_side in played.sides.iter().filter(|known| side.is_none_or(|side| known.id == side)) {
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(text, "%% {}: {}, {}", played_side.id, played_side.style.word(), played_side.protocol);
        text.push_str(&diagram(&played_side.trace));
    }
    text
}

/// One side. Background traffic (heartbeats, empty polls) is left out.
pub fn diagram(trace: &Trace) -> String {
    let mut text = String::from("sequenceDiagram\n");
    for actor in &trace.actors {
        let _ = writeln!(text, "    participant {} as {}", actor.id, escape(&actor.name));
    }
    let mut lines: Vec<(Moment, u8, String)> = Vec::new();
    let faults = trace.stays.iter().filter(|stay| matches!(stay.kind, StayKind::Down | StayKind::Slow));
    lines.extend(faults.map(|stay| (stay.begin, 0, fault(trace, stay))));
    let shown = trace.messages.iter().filter(|message| trace.kind(message).class != Class::Background);
    lines.extend(shown.map(|message| (message.sent, 2, arrow(trace, message))));
    lines.extend(trace.marks.iter().map(|row| (row.at, 1, mark(trace, row))));
    // Stable: rows of one moment and kind stay in the order in which they were written.
    lines.sort_by_key(|(at, rank, _)| (*at, *rank));
    for (_, _, line) in lines {
        let _ = writeln!(text, "    {line}");
    }
    text
}

fn arrow(trace: &Trace, message: &MessageRow) -> String {
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
        (Fate::Lost, _) | (_, None) => format!("{sent} →"),
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
    format!("{}{head}{}: {label} [{times} ms{again}{note}]", id(trace, message.from), id(trace, message.to))
}

fn mark(trace: &Trace, mark: &MarkRow) -> String {
    let job = match mark.part.known() {
        Some(part) => format!(" (job {})", trace.job_of(part).number()),
        None => String::new(),
    };
    let place = place(trace, mark.actor, mark.slot);
    format!(
        "Note over {}: {}{}{job} [{} ms]",
        id(trace, mark.actor),
        place,
        escape(&trace.mark_label(mark)),
        millis(mark.at)
    )
}

fn fault(trace: &Trace, stay: &StayRow) -> String {
    let what = match stay.kind {
        StayKind::Slow => format!("takes {} times as long", thousandths(u64::from(stay.value))),
        _ => "out".to_owned(),
    };
    let until = stay.end.known().map_or("the end".to_owned(), millis);
    format!("Note over {}: {what} [{} ms to {until}]", id(trace, stay.actor), millis(stay.begin))
}

fn place(trace: &Trace, actor: ActorId, slot: Slot) -> String {
    trace.actor(actor).slot_name(slot).map_or_else(String::new, |slot| slot + " ")
}

fn id(trace: &Trace, actor: ActorId) -> &str {
    &trace.actor(actor).id
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
