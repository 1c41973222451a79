//! Labels, placed by rank where nothing is in their way.
//!
//! *Invariant:* a placed label overlaps no other label and nothing that the sheet calls an obstacle.

use super::{Face, Key, Light, Point, Tone};
use crate::trace::JobId;

/// A text that should stand somewhere.
pub struct Wish {
    pub key: Key,
    pub text: String,
    pub face: Face,
    pub tone: Tone,
    pub light: Light,
    pub job: Option<JobId>,
    /// Along which line it should stand.
    pub from: Point,
    pub to: Point,
}
