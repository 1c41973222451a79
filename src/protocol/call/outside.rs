//! What a node has to do with its holder: what it sends out by the holder's ports, what it is lent; and its own clocks.
//!
//! *Invariant:* whatever is lent is returned once, unless the process dies. A clock has at most one task: one that is
//! still under way when the clock strikes again lets that pass. A clock that can only look for what others leave there, and
//! found nothing, stands still until something happens at its node; so it keeps no run going in which nothing else moves.

use super::beside::{Clock, Looks};
use super::conduct::{CallFailure, StepEnd};
use super::messages::Timer;
use super::node::Node;
use super::task::{Doing, Errand, Origin};
use crate::protocol::Stage;
use crate::protocol::answer::Letter;
use crate::protocol::deaths::Deaths;
use crate::protocol::lending::Loan;
use crate::protocol::port;
use crate::time::{Moment, Span};
use crate::trace::{CallerOutcome, PartId, Slot};

/// In the ticket of a task that does not wait for how what it sends ends; the rest is its number.
const UNHEARD: u32 = 1 << 31;

impl Node {
    /// Adds a clock, whose tasks are asked for as `entry` and have that slot to themselves. If it only `looks` for what
    /// others leave, it need not strike where nothing happens.
    pub fn with_clock(mut self, every: Span, (entry, slot): (u8, Slot), looks: Looks) -> Self {
        let looks = looks == Looks::ForWork;
        self.clocks.push(Clock { every, entry, slot, runs: false, looks, stands_still: false });
        self
    }

    pub(super) fn start_clocks(&mut self, stage: &mut Stage<'_>) {
        for (clock, Clock { every, .. }) in (0..).zip(&self.clocks) {
            stage.set_timer(*every, Timer::Clock { clock });
        }
    }

    pub(super) fn strike(&mut self, number: u8, stage: &mut Stage<'_>) {
        let clock = &mut self.clocks[usize::from(number)];
        let stays = stage.is_out() || clock.runs;
        if clock.looks {
            // Whatever happens here winds it up again; its own task is the first that may.
            clock.stands_still = true;
            self.still += 1;
        } else {
            stage.set_timer(clock.every, Timer::Clock { clock: number });
        }
        if stays {
            return;
        }
        clock.runs = true;
        let (entry, slot) = (clock.entry, clock.slot);
        self.begin(Origin::Clock(number), entry, PartId::NONE, (slot, 1));
    }

    /// Something happens here: clocks that stand still strike again when they would have.
    pub(super) fn wind_up(&mut self, stage: &mut Stage<'_>) {
        if self.still == 0 {
            return;
        }
        self.still = 0;
        for (number, clock) in (0..).zip(&mut self.clocks) {
            if std::mem::take(&mut clock.stands_still) {
                let every = clock.every.as_micros();
                let passed = stage.now().since(Moment::START).as_micros() % every;
                stage.set_timer(Span::micros(every - passed), Timer::Clock { clock: number });
            }
        }
    }

    /// Whether something that a clock began is under way.
    pub(super) fn any_clock_runs(&self) -> bool {
        self.clocks.iter().any(|clock| clock.runs)
    }

    /// Takes on what it is lent, which has died so often.
    pub(crate) fn borrow(&mut self, loan: Loan, deaths: Deaths, stage: &mut Stage<'_>) {
        self.wind_up(stage);
        let load = loan.part;
        let part = stage.parts_in(&load).first().copied().unwrap_or(PartId::NONE);
        let key = self.begin(Origin::Loan(loan.place), 0, part, (Slot(loan.place), loan.delivery.max(1)));
        if let Some(running) = self.running.get_mut(&key) {
            running.task.load = load;
            running.task.deaths = deaths;
        }
    }

    fn begin(&mut self, origin: Origin, entry: u8, part: PartId, (slot, attempt): (Slot, u32)) -> u32 {
        let key = self.admit(origin, attempt, entry, 0, part, Moment::NEVER);
        if let Some(running) = self.running.get_mut(&key) {
            running.slot = slot;
        }
        self.errands.push(Errand::Steps(key));
        key
    }

    pub(super) fn send_out(
        &mut self,
        key: u32,
        (port, part): (u8, PartId),
        letter: Option<Letter>,
        stage: &mut Stage<'_>,
    ) {
        self.begin_waiting(key, stage);
        let Some(running) = self.running.get_mut(&key) else { return };
        running.doing = Doing::Sending;
        self.outside.to_send.push_back((port, port::Task { ticket: key, part, slot: running.slot, letter }));
    }

    /// Nobody will hear how it ends; the task goes on when its holder says that it is handed over.
    pub(super) fn hand_over(&mut self, key: u32, (port, part): (u8, PartId), letter: Option<Letter>) {
        let Some(running) = self.running.get_mut(&key) else { return };
        running.doing = Doing::Sending;
        let slot = if letter.is_some() { running.slot } else { Slot::WHOLE };
        self.outside.to_send.push_back((port, port::Task { ticket: UNHEARD | key, part, slot, letter }));
    }

    /// What was given to a port is held by it, or no longer. It matters to whoever does not wait for the end.
    pub(crate) fn handed_over(&mut self, ticket: u32, is_held: bool, stage: &mut Stage<'_>) {
        let key = ticket & !UNHEARD;
        if ticket == key {
            return;
        }
        if is_held {
            return self.begin_waiting(key, stage);
        }
        self.wind_up(stage);
        let Some(running) = self.running.get_mut(&key) else { return };
        let Doing::Sending = running.doing else { return };
        running.task.last = StepEnd::Done;
        running.doing = Doing::Deciding;
        self.errands.push(Errand::Steps(key));
    }

    /// The next thing that is to be sent, and by which port.
    pub(crate) fn next_to_send(&mut self) -> Option<(u8, port::Task)> {
        self.outside.to_send.pop_front()
    }

    /// What is sent for a task has ended so, and was answered, if that was asked for.
    pub(crate) fn sent(&mut self, task: port::Task, outcome: CallerOutcome, stage: &mut Stage<'_>) {
        self.wind_up(stage);
        let ticket = task.ticket;
        let Some(running) = self.running.get_mut(&ticket) else { return };
        let Doing::Sending = running.doing else { return };
        running.task.last = match (outcome, task.letter) {
            (CallerOutcome::Answered, Some(letter)) => StepEnd::Answered(letter.answer),
            (CallerOutcome::Answered | CallerOutcome::Accepted, _) => StepEnd::Done,
            (CallerOutcome::Refused, _) => StepEnd::Failed(CallFailure::TurnedAway),
            (CallerOutcome::Waiting | CallerOutcome::Failed | CallerOutcome::Unknown, _) => {
                StepEnd::Failed(CallFailure::Silence)
            }
        };
        if let StepEnd::Failed(failure) = running.task.last {
            running.known = running.known.max(failure.known());
        }
        self.look(ticket, stage);
    }

    /// The next loan that has come to an end: from which place, whether as it should, and what of it was not done all the
    /// same.
    pub(crate) fn next_returned(&mut self) -> Option<(u16, bool, Vec<PartId>)> {
        self.outside.returned.pop_front()
    }
}
