//! The event loop: an agenda of (moment, order), actors that handle one input at a time, links between them, and
//! dated faults.
//!
//! An actor is plain state. It gets an [`Input`] and acts only through its [`Context`]: send, set a timer, begin or
//! end a stay, say what became of a job. It never sees the agenda or another actor. The context writes the trace at
//! once instead of collecting effects for later: ids are known where they are needed, and nothing is stored twice.
//!
//! *Invariants:* ties are broken by the order of scheduling; dated faults come before all else at their moment.
//! Nothing here knows a protocol, a clock other than the simulated one, or how to fail.

mod agenda;
#[cfg(any(test, feature = "bench"))]
pub(crate) mod bare;
mod context;
mod demand;
mod levels;
mod link;
mod open;
mod parcel;
mod parts;
mod repeats;
mod setup;
mod way;
mod world;

pub use context::Context;
pub use demand::{Demand, Failures, Workload};
pub use link::{Identity, Link, LinkId, Overtaking, Reach};
pub use open::{OpenStay, TimerId};
pub use parcel::Parcel;
pub use setup::{KindId, Setup, Word};
pub use way::LinkFault;
pub use world::{Limits, Progress, World};

use std::any::TypeId;

use crate::time::Moment;
use crate::trace::{ActorId, JobId, MessageId};

/// What an actor is handed to handle.
#[derive(Clone, Copy, Debug)]
pub enum Input<M, T> {
    /// The run begins. Every actor gets this once, in order of their ids, before anything else.
    Started,
    /// A job is wanted here, now.
    Wanted(JobId),
    /// A message arrived. Its row already says "delivered"; an actor that turns it away or no longer waits says so.
    Arrived(MessageId, M),
    /// A timer that this actor set and has not cancelled.
    Timer(T),
    /// A dated fault begins or ends at this actor; [`Context::faults`] counts it already, or no longer.
    Fault(Fault, Phase),
    /// The links between this actor and another were cut and are whole again, or lost something and do so no more. What
    /// a party knows by its connections (TCP, heartbeats), it knows now. Of faults that overlap, the last says so.
    Severed {
        /// The other end.
        from: ActorId,
        /// When the first of the faults began.
        since: Moment,
    },
}

/// What a scenario can do to an actor at a moment (`FLT-*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Handles nothing new, and turns away what arrives; what is in hand goes on to its end (`FLT-1`).
    Outage,
    /// As an outage, but what arrives is met by silence.
    SilentOutage,
    /// Dies, and what is in hand is lost; the process is back when the fault ends (`FLT-2`).
    Crash,
    /// Work begun while it lasts takes this many thousandths of its usual time (`FLT-3`). The engine applies it;
    /// actors need not.
    SlowDown {
        /// The factor, in thousandths: 3000 for three times as long.
        thousandths: u32,
    },
}

/// Whether a fault begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It begins.
    Begins,
    /// It is over.
    Ends,
}

/// How many faults of each kind are in force at an actor. (They may overlap, in any number and order.)
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// Outages and crashes: it takes nothing.
    pub outages: u32,
    /// Of these, crashes: its process is dead.
    pub deaths: u32,
    /// Silent outages: nothing reaches it.
    pub silences: u32,
}

impl Faults {
    fn count(&mut self, fault: Fault, phase: Phase) {
        let change = |count: &mut u32| match phase {
            Phase::Begins => *count += 1,
            Phase::Ends => *count -= 1,
        };
        match fault {
            Fault::Outage => change(&mut self.outages),
            Fault::Crash => {
                change(&mut self.outages);
                change(&mut self.deaths);
            }
            Fault::SilentOutage => change(&mut self.silences),
            Fault::SlowDown { .. } => {}
        }
    }

    /// Whether none is in force that keeps it from hearing or taking anything.
    pub fn are_over(self) -> bool {
        self.outages + self.silences == 0
    }
}

/// A fault at a moment. Without `until` it lasts to the end of the run.
#[derive(Clone, Copy, Debug)]
pub struct DatedFault {
    /// When it begins.
    pub at: Moment,
    /// When it ends, if it does.
    pub until: Option<Moment>,
    /// What happens, and to whom.
    pub strikes: Strikes,
}

/// What a dated fault strikes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Strikes {
    /// An actor.
    Actor(ActorId, Fault),
    /// All links between two actors that lead through the network, in both directions. What there is to see of it is at
    /// the first of the two.
    Links([ActorId; 2], LinkFault),
}

/// State and rules of one party.
pub trait Actor {
    /// What travels between actors.
    type Message: Clone;
    /// What an actor can be woken for.
    type Timer;

    /// Whether messages of that type mean something to this actor. Set-up asks, for the links that lead to it.
    fn understands(&self, language: TypeId) -> bool;

    /// Handles one input.
    fn handle(
        &mut self,
        input: Input<&Self::Message, Self::Timer>,
        context: &mut Context<'_, Self::Message, Self::Timer>,
    );
}
