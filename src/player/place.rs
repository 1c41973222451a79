//! The part of a link that whoever plays a recording knows of: the moment, and what is lit.
//!
//! The studio reads whole links, and says of what it cannot read why. Here nothing is said: what is not plain is left to it.
//!
//! *Invariant:* what [`write`] adds to an address, [`read`] reads back, and so does the studio.

use crate::desk::Opening;
use crate::recording::Selection;
use crate::time::{Moment, Span};
use crate::trace::{JobId, MessageId};

/// What these fields of a link say, if all of them are of moment and selection and can be read.
pub fn read<'a>(fields: impl Iterator<Item = &'a str>) -> Option<Opening> {
    let mut opening = Opening::default();
    for field in fields {
        let (key, value) = field.split_once('=')?;
        match key {
            "at" => opening.at = Some(Moment::START + value.parse::<Span>().ok()?),
            "job" => opening.selection = Some(job(value)?),
            "message" => opening.selection = Some(message(value, opening.selection?)?),
            _ => return None,
        }
    }
    Some(opening)
}

fn job(value: &str) -> Option<Selection> {
    if value == "none" {
        return Some(Selection::Nothing);
    }
    let number: u32 = value.parse().ok()?;
    Some(Selection::Job(JobId::from_index(number.checked_sub(1)?)))
}

fn message(value: &str, of: Selection) -> Option<Selection> {
    let (side, message) = value.split_once('.')?;
    let message = MessageId::from_index(message.parse().ok()?);
    Some(Selection::Message { side: side.parse().ok()?, message, job: of.job()? })
}

/// Adds a moment and a selection to the address of a scenario.
pub fn write(address: &mut String, at: Option<Moment>, selection: Option<Selection>) {
    if let Some(at) = at {
        address.push_str("&at=");
        address.push_str(&at.since(Moment::START).to_string());
    }
    if let Some(selection) = selection {
        address.push_str("&job=");
        address.push_str(&selection.job().map_or_else(|| "none".into(), |job| job.number().to_string()));
        if let Selection::Message { side, message, .. } = selection {
            address.push_str("&message=");
            address.push_str(&side.to_string());
            address.push('.');
            address.push_str(&message.index().to_string());
        }
    }
}
