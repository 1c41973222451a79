//! Faults on the blocking side: `FLT-1` to `FLT-6`. What a queue makes of them stands in the queues' own modules.

use counterpoint::time::Moment;
use counterpoint::trace::{CallerOutcome, Ending, Fate, StayKind, Trace, WorkOutcome};
use serde_json::{Value, json};

use crate::http::requests;
use crate::story::{executions, play_side, spans, tells};

fn struck(fault: Value, settings: Value, jobs: u32) -> Trace {
    let scenario = json!({
        "workload": { "jobs": jobs, "arrivals": { "pattern": "regular", "every": "100ms" }, "work": "60ms" },
        "network": { "latency": "5ms" },
        "changes": [fault],
    });
    play_side("http", settings, scenario)
}

#[test]
fn flt_1_a_server_that_is_out_refuses_at_arrival_and_finishes_what_is_in_hand() {
    let outage = json!({ "at": "30ms", "for": "100ms", "fault": "outage", "actor": "server" });
    let trace = struck(outage, json!({ "caller": { "threads": 3 } }), 3);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant server as Server
            client->>server: GET / [0 → 5 ms]
            Note over server: out [30 to 130 ms]
            server-->>client: 200 OK [65 → 70 ms]
            client-xserver: GET / [100 → 105 ms, turned away]
            server-->>client: connection refused [105 → 110 ms]
            Note over client: thread 1 gave up (job 2) [110 ms]
            Note over server: back [130 ms]
            client->>server: GET / [200 → 205 ms]
            server-->>client: 200 OK [265 → 270 ms]",
    );
    assert_eq!(trace.jobs[1].caller, CallerOutcome::Refused);
    assert_eq!(trace.parts[1].executions, 0);
}

#[test]
fn flt_1_in_a_silent_outage_the_caller_times_out() {
    let outage = json!({ "at": "30ms", "for": "100ms", "fault": "silent-outage", "actor": "server" });
    let trace = struck(outage, json!({ "caller": { "threads": 3 }, "timeout": "80ms" }), 2);
    let second = requests(&trace)[1];
    assert_eq!((second.fate, second.arrived), (Fate::Lost, Moment::NEVER));
    assert_eq!(trace.jobs[1].caller, CallerOutcome::Unknown);
    assert_eq!(trace.jobs[1].settled, Moment::from_micros(180_000));
    assert_eq!(trace.parts[1].outcome, WorkOutcome::Lost, "nobody holds it");
    assert_eq!(trace.jobs[0].caller, CallerOutcome::Answered, "what was in hand went on");
}

/// Work in hand is lost, calls in progress end as reset; how far the work got is told by the part.
#[test]
fn flt_2_a_crash_loses_what_is_in_hand_and_resets_the_calls() {
    let crash = json!({ "at": "30ms", "for": "100ms", "fault": "crash", "actor": "server" });
    let settings = json!({
        "caller": { "threads": 3 }, "retry": { "max_attempts": 3, "base": "150ms", "jitter": "none" },
    });
    let trace = struck(crash, settings, 2);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant server as Server
            client->>server: GET / [0 → 5 ms]
            Note over server: out [30 to 130 ms]
            Note over server: crashed [30 ms]
            server-->>client: connection reset [30 → 35 ms]
            Note over client: thread 1 tries again (job 1) [35 ms]
            client-xserver: GET / [100 → 105 ms, turned away]
            server-->>client: connection refused [105 → 110 ms]
            Note over client: thread 2 tries again (job 2) [110 ms]
            Note over server: back [130 ms]
            client->>server: GET / [185 → 190 ms, no. 2]
            server-->>client: 200 OK [250 → 255 ms, no. 2]
            client->>server: GET / [260 → 265 ms, no. 2]
            server-->>client: 200 OK [325 → 330 ms, no. 2]",
    );
    let cut = trace.stays.iter().find(|stay| stay.ending == Ending::Interrupted).unwrap();
    assert_eq!((cut.kind, cut.end.micros()), (StayKind::Busy, 30_000));
    assert_eq!((trace.parts[0].executions, trace.parts[0].outcome), (2, WorkOutcome::Done));
}

#[test]
fn flt_2_what_waits_in_the_accept_queue_is_lost_as_well() {
    let crash = json!({ "at": "120ms", "for": "1s", "fault": "crash", "actor": "server" });
    let settings = json!({ "caller": { "threads": 3 } });
    let scenario = json!({
        "workload": { "jobs": 3, "arrivals": { "pattern": "burst" }, "work": "100ms" },
        "changes": [crash],
    });
    let trace = play_side("http", settings, scenario);
    let outcomes: Vec<_> = trace.jobs.iter().map(|job| job.caller).collect();
    assert_eq!(outcomes, [CallerOutcome::Answered, CallerOutcome::Unknown, CallerOutcome::Unknown]);
    assert_eq!(executions(&trace), [1, 1, 0]);
    assert!(trace.parts[1..].iter().all(|part| part.outcome == WorkOutcome::Lost));
}

/// Our choice: work begun in the window takes k times as long, work begun before it is unchanged.
#[test]
fn flt_3_work_begun_in_the_window_takes_k_times_as_long_and_earlier_work_is_unchanged() {
    let slow = json!({ "at": "30ms", "for": "100ms", "fault": "slow-down", "factor": 2.5, "actor": "server" });
    let trace = struck(slow, json!({ "caller": { "threads": 3 }, "server": { "workers": 3 } }), 3);
    assert_eq!(spans(&trace, StayKind::Busy), [60, 150, 60]);
}

fn lossy(loss: f64, timeout: &str) -> Trace {
    let scenario = json!({
        "seed": 5,
        "workload": { "jobs": 400, "arrivals": { "pattern": "regular", "every": "10ms" }, "work": "2ms" },
        "network": { "latency": "1ms", "loss": loss },
    });
    let settings = json!({
        "caller": { "threads": 400 }, "timeout": timeout, "retry": { "max_attempts": 5, "base": "10ms" },
    });
    play_side("http", settings, scenario)
}

/// Which messages were lost, by job, kind and attempt.
pub fn losses(trace: &Trace) -> Vec<(u32, &str, u32)> {
    let lost = trace.messages.iter().filter(|message| message.fate == Fate::Lost);
    let mut losses: Vec<_> = lost
        .map(|message| (trace.jobs_of(message)[0].index(), trace.kind(message).name.as_str(), message.attempt))
        .collect();
    losses.sort_unstable();
    losses
}

/// The share lost of n messages has a standard error of √(p(1−p)/n); 4 of them are allowed.
#[test]
fn flt_4_a_lost_message_has_no_arrival_and_the_draw_depends_on_job_leg_and_attempt_only() {
    let trace = lossy(0.2, "50ms");
    let lost = trace.messages.iter().filter(|message| message.fate == Fate::Lost);
    assert!(lost.clone().all(|message| message.arrived == Moment::NEVER));
    let all = trace.messages.len() as f64;
    let share = lost.count() as f64 / all;
    assert!((share - 0.2).abs() < 4.0 * (0.2 * 0.8 / all).sqrt(), "{share} of {all}");
    // Another time-out moves every retry to another moment, and not one loss.
    assert_eq!(losses(&trace), losses(&lossy(0.2, "75ms")));
}

/// Everything on the network arrives twice: a proxy that repeats what it thinks lost, for TCP itself does not.
fn doubled(settings: Value) -> Trace {
    let scenario = json!({ "workload": { "work": "50ms" }, "network": { "latency": "5ms", "duplication": 1.0 } });
    play_side("http", settings, scenario)
}

#[test]
fn flt_5_a_duplicated_request_is_received_twice_and_takes_effect_twice() {
    let trace = doubled(json!({ "method": "POST", "server": { "workers": 2 } }));
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant server as Server
            client->>server: POST / [0 → 5 ms]
            client->>server: POST / [0 → 5 ms]
            server-->>client: 200 OK [55 → 60 ms]
            server-->>client: 200 OK [55 → 60 ms, too late]
            server-->>client: 200 OK [55 → 60 ms, too late]
            server-->>client: 200 OK [55 → 60 ms, too late]",
    );
    assert_eq!((trace.parts[0].executions, trace.parts[0].effects), (2, 2));
}

#[test]
fn flt_5_with_an_idempotency_key_the_receiver_gets_two_and_one_takes_effect() {
    let trace = doubled(json!({ "method": "POST", "server": { "workers": 2 }, "idempotency_key": true }));
    assert_eq!(requests(&trace).iter().filter(|request| request.fate == Fate::Delivered).count(), 2);
    assert_eq!((trace.parts[0].executions, trace.parts[0].effects), (1, 1));
    assert_eq!(trace.parts[0].outcome, WorkOutcome::Done);
}

#[test]
fn flt_6_every_execution_of_a_poison_job_fails_and_its_caller_alone_hears_of_it() {
    let settings = json!({
        "caller": { "threads": 3 }, "server": { "workers": 3 }, "retry": { "max_attempts": 3, "base": "10ms" },
    });
    let scenario = json!({ "workload": { "jobs": 3, "work": "20ms", "poison": [2] }, "network": { "latency": "5ms" } });
    let trace = play_side("http", settings, scenario);
    let outcomes: Vec<_> = trace.jobs.iter().map(|job| job.caller).collect();
    assert_eq!(outcomes, [CallerOutcome::Answered, CallerOutcome::Failed, CallerOutcome::Answered]);
    assert!(
        trace
            .stays
            .iter()
            .all(|stay| (stay.ending == Ending::Failed) == (stay.kind == StayKind::Busy && stay.part.index() == 1))
    );
    assert_eq!(
        (trace.parts[1].executions, trace.parts[1].outcome),
        (1, WorkOutcome::Lost),
        "a 500 is an answer, and final"
    );
}

#[test]
fn a_fault_of_no_length_does_not_strike() {
    let trace = struck(json!({ "at": "0ms", "for": "0ms", "fault": "crash", "actor": "server" }), json!({}), 1);
    assert_eq!(trace.jobs[0].caller, CallerOutcome::Answered);
    assert!(trace.marks.is_empty());
}

#[test]
fn faults_that_overlap_add_up_and_end_one_by_one() {
    let scenario = json!({
        "workload": { "jobs": 4, "arrivals": { "pattern": "listed", "at": ["10ms", "60ms", "110ms", "160ms"] }, "work": "10ms" },
        "changes": [
            { "at": "0ms", "for": "100ms", "fault": "outage", "actor": "server" },
            { "at": "50ms", "for": "100ms", "fault": "outage", "actor": "server" },
            { "at": "0ms", "for": "300ms", "fault": "slow-down", "factor": 2.0, "actor": "server" },
            { "at": "0ms", "for": "300ms", "fault": "slow-down", "factor": 3.0, "actor": "server" },
        ],
    });
    let trace = play_side("http", json!({ "caller": { "threads": 4 } }), scenario);
    let outcomes: Vec<_> = trace.jobs.iter().map(|job| job.caller).collect();
    assert_eq!(
        outcomes,
        [CallerOutcome::Refused, CallerOutcome::Refused, CallerOutcome::Refused, CallerOutcome::Answered]
    );
    assert_eq!(trace.jobs[3].answered.micros(), 220_000, "10 ms of work take six times as long");
}
