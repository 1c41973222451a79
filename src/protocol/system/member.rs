//! A party of a system that does something: a node, the ports by which it sends, and what lends it deliveries.
//!
//! *Invariant:* between two events nothing is left to be passed on between the three.

use std::any::TypeId;

use crate::engine::Input;
use crate::protocol::call::{self, Node};
use crate::protocol::{Alarm, Role, Stage, Wire};

pub struct Member {
    node: Node,
}

impl Member {
    pub(super) fn new(node: Node) -> Self {
        Member { node }
    }

    /// Whether messages of that type mean something to it.
    pub fn understands(&self, language: TypeId) -> bool {
        language == TypeId::of::<call::Message>()
    }

    pub fn handle(&mut self, input: Input<Wire, Alarm>, stage: &mut Stage<'_>) {
        match input {
            Input::Started => self.node.handle(Input::Started, stage),
            Input::Wanted(job) => self.node.handle(Input::Wanted(job), stage),
            Input::Fault(fault, phase) => self.node.handle(Input::Fault(fault, phase), stage),
            Input::Arrived(message, Wire::Node(body)) => self.node.handle(Input::Arrived(message, body), stage),
            Input::Timer(Alarm::Node(timer)) => self.node.handle(Input::Timer(timer), stage),
            // A link carries what the party at its end understands, and a party's timers are its own.
            Input::Arrived(..) | Input::Timer(_) => unreachable!(),
        }
    }
}
