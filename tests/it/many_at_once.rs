//! Runs in which very many tasks begin and end at one moment: a run needs no more stack for more jobs.

use counterpoint::scenario::Scenario;
use counterpoint::trace::{CallerOutcome, StayKind, Trace};
use serde_json::{Value, json};

const JOBS: u32 = 10_000;

/// A stack on which a few hundred calls within calls fit, and not one a job.
const SMALL_STACK: usize = 512 * 1024;

/// The run of the left side, on a thread with a small stack.
fn left_of(workload: Value, latency: &str, left: Value) -> Trace {
    let mut fields =
        json!({ "name": "many", "network": { "latency": latency }, "sides": [left, { "protocol": "http" }] });
    fields["workload"] = workload;
    let run = move || {
        let scenario = Scenario::from_json(&fields.to_string()).unwrap_or_else(|error| panic!("{error}"));
        scenario.play().sides.swap_remove(0).trace
    };
    std::thread::Builder::new().stack_size(SMALL_STACK).spawn(run).unwrap().join().unwrap()
}

fn burst() -> Value {
    json!({ "jobs": JOBS, "arrivals": { "pattern": "burst" } })
}

fn count(trace: &Trace, outcome: CallerOutcome) -> usize {
    trace.jobs.iter().filter(|job| job.caller == outcome).count()
}

#[test]
fn a_burst_that_a_cache_answers_ends_at_one_moment() {
    let trace = left_of(burst(), "10ms", json!({ "protocol": "rest", "cache": {} }));
    assert_eq!((count(&trace, CallerOutcome::Answered), trace.messages.len()), (JOBS as usize, 2));
    assert!(trace.jobs.iter().all(|job| job.answered == trace.ended));
}

#[test]
fn a_stream_that_a_cache_answers_waits_for_the_first_answer_only() {
    let workload = json!({ "jobs": JOBS, "arrivals": { "pattern": "regular", "every": "1us" }, "work": "40ms" });
    let trace = left_of(workload, "12ms", json!({ "protocol": "rest", "cache": { "max_age": "60s" } }));
    assert_eq!((count(&trace, CallerOutcome::Answered), trace.messages.len()), (JOBS as usize, 2));
}

#[test]
fn a_burst_before_an_open_breaker_is_refused_at_one_moment() {
    let left = json!({
        "protocol": "chain",
        "circuit_breaker": { "sliding_window_size": 1, "minimum_number_of_calls": 1, "when_open": "fail" },
        "timeout": "100ms",
    });
    let mut workload = burst();
    workload["work"] = json!("1s");
    let trace = left_of(workload, "0ms", left);
    assert_eq!(count(&trace, CallerOutcome::Unknown), 1, "the one that was sent");
    assert_eq!(count(&trace, CallerOutcome::Refused), JOBS as usize - 1);
}

/// The deadline of all has passed when the worker is free: none of those in the queue is begun.
#[test]
fn a_queue_whose_deadline_passed_is_emptied_at_one_moment() {
    let left = json!({
        "protocol": "chain",
        "caller": { "kind": "event-loop" },
        "services": [{ "id": "service", "name": "Service", "accept_queue": JOBS }],
        "deadline": "1s",
        "stops_at_deadline": true,
    });
    let mut workload = burst();
    workload["work"] = json!("2s");
    let trace = left_of(workload, "0ms", left);
    assert_eq!(count(&trace, CallerOutcome::Unknown), JOBS as usize);
    assert_eq!(trace.parts.iter().map(|part| part.executions).sum::<u32>(), 1, "only one was begun");
}

/// A turn of an event loop takes no time where it only sends; very many wait behind one that takes long.
#[test]
fn turns_that_take_no_time_follow_a_long_one_at_one_moment() {
    let left = json!({
        "protocol": "rest",
        "caller": { "kind": "event-loop", "callback": "1s" },
        "server": { "accept_queue": JOBS },
    });
    let mut moments = vec!["500ms"; JOBS as usize];
    moments[0] = "0ms";
    let workload = json!({ "jobs": JOBS, "arrivals": { "pattern": "listed", "at": moments }, "work": "1ms" });
    let trace = left_of(workload, "0ms", left);
    let first = trace.stays.iter().find(|stay| stay.kind == StayKind::Busy && stay.actor.at() == 0).unwrap();
    let sent = trace.messages.iter().filter(|message| message.sent == first.end).count();
    assert!(sent >= JOBS as usize - 1, "{sent} were sent when the first callback was over");
}
