//! What RabbitMQ promises, over random scenarios: one queue or an exchange with two, ample or scarce room.

use std::collections::BTreeMap;

use counterpoint::time::Moment;
use counterpoint::trace::StayKind;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    for_all, in_order_of_completion, it_is_a_sound_trace, lanes, nothing_accepted_is_lost, nothing_is_repeated,
    nothing_vanishes, play, scenario,
};

/// One queue that loses nothing by its settings, or a limited one that may: too long, too old, or nowhere to go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Room {
    Ample,
    Scarce,
}

pub fn side(ack: &'static str, room: Room) -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(vec![json!(["quorum", null]), json!(["quorum", 2]), json!(["classic", null])]);
    let scarce = (
        prop::sample::select(vec![Value::Null, json!("0ms"), json!("80ms")]),
        prop::sample::select(vec![Value::Null, json!(2)]),
        prop::sample::select(vec!["drop-head", "reject-publish"]),
    );
    let exchange = prop::sample::select(vec!["none", "none", "direct", "fanout"]);
    let publisher = (1u32..4, prop::sample::select(vec!["async", "wait"]), 1u32..4, any::<bool>());
    let own = (lanes(), prop::collection::vec(0u32..4, 0..2));
    let consumers = (1u32..4, 0u32..4, 1u32..4, any::<[bool; 3]>(), 1u32..500, own);
    (kind, scarce, exchange, publisher, consumers, prop::sample::select(vec!["0ms", "20ms"])).prop_map(
        move |(kind, (ttl, length, overflow), exchange, (threads, confirms, attempts, mandatory), consumers, write)| {
            let (count, prefetch, ack_every, [nack, requeue, deduplicates], recovery, (lanes, prefetches)) = consumers;
            let is_scarce = room == Room::Scarce;
            let queue = |id: &str| {
                json!({
                    "id": id, "type": kind[0], "delivery_limit": kind[1], "write_time": write, "binding_keys": [id],
                    "message_ttl": if is_scarce { ttl.clone() } else { Value::Null },
                    "max_length": if is_scarce { length.clone() } else { Value::Null }, "overflow": overflow,
                })
            };
            let crew = |id: &str, of: &str| {
                json!({
                    "id": id, "queue": of, "count": count, "lanes": lanes,
                    "prefetch": prefetch, "prefetches": prefetches, "deduplicates": deduplicates, "ack": ack, "ack_every": ack_every,
                    "on_failure": if nack { "nack" } else { "reject" }, "requeue": requeue && !nack,
                    "recovery_interval": format!("{recovery}ms"),
                })
            };
            let mut side = json!({
                "protocol": "rabbitmq", "publisher": { "threads": threads }, "confirms": confirms,
                "confirm_timeout": "300ms", "retry": { "max_attempts": attempts, "base": "50ms" },
                "queue": queue("queue"), "consumers": crew("server", ""),
            });
            if exchange != "none" {
                let keys = json!(["queue", "second", "nowhere"]);
                let mandatory = mandatory || !is_scarce;
                side["exchange"] =
                    json!({ "id": "queue", "type": exchange, "routing_keys": keys, "mandatory": mandatory });
                side["other_queues"] = json!([queue("second")]);
                side["other_consumers"] = json!([crew("second-server", "second")]);
            }
            side
        },
    )
}

#[test]
fn rabbitmq_runs_are_sound_traces() {
    for_all(scenario(side("manual", Room::Scarce)), it_is_a_sound_trace);
}

/// With confirms and manual acknowledgements, where queues have room and a return is heard of.
#[test]
fn rabbitmq_confirmed_and_acknowledged_after_the_work_loses_nothing() {
    for_all(scenario(side("manual", Room::Ample)), nothing_accepted_is_lost);
}

/// What is too old, too much or has nowhere to go is dropped, but never without a word.
#[test]
fn rabbitmq_drops_nothing_in_silence() {
    for_all(scenario(side("manual", Room::Scarce)), |_, trace| nothing_vanishes(trace, |_| true));
}

#[test]
fn rabbitmq_acknowledged_when_sent_repeats_nothing() {
    for_all(scenario(side("automatic", Room::Scarce)), nothing_is_repeated);
}

/// A queue with one consumer: messages are begun for the first time in the order in which they were stored.
#[test]
fn rabbitmq_keeps_the_order_of_a_queue_for_one_consumer() {
    for_all(scenario(side("manual", Room::Ample)), |side, trace| {
        // What a broker's death takes is stored again later, in another place.
        if side["consumers"]["count"] != 1 || side["queue"]["write_time"] != "0ms" {
            return Ok(());
        }
        let mut stored: BTreeMap<usize, (u16, usize)> = BTreeMap::new();
        let mut begun: BTreeMap<usize, usize> = BTreeMap::new();
        for (place, stay) in trace.stays.iter().enumerate() {
            match stay.kind {
                StayKind::Ready => drop(stored.entry(stay.part.at()).or_insert((stay.slot.0, place))),
                StayKind::Busy => drop(begun.entry(stay.part.at()).or_insert(place)),
                _ => {}
            }
        }
        let mut in_order: Vec<((u16, usize), usize)> = stored.into_iter().map(|(part, place)| (place, part)).collect();
        in_order.sort_unstable();
        for queue in in_order.chunk_by(|(one, _), (other, _)| one.0 == other.0) {
            let places: Vec<usize> = queue.iter().filter_map(|(_, part)| begun.get(part).copied()).collect();
            prop_assert!(places.is_sorted(), "{:?} begun at {:?}", queue, places);
        }
        Ok(())
    });
}

/// Where it is not promised it does not hold: of two consumers one is slow, and its message is overtaken.
#[test]
fn rabbitmq_with_two_consumers_finishes_in_another_order() {
    let slow_and_fast = json!({ "count": 2, "prefetch": 1, "factors": [3.0, 1.0] });
    let value = json!({
        "name": "overtaken", "workload": { "jobs": 3, "work": "100ms", "arrivals": { "pattern": "burst" } },
        "sides": [{ "protocol": "rabbitmq", "consumers": slow_and_fast }, { "protocol": "http", "caller": { "id": "c" } }],
    });
    let trace = play(&value);
    assert_eq!(in_order_of_completion(&trace), [2, 3, 1]);
}

/// A stored message is held for one consumer at a time: the next gets it only when it came back.
#[test]
fn rabbitmq_a_message_is_with_one_consumer_at_a_time() {
    for_all(scenario(side("manual", Room::Ample)), |_, trace| {
        // Without a repeated publish there is one copy a queue.
        if trace.messages.iter().any(|row| trace.kind(row).name.as_str() == "basic.publish" && row.attempt > 1) {
            return Ok(());
        }
        let mut until: BTreeMap<usize, Moment> = BTreeMap::new();
        for stay in trace.stays.iter().filter(|stay| stay.kind == StayKind::Held) {
            let before = until.insert(stay.part.at(), stay.end).unwrap_or(Moment::START);
            prop_assert!(before <= stay.begin, "{:?}", stay);
        }
        Ok(())
    });
}
