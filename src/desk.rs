//! What passes between those who show a run and those who make one: orders one way, reports the other.
//!
//! Those who show a run are the player, those who make one the studio. In the page each is in a WebAssembly module of its
//! own, and the studio's works in the background. Every order has a number, and every report names the last order that
//! the studio has taken. So a player that has given a later order knows that the report is out of date.
//!
//! *Invariant:* there are only plain values here, which can be written as bytes. What an order does is defined by the
//! studio, what a report changes by the player.

mod cover;
mod parcels;

pub use cover::Cover;
pub use parcels::{Letter, MOST_ROWS, Packer, Parcel, Unpacked, Unpacker};

use borsh::{BorshDeserialize, BorshSerialize};

use crate::recording::{Background, Recording, Selection};
use crate::time::Moment;

/// What the studio is to do.
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub enum Order {
    /// Keep this scenario, as JSON, which is not built in: a link with that field (`own=…`, `kept=…`) means it; if the field is
    /// empty, a link without a name, or with its name.
    Keep { scenario: String, field: String },
    /// Take what this link says for the scenario that is shown, without running it: the page shows its run already, from a
    /// cover or from a studio that is gone.
    Assume(String),
    /// Open what a link says: a scenario's name at least.
    Follow(String),
    /// Set the parameter of a dial to one of its stops.
    Turn { path: String, stop: u32 },
    /// Set a parameter to a value written as in a link: JSON if it reads as JSON, else a text.
    Set { path: String, value: String },
    /// Set the seed, or the parameter of a dial, to what a person typed.
    Type { path: String, text: String },
    /// Undo all that was changed of the scenario.
    Reset,
    /// Stop the run under way, and go back to what was wished for before it.
    Cancel,
}

/// What the studio has to say.
#[derive(Clone, Debug, BorshDeserialize, BorshSerialize)]
pub enum Report {
    /// All orders up to this number were carried out or refused. `running` says whether a run has begun or goes on.
    Taken { number: u32, panel: Panel, running: bool },
    /// How much of the run is done, in thousandths.
    Progress { number: u32, share: u16 },
    /// The run has ended. `address` is the link to it, without moment and selection.
    Ended { number: u32, address: String, recording: Recording, opening: Option<Opening> },
    /// There is no studio, and why: one sentence without its full stop.
    Closed(String),
    /// The studio broke down over what it was to do last, and why. Another one can be had, which knows of nothing.
    Broke(String),
    /// The studio was ended on purpose: `Cancel` could not wait for it, or it had grown too large. Another one can be
    /// had, which knows of nothing.
    Replaced(Pending),
}

/// What becomes of the orders that a studio left behind when it was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub enum Pending {
    /// The next studio carries them out.
    Kept,
    /// They were cancelled.
    Dropped,
}

/// The moment at which a run opens, what is selected and how it is drawn, as far as the link says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct Opening {
    pub at: Option<Moment>,
    pub selection: Option<Selection>,
    /// The window's beginning and its end.
    pub from: Option<Moment>,
    pub to: Option<Moment>,
    pub background: Background,
}

/// The scenario that is wished for, in words, and all that can be changed of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct Panel {
    pub name: String,
    pub title: String,
    pub look_for: String,
    /// When the other style is the better one.
    pub otherwise: String,
    /// The link to it, without moment and selection.
    pub address: String,
    pub dials: Vec<DialFace>,
    pub seed: String,
    /// Whether anything differs from the scenario as it came.
    pub changed: bool,
    pub brokers: Vec<BrokerChoice>,
    pub refusals: Vec<Refusal>,
    /// Each protocol with what of it is left out.
    pub modelled: Vec<(String, String)>,
    /// Why a link could not be followed to the letter.
    pub link_problem: Option<String>,
}

/// A parameter with its stops, as it is seen.
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct DialFace {
    pub path: String,
    pub label: String,
    /// The number of the last stop; the first is zero.
    pub last_stop: u32,
    /// The stop nearest to the value.
    pub stop: u32,
    /// The value for people: `170 ms`, `5 /s`, `none` if it is not set.
    pub text: String,
}

/// What was typed or chosen and would not do. The control keeps showing it.
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct Refusal {
    pub path: String,
    pub typed: String,
    pub sentence: String,
}

/// The brokers that can stand on one side, and which of them is chosen.
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct BrokerChoice {
    /// The id of the side.
    pub side: String,
    /// The path that a choice sets.
    pub path: String,
    /// All that can be chosen.
    pub offered: Vec<BrokerOffer>,
    /// The word of the one that is.
    pub chosen: String,
    /// The title of the broker that is drawn, if the chosen one cannot stand here, and why not.
    pub refusal: Option<(String, String)>,
}

/// A broker that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct BrokerOffer {
    /// Its word in a scenario.
    pub protocol: String,
    pub title: String,
    /// Why it would be refused as things are, so that this is known before it is chosen.
    pub refusal: Option<String>,
}

/// The field of a link that says where a scenario is that is not built in: in the link itself, or with the browser. Empty if
/// there is none.
pub fn own_field(link: &str) -> &str {
    let mut fields = link.trim_start_matches('#').split('&');
    fields.find(|field| field.starts_with("own=") || field.starts_with("kept=")).unwrap_or_default()
}

/// The path of the seed, which every scenario has.
pub const SEED: &str = "seed";

impl Order {
    /// To keep a scenario that is not built in, for this link to mean it.
    pub fn keep(scenario: String, link: &str) -> Order {
        Order::Keep { scenario, field: own_field(link).to_owned() }
    }

    /// Whether this tells the studio what is there already, and asks for nothing that is not.
    pub fn only_tells(&self) -> bool {
        matches!(self, Order::Keep { .. } | Order::Assume(_))
    }
}

impl Report {
    /// What is said where the bytes of an order or a report cannot be read.
    pub fn of_another_version() -> Report {
        Report::Closed("it is of another version than the page".into())
    }
}

impl Panel {
    /// Why the parameter at `path` is not what was typed.
    pub fn refusal(&self, path: &str) -> Option<&Refusal> {
        self.refusals.iter().find(|refusal| refusal.path == path)
    }
}
