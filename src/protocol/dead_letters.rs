//! A dead-letter queue or topic: what nobody could do is set aside here for a person to look at.
//!
//! *Invariant:* what is parked here stays. Nobody takes from it, and it keeps no run alive.

use super::{Role, Stage};
use crate::engine::Input;
use crate::trace::{LabelId, MarkKind, PartId, Slot, StayKind};

/// A part that is set aside.
#[derive(Clone, Copy, Debug)]
pub struct SetAside {
    pub part: PartId,
    /// What is said of it when it is here.
    pub dead_lettered: LabelId,
    /// What is said of it if there is nobody to take it: whoever sends it does not wait for a confirm. Without that, it
    /// is kept with what it comes from, and is taken whatever happens.
    pub dropped: Option<LabelId>,
}

/// Where dead letters are.
pub struct DeadLetters;

/// Nothing wakes it.
#[derive(Clone, Copy, Debug)]
pub enum Never {}

impl Role for DeadLetters {
    type Message = SetAside;
    type Timer = Never;

    fn handle(&mut self, input: Input<&SetAside, Never>, stage: &mut Stage<'_>) {
        match input {
            Input::Arrived(message, &SetAside { part, dropped: Some(label), .. }) if stage.is_out() => {
                stage.refuse(message);
                stage.mark(MarkKind::Dropped, Slot::WHOLE, part, 0, label);
            }
            Input::Arrived(_, &SetAside { part, dead_lettered, .. }) => {
                stage.dead_letters(part);
                stage.mark(MarkKind::DeadLettered, Slot::WHOLE, part, 0, dead_lettered);
                stage.begin(Slot::WHOLE, StayKind::Parked, part);
            }
            Input::Started | Input::Wanted(_) | Input::Fault(..) | Input::Severed { .. } => {}
            Input::Timer(never) => match never {},
        }
    }
}
