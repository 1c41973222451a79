//! What callers are told when what they call breaks: outcomes after a broken connection, faults that overlap, and
//! answers to something else than was asked.

use counterpoint::scenario::{Played, Scenario};
use counterpoint::trace::{CallerOutcome, MarkKind, Trace, WorkOutcome};
use serde_json::{Value, json};

use crate::story::sent;

fn played(workload: Value, left: Value, changes: Value) -> Played {
    let mut left = left;
    left["id"] = json!("left");
    let mut right = left.clone();
    right["id"] = json!("right");
    let fields = json!({
        "name": "broken", "network": { "latency": "10ms" },
        "workload": workload, "sides": [left, right], "changes": changes,
    });
    Scenario::from_json(&fields.to_string()).unwrap_or_else(|error| panic!("{error}")).play()
}

fn left_of(workload: Value, left: Value, changes: Value) -> Trace {
    played(workload, left, changes).sides.swap_remove(0).trace
}

/// The server dies 50 ms after the request arrived, and the work takes 100 ms.
fn died_under_a_request(protocol: &str) -> Played {
    let (mut left, mut parts, mut server) = (json!({ "protocol": protocol }), json!([]), "server");
    match protocol {
        "chain" => server = "service",
        "auth" => server = "auth",
        "postgresql" => server = "database",
        "graphql" => {
            server = "graphql";
            left["authors"] = json!(1);
            parts = json!([{ "id": "list", "work": "100ms" }, { "id": "author", "work": "100ms" }]);
        }
        _ => {}
    }
    let workload = json!({ "work": "100ms", "parts": parts });
    let server = format!("left.{server}");
    played(workload, left, json!([{ "at": "60ms", "for": "1s", "fault": "crash", "actor": server }]))
}

/// RFC 9110 §9.2.2: a client whose connection broke does not know whether the request was acted upon.
#[test]
fn a_connection_that_breaks_under_a_request_leaves_the_callers_outcome_unknown() {
    for protocol in ["chain", "rest", "soap", "graphql", "postgresql", "auth"] {
        let played = died_under_a_request(protocol);
        let trace = &played.sides[0].trace;
        assert!(!sent(trace, "reset").is_empty(), "{protocol}");
        assert_eq!(trace.jobs[0].caller, CallerOutcome::Unknown, "{protocol}");
        let told = trace.marks.iter().find(|mark| mark.kind == MarkKind::GaveUp).map(|mark| trace.mark_label(mark));
        assert!(told.as_ref().is_some_and(|told| !told.contains("error")), "{protocol}: {told:?}");
    }
}

/// The work had been done, and it was the answer that the crash took away.
#[test]
fn work_that_was_done_behind_a_broken_connection_is_not_said_to_have_failed() {
    let parts = json!([{ "id": "a", "work": "20ms" }, { "id": "b", "work": "100ms" }]);
    let left = json!({ "protocol": "chain", "services": [{ "id": "a", "name": "A" }, { "id": "b", "name": "B" }] });
    let changes = json!([{ "at": "145ms", "for": "10ms", "fault": "crash", "actor": "left.a" }]);
    let trace = left_of(json!({ "parts": parts }), left, changes);
    assert_eq!(trace.jobs[0].caller, CallerOutcome::Unknown);
    assert!(trace.parts.iter().all(|part| part.outcome == WorkOutcome::Done));
}

/// A second attempt tells what became of it.
#[test]
fn a_repeated_call_is_answered_after_a_broken_connection() {
    let left = json!({ "protocol": "rest", "retry": { "max_attempts": 3, "base": "100ms", "jitter": "none" } });
    let changes = json!([{ "at": "60ms", "for": "20ms", "fault": "crash", "actor": "left.server" }]);
    let trace = left_of(json!({ "work": "100ms" }), left, changes);
    assert_eq!((trace.jobs[0].caller, trace.parts[0].executions), (CallerOutcome::Answered, 2));
}

/// Two faults of a service, in every order of their beginnings and ends: it is out while either lasts.
#[test]
fn a_service_is_out_while_any_of_its_faults_lasts() {
    for (one, other) in [("crash", "crash"), ("outage", "outage"), ("outage", "crash"), ("crash", "outage")] {
        for (short, long) in [((500, 500), (0, 2000)), ((0, 1000), (500, 1500)), ((0, 2000), (500, 500))] {
            let change = |(at, lasts): (u32, u32), fault: &str| json!({ "at": format!("{at}ms"), "for": format!("{lasts}ms"), "fault": fault, "actor": "left.service" });
            let workload =
                json!({ "jobs": 3, "arrivals": { "pattern": "listed", "at": ["600ms", "1500ms", "2100ms"] } });
            let changes = json!([change(short, one), change(long, other)]);
            let trace = left_of(workload, json!({ "protocol": "chain", "caller": { "threads": 3 } }), changes);
            let outcomes: Vec<_> = trace.jobs.iter().map(|job| job.caller).collect();
            use CallerOutcome::{Answered, Refused};
            assert_eq!(outcomes, [Refused, Refused, Answered], "{one} {short:?}, {other} {long:?}");
        }
    }
}

/// Both are answered with 401 and ask for a new token at once; each then makes its own call again.
#[test]
fn auth_calls_that_meet_an_expired_token_together_are_each_made_again() {
    for jobs in [1, 2, 3] {
        let left = json!({ "protocol": "auth", "flow": "bearer", "expires_in": "1s", "caller": { "threads": jobs } });
        let workload =
            json!({ "jobs": jobs, "arrivals": { "pattern": "listed", "at": vec!["2s"; jobs] }, "work": "5ms" });
        let trace = left_of(workload, left, json!([]));
        assert!(trace.jobs.iter().all(|job| job.caller == CallerOutcome::Answered));
        assert!(
            trace.parts.iter().all(|part| (part.outcome, part.executions) == (WorkOutcome::Done, 1)),
            "{jobs} jobs"
        );
        let calls = trace.messages.iter().filter(|message| trace.label(message) == "GET /resource");
        assert_eq!(calls.count(), 2 * jobs, "each call twice: with the old token and with a new one");
    }
}

/// A token that expires on its way is refreshed once for a call, and not for ever.
#[test]
fn auth_a_call_whose_every_token_has_expired_gives_up() {
    let left = json!({ "protocol": "auth", "flow": "bearer", "expires_in": "1ms" });
    let trace = left_of(json!({ "arrivals": { "pattern": "listed", "at": ["2s"] } }), left, json!([]));
    assert_eq!((trace.jobs[0].caller, trace.parts[0].executions), (CallerOutcome::Failed, 0));
}

/// What the dead process remembered is gone: neither its breaker nor an alarm of it has a say after the restart.
#[test]
fn a_breaker_is_closed_again_when_its_process_comes_back() {
    let left = json!({
        "protocol": "chain", "caller": { "threads": 9 },
        "services": [{ "id": "a", "name": "A", "workers": 9 }, { "id": "b", "name": "B", "workers": 9 }],
        "circuit_breaker": {
            "sliding_window_size": 2, "minimum_number_of_calls": 2, "wait_duration_in_open_state": "60s",
            "automatic_transition_from_open_to_half_open": true, "when_open": "fail",
        },
    });
    let parts = json!([{ "id": "a", "work": "1ms" }, { "id": "b", "work": "1ms" }]);
    let moments = ["0ms", "0ms", "500ms", "62s"];
    let workload = json!({ "jobs": 4, "arrivals": { "pattern": "listed", "at": moments }, "parts": parts });
    let changes = json!([
        { "at": "0ms", "for": "400ms", "fault": "outage", "actor": "left.b" },
        { "at": "1s", "for": "200ms", "fault": "crash", "actor": "left.a" },
    ]);
    let trace = left_of(workload, left, changes);
    let switches: Vec<_> = trace
        .marks
        .iter()
        .filter(|mark| mark.kind == MarkKind::Switched && mark.actor.at() == 1)
        .map(|mark| (mark.at.micros() / 1000, mark.value))
        .collect();
    assert_eq!(switches.iter().map(|(_, value)| *value).collect::<Vec<_>>(), [1, 0], "{switches:?}");
    assert_eq!(switches[1].0, 1000, "when the process died");
    assert_eq!((trace.jobs[2].caller, trace.jobs[3].caller), (CallerOutcome::Refused, CallerOutcome::Answered));
}
