//! Who is who on a side: what a name in a step stands for, and which part of a job a step is about.
//!
//! *Invariant:* the same names mean the same at every party.

use std::collections::BTreeSet;

use super::party::Party;
use super::steps::Step;

/// The parties of a side and the parts of its jobs.
pub(super) struct Directory<'s> {
    pub parties: &'s [Party],
    /// The ids of the parts, in order.
    pub parts: &'s [String],
}

/// Where a message is handed over: a broker, and the queue of it that is meant, if one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Outlet {
    pub broker: usize,
    pub queue: Option<usize>,
}

/// The programs that were looked through for a part already, by their parties and requests. What was not found there is
/// not found there the second time, and programs that lead to each other come to an end.
type Seen = BTreeSet<(usize, Option<usize>)>;

impl<'s> Directory<'s> {
    pub fn party(&self, id: &str) -> Option<usize> {
        self.parties.iter().position(|party| party.id == id)
    }

    pub fn part(&self, id: &str) -> Option<u32> {
        self.parts.iter().position(|part| part == id).map(|place| place as u32)
    }

    /// The numbers of these parts.
    pub fn never<'n>(&'n self, ids: &'n [String]) -> impl Iterator<Item = u32> + 'n {
        ids.iter().filter_map(|id| self.part(id))
    }

    /// The number of a request at a party.
    pub fn request(&self, party: usize, request: &str) -> Option<usize> {
        self.parties[party].on.iter().position(|on| on.request == request)
    }

    /// The number of a request among all programs of a party, of which the one about jobs is the first.
    pub fn entry(&self, party: usize, request: &str) -> Option<usize> {
        Some(self.request(party, request)? + usize::from(self.parties[party].caller.is_some()))
    }

    /// The broker or the queue of that name.
    pub fn outlet(&self, id: &str) -> Option<Outlet> {
        let mut brokers = (0..self.parties.len()).filter(|party| self.parties[*party].rabbitmq.is_some());
        let queue_of = |broker: usize| self.queues(broker).iter().position(|queue| *queue == id);
        let of_queue = |broker: usize| Some(Outlet { broker, queue: Some(queue_of(broker)?) });
        match self.party(id).filter(|party| self.parties[*party].rabbitmq.is_some()) {
            // A broker that has an exchange routes; another one has a queue that is meant.
            Some(broker) => {
                let routes = self.parties[broker].rabbitmq.as_ref().is_some_and(|rabbit| rabbit.exchange.is_some());
                Some(Outlet { broker, queue: if routes { None } else { Some(queue_of(broker).unwrap_or(0)) } })
            }
            None => brokers.find_map(of_queue),
        }
    }

    /// The ids of a broker's queues.
    pub fn queues(&self, broker: usize) -> Vec<&'s str> {
        let party = &self.parties[broker];
        match &party.rabbitmq {
            Some(rabbit) if rabbit.queues.is_empty() => vec![&party.id],
            Some(rabbit) => rabbit.queues.iter().map(|queue| &*queue.id).collect(),
            None => Vec::new(),
        }
    }

    /// Who consumes from a queue.
    pub fn consumers(&self, outlet: Outlet) -> impl Iterator<Item = usize> + '_ {
        let consumes = move |party: &Party| {
            let consumer = party.consumer.as_ref()?;
            Some(self.outlet(&consumer.0.queue)? == outlet)
        };
        (0..self.parties.len()).filter(move |place| consumes(&self.parties[*place]).unwrap_or(false))
    }

    /// The part that is worked on first where a call or a message leads.
    pub fn part_of(&self, step: &Step) -> Option<u32> {
        self.part_of_step(step, &mut Seen::new())
    }

    /// The part that consumers of a queue work on first.
    pub fn part_of_queue(&self, outlet: Outlet) -> Option<u32> {
        self.part_there(outlet, &mut Seen::new())
    }

    fn part_in(&self, steps: &[Step], seen: &mut Seen) -> Option<u32> {
        steps.iter().find_map(|step| self.part_of_step(step, seen))
    }

    fn part_there(&self, outlet: Outlet, seen: &mut Seen) -> Option<u32> {
        match outlet.queue {
            Some(_) => self.consumers(outlet).find_map(|party| self.part_at((party, None), seen)),
            None => {
                let queues = 0..self.queues(outlet.broker).len();
                queues.filter_map(|queue| self.part_there(Outlet { queue: Some(queue), ..outlet }, seen)).min()
            }
        }
    }

    /// The part that a party works on first about a request, or about a delivery.
    fn part_at(&self, place: (usize, Option<usize>), seen: &mut Seen) -> Option<u32> {
        if !seen.insert(place) {
            return None;
        }
        let party = &self.parties[place.0];
        self.part_in(place.1.map_or(&party.does, |request| &party.on[request].does), seen)
    }

    fn part_of_step(&self, step: &Step, seen: &mut Seen) -> Option<u32> {
        match step {
            Step::Work { part } => self.part(part),
            Step::Call(call) => {
                let party = self.party(&call.party)?;
                self.part_at((party, Some(self.request(party, &call.request)?)), seen)
            }
            Step::Publish(publish) => self.part_there(self.outlet(&publish.to)?, seen),
            _ => step.inner().iter().find_map(|(_, steps)| self.part_in(steps, seen)),
        }
    }
}
