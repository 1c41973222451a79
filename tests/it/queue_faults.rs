//! Faults on the queued side: `FLT-1` to `FLT-5` and `FLT-7`. What callers make of them stands in `faults.rs`.

use std::collections::BTreeMap;

use counterpoint::trace::{CallerOutcome, Ending, Fate, MarkKind, StayKind, Trace, WorkOutcome};
use serde_json::{Value, json};

use crate::faults::losses;
use crate::rabbitmq::{numbers, out_before_the_confirm};
use crate::story::{executions, play_side, sent, spans, stays, tells};

/// A job every 40 ms, 60 ms of work each, 5 ms one way.
fn struck(changes: Value, settings: Value, jobs: u32) -> Trace {
    let scenario = json!({
        "workload": { "jobs": jobs, "arrivals": { "pattern": "regular", "every": "40ms" }, "work": "60ms" },
        "network": { "latency": "5ms" },
        "changes": changes,
    });
    play_side("rabbitmq", settings, scenario)
}

fn fault(actor: &str, kind: &str) -> Value {
    json!([{ "at": "47ms", "for": "100ms", "fault": kind, "actor": actor }])
}

fn outcomes(trace: &Trace) -> Vec<CallerOutcome> {
    trace.jobs.iter().map(|job| job.caller).collect()
}

/// `basic.cancel` returns nothing: what a consumer has it works off, and what crosses the cancel it gives back.
#[test]
fn flt_1_consumers_that_are_out_take_nothing_on_and_the_queue_keeps_what_was_published() {
    let trace = struck(fault("server", "outage"), json!({ "confirms": "off" }), 3);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            client-)queue: publish job 1 [0 → 5 ms]
            queue-)server: deliver job 1 [5 → 10 ms]
            client-)queue: publish job 2 [40 → 45 ms]
            queue-xserver: deliver job 2 [45 → 50 ms, turned away]
            Note over server: out [47 to 147 ms]
            server-)queue: nack [50 → 55 ms]
            Note over queue: returned (job 2) [55 ms]
            server-)queue: ack [70 → 75 ms]
            client-)queue: publish job 3 [80 → 85 ms]
            Note over server: back [147 ms]
            queue-)server: redeliver job 2 [152 → 157 ms, no. 2]
            queue-)server: deliver job 3 [152 → 157 ms]
            server-)queue: ack [217 → 222 ms, no. 2]
            server-)queue: ack [277 → 282 ms]",
    );
    let begun: Vec<u64> = stays(&trace, StayKind::Busy).iter().map(|stay| stay.begin.micros() / 1000).collect();
    assert!(begun.iter().all(|at| !(47..147).contains(at)), "{begun:?}");
    assert!(trace.parts.iter().all(|part| part.outcome == WorkOutcome::Done && part.executions == 1));
}

/// Nobody notices: what is sent to them is lost on the way, and comes back when the connection turns out to be broken.
#[test]
fn flt_1_in_a_silent_outage_of_the_consumers_deliveries_vanish_and_are_redelivered_afterwards() {
    let trace = struck(fault("server", "silent-outage"), json!({ "confirms": "off" }), 3);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            client-)queue: publish job 1 [0 → 5 ms]
            queue-)server: deliver job 1 [5 → 10 ms]
            client-)queue: publish job 2 [40 → 45 ms]
            queue-xserver: deliver job 2 [45 ms, lost]
            Note over server: out [47 to 147 ms]
            server-)queue: ack [70 → 75 ms]
            client-)queue: publish job 3 [80 → 85 ms]
            queue-xserver: deliver job 3 [85 ms, lost]
            Note over server: back [147 ms]
            Note over queue: returned (job 2) [152 ms]
            Note over queue: returned (job 3) [152 ms]
            queue-)server: redeliver job 2 [152 → 157 ms, no. 2]
            queue-)server: redeliver job 3 [152 → 157 ms, no. 2]
            server-)queue: ack [217 → 222 ms, no. 2]
            server-)queue: ack [277 → 282 ms, no. 2]",
    );
    assert!(trace.parts.iter().all(|part| part.outcome == WorkOutcome::Done));
}

#[test]
fn flt_2_unacknowledged_deliveries_of_a_crashed_consumer_return_to_the_queue() {
    let trace = struck(fault("server", "crash"), json!({ "confirms": "off" }), 3);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            client-)queue: publish job 1 [0 → 5 ms]
            queue-)server: deliver job 1 [5 → 10 ms]
            client-)queue: publish job 2 [40 → 45 ms]
            queue-xserver: deliver job 2 [45 → 50 ms, turned away]
            Note over server: out [47 to 147 ms]
            Note over server: crashed [47 ms]
            Note over queue: returned (job 1) [52 ms]
            Note over queue: returned (job 2) [52 ms]
            client-)queue: publish job 3 [80 → 85 ms]
            Note over server: back [147 ms]
            queue-)server: redeliver job 1 [152 → 157 ms, no. 2]
            queue-)server: redeliver job 2 [152 → 157 ms, no. 2]
            queue-)server: deliver job 3 [152 → 157 ms]
            server-)queue: ack [217 → 222 ms, no. 2]
            server-)queue: ack [277 → 282 ms, no. 2]
            server-)queue: ack [337 → 342 ms]",
    );
    let cut = trace.stays.iter().find(|stay| stay.ending == Ending::Interrupted).unwrap();
    assert_eq!((cut.kind, cut.end.micros()), (StayKind::Busy, 47_000));
    assert!(trace.parts.iter().all(|part| part.outcome == WorkOutcome::Done && part.effects == 1));
    assert_eq!(executions(&trace), [2, 1, 1]);
}

/// Its ack was on its way when the consumer died: TCP brings it before the end of the connection.
#[test]
fn flt_2_what_was_acknowledged_before_the_crash_stays_acknowledged() {
    let crash = json!([{ "at": "72ms", "for": "100ms", "fault": "crash", "actor": "server" }]);
    let trace = struck(crash, json!({}), 1);
    assert_eq!(trace.parts[0].executions, 1);
    assert!(trace.marks.iter().all(|mark| mark.kind != MarkKind::Returned));
}

/// Our choice: work begun in the window takes k times as long, work begun before it is unchanged.
#[test]
fn flt_3_work_begun_by_slow_consumers_takes_k_times_as_long() {
    let slow = json!([{ "at": "30ms", "for": "100ms", "fault": "slow-down", "factor": 2.5, "actor": "server" }]);
    let trace = struck(slow, json!({ "consumers": { "count": 3 } }), 4);
    assert_eq!(spans(&trace, StayKind::Busy), [60, 150, 150, 60], "begun at 10, 50, 90 and 130 ms");
}

fn lossy(timeout: &str) -> Trace {
    let scenario = json!({
        "seed": 5,
        "workload": { "jobs": 400, "arrivals": { "pattern": "regular", "every": "10ms" }, "work": "2ms" },
        "network": { "latency": "1ms", "loss": 0.2 },
    });
    let settings = json!({ "confirm_timeout": timeout, "retry": { "max_attempts": 5, "base": "10ms" } });
    play_side("rabbitmq", settings, scenario)
}

/// Only the way between the caller and the party it talks to loses messages, on both sides alike. A share of n has a
/// standard error of √(p(1−p)/n); 4 of them are allowed.
#[test]
fn flt_4_publishes_and_confirms_are_lost_by_job_leg_and_attempt_only() {
    let trace = lossy("50ms");
    let mut kinds: BTreeMap<&str, [f64; 2]> = BTreeMap::new();
    for message in &trace.messages {
        let counts = kinds.entry(trace.kind(message).name.as_str()).or_default();
        counts[0] += 1.0;
        counts[1] += f64::from(u8::from(message.fate == Fate::Lost));
    }
    for kind in ["basic.publish", "basic.ack (confirm)"] {
        let [all, lost] = kinds[kind];
        assert!((lost / all - 0.2).abs() < 4.0 * (0.2 * 0.8 / all).sqrt(), "{kind}: {lost} of {all}");
    }
    assert_eq!((kinds["basic.deliver"][1], kinds["basic.ack"][1]), (0.0, 0.0));
    // Another time-out moves every repetition to another moment, and not one loss.
    assert_eq!(losses(&trace), losses(&lossy("75ms")));
}

/// The confirm is lost, not the message: the publisher cannot tell, publishes again, and the job is done twice.
#[test]
fn flt_4_a_lost_confirm_makes_a_duplicate() {
    let trace = lossy("50ms");
    let lost = sent(&trace, "basic.ack (confirm)").into_iter().find(|confirm| confirm.fate == Fate::Lost).unwrap();
    let job = trace.jobs_of(lost)[0];
    let publishes = sent(&trace, "basic.publish");
    let arrived = publishes.iter().filter(|message| trace.jobs_of(message)[0] == job && message.fate != Fate::Lost);
    assert_eq!(trace.parts[job.at()].executions as usize, arrived.count());
    assert!(trace.parts[job.at()].effects > 1);
}

/// Both copies are stored, both are done; the second confirm finds nobody waiting.
#[test]
fn flt_5_a_publish_doubled_on_its_link_is_done_twice_unless_the_consumer_recognises_the_repeat() {
    for (deduplicates, times) in [(false, 2), (true, 1)] {
        let scenario = json!({ "network": { "latency": "5ms", "duplication": 1.0 } });
        let trace = play_side("rabbitmq", json!({ "consumers": { "deduplicates": deduplicates } }), scenario);
        assert_eq!(sent(&trace, "basic.publish").len(), 2);
        assert_eq!(sent(&trace, "basic.deliver").len(), 2, "between broker and consumer nothing is doubled");
        assert_eq!((trace.parts[0].executions, trace.parts[0].effects), (times, times));
        let confirms: Vec<Fate> = sent(&trace, "basic.ack (confirm)").iter().map(|message| message.fate).collect();
        assert_eq!(confirms, [Fate::Delivered, Fate::Late, Fate::Late, Fate::Late], "two, each doubled in its turn");
    }
}

#[test]
fn flt_7_while_the_broker_is_out_handing_over_is_refused_and_tried_again() {
    let settings = json!({
        "consumers": { "recovery_interval": "150ms" },
        "retry": { "max_attempts": 2, "base": "50ms", "jitter": "none" },
    });
    let trace = struck(fault("queue", "crash"), settings, 4);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            client-)queue: publish job 1 [0 → 5 ms]
            queue-)client: confirm [5 → 10 ms]
            queue-)server: deliver job 1 [5 → 10 ms]
            client-)queue: publish job 2 [40 → 45 ms]
            queue-)client: confirm [45 → 50 ms]
            queue-)server: deliver job 2 [45 → 50 ms]
            Note over queue: out [47 to 147 ms]
            Note over queue: crashed [47 ms]
            Note over queue: returned (job 1) [47 ms]
            Note over queue: returned (job 2) [47 ms]
            client-xqueue: publish job 3 [80 → 85 ms, turned away]
            queue-)client: connection refused [85 → 90 ms]
            Note over client: publishes again (job 3) [90 ms]
            client-xqueue: publish job 4 [120 → 125 ms, turned away]
            queue-)client: connection refused [125 → 130 ms]
            Note over client: publishes again (job 4) [130 ms]
            client-xqueue: publish job 3 [140 → 145 ms, no. 2, turned away]
            queue-)client: connection refused [145 → 150 ms, no. 2]
            Note over queue: back [147 ms]
            Note over client: gave up (job 3) [150 ms]
            client-)queue: publish job 4 [180 → 185 ms, no. 2]
            queue-)client: confirm [185 → 190 ms, no. 2]
            queue-)server: redeliver job 1 [207 → 212 ms, no. 2]
            queue-)server: redeliver job 2 [207 → 212 ms, no. 2]
            queue-)server: deliver job 4 [207 → 212 ms]
            server-)queue: ack [272 → 277 ms, no. 2]
            server-)queue: ack [332 → 337 ms, no. 2]
            server-)queue: ack [392 → 397 ms]",
    );
    use CallerOutcome::{Accepted, Refused};
    assert_eq!(outcomes(&trace), [Accepted, Accepted, Refused, Accepted]);
    assert_eq!(trace.parts[2].outcome, WorkOutcome::Lost, "a job that no broker took is lost");
}

/// The work of the first job ends at 70 ms, and its ack would arrive at 75 ms.
fn dies_before_the_ack() -> Value {
    json!([{ "at": "68ms", "for": "50ms", "fault": "crash", "actor": "queue" }])
}

/// What was stored outlives the broker's death; what was in hand is delivered again, since its ack went nowhere.
#[test]
fn flt_7_a_durable_queue_outlives_its_broker_and_acks_sent_meanwhile_are_lost() {
    let settings = json!({ "consumers": { "prefetch": 1, "recovery_interval": "100ms" }, "confirms": "off" });
    let trace = struck(dies_before_the_ack(), settings, 2);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            client-)queue: publish job 1 [0 → 5 ms]
            queue-)server: deliver job 1 [5 → 10 ms]
            client-)queue: publish job 2 [40 → 45 ms]
            Note over queue: out [68 to 118 ms]
            Note over queue: crashed [68 ms]
            Note over queue: returned (job 1) [68 ms]
            server-xqueue: ack [70 → 75 ms, turned away]
            Note over queue: back [118 ms]
            queue-)server: redeliver job 1 [178 → 183 ms, no. 2]
            server-)queue: ack [243 → 248 ms, no. 2]
            queue-)server: deliver job 2 [248 → 253 ms]
            server-)queue: ack [313 → 318 ms]",
    );
    assert_eq!(sent(&trace, "basic.ack")[0].fate, Fate::Refused);
    assert_eq!(numbers(&trace, &sent(&trace, "basic.deliver")), [1, 1, 2]);
    assert_eq!((trace.parts[0].executions, trace.parts[0].effects), (2, 2), "done twice");
    assert!(trace.parts.iter().all(|part| part.outcome == WorkOutcome::Done));
}

#[test]
fn flt_7_a_consumer_that_recognises_repeats_does_the_work_once() {
    let settings = json!({ "consumers": { "prefetch": 1, "recovery_interval": "100ms", "deduplicates": true } });
    let trace = struck(dies_before_the_ack(), settings, 1);
    assert_eq!(sent(&trace, "basic.deliver").len(), 2);
    assert_eq!((trace.parts[0].executions, trace.parts[0].effects), (1, 1));
}

#[test]
fn flt_7_a_silent_broker_leaves_the_outcome_unknown() {
    let settings = json!({ "confirm_timeout": "30ms", "consumers": { "recovery_interval": "20ms" } });
    let trace = struck(fault("queue", "silent-outage"), settings, 3);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            client-)queue: publish job 1 [0 → 5 ms]
            queue-)client: confirm [5 → 10 ms]
            queue-)server: deliver job 1 [5 → 10 ms]
            client-)queue: publish job 2 [40 → 45 ms]
            queue-)client: confirm [45 → 50 ms]
            queue-)server: deliver job 2 [45 → 50 ms]
            Note over queue: out [47 to 147 ms]
            server-xqueue: ack [70 ms, lost]
            client-xqueue: publish job 3 [80 ms, lost]
            Note over client: confirm overdue (job 3) [110 ms]
            Note over client: gave up (job 3) [110 ms]
            server-xqueue: ack [130 ms, lost]
            Note over queue: back [147 ms]
            Note over queue: returned (job 1) [147 ms]
            Note over queue: returned (job 2) [147 ms]
            queue-)server: redeliver job 1 [177 → 182 ms, no. 2]
            queue-)server: redeliver job 2 [177 → 182 ms, no. 2]
            server-)queue: ack [242 → 247 ms, no. 2]
            server-)queue: ack [302 → 307 ms, no. 2]",
    );
    use CallerOutcome::{Accepted, Unknown};
    assert_eq!(outcomes(&trace), [Accepted, Accepted, Unknown]);
    assert_eq!(trace.parts[2].outcome, WorkOutcome::Lost);
    assert_eq!(trace.parts[0].executions, 2, "its ack went into the silence");
}

#[test]
fn flt_7_a_thread_that_waits_for_the_confirm_is_blocked_by_the_outage() {
    let settings = json!({ "confirms": "wait", "retry": { "max_attempts": 9, "base": "50ms", "jitter": "none" } });
    let trace = struck(fault("queue", "crash"), settings, 3);
    let blocked: Vec<u64> = trace
        .stays
        .iter()
        .filter(|stay| stay.kind == StayKind::Blocked)
        .map(|stay| (stay.end - stay.begin).as_micros() / 1000)
        .collect();
    assert_eq!(blocked, [10, 10, 180], "the third: refused at 85 and 145 ms, confirmed at 260");
}

/// Dead letters are published without confirms: what the dead-letter queue cannot take is gone.
#[test]
fn a_dead_letter_queue_that_is_out_loses_what_is_set_aside() {
    let scenario = json!({
        "workload": { "poison": [1] },
        "changes": [{ "at": "0ms", "fault": "outage", "actor": "dead" }],
    });
    let trace = play_side("rabbitmq", json!({ "queue": { "dead_letter": { "id": "dead" } } }), scenario);
    assert_eq!(trace.parts[0].outcome, WorkOutcome::Lost);
    assert_eq!(sent(&trace, "dead-letter")[0].fate, Fate::Refused);
    assert!(trace.marks.iter().any(|mark| mark.kind == MarkKind::Dropped));
}

/// A copy on the way to the receiver. TCP repeats nothing: it stands for a proxy or a library that sends again.
fn doubled(protocol: &str, settings: Value) -> Trace {
    let scenario = json!({
        "workload": { "jobs": 5, "arrivals": { "pattern": "regular", "every": "100ms" }, "work": "20ms" },
        "network": { "latency": "5ms", "duplication": 1.0 },
    });
    play_side(protocol, settings, scenario)
}

#[test]
fn flt_5_a_duplicated_request_takes_effect_twice_unless_the_receiver_knows_it_again() {
    let effects = |trace: Trace| -> Vec<u32> {
        assert!(trace.jobs.iter().all(|job| matches!(job.caller, CallerOutcome::Answered | CallerOutcome::Accepted)));
        trace.parts.iter().map(|part| part.effects).collect()
    };
    let polling = |kind: &str| json!({ "queue": { "type": kind, "receive_message_wait_time": "20s" } });
    let known_again = json!({ "consumers": { "deduplicates": true } });
    let producer = |idempotence: bool| json!({ "producer": { "enable_idempotence": idempotence } });
    let (twice, once) = (vec![2; 5], vec![1; 5]);
    assert_eq!(effects(doubled("http", json!({ "method": "POST", "server": { "workers": 2 } }))), twice);
    assert_eq!(effects(doubled("http", json!({ "method": "PUT", "server": { "workers": 2 } }))), once);
    assert_eq!(effects(doubled("rabbitmq", json!({}))), twice);
    assert_eq!(effects(doubled("rabbitmq", known_again)), once);
    assert_eq!(effects(doubled("sqs", polling("standard"))), twice);
    assert_eq!(effects(doubled("sqs", polling("fifo"))), once, "by the MessageDeduplicationId");
    assert_eq!(effects(doubled("kafka", producer(false))), twice);
    assert_eq!(effects(doubled("kafka", producer(true))), once, "by the sequence number");
}

#[test]
fn flt_5_the_receiver_gets_two_and_the_draw_depends_on_job_leg_and_attempt_only() {
    let trace = doubled("http", json!({ "server": { "workers": 2 } }));
    let requests = sent(&trace, "request");
    assert_eq!(requests.len(), 10);
    assert!(requests.chunks(2).all(|pair| pair[0].sent == pair[1].sent && pair[0].arrived <= pair[1].arrived));
    let chosen = |every: &str| -> Vec<u32> {
        let scenario = json!({
            "workload": { "jobs": 200, "arrivals": { "pattern": "regular", "every": every }, "work": "1ms" },
            "network": { "latency": "1ms", "duplication": 0.3 },
        });
        let trace = play_side("http", json!({ "caller": { "threads": 9 }, "server": { "workers": 9 } }), scenario);
        (0..200).filter(|job| trace.parts[*job as usize].executions == 2).collect()
    };
    assert_eq!(chosen("10ms"), chosen("17ms"));
    // 0.3 of 200 is 60, with a standard error of 6.5; four of them are allowed.
    assert!((34..=86).contains(&chosen("10ms").len()));
}

/// With the first of its connections to close, a host is known to be gone: what comes back over one of them is not
/// sent out over another.
#[test]
fn flt_2_the_broker_sends_nothing_to_a_dead_host() {
    let settings = json!({ "consumers": { "count": 2, "prefetch": 2 }, "confirms": "off" });
    let trace = struck(fault("server", "crash"), settings, 2);
    let at: Vec<u64> = sent(&trace, "basic.deliver").iter().map(|message| message.sent.micros() / 1000).collect();
    assert_eq!(at, [5, 45, 152, 152]);
}

/// It was on its way when the consumer died, and the consumer was back before it came.
#[test]
fn flt_2_what_was_sent_to_a_connection_that_is_gone_is_not_taken() {
    let blink = json!([{ "at": "46ms", "for": "2ms", "fault": "crash", "actor": "server" }]);
    let trace = struck(blink, json!({ "confirms": "off" }), 2);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            client-)queue: publish job 1 [0 → 5 ms]
            queue-)server: deliver job 1 [5 → 10 ms]
            client-)queue: publish job 2 [40 → 45 ms]
            queue-)server: deliver job 2 [45 → 50 ms, too late]
            Note over server: out [46 to 48 ms]
            Note over server: crashed [46 ms]
            Note over server: back [48 ms]
            Note over queue: returned (job 1) [51 ms]
            Note over queue: returned (job 2) [51 ms]
            queue-)server: redeliver job 1 [53 → 58 ms, no. 2]
            queue-)server: redeliver job 2 [53 → 58 ms, no. 2]
            server-)queue: ack [118 → 123 ms, no. 2]
            server-)queue: ack [178 → 183 ms, no. 2]",
    );
    assert_eq!(executions(&trace), [2, 1]);
}

/// What the broker had not made safe when it died is gone, and nobody was told that it was taken.
#[test]
fn flt_7_what_was_not_safe_when_the_broker_died_is_lost() {
    for (kind, crash) in [("quorum", "crash"), ("classic", "crash"), ("quorum", "outage"), ("classic", "outage")] {
        let away = json!({ "at": "0ms", "for": "1s", "fault": "outage", "actor": "server" });
        let crash = json!({ "at": "20ms", "for": "50ms", "fault": crash, "actor": "queue" });
        let settings = json!({ "queue": { "type": kind, "write_time": "30ms" } });
        let trace = struck(json!([away, crash]), settings, 1);
        assert_eq!(trace.jobs[0].caller, CallerOutcome::Unknown, "{kind}");
        assert_eq!(sent(&trace, "basic.ack (confirm)").len(), 0);
        let expected = if crash["fault"] == "crash" { WorkOutcome::Lost } else { WorkOutcome::Done };
        assert_eq!(trace.parts[0].outcome, expected, "{kind}, {crash}");
    }
}

/// Two consumers work on two copies at the same time; the effect is made once.
#[test]
fn flt_7_copies_worked_on_at_the_same_time_take_effect_once() {
    let trace = out_before_the_confirm(2, json!({ "count": 2, "prefetch": 1, "deduplicates": true }));
    assert_eq!((trace.parts[0].executions, trace.parts[0].effects), (2, 1));
}
