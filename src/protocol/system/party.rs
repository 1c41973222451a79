//! The parties of a side, as a reader writes them.
//!
//! A party is of one kind: it wants the jobs, answers requests, consumes from a broker, or is a broker. *Invariant:*
//! what is common to the kinds (tables, pools, clocks) is written beside them, and what belongs to one stands in its field.

use super::steps::{STEPS, Step};
use super::within::{Beside, Elsewhere, Joined, Within};
use crate::protocol::call::settings::{Caller, Service};
use crate::protocol::deaths::MOST_QUEUES;
use crate::protocol::keys::Keys;
use crate::protocol::sqs::settings::GROUPS;
use crate::protocol::{job_store, kafka, rabbitmq, sqs};
use crate::reading::rule::{CHANCE, CLOCK, ID, KEYS, LASTING, SLOTS, TEXT};
use crate::reading::{Rule, fields};
use crate::rng::Distribution;
use crate::time::Span;

fields! {
    /// A party.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Party {
        /// What paths, faults and captions call it by.
        pub id: String [ID],
        /// As its lane shows it; without a text, its id.
        pub name: String [Rule::Text(0, 24)] = String::new(),
        /// It wants the jobs. Exactly one party does.
        pub caller: Option<Within<Caller>> = None,
        /// It answers requests.
        pub service: Option<Joined<Service, Crowded>> = None,
        /// It consumes from a queue of RabbitMQ.
        pub consumer: Option<Taking<rabbitmq::ConsumerSettings>> = None,
        /// It polls a queue of SQS.
        pub poller: Option<Joined<sqs::ConsumerSettings, Polling>> = None,
        /// It is a group of Kafka's, and reads a topic.
        pub member: Option<Joined<kafka::GroupSettings, Reading>> = None,
        /// It is a process of Sidekiq, and takes jobs from its Redis.
        pub process: Option<Taking<job_store::ProcessSettings>> = None,
        /// It is a worker of Celery, and takes tasks from its Redis.
        pub worker: Option<Taking<job_store::WorkerSettings>> = None,
        /// It is RabbitMQ.
        pub rabbitmq: Option<Rabbitmq> = None,
        /// It is a queue of SQS.
        pub sqs: Option<Joined<sqs::QueueSettings, Filing>> = None,
        /// It is a topic of Kafka.
        pub kafka: Option<Joined<kafka::TopicSettings, Records>> = None,
        /// It is the Redis in which Sidekiq keeps its jobs.
        pub sidekiq: Option<Within<job_store::SidekiqSettings>> = None,
        /// It is the Redis in which Celery keeps its tasks.
        pub celery: Option<Within<job_store::CelerySettings>> = None,
        /// What is done about a job, or about a delivery.
        pub does: Vec<Step> [STEPS] = Vec::new(),
        /// What is done about each kind of request.
        pub on: Vec<Request> [Rule::List(0, 50, &Rule::Any)] = Vec::new(),
        /// What is done again and again, whatever is asked.
        pub every: Vec<Clock> [Rule::List(0, 8, &Rule::Any)] = Vec::new(),
        /// Rows that it keeps.
        pub tables: Vec<Table> [Rule::List(0, 16, &Rule::Any)] = Vec::new(),
        /// Connections that its tasks hold while they do something.
        pub pools: Vec<Pool> [Rule::List(0, 16, &Rule::Any)] = Vec::new(),
    }
}

/// Whose rules a broker has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vendor {
    Rabbitmq,
    Sqs,
    Kafka,
    Sidekiq,
    Celery,
}

impl Vendor {
    /// The kind of party that takes from there.
    pub(super) fn takes(self) -> &'static str {
        match self {
            Vendor::Rabbitmq => "consumer",
            Vendor::Sqs => "poller",
            Vendor::Kafka => "member",
            Vendor::Sidekiq => "process",
            Vendor::Celery => "worker",
        }
    }

    /// What one of those is called who work for such a party.
    pub(super) fn hand(self) -> &'static str {
        match self {
            Vendor::Rabbitmq | Vendor::Sqs | Vendor::Kafka => "consumer",
            Vendor::Sidekiq => "thread",
            Vendor::Celery => "pool worker",
        }
    }
}

impl Party {
    /// Its id and name, as its lane shows them.
    pub(super) fn names(&self) -> (&str, &str) {
        (&self.id, if self.name.is_empty() { &self.id } else { &self.name })
    }

    /// Whose rules it has, if it is a broker.
    pub(super) fn vendor(&self) -> Option<Vendor> {
        let is = [
            (Vendor::Rabbitmq, self.rabbitmq.is_some()),
            (Vendor::Sqs, self.sqs.is_some()),
            (Vendor::Kafka, self.kafka.is_some()),
            (Vendor::Sidekiq, self.sidekiq.is_some()),
            (Vendor::Celery, self.celery.is_some()),
        ];
        is.into_iter().find(|(_, is)| *is).map(|(vendor, _)| vendor)
    }

    /// Whether its tasks are about batches.
    pub(super) fn takes_batches(&self) -> bool {
        self.poller.as_ref().is_some_and(|poller| poller.own.listener_mode == sqs::ListenerMode::Batch)
    }

    /// From where it takes what it does something about, by whose rules, and in how many hands.
    pub(super) fn takes(&self) -> Option<(Vendor, &str, u16)> {
        let rabbit = self.consumer.as_ref().map(|own| (Vendor::Rabbitmq, &*own.own.queue, own.within.0.count));
        let sqs = self.poller.as_ref().map(|own| (Vendor::Sqs, &*own.own.queue, own.within.0.count));
        let kafka = self.member.as_ref().map(|own| (Vendor::Kafka, &*own.own.queue, own.hands()));
        let sidekiq = self.process.as_ref().map(|own| (Vendor::Sidekiq, &*own.own.queue, own.within.0.concurrency));
        let celery = self.worker.as_ref().map(|own| (Vendor::Celery, &*own.own.queue, own.within.0.concurrency));
        rabbit.or(sqs).or(kafka).or(sidekiq).or(celery)
    }

    /// The ids of the lanes where its dead letters lie.
    pub(super) fn asides(&self) -> Vec<&str> {
        let queues = self.rabbitmq.iter().flat_map(Rabbitmq::asides).map(|(_, dead)| &*dead.id);
        let redrive = self.sqs.iter().filter_map(|queue| queue.within.0.redrive_policy.as_ref()).map(|dead| &*dead.id);
        let topics = self.member.iter().filter_map(|group| group.within.0.dead_letter.as_ref()).map(|dead| &*dead.id);
        let sets = self.sidekiq.iter().map(|redis| &*redis.0.dead.id);
        let mut ids: Vec<&str> = queues.chain(redrive).chain(topics).chain(sets).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
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

/// Shows every step of a side.
pub(super) fn for_each_step<'s>(parties: &'s [Party], see: &mut dyn FnMut(&'s Step)) {
    fn walk<'s>(steps: &'s [Step], see: &mut dyn FnMut(&'s Step)) {
        for step in steps {
            see(step);
            step.inner().into_iter().for_each(|(_, steps)| walk(steps, see));
        }
    }
    parties.iter().flat_map(Party::programs).for_each(|(_, steps)| walk(steps, see));
}

/// Consumers: from where they take.
pub type Taking<T> = Joined<T, Source>;

impl Beside for Crowded {}
impl Beside for Filing {}
impl Beside for Memory {
    const ELSEWHERE: &'static [Elsewhere] = &[
        ("id", "is that of the party that publishes; leave it out"),
        ("name", "is that of the party that publishes; leave it out"),
        ("threads", "are those of the party that publishes; leave it out"),
        ("send", "is said by each step that publishes; write `confirm` there"),
    ];
}
impl Beside for Records {}
impl Beside for Source {
    const ELSEWHERE: &'static [Elsewhere] = &NOT_THE_CONSUMERS;
}
impl Beside for Polling {
    const ELSEWHERE: &'static [Elsewhere] = &NOT_THE_CONSUMERS;
}
impl Beside for Reading {
    const ELSEWHERE: &'static [Elsewhere] = &NOT_THE_CONSUMERS;
}

const NOT_THE_CONSUMERS: [Elsewhere; 2] = [
    ("lanes", "is one here: those of a party share its fate; write a party each for what is to fail apart"),
    ("factors", "change nothing here, for the steps say how long they take; leave it out"),
];

fields! {
    /// From where consumers take.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Source {
        /// The id of a queue, or of a topic.
        pub queue: String [TEXT],
    }
}

fields! {
    /// From where pollers take, and what they take for one task.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Polling {
        /// The id of a queue.
        pub queue: String [TEXT],
        /// What a consumer takes for one piece of work.
        pub listener_mode: sqs::ListenerMode = sqs::ListenerMode::default(),
    }
}

fields! {
    /// From where the members of a group read, and how they deal with what their polls return.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Reading {
        /// The id of a topic.
        pub queue: String [TEXT],
        /// How many records a member has in hand at once. With several, it polls beside their work.
        pub max_concurrency: u16 [SLOTS] = 1,
        /// Which of them wait for each other; those of a key, if nothing is written.
        pub ordering: Option<kafka::Ordering> = None,
        /// What a member with one hand does between two attempts.
        pub between_attempts: kafka::BetweenAttempts = kafka::BetweenAttempts::default(),
    }
}

impl Joined<kafka::GroupSettings, Reading> {
    /// The hands of all members together.
    pub fn hands(&self) -> u16 {
        self.within.0.consumers.saturating_mul(self.own.max_concurrency)
    }
}

fields! {
    /// What a service does with a request for which it has no room.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Crowded {
        /// The connection is refused, or it is answered so.
        pub when_full: String [TEXT] = Crowded::REFUSE.into(),
    }
}

impl Crowded {
    /// The word for a connection that is refused.
    pub const REFUSE: &'static str = "refuse";
}

fields! {
    /// What is said of messages of SQS.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Filing {
        /// FIFO only, as in the short form.
        pub message_group_ids: Keys [GROUPS] = Keys::new(&["group"]),
        /// FIFO only, as in the short form.
        pub message_deduplication_ids: Keys [GROUPS] = Keys::new(&["job-{job}"]),
        /// What a message is called in the picture; `{job}` stands for the job's number.
        pub label: String [TEXT] = "job {job}".into(),
        /// Shown when a message is selected; `{job}` as above.
        pub body: String [TEXT] = String::new(),
    }
}

fields! {
    /// What is said of a topic's records, and of those who produce them.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Records {
        /// Each party that publishes to the topic has one producer, and all are set up alike.
        pub producer: Joined<kafka::ProducerSettings, Memory> = Joined::default(),
        /// The keys of the jobs' records, in turn; without any, records have no key.
        pub keys: Keys [KEYS] = Keys::new(&[]),
        /// What a record takes in a batch: its value. Unless it is given, that is what is sent with a job
        /// (`workload.body_bytes`).
        pub record_size_bytes: Option<u32> [Rule::Whole(1, 1_000_000)] = None,
        /// How long a client waits for an answer: `request.timeout.ms`.
        pub request_timeout: Span [LASTING] = Span::seconds(30),
        /// What a record is called in the picture; `{job}` stands for the job's number.
        pub label: String [TEXT] = "job {job}".into(),
        /// Shown when a message is selected; `{job}` as above.
        pub body: String [TEXT] = String::new(),
    }
}

fields! {
    /// What a producer may hold of what is not sent yet; the rest of it is as in the short form.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Memory {
        /// `buffer.memory`: each batch takes as much of it as a batch may have bytes.
        pub buffer_memory_bytes: u32 = 32 << 20,
        /// How long a `send()` blocks its thread where there is none left: `max.block.ms`.
        pub max_block: Span = Span::seconds(60),
    }
}

fields! {
    /// RabbitMQ, with its queues.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Rabbitmq {
        /// Without one, what is published goes to the queue that is named, or to the only one.
        pub exchange: Option<Within<rabbitmq::ExchangeSettings>> = None,
        /// If there is none, there is one with the party's own names.
        pub queues: Vec<rabbitmq::QueueSettings> [Rule::List(0, MOST_QUEUES, &Rule::Any)] = Vec::new(),
        /// What a message is called in the picture; `{job}` stands for the job's number.
        pub label: String [TEXT] = "job {job}".into(),
        /// Shown when a message is selected; `{job}` as above.
        pub body: String [TEXT] = String::new(),
    }
}

impl Rabbitmq {
    /// The queues whose dead letters lie in lanes of their own. (Those of the others go on to a queue of this broker.)
    pub(super) fn asides(&self) -> impl Iterator<Item = (&rabbitmq::QueueSettings, &rabbitmq::DeadLetterSettings)> {
        let goes_on = |dead: &rabbitmq::DeadLetterSettings| self.queues.iter().any(|queue| queue.id == dead.id);
        let dead = self.queues.iter().filter_map(|queue| Some((queue, queue.dead_letter.as_ref()?)));
        dead.filter(move |(_, dead)| !goes_on(dead))
    }
}

fields! {
    /// What is done about a request.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Request {
        /// As a call names it: `POST /videos`.
        pub request: String [TEXT],
        /// The steps.
        pub does: Vec<Step> [STEPS],
    }
}

fields! {
    /// What is done again and again.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Clock {
        /// From one time to the next.
        pub every: Span [CLOCK],
        /// The steps.
        pub does: Vec<Step> [STEPS],
    }
}

fields! {
    /// Rows that a party keeps.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Table {
        /// By which steps name it.
        pub id: String [ID],
        /// Whether they outlive the party's process.
        pub durable: bool = true,
    }
}

fields! {
    /// Connections that tasks of a party hold while they do something.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Pool {
        /// By which steps name it.
        pub id: String [ID],
        /// How many there are.
        pub connections: u16 [SLOTS] = 10,
        /// How long a task waits for one; without it, for ever.
        pub max_wait: Option<Span> = None,
    }
}

fields! {
    /// What lies between two parties, where that is not what lies between all.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Way {
        /// The ids of the two parties.
        pub between: Vec<String> [Rule::List(2, 2, &TEXT)],
        /// One way, per message.
        pub latency: Option<Distribution> = None,
        /// The chance that a message is lost, each way.
        pub loss: f64 [CHANCE] = 0.0,
    }
}
