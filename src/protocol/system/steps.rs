//! The steps of a task, as a reader writes them.
//!
//! A step is an object whose first word says what is done (`{"call": "api", "request": "POST /videos"}`); the other
//! fields belong to that word. Steps that hold steps nest. *Invariant:* a step that was read has one such word.

mod declared;

use serde_json::Value;

use crate::protocol::breaker::BreakerSettings;
use crate::protocol::call::RetryOn;
use crate::protocol::call::settings::Bulkhead;
use crate::protocol::retry::Retry;
#[cfg(not(target_arch = "wasm32"))]
use crate::reading::kind;
use crate::reading::rule::{LASTING, TEXT};
use crate::reading::{self, Faults, Field, Rule, fields, shown, words};
use crate::rng::Distribution;
use crate::time::Span;

/// A list of steps. (How many there are at a party, all lists together, is looked at with the parties.)
pub(super) const STEPS: Rule = Rule::List(0, 200, &Rule::Any);

/// How often something is done.
const TIMES: Rule = Rule::Whole(1, 10_000);

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Does a part of the job.
    Work { part: String },
    /// Computes, for no part of the job.
    Compute { span: Distribution },
    /// Does nothing for a while, and keeps its hand.
    Pause { span: Distribution },
    /// Asks another party, or whoever consumes from a queue, and waits for the answer.
    Call(Box<Call>),
    /// Hands a message to a broker.
    Publish(Box<Publish>),
    /// Answers whoever asked: by the way the request came, or to where its `reply_to` says. What follows it is done when
    /// nobody waits any more.
    Answer { text: String, means: Means, word: String, retry_after: Option<Span>, confirm: Option<Confirm> },
    /// Does the same again and again.
    Repeat { how: Box<Repeat>, does: Vec<Step> },
    /// Goes several ways at once.
    AtOnce { branches: Vec<Branch> },
    /// Looks up the job's row of a table, and finds its word, or `nothing`.
    Read { table: String },
    /// Writes a word into the job's row of a table, which is new if it was not there.
    Write { table: String, word: String },
    /// Adds a row to a table: always, or only if the job has none there yet. Finds `new` or `exists`.
    Insert { table: String, word: String, unique: bool },
    /// Takes rows with that word, one after another, and does something about each; nobody else has it meanwhile.
    Take { table: String, word: String, most: u32, does: Vec<Step> },
    /// Does the same about each message of a batch, one after another; about the one that there is otherwise. What fails
    /// fails alone, if it is reported, and else with the whole batch.
    Each { does: Vec<Step>, report_batch_item_failures: bool },
    /// Writes that take effect together at its end, or not at all.
    Transaction { writes: Vec<Step>, takes: Distribution, rolls_back: u32 },
    /// Does one thing if that word was found last, and else another.
    If { word: String, does: Vec<Step>, otherwise: Vec<Step> },
    /// Does one thing if the delivery was dead-lettered at least so often in that queue, and else another.
    IfDied { times: u32, queue: String, does: Vec<Step>, otherwise: Vec<Step> },
    /// Holds a connection of a pool meanwhile.
    Hold { pool: String, does: Vec<Step> },
    /// Waits until that word is brought for the job.
    Await { word: String, timeout: Option<Span>, otherwise: Option<Vec<Step>> },
    /// Brings that word to the task of this party that waits for it, now or later.
    Bring { word: String },
    /// Its process dies at this place, the k-th time that anybody comes here.
    Dies { time: u32, lasts: Option<Span> },
    /// The task has failed: the first so many times that anybody comes here, or always.
    Fail { text: String, first: Option<u32> },
}

/// What asking another party takes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Call {
    pub party: String,
    pub request: String,
    /// For each attempt; without it, the caller waits as long as it takes.
    pub timeout: Option<Span>,
    pub retry: Retry,
    pub retry_on: RetryOn,
    pub circuit_breaker: Option<BreakerSettings>,
    pub bulkhead: Option<Bulkhead>,
    /// What is done when all attempts have failed. Without it, the task has failed as well.
    pub otherwise: Option<Vec<Step>>,
}

/// What handing a message over takes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Publish {
    /// The id of the broker, or of one of its queues.
    pub to: String,
    /// The routing key, or the headers, by which an exchange of RabbitMQ chooses the queues; without it, those of the job.
    pub key: Option<String>,
    pub confirm: Confirm,
    /// How long a confirm is waited for; without it, for ever.
    pub timeout: Option<Span>,
    pub retry: Retry,
    pub otherwise: Option<Vec<Step>>,
}

words! {
    /// Whether the task waits until the broker has taken responsibility.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Confirm = Wait {
        /// It waits for the confirm.
        Wait = "wait",
        /// It goes on; the confirm comes later.
        Async = "async",
        /// Nobody asks for it.
        Off = "off",
    }
}

words! {
    /// What an answer means to whoever asked.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Means = Status {
        /// As its status says: 2xx and 3xx are fine, 4xx final, 429 and 5xx may be better another time; what is no status
        /// is fine.
        Status = "as-its-status",
        /// It is what was asked for.
        Fine = "fine",
        /// Asking again would not help.
        Rejected = "rejected",
        /// Asking again may help.
        Failed = "failed",
    }
}

fields! {
    /// How often something is done again.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Repeat {
        /// How long it waits before each time.
        pub every: Span [LASTING] = Span::ZERO,
        /// At most so often.
        pub times: Option<u32> [TIMES] = None,
        /// Not again after so long.
        pub lasts as "for": Option<Span> = None,
        /// Until that word is found. If it never is, the task has failed.
        pub until: String [TEXT] = String::new(),
        /// Whether a caller's thread is held while it waits. A service's and a consumer's always is.
        pub holds_thread: bool = false,
        /// What is done if the word is never found. Without it, the task has failed.
        pub otherwise as "else": Option<Vec<Step>> [STEPS] = None,
    }
}

fields! {
    /// One of several ways that are gone at once.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Branch {
        /// The steps.
        pub does: Vec<Step> [STEPS] = Vec::new(),
    }
}

/// The words that say what a step does, in the order in which an error lists them.
pub const VERBS: [&str; 21] = [
    "work",
    "compute",
    "pause",
    "call",
    "publish",
    "answer",
    "repeat",
    "at_once",
    "read",
    "write",
    "insert",
    "take",
    "transaction",
    "if",
    "hold",
    "await",
    "bring",
    "dies",
    "fail",
    "if_died",
    "each",
];

impl Default for Step {
    fn default() -> Self {
        Step::blank(1)
    }
}

/// What an unwritten number of rows stands for.
const MOST_ROWS: u32 = 100;

impl Step {
    /// The step of that verb with nothing in it but what a field has that is left out.
    fn blank(verb: usize) -> Self {
        let (text, steps, span) = (String::new, Vec::new, Distribution::default);
        match verb {
            0 => Step::Work { part: text() },
            1 => Step::Compute { span: span() },
            2 => Step::Pause { span: span() },
            3 => Step::Call(Box::default()),
            4 => Step::Publish(Box::default()),
            5 => Step::Answer { text: text(), means: Means::Status, word: text(), retry_after: None, confirm: None },
            6 => Step::Repeat { how: Box::default(), does: steps() },
            7 => Step::AtOnce { branches: Vec::new() },
            8 => Step::Read { table: text() },
            9 => Step::Write { table: text(), word: text() },
            10 => Step::Insert { table: text(), word: text(), unique: false },
            11 => Step::Take { table: text(), word: "pending".into(), most: MOST_ROWS, does: steps() },
            12 => Step::Transaction { writes: steps(), takes: span(), rolls_back: 0 },
            13 => Step::If { word: text(), does: steps(), otherwise: steps() },
            14 => Step::Hold { pool: text(), does: steps() },
            15 => Step::Await { word: text(), timeout: None, otherwise: None },
            16 => Step::Bring { word: text() },
            17 => Step::Dies { time: 1, lasts: None },
            18 => Step::Fail { text: text(), first: None },
            19 => Step::IfDied { times: 1, queue: text(), does: steps(), otherwise: steps() },
            _ => Step::Each { does: steps(), report_batch_item_failures: false },
        }
    }

    pub(super) fn verb(&self) -> usize {
        match self {
            Step::Work { .. } => 0,
            Step::Compute { .. } => 1,
            Step::Pause { .. } => 2,
            Step::Call(_) => 3,
            Step::Publish(_) => 4,
            Step::Answer { .. } => 5,
            Step::Repeat { .. } => 6,
            Step::AtOnce { .. } => 7,
            Step::Read { .. } => 8,
            Step::Write { .. } => 9,
            Step::Insert { .. } => 10,
            Step::Take { .. } => 11,
            Step::Transaction { .. } => 12,
            Step::If { .. } => 13,
            Step::Hold { .. } => 14,
            Step::Await { .. } => 15,
            Step::Bring { .. } => 16,
            Step::Dies { .. } => 17,
            Step::Fail { .. } => 18,
            Step::IfDied { .. } => 19,
            Step::Each { .. } => 20,
        }
    }

    /// The lists of steps that it holds, each with the name of the field in which it stands.
    pub(super) fn inner(&self) -> Vec<(String, &[Step])> {
        match self {
            Step::Call(call) => call.otherwise.iter().map(|steps| ("else".to_owned(), &steps[..])).collect(),
            Step::Publish(publish) => publish.otherwise.iter().map(|steps| ("else".to_owned(), &steps[..])).collect(),
            Step::Await { otherwise, .. } => otherwise.iter().map(|steps| ("else".to_owned(), &steps[..])).collect(),
            Step::Repeat { how, does } => {
                let otherwise = how.otherwise.iter().map(|steps| ("repeat.else".to_owned(), &steps[..]));
                std::iter::once(("does".to_owned(), &does[..])).chain(otherwise).collect()
            }
            Step::AtOnce { branches } => {
                let numbered = branches.iter().enumerate();
                numbered.map(|(number, branch)| (format!("at_once.{number}.does"), &branch.does[..])).collect()
            }
            Step::Take { does, .. } | Step::Hold { does, .. } => vec![("does".to_owned(), does)],
            Step::Each { does, .. } => vec![("each".to_owned(), does)],
            Step::Transaction { writes, .. } => vec![("transaction".to_owned(), writes)],
            Step::If { does, otherwise, .. } | Step::IfDied { does, otherwise, .. } => {
                vec![("does".to_owned(), does), ("else".to_owned(), otherwise)]
            }
            Step::Work { .. }
            | Step::Compute { .. }
            | Step::Pause { .. }
            | Step::Answer { .. }
            | Step::Read { .. }
            | Step::Write { .. }
            | Step::Insert { .. }
            | Step::Bring { .. }
            | Step::Dies { .. }
            | Step::Fail { .. } => Vec::new(),
        }
    }
}

impl Field for Step {
    fn read(&mut self, value: Value, _: &Rule, faults: &mut Faults) {
        let Some(given) = value.as_object() else {
            return faults.add(format!("{} is no step; write one as in {{\"compute\": \"5ms\"}}", shown(&value)));
        };
        let mut verbs = (0..VERBS.len()).filter(|verb| given.contains_key(VERBS[*verb]));
        *self = match (verbs.next(), verbs.next()) {
            (Some(verb), None) => Step::blank(verb),
            (Some(one), Some(other)) => {
                let (one, other) = (VERBS[one], VERBS[other]);
                return faults.add(format!("`{one}` and `{other}` are two steps; write two objects"));
            }
            (None, _) => {
                return faults.add(format!("nothing says what is done here; write one of `{}`", VERBS.join("`, `")));
            }
        };
        reading::read_fields(
            value,
            &mut |each| {
                self.each(each);
            },
            faults,
        );
    }

    fn write(&mut self) -> Value {
        reading::write_fields(&mut |each| {
            self.each(each);
        })
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn kind(&mut self) -> kind::Kind {
        let forms = || {
            let form = |verb: usize| kind::Form {
                word: VERBS[verb],
                about: declared::ABOUT[verb],
                shape: kind::Shape::Keyed(kind::shown(&mut |each| {
                    Step::blank(verb).each(each);
                })),
            };
            (0..VERBS.len()).map(form).collect()
        };
        kind::Kind::Choice(kind::Choice { name: "Step", about: "One step: its first word says what is done.", forms })
    }
}
