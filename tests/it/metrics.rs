//! Numbers and verdicts: each against a run small enough to reckon by hand, each rule speaking and silent.

use counterpoint::metrics::{MEANINGS, Metrics, RULES, Verdict};
use counterpoint::render::summary::{Summary, summaries};
use serde_json::{Value, json};

use crate::story;

/// The first side's summary; the other side is another plain call.
fn summary(side: Value, mut scenario: Value) -> Summary {
    scenario["sides"] = json!([side, { "protocol": "http", "caller": { "id": "other-client" },
        "server": { "id": "other-server" } }]);
    summaries(&story::play(scenario)).swap_remove(0)
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
