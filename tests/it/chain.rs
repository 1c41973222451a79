//! Calls from service to service: `CHAIN-1` to `CHAIN-4`, and the bulkhead.
//!
//! Sources: grpc.io, "Deadlines"; resilience4j, BulkheadConfig.

use counterpoint::scenario::Scenario;
use counterpoint::time::Moment;
use counterpoint::trace::{CallerOutcome, Ending, Fate, MessageRow, StayKind, StayRow, Trace, WorkOutcome};
use serde_json::{Value, json};

use crate::http::requests;
use crate::story::{most_at_once, play_side, tells};

/// Parts called as the services that do them.
fn parts(work: &[&str]) -> Value {
    work.iter().enumerate().map(|(index, work)| json!({ "id": format!("part-{index}"), "work": work })).collect()
}

fn services(ids: &[&str]) -> Value {
    let name = |id: &str| format!("{}{}", id[..1].to_uppercase(), &id[1..]);
    ids.iter().map(|id| json!({ "id": id, "name": name(id) })).collect()
}

/// Requests that arrived at, or were sent to, the service called `id`.
fn calls_of<'a>(trace: &'a Trace, id: &str) -> Vec<&'a MessageRow> {
    requests(trace).into_iter().filter(|message| trace.actor(message.to).id == id).collect()
}

fn busy_at<'a>(trace: &'a Trace, id: &str) -> Vec<&'a StayRow> {
    trace.stays.iter().filter(|stay| stay.kind == StayKind::Busy && trace.actor(stay.actor).id == id).collect()
}

fn budget(stops: bool) -> Trace {
    let settings = json!({ "services": services(&["orders", "stock"]), "deadline": "2s", "stops_at_deadline": stops });
    let scenario = json!({
        "workload": { "parts": parts(&["490ms", "3s"]) },
        "network": { "latency": "10ms" },
    });
    play_side("chain", settings, scenario)
}

/// A budget of 2 s, of which 0.5 s are spent before the second hop: that hop gets 1.5 s, counted from where it
/// arrives (gRPC sends the time that is left, so clocks need not agree).
#[test]
fn chain_1_the_second_hop_gets_what_is_left_and_the_caller_fails_at_exactly_two_seconds() {
    let trace = budget(true);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant orders as Orders
            participant stock as Stock
            client->>orders: Orders [0 → 10 ms]
            orders->>stock: Stock [500 → 510 ms]
            Note over client: DEADLINE_EXCEEDED (job 1) [2000 ms]
            Note over client: gave up (job 1) [2000 ms]",
    );
    assert_eq!(trace.jobs[0].caller, CallerOutcome::Unknown);
    assert_eq!(trace.jobs[0].settled, Moment::from_micros(2_000_000));
    // Sent at 0.5 s with 1.51 s left of the 2 s that Orders got at 10 ms; 1.51 s after its arrival it is over.
    let cut = busy_at(&trace, "stock")[0];
    assert_eq!((cut.end.micros(), cut.ending), (510_000 + 1_510_000, Ending::Interrupted));
    assert_eq!(trace.parts[1].outcome, WorkOutcome::Lost);
    let blocked = trace.stays.iter().find(|stay| stay.kind == StayKind::Blocked && stay.actor.0 == 1).unwrap();
    assert_eq!((blocked.end.micros(), blocked.ending), (2_010_000, Ending::Expired));
}

/// Without a network, the hop that leaves at 0.5 s gets 1.5 s exactly.
#[test]
fn chain_1_half_a_second_spent_leaves_one_and_a_half() {
    let settings = json!({ "services": services(&["orders", "stock"]), "deadline": "2s", "stops_at_deadline": true });
    let trace = play_side("chain", settings, json!({ "workload": { "parts": parts(&["500ms", "3s"]) } }));
    let cut = busy_at(&trace, "stock")[0];
    assert_eq!((cut.end - cut.begin).as_micros(), 1_500_000);
}

#[test]
fn chain_1_no_work_starts_after_the_deadline_and_what_was_begun_goes_on_unless_it_is_stopped() {
    let settings = json!({
        "caller": { "threads": 6 }, "services": services(&["orders", "stock", "pricing"]), "deadline": "2s",
    });
    let scenario = json!({
        "workload": { "jobs": 6, "arrivals": { "pattern": "burst" }, "parts": parts(&["300ms", "700ms", "600ms"]) },
    });
    let trace = play_side("chain", settings, scenario);
    let last = trace.stays.iter().filter(|stay| stay.kind == StayKind::Busy).map(|stay| stay.begin).max().unwrap();
    assert!(last < Moment::from_micros(2_000_000), "{last:?}");
    let answered = trace.jobs.iter().filter(|job| job.caller == CallerOutcome::Answered).count();
    assert_eq!(answered, 1, "one worker a service: the second job would be done at 2.4 s or later");
    assert!(trace.jobs.iter().all(|job| job.settled <= Moment::from_micros(2_000_000)));
    let begun = busy_at(&trace, "stock")[1];
    assert_eq!(
        (begun.end.micros(), begun.ending),
        (2_600_000, Ending::Done),
        "gRPC leaves stopping to the application"
    );
    assert!(budget(false).stays.iter().all(|stay| stay.ending != Ending::Interrupted));
    assert_eq!(busy_at(&budget(false), "stock")[0].end.micros(), 3_510_000);
}

#[test]
fn chain_1_a_deadline_that_does_not_travel_leaves_work_for_nobody() {
    let settings = json!({
        "services": services(&["orders", "stock"]), "deadline": "200ms", "propagates_deadline": false,
    });
    let trace = play_side("chain", settings, json!({ "workload": { "parts": parts(&["300ms", "100ms"]) } }));
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant orders as Orders
            participant stock as Stock
            client->>orders: Orders [0 ms]
            Note over client: DEADLINE_EXCEEDED (job 1) [200 ms]
            Note over client: gave up (job 1) [200 ms]
            orders->>stock: Stock [300 ms]
            stock-->>orders: OK [400 ms]
            orders-->>client: OK [400 ms, too late]",
    );
    assert!(trace.parts.iter().all(|part| part.outcome == WorkOutcome::Done));
}

#[test]
fn chain_2_latencies_add_along_the_chain() {
    let settings = json!({ "services": services(&["b", "c"]) });
    let scenario = json!({ "workload": { "parts": parts(&["20ms", "20ms"]) }, "network": { "latency": "10ms" } });
    tells(
        &play_side("chain", settings, scenario),
        "sequenceDiagram
            participant client as Client
            participant b as B
            participant c as C
            client->>b: B [0 → 10 ms]
            b->>c: C [30 → 40 ms]
            c-->>b: OK [60 → 70 ms]
            b-->>client: OK [70 → 80 ms]",
    );
}

#[test]
fn chain_2_in_sequence_they_add_as_well_and_at_once_the_longest_counts() {
    let answered = |order: &str| {
        let settings = json!({ "services": services(&["b", "c", "d"]), "order": order });
        let scenario =
            json!({ "workload": { "parts": parts(&["20ms", "50ms", "30ms"]) }, "network": { "latency": "10ms" } });
        play_side("chain", settings, scenario).jobs[0].answered.micros()
    };
    assert_eq!(answered("nested"), 160_000);
    assert_eq!(answered("sequence"), 160_000);
    assert_eq!(answered("parallel"), 70_000);
}

fn amplified(attempts: u32, layers: usize) -> Trace {
    let ids = ["a", "b", "c", "d"];
    let settings = json!({
        "services": services(&ids[..layers]), "retry": { "max_attempts": attempts, "base": "10ms" },
    });
    let work = vec!["1ms"; layers];
    let scenario = json!({
        "workload": { "parts": parts(&work) },
        "changes": [{ "at": "0ms", "fault": "outage", "actor": format!("left.{}", ids[layers - 1]) }],
    });
    play_side("chain", settings, scenario)
}

/// The edge, A and B make three attempts each: 3 × 3 × 3 reach C, which is down.
#[test]
fn chain_3_attempts_multiply_from_layer_to_layer() {
    for (attempts, expected) in [(1, 1), (2, 8), (3, 27), (4, 64)] {
        let trace = amplified(attempts, 3);
        let reached = calls_of(&trace, "c");
        assert_eq!(reached.len(), expected);
        assert!(reached.iter().all(|call| call.fate == Fate::Refused && call.arrived != Moment::NEVER));
        let mut numbers: Vec<u32> = reached.iter().map(|call| call.attempt).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=expected as u32).collect::<Vec<_>>(), "each attempt is told apart");
        assert_eq!(trace.parts[1].executions, attempts.pow(2), "B's own work is done again each time");
        assert_eq!(trace.jobs[0].caller, CallerOutcome::Failed);
    }
}

/// While a service waits for the next, its worker is held: with w workers that each wait W, at most w/W get through.
#[test]
fn chain_4_a_worker_that_waits_is_held_so_throughput_is_bounded_by_workers_over_latency() {
    let settings = json!({
        "caller": { "threads": 40 },
        "services": [{ "id": "a", "name": "A", "workers": 3 }, { "id": "b", "name": "B", "workers": 40 }],
    });
    let scenario = json!({
        "workload": { "jobs": 40, "arrivals": { "pattern": "burst" }, "parts": parts(&["0ms", "180ms"]) },
        "network": { "latency": "10ms" },
    });
    let trace = play_side("chain", settings, scenario);
    let held = |kind| trace.stays.iter().filter(move |stay| stay.actor.0 == 1 && stay.kind == kind);
    assert!(held(StayKind::Blocked).all(|stay| (stay.end - stay.begin).as_micros() == 200_000));
    assert_eq!(held(StayKind::Blocked).count(), 40);
    let mut done: Vec<u64> = trace.jobs.iter().map(|job| job.answered.micros()).collect();
    done.sort_unstable();
    let expected: Vec<u64> = (0..40).map(|k| 20_000 + 200_000 * (k / 3 + 1)).collect();
    assert_eq!(done, expected, "three every 200 ms: 15 a second");
    assert!(calls_of(&trace, "b").len() == 40);
    let most = most_at_once(&trace, 2, StayKind::Busy);
    assert_eq!(most, 3, "the next service never sees more");
}

/// BulkheadConfig: 25 calls at a time, and nobody waits.
#[test]
fn chain_a_bulkhead_turns_away_what_is_too_many_without_a_message() {
    let settings = json!({ "caller": { "threads": 30 }, "services": [{ "workers": 30 }], "bulkhead": {} });
    let scenario = json!({ "workload": { "jobs": 30, "arrivals": { "pattern": "burst" }, "work": "50ms" } });
    let trace = play_side("chain", settings, scenario);
    assert_eq!(requests(&trace).len(), 25);
    let refused: Vec<_> = trace.jobs.iter().filter(|job| job.caller == CallerOutcome::Refused).collect();
    assert_eq!(refused.len(), 5);
    assert!(refused.iter().all(|job| job.settled == job.wanted));
    assert!(trace.parts[25..].iter().all(|part| part.outcome == WorkOutcome::Lost));
}

#[test]
fn chain_a_bulkhead_lets_wait_as_long_as_it_is_told() {
    let settings = json!({
        "caller": { "threads": 3 }, "services": [{ "workers": 3 }],
        "bulkhead": { "max_concurrent_calls": 1, "max_wait_duration": "60ms" },
    });
    let scenario = json!({ "workload": { "jobs": 3, "arrivals": { "pattern": "burst" }, "work": "50ms" } });
    let trace = play_side("chain", settings, scenario);
    let settled: Vec<_> = trace.jobs.iter().map(|job| (job.caller, job.settled.micros())).collect();
    assert_eq!(
        settled,
        [(CallerOutcome::Answered, 50_000), (CallerOutcome::Answered, 100_000), (CallerOutcome::Refused, 60_000)]
    );
}

/// Sixteen layers of a hundred attempts each would be 10³² attempts, which no number of ours can tell apart.
#[test]
fn attempts_that_multiply_beyond_counting_are_refused() {
    let names = "abcdefghijklmnop";
    let ids: Vec<&str> = (0..16).map(|place| &names[place..=place]).collect();
    let refused = |layers: usize, attempts: u32, order: &str| {
        let fields = json!({
            "name": "x", "workload": { "parts": parts(&vec!["1ms"; layers]) },
            "sides": [
                { "protocol": "chain", "order": order, "services": services(&ids[..layers]), "retry": { "max_attempts": attempts } },
                { "protocol": "rabbitmq" },
            ],
        });
        Scenario::from_json(&fields.to_string()).err().map(|error| error.to_string())
    };
    assert_eq!(refused(3, 100, "nested"), None);
    assert_eq!(refused(16, 100, "sequence"), None);
    let error = refused(4, 100, "nested").unwrap();
    assert!(error.contains("retry.max_attempts") && error.contains("100 attempts in each of 4 layers"), "{error}");
}
