//! What the comparison must prove, on both sides of one run: `CMP-1` to `CMP-3`.

use counterpoint::scenario::Played;
use counterpoint::time::{Moment, Span};
use counterpoint::trace::{CallerOutcome, JobRow, LevelKind, MarkKind, StayKind, Trace, WorkOutcome};
use serde_json::{Value, json};

use crate::story::{play, play_built_in, sent, side, stays, tells};

/// The same workload and network for both sides, which have one worker unless they say otherwise.
fn compared(workload: Value, http: Value, rabbitmq: Value, more: Value) -> Played {
    let with = |protocol: &str, mut settings: Value| {
        settings["protocol"] = json!(protocol);
        settings
    };
    let mut scenario = json!({ "workload": workload, "sides": [with("http", http), with("rabbitmq", rabbitmq)] });
    more.as_object().expect("fields").iter().for_each(|(key, value)| scenario[key] = value.clone());
    play(scenario)
}

fn millis(span: Span) -> u64 {
    assert_eq!(span.as_micros() % 1000, 0, "whole milliseconds are expected here");
    span.as_micros() / 1000
}

/// Time spent in stays of a kind.
fn spent(trace: &Trace, kind: StayKind) -> Span {
    stays(trace, kind).into_iter().fold(Span::ZERO, |sum, stay| sum + stay.end.since(stay.begin))
}

/// 20 jobs a second for 20 s, 50 a second can be worked off; the receiver is out from 5 s to 10 s.
fn outage(kind: &str, http: Value) -> Played {
    let workload = json!({ "jobs": 400, "arrivals": { "pattern": "regular", "every": "50ms" }, "work": "20ms" });
    let change = json!([{ "at": "5s", "for": "5s", "fault": kind, "actor": "server" }]);
    compared(workload, http, json!({ "consumers": { "prefetch": 1 } }), json!({ "changes": change }))
}

fn wanted_meanwhile(trace: &Trace, job: usize) -> bool {
    (5_000_000..10_000_000).contains(&trace.jobs[job].wanted.micros())
}

#[test]
fn cmp_1_while_the_receiver_is_out_calls_fail_and_queued_messages_are_done_afterwards() {
    let played = outage("outage", json!({ "caller": { "threads": 4 } }));
    let (left, right) = (side(&played, "http"), side(&played, "rabbitmq"));
    for job in 0..left.jobs.len() {
        let lost = wanted_meanwhile(left, job);
        let expected = if lost { CallerOutcome::Refused } else { CallerOutcome::Answered };
        assert_eq!(left.jobs[job].caller, expected, "job {}", job + 1);
        assert_eq!(left.parts[job].outcome, if lost { WorkOutcome::Lost } else { WorkOutcome::Done });
        assert_eq!(right.jobs[job].caller, CallerOutcome::Accepted);
        assert_eq!(right.parts[job].outcome, WorkOutcome::Done);
        assert!(!wanted_meanwhile(right, job) || right.parts[job].finished >= Moment::from_micros(10_000_000));
    }
}

#[test]
fn cmp_1_while_the_receiver_is_silent_calls_time_out() {
    let played = outage("silent-outage", json!({ "caller": { "threads": 20 }, "timeout": "500ms" }));
    let left = side(&played, "http");
    for job in (0..left.jobs.len()).filter(|job| wanted_meanwhile(left, *job)) {
        assert_eq!(left.jobs[job].caller, CallerOutcome::Unknown);
        assert_eq!(millis(left.jobs[job].settled - left.jobs[job].wanted), 500);
    }
}

/// The queue drains in backlog/(μ − λ); with regular arrivals and service, to within one of each.
#[test]
fn cmp_1_the_queue_drains_in_backlog_over_spare_capacity() {
    let played = outage("outage", json!({}));
    let right = side(&played, "rabbitmq");
    let ready: Vec<_> = right.levels.iter().filter(|row| row.kind == LevelKind::Stays(StayKind::Ready)).collect();
    let end = Moment::from_micros(10_000_000);
    let backlog = ready.iter().rfind(|row| row.at < end).unwrap().value;
    let drained = ready.iter().find(|row| row.at > end && row.value == 0).unwrap().at;
    assert_eq!(backlog, 100);
    let expected = f64::from(backlog) / (50.0 - 20.0);
    let found = (drained - end).as_seconds();
    assert!((found - expected).abs() <= 0.050 + 0.020, "{found} s, by the formula {expected} s");
}

/// Five jobs at once, one worker, 100 ms each.
fn burst(http: Value, more: Value) -> Played {
    let workload = json!({ "jobs": 5, "arrivals": { "pattern": "burst" }, "work": "100ms" });
    compared(workload, http, json!({ "consumers": { "prefetch": 5 } }), more)
}

#[test]
fn cmp_2_of_a_burst_the_kth_caller_waits_k_times_the_service_and_so_does_the_kth_message() {
    let network = json!({ "network": { "latency": "5ms" } });
    let played = burst(json!({ "caller": { "threads": 5 } }), network);
    let (left, right) = (side(&played, "http"), side(&played, "rabbitmq"));
    for k in 1..=5 {
        let (asked, handed, done) = (left.jobs[k - 1], right.jobs[k - 1], right.parts[k - 1].finished);
        let service = 100 * k as u64;
        assert_eq!(millis(asked.answered - asked.wanted), service + 10, "there and back");
        assert_eq!(millis(handed.accepted - handed.wanted), 10, "one publish round trip, whatever its place");
        assert_eq!(millis(done - handed.wanted), service + 10, "to the broker and on");
    }
    assert_eq!(right.jobs[4].answered, Moment::NEVER, "the producer never has a result");
}

#[test]
fn cmp_2_or_the_caller_times_out() {
    let played = burst(json!({ "caller": { "threads": 5 }, "timeout": "250ms" }), json!({}));
    let left = side(&played, "http");
    let (answered, unknown) = (CallerOutcome::Answered, CallerOutcome::Unknown);
    assert_eq!(
        left.jobs.iter().map(|job| job.caller).collect::<Vec<_>>(),
        [answered, answered, unknown, unknown, unknown]
    );
    assert!(left.jobs[2..].iter().all(|job| millis(job.settled - job.wanted) == 250));
    assert!(left.parts.iter().all(|part| part.outcome == WorkOutcome::Done), "for nobody, three times");
}

#[test]
fn cmp_2_the_kth_is_done_at_the_same_moment_on_both_diagrams() {
    let workload = json!({ "jobs": 2, "arrivals": { "pattern": "burst" }, "work": "100ms" });
    let http = json!({ "caller": { "threads": 2 } });
    let played =
        compared(workload, http, json!({ "consumers": { "prefetch": 2 } }), json!({ "network": { "latency": "5ms" } }));
    let left = side(&played, "http");
    let right = side(&played, "rabbitmq");
    tells(
        left,
        "sequenceDiagram
            participant client as Client
            participant server as Server
            client->>server: GET / [0 → 5 ms]
            client->>server: GET / [0 → 5 ms]
            server-->>client: 200 OK [105 → 110 ms]
            server-->>client: 200 OK [205 → 210 ms]",
    );
    tells(
        right,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            client-)queue: publish job 1 [0 → 5 ms]
            client-)queue: publish job 2 [0 → 5 ms]
            queue-)client: confirm [5 → 10 ms]
            queue-)server: deliver job 1 [5 → 10 ms]
            queue-)client: confirm [5 → 10 ms]
            queue-)server: deliver job 2 [5 → 10 ms]
            server-)queue: ack [110 → 115 ms]
            server-)queue: ack [210 → 215 ms]",
    );
}

/// Poisson arrivals that keep one worker busy for 80 % of the time.
fn loaded(threads: u16, network: &str) -> Played {
    let workload = json!({
        "jobs": 2000, "arrivals": { "pattern": "poisson", "rate_per_s": 8 },
        "work": { "exponential": { "mean": "100ms" } },
    });
    let http = json!({ "caller": { "threads": threads }, "server": { "accept_queue": 2000 } });
    compared(workload, http, json!({ "consumers": { "prefetch": 1 } }), json!({ "network": { "latency": network } }))
}

/// Without a network both sides are one queue before one worker, so every job ends at the same microsecond.
#[test]
fn cmp_3_with_the_same_load_and_workers_every_job_ends_at_the_same_moment() {
    for threads in [1000, 3] {
        let played = loaded(threads, "0ms");
        let (left, right) = (side(&played, "http"), side(&played, "rabbitmq"));
        for job in 0..left.jobs.len() {
            assert_eq!(left.jobs[job].wanted, right.jobs[job].wanted);
            assert_eq!(left.parts[job].finished, right.parts[job].finished, "job {}", job + 1);
        }
    }
}

/// What changes is who waits: the same total is spent in the queue that was spent by blocked callers and their backlog.
#[test]
fn cmp_3_queueing_changes_who_waits() {
    for threads in [1000, 3] {
        let played = loaded(threads, "0ms");
        let (left, right) = (side(&played, "http"), side(&played, "rabbitmq"));
        let working = spent(left, StayKind::Busy);
        assert_eq!(working, spent(right, StayKind::Busy));
        let at_the_caller = spent(left, StayKind::Blocked) + spent(left, StayKind::Backlog);
        assert_eq!(at_the_caller, spent(right, StayKind::Ready) + working);
        assert_eq!(spent(right, StayKind::Blocked) + spent(right, StayKind::Backlog), Span::ZERO);
        assert!(right.jobs.iter().all(|job| job.accepted == job.wanted), "handed over at once");
        assert!(right.marks.iter().all(|mark| mark.kind != MarkKind::TimedOut));
    }
}

/// With a network, prefetch 1 costs the worker a round trip a message: the queue is the slower one.
#[test]
fn cmp_3_with_a_network_the_queue_is_not_faster() {
    let played = loaded(1000, "5ms");
    let mean = |trace: &Trace| {
        let spans = trace.jobs.iter().zip(&trace.parts).map(|(job, part)| (part.finished - job.wanted).as_seconds());
        spans.sum::<f64>() / trace.jobs.len() as f64
    };
    let (left, right) = (mean(side(&played, "http")), mean(side(&played, "rabbitmq")));
    assert!(right > left, "{right} s queued, {left} s asked");
}

/// Jobs whose caller has neither a result nor a broker's word, work done, and deliveries that were not the first.
fn balance(trace: &Trace) -> [usize; 3] {
    let off = |job: &&JobRow| !matches!(job.caller, CallerOutcome::Answered | CallerOutcome::Accepted);
    let done = trace.parts.iter().filter(|part| part.outcome == WorkOutcome::Done);
    let again = sent(trace, "basic.deliver").into_iter().filter(|row| row.attempt > 1);
    [trace.jobs.iter().filter(off).count(), done.count(), again.count()]
}

/// What the two built-in scenarios say of themselves: with the mail service out the queue loses nothing, with the
/// broker out it does, as the calls do.
#[test]
fn flt_7_with_the_broker_out_the_queued_side_loses_its_advantage() {
    let balances = |name: &str| {
        let played = play_built_in(name);
        [balance(side(&played, "http")), balance(side(&played, "rabbitmq"))]
    };
    assert_eq!(balances("order-emails"), [[2, 10, 0], [0, 12, 2]]);
    assert_eq!(balances("order-emails-broker-out"), [[2, 4, 0], [1, 5, 1]]);
}
