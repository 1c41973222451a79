//! A run as the lines of a text diagram, in the order in which things began: what the notations have in common.
//!
//! Such a text has no time axis, so every line says its moments. All of them are in milliseconds, because a text of so
//! many moments is read as a table.
//!
//! *Invariant:* the lines follow from the traces alone, and no notation is known here: no text is escaped yet.

use crate::sorting;
use crate::time::{Moment, thousandths};
use crate::trace::{ActorId, Fate, MarkRow, MessageRow, Slot, StayKind, StayRow, Trace};

/// A row that becomes a line.
#[derive(Clone, Copy)]
enum Row {
    Fault(u32),
    Mark(u32),
    Message(u32),
}

/// What a line says.
pub(super) enum Line<'a> {
    Arrow {
        message: &'a MessageRow,
        label: String,
        /// `[0 → 10 ms, no. 2, lost]`
        times: String,
    },
    /// A note over one lane.
    Note { over: ActorId, text: String, times: String },
}

/// The lines of these sides on one clock, each with the place of its side in `traces`. Background traffic (heartbeats,
/// empty polls) is left out.
pub(super) fn lines<'a>(traces: &[&'a Trace]) -> impl Iterator<Item = (usize, Line<'a>)> + use<'a> {
    let mut lines: Vec<(Moment, usize, Row)> = Vec::new();
    for (number, trace) in traces.iter().enumerate() {
        lines.extend(rows(trace).map(|(at, row)| (at, number, row)));
    }
    // The sort is stable: rows of one moment, side and kind stay in the order in which they were written.
    sorting::sort_by_key(&mut lines, |(at, side, row)| (*at, *side, row.rank()));
    let traces = traces.to_vec();
    lines.into_iter().map(move |(_, number, row)| {
        let trace = traces[number];
        let line = match row {
            Row::Fault(index) => fault(&trace.stays[index as usize]),
            Row::Mark(index) => mark(trace, &trace.marks[index as usize]),
            Row::Message(index) => arrow(trace, &trace.messages[index as usize]),
        };
        (number, line)
    })
}

/// The note which says that a limit ended the run, if one did: the first and the last lane over which it stands, its
/// text and its moment.
pub(super) fn limit(trace: &Trace) -> Option<([ActorId; 2], String, String)> {
    let limit = trace.outcome.limit()?;
    let last = ActorId(trace.actors.len() as u16 - 1);
    // A colon would end the note's head.
    let text = ["stopped ", limit.words()].concat().replace(':', ",");
    Some(([ActorId(0), last], text, format!("[{} ms]", millis(trace.ended))))
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

fn rows(trace: &Trace) -> impl Iterator<Item = (Moment, Row)> + '_ {
    let faults = trace.stays.iter().zip(0..);
    let faults = faults.filter(|(stay, _)| matches!(stay.kind, StayKind::Down | StayKind::Slow));
    let shown = trace.messages.iter().zip(0..);
    let shown = shown.filter(move |(message, _)| !trace.is_background(message));
    faults
        .map(|(stay, index)| (stay.begin, Row::Fault(index)))
        .chain(trace.marks.iter().zip(0..).map(|(mark, index)| (mark.at, Row::Mark(index))))
        .chain(shown.map(|(message, index)| (message.sent, Row::Message(index))))
}

fn arrow<'a>(trace: &'a Trace, message: &'a MessageRow) -> Line<'a> {
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
    Line::Arrow { message, label: trace.label(message), times: format!("[{times} ms{again}{note}]") }
}

fn mark<'a>(trace: &'a Trace, mark: &'a MarkRow) -> Line<'a> {
    let job = match mark.part.known() {
        Some(part) => format!(" (job {})", trace.job_of(part).number()),
        None => String::new(),
    };
    let text = format!("{}{}", slot_words(trace, mark.actor, mark.slot), trace.mark_label(mark));
    Line::Note { over: mark.actor, text: text + &job, times: format!("[{} ms]", millis(mark.at)) }
}

fn fault(stay: &StayRow) -> Line<'_> {
    let text = match stay.kind {
        StayKind::Slow => format!("takes {} times as long", thousandths(u64::from(stay.value))),
        _ => "out".to_owned(),
    };
    let begin = millis(stay.begin);
    let times = match stay.end.known() {
        Some(end) => format!("[{begin} to {} ms]", millis(end)),
        None => format!("[{begin} ms to the end]"),
    };
    Line::Note { over: stay.actor, text, times }
}

/// What a slot is called, followed by a space: "thread 2 ". It is empty for a lane as a whole.
fn slot_words(trace: &Trace, actor: ActorId, slot: Slot) -> String {
    trace.actor(actor).slot_name(slot).map_or_else(String::new, |slot| slot + " ")
}

/// A moment in milliseconds, exactly.
fn millis(at: Moment) -> String {
    thousandths(at.micros())
}
