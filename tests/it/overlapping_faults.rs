//! Several faults of one party at once: it is out as long as any of them lasts, in any order and number.

use counterpoint::trace::{MarkKind, StayKind, Trace};
use serde_json::{Value, json};

use crate::story::{play_side, stays};

const FAULTS: [&str; 2] = ["outage", "crash"];

/// A fault from 0 to 4 s with others within it, before its end and at its edges; the union is 0 to 5 s.
fn overlapping(actor: &str, faults: [&str; 4]) -> Value {
    let times = [("0s", "4s"), ("1s", "1s"), ("3s", "2s"), ("4s", "500ms")];
    let changes = times
        .into_iter()
        .zip(faults)
        .map(|((at, lasts), fault)| json!({ "at": at, "for": lasts, "fault": fault, "actor": actor }));
    changes.collect()
}

/// Every way to choose the kinds of four faults.
fn all_choices() -> Vec<[&'static str; 4]> {
    (0..16usize).map(|number| [0, 1, 2, 3].map(|bit| FAULTS[number >> bit & 1])).collect()
}

/// When work was first begun, in milliseconds.
fn first_work(trace: &Trace) -> u64 {
    stays(trace, StayKind::Busy).into_iter().map(|stay| stay.begin.micros() / 1000).min().expect("the work is begun")
}

fn workload() -> Value {
    json!({ "jobs": 1, "arrivals": { "pattern": "listed", "at": ["1500ms"] }, "work": "10ms" })
}

/// Asks again every 100 ms, so that it is heard as soon as somebody is there.
fn patient() -> Value {
    json!({ "max_attempts": 100, "base": "100ms", "cap": "100ms", "jitter": "none" })
}

fn side(protocol: &str) -> Value {
    match protocol {
        "http" => json!({ "retry": patient() }),
        "rabbitmq" => json!({ "retry": patient(), "consumers": { "recovery_interval": "100ms" } }),
        "sqs" => json!({ "retry": patient(), "queue": { "receive_message_wait_time": "20s" },
            "consumers": { "poll_interval": "100ms" } }),
        _ => json!({ "groups": [{ "session_timeout": "6s", "heartbeat_interval": "1s" }] }),
    }
}

#[test]
fn a_worker_is_out_as_long_as_any_of_its_faults_lasts() {
    for protocol in ["http", "rabbitmq", "sqs", "kafka"] {
        for faults in all_choices() {
            let scenario = json!({ "workload": workload(), "changes": overlapping("server", faults) });
            let begun = first_work(&play_side(protocol, side(protocol), scenario));
            // Who died in a group of Kafka's is missed only when its session is over.
            let latest = if protocol == "kafka" { 12_000 } else { 5_300 };
            assert!((5_000..=latest).contains(&begun), "{protocol} {faults:?}: begun at {begun} ms");
        }
    }
}

#[test]
fn a_broker_is_out_as_long_as_any_of_its_faults_lasts() {
    for protocol in ["rabbitmq", "sqs", "kafka"] {
        for faults in all_choices() {
            let scenario = json!({ "workload": workload(), "changes": overlapping("queue", faults) });
            let begun = first_work(&play_side(protocol, side(protocol), scenario));
            assert!((5_000..=7_000).contains(&begun), "{protocol} {faults:?}: begun at {begun} ms");
        }
    }
}

/// A silence within an outage, around it, and over its end.
#[test]
fn silences_and_outages_overlap_in_any_order() {
    let orders = [[(0, 5000), (1000, 1000)], [(1000, 1000), (0, 5000)], [(0, 3000), (2000, 3000)]];
    for (protocol, actors) in [
        ("http", vec!["server"]),
        ("rabbitmq", vec!["server", "queue"]),
        ("sqs", vec!["server", "queue"]),
        ("kafka", vec!["queue"]),
    ] {
        for (actor, spans) in actors.into_iter().flat_map(|actor| orders.map(|spans| (actor, spans))) {
            for loud in FAULTS {
                for kinds in [["silent-outage", loud], [loud, "silent-outage"]] {
                    let changes = spans.into_iter().zip(kinds).map(|((at, lasts), fault)| {
                        json!({ "at": format!("{at}ms"), "for": format!("{lasts}ms"), "fault": fault, "actor": actor })
                    });
                    let mut settings = side(protocol);
                    let patience = match protocol {
                        "rabbitmq" => "confirm_timeout",
                        "kafka" => "request_timeout",
                        _ => "timeout",
                    };
                    settings[patience] = json!("100ms");
                    let changes: Value = changes.collect();
                    let scenario = json!({ "workload": workload(), "changes": changes });
                    let begun = first_work(&play_side(protocol, settings, scenario));
                    // What SQS handed to somebody silent is visible again after 30 s.
                    assert!((5_000..=33_000).contains(&begun), "{protocol} {actor} {spans:?} {kinds:?}: {begun} ms");
                }
            }
        }
    }
}

/// The leader of a partition dies once, however many crashes say so: with three replicas two are left.
#[test]
fn a_dead_leader_does_not_die_again() {
    let crash = |at: &str, lasts: &str| json!({ "at": at, "for": lasts, "fault": "crash", "actor": "queue" });
    let settings = json!({
        "topic": { "replication_factor": 3, "min_insync_replicas": 2 }, "producer": { "linger": "0ms" },
    });
    let workload = json!({ "jobs": 1, "arrivals": { "pattern": "listed", "at": ["3s"] } });
    let scenario = json!({ "workload": workload, "changes": [crash("1s", "1s"), crash("1500ms", "1s")] });
    let trace = play_side("kafka", settings, scenario);
    assert!(trace.messages.iter().any(|row| trace.label(row) == "acknowledged"), "two replicas are in sync");
}

/// The run says when a party is back once, and only when nothing keeps it out any more.
#[test]
fn a_party_is_said_to_be_back_when_the_last_of_its_faults_is_over() {
    for protocol in ["http", "chain"] {
        let actor = if protocol == "http" { "server" } else { "service" };
        let scenario = json!({
            "workload": { "jobs": 1, "arrivals": { "pattern": "listed", "at": ["9s"] } },
            "changes": overlapping(actor, ["crash", "outage", "silent-outage", "crash"]),
        });
        let trace = play_side(protocol, json!({}), scenario);
        let back = trace.marks.iter().filter(|mark| mark.kind == MarkKind::Recovered).map(|mark| mark.at.micros());
        assert_eq!(back.collect::<Vec<_>>(), [5_000_000], "{protocol}");
    }
}
