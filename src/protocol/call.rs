//! Tasks that call: what SOAP, GraphQL, database clients, logins and chains of services have in common.
//!
//! A *node* has tasks in hand: at a caller a task is a job, at a service a request. A task takes one step after
//! another (work, compute, call another node, take a connection, pause, end), and which step is next is all that a
//! protocol decides, by its [`Conduct`]. How a step is taken is decided here, once: the hands that tasks are in
//! (threads that block, or cores that tasks share by turns), attempts and back-off, time-outs, the deadline that
//! travels, circuit breakers, bounds on calls in flight, refusal, crash.
//!
//! Sources of the rules stand where they are. *Invariants:* an answer ends the wait for one attempt of one call or
//! is late; a task ends once; nothing here knows a protocol's words.

mod beside;
mod branches;
mod conduct;
mod edge;
mod errands;
mod hands;
mod messages;
mod node;
mod outgoing;
mod outside;
mod pair;
pub mod settings;
mod steps;
mod task;
mod waking;

pub use beside::Looks;
pub use conduct::{Ask, CallFailure, Conduct, Effect, Reply, Round, Step, StepEnd, Task};
pub use edge::{Edge, EdgePolicy, Gate, RetryOn};
pub use hands::Hands;
pub use messages::{Message, Timer};
pub use node::{AtDeadline, Door, Node, NodeWords, WhenFull};
pub(crate) use pair::pair;

pub use super::answer::{Answer, Verdict};
use super::{Role, Stage};
use crate::engine::{Fault, Input, Phase};

impl Role for Node {
    type Message = Message;
    type Timer = Timer;

    fn handle(&mut self, input: Input<&Message, Timer>, stage: &mut Stage<'_>) {
        let strikes = matches!(input, Input::Timer(Timer::Clock { .. }));
        if !strikes {
            self.wind_up(stage);
        }
        match input {
            Input::Wanted(job) => self.want(job, stage),
            Input::Arrived(message, &body) => self.hear(message, body, stage),
            Input::Timer(timer) => self.ring(timer, stage),
            Input::Fault(Fault::Crash, Phase::Begins) => self.crash(stage),
            Input::Started => self.start_clocks(stage),
            // A call without an answer ends by its clock, if it has one.
            Input::Fault(..) | Input::Severed { .. } => {}
        }
        self.run_errands(stage);
        if strikes && self.any_clock_runs() {
            self.wind_up(stage);
        }
    }
}

impl Node {
    fn ring(&mut self, timer: Timer, stage: &mut Stage<'_>) {
        match timer {
            Timer::StepDone { task } => self.step_done(task, stage),
            Timer::Deadline { task } => self.deadline(task, stage),
            Timer::NoConnection { task } => self.no_connection(task, stage),
            Timer::NoRoom { call } => self.no_room(call, stage),
            Timer::TimedOut { call } => self.timed_out(call, stage),
            Timer::TryAgain { call } => self.try_again(call, stage),
            Timer::NoWord { task } => self.no_word(task, stage),
            Timer::Clock { clock } => self.strike(clock, stage),
            Timer::Breaker { edge } => self.breaker_rings(edge, stage),
        }
    }
}
