//! What a broker has set aside for a person to look at: it stays, and keeps no run alive.

use super::Stage;
use crate::trace::{LabelId, LevelKind, MarkKind, PartId, Slot, StayKind};

/// How much is set aside in one dead-letter queue or topic.
#[derive(Default)]
pub struct Parking {
    parked: u32,
}

impl Parking {
    /// Sets a part aside for good: its mark has this label.
    pub fn park(&mut self, part: PartId, label: LabelId, stage: &mut Stage<'_>) {
        stage.dead_letters(part);
        stage.mark(MarkKind::DeadLettered, Slot::WHOLE, part, 0, label);
        stage.begin(Slot::WHOLE, StayKind::Parked, part);
        self.parked += 1;
        stage.level(Slot::WHOLE, LevelKind::Stays(StayKind::Parked), self.parked);
    }
}
