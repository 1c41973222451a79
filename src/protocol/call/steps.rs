//! How a task takes its steps.
//!
//! *Invariant:* a task does one thing at a time; whatever it waits for, something will wake it or its deadline will.

use super::conduct::{CallFailure, Effect, Step, StepEnd};
use super::messages::Timer;
use super::node::{Node, Role};
use super::task::{Aim, Computation, Doing, Errand, InHand, Origin, Running, What};
use crate::protocol::Stage;
use crate::protocol::work::{Effects, Work};
use crate::time::Span;
use crate::trace::{CallerOutcome, Ending, LabelId, MarkKind, Slot, StayKind};

impl Node {
    pub(super) fn take_steps_after_done(&mut self, key: u32, stage: &mut Stage<'_>) {
        if let Some(running) = self.running.get_mut(&key) {
            running.task.last = StepEnd::Done;
            self.take_steps(key, stage);
        }
    }

    /// Takes steps until one takes time.
    pub(super) fn take_steps(&mut self, key: u32, stage: &mut Stage<'_>) {
        loop {
            let Some(running) = self.running.get_mut(&key) else { return };
            let step = self.conduct.next(&mut running.task, stage);
            running.task.place += 1;
            running.doing = Doing::Deciding;
            match step {
                Step::Work { parts, span, effect } => {
                    return self.compute(key, Computation { span, what: What::Work(parts, effect) }, stage);
                }
                Step::Compute(Span::ZERO) if !self.hands.are_cores() => {}
                Step::Compute(span) => {
                    return self.compute(key, Computation { span, what: What::Computing(Aim::Step) }, stage);
                }
                Step::Call(ask) => return self.ask(key, vec![ask], stage),
                Step::All(asks) if asks.is_empty() => {}
                Step::All(asks) => return self.ask(key, asks, stage),
                Step::Take(pool) => match self.pools[usize::from(pool)].0.take() {
                    Some(connection) => running.in_hand.push(InHand { pool, connection }),
                    None => return self.wait_for_connection(key, pool, stage),
                },
                Step::Give => {
                    if let Some(in_hand) = running.in_hand.pop() {
                        self.errands.push(Errand::StepsAfterDone(key));
                        return self.give_back(in_hand);
                    }
                }
                Step::Discard => {
                    if let Some(in_hand) = running.in_hand.pop() {
                        self.errands.push(Errand::StepsAfterDone(key));
                        return self.discard(in_hand);
                    }
                }
                Step::Pause(Span::ZERO) => {}
                Step::Pause(span) => return self.pause(key, span, stage),
                Step::Send { port, part, waits: true } => return self.send_out(key, (port, part), None, stage),
                Step::Send { port, part, waits: false } => return self.hand_over(key, (port, part), None),
                Step::Write { port, letter, waits } => {
                    let to = (port, running.task.part);
                    return match waits {
                        true => self.send_out(key, to, Some(letter), stage),
                        false => self.hand_over(key, to, Some(letter)),
                    };
                }
                Step::Branch(places) if places.is_empty() => {}
                Step::Branch(places) => return self.branch(key, &places, stage),
                Step::Rest(Span::ZERO) => {}
                Step::Rest(span) => return self.rest(key, span, stage),
                Step::Await { word, span } => {
                    if !self.await_word(key, (word, span), stage) {
                        return;
                    }
                }
                Step::Bring { word } => {
                    let job = stage.job_of(running.task.part);
                    self.bring((word, job), stage);
                }
                // It goes no further: the next event at this party is its end.
                Step::Die(span) => return stage.dies(span),
                Step::Reply(reply) => {
                    self.reply(key, reply, stage);
                    return self.finish(key, Ending::Done, stage);
                }
                Step::Acknowledge(reply) => {
                    self.reply(key, reply, stage);
                    if let Some(running) = self.running.get_mut(&key) {
                        running.origin = Origin::Nobody;
                    }
                }
                Step::End => return self.finish(key, Ending::Done, stage),
                Step::Fail => return self.finish(key, Ending::Failed, stage),
                Step::Answered => {
                    running.known = CallerOutcome::Answered;
                    return self.finish(key, Ending::Done, stage);
                }
                Step::Accepted => {
                    running.known = CallerOutcome::Accepted;
                    return self.finish(key, Ending::Done, stage);
                }
                Step::AtHand => return self.at_hand(key, stage),
                Step::GiveUp(label) => return self.give_up(key, label, stage),
                Step::BreakOff(label) => {
                    running.known = running.known.max(CallerOutcome::Failed);
                    return self.give_up(key, label, stage);
                }
                Step::LoseTrack(label) => {
                    running.known = CallerOutcome::Unknown;
                    return self.give_up(key, label, stage);
                }
            }
            if let Some(running) = self.running.get_mut(&key) {
                running.task.last = StepEnd::Done;
            }
        }
    }

    fn at_hand(&mut self, key: u32, stage: &mut Stage<'_>) {
        if let Some(Running { task, known, .. }) = self.running.get_mut(&key) {
            stage.finishes(task.part);
            *known = CallerOutcome::Answered;
        }
        self.finish(key, Ending::Done, stage);
    }

    fn give_up(&mut self, key: u32, label: LabelId, stage: &mut Stage<'_>) {
        if let Some(running) = self.running.get(&key) {
            stage.mark(MarkKind::GaveUp, running.slot, running.task.part, running.attempt.into(), label);
        }
        self.finish(key, Ending::GaveUp, stage);
    }

    /// From now on the task only waits for others: its thread is blocked, or, with cores, it holds nothing.
    pub(super) fn begin_waiting(&mut self, key: u32, stage: &mut Stage<'_>) {
        let Some(running) = self.running.get_mut(&key) else { return };
        // Whose branch it is waits already.
        if running.waits.is_none() && !matches!(running.origin, Origin::Branch { .. }) {
            let (slot, kind) = match self.hands.are_cores() {
                true => (Slot::WHOLE, StayKind::Awaiting),
                false => (running.slot, StayKind::Blocked),
            };
            running.waits = Some(stage.begin(slot, kind, running.task.part));
        }
    }

    fn wait_for_connection(&mut self, key: u32, pool: u8, stage: &mut Stage<'_>) {
        self.begin_waiting(key, stage);
        let (connections, max_wait) = &mut self.pools[usize::from(pool)];
        if *max_wait == Some(Span::ZERO) {
            return self.no_connection_for(key);
        }
        connections.wait(key);
        let Some(running) = self.running.get_mut(&key) else { return };
        let slot = if self.hands.are_cores() { Slot::WHOLE } else { running.slot };
        let mut open = stage.begin(slot, StayKind::Pool, running.task.part);
        if let Some(span) = *max_wait {
            open = open.until(span, Timer::NoConnection { task: key }, stage);
        }
        running.doing = Doing::Pooled(open, pool);
    }

    pub(super) fn no_connection(&mut self, key: u32, stage: &mut Stage<'_>) {
        let Some(running) = self.running.get_mut(&key) else { return };
        if let Doing::Pooled(open, pool) = running.doing {
            stage.end(open, Ending::GaveUp);
            self.pools[usize::from(pool)].0.leave(&key);
            self.no_connection_for(key);
        }
    }

    fn no_connection_for(&mut self, key: u32) {
        let Some(running) = self.running.get_mut(&key) else { return };
        running.task.last = StepEnd::Failed(CallFailure::NoRoom);
        running.doing = Doing::Deciding;
        self.errands.push(Errand::Steps(key));
    }

    pub(super) fn give_back(&mut self, in_hand: InHand) {
        let InHand { pool, connection } = in_hand;
        if let Some(next) = self.pools[usize::from(pool)].0.give_back(connection) {
            self.errands.push(Errand::Hand(next, in_hand));
        }
    }

    fn discard(&mut self, in_hand: InHand) {
        let pool = in_hand.pool;
        if let Some((next, connection)) = self.pools[usize::from(pool)].0.discard() {
            self.errands.push(Errand::Hand(next, InHand { pool, connection }));
        }
    }

    pub(super) fn hand(&mut self, key: u32, in_hand: InHand, stage: &mut Stage<'_>) {
        let Some(running) = self.running.get_mut(&key) else { return };
        if let Doing::Pooled(open, _) = running.doing {
            stage.end(open, Ending::Done);
        }
        running.in_hand.push(in_hand);
        running.task.last = StepEnd::Done;
        running.doing = Doing::Deciding;
        self.errands.push(Errand::Steps(key));
    }

    fn pause(&mut self, key: u32, span: Span, stage: &mut Stage<'_>) {
        self.begin_waiting(key, stage);
        let Some(running) = self.running.get_mut(&key) else { return };
        let slot = if self.hands.are_cores() { Slot::WHOLE } else { running.slot };
        let open = stage.begin(slot, StayKind::Scheduled, running.task.part);
        running.doing = Doing::Pausing(open.until(span, Timer::StepDone { task: key }, stage));
    }

    /// All answers to a step are there: a caller looks at them, which may take time, and an event loop's turn.
    pub(super) fn look(&mut self, key: u32, stage: &mut Stage<'_>) {
        let Some(running) = self.running.get_mut(&key) else { return };
        running.doing = Doing::Deciding;
        match &self.role {
            // A thread looks at the answers when all are there; the event loop looks at each in its turn.
            Role::Caller { .. } if matches!(running.origin, Origin::Branch { .. }) && !self.hands.are_cores() => {
                self.errands.push(Errand::Steps(key));
            }
            Role::Caller { callback, .. } => {
                let span = stage.takes(stage.draw(callback, 1, running.task.part));
                if span > Span::ZERO || self.hands.are_cores() {
                    return self.call_back(key, span, stage);
                }
                self.errands.push(Errand::Steps(key));
            }
            Role::Service(_) => self.errands.push(Errand::Steps(key)),
        }
    }

    pub(super) fn call_back(&mut self, key: u32, span: Span, stage: &mut Stage<'_>) {
        self.compute(key, Computation { span, what: What::Computing(Aim::Callback) }, stage);
    }

    fn compute(&mut self, key: u32, computation: Computation, stage: &mut Stage<'_>) {
        let Some(running) = self.running.get_mut(&key) else { return };
        if let Some(open) = running.waits.take() {
            stage.end(open, Ending::Done);
        }
        if !self.hands.are_cores() {
            let slot = running.slot;
            return self.begin_computing(key, slot, computation, stage);
        }
        match self.hands.core(key) {
            Some(core) => self.begin_computing(key, core, computation, stage),
            None => {
                let open = stage.begin(Slot::WHOLE, StayKind::Queued, running.task.part);
                running.doing = Doing::Turn(open, computation);
                self.hands.wait(key);
            }
        }
    }

    /// The first one whose turn it is computes if a core is free, and leaves an errand for those behind it.
    pub(super) fn next_turn(&mut self, stage: &mut Stage<'_>) {
        let Some(key) = self.hands.next_turn() else { return };
        self.serve_next();
        let Some(running) = self.running.get_mut(&key) else { return };
        let Doing::Turn(open, computation) = std::mem::replace(&mut running.doing, Doing::Deciding) else { return };
        stage.end(open, Ending::Done);
        if let Some(core) = self.hands.core(key) {
            self.begin_computing(key, core, computation, stage);
        }
    }

    fn begin_computing(&mut self, key: u32, slot: Slot, computation: Computation, stage: &mut Stage<'_>) {
        let Some(running) = self.running.get_mut(&key) else { return };
        let Computation { span, what } = computation;
        let ends = Timer::StepDone { task: key };
        running.doing = match what {
            What::Work(parts, effect) => {
                Doing::Working(Work::begin((slot, 0), &parts, span, ends, stage), parts, effect)
            }
            What::Computing(aim) if span == Span::ZERO => {
                running.doing = Doing::Computing(None, aim);
                return self.step_done(key, stage);
            }
            What::Computing(aim) => {
                let stay = stage.begin(slot, StayKind::Busy, running.task.part);
                Doing::Computing(Some(stay.until(span, ends, stage)), aim)
            }
        };
    }

    pub(super) fn step_done(&mut self, key: u32, stage: &mut Stage<'_>) {
        let Some(running) = self.running.get_mut(&key) else { return };
        match std::mem::replace(&mut running.doing, Doing::Deciding) {
            Doing::Pausing(open) => {
                stage.end(open, Ending::Done);
                running.task.last = StepEnd::Done;
            }
            Doing::Resting(open) => {
                stage.end(open, Ending::Done);
                running.task.last = StepEnd::Done;
                return self.enter(key, StayKind::Backlog, stage);
            }
            Doing::Computing(open, aim) => {
                if let Some(open) = open {
                    stage.end(open, Ending::Done);
                }
                if let Aim::Step = aim {
                    running.task.last = StepEnd::Done;
                }
                return self.computed(key, stage);
            }
            Doing::Working(work, parts, effect) => {
                let effects = match effect {
                    Effect::None => Effects::None,
                    Effect::Changes => Effects::Each,
                };
                let done = work.end(&parts, effects, (self.words.failed, 0), stage);
                running.task.last = if done { StepEnd::Done } else { StepEnd::WorkFailed };
                return self.computed(key, stage);
            }
            other => {
                running.doing = other;
                return;
            }
        }
        if self.hands.are_cores() {
            self.serve_next();
        }
        self.errands.push(Errand::Steps(key));
    }

    /// What it computed is done: the core is somebody else's, and the task goes on if it still may.
    fn computed(&mut self, key: u32, stage: &mut Stage<'_>) {
        if self.running.get(&key).is_some_and(|running| running.orphaned) {
            return self.finish(key, Ending::Expired, stage);
        }
        if self.hands.are_cores() {
            self.hands.leave(key);
            self.serve_next();
        }
        self.errands.push(Errand::Steps(key));
    }
}
