//! What must hold of each party, whatever its steps are.
//!
//! *Invariant:* a party is of one kind, and has nothing of another.

use super::deaths::onward;
use super::sending::one_queue;
use super::{Checked, bad, batches, names, taken};
use crate::protocol::in_range;
use crate::protocol::kafka::{BetweenAttempts, Commit, GroupSettings};
use crate::protocol::sqs::{QueueType, RedrivePolicy};
use crate::protocol::system::Written;
use crate::protocol::system::answers::asks_to_come_again;
use crate::protocol::system::directory::{Directory, Outlet};
use crate::protocol::system::party::{Crowded, Party, Reading, Vendor};
use crate::protocol::system::within::Joined;
use crate::reading::rule::MAX_SLOTS;
use crate::reading::shown;

/// What a member with several hands does by itself is not asked of it, and what it cannot do is refused.
fn hands(member: &Joined<GroupSettings, Reading>, field: &str) -> Checked {
    let (group, own) = (&member.within.0, &member.own);
    let at = |name: &str| format!("{field}.{name}");
    let most = MAX_SLOTS / u64::from(group.consumers).max(1);
    in_range(&at("max_concurrency"), own.max_concurrency.into(), 1..=most)?;
    if own.max_concurrency == 1 {
        return match own.ordering {
            Some(_) => bad(
                at("ordering"),
                "with one hand records are worked on in the order of their offsets; leave it out, or write a \
                 `max_concurrency` of more than 1",
            ),
            None => Ok(()),
        };
    }
    if group.commit != Commit::Auto {
        let sentence = format!(
            "`{}` is for one record after another; with several in hand write `auto`, which commits every \
             `auto_commit_interval` what is done without a gap",
            group.commit.word()
        );
        return bad(at("commit"), sentence);
    }
    if own.between_attempts != BetweenAttempts::default() {
        let sentence = "with several hands polling never stops, and a record that is to be tried again keeps no hand; \
                        leave it out";
        return bad(at("between_attempts"), sentence);
    }
    Ok(())
}

impl Written {
    pub(super) fn party(&self, directory: &Directory<'_>, place: usize, field: &str) -> Checked {
        let party = &directory.parties[place];
        let at = |name: &str| format!("{field}.{name}");
        let kinds = [
            ("caller", party.caller.is_some()),
            ("service", party.service.is_some()),
            ("consumer", party.consumer.is_some()),
            ("poller", party.poller.is_some()),
            ("member", party.member.is_some()),
            ("process", party.process.is_some()),
            ("worker", party.worker.is_some()),
            ("rabbitmq", party.rabbitmq.is_some()),
            ("sqs", party.sqs.is_some()),
            ("kafka", party.kafka.is_some()),
            ("sidekiq", party.sidekiq.is_some()),
            ("celery", party.celery.is_some()),
        ];
        let is: Vec<&str> = kinds.iter().filter(|(_, is)| *is).map(|(kind, _)| *kind).collect();
        let [kind] = is[..] else {
            let sentence = match is.len() {
                0 => format!("nothing says what it is; write one of {}", names(kinds.map(|(kind, _)| kind))),
                _ => format!("it is {} at once; make them parties of their own", names(is)),
            };
            return bad(field, sentence);
        };
        let has = |what: &str, is_there: bool, kinds: &[&str]| match is_there && !kinds.contains(&kind) {
            true => bad(
                at(what),
                format!("a `{kind}` has none; leave it out, or give it to {}", names(kinds.iter().copied())),
            ),
            false => Ok(()),
        };
        // Of each of these lists, whoever may have it stands in one row.
        const DOERS: [&str; 7] = ["caller", "consumer", "poller", "member", "process", "worker", "service"];
        has("does", !party.does.is_empty(), &DOERS[..6])?;
        has("on", !party.on.is_empty(), &["caller", "service"])?;
        has("every", !party.every.is_empty(), &DOERS[1..])?;
        has("tables", !party.tables.is_empty(), &DOERS)?;
        has("pools", !party.pools.is_empty(), &DOERS)?;
        let does_nothing = match kind {
            "caller" | "consumer" | "poller" | "member" | "process" | "worker" => party.does.is_empty(),
            "service" => party.on.is_empty() && party.every.is_empty(),
            _ => false,
        };
        if does_nothing {
            let what = if kind == "service" { "on" } else { "does" };
            return bad(at(what), format!("a `{kind}` that does nothing would never come to an end; write its steps"));
        }
        self.kind(directory, place, field)?;
        for (number, on) in party.on.iter().enumerate() {
            if party.on[..number].iter().any(|other| other.request == on.request) {
                return bad(at(&format!("on.{number}.request")), format!("`{}` is there already", shown(&on.request)));
            }
        }
        for (number, table) in party.tables.iter().enumerate() {
            if party.tables[..number].iter().any(|other| other.id == table.id) {
                return bad(at(&format!("tables.{}", table.id)), taken("table", &table.id));
            }
        }
        for (number, pool) in party.pools.iter().enumerate() {
            if party.pools[..number].iter().any(|other| other.id == pool.id) {
                return bad(at(&format!("pools.{}", pool.id)), taken("pool", &pool.id));
            }
        }
        Ok(())
    }

    fn kind(&self, directory: &Directory<'_>, place: usize, field: &str) -> Checked {
        let party = &directory.parties[place];
        if party.caller.as_ref().is_some_and(|caller| caller.0.connections.is_some()) {
            let sentence = "a party's connections are those of each call; write `bulkhead` beside the `call`";
            return bad(format!("{field}.caller.connections"), sentence);
        }
        if let Some(service) = &party.service {
            let when_full = &service.own.when_full;
            if when_full != Crowded::REFUSE && !asks_to_come_again(when_full) {
                let sentence = format!(
                    "`{}` does not say that there is no room; write `{}`, or an answer as `429 Too Many Requests` or \
                     `503 Service Unavailable`",
                    shown(when_full),
                    Crowded::REFUSE
                );
                return bad(format!("{field}.service.when_full"), sentence);
            }
        }
        if let Some(consumer) = &party.consumer {
            consumer.within.0.check(&format!("{field}.consumer"))?;
        }
        if let Some(poller) = &party.poller {
            poller.within.0.check(&format!("{field}.poller"))?;
            if party.takes_batches() {
                batches::poller(&poller.within.0, &format!("{field}.poller"))?;
            }
        }
        if let Some(member) = &party.member {
            member.within.0.check(&format!("{field}.member"))?;
            hands(member, &format!("{field}.member"))?;
        }
        self.source(directory, party, field)?;
        if let Some(rabbit) = &party.rabbitmq {
            for queue in &rabbit.queues {
                let at = format!("{field}.rabbitmq.queues.{}", queue.id);
                queue.check(&at)?;
            }
            onward(rabbit, &format!("{field}.rabbitmq.queues"))?;
        }
        if let Some(policy) = party.sqs.as_ref().and_then(|queue| queue.within.0.redrive_policy.as_ref()) {
            dead_letter_queue(directory, place, policy, &format!("{field}.sqs.redrive_policy"))?;
        }
        if let Some(topic) = &party.kafka {
            let (at, own) = (format!("{field}.kafka"), &topic.own);
            topic.within.0.check(&at)?;
            own.producer.within.0.check(&format!("{at}.producer"))?;
            let (memory, batch) = (own.producer.own.buffer_memory_bytes, own.producer.within.0.batch_size_bytes);
            let takes = batch.max(own.record_size_bytes.unwrap_or(0));
            if memory < takes {
                let sentence = format!(
                    "{memory} has no room for a batch, which takes {takes}; write at least as much, or a smaller \
                     `batch_size_bytes`"
                );
                return bad(format!("{at}.producer.buffer_memory_bytes"), sentence);
            }
        }
        Ok(())
    }

    /// From where a party takes must be there, and speak the party's language.
    fn source(&self, directory: &Directory<'_>, party: &Party, field: &str) -> Checked {
        let Some((vendor, queue, _)) = party.takes() else { return Ok(()) };
        let kind = vendor.takes();
        one_queue(directory, &format!("{field}.{kind}.queue"), queue)?;
        let outlet = directory.outlet(queue);
        let of = |place: usize| directory.parties[place].vendor();
        match outlet {
            // A broker that routes has queues of which one must be named.
            Some(Outlet { broker, queue: Some(_) }) if of(broker) == Some(vendor) => Ok(()),
            Some(Outlet { broker, queue: Some(_) }) => {
                let other = of(broker).map_or("", Vendor::takes);
                let sentence = format!("a `{kind}` does not speak to `{queue}`; a `{other}` does");
                bad(format!("{field}.{kind}.queue"), sentence)
            }
            _ => {
                let brokers = (0..self.parties.len()).filter(|place| of(*place) == Some(vendor));
                let queues = names(brokers.flat_map(|place| directory.queues(place)));
                let sentence = format!("there is no `{}` for a `{kind}`; there are {queues}", shown(queue));
                bad(format!("{field}.{kind}.queue"), sentence)
            }
        }
    }
}

/// What must hold between a queue of SQS and another one that is its dead-letter queue.
fn dead_letter_queue(directory: &Directory<'_>, place: usize, policy: &RedrivePolicy, field: &str) -> Checked {
    let Some(dead) = directory.dead_letter_queue(place) else { return Ok(()) };
    let bad = |name: &str, sentence: String| bad(format!("{field}.{name}"), sentence);
    let id = &policy.id;
    if dead == place {
        return bad("id", format!("`{id}` is this queue itself; name another one"));
    }
    if policy.name != RedrivePolicy::default().name {
        return bad("name", format!("`{id}` is a party, and has its name there; leave it out"));
    }
    let [(own, groups), (other, groups_there)] =
        [place, dead].map(|place| (&directory.parties[place].sqs, directory.message_groups(place)));
    let (Some(own), Some(other)) = (own, other) else { return Ok(()) };
    if other.within.0.redrive_policy.is_some() {
        let sentence = format!(
            "`{id}` has a `redrive_policy` of its own; take it out there, for from a dead-letter queue messages are only \
             polled"
        );
        return bad("id", sentence);
    }
    match (own.within.0.kind, other.within.0.kind) {
        (QueueType::Fifo, QueueType::Fifo) if groups != groups_there => {
            let sentence = format!(
                "messages keep their groups where they are moved, and `{id}` has others; leave out its \
                 `message_group_ids`, or write those of this queue"
            );
            bad("id", sentence)
        }
        (QueueType::Fifo, QueueType::Fifo) | (QueueType::Standard, QueueType::Standard) => Ok(()),
        (QueueType::Fifo, QueueType::Standard) => {
            bad("id", format!("`{id}` is a standard queue, and the dead-letter queue of a FIFO queue is FIFO"))
        }
        (QueueType::Standard, QueueType::Fifo) => {
            bad("id", format!("`{id}` is a FIFO queue, and the dead-letter queue of a standard queue is standard"))
        }
    }
}
