//! What a RabbitMQ queue does not keep: `RMQ-5` to `RMQ-7`, and what time-to-live, length and delivery limits mean.
//!
//! Sources: the RabbitMQ documentation (ttl, maxlength, dlx, quorum-queues), 4.3.

use counterpoint::engine::Limits;
use counterpoint::scenario::Scenario;
use counterpoint::trace::{Limit, MarkKind, Outcome, Trace, WorkOutcome};
use serde_json::{Value, json};

use crate::rabbitmq::{burst, millis, numbers};
use crate::story::{play_within, sent, tells};

/// What was said of each message that was set aside or dropped.
fn reasons(trace: &Trace) -> Vec<String> {
    let gone = trace.marks.iter().filter(|mark| matches!(mark.kind, MarkKind::DeadLettered | MarkKind::Dropped));
    gone.map(|mark| trace.mark_label(mark)).collect()
}

/// From the beginning on nobody consumes.
fn nobody() -> Value {
    json!([{ "at": "0ms", "fault": "crash", "actor": "server" }])
}

#[test]
fn rmq_5_what_has_expired_behind_a_head_that_has_not_waits_for_it() {
    for kind in ["classic", "quorum"] {
        let settings = json!({
            "queue": { "type": kind, "dead_letter": { "id": "dead", "name": "Dead letters" } },
            "confirms": "off", "expirations": ["60s", "1s"],
        });
        let trace = burst(settings, 2, json!({ "changes": nobody() }));
        tells(
            &trace,
            "sequenceDiagram
                participant client as Client
                participant queue as Queue
                participant server as Server
                participant dead as Dead letters
                Note over server: out [0 ms to the end]
                Note over server: crashed [0 ms]
                client-)queue: publish job 1 [0 → 5 ms]
                client-)queue: publish job 2 [0 → 5 ms]
                Note over dead: dead-lettered: expired (job 1) [60005 ms]
                Note over dead: dead-lettered: expired (job 2) [60005 ms]
                queue-)dead: dead-letter job 1 [60005 ms]
                queue-)dead: dead-letter job 2 [60005 ms]",
        );
    }
}

/// The queue's own time is the same for all, so the head is always the first to go.
#[test]
fn of_two_lifetimes_the_lower_counts() {
    for (ttl, expirations, expected) in [
        (json!("200ms"), json!([]), [205.0, 205.0]),
        (json!("200ms"), json!(["100ms", "900ms"]), [105.0, 205.0]),
        (Value::Null, json!(["100ms", "900ms"]), [105.0, 905.0]),
    ] {
        let settings = json!({ "queue": { "message_ttl": ttl }, "expirations": expirations, "confirms": "off" });
        let trace = burst(settings, 2, json!({ "changes": nobody() }));
        let gone: Vec<f64> =
            trace.marks.iter().filter(|mark| mark.kind == MarkKind::Dropped).map(|mark| millis(mark.at)).collect();
        assert_eq!(gone, expected, "{ttl} {expirations}");
    }
}

#[test]
fn a_return_keeps_the_expiry_and_what_has_expired_is_never_delivered_again() {
    let settings = json!({ "queue": { "message_ttl": "40ms" }, "consumers": { "prefetch": 1 }, "confirms": "off" });
    let crash = json!([{ "at": "50ms", "for": "50ms", "fault": "crash", "actor": "server" }]);
    let trace = burst(settings, 2, json!({ "changes": crash }));
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            client-)queue: publish job 1 [0 → 5 ms]
            client-)queue: publish job 2 [0 → 5 ms]
            queue-)server: deliver job 1 [5 → 10 ms]
            Note over queue: dropped: expired (job 2) [45 ms]
            Note over server: out [50 to 100 ms]
            Note over server: crashed [50 ms]
            Note over queue: returned (job 1) [55 ms]
            Note over queue: dropped: expired (job 1) [55 ms]",
    );
}

/// It lies in the queue until the ones before it are gone, is counted as ready meanwhile, and is passed over.
#[test]
fn what_has_expired_behind_the_head_is_passed_over_when_consumers_come() {
    let settings = json!({ "expirations": ["60s", "20ms", "60s"], "confirms": "off" });
    let away = json!([{ "at": "0ms", "for": "100ms", "fault": "crash", "actor": "server" }]);
    let trace = burst(settings, 3, json!({ "changes": away }));
    assert_eq!(numbers(&trace, &sent(&trace, "basic.deliver")), [1, 3]);
    let gone = trace.marks.iter().find(|mark| mark.kind == MarkKind::Dropped).unwrap();
    assert_eq!((trace.mark_label(gone), millis(gone.at)), ("dropped: expired".into(), 105.0));
}

/// 0 is not never: it is for those who can have it at once.
#[test]
fn a_time_to_live_of_nothing_leaves_what_can_be_delivered_at_once() {
    let settings = json!({ "queue": { "message_ttl": "0ms" }, "consumers": { "prefetch": 1 }, "confirms": "off" });
    let trace = burst(settings, 2, json!({}));
    assert_eq!(numbers(&trace, &sent(&trace, "basic.deliver")), [1]);
    assert_eq!(reasons(&trace), ["dropped: expired"]);
    let outcomes: Vec<WorkOutcome> = trace.parts.iter().map(|part| part.outcome).collect();
    assert_eq!(outcomes, [WorkOutcome::Done, WorkOutcome::Lost]);
}

/// A queue of three messages at most, with dead letters.
fn room_for_three() -> Value {
    json!({
        "queue": { "max_length": 3, "dead_letter": { "id": "dead", "name": "Dead letters" } }, "confirms": "off",
        "consumers": { "prefetch": 2 },
    })
}

#[test]
fn rmq_6_one_message_too_many_drops_the_oldest_and_what_is_unacked_does_not_count() {
    let away = json!([{ "at": "0ms", "for": "20ms", "fault": "outage", "actor": "server" }]);
    let trace = burst(room_for_three(), 5, json!({ "changes": away }));
    assert_eq!(numbers(&trace, &sent(&trace, "dead-letter")), [1, 2], "m1 and m2");
    assert_eq!(numbers(&trace, &sent(&trace, "basic.deliver")), [3, 4, 5]);
    assert_eq!(reasons(&trace), ["dead-lettered: maxlen", "dead-lettered: maxlen"]);
    assert_eq!(trace.parts[0].outcome, WorkOutcome::DeadLettered);
    assert_eq!(trace.parts[2].outcome, WorkOutcome::Done);
}

#[test]
fn rmq_6_what_returns_to_a_full_queue_is_dead_lettered_and_never_redelivered() {
    let crash = json!([{ "at": "30ms", "for": "50ms", "fault": "crash", "actor": "server" }]);
    let trace = burst(room_for_three(), 5, json!({ "changes": crash }));
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            participant dead as Dead letters
            client-)queue: publish job 1 [0 → 5 ms]
            client-)queue: publish job 2 [0 → 5 ms]
            client-)queue: publish job 3 [0 → 5 ms]
            client-)queue: publish job 4 [0 → 5 ms]
            client-)queue: publish job 5 [0 → 5 ms]
            queue-)server: deliver job 1 [5 → 10 ms]
            queue-)server: deliver job 2 [5 → 10 ms]
            Note over server: out [30 to 80 ms]
            Note over server: crashed [30 ms]
            Note over queue: returned (job 1) [35 ms]
            Note over queue: returned (job 2) [35 ms]
            Note over dead: dead-lettered: maxlen (job 1) [35 ms]
            Note over dead: dead-lettered: maxlen (job 2) [35 ms]
            queue-)dead: dead-letter job 1 [35 ms]
            queue-)dead: dead-letter job 2 [35 ms]
            Note over server: back [80 ms]
            queue-)server: deliver job 3 [85 → 90 ms]
            queue-)server: deliver job 4 [85 → 90 ms]
            server-)queue: ack [150 → 155 ms]
            queue-)server: deliver job 5 [155 → 160 ms]
            server-)queue: ack [210 → 215 ms]
            server-)queue: ack [270 → 275 ms]",
    );
}

#[test]
fn rmq_7_a_message_on_which_the_consumer_always_fails_is_delivered_21_times() {
    let settings = json!({
        "queue": { "dead_letter": { "id": "dead", "name": "Dead letters" } },
        "consumers": { "on_failure": "reject", "requeue": true },
    });
    let trace = burst(settings, 1, json!({ "workload": { "poison": [1] } }));
    assert_eq!(sent(&trace, "basic.deliver").len(), 21, "the first and 20 more");
    assert_eq!(reasons(&trace), ["dead-lettered: delivery_limit"]);
    assert_eq!((trace.parts[0].executions, trace.parts[0].outcome), (21, WorkOutcome::DeadLettered));
}

/// A consumer that dies 25 times, each time 10 ms after it is back.
fn crash_by_crash() -> Vec<Value> {
    let crash = |at: u32| json!({ "at": format!("{at}ms"), "for": "10ms", "fault": "crash", "actor": "server" });
    (0..25).map(|turn| crash(20 + turn * 30)).collect()
}

/// Each of the crashes finds the message in hand.
#[test]
fn rmq_7_a_message_on_which_the_consumer_crashes_each_time_is_delivered_21_times() {
    let settings = json!({ "queue": { "dead_letter": { "id": "dead" } } });
    let trace = burst(settings, 1, json!({ "workload": { "work": "100ms" }, "changes": crash_by_crash() }));
    let deliveries: Vec<u32> = sent(&trace, "basic.deliver").iter().map(|message| message.attempt).collect();
    assert_eq!(deliveries, (1..=21).collect::<Vec<_>>(), "the limit is 20, and the 21st failure is above it");
    assert_eq!(reasons(&trace), ["dead-lettered: delivery_limit"]);
    assert_eq!(trace.parts[0].outcome, WorkOutcome::DeadLettered);
}

/// A classic queue has no limit: the same crashes, and the 26th delivery is worked off.
#[test]
fn rmq_7_a_classic_queue_delivers_again_for_ever() {
    let settings = json!({ "queue": { "type": "classic", "dead_letter": { "id": "dead" } } });
    let trace = burst(settings, 1, json!({ "workload": { "work": "100ms" }, "changes": crash_by_crash() }));
    assert_eq!((sent(&trace, "basic.deliver").len(), trace.parts[0].outcome), (26, WorkOutcome::Done));
}

#[test]
fn rmq_7_nack_with_requeue_does_not_count_and_loops_for_ever() {
    let scenario = json!({
        "name": "loop",
        "workload": { "poison": [1] },
        "sides": [{ "protocol": "rabbitmq", "consumers": { "on_failure": "nack", "requeue": true } }, { "protocol": "http" }],
    });
    let limits = Limits { events: 3_000, ..Limits::default() };
    let trace = play_within(Scenario::from_value(scenario).unwrap(), limits).sides.swap_remove(0).trace;
    assert_eq!(trace.outcome, Outcome::LimitReached(Limit::Events));
    assert!(sent(&trace, "basic.deliver").len() > 900);
    assert_eq!(trace.parts[0].outcome, WorkOutcome::Unfinished);
}
