//! What holds of every input and of every run: the properties that tests and the fuzzer look at.
//!
//! The tests call them on random scenarios (`properties`, `mangled`), and the fuzzer (`fuzz/`) on whatever it makes of its
//! corpus. So a property that is added here is looked at by all of them.
//!
//! *Invariant:* nothing here asks which protocol it was, nor how the scenario came about.

use std::collections::{BTreeMap, BTreeSet};

use counterpoint::desk::{Order, Panel, Report};
use counterpoint::engine::{Limits, Progress};
use counterpoint::metrics::{Metrics, RULES, slot_times};
use counterpoint::render::{self, json, mermaid, summary::summaries, svg, text};
use counterpoint::scenario::{Played, Problem, Run, Scenario};
use counterpoint::scene::{View, layout};
use counterpoint::story;
use counterpoint::studio::Studio;
use counterpoint::time::Moment;
use counterpoint::trace::{
    ActorId, CallerOutcome, Class, Drawing, Duty, Fate, Handled, JobId, LevelKind, MessageId, MessageRow, Outcome,
    PartId, Slot, StayKind, StayRow, StepId, Trace, WorkOutcome,
};

/// Whether a property held, and if not, what was seen instead.
pub type Held = Result<(), String>;

macro_rules! ensure {
    ($holds:expr) => { ensure!($holds, "{}", stringify!($holds)) };
    ($holds:expr, $($said:tt)+) => { if !$holds { return Err(format!($($said)+)); } };
}

macro_rules! ensure_eq {
    ($one:expr, $other:expr) => { ensure_eq!($one, $other, "{}", stringify!($one)) };
    ($one:expr, $other:expr, $($said:tt)+) => {
        match (&$one, &$other) {
            (one, other) => ensure!(one == other, "{one:?} is not {other:?}: {}", format!($($said)+)),
        }
    };
}

/// What became of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It was refused, in one line.
    Refused,
    /// It was run, and everything was looked at.
    Played,
    /// It is too large to be looked at in full, and was only begun.
    Begun,
}

/// The most jobs of which everything is looked at: reports and pictures take time for each.
const MOST_JOBS: usize = 500;
/// Where a run that is looked at is stopped.
const EVENTS: u64 = 2_000;
/// The longest error, in bytes.
const LONGEST_ERROR: usize = 2_000;
/// The most shapes of a picture.
const MOST_SHAPES: usize = 12_000;

/// Looks at an input as the program does: a JSON object is a scenario, all else a link.
pub fn look_at(input: &str) -> Result<Seen, String> {
    if input.trim_start_matches('\u{FEFF}').trim_start().starts_with('{') { scenario(input) } else { link(input) }
}

/// A scenario is refused in one line, or it reads back as it is written and everything holds of its run.
pub fn scenario(json: &str) -> Result<Seen, String> {
    let scenario = match Scenario::from_json(json) {
        Ok(scenario) => scenario,
        Err(problem) => return is_told_well(&problem).map(|()| Seen::Refused),
    };
    let written = scenario.to_value();
    let again =
        Scenario::from_json(&written.to_string()).map_err(|problem| format!("written, it is refused: {problem}"))?;
    ensure_eq!(again, scenario, "the scenario as it was written");
    let parts = scenario.head.workload.parts.len().max(1);
    if scenario.head.workload.jobs as usize * parts > MOST_JOBS {
        Run::with_limits(scenario, Limits { events: EVENTS, ..Limits::default() }).advance(1_000);
        return Ok(Seen::Begun);
    }
    let played = play(&scenario);
    ensure_eq!(json::report(&played, None), json::report(&play(&again), None), "same seed, same bytes");
    run(&played)?;
    Ok(Seen::Played)
}

fn play(scenario: &Scenario) -> Played {
    let mut run = Run::with_limits(scenario.clone(), Limits { events: EVENTS, ..Limits::default() });
    while run.advance(u64::MAX) == Progress::Running {}
    run.into_played()
}

/// Everything that holds of a run.
pub fn run(played: &Played) -> Held {
    sound(played)?;
    every_run_has_a_verdict_and_can_be_told(played)?;
    the_picture_is_bounded_and_well_formed(played)
}

/// What holds of the rows of a run and of its numbers, in a time that grows as they do. (The story of every job does not.)
pub fn sound(played: &Played) -> Held {
    for side in &played.sides {
        let trace = &side.trace;
        time_never_goes_back(trace)?;
        nothing_arrives_that_was_not_sent_and_nothing_twice(trace)?;
        every_row_is_caused_by_the_step_of_its_moment(trace)?;
        // A side of any parties may leave out a part that its messages carry, and no row says so.
        match side.protocol.as_str() {
            "system" => every_job_ends_in_one_way(trace)?,
            _ => every_job_ends_in_one_way_for_its_caller_and_its_work_in_one_way(trace)?,
        }
        a_settled_run_has_nothing_on_its_way(trace)?;
        the_area_under_every_level_is_the_sum_of_its_stays(trace)?;
        a_slot_does_one_thing_at_a_time(trace)?;
    }
    the_numbers_agree_with_each_other(played)
}

fn is_told_well(problem: &Problem) -> Held {
    is_one_short_line(&problem.to_string())?;
    ensure!(!problem.sentence.is_empty(), "an error says nothing");
    Ok(())
}

/// An error is one short line, whatever it quotes.
fn is_one_short_line(told: &str) -> Held {
    ensure!(told.len() <= LONGEST_ERROR, "an error of {} bytes: {told}", told.len());
    let breaks = |c: char| c.is_control() || ('\u{2028}'..='\u{202E}').contains(&c);
    ensure!(!told.contains(breaks), "an error is not one line: {told:?}");
    Ok(())
}

/// A link opens something whatever it says, and the link to that opens the same.
pub fn link(text: &str) -> Result<Seen, String> {
    let mut studio = Studio::default();
    let panel = panel(studio.take(1, Order::Follow(text.to_owned())))?;
    let mut other = Studio::default();
    let again = self::panel(other.take(1, Order::Follow(panel.address.clone())))?;
    ensure_eq!(again.link_problem, None, "the link of the page itself, {:?}", panel.address);
    ensure_eq!(other.wish().scenario, studio.wish().scenario, "the scenario of the page's link {:?}", panel.address);
    // What a dial offers may be refused, in words, but it can be asked for.
    for dial in &panel.dials {
        for stop in [0, dial.last_stop / 2, dial.last_stop, u32::MAX] {
            self::panel(other.take(2, Order::Turn { path: dial.path.clone(), stop }))?;
        }
        self::panel(other.take(3, Order::Type { path: dial.path.clone(), text: dial.text.clone() }))?;
    }
    studio.advance(1_000);
    Ok(if panel.link_problem.is_some() { Seen::Refused } else { Seen::Begun })
}

fn panel(report: Report) -> Result<Panel, String> {
    let Report::Taken { panel, .. } = report else {
        return Err("an order is answered by how things stand".to_owned());
    };
    panel.link_problem.iter().try_for_each(|told| is_one_short_line(told))?;
    panel.refusals.iter().try_for_each(|refusal| is_one_short_line(&refusal.sentence))?;
    Ok(panel)
}

fn the_picture_is_bounded_and_well_formed(played: &Played) -> Held {
    let head = &played.scenario.head;
    // Any width will do; the seed makes it another one for another scenario.
    let width = [390, 800, 1200, 1600][head.seed as usize % 4];
    let lit = head.view.job.map(|number| Some(JobId::from_index(number - 1)));
    for selection in std::iter::once(None).chain(lit) {
        let view = View { width, from: head.view.from, to: head.view.to, selection, ..View::default() };
        let scene = layout(&played.sides, &view);
        let shapes = scene.shapes().count();
        ensure!(shapes <= MOST_SHAPES, "{shapes} shapes at {width}");
        let options =
            svg::Options { title: head.title.clone(), description: head.look_for.clone(), ..Default::default() };
        let document = svg::document(&scene, &options);
        if let Err(error) = roxmltree::Document::parse(&document) {
            return Err(format!("the picture is not XML: {error}"));
        }
    }
    Ok(())
}

fn jobs(trace: &Trace) -> impl Iterator<Item = JobId> + use<> {
    (0..trace.jobs.len() as u32).map(JobId::from_index)
}

pub fn time_never_goes_back(trace: &Trace) -> Held {
    let ordered = |moments: &[Moment]| moments.is_sorted() && moments.last().is_none_or(|at| *at <= trace.ended);
    ensure!(ordered(&trace.steps.iter().map(|row| row.at).collect::<Vec<_>>()), "steps");
    ensure!(ordered(&trace.messages.iter().map(|row| row.sent).collect::<Vec<_>>()), "messages");
    ensure!(ordered(&trace.stays.iter().map(|row| row.begin).collect::<Vec<_>>()), "stays");
    ensure!(ordered(&trace.levels.iter().map(|row| row.at).collect::<Vec<_>>()), "levels");
    ensure!(ordered(&trace.marks.iter().map(|row| row.at).collect::<Vec<_>>()), "marks");
    for stay in &trace.stays {
        // A fault ends when it is to end, also where that is after its side's run.
        let may_outlast = matches!(stay.kind, StayKind::Down | StayKind::Slow);
        let within = stay.begin <= stay.end && (stay.end <= trace.ended || may_outlast);
        ensure!(stay.end == Moment::NEVER || within, "{:?}", stay);
    }
    Ok(())
}

pub fn nothing_arrives_that_was_not_sent_and_nothing_twice(trace: &Trace) -> Held {
    let mut arrived = BTreeSet::new();
    for step in &trace.steps {
        if let Handled::Arrived(id) = step.handled {
            let message = &trace.messages[id.at()];
            ensure!(arrived.insert(id), "{:?} arrives twice", message);
            ensure_eq!((step.at, step.actor), (message.arrived, message.to));
            ensure_eq!(step.cause, message.cause);
            ensure_eq!(message.sent + message.latency, message.arrived);
        }
    }
    for (index, message) in trace.messages.iter().enumerate() {
        let landed = matches!(message.fate, Fate::Delivered | Fate::Refused | Fate::Late);
        ensure_eq!(landed, arrived.contains(&MessageId::from_index(index as u32)), "{:?}", message);
        ensure_eq!(landed, message.arrived != Moment::NEVER, "{:?}", message);
        if let Some(asked) = message.reply_to.known() {
            let asked = &trace.messages[asked.at()];
            ensure!(asked.arrived <= message.sent && asked.to == message.from, "{:?}", message);
        }
    }
    Ok(())
}

pub fn every_row_is_caused_by_the_step_of_its_moment(trace: &Trace) -> Held {
    let at = |cause: StepId| trace.steps[cause.at()].at;
    let known = |cause: StepId| cause.at() < trace.steps.len();
    for message in &trace.messages {
        ensure!(known(message.cause) && at(message.cause) == message.sent, "{:?}", message);
    }
    for stay in &trace.stays {
        ensure!(known(stay.cause) && at(stay.cause) == stay.begin, "{:?}", stay);
    }
    for mark in &trace.marks {
        ensure!(known(mark.cause) && at(mark.cause) == mark.at, "{:?}", mark);
    }
    for (index, step) in trace.steps.iter().enumerate() {
        ensure!(step.cause == StepId::NONE || step.cause.at() < index, "{:?}", step);
    }
    Ok(())
}

pub fn every_job_ends_in_one_way_for_its_caller_and_its_work_in_one_way(trace: &Trace) -> Held {
    every_job_ends_in_one_way(trace)?;
    for number in asked_of_a_worker(trace) {
        // What a cache answers, and a part that no queue is bound for, is asked of nobody.
        let part = &trace.parts[number.at()];
        let is_done = part.outcome == WorkOutcome::Done;
        ensure!(!is_done || part.executions > 0, "part {number:?} is done, and nobody worked on it");
    }
    Ok(())
}

fn every_job_ends_in_one_way(trace: &Trace) -> Held {
    // It is of the whole run, and looked at for each of its jobs.
    let someone_waits = trace.jobs.iter().any(|row| row.wanted != Moment::NEVER && row.settled == Moment::NEVER);
    for job in jobs(trace) {
        let row = &trace.jobs[job.at()];
        let finished = trace.finished(job);
        ensure_eq!(row.caller == CallerOutcome::Waiting, row.settled == Moment::NEVER, "{:?}", row);
        ensure_eq!(row.caller == CallerOutcome::Answered, row.answered != Moment::NEVER, "{:?}", row);
        if matches!(row.caller, CallerOutcome::Answered | CallerOutcome::Accepted) {
            ensure!(row.wanted <= row.accepted && row.accepted <= row.settled, "{:?}", row);
        }
        let is_over = matches!(trace.work_outcome(job), WorkOutcome::Done | WorkOutcome::Excused);
        ensure_eq!(is_over, finished.is_some());
        ensure!(finished.is_none_or(|at| row.wanted <= at));
        ensure!(trace.parts_of_job(job).iter().all(|part| part.effects <= part.executions));
        // A user who waits for ever wants nothing more.
        if trace.outcome == Outcome::Settled && row.wanted == Moment::NEVER {
            ensure!(someone_waits, "{:?} was never wanted", job);
        }
    }
    Ok(())
}

/// The parts that a message brought to a worker.
fn asked_of_a_worker(trace: &Trace) -> BTreeSet<PartId> {
    let brought = trace.messages.iter().filter(|message| {
        let to_worker = trace.actor(message.to).duty == Duty::Worker && trace.actor(message.from).duty != Duty::Worker;
        to_worker && message.fate == Fate::Delivered && trace.kind(message).class == Class::Payload
    });
    brought.flat_map(|message| trace.parts_of(message).to_vec()).collect()
}

/// What a settled run leaves open, nothing can ever move; whoever still waits does so for something that was lost.
pub fn a_settled_run_has_nothing_on_its_way(trace: &Trace) -> Held {
    let carries_a_job = |message: &&counterpoint::trace::MessageRow| {
        trace.kind(message).class != Class::Background && !trace.parts_of(message).is_empty()
    };
    let flying = trace.messages.iter().filter(carries_a_job).any(|message| message.fate == Fate::InFlight);
    ensure!(trace.outcome.limit().is_some() || !flying);
    Ok(())
}

/// Little's law, in integers: the area under a level is the sum of the stays that it counts. Of a log it is the number of
/// records before each reader, which stays alone do not say; the brokers' own properties look at that.
pub fn the_area_under_every_level_is_the_sum_of_its_stays(trace: &Trace) -> Held {
    levels_have_the_areas_of_their_stays(trace, |actor| trace.actor(actor).drawing != Drawing::Tracks)
}

/// The same at some lanes.
pub fn levels_have_the_areas_of_their_stays(trace: &Trace, is_looked_at: impl Fn(ActorId) -> bool) -> Held {
    let mut areas: BTreeMap<(ActorId, Slot, StayKind), (u64, Moment, u64)> = BTreeMap::new();
    // Of these there must be a level, or the law would hold of nothing.
    let is_log = |actor: ActorId| trace.actor(actor).drawing == Drawing::Tracks;
    for stay in trace.stays.iter().filter(|stay| stay.kind.has_level() && !is_log(stay.actor)) {
        // A broker of several queues has a level for each of them; all other lanes have one for all of their slots.
        let lane = trace.actor(stay.actor);
        let slot = if lane.drawing == Drawing::River && lane.slots > 1 { stay.slot } else { Slot::WHOLE };
        areas.entry((stay.actor, slot, stay.kind)).or_insert((0, Moment::START, 0));
    }
    for level in trace.levels.iter().filter(|level| is_looked_at(level.actor)) {
        if let LevelKind::Stays(kind) = level.kind {
            let (area, since, value) = areas.entry((level.actor, level.slot, kind)).or_insert((0, Moment::START, 0));
            *area += *value * level.at.since(*since).as_micros();
            (*since, *value) = (level.at, u64::from(level.value));
        }
    }
    for ((actor, slot, kind), (area, since, value)) in areas {
        let area = area + value * trace.ended.since(since).as_micros();
        let counted =
            |stay: &&StayRow| stay.actor == actor && stay.kind == kind && (slot == Slot::WHOLE || stay.slot == slot);
        let stays = trace.stays.iter().filter(counted);
        let sum: u64 = stays.map(|stay| stay.end.min(trace.ended).since(stay.begin).as_micros()).sum();
        ensure_eq!(area, sum, "{:?} at {}", kind, trace.actor(actor).name);
    }
    Ok(())
}

pub fn a_slot_does_one_thing_at_a_time(trace: &Trace) -> Held {
    let mut last: BTreeMap<(ActorId, Slot, StayKind), Moment> = BTreeMap::new();
    for stay in &trace.stays {
        if matches!(stay.kind, StayKind::Busy | StayKind::Blocked | StayKind::Polling) {
            ensure!(stay.slot.0 < trace.actor(stay.actor).slots, "{:?}", stay);
            let free = last.insert((stay.actor, stay.slot, stay.kind), stay.end).unwrap_or(Moment::START);
            ensure!(free <= stay.begin, "{:?} begins before {:?}", stay, free);
        }
    }
    Ok(())
}

pub fn the_numbers_agree_with_each_other(played: &Played) -> Held {
    for (side, summary) in played.sides.iter().zip(summaries(played)) {
        let m: &Metrics = &summary.metrics;
        ensure_eq!(m.answered + m.accepted + m.failed + m.waiting, m.jobs);
        ensure_eq!(m.done + m.excused + m.dead_lettered + m.lost + m.unfinished, m.jobs);
        let places = [m.working_us, m.backlog_us, m.pool_us, m.accept_queue_us, m.broker_us, m.network_us];
        ensure_eq!(places.iter().sum::<u64>() + m.retry_us + m.resting_us + m.silence_us, m.job_time_us);
        let lives = jobs(&side.trace).map(|job| shortest_life(&side.trace, job, played.ended())).sum::<u64>();
        ensure!(lives <= m.job_time_us, "{} < {}", m.job_time_us, lives);
        // A caller, and a clock of a service, can do a part as well, and neither is one of the workers.
        let busy = slot_times(&side.trace, played.ended()).iter().map(|[busy, _]| busy).sum::<u64>();
        ensure!(m.working_us <= busy || m.jobs == 0);
        ensure!(m.busy_us <= busy, "{} < {}", busy, m.busy_us);
        for share in [m.blocked_share, m.worker_use, m.waiting_share].into_iter().flatten() {
            ensure!((0.0..=1.0).contains(&share), "{}", share);
        }
        ensure!(m.useful + m.late <= m.answered + m.accepted);
        // Who answers before the work, or in its place, answers for more than is done.
        let trace = &side.trace;
        let is_hollow = |job: JobId| trace.jobs[job.at()].answered != Moment::NEVER && trace.finished(job).is_none();
        ensure!(m.goodput_per_s <= m.throughput_per_s + 1e-9 || jobs(trace).any(is_hollow));
        ensure!(m.executed_twice <= m.executions && m.effects_twice <= m.executed_twice);
    }
    Ok(())
}

pub fn every_run_has_a_verdict_and_can_be_told(played: &Played) -> Held {
    for summary in summaries(played) {
        let verdicts = &summary.verdicts;
        ensure!(!verdicts.is_empty());
        let place = |rule: &str| RULES.iter().position(|known| known.name == rule).unwrap();
        ensure!(verdicts.windows(2).all(|two| place(two[0].rule) < place(two[1].rule)));
        for verdict in verdicts {
            ensure!(verdict.text.ends_with('.') && !verdict.text.contains("  "), "{}", verdict.text);
            ensure!(verdict.at.is_none_or(|at| at <= played.ended()), "{:?}", verdict);
        }
    }
    let mut told = Vec::new();
    render::story::write(&mut told, played, render::story::Window::WHOLE).unwrap();
    text::write(&mut told, played, None).unwrap();
    ensure!(mermaid::run(played, None).matches("sequenceDiagram").count() == 1);
    for side in &played.sides {
        for job in jobs(&side.trace).filter(|job| side.trace.jobs[job.at()].wanted != Moment::NEVER) {
            let lines = story::job(&side.trace, job);
            ensure!(lines.is_sorted_by_key(|line| line.at), "{:?}", lines);
            // A worker may have asked for work before there was any, as by a poll of SQS; nothing else comes before.
            let wanted = side.trace.jobs[job.at()].wanted;
            let first = lines.iter().find(|line| line.at >= wanted);
            ensure!(first.is_some_and(|line| line.text == "wanted"), "{:?}", lines);
            let asked_before = |message: &MessageRow| {
                side.trace.actor(message.from).duty == Duty::Worker
                    && message.sent < wanted
                    && side.trace.jobs_of(message).contains(&job)
            };
            let is_first = lines[0].text == "wanted" || side.trace.messages.iter().any(asked_before);
            ensure!(is_first, "{:?}", lines);
        }
    }
    Ok(())
}

/// A job lives at least until its caller is done with it and its work is done.
fn shortest_life(trace: &Trace, job: JobId, window: Moment) -> u64 {
    let row = &trace.jobs[job.at()];
    let end = row.settled.min(window).max(trace.finished(job).unwrap_or(Moment::START));
    if row.wanted == Moment::NEVER { 0 } else { end.since(row.wanted).as_micros() }
}
