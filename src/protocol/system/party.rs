//! The parties of a side, as a reader writes them.
//!
//! A party is one of four kinds: it wants the jobs, answers requests, consumes from a broker, or is a broker. *Invariant:*
//! what is common to the kinds (tables, pools, clocks) is written beside them, and what belongs to one stands in its field.

use serde_json::Value;

use super::steps::Step;
use crate::protocol::call::settings::{Caller, Service};
use crate::protocol::rabbitmq;
use crate::reading::{Field, Misread, fields};
use crate::rng::Distribution;
use crate::time::Span;

/// A party.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Party {
    pub id: String,
    /// As its lane shows it; without a text, its id.
    pub name: String,
    /// It wants the jobs. Exactly one party does.
    pub caller: Option<Within<Caller>>,
    /// It answers requests.
    pub service: Option<Within<Service>>,
    /// It consumes from a queue of RabbitMQ.
    pub consumer: Option<Within<rabbitmq::ConsumerSettings>>,
    /// It is RabbitMQ.
    pub rabbitmq: Option<Rabbitmq>,
    /// What is done about a job, or about a delivery.
    pub does: Vec<Step>,
    /// What is done about each kind of request.
    pub on: Vec<Request>,
    /// What is done again and again, whatever is asked.
    pub every: Vec<Clock>,
    pub tables: Vec<Table>,
    pub pools: Vec<Pool>,
}

fields!(Party: name, caller, service, consumer, rabbitmq, does, on, every, tables, pools; needs id);

impl Party {
    /// Its id and name, as its lane shows them.
    pub(super) fn names(&self) -> (&str, &str) {
        (&self.id, if self.name.is_empty() { &self.id } else { &self.name })
    }

    /// All lists of steps at this party, each with where it stands.
    pub(super) fn programs(&self) -> Vec<(String, &[Step])> {
        let does = std::iter::once(("does".to_owned(), &self.does[..]));
        let on = self.on.iter().enumerate().map(|(place, on)| (format!("on.{place}.does"), &on.does[..]));
        let every =
            self.every.iter().enumerate().map(|(place, every)| (format!("every.{place}.does"), &every.does[..]));
        does.chain(on).chain(every).collect()
    }
}

/// What of a short form belongs to a party here, which has names of its own: the settings without them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Within<T>(pub T);

/// The fields that a party has itself.
const OWN: [&str; 2] = ["id", "name"];

impl<T: Field> Field for Within<T> {
    fn read(&mut self, value: Value) -> Result<(), Misread> {
        if let Some(own) = value.as_object().and_then(|fields| OWN.iter().find(|own| fields.contains_key(**own))) {
            return Err(Misread::new(format!("`{own}` is the party's; write it there, beside this")).within(own));
        }
        self.0.read(value)
    }

    fn write(&mut self) -> Value {
        let mut written = self.0.write();
        if let Some(fields) = written.as_object_mut() {
            OWN.iter().for_each(|own| drop(fields.remove(*own)));
        }
        written
    }
}

/// RabbitMQ, with its queues.
#[derive(Clone, Debug, PartialEq)]
pub struct Rabbitmq {
    /// Without one, what is published goes to the queue that is named, or to the only one.
    pub exchange: Option<Within<rabbitmq::ExchangeSettings>>,
    /// If there is none, there is one with the party's own names.
    pub queues: Vec<rabbitmq::QueueSettings>,
    /// What a message is called in the picture; `{job}` stands for the job's number.
    pub label: String,
    /// Shown when a message is selected; `{job}` as above.
    pub body: String,
}

fields!(Rabbitmq: exchange, queues, label, body);

impl Default for Rabbitmq {
    fn default() -> Self {
        Rabbitmq { exchange: None, queues: Vec::new(), label: "job {job}".into(), body: String::new() }
    }
}

/// What is done about a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// As a call names it: `POST /videos`.
    pub request: String,
    pub does: Vec<Step>,
}

fields!(Request: ; needs request, does);

/// What is done again and again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clock {
    pub every: Span,
    pub does: Vec<Step>,
}

fields!(Clock: ; needs every, does);

/// Rows that a party keeps.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub id: String,
    /// Whether they outlive the party's process.
    pub durable: bool,
}

fields!(Table: durable; needs id);

impl Default for Table {
    fn default() -> Self {
        Table { id: String::new(), durable: true }
    }
}

/// Connections that tasks of a party hold while they do something.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    pub id: String,
    pub connections: u16,
    /// How long a task waits for one; without it, for ever.
    pub max_wait: Option<Span>,
}

fields!(Pool: connections, max_wait; needs id);

impl Default for Pool {
    fn default() -> Self {
        Pool { id: String::new(), connections: 10, max_wait: None }
    }
}

/// What lies between two parties, where that is not what lies between all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Way {
    pub between: Vec<String>,
    /// One way, per message.
    pub latency: Option<Distribution>,
    /// The chance that a message is lost, each way.
    pub loss: f64,
}

fields!(Way: latency, loss; needs between);
