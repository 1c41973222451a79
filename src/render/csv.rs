//! The messages of a run as a table of comma-separated values (RFC 4180), for spreadsheets and data frames.
//!
//! *Invariant:* there is a row for each message and one value in each cell, under the names and in the units of the
//! JSON report. No cell is a formula to a spreadsheet.

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
        rows(known).try_for_each(|row| table.write_record(row.map(plain)))?;
    }
    table.flush()
}

/// A cell that a spreadsheet takes for a text. One that begins like a formula would be computed, and could fetch or
/// start something; quotation marks do not prevent that. So an apostrophe goes before it, as OWASP advises (“CSV
/// injection”); numbers are never negative here and stay as they are. The last four are the same signs in full width,
/// which some spreadsheets take for them.
fn plain(cell: String) -> String {
    let is_formula =
        cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}']);
    if is_formula { format!("'{cell}") } else { cell }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_compute_stands_behind_an_apostrophe() {
        for begins in ["=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}"] {
            assert_eq!(plain(format!("{begins}1")), format!("'{begins}1"));
        }
        for cell in ["", "a=1", "200 OK", "'=1"] {
            assert_eq!(plain(cell.into()), cell);
        }
    }
}
