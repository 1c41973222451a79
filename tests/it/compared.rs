//! The one line that compares the two sides: who did more, who was faster, and why the other was not.

use counterpoint::metrics::Comparison;
use counterpoint::render::summary::{comparison, summaries};
use counterpoint::scenario::{PRESETS, Played};
use serde_json::{Value, json};

use crate::story;

fn compared(played: &Played) -> Comparison {
    comparison(played, &summaries(played))
}

/// Compares a call to a server of so many workers with the side given.
fn against_a_call(workers: u16, right: Value, mut scenario: Value) -> Comparison {
    let left = json!({ "protocol": "http", "caller": { "threads": 400 }, "server": { "workers": workers } });
    scenario["sides"] = json!([left, right]);
    compared(&story::play(scenario))
}

/// As many jobs as twelve workers can do, 300 ms each.
fn forty_a_second() -> Value {
    json!({ "workload": { "jobs": 2000, "arrivals": { "pattern": "poisson", "rate_per_s": 40 }, "work": "300ms" },
        "network": { "latency": "10ms" } })
}

#[track_caller]
fn says(comparison: &Comparison, reason: Option<&str>, words: &[&str]) {
    assert_eq!(comparison.reason, reason, "{}", comparison.text);
    for word in words {
        assert!(comparison.text.contains(word), "{:?} does not say {word:?}", comparison.text);
    }
}

#[test]
fn a_prefetch_of_one_is_named_with_what_it_costs() {
    let rabbit = |prefetch: u16| json!({ "protocol": "rabbitmq", "consumers": { "count": 12, "prefetch": prefetch } });
    let one = against_a_call(12, rabbit(1), forty_a_second());
    let words = [
        "Request–response was faster",
        "each consumer was idle for 20 ms between two jobs although more waited (prefetch 1)",
        "12 consumers did at most 37.5 a second, and 39.7 were wanted",
        "The offered load is 99 %",
    ];
    says(&one, Some("idle"), &words);
    let two = against_a_call(12, rabbit(2), forty_a_second());
    assert_ne!(two.reason, Some("idle"), "{}", two.text);
}

#[test]
fn too_few_partitions_are_named() {
    let kafka =
        json!({ "protocol": "kafka", "topic": { "partitions": 3 }, "groups": [{ "id": "workers", "consumers": 12 }] });
    let few = against_a_call(12, kafka, forty_a_second());
    says(
        &few,
        Some("tracks"),
        &["Topic has 3 partitions, each read by one consumer", "9 of the 12 consumers had nothing to do"],
    );
}

#[test]
fn the_pauses_of_a_reader_that_polls_are_named() {
    let sqs = json!({ "protocol": "sqs", "queue": { "receive_message_wait_time": "0s" },
        "consumers": { "count": 12, "poll_interval": "2s" } });
    let polled = against_a_call(12, sqs, forty_a_second());
    says(&polled, Some("idle"), &["max_number_of_messages 1, poll_interval 2 s"]);
}

#[test]
fn callers_without_a_free_thread_are_named() {
    let few = json!({ "protocol": "http", "style": "request-response", "caller": { "threads": 3 }, "server": { "workers": 12 } });
    let blocked = against_a_call(12, few, json!({ "workload": { "jobs": 12, "arrivals": { "pattern": "burst" } } }));
    says(&blocked, Some("backlog"), &["for a free thread: the callers' 3 threads were blocked"]);
}

#[test]
fn an_outage_is_named_to_those_who_waited_it_out() {
    let rabbit = json!({ "protocol": "rabbitmq", "consumers": { "id": "mailer", "name": "Mailer" } });
    let workload = json!({ "jobs": 3, "work": "10ms" });
    let changes = json!([{ "at": "50ms", "for": "1s", "fault": "outage", "actor": "mailer" }]);
    let waited = against_a_call(1, rabbit, json!({ "workload": workload, "changes": changes }));
    says(&waited, Some("outage"), &["because Mailer was down from 50 ms to 1.05 s, and work waited for it"]);
}

#[test]
fn attempts_that_are_repeated_are_named() {
    let patient = json!({ "protocol": "http", "method": "PUT", "timeout": "200ms", "server": { "id": "far" },
        "retry": { "max_attempts": 3, "base": "500ms", "jitter": "none" } });
    let changes = json!([{ "at": "0ms", "for": "50ms", "fault": "slow-down", "actor": "far", "factor": 3 }]);
    let again = against_a_call(1, patient, json!({ "workload": { "jobs": 1, "work": "100ms" }, "changes": changes }));
    says(&again, Some("retries"), &["it waited 400 ms between its attempts"]);
}

#[test]
fn a_longer_way_is_named() {
    let rabbit = json!({ "protocol": "rabbitmq", "consumers": { "count": 4 } });
    let cached = json!({ "workload": { "jobs": 1, "work": "0ms" }, "network": { "latency": "10ms" } });
    // The answer of a call and the delivery of a message take as long: both are two messages away.
    says(&against_a_call(4, rabbit, cached), None, &["Both sides were as fast: the result of the job took 20 ms."]);
}

/// Every side that is called slower has its reason, in every built-in scenario and in each of them with more jobs.
#[test]
fn no_side_is_called_slower_without_a_reason() {
    let mut reasons = std::collections::BTreeSet::new();
    for preset in PRESETS {
        for jobs in [None, Some(60)] {
            let more = jobs.map(|jobs| ("workload.jobs", Value::from(jobs)));
            let Ok(scenario) = preset.scenario().with_all(more) else { continue };
            let said = compared(&scenario.play());
            assert_eq!(said.text.contains("was faster"), said.reason.is_some(), "{}: {}", preset.name, said.text);
            assert_eq!(said.text.contains(", because "), said.reason.is_some(), "{}: {}", preset.name, said.text);
            assert!(said.text.ends_with('.') && !said.text.contains(".."), "{}: {}", preset.name, said.text);
            reasons.extend(said.reason);
        }
    }
    assert!(reasons.len() >= 6, "the scenarios show many reasons: {reasons:?}");
}

#[test]
fn a_side_that_did_less_is_said_to_have_done_less_and_why() {
    let broken =
        json!({ "protocol": "http", "style": "request-response", "server": { "id": "frail", "name": "Frail" } });
    let changes = json!([{ "at": "0ms", "fault": "outage", "actor": "frail" }]);
    let said = against_a_call(1, broken, json!({ "workload": { "jobs": 2 }, "changes": changes }));
    says(
        &said,
        None,
        &[
            "“HTTP calls: threads 400, id server” did all 2 jobs, “HTTP calls: threads 1, id frail” none: 2 failed while Frail was down.",
        ],
    );
}

#[test]
fn users_who_wait_are_compared_by_what_they_got_done() {
    let few = json!({ "protocol": "http", "style": "request-response", "caller": { "threads": 7 }, "server": { "workers": 1 } });
    let workload =
        json!({ "jobs": 70, "arrivals": { "pattern": "users", "users": 7, "think": "100ms" }, "work": "100ms" });
    let said = against_a_call(7, few, json!({ "workload": workload }));
    says(&said, Some("busy"), &["was faster: ", " jobs a second, ", "for the only worker to be free"]);
    assert!(!said.text.contains("offered load"), "{}", said.text);
}
