//! HTTP request–response: `HTTP-1` to `HTTP-6`.
//!
//! Sources: RFC 9110 and RFC 9112, as quoted at each story.

use counterpoint::time::{Moment, Span};
use counterpoint::trace::{CallerOutcome, Fate, MarkKind, MessageRow, StayKind, Trace, WorkOutcome};
use serde_json::json;

use crate::story::{most_at_once, play_side, sent, stays, tells};

/// Requests, in the order in which they were sent.
pub fn requests(trace: &Trace) -> Vec<&MessageRow> {
    sent(trace, "request")
}

fn answered_at(trace: &Trace) -> Vec<u64> {
    trace.jobs.iter().map(|job| job.answered.micros() / 1000).collect()
}

fn burst(jobs: u32, work: serde_json::Value) -> serde_json::Value {
    json!({ "workload": { "jobs": jobs, "arrivals": { "pattern": "burst" }, "work": work } })
}

/// RFC 9112 §9.2: answers are matched to requests first in, first out, so one request is outstanding at a time.
#[test]
fn http_1_a_connection_carries_one_request_at_a_time() {
    let settings = json!({ "caller": { "threads": 3 }, "server": { "workers": 3 }, "connections": 1 });
    let scenario = json!({
        "workload": { "jobs": 3, "arrivals": { "pattern": "burst" }, "work": "30ms" },
        "network": { "latency": "5ms" },
    });
    tells(
        &play_side("http", settings, scenario),
        "sequenceDiagram
            participant client as Client
            participant server as Server
            client->>server: GET / [0 → 5 ms]
            server-->>client: 200 OK [35 → 40 ms]
            client->>server: GET / [40 → 45 ms]
            server-->>client: 200 OK [75 → 80 ms]
            client->>server: GET / [80 → 85 ms]
            server-->>client: 200 OK [115 → 120 ms]",
    );
}

/// Whatever the pool's size: at no moment more requests are outstanding than there are connections.
#[test]
fn http_1_never_more_requests_outstanding_than_connections() {
    for connections in 1..=4u32 {
        let settings = json!({ "caller": { "threads": 6 }, "server": { "workers": 6 }, "connections": connections });
        let trace = play_side("http", settings, burst(20, json!({ "exponential": { "mean": "40ms" } })));
        let mut changes: Vec<(Moment, i32)> = Vec::new();
        for message in &trace.messages {
            match trace.kind(message).name.as_str() {
                "request" => changes.push((message.sent, 1)),
                _ => changes.push((message.arrived, -1)),
            }
        }
        changes.sort();
        let mut outstanding = 0;
        for (at, change) in changes {
            outstanding += change;
            assert!(outstanding <= connections as i32, "{outstanding} at {at:?} over {connections} connections");
        }
    }
}

#[test]
fn http_2_with_a_pool_of_p_the_kth_completes_at_ceil_k_over_p_times_s() {
    for pool in 1..=5u64 {
        let settings = json!({ "caller": { "threads": 12 }, "server": { "workers": 12 }, "connections": pool });
        let trace = play_side("http", settings, burst(12, json!("70ms")));
        let expected: Vec<u64> = (1..=12u64).map(|k| k.div_ceil(pool) * 70).collect();
        assert_eq!(answered_at(&trace), expected, "pool of {pool}");
        let most = most_at_once(&trace, 1, StayKind::Busy);
        assert_eq!(most, pool as usize, "the server never sees more than the pool");
    }
}

/// RFC 9110 §9.2.2: a time-out says that no answer came, and nothing else.
#[test]
fn http_3_a_timeout_leaves_the_outcome_unknown_and_the_work_goes_on() {
    let settings = json!({ "method": "POST", "path": "/pay", "timeout": "100ms" });
    let scenario = json!({ "workload": { "work": "150ms" }, "network": { "latency": "10ms" } });
    let trace = play_side("http", settings, scenario);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant server as Server
            client->>server: POST /pay [0 → 10 ms]
            Note over client: timed out (job 1) [100 ms]
            Note over client: gave up (job 1) [100 ms]
            server-->>client: 200 OK [160 → 170 ms, too late]",
    );
    assert_eq!(trace.jobs[0].caller, CallerOutcome::Unknown);
    assert_eq!(trace.jobs[0].settled, Moment::from_micros(100_000), "at exactly T");
    let busy = stays(&trace, StayKind::Busy)[0];
    assert_eq!(busy.end - busy.begin, Span::millis(150), "the execution runs on to its end");
    assert_eq!((trace.parts[0].executions, trace.parts[0].effects), (1, 1));
    assert_eq!(trace.parts[0].outcome, WorkOutcome::Done);
    assert_eq!(trace.messages[1].fate, Fate::Late, "the late answer is discarded");
}

fn blindly_repeated(method: &str, key: bool) -> Trace {
    let settings = json!({
        "method": method, "timeout": "100ms", "server": { "workers": 2 }, "retry_non_idempotent": true, "idempotency_key": key,
        "retry": { "max_attempts": 3, "base": "60ms", "jitter": "none" },
    });
    play_side("http", settings, json!({ "workload": { "work": "150ms" }, "network": { "latency": "5ms" } }))
}

#[test]
fn http_3_a_post_repeated_blindly_takes_effect_twice() {
    let trace = blindly_repeated("POST", false);
    assert_eq!(trace.parts[0].effects, trace.parts[0].executions, "each execution changes the world");
    assert!(trace.parts[0].effects >= 2, "{:?}", trace.parts[0]);
}

#[test]
fn http_3_with_an_idempotency_key_it_takes_effect_once() {
    let trace = blindly_repeated("POST", true);
    assert_eq!((trace.parts[0].executions, trace.parts[0].effects), (1, 1));
    assert_eq!(trace.jobs[0].caller, CallerOutcome::Answered, "the repeat is told the first one's result");
    assert!(requests(&trace).len() >= 2);
}

/// RFC 9110 §9.2.2: the state after two PUTs is the state after one.
#[test]
fn http_3_a_put_is_executed_twice_and_leaves_the_same_state() {
    let trace = blindly_repeated("PUT", false);
    assert!(trace.parts[0].executions >= 2);
    assert_eq!(trace.parts[0].effects, 1);
}

/// RFC 9110 §9.2.2: a client should not repeat a POST on its own account.
#[test]
fn http_3_a_post_is_not_repeated_after_a_timeout_unless_asked_for() {
    let settings = json!({ "method": "POST", "timeout": "100ms", "retry": { "max_attempts": 3 } });
    let trace = play_side("http", settings, json!({ "workload": { "work": "150ms" } }));
    assert_eq!(requests(&trace).len(), 1);
}

/// RFC 9110 §10.2.3: the delay counts from receipt of the answer.
#[test]
fn http_4_the_next_attempt_waits_as_long_as_retry_after_says() {
    let settings = json!({
        "caller": { "threads": 2 },
        "server": { "accept_queue": 0, "when_full": "503", "retry_after": "2s" },
        "retry": { "max_attempts": 2, "base": "10ms", "jitter": "none" },
    });
    let scenario = json!({
        "workload": { "jobs": 2, "arrivals": { "pattern": "burst" }, "work": "500ms" },
        "network": { "latency": "10ms" },
    });
    tells(
        &play_side("http", settings, scenario),
        "sequenceDiagram
            participant client as Client
            participant server as Server
            client->>server: GET / [0 → 10 ms]
            client-xserver: GET / [0 → 10 ms, turned away]
            server-->>client: 503 Service Unavailable [10 → 20 ms]
            Note over client: thread 2 tries again (job 2) [20 ms]
            server-->>client: 200 OK [510 → 520 ms]
            client->>server: GET / [2020 → 2030 ms, no. 2]
            server-->>client: 200 OK [2530 → 2540 ms, no. 2]",
    );
}

/// RFC 9112 §9.5: either end may close an idle connection while a request is on its way. The second job's request
/// leaves before the server's close arrives, and reaches the server after it closed.
fn closed_under(method: &str, retry_on_close: bool) -> Trace {
    let settings = json!({ "method": method, "retry_on_close": retry_on_close, "retry": { "max_attempts": 2 } });
    let scenario = json!({
        "workload": { "jobs": 2, "arrivals": { "pattern": "listed", "at": ["0ms", "75060ms"] }, "work": "40ms" },
        "network": { "latency": "30ms" },
    });
    play_side("http", settings, scenario)
}

#[test]
fn http_5_a_post_on_a_connection_closed_after_75_s_has_an_unknown_outcome() {
    let trace = closed_under("POST", true);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant server as Server
            client->>server: POST / [0 → 30 ms]
            server-->>client: 200 OK [70 → 100 ms]
            client-xserver: POST / [75060 → 75090 ms, turned away]
            Note over client: gave up (job 2) [75100 ms]",
    );
    assert_eq!(trace.jobs[1].caller, CallerOutcome::Unknown, "RFC 9110 §9.2.2: it may have been done or not");
    let close = sent(&trace, "close")[0];
    assert_eq!((close.sent.micros(), close.arrived.micros()), (75_070_000, 75_100_000));
}

#[test]
fn http_5_a_get_may_be_repeated_on_a_new_connection_if_the_client_is_of_that_kind() {
    let trace = closed_under("GET", true);
    assert_eq!(trace.jobs[1].caller, CallerOutcome::Answered);
    assert_eq!(requests(&trace).last().unwrap().sent.micros(), 75_100_000, "at once");
    assert_eq!(closed_under("GET", false).jobs[1].caller, CallerOutcome::Unknown);
}

#[test]
fn http_6_a_long_request_holds_up_those_behind_it_on_one_connection() {
    let finish = |connections: u32| {
        let settings = json!({ "caller": { "threads": 4 }, "server": { "workers": 4 }, "connections": connections });
        answered_at(&play_side(
            "http",
            settings,
            burst(4, json!({ "listed": { "values": ["900ms", "10ms", "10ms", "10ms"] } })),
        ))
    };
    assert_eq!(finish(1), [900, 910, 920, 930]);
    assert_eq!(finish(2), [900, 10, 20, 30]);
}

/// When the accept queue is full, a server may simply refuse (RFC 9110 §15.6.4, note).
#[test]
fn a_full_accept_queue_refuses_and_the_caller_knows_that_nothing_was_done() {
    let settings = json!({ "caller": { "threads": 3 }, "server": { "accept_queue": 1 } });
    let trace = play_side("http", settings, burst(3, json!("50ms")));
    let outcomes: Vec<_> = trace.jobs.iter().map(|job| job.caller).collect();
    assert_eq!(outcomes, [CallerOutcome::Answered, CallerOutcome::Answered, CallerOutcome::Refused]);
    assert_eq!(trace.parts[2].outcome, WorkOutcome::Lost);
    assert_eq!(trace.parts[2].executions, 0);
}

#[test]
fn a_job_that_finds_no_free_thread_waits_in_the_backlog_and_its_latency_counts_from_the_wish() {
    let trace = play_side("http", json!({ "server": { "workers": 4 } }), burst(3, json!("50ms")));
    assert_eq!(answered_at(&trace), [50, 100, 150]);
    let backlog = stays(&trace, StayKind::Backlog);
    assert_eq!(backlog.len(), 2);
    assert!(backlog.iter().all(|stay| stay.begin == Moment::START));
    assert!(trace.jobs.iter().all(|job| job.wanted == Moment::START));
}

#[test]
fn a_timeout_and_an_answer_in_the_same_microsecond_are_a_timeout() {
    let trace = play_side("http", json!({ "timeout": "50ms" }), json!({ "workload": { "work": "50ms" } }));
    assert_eq!(trace.jobs[0].caller, CallerOutcome::Unknown);
    assert!(trace.marks.iter().any(|mark| mark.kind == MarkKind::TimedOut));
}
