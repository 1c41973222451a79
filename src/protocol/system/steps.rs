//! The steps of a task, as a reader writes them.
//!
//! A step is an object whose first word says what is done (`{"call": "api", "request": "POST /videos"}`); the other
//! fields belong to that word. Steps that hold steps nest. *Invariant:* a step that was read has one such word.

use serde_json::Value;

use crate::protocol::breaker::BreakerSettings;
use crate::protocol::call::RetryOn;
use crate::protocol::call::settings::Bulkhead;
use crate::protocol::retry::Retry;
use crate::reading::{self, Each, Field, Misread, Need, fields, shown, words};
use crate::rng::Distribution;
use crate::time::Span;

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

/// Whether the task waits until the broker has taken responsibility.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Confirm {
    #[default]
    Wait,
    /// It goes on; the confirm comes later.
    Async,
    /// Nobody asks for it.
    Off,
}

words!(Confirm: Wait = "wait", Async = "async", Off = "off");

/// What an answer means to whoever asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Means {
    /// As its status says: 2xx and 3xx are fine, 4xx final, 429 and 5xx may be better another time; what is no status
    /// is fine.
    #[default]
    Status,
    Fine,
    Rejected,
    Failed,
}

words!(Means: Status = "as-its-status", Fine = "fine", Rejected = "rejected", Failed = "failed");

/// How often something is done again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Repeat {
    /// How long it waits before each time.
    pub every: Span,
    /// At most so often.
    pub times: Option<u32>,
    /// Not again after so long.
    pub lasts: Option<Span>,
    /// Until that word is found. If it never is, the task has failed.
    pub until: String,
    /// Whether a caller's thread is held while it waits. A service's and a consumer's always is.
    pub holds_thread: bool,
    pub otherwise: Option<Vec<Step>>,
}

fields!(Repeat: every, times, lasts as "for", until, holds_thread, otherwise as "else");

/// One of several ways that are gone at once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Branch {
    pub does: Vec<Step>,
}

fields!(Branch: does);

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

    /// Shows its fields, the verb first; gives the number of the verb.
    fn each(&mut self, each: Each<'_>) -> usize {
        use Need::{Defaulted, Required};
        let verb = self.verb();
        let name = VERBS[verb];
        match self {
            Step::Work { part } => each(name, part, Required),
            Step::Compute { span } | Step::Pause { span } => each(name, span, Required),
            Step::Call(call) => {
                each(name, &mut call.party, Required);
                each("request", &mut call.request, Required);
                each("timeout", &mut call.timeout, Defaulted);
                each("retry", &mut call.retry, Defaulted);
                each("retry_on", &mut call.retry_on, Defaulted);
                each("circuit_breaker", &mut call.circuit_breaker, Defaulted);
                each("bulkhead", &mut call.bulkhead, Defaulted);
                each("else", &mut call.otherwise, Defaulted);
            }
            Step::Publish(publish) => {
                each(name, &mut publish.to, Required);
                each("key", &mut publish.key, Defaulted);
                each("confirm", &mut publish.confirm, Defaulted);
                each("timeout", &mut publish.timeout, Defaulted);
                each("retry", &mut publish.retry, Defaulted);
                each("else", &mut publish.otherwise, Defaulted);
            }
            Step::Answer { text, means, word, retry_after, confirm } => {
                each(name, text, Required);
                each("means", means, Defaulted);
                each("word", word, Defaulted);
                each("retry_after", retry_after, Defaulted);
                each("confirm", confirm, Defaulted);
            }
            Step::Repeat { how, does } => {
                each(name, &mut **how, Required);
                each("does", does, Required);
            }
            Step::AtOnce { branches } => each(name, branches, Required),
            Step::Read { table } => each(name, table, Required),
            Step::Write { table, word } => {
                each(name, table, Required);
                each("word", word, Defaulted);
            }
            Step::Insert { table, word, unique } => {
                each(name, table, Required);
                each("word", word, Defaulted);
                each("unique", unique, Defaulted);
            }
            Step::Take { table, word, most, does } => {
                each(name, table, Required);
                each("word", word, Defaulted);
                each("most", most, Defaulted);
                each("does", does, Required);
            }
            Step::Transaction { writes, takes, rolls_back } => {
                each(name, writes, Required);
                each("takes", takes, Defaulted);
                each("rolls_back", rolls_back, Defaulted);
            }
            Step::If { word, does, otherwise } => {
                each(name, word, Required);
                each("does", does, Defaulted);
                each("else", otherwise, Defaulted);
            }
            Step::IfDied { times, queue, does, otherwise } => {
                each(name, times, Required);
                each("in", queue, Required);
                each("does", does, Defaulted);
                each("else", otherwise, Defaulted);
            }
            Step::Hold { pool, does } => {
                each(name, pool, Required);
                each("does", does, Required);
            }
            Step::Dies { time, lasts } => {
                each(name, time, Required);
                each("for", lasts, Defaulted);
            }
            Step::Fail { text, first } => {
                each(name, text, Required);
                each("first", first, Defaulted);
            }
            Step::Await { word, timeout, otherwise } => {
                each(name, word, Required);
                each("timeout", timeout, Defaulted);
                each("else", otherwise, Defaulted);
            }
            Step::Bring { word } => each(name, word, Required),
            Step::Each { does, report_batch_item_failures } => {
                each(name, does, Required);
                each("report_batch_item_failures", report_batch_item_failures, Defaulted);
            }
        }
        verb
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
    fn read(&mut self, value: Value) -> Result<(), Misread> {
        let Some(given) = value.as_object() else {
            let sentence = format!("{} is no step; write one as in {{\"compute\": \"5ms\"}}", shown(&value));
            return Err(Misread::new(sentence));
        };
        let mut verbs = (0..VERBS.len()).filter(|verb| given.contains_key(VERBS[*verb]));
        *self = match (verbs.next(), verbs.next()) {
            (Some(verb), None) => Step::blank(verb),
            (Some(one), Some(other)) => {
                let sentence = format!("`{}` and `{}` are two steps; write two objects", VERBS[one], VERBS[other]);
                return Err(Misread::new(sentence));
            }
            (None, _) => {
                let sentence = format!("nothing says what is done here; write one of `{}`", VERBS.join("`, `"));
                return Err(Misread::new(sentence));
            }
        };
        reading::read_fields(value, &mut |each| {
            self.each(each);
        })
    }

    fn write(&mut self) -> Value {
        reading::write_fields(&mut |each| {
            self.each(each);
        })
    }
}
