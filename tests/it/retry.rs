//! Retries with back-off and jitter: `RTY-1` to `RTY-4`. Source: the AWS back-off simulator.

use std::collections::BTreeMap;

use counterpoint::trace::{StayKind, Trace};
use serde_json::{Value, json};

use crate::http::requests;
use crate::story::{self, play_side};

/// Jobs that are turned away on every attempt: the server is out from the start.
fn always_refused(jobs: u32, retry: Value) -> Trace {
    let settings = json!({ "caller": { "threads": jobs }, "retry": retry });
    let scenario = json!({
        "workload": { "jobs": jobs, "arrivals": { "pattern": "burst" } },
        "changes": [{ "at": "0ms", "fault": "outage", "actor": "server" }],
    });
    play_side("http", settings, scenario)
}

/// Milliseconds between the attempts of each job.
fn gaps(trace: &Trace) -> Vec<Vec<f64>> {
    let mut sent: Vec<Vec<u64>> = vec![Vec::new(); trace.jobs.len()];
    for message in requests(trace) {
        sent[trace.jobs_of(message)[0].at()].push(message.sent.micros());
    }
    let between = |sent: &Vec<u64>| sent.windows(2).map(|pair| (pair[1] - pair[0]) as f64 / 1000.0).collect();
    sent.iter().map(between).collect()
}

#[test]
fn rty_1_without_jitter_the_gaps_double_up_to_the_cap() {
    let trace = always_refused(1, json!({ "max_attempts": 11, "base": "100ms", "cap": "10s", "jitter": "none" }));
    let expected = [100.0, 200.0, 400.0, 800.0, 1600.0, 3200.0, 6400.0, 10_000.0, 10_000.0, 10_000.0];
    assert_eq!(gaps(&trace)[0], expected);
}

/// The mean of n uniform values in [0, v] has a standard error of v/√(12 n); 4 of them are allowed.
#[test]
fn rty_2_with_full_jitter_each_gap_lies_below_its_bound_and_the_mean_is_half_of_it() {
    let jobs = 900;
    let trace = always_refused(jobs, json!({ "max_attempts": 9, "base": "100ms", "cap": "5s", "jitter": "full" }));
    let gaps = gaps(&trace);
    for attempt in 0..8 {
        let bound = f64::min(5000.0, 100.0 * f64::from(1 << attempt));
        let values: Vec<f64> = gaps.iter().map(|gaps| gaps[attempt]).collect();
        assert!(values.iter().all(|gap| (0.0..=bound).contains(gap)), "attempt {attempt}");
        let mean = values.iter().sum::<f64>() / f64::from(jobs);
        let error = bound / (12.0 * f64::from(jobs)).sqrt();
        assert!((mean - bound / 2.0).abs() < 4.0 * error, "attempt {attempt}: mean {mean}, bound {bound}");
    }
}

#[test]
fn rty_2_equal_jitter_waits_at_least_half() {
    let trace = always_refused(200, json!({ "max_attempts": 4, "base": "100ms", "jitter": "equal" }));
    for gaps in gaps(&trace) {
        for (attempt, gap) in gaps.into_iter().enumerate() {
            let bound = 100.0 * f64::from(1 << attempt);
            assert!((bound / 2.0..=bound).contains(&gap), "{gap} after failure {attempt}");
        }
    }
}

#[test]
fn rty_2_decorrelated_jitter_is_bounded_by_three_times_the_previous_wait() {
    let trace =
        always_refused(200, json!({ "max_attempts": 6, "base": "100ms", "cap": "2s", "jitter": "decorrelated" }));
    for gaps in gaps(&trace) {
        let mut previous = 100.0;
        for gap in gaps {
            assert!(gap >= 100.0 && gap <= f64::min(2000.0, 3.0 * previous) + 0.001, "{gap} after {previous}");
            previous = gap;
        }
    }
}

/// The largest number of requests sent in one millisecond, after the first attempts.
fn peak(trace: &Trace) -> usize {
    let mut sent: BTreeMap<u64, usize> = BTreeMap::new();
    for message in requests(trace).iter().filter(|message| message.attempt == 2) {
        *sent.entry(message.sent.micros() / 1000).or_default() += 1;
    }
    sent.into_values().max().unwrap_or_default()
}

#[test]
fn rty_3_clients_that_fail_together_retry_in_lock_step_without_jitter_and_spread_with_it() {
    assert_eq!(peak(&always_refused(200, json!({ "max_attempts": 2, "base": "1s", "jitter": "none" }))), 200);
    let spread = peak(&always_refused(200, json!({ "max_attempts": 2, "base": "1s", "jitter": "full" })));
    assert!(spread < 10, "{spread} of 200 in one of 1000 milliseconds");
}

#[test]
fn rty_4_never_more_attempts_than_allowed() {
    for most in 1..=5u32 {
        let trace = always_refused(7, json!({ "max_attempts": most, "base": "10ms" }));
        for job in 0..7 {
            let attempts: Vec<u32> = requests(&trace)
                .iter()
                .filter(|message| trace.jobs_of(message)[0].index() == job)
                .map(|message| message.attempt)
                .collect();
            assert_eq!(attempts, (1..=most).collect::<Vec<_>>());
        }
    }
}

/// The same part is tried again by its sender on one side and by its worker on the other, with the same rule.
#[test]
fn rty_2_who_sends_and_who_works_wait_for_lengths_of_their_own() {
    let retry = json!({ "max_attempts": 2, "base": "10s", "jitter": "full" });
    let played = story::play(json!({
        "workload": { "jobs": 1, "work": "10ms", "poison": [1] },
        "changes": [{ "at": "0ms", "for": "1h", "fault": "outage", "actor": "away" }],
        "sides": [
            { "protocol": "http", "retry": retry, "server": { "id": "away", "name": "Away" } },
            { "protocol": "kafka", "groups": [{ "retry": retry, "max_poll_interval": "10min", "dead_letter": {} }] },
        ],
    }));
    let waited = |side: usize| {
        let trace = &played.sides[side].trace;
        let stay = trace.stays.iter().find(|stay| stay.kind == StayKind::Scheduled).expect("it is tried again");
        stay.end.since(stay.begin)
    };
    assert_ne!(waited(0), waited(1));
}
