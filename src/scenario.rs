//! What is to be run: one workload, two sides, and what happens to them at which moment.
//!
//! A scenario is a JSON file. Everything but its name has a default, unknown fields are refused, and every error
//! names the field, the value and what would do. A parameter has a path, dotted, with list items by their id:
//! `workload.arrivals.rate_per_s`, `sides.left.timeout`.
//!
//! *Invariant:* a [`Scenario`] that exists is valid, and its run cannot fail.

mod check;
mod path;
mod presets;
mod read;
mod run;

pub use path::parse_assignment;
pub use presets::{PRESETS, Preset, preset};
pub use read::{MAX_TEXT_BYTES, Problem};
pub use run::{Played, Run, SidePlayed};

use serde::{Deserialize, Serialize};

use crate::protocol::Settings;
use crate::reading;
use crate::rng::Distribution;
use crate::time::{Moment, Span};

/// The version of the scenario format that this program writes. Older ones are read as well.
pub const VERSION: u32 = 1;

/// The version of the models. It rises with every change that gives the same scenario another trace.
pub const MODEL: u32 = 1;

/// The most jobs a scenario may have.
pub const MAX_JOBS: u32 = 1_000_000;

/// A scenario, valid as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    pub head: Head,
    pub sides: Vec<Side>,
}

/// All of a scenario but its sides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    #[serde(default = "current_version")]
    pub version: u32,
    /// What it is called in links and on the command line: lower-case letters, digits and hyphens.
    pub name: String,
    #[serde(default)]
    pub title: String,
    /// Two sentences on what to look for.
    #[serde(default)]
    pub look_for: String,
    #[serde(default = "first_seed")]
    pub seed: u64,
    #[serde(default)]
    pub workload: WorkloadText,
    #[serde(default)]
    pub network: Network,
    /// Dated faults, in any order.
    #[serde(default)]
    pub changes: Vec<Change>,
    /// Captions at moments.
    #[serde(default)]
    pub notes: Vec<Note>,
    /// The parameters that the page offers.
    #[serde(default)]
    pub controls: Vec<Control>,
    #[serde(default)]
    pub view: View,
}

fn current_version() -> u32 {
    VERSION
}

fn first_seed() -> u64 {
    1
}

/// What both sides are to do, as written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkloadText {
    pub jobs: u32,
    /// What a job is called in sentences.
    pub noun: Noun,
    pub arrivals: Arrivals,
    /// The work of a job that has one part.
    pub work: Distribution,
    /// For jobs of several parts (a chain of services, several subscribers): the work of each, instead of `work`.
    pub parts: Vec<Part>,
    /// Numbers of jobs, counted from one, every execution of which fails.
    pub poison: Vec<u32>,
    /// From when it was wanted, how long the result of a job is of use, if it ever ceases to be.
    pub useful_within: Option<Span>,
}

impl Default for WorkloadText {
    fn default() -> Self {
        WorkloadText {
            jobs: 1,
            noun: Noun::default(),
            arrivals: Arrivals::Regular { start: Moment::START, every: Span::millis(100) },
            work: Distribution::fixed(Span::millis(100)),
            parts: Vec::new(),
            poison: Vec::new(),
            useful_within: None,
        }
    }
}

/// What a job is called in sentences: "e-mail", "e-mails".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noun {
    pub one: String,
    pub many: String,
}

impl Default for Noun {
    fn default() -> Self {
        Noun { one: "job".into(), many: "jobs".into() }
    }
}

/// The work of one part of every job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub id: String,
    pub work: Distribution,
}

/// When jobs are wanted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Arrivals {
    /// At fixed distances, the first at `start`.
    Regular {
        #[serde(default)]
        start: Moment,
        every: Span,
    },
    /// A Poisson process that begins at `start`.
    Poisson {
        #[serde(default)]
        start: Moment,
        rate_per_s: f64,
    },
    /// At random distances of any spread, the first one gap after `start`.
    Random {
        #[serde(default)]
        start: Moment,
        gap: Distribution,
    },
    /// At these moments; the list has one entry a job.
    Listed { at: Vec<Moment> },
    /// All at once.
    Burst {
        #[serde(default)]
        at: Moment,
    },
    /// A closed workload: users who think, want a job, wait until it is off their hands, and think again.
    Users { users: u32, think: Distribution },
}

/// Which pattern it is stands beside its fields: `{"pattern": "regular", "every": "100ms"}`.
const PATTERN: &str = "pattern";

impl<'de> Deserialize<'de> for Arrivals {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        /// The arrivals with the pattern outside, as the derived reader has it.
        #[derive(Deserialize)]
        struct Tagged(#[serde(with = "Arrivals")] Arrivals);

        let mut fields = serde_json::Map::deserialize(deserializer)?;
        let Some(serde_json::Value::String(pattern)) = fields.remove(PATTERN) else {
            return Err(D::Error::custom(
                "arrivals need a `pattern`, as in {\"pattern\": \"regular\", \"every\": \"100ms\"}",
            ));
        };
        let tagged = serde_json::Map::from_iter([(pattern, fields.into())]);
        reading::read(tagged.into()).map(|Tagged(arrivals)| arrivals).map_err(D::Error::custom)
    }
}

impl Serialize for Arrivals {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::Error;
        let value = Arrivals::serialize(self, serde_json::value::Serializer).map_err(S::Error::custom)?;
        let tagged = value.as_object().and_then(|tagged| tagged.iter().next());
        let (pattern, fields) = tagged.ok_or_else(|| S::Error::custom("arrivals are not an object"))?;
        let mut fields = fields.as_object().cloned().unwrap_or_default();
        fields.insert(PATTERN.into(), pattern.clone().into());
        fields.serialize(serializer)
    }
}

/// The network between all parties of both sides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Network {
    /// One way, per message.
    pub latency: Distribution,
    /// The chance that a message between a caller and the party it talks to is lost, each way.
    pub loss: f64,
    /// The chance that such a message arrives twice.
    pub duplication: f64,
}

impl Default for Network {
    fn default() -> Self {
        Network { latency: Distribution::fixed(Span::millis(10)), loss: 0.0, duplication: 0.0 }
    }
}

/// One of the two runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// `left` or `right`, unless the file says otherwise.
    pub id: String,
    pub style: Style,
    pub settings: Settings,
}

/// How the caller of a side waits: a label for colour and comparison, nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    RequestResponse,
    Queued,
}

impl Style {
    /// The word in files and reports.
    pub fn word(self) -> &'static str {
        match self {
            Style::RequestResponse => "request-response",
            Style::Queued => "queued",
        }
    }
}

/// A fault at a moment. It strikes every actor of that id, on whichever side; `left.mail` means one side's alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// By which paths name it: `changes.outage.at`.
    #[serde(default)]
    pub id: String,
    pub at: Moment,
    /// How long it lasts; to the end of the run if it is left out. With no time at all it does not strike, so that a
    /// control can begin at nothing.
    #[serde(rename = "for", default)]
    pub lasts: Option<Span>,
    pub fault: FaultText,
    pub actor: String,
    /// For a slow-down: how many times as long work takes.
    #[serde(default)]
    pub factor: Option<f64>,
}

/// The kinds of fault, as written (`FLT-*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultText {
    /// Turns away what arrives; what is in hand goes on.
    Outage,
    /// What arrives is met by silence; what is in hand goes on.
    SilentOutage,
    /// Dies with what is in hand, and is back when it ends.
    Crash,
    /// Work begun meanwhile takes `factor` times as long.
    SlowDown,
}

/// A caption.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    pub at: Moment,
    /// The id of the side it stands on; on both if it is left out.
    #[serde(default)]
    pub side: Option<String>,
    pub text: String,
}

/// A parameter that the page offers, by its path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    pub path: String,
    pub label: String,
    /// Smallest and largest value, written as the parameter is: `1` and `20`, or `"50ms"` and `"2s"`.
    pub min: serde_json::Value,
    pub max: serde_json::Value,
    /// The distance between values; without it the page chooses one.
    #[serde(default)]
    pub step: Option<serde_json::Value>,
}

/// How it opens.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct View {
    /// The telling moment; the end of the run if it is left out.
    pub at: Option<Moment>,
    /// The window shown; the whole run if they are left out.
    pub from: Option<Moment>,
    pub to: Option<Moment>,
    /// The number of the job that is lit, counted from one.
    pub job: Option<u32>,
}
