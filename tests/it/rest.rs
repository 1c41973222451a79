//! GET with a cache: `GET-1` to `GET-3`. Sources: RFC 9110, RFC 9111.

use counterpoint::scenario::Scenario;
use counterpoint::time::Moment;
use counterpoint::trace::{CallerOutcome, StayKind, Trace, WorkOutcome};
use serde_json::{Value, json};

use crate::http::requests;
use crate::story::{play_side, stays, tells};

/// A user that changes every 5 s, asked for at these moments.
fn asked_at(at: &[&str], cache: Value) -> Trace {
    let settings = json!({
        "path": "/user/123", "cache": cache, "changes_every": "5s", "validation": "3ms", "body": "20ms",
    });
    let scenario = json!({
        "workload": { "jobs": at.len(), "arrivals": { "pattern": "listed", "at": at }, "work": "40ms" },
        "network": { "latency": "10ms" },
    });
    play_side("rest", settings, scenario)
}

#[test]
fn get_1_a_fresh_hit_sends_no_message_and_is_answered_at_once() {
    let trace = asked_at(&["0ms", "500ms", "999ms", "1s"], json!({ "max_age": "1s" }));
    assert_eq!(requests(&trace).len(), 2, "the second and the third were fresh");
    for job in [1, 2] {
        let row = &trace.jobs[job];
        assert_eq!((row.caller, row.answered), (CallerOutcome::Answered, row.wanted));
        assert_eq!((trace.parts[job].executions, trace.parts[job].outcome), (0, WorkOutcome::Done));
    }
}

/// The answer's age counts from when it was asked for: RFC 9111 §4.2.3.
#[test]
fn get_1_it_is_fresh_for_less_than_max_age() {
    let trace = asked_at(&["0ms", "999999us", "1000000us"], json!({ "max_age": "1s" }));
    let sent: Vec<u64> = requests(&trace).iter().map(|message| message.sent.micros()).collect();
    assert_eq!(sent, [0, 1_000_000]);
}

#[test]
fn get_2_a_stale_one_with_the_same_tag_is_one_round_trip_without_the_body() {
    let trace = asked_at(&["0ms", "2s", "6s"], json!({ "max_age": "1s" }));
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant server as Server
            client->>server: GET /user/123 [0 → 10 ms]
            server-->>client: 200 OK [70 → 80 ms]
            client->>server: GET /user/123 If-None-Match [2000 → 2010 ms]
            server-->>client: 304 Not Modified [2013 → 2023 ms]
            client->>server: GET /user/123 If-None-Match [6000 → 6010 ms]
            server-->>client: 200 OK [6070 → 6080 ms]",
    );
}

#[test]
fn get_2_without_a_tag_the_whole_is_sent_again() {
    let trace = asked_at(&["0ms", "2s"], json!({ "max_age": "1s", "etag": false }));
    assert_eq!(trace.jobs[1].answered, Moment::from_micros(2_080_000));
    let bodies = trace.messages.iter().filter(|message| trace.label(message) == "200 OK");
    assert_eq!(bodies.count(), 2);
}

#[test]
fn get_2_what_was_validated_is_fresh_again() {
    let trace = asked_at(&["0ms", "2s", "2900ms"], json!({ "max_age": "1s" }));
    assert_eq!(requests(&trace).len(), 2);
}

/// RFC 9110 §9.2.1: safe, however often.
#[test]
fn get_3_repeating_it_leaves_the_server_as_it_was() {
    let settings =
        json!({ "timeout": "30ms", "retry": { "max_attempts": 4, "base": "10ms" }, "server": { "workers": 5 } });
    let scenario = json!({ "workload": { "jobs": 20, "work": "40ms" }, "network": { "latency": "5ms" } });
    let trace = play_side("rest", settings, scenario);
    assert!(trace.parts.iter().all(|part| part.executions == 4 && part.effects == 0));
    assert_eq!(stays(&trace, StayKind::Busy).len(), 80);
}

/// A resource that changed every microsecond would run out of numbers for its versions within 72 minutes.
#[test]
fn a_resource_has_a_number_for_each_of_its_versions() {
    let scenario = |every: &str| {
        Scenario::from_value(json!({
            "name": "versions",
            "workload": { "jobs": 2, "arrivals": { "pattern": "listed", "at": ["0ms", "696h"] }, "work": "1ms" },
            "sides": [
                { "protocol": "rest", "cache": { "max_age": "0ms", "etag": true }, "changes_every": every },
                { "protocol": "http" },
            ],
        }))
    };
    let refused = scenario("999us").expect_err("it is too often").to_string();
    assert_eq!(refused, "sides.left.changes_every: 999us is too short; it must be at least 1ms");
    let played = scenario("1ms").expect("so often it may").play();
    assert_eq!(played.sides[0].trace.jobs[1].caller, CallerOutcome::Answered);
}
