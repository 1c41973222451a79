//! One sentence that compares the two sides: which did more of the work, which was faster, and why the other was not.
//!
//! *Invariant:* a side that is called slower is never left without the reason, and the reason is read off its trace.

mod reason;

use serde::Serialize;

use self::reason::Reason;
use super::crew::{Crew, wanted_per_s};
use super::idleness::{among, counted, home};
use super::verdict::{percent, sentence};
use super::{Metrics, Spread, Yardstick, micros};
use crate::sorting;
use crate::time::{Moment, Span, readable};
use crate::trace::{CallerOutcome, JobId, Trace, WorkOutcome};

/// A side that is compared with the other.
pub struct Compared<'a> {
    /// What the side is called in the middle of a sentence.
    pub name: &'a str,
    pub trace: &'a Trace,
    pub metrics: &'a Metrics,
    pub crews: &'a [Crew],
}

impl Compared<'_> {
    /// How many jobs came to that end for their callers and to that end of their work.
    fn with(&self, caller: CallerOutcome, work: WorkOutcome) -> u64 {
        let jobs = (0..self.trace.jobs.len() as u32).map(JobId::from_index);
        let so = |job: &JobId| self.trace.jobs[job.at()].caller == caller && self.trace.work_outcome(*job) == work;
        jobs.filter(so).count() as u64
    }

    /// So many of its jobs, in words.
    fn share(&self, count: u64, yardstick: &Yardstick) -> String {
        match self.metrics.jobs {
            1 => format!("the {}", yardstick.one),
            all => format!("{count} of {all} {}", yardstick.many),
        }
    }
}

/// The sentence that compares two sides.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    pub text: String,
    /// Why the slower side is slower, in one word of a fixed list (`docs/report.md`); nothing if both take the same
    /// time.
    pub reason: Option<&'static str>,
    /// The moment that the sentence is about; nothing if it is about the whole run.
    #[serde(rename = "at_us", serialize_with = "micros")]
    pub at: Option<Moment>,
}

/// The least load that is worth a sentence: waiting grows steeply beyond it.
const LOAD_WORTH_SAYING: f64 = 0.7;

/// Compares two sides by the outcome for the person who wanted the work: first how many jobs came to a result, then how
/// long the results took of those jobs that came to one on both sides.
pub fn compare(sides: [Compared<'_>; 2], yardstick: &Yardstick) -> Comparison {
    let mut sentences = Vec::new();
    sentences.extend(results(&sides, yardstick));
    sentences.extend(sides.iter().filter_map(|side| answered_and_lost(side, yardstick)));
    let (said, reason) = pace(&sides, yardstick);
    sentences.extend(said);
    sentences.extend(sides.iter().filter_map(|side| excused(side, yardstick)));
    sentences.extend(greater_load(&sides, yardstick));
    sentences.extend(workers(&sides));
    let (reason, at) = reason.map_or((None, None), |reason| (Some(reason.rule), reason.at));
    Comparison { text: sentences.join(" "), reason, at }
}

/// When the person who wanted the job had its result: the answer where one is given, else the end of its work.
pub(super) fn result(trace: &Trace, job: JobId) -> Option<Moment> {
    let row = &trace.jobs[job.at()];
    match row.caller {
        CallerOutcome::Answered => row.answered.known(),
        CallerOutcome::Accepted => trace.finished(job),
        CallerOutcome::Waiting | CallerOutcome::Refused | CallerOutcome::Failed | CallerOutcome::Unknown => None,
    }
}

/// Says how many jobs came to a result, where that is not all of them on both sides.
fn results(sides: &[Compared<'_>; 2], yardstick: &Yardstick) -> Option<String> {
    let [left, right] = sides;
    let all = left.metrics.jobs;
    let did = |side: &Compared<'_>| side.metrics.useful;
    if did(left) == all && did(right) == all {
        return None;
    }
    let limit = yardstick.useful_within.map_or_else(String::new, |limit| format!(" within {}", readable(limit)));
    let in_words = |count: u64| match count {
        0 => format!("none of the {} {}", all, yardstick.many),
        count if count == all => format!("all {} {}", all, yardstick.many),
        count => format!("{count} of {all} {}", yardstick.many),
    };
    Some(if did(left) == did(right) {
        let what = if all == 1 {
            format!("failed to do the {}", yardstick.one)
        } else {
            format!("did {}", in_words(did(left)))
        };
        let [left_why, right_why] = [left, right].map(troubles);
        let why = if left_why == right_why {
            left_why
        } else {
            format!("with {} {left_why}; with {} {right_why}", left.name, right.name)
        };
        format!("Both sides {what}{limit}: {why}.")
    } else {
        let (more, fewer) = if did(left) > did(right) { (left, right) } else { (right, left) };
        let (first, second) = match all {
            1 => (format!("the {}", yardstick.one), "did not".to_owned()),
            _ => (in_words(did(more)), if did(fewer) == 0 { "none".to_owned() } else { did(fewer).to_string() }),
        };
        format!("{} did {first}{limit}, {} {second}: {}.", sentence(more.name), fewer.name, troubles(fewer))
    })
}

/// Says of how many jobs the work was lost although their callers hold an answer, and so count as having a result.
fn answered_and_lost(side: &Compared<'_>, yardstick: &Yardstick) -> Option<String> {
    let lost = side.with(CallerOutcome::Answered, WorkOutcome::Lost);
    (lost > 0).then(|| format!("{} answered {} whose work is lost.", sentence(side.name), side.share(lost, yardstick)))
}

/// Says how many jobs a side did by less work: what a fallback takes the place of may be why it was faster.
fn excused(side: &Compared<'_>, yardstick: &Yardstick) -> Option<String> {
    let count = side.metrics.excused;
    let which = side.share(count, yardstick);
    (count > 0).then(|| format!("{} did {which} without a part of the work.", sentence(side.name)))
}

/// What became of the jobs that came to no result, or to one that was too late.
fn troubles(side: &Compared<'_>) -> String {
    let Compared { trace, metrics, .. } = side;
    let accepted = |outcome: WorkOutcome| side.with(CallerOutcome::Accepted, outcome);
    let failed = match reason::lane_blamed(trace) {
        Some(lane) => format!("failed while {lane} was down"),
        None if metrics.failed == metrics.refused => "failed: turned away".to_owned(),
        None if metrics.failed == metrics.unknown => "failed: left without an answer".to_owned(),
        None if metrics.failed == metrics.errored => "failed: met with an error".to_owned(),
        None => "failed".to_owned(),
    };
    let counted = [
        (metrics.failed, failed.as_str()),
        (accepted(WorkOutcome::Lost), "accepted and then lost"),
        (accepted(WorkOutcome::DeadLettered), "set aside in a dead-letter queue"),
        (accepted(WorkOutcome::Unfinished) + metrics.waiting, "not finished when the run ended"),
        (metrics.late, "too late"),
    ];
    let said = counted.iter().filter(|(count, _)| *count > 0).map(|(count, words)| format!("{count} {words}"));
    said.collect::<Vec<_>>().join(", ")
}

/// Says which side was faster with the jobs that came to a result on both, and why the other was slower.
fn pace(sides: &[Compared<'_>; 2], yardstick: &Yardstick) -> (Option<String>, Option<Reason>) {
    let [left, right] = sides;
    let jobs = left.trace.jobs.len().min(right.trace.jobs.len()) as u32;
    let both: Vec<JobId> = (0..jobs)
        .map(JobId::from_index)
        .filter(|job| result(left.trace, *job).is_some() && result(right.trace, *job).is_some())
        .collect();
    let took = |side: &Compared<'_>, job: JobId| {
        let wanted = side.trace.jobs[job.at()].wanted;
        result(side.trace, job).map_or(0, |result| result.since(wanted).as_micros())
    };
    let spread = |side: &Compared<'_>| Spread::of(both.iter().map(|job| took(side, *job)).collect());
    let (Some(left_spread), Some(right_spread)) = (spread(left), spread(right)) else { return (None, None) };
    let done = both.len();
    let opening = |words: String| match done {
        all if all == jobs as usize => sentence(&words),
        1 => format!("Of the one done on both, {words}"),
        several => format!("Of the {several} done on both, {words}"),
    };
    if yardstick.users.is_some() {
        return users_pace(sides, both, yardstick);
    }
    let measure = |spread: &Spread| Measure::of(spread).value(spread);
    let [left_time, right_time] = [&left_spread, &right_spread].map(measure);
    let said = |micros: u64| readable(Span::micros(micros));
    if said(left_time) == said(right_time) {
        let words = Measure::of(&left_spread).words(&yardstick.one, &said(left_time));
        return (Some(opening(format!("both sides were as fast: {words}."))), None);
    }
    let left_is_faster = left_time < right_time;
    let (fast, slow) = if left_is_faster { (left, right) } else { (right, left) };
    let (quick, long) = if left_is_faster { (left_time, right_time) } else { (right_time, left_time) };
    let slowest = slowest_tenth(slow.trace, both);
    let reason = reason::why([fast, slow], &slowest, yardstick);
    let words = Measure::of(&left_spread).words(&yardstick.one, &said(quick));
    let text =
        opening(format!("{} was faster: {words}, {} {}, because {}.", fast.name, slow.name, said(long), reason.text));
    (Some(text), Some(reason))
}

/// Says with which side users who wait for one job before they want the next got more done each second.
fn users_pace(sides: &[Compared<'_>; 2], both: Vec<JobId>, yardstick: &Yardstick) -> (Option<String>, Option<Reason>) {
    let [left, right] = sides;
    let pace = |side: &Compared<'_>| rate(side.metrics.throughput_per_s);
    if pace(left) == pace(right) {
        let text = format!("Both sides were as fast: {} {} a second.", pace(left), yardstick.many);
        return (Some(text), None);
    }
    let left_is_faster = left.metrics.throughput_per_s > right.metrics.throughput_per_s;
    let (fast, slow) = if left_is_faster { (left, right) } else { (right, left) };
    let reason = reason::why([fast, slow], &slowest_tenth(slow.trace, both), yardstick);
    let text = format!(
        "{} was faster: {} {} a second, {} {}, because {}.",
        sentence(fast.name),
        pace(fast),
        yardstick.many,
        slow.name,
        pace(slow),
        reason.text
    );
    (Some(text), Some(reason))
}

/// The tenth of the jobs whose results took longest: what they waited for is what makes a side slow.
fn slowest_tenth(trace: &Trace, mut jobs: Vec<JobId>) -> Vec<JobId> {
    let took = |job: JobId| result(trace, job).map(|result| result.since(trace.jobs[job.at()].wanted));
    sorting::sort_by_key(&mut jobs, |job| std::cmp::Reverse(took(*job)));
    jobs.truncate(jobs.len().div_ceil(10));
    jobs
}

/// The number by which the times of two sides are compared.
#[derive(Clone, Copy)]
enum Measure {
    /// The time of the only job.
    Only,
    /// The longest time; there are too few jobs for a percentile to differ from it.
    Longest,
    /// The time that 95 % of the jobs do not exceed.
    NinetyFive,
}

impl Measure {
    fn of(spread: &Spread) -> Measure {
        match spread.jobs {
            1 => Measure::Only,
            2..20 => Measure::Longest,
            _ => Measure::NinetyFive,
        }
    }

    fn value(self, spread: &Spread) -> u64 {
        match self {
            Measure::Only | Measure::Longest => spread.max_us,
            Measure::NinetyFive => spread.p95_us,
        }
    }

    fn words(self, one: &str, time: &str) -> String {
        match self {
            Measure::Only => format!("the result of the {one} took {time}"),
            Measure::Longest => format!("the slowest result took {time}"),
            Measure::NinetyFive => format!("95 % of the results took at most {time}"),
        }
    }
}

/// Says how high the load is on the side on which it is higher, if it is high.
fn greater_load(sides: &[Compared<'_>; 2], yardstick: &Yardstick) -> Option<String> {
    let loads = sides.iter().filter_map(|side| load(side.trace, side.crews, yardstick));
    let (_, text) = loads
        .filter(|(load, _)| *load >= LOAD_WORTH_SAYING)
        .reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    Some(text)
}

/// Says how many work on the same parts, where that is not the same on both sides.
fn workers(sides: &[Compared<'_>; 2]) -> Option<String> {
    let parts = sides[0].trace.parts_per_job;
    let crew_of = |side: usize, part: u32| sides[side].crews.iter().find(|crew| crew.parts.contains(&part));
    let pairs = (0..parts).filter_map(|part| Some([crew_of(0, part)?, crew_of(1, part)?]));
    let pairs: Vec<[&Crew; 2]> = pairs.filter(|[left, right]| left.slots != right.slots).collect();
    let hands = |side: usize| {
        let mut lanes: Vec<String> = Vec::new();
        for crew in pairs.iter().map(|pair| pair[side]) {
            let lane = sides[side].trace.actor(crew.lanes[0]);
            let words = format!("{} at {}", counted(crew.slots, lane), home(sides[side].trace, crew));
            if !lanes.contains(&words) {
                lanes.push(words);
            }
        }
        lanes.join(", ")
    };
    // Where one side's workers do what is several parties' on the other, only how many there are in all can be compared.
    let like = pairs.iter().any(|[left, right]| left.parts == right.parts);
    let [all, others] = [0, 1].map(|side| -> u64 { sides[side].crews.iter().map(Crew::hands).sum() });
    (!pairs.is_empty() && (like || all != others))
        .then(|| format!("{} has {}, {} {}.", sentence(sides[0].name), hands(0), sides[1].name, hands(1)))
}

/// The offered load of the busiest crew, as a share of what it can do and in a sentence. There is none if the jobs are
/// wanted by users who wait for one job before they want the next, because they never want more than is done.
pub(super) fn load(trace: &Trace, crews: &[Crew], yardstick: &Yardstick) -> Option<(f64, String)> {
    let wanted = wanted_per_s(trace).filter(|_| yardstick.users.is_none())?;
    let crews = crews.iter().filter(|crew| crew.executions > 0);
    let crew = crews.reduce(|best, next| if next.load(wanted) > best.load(wanted) { next } else { best })?;
    let load = crew.load(wanted);
    let pace = rate(wanted);
    let text = format!(
        "The offered load is {}: {pace} {} a second with {} of work each, and {} can be worked on at once{}.",
        percent((load * 1000.0).round() as u64, 1000),
        if pace == "1" { &yardstick.one } else { &yardstick.many },
        readable(Span::micros(crew.mean_work() * crew.parts.len() as u64)),
        crew.slots,
        among(trace, crew, " at ")
    );
    Some((load, text))
}

/// A number a second, with at most two decimals: "40", "2.5", "0.33".
pub(super) fn rate(per_second: f64) -> String {
    let decimals = match per_second {
        100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    };
    let text = format!("{per_second:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
