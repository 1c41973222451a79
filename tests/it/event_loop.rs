//! Callers of threads and of one event loop: `EVL-1` to `EVL-3`.

use counterpoint::trace::{StayKind, Trace};
use serde_json::{Value, json};

use crate::http::requests;
use crate::story::{play_side, tells};

fn asked_by(caller: Value, jobs: u32, scenario: Value) -> Trace {
    let mut scenario = scenario;
    if scenario["workload"].is_null() {
        scenario["workload"] = json!({ "work": "100ms", "arrivals": { "pattern": "burst" } });
    }
    scenario["workload"]["jobs"] = json!(jobs);
    play_side("chain", json!({ "caller": caller, "services": [{ "workers": 8 }] }), scenario)
}

fn answered(trace: &Trace) -> Vec<u64> {
    trace.jobs.iter().map(|job| job.answered.micros() / 1000).collect()
}

#[test]
fn evl_1_one_event_loop_has_three_answers_at_100_ms_and_one_blocking_thread_at_100_200_and_300() {
    assert_eq!(answered(&asked_by(json!({ "kind": "event-loop" }), 3, json!({}))), [100, 100, 100]);
    assert_eq!(answered(&asked_by(json!({ "threads": 1 }), 3, json!({}))), [100, 200, 300]);
}

#[test]
fn evl_1_what_is_under_way_is_bounded_by_connections() {
    let trace = asked_by(json!({ "kind": "event-loop", "connections": 2 }), 5, json!({}));
    assert_eq!(answered(&trace), [100, 100, 200, 200, 300]);
    let pool = trace.stays.iter().filter(|stay| stay.kind == StayKind::Pool).count();
    assert_eq!(pool, 3, "the others wait for a connection");
}

/// Answers arrive at 50, 90, 130 and 300 ms; looking at each takes 200 ms.
#[test]
fn evl_2_a_callback_that_computes_delays_every_other_in_the_order_in_which_they_became_ready() {
    let scenario = json!({
        "workload": {
            "arrivals": { "pattern": "burst" },
            "work": { "listed": { "values": ["90ms", "50ms", "300ms", "130ms"] } },
        },
    });
    let trace = asked_by(json!({ "kind": "event-loop", "callback": "200ms" }), 4, scenario);
    let callbacks: Vec<_> = trace
        .stays
        .iter()
        .filter(|stay| stay.kind == StayKind::Busy && stay.actor.0 == 0)
        .map(|stay| (stay.part.index() + 1, stay.begin.micros() / 1000, stay.end.micros() / 1000))
        .collect();
    assert_eq!(callbacks, [(2, 50, 250), (1, 250, 450), (4, 450, 650), (3, 650, 850)]);
    let waiting = trace.stays.iter().filter(|stay| stay.kind == StayKind::Queued && stay.actor.0 == 0);
    let waiting: Vec<_> = waiting.map(|stay| (stay.part.index() + 1, stay.begin.micros() / 1000)).collect();
    assert_eq!(waiting, [(1, 90), (4, 130), (3, 300)], "they are seen to wait from when they became ready");
}

/// A job that is wanted while the loop computes is asked for when its turn comes.
#[test]
fn evl_2_a_wish_waits_for_its_turn_as_well() {
    let scenario = json!({
        "workload": { "arrivals": { "pattern": "listed", "at": ["0ms", "150ms"] }, "work": "100ms" },
        "network": { "latency": "5ms" },
    });
    tells(
        &asked_by(json!({ "kind": "event-loop", "callback": "200ms" }), 2, scenario),
        "sequenceDiagram
            participant client as Client
            participant service as Service
            client->>service: Service [0 → 5 ms]
            service-->>client: OK [105 → 110 ms]
            client->>service: Service [310 → 315 ms]
            service-->>client: OK [415 → 420 ms]",
    );
}

#[test]
fn evl_3_the_job_waits_as_long_as_with_threads_enough_and_no_thread_is_blocked() {
    let scenario = || {
        json!({
            "workload": { "arrivals": { "pattern": "poisson", "rate_per_s": 50.0 }, "work": { "exponential": { "mean": "80ms" } } },
            "network": { "latency": { "uniform": { "min": "1ms", "max": "20ms" } } },
        })
    };
    let threads = asked_by(json!({ "threads": 200 }), 200, scenario());
    let event_loop = asked_by(json!({ "kind": "event-loop" }), 200, scenario());
    let waits = |trace: &Trace| trace.jobs.iter().map(|job| job.answered - job.wanted).collect::<Vec<_>>();
    assert_eq!(waits(&threads), waits(&event_loop));
    assert_eq!(requests(&threads).len(), requests(&event_loop).len());
    let spent = |trace: &Trace, kind| {
        let stays = trace.stays.iter().filter(|stay| stay.kind == kind && stay.actor.0 == 0);
        stays.map(|stay| (stay.end - stay.begin).as_micros()).sum::<u64>()
    };
    assert_eq!(spent(&event_loop, StayKind::Blocked), 0, "the thread is free");
    assert_eq!(
        spent(&event_loop, StayKind::Awaiting),
        spent(&threads, StayKind::Blocked),
        "the job waits all the same"
    );
    assert!(spent(&event_loop, StayKind::Awaiting) > 0);
}
