//! A side of any parties: whoever wants the jobs, services, brokers and their consumers, each with what it does in steps.
//!
//! This is a room above the protocols: it puts their ports, brokers and consumers together, and adds no rule to any of
//! them. *Invariant:* exactly one party wants jobs, and what a step names is there (`check.rs`).

mod answers;
mod brokers;
mod check;
mod compile;
mod directory;
mod heading;
mod member;
mod ops;
mod party;
mod program;
mod set_up;
mod steps;
mod tables;
mod within;
mod words;

pub(crate) use heading::{heading, name, only_one_has};
pub use member::Member;
pub use party::Party;
pub use steps::{Step, VERBS as STEPS};

use std::sync::Arc;

use serde_json::Value;

use super::{BadSetting, Ground};
use crate::engine::Setup;
use crate::protocol;
#[cfg(not(target_arch = "wasm32"))]
use crate::reading::kind::Kind;
use crate::reading::rule::TEXT;
use crate::reading::{Faults, Field, Rule, fields};

/// What is modelled and what is not, for the reader of the page.
pub const LEFT_OUT: &str = "Modelled: parties with steps of their own, each in hands that block or in consumers that take one delivery at a time, \
calls with time-outs, retries, circuit breakers and bulkheads of their own, fallbacks, several calls at once, polling, tables and transactions that a crash finds whole or not at all, \
clocks, pools, processes that die at a given step, and RabbitMQ, SQS, Kafka, Sidekiq and Celery by their own rules, with whoever publishes and consumes; RabbitMQ's dead letters that go on to another queue, with the counts of x-death; dead-letter queues of SQS from which somebody takes or nobody; pollers that take a batch for one task, as AWS Lambda's, with or without reports of what failed in it; a Kafka producer's buffer.memory and max.block.ms, and members of Kafka that work on several records at once or pause between attempts. \
Left out: what a look into a table takes (write `compute` beside it), locks on rows, isolation levels, rows that two parties share, \
consumers of one party that fail apart, and members of one Kafka group at several parties. A party has one producer for a topic, and all producers of a topic are set up alike; it knows its topic from the beginning, so no send() waits for metadata. A member with several hands rejoins its group at once, and what its hands have then they finish without committing it. \
RabbitMQ's dead letters go to a queue by its name, at most once, and neither to another broker nor through an exchange; of x-death a step asks the counts alone. \
Replies over a queue come by direct reply-to alone, to the party that asked, and each attempt has a correlation id of its own. \
Whoever wants the jobs does not fail. \
A dead-letter queue of SQS has no redrive policy of its own, and redriving is a poller's own work, for StartMessageMoveTask is left out. Pollers are as many as are written, and no more are started by themselves; a batch is what one receive brings, so batching windows and batches of more than ten are left out. \
Sidekiq and Celery keep their jobs in one Redis, whose snapshots are left out, as are several queues, priorities, scheduled and periodic jobs, \
shutdown with a grace period, result backends, time limits, and Celery's RabbitMQ. A BRPOP is not sent anew every second or two while nothing comes, \
a look for what is due is drawn only where it finds something, and nothing is trimmed from the dead set. \
What fails while Redis does not answer is lost.";

/// A side's settings. (Shared, so that a copy of a scenario is no copy of all its steps.)
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings(Arc<Written>);

fields! {
    /// What is written of a side.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Written {
        /// From left to right.
        pub parties: Vec<Party> [Rule::List(1, 24, &Rule::Any)],
        /// Ways between two parties that are not as those between all.
        pub ways: Vec<party::Way> [Rule::List(0, 576, &Rule::Any)] = Vec::new(),
        /// Parts of the jobs that this side never does, and that are asked of nobody.
        pub never: Vec<String> [Rule::List(0, 16, &TEXT)] = Vec::new(),
    }
}

impl Field for Settings {
    fn read(&mut self, value: Value, _: &Rule, faults: &mut Faults) {
        *self = read(value, faults);
    }

    fn write(&mut self) -> Value {
        write(self)
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn kind(&mut self) -> Kind {
        Written::default().kind()
    }
}

// From here on stands all that the page's engine has of systems before the part comes that knows them: each of these
// functions is named in xtask/src/finish.rs, and whoever reads a scenario sees to it that the part is there (worker.rs).

#[inline(never)]
fn read(value: Value, faults: &mut Faults) -> Settings {
    let mut written = Written::default();
    written.read(value, &Rule::Any, faults);
    Settings(Arc::new(written))
}

#[inline(never)]
fn write(settings: &Settings) -> Value {
    Written::clone(&settings.0).write()
}

#[inline(never)]
fn check(settings: &Settings) -> Vec<BadSetting> {
    settings.0.check()
}

#[inline(never)]
fn set_up(settings: &Settings, ground: &Ground) -> Setup<protocol::Party> {
    #[cfg(debug_assertions)]
    protocol::systems_are_here(true);
    settings.0.set_up(ground)
}

#[inline(never)]
fn named_parts(settings: &Settings) -> Vec<(String, &str)> {
    settings.0.named_parts()
}

impl Settings {
    /// Any number will do, if it is that of the parts that are named.
    pub(super) fn parts(&self) -> Option<u32> {
        None
    }

    pub(super) fn check(&self) -> Vec<BadSetting> {
        check(self)
    }

    pub(super) fn set_up(&self, ground: &Ground) -> Setup<protocol::Party> {
        set_up(self, ground)
    }

    /// The parts that steps work on or that are left out, each with its place.
    pub(crate) fn named_parts(&self) -> Vec<(String, &str)> {
        named_parts(self)
    }

    /// Whether the text of a scenario may have a side like this.
    pub fn may_be_in(text: &[u8]) -> bool {
        let name = b"system";
        text.windows(name.len()).any(|word| word == name)
    }
}

impl Written {
    fn named_parts(&self) -> Vec<(String, &str)> {
        let mut named: Vec<(String, &str)> = Vec::new();
        for party in &self.parties {
            for (place, steps) in party.programs() {
                walk(&format!("parties.{}.{place}", party.id), steps, &mut named);
            }
        }
        named.extend(self.never.iter().enumerate().map(|(place, part)| (format!("never.{place}"), &**part)));
        named
    }
}

fn walk<'s>(field: &str, steps: &'s [Step], named: &mut Vec<(String, &'s str)>) {
    for (number, step) in steps.iter().enumerate() {
        if let Step::Work { part } = step {
            named.push((format!("{field}.{number}.work"), part));
        }
        step.inner().into_iter().for_each(|(name, inner)| walk(&format!("{field}.{number}.{name}"), inner, named));
    }
}
