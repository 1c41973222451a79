//! What is to be run: one workload, two sides, and what happens to them at which moment.
//!
//! A scenario is a JSON file. Everything but its name has a default, unknown fields are refused, and every error
//! names the field, the value and what would do. A parameter has a path, dotted, with list items by their id:
//! `workload.arrivals.rate_per_s`, `sides.left.timeout`.
//!
//! *Invariant:* a [`Scenario`] that exists is valid, and its run cannot fail.

mod bounds;
mod broker;
mod caption;
mod change;
mod check;
mod heading;
mod library;
mod located;
mod path;
mod presets;
mod read;
mod run;

pub use broker::{BROKERS, Broker, broker, path_in};
pub use library::LibraryText;
pub use located::{Located, problems_as_json};
pub use path::{parse_assignment, value_in};
#[cfg(target_arch = "wasm32")]
pub use presets::bring;
#[cfg(not(target_arch = "wasm32"))]
pub use presets::in_one;
pub use presets::{PRESETS, Preset, preset};
pub use read::{MAX_TEXT_BYTES, Problem};
pub use run::{Played, Run};

pub use crate::recording::{SidePlayed, Style};

use serde_json::Value;

use crate::protocol::Settings;
use crate::reading::{self, Each, Field, Misread, Need, fields, words};
use crate::rng::Distribution;
use crate::time::{Moment, Span};

/// The version of the scenario format that this program writes. Older ones are read as well.
pub const VERSION: u32 = 2;

/// The version of the models. It rises with every change that gives the same scenario another trace.
pub const MODEL: u32 = 2;

/// The most jobs a scenario may have, and the most parts all its jobs may have together. So many end settled in every
/// protocol, and a browser's tab has room for both sides: GraphQL, which takes most, writes 330 MB a side.
pub const MAX_JOBS: u32 = 200_000;

/// A scenario, valid as a whole: what a JSON file says, with a value for each field that the file leaves out.
///
/// It is made from text ([`Scenario::from_json`]), from a JSON value ([`Scenario::from_value`]) or from another scenario
/// with some fields set ([`Scenario::with_all`]), and each of these refuses what cannot be run with a [`Problem`]: the path
/// of the field, its value, and what would do. Times are written with their unit (`"170ms"`, `"1.5s"`, at most 366 days)
/// and kept in whole microseconds; chances are from 0 to 1; jobs are counted from 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// What both sides share.
    pub head: Head,
    /// Two, with different ids.
    pub sides: Vec<Side>,
}

/// All of a scenario but its sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// Of the format, from 1 to [`VERSION`].
    pub version: u32,
    /// What it is called in links and on the command line: 1 to 64 lower-case letters, digits, hyphens and underscores.
    pub name: String,
    /// At most 100 characters; empty where it has none.
    pub title: String,
    /// Two sentences on what to look for: at most 500 characters.
    pub look_for: String,
    /// From 0 to 2^53 − 1. Every random value of a run follows from it.
    pub seed: u64,
    /// What both sides are to do.
    pub workload: WorkloadText,
    /// What lies between all parties of both sides.
    pub network: Network,
    /// When both sides stop, whatever is under way; without it, when all is settled.
    pub stop_at: Option<Moment>,
    /// Dated faults, in any order.
    pub changes: Vec<Change>,
    /// Captions at moments.
    pub notes: Vec<Note>,
    /// The parameters that the page offers.
    pub controls: Vec<Control>,
    /// How the picture opens.
    pub view: View,
    /// How it is found among others.
    pub library: LibraryText,
}

fields!(Head: version, title, look_for, seed, workload, network, stop_at, changes, notes, controls, view, library; needs name);

impl Head {
    /// The title, or the name of a scenario that has none.
    pub fn title_or_name(&self) -> &str {
        if self.title.is_empty() { &self.name } else { &self.title }
    }
}

impl Default for Head {
    fn default() -> Self {
        Head {
            version: VERSION,
            name: String::new(),
            title: String::new(),
            look_for: String::new(),
            seed: 1,
            workload: WorkloadText::default(),
            network: Network::default(),
            stop_at: None,
            changes: Vec::new(),
            notes: Vec::new(),
            controls: Vec::new(),
            view: View::default(),
            library: LibraryText::default(),
        }
    }
}

/// What both sides are to do, as written.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkloadText {
    /// From 1 to [`MAX_JOBS`].
    pub jobs: u32,
    /// What a job is called in sentences.
    pub noun: Noun,
    /// When the jobs are wanted.
    pub arrivals: Arrivals,
    /// The work of a job that has one part.
    pub work: Distribution,
    /// For jobs of several parts (a chain of services, several subscribers): the work of each, instead of `work`.
    pub parts: Vec<Part>,
    /// Numbers of jobs, counted from one, every execution of which fails.
    pub poison: Vec<u32>,
    /// Which executions fail besides.
    pub failures: FailuresText,
    /// From when it was wanted, how long the result of a job is of use, if it ever ceases to be.
    pub useful_within: Option<Span>,
}

fields!(WorkloadText: jobs, noun, arrivals, work, parts, poison, failures, useful_within);

impl Default for WorkloadText {
    fn default() -> Self {
        WorkloadText {
            jobs: 1,
            noun: Noun::default(),
            arrivals: Arrivals::Regular { start: Moment::START, every: Span::millis(100) },
            work: Distribution::fixed(Span::millis(100)),
            parts: Vec::new(),
            poison: Vec::new(),
            failures: FailuresText::default(),
            useful_within: None,
        }
    }
}

/// Executions that fail: by chance, and the first ones of each part.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FailuresText {
    /// The chance that an execution fails, by the part and the number of the execution.
    pub probability: f64,
    /// How many executions of each part fail before one can succeed: from 0 to 1,000.
    pub first: u32,
}

fields!(FailuresText: probability, first);

/// What a job is called in sentences: "e-mail", "e-mails".
#[derive(Clone, Debug, PartialEq)]
pub struct Noun {
    /// At most 24 characters, as all nouns.
    pub one: String,
    /// Of more than one, and of none.
    pub many: String,
}

fields!(Noun: ; needs one, many);

impl Default for Noun {
    fn default() -> Self {
        Noun { one: "job".into(), many: "jobs".into() }
    }
}

/// The work of one part of every job.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// By which paths name it: `workload.parts.stock.work`.
    pub id: String,
    /// How long it takes one worker.
    pub work: Distribution,
}

fields!(Part: ; needs id, work);

/// When jobs are wanted.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrivals {
    /// At fixed distances, the first at `start`.
    Regular {
        /// When the first job is wanted.
        start: Moment,
        /// From one job to the next; with no time at all they are wanted at once.
        every: Span,
    },
    /// A Poisson process that begins at `start`.
    Poisson {
        /// One gap before the first job.
        start: Moment,
        /// Jobs a second, on average: from 0.000001 to 1,000,000.
        rate_per_s: f64,
    },
    /// At random distances of any spread, the first one gap after `start`.
    Random {
        /// One gap before the first job.
        start: Moment,
        /// From one job to the next.
        gap: Distribution,
    },
    /// At these moments; the list has one entry a job.
    Listed {
        /// In order, one a job.
        at: Vec<Moment>,
    },
    /// All at once.
    Burst {
        /// When.
        at: Moment,
    },
    /// A closed workload: users who think, want a job, wait until it is off their hands, and think again.
    Users {
        /// From 1 to 10,000.
        users: u32,
        /// How long a user thinks before each job.
        think: Distribution,
    },
}

/// Which pattern it is stands beside its fields: `{"pattern": "regular", "every": "100ms"}`.
const PATTERN: &str = "pattern";

const PATTERNS: [&str; 6] = ["regular", "poisson", "random", "listed", "burst", "users"];

impl Arrivals {
    /// Of the pattern with that number, with nothing in it.
    fn blank(pattern: usize) -> Self {
        let start = Moment::START;
        match pattern {
            0 => Arrivals::Regular { start, every: Span::ZERO },
            1 => Arrivals::Poisson { start, rate_per_s: 0.0 },
            2 => Arrivals::Random { start, gap: Distribution::default() },
            3 => Arrivals::Listed { at: Vec::new() },
            4 => Arrivals::Burst { at: start },
            _ => Arrivals::Users { users: 0, think: Distribution::default() },
        }
    }

    /// Shows its fields; gives the number of its pattern.
    fn each(&mut self, each: Each<'_>) -> usize {
        use Need::{Defaulted, Required};
        match self {
            Arrivals::Regular { start, every } => {
                each("start", start, Defaulted);
                each("every", every, Required);
                0
            }
            Arrivals::Poisson { start, rate_per_s } => {
                each("start", start, Defaulted);
                each("rate_per_s", rate_per_s, Required);
                1
            }
            Arrivals::Random { start, gap } => {
                each("start", start, Defaulted);
                each("gap", gap, Required);
                2
            }
            Arrivals::Listed { at } => {
                each("at", at, Required);
                3
            }
            Arrivals::Burst { at } => {
                each("at", at, Defaulted);
                4
            }
            Arrivals::Users { users, think } => {
                each("users", users, Required);
                each("think", think, Required);
                5
            }
        }
    }
}

impl Field for Arrivals {
    fn read(&mut self, mut value: Value) -> Result<(), Misread> {
        let Some(pattern) = value.as_object_mut().and_then(|fields| fields.remove(PATTERN)) else {
            return Err(Misread::new(
                "arrivals need a `pattern`, as in {\"pattern\": \"regular\", \"every\": \"100ms\"}",
            ));
        };
        let pattern = reading::place_of(&pattern, &PATTERNS).map_err(|misread| misread.within(PATTERN))?;
        *self = Arrivals::blank(pattern);
        reading::read_fields(value, &mut |each| {
            self.each(each);
        })
    }

    fn write(&mut self) -> Value {
        let mut pattern = 0;
        let mut written = reading::write_fields(&mut |each| pattern = self.each(each));
        written[PATTERN] = PATTERNS[pattern].into();
        written
    }
}

/// The network between all parties of both sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// One way, per message.
    pub latency: Distribution,
    /// The chance that a message between a caller and the party it talks to is lost, each way.
    pub loss: f64,
    /// The chance that such a message arrives twice.
    pub duplication: f64,
}

fields!(Network: latency, loss, duplication);

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
    /// How it works: by asking and waiting, or by handing over.
    pub style: Style,
    /// What stands over it, in the scenario's own words; without them it is computed (see [`Scenario::headings`]).
    pub heading: Option<String>,
    /// The settings of its protocol, under the vendor's names.
    pub settings: Settings,
}

words!(Style: RequestResponse = "request-response", Queued = "queued");

/// A fault at a moment. It strikes every actor of that id, or all links between two, on whichever side; `left.mail`
/// means one side's alone.
///
/// ```
/// # use counterpoint::scenario::Scenario;
/// let scenario = Scenario::from_json(r#"{ "name": "faults", "changes": [
///     { "id": "outage", "at": "1s", "for": "2s", "fault": "outage", "actor": "server" },
///     { "id": "cut", "at": "4s", "for": "1s", "fault": "cut", "between": ["left.client", "server"] },
///     { "id": "slow", "at": "5s", "fault": "delay", "between": ["client", "queue"], "by": "200ms" }
/// ] }"#).unwrap();
/// assert!(scenario.with("changes.slow.by", "300ms".into()).is_ok());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    /// By which paths name it: `changes.outage.at`.
    pub id: String,
    /// When it begins.
    pub at: Moment,
    /// How long it lasts; to the end of the run if it is left out. With no time at all it does not strike, so that a
    /// control can begin at nothing.
    pub lasts: Option<Span>,
    /// What happens.
    pub fault: FaultText,
    /// For a fault of an actor: the id of whom it strikes.
    pub actor: Option<String>,
    /// For a fault of links: the ids of the two lanes between which they lead, in either order. What there is to see of
    /// it stands at the first.
    pub between: Option<Vec<String>>,
    /// For a slow-down, and only for one: how many times as long work takes, from 0.001 to 1000.
    pub factor: Option<f64>,
    /// For a loss, and only for one: the chance that a message is lost, from 0 to 1. Of nothing it does not strike.
    pub probability: Option<f64>,
    /// For a delay, and only for one: how much longer a message takes. Of nothing it does not strike.
    pub by: Option<Span>,
}

fields!(Change: id, lasts as "for", actor, between, factor, probability, by; needs at, fault);

/// The kinds of fault, as written (`FLT-*`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FaultText {
    /// Turns away what arrives; what is in hand goes on.
    #[default]
    Outage,
    /// What arrives is met by silence; what is in hand goes on.
    SilentOutage,
    /// Dies with what is in hand, and is back when it ends.
    Crash,
    /// Work begun meanwhile takes `factor` times as long.
    SlowDown,
    /// What is sent meanwhile between two lanes is lost.
    Cut,
    /// Each message sent meanwhile is lost with this `probability`.
    Loss,
    /// Each message sent meanwhile takes longer `by` that much.
    Delay,
}

words!(FaultText:
    Outage = "outage", SilentOutage = "silent-outage", Crash = "crash", SlowDown = "slow-down",
    Cut = "cut", Loss = "loss", Delay = "delay");

/// A caption.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Note {
    /// Where it stands; with `when`, how long after that.
    pub at: Moment,
    /// What it is about, so that it moves with that and is not there without it: `job 2 answered`, `outage ends`.
    pub when: Option<String>,
    /// The id of the side it stands on; on both if it is left out.
    pub side: Option<String>,
    /// At most 500 characters.
    pub text: String,
}

fields!(Note: at, when, side; needs text);

/// A parameter that the page offers, by its path.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Control {
    /// Of a number or a time in this scenario.
    pub path: String,
    /// What it is called: at most 64 characters.
    pub label: String,
    /// The smallest value, written as the parameter is: `1`, or `"50ms"`.
    pub min: Value,
    /// The largest value, written in the same way.
    pub max: Value,
    /// The distance between values; without it the page chooses one.
    pub step: Option<Value>,
    /// Instead of smallest and largest, all values that are offered: for a parameter that is a word, or yes or no.
    pub values: Vec<Value>,
}

fields!(Control: min, max, step, values; needs path, label);

/// How it opens.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    /// The telling moment, or with `when` how long after that it is; the end of the run if both are left out.
    pub at: Option<Moment>,
    /// The event that it is about, in the words of a note's `when`, so that it moves with the event.
    pub when: Option<String>,
    /// The id of the side on which the event is looked for; the first on which it takes place if it is left out.
    pub side: Option<String>,
    /// Where the window begins that is shown; with the run if it is left out.
    pub from: Option<Moment>,
    /// Where it ends; with the run if it is left out.
    pub to: Option<Moment>,
    /// The number of the job that is lit, counted from one.
    pub job: Option<u32>,
}

fields!(View: at, when, side, from, to, job);
