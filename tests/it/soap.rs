//! SOAP over HTTP: `SOAP-1` to `SOAP-3`. Sources: W3C, SOAP 1.1 and 1.2.

use counterpoint::trace::{CallerOutcome, Fate, MarkKind, StayKind, Trace};
use serde_json::{Value, json};

use crate::story::{executions, play_side, sent, stays, tells};

fn placed(settings: Value) -> Trace {
    let scenario = json!({
        "workload": { "jobs": 4, "work": "40ms", "poison": [2] },
        "network": { "latency": "5ms" },
    });
    let mut settings = settings;
    settings["sender_faults"] = json!([3]);
    settings["not_understood"] = json!([4]);
    play_side("soap", settings, scenario)
}

#[test]
fn soap_1_each_request_gets_one_envelope_with_a_result_or_a_fault() {
    let trace = placed(json!({}));
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant server as Server
            client->>server: POST PlaceOrder [0 → 5 ms]
            server-->>client: 200 PlaceOrderResponse [45 → 50 ms]
            client->>server: POST PlaceOrder [100 → 105 ms]
            Note over server: failed (job 2) [145 ms]
            server-->>client: 500 Fault: Receiver [145 → 150 ms]
            Note over client: gave up: a fault (job 2) [150 ms]
            client->>server: POST PlaceOrder [200 → 205 ms]
            server-->>client: 400 Fault: Sender [205 → 210 ms]
            Note over client: gave up: a fault (job 3) [210 ms]
            client->>server: POST PlaceOrder [300 → 305 ms]
            server-->>client: 500 Fault: MustUnderstand [305 → 310 ms]
            Note over client: gave up: a fault (job 4) [310 ms]",
    );
    for job in 0..4 {
        let answers = trace.messages.iter().filter(|message| {
            matches!(trace.kind(message).name.as_str(), "result" | "fault") && trace.jobs_of(message)[0].index() == job
        });
        assert_eq!(answers.count(), 1, "a result or a fault, job {}", job + 1);
    }
}

/// SOAP 1.2 Part 2 §7.5.2.2; SOAP 1.1 §6.2.
#[test]
fn soap_2_a_senders_fault_is_400_and_a_receivers_500_in_1_2_and_both_are_500_in_1_1() {
    let faults = |version: &str| -> Vec<String> {
        let trace = placed(json!({ "version": version }));
        sent(&trace, "fault").into_iter().map(|message| trace.label(message)).collect()
    };
    assert_eq!(faults("1.2"), ["500 Fault: Receiver", "400 Fault: Sender", "500 Fault: MustUnderstand"]);
    assert_eq!(faults("1.1"), ["500 Fault: Server", "500 Fault: Client", "500 Fault: MustUnderstand"]);
}

#[test]
fn soap_3_a_fault_is_an_answer_and_sets_off_no_retry() {
    let retrying = json!({
        "timeout": "1s", "retry_after_silence": true, "retry": { "max_attempts": 5, "base": "10ms" },
    });
    let trace = placed(retrying);
    assert_eq!(sent(&trace, "envelope").len(), 4);
    assert!(trace.marks.iter().all(|mark| !matches!(mark.kind, MarkKind::TimedOut | MarkKind::Retried)));
    assert!(trace.jobs[1..].iter().all(|job| job.caller == CallerOutcome::Failed), "known, not unknown");
    assert!(trace.messages.iter().all(|message| message.fate == Fate::Delivered));
}

/// Silence, unlike a fault, may be repeated by those who dare.
#[test]
fn soap_3_silence_is_repeated_only_when_asked_for() {
    let attempts = |dares: bool| {
        let settings = json!({
            "timeout": "20ms", "retry_after_silence": dares, "retry": { "max_attempts": 2, "base": "10ms" },
        });
        sent(&play_side("soap", settings, json!({ "workload": { "work": "40ms" } })), "envelope").len()
    };
    assert_eq!((attempts(false), attempts(true)), (1, 2));
}

#[test]
fn soap_1_a_header_that_is_not_understood_keeps_the_body_from_being_processed() {
    let trace = placed(json!({}));
    assert_eq!(executions(&trace), [1, 1, 0, 0]);
}

/// W3C Note "SOAP 1.1 Request Optional Response HTTP Binding".
#[test]
fn soap_1_one_way_is_accepted_with_an_empty_body_and_worked_on_afterwards() {
    let trace = play_side(
        "soap",
        json!({ "one_way": true }),
        json!({ "workload": { "work": "40ms" }, "network": { "latency": "5ms" } }),
    );
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant server as Server
            client->>server: POST PlaceOrder [0 → 5 ms]
            server-->>client: 202 Accepted [5 → 10 ms]",
    );
    assert_eq!(trace.jobs[0].caller, CallerOutcome::Accepted);
    let busy = stays(&trace, StayKind::Busy)[0];
    assert_eq!((busy.begin.micros(), busy.end.micros()), (5_000, 45_000));
}
