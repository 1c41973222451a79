//! What an actor can do, and the state of a world that is not its actors.

use std::collections::BTreeSet;

use super::agenda::Agenda;
use super::demand::{Demand, Workload};
use super::levels::Levels;
use super::link::{Draws, Link, LinkId};
use super::open::{OpenStay, TimerId};
use super::parcel::Parcel;
use super::repeats::Repeats;
use super::setup::KindId;
use super::{Faults, Phase};
use crate::rng::{Distribution, Purpose, Streams};
use crate::time::{Moment, Span};
use crate::trace::{
    ActorId, CallerOutcome, Class, Ending, Fate, Handled, JobId, LabelId, LevelKind, LevelRow, MarkKind, MarkRow,
    MessageId, MessageRow, PartId, ReaderId, Slot, StayId, StayKind, StayRow, StepId, StepRow, Trace,
};

/// An entry of the agenda, with the step that put it there beside it.
pub(super) enum Event<M, T> {
    Want(JobId),
    Arrival { message: MessageId, to: ActorId, body: M },
    Timer { actor: ActorId, timer: T },
    Fault(u16, Phase),
}

pub(super) struct Core<M, T> {
    pub(super) now: Moment,
    pub(super) agenda: Agenda<(StepId, Event<M, T>)>,
    pub(super) links: Vec<Link>,
    pub(super) draws: Draws,
    pub(super) streams: Streams,
    /// For each actor, the slow-downs in force: how many thousandths of the usual time work begun now takes. Several
    /// multiply.
    pub(super) slow_downs: Vec<Vec<u32>>,
    /// For each actor, the faults in force.
    pub(super) faults: Vec<Faults>,
    pub(super) workload: Workload,
    pub(super) unwanted: u32,
    /// The next job that a user of a closed workload will think about.
    pub(super) next_job: u32,
    /// Callers that are done with their job, and parts whose work has an outcome.
    pub(super) settled: u32,
    /// Messages in flight and open stays that carry a job.
    pub(super) live: u64,
    /// The row of the event being handled, or none while it has brought nothing about.
    pub(super) step: StepId,
    pub(super) step_cause: StepId,
    pub(super) step_handled: Handled,
    pub(super) caller: ActorId,
    /// Who kills its own process in the event at hand, and for how long.
    pub(super) deaths: Vec<(ActorId, Option<Span>)>,
    pub(super) crash_label: LabelId,
    pub(super) recovery_label: LabelId,
    pub(super) repeats: Repeats,
    /// The parts that somebody has claimed.
    pub(super) claims: BTreeSet<PartId>,
    pub(super) levels: Levels,
    pub(super) trace: Trace,
}

impl<M, T> Core<M, T> {
    pub(super) fn enter(&mut self, actor: ActorId, cause: StepId, handled: Handled) {
        self.step = StepId::NONE;
        self.step_cause = cause;
        self.step_handled = handled;
        if matches!(handled, Handled::Arrived(_) | Handled::Wanted(_)) {
            self.step(actor);
        }
    }

    /// The row of the event being handled, written now if it is not there yet: a timer that turns out to be stale
    /// leaves none.
    // Asked for with every row: the page is built for size, and would call a function each time.
    #[inline(always)]
    fn step(&mut self, actor: ActorId) -> StepId {
        if self.step == StepId::NONE {
            self.write_step(actor);
        }
        self.step
    }

    fn write_step(&mut self, actor: ActorId) {
        self.step = StepId::from_index(self.trace.steps.len() as u32);
        let row = StepRow { at: self.now, cause: self.step_cause, handled: self.step_handled, actor };
        self.trace.steps.push(row);
    }

    pub(super) fn links_between(&mut self, ends: [ActorId; 2]) -> impl Iterator<Item = &mut Link> {
        self.links.iter_mut().filter(move |link| link.is_between(ends))
    }

    pub(super) fn schedule_first_wants(&mut self) {
        if let Demand::Closed { users, .. } = self.workload.demand {
            for _ in 0..users.min(self.workload.jobs) {
                self.schedule_thought();
            }
        } else {
            self.schedule_want(JobId::from_index(0), None);
        }
    }

    fn schedule_want(&mut self, job: JobId, previous: Option<Moment>) {
        if job.index() < self.workload.jobs
            && let Some(at) = self.workload.demand.next(&self.streams, job, previous)
        {
            self.agenda.schedule(at, (StepId::NONE, Event::Want(job)));
        }
    }

    /// A user begins to think about the next job, if there is one left.
    fn schedule_thought(&mut self) {
        let job = JobId::from_index(self.next_job);
        if job.index() < self.workload.jobs
            && let Demand::Closed { think, .. } = &self.workload.demand
        {
            self.next_job += 1;
            let at = self.now + think.draw(&self.streams, Purpose::Think, 0, job.index(), 0);
            let cause = self.step;
            self.agenda.schedule(at, (cause, Event::Want(job)));
        }
    }

    pub(super) fn want(&mut self, job: JobId, cause: StepId) {
        let part = self.trace.first_part(job);
        self.enter(self.caller, cause, Handled::Wanted(part));
        self.unwanted -= 1;
        self.trace.jobs[job.at()].wanted = self.now;
        self.schedule_want(JobId::from_index(job.index() + 1), Some(self.now));
    }

    pub(super) fn arrive(&mut self, message: MessageId) {
        let row = &mut self.trace.messages[message.at()];
        row.arrived = self.now;
        row.fate = Fate::Delivered;
        self.landed(message);
    }

    /// The message reached a party that hears nothing: it is as good as lost.
    pub(super) fn vanish(&mut self, message: MessageId) {
        self.trace.messages[message.at()].fate = Fate::Lost;
        self.landed(message);
    }

    #[inline(always)]
    fn landed(&mut self, message: MessageId) {
        if self.keeps_alive(&self.trace.messages[message.at()]) {
            self.live -= 1;
        }
    }

    /// Whether a message in flight means that something is still to happen.
    #[inline(always)]
    fn keeps_alive(&self, message: &MessageRow) -> bool {
        message.part != PartId::NONE && self.trace.kinds[message.kind as usize].class != Class::Background
    }
}

impl OpenStay {
    /// The stay, which that timer, and no earlier one, is to end if nothing ends it before. Ending the stay cancels the
    /// timer.
    pub fn until<M: Clone, T>(self, span: Span, timer: impl Into<T>, context: &mut Context<'_, M, T>) -> OpenStay {
        context.put_off(self, span, timer.into())
    }
}

/// What an actor acts through.
pub struct Context<'a, M, T> {
    pub(super) core: &'a mut Core<M, T>,
    pub(super) actor: ActorId,
}

impl<M: Clone, T> Context<'_, M, T> {
    /// The moment at which the input is handled.
    pub fn now(&self) -> Moment {
        self.core.now
    }

    /// The faults in force at this actor.
    pub fn faults(&self) -> Faults {
        self.core.faults[self.actor.at()]
    }

    /// Whether this actor takes nothing now.
    pub fn is_out(&self) -> bool {
        self.faults().outages > 0
    }

    /// This actor's process dies at this moment, before anything else happens, and is back after `span`, if ever: a
    /// crash that no date can hit.
    pub fn dies(&mut self, span: Option<Span>) {
        self.core.deaths.push((self.actor, span));
    }

    /// At whom a link ends.
    pub fn end_of<B>(&self, link: LinkId<B>) -> ActorId {
        self.core.links[link.0 as usize].to
    }

    /// The first of a job's parts.
    pub fn first_part(&self, job: JobId) -> PartId {
        self.core.trace.first_part(job)
    }

    /// The job that a part belongs to.
    pub fn job_of(&self, part: PartId) -> JobId {
        self.core.trace.job_of(part)
    }

    /// The part with that number, from 0, of the job that `part` belongs to.
    pub fn sibling(&self, part: PartId, number: u16) -> PartId {
        PartId::from_index(self.first_part(self.job_of(part)).index() + u32::from(number))
    }

    /// How many parts a job has.
    pub fn parts_per_job(&self) -> u32 {
        self.core.trace.parts_per_job
    }

    #[inline(always)]
    fn step(&mut self) -> StepId {
        self.core.step(self.actor)
    }

    /// Sends a message. It arrives after the link's latency, or is lost, which nobody is told.
    pub fn send<B: Into<M>>(&mut self, parcel: Parcel<B>, body: B) -> MessageId {
        self.send_any(parcel.of_any(), body.into())
    }

    /// The same whatever the message is of, so that its code is there once.
    #[inline(never)]
    fn send_any(&mut self, parcel: Parcel<M>, body: M) -> MessageId {
        let cause = self.step();
        let core = &mut *self.core;
        let now = core.now;
        let link = &mut core.links[parcel.link.0 as usize];
        debug_assert_eq!(link.from, self.actor, "an actor sends over its own links");
        let (kind, label) = parcel.word;
        debug_assert!(
            core.trace.sizes.of(kind.0, label).is_some(),
            "{:?} has a size",
            core.trace.kinds[kind.0 as usize]
        );
        let part = core.trace.first_carried(parcel.part);
        let draw = core.draws.next(link, part, parcel.attempt, (parcel.from_slot, parcel.to_slot));
        let (arrival, arrives) = link.carry(now, &core.streams, draw);
        let to = link.to;
        let message = MessageId::from_index(core.trace.messages.len() as u32);
        let row = MessageRow {
            sent: now,
            arrived: Moment::NEVER,
            latency: arrival.since(now),
            cause,
            reply_to: parcel.reply_to,
            part: parcel.part,
            from: self.actor,
            to,
            from_slot: parcel.from_slot,
            to_slot: parcel.to_slot,
            label,
            attempt: parcel.attempt,
            kind: kind.0,
            fate: if arrives { Fate::InFlight } else { Fate::Lost },
        };
        core.trace.messages.push(row);
        if arrives {
            core.live += u64::from(core.keeps_alive(&row));
            core.agenda.schedule(arrival, (cause, Event::Arrival { message, to, body: body.clone() }));
            let link = &mut core.links[parcel.link.0 as usize];
            if let Some(arrival) = link.carry_again(now, &core.streams, draw) {
                let copy = MessageId::from_index(core.trace.messages.len() as u32);
                core.trace.messages.push(MessageRow { latency: arrival.since(now), ..row });
                core.live += u64::from(core.keeps_alive(&row));
                core.agenda.schedule(arrival, (cause, Event::Arrival { message: copy, to, body }));
            }
        }
        message
    }

    /// Who sent a message.
    pub fn sender(&self, message: MessageId) -> ActorId {
        self.core.trace.messages[message.at()].from
    }

    /// The parts that a message carries.
    pub fn parts_of(&self, message: MessageId) -> &[PartId] {
        self.core.trace.parts_of(&self.core.trace.messages[message.at()])
    }

    /// What a message carries as one number for a [`Parcel`], for an answer about the same.
    pub fn part_of(&self, message: MessageId) -> PartId {
        self.core.trace.messages[message.at()].part
    }

    /// The parts for which such a number stands.
    pub fn parts_in<'a>(&'a self, load: &'a PartId) -> &'a [PartId] {
        self.core.trace.parts_in(load)
    }

    /// Several parts as one number for a [`Parcel`].
    pub fn batch(&mut self, parts: Vec<PartId>) -> PartId {
        self.core.trace.batch(parts)
    }

    /// The message that just arrived was turned away.
    pub fn refuse(&mut self, message: MessageId) {
        self.core.trace.messages[message.at()].fate = Fate::Refused;
    }

    /// The message that just arrived is of no use: nobody waits for it any more.
    pub fn too_late(&mut self, message: MessageId) {
        self.core.trace.messages[message.at()].fate = Fate::Late;
    }

    /// The message that arrived earlier turns out to be of this kind and about `part`: a poll that found something.
    pub fn turns_out(&mut self, message: MessageId, kind: KindId, part: PartId) {
        let row = &mut self.core.trace.messages[message.at()];
        debug_assert!(row.arrived != Moment::NEVER, "what is still under way is counted as what it was sent as");
        row.kind = kind.0;
        row.part = part;
    }

    /// The message that just arrived ended at this slot.
    pub fn land(&mut self, message: MessageId, slot: Slot) {
        self.core.trace.messages[message.at()].to_slot = slot;
    }

    /// Wakes this actor after `span`, unless the timer is cancelled. A timer alone keeps no run alive: hold a stay for
    /// what it is about.
    pub fn set_timer(&mut self, span: Span, timer: impl Into<T>) -> TimerId {
        self.set_any_timer(span, timer.into())
    }

    #[inline(never)]
    fn set_any_timer(&mut self, span: Span, timer: T) -> TimerId {
        let cause = self.step();
        let at = self.core.now + span;
        TimerId(self.core.agenda.schedule(at, (cause, Event::Timer { actor: self.actor, timer })))
    }

    #[inline(never)]
    pub(super) fn put_off(&mut self, stay: OpenStay, span: Span, timer: T) -> OpenStay {
        self.cancel(stay.timer);
        OpenStay { timer: Some(self.set_any_timer(span, timer)), ..stay }
    }

    /// What the timer was set for is over: it will not ring. One that has rung may be cancelled as well, and none at all.
    pub fn cancel(&mut self, timer: impl Into<Option<TimerId>>) {
        if let Some(TimerId(entry)) = timer.into() {
            self.core.agenda.cancel(entry);
        }
    }

    /// A stay begins.
    pub fn begin(&mut self, slot: Slot, kind: StayKind, part: PartId) -> OpenStay {
        self.begin_valued(slot, kind, part, 0)
    }

    /// A stay begins, with a number whose meaning its kind gives.
    pub fn begin_valued(&mut self, slot: Slot, kind: StayKind, part: PartId, value: u32) -> OpenStay {
        let cause = self.step();
        if part != PartId::NONE && kind.is_live() {
            self.core.live += 1;
        }
        self.core.levels.more(self.actor, slot, kind);
        let stays = &mut self.core.trace.stays;
        stays.push(StayRow {
            begin: self.core.now,
            end: Moment::NEVER,
            cause,
            part,
            value,
            actor: self.actor,
            slot,
            kind,
            ending: Ending::Open,
        });
        OpenStay { stay: StayId::from_index((stays.len() - 1) as u32), timer: None }
    }

    /// A stay ends, and the timer that was to end it does not ring.
    pub fn end(&mut self, OpenStay { stay, timer }: OpenStay, ending: Ending) {
        self.step();
        self.cancel(timer);
        let row = &mut self.core.trace.stays[stay.at()];
        debug_assert_eq!(row.end, Moment::NEVER, "a stay ends once");
        row.end = self.core.now;
        row.ending = ending;
        self.core.levels.less(row.actor, row.slot, row.kind);
        if row.part != PartId::NONE && row.kind.is_live() {
            self.core.live -= 1;
        }
    }

    /// The new value of a level that counts no stays; rows that change nothing are the actor's to leave out.
    pub fn level(&mut self, slot: Slot, kind: LevelKind, value: u32) {
        self.level_of(ReaderId::NONE, slot, kind, value);
    }

    /// The new value of a level that each reader of a log has for itself.
    pub fn level_of(&mut self, reader: ReaderId, slot: Slot, kind: LevelKind, value: u32) {
        let row = LevelRow { at: self.core.now, value, actor: self.actor, slot, reader, kind };
        self.core.trace.levels.push(row);
    }

    /// Writes down a dated fact; what `value` counts, the kind says.
    pub fn mark(&mut self, kind: MarkKind, slot: Slot, part: PartId, value: u64, label: LabelId) {
        let cause = self.step();
        let row = MarkRow { at: self.core.now, value, part, cause, actor: self.actor, slot, label, kind };
        self.core.trace.marks.push(row);
    }

    /// How long the work of `part` takes here and now: the same on every attempt and on both sides, unless this
    /// actor is slow.
    pub fn work(&self, part: PartId) -> Span {
        let core = &*self.core;
        let index = part.index() % core.trace.parts_per_job;
        let span = core.workload.parts[index as usize].draw(&core.streams, Purpose::Work, 0, part.index(), 0);
        self.takes(span)
    }

    /// How long something that usually takes `span` takes here and now.
    pub fn takes(&self, span: Span) -> Span {
        let mut micros = span.as_micros();
        for thousandths in &self.core.slow_downs[self.actor.at()] {
            micros = micros.saturating_mul(u64::from(*thousandths)) / 1000;
        }
        Span::micros(micros)
    }

    /// A length of time that belongs to `part`, beside its work: a look-up, a callback. `place` tells the several of
    /// a part apart, from one; nought is the work itself.
    pub fn draw(&self, distribution: &Distribution, place: u8, part: PartId) -> Span {
        distribution.draw(&self.core.streams, Purpose::Work, place, part.index(), 0)
    }

    /// A span of a protocol's own for `part` and `turn`.
    pub fn span(&self, distribution: &Distribution, purpose: Purpose, part: PartId, turn: u32) -> Span {
        distribution.draw(&self.core.streams, purpose, 0, part.index(), turn)
    }

    /// A number in [0, 1) for `part` and `turn`.
    pub fn chance(&self, purpose: Purpose, part: PartId, turn: u32) -> f64 {
        self.core.streams.unit(purpose, 0, part.index(), turn)
    }

    /// Responsibility for the job was taken from its caller.
    pub fn accepts(&mut self, job: JobId) {
        let now = self.core.now;
        let row = &mut self.core.trace.jobs[job.at()];
        row.accepted = row.accepted.min(now);
    }

    /// The caller is done with the job: it holds the answer, handed over, or gave up. A user of a closed workload
    /// now begins to think. Only the first word counts, except that an answer may follow an acceptance.
    pub fn settles(&mut self, job: JobId, outcome: CallerOutcome) {
        let now = self.core.now;
        let row = &mut self.core.trace.jobs[job.at()];
        let first = row.caller == CallerOutcome::Waiting;
        if outcome == CallerOutcome::Answered && (first || row.caller == CallerOutcome::Accepted) {
            row.answered = now;
            row.accepted = row.accepted.min(now);
            row.caller = outcome;
        }
        if !first {
            return;
        }
        row.caller = outcome;
        row.settled = now;
        self.core.settled += 1;
        if outcome == CallerOutcome::Accepted {
            row.accepted = row.accepted.min(now);
        }
        if matches!(self.core.workload.demand, Demand::Closed { .. }) {
            self.step();
            self.core.schedule_thought();
        }
    }
}
