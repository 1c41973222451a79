//! Random latencies: each message draws its own, and one party's pace moves no other's draws.

use counterpoint::trace::Trace;
use serde_json::{Value, json};

use crate::story::{play_side, sent};

fn latencies(trace: &Trace, kind: &str) -> Vec<u64> {
    sent(trace, kind).into_iter().map(|message| message.latency.as_micros()).collect()
}

fn random(workload: Value) -> Value {
    json!({ "workload": workload, "network": { "latency": { "exponential": { "mean": "50ms" } } } })
}

fn all_differ(mut values: Vec<u64>) -> bool {
    let before = values.len();
    values.sort_unstable();
    values.dedup();
    values.len() == before
}

#[test]
fn each_empty_poll_takes_a_time_of_its_own() {
    let workload = json!({ "jobs": 3, "arrivals": { "pattern": "regular", "every": "20s" } });
    let trace = play_side("sqs", json!({}), random(workload));
    let polls = latencies(&trace, "ReceiveMessage (empty)");
    assert!(polls.len() > 10 && all_differ(polls.clone()), "{polls:?}");
    let answers = latencies(&trace, "ReceiveMessage response (empty)");
    assert!(answers.len() > 10 && all_differ(answers.clone()), "{answers:?}");
}

#[test]
fn each_extension_of_a_visibility_timeout_takes_a_time_of_its_own() {
    let settings = json!({
        "queue": { "receive_message_wait_time": "20s" },
        "consumers": { "extend_visibility": { "every": "5s", "to": "30s" } },
    });
    let trace = play_side("sqs", settings, random(json!({ "work": "60s" })));
    let extensions = latencies(&trace, "ChangeMessageVisibility");
    assert!(extensions.len() > 8 && all_differ(extensions.clone()), "{extensions:?}");
}

/// The same consumer makes as many polls before; that the other is faster must not show in how long they take.
#[test]
fn another_consumers_pace_moves_no_poll() {
    let polls_of_the_first = |factor: f64| {
        let settings = json!({
            "queue": { "receive_message_wait_time": "1s" },
            "consumers": { "count": 2, "factors": [1.0, factor] },
        });
        let workload = json!({ "jobs": 6, "arrivals": { "pattern": "regular", "every": "10s" }, "work": "2s" });
        let trace = play_side("sqs", settings, random(workload));
        let mut latencies = Vec::new();
        for message in &trace.messages {
            let asks = trace.kind(message).name.starts_with("ReceiveMessage") && message.from_slot.0 == 0;
            if asks && trace.parts_of(message).is_empty() {
                latencies.push(message.latency.as_micros());
            }
        }
        latencies
    };
    let (slow, fast) = (polls_of_the_first(4.0), polls_of_the_first(0.5));
    assert_ne!(slow.len(), 0);
    let common = slow.len().min(fast.len()).min(8);
    assert_eq!(slow[..common], fast[..common]);
}

/// Job 5 is sent in a batch with job 6. Whether batches were made of the jobs before it is nothing to it.
#[test]
fn a_batch_takes_as_long_however_many_batches_came_before() {
    let batch_of_five = |at: Value| {
        let workload = json!({ "jobs": 6, "arrivals": { "pattern": "listed", "at": at } });
        let settings = json!({ "topic": { "partitions": 1 } });
        let trace = play_side("kafka", settings, random(workload));
        let first = trace.messages.iter().find(|message| {
            let numbers: Vec<u32> = trace.jobs_of(message).iter().map(|job| job.number()).collect();
            trace.kind(message).name.starts_with("Produce") && numbers == [5, 6]
        });
        first.expect("jobs 5 and 6 go together").latency
    };
    let alone = batch_of_five(json!(["0s", "1s", "2s", "3s", "9s", "9s"]));
    let in_pairs = batch_of_five(json!(["0s", "0s", "3s", "3s", "9s", "9s"]));
    assert_eq!(alone, in_pairs);
}

/// The comparison is fair by construction: the way to the receiver takes as long on both sides.
#[test]
fn a_jobs_first_message_takes_as_long_by_call_as_by_any_broker() {
    let first_ways = |protocol: &str, kind: &str| {
        let workload = json!({ "jobs": 5, "arrivals": { "pattern": "regular", "every": "1s" } });
        latencies(&play_side(protocol, json!({}), random(workload)), kind)
    };
    let by_call = first_ways("http", "request");
    assert!(all_differ(by_call.clone()));
    for (protocol, kind) in [("rabbitmq", "basic.publish"), ("sqs", "SendMessage"), ("kafka", "Produce")] {
        assert_eq!(first_ways(protocol, kind), by_call, "{protocol}");
    }
}
