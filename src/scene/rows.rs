//! Which rows of a trace a window of time shows.
//!
//! *Invariant:* rows are found by the order in which they were written, which is the order of their beginnings.

use crate::order;
use crate::time::Moment;
use crate::trace::{Class, Duty, Fate, MessageId, MessageRow, StayId, StayKind, Trace};

/// The rows of one side that overlap a window, in order.
pub struct Rows {
    pub messages: Vec<MessageId>,
    pub stays: Vec<StayId>,
    /// Positions in the trace's marks.
    pub marks: std::ops::Range<usize>,
}

pub fn rows(trace: &Trace, from: Moment, to: Moment) -> Rows {
    let sent_before = trace.messages.partition_point(|message| message.sent <= to);
    let begun_before = trace.stays.partition_point(|stay| stay.begin <= to);
    let marks = trace.marks.partition_point(|mark| mark.at < from)..trace.marks.partition_point(|mark| mark.at <= to);
    let messages = trace.messages[..sent_before].iter().enumerate().filter(|(_, message)| due(message) >= from);
    let stays = trace.stays[..begun_before].iter().enumerate().filter(|(_, stay)| stay.end >= from);
    Rows {
        messages: messages.map(|(place, _)| MessageId::from_index(place as u32)).collect(),
        stays: stays.map(|(place, _)| StayId::from_index(place as u32)).collect(),
        marks,
    }
}

/// The stays in which work was done once more. Where an execution is cut into several stays, it cannot be told which
/// of them repeat: those are left out. In order.
pub fn repeats(trace: &Trace) -> Vec<StayId> {
    let mut works = Vec::new();
    if trace.parts.iter().any(|part| part.executions > 1) {
        for (place, stay) in trace.stays.iter().enumerate() {
            let several = stay.part.known().is_some_and(|part| trace.parts[part.at()].executions > 1);
            if several && stay.kind == StayKind::Busy && trace.actor(stay.actor).duty == Duty::Worker {
                works.push((stay.part, StayId::from_index(place as u32)));
            }
        }
    }
    order::sort(&mut works);
    let mut repeats = Vec::new();
    for works in works.chunk_by(|(one, _), (other, _)| one == other) {
        let executions = trace.parts[works[0].0.at()].executions as usize;
        if works.len() == executions {
            repeats.extend(works[1..].iter().map(|(_, stay)| *stay));
        }
    }
    order::sort(&mut repeats);
    repeats
}

/// When a message arrived, or would have.
pub fn due(message: &MessageRow) -> Moment {
    message.arrived.known().unwrap_or(message.sent + message.latency)
}

/// Whether a message came to nothing.
pub fn failed(message: &MessageRow) -> bool {
    matches!(message.fate, Fate::Lost | Fate::Refused | Fate::Late)
}

/// Whether it would be there without any job.
pub fn is_background(trace: &Trace, message: &MessageRow) -> bool {
    trace.kind(message).class == Class::Background
}
