//! Numbers and verdicts of one side, from its trace alone.
//!
//! A number has a key, a unit and a formula, and all three stand in one list below: the JSON report prints the keys,
//! its documentation the rest. Shares of time are taken over the same window on both sides, from 0 to the end of the
//! later one, and rates over each side's own time.
//!
//! *Invariant:* nothing but the trace and the [`Yardstick`] is read. Lanes are known by their duty and rows by their
//! kind, and no protocol is known.

mod comparison;
mod count;
mod crew;
mod depth;
mod idleness;
mod life;
pub mod numbers;
mod outage;
mod over_time;
mod spread;
mod verdict;

pub use comparison::{Compared, Comparison, compare};
pub use crew::Crew;
pub use life::Whereabouts;
pub use over_time::{OverTime, Place};
pub use spread::Spread;
pub use verdict::{RULES, Tone, Value, Verdict, sentence, verdicts};

use std::sync::OnceLock;

use serde::{Serialize, Serializer};

use crate::sorting;
use crate::time::{Moment, Span};
use crate::trace::{ActorRow, Duty, Slot, StayKind, Trace};

/// What is needed to measure a side and is not in its trace.
#[derive(Clone, Debug)]
pub struct Yardstick {
    /// The end of the later side.
    pub window: Moment,
    /// How long the result of a job is of use, if it ever ceases to be.
    pub useful_within: Option<Span>,
    /// How many users want the jobs, each only when the last one is off their hands; nothing if the jobs are wanted at
    /// moments of their own.
    pub users: Option<u32>,
    /// What a job is called: "e-mail".
    pub one: String,
    /// What several are called: "e-mails".
    pub many: String,
}

/// The key, the unit and the formula of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// Its key in the JSON report.
    pub key: &'static str,
    pub unit: &'static str,
    pub formula: &'static str,
}

macro_rules! metrics {
    ($($key:ident: $type:ty, $unit:literal, $formula:literal;)+) => {
        /// The numbers of one side; [`MEANINGS`] says of each what it is.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        pub struct Metrics {
            $(#[doc = $formula] pub $key: $type,)+
        }

        /// Key, unit and formula of every number, in the order of the report.
        pub const MEANINGS: &[Meaning] = &[
            $(Meaning { key: stringify!($key), unit: $unit, formula: $formula }),+
        ];

        impl Metrics {
            /// The names of all single numbers, in the order of [`Metrics::numbers`].
            pub fn names() -> &'static [numbers::Name] {
                static NAMES: OnceLock<Vec<numbers::Name>> = OnceLock::new();
                NAMES.get_or_init(|| {
                    let mut names = Vec::new();
                    $(numbers::name::<$type>(stringify!($key), $unit, &mut names);)+
                    names
                })
            }

            /// All single numbers as whole ones, in the order of [`Metrics::names`]; nothing where there is no such value.
            pub fn numbers(&self) -> Vec<Option<u64>> {
                let mut numbers = Vec::new();
                $(numbers::Counted::count(&self.$key, &mut numbers);)+
                numbers
            }
        }
    };
}

metrics! {
    window_us: u64, "µs", "end of the later side; shares of time are taken from 0 to here on both sides";
    jobs: u64, "jobs", "jobs of the workload";

    time_to_hand_over: Option<Spread>, "µs", "accepted − wanted, over the jobs that were accepted (an answer accepts too)";
    time_to_answer: Option<Spread>, "µs", "answered − wanted, over the jobs that were answered";
    time_to_finish: Option<Spread>, "µs", "finished − wanted, over the jobs whose work was done";

    time_to_result: Option<Spread>, "µs", "from being wanted to the answer, or to the end of the work of a job that was only handed over; over the jobs that came to that";

    blocked_us: u64, "µs", "thread time in which the callers' threads were held by a job but could only wait";
    caller_thread_us: u64, "µs", "callers' threads × window";
    blocked_share: Option<f64>, "0 to 1", "blocked_us ÷ caller_thread_us";

    job_time_us: u64, "µs", "sum over the jobs of the time from being wanted until work and caller were both done with it; the next eight add up to it, each microsecond counted under the first of them that applies";
    working_us: u64, "µs", "job time in which a worker worked on it";
    backlog_us: u64, "µs", "job time in which it waited at the caller for a free thread";
    pool_us: u64, "µs", "job time in which it waited for a connection";
    accept_queue_us: u64, "µs", "job time in which it waited at the receiver for a free worker";
    broker_us: u64, "µs", "job time in which it lay in a queue or log, deliverable or hidden, or was delivered and neither under way nor begun";
    network_us: u64, "µs", "job time in which a message that carries it was on its way";
    retry_us: u64, "µs", "job time in which it waited for its next attempt";
    resting_us: u64, "µs", "job time in which its task rested until a moment of its own choice, as until its next look, and nothing else was done about it";
    silence_us: u64, "µs", "job time in which nobody had it: the rest, as after a message was lost";
    waiting_share: Option<f64>, "0 to 1", "1 − working_us ÷ job_time_us";

    throughput_per_s: f64, "jobs/s", "(done + excused) ÷ the time from 0 to the end of this side";
    goodput_per_s: f64, "jobs/s", "useful ÷ the time from 0 to the end of this side";
    useful: u64, "jobs", "answered in time, or accepted and done in time, where in time is within workload.useful_within of being wanted, and always if there is no such limit";
    late: u64, "jobs", "answered, or accepted and done, but not in time";

    busy_us: u64, "µs", "time in which the workers worked";
    worker_us: u64, "µs", "workers × window";
    worker_use: Option<f64>, "0 to 1", "busy_us ÷ worker_us";

    backlog_max: u64, "jobs", "most that waited at the callers at once";
    accept_queue_max: u64, "jobs", "most that waited at the receivers for a worker at once";
    ready_max: u64, "jobs", "most that lay deliverable in queues at once";
    broker_depth_max: u64, "jobs", "most that lay in queues at once: deliverable, hidden, or delivered and still held";
    broker_depth_mean: f64, "jobs", "time average of the same over the window";
    outage_us: u64, "µs", "time in which at least one actor was out of service";
    drain_us: Option<u64>, "µs", "from the end of the last outage to the first moment at which nobody waited in a backlog, a pool, an accept queue or a queue";

    answered: u64, "jobs", "jobs whose caller holds the result";
    accepted: u64, "jobs", "jobs that somebody else took responsibility for, and whose result the caller was not told";
    failed: u64, "jobs", "jobs whose caller stopped trying: refused + unknown + errored";
    refused: u64, "jobs", "of these, turned away unseen at every attempt";
    unknown: u64, "jobs", "of these, with an attempt that was met by silence";
    errored: u64, "jobs", "of these, answered by an error";
    waiting: u64, "jobs", "jobs whose caller still waited when the run ended; answered + accepted + failed + waiting = jobs";

    done: u64, "jobs", "jobs whose work was done, whoever knows of it";
    excused: u64, "jobs", "jobs whose work was done but for parts that they went on without: a fallback took their place, or no queue was bound for them yet";
    dead_lettered: u64, "jobs", "jobs with work that was set aside in a dead-letter queue and not done";
    in_dead_letters: u64, "jobs", "jobs that lie in a dead-letter queue, even if their work was done as well";
    lost: u64, "jobs", "jobs with work that was not done and that nobody holds any more";
    accepted_and_lost: u64, "jobs", "of these, those that were accepted or answered before";
    unfinished: u64, "jobs", "jobs with work not done that somebody still holds; done + excused + dead_lettered + lost + unfinished = jobs";

    timed_out: u64, "attempts", "attempts that were not answered in time";
    retried: u64, "attempts", "attempts beyond the first that callers decided on";
    redelivered: u64, "deliveries", "deliveries that went back to their queue";
    executions: u64, "executions", "executions begun";
    executed_twice: u64, "jobs", "jobs with a part on which work was begun more than once";
    effects_twice: u64, "jobs", "jobs with a part whose work changed the world more than once";
    done_for_nobody: u64, "jobs", "jobs whose work was done although their caller had failed or failed later";
    overtaken: u64, "jobs", "jobs that were done after one that was wanted later";

    messages: u64, "messages", "messages sent that carry work, results or responsibility: payload and control";
    messages_per_job: f64, "messages/job", "messages ÷ jobs";
    background_messages: u64, "messages", "messages sent that would be there without any job";
    messages_refused: u64, "messages", "messages that arrived and were turned away";
    messages_lost: u64, "messages", "messages that never arrived";
    late_answers: u64, "messages", "messages that arrived when nobody was waiting for them any more";

    bytes: u64, "bytes", "bytes on the wire of the payload and control messages sent: what they carry, and what the application's protocol puts round it; nothing where a connection was refused";
    bytes_per_job: f64, "bytes/job", "bytes ÷ jobs";
    background_bytes: u64, "bytes", "bytes on the wire of the background messages sent";

    lanes: u64, "lanes", "parties: callers, brokers, workers, dead-letter queues";
    message_kinds: u64, "kinds", "kinds of payload and control messages that were sent";
    endings: u64, "endings", "different ends that jobs came to, as pairs of caller outcome and work outcome";
}

/// The numbers of one side.
///
/// ```
/// use counterpoint::{metrics, scenario::Scenario, time::Span};
/// let played = Scenario::from_json(r#"{"name": "x", "workload": {"work": "40ms"}}"#).unwrap().play();
/// let yardstick =
///     metrics::Yardstick { window: played.ended(), useful_within: None, users: None, one: "job".into(), many: "jobs".into() };
/// let metrics = metrics::measure(&played.sides[0].trace, &yardstick);
/// assert_eq!((metrics.answered, metrics.working_us), (1, 40_000));
/// ```
pub fn measure(trace: &Trace, yardstick: &Yardstick) -> Metrics {
    let window = yardstick.window.since(Moment::START).as_micros();
    let own = trace.ended.micros();
    let count = count::count(trace, yardstick);
    let life = life::lives(trace, yardstick.window);
    let depth = depth::depth(trace, yardstick.window);
    let blocked_us = stay_time(trace, Duty::Caller, StayKind::Blocked, yardstick.window);
    let busy_us = stay_time(trace, Duty::Worker, StayKind::Busy, yardstick.window);
    let caller_thread_us = slot_time(trace, Duty::Caller, window);
    let worker_us = slot_time(trace, Duty::Worker, window);
    Metrics {
        window_us: window,
        jobs: count.jobs,
        time_to_hand_over: spread::of_jobs(trace, |job| trace.jobs[job.at()].accepted.known()),
        time_to_answer: spread::of_jobs(trace, |job| trace.jobs[job.at()].answered.known()),
        time_to_finish: spread::of_jobs(trace, |job| trace.finished(job)),
        time_to_result: spread::of_jobs(trace, |job| comparison::result(trace, job)),
        blocked_us,
        caller_thread_us,
        blocked_share: share(blocked_us, caller_thread_us),
        job_time_us: life.total(),
        working_us: life.spent(Whereabouts::Working),
        backlog_us: life.spent(Whereabouts::Backlog),
        pool_us: life.spent(Whereabouts::Pool),
        accept_queue_us: life.spent(Whereabouts::AcceptQueue),
        broker_us: [Whereabouts::Ready, Whereabouts::Hidden, Whereabouts::Delivered]
            .map(|there| life.spent(there))
            .iter()
            .sum(),
        retry_us: life.spent(Whereabouts::Retry),
        resting_us: life.spent(Whereabouts::Resting),
        network_us: life.spent(Whereabouts::Network),
        silence_us: life.spent(Whereabouts::Silence),
        waiting_share: share(life.total() - life.spent(Whereabouts::Working), life.total()),
        throughput_per_s: per_second(count.done + count.excused, own),
        goodput_per_s: per_second(count.useful, own),
        useful: count.useful,
        late: count.late,
        busy_us,
        worker_us,
        worker_use: share(busy_us, worker_us),
        backlog_max: depth.backlog_max,
        accept_queue_max: depth.accept_queue_max,
        ready_max: depth.ready_max,
        broker_depth_max: depth.broker_max,
        broker_depth_mean: ratio(depth.broker_area, window),
        outage_us: depth.outage_us,
        drain_us: depth.drain_us,
        answered: count.answered,
        accepted: count.accepted,
        failed: count.refused + count.unknown + count.errored,
        refused: count.refused,
        unknown: count.unknown,
        errored: count.errored,
        waiting: count.waiting,
        done: count.done,
        excused: count.excused,
        dead_lettered: count.dead_lettered,
        in_dead_letters: count.in_dead_letters,
        lost: count.lost,
        accepted_and_lost: count.accepted_and_lost,
        unfinished: count.unfinished,
        timed_out: count.timed_out,
        retried: count.retried,
        redelivered: count.redelivered,
        executions: count.executions,
        executed_twice: count.executed_twice,
        effects_twice: count.effects_twice,
        done_for_nobody: count.done_for_nobody,
        overtaken: count.overtaken,
        messages: count.messages,
        messages_per_job: ratio(count.messages, count.jobs),
        background_messages: count.background_messages,
        messages_refused: count.messages_refused,
        messages_lost: count.messages_lost,
        late_answers: count.late_answers,
        bytes: count.bytes,
        bytes_per_job: ratio(count.bytes, count.jobs),
        background_bytes: count.background_bytes,
        lanes: trace.actors.len() as u64,
        message_kinds: count.message_kinds,
        endings: count.endings,
    }
}

/// The workers of a side as crews, and how idle these were while work waited for them.
pub fn crews(trace: &Trace, yardstick: &Yardstick) -> Vec<Crew> {
    crew::crews(trace, yardstick.window)
}

/// For each lane how long its slots worked, and how long they were blocked and did not work, in microseconds.
pub fn slot_times(trace: &Trace, window: Moment) -> Vec<[u64; 2]> {
    let kinds = [StayKind::Busy, StayKind::Blocked];
    let mut edges = Vec::new();
    for stay in &trace.stays {
        if let Some(kind) = kinds.iter().position(|kind| *kind == stay.kind) {
            edges.push(((stay.actor, stay.slot), stay.begin.min(window), kind, 1));
            edges.push(((stay.actor, stay.slot), stay.end.min(window), kind, -1));
        }
    }
    sorting::sort(&mut edges);
    let mut times = vec![[0; 2]; trace.actors.len()];
    let (mut open, mut since) = ([0; 2], Moment::START);
    for (place, at, kind, change) in edges {
        // A slot that is blocked while one of its branches works is at work.
        if let Some(kind) = open.iter().position(|open| *open > 0) {
            times[place.0.at()][kind] += at.since(since).as_micros();
        }
        (open[kind], since) = (open[kind] + change, at);
    }
    times
}

/// Writes a moment that may be missing as whole microseconds.
fn micros<S: Serializer>(at: &Option<Moment>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(Moment::micros).serialize(serializer)
}

/// The time of all slots of the lanes with that duty, in microseconds: their number × the window.
fn slot_time(trace: &Trace, duty: Duty, window: u64) -> u64 {
    trace.actors.iter().filter(|actor| actor.duty == duty).map(hands).sum::<u64>() * window
}

/// How many slots of a lane are its hands: threads, workers, consumers.
fn hands(actor: &ActorRow) -> u64 {
    (0..actor.slots).filter(|slot| is_hand(actor, Slot(*slot))).count() as u64
}

/// Whether the slot is one of the lane's hands. What is called otherwise, as a clock, is none.
fn is_hand(actor: &ActorRow, slot: Slot) -> bool {
    actor.slot_names.get(slot.at()).is_none_or(|name| name.starts_with(&actor.slot_noun))
}

/// The time spent in stays of that kind at lanes with that duty, in microseconds.
fn stay_time(trace: &Trace, duty: Duty, kind: StayKind, window: Moment) -> u64 {
    let spent = trace.stays.iter().filter(|stay| {
        let actor = trace.actor(stay.actor);
        stay.kind == kind && actor.duty == duty && is_hand(actor, stay.slot)
    });
    spent.map(|stay| stay.end.min(window).since(stay.begin).as_micros()).sum()
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| ratio(part, whole))
}

fn per_second(count: u64, micros: u64) -> f64 {
    if micros == 0 { 0.0 } else { count as f64 * 1e6 / micros as f64 }
}
