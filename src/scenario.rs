//! What is to be run: one workload, two sides, and what happens to them at which moment.
//!
//! A scenario is a JSON file. Everything but its name has a default, unknown fields are refused, and every error
//! names the field, the value and what would do. A parameter has a path, dotted, with list items by their id:
//! `workload.arrivals.rate_per_s`, `sides.left.timeout`.
//!
//! *Invariant:* a [`Scenario`] that exists is valid, and its run cannot fail.

mod broker;
mod caption;
mod change;
mod check;
#[cfg(not(target_arch = "wasm32"))]
mod declared;
mod heading;
mod library;
mod located;
mod path;
mod presets;
mod read;
mod run;
#[cfg(not(target_arch = "wasm32"))]
mod schema;

pub use broker::{BROKERS, Broker, broker, path_in};
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use declared::{Declarations, declarations};
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
#[cfg(not(target_arch = "wasm32"))]
pub use schema::schema;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use schema::{bounds_of_time, definition, plain};

pub use crate::recording::{SidePlayed, Style};

use serde_json::Value;

use crate::protocol::Settings;
#[cfg(not(target_arch = "wasm32"))]
use crate::reading::kind;
use crate::reading::rule::{CHANCE, FACTOR, JOBS, NAME, PROSE, TEXT};
use crate::reading::{self, Each, Faults, Field, Rule, declared, fields, words};
use crate::rng::Distribution;
use crate::time::{Moment, Span};

/// The version of the scenario format that this program writes. Older ones are read as well.
pub const VERSION: u32 = 2;

/// The version of the models. It rises with every change that gives the same scenario another trace.
pub const MODEL: u32 = 2;

/// The most jobs a scenario may have, and the most parts all its jobs may have together. So many end settled in every
/// protocol, and a browser's tab has room for both sides: GraphQL, which takes most, writes 330 MB a side.
pub const MAX_JOBS: u32 = 200_000;

/// The most characters of a title.
const MAX_TITLE: usize = 100;

/// The most parameters that the page offers.
const MAX_CONTROLS: usize = 12;

/// What one message may carry: as much as each of the brokers takes without being told to.
const BYTES: Rule = Rule::Whole(0, 1_000_000);

/// What something is called in the page.
const LABEL: Rule = Rule::Text(0, 64);

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

fields! {
    /// All of a scenario but its sides.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Head {
        /// Of the format: 1 or 2. A file that names none is one of version 1.
        pub version: u32 = VERSION,
        /// What it is called in links and on the command line: 1 to 64 lower-case letters, digits, hyphens and underscores.
        pub name: String [Rule::Id(64)],
        /// At most 100 characters; empty where it has none.
        pub title: String [Rule::Text(0, MAX_TITLE)] = String::new(),
        /// Two sentences on what to look for: at most 500 characters.
        pub look_for: String [PROSE] = String::new(),
        /// From 0 to 2^53 − 1. Every random value of a run follows from it.
        pub seed: u64 = 1,
        /// What both sides are to do.
        pub workload: WorkloadText = WorkloadText::default(),
        /// What lies between all parties of both sides.
        pub network: Network = Network::default(),
        /// When both sides stop, whatever is under way; without it, when all is settled.
        pub stop_at: Option<Moment> = None,
        /// Dated faults, in any order.
        pub changes: Vec<Change> [Rule::List(0, 100, &Rule::Any)] = Vec::new(),
        /// Captions at moments.
        pub notes: Vec<Note> [Rule::List(0, 100, &Rule::Any)] = Vec::new(),
        /// The parameters that the page offers.
        pub controls: Vec<Control> [Rule::List(0, MAX_CONTROLS, &Rule::Any)] = Vec::new(),
        /// How the picture opens.
        pub view: View = View::default(),
        /// How it is found among others.
        pub library: LibraryText = LibraryText::default(),
    }
}

impl Head {
    /// The title, or the name of a scenario that has none.
    pub fn title_or_name(&self) -> &str {
        if self.title.is_empty() { &self.name } else { &self.title }
    }
}

fields! {
    /// What both sides are to do, as written.
    #[derive(Clone, Debug, PartialEq)]
    pub struct WorkloadText {
        /// How many jobs there are.
        pub jobs: u32 [Rule::Whole(1, MAX_JOBS as i64)] = 1,
        /// What a job is called in sentences.
        pub noun: Noun = Noun { one: "job".into(), many: "jobs".into() },
        /// When the jobs are wanted.
        pub arrivals: Arrivals = Arrivals::Regular { start: Moment::START, every: Span::millis(100) },
        /// The work of a job that has one part.
        pub work: Distribution = Distribution::fixed(Span::millis(100)),
        /// For jobs of several parts (a chain of services, several subscribers): the work of each, instead of `work`.
        pub parts: Vec<Part> [Rule::List(0, 16, &Rule::Any)] = Vec::new(),
        /// How many bytes are sent with a job: the content of a request, the body of a message, the value of a record. The
        /// 1 kB that the OpenMessaging Benchmark sends unless it is told otherwise. Nothing that happens depends on it, but
        /// how many records a batch of Kafka holds.
        pub body_bytes: u32 [BYTES] = 1024,
        /// How many bytes come back as the result of a job, where one comes back: as many as were sent, if nothing is said.
        pub result_bytes: u32 [BYTES] = 1024,
        /// Numbers of jobs, counted from one, every execution of which fails.
        pub poison: Vec<u32> [JOBS] = Vec::new(),
        /// Which executions fail besides.
        pub failures: FailuresText = FailuresText::default(),
        /// From when it was wanted, how long the result of a job is of use, if it ever ceases to be.
        pub useful_within: Option<Span> = None,
    }
}

fields! {
    /// Executions that fail: by chance, and the first ones of each part.
    #[derive(Clone, Debug, PartialEq)]
    pub struct FailuresText {
        /// The chance that an execution fails, by the part and the number of the execution.
        pub probability: f64 [CHANCE] = 0.0,
        /// How many executions of each part fail before one can succeed: from 0 to 1,000.
        pub first: u32 [Rule::Whole(0, 1000)] = 0,
    }
}

fields! {
    /// What a job is called in sentences: "e-mail", "e-mails".
    #[derive(Clone, Debug, PartialEq)]
    pub struct Noun {
        /// At most 24 characters, as all nouns.
        pub one: String [NAME],
        /// Of more than one, and of none.
        pub many: String [NAME],
    }
}

fields! {
    /// The work of one part of every job.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Part {
        /// By which paths name it: `workload.parts.stock.work`.
        pub id: String [Rule::Id(64)],
        /// How long it takes one worker.
        pub work: Distribution,
    }
}

/// When jobs are wanted.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "what each field means stands where it is declared, below")]
pub enum Arrivals {
    /// At fixed distances, the first at `start`.
    Regular { start: Moment, every: Span },
    /// A Poisson process that begins at `start`.
    Poisson { start: Moment, rate_per_s: f64 },
    /// At random distances of any spread, the first one gap after `start`.
    Random { start: Moment, gap: Distribution },
    /// At these moments; the list has one entry a job.
    Listed { at: Vec<Moment> },
    /// All at once.
    Burst { at: Moment },
    /// A closed workload: users who think, want a job, wait until it is off their hands, and think again.
    Users { users: u32, think: Distribution },
}

/// Which pattern it is stands beside its fields: `{"pattern": "regular", "every": "100ms"}`.
const PATTERN: &str = "pattern";

const PATTERNS: [&str; 6] = ["regular", "poisson", "random", "listed", "burst", "users"];

/// What each pattern is, by its number.
#[cfg(not(target_arch = "wasm32"))]
const ABOUT: [&str; 6] = [
    "At fixed distances, the first at `start`.",
    "A Poisson process that begins at `start`.",
    "At random distances of any spread, the first one gap after `start`.",
    "At these moments; the list has one entry a job.",
    "All at once.",
    "A closed workload: users who think, want a job, wait until it is off their hands, and think again.",
];

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
        let gap_before = declared!("start", Defaulted, Rule::Any, "One gap before the first job.");
        match self {
            Arrivals::Regular { start, every } => {
                each(declared!("start", Defaulted, Rule::Any, "When the first job is wanted."), start);
                let meaning = declared!(
                    "every",
                    Required,
                    Rule::Any,
                    "From one job to the next; with no time at all they are wanted at once."
                );
                each(meaning, every);
                0
            }
            Arrivals::Poisson { start, rate_per_s } => {
                each(gap_before, start);
                const RATE: Rule = Rule::Number(0.000_001, 1_000_000.0);
                each(declared!("rate_per_s", Required, RATE, "Jobs a second, on average."), rate_per_s);
                1
            }
            Arrivals::Random { start, gap } => {
                each(gap_before, start);
                each(declared!("gap", Required, Rule::Any, "From one job to the next."), gap);
                2
            }
            Arrivals::Listed { at } => {
                const ONE_A_JOB: Rule = Rule::List(1, MAX_JOBS as usize, &Rule::Any);
                each(declared!("at", Required, ONE_A_JOB, "In order, one a job."), at);
                3
            }
            Arrivals::Burst { at } => {
                each(declared!("at", Defaulted, Rule::Any, "When."), at);
                4
            }
            Arrivals::Users { users, think } => {
                each(declared!("users", Required, Rule::Whole(1, 10_000), "How many there are."), users);
                each(declared!("think", Required, Rule::Any, "How long a user thinks before each job."), think);
                5
            }
        }
    }
}

impl Field for Arrivals {
    fn read(&mut self, mut value: Value, _: &Rule, faults: &mut Faults) {
        let Some(pattern) = value.as_object_mut().and_then(|fields| fields.remove(PATTERN)) else {
            return faults.add("arrivals need a `pattern`, as in {\"pattern\": \"regular\", \"every\": \"100ms\"}");
        };
        let before = faults.count();
        let pattern = reading::place_of(&pattern, &PATTERNS, faults);
        faults.step_out(before, PATTERN);
        let Some(pattern) = pattern else { return };
        *self = Arrivals::blank(pattern);
        reading::read_fields(
            value,
            &mut |each| {
                self.each(each);
            },
            faults,
        );
    }

    fn write(&mut self) -> Value {
        let mut pattern = 0;
        let mut written = reading::write_fields(&mut |each| pattern = self.each(each));
        written[PATTERN] = PATTERNS[pattern].into();
        written
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn kind(&mut self) -> kind::Kind {
        let forms = || {
            let form = |place: usize| kind::Form {
                word: PATTERNS[place],
                about: ABOUT[place],
                shape: kind::Shape::Said(
                    PATTERN,
                    kind::shown(&mut |each| {
                        Arrivals::blank(place).each(each);
                    }),
                ),
            };
            (0..PATTERNS.len()).map(form).collect()
        };
        kind::Kind::Choice(kind::Choice { name: "Arrivals", about: "When jobs are wanted.", forms })
    }
}

fields! {
    /// The network between all parties of both sides.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Network {
        /// One way, per message.
        pub latency: Distribution = Distribution::fixed(Span::millis(10)),
        /// The chance that a message between a caller and the party it talks to is lost, each way.
        pub loss: f64 [CHANCE] = 0.0,
        /// The chance that such a message arrives twice.
        pub duplication: f64 [CHANCE] = 0.0,
    }
}

words! { impl Style (" How the caller of a side waits.")
    RequestResponse = "request-response" (" It asks, and waits for the answer."),
    Queued = "queued" (" It hands over, and moves on."),
}

fields! {
    /// What a side says besides the settings of its protocol.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct SideText {
        /// What paths call it: `left` or `right`, if it says nothing.
        id: Option<String> [Rule::Id(64)] = None,
        /// How it works: by asking and waiting, or by handing over. If it says nothing, the left side asks and the right one
        /// hands over, and a side of any parties hands over if one of them is a broker.
        style: Option<Style> = None,
        /// By whose rules it works: `http` on the left and `rabbitmq` on the right, if it says nothing.
        protocol: Option<String> [TEXT] = None,
        /// What stands over it, in the scenario's own words; without them it is computed.
        heading: Option<String> [Rule::Text(0, 60)] = None,
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

fields! {
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
    #[derive(Clone, Debug, PartialEq)]
    pub struct Change {
        /// By which paths name it: `changes.outage.at`.
        pub id: String [LABEL] = String::new(),
        /// When it begins.
        pub at: Moment,
        /// How long it lasts; to the end of the run if it is left out. With no time at all it does not strike, so that a
        /// control can begin at nothing.
        pub lasts as "for": Option<Span> = None,
        /// What happens.
        pub fault: FaultText,
        /// For a fault of an actor: the id of whom it strikes.
        pub actor: Option<String> [TEXT] = None,
        /// For a fault of links: the ids of the two lanes between which they lead, in either order. What there is to see of
        /// it stands at the first.
        pub between: Option<Vec<String>> [Rule::List(2, 2, &TEXT)] = None,
        /// For a slow-down, and only for one: how many times as long work takes, from 0.001 to 1000.
        pub factor: Option<f64> [FACTOR] = None,
        /// For a loss, and only for one: the chance that a message is lost, from 0 to 1. Of nothing it does not strike.
        pub probability: Option<f64> [CHANCE] = None,
        /// For a delay, and only for one: how much longer a message takes. Of nothing it does not strike.
        pub by: Option<Span> = None,
    }
}

words! {
    /// The kinds of fault, as written (`FLT-*`).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum FaultText = Outage {
        /// Turns away what arrives; what is in hand goes on.
        Outage = "outage",
        /// What arrives is met by silence; what is in hand goes on.
        SilentOutage = "silent-outage",
        /// Dies with what is in hand, and is back when it ends.
        Crash = "crash",
        /// Work begun meanwhile takes `factor` times as long.
        SlowDown = "slow-down",
        /// What is sent meanwhile between two lanes is lost.
        Cut = "cut",
        /// Each message sent meanwhile is lost with this `probability`.
        Loss = "loss",
        /// Each message sent meanwhile takes longer `by` that much.
        Delay = "delay",
    }
}

fields! {
    /// A caption.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Note {
        /// Where it stands; with `when`, how long after that.
        pub at: Moment = Moment::START,
        /// What it is about, so that it moves with that and is not there without it: `job 2 answered`, `outage ends`.
        pub when: Option<String> [PROSE] = None,
        /// The id of the side it stands on; on both if it is left out.
        pub side: Option<String> [TEXT] = None,
        /// At most 500 characters.
        pub text: String [PROSE],
    }
}

fields! {
    /// A parameter that the page offers, by its path.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Control {
        /// Of a number or a time in this scenario.
        pub path: String [Rule::Text(0, 200)],
        /// What it is called: at most 64 characters.
        pub label: String [LABEL],
        /// The smallest value, written as the parameter is: `1`, or `"50ms"`.
        pub min: Value = Value::default(),
        /// The largest value, written in the same way.
        pub max: Value = Value::default(),
        /// The distance between values; without it the page chooses one.
        pub step: Option<Value> = None,
        /// Instead of smallest and largest, all values that are offered: for a parameter that is a word, or yes or no.
        pub values: Vec<Value> [Rule::List(0, 100, &Rule::Any)] = Vec::new(),
    }
}

fields! {
    /// How it opens.
    #[derive(Clone, Debug, PartialEq)]
    pub struct View {
        /// The telling moment, or with `when` how long after that it is; the end of the run if both are left out.
        pub at: Option<Moment> = None,
        /// The event that it is about, in the words of a note's `when`, so that it moves with the event.
        pub when: Option<String> [PROSE] = None,
        /// The id of the side on which the event is looked for; the first on which it takes place if it is left out.
        pub side: Option<String> [TEXT] = None,
        /// Where the window begins that is shown; with the run if it is left out.
        pub from: Option<Moment> = None,
        /// Where it ends; with the run if it is left out.
        pub to: Option<Moment> = None,
        /// The number of the job that is lit, counted from one.
        pub job: Option<u32> [Rule::Whole(1, MAX_JOBS as i64)] = None,
    }
}
