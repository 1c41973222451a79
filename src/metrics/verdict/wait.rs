//! Who waited, where, and how long.

use super::{Case, Said, Tone, Value, micros_in_words, percent, sentence};
use crate::metrics::comparison::load;
use crate::metrics::idleness::{held, idleness};
use crate::time::Moment;
use crate::trace::{LevelKind, StayKind, StayRow};

pub(super) fn handed_over(case: &Case<'_>) -> Option<Said> {
    let metrics = case.metrics;
    let spread = metrics.time_to_hand_over.filter(|_| metrics.accepted > 0)?;
    let accepted = micros_in_words(spread.p50_us);
    let text = match metrics.time_to_finish {
        Some(finish) => format!(
            "Half of the {} were handed over within {accepted}, and half were done within {}.",
            case.yardstick.many,
            micros_in_words(finish.p50_us)
        ),
        None => format!("Half of the {} were handed over within {accepted}, and none was done.", case.yardstick.many),
    };
    let text = match metrics.jobs {
        1 => format!("The {} was handed over after {accepted}.", case.yardstick.one),
        _ => text,
    };
    Some(Said { text, value: Value::Micros(spread.p50_us), at: None, tone: Tone::Good })
}

/// The least share of idle time that is worth a verdict even if the workers could do all that was wanted.
const MUCH_IDLE: f64 = 0.2;

pub(super) fn idle(case: &Case<'_>) -> Option<Said> {
    let crew = case.crews.iter().max_by_key(|crew| crew.ready_us)?;
    let idleness = held(case.trace, crew, case.yardstick).or_else(|| idleness(case.trace, crew, case.yardstick))?;
    (idleness.is_bottleneck || idleness.share >= MUCH_IDLE).then(|| Said {
        text: format!("{}.", sentence(&idleness.text)),
        value: Value::Share(idleness.share),
        at: None,
        tone: Tone::Plain,
    })
}

/// The least load that is worth a verdict: waiting grows steeply beyond it.
const MUCH_LOAD: f64 = 0.9;

pub(super) fn offered_load(case: &Case<'_>) -> Option<Said> {
    let (load, text) = load(case.trace, case.crews, case.yardstick).filter(|(load, _)| *load >= MUCH_LOAD)?;
    Some(Said { text, value: Value::Share(load), at: None, tone: Tone::Plain })
}

pub(super) fn unanswered(case: &Case<'_>) -> Option<Said> {
    let metrics = case.metrics;
    (metrics.accepted > 0 && metrics.answered == 0).then(|| Said {
        text: "No caller was told a result: what was handed over is all that it knows.".to_owned(),
        value: Value::Count(metrics.accepted),
        at: None,
        tone: Tone::Plain,
    })
}

pub(super) fn blocked(case: &Case<'_>) -> Option<Said> {
    let metrics = case.metrics;
    let share = metrics.blocked_share.filter(|share| *share >= 0.5)?;
    Some(Said {
        text: format!(
            "Callers' threads spent {} of their time waiting for others.",
            percent(metrics.blocked_us, metrics.caller_thread_us)
        ),
        value: Value::Share(share),
        at: None,
        tone: Tone::Bad,
    })
}

pub(super) fn never_blocked(case: &Case<'_>) -> Option<Said> {
    let metrics = case.metrics;
    (metrics.accepted > 0 && metrics.blocked_us == 0).then(|| Said {
        text: "No caller's thread was ever blocked.".to_owned(),
        value: Value::Share(0.0),
        at: None,
        tone: Tone::Good,
    })
}

pub(super) fn backlog(case: &Case<'_>) -> Option<Said> {
    waited(case, StayKind::Backlog, case.metrics.backlog_max, "a free thread")
}

pub(super) fn accept_queue(case: &Case<'_>) -> Option<Said> {
    waited(case, StayKind::Queued, case.metrics.accept_queue_max, "a free worker")
}

fn waited(case: &Case<'_>, kind: StayKind, most: u64, what: &str) -> Option<Said> {
    let longest = longest(case, kind)?;
    (most > 0).then(|| Said {
        text: format!(
            "Up to {} waited at {} for {what}, the longest for {}.",
            case.counted(most),
            case.lane(longest.actor).name,
            spent(case, longest)
        ),
        value: Value::Count(most),
        at: fullest(case, kind),
        tone: Tone::Plain,
    })
}

pub(super) fn queue(case: &Case<'_>) -> Option<Said> {
    let (most, longest) = (case.metrics.ready_max, longest(case, StayKind::Ready)?);
    (most > 0).then(|| Said {
        text: format!(
            "Up to {} lay in {} at once, the longest for {}.",
            case.counted(most),
            case.lane(longest.actor).name,
            spent(case, longest)
        ),
        value: Value::Count(most),
        at: fullest(case, StayKind::Ready),
        tone: Tone::Plain,
    })
}

fn longest<'a>(case: &'a Case<'_>, kind: StayKind) -> Option<&'a StayRow> {
    let length = |stay: &StayRow| stay.end.min(case.yardstick.window).since(stay.begin);
    let stays = case.trace.stays.iter().filter(|stay| stay.kind == kind);
    stays.reduce(|best, next| if length(next) > length(best) { next } else { best })
}

fn spent(case: &Case<'_>, stay: &StayRow) -> String {
    micros_in_words(stay.end.min(case.yardstick.window).since(stay.begin).as_micros())
}

/// When the level of that kind was first at its highest.
fn fullest(case: &Case<'_>, kind: StayKind) -> Option<Moment> {
    let levels = case.trace.levels.iter().filter(|level| level.kind == LevelKind::Stays(kind));
    levels.reduce(|best, next| if next.value > best.value { next } else { best }).map(|level| level.at)
}
