//! What must hold of dead letters that go on, and of steps that ask about them.
//!
//! *Invariant:* what is asked about could be: the queue is one of the broker from which the asker takes, and what dies in it
//! may come back.

use super::{Checked, Setting, Walk, bad, names};
use crate::protocol::rabbitmq::{DeadLetterSettings, ExchangeType};
use crate::protocol::system::directory::Outlet;
use crate::protocol::system::party::Rabbitmq;
use crate::reading::shown;

/// Where dead letters go on to queues of the same broker.
pub(super) fn onward(rabbit: &Rabbitmq, field: &str) -> Checked {
    for queue in &rabbit.queues {
        let Some(dead) = &queue.dead_letter else { continue };
        if !rabbit.queues.iter().any(|other| other.id == dead.id) {
            continue;
        }
        let at = format!("{field}.{}.dead_letter", queue.id);
        if dead.name != DeadLetterSettings::default().name {
            let sentence = format!("`{}` is a queue of this broker, and has its name there; leave it out", dead.id);
            return bad(format!("{at}.name"), sentence);
        }
        if rabbit.exchange.as_ref().is_some_and(|exchange| exchange.0.kind == ExchangeType::Fanout) {
            let sentence = format!(
                "a fanout exchange has every queue of this broker bound, and so publishes to `{}` as well; give the \
                 exchange another type, as `direct` with `binding_keys`",
                dead.id
            );
            return bad(format!("{at}.id"), sentence);
        }
    }
    Ok(())
}

impl Walk<'_, '_> {
    /// Whether a step can ask how often a delivery died in that queue.
    pub(super) fn died(&self, at: &dyn Fn(&str) -> String, queue: &str, setting: Setting) -> Checked {
        let takes = self.party.consumer.as_ref().and_then(|taking| self.directory.outlet(&taking.own.queue));
        let (Some(Outlet { broker, .. }), Setting::Delivery) = (takes, setting) else {
            let sentence = "only a delivery of RabbitMQ knows where it died; ask in the `does` of a `consumer`, and \
                            before several things are done at once";
            return bad(at("if_died"), sentence);
        };
        let queues = self.directory.queues(broker);
        let known = queues.iter().position(|known| *known == queue);
        let goes_on = |queue| self.directory.dead_letters_of(Outlet { broker, queue: Some(queue) }).is_some();
        match known {
            Some(place) if goes_on(place) => Ok(()),
            Some(_) => {
                let sentence = format!(
                    "what dies in `{}` does not go on; name another queue of its broker in its `dead_letter`",
                    shown(queue)
                );
                bad(at("in"), sentence)
            }
            None => {
                let (broker, all) = (&self.directory.parties[broker].id, names(queues));
                bad(at("in"), format!("`{broker}` has no queue `{}`; there are {all}", shown(queue)))
            }
        }
    }
}
