//! Whether long runs stay long runs: for each named case, what a job costs when there are twice as many of them.
//!
//! A run whose time grows with the square of its jobs costs twice as much a job when it is twice as long, and one that
//! grows in proportion as much. A case measures both lengths by turns, takes the shortest time of each, and prints the
//! ratio of the costs of a job. Where the ratio of a case is above 1.6 the bench fails, so that
//! `cargo xtask test --long` holds it. Only ratios count: seconds differ from machine to machine.
//!
//! `cargo bench --bench long_runs`; a word as argument runs the cases whose names contain it.

#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use counterpoint::scenario::Scenario;
use serde_json::{Value, json};

/// The most by which the cost of a job may grow when there are twice as many.
const MOST: f64 = 1.6;
const ROUNDS: usize = 3;

/// A run that was once seen to grow with the square of its jobs, or has the shape for it.
struct Case {
    name: &'static str,
    /// The shorter length; the longer one is twice that.
    jobs: u32,
    /// The scenario with so many jobs.
    scenario: fn(u32) -> Value,
}

const CASES: &[Case] = &[
    Case { name: "an event loop behind by all its jobs", jobs: 50_000, scenario: event_loop },
    Case { name: "an event loop before a thousand workers", jobs: 50_000, scenario: event_loop_and_many_workers },
    Case { name: "a pool that all who wait leave", jobs: 50_000, scenario: pool_left_by_all },
    Case { name: "a door queue at its deadlines", jobs: 50_000, scenario: deadlines_at_the_door },
    Case { name: "a caller whose calls are all cut short", jobs: 50_000, scenario: calls_abandoned },
    Case { name: "queries that are cancelled", jobs: 20_000, scenario: queries_cancelled },
    Case { name: "a burst that a cache answers", jobs: 50_000, scenario: burst_at_hand },
    Case { name: "logins with as many wrong passwords as may be", jobs: 20_000, scenario: wrong_passwords },
    Case { name: "a quorum queue whose consumers die with all they hold", jobs: 100_000, scenario: quorum_crash },
    Case { name: "a classic queue whose consumers die with all they hold", jobs: 100_000, scenario: classic_crash },
    Case { name: "a broker that dies with all that is not written", jobs: 50_000, scenario: unwritten },
    Case { name: "a topic that is silent", jobs: 100_000, scenario: silent_topic },
    Case { name: "a producer that is told nothing", jobs: 50_000, scenario: told_nothing },
    Case { name: "a group that reads again what it has done", jobs: 50_000, scenario: read_again },
    Case { name: "a FIFO group of all jobs", jobs: 50_000, scenario: one_fifo_group },
    Case { name: "a burst before one thread", jobs: 50_000, scenario: one_thread },
];

fn main() -> ExitCode {
    // Cargo adds `--bench`.
    let word = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let mut all_hold = true;
    for case in CASES.iter().filter(|case| case.name.contains(&word)) {
        let (mut short, mut long) = (Duration::MAX, Duration::MAX);
        for _ in 0..ROUNDS {
            short = short.min(time(case, case.jobs));
            long = long.min(time(case, 2 * case.jobs));
        }
        let ratio = long.as_secs_f64() / short.as_secs_f64() / 2.0;
        let holds = ratio <= MOST;
        all_hold &= holds;
        let verdict = if holds { "" } else { "  grows too fast" };
        println!("{ratio:5.2}  {}, {} and {} jobs{verdict}", case.name, case.jobs, 2 * case.jobs);
    }
    if all_hold { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn time(case: &Case, jobs: u32) -> Duration {
    let scenario = Scenario::from_json(&(case.scenario)(jobs).to_string());
    let scenario = scenario.unwrap_or_else(|problem| panic!("{}: {problem}", case.name));
    let begin = Instant::now();
    std::hint::black_box(scenario.play());
    begin.elapsed()
}

/// A scenario whose other side does next to nothing with the jobs.
fn beside_a_cache(jobs: u32, workload: Value, latency: &str, left: Value) -> Value {
    let mut workload = workload;
    workload["jobs"] = json!(jobs);
    json!({
        "name": "long", "workload": workload, "network": { "latency": latency },
        "sides": [left, { "protocol": "rest", "caller": { "id": "other" }, "server": { "id": "cache" }, "cache": {} }],
    })
}

fn burst() -> Value {
    json!({ "arrivals": { "pattern": "burst" }, "work": "1ms" })
}

fn event_loop(jobs: u32) -> Value {
    let caller = json!({ "kind": "event-loop", "callback": "1ms" });
    let left = json!({ "protocol": "rest", "caller": caller, "server": { "workers": 10, "accept_queue": jobs } });
    beside_a_cache(jobs, burst(), "1ms", left)
}

fn event_loop_and_many_workers(jobs: u32) -> Value {
    let caller = json!({ "kind": "event-loop" });
    let left = json!({ "protocol": "rest", "caller": caller, "server": { "workers": 1000, "accept_queue": jobs } });
    beside_a_cache(jobs, burst(), "1ms", left)
}

fn pool_left_by_all(jobs: u32) -> Value {
    let left = json!({
        "protocol": "postgresql", "caller": { "kind": "event-loop" },
        "pool": { "max_connections": 1, "acquire_timeout": "1s" },
    });
    let workload = json!({ "arrivals": { "pattern": "burst" }, "work": "10s" });
    beside_a_cache(jobs, workload, "1ms", left)
}

fn deadlines_at_the_door(jobs: u32) -> Value {
    let left = json!({
        "protocol": "chain", "caller": { "kind": "event-loop" }, "deadline": "1s", "stops_at_deadline": true,
        "services": [{ "id": "service", "name": "Service", "accept_queue": jobs }],
    });
    let workload = json!({ "arrivals": { "pattern": "burst" }, "work": "10s" });
    beside_a_cache(jobs, workload, "1ms", left)
}

fn calls_abandoned(jobs: u32) -> Value {
    let left = json!({
        "protocol": "chain", "caller": { "kind": "event-loop" }, "deadline": "1s", "propagates_deadline": false,
        "services": [{ "id": "service", "name": "Service", "accept_queue": jobs }],
        "bulkhead": { "max_concurrent_calls": 1, "max_wait_duration": "10s" },
    });
    let workload = json!({ "arrivals": { "pattern": "burst" }, "work": "5s" });
    beside_a_cache(jobs, workload, "1ms", left)
}

fn queries_cancelled(jobs: u32) -> Value {
    let left = json!({
        "protocol": "postgresql", "caller": { "threads": 1000 }, "timeout": "1s", "cancels": true,
        "pool": { "max_connections": 1000, "acquire_timeout": "100h" }, "database": { "max_connections": 1000 },
    });
    let workload = json!({ "arrivals": { "pattern": "burst" }, "work": "5s" });
    beside_a_cache(jobs, workload, "1ms", left)
}

fn burst_at_hand(jobs: u32) -> Value {
    beside_a_cache(jobs, burst(), "1ms", json!({ "protocol": "rest", "caller": { "id": "one" }, "cache": {} }))
}

fn wrong_passwords(jobs: u32) -> Value {
    let wrong: Vec<u32> = (1..=1000).collect();
    let left = json!({ "protocol": "auth", "caller": { "threads": 100 }, "wrong_password": wrong });
    beside_a_cache(jobs, burst(), "1ms", left)
}

fn struck(mut scenario: Value, fault: &str, actor: &str, at: &str, lasts: &str) -> Value {
    scenario["changes"] = json!([{ "at": at, "for": lasts, "fault": fault, "actor": actor }]);
    scenario
}

/// Two hundred consumers hold as much as they may; each has begun one message when all of them die.
fn all_unacknowledged(kind: &str, jobs: u32) -> Value {
    let left = json!({
        "protocol": "rabbitmq", "confirms": "off", "queue": { "type": kind },
        "consumers": { "count": 200, "recovery_interval": "10ms" },
    });
    let workload = json!({ "arrivals": { "pattern": "burst" }, "work": "1s" });
    struck(beside_a_cache(jobs, workload, "1ms", left), "crash", "left.server", "500ms", "100ms")
}

fn quorum_crash(jobs: u32) -> Value {
    all_unacknowledged("quorum", jobs)
}

fn classic_crash(jobs: u32) -> Value {
    all_unacknowledged("classic", jobs)
}

fn unwritten(jobs: u32) -> Value {
    let left = json!({
        "protocol": "rabbitmq", "confirms": "off", "queue": { "type": "classic", "write_time": "10s" },
        "consumers": { "prefetch": 1 },
    });
    struck(beside_a_cache(jobs, burst(), "1ms", left), "crash", "left.queue", "5s", "100ms")
}

fn silent_topic(jobs: u32) -> Value {
    let left = json!({ "protocol": "kafka", "producer": { "linger": "0ms" }, "request_timeout": "500ms" });
    let workload = json!({ "arrivals": { "pattern": "regular", "every": "100us" }, "work": "100us" });
    struck(beside_a_cache(jobs, workload, "1ms", left), "silent-outage", "left.queue", "10ms", "30s")
}

fn told_nothing(jobs: u32) -> Value {
    let producer = json!({ "acks": "0", "send": "wait", "linger": "0ms" });
    beside_a_cache(jobs, burst(), "1ms", json!({ "protocol": "kafka", "producer": producer }))
}

fn read_again(jobs: u32) -> Value {
    let group = json!({
        "max_poll_records": 1, "deduplicates": true, "session_timeout": "6s", "heartbeat_interval": "1s",
        "auto_commit_interval": "1h",
    });
    let workload = json!({ "arrivals": { "pattern": "burst" }, "work": "10us" });
    let left = json!({ "protocol": "kafka", "groups": [group], "record_size_bytes": 1 });
    struck(beside_a_cache(jobs, workload, "1ms", left), "crash", "left.server", "400ms", "100ms")
}

fn one_fifo_group(jobs: u32) -> Value {
    let left = json!({
        "protocol": "sqs", "sender": { "threads": 1000 },
        "queue": { "type": "fifo", "receive_message_wait_time": "20s" }, "consumers": { "max_number_of_messages": 10 },
    });
    beside_a_cache(jobs, burst(), "1ms", left)
}

fn one_thread(jobs: u32) -> Value {
    beside_a_cache(jobs, burst(), "1ms", json!({ "protocol": "http", "method": "POST" }))
}
