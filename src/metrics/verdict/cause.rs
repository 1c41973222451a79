//! What an outage or a death did, and why work was done more than once.

use super::{Case, Said, Tone, Value, micros_in_words, moment_in_words, sentence, span_in_words, was};
use crate::metrics::outage::{Outage, blamed, open_switches, outages};
use crate::time::Moment;
use crate::trace::{ActorId, Duty, Ending, JobId, MarkKind, MarkRow, MessageRow, PartId, StayKind, StayRow};

/// The outages of one lane of that duty that concerned most of the chosen jobs, with how many it concerned.
fn outage_with(case: &Case<'_>, duty: Duty, chosen: impl Fn(JobId) -> bool) -> Option<(Vec<Outage>, u64)> {
    blamed(&outages(case.trace, duty), case.rows(chosen).into_iter())
}

pub(super) fn broker_out(case: &Case<'_>) -> Option<Said> {
    let (out, count) = outage_with(case, Duty::Broker, |job| case.has_failed(job))?;
    Some(Said {
        text: format!(
            "While {} was down, {} could not be handed over: a queue decouples from the workers, not from itself.",
            case.lane(out[0].actor).name,
            case.counted(count)
        ),
        value: Value::Count(count),
        at: Some(out[0].begin),
        tone: Tone::Bad,
    })
}

pub(super) fn outage_failed(case: &Case<'_>) -> Option<Said> {
    let by_switch = case.turned_away_by_switch();
    let (out, count) = outage_with(case, Duty::Worker, |job| case.has_failed(job) && !by_switch[job.at()])?;
    let (name, length) = (&case.lane(out[0].actor).name, case.length_in_words(&out));
    let whose = match out.len() {
        1 => format!("The {length} outage of {name}"),
        several => format!("The {several} outages of {name}, {length} in all,"),
    };
    Some(Said {
        text: format!(
            "{whose} became its callers': {} that {} under way meanwhile failed.",
            case.counted(count),
            was(count)
        ),
        value: Value::Count(count),
        at: Some(out[0].begin),
        tone: Tone::Bad,
    })
}

pub(super) fn breaker_open(case: &Case<'_>) -> Option<Said> {
    let by_switch = case.turned_away_by_switch();
    let (open, count) = blamed(&open_switches(case.trace), case.rows(|job| by_switch[job.at()]).into_iter())?;
    let (first, last) = (open.first()?, open.last()?);
    Some(Said {
        text: format!(
            "The circuit breaker of {} turned {} away: it was open or half open {}.",
            case.lane(first.actor).name,
            case.counted(count),
            span_in_words(first.begin, last.end)
        ),
        value: Value::Count(count),
        at: Some(first.begin),
        tone: Tone::Bad,
    })
}

pub(super) fn outage_delayed(case: &Case<'_>) -> Option<Said> {
    // Whoever still waits has not waited it out.
    if case.metrics.failed > 0 || case.metrics.answered == 0 || case.metrics.accepted + case.metrics.waiting > 0 {
        return None;
    }
    let (out, _) = outage_with(case, Duty::Worker, |_| true)?;
    let longest = case.metrics.time_to_answer?.max_us;
    let (name, length) = (&case.lane(out[0].actor).name, case.length_in_words(&out));
    let what = match out.len() {
        1 => format!("The {length} outage of {name} was"),
        several => format!("The {several} outages of {name}, {length} in all, were"),
    };
    Some(Said {
        text: format!("{what} waited out by its callers: the slowest answer took {}.", micros_in_words(longest)),
        value: Value::Micros(longest),
        at: Some(out[0].begin),
        tone: Tone::Plain,
    })
}

pub(super) fn outage_absorbed(case: &Case<'_>) -> Option<Said> {
    let metrics = case.metrics;
    if metrics.accepted == 0 || metrics.failed > 0 {
        return None;
    }
    let mut all = outages(case.trace, Duty::Worker);
    // No queue holds what others ask of a party.
    let asked = |lane: ActorId| {
        let mut to = case.trace.messages.iter().filter(|row| row.to == lane);
        to.any(|row| row.reply_to.known().is_none() && case.lane(row.from).duty != Duty::Broker)
    };
    all.retain(|outage| !asked(outage.actor));
    let first = all.first()?.actor;
    let out: Vec<Outage> = all.into_iter().filter(|outage| outage.actor == first).collect();
    let held = match metrics.ready_max {
        0 => "nothing had to wait".to_owned(),
        most => format!("the queue held up to {most}"),
    };
    let drained = match metrics.drain_us {
        Some(0) => "; it was empty again at once".to_owned(),
        Some(drain) => format!("; it was empty again {} later", micros_in_words(drain)),
        None => String::new(),
    };
    Some(Said {
        text: format!(
            "{}: {held}{}.",
            sentence(&case.outages_in_words(&out)),
            if metrics.ready_max > 0 { &drained } else { "" }
        ),
        value: Value::Count(metrics.ready_max),
        at: Some(out[0].begin),
        tone: Tone::Good,
    })
}

/// The least number of executions of one job from which on a run that met a limit is said to have gone round in a loop.
const MANY_EXECUTIONS: u32 = 100;

pub(super) fn went_round(case: &Case<'_>) -> Option<Said> {
    case.trace.outcome.limit()?;
    let job = case.jobs().max_by_key(|job| case.trace.executions(*job))?;
    let executions = case.trace.executions(job);
    let of_job = |mark: &&MarkRow| mark.part.known().is_some_and(|part| case.trace.job_of(part) == job);
    let counted = |kind: MarkKind| case.trace.marks.iter().filter(of_job).filter(|mark| mark.kind == kind).count();
    let (failed, returned, set_aside) =
        (counted(MarkKind::Failed), counted(MarkKind::Returned), counted(MarkKind::DeadLettered));
    let how = [(failed, "failed"), (returned, "was handed out again"), (set_aside, "was set aside")];
    let how: Vec<String> =
        how.iter().filter(|(count, _)| *count > 1).map(|(count, what)| format!("{what} {count} times")).collect();
    (executions >= MANY_EXECUTIONS && !how.is_empty()).then(|| Said {
        text: format!(
            "{} {} went round in a loop: it was worked on {executions} times and {}, and nothing would have ended that.",
            sentence(&case.yardstick.one),
            job.number(),
            listed(&how)
        ),
        value: Value::Count(executions.into()),
        at: case.trace.marks.iter().filter(of_job).find(|mark| mark.kind == MarkKind::Failed).map(|mark| mark.at),
        tone: Tone::Bad,
    })
}

/// "a, b and c".
fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

pub(super) fn executed_twice(case: &Case<'_>) -> Option<Said> {
    let count = case.metrics.executed_twice;
    let twice = |job: JobId| case.trace.parts_of_job(job).iter().any(|part| part.executions > 1);
    let concerned = |mark: &&MarkRow| mark.part.known().is_some_and(|part| twice(case.trace.job_of(part)));
    let first = |kind: MarkKind| case.trace.marks.iter().filter(concerned).find(|mark| mark.kind == kind);
    let (mark, cause) = match (first(MarkKind::Returned), first(MarkKind::Retried)) {
        (Some(returned), _) => (Some(returned), redelivery(case, returned)),
        (None, Some(retried)) => (Some(retried), repetition(case, retried)),
        (None, None) => (None, by_several(case, twice)),
    };
    let most = case.jobs().flat_map(|job| case.trace.parts_of_job(job)).map(|part| part.executions).max().unwrap_or(0);
    let often = if most == 2 { "twice".to_owned() } else { format!("up to {most} times") };
    let effects = match case.metrics.effects_twice {
        0 => String::new(),
        1 if count == 1 => "; it took effect more than once".to_owned(),
        effects if effects == count => "; each took effect more than once".to_owned(),
        effects => format!("; {effects} of them took effect more than once"),
    };
    (count > 0).then(|| Said {
        text: format!("{} {} worked on {often}: {cause}{effects}.", sentence(&case.counted(count)), was(count)),
        value: Value::Count(count),
        at: mark.map(|mark| mark.at),
        tone: Tone::Bad,
    })
}

/// Why work was done twice that nobody repeated: several parties were asked for it, or one was asked by several.
fn by_several(case: &Case<'_>, twice: impl Fn(JobId) -> bool) -> String {
    let of_part = |stay: &&StayRow| stay.part.known().is_some_and(|part| case.trace.parts[part.at()].executions > 1);
    let part = case.trace.stays.iter().filter(of_part).find(|stay| twice(case.trace.job_of(stay.part)));
    let worked = |lane: &&ActorId| {
        let mut busy = case.trace.stays.iter().filter(|stay| stay.kind == StayKind::Busy && stay.actor == **lane);
        busy.any(|stay| part.is_some_and(|part| stay.part == part.part))
    };
    let number = part.map(|stay| stay.part.index() % case.trace.parts_per_job.max(1));
    let crew = case.crews.iter().find(|crew| number.is_some_and(|number| crew.parts.contains(&number)));
    let lanes: Vec<String> = crew
        .map_or(&[][..], |crew| &crew.lanes)
        .iter()
        .filter(worked)
        .map(|lane| case.lane(*lane).name.clone())
        .collect();
    match lanes.len() {
        0 | 1 => "it was handed over twice".to_owned(),
        _ => format!("{} were asked for it", listed(&lanes)),
    }
}

/// Who tried again, and what they knew: a worker that failed, or a caller.
fn repetition(case: &Case<'_>, retried: &MarkRow) -> String {
    let lane = case.lane(retried.actor);
    let works_itself = |part: PartId| {
        let stays = case.trace.stays.iter();
        stays.filter(|stay| stay.part == part).any(|stay| stay.kind == StayKind::Busy && stay.actor == retried.actor)
    };
    if lane.duty == Duty::Worker && works_itself(retried.part) {
        return format!("{} tried again by itself after it had failed", lane.name);
    }
    let timed_out = case.trace.marks.iter().any(|mark| {
        mark.kind == MarkKind::TimedOut
            && mark.actor == retried.actor
            && mark.part == retried.part
            && mark.at <= retried.at
    });
    match (lane.duty, timed_out) {
        (Duty::Worker, _) => format!("{} asked again", lane.name),
        (_, true) => "the caller asked again, not knowing what had become of it".to_owned(),
        (_, false) => "the caller asked again after an attempt had failed".to_owned(),
    }
}

/// Why a delivery went back: the last thing before it that sends deliveries back.
fn redelivery(case: &Case<'_>, returned: &MarkRow) -> String {
    let again = "and the queue delivered it again";
    let settled = case.trace.settled_word(returned.actor);
    let before = case.trace.marks.iter().filter(|mark| mark.at <= returned.at);
    let carrying = || case.trace.messages.iter().filter(|row| case.trace.parts_of(row).contains(&returned.part));
    let mut delivered = carrying().filter(|row| row.from == returned.actor && row.sent < returned.at);
    let delivered = delivered.next_back().map_or(Moment::START, |row| row.sent);
    // Whoever never had it did not send it back by dying.
    let had = |lane: ActorId| {
        let between =
            |row: &MessageRow| [row.from, row.to].contains(&lane) && [row.from, row.to].contains(&returned.actor);
        lane == returned.actor || carrying().any(between)
    };
    let cause = before.filter(|mark| match mark.kind {
        MarkKind::Crashed => mark.at >= delivered && had(mark.actor),
        MarkKind::Failed => mark.part == returned.part,
        MarkKind::Rebalanced => mark.actor != returned.actor,
        _ => false,
    });
    let expired = || {
        case.trace.stays.iter().any(|stay| {
            stay.part == returned.part
                && stay.end == returned.at
                && stay.kind == StayKind::Hidden
                && stay.ending == Ending::Expired
        })
    };
    match cause.max_by_key(|mark| mark.at) {
        Some(mark) if mark.kind == MarkKind::Crashed => {
            let lane = case.lane(mark.actor);
            let at = moment_in_words(mark.at);
            match lane.duty {
                Duty::Worker => format!("{} died at {at} before it had {settled} it, {again}", lane.name),
                Duty::Broker | Duty::Caller => {
                    format!("{} died at {at} before it had heard that it was {settled}, {again}", lane.name)
                }
            }
        }
        Some(mark) if mark.kind == MarkKind::Failed => {
            format!("{} had failed at it, {again}", case.lane(mark.actor).name)
        }
        Some(mark) => {
            let name = &case.lane(mark.actor).name;
            format!("the work was divided anew among {name} before it was recorded as done, and it was read again")
        }
        None if expired() => format!("it was not {settled} in time, {again}"),
        None if let Some(back) = carrying().find(|row| row.to == returned.actor && row.arrived == returned.at) => {
            format!("{} gave it back, {again}", case.lane(back.from).name)
        }
        None => format!("it had not been {settled}, {again}"),
    }
}
