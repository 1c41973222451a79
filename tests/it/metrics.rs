//! Numbers: each against a run small enough to reckon by hand.

use counterpoint::metrics::{MEANINGS, Metrics, Verdict};
use counterpoint::render::summary::{Summary, summaries};
use serde_json::{Value, json};

use crate::story;

/// The first side's summary; the other side is another plain call.
pub fn summary(side: Value, mut scenario: Value) -> Summary {
    scenario["sides"] = json!([side, { "protocol": "http", "caller": { "id": "other-client" },
        "server": { "id": "other-server" } }]);
    summaries(&story::play(scenario)).swap_remove(0)
}

/// The verdicts on the first side.
pub fn verdicts(side: Value, scenario: Value) -> Vec<Verdict> {
    summary(side, scenario).verdicts
}

fn metrics(side: Value, scenario: Value) -> Metrics {
    summary(side, scenario).metrics
}

#[test]
fn every_number_has_a_meaning_and_every_key_is_printed() {
    let metrics = metrics(json!({ "protocol": "http" }), json!({}));
    let printed = serde_json::to_value(&metrics).unwrap();
    let mut meant: Vec<_> = MEANINGS.iter().map(|meaning| meaning.key).collect();
    meant.sort_unstable();
    let mut keys: Vec<_> = printed.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, meant);
    assert!(MEANINGS.iter().all(|meaning| !meaning.unit.is_empty() && meaning.formula.len() > 8));
}

/// Three jobs at once, one thread, one worker, 10 ms each way, 40 ms of work: answers at 60, 120, 180 ms.
#[test]
fn job_time_is_cut_into_pieces_that_add_up() {
    let metrics = metrics(
        json!({ "protocol": "http" }),
        json!({ "workload": { "jobs": 3, "arrivals": { "pattern": "burst" }, "work": "40ms" }, "network": { "latency": "10ms" } }),
    );
    assert_eq!(metrics.job_time_us, 60_000 + 120_000 + 180_000);
    assert_eq!((metrics.working_us, metrics.network_us), (3 * 40_000, 3 * 20_000));
    assert_eq!((metrics.backlog_us, metrics.silence_us), (60_000 + 120_000, 0));
    assert_eq!((metrics.window_us, metrics.blocked_us, metrics.blocked_share), (180_000, 180_000, Some(1.0)));
    assert_eq!((metrics.busy_us, metrics.worker_use), (120_000, Some(120.0 / 180.0)));
    let answer = metrics.time_to_answer.unwrap();
    assert_eq!((answer.p50_us, answer.p90_us, answer.mean_us, answer.max_us), (120_000, 180_000, 120_000, 180_000));
    assert_eq!(metrics.time_to_finish.unwrap().max_us, 170_000);
    assert_eq!((metrics.backlog_max, metrics.messages, metrics.messages_per_job), (2, 6, 2.0));
    assert_eq!(metrics.throughput_per_s, 3.0 / 0.18);
}

/// Percentiles, depth and drain of a queue that fills while its reader is away: three messages 120 ms apart, the first
/// two of which wait for the reader, who is back at 200 ms and takes 80 ms each.
#[test]
fn cmp_1_the_queue_drains_when_the_reader_is_back() {
    let played = story::play_built_in("message-queue");
    let metrics = summaries(&played).swap_remove(1).metrics;
    assert_eq!((metrics.failed, metrics.lost, metrics.done), (0, 0, 3));
    assert_eq!((metrics.outage_us, metrics.ready_max), (200_000, 2));
    assert_eq!(metrics.time_to_hand_over.unwrap().max_us, 20_000, "one round trip, whatever the reader does");
    let called = summaries(&played).swap_remove(0).metrics;
    assert_eq!((called.failed, called.refused, called.window_us), (2, 2, metrics.window_us));
}

#[test]
fn goodput_counts_what_came_in_time() {
    let workload = json!({ "jobs": 3, "arrivals": { "pattern": "burst" }, "work": "40ms", "useful_within": "80ms" });
    let metrics = metrics(json!({ "protocol": "http" }), json!({ "workload": workload }));
    assert_eq!((metrics.useful, metrics.late, metrics.done), (2, 1, 3));
    assert_eq!((metrics.throughput_per_s, metrics.goodput_per_s), (25.0, 2.0 / 0.12));
}

#[test]
fn what_is_lost_is_silence_and_what_backs_off_is_retry() {
    let metrics = metrics(
        json!({ "protocol": "http", "timeout": "30ms", "retry": { "max_attempts": 2, "base": "10ms", "jitter": "none" } }),
        json!({ "workload": { "work": "5ms" }, "changes": [{ "at": "0ms", "fault": "silent-outage", "actor": "server" }] }),
    );
    assert_eq!((metrics.silence_us, metrics.retry_us, metrics.job_time_us), (60_000, 10_000, 70_000));
    assert_eq!((metrics.timed_out, metrics.retried, metrics.messages_lost, metrics.unknown), (2, 1, 2, 1));
}

/// One worker and two under the same users: each side's rate is by its own time, or both would be divided by the slower
/// side's.
#[test]
fn each_side_has_the_rate_of_its_own_time() {
    let played = story::play(json!({
        "workload": { "jobs": 70, "arrivals": { "pattern": "users", "users": 7, "think": { "exponential": { "mean": "500ms" } } },
            "work": { "exponential": { "mean": "100ms" } } },
        "network": { "latency": "0ms" },
        "sides": [
            { "protocol": "http", "caller": { "threads": 7 }, "server": { "workers": 1 } },
            { "protocol": "http", "caller": { "threads": 7 }, "server": { "workers": 2 } },
        ],
    }));
    let [one, two] = [0, 1].map(|side| summaries(&played).swap_remove(side).metrics);
    assert!(two.throughput_per_s > 1.1 * one.throughput_per_s, "{} and {}", one.throughput_per_s, two.throughput_per_s);
    let ends = [0, 1].map(|side| played.sides[side].trace.ended.micros() as f64 / 1e6);
    assert_eq!((one.throughput_per_s, two.throughput_per_s), (70.0 / ends[0], 70.0 / ends[1]));
}
