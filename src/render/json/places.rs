//! Where in its lanes a message began and ended, and how far each reader of a log had come, as the report prints them.
//!
//! *Invariant:* no hash is taken over them, so they may say more within a version of the format.

use serde::{Serialize, Serializer};

use crate::trace::{LevelKind, MessageId, ReaderId, Trace};

/// The slots of those messages of which one is known, in the order of sending.
pub(super) struct Places<'a>(pub &'a Trace);

#[derive(Serialize)]
struct Place {
    message: u32,
    from_slot: Option<String>,
    to_slot: Option<String>,
}

impl Serialize for Places<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let trace = self.0;
        let places = (0..).map(MessageId::from_index).zip(&trace.messages).map(|(id, row)| Place {
            message: id.number(),
            from_slot: trace.actor(row.from).slot_name(row.from_slot),
            to_slot: trace.actor(row.to).slot_name(row.to_slot),
        });
        serializer.collect_seq(places.filter(|place| place.from_slot.is_some() || place.to_slot.is_some()))
    }
}

/// How far the readers of logs had come, in the order of the changes.
pub(super) struct Progress<'a>(pub &'a Trace);

#[derive(Serialize)]
struct Step<'a> {
    at_us: u64,
    kind: &'static str,
    reader: &'a str,
    lane: &'a str,
    slot: Option<String>,
    value: u32,
}

impl Serialize for Progress<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let trace = self.0;
        let rows = trace.levels.iter().filter(|row| row.reader != ReaderId::NONE);
        serializer.collect_seq(rows.filter_map(|row| {
            let kind = match row.kind {
                LevelKind::Lag => "lag",
                LevelKind::Place => "place",
                LevelKind::Dividing => "dividing",
                LevelKind::Stays(_) | LevelKind::Switch => return None,
            };
            Some(Step {
                at_us: row.at.micros(),
                kind,
                reader: &trace.readers[row.reader.at()].name,
                lane: &trace.actor(row.actor).id,
                slot: trace.actor(row.actor).slot_name(row.slot),
                value: row.value,
            })
        }))
    }
}
