//! One side of a run: actors, agenda and trace, and the loop that moves them.
//!
//! *Invariant:* [`World::advance`] is the only thing that knows how to run, and it returns after a bounded number of
//! events. A run settles when no job is still to be wanted and nothing that carries a job is under way: no message
//! in flight, no open stay. Heartbeats, polls and timers keep nothing alive.

use std::collections::BTreeSet;

use super::agenda::Agenda;
use super::context::{Context, Core, Event};
use super::levels::Levels;
use super::link::Draws;
use super::open::OpenStay;
use super::repeats::Repeats;
use super::{Actor, DatedFault, Fault, Faults, Input, LinkFault, Phase, Setup, Strikes, Workload};
use crate::rng::Streams;
use crate::time::{Moment, Span};
use crate::trace::{
    ActorId, Ending, Fate, Handled, KindRow, Limit, MarkKind, Outcome, PartId, Slot, StayKind, StepId, Trace,
    WorkOutcome,
};

/// Bounds on a run; meeting one is an outcome, shown as such.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Events handled on one side.
    pub events: u64,
    /// Simulated time.
    pub span: Span,
    /// When the scenario wants it to stop: nothing happens later. It may be never.
    pub stop_at: Moment,
    /// Rows of one side's trace, all kinds together.
    pub rows: u64,
    /// Executions of one part since any part was last settled; more are a loop that settles nothing.
    pub repeats: u32,
}

impl Default for Limits {
    /// What a browser's tab has room for on both sides, and more repetitions than any setting that ends them allows.
    fn default() -> Self {
        Limits {
            events: 4_000_000,
            span: Span::seconds(30 * 24 * 3600),
            stop_at: Moment::NEVER,
            rows: 12_000_000,
            repeats: 10_000,
        }
    }
}

/// Whether there is more to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// There is more to do.
    Running,
    /// The side has ended.
    Ended(Outcome),
}

/// One side of a run.
pub struct World<A: Actor> {
    actors: Vec<A>,
    core: Core<A::Message, A::Timer>,
    faults: Vec<DatedFault>,
    /// For each fault that records a stay, that stay while it is open.
    fault_stays: Vec<Option<OpenStay>>,
    limits: Limits,
    /// The last moment that the limits allow.
    last: Moment,
    ended: Option<Outcome>,
}

impl<A: Actor> World<A> {
    /// A side at the beginning of its run: everybody has started, and the first jobs are about to be wanted.
    pub fn new(setup: Setup<A>, workload: Workload, faults: Vec<DatedFault>, seed: u64, limits: Limits) -> Self {
        let mut workload = workload;
        workload.failures.poison.sort_unstable();
        let mut trace = Trace::new(workload.jobs, workload.parts.len() as u32);
        trace.actors = setup.lanes;
        trace.readers = setup.readers;
        trace.labels = setup.labels;
        trace.kinds = setup.kinds.into_iter().map(KindRow::from).collect();
        trace.bodies = setup.bodies;
        trace.sizes = setup.sizes;
        trace.terms = setup.terms;
        let mut core = Core {
            now: Moment::START,
            agenda: Agenda::new(),
            links: setup.links,
            draws: Draws::default(),
            streams: Streams::new(seed),
            slow_downs: vec![Vec::new(); setup.actors.len()],
            faults: vec![Faults::default(); setup.actors.len()],
            unwanted: workload.jobs,
            next_job: 0,
            settled: 0,
            live: 0,
            step: StepId::NONE,
            step_cause: StepId::NONE,
            step_handled: Handled::Started,
            caller: setup.caller,
            deaths: Vec::new(),
            crash_label: trace.labels.intern("crashed"),
            recovery_label: trace.labels.intern("back"),
            repeats: Repeats::new(trace.parts.len(), limits.repeats),
            claims: BTreeSet::new(),
            levels: Levels::new(&trace.actors),
            workload,
            trace,
        };
        let fault_stays = vec![None; faults.len()];
        for fault in &faults {
            if let Strikes::Links(ends, LinkFault::Loss(_)) = fault.strikes {
                core.links_between(ends).for_each(|link| link.faults.loses_at_times = true);
            }
        }
        let last = limits.stop_at.min(Moment::START + limits.span);
        let mut world = World { actors: setup.actors, core, faults, fault_stays, limits, last, ended: None };
        world.start();
        world
    }

    fn start(&mut self) {
        (0..self.faults.len() as u16).for_each(|index| self.plan(index));
        for index in 0..self.actors.len() {
            self.core.enter(ActorId(index as u16), StepId::NONE, Handled::Started);
            self.deliver(ActorId(index as u16), Input::Started);
        }
        self.core.schedule_first_wants();
    }

    /// Handles at most `budget` events.
    pub fn advance(&mut self, budget: u64) -> Progress {
        for _ in 0..budget {
            if let Some(outcome) = self.ended {
                return Progress::Ended(outcome);
            }
            if let Some(outcome) = self.verdict() {
                self.conclude(outcome);
                continue;
            }
            let (at, (cause, event)) = self.core.agenda.pop().expect("a run without events has a verdict");
            self.core.now = at;
            self.core.trace.events += 1;
            self.handle(cause, event);
        }
        self.ended.map_or(Progress::Running, Progress::Ended)
    }

    fn verdict(&self) -> Option<Outcome> {
        if self.core.unwanted == 0 && self.core.live == 0 {
            return Some(Outcome::Settled);
        }
        // An empty agenda with something still held: nothing will ever move it, so it is as settled as it can be.
        let Some(next) = self.core.agenda.next_moment() else {
            return Some(Outcome::Settled);
        };
        self.limit_met(next).map(Outcome::LimitReached)
    }

    /// The limit that keeps the event at `next` from being handled, if there is one.
    fn limit_met(&self, next: Moment) -> Option<Limit> {
        if self.core.trace.events >= self.limits.events {
            Some(Limit::Events)
        } else if next > self.last {
            Some(if next > self.limits.stop_at { Limit::StopAt } else { Limit::SimulatedTime })
        } else if self.core.repeats.exceeded() {
            Some(Limit::Loop)
        } else if self.core.trace.rows() >= self.limits.rows {
            Some(Limit::Rows)
        } else if !self.core.agenda.has_room() {
            Some(Limit::Agenda)
        } else {
            None
        }
    }

    fn handle(&mut self, cause: StepId, event: Event<A::Message, A::Timer>) {
        match event {
            Event::Want(job) => {
                self.core.want(job, cause);
                self.deliver(self.core.caller, Input::Wanted(job));
            }
            Event::Arrival { message, to, .. } if self.core.faults[to.at()].silences > 0 => self.core.vanish(message),
            Event::Arrival { message, to, body } => {
                self.core.enter(to, cause, Handled::Arrived(message));
                self.core.arrive(message);
                self.deliver(to, Input::Arrived(message, &body));
            }
            Event::Timer { actor, timer } => {
                self.core.enter(actor, cause, Handled::Timer);
                self.deliver(actor, Input::Timer(timer));
            }
            Event::Fault(index, phase) => self.fault(index as usize, phase),
        }
    }

    fn deliver(&mut self, actor: ActorId, input: Input<&A::Message, A::Timer>) {
        let mut context = Context { core: &mut self.core, actor };
        self.actors[actor.at()].handle(input, &mut context);
        let core = &mut self.core;
        core.levels.tell(core.now, actor, &mut core.trace.levels);
        if !core.deaths.is_empty() {
            self.plan_deaths();
        }
    }

    /// Those who killed themselves in the event at hand crash as others do at a date.
    #[cold]
    fn plan_deaths(&mut self) {
        for (actor, span) in std::mem::take(&mut self.core.deaths) {
            let now = self.core.now;
            let strikes = Strikes::Actor(actor, Fault::Crash);
            let death = DatedFault { at: now, until: span.map(|span| now + span), strikes };
            let index = self.faults.len() as u16;
            self.faults.push(death);
            self.fault_stays.push(None);
            self.plan(index);
        }
    }

    fn plan(&mut self, index: u16) {
        let DatedFault { at, until, .. } = self.faults[usize::from(index)];
        self.core.agenda.schedule_early(at, (self.core.step, Event::Fault(index, Phase::Begins)));
        if let Some(until) = until {
            self.core.agenda.schedule_early(until, (self.core.step, Event::Fault(index, Phase::Ends)));
        }
    }

    fn fault(&mut self, index: usize, phase: Phase) {
        self.core.repeats.advance();
        match self.faults[index].strikes {
            Strikes::Actor(actor, fault) => self.actor_fault(index, (actor, fault), phase),
            Strikes::Links(ends, fault) => self.link_fault(ends, fault, phase),
        }
    }

    fn link_fault(&mut self, ends: [ActorId; 2], fault: LinkFault, phase: Phase) {
        let [first, second] = ends;
        self.core.enter(first, StepId::NONE, Handled::Fault);
        let now = self.core.now;
        // Links between the same two have the same faults.
        let (mut in_force, mut broke) = (0, None);
        for link in self.core.links_between(ends) {
            link.faults.count(fault, phase, now);
            in_force = link.faults.of_kind(fault);
            if (phase, in_force) == (Phase::Ends, 0) {
                broke = link.faults.broke(fault).or(broke);
            }
        }
        let trace = &mut self.core.trace;
        let name = &trace.actors[second.at()].name;
        let words = match phase {
            Phase::Begins => fault.words(name),
            Phase::Ends if in_force == 0 => fault.words_at_end(name),
            Phase::Ends => return,
        };
        let label = trace.labels.intern(&words);
        let mut context = Context { core: &mut self.core, actor: first };
        context.mark(MarkKind::Switched, Slot::WHOLE, PartId::NONE, 0, label);
        if let Some(since) = broke {
            self.deliver(first, Input::Severed { from: second, since });
            self.core.enter(second, StepId::NONE, Handled::Fault);
            self.deliver(second, Input::Severed { from: first, since });
        }
    }

    fn actor_fault(&mut self, index: usize, (actor, fault): (ActorId, Fault), phase: Phase) {
        self.core.enter(actor, StepId::NONE, Handled::Fault);
        let faults = &mut self.core.faults[actor.at()];
        faults.count(fault, phase);
        let are_over = faults.are_over();
        let mut context = Context { core: &mut self.core, actor };
        match (phase, fault) {
            (Phase::Begins, Fault::SlowDown { thousandths }) => {
                context.core.slow_downs[actor.at()].push(thousandths);
                self.fault_stays[index] =
                    Some(context.begin_valued(Slot::WHOLE, StayKind::Slow, PartId::NONE, thousandths));
            }
            (Phase::Begins, _) => {
                self.fault_stays[index] = Some(context.begin(Slot::WHOLE, StayKind::Down, PartId::NONE));
                if fault == Fault::Crash {
                    let label = context.core.crash_label;
                    context.mark(MarkKind::Crashed, Slot::WHOLE, PartId::NONE, 0, label);
                }
            }
            (Phase::Ends, _) => {
                if let Fault::SlowDown { thousandths } = fault {
                    let slow_downs = &mut context.core.slow_downs[actor.at()];
                    if let Some(place) = slow_downs.iter().position(|known| *known == thousandths) {
                        slow_downs.remove(place);
                    }
                } else if are_over {
                    let label = context.core.recovery_label;
                    context.mark(MarkKind::Recovered, Slot::WHOLE, PartId::NONE, 0, label);
                }
                if let Some(stay) = self.fault_stays[index].take() {
                    context.end(stay, Ending::Done);
                }
            }
        }
        self.deliver(actor, Input::Fault(fault, phase));
    }

    fn conclude(&mut self, outcome: Outcome) {
        if outcome == Outcome::LimitReached(Limit::StopAt) {
            self.core.now = self.limits.stop_at;
        }
        let trace = &mut self.core.trace;
        trace.outcome = outcome;
        trace.ended = self.core.now;
        // A fault that outlasts its side's run ends when it was to end, and not with whatever is compared to it.
        for (fault, stay) in self.faults.iter().zip(&self.fault_stays) {
            if let (Some(until), Some(stay)) = (fault.until, stay) {
                trace.stays[stay.id().at()].end = until;
            }
        }
        // Only of a part without an outcome is it asked in whose hands it is: to look through all rows takes a while.
        if trace.parts.iter().any(|part| part.outcome == WorkOutcome::Unfinished) {
            lose_what_nobody_has(trace);
        }
        self.ended = Some(outcome);
    }

    /// How far the run is, from 0 to 1: the share of callers and parts that are settled, of the events that may be
    /// handled, or of the time until it is to stop, whichever is most.
    pub fn fraction(&self) -> f64 {
        if self.ended.is_some() {
            return 1.0;
        }
        let trace = &self.core.trace;
        let all = (trace.jobs.len() + trace.parts.len()) as f64;
        let settled = f64::from(self.core.settled) / all;
        let handled = trace.events as f64 / self.limits.events as f64;
        let passed = self.core.now.micros() as f64 / self.limits.stop_at.micros().max(1) as f64;
        settled.max(handled).max(passed).min(1.0)
    }

    /// The record so far. Rows that are open say so.
    pub fn trace(&self) -> &Trace {
        &self.core.trace
    }

    /// The record, whether the run has ended or not.
    pub fn into_trace(self) -> Trace {
        self.core.trace
    }

    /// Runs to the end.
    pub fn finish(mut self) -> Trace {
        while self.advance(u64::MAX) == Progress::Running {}
        self.into_trace()
    }
}

/// Of the parts that were wanted and have no outcome, those are lost that are in nobody's hands and in no message.
fn lose_what_nobody_has(trace: &mut Trace) {
    let mut held = vec![false; trace.parts.len()];
    // What is set aside for good, or lies in a log that is only read, is in nobody's hands.
    for stay in trace.stays.iter().filter(|stay| stay.end == Moment::NEVER && stay.kind.is_live()) {
        if let Some(part) = stay.part.known() {
            held[part.at()] = true;
        }
    }
    for message in trace.messages.iter().filter(|message| message.fate == Fate::InFlight) {
        for part in trace.parts_of(message) {
            held[part.at()] = true;
        }
    }
    for (index, part) in trace.parts.iter_mut().enumerate() {
        let job = index / trace.parts_per_job as usize;
        let wanted = trace.jobs[job].wanted != Moment::NEVER;
        if part.outcome == WorkOutcome::Unfinished && wanted && !held[index] {
            part.outcome = WorkOutcome::Lost;
        }
    }
}
