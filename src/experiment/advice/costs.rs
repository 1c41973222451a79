//! What would change a verdict, what is wrong whichever style is taken, and what the recommended style costs.
//!
//! *Invariant:* a cause is what, when it alone is changed, makes most of its effect go away; that was tried.

use super::{Evidence, MORE_IN_HAND, SEEDS, Tried, Verdict};
use crate::experiment::workload::{AtHand, MOST_JOBS, Waits, pace};
use crate::metrics::numbers::{Unit, told};

/// What would change the verdict: the first load, either way, at which it would be another.
pub(super) fn changes(evidence: &Evidence<'_>, verdict: Verdict) -> Vec<String> {
    let workload = evidence.workload;
    let what = |tried: &Tried| workload.comes(tried.load);
    let ladder = &evidence.ladder;
    let differs = |tried: &Tried| tried.verdict(workload) != verdict;
    let above = ladder.windows(2).find(|step| step[1].load > 1.0 && differs(&step[1]));
    let below = ladder.iter().rev().find(|tried| tried.load < 1.0 && differs(tried));
    vec![match (verdict, above, below) {
        (Verdict::Call, Some([before, first]), _) => {
            let then = other(evidence);
            format!("Between {} and {} the call side fails first: then it is {then}.", what(before), what(first))
        }
        (Verdict::Accept | Verdict::Queue, _, Some(most)) => {
            format!("With {} or fewer a call would do.", what(most))
        }
        _ => format!("Between {} and {} nothing changes it.", what(&ladder[0]), what(&ladder[ladder.len() - 1])),
    }]
}

/// What it would be instead of a call.
fn other(evidence: &Evidence<'_>) -> &'static str {
    match evidence.workload.waits {
        Waits::Nobody => "a queue",
        Waits::Person | Waits::Program => "202 and a queue",
    }
}

/// What is wrong with how it is set up.
pub(super) fn causes(evidence: &Evidence<'_>) -> Vec<String> {
    let workload = evidence.workload;
    let mut said = Vec::new();
    let finish = "time_to_finish.p95_us";
    if let (Some(tried), Some(in_hand)) = (&evidence.more_in_hand, workload.in_hand()) {
        let (now, then) = (evidence.here[0].number(1, finish), tried.number(1, finish));
        if let (Some(now), Some(then)) = (now, then)
            && now as f64 > 1.2 * then as f64
        {
            said.push(format!(
                "Prefetch {in_hand} is why the queue takes so long: after each acknowledgement a consumer waits for the next message \
                 to come, and is idle meanwhile. 95 % are done within {}; with prefetch {MORE_IN_HAND} within {}.",
                told(Unit::Time, now),
                told(Unit::Time, then)
            ));
        }
    }
    let work = evidence.here[0].work();
    let needed = workload.rate_per_s * work / 1e6;
    if needed >= f64::from(workload.workers) {
        said.push(format!(
            "{} workers are too few on either side: {} with {} of work each take {} of them all the time, so what waits grows \
             without end. No style makes capacity.",
            workload.workers,
            pace(workload.rate_per_s),
            told(Unit::Time, work as u64),
            told(Unit::Rate, (needed * 1e6) as u64)
        ));
    }
    said
}

/// What the recommended style costs.
pub(super) fn costs(evidence: &Evidence<'_>, verdict: Verdict) -> Vec<String> {
    match verdict {
        Verdict::Call => of_calls(evidence),
        Verdict::Accept | Verdict::Queue => of_a_queue(evidence, verdict),
    }
}

fn of_calls(evidence: &Evidence<'_>) -> Vec<String> {
    let share = told(Unit::Time, evidence.middle(0, "time_to_hand_over.p50_us").unwrap_or(0));
    let failed = evidence.death.number(0, "failed").unwrap_or(0);
    let jobs = evidence.death.number(0, "jobs").unwrap_or(0);
    let mut said = vec![
        format!("The caller is held for each of them: {share} in the middle."),
        format!(
            "While the service is away calls fail, and the caller has to see to it: {failed} of {jobs} where it dies for a second."
        ),
    ];
    if evidence.workload.may_run_twice {
        said.push("A call that is tried again may be done twice; it has to bear that.".to_owned());
    } else {
        said.push("What gets no answer may have been done or not. To try again it needs a key by which a repeat is recognised.".to_owned());
    }
    said
}

fn of_a_queue(evidence: &Evidence<'_>, verdict: Verdict) -> Vec<String> {
    let workload = evidence.workload;
    let [fewer, more] = [0, 1].map(|side| evidence.middle(side, "lanes").unwrap_or(0));
    let [short, long] = [0, 1].map(|side| told(Unit::Rate, evidence.middle(side, "messages_per_job").unwrap_or(0)));
    let [less, heavier] = [0, 1].map(|side| evidence.middle(side, "bytes_per_job").unwrap_or(0).div_ceil(1_000_000));
    let mut said = vec![format!(
        "{more} parties take part instead of {fewer}, and {long} messages are sent for each instead of {short}: {heavier} bytes \
         instead of {less}."
    )];
    if workload.broker == AtHand::None {
        said.push("There is no broker yet: it has to be run, watched and paid for. RabbitMQ was tried.".to_owned());
    }
    let twice = evidence.death.number(1, "executed_twice").unwrap_or(0);
    let jobs = evidence.death.number(1, "jobs").unwrap_or(0);
    let bear = if workload.may_run_twice { "which they may be" } else { "so whoever works has to recognise a repeat" };
    said.push(format!("What a worker dies with is delivered again: where that happens once, {twice} of {jobs} are begun twice, {bear}."));
    let overtaken = evidence.middle(1, "overtaken").unwrap_or(0);
    if workload.must_keep_order && overtaken > 0 {
        said.push(format!(
            "{overtaken} of {} are done after one that was wanted later. To keep the order takes one worker, or a key (a partition of \
             Kafka, a message group of SQS) within which there is one.",
            evidence.middle(1, "jobs").unwrap_or(0)
        ));
    }
    said.push(match verdict {
        Verdict::Accept => format!(
            "The result is found elsewhere: the answer is 202 with an address to ask at, or to be told from. It is there after {} (p95).",
            told(Unit::Time, evidence.middle(1, "time_to_finish.p95_us").unwrap_or(0))
        ),
        Verdict::Call | Verdict::Queue => {
            "Nobody is told when it is done or that it failed: that is found in the queue's depth and its dead letters.".to_owned()
        }
    });
    if f64::from(workload.burst) > MOST_JOBS {
        said.push(format!("Of {} that come at once {MOST_JOBS} were tried, with {SEEDS} seeds.", workload.burst));
    }
    said
}
