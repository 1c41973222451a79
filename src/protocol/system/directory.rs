//! Who is who on a side: what a name in a step stands for, and which part of a job a step is about.
//!
//! *Invariant:* the same names mean the same at every party.

use std::collections::BTreeSet;

use super::party::{Filing, Party};
use super::steps::{Call, Step};
use crate::protocol::keys::Keys;

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

/// The requests and queues that were looked at, by their parties: steps may lead in a circle.
pub(super) type Seen = BTreeSet<(usize, usize)>;

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
        let mut brokers = (0..self.parties.len()).filter(|party| self.parties[*party].vendor().is_some());
        let queue_of = |broker: usize| self.queues(broker).iter().position(|queue| *queue == id);
        let of_queue = |broker: usize| Some(Outlet { broker, queue: Some(queue_of(broker)?) });
        match self.party(id).filter(|party| self.parties[*party].vendor().is_some()) {
            // A broker that has an exchange routes; another one has a queue that is meant.
            Some(broker) => {
                let routes = self.parties[broker].rabbitmq.as_ref().is_some_and(|rabbit| rabbit.exchange.is_some());
                Some(Outlet { broker, queue: if routes { None } else { Some(queue_of(broker).unwrap_or(0)) } })
            }
            None => brokers.find_map(of_queue),
        }
    }

    /// The ids of a broker's queues; a topic counts as one.
    pub fn queues(&self, broker: usize) -> Vec<&'s str> {
        let party = &self.parties[broker];
        match &party.rabbitmq {
            Some(rabbit) if !rabbit.queues.is_empty() => rabbit.queues.iter().map(|queue| &*queue.id).collect(),
            _ if party.vendor().is_some() => vec![&party.id],
            _ => Vec::new(),
        }
    }

    /// The queue over which a call asks, if it is no service that is called.
    pub fn asks_over(&self, call: &Call) -> Option<Outlet> {
        self.outlet(&call.party).filter(|outlet| outlet.queue.is_some())
    }

    /// The queue of the same broker to which a queue's dead letters go on, if they do.
    pub fn dead_letters_of(&self, outlet: Outlet) -> Option<Outlet> {
        let queue = self.parties[outlet.broker].rabbitmq.as_ref()?.queues.get(outlet.queue?)?;
        let id = &queue.dead_letter.as_ref()?.id;
        let to = self.queues(outlet.broker).iter().position(|queue| queue == id)?;
        Some(Outlet { queue: Some(to), ..outlet })
    }

    /// A queue and all to which its dead letters can come.
    pub fn reaches(&self, outlet: Outlet) -> Vec<Outlet> {
        let mut all = vec![outlet];
        while let Some(next) =
            all.last().and_then(|last| self.dead_letters_of(*last)).filter(|next| !all.contains(next))
        {
            all.push(next);
        }
        all
    }

    /// The queue of SQS to which another one moves what was received too often, if it has no lane of its own for that.
    pub fn dead_letter_queue(&self, party: usize) -> Option<usize> {
        let policy = self.parties[party].sqs.as_ref()?.within.0.redrive_policy.as_ref()?;
        self.party(&policy.id).filter(|place| self.parties[*place].sqs.is_some())
    }

    /// The message groups of a queue of SQS. A message keeps its group where it is moved, so a dead-letter queue has those of
    /// the queue that it is for, unless it says something else.
    pub fn message_groups(&self, queue: usize) -> Option<&'s Keys> {
        let own = |place: usize| Some(&self.parties[place].sqs.as_ref()?.own.message_group_ids);
        let source = (0..self.parties.len()).find(|place| self.dead_letter_queue(*place) == Some(queue));
        let is_default = own(queue).is_some_and(|keys| *keys == Filing::default().message_group_ids);
        own(source.filter(|_| is_default).unwrap_or(queue))
    }

    /// The ids of the lanes of their own where a party's dead letters lie.
    pub fn asides(&self, party: usize) -> Vec<&'s str> {
        match self.dead_letter_queue(party) {
            Some(_) => Vec::new(),
            None => self.parties[party].asides(),
        }
    }

    /// Who consumes from a queue.
    pub fn consumers(&self, outlet: Outlet) -> impl Iterator<Item = usize> + '_ {
        let consumes = move |party: &Party| Some(self.outlet(party.takes()?.1)? == outlet);
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

    /// The part that is worked on first in these steps, and where they lead.
    pub fn part_of_steps(&self, steps: &[Step]) -> Option<u32> {
        self.part_in(steps, &mut Seen::new())
    }

    fn part_in(&self, steps: &[Step], seen: &mut Seen) -> Option<u32> {
        steps.iter().find_map(|step| self.part_of_step(step, seen))
    }

    fn part_there(&self, outlet: Outlet, seen: &mut Seen) -> Option<u32> {
        match outlet.queue {
            Some(queue) if seen.insert((outlet.broker, queue)) => {
                let part = self.consumers(outlet).find_map(|party| self.part_in(&self.parties[party].does, seen));
                // Where nobody takes from a queue, what it is about shows where it goes on to.
                part.or_else(|| self.part_there(self.dead_letters_of(outlet)?, seen))
            }
            Some(_) => None,
            None => {
                let queues = 0..self.queues(outlet.broker).len();
                queues.filter_map(|queue| self.part_there(Outlet { queue: Some(queue), ..outlet }, seen)).min()
            }
        }
    }

    fn part_of_step(&self, step: &Step, seen: &mut Seen) -> Option<u32> {
        match step {
            Step::Work { part } => self.part(part),
            Step::Call(call) => match self.asks_over(call) {
                Some(outlet) => self.part_there(outlet, seen),
                None => self.part_in(self.called(call, seen), seen),
            },
            Step::Publish(publish) => self.part_there(self.outlet(&publish.to)?, seen),
            _ => step.inner().iter().find_map(|(_, steps)| self.part_in(steps, seen)),
        }
    }

    /// What is done about a call, unless it was looked at already.
    fn called(&self, call: &Call, seen: &mut Seen) -> &'s [Step] {
        let place = self.party(&call.party).and_then(|party| Some((party, self.request(party, &call.request)?)));
        match place.filter(|place| seen.insert(*place)) {
            Some((party, request)) => &self.parties[party].on[request].does,
            None => &[],
        }
    }

    /// The requests, by their parties, that somebody makes about a whole batch.
    pub fn about_batches(&self) -> Seen {
        let mut seen = Seen::new();
        for party in self.parties.iter().filter(|party| party.takes_batches()) {
            self.calls_about_all(&party.does, &mut seen);
        }
        seen
    }

    fn calls_about_all(&self, steps: &[Step], seen: &mut Seen) {
        // In an `each` every message is one by itself.
        for step in steps.iter().filter(|step| !matches!(step, Step::Each { .. })) {
            if let Step::Call(call) = step {
                self.calls_about_all(self.called(call, seen), seen);
            }
            step.inner().iter().for_each(|(_, steps)| self.calls_about_all(steps, seen));
        }
    }

    /// Whether a step, or what it leads to while it waits, is about a job.
    pub fn is_about_a_job(&self, step: &Step) -> bool {
        self.asks_for_a_job(step, &mut Seen::new())
    }

    fn asks_for_a_job(&self, step: &Step, seen: &mut Seen) -> bool {
        match step {
            Step::Work { .. }
            | Step::Publish(_)
            | Step::Read { .. }
            | Step::Write { .. }
            | Step::Insert { .. }
            | Step::Transaction { .. }
            | Step::Await { .. }
            | Step::Bring { .. } => true,
            // Each row is about a job of its own.
            Step::Take { .. } => false,
            Step::Call(call) if self.asks_over(call).is_some() => true,
            Step::Call(call) if self.called(call, seen).iter().any(|step| self.asks_for_a_job(step, seen)) => true,
            _ => step.inner().iter().any(|(_, steps)| steps.iter().any(|step| self.asks_for_a_job(step, seen))),
        }
    }
}
