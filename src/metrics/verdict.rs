//! What a run shows, in sentences, each with its number and its moment: rules over kinds and outcomes.
//!
//! A rule speaks or is silent. [`RULES`] has them in the order of their weight, so the first that speaks is the
//! headline.
//!
//! *Invariant:* no rule knows a scenario or a protocol, and what a rule says can be read off the trace.

mod cause;
mod outcome;
mod wait;

use serde::Serialize;

use super::outage::{Outage, open_switches};
use super::{Crew, Metrics, Yardstick, micros};
pub use crate::recording::Tone;
use crate::time::{Moment, Span, readable};
use crate::trace::{ActorId, ActorRow, CallerOutcome, JobId, JobRow, Trace};

/// A sentence with its number.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// The rule that spoke.
    pub rule: &'static str,
    pub text: String,
    pub value: Value,
    /// The moment that it is about; nothing if it is about the whole run.
    #[serde(rename = "at_us", serialize_with = "micros")]
    pub at: Option<Moment>,
    #[serde(skip)]
    pub tone: Tone,
}

/// The number of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// A number of jobs, messages or attempts.
    Count(u64),
    /// A span in microseconds.
    Micros(u64),
    /// A share from 0 to 1.
    Share(f64),
}

/// A rule: its name, what it says and when, and the rule itself.
pub struct Rule {
    pub name: &'static str,
    /// When it speaks, and what its value is.
    pub when: &'static str,
    speak: fn(&Case<'_>) -> Option<Said>,
}

macro_rules! rules {
    ($($name:literal, $rule:path, $when:literal;)+) => {
        /// All rules, from what weighs most.
        pub const RULES: &[Rule] = &[$(Rule { name: $name, when: $when, speak: $rule }),+];
    };
}

rules! {
    "limit-reached", outcome::limit_reached, "the run was stopped at a limit, or where the scenario says; value: events handled";
    "failed", outcome::failed, "callers stopped trying; value: jobs";
    "lost", outcome::lost, "work was lost after somebody had taken responsibility for it; value: jobs";
    "loop", cause::went_round, "the run was stopped at a limit while the same work was done again and again and settled nothing; value: executions of that job";
    "unfinished", outcome::unfinished, "the run ended with callers still waiting or work still held; value: jobs";
    "dead-lettered", outcome::dead_lettered, "something lies in a dead-letter queue, even if its work was done as well; value: jobs";
    "nothing-lost", outcome::nothing_lost, "jobs were handed over, none failed, all work was done, and nothing lies in a dead-letter queue; value: jobs";
    "all-answered", outcome::all_answered, "every job was answered; value: median time to the answer in µs";
    "breaker-open", cause::breaker_open, "callers turned jobs away by themselves because a circuit breaker was open or half open; value: jobs";
    "broker-out", cause::broker_out, "jobs failed while a broker was out; value: jobs";
    "outage-failed", cause::outage_failed, "jobs failed while a worker was out; value: jobs";
    "outage-delayed", cause::outage_delayed, "a worker was out and callers waited for it, but none failed; value: longest time to an answer in µs";
    "outage-absorbed", cause::outage_absorbed, "a worker was out and what had been handed over waited for it, none failed; value: most that were ready at once";
    "unknown", outcome::unknown, "callers met silence and cannot know whether the work was done; value: jobs";
    "refused", outcome::refused, "jobs were turned away unseen at every attempt; value: jobs";
    "excused", outcome::excused, "jobs went on without a part, and their other work was done; value: jobs";
    "executed-twice", cause::executed_twice, "work on a job was begun more than once; value: jobs";
    "done-for-nobody", outcome::done_for_nobody, "work was done for callers that had stopped waiting; value: jobs";
    "too-late", outcome::too_late, "results came after they had ceased to be of use; value: jobs";
    "idle", wait::idle, "workers were idle, or waited for another party, although work waited for them, and much of their time or so that they could not do all that was wanted; value: the share of their time while work waited";
    "offered-load", wait::offered_load, "at least nine tenths of what the workers can do is wanted of them, by jobs that come at moments of their own; value: the share";
    "handed-over", wait::handed_over, "jobs were handed over; value: median time to hand over in µs";
    "unanswered", wait::unanswered, "jobs were handed over and no caller was told a result; value: jobs handed over";
    "blocked", wait::blocked, "callers' threads spent at least half of their time blocked; value: that share";
    "never-blocked", wait::never_blocked, "callers handed jobs over and no thread was ever blocked; value: 0";
    "backlog", wait::backlog, "jobs waited at the caller for a free thread; value: most at once";
    "accept-queue", wait::accept_queue, "jobs waited at the receiver for a free worker; value: most at once";
    "queue", wait::queue, "jobs lay ready in a queue; value: most at once";
}

/// A verdict without the name of the rule that spoke.
struct Said {
    text: String,
    value: Value,
    at: Option<Moment>,
    tone: Tone,
}

/// All that the rules have to say about a side, what weighs most first.
pub fn verdicts(trace: &Trace, metrics: &Metrics, crews: &[Crew], yardstick: &Yardstick) -> Vec<Verdict> {
    let case = Case { trace, metrics, crews, yardstick };
    let spoken = RULES.iter().filter_map(|rule| {
        let Said { text, value, at, tone } = (rule.speak)(&case)?;
        Some(Verdict { rule: rule.name, text, value, at, tone })
    });
    spoken.collect()
}

/// The case on which the rules give their verdicts: one side with all that is known of it.
struct Case<'a> {
    trace: &'a Trace,
    metrics: &'a Metrics,
    crews: &'a [Crew],
    yardstick: &'a Yardstick,
}

impl Case<'_> {
    fn jobs(&self) -> impl Iterator<Item = JobId> + '_ {
        (0..self.trace.jobs.len() as u32).map(JobId::from_index)
    }

    fn jobs_with(&self, outcome: CallerOutcome) -> impl Iterator<Item = JobId> + '_ {
        self.jobs().filter(move |job| self.trace.jobs[job.at()].caller == outcome)
    }

    fn has_failed(&self, job: JobId) -> bool {
        match self.trace.jobs[job.at()].caller {
            CallerOutcome::Refused | CallerOutcome::Failed | CallerOutcome::Unknown => true,
            CallerOutcome::Waiting | CallerOutcome::Answered | CallerOutcome::Accepted => false,
        }
    }

    /// "1 e-mail", "2 e-mails".
    fn counted(&self, count: u64) -> String {
        format!("{count} {}", self.noun(count))
    }

    /// "2 of 12 e-mails", or "the e-mail" where there is but one.
    fn of_all(&self, count: u64) -> String {
        match self.metrics.jobs {
            1 => format!("the {}", self.yardstick.one),
            all if all == count => format!("all {all} {}", self.yardstick.many),
            all => format!("{count} of {all} {}", self.yardstick.many),
        }
    }

    fn noun(&self, count: u64) -> &str {
        if count == 1 { &self.yardstick.one } else { &self.yardstick.many }
    }

    fn rows(&self, chosen: impl Fn(JobId) -> bool) -> Vec<&JobRow> {
        self.jobs().filter(|job| chosen(*job)).map(|job| &self.trace.jobs[job.at()]).collect()
    }

    fn lane(&self, actor: ActorId) -> &ActorRow {
        self.trace.actor(actor)
    }

    /// "Mail service was down from 900 ms to 1.3 s", or how often and how long in all, for outages of one lane.
    fn outages_in_words(&self, outages: &[Outage]) -> String {
        let Some(first) = outages.first() else { return String::new() };
        let name = &self.lane(first.actor).name;
        match outages {
            [only] => format!("{name} was down {}", span_in_words(only.begin, only.end)),
            [.., last] => {
                let span = span_in_words(first.begin, last.end);
                format!("{name} was down {} times {span}, {} in all", outages.len(), self.length_in_words(outages))
            }
            [] => String::new(),
        }
    }

    fn length_in_words(&self, outages: &[Outage]) -> String {
        let sum = outages.iter().map(|outage| outage.length(self.yardstick.window).as_micros()).sum();
        micros_in_words(sum)
    }

    /// For each job whether a switch that was not closed turned it away: it was refused without any message having been
    /// sent.
    fn turned_away_by_switch(&self) -> Vec<bool> {
        let mut turned_away: Vec<bool> =
            self.trace.jobs.iter().map(|row| row.caller == CallerOutcome::Refused).collect();
        for message in &self.trace.messages {
            for part in self.trace.parts_of(message) {
                turned_away[self.trace.job_of(*part).at()] = false;
            }
        }
        let open = open_switches(self.trace);
        let any_open = |at: Moment| open.iter().any(|open| open.begin <= at && at <= open.end);
        for (job, turned_away) in turned_away.iter_mut().enumerate().filter(|(_, turned_away)| **turned_away) {
            *turned_away = any_open(self.trace.jobs[job].settled);
        }
        turned_away
    }
}

/// "was" or "were".
fn was(count: u64) -> &'static str {
    if count == 1 { "was" } else { "were" }
}

fn micros_in_words(micros: u64) -> String {
    readable(Span::micros(micros))
}

fn moment_in_words(at: Moment) -> String {
    readable(at.since(Moment::START))
}

/// "from 900 ms to 1.3 s".
pub(super) fn span_in_words(begin: Moment, end: Moment) -> String {
    let begin = moment_in_words(begin);
    match end.known() {
        Some(end) => format!("from {begin} to {}", moment_in_words(end)),
        None => format!("from {begin} to the end"),
    }
}

/// A share to the nearest whole per cent, in words.
pub(super) fn percent(part: u64, whole: u64) -> String {
    let whole = u128::from(whole.max(1));
    format!("{} %", (u128::from(part) * 200 + whole) / (2 * whole))
}

/// The text with a capital for its first letter.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
