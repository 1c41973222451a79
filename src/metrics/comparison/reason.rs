//! Why one side was slower: where its jobs spent the time that the other side's did not, and what held them there.

use super::{Compared, rate, result};
use crate::metrics::Yardstick;
use crate::metrics::crew::{Crew, wanted_per_s};
use crate::metrics::idleness::{Idleness, among, counted, held, idleness, noun};
use crate::metrics::life::{Lives, WHEREABOUTS, Whereabouts, lives_until};
use crate::metrics::outage::{Outage, blamed, outages};
use crate::metrics::verdict::{percent, span_in_words};
use crate::time::{Moment, Span, readable};
use crate::trace::{CallerOutcome, Duty, JobId, MarkKind, StayKind, StayRow, Trace};

/// Why a side was slower than the other.
pub(super) struct Reason {
    /// The reason in one word, for programs.
    pub rule: &'static str,
    /// The reason as the end of a sentence that goes on after "because".
    pub text: String,
    /// The moment that it is about; nothing if it is about the whole run.
    pub at: Option<Moment>,
}

fn reason(rule: &'static str, text: String) -> Reason {
    Reason { rule, text, at: None }
}

/// Why the second side took longer than the first with these jobs, which are its slowest.
pub(super) fn why([fast, slow]: [&Compared<'_>; 2], slowest: &[JobId], yardstick: &Yardstick) -> Reason {
    let [fast_lives, slow_lives] = [fast, slow].map(|side| lives(side, slowest, yardstick.window));
    let more = |there: &Whereabouts| slow_lives.spent(*there).saturating_sub(fast_lives.spent(*there));
    let most = WHEREABOUTS.into_iter().max_by_key(more).unwrap_or(Whereabouts::Silence);
    let count = slowest.len() as u64;
    let [there, elsewhere] =
        [&slow_lives, &fast_lives].map(|lives| readable(Span::micros(lives.spent(most) / count.max(1))));
    let who = match (count, slow.metrics.jobs) {
        (_, 1) => "it",
        (1, _) => "the slowest",
        _ => "each of the slowest tenth",
    };
    let waits = match most {
        Whereabouts::Working | Whereabouts::Network | Whereabouts::Delivered => false,
        Whereabouts::Backlog
        | Whereabouts::Pool
        | Whereabouts::AcceptQueue
        | Whereabouts::Ready
        | Whereabouts::Hidden
        | Whereabouts::Retry
        | Whereabouts::Resting
        | Whereabouts::Silence => true,
    };
    if waits && let Some(outage) = outage(slow, slowest) {
        return outage;
    }
    let waited = format!("{who} waited {there}");
    match most {
        Whereabouts::Working => {
            let in_turn =
                if in_turn(slow, slowest, slow_lives.spent(most)) { ", its parts one after another" } else { "" };
            reason("work", format!("{who} was worked on for {there} instead of {elsewhere}{in_turn}"))
        }
        Whereabouts::Backlog => backlog(slow, &waited),
        Whereabouts::Pool => {
            let at = worker_with(slow.trace, slowest, StayKind::Pool);
            let at = at.map_or_else(String::new, |name| format!(" at {name}"));
            reason("pool", format!("{waited}{at} for a free connection"))
        }
        Whereabouts::Ready if let Some(name) = worker_with(slow.trace, slowest, StayKind::Ready) => {
            reason("table", format!("{waited} in {name} until it was taken out of a table"))
        }
        Whereabouts::AcceptQueue | Whereabouts::Ready => {
            let crew = slow.crews.iter().max_by_key(|crew| crew.ready_us);
            let why = |crew| held(slow.trace, crew, yardstick).or_else(|| idleness(slow.trace, crew, yardstick));
            match crew.and_then(why) {
                Some(Idleness { rule, text, .. }) => reason(rule, text),
                None => busy(slow.trace, crew, &waited, yardstick),
            }
        }
        Whereabouts::Hidden => {
            reason("hidden", format!("{who} lay hidden in the queue for {there} until it could be delivered again"))
        }
        Whereabouts::Network => reason(
            "network",
            format!("{who} spent {there} on the way from one party to another instead of {elsewhere}"),
        ),
        Whereabouts::Delivered => {
            reason("delivered", format!("{waited} after it was delivered, before work on it began"))
        }
        Whereabouts::Retry if slow.trace.marks.iter().any(|mark| mark.kind == MarkKind::Retried) => {
            reason("retries", format!("{waited} between its attempts"))
        }
        Whereabouts::Retry => reason("pauses", format!("{waited} in pauses")),
        Whereabouts::Resting => reason("pauses", format!("{waited} until it was asked about again")),
        Whereabouts::Silence => reason(
            "silence",
            match slow.metrics.timed_out {
                0 => format!("{waited} for something that is no message and no work"),
                _ => format!("{waited} in vain, until its attempt timed out"),
            },
        ),
    }
}

/// Whether the parts of these jobs were worked on one after another: all work on them took as long as some work did.
fn in_turn(Compared { trace, .. }: &Compared<'_>, jobs: &[JobId], working: u64) -> bool {
    let work = stays_of(trace, jobs, StayKind::Busy).filter(|stay| trace.actor(stay.actor).duty == Duty::Worker);
    let in_time = |stay: &StayRow| {
        let end = stay.part.known().and_then(|part| result(trace, trace.job_of(part)));
        stay.end.min(end.unwrap_or(stay.begin)).max(stay.begin).since(stay.begin).as_micros()
    };
    trace.parts_per_job > 1 && work.map(in_time).sum::<u64>() == working
}

/// Where these jobs spent most in stays of that kind, if it is a party that does more than to store or to want them.
fn worker_with<'t>(trace: &'t Trace, jobs: &[JobId], kind: StayKind) -> Option<&'t str> {
    let mut spent = vec![0; trace.actors.len()];
    for stay in stays_of(trace, jobs, kind) {
        spent[stay.actor.at()] += stay.end.min(trace.ended).since(stay.begin).as_micros();
    }
    let (_, actor) = spent.iter().zip(&trace.actors).max_by_key(|(micros, _)| **micros)?;
    (actor.duty == Duty::Worker).then_some(&actor.name)
}

fn stays_of<'t>(trace: &'t Trace, jobs: &[JobId], kind: StayKind) -> impl Iterator<Item = &'t StayRow> + use<'t> {
    let chosen = chosen(trace, jobs);
    let of = move |stay: &&StayRow| {
        stay.kind == kind && stay.part.known().is_some_and(|part| chosen[trace.job_of(part).at()])
    };
    trace.stays.iter().filter(of)
}

/// For each job whether it is one of these.
fn chosen(trace: &Trace, jobs: &[JobId]) -> Vec<bool> {
    let mut chosen = vec![false; trace.jobs.len()];
    jobs.iter().for_each(|job| chosen[job.at()] = true);
    chosen
}

fn lives(side: &Compared<'_>, jobs: &[JobId], window: Moment) -> Lives {
    let chosen = chosen(side.trace, jobs);
    lives_until(side.trace, window, |job| result(side.trace, job).filter(|_| chosen[job.at()]))
}

/// Who was down while most of the failed jobs were under way, if anybody was.
pub(super) fn lane_blamed(trace: &Trace) -> Option<&str> {
    let failed: Vec<_> = trace
        .jobs
        .iter()
        .filter(|row| matches!(row.caller, CallerOutcome::Refused | CallerOutcome::Failed | CallerOutcome::Unknown))
        .collect();
    let of = |duty| blamed(&outages(trace, duty), failed.iter().copied());
    let (out, count) = [of(Duty::Broker), of(Duty::Worker)].into_iter().flatten().max_by_key(|(_, count)| *count)?;
    (2 * count > failed.len() as u64).then(|| trace.actor(out[0].actor).name.as_str())
}

/// An outage, if most of these jobs waited in it, or for what had piled up in it to be worked off.
fn outage(side: &Compared<'_>, jobs: &[JobId]) -> Option<Reason> {
    let Compared { trace, metrics, .. } = side;
    let all = || [Duty::Broker, Duty::Worker].into_iter().flat_map(|duty| outages(trace, duty));
    let last = all().filter_map(|outage| outage.end.known()).max();
    let felt_until = |outage: &Outage| match metrics.drain_us {
        Some(drain) if Some(outage.end) == last => outage.end + Span::micros(drain),
        _ => outage.end,
    };
    let struck = |outage: &Outage| {
        let waited = |job: &&JobId| {
            let wanted = trace.jobs[job.at()].wanted;
            wanted < felt_until(outage) && result(trace, **job).is_some_and(|result| result > outage.begin)
        };
        jobs.iter().filter(waited).count()
    };
    let counted = all().map(|outage| (struck(&outage), outage));
    let (most, outage) = counted.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    (2 * most > jobs.len()).then(|| Reason {
        rule: "outage",
        text: format!(
            "{} was down {}, and work waited for it",
            trace.actor(outage.actor).name,
            span_in_words(outage.begin, outage.end)
        ),
        at: Some(outage.begin),
    })
}

/// The reason why jobs waited at a caller for a free thread: its threads were blocked.
fn backlog(side: &Compared<'_>, waited: &str) -> Reason {
    let callers = || side.trace.actors.iter().filter(|actor| actor.duty == Duty::Caller);
    let slots: u64 = callers().map(|actor| u64::from(actor.slots)).sum();
    let noun = callers().next().map_or("thread", |actor| &actor.slot_noun);
    let blocked = percent(side.metrics.blocked_us, side.metrics.caller_thread_us);
    let who = if slots == 1 { format!("only {noun}") } else { format!("{slots} {noun}s") };
    let was = if slots == 1 { "was" } else { "were" };
    reason(
        "backlog",
        format!(
            "{waited} for a free {noun}: the callers' {who} {was} blocked, waiting for answers, for \
             {blocked} of the time"
        ),
    )
}

/// The reason why jobs waited for workers that were not idle: all were busy.
fn busy(trace: &Trace, crew: Option<&Crew>, waited: &str, yardstick: &Yardstick) -> Reason {
    let who = match crew {
        None => "a worker".to_owned(),
        Some(crew) if crew.slots == 1 => {
            format!("the only {}{}", noun(trace.actor(crew.lanes[0])), among(trace, crew, " of "))
        }
        Some(crew) => {
            format!("one of the {}{}", counted(crew.slots, trace.actor(crew.lanes[0])), among(trace, crew, " of "))
        }
    };
    let load =
        crew.zip(wanted_per_s(trace)).filter(|_| yardstick.users.is_none()).map(|(crew, wanted)| crew.load(wanted));
    let most = crew.filter(|crew| crew.executions > 0).map(|crew| {
        let each = (crew.mean_work() * (crew.parts.len() as u64).max(1)).max(1);
        (rate(crew.slots as f64 * 1e6 / each as f64), readable(Span::micros(each)))
    });
    let why = match (load, most) {
        (Some(load), Some((most, each))) if load > 1.0 => {
            format!(", which with {each} of work each do {most} a second at most")
        }
        (None, Some(_)) if yardstick.users.is_none() => ", for they were wanted all at once".to_owned(),
        _ => String::new(),
    };
    reason("busy", format!("{waited} for {who} to be free{why}"))
}
