//! HTTP workers in lanes of their own: instances of one server, between which the client goes round (`HTTP-7`).
//!
//! Sources: Spring Cloud LoadBalancer, whose default goes round and whose retries pass over the instance before
//! (`RetryAwareServiceInstanceListSupplier`); nginx, whose upstreams go round by default; gRPC's `round_robin`.

use counterpoint::scenario::Scenario;
use counterpoint::time::Moment;
use counterpoint::trace::{CallerOutcome, MarkKind, Trace, WorkOutcome};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::properties::check;
use crate::story::{executions, play_side, sent, tells};

/// Two instances of one worker each.
fn two(server: Value, mut settings: Value) -> Value {
    settings["server"] = json!({ "workers": 2, "lanes": "each" });
    settings["server"].as_object_mut().unwrap().extend(server.as_object().unwrap().clone());
    settings
}

fn again(attempts: u32) -> Value {
    json!({ "max_attempts": attempts, "base": "10ms", "jitter": "none" })
}

fn asked(trace: &Trace) -> Vec<String> {
    sent(trace, "request").into_iter().map(|request| trace.actor(request.to).id.clone()).collect()
}

/// Whoever is out refuses, and the next attempt goes to the next instance.
#[test]
fn http_7_requests_go_round_and_what_one_refuses_another_takes() {
    let scenario = json!({
        "workload": { "jobs": 3, "arrivals": { "pattern": "regular", "every": "100ms" }, "work": "30ms" },
        "network": { "latency": "5ms" },
        "changes": [{ "at": "0ms", "for": "150ms", "fault": "outage", "actor": "server-1" }],
    });
    let trace = play_side("http", two(json!({}), json!({ "retry": again(2) })), scenario);
    tells(
        &trace,
        "sequenceDiagram
        participant client as Client
        participant server-1 as Server 1
        participant server-2 as Server 2
        Note over server-1: out [0 to 150 ms]
        client-xserver-1: GET / [0 → 5 ms, turned away]
        server-1-->>client: connection refused [5 → 10 ms]
        Note over client: tries again (job 1) [10 ms]
        client->>server-2: GET / [20 → 25 ms, no. 2]
        server-2-->>client: 200 OK [55 → 60 ms, no. 2]
        client-xserver-1: GET / [100 → 105 ms, turned away]
        server-1-->>client: connection refused [105 → 110 ms]
        Note over client: tries again (job 2) [110 ms]
        client->>server-2: GET / [120 → 125 ms, no. 2]
        Note over server-1: back [150 ms]
        server-2-->>client: 200 OK [155 → 160 ms, no. 2]
        client->>server-1: GET / [200 → 205 ms]
        server-1-->>client: 200 OK [235 → 240 ms]",
    );
    assert!(trace.parts.iter().all(|part| part.outcome == WorkOutcome::Done));
}

/// What the dead one had in hand is reset, and done by the other if it may be repeated.
#[test]
fn an_instance_that_dies_takes_only_its_own_with_it() {
    let scenario = json!({
        "workload": { "jobs": 2, "arrivals": { "pattern": "burst" }, "work": "30ms" },
        "network": { "latency": "5ms" },
        "changes": [{ "at": "20ms", "for": "200ms", "fault": "crash", "actor": "server-1" }],
    });
    let settings = json!({ "method": "PUT", "caller": { "threads": 2 }, "retry": again(2) });
    let trace = play_side("http", two(json!({}), settings), scenario);
    tells(
        &trace,
        "sequenceDiagram
        participant client as Client
        participant server-1 as Server 1
        participant server-2 as Server 2
        client->>server-1: PUT / [0 → 5 ms]
        client->>server-2: PUT / [0 → 5 ms]
        Note over server-1: out [20 to 220 ms]
        Note over server-1: crashed [20 ms]
        server-1-->>client: connection reset [20 → 25 ms]
        Note over client: thread 1 tries again (job 1) [25 ms]
        server-2-->>client: 200 OK [35 → 40 ms]
        client->>server-2: PUT / [35 → 40 ms, no. 2]
        server-2-->>client: 200 OK [70 → 75 ms, no. 2]",
    );
}

/// Two requests at once: the turn after the second one's would bring the first back to where it was refused.
#[test]
fn a_retry_passes_over_the_instance_before() {
    let scenario = json!({
        "workload": { "jobs": 2, "arrivals": { "pattern": "burst" }, "work": "30ms" },
        "network": { "latency": "5ms" },
        "changes": [{ "at": "0ms", "fault": "outage", "actor": "server-1" }],
    });
    let settings = json!({ "caller": { "threads": 2 }, "retry": again(2) });
    assert_eq!(asked(&play_side("http", two(json!({}), settings), scenario)), ["server-1", "server-2", "server-2"]);
}

/// Going round knows nothing of who is slow: half of the jobs wait for the slow one. Of two workers behind one door, the
/// fast one does more.
#[test]
fn a_slow_instance_gets_as_many_as_a_fast_one() {
    let scenario = || json!({ "workload": { "jobs": 16, "arrivals": { "pattern": "burst" }, "work": "30ms" } });
    let settings = || json!({ "caller": { "threads": 16 } });
    let each = play_side("http", two(json!({ "factors": [3] }), settings()), scenario());
    assert_eq!(asked(&each).iter().filter(|id| *id == "server-1").count(), 8);
    assert_eq!(each.ended.micros(), 8 * 90_000);
    let shared = play_side("http", two(json!({ "factors": [3], "lanes": "shared" }), settings()), scenario());
    assert_eq!(shared.ended.micros(), 4 * 90_000, "12 of 16 by the fast one");
}

/// Both pools number their connections from nought. The one that `server-1` closes is its own.
#[test]
fn a_connection_that_an_instance_closes_is_no_other_ones() {
    let scenario = json!({
        "workload": {
            "jobs": 2, "arrivals": { "pattern": "regular", "every": "20ms" },
            "work": { "listed": { "values": ["10ms", "200ms"] } },
        },
        "network": { "latency": "1ms" },
    });
    let settings = two(json!({ "keepalive_timeout": "50ms" }), json!({}));
    let trace = play_side("http", settings, scenario);
    assert_eq!(asked(&trace), ["server-1", "server-2"]);
    assert_eq!(sent(&trace, "close").len(), 1, "while job 2 is worked on");
    assert!(trace.jobs.iter().all(|job| job.caller == CallerOutcome::Answered));
}

/// The keys are kept where the effects are, so an instance recognises what another one does or has done.
#[test]
fn instances_share_their_idempotency_keys() {
    let settings = json!({
        "method": "POST", "idempotency_key": true, "timeout": "50ms",
        "retry": { "max_attempts": 4, "base": "50ms", "cap": "50ms", "jitter": "none" },
    });
    let scenario = json!({ "workload": { "jobs": 1, "work": "150ms" }, "network": { "latency": "5ms" } });
    let trace = play_side("http", two(json!({}), settings), scenario);
    tells(
        &trace,
        "sequenceDiagram
        participant client as Client
        participant server-1 as Server 1
        participant server-2 as Server 2
        client->>server-1: POST / [0 → 5 ms]
        Note over client: timed out (job 1) [50 ms]
        Note over client: tries again (job 1) [50 ms]
        client->>server-2: POST / [100 → 105 ms, no. 2]
        server-2-->>client: 409 Conflict [105 → 110 ms, no. 2]
        Note over client: tries again (job 1) [110 ms]
        server-1-->>client: 200 OK [155 → 160 ms, too late]
        client->>server-1: POST / [160 → 165 ms, no. 3]
        server-1-->>client: 200 OK [165 → 170 ms, no. 3]",
    );
    assert_eq!(executions(&trace), [1]);
}

/// A key whose owner dies is free again.
#[test]
fn a_key_that_a_dead_instance_held_is_free() {
    let settings = json!({ "method": "POST", "idempotency_key": true, "retry": again(2) });
    let scenario = json!({
        "workload": { "jobs": 1, "work": "150ms" }, "network": { "latency": "5ms" },
        "changes": [{ "at": "50ms", "fault": "crash", "actor": "server-1" }],
    });
    let trace = play_side("http", two(json!({}), settings), scenario);
    assert_eq!(asked(&trace), ["server-1", "server-2"]);
    assert_eq!((trace.parts[0].executions, trace.parts[0].effects), (2, 1));
}

/// A client keeps a pool for each host.
#[test]
fn each_instance_has_connections_and_an_accept_queue_of_its_own() {
    let scenario = || json!({ "workload": { "jobs": 8, "arrivals": { "pattern": "burst" }, "work": "30ms" } });
    let settings = |more: Value| {
        let mut settings = json!({ "caller": { "threads": 8 } });
        settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        settings
    };
    let one_each = play_side("http", two(json!({}), settings(json!({ "connections": 1 }))), scenario());
    let at_once = sent(&one_each, "request").into_iter().filter(|request| request.sent.micros() == 0).count();
    assert_eq!(at_once, 2);
    let narrow = play_side("http", two(json!({ "accept_queue": 1 }), settings(json!({}))), scenario());
    let refused = narrow.marks.iter().filter(|mark| mark.kind == MarkKind::GaveUp).count();
    assert_eq!(refused, 4, "each takes one in hand and one in line");
}

#[test]
fn what_no_instances_could_be_is_refused_in_words() {
    let refused = |server: Value, caller: &str| {
        let side = json!({ "protocol": "http", "server": server, "caller": { "id": caller } });
        let other = json!({ "protocol": "rabbitmq", "consumers": { "id": "other" } });
        Scenario::from_value(json!({ "name": "f", "sides": [side, other] })).unwrap_err().to_string()
    };
    let many = refused(json!({ "workers": 13, "lanes": "each" }), "client");
    assert_eq!(many, "sides.left.server.workers: 13 would not do; write a whole number from 1 to 12");
    let taken = refused(json!({ "workers": 2, "lanes": "each" }), "server-2");
    assert_eq!(taken, "sides.left.server.id: `server-2` is taken; give each actor of a side its own id");
    let factors = refused(json!({ "workers": 2, "factors": [1, 1, 1] }), "client");
    assert_eq!(factors, "sides.left.server.factors: there are 3 factors for 2 workers");
    let factor = refused(json!({ "factors": [0] }), "client");
    assert_eq!(factor, "sides.left.server.factors.0: 0 would not do; write a number from 0.001 to 1000");
}

/// Where nobody fails, all instances are asked equally often, and none over more connections than are allowed.
#[test]
fn random_instances_are_asked_in_turn() {
    let values = (1u16..6, 1u32..30, 1u32..8, 1u32..4, 1u32..60);
    check(13, &values, |(workers, jobs, threads, connections, work)| {
        let settings = json!({
            "server": { "workers": workers, "lanes": "each" }, "caller": { "threads": threads }, "connections": connections,
        });
        let workload = json!({ "jobs": jobs, "work": { "exponential": { "mean": format!("{work}ms") } } });
        let trace = play_side("http", settings, json!({ "workload": workload, "network": { "latency": "1ms" } }));
        let mut counts = vec![0; workers.into()];
        let mut at_once = vec![(0, 0); workers.into()];
        let mut events: Vec<(Moment, i32, usize)> = Vec::new();
        for message in &trace.messages {
            let is_request = trace.kind(message).name == "request";
            let instance = if is_request { message.to } else { message.from }.at() - 1;
            counts[instance] += u32::from(is_request);
            events.push(if is_request { (message.sent, 1, instance) } else { (message.arrived, -1, instance) });
        }
        events.sort();
        for (_, change, instance) in events {
            let (now, most) = &mut at_once[instance];
            *now += change;
            *most = (*most).max(*now);
        }
        prop_assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1, "{:?}", counts);
        prop_assert!(at_once.iter().all(|(_, most)| *most <= connections as i32), "{:?}", at_once);
        Ok(())
    });
}
