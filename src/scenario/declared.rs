//! Everything that can be written in a scenario, as it is declared: the schema and the page of the settings are walked from
//! this.
//!
//! *Invariant:* nothing is named here that is not read, and nothing is read that cannot be reached from here.

use super::{Head, SideText};
use crate::protocol::Settings;
use crate::reading::Field;
use crate::reading::kind::{Kind, Object};

/// What a scenario is made of.
pub(crate) struct Declarations {
    /// All but its sides.
    pub head: Object,
    /// What each side has.
    pub side: Object,
    /// By its protocol, what a side has besides.
    pub protocols: Vec<(&'static str, Object)>,
}

pub(crate) fn declarations() -> Declarations {
    let object = |kind| match kind {
        Kind::Object(object) => object,
        _ => unreachable!("scenarios, sides and settings are objects"),
    };
    Declarations {
        head: object(Head::default().kind()),
        side: object(SideText::default().kind()),
        protocols: Settings::kinds().into_iter().map(|(name, kind)| (name, object(kind))).collect(),
    }
}
