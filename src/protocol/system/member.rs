//! A party of a system that does something: a node, the ports by which it sends, and the consumers that lend to it.
//!
//! *Invariant:* between two events nothing is left to be passed on between the three.

use std::any::TypeId;

use crate::engine::{Fault, Input, Phase};
use crate::protocol::call::{self, Node};
use crate::protocol::lending::Lender;
use crate::protocol::port::{Mortal, Port};
use crate::protocol::{Alarm, Role, Stage, Wire, rabbitmq};
use crate::trace::ActorId;

/// The client half of a broker's protocol.
pub(super) struct Outlet {
    /// To whom it sends.
    pub broker: ActorId,
    pub client: rabbitmq::publisher::Client,
}

pub struct Member {
    node: Node,
    outlets: Vec<Outlet>,
    consumers: Option<rabbitmq::Consumers>,
}

impl Member {
    pub(super) fn new(node: Node, outlets: Vec<Outlet>, consumers: Option<rabbitmq::Consumers>) -> Self {
        Member { node, outlets, consumers }
    }

    /// Whether messages of that type mean something to it.
    pub fn understands(&self, language: TypeId) -> bool {
        language == TypeId::of::<call::Message>()
            || !self.outlets.is_empty() && language == TypeId::of::<rabbitmq::messages::ToPublisher>()
            || self.consumers.is_some() && language == TypeId::of::<rabbitmq::messages::ToConsumers>()
    }

    pub fn handle(&mut self, input: Input<Wire, Alarm>, stage: &mut Stage<'_>) {
        match input {
            Input::Started => {
                self.node.handle(Input::Started, stage);
                self.lend(Input::Started, stage);
            }
            Input::Wanted(job) => self.node.handle(Input::Wanted(job), stage),
            Input::Fault(fault, phase) => {
                self.node.handle(Input::Fault(fault, phase), stage);
                // Whoever wants the jobs does not die.
                if (fault, phase) == (Fault::Crash, Phase::Begins) && self.node.is_mortal() {
                    self.outlets.iter_mut().for_each(|outlet| outlet.client.die(stage));
                }
                self.lend(Input::Fault(fault, phase), stage);
            }
            Input::Arrived(message, Wire::Node(body)) => self.node.handle(Input::Arrived(message, body), stage),
            Input::Arrived(message, Wire::RabbitmqPublisher(body)) => {
                let (broker, port) = (stage.sender(message), body.port());
                for (number, outlet) in (0..).zip(&mut self.outlets) {
                    if port.map_or(outlet.broker == broker, |port| port == number) {
                        outlet.client.hear(message, body, stage);
                    }
                }
            }
            Input::Arrived(message, Wire::RabbitmqConsumers(body)) => self.lend(Input::Arrived(message, body), stage),
            Input::Timer(Alarm::Node(timer)) => self.node.handle(Input::Timer(timer), stage),
            Input::Timer(Alarm::RabbitmqPublisher(timer)) => {
                if let Some(outlet) = self.outlets.get_mut(usize::from(timer.port)) {
                    outlet.client.ring(timer, stage);
                }
            }
            Input::Timer(Alarm::RabbitmqConsumers(timer)) => self.lend(Input::Timer(timer), stage),
            // A link carries what the party at its end understands, and a party's timers are its own.
            Input::Arrived(..) | Input::Timer(_) => unreachable!(),
        }
        while self.pass_on(stage) {}
    }

    fn lend(
        &mut self,
        input: Input<rabbitmq::messages::ToConsumers, rabbitmq::consumers::Timer>,
        stage: &mut Stage<'_>,
    ) {
        if let Some(consumers) = &mut self.consumers {
            consumers.handle(input, stage);
        }
    }

    /// Passes on what one of the three has for another. Says whether there was anything.
    fn pass_on(&mut self, stage: &mut Stage<'_>) -> bool {
        let mut any = false;
        while let Some((port, task)) = self.node.next_to_send() {
            self.outlets[usize::from(port)].client.send(task, stage);
            any = true;
        }
        for outlet in &mut self.outlets {
            while let Some((task, outcome)) = outlet.client.ended(stage) {
                self.node.sent(task.ticket, outcome, stage);
                any = true;
            }
        }
        if let Some(consumers) = &mut self.consumers {
            while let Some((place, good)) = self.node.next_returned() {
                consumers.give_back(place, good, stage);
                any = true;
            }
            while let Some(loan) = consumers.next_loan() {
                self.node.borrow(loan, stage);
                any = true;
            }
        }
        self.node.run_errands(stage);
        any
    }
}
