//! Which rows of a trace a window of time shows.
//!
//! *Invariant:* rows are found by the order in which they were written, which is the order of their beginnings.

use crate::time::Moment;
use crate::trace::{Class, Fate, MessageId, MessageRow, StayId, Trace};

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
