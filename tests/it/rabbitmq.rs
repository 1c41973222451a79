//! A RabbitMQ work queue: `RMQ-1` to `RMQ-3`, `RMQ-8`, and what repetition does to it.
//!
//! Sources: the RabbitMQ documentation (confirms, consumers, consumer-prefetch, quorum-queues, maxlength), 4.3.

use counterpoint::time::Moment;
use counterpoint::trace::{
    CallerOutcome, Ending, Fate, LevelKind, MarkKind, MessageRow, Slot, StayKind, Trace, WorkOutcome,
};
use serde_json::{Value, json};

use crate::story::{executions, play_side, sent, stays, tells};

/// The numbers of the jobs that messages carry.
pub fn numbers(trace: &Trace, messages: &[&MessageRow]) -> Vec<u32> {
    messages.iter().flat_map(|message| trace.jobs_of(message)).map(|job| job.number()).collect()
}

pub fn millis(at: Moment) -> f64 {
    at.micros() as f64 / 1000.0
}

/// All jobs at once.
pub fn burst(settings: Value, jobs: u32, more: Value) -> Trace {
    let mut scenario = json!({
        "workload": { "jobs": jobs, "arrivals": { "pattern": "burst" }, "work": "60ms" },
        "network": { "latency": "5ms" },
    });
    for (key, value) in more.as_object().expect("fields") {
        match value.as_object() {
            Some(fields) if scenario[key].is_object() => {
                fields.iter().for_each(|(field, value)| scenario[key][field] = value.clone());
            }
            _ => scenario[key] = value.clone(),
        }
    }
    play_side("rabbitmq", settings, scenario)
}

#[test]
fn a_message_is_published_confirmed_delivered_and_acknowledged() {
    let trace = burst(json!({ "label": "order {job}", "body": "{ \"order\": {job} }" }), 1, json!({}));
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            client-)queue: publish order 1 [0 → 5 ms]
            queue-)client: confirm [5 → 10 ms]
            queue-)server: deliver order 1 [5 → 10 ms]
            server-)queue: ack [70 → 75 ms]",
    );
    let [publish, confirm, deliver, ack] = trace.messages.as_slice() else { panic!("four messages") };
    assert_eq!((trace.body(publish), trace.body(deliver)), ("{ \"order\": 1 }".into(), "{ \"order\": 1 }".into()));
    assert_eq!((trace.body(confirm), trace.body(ack)), (String::new(), String::new()));
    assert_eq!(trace.jobs[0].caller, CallerOutcome::Accepted);
    assert_eq!((millis(trace.jobs[0].accepted), millis(trace.parts[0].finished)), (10.0, 70.0));
}

/// `ack_every` 4 is `basic.ack` with `multiple`: tags 1–4, then 5–8.
#[test]
fn rmq_1_an_ack_of_four_brings_four_more_and_while_four_are_open_none() {
    let trace = burst(json!({ "consumers": { "prefetch": 4, "ack_every": 4 } }), 12, json!({}));
    let deliveries = sent(&trace, "basic.deliver");
    let at: Vec<f64> = deliveries.iter().map(|message| millis(message.sent)).collect();
    let acks = sent(&trace, "basic.ack");
    let acked: Vec<_> = acks.iter().map(|ack| (millis(ack.arrived), numbers(&trace, &[ack]))).collect();
    assert_eq!(at, [5.0, 5.0, 5.0, 5.0, 255.0, 255.0, 255.0, 255.0, 505.0, 505.0, 505.0, 505.0]);
    assert_eq!(acked, [(255.0, vec![1, 2, 3, 4]), (505.0, vec![5, 6, 7, 8]), (755.0, vec![9, 10, 11, 12])]);
}

/// Done, and waiting to be acknowledged together with the next, which fails and goes: nothing is left in hand.
#[test]
fn what_is_done_is_acknowledged_when_the_next_fails_and_no_more_is_there() {
    let settings = json!({ "consumers": { "prefetch": 2, "ack_every": 2 } });
    let trace = burst(settings, 2, json!({ "workload": { "poison": [2] } }));
    assert_eq!(numbers(&trace, &sent(&trace, "basic.reject")), [2]);
    assert_eq!(numbers(&trace, &sent(&trace, "basic.ack")), [1]);
    assert!(trace.stays.iter().all(|stay| stay.kind != StayKind::Held || stay.ending != Ending::Open));
}

#[test]
fn rmq_1_one_ack_brings_exactly_one_more() {
    let trace = burst(json!({ "consumers": { "prefetch": 4 } }), 10, json!({}));
    let acks = sent(&trace, "basic.ack");
    let later: Vec<f64> = sent(&trace, "basic.deliver")[4..].iter().map(|message| millis(message.sent)).collect();
    let acked: Vec<f64> = acks[..6].iter().map(|ack| millis(ack.arrived)).collect();
    assert_eq!(later, acked, "the fifth delivery goes out with the first ack, and so on");
    let held = trace.levels.iter().filter(|row| row.kind == LevelKind::Stays(StayKind::Held));
    assert_eq!(held.map(|row| row.value).max(), Some(4));
}

#[test]
fn rmq_1_an_unlimited_prefetch_is_2000_for_a_quorum_queue_and_has_no_bound_for_a_classic_one() {
    for (kind, most) in [("quorum", 2000), ("classic", 2100)] {
        let more = json!({ "workload": { "work": "1us" }, "network": { "latency": "50ms" } });
        let trace = burst(json!({ "queue": { "type": kind } }), 2100, more);
        let first = sent(&trace, "basic.deliver").iter().filter(|message| millis(message.sent) == 50.0).count();
        assert_eq!(first, most, "{kind}");
    }
}

#[test]
fn rmq_2_what_a_crashed_consumer_held_is_redelivered_first_and_in_original_order() {
    let crash = json!({ "changes": [{ "at": "30ms", "for": "50ms", "fault": "crash", "actor": "server" }] });
    let trace = burst(json!({ "consumers": { "prefetch": 3 }, "confirms": "off" }), 5, crash);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            client-)queue: publish job 1 [0 → 5 ms]
            client-)queue: publish job 2 [0 → 5 ms]
            client-)queue: publish job 3 [0 → 5 ms]
            client-)queue: publish job 4 [0 → 5 ms]
            client-)queue: publish job 5 [0 → 5 ms]
            queue-)server: deliver job 1 [5 → 10 ms]
            queue-)server: deliver job 2 [5 → 10 ms]
            queue-)server: deliver job 3 [5 → 10 ms]
            Note over server: out [30 to 80 ms]
            Note over server: crashed [30 ms]
            Note over queue: returned (job 1) [35 ms]
            Note over queue: returned (job 2) [35 ms]
            Note over queue: returned (job 3) [35 ms]
            Note over server: back [80 ms]
            queue-)server: redeliver job 1 [85 → 90 ms, no. 2]
            queue-)server: redeliver job 2 [85 → 90 ms, no. 2]
            queue-)server: redeliver job 3 [85 → 90 ms, no. 2]
            server-)queue: ack [150 → 155 ms, no. 2]
            queue-)server: deliver job 4 [155 → 160 ms]
            server-)queue: ack [210 → 215 ms, no. 2]
            queue-)server: deliver job 5 [215 → 220 ms]
            server-)queue: ack [270 → 275 ms, no. 2]
            server-)queue: ack [330 → 335 ms]
            server-)queue: ack [390 → 395 ms]",
    );
    let redelivered: Vec<u32> = sent(&trace, "basic.deliver")
        .into_iter()
        .filter(|message| message.attempt > 1)
        .map(|message| trace.jobs_of(message)[0].number())
        .collect();
    assert_eq!(redelivered, [1, 2, 3], "no other is marked as redelivered");
    assert_eq!(executions(&trace), [2, 1, 1, 1, 1]);
    assert!(trace.parts.iter().all(|part| part.effects == 1), "what was cut short changed nothing");
}

/// How many messages each of two consumers finished until the first was out of work.
fn shares(trace: &Trace) -> [usize; 2] {
    let busy = |slot| {
        let all = trace.stays.iter().filter(move |stay| stay.kind == StayKind::Busy && stay.slot == Slot(slot));
        all.filter(|stay| stay.end != Moment::NEVER)
    };
    let until = [0, 1].map(|slot| busy(slot).map(|stay| stay.end).max().unwrap()).into_iter().min().unwrap();
    [0, 1].map(|slot| busy(slot).filter(|stay| stay.end <= until).count())
}

/// Two consumers of which the second takes three times as long, and no network.
fn fast_and_slow(prefetch: u32, jobs: u32, changes: Value) -> Trace {
    let settings = json!({ "consumers": { "count": 2, "prefetch": prefetch, "factors": [1.0, 3.0] } });
    let more = json!({ "workload": { "work": "100ms" }, "network": { "latency": "0ms" }, "changes": changes });
    burst(settings, jobs, more)
}

#[test]
fn rmq_3_with_prefetch_1_consumers_finish_in_proportion_to_their_speed() {
    let trace = fast_and_slow(1, 80, json!([]));
    assert_eq!(shares(&trace), [60, 20]);
}

#[test]
fn rmq_3_without_a_limit_round_robin_gives_half_to_each_if_both_were_there_before() {
    let trace = fast_and_slow(0, 32, json!([]));
    let deliveries = sent(&trace, "basic.deliver");
    let to = |slot| deliveries.iter().filter(|message| message.to_slot == Slot(slot)).count();
    assert_eq!([to(0), to(1)], [16, 16]);
    assert!(deliveries.windows(2).all(|pair| pair[0].to_slot != pair[1].to_slot), "in turn");
}

#[test]
fn rmq_3_a_backlog_goes_whole_to_the_first_subscriber_if_its_prefetch_is_unlimited() {
    let away = json!([{ "at": "0ms", "for": "50ms", "fault": "crash", "actor": "server" }]);
    let trace = fast_and_slow(0, 32, away);
    let deliveries = sent(&trace, "basic.deliver");
    assert_eq!(deliveries.len(), 32);
    assert!(deliveries.iter().all(|message| message.to_slot == Slot(0)), "32 : 0");
}

#[test]
fn what_fails_is_rejected_and_set_aside() {
    let settings = json!({
        "queue": { "dead_letter": { "id": "dead", "name": "Dead letters" } }, "consumers": { "prefetch": 1 },
    });
    let trace = burst(settings, 2, json!({ "workload": { "poison": [1] } }));
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            participant dead as Dead letters
            client-)queue: publish job 1 [0 → 5 ms]
            client-)queue: publish job 2 [0 → 5 ms]
            queue-)client: confirm [5 → 10 ms]
            queue-)server: deliver job 1 [5 → 10 ms]
            queue-)client: confirm [5 → 10 ms]
            Note over server: failed (job 1) [70 ms]
            server-)queue: reject [70 → 75 ms]
            Note over dead: dead-lettered: rejected (job 1) [75 ms]
            queue-)dead: dead-letter job 1 [75 ms]
            queue-)server: deliver job 2 [75 → 80 ms]
            server-)queue: ack [140 → 145 ms]",
    );
    let parked = stays(&trace, StayKind::Parked)[0];
    assert_eq!((parked.part.index(), parked.ending), (0, Ending::Open));
    assert_eq!(trace.jobs[0].caller, CallerOutcome::Accepted, "the caller never hears of it");
}

#[test]
fn without_a_dead_letter_exchange_what_is_rejected_is_gone() {
    let trace = burst(json!({}), 1, json!({ "workload": { "poison": [1] } }));
    assert_eq!(trace.parts[0].outcome, WorkOutcome::Lost);
    let marks: Vec<MarkKind> = trace.marks.iter().map(|mark| mark.kind).collect();
    assert_eq!(marks, [MarkKind::Failed, MarkKind::Dropped]);
}

/// Each publish that arrived, with the answers to it.
fn answers(trace: &Trace) -> Vec<Vec<&str>> {
    let publishes =
        trace.messages.iter().enumerate().filter(|(_, message)| trace.kind(message).name.as_str() == "basic.publish");
    publishes
        .map(|(index, _)| {
            let answers =
                trace.messages.iter().filter(|message| message.reply_to.known().is_some_and(|id| id.at() == index));
            answers.map(|message| trace.kind(message).name.as_str()).collect()
        })
        .collect()
}

#[test]
fn rmq_8_every_publish_is_answered_by_one_ack_or_one_nack() {
    let settings = json!({
        "queue": { "max_length": 2, "overflow": "reject-publish" }, "consumers": { "prefetch": 1 },
    });
    let trace = burst(settings, 5, json!({}));
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            client-)queue: publish job 1 [0 → 5 ms]
            client-)queue: publish job 2 [0 → 5 ms]
            client-)queue: publish job 3 [0 → 5 ms]
            client-xqueue: publish job 4 [0 → 5 ms, turned away]
            client-xqueue: publish job 5 [0 → 5 ms, turned away]
            queue-)client: confirm [5 → 10 ms]
            queue-)server: deliver job 1 [5 → 10 ms]
            queue-)client: confirm [5 → 10 ms]
            queue-)client: confirm [5 → 10 ms]
            queue-)client: nack [5 → 10 ms]
            queue-)client: nack [5 → 10 ms]
            Note over client: gave up (job 4) [10 ms]
            Note over client: gave up (job 5) [10 ms]
            server-)queue: ack [70 → 75 ms]
            queue-)server: deliver job 2 [75 → 80 ms]
            server-)queue: ack [140 → 145 ms]
            queue-)server: deliver job 3 [145 → 150 ms]
            server-)queue: ack [210 → 215 ms]",
    );
    let (ack, nack) = (vec!["basic.ack (confirm)"], vec!["basic.nack (confirm)"]);
    assert_eq!(answers(&trace), [ack.clone(), ack.clone(), ack, nack.clone(), nack]);
    let outcomes: Vec<CallerOutcome> = trace.jobs.iter().map(|job| job.caller).collect();
    assert_eq!(outcomes[2..], [CallerOutcome::Accepted, CallerOutcome::Refused, CallerOutcome::Refused]);
    assert_eq!(sent(&trace, "basic.publish")[3].fate, Fate::Refused);
}

#[test]
fn rmq_8_confirms_need_not_come_in_the_order_of_publishing() {
    let write = json!({ "uniform": { "min": "1ms", "max": "40ms" } });
    let trace = burst(json!({ "queue": { "write_time": write } }), 20, json!({}));
    let confirmed = numbers(&trace, &sent(&trace, "basic.ack (confirm)"));
    let mut in_order = confirmed.clone();
    in_order.sort_unstable();
    assert_eq!(in_order, (1..=20).collect::<Vec<_>>(), "each once");
    assert_ne!(confirmed, in_order);
    assert!(answers(&trace).iter().all(|answers| answers.len() == 1));
}

/// A quorum queue hands out what is safe, and says so at the same moment; a classic one does not wait for the disk.
#[test]
fn rmq_8_a_confirm_may_come_before_the_delivery_or_after_it() {
    let first = |trace: &Trace, kind: &str| millis(sent(trace, kind)[0].sent);
    let busy = json!({ "queue": { "type": "quorum", "write_time": "20ms" }, "consumers": { "prefetch": 1 } });
    let quorum = burst(busy, 2, json!({}));
    assert_eq!((first(&quorum, "basic.ack (confirm)"), first(&quorum, "basic.deliver")), (25.0, 25.0));
    assert_eq!(millis(sent(&quorum, "basic.deliver")[1].sent), 95.0, "the second was confirmed long before");
    let classic = burst(json!({ "queue": { "type": "classic", "write_time": "20ms" } }), 1, json!({}));
    assert_eq!((first(&classic, "basic.ack (confirm)"), first(&classic, "basic.deliver")), (25.0, 5.0));
}

/// One message, and a broker that goes out of service while it makes it safe.
pub fn out_before_the_confirm(attempts: u32, mut consumers: Value) -> Trace {
    consumers["recovery_interval"] = json!("50ms");
    let settings = json!({
        "queue": { "write_time": "20ms" }, "consumers": consumers,
        "retry": { "max_attempts": attempts, "base": "60ms", "jitter": "none" },
    });
    let out = json!([{ "at": "15ms", "for": "30ms", "fault": "outage", "actor": "queue" }]);
    burst(settings, 1, json!({ "changes": out }))
}

#[test]
fn rmq_8_a_connection_lost_before_the_confirm_leaves_the_outcome_unknown_and_publishing_again_may_duplicate() {
    let trace = out_before_the_confirm(2, json!({}));
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            client-)queue: publish job 1 [0 → 5 ms]
            Note over queue: out [15 to 45 ms]
            Note over client: publishes again (job 1) [20 ms]
            Note over queue: back [45 ms]
            queue-)server: deliver job 1 [75 → 80 ms]
            client-)queue: publish job 1 [80 → 85 ms, no. 2]
            queue-)client: confirm [105 → 110 ms, no. 2]
            queue-)server: deliver job 1 [105 → 110 ms]
            server-)queue: ack [140 → 145 ms]
            server-)queue: ack [200 → 205 ms]",
    );
    assert_eq!((trace.parts[0].executions, trace.parts[0].effects), (2, 2));

    let trace = out_before_the_confirm(1, json!({}));
    assert_eq!(trace.jobs[0].caller, CallerOutcome::Unknown);
    assert_eq!(trace.parts[0].outcome, WorkOutcome::Done, "it was stored all the same");
}

#[test]
fn a_consumer_that_recognises_repeats_takes_effect_once() {
    let trace = out_before_the_confirm(2, json!({ "deduplicates": true }));
    assert_eq!(sent(&trace, "basic.deliver").len(), 2);
    assert_eq!((trace.parts[0].executions, trace.parts[0].effects), (1, 1));
}

#[test]
fn a_thread_that_waits_for_its_confirm_is_blocked_and_other_jobs_wait_for_it() {
    let trace = burst(json!({ "confirms": "wait", "publisher": { "threads": 2 } }), 3, json!({}));
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            client-)queue: publish job 1 [0 → 5 ms]
            client-)queue: publish job 2 [0 → 5 ms]
            queue-)client: confirm [5 → 10 ms]
            queue-)server: deliver job 1 [5 → 10 ms]
            queue-)client: confirm [5 → 10 ms]
            queue-)server: deliver job 2 [5 → 10 ms]
            client-)queue: publish job 3 [10 → 15 ms]
            queue-)client: confirm [15 → 20 ms]
            queue-)server: deliver job 3 [15 → 20 ms]
            server-)queue: ack [70 → 75 ms]
            server-)queue: ack [130 → 135 ms]
            server-)queue: ack [190 → 195 ms]",
    );
    let blocked = stays(&trace, StayKind::Blocked);
    let spans: Vec<_> = blocked.iter().map(|stay| (stay.slot.0, millis(stay.begin), millis(stay.end))).collect();
    assert_eq!(spans, [(0, 0.0, 10.0), (1, 0.0, 10.0), (0, 10.0, 20.0)]);
    let backlog = stays(&trace, StayKind::Backlog)[0];
    assert_eq!((backlog.part.index(), millis(backlog.end)), (2, 10.0));
}

#[test]
fn without_confirms_nobody_learns_that_a_message_was_not_taken() {
    let out = json!({ "changes": [{ "at": "0ms", "for": "30ms", "fault": "outage", "actor": "queue" }] });
    let trace = burst(json!({ "confirms": "off" }), 1, out);
    assert_eq!((trace.jobs[0].caller, trace.parts[0].outcome), (CallerOutcome::Accepted, WorkOutcome::Lost));
    assert_eq!(millis(trace.jobs[0].accepted), 0.0);
}

/// Acknowledged when written to the socket: what a crash finds in hand is lost.
#[test]
fn automatic_acknowledgement_loses_what_a_crash_finds_in_hand() {
    let crash = json!({ "changes": [{ "at": "30ms", "for": "50ms", "fault": "crash", "actor": "server" }] });
    let trace = burst(json!({ "consumers": { "ack": "automatic", "prefetch": 1 } }), 3, crash);
    assert_eq!(sent(&trace, "basic.deliver").len(), 3, "prefetch does not apply");
    assert_eq!(sent(&trace, "basic.ack").len(), 0);
    assert!(trace.parts.iter().all(|part| part.outcome == WorkOutcome::Lost));
    assert!(trace.jobs.iter().all(|job| job.caller == CallerOutcome::Accepted));
}

/// A chain's or a page's job, done by a queue: each part is work of its own for the consumers.
#[test]
fn a_job_of_several_parts_is_as_many_messages_and_off_the_publishers_hands_with_the_last_confirm() {
    for confirms in ["async", "wait", "off"] {
        let scenario = json!({
            "workload": { "jobs": 3, "parts": [{ "id": "a", "work": "30ms" }, { "id": "b", "work": "20ms" }] },
            "network": { "latency": "5ms" },
        });
        let settings = json!({ "confirms": confirms, "consumers": { "count": 2 } });
        let trace = play_side("rabbitmq", settings, scenario);
        assert_eq!(sent(&trace, "basic.publish").len(), 6);
        assert!(trace.parts.iter().all(|part| part.executions == 1 && part.outcome == WorkOutcome::Done));
        let settled: Vec<u64> = trace.jobs.iter().map(|job| (job.settled - job.wanted).as_micros() / 1000).collect();
        let expected = match confirms {
            "async" => 10,
            "wait" => 20,
            _ => 0,
        };
        assert_eq!(settled, [expected; 3], "{confirms}");
    }
}
