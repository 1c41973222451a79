//! The circuit breaker: `CB-1` to `CB-5`. Source: resilience4j's CircuitBreakerConfig, CircuitBreakerMetrics and
//! CircuitBreakerStateMachine.

use counterpoint::protocol::breaker::{Breaker, BreakerSettings, CallEnd, Permission, Switch};
use counterpoint::time::{Moment, Span};
use counterpoint::trace::{CallerOutcome, Ending, LevelKind, MarkKind, StayKind, Trace};
use serde_json::{Value, json};

use crate::http::requests;
use crate::story::{play_side, tells};

fn at(micros: u64) -> Moment {
    Moment::from_micros(micros)
}

/// So many calls that end as `end`, a millisecond after they began; the first begins at `now`.
fn calls(breaker: &mut Breaker, now: Moment, count: u32, end: CallEnd) {
    for _ in 0..count {
        assert_eq!(breaker.permit(now), Permission::Granted);
        breaker.record(now, Span::millis(1), end);
    }
}

fn opened(settings: BreakerSettings) -> Breaker {
    let mut breaker = Breaker::new(settings);
    calls(&mut breaker, at(0), 100, CallEnd::Failed);
    assert_eq!(breaker.switch(), Switch::Open);
    breaker
}

#[test]
fn cb_1_ninety_nine_failures_leave_it_closed_and_the_hundredth_opens_it() {
    let mut breaker = Breaker::new(BreakerSettings::default());
    calls(&mut breaker, at(0), 99, CallEnd::Failed);
    assert_eq!(breaker.switch(), Switch::Closed, "no rate is computed below the minimum number of calls");
    calls(&mut breaker, at(0), 1, CallEnd::Failed);
    assert_eq!(breaker.switch(), Switch::Open);
}

/// "At least" the threshold, over a window that slides.
#[test]
fn cb_1_it_opens_when_the_rate_reaches_the_threshold_in_the_last_hundred() {
    let mut breaker = Breaker::new(BreakerSettings::default());
    calls(&mut breaker, at(0), 100, CallEnd::Succeeded);
    calls(&mut breaker, at(0), 49, CallEnd::Failed);
    assert_eq!(breaker.switch(), Switch::Closed);
    calls(&mut breaker, at(0), 1, CallEnd::Failed);
    assert_eq!(breaker.switch(), Switch::Open, "50 of the last 100");
}

#[test]
fn cb_1_slow_calls_open_it_as_well() {
    let settings = BreakerSettings { slow_call_rate_threshold: 80, ..BreakerSettings::default() };
    let mut breaker = Breaker::new(settings);
    calls(&mut breaker, at(0), 20, CallEnd::Succeeded);
    for call in 0..80 {
        assert_eq!(breaker.switch(), Switch::Closed, "call {call}");
        breaker.record(at(0), Span::seconds(60) + Span::micros(1), CallEnd::Succeeded);
    }
    assert_eq!(breaker.switch(), Switch::Open);
}

/// Results of calls that were permitted while it was closed and end while it is open change nothing.
#[test]
fn cb_1_what_ends_while_it_is_open_changes_nothing() {
    let mut breaker = opened(BreakerSettings::default());
    for _ in 0..200 {
        breaker.record(at(1), Span::millis(1), CallEnd::Succeeded);
    }
    assert_eq!((breaker.switch(), breaker.since()), (Switch::Open, at(0)));
}

#[test]
fn cb_3_opened_at_t_it_refuses_at_t_plus_60_s_and_permits_a_microsecond_later() {
    let mut breaker = opened(BreakerSettings::default());
    assert_eq!(breaker.permit(at(60_000_000)), Permission::Refused);
    assert_eq!(breaker.switch(), Switch::Open, "nothing moves without a call");
    assert_eq!(breaker.permit(at(60_000_001)), Permission::Granted);
    assert_eq!(breaker.switch(), Switch::HalfOpen);
}

fn half_open(settings: BreakerSettings) -> Breaker {
    let mut breaker = opened(settings);
    assert_eq!(breaker.permit(at(60_000_001)), Permission::Granted);
    breaker.forget();
    breaker
}

#[test]
fn cb_4_half_open_with_five_of_ten_failed_it_opens_with_four_it_closes_with_a_fresh_window() {
    let now = at(60_000_002);
    let mut breaker = half_open(BreakerSettings::default());
    calls(&mut breaker, now, 5, CallEnd::Failed);
    calls(&mut breaker, now, 4, CallEnd::Succeeded);
    assert_eq!(breaker.switch(), Switch::HalfOpen, "nine results decide nothing");
    calls(&mut breaker, now, 1, CallEnd::Succeeded);
    assert_eq!((breaker.switch(), breaker.since()), (Switch::Open, now));

    let mut breaker = half_open(BreakerSettings::default());
    calls(&mut breaker, now, 4, CallEnd::Failed);
    calls(&mut breaker, now, 6, CallEnd::Succeeded);
    assert_eq!(breaker.switch(), Switch::Closed);
    calls(&mut breaker, now, 99, CallEnd::Failed);
    assert_eq!(breaker.switch(), Switch::Closed, "the window is fresh: 99 results are too few");
    calls(&mut breaker, now, 1, CallEnd::Failed);
    assert_eq!(breaker.switch(), Switch::Open);
}

/// CircuitBreakerMetrics.forHalfOpen takes the smaller of the permitted calls and the minimum number of calls.
#[test]
fn cb_4_a_smaller_minimum_number_of_calls_decides_earlier() {
    let settings = BreakerSettings { minimum_number_of_calls: 4, ..BreakerSettings::default() };
    let mut breaker = Breaker::new(settings);
    calls(&mut breaker, at(0), 4, CallEnd::Failed);
    assert_eq!(breaker.permit(at(60_000_001)), Permission::Granted);
    breaker.record(at(60_000_001), Span::millis(1), CallEnd::Succeeded);
    calls(&mut breaker, at(60_000_001), 3, CallEnd::Succeeded);
    assert_eq!(breaker.switch(), Switch::Closed);
}

#[test]
fn cb_5_the_eleventh_concurrent_call_is_refused_while_half_open() {
    let mut breaker = half_open(BreakerSettings::default());
    let now = at(60_000_002);
    for call in 1..=10 {
        assert_eq!(breaker.permit(now), Permission::Granted, "call {call}");
    }
    assert_eq!(breaker.permit(now), Permission::Refused);
    breaker.record(now, Span::millis(1), CallEnd::Succeeded);
    assert_eq!(breaker.permit(now), Permission::Refused, "ten are let through in all, not ten at a time");
}

/// A service that is out for the first 500 ms, asked every 100 ms.
fn out_at_first(breaker: Value, jobs: u32, lasts: &str) -> Trace {
    let settings = json!({
        "caller": { "threads": jobs }, "services": [{ "id": "stock", "name": "Stock", "workers": jobs }],
        "circuit_breaker": breaker,
    });
    let scenario = json!({
        "workload": { "jobs": jobs, "arrivals": { "pattern": "regular", "every": "100ms" }, "work": "20ms" },
        "network": { "latency": "5ms" },
        "changes": [{ "at": "0ms", "for": lasts, "fault": "outage", "actor": "stock" }],
    });
    play_side("chain", settings, scenario)
}

#[test]
fn cb_2_while_it_is_open_no_call_sends_a_message_and_each_ends_in_no_time() {
    let breaker = json!({
        "sliding_window_size": 2, "minimum_number_of_calls": 2, "wait_duration_in_open_state": "300ms",
        "permitted_number_of_calls_in_half_open_state": 1,
    });
    let trace = out_at_first(breaker, 6, "250ms");
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant stock as Stock
            Note over stock: out [0 to 250 ms]
            client-xstock: Stock [0 → 5 ms, turned away]
            stock-->>client: UNAVAILABLE [5 → 10 ms]
            Note over client: thread 1 gave up: UNAVAILABLE (job 1) [10 ms]
            client-xstock: Stock [100 → 105 ms, turned away]
            stock-->>client: UNAVAILABLE [105 → 110 ms]
            Note over client: breaker opens [110 ms]
            Note over client: thread 1 gave up: UNAVAILABLE (job 2) [110 ms]
            Note over client: thread 1 gave up: call not permitted (job 3) [200 ms]
            Note over stock: back [250 ms]
            Note over client: thread 1 gave up: call not permitted (job 4) [300 ms]
            Note over client: thread 1 gave up: call not permitted (job 5) [400 ms]
            Note over client: breaker half open [500 ms]
            client->>stock: Stock [500 → 505 ms]
            stock-->>client: OK [525 → 530 ms]
            Note over client: breaker closes [530 ms]",
    );
    for job in &trace.jobs[2..5] {
        assert_eq!((job.caller, job.settled), (CallerOutcome::Refused, job.wanted));
    }
    let blocked: Vec<_> = trace.stays.iter().filter(|stay| stay.kind == StayKind::Blocked).collect();
    assert!(blocked[2..5].iter().all(|stay| stay.begin == stay.end && stay.ending == Ending::GaveUp));
    let switched: Vec<_> =
        trace.levels.iter().filter(|level| level.kind == LevelKind::Switch).map(|level| level.value).collect();
    assert_eq!(switched, [1, 2, 0]);
}

/// The same by the defaults, in a run: the hundredth failure opens it, and the call a minute later is the first to
/// be sent again only when it comes after that minute.
#[test]
fn cb_3_by_the_defaults_in_a_run() {
    let trace = out_at_first(json!({}), 702, "12s");
    let sent: Vec<u64> = requests(&trace).iter().map(|message| message.sent.micros() / 1000).collect();
    assert_eq!(sent[..100], (0..100).map(|call| call * 100).collect::<Vec<_>>());
    let opened = trace.marks.iter().find(|mark| mark.kind == MarkKind::Switched).unwrap();
    assert_eq!((opened.at, opened.value), (at(9_910_000), 1));
    // 69.910 s is exactly a minute after; the call at 69.9 s is refused, that at 70 s is sent.
    assert_eq!(sent[100..], [70_000, 70_100]);
    assert_eq!(trace.jobs[699].caller, CallerOutcome::Refused);
    assert_eq!(trace.jobs[700].caller, CallerOutcome::Answered);
}

#[test]
fn cb_3_with_automatic_transition_it_becomes_half_open_without_a_call() {
    let breaker = json!({
        "sliding_window_size": 2, "minimum_number_of_calls": 2, "wait_duration_in_open_state": "130ms",
        "automatic_transition_from_open_to_half_open": true,
    });
    let trace = out_at_first(breaker, 4, "250ms");
    let switched: Vec<_> = trace.marks.iter().filter(|mark| mark.kind == MarkKind::Switched).collect();
    assert_eq!((switched[1].at, switched[1].value), (at(240_000), 2), "130 ms after 110");
}

/// Half open it would open again by itself at 240 ms. A call opens it before that, and from then on the wait in the
/// open state is all that counts.
#[test]
fn what_would_have_ended_a_state_that_is_over_switches_nothing() {
    let breaker = json!({
        "sliding_window_size": 1, "minimum_number_of_calls": 1, "permitted_number_of_calls_in_half_open_state": 1,
        "wait_duration_in_open_state": "130ms", "max_wait_duration_in_half_open_state": "100ms",
        "automatic_transition_from_open_to_half_open": true,
    });
    let trace = out_at_first(breaker, 5, "250ms");
    let switched = trace.marks.iter().filter(|mark| mark.kind == MarkKind::Switched);
    let switched: Vec<_> = switched.map(|mark| (mark.at.micros() / 1000, mark.value)).collect();
    assert_eq!(switched, [(10, 1), (140, 2), (210, 1), (340, 2), (430, 0)]);
}
