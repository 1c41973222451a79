//! What is known after a connection broke: nothing, until somebody asks again (RFC 9110 §9.2.2; Kafka's design document
//! says the same of a producer's network error).

use counterpoint::trace::{CallerOutcome, MarkKind, Trace, WorkOutcome};
use serde_json::{Value, json};

use crate::story::{executions, play_side, sent, tells};

fn labels(trace: &Trace, kind: &str) -> Vec<String> {
    sent(trace, kind).into_iter().map(|row| trace.label(row)).collect()
}

fn crash(at: &str, lasts: &str, actor: &str) -> Value {
    json!({ "at": at, "for": lasts, "fault": "crash", "actor": actor })
}

/// The work is done and its answer is never sent, or it is not done: the caller cannot tell.
#[test]
fn a_call_whose_server_dies_has_an_unknown_outcome() {
    let scenario = json!({ "workload": { "work": "100ms" }, "changes": [crash("50ms", "1s", "server")] });
    let trace = play_side("http", json!({ "method": "POST" }), scenario);
    assert_eq!((trace.jobs[0].caller, trace.parts[0].outcome), (CallerOutcome::Unknown, WorkOutcome::Lost));
}

/// 409 and 500 are answers: they stay errors, and a refusal stays a refusal.
#[test]
fn an_answer_that_is_an_error_is_still_known() {
    let poison = play_side("http", json!({}), json!({ "workload": { "work": "10ms", "poison": [1] } }));
    assert_eq!(poison.jobs[0].caller, CallerOutcome::Failed);
    let out = json!({ "changes": [{ "at": "0ms", "for": "1s", "fault": "outage", "actor": "server" }] });
    assert_eq!(play_side("http", json!({}), out).jobs[0].caller, CallerOutcome::Refused);
}

#[test]
fn a_publish_whose_connection_breaks_before_the_confirm_has_an_unknown_outcome() {
    let settings = json!({ "queue": { "write_time": "100ms" } });
    let scenario = json!({ "network": { "latency": "10ms" }, "changes": [crash("50ms", "1s", "queue")] });
    let trace = play_side("rabbitmq", settings, scenario);
    assert_eq!((trace.jobs[0].caller, trace.parts[0].outcome), (CallerOutcome::Unknown, WorkOutcome::Lost));
}

fn replicated_in_a_second() -> Value {
    json!({
        "request_timeout": "500ms", "topic": { "replication_factor": 2, "replication": "1s" },
        "producer": { "linger": "0ms" },
    })
}

/// The repeat of a record that the follower does not have yet waits as the first did; then the leader dies.
#[test]
fn kaf_8_a_duplicate_is_acknowledged_when_the_first_is() {
    let scenario = json!({ "changes": [crash("800ms", "100ms", "queue")] });
    let trace = play_side("kafka", replicated_in_a_second(), scenario);
    let acknowledged = trace.messages.iter().find(|row| trace.label(row).starts_with("acknowledged")).unwrap();
    assert!(acknowledged.sent.micros() > 900_000, "not before there is a leader who has it");
    assert_eq!((trace.jobs[0].caller, trace.parts[0].outcome), (CallerOutcome::Accepted, WorkOutcome::Done));
}

#[test]
fn kaf_8_without_a_death_the_first_and_its_duplicate_are_acknowledged_together() {
    let trace = play_side("kafka", replicated_in_a_second(), json!({}));
    let answers = sent(&trace, "Produce response").into_iter();
    let answers: Vec<(u64, String)> = answers.map(|row| (row.sent.micros(), trace.label(row))).collect();
    assert_eq!(answers[0], (1_000_000, "acknowledged".to_owned()));
    assert_eq!(answers[1], (1_000_000, "acknowledged (a duplicate)".to_owned()));
}

/// The connection breaks, and nobody says that there is no leader.
#[test]
fn a_leader_that_dies_answers_nothing() {
    let settings = json!({
        "topic": { "replication_factor": 2, "replication": "1s" },
        "producer": { "linger": "0ms", "delivery_timeout": "150ms" }, "request_timeout": "100ms",
    });
    let scenario = json!({ "network": { "latency": "10ms" }, "changes": [crash("50ms", "10s", "queue")] });
    let trace = play_side("kafka", settings, scenario);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Topic
            participant server as Server
            client-)queue: produce job 1 [0 → 10 ms]
            Note over queue: out [50 to 10050 ms]
            Note over queue: crashed [50 ms]
            Note over queue: lost with the leader (job 1) [50 ms]
            Note over client: sends again (job 1) [60 ms]
            Note over client: gave up (job 1) [150 ms]",
    );
    assert_eq!(labels(&trace, "connection closed"), ["connection closed"]);
    assert_eq!(trace.jobs[0].caller, CallerOutcome::Unknown);
}

/// `delivery.timeout.ms` counts from `send()`, for a batch that is in flight and for one that never left (KIP-91).
#[test]
fn kaf_8_a_batch_that_never_left_expires_as_one_in_flight_does() {
    let settings = json!({
        "topic": { "partitions": 1 }, "request_timeout": "30s",
        "producer": { "linger": "0ms", "max_in_flight": 1, "delivery_timeout": "2s" },
    });
    let scenario = json!({
        "workload": { "jobs": 2, "arrivals": { "pattern": "burst" } },
        "changes": [{ "at": "0ms", "for": "1h", "fault": "silent-outage", "actor": "queue" }],
    });
    let trace = play_side("kafka", settings, scenario);
    let gave_up = trace.marks.iter().filter(|mark| mark.kind == MarkKind::GaveUp);
    let gave_up: Vec<(u64, u64)> = gave_up.map(|mark| (mark.at.micros(), mark.value)).collect();
    assert_eq!(gave_up, [(2_000_000, 1), (2_000_000, 0)], "the moment, and after how many attempts");
    let callers: Vec<CallerOutcome> = trace.jobs.iter().map(|job| job.caller).collect();
    assert_eq!(callers, [CallerOutcome::Unknown, CallerOutcome::Refused]);
}

/// Who asks while there is no leader is told so, and has stored nothing.
#[test]
fn a_record_that_never_met_a_leader_is_known_not_to_be_stored() {
    let settings = json!({ "producer": { "linger": "0ms", "delivery_timeout": "2s" }, "request_timeout": "1s" });
    let scenario = json!({ "changes": [crash("0ms", "10s", "queue")] });
    let trace = play_side("kafka", settings, scenario);
    assert!(labels(&trace, "Produce response (refused)").iter().all(|label| label == "no leader"));
    assert_eq!(trace.jobs[0].caller, CallerOutcome::Refused);
}

/// The timer was set after the first answer, before the crash; the second request on that connection is none of its
/// business.
#[test]
fn an_idle_timer_set_before_a_crash_closes_no_busy_connection_after_it() {
    let settings = json!({ "method": "POST", "server": { "keepalive_timeout": "1s" } });
    let scenario = json!({
        "workload": {
            "jobs": 2, "arrivals": { "pattern": "listed", "at": ["0ms", "1100ms"] }, "work": "300ms",
        },
        "changes": [crash("500ms", "100ms", "server")],
    });
    let trace = play_side("http", settings, scenario);
    assert_eq!(trace.jobs[1].caller, CallerOutcome::Answered);
    let closed: Vec<u64> = sent(&trace, "close").into_iter().map(|row| row.sent.micros()).collect();
    assert!(closed.iter().all(|at| *at >= 2_400_000), "a second after the last answer at the earliest: {closed:?}");
}

/// No answer and no timer of the time before a crash means anything after it, in any protocol: each job is done once by
/// whoever is there, and nobody is told what belongs to another.
#[test]
fn after_a_crash_of_the_receiver_the_next_job_is_done_as_ever() {
    for (protocol, settings, receiver) in [
        ("http", json!({ "method": "POST" }), "server"),
        ("rabbitmq", json!({ "consumers": { "recovery_interval": "10ms" } }), "server"),
        ("sqs", json!({ "queue": { "receive_message_wait_time": "20s" } }), "server"),
        ("kafka", json!({ "groups": [{ "session_timeout": "6s", "heartbeat_interval": "1s" }] }), "server"),
    ] {
        let scenario = json!({
            "workload": { "jobs": 2, "arrivals": { "pattern": "listed", "at": ["0ms", "20s"] }, "work": "300ms" },
            "changes": [crash("900ms", "100ms", receiver)],
        });
        let trace = play_side(protocol, settings, scenario);
        let outcomes: Vec<WorkOutcome> = trace.parts.iter().map(|part| part.outcome).collect();
        assert_eq!(outcomes, [WorkOutcome::Done; 2], "{protocol}");
        assert_eq!(executions(&trace)[1], 1, "{protocol}");
        assert!(trace.marks.iter().all(|mark| mark.kind != MarkKind::GaveUp), "{protocol}");
    }
}
