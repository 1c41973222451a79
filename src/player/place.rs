//! The part of a link that the player understands without a studio: the moment, the selection, the window, and how
//! background messages are drawn.
//!
//! The studio reads whole links, and says why it cannot read a part of one. The player says nothing: a link that is
//! more than this, or cannot be read, is left to the studio.
//!
//! *Invariant:* what [`write`] adds to an address, [`read`] reads back, and so does the studio.

use super::Window;
use crate::desk::Opening;
use crate::recording::{Background, Selection};
use crate::time::{Moment, Span};

/// What these fields of a link say; nothing if one of them cannot be read, or is not about how a run is shown.
pub fn read<'a>(fields: impl Iterator<Item = &'a str>) -> Option<Opening> {
    let mut opening = Opening::default();
    for field in fields {
        let (key, value) = field.split_once('=')?;
        match key {
            "at" => opening.at = Some(Moment::START + Span::read_as_written(value).ok()?),
            "from" => opening.from = Some(Moment::START + Span::read_as_written(value).ok()?),
            "to" => opening.to = Some(Moment::START + Span::read_as_written(value).ok()?),
            "background" => opening.background = Background::read(value)?,
            "job" => opening.selection = Some(Selection::read_job(value)?),
            "message" => {
                let job = opening.selection?.job()?;
                let (side, message) = Selection::read_message(value)?;
                opening.selection = Some(Selection::Message { side, message, job });
            }
            _ => return None,
        }
    }
    Some(opening)
}

/// Adds to the address of a scenario how its run is shown.
pub fn write(
    address: &mut String,
    at: Option<Moment>,
    selection: Option<Selection>,
    window: Option<Window>,
    background: Background,
) {
    let (from, to) = (window.map(|window| window.from), window.map(|window| window.to));
    for (key, moment) in [("&at=", at), ("&from=", from), ("&to=", to)] {
        if let Some(moment) = moment {
            address.push_str(key);
            address.push_str(&moment.since(Moment::START).to_string());
        }
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
    if background != Background::default() {
        address.push_str("&background=");
        address.push_str(background.word());
    }
}
