//! Verdicts name the true cause: who failed, who was down and when, who tried again, and what lies set aside.

use counterpoint::metrics::Verdict;
use counterpoint::render::summary::summaries;
use counterpoint::scenario::Played;
use counterpoint::trace::MarkKind;
use serde_json::{Value, json};

use crate::metrics::{summary, verdicts};
use crate::story;

#[track_caller]
fn said(verdicts: &[Verdict], rule: &str) -> String {
    let found = verdicts.iter().find(|verdict| verdict.rule == rule);
    found.unwrap_or_else(|| panic!("{rule} is silent; there are {verdicts:#?}")).text.clone()
}

fn is_silent(verdicts: &[Verdict], rule: &str) -> bool {
    verdicts.iter().all(|verdict| verdict.rule != rule)
}

fn left(played: &Played) -> Vec<Verdict> {
    summaries(played).swap_remove(0).verdicts
}

/// A message that is rejected until the queue's limit drops it.
#[test]
fn a_message_that_its_limit_drops_was_failed_at_by_its_consumer() {
    let side = json!({ "protocol": "rabbitmq", "queue": { "name": "tasks", "type": "quorum", "delivery_limit": 3 },
        "consumers": { "name": "Workers", "prefetch": 1, "requeue": true } });
    let verdicts = verdicts(side, json!({ "workload": { "jobs": 2, "poison": [1], "work": "50ms" } }));
    let lost = said(&verdicts, "lost");
    assert!(lost.contains("tasks dropped it (delivery_limit) after Workers had failed at it 4 times"), "{lost}");
    let twice = said(&verdicts, "executed-twice");
    assert!(twice.contains("up to 4 times: Workers had failed at it, and the queue delivered it again"), "{twice}");
}

/// A worker that fails and tries again by itself is not a caller that asks again.
#[test]
fn a_worker_that_tries_again_by_itself_is_named() {
    let side = json!({ "protocol": "kafka", "groups": [{ "id": "workers", "name": "Workers", "commit": "after-each",
        "retry": { "max_attempts": 3, "base": "1s", "jitter": "none" }, "dead_letter": { "id": "dead", "name": "Dead" } }] });
    let verdicts = verdicts(side, json!({ "workload": { "jobs": 1, "poison": [1], "work": "50ms" } }));
    let twice = said(&verdicts, "executed-twice");
    assert!(twice.contains("up to 3 times: Workers tried again by itself after it had failed"), "{twice}");
    let aside = said(&verdicts, "dead-lettered");
    assert!(aside.contains("set aside in a dead-letter queue after Workers had failed at it 3 times"), "{aside}");
}

/// What a breaker turns away long after the outage is not the outage's.
#[test]
fn refusals_by_a_breaker_are_not_blamed_on_an_outage_that_is_over() {
    let side = json!({ "protocol": "chain", "caller": { "id": "client", "name": "Client", "threads": 40 },
        "services": [{ "id": "stock", "name": "Stock", "workers": 4 }],
        "circuit_breaker": { "sliding_window_size": 4, "minimum_number_of_calls": 4, "wait_duration_in_open_state": "1s",
            "permitted_number_of_calls_in_half_open_state": 2, "when_open": "fail" } });
    let verdicts = verdicts(
        side,
        json!({
            "workload": { "jobs": 60, "work": "20ms" }, "network": { "latency": "5ms" },
            "changes": [{ "at": "990ms", "for": "510ms", "fault": "outage", "actor": "stock" },
                { "at": "1500ms", "for": "1500ms", "fault": "silent-outage", "actor": "stock" }],
        }),
    );
    let failed = said(&verdicts, "failed");
    assert!(failed.contains("a circuit breaker turned") && !failed.contains("was down"), "{failed}");
    let breaker = said(&verdicts, "breaker-open");
    assert!(
        breaker.starts_with("The circuit breaker of Client turned") && breaker.ends_with("to the end."),
        "{breaker}"
    );
}

/// The report says when a breaker changed its state, and to which.
#[test]
fn the_report_has_each_state_of_a_breaker() {
    let played = story::play(json!({
        "workload": { "jobs": 60, "work": "20ms" },
        "changes": [{ "at": "990ms", "for": "510ms", "fault": "outage", "actor": "stock" }],
        "sides": [{ "protocol": "chain", "caller": { "id": "client", "name": "Client", "threads": 40 },
            "services": [{ "id": "stock", "name": "Stock", "workers": 4 }],
            "circuit_breaker": { "sliding_window_size": 4, "minimum_number_of_calls": 4,
                "wait_duration_in_open_state": "1s", "when_open": "fail" } }, { "protocol": "rabbitmq",
            "publisher": { "id": "other" }, "queue": { "id": "queue" }, "consumers": { "id": "worker" } }],
    }));
    let report: Value = serde_json::from_str(&counterpoint::render::json::report(&played, None)).unwrap();
    let marks = report["sides"][0]["marks"].as_array().unwrap();
    let switched: Vec<&Value> = marks.iter().filter(|mark| mark["kind"] == "switched").collect();
    let rows = played.sides[0].trace.marks.iter().filter(|mark| mark.kind == MarkKind::Switched);
    let told: Vec<u64> = switched.iter().map(|mark| mark["at_us"].as_u64().unwrap()).collect();
    assert_eq!(told, rows.map(|mark| mark.at.micros()).collect::<Vec<_>>());
    let labels: Vec<&str> = switched.iter().map(|mark| mark["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["breaker opens", "breaker half open", "breaker closes"]);
}

#[test]
fn of_many_outages_all_are_told_and_those_that_overlap_are_one() {
    let outages = |spans: &[(u64, u64)]| {
        let change = |(at, lasts): &(u64, u64)| json!({ "at": format!("{at}ms"), "for": format!("{lasts}ms"), "fault": "outage", "actor": "server" });
        json!(spans.iter().map(change).collect::<Vec<_>>())
    };
    let run = |spans: &[(u64, u64)]| {
        let scenario = json!({ "workload": { "jobs": 40, "work": "10ms" }, "changes": outages(spans) });
        said(&verdicts(json!({ "protocol": "http" }), scenario), "failed")
    };
    let apart = run(&[(150, 100), (1150, 100), (2150, 100)]);
    assert!(
        apart.contains("3 of 40 jobs failed: Server was down 3 times from 150 ms to 2.25 s, 300 ms in all"),
        "{apart}"
    );
    let overlapping = run(&[(150, 400), (250, 100), (500, 150)]);
    assert!(overlapping.contains("5 of 40 jobs failed: Server was down from 150 ms to 650 ms"), "{overlapping}");
}

#[test]
fn an_outage_that_outlasts_the_run_has_one_length_in_all_verdicts() {
    let scenario = json!({
        "workload": { "jobs": 1, "work": "10ms", "arrivals": { "pattern": "listed", "at": ["500ms"] } },
        "changes": [{ "at": "100ms", "for": "2s", "fault": "outage", "actor": "server" }],
    });
    let verdicts = verdicts(json!({ "protocol": "http" }), scenario);
    assert!(said(&verdicts, "failed").contains("was down from 100 ms to 2.1 s"), "{verdicts:?}");
    assert!(said(&verdicts, "outage-failed").starts_with("The 2 s outage of Server"), "{verdicts:?}");
}

#[test]
fn what_lies_in_a_dead_letter_queue_is_said_even_if_its_work_was_done() {
    let side = json!({ "protocol": "sqs", "queue": { "receive_message_wait_time": "20s", "visibility_timeout": "30s",
            "redrive_policy": { "id": "dead", "name": "Dead letters", "max_receive_count": 1 } },
        "consumers": { "count": 2 } });
    let summary = summary(side, json!({ "workload": { "work": "40s" } }));
    assert!(is_silent(&summary.verdicts, "nothing-lost"), "{:?}", summary.verdicts);
    let aside = said(&summary.verdicts, "dead-lettered");
    assert_eq!(aside, "The job was set aside in a dead-letter queue; its work was done all the same.");
    assert_eq!((summary.metrics.done, summary.metrics.dead_lettered, summary.metrics.in_dead_letters), (1, 0, 1));
}

#[test]
fn a_loop_is_called_a_loop() {
    let side = json!({ "protocol": "rabbitmq", "queue": { "type": "classic" },
        "consumers": { "prefetch": 1, "requeue": true } });
    let played = story::play(json!({
        "workload": { "jobs": 2, "poison": [1], "arrivals": { "pattern": "burst" }, "work": "1ms" },
        "sides": [side, { "protocol": "http" }],
    }));
    let looped = said(&left(&played), "loop");
    assert!(looped.starts_with("Job 1 went round in a loop: it was worked on"), "{looped}");
    assert!(looped.contains("failed ") && looped.contains("was handed out again"), "{looped}");
}
