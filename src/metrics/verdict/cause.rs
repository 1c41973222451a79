//! What an outage or a death did, and why work was done more than once.

use super::{Case, Said, Tone, Value, micros_in_words, moment_in_words, sentence, span_in_words, was};

use crate::trace::{Duty, JobId, MarkKind, MarkRow, StayRow};

/// The first outage at lanes of that duty that concerned one of the chosen jobs, with how many it concerned.
fn outage_with<'a>(case: &'a Case<'_>, duty: Duty, chosen: impl Fn(JobId) -> bool) -> Option<(&'a StayRow, u64)> {
    case.outages(duty).find_map(|stay| {
        let count = case.jobs().filter(|job| chosen(*job) && case.concerns(stay, *job)).count() as u64;
        (count > 0).then_some((stay, count))
    })
}

fn length(case: &Case<'_>, stay: &StayRow) -> String {
    micros_in_words(stay.end.min(case.yardstick.window).since(stay.begin).as_micros())
}

pub(super) fn broker_out(case: &Case<'_>) -> Option<Said> {
    let (stay, count) = outage_with(case, Duty::Broker, |job| case.has_failed(job))?;
    Some(Said {
        text: format!(
            "While {} was down, {} could not be handed over: a queue decouples from the workers, not from itself.",
            case.lane(stay).name,
            case.counted(count)
        ),
        value: Value::Count(count),
        at: Some(stay.begin),
        tone: Tone::Bad,
    })
}

pub(super) fn outage_failed(case: &Case<'_>) -> Option<Said> {
    let (stay, count) = outage_with(case, Duty::Worker, |job| case.has_failed(job))?;
    Some(Said {
        text: format!(
            "The {} outage of {} became its callers': {} that {} under way meanwhile failed.",
            length(case, stay),
            case.lane(stay).name,
            case.counted(count),
            was(count)
        ),
        value: Value::Count(count),
        at: Some(stay.begin),
        tone: Tone::Bad,
    })
}

pub(super) fn outage_delayed(case: &Case<'_>) -> Option<Said> {
    if case.metrics.failed > 0 || case.metrics.answered == 0 || case.metrics.accepted > 0 {
        return None;
    }
    let (stay, _) = outage_with(case, Duty::Worker, |_| true)?;
    let longest = case.metrics.time_to_answer?.max_us;
    Some(Said {
        text: format!(
            "The {} outage of {} was waited out by its callers: the slowest answer took {}.",
            length(case, stay),
            case.lane(stay).name,
            micros_in_words(longest)
        ),
        value: Value::Micros(longest),
        at: Some(stay.begin),
        tone: Tone::Plain,
    })
}

pub(super) fn outage_absorbed(case: &Case<'_>) -> Option<Said> {
    let metrics = case.metrics;
    if metrics.accepted == 0 || metrics.failed > 0 {
        return None;
    }
    let stay = case.outages(Duty::Worker).next()?;
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
            "{} was down {}: {held}{}.",
            case.lane(stay).name,
            span_in_words(stay),
            if metrics.ready_max > 0 { &drained } else { "" }
        ),
        value: Value::Count(metrics.ready_max),
        at: Some(stay.begin),
        tone: Tone::Good,
    })
}

pub(super) fn executed_twice(case: &Case<'_>) -> Option<Said> {
    let count = case.metrics.executed_twice;
    let twice = |job: JobId| case.trace.parts_of_job(job).iter().any(|part| part.executions > 1);
    let concerned = |mark: &&MarkRow| mark.part.known().is_some_and(|part| twice(case.trace.job_of(part)));
    let first = |kind: MarkKind| case.trace.marks.iter().filter(concerned).find(|mark| mark.kind == kind);
    let (mark, cause) = match (first(MarkKind::Returned), first(MarkKind::Retried)) {
        (Some(returned), _) => (Some(returned), redelivery(case, returned)),
        (None, Some(retried)) => {
            (Some(retried), "the caller asked again, not knowing what had become of it".to_owned())
        }
        (None, None) => (None, "it was handed over twice".to_owned()),
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
        text: format!("{} {} worked {often}: {cause}{effects}.", sentence(&case.counted(count)), was(count)),
        value: Value::Count(count),
        at: mark.map(|mark| mark.at),
        tone: Tone::Bad,
    })
}

/// Why a delivery went back: the last death before it, if there was one.
fn redelivery(case: &Case<'_>, returned: &MarkRow) -> String {
    let crash = case
        .trace
        .marks
        .iter()
        .filter(|mark| mark.kind == MarkKind::Crashed && mark.at <= returned.at)
        .max_by_key(|mark| mark.at);
    match crash {
        Some(crash) => {
            let lane = case.trace.actor(crash.actor);
            let unheard = match lane.duty {
                Duty::Worker => "had acknowledged",
                Duty::Broker | Duty::Caller => "had heard of an acknowledgement",
            };
            let at = moment_in_words(crash.at);
            format!("{} died at {at} before it {unheard}, and the queue delivered again", lane.name)
        }
        None => "no acknowledgement had come, and the queue delivered again".to_owned(),
    }
}
