//! A party of a system that does something: a node, the ports by which it sends, and the consumers that lend to it.
//!
//! *Invariant:* between two events nothing is left to be passed on between the three.

use std::any::TypeId;

use crate::engine::{Fault, Input, Phase};
use crate::protocol::call::{self, Node};
use crate::protocol::deaths::Deaths;
use crate::protocol::lending::Lender;
use crate::protocol::port::{Mortal, Port};
use crate::protocol::{Alarm, Role, Stage, Wire, job_store, kafka, rabbitmq, sqs};
use crate::trace::{ActorId, CallerOutcome, MessageId, Slot};

/// The client half of a broker's protocol, and to whom it sends.
pub(super) struct Outlet {
    pub broker: ActorId,
    pub client: Client,
}

#[allow(clippy::large_enum_variant, reason = "a party has a few, and a box would be looked into at each event")]
pub(super) enum Client {
    Rabbitmq(rabbitmq::publisher::Client),
    Sqs(sqs::sender::Client),
    Kafka(kafka::producer::Client),
    JobStore(job_store::client::Client),
}

/// Consumers that lend what they are delivered.
#[allow(clippy::large_enum_variant, reason = "a party has at most one, and a box would be looked into at each event")]
pub(super) enum Lending {
    Rabbitmq(rabbitmq::Consumers),
    Sqs(sqs::Consumers),
    Kafka(kafka::Members),
    JobStore(job_store::Workers),
}

impl Lending {
    /// How often what is in hand at that place was dead-lettered, and where.
    fn deaths(&self, place: u16) -> Deaths {
        match self {
            Lending::Rabbitmq(crew) => crew.deaths(place),
            Lending::Sqs(_) | Lending::Kafka(_) | Lending::JobStore(_) => Deaths::default(),
        }
    }

    /// What asks for a reply, of all that is in hand at that place.
    fn asked(&self, place: Slot) -> MessageId {
        match self {
            Lending::Rabbitmq(crew) => crew.asked(place.0),
            Lending::Sqs(_) | Lending::Kafka(_) | Lending::JobStore(_) => MessageId::NONE,
        }
    }
}

/// The same with whichever it is.
macro_rules! any {
    ($kind:ident, $value:expr, $one:ident => $does:expr) => {
        match $value {
            $kind::Rabbitmq($one) => $does,
            $kind::Sqs($one) => $does,
            $kind::Kafka($one) => $does,
            $kind::JobStore($one) => $does,
        }
    };
}

/// What a port or consumers of that type hear.
fn hears<P: Port>(_: &P) -> TypeId
where
    P::Message: 'static,
{
    TypeId::of::<P::Message>()
}

fn takes<R: Role>(_: &R) -> TypeId
where
    R::Message: 'static,
{
    TypeId::of::<R::Message>()
}

pub struct Member {
    node: Node,
    outlets: Vec<Outlet>,
    lending: Option<Lending>,
}

impl Member {
    pub(super) fn new(node: Node, outlets: Vec<Outlet>, lending: Option<Lending>) -> Self {
        Member { node, outlets, lending }
    }

    /// Whether messages of that type mean something to it.
    pub fn understands(&self, language: TypeId) -> bool {
        language == TypeId::of::<call::Message>()
            || self.outlets.iter().any(|outlet| any!(Client, &outlet.client, client => hears(client)) == language)
            || self.lending.as_ref().is_some_and(|lending| any!(Lending, lending, crew => takes(crew)) == language)
    }

    // Named in xtask/src/finish.rs.
    #[inline(never)]
    pub fn handle(&mut self, input: Input<&Wire, Alarm>, stage: &mut Stage<'_>) {
        /// To the port of that number, if it is of that kind.
        macro_rules! port {
            ($kind:ident, $number:expr, $client:ident => $does:expr) => {
                if let Some(Outlet { client: Client::$kind($client), .. }) = self.outlets.get_mut(usize::from($number))
                {
                    $does;
                }
            };
        }
        /// To the consumers, if they are of that kind.
        macro_rules! crew {
            ($kind:ident, $input:expr) => {
                if let Some(Lending::$kind(crew)) = &mut self.lending {
                    crew.handle($input, stage);
                }
            };
        }
        match input {
            Input::Started => {
                self.node.handle(Input::Started, stage);
                if let Some(lending) = &mut self.lending {
                    any!(Lending, lending, crew => crew.handle(Input::Started, stage));
                }
            }
            Input::Wanted(job) => self.node.handle(Input::Wanted(job), stage),
            Input::Fault(fault, phase) => {
                self.node.handle(Input::Fault(fault, phase), stage);
                // Whoever wants the jobs does not die.
                if (fault, phase) == (Fault::Crash, Phase::Begins) && self.node.is_mortal() {
                    self.outlets
                        .iter_mut()
                        .for_each(|outlet| any!(Client, &mut outlet.client, client => client.die(stage)));
                }
                if let Some(lending) = &mut self.lending {
                    any!(Lending, lending, crew => crew.handle(Input::Fault(fault, phase), stage));
                }
            }
            Input::Severed { from, since } => {
                for outlet in self.outlets.iter_mut().filter(|outlet| outlet.broker == from) {
                    any!(Client, &mut outlet.client, client => client.severed());
                }
                if let Some(lending) = &mut self.lending {
                    any!(Lending, lending, crew => crew.handle(Input::Severed { from, since }, stage));
                }
            }
            Input::Arrived(message, Wire::Node(body)) => self.node.handle(Input::Arrived(message, body), stage),
            Input::Arrived(message, Wire::RabbitmqPublisher(body)) => {
                let (broker, port) = (stage.sender(message), body.port());
                for (number, outlet) in (0..).zip(&mut self.outlets) {
                    if let Client::Rabbitmq(client) = &mut outlet.client
                        && port.map_or(outlet.broker == broker, |port| port == number)
                    {
                        client.hear(message, *body, stage);
                    }
                }
            }
            Input::Arrived(message, Wire::SqsSender(body)) => {
                port!(Sqs, body.attempt.port, client => client.hear(message, *body, stage));
            }
            Input::Arrived(message, Wire::KafkaProducer(body)) => {
                let topic = stage.sender(message);
                let port = self.outlets.iter().position(|outlet| outlet.broker == topic).unwrap_or(0);
                port!(Kafka, port as u8, client => client.hear(message, *body, stage));
            }
            Input::Arrived(message, Wire::JobClient(body)) => {
                port!(JobStore, body.attempt.port, client => client.hear(message, *body, stage));
            }
            Input::Arrived(message, Wire::RabbitmqConsumers(body)) => crew!(Rabbitmq, Input::Arrived(message, body)),
            Input::Arrived(message, Wire::SqsConsumers(body)) => crew!(Sqs, Input::Arrived(message, body)),
            Input::Arrived(message, Wire::KafkaMembers(body)) => crew!(Kafka, Input::Arrived(message, body)),
            Input::Arrived(message, Wire::JobWorkers(body)) => crew!(JobStore, Input::Arrived(message, body)),
            Input::Timer(Alarm::Node(timer)) => self.node.handle(Input::Timer(timer), stage),
            Input::Timer(Alarm::RabbitmqPublisher(timer)) => {
                port!(Rabbitmq, timer.port, client => client.ring(timer, stage));
            }
            Input::Timer(Alarm::SqsSender(timer)) => port!(Sqs, timer.port, client => client.ring(timer, stage)),
            Input::Timer(Alarm::KafkaProducer(timer)) => port!(Kafka, timer.port, client => client.ring(timer, stage)),
            Input::Timer(Alarm::JobClient(timer)) => port!(JobStore, timer.port, client => client.ring(timer, stage)),
            Input::Timer(Alarm::RabbitmqConsumers(timer)) => crew!(Rabbitmq, Input::Timer(timer)),
            Input::Timer(Alarm::SqsConsumers(timer)) => crew!(Sqs, Input::Timer(timer)),
            Input::Timer(Alarm::KafkaMembers(timer)) => crew!(Kafka, Input::Timer(timer)),
            Input::Timer(Alarm::JobWorkers(timer)) => crew!(JobStore, Input::Timer(timer)),
            // A link carries what the party at its end understands, and a party's timers are its own.
            Input::Arrived(..) | Input::Timer(_) => unreachable!(),
        }
        while self.pass_on(stage) {}
    }

    /// Passes on what one of the three has for another. Says whether there was anything.
    fn pass_on(&mut self, stage: &mut Stage<'_>) -> bool {
        let mut any = false;
        while let Some((port, mut task)) = self.node.next_to_send() {
            any = true;
            if let Some(letter) = &mut task.letter {
                letter.to = self.lending.as_ref().map_or(MessageId::NONE, |lending| lending.asked(task.slot));
                // Nobody asked for a reply to this delivery.
                if letter.to == MessageId::NONE {
                    self.node.sent(task, CallerOutcome::Accepted, stage);
                    self.node.handed_over(task.ticket, false, stage);
                    continue;
                }
            }
            let client = &mut self.outlets[usize::from(port)].client;
            any!(Client, client, client => client.send(task, stage));
            let is_held = any!(Client, client, client => client.holds(task.ticket));
            self.node.handed_over(task.ticket, is_held, stage);
        }
        for outlet in &mut self.outlets {
            while let Some(task) = any!(Client, &mut outlet.client, client => client.let_go()) {
                self.node.handed_over(task.ticket, false, stage);
                any = true;
            }
            while let Some((task, outcome)) = any!(Client, &mut outlet.client, client => client.ended(stage)) {
                self.node.sent(task, outcome, stage);
                any = true;
            }
        }
        if let Some(lending) = &mut self.lending {
            while let Some((place, good, undone)) = self.node.next_returned() {
                any!(Lending, lending, crew => match good && !undone.is_empty() {
                    true => crew.give_back_without(place, &undone, stage),
                    false => crew.give_back(place, good, stage),
                });
                any = true;
            }
            while let Some(loan) = any!(Lending, lending, crew => crew.next_loan()) {
                self.node.borrow(loan, lending.deaths(loan.place), stage);
                // What is lent first is begun first.
                self.node.run_errands(stage);
                any = true;
            }
        }
        self.node.run_errands(stage);
        any
    }
}
