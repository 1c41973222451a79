//! Calls on their way: attempts, back-off, time-outs, breaker, and the bound on what is in flight.
//!
//! The order of the layers is resilience4j's: retry outermost, then the circuit breaker, then the bulkhead.
//! *Invariants:* a call has at most one attempt under way, and never more attempts than allowed (`RTY-4`); an attempt
//! that was permitted is recorded once.

use super::conduct::{Ask, CallFailure, StepEnd};
use super::edge::{Edge, RetryOn};
use super::messages::{Message, Timer};
use super::node::Node;
use super::task::{AttemptState, Doing, Outgoing};
use crate::engine::Parcel;
use crate::protocol::Stage;
use crate::protocol::answer::{Answer, Verdict};
use crate::protocol::breaker::{Breaker, CallEnd, Permission, Switch, WhenOpen};
use crate::protocol::pool::Pool;
use crate::time::{Moment, Span};
use crate::trace::{CallerOutcome, Ending, LevelKind, MarkKind, MessageId, PartId, Slot, StayKind};

impl Node {
    pub(super) fn ask(&mut self, key: u32, asks: Vec<Ask>, stage: &mut Stage<'_>) {
        self.begin_waiting(key, stage);
        let Some(running) = self.running.get_mut(&key) else { return };
        running.doing = Doing::Calling;
        running.awaited = asks.len() as u16;
        running.task.answers = vec![StepEnd::Nothing; asks.len()];
        let first = self.next_call;
        running.first_call = first;
        for (index, ask) in asks.into_iter().enumerate() {
            let outgoing = Outgoing {
                task: key,
                index: index as u16,
                ask,
                attempt: 1,
                state: None,
                previous_wait: None,
                began: Moment::NEVER,
                room: None,
            };
            self.calls.insert(self.next_call, outgoing);
            self.next_call += 1;
        }
        (first..self.next_call).for_each(|call| self.attempt(call, stage));
    }

    fn attempt(&mut self, call: u32, stage: &mut Stage<'_>) {
        let Some(outgoing) = self.calls.get_mut(&call) else { return };
        outgoing.state = None;
        let (edge_index, task) = (outgoing.ask.edge, outgoing.task);
        let edge = &mut self.edges[usize::from(edge_index)];
        if let Some(breaker) = &mut edge.breaker {
            let before = breaker.switch();
            let permission = breaker.permit(stage.now());
            self.breaker_switched(edge_index, before, stage);
            if permission == Permission::Refused {
                return self.attempt_failed(call, CallFailure::NotPermitted, stage);
            }
        }
        let Some(outgoing) = self.calls.get_mut(&call) else { return };
        outgoing.began = stage.now();
        let edge = &mut self.edges[usize::from(edge_index)];
        let Some(gate) = &mut edge.gate else {
            return self.send(call, stage);
        };
        outgoing.room = gate.take();
        let max_wait = edge.policy.gate.and_then(|gate| gate.max_wait);
        match (outgoing.room, max_wait) {
            (Some(_), _) => self.send(call, stage),
            (None, Some(Span::ZERO)) => self.attempt_failed(call, CallFailure::NoRoom, stage),
            (None, max_wait) => {
                gate.wait(call);
                let Some(running) = self.running.get(&task) else { return };
                let slot = if self.hands.are_cores() { Slot::WHOLE } else { running.slot };
                let mut open = stage.begin(slot, StayKind::Pool, outgoing.ask.part);
                if let Some(span) = max_wait {
                    open = open.until(span, Timer::NoRoom { call }, stage);
                }
                outgoing.state = Some(AttemptState::Gated(open));
            }
        }
    }

    pub(super) fn no_room(&mut self, call: u32, stage: &mut Stage<'_>) {
        let Some(outgoing) = self.calls.get_mut(&call) else { return };
        if let Some(AttemptState::Gated(open)) = outgoing.state {
            outgoing.state = None;
            let edge = usize::from(outgoing.ask.edge);
            stage.end(open, Ending::GaveUp);
            if let Some(gate) = &mut self.edges[edge].gate {
                gate.leave(&call);
            }
            self.attempt_failed(call, CallFailure::NoRoom, stage);
        }
    }

    fn send(&mut self, call: u32, stage: &mut Stage<'_>) {
        let Some(outgoing) = self.calls.get_mut(&call) else { return };
        let Some(running) = self.running.get(&outgoing.task) else { return };
        let Outgoing { ask, attempt, .. } = *outgoing;
        let edge = &self.edges[usize::from(ask.edge)];
        let over_all = edge.policy.over_all(running.attempt, attempt);
        let left = (running.deadline != Moment::NEVER).then(|| running.deadline.since(stage.now()));
        let parcel = Parcel::new(edge.out, (ask.kind, ask.label), ask.load).attempt(over_all).from(running.slot);
        // Set before the request is sent, so that at a tie the time-out precedes the answer.
        let overdue = edge.policy.timeout.map(|timeout| stage.set_timer(timeout, Timer::TimedOut { call }));
        outgoing.state = Some(AttemptState::Asked(overdue));
        let Ask { entry, note, part, .. } = ask;
        stage.send(parcel, Message::Request { back: edge.back, call, attempt: over_all, entry, note, part, left });
    }

    pub(super) fn hear(&mut self, message: MessageId, body: Message, stage: &mut Stage<'_>) {
        let (call, attempt, heard) = match body {
            Message::Request { .. } => return self.receive(message, body, stage),
            Message::Cancel { call, attempt } => return self.cancel(message, (call, attempt), stage),
            Message::Answer { call, attempt, answer } => match answer.verdict {
                Verdict::Fine | Verdict::Rejected => (call, attempt, Ok(answer)),
                Verdict::Failed => (call, attempt, Err(CallFailure::Error(answer))),
            },
            Message::Refusal { call, attempt } => (call, attempt, Err(CallFailure::TurnedAway)),
            Message::Reset { call, attempt } => (call, attempt, Err(CallFailure::Broken)),
        };
        let running = self.calls.get(&call).and_then(|outgoing| {
            let running = self.running.get(&outgoing.task)?;
            let policy = &self.edges[usize::from(outgoing.ask.edge)].policy;
            let over_all = policy.over_all(running.attempt, outgoing.attempt);
            (over_all == attempt && matches!(outgoing.state, Some(AttemptState::Asked(_)))).then_some(running)
        });
        let Some(running) = running else {
            return stage.too_late(message);
        };
        stage.land(message, running.slot);
        match heard {
            Ok(answer) => self.answered(call, answer, stage),
            Err(failure) => self.attempt_failed(call, failure, stage),
        }
    }

    fn answered(&mut self, call: u32, answer: Answer, stage: &mut Stage<'_>) {
        self.attempt_over(call, CallEnd::Succeeded, stage);
        self.complete(call, StepEnd::Answered(answer), stage);
    }

    pub(super) fn timed_out(&mut self, call: u32, stage: &mut Stage<'_>) {
        let Some(outgoing) = self.calls.get(&call) else { return };
        let Some(running) = self.running.get(&outgoing.task) else { return };
        let Outgoing { ask, attempt, .. } = *outgoing;
        stage.mark(MarkKind::TimedOut, running.slot, ask.part, attempt.into(), self.words.timed_out);
        let edge = &self.edges[usize::from(ask.edge)];
        if let Some(word) = edge.policy.cancel {
            let over_all = edge.policy.over_all(running.attempt, attempt);
            let parcel = Parcel::new(edge.out, word, ask.load).attempt(over_all).from(running.slot);
            stage.send(parcel, Message::Cancel { call, attempt: over_all });
        }
        self.attempt_failed(call, CallFailure::Silence, stage);
    }

    /// The attempt ended: the breaker hears of it, and its room is somebody else's.
    fn attempt_over(&mut self, call: u32, end: CallEnd, stage: &mut Stage<'_>) {
        let Some(outgoing) = self.calls.get_mut(&call) else { return };
        let (edge_index, took) = (outgoing.ask.edge, stage.now().since(outgoing.began));
        let room = outgoing.room.take();
        if let Some(AttemptState::Asked(overdue)) = outgoing.state.take() {
            stage.cancel(overdue);
        }
        let edge = &mut self.edges[usize::from(edge_index)];
        if let Some(breaker) = &mut edge.breaker {
            let before = breaker.switch();
            breaker.record(stage.now(), took, end);
            self.breaker_switched(edge_index, before, stage);
        }
        if let (Some(room), Some(gate)) = (room, &mut self.edges[usize::from(edge_index)].gate)
            && let Some(next) = gate.give_back(room)
            && let Some(waiting) = self.calls.get_mut(&next)
        {
            if let Some(AttemptState::Gated(open)) = waiting.state.take() {
                stage.end(open, Ending::Done);
            }
            waiting.room = Some(room);
            self.send(next, stage);
        }
    }

    fn attempt_failed(&mut self, call: u32, failure: CallFailure, stage: &mut Stage<'_>) {
        if failure != CallFailure::NotPermitted {
            self.attempt_over(call, CallEnd::Failed, stage);
        }
        let Some(outgoing) = self.calls.get_mut(&call) else { return };
        let Some(running) = self.running.get_mut(&outgoing.task) else { return };
        running.known = running.known.max(failure.known());
        let edge = &self.edges[usize::from(outgoing.ask.edge)];
        let may = match failure {
            CallFailure::TurnedAway | CallFailure::NoRoom => true,
            CallFailure::NotPermitted => {
                edge.breaker.as_ref().is_none_or(|breaker| breaker.when_open() == WhenOpen::Retry)
            }
            CallFailure::Silence | CallFailure::Broken | CallFailure::Error(_) => {
                edge.policy.retry_on == RetryOn::AnyFailure
            }
        };
        let retry = &edge.policy.retry;
        if !may || outgoing.attempt >= retry.max_attempts {
            return self.complete(call, StepEnd::Failed(failure), stage);
        }
        let over_all = edge.policy.over_all(running.attempt, outgoing.attempt);
        let wait = retry.wait_in_layer(stage, outgoing.ask.part, outgoing.attempt, over_all, outgoing.previous_wait);
        outgoing.previous_wait = Some(wait);
        outgoing.attempt += 1;
        stage.mark(MarkKind::Retried, running.slot, outgoing.ask.part, outgoing.attempt.into(), self.words.retries);
        let slot = if self.hands.are_cores() { Slot::WHOLE } else { running.slot };
        let open = stage.begin(slot, StayKind::Scheduled, outgoing.ask.part);
        outgoing.state = Some(AttemptState::BackingOff(open.until(wait, Timer::TryAgain { call }, stage)));
    }

    pub(super) fn try_again(&mut self, call: u32, stage: &mut Stage<'_>) {
        let Some(outgoing) = self.calls.get_mut(&call) else { return };
        if let Some(AttemptState::BackingOff(open)) = outgoing.state {
            stage.end(open, Ending::Done);
            self.attempt(call, stage);
        }
    }

    /// The call is over, one way or the other; the task goes on when it was the last one awaited.
    fn complete(&mut self, call: u32, last: StepEnd, stage: &mut Stage<'_>) {
        let Some(outgoing) = self.calls.remove(&call) else { return };
        let Some(running) = self.running.get_mut(&outgoing.task) else { return };
        if matches!(last, StepEnd::Answered(Answer { verdict: Verdict::Rejected, .. })) {
            running.known = running.known.max(CallerOutcome::Failed);
        }
        running.task.answers[usize::from(outgoing.index)] = last;
        running.awaited -= 1;
        if running.awaited == 0 {
            let failed = running.task.answers.iter().find(|answer| !answer.is_fine()).copied();
            running.task.last = failed.unwrap_or(last);
            self.look(outgoing.task, stage);
        }
    }

    /// Nobody waits for the task's calls any more: its time is up, or it was cancelled itself.
    pub(super) fn abandon_calls(&mut self, key: u32, stage: &mut Stage<'_>) {
        self.abandon_branches(key, stage);
        let Some(running) = self.running.get(&key) else { return };
        let of_the_step = running.first_call..running.first_call + running.task.answers.len() as u32;
        let calls = self.calls.range(of_the_step).filter(|(_, outgoing)| outgoing.task == key);
        let calls: Vec<u32> = calls.map(|(call, _)| call).collect();
        for call in calls {
            let Some(outgoing) = self.calls.get(&call) else { continue };
            match outgoing.state {
                Some(AttemptState::Asked(_)) => {
                    if let Some(running) = self.running.get_mut(&key) {
                        running.known = CallerOutcome::Unknown;
                    }
                    self.attempt_over(call, CallEnd::Failed, stage);
                }
                Some(AttemptState::Gated(open)) => {
                    stage.end(open, Ending::GaveUp);
                    let edge = &mut self.edges[usize::from(outgoing.ask.edge)];
                    edge.gate.iter_mut().for_each(|gate| gate.leave(&call));
                    edge.breaker.iter_mut().for_each(Breaker::forget);
                }
                Some(AttemptState::BackingOff(open)) => stage.end(open, Ending::GaveUp),
                None => {}
            }
            self.calls.remove(&call);
        }
    }

    /// The process died: whatever it knew of this way is gone, and the breaker is closed when it comes back.
    pub(super) fn restart_edge(&mut self, edge: u8, stage: &mut Stage<'_>) {
        let Edge { breaker, gate, .. } = &mut self.edges[usize::from(edge)];
        gate.iter_mut().for_each(Pool::reset);
        if let Some(breaker) = breaker {
            let before = breaker.switch();
            breaker.restart(stage.now());
            self.breaker_switched(edge, before, stage);
        }
    }

    pub(super) fn breaker_rings(&mut self, edge: u8, stage: &mut Stage<'_>) {
        if let Some(breaker) = &mut self.edges[usize::from(edge)].breaker {
            let before = breaker.switch();
            breaker.ring(stage.now());
            self.breaker_switched(edge, before, stage);
        }
    }

    /// Tells what a breaker switched to, if it did.
    pub(super) fn breaker_switched(&mut self, edge: u8, before: Switch, stage: &mut Stage<'_>) {
        let alone = self.edges.len() == 1;
        let Edge { breaker: Some(breaker), alarm, says, .. } = &mut self.edges[usize::from(edge)] else { return };
        let switch = breaker.switch();
        if switch == before {
            return;
        }
        stage.cancel(alarm.take());
        let slot = if alone { Slot::WHOLE } else { Slot(edge.into()) };
        let value = switch.level();
        stage.level(slot, LevelKind::Switch, value);
        let label = says.unwrap_or(self.words.breaker)[value as usize];
        stage.mark(MarkKind::Switched, Slot::WHOLE, PartId::NONE, value.into(), label);
        *alarm = breaker.alarm().map(|span| stage.set_timer(span, Timer::Breaker { edge }));
    }
}
