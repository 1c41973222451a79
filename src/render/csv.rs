//! The messages of a run as a table of comma-separated values (RFC 4180), for spreadsheets and data frames.
//!
//! *Invariant:* a row a message and a value a cell, under the names and in the units of the JSON report.

use std::io::{self, Write};

use ::csv::{Terminator, WriterBuilder};

use crate::recording::SidePlayed;
use crate::scenario::Played;
use crate::trace::{JobId, MessageId};

const COLUMNS: [&str; 13] = [
    "side",
    "id",
    "jobs",
    "kind",
    "class",
    "label",
    "from",
    "to",
    "sent_us",
    "arrived_us",
    "fate",
    "attempt",
    "reply_to",
];

/// Writes the messages of both sides, or of the one called `side`, each side's in the order in which they were sent.
///
/// # Errors
/// Whatever writing to `to` gives.
pub fn write(to: impl Write, played: &Played, side: Option<&str>) -> io::Result<()> {
    let mut table = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(to);
    table.write_record(COLUMNS)?;
    for known in played.sides.iter().filter(|known| side.is_none_or(|id| known.id == id)) {
        rows(known).try_for_each(|row| table.write_record(row))?;
    }
    table.flush()
}

fn rows(side: &SidePlayed) -> impl Iterator<Item = [String; 13]> + '_ {
    let trace = &side.trace;
    trace.messages.iter().enumerate().map(|(index, message)| {
        let jobs: Vec<String> = trace.jobs_of(message).into_iter().map(|job| JobId::number(job).to_string()).collect();
        let kind = trace.kind(message);
        let arrived = message.arrived.known().map_or_else(String::new, |at| at.micros().to_string());
        let asked = message.reply_to.known().map_or_else(String::new, |asked| asked.number().to_string());
        [
            side.id.clone(),
            MessageId::from_index(index as u32).number().to_string(),
            jobs.join(" "),
            kind.name.clone(),
            kind.class.word().to_owned(),
            trace.label(message),
            trace.actor(message.from).id.clone(),
            trace.actor(message.to).id.clone(),
            message.sent.micros().to_string(),
            arrived,
            message.fate.word().to_owned(),
            message.attempt.to_string(),
            asked,
        ]
    })
}
