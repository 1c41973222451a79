//! The protocols there are, and what holds their parties together in one world.
//!
//! A protocol is one file: its settings under the vendor's names and defaults, its messages, and its parties. What
//! several share (tasks that call, pools, breakers, retries) is a named thing of its own. To add one: write the file, name
//! it and its parties in the lists at the foot of this page, and add its stories to `tests/it`.
//!
//! *Invariants:* protocols do not import each other. The enums made here only carry; no rule lives in them. A party is
//! sent what it understands and nothing else: a link is of the type of what it carries.

/// The kinds of message that a protocol has: a constant for each, its name, class and arrow.
macro_rules! kinds {
    ($($constant:ident $name:literal $class:ident $arrow:ident),+ $(,)?) => {
        $(static $constant: crate::trace::MessageKind = crate::trace::MessageKind {
            name: $name,
            class: crate::trace::Class::$class,
            arrow: crate::trace::Arrow::$arrow,
        };)+
    };
}

pub mod answer;
pub mod auth;
pub mod breaker;
mod by_number;
pub mod call;
pub mod chain;
mod dead_letters;
pub mod deaths;
pub(crate) mod framing;
pub mod graphql;
pub mod http;
pub mod job_store;
mod jobs;
pub mod kafka;
pub mod keys;
pub mod lanes;
mod lending;
pub mod pool;
mod port;
pub mod postgresql;
pub mod rabbitmq;
pub mod rest;
pub mod retry;
pub mod soap;
pub mod sqs;
pub mod system;
mod threads;
mod waiting;
mod work;

use std::any::TypeId;

use serde_json::Value;

pub use pool::Connection;

use crate::engine::{Actor, Context, Input, Link, Setup};
#[cfg(not(target_arch = "wasm32"))]
use crate::reading::kind::Kind;
use crate::reading::{Faults, Field, Rule};
use crate::rng::Distribution;
use crate::time::Span;
use crate::trace::ActorId;

/// What a party acts through.
pub type Stage<'a> = Context<'a, Wire, Alarm>;

/// Every function of a protocol that the page's engine has only in its part for systems (`OF_SYSTEMS` in
/// `xtask/src/finish.rs`) begins with this: where no side is a system that part is not there, and the call would break the
/// engine down. In builds that are tested, it says so.
#[inline]
pub(crate) fn only_in_systems() {
    #[cfg(debug_assertions)]
    assert!(systems_are_here(false), "a side that is no system needs the engine's part for systems");
}

/// Whether a side of this thread was a system, or is from now on.
#[cfg(debug_assertions)]
pub(crate) fn systems_are_here(from_now_on: bool) -> bool {
    use std::cell::Cell;
    thread_local!(static HERE: Cell<bool> = const { Cell::new(false) });
    HERE.set(HERE.get() || from_now_on);
    HERE.get()
}

/// What every protocol finds in place: the network between the parties, the same on both sides.
#[derive(Clone, Debug)]
pub struct Ground {
    /// One way, per message.
    pub latency: Distribution,
    /// The chance that a message between the caller and the party it talks to is lost, each way.
    pub loss: f64,
    /// The chance that such a message arrives twice.
    pub duplication: f64,
    /// The ids of the parts of a job.
    pub parts: Vec<String>,
    /// How much is carried.
    pub freight: Freight,
}

/// What is sent with a job and what comes back as its result, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Freight {
    pub body: u32,
    pub result: u32,
}

impl Ground {
    /// A network that takes no time and loses nothing, for those who only want to see the lanes.
    pub(crate) fn bare() -> Self {
        let (latency, freight) = (Distribution::fixed(Span::ZERO), Freight::default());
        Ground { latency, loss: 0.0, duplication: 0.0, parts: Vec::new(), freight }
    }

    /// The link from the caller to the party it talks to, or back.
    pub(crate) fn link(&self, from: ActorId, to: ActorId, leg: u8) -> Link {
        self.reliable_link(from, to, leg).losing(self.loss).duplicating(self.duplication)
    }

    /// A link between two other parties.
    pub(crate) fn reliable_link(&self, from: ActorId, to: ActorId, leg: u8) -> Link {
        Link::new(from, to, leg, self.latency.clone())
    }
}

/// The legs of a conversation. The same leg on both sides gets the same random latencies.
pub mod leg {
    /// From the caller to the server or the broker.
    pub const OUT: u8 = 0;
    /// Back to the caller.
    pub const BACK: u8 = 1;
    /// From the broker to the worker.
    pub const ON: u8 = 2;
    /// From the worker to the broker.
    pub const RETURN: u8 = 3;
}

/// A setting that a protocol cannot run with: which, and a sentence that says what would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadSetting {
    /// Within the side: `server.workers`.
    pub field: String,
    pub sentence: String,
}

/// What a check of settings gives: one thing that is wrong, or all of them.
trait Findings {
    fn into_findings(self) -> Vec<BadSetting>;
}

impl Findings for Result<(), BadSetting> {
    fn into_findings(self) -> Vec<BadSetting> {
        self.err().into_iter().collect()
    }
}

impl Findings for Vec<BadSetting> {
    fn into_findings(self) -> Vec<BadSetting> {
        self
    }
}

/// Refuses a number outside the range that other fields leave it.
pub(crate) fn in_range(field: &str, value: u64, range: std::ops::RangeInclusive<u64>) -> Result<(), BadSetting> {
    if range.contains(&value) {
        return Ok(());
    }
    let sentence = format!("{value} would not do; write a whole number from {} to {}", range.start(), range.end());
    Err(BadSetting { field: field.into(), sentence })
}

/// Refuses two actors of one side with the same id.
pub(crate) fn different(field: &str, id: &str, other: &str) -> Result<(), BadSetting> {
    if id != other {
        return Ok(());
    }
    Err(BadSetting { field: field.into(), sentence: format!("`{id}` is taken; give each actor of a side its own id") })
}

/// `2 threads`, `1 thread`.
pub(crate) fn counted(count: u16, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// A party of one kind: its state and rules, what it understands, and what it can be woken for.
pub trait Role {
    /// What others send to it.
    type Message;
    /// What it sets timers for.
    type Timer;

    /// Handles one input.
    fn handle(&mut self, input: Input<&Self::Message, Self::Timer>, stage: &mut Stage<'_>);
}

macro_rules! protocols {
    ($($name:literal $module:ident $variant:ident),+ $(,)?) => {
        /// The names of the protocols, as scenarios write them.
        pub const NAMES: &[&str] = &[$($name),+];

        /// A side's settings, under its protocol's own names.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Settings {
            $($variant($module::Settings),)+
        }

        impl Settings {
            /// Reads the settings of the protocol called `name`; nothing if there is no such protocol.
            pub(crate) fn read(name: &str, value: Value, faults: &mut Faults) -> Option<Settings> {
                let mut blank = match name {
                    $($name => Settings::$variant($module::Settings::default()),)+
                    _ => return None,
                };
                match &mut blank {
                    $(Settings::$variant(settings) => settings.read(value, &Rule::Any, faults),)+
                }
                Some(blank)
            }

            /// What can be written of a side of each protocol, by the protocol's name.
            #[cfg(not(target_arch = "wasm32"))]
            pub(crate) fn kinds() -> Vec<(&'static str, Kind)> {
                vec![$(($name, $module::Settings::default().kind())),+]
            }

            pub(crate) fn to_value(&self) -> Value {
                // A copy, because reading and writing share one list of places.
                match self.clone() {
                    $(Settings::$variant(mut settings) => settings.write(),)+
                }
            }

            /// The protocol's name, as scenarios write it.
            pub fn protocol(&self) -> &'static str {
                match self {
                    $(Settings::$variant(_) => $name,)+
                }
            }

            /// What is modelled and what is left out, for the reader of the page.
            pub fn left_out(&self) -> &'static str {
                match self {
                    $(Settings::$variant(_) => $module::LEFT_OUT,)+
                }
            }

            /// The parts that are worked on here or left out, each with its place; nothing where parts have no names.
            pub(crate) fn named_parts(&self) -> Option<Vec<(String, &str)>> {
                match self {
                    Settings::System(system) => Some(system.named_parts()),
                    _ => None,
                }
            }

            /// What does not go together in these settings; of a fixed set-up, the first of it.
            pub(crate) fn check(&self) -> Vec<BadSetting> {
                match self {
                    $(Settings::$variant(settings) => settings.check().into_findings(),)+
                }
            }

            /// How many parts a job must have for this side, if that matters to it.
            pub(crate) fn parts(&self) -> Option<u32> {
                match self {
                    $(Settings::$variant(settings) => settings.parts(),)+
                }
            }

            /// The lanes, links and parties of a side with these settings.
            pub fn set_up(&self, ground: &Ground) -> Setup<Party> {
                match self {
                    $(Settings::$variant(settings) => settings.set_up(ground),)+
                }
            }
        }
    };
}

protocols! {
    "http" http Http,
    "rabbitmq" rabbitmq Rabbitmq,
    "kafka" kafka Kafka,
    "sqs" sqs Sqs,
    "chain" chain Chain,
    "auth" auth Auth,
    "graphql" graphql Graphql,
    "postgresql" postgresql Postgresql,
    "rest" rest Rest,
    "soap" soap Soap,
    "system" system System,
}

macro_rules! parties {
    ($($variant:ident $role:path),+; several $member:ident $several:path; within it $($inner:ident $message:ty, $timer:ty);+ $(;)?) => {
        /// A party of any kind.
        #[allow(clippy::large_enum_variant, reason = "a run has a few parties, and a box would be looked into at each event")]
        pub enum Party {
            $($variant($role),)+
            /// It understands what several others do.
            $member($several),
        }

        /// A message to a party of any kind.
        #[derive(Clone, Copy, Debug)]
        pub enum Wire {
            $($variant(<$role as Role>::Message),)+
            $($inner($message),)+
        }

        /// A timer of a party of any kind.
        #[derive(Clone, Copy, Debug)]
        pub enum Alarm {
            $($variant(<$role as Role>::Timer),)+
            $($inner($timer),)+
        }

        $(
            impl From<$message> for Wire {
                fn from(message: $message) -> Self { Wire::$inner(message) }
            }
            impl From<$timer> for Alarm {
                fn from(timer: $timer) -> Self { Alarm::$inner(timer) }
            }
        )+

        impl From<$several> for Party {
            fn from(party: $several) -> Self { Party::$member(party) }
        }

        $(
            impl From<$role> for Party {
                fn from(party: $role) -> Self { Party::$variant(party) }
            }
            impl From<<$role as Role>::Message> for Wire {
                fn from(message: <$role as Role>::Message) -> Self { Wire::$variant(message) }
            }
            impl From<<$role as Role>::Timer> for Alarm {
                fn from(timer: <$role as Role>::Timer) -> Self { Alarm::$variant(timer) }
            }
        )+

        impl Actor for Party {
            type Message = Wire;
            type Timer = Alarm;

            fn understands(&self, language: TypeId) -> bool {
                match self {
                    $(Party::$variant(_) => language == TypeId::of::<<$role as Role>::Message>(),)+
                    Party::$member(party) => party.understands(language),
                }
            }

            fn handle(&mut self, input: Input<&Wire, Alarm>, stage: &mut Stage<'_>) {
                match self {
                    $(Party::$variant(party) => {
                        let input = match input {
                            Input::Started => Input::Started,
                            Input::Wanted(job) => Input::Wanted(job),
                            Input::Fault(fault, phase) => Input::Fault(fault, phase),
                            Input::Severed { from, since } => Input::Severed { from, since },
                            Input::Arrived(message, Wire::$variant(body)) => Input::Arrived(message, body),
                            Input::Timer(Alarm::$variant(timer)) => Input::Timer(timer),
                            // A link carries what the party at its end understands, and a party's timers are its own.
                            Input::Arrived(..) | Input::Timer(_) => unreachable!(),
                        };
                        party.handle(input, stage);
                    })+
                    Party::$member(party) => party.handle(input, stage),
                }
            }
        }
    };
}

parties! {
    HttpCaller http::Caller,
    HttpServer http::Server,
    RabbitmqPublisher rabbitmq::Publisher,
    RabbitmqBroker rabbitmq::Broker,
    RabbitmqConsumers rabbitmq::Consumers,
    KafkaProducer kafka::Producer,
    KafkaTopic kafka::Topic,
    KafkaMembers kafka::Members,
    SqsSender sqs::Sender,
    SqsQueue sqs::Queue,
    SqsConsumers sqs::Consumers,
    JobStore job_store::Store,
    DeadLetters dead_letters::DeadLetters,
    Node call::Node;
    several Member system::Member;
    within it
    JobClient job_store::messages::ToClient, job_store::client::Timer;
    JobWorkers job_store::messages::ToWorkers, job_store::workers::Timer;
}
