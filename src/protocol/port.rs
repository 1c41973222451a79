//! Ports: the client half of a protocol, which sends for a task, tries again, and reports how it ended.
//!
//! A port knows nothing of why somebody sends, nor what follows: whoever holds it gives it a task and asks what has ended.
//! *Invariant:* a task that was given to a port ends once.

use std::collections::VecDeque;

use super::answer::Letter;
use super::retry::Retry;
use super::{Alarm, Stage};
use crate::engine::OpenStay;
use crate::time::Span;
use crate::trace::{CallerOutcome, LabelId, MarkKind, MessageId, PartId, Slot, StayKind};

/// What is sent for whoever holds the port.
#[derive(Clone, Copy, Debug)]
pub struct Task {
    /// A number of the holder's own.
    pub ticket: u32,
    /// What is sent.
    pub part: PartId,
    /// Where at the holder it is sent from.
    pub slot: Slot,
    /// The answer that is sent. When the task has ended: the answer that came, if one was asked for.
    pub letter: Option<Letter>,
}

/// The client half of a protocol.
pub trait Port {
    /// What it hears.
    type Message: Copy;
    /// What it sets timers for.
    type Timer;

    /// Sends for a task, which may end at once.
    fn send(&mut self, task: Task, stage: &mut Stage<'_>);

    /// Something arrived.
    fn hear(&mut self, message: MessageId, body: Self::Message, stage: &mut Stage<'_>);

    /// The way to the other end was cut, and is whole again. Whoever has only time-outs to tell that waits for those.
    fn severed(&mut self) {}

    /// A timer rings.
    fn ring(&mut self, timer: Self::Timer, stage: &mut Stage<'_>);

    /// The next task that has ended, and what its sender knows. Asked after each of the others until there is none.
    fn ended(&mut self, stage: &mut Stage<'_>) -> Option<(Task, CallerOutcome)>;

    /// Whether the task that was just given is held: whoever sends cannot go on yet, even if nothing is waited for.
    fn holds(&self, _ticket: u32) -> bool {
        false
    }

    /// The next task that was held and is no longer.
    fn let_go(&mut self) -> Option<Task> {
        None
    }
}

/// A port whose holder may die.
pub(crate) trait Mortal: Port {
    /// The process dies: nothing that was under way is known any more, and of none of it is it told that it ended.
    fn die(&mut self, stage: &mut Stage<'_>);
}

/// Which attempt at which sending a message is, or is about. An answer carries it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The number of the port among those of its holder, and where it keeps it.
    pub port: u8,
    /// How often the holder has died before: what is said to a process that is gone is not for the next one.
    life: u16,
    place: u32,
    pub part: PartId,
    /// From one.
    pub number: u32,
}

/// A sending under way: what it waits for is the protocol's own.
pub(crate) struct Sending<W> {
    pub task: Task,
    pub attempt: Attempt,
    pub waits_for: W,
    previous_wait: Option<Span>,
    /// What the sender knows after the attempts so far. An attempt whose fate is unknown leaves it so for good.
    known: CallerOutcome,
}

impl<W> Sending<W> {
    /// An attempt failed, of which the sender heard this.
    pub fn learn(&mut self, heard: CallerOutcome) {
        self.known = self.known.max(heard);
    }

    /// How long to wait before the next attempt.
    pub fn wait(&self, retry: &Retry, stage: &Stage<'_>) -> Span {
        retry.wait(stage, self.attempt.part, self.attempt.number, self.previous_wait)
    }

    /// There will be another attempt after `wait`, to which something else may add. The stay until then is begun, and its
    /// end is rung in.
    pub fn back_off(
        &mut self,
        (wait, whole): (Span, Span),
        retries: LabelId,
        timer: impl Into<Alarm>,
        stage: &mut Stage<'_>,
    ) -> OpenStay {
        self.previous_wait = Some(wait);
        self.attempt.number += 1;
        let Task { part, slot, .. } = self.task;
        stage.mark(MarkKind::Retried, slot, part, self.attempt.number.into(), retries);
        stage.begin(slot, StayKind::Scheduled, part).until(whole, timer, stage)
    }

    /// It says something about the attempt.
    pub fn mark(&self, kind: MarkKind, label: LabelId, stage: &mut Stage<'_>) {
        stage.mark(kind, self.task.slot, self.task.part, self.attempt.number.into(), label);
    }
}

/// All that a port has under way, by numbers that are given again.
pub(crate) struct Sendings<W> {
    places: Vec<Option<Sending<W>>>,
    vacant: Vec<u32>,
    ended: VecDeque<(Task, CallerOutcome)>,
    /// The number of the port, for a party may hold several.
    pub port: u8,
    life: u16,
}

impl<W> Default for Sendings<W> {
    fn default() -> Self {
        Sendings { places: Vec::new(), vacant: Vec::new(), ended: VecDeque::new(), port: 0, life: 0 }
    }
}

impl<W> Sendings<W> {
    /// Takes a task on. Says where it is kept.
    pub fn add(&mut self, task: Task, waits_for: W) -> u32 {
        let place = self.vacant.pop().unwrap_or_else(|| {
            self.places.push(None);
            self.places.len() as u32 - 1
        });
        let attempt = Attempt { port: self.port, life: self.life, place, part: task.part, number: 1 };
        let known = CallerOutcome::Refused;
        self.places[place as usize] = Some(Sending { task, attempt, waits_for, previous_wait: None, known });
        place
    }

    pub fn at(&mut self, place: u32) -> Option<&mut Sending<W>> {
        self.places.get_mut(place as usize)?.as_mut()
    }

    /// The sending that this attempt is of, and where it is kept, if it is the present one.
    pub fn of(&mut self, attempt: Attempt) -> Option<(u32, &mut Sending<W>)> {
        let place = attempt.place;
        self.at(place).filter(|sending| sending.attempt == attempt).map(|sending| (place, sending))
    }

    /// Where those are kept of which something holds.
    pub fn places(&self, holds: impl Fn(&W) -> bool) -> impl Iterator<Item = u32> {
        let numbered = (0u32..).zip(&self.places);
        numbered
            .filter(move |(_, kept)| kept.as_ref().is_some_and(|sending| holds(&sending.waits_for)))
            .map(|(at, _)| at)
    }

    /// The sender stops trying, knowing what it knows, and says so in these words, unless there are none: then its task
    /// says what that means for it.
    pub fn give_up(&mut self, place: u32, gave_up: LabelId, stage: &mut Stage<'_>) {
        if let Some(sending) = self.at(place) {
            if gave_up != LabelId::EMPTY {
                sending.mark(MarkKind::GaveUp, gave_up, stage);
            }
            let known = sending.known;
            self.end(place, known);
        }
    }

    /// It is over.
    pub fn end(&mut self, place: u32, outcome: CallerOutcome) {
        if let Some(sending) = self.places[place as usize].take() {
            self.vacant.push(place);
            self.ended.push_back((sending.task, outcome));
        }
    }

    /// Forgets all that is under way; says what each waited for.
    pub fn forget(&mut self) -> impl Iterator<Item = W> {
        self.ended.clear();
        self.vacant.clear();
        self.life = self.life.wrapping_add(1);
        std::mem::take(&mut self.places).into_iter().flatten().map(|sending| sending.waits_for)
    }

    /// The next one that is over and was not told yet.
    pub fn ended(&mut self) -> Option<(Task, CallerOutcome)> {
        self.ended.pop_front()
    }
}
