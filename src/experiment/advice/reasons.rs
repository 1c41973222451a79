//! The eight rules of thumb, each as a reason that applies to a workload or does not, with its number.
//!
//! *Invariant:* a reason's number is of the runs; whether a rule applies is decided by the workload and that number.

use super::exhibit::{Exhibit, Measure, percent};
use super::{BUSY, Evidence, HELD, Verdict};
use crate::experiment::workload::{Waits, pace};
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
    /// What shows it; a rule that is not about this workload has nothing to show.
    pub exhibit: Option<Exhibit>,
}

/// A response within this is one that is felt as immediate in a program's flow.
const IMMEDIATE: Span = Span::seconds(1);

/// What is found of a rule.
struct Found {
    applies: bool,
    weight: f64,
    said: String,
    exhibit: Option<Exhibit>,
}

impl Found {
    /// A rule that is not about this workload.
    fn nothing(said: String) -> Found {
        Found { applies: false, weight: 0.0, said, exhibit: None }
    }
}

/// All eight, what applies first, and of these what speaks for the verdict, by weight.
pub(super) fn reasons(evidence: &Evidence<'_>, verdict: Verdict) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = RULES
        .iter()
        .map(|(rule, says, speaks)| {
            let Found { applies, weight, said, exhibit } = found(rule, evidence);
            Reason { rule, says, speaks: *speaks, applies, weight, said, exhibit }
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

fn found(rule: &str, evidence: &Evidence<'_>) -> Found {
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

/// Where somebody waits: `waits` says who, and for how long. It weighs as many times as the result is there sooner than that.
fn waited_for(evidence: &Evidence<'_>, patience: Span, waits: &str) -> Found {
    let measure = Measure::decisive(evidence, 1.0);
    let shown = measure.exhibited(evidence, 1.0);
    let [called, queued] = shown.values.map(|value| shown.told(value));
    let missed = evidence.missed(0);
    let late = if missed > 0.0 { format!(", and {} have none in time", percent(missed)) } else { String::new() };
    let said = match measure {
        Measure::Missed => format!("{waits}; called, {called} have no result in time, and {queued} queued."),
        _ => format!("{waits}; called, 95 % have the result within {called}{late}; queued, within {queued}."),
    };
    let took = Measure::Result.at(evidence, 1.0, 0).map_or(f64::MAX, |took| took.max(1) as f64);
    Found { applies: true, weight: patience.as_micros() as f64 / took, said, exhibit: Some(shown) }
}

fn immediate(evidence: &Evidence<'_>) -> Found {
    match evidence.workload.patience().filter(|patience| *patience <= IMMEDIATE) {
        Some(patience) => waited_for(evidence, patience, &format!("It is needed within {}", readable(patience))),
        None => Found::nothing(format!("Nobody needs it within {}.", readable(IMMEDIATE))),
    }
}

fn person(evidence: &Evidence<'_>) -> Found {
    match evidence.workload.patience() {
        Some(patience) if evidence.workload.waits == Waits::Person => {
            waited_for(evidence, patience, &format!("A person waits up to {}", readable(patience)))
        }
        _ => Found::nothing("No person waits.".to_owned()),
    }
}

fn by_nature(evidence: &Evidence<'_>) -> Found {
    if evidence.workload.waits != Waits::Program {
        return Found::nothing("No program waits for the result to go on.".to_owned());
    }
    let messages = Exhibit::messages(evidence);
    let [call, queue] = messages.values.map(|value| messages.told(value));
    let said = format!(
        "The caller cannot go on without the result. A call brings it, with {call} messages; a queue takes {queue} to have the work \
         done, and the result still has to find its way back."
    );
    Found { applies: true, weight: 1.0, said, exhibit: Some(messages) }
}

fn simple(evidence: &Evidence<'_>) -> Found {
    let offered = Measure::Offered.exhibited(evidence, 1.0);
    let busy = evidence.offered();
    // As long as what comes next on the ladder goes well.
    let well = evidence.ladder.iter().filter(|tried| tried.load >= 1.0);
    let well = well.take_while(|tried| tried.verdict(evidence.workload) == Verdict::Call).last();
    let at_work = format!("The workers are offered {} of what they can do", offered.told(offered.values[0]));
    let weight = BUSY / busy.max(0.001);
    let (applies, weight, said) = match well.map(|tried| tried.load) {
        Some(load) if load > 1.0 => {
            (true, weight, format!("{at_work}, and with {load} times the load calls still do."))
        }
        Some(_) => {
            (busy <= BUSY, weight, format!("{at_work}. Calls do for what comes now, and not for half as much again."))
        }
        None => (false, 0.0, format!("{at_work}, and calls do not do for what comes now.")),
    };
    Found { applies, weight, said, exhibit: Some(offered) }
}

/// Whether the work alone takes longer than somebody waits, or than a caller should be held.
fn long(evidence: &Evidence<'_>) -> Found {
    let work = Exhibit::work(evidence);
    let patience = evidence.workload.patience().unwrap_or(HELD);
    let weight = evidence.here[0].work() / patience.as_micros() as f64 * 2.0;
    let than = match evidence.workload.waits {
        Waits::Nobody => format!("a caller should be held for no more than {}", readable(patience)),
        Waits::Person | Waits::Program => format!("whoever waits does so for up to {}", readable(patience)),
    };
    let said = format!("The work alone takes {} on average; {than}.", work.told(work.values[0]));
    Found { applies: weight > 1.0, weight, said, exhibit: Some(work) }
}

fn scale(evidence: &Evidence<'_>) -> Found {
    let workload = evidence.workload;
    let busy = evidence.offered();
    let first = evidence.ladder.iter().find(|tried| tried.load >= 1.0 && tried.verdict(workload) != Verdict::Call);
    let first = first.map(|tried| tried.load);
    let applies = workload.burst == 1 && busy > BUSY && first.is_some_and(|load| load <= 1.5);
    let offered = Measure::Offered.exhibited(evidence, 1.0);
    let at_work = format!("The workers are offered {} of what they can do", offered.told(offered.values[0]));
    let (said, exhibit) = match first {
        Some(load) => {
            let (fares, exhibit) = fares(evidence, load);
            let said = format!("{at_work}. With {} {fares}.", pace(workload.rate_per_s * load));
            // Where nobody waits, how both fare is what another rule shows.
            (said, if workload.waits == Waits::Nobody { offered } else { exhibit })
        }
        None => (format!("{at_work}, and calls would do for ten times as much."), offered),
    };
    Found { applies, weight: busy / BUSY, said, exhibit: Some(exhibit) }
}

/// How both sides fare at a load, by what decides there.
fn fares(evidence: &Evidence<'_>, load: f64) -> (String, Exhibit) {
    let measure = Measure::decisive(evidence, load);
    let shown = measure.exhibited(evidence, load);
    let [called, queued] = shown.values.map(|value| shown.told(value));
    let said = match (measure, evidence.workload.waits) {
        (Measure::Missed, Waits::Nobody) => {
            format!("{called} of the calls are not done, and {queued} of what is queued")
        }
        (Measure::Missed, _) => format!("{called} of the calls have no result in time, and {queued} of what is queued"),
        (Measure::Result, _) => {
            format!("95 % of the calls have their result within {called}, and of what is queued within {queued}")
        }
        (Measure::Held | Measure::Offered, _) => {
            format!("a call holds its caller for {called} (p95), a queue for {queued}")
        }
    };
    (said, shown)
}

fn no_answer(evidence: &Evidence<'_>) -> Found {
    if evidence.workload.waits != Waits::Nobody {
        return Found::nothing("Somebody waits for the result.".to_owned());
    }
    let held = Measure::Held.exhibited(evidence, 1.0);
    let [called, queued] = held.values.map(|value| held.told(value));
    let missed = [0, 1].map(|side| evidence.missed(side));
    let [fail, also] = match missed {
        [0.0, 0.0] => [String::new(), String::new()],
        missed => missed.map(|missed| format!(", and {} are not done", percent(missed))),
    };
    let said = format!("A call holds its caller for {called} (p95){fail}; a queue for {queued}{also}.");
    Found {
        applies: true,
        weight: 1.0 + missed[0] / super::FAILED,
        said: format!("Nobody waits for the result. {said}"),
        exhibit: Some(Measure::decisive(evidence, 1.0).exhibited(evidence, 1.0)),
    }
}

fn many_at_once(evidence: &Evidence<'_>) -> Found {
    let workload = evidence.workload;
    if workload.burst == 1 {
        return Found::nothing("They come one by one.".to_owned());
    }
    let lasts = f64::from(workload.burst) * evidence.here[0].work() / f64::from(workload.workers);
    let limit = workload.patience().unwrap_or(HELD).as_micros() as f64;
    let (fares, by) = fares(evidence, 1.0);
    let all = Exhibit::burst(evidence, lasts as u64, &by);
    let said = format!(
        "{} come at once, which {} workers take {} for: {fares}.",
        workload.burst,
        workload.workers,
        all.told(all.values[0])
    );
    Found { applies: lasts > limit, weight: lasts / limit, said, exhibit: Some(all) }
}
