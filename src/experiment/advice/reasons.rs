//! The eight rules of thumb, each as a reason that applies to a workload or does not, with its number.
//!
//! *Invariant:* a reason's number is of the runs; whether a rule applies is decided by the workload and that number.

use super::{BUSY, Evidence, HELD, Tried, Verdict};
use crate::experiment::workload::Waits;
use crate::metrics::numbers::{Unit, told};
use crate::time::{Span, readable};

/// For which style a rule speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    /// For calls.
    ForCalls,
    /// For queues.
    ForQueues,
}

/// The rules of thumb, by their names: those for calls, and those for queues.
pub const RULES: [(&str, &str, Speaks); 8] = [
    ("immediate", "An immediate response is needed", Speaks::ForCalls),
    ("request-response", "The system is request–response by nature", Speaks::ForCalls),
    ("simple", "Simplicity before scale", Speaks::ForCalls),
    ("person", "A person waits", Speaks::ForCalls),
    ("long", "The task runs long", Speaks::ForQueues),
    ("scale", "Throughput and scale", Speaks::ForQueues),
    ("no-answer", "No immediate answer is needed", Speaks::ForQueues),
    ("many-at-once", "Many come at once", Speaks::ForQueues),
];

/// A rule of thumb and what the runs say of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// The rule's name.
    pub rule: &'static str,
    /// The rule.
    pub says: &'static str,
    /// For which style it speaks.
    pub speaks: Speaks,
    /// Whether it applies.
    pub applies: bool,
    /// How much it weighs: above one more than its limit.
    pub weight: f64,
    /// What the runs say of it.
    pub said: String,
}

/// A response within this is one that is felt as immediate in a program's flow.
const IMMEDIATE: Span = Span::seconds(1);

/// All eight, what applies first, and of these what speaks for the verdict, by weight.
pub(super) fn reasons(evidence: &Evidence<'_>, verdict: Verdict) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = RULES
        .iter()
        .map(|(rule, says, speaks)| {
            let (applies, weight, said) = found(rule, evidence);
            Reason { rule, says, speaks: *speaks, applies, weight, said }
        })
        .collect();
    let agrees = |reason: &Reason| (reason.speaks == Speaks::ForCalls) == (verdict == Verdict::Call);
    // Stable, so that of equal ones the order of the rules decides.
    reasons.sort_by(|one, other| {
        let rank = |reason: &Reason| (!reason.applies, !agrees(reason));
        rank(one).cmp(&rank(other)).then(other.weight.total_cmp(&one.weight))
    });
    reasons
}

/// Whether a rule applies, how much it weighs, and what the runs say of it.
fn found(rule: &str, evidence: &Evidence<'_>) -> (bool, f64, String) {
    match rule {
        "immediate" => immediate(evidence),
        "request-response" => by_nature(evidence),
        "simple" => simple(evidence),
        "person" => person(evidence),
        "long" => long(evidence),
        "scale" => scale(evidence),
        "no-answer" => no_answer(evidence),
        _ => many_at_once(evidence),
    }
}

fn time(number: Option<u64>) -> String {
    number.map_or_else(|| "never".to_owned(), |number| readable(Span::micros(number)))
}

fn percent(share: f64) -> String {
    let tenths = (share * 1000.0).round() as u64;
    if tenths >= 100 || tenths.is_multiple_of(10) {
        format!("{} %", (tenths + 5) / 10)
    } else {
        format!("{}.{} %", tenths / 10, tenths % 10)
    }
}

/// How many times as long as it takes whoever waits does so.
fn to_spare(evidence: &Evidence<'_>) -> f64 {
    let patience = evidence.workload.patience().map_or(0.0, |patience| patience.as_micros() as f64);
    let took = evidence.middle(0, "time_to_answer.p95_us").map_or(f64::MAX, |took| took.max(1) as f64);
    patience / took
}

/// How soon the answer is there, and for how many it is not in time.
fn answered(evidence: &Evidence<'_>) -> String {
    let took = evidence.middle(0, "time_to_answer.p95_us");
    let missed = evidence.missed(0);
    let late = if missed > 0.0 { format!(", and {} have none in time", percent(missed)) } else { String::new() };
    match took {
        Some(took) => format!("by a call 95 % of the answers are there within {}{late}", time(Some(took))),
        None => "by a call there is no answer in time".to_owned(),
    }
}

fn immediate(evidence: &Evidence<'_>) -> (bool, f64, String) {
    let patience = evidence.workload.patience();
    match patience.filter(|patience| *patience <= IMMEDIATE) {
        Some(patience) => {
            (true, to_spare(evidence), format!("It is needed within {}; {}.", readable(patience), answered(evidence)))
        }
        None => (false, 0.0, format!("Nobody needs it within {}.", readable(IMMEDIATE))),
    }
}

fn by_nature(evidence: &Evidence<'_>) -> (bool, f64, String) {
    if evidence.workload.waits != Waits::Program {
        return (false, 0.0, "No program waits for the result to go on.".to_owned());
    }
    let [call, queue] = [0, 1].map(|side| told(Unit::Rate, evidence.middle(side, "messages_per_job").unwrap_or(0)));
    let said = format!(
        "The caller cannot go on without the result. A call brings it, with {call} messages; a queue takes {queue} to have the work \
         done, and the result still has to find its way back."
    );
    (true, 1.0, said)
}

fn simple(evidence: &Evidence<'_>) -> (bool, f64, String) {
    let busy = evidence.offered();
    // As long as what comes next on the ladder goes well.
    let well = evidence.ladder.iter().filter(|tried| tried.load >= 1.0);
    let well = well.take_while(|tried| tried.verdict(evidence.workload) == Verdict::Call).last();
    let at_work = format!("The workers are offered {} of what they can do", percent(busy));
    match well.map(|tried| tried.load) {
        Some(load) if load > 1.0 => {
            (true, BUSY / busy.max(0.001), format!("{at_work}, and with {load} times the load calls still do."))
        }
        Some(_) => (
            busy <= BUSY,
            BUSY / busy.max(0.001),
            format!("{at_work}. Calls do for what comes now, and not for half as much again."),
        ),
        None => (false, 0.0, format!("{at_work}, and calls do not do for what comes now.")),
    }
}

fn person(evidence: &Evidence<'_>) -> (bool, f64, String) {
    match evidence.workload.patience() {
        Some(patience) if evidence.workload.waits == Waits::Person => {
            (true, to_spare(evidence), format!("A person waits up to {}; {}.", readable(patience), answered(evidence)))
        }
        _ => (false, 0.0, "No person waits.".to_owned()),
    }
}

/// Whether the work alone takes longer than somebody waits, or than a caller should be held.
fn long(evidence: &Evidence<'_>) -> (bool, f64, String) {
    let patience = evidence.workload.patience().unwrap_or(HELD);
    let work = evidence.here[0].work();
    let weight = work / patience.as_micros() as f64 * 2.0;
    let than = match evidence.workload.waits {
        Waits::Nobody => format!("a caller should be held for no more than {}", readable(patience)),
        Waits::Person | Waits::Program => format!("whoever waits does so for up to {}", readable(patience)),
    };
    (weight > 1.0, weight, format!("The work alone takes {} on average; {than}.", time(Some(work as u64))))
}

fn scale(evidence: &Evidence<'_>) -> (bool, f64, String) {
    let workload = evidence.workload;
    let busy = evidence.offered();
    let first = evidence.ladder.iter().find(|tried| tried.load >= 1.0 && tried.verdict(workload) != Verdict::Call);
    let applies = workload.burst == 1 && busy > BUSY && first.is_some_and(|tried| tried.load <= 1.5);
    let at_work = format!("The workers are offered {} of what they can do", percent(busy));
    let said = match first {
        Some(tried) => {
            let run = Some(tried).filter(|tried| tried.load > 1.0);
            let pace = super::costs::pace(workload.rate_per_s * tried.load);
            format!("{at_work}. With {pace} {}.", fares(evidence, run))
        }
        None => format!("{at_work}, and calls would do for ten times as much."),
    };
    (applies, busy / BUSY, said)
}

/// How both sides fare, by what is decided by: in a run, or else in the middle of the seeds.
fn fares(evidence: &Evidence<'_>, run: Option<&Tried>) -> String {
    let missed = |side| run.map_or_else(|| evidence.missed(side), |run| run.missed(side, evidence.workload));
    let [called, queued] = [0, 1].map(missed);
    let what = if evidence.workload.waits == Waits::Nobody { "are not done" } else { "have no result in time" };
    if called == 0.0 && queued == 0.0 {
        let key = "time_to_hand_over.p95_us";
        let held = |side| time(run.map_or_else(|| evidence.middle(side, key), |run| run.number(side, key)));
        return format!("a call holds its caller for {} (p95), a queue for {}", held(0), held(1));
    }
    format!("{} of the calls {what}, and {} of what is queued", percent(called), percent(queued))
}

fn no_answer(evidence: &Evidence<'_>) -> (bool, f64, String) {
    if evidence.workload.waits != Waits::Nobody {
        return (false, 0.0, "Somebody waits for the result.".to_owned());
    }
    let [held, freed] = [0, 1].map(|side| time(evidence.middle(side, "time_to_hand_over.p95_us")));
    let missed = evidence.missed(0);
    let fail = if missed > 0.0 { format!(", and {} fail", percent(missed)) } else { String::new() };
    let weight = 1.0 + missed / super::FAILED;
    (
        true,
        weight,
        format!("Nobody waits for the result. A call holds its caller for {held} (p95){fail}; a queue for {freed}."),
    )
}

fn many_at_once(evidence: &Evidence<'_>) -> (bool, f64, String) {
    let workload = evidence.workload;
    let lasts = f64::from(workload.burst) * evidence.here[0].work() / f64::from(workload.workers);
    let limit = workload.patience().unwrap_or(HELD).as_micros() as f64;
    if workload.burst == 1 {
        return (false, 0.0, "They come one by one.".to_owned());
    }
    let said = format!(
        "{} come at once, which {} workers take {} for: {}.",
        workload.burst,
        workload.workers,
        time(Some(lasts as u64)),
        fares(evidence, None)
    );
    (lasts > limit, lasts / limit, said)
}
