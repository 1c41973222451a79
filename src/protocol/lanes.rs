//! The lanes that protocols draw: those with slots, which are callers and workers, and the rivers of brokers; and crews,
//! whose workers share one lane and its fate or have each their own.

use super::{BadSetting, counted, in_range};
use crate::reading::words;
use crate::trace::{ActorRow, Drawing, Duty};

/// A lane with a column for each slot, which is called `noun`.
#[inline(never)]
pub(crate) fn of_slots(duty: Duty, (id, name): (&str, &str), slots: u16, noun: &str) -> ActorRow {
    ActorRow {
        id: id.into(),
        name: name.into(),
        subtitle: counted(slots, noun),
        duty,
        drawing: Drawing::Slots,
        slots,
        slot_noun: noun.into(),
        slot_names: Vec::new(),
    }
}

/// A lane that is drawn as one river.
#[inline(never)]
pub(crate) fn river((id, name): (&str, &str), subtitle: &str) -> ActorRow {
    ActorRow {
        subtitle: subtitle.into(),
        drawing: Drawing::River,
        slot_noun: String::new(),
        ..of_slots(Duty::Broker, (id, name), 0, "")
    }
}

words! {
    /// Whether the workers of a crew share a lane, and so a fate, or have each its own: `server-1`, `server-2`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Lanes = Shared {
        /// One lane, and one fate.
        Shared = "shared",
        /// A lane each, with a number behind id and name: at most 12.
        Each = "each",
    }
}

/// The most workers that have a lane each.
const MOST_LANES: u64 = 12;

/// The most letters of an id.
const MOST_LETTERS: usize = 32;

/// Workers of one queue, group or server, as the settings of each protocol name them.
pub(crate) struct Crew<'a> {
    pub id: &'a str,
    pub name: &'a str,
    /// What one of them is called: `consumer`.
    pub noun: &'a str,
    pub count: u16,
    pub lanes: Lanes,
    /// How many times as long as usual each takes, from the first on; 1 for those not listed.
    pub factors: &'a [f64],
}

/// Workers on one lane: which of their crew is the first, and how many there are.
#[derive(Clone, Copy)]
pub(crate) struct Berth {
    pub first: u16,
    pub count: u16,
}

impl Crew<'_> {
    /// The ids of its lanes.
    #[inline(never)]
    pub fn ids(&self) -> Vec<String> {
        match self.lanes {
            Lanes::Shared => vec![self.id.to_owned()],
            Lanes::Each => (1..=self.count).map(|number| format!("{}-{number}", self.id)).collect(),
        }
    }

    /// Its lanes, and who of the crew is on each.
    #[inline(never)]
    pub fn lanes(&self) -> Vec<(ActorRow, Berth)> {
        let ids = self.ids();
        let count = self.count / ids.len() as u16;
        let lane = |(place, id): (u16, String)| {
            let name = match self.lanes {
                Lanes::Shared => self.name.to_owned(),
                Lanes::Each => format!("{} {}", self.name, place + 1),
            };
            (of_slots(Duty::Worker, (&id, &name), count, self.noun), Berth { first: place * count, count })
        };
        (0..).zip(ids).map(lane).collect()
    }

    /// Refuses what cannot be, in the crew that stands at `field` and whose number is called `count`.
    #[inline(never)]
    pub fn check(&self, field: &str, count: &str) -> Result<(), BadSetting> {
        let at = |name: &str| format!("{field}.{name}");
        if self.lanes == Lanes::Each {
            in_range(&at(count), self.count.into(), 1..=MOST_LANES)?;
            if self.ids().iter().any(|id| id.len() > MOST_LETTERS) {
                let sentence = format!("`{}` has no room for the numbers behind it; write fewer letters", self.id);
                return Err(BadSetting { field: at("id"), sentence });
            }
        }
        self.lists(&at("factors"), self.factors.len(), "factors")
    }

    /// Refuses more entries in the list at `field` than there are of the crew, each of whom has one.
    pub fn lists(&self, field: &str, entries: usize, nouns: &str) -> Result<(), BadSetting> {
        if entries <= usize::from(self.count) {
            return Ok(());
        }
        let sentence = format!("there are {entries} {nouns} for {}", counted(self.count, self.noun));
        Err(BadSetting { field: field.into(), sentence })
    }

    /// The factor of one of the crew.
    pub fn factor(&self, place: u16) -> f64 {
        self.factors.get(usize::from(place)).copied().unwrap_or(1.0)
    }
}
