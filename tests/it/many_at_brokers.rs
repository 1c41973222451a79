//! Runs of 100,000 jobs through each protocol that has parties of its own, on a small stack: nothing recurses once a job.

use counterpoint::engine::Limits;
use counterpoint::scenario::Scenario;
use counterpoint::trace::{CallerOutcome, Trace, WorkOutcome};
use serde_json::{Value, json};

use crate::story::play_within;

const JOBS: u32 = 100_000;

/// A stack on which a few hundred calls within calls fit, and not one a job.
const SMALL_STACK: usize = 512 * 1024;

/// The run of a burst through the left side, on a thread with a small stack.
fn burst_through(left: Value, fault: Option<Value>) -> Trace {
    let right = json!({
        "protocol": "http", "caller": { "id": "c", "threads": 1000 }, "server": { "id": "s", "accept_queue": 0 },
    });
    let mut fields = json!({
        "name": "many", "workload": { "jobs": JOBS, "arrivals": { "pattern": "burst" } },
        "network": { "latency": "0ms" }, "sides": [left, right],
    });
    if let Some(fault) = fault {
        fields["changes"] = json!([fault]);
    }
    let run = move || {
        let scenario = Scenario::from_value(fields).unwrap_or_else(|problem| panic!("{problem}"));
        let limits = Limits { events: u64::MAX, rows: u64::MAX, ..Limits::default() };
        play_within(scenario, limits).sides.swap_remove(0).trace
    };
    std::thread::Builder::new().stack_size(SMALL_STACK).spawn(run).unwrap().join().unwrap()
}

#[track_caller]
fn all_done(trace: &Trace, caller: CallerOutcome) {
    assert_eq!(trace.outcome.limit(), None);
    assert!(trace.jobs.iter().all(|job| job.caller == caller));
    assert!(trace.parts.iter().all(|part| part.outcome == WorkOutcome::Done));
}

#[test]
fn http_answers_a_burst_on_one_thread() {
    all_done(&burst_through(json!({ "protocol": "http" }), None), CallerOutcome::Answered);
}

#[test]
fn http_is_refused_a_burst_by_a_server_that_is_out() {
    let out = json!({ "at": "0ms", "fault": "outage", "actor": "left.server" });
    let trace = burst_through(json!({ "protocol": "http" }), Some(out));
    assert!(trace.jobs.iter().all(|job| job.caller == CallerOutcome::Refused));
}

#[test]
fn rabbitmq_takes_a_burst_from_a_thread_that_waits_for_each_confirm() {
    let left = json!({ "protocol": "rabbitmq", "confirms": "wait", "consumers": { "deduplicates": true } });
    all_done(&burst_through(left, None), CallerOutcome::Accepted);
}

#[test]
fn rabbitmq_is_refused_a_burst_by_a_broker_that_is_out() {
    let out = json!({ "at": "0ms", "fault": "outage", "actor": "left.queue" });
    let trace = burst_through(json!({ "protocol": "rabbitmq", "confirms": "async" }), Some(out));
    // What was under way when the connection broke has an unknown outcome.
    assert!(trace.jobs.iter().all(|job| [CallerOutcome::Refused, CallerOutcome::Unknown].contains(&job.caller)));
    assert!(trace.parts.iter().all(|part| part.outcome == WorkOutcome::Lost));
}

#[test]
fn sqs_takes_a_burst_of_one_group() {
    let left = json!({ "protocol": "sqs", "queue": { "type": "fifo", "receive_message_wait_time": "20s" } });
    all_done(&burst_through(left, None), CallerOutcome::Accepted);
}

/// Nobody says anything to a thread that waits with acks=0: each is free as soon as it has sent.
#[test]
fn kafka_takes_a_burst_from_a_thread_that_is_told_nothing() {
    let left = json!({ "protocol": "kafka", "producer": { "acks": "0", "send": "wait", "linger": "0ms" } });
    all_done(&burst_through(left, None), CallerOutcome::Accepted);
}

/// It has done all and committed nothing when it dies; it recognises each record, one a poll.
#[test]
fn a_kafka_member_passes_over_all_that_it_has_done() {
    let group = json!({
        "max_poll_records": 1, "deduplicates": true, "session_timeout": "6s", "heartbeat_interval": "1s",
        "auto_commit_interval": "1h",
    });
    let left = json!({ "protocol": "kafka", "groups": [group], "record_size_bytes": 1 });
    let dies = json!({ "at": "500ms", "for": "100ms", "fault": "crash", "actor": "left.server" });
    all_done(&burst_through(left, Some(dies)), CallerOutcome::Accepted);
}
