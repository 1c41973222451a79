//! Kafka: attempts at a record in place, the poll interval, and the dead-letter topic.
//!
//! Sources: apache/kafka, ConsumerConfig (`max.poll.interval.ms`); spring-kafka, DefaultErrorHandler (it seeks and polls
//! between attempts) and FailedRecordTracker.

use counterpoint::trace::{MarkKind, StayKind, Trace, WorkOutcome};
use serde_json::{Value, json};

use crate::story::{play_side, sent, stays};

/// Work of 2 s that fails at each of three attempts, with `base` between them.
fn failing(base: &str, interval: &str, other: Value) -> Trace {
    let mut group = json!({
        "consumers": 1, "max_poll_records": 1, "commit": "after-each", "session_timeout": "10s",
        "heartbeat_interval": "500ms", "max_poll_interval": interval,
        "retry": { "max_attempts": 3, "base": base, "cap": base, "jitter": "none" }, "dead_letter": {},
    });
    for (name, value) in other.as_object().unwrap() {
        group[name] = value.clone();
    }
    let scenario = json!({
        "workload": { "jobs": 4, "arrivals": { "pattern": "burst" }, "work": "2s", "poison": [1] },
        "network": { "latency": "5ms" },
    });
    play_side("kafka", json!({ "topic": { "partitions": 1 }, "groups": [group] }), scenario)
}

fn dead_lettered_once(trace: &Trace) {
    assert_eq!(trace.outcome.limit(), None, "the run settles");
    assert_eq!(sent(trace, "Produce (dead-letter topic)").len(), 1);
    let outcomes: Vec<WorkOutcome> = trace.parts.iter().map(|part| part.outcome).collect();
    assert_eq!(outcomes[0], WorkOutcome::DeadLettered);
    assert!(outcomes[1..].iter().all(|outcome| *outcome == WorkOutcome::Done), "{outcomes:?}");
}

/// Each attempt with the back-off after it takes 6 s, all of them 14 s; the interval is 7 s.
#[test]
fn a_member_that_polls_between_attempts_stays_in_its_group() {
    let trace = failing("4s", "7s", json!({}));
    dead_lettered_once(&trace);
    assert_eq!(sent(&trace, "LeaveGroup").len(), 0);
    assert!(trace.marks.iter().all(|mark| mark.kind != MarkKind::Rebalanced));
    assert_eq!(trace.parts[0].executions, 3);
}

/// Where one back-off is longer than the interval, the member leaves at each, comes back, and goes on counting.
#[test]
fn a_back_off_longer_than_the_interval_costs_the_group_and_not_the_count() {
    let trace = failing("8s", "7s", json!({}));
    dead_lettered_once(&trace);
    assert_eq!(sent(&trace, "LeaveGroup").len(), 2, "after the first attempt and after the second");
    assert_eq!(trace.parts[0].executions, 3);
}

/// The work itself is longer than the interval, so no commit is taken while it lasts; the record is read again, and
/// neither worked on nor set aside a second time.
#[test]
fn a_record_is_dead_lettered_once_although_its_commit_was_not_taken() {
    for commit in ["after-each", "after-batch", "auto"] {
        let group = json!({ "commit": commit, "deduplicates": true });
        dead_lettered_once(&failing("4s", "1500ms", group));
    }
}

#[test]
fn a_record_is_skipped_once_where_there_is_no_dead_letter_topic() {
    let trace = failing("4s", "1500ms", json!({ "dead_letter": null, "deduplicates": true }));
    let skipped = trace.marks.iter().filter(|mark| mark.kind == MarkKind::Dropped).count();
    assert_eq!((skipped, trace.outcome.limit()), (1, None));
}

/// A rebalance waits for a poll, and there is one between two attempts.
#[test]
fn a_rebalance_does_not_wait_for_all_attempts() {
    let settings = json!({
        "topic": { "partitions": 2 },
        "groups": [{
            "consumers": 2, "max_poll_records": 1, "session_timeout": "6s", "heartbeat_interval": "500ms",
            "commit": "after-each", "lanes": "each",
            "retry": { "max_attempts": 5, "base": "10s", "cap": "10s", "jitter": "none" }, "dead_letter": {},
        }],
        "keys": ["user-1"],
    });
    let scenario = json!({
        "workload": { "jobs": 1, "work": "1s", "poison": [1] }, "network": { "latency": "5ms" },
        "changes": [{ "at": "3s", "for": "1s", "fault": "outage", "actor": "server-1" }],
    });
    let trace = play_side("kafka", settings, scenario);
    assert_eq!(trace.outcome.limit(), None);
    let attempts = stays(&trace, StayKind::Busy).len();
    assert!((5..=9).contains(&attempts), "{attempts}");
    assert_eq!(trace.parts[0].outcome, WorkOutcome::DeadLettered);
}

/// The leaders go in between two answers about the member's places. Its question about the second is turned away, so it
/// asks again, while it works on a record of the first: a member rejoins in `poll()` and nowhere else (KafkaConsumer).
#[test]
fn a_member_that_has_to_ask_for_its_places_again_finishes_the_record_in_hand() {
    let group = json!({
        "consumers": 1, "joins_at": "0s", "auto_offset_reset": "earliest", "commit": "after-each",
    });
    let scenario = json!({
        "workload": { "jobs": 16, "arrivals": { "pattern": "burst" }, "work": "500ms" },
        "network": { "latency": { "uniform": { "min": "1ms", "max": "60ms" } } },
        "changes": [{ "actor": "queue", "fault": "outage", "at": "3188ms", "for": "4ms" }],
    });
    let settings = json!({ "topic": { "partitions": 4 }, "keys": ["k-{job}"], "groups": [group] });
    let trace = play_side("kafka", settings, scenario);
    assert_eq!(trace.outcome.limit(), None, "the run settles");
    let assigned = trace.marks.iter().filter(|mark| mark.kind == MarkKind::Rebalanced).count();
    assert_eq!(assigned, 2, "it joined twice");
    let busy = stays(&trace, StayKind::Busy);
    assert!(busy.windows(2).all(|pair| pair[0].end <= pair[1].begin), "one record at a time");
    assert!(trace.parts.iter().all(|part| part.outcome == WorkOutcome::Done && part.executions == 1));
}
