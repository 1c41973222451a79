//! What must hold of a call and of a publication: that it leads to somebody, and says what can be said there.

use super::{Checked, Walk, bad, names};
use crate::protocol::retry::Retry;
use crate::protocol::system::directory::Directory;
use crate::protocol::system::party::for_each_step;
use crate::protocol::system::party::{Party, Vendor};
use crate::protocol::system::steps::{Call, Confirm, Publish, Step};
use crate::reading::shown;

impl Walk<'_, '_> {
    /// Whether somebody calls the queue from which this party consumes, or one whose dead letters come there.
    pub(super) fn is_asked(&self) -> bool {
        let Some(outlet) = self.party.consumer.as_ref().and_then(|taking| self.directory.outlet(&taking.own.queue))
        else {
            return false;
        };
        let mut asked = false;
        for_each_step(self.directory.parties, &mut |step| {
            let over = match step {
                Step::Call(call) => self.directory.asks_over(call),
                _ => None,
            };
            asked |= over.is_some_and(|over| self.directory.reaches(over).contains(&outlet));
        });
        asked
    }

    /// What cannot be said of a call that goes over a queue.
    pub(super) fn asks_over(&self, at: &dyn Fn(&str) -> String, call: &Call) -> Checked {
        let Some(outlet) = self.directory.asks_over(call) else { return Ok(()) };
        let guards = [
            ("circuit_breaker", call.circuit_breaker.is_some()),
            ("bulkhead", call.bulkhead.is_some()),
            ("retry_on", call.retry_on != Call::default().retry_on),
        ];
        if let Some((name, _)) = guards.into_iter().find(|(_, given)| *given) {
            return bad(at(name), "is for calls of a service; a call over a queue has `timeout` and `retry`");
        }
        let answers = |party: usize| {
            let mut answers = false;
            for_each_step(&self.directory.parties[party..=party], &mut |step| {
                answers |= matches!(step, Step::Answer { .. });
            });
            answers
        };
        let reached = self.directory.reaches(outlet);
        match reached.into_iter().flat_map(|outlet| self.directory.consumers(outlet)).any(answers) {
            true => Ok(()),
            false => {
                let sentence = format!(
                    "nobody who consumes from `{}` answers; write an `answer` into the `does` of one",
                    shown(&call.party)
                );
                bad(at("call"), sentence)
            }
        }
    }

    pub(super) fn callee(&self, at: &dyn Fn(&str) -> String, id: &str, request: &str) -> Checked {
        if let Some(outlet) = self.directory.outlet(id) {
            let vendor = self.directory.parties[outlet.broker].vendor();
            return match (vendor, outlet.queue) {
                (Some(Vendor::Rabbitmq), Some(_)) => one_queue(self.directory, &at("call"), id),
                (Some(Vendor::Rabbitmq), None) => {
                    bad(at("call"), format!("`{}` has an exchange; call one of its queues", shown(id)))
                }
                (Some(Vendor::Sqs | Vendor::Kafka | Vendor::Sidekiq | Vendor::Celery) | None, _) => {
                    let sentence =
                        format!("`{}` passes no replies on; call a queue of RabbitMQ, or `publish`", shown(id));
                    bad(at("call"), sentence)
                }
            };
        }
        let parties = self.directory.parties;
        let answers = |party: &Party| party.service.is_some() || !party.on.is_empty();
        let services = || names(parties.iter().filter(|party| answers(party)).map(|party| &*party.id));
        let Some(place) = self.directory.party(id).filter(|place| answers(&parties[*place])) else {
            return bad(at("call"), format!("there is no service `{}`; there are {}", shown(id), services()));
        };
        if parties[place].id == self.party.id {
            return bad(at("call"), "a party does not call itself; write the steps here");
        }
        if self.directory.request(place, request).is_none() {
            let known = names(parties[place].on.iter().map(|on| &*on.request));
            return bad(at("request"), format!("`{id}` does nothing on `{}`; it does on {known}", shown(request)));
        }
        Ok(())
    }

    pub(super) fn publish(&self, at: &dyn Fn(&str) -> String, publish: &Publish) -> Checked {
        let Publish { to, key, confirm, timeout, retry, .. } = publish;
        let Some(outlet) = self.directory.outlet(to) else {
            let brokers = (0..self.settings.parties.len()).flat_map(|place| self.directory.queues(place));
            let sentence = format!("there is no broker or queue `{}`; there are {}", shown(to), names(brokers));
            return bad(at("publish"), sentence);
        };
        match (self.directory.parties[outlet.broker].vendor(), confirm) {
            (Some(Vendor::Sqs), Confirm::Async | Confirm::Off) => {
                return bad(
                    at("confirm"),
                    "SQS answers every SendMessage, and whoever sends waits for that; write `wait`",
                );
            }
            (Some(Vendor::Sidekiq | Vendor::Celery), Confirm::Async | Confirm::Off) => {
                return bad(at("confirm"), "Redis answers every push, and whoever pushes waits for that; write `wait`");
            }
            (Some(Vendor::Kafka), Confirm::Off) => {
                let sentence = format!(
                    "when a record counts as handed over is said by the `producer` of `{to}`, in its `acks`; write \
                     `wait` or `async` here"
                );
                return bad(at("confirm"), sentence);
            }
            (Some(Vendor::Sqs | Vendor::Sidekiq | Vendor::Celery), Confirm::Wait)
            | (Some(Vendor::Kafka), Confirm::Wait | Confirm::Async)
            | (Some(Vendor::Rabbitmq) | None, _) => {}
        }
        one_queue(self.directory, &at("publish"), to)?;
        if key.is_some() {
            let rabbit = &self.directory.parties[outlet.broker].rabbitmq;
            if outlet.queue.is_some() || rabbit.as_ref().is_none_or(|rabbit| rabbit.exchange.is_none()) {
                let sentence = format!(
                    "only an exchange of RabbitMQ is told a key by whoever publishes, and `{to}` is none; leave it out"
                );
                return bad(at("key"), sentence);
            }
        }
        if self.party.caller.is_some() && *confirm == Confirm::Async {
            let sentence = "whoever wants the jobs knows that one is handed over when it is confirmed; write `wait`, \
                            or to RabbitMQ `off` if nobody is to confirm anything";
            return bad(at("confirm"), sentence);
        }
        let is_kafka = self.directory.parties[outlet.broker].vendor() == Some(Vendor::Kafka);
        for (name, given) in [("timeout", timeout.is_some()), ("retry", *retry != Retry::default())] {
            if is_kafka && given {
                let sentence = format!(
                    "a producer sends again by itself until its `delivery_timeout` is over; write that into the \
                     `producer` of `{to}`"
                );
                return bad(at(name), sentence);
            }
        }
        retry.check(&at("retry"))
    }
}

/// A broker without an exchange stands for its queue, if it has one.
pub(super) fn one_queue(directory: &Directory<'_>, at: &str, id: &str) -> Checked {
    let Some(place) = directory.party(id) else { return Ok(()) };
    let (queues, rabbit) = (directory.queues(place), &directory.parties[place].rabbitmq);
    if queues.len() < 2 || rabbit.as_ref().is_none_or(|rabbit| rabbit.exchange.is_some()) {
        return Ok(());
    }
    bad(at, format!("`{}` has several queues; write which of them is meant: there are {}", shown(id), names(queues)))
}
