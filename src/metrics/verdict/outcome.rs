//! What became of the jobs.

use super::{Case, Said, Tone, Value, micros_in_words, moment_in_words, sentence, span_in_words, was};
use crate::metrics::outage::{blamed, open_switches, outages};
use crate::sorting;
use crate::time::Moment;
use crate::trace::{CallerOutcome, Duty, Fate, JobId, Limit, MarkKind, MarkRow, PartId, WorkOutcome};

pub(super) fn limit_reached(case: &Case<'_>) -> Option<Said> {
    let trace = case.trace;
    trace.outcome.limit().map(|limit| Said {
        text: format!(
            "The run was stopped at {}, after {} events, {}. All numbers are about what had happened by then.",
            moment_in_words(trace.ended),
            trace.events,
            limit.words()
        ),
        value: Value::Count(trace.events),
        at: Some(trace.ended),
        tone: if limit == Limit::StopAt { Tone::Plain } else { Tone::Bad },
    })
}

pub(super) fn failed(case: &Case<'_>) -> Option<Said> {
    let failed = case.metrics.failed;
    (failed > 0).then(|| Said {
        text: format!("{} failed: {}.", sentence(&case.of_all(failed)), reasons(case)),
        value: Value::Count(failed),
        at: case.jobs().filter(|job| case.has_failed(*job)).map(|job| case.trace.jobs[job.at()].settled).min(),
        tone: Tone::Bad,
    })
}

/// "Mail service was down from 900 ms to 1.3 s; 2 were turned away, after 3 tries".
fn reasons(case: &Case<'_>) -> String {
    let metrics = case.metrics;
    let known = [
        (metrics.refused, "turned away"),
        (metrics.unknown, "left without an answer"),
        (metrics.errored, "met with an error"),
    ];
    let known = known.into_iter().filter(|(count, _)| *count > 0);
    let known = match known.collect::<Vec<_>>().as_slice() {
        [(1, words)] => format!("it was {words}"),
        [(_, words)] => format!("they were {words}"),
        several => {
            let counted = several.iter().map(|(count, words)| format!("{count} {} {words}", was(*count)));
            counted.collect::<Vec<_>>().join(" and ")
        }
    };
    let tries = match tries(case) {
        (_, most) if most <= 1 => String::new(),
        (least, most) if least == most => format!(" after {most} tries"),
        (_, most) => format!(" after up to {most} tries"),
    };
    let by_switch = case.turned_away_by_switch();
    let switched = by_switch.iter().filter(|by_switch| **by_switch).count() as u64;
    if 2 * switched > metrics.failed {
        return format!(
            "a circuit breaker turned {} away without asking",
            if switched == metrics.failed { "them".to_owned() } else { format!("{switched} of them") }
        );
    }
    let failed = case.rows(|job| case.has_failed(job));
    // A breaker of somebody who was asked turns nobody away unseen: whoever asked hears of an error.
    let open = blamed(&open_switches(case.trace), failed.iter().copied());
    let open = open.filter(|(open, count)| {
        2 * count > metrics.failed && metrics.errored > 0 && case.lane(open[0].actor).duty == Duty::Worker
    });
    let switched = open.map_or_else(String::new, |(open, _)| {
        let span = span_in_words(open[0].begin, open[open.len() - 1].end);
        format!("; the circuit breaker of {} was open or half open {span}", case.lane(open[0].actor).name)
    });
    let of = |duty| blamed(&outages(case.trace, duty), failed.iter().copied());
    let broker_first = [of(Duty::Broker), of(Duty::Worker)].into_iter().flatten();
    match broker_first.reduce(|best, next| if next.1 > best.1 { next } else { best }) {
        Some((out, count)) if 2 * count > metrics.failed => {
            format!("{}; {known}{tries}", case.outages_in_words(&out))
        }
        _ => format!("{known}{tries}{switched}"),
    }
}

/// The fewest and most attempts after which a caller gave up.
fn tries(case: &Case<'_>) -> (u64, u64) {
    let given_up = case.trace.marks.iter().filter(|mark| mark.kind == MarkKind::GaveUp).map(|mark| mark.value);
    given_up.fold((u64::MAX, 0), |(least, most), value| (least.min(value), most.max(value)))
}

pub(super) fn lost(case: &Case<'_>) -> Option<Said> {
    let taken = |job: &JobId| {
        let row = &case.trace.jobs[job.at()];
        matches!(row.caller, CallerOutcome::Accepted | CallerOutcome::Answered)
            && case.trace.work_outcome(*job) == WorkOutcome::Lost
    };
    let count = case.jobs().filter(taken).count() as u64;
    (count > 0).then(|| Said {
        text: format!(
            "{} {} accepted and then lost: {}, and nobody was told.",
            sentence(&case.of_all(count)),
            was(count),
            why_lost(case, taken)
        ),
        value: Value::Count(count),
        at: case.jobs().filter(taken).map(|job| case.trace.jobs[job.at()].settled).min(),
        tone: Tone::Bad,
    })
}

pub(super) fn unfinished(case: &Case<'_>) -> Option<Said> {
    let open = |job: &JobId| {
        let row = &case.trace.jobs[job.at()];
        row.caller == CallerOutcome::Waiting || case.trace.work_outcome(*job) == WorkOutcome::Unfinished
    };
    let count = case.jobs().filter(open).count() as u64;
    (count > 0).then(|| Said {
        text: format!("{} {} not finished when the run ended.", case.counted(count), was(count)),
        value: Value::Count(count),
        at: Some(case.trace.ended),
        tone: Tone::Bad,
    })
}

/// Why accepted work of the chosen jobs is lost: who dropped it and for what, if a mark says so.
fn why_lost(case: &Case<'_>, lost: impl Fn(&JobId) -> bool) -> String {
    let concerned = |mark: &&MarkRow| mark.part.known().is_some_and(|part| lost(&case.trace.job_of(part)));
    let Some(dropped) = case.trace.marks.iter().filter(concerned).find(|mark| mark.kind == MarkKind::Dropped) else {
        return "nobody holds the work any more".to_owned();
    };
    let label = case.trace.mark_label(dropped);
    let reason = label.strip_prefix("dropped: ").unwrap_or(&label);
    format!("{} dropped it ({reason}){}", case.lane(dropped.actor).name, after_failing(case, dropped.part))
}

/// " after Workers had failed at it 21 times", or nothing if nobody failed at it.
fn after_failing(case: &Case<'_>, part: PartId) -> String {
    let failed = || case.trace.marks.iter().filter(|mark| mark.kind == MarkKind::Failed && mark.part == part);
    match (failed().next(), failed().count()) {
        (None, _) => String::new(),
        (Some(first), 1) => format!(" after {} had failed at it", case.lane(first.actor).name),
        (Some(first), count) => format!(" after {} had failed at it {count} times", case.lane(first.actor).name),
    }
}

pub(super) fn dead_lettered(case: &Case<'_>) -> Option<Said> {
    let set_aside = || case.trace.marks.iter().filter(|mark| mark.kind == MarkKind::DeadLettered);
    let first = set_aside().next()?;
    let mut jobs: Vec<JobId> =
        set_aside().filter_map(|mark| mark.part.known()).map(|part| case.trace.job_of(part)).collect();
    sorting::sort(&mut jobs);
    jobs.dedup();
    let count = jobs.len() as u64;
    let failing = after_failing(case, first.part);
    let executions = jobs.iter().map(|job| case.trace.executions(*job)).max().unwrap_or(0);
    let after = match executions {
        _ if !failing.is_empty() => failing,
        0 => ", and nobody had worked on it".to_owned(),
        _ => String::new(),
    };
    let done = jobs.iter().filter(|job| case.trace.work_outcome(**job) == WorkOutcome::Done).count() as u64;
    let although = match done {
        0 => String::new(),
        done if done == count && done == 1 => "; its work was done all the same".to_owned(),
        done if done == count => "; their work was done all the same".to_owned(),
        done => format!("; the work of {done} of them was done all the same"),
    };
    Some(Said {
        text: format!(
            "{} {} set aside in a dead-letter queue{after}{although}.",
            sentence(&case.of_all(count)),
            was(count)
        ),
        value: Value::Count(count),
        at: Some(first.at),
        tone: Tone::Bad,
    })
}

pub(super) fn nothing_lost(case: &Case<'_>) -> Option<Said> {
    let metrics = case.metrics;
    let all_well =
        metrics.accepted > 0 && metrics.failed == 0 && metrics.done == metrics.jobs && metrics.in_dead_letters == 0;
    all_well.then(|| {
        let last = case.jobs().filter_map(|job| case.trace.finished(job)).max();
        Said {
            text: format!(
                "Nothing was lost: {} {} handed over, and all work was done by {}.",
                case.of_all(metrics.jobs),
                was(metrics.jobs),
                moment_in_words(last.unwrap_or(Moment::START))
            ),
            value: Value::Count(metrics.jobs),
            at: last,
            tone: Tone::Good,
        }
    })
}

pub(super) fn all_answered(case: &Case<'_>) -> Option<Said> {
    let metrics = case.metrics;
    let spread = metrics.time_to_answer.filter(|_| metrics.answered == metrics.jobs)?;
    let (half, worst) = (micros_in_words(spread.p50_us), micros_in_words(spread.max_us));
    let text = match metrics.jobs {
        1 => format!("The {} was answered after {half}.", case.yardstick.one),
        _ if spread.p50_us == spread.max_us => {
            format!(
                "{} were answered, none later than {worst} after it was wanted.",
                sentence(&case.of_all(metrics.jobs))
            )
        }
        _ => format!(
            "{} were answered, half of them within {half}, the slowest after {worst}.",
            sentence(&case.of_all(metrics.jobs))
        ),
    };
    let slowest = case.jobs().map(|job| &case.trace.jobs[job.at()]);
    let slowest = slowest.max_by_key(|row| row.answered.since(row.wanted)).map(|row| row.answered);
    Some(Said { text, value: Value::Micros(spread.p50_us), at: slowest, tone: Tone::Good })
}

pub(super) fn unknown(case: &Case<'_>) -> Option<Said> {
    let count = case.metrics.unknown;
    let done = |job: &JobId| case.trace.work_outcome(*job) == WorkOutcome::Done;
    let done = case.jobs_with(CallerOutcome::Unknown).filter(done).count() as u64;
    let truth = match done {
        0 => "it was not".to_owned(),
        done if done == count => "it was".to_owned(),
        done => format!("it was for {done} of them"),
    };
    (count > 0).then(|| Said {
        text: format!("For {} the caller cannot know whether the work was done; {truth}.", case.counted(count)),
        value: Value::Count(count),
        at: case.jobs_with(CallerOutcome::Unknown).map(|job| case.trace.jobs[job.at()].settled).min(),
        tone: Tone::Bad,
    })
}

pub(super) fn refused(case: &Case<'_>) -> Option<Said> {
    let count = case.metrics.refused;
    (count > 0).then(|| Said {
        text: format!(
            "{} {} turned away without being looked at: the callers know that nothing was done.",
            sentence(&case.counted(count)),
            was(count)
        ),
        value: Value::Count(count),
        at: case.jobs_with(CallerOutcome::Refused).map(|job| case.trace.jobs[job.at()].settled).min(),
        tone: Tone::Bad,
    })
}

pub(super) fn excused(case: &Case<'_>) -> Option<Said> {
    let count = case.metrics.excused;
    let parts = case.jobs().flat_map(|job| case.trace.parts_of_job(job));
    let first = parts.filter(|part| part.outcome == WorkOutcome::Excused).map(|part| part.finished).min();
    (count > 0).then(|| Said {
        text: format!("{} {} done without a part of the work.", sentence(&case.of_all(count)), was(count)),
        value: Value::Count(count),
        at: first,
        tone: Tone::Plain,
    })
}

pub(super) fn done_for_nobody(case: &Case<'_>) -> Option<Said> {
    let count = case.metrics.done_for_nobody;
    let late = case.trace.messages.iter().find(|message| message.fate == Fate::Late).map(|message| message.arrived);
    let finished = case.jobs().filter(|job| case.has_failed(*job)).filter_map(|job| case.trace.finished(job)).min();
    let told = case.jobs_with(CallerOutcome::Failed).filter(|job| case.trace.finished(*job).is_some()).count() as u64;
    let why = match (count, told == count) {
        (1, false) => "its caller stopped waiting for it",
        (1, true) => "its caller was told that it had failed",
        (_, false) => "their callers stopped waiting for it",
        (_, true) => "their callers were told that it had failed",
    };
    (count > 0).then(|| Said {
        text: format!("The work of {} was done for nobody: {why}.", case.counted(count)),
        value: Value::Count(count),
        at: late.or(finished),
        tone: Tone::Bad,
    })
}

pub(super) fn too_late(case: &Case<'_>) -> Option<Said> {
    let (count, limit) = (case.metrics.late, case.yardstick.useful_within?);
    (count > 0).then(|| Said {
        text: format!(
            "{} came too late to be of use: more than {} after {} wanted.",
            sentence(&case.of_all(count)),
            micros_in_words(limit.as_micros()),
            if count == 1 { "it was" } else { "they were" }
        ),
        value: Value::Count(count),
        at: None,
        tone: Tone::Bad,
    })
}
