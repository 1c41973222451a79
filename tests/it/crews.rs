//! Consumers of one queue in lanes of their own: each fails by itself, and the others go on.

use std::collections::BTreeMap;

use counterpoint::scenario::Scenario;
use counterpoint::time::Moment;
use counterpoint::trace::{ActorId, Duty, Slot, Term, Trace, WorkOutcome};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::properties::check;
use crate::story::{executions, play_side, tells};

/// Four jobs at once, of which each needs 100 ms, before two consumers in lanes of their own; the first dies at 150 ms.
fn with_a_death(protocol: &str, settings: Value) -> Trace {
    let scenario = json!({
        "workload": { "jobs": 4, "arrivals": { "pattern": "burst" }, "work": "100ms" },
        "network": { "latency": "10ms" },
        "changes": [{ "id": "death", "at": "150ms", "fault": "crash", "actor": "server-1" }],
    });
    play_side(protocol, settings, scenario)
}

#[test]
fn rabbitmq_a_consumer_in_a_lane_of_its_own_dies_alone() {
    let consumers = json!({ "count": 2, "lanes": "each", "prefetch": 1, "factors": [1, 0.5] });
    let trace = with_a_death("rabbitmq", json!({ "consumers": consumers }));
    tells(
        &trace,
        "sequenceDiagram
        participant client as Client
        participant queue as Queue
        participant server-1 as Server 1
        participant server-2 as Server 2
        client-)queue: publish job 1 [0 → 10 ms]
        client-)queue: publish job 2 [0 → 10 ms]
        client-)queue: publish job 3 [0 → 10 ms]
        client-)queue: publish job 4 [0 → 10 ms]
        queue-)client: confirm [10 → 20 ms]
        queue-)server-1: deliver job 1 [10 → 20 ms]
        queue-)client: confirm [10 → 20 ms]
        queue-)server-2: deliver job 2 [10 → 20 ms]
        queue-)client: confirm [10 → 20 ms]
        queue-)client: confirm [10 → 20 ms]
        server-2-)queue: ack [70 → 80 ms]
        queue-)server-2: deliver job 3 [80 → 90 ms]
        server-1-)queue: ack [120 → 130 ms]
        queue-)server-1: deliver job 4 [130 → 140 ms]
        server-2-)queue: ack [140 → 150 ms]
        Note over server-1: out [150 ms to the end]
        Note over server-1: crashed [150 ms]
        Note over queue: returned (job 4) [160 ms]
        queue-)server-2: redeliver job 4 [160 → 170 ms, no. 2]
        server-2-)queue: ack [220 → 230 ms, no. 2]",
    );
    assert!(trace.parts.iter().all(|part| part.outcome == WorkOutcome::Done));
}

#[test]
fn sqs_a_consumer_in_a_lane_of_its_own_dies_alone() {
    let consumers = json!({ "count": 2, "lanes": "each", "factors": [1, 0.5] });
    let trace = with_a_death(
        "sqs",
        json!({
            "consumers": consumers,
            "queue": { "visibility_timeout": "1s", "receive_message_wait_time": "20s" },
        }),
    );
    tells(
        &trace,
        "sequenceDiagram
        participant client as Client
        participant queue as Queue
        participant server-1 as Server 1
        participant server-2 as Server 2
        server-1->>queue: ReceiveMessage [0 → 10 ms]
        server-2->>queue: ReceiveMessage [0 → 10 ms]
        client->>queue: SendMessage job 1 [0 → 10 ms]
        queue-->>client: 200 OK [10 → 20 ms]
        queue-->>server-1: job 1 [10 → 20 ms]
        client->>queue: SendMessage job 2 [20 → 30 ms]
        queue-->>client: 200 OK [30 → 40 ms]
        queue-->>server-2: job 2 [30 → 40 ms]
        client->>queue: SendMessage job 3 [40 → 50 ms]
        queue-->>client: 200 OK [50 → 60 ms]
        client->>queue: SendMessage job 4 [60 → 70 ms]
        queue-->>client: 200 OK [70 → 80 ms]
        server-2->>queue: DeleteMessage [90 → 100 ms]
        queue-->>server-2: 200 OK [100 → 110 ms]
        server-2->>queue: ReceiveMessage [110 → 120 ms]
        server-1->>queue: DeleteMessage [120 → 130 ms]
        queue-->>server-2: job 3 [120 → 130 ms]
        queue-->>server-1: 200 OK [130 → 140 ms]
        server-1->>queue: ReceiveMessage [140 → 150 ms]
        Note over server-1: out [150 ms to the end]
        Note over server-1: crashed [150 ms]
        queue--xserver-1: job 4 [150 → 160 ms, turned away]
        server-2->>queue: DeleteMessage [180 → 190 ms]
        queue-->>server-2: 200 OK [190 → 200 ms]
        server-2->>queue: ReceiveMessage [200 → 210 ms]
        Note over queue: visible again (job 4) [1150 ms]
        queue-->>server-2: job 4 [1150 → 1160 ms, no. 2]
        server-2->>queue: DeleteMessage [1210 → 1220 ms]
        queue-->>server-2: 200 OK [1220 → 1230 ms]",
    );
    assert!(trace.parts.iter().all(|part| part.outcome == WorkOutcome::Done));
}

/// What the lanes are called can be taken by nobody else, and there are no more than can be drawn.
#[test]
fn lanes_of_their_own_have_ids_of_their_own() {
    let refused = |protocol: &str, settings: Value| {
        let mut side = json!({ "protocol": protocol });
        side.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        let other = json!({ "protocol": "http", "server": { "id": "other" } });
        Scenario::from_json(&json!({ "name": "crews", "sides": [side, other] }).to_string()).unwrap_err().to_string()
    };
    for (protocol, sender) in [("rabbitmq", "publisher"), ("sqs", "sender")] {
        let mut settings = json!({ "consumers": { "count": 2, "lanes": "each" } });
        settings[sender] = json!({ "id": "server-2" });
        let taken = "sides.left.consumers.id: `server-2` is taken; give each actor of a side its own id";
        assert_eq!(refused(protocol, settings), taken);
        let many = json!({ "consumers": { "count": 13, "lanes": "each" } });
        let sentence = "sides.left.consumers.count: 13 would not do; write a whole number from 1 to 12";
        assert_eq!(refused(protocol, many), sentence);
    }
}

/// What a consumer has done, every other one of its crew recognises: what they know it by is kept where the effect is, and
/// dies with none of them.
#[test]
fn rabbitmq_a_consumer_recognises_what_another_one_did() {
    let consumers = json!({ "count": 2, "lanes": "each", "prefetch": 2, "ack_every": 2, "deduplicates": true });
    let scenario = json!({
        "workload": { "jobs": 3, "arrivals": { "pattern": "burst" }, "work": "100ms" },
        "network": { "latency": "10ms" },
        "changes": [{ "at": "150ms", "fault": "crash", "actor": "server-1" }],
    });
    let trace = play_side("rabbitmq", json!({ "consumers": consumers }), scenario);
    tells(
        &trace,
        "sequenceDiagram
        participant client as Client
        participant queue as Queue
        participant server-1 as Server 1
        participant server-2 as Server 2
        client-)queue: publish job 1 [0 → 10 ms]
        client-)queue: publish job 2 [0 → 10 ms]
        client-)queue: publish job 3 [0 → 10 ms]
        queue-)client: confirm [10 → 20 ms]
        queue-)server-1: deliver job 1 [10 → 20 ms]
        queue-)client: confirm [10 → 20 ms]
        queue-)server-2: deliver job 2 [10 → 20 ms]
        queue-)client: confirm [10 → 20 ms]
        queue-)server-1: deliver job 3 [10 → 20 ms]
        server-2-)queue: ack [120 → 130 ms]
        Note over server-1: out [150 ms to the end]
        Note over server-1: crashed [150 ms]
        Note over queue: returned (job 1) [160 ms]
        Note over queue: returned (job 3) [160 ms]
        queue-)server-2: redeliver job 1 [160 → 170 ms, no. 2]
        queue-)server-2: redeliver job 3 [160 → 170 ms, no. 2]
        server-2-)queue: ack [170 → 180 ms, no. 2]
        server-2-)queue: ack [270 → 280 ms, no. 2]",
    );
    assert_eq!(executions(&trace), [1, 1, 2], "job 1 was done and not acknowledged, job 3 was begun");
}

#[test]
fn sqs_a_consumer_recognises_what_another_one_did() {
    let settings = json!({
        "consumers": { "count": 2, "lanes": "each", "deduplicates": true, "poll_interval": "150ms" },
        "queue": { "visibility_timeout": "1s" },
    });
    let scenario = json!({
        "workload": { "jobs": 1, "work": "100ms" },
        "network": { "latency": "10ms" },
        "changes": [{ "at": "295ms", "for": "10ms", "fault": "silent-outage", "actor": "queue" }],
    });
    let trace = play_side("sqs", settings, scenario);
    tells(
        &trace,
        "sequenceDiagram
        participant client as Client
        participant queue as Queue
        participant server-1 as Server 1
        participant server-2 as Server 2
        client->>queue: SendMessage job 1 [0 → 10 ms]
        queue-->>client: 200 OK [10 → 20 ms]
        server-1->>queue: ReceiveMessage [170 → 180 ms]
        queue-->>server-1: job 1 [180 → 190 ms]
        server-1-xqueue: DeleteMessage [290 ms, lost]
        Note over queue: out [295 to 305 ms]
        Note over queue: back [305 ms]
        Note over queue: visible again (job 1) [1180 ms]
        server-2->>queue: ReceiveMessage [1190 → 1200 ms]
        queue-->>server-2: job 1 [1200 → 1210 ms, no. 2]
        server-2->>queue: DeleteMessage [1210 → 1220 ms]
        queue-->>server-2: 200 OK [1220 → 1230 ms]
        server-1->>queue: DeleteMessage [60809.852 → 60819.852 ms, no. 2]
        queue-->>server-1: 200, old handle [60819.852 → 60829.852 ms]",
    );
    assert_eq!(executions(&trace), [1]);
}

/// Two executions at once: neither knows of the other when it begins, and the store takes the first that ends.
#[test]
fn of_two_consumers_that_work_at_once_one_has_an_effect() {
    let settings = json!({
        "consumers": { "count": 2, "lanes": "each", "deduplicates": true },
        "queue": { "visibility_timeout": "1s", "receive_message_wait_time": "20s" },
    });
    let trace = play_side("sqs", settings, json!({ "workload": { "jobs": 1, "work": "1500ms" } }));
    assert_eq!((trace.parts[0].executions, trace.parts[0].effects), (2, 1));
}

#[test]
fn kafka_a_member_recognises_what_another_one_did() {
    let group = json!({
        "consumers": 2, "lanes": "each", "deduplicates": true, "session_timeout": "6s", "heartbeat_interval": "1s",
    });
    let scenario = json!({
        "workload": { "jobs": 4, "arrivals": { "pattern": "burst" }, "work": "100ms" },
        "network": { "latency": "10ms" },
        "changes": [{ "at": "250ms", "fault": "crash", "actor": "server-1" }],
    });
    let settings = json!({ "topic": { "partitions": 2 }, "keys": ["user-1", "user-2", "user-3"], "groups": [group] });
    let trace = play_side("kafka", settings, scenario);
    assert_eq!(executions(&trace), [1, 1, 1, 2], "jobs 1 and 2 were done and not committed, job 4 was not begun");
    assert!(trace.parts.iter().all(|part| (part.outcome, part.effects) == (WorkOutcome::Done, 1)));
}

/// Where each queue's copy is work of its own, what one subscriber did is no repeat to another one.
#[test]
fn each_subscriber_recognises_its_own_part_only() {
    let crew =
        |id: &str, queue: &str| json!({ "id": id, "queue": queue, "count": 2, "lanes": "each", "deduplicates": true });
    let settings = json!({
        "exchange": { "type": "fanout" },
        "queue": { "id": "q-mail" }, "consumers": crew("mail", ""),
        "other_queues": [{ "id": "q-stock" }], "other_consumers": [crew("stock", "q-stock")],
    });
    let part = |id: &str| json!({ "id": id, "work": "30ms" });
    let scenario = json!({ "workload": { "jobs": 3, "parts": [part("mail"), part("stock")] } });
    let trace = play_side("rabbitmq", settings, scenario);
    assert!(trace.parts.iter().all(|part| (part.executions, part.effects) == (1, 1)));
}

/// Six messages at once, of 100 ms each, before a consumer that holds one and another that holds three.
#[test]
fn rmq_1_each_consumer_has_a_prefetch_of_its_own_where_one_is_listed() {
    for lanes in ["shared", "each"] {
        let consumers = json!({ "count": 2, "lanes": lanes, "prefetch": 3, "prefetches": [1] });
        let scenario = json!({
            "workload": { "jobs": 6, "arrivals": { "pattern": "burst" }, "work": "100ms" },
            "network": { "latency": "10ms" },
        });
        let trace = play_side("rabbitmq", json!({ "consumers": consumers, "confirms": "off" }), scenario);
        if lanes == "each" {
            tells(
                &trace,
                "sequenceDiagram
        participant client as Client
        participant queue as Queue
        participant server-1 as Server 1
        participant server-2 as Server 2
        client-)queue: publish job 1 [0 → 10 ms]
        client-)queue: publish job 2 [0 → 10 ms]
        client-)queue: publish job 3 [0 → 10 ms]
        client-)queue: publish job 4 [0 → 10 ms]
        client-)queue: publish job 5 [0 → 10 ms]
        client-)queue: publish job 6 [0 → 10 ms]
        queue-)server-1: deliver job 1 [10 → 20 ms]
        queue-)server-2: deliver job 2 [10 → 20 ms]
        queue-)server-2: deliver job 3 [10 → 20 ms]
        queue-)server-2: deliver job 4 [10 → 20 ms]
        server-1-)queue: ack [120 → 130 ms]
        server-2-)queue: ack [120 → 130 ms]
        queue-)server-1: deliver job 5 [130 → 140 ms]
        queue-)server-2: deliver job 6 [130 → 140 ms]
        server-2-)queue: ack [220 → 230 ms]
        server-1-)queue: ack [240 → 250 ms]
        server-2-)queue: ack [320 → 330 ms]
        server-2-)queue: ack [420 → 430 ms]",
            );
        }
        assert_eq!(most_held(&trace), [1, 3], "{lanes}");
        let workers = (0..).zip(&trace.actors).filter(|(_, lane)| lane.duty == Duty::Worker);
        for (lane, _) in workers {
            assert_eq!(trace.term(ActorId(lane), Term::Bound), Some("prefetch 1 to 3"), "{lanes}");
        }
    }
}

/// The most messages that each consumer was sent and had not settled, from the first on.
fn most_held(trace: &Trace) -> Vec<usize> {
    let mut events: Vec<(Moment, bool, (ActorId, Slot))> = Vec::new();
    for message in &trace.messages {
        match trace.kind(message).name.as_str() {
            "basic.deliver" => events.push((message.sent, true, (message.to, message.to_slot))),
            "basic.ack" => events.push((message.arrived, false, (message.from, message.from_slot))),
            _ => {}
        }
    }
    // At a tie, what is given back makes room.
    events.sort();
    let mut held: BTreeMap<(ActorId, Slot), (usize, usize)> = BTreeMap::new();
    for (_, is_delivery, consumer) in events {
        let (now, most) = held.entry(consumer).or_default();
        *now = if is_delivery { *now + 1 } else { now.saturating_sub(1) };
        *most = (*most).max(*now);
    }
    held.into_values().map(|(_, most)| most).collect()
}

/// An unlimited one is 2,000 for a quorum queue, whosever it is; and what bounds them is said as it is.
#[test]
fn what_bounds_several_consumers_is_said_as_it_is() {
    for (kind, prefetches, said) in [
        ("classic", json!([]), Some("prefetch 5")),
        ("classic", json!([5, 5]), Some("prefetch 5")),
        ("classic", json!([2]), Some("prefetch 2 to 5")),
        ("classic", json!([0]), Some("prefetch 5 or more")),
        ("classic", json!([0, 0]), None),
        ("quorum", json!([0]), Some("prefetch 5 to 2000")),
        ("quorum", json!([0, 0]), Some("prefetch 2000")),
    ] {
        let settings = json!({
            "queue": { "type": kind }, "consumers": { "count": 2, "prefetch": 5, "prefetches": prefetches },
        });
        let trace = play_side("rabbitmq", settings, json!({}));
        assert_eq!(trace.term(ActorId(2), Term::Bound), said, "{kind} {prefetches}");
    }
}

/// Whatever the crew is, each is given as much as it may hold, and no more. What it holds is settled one by one.
#[test]
fn random_crews_hold_what_each_of_them_may() {
    let values = (1u16..5, prop::collection::vec(0u16..5, 0..4), 1u16..5, any::<bool>(), 1u32..60);
    check(11, &values, |(count, prefetches, prefetch, each, work)| {
        let prefetches: Vec<u16> = prefetches.into_iter().take(count.into()).collect();
        let bounds = (0..usize::from(count)).map(|place| *prefetches.get(place).unwrap_or(&prefetch));
        let consumers = json!({
            "count": count, "lanes": if each { "each" } else { "shared" }, "prefetch": prefetch, "prefetches": prefetches,
        });
        let settings = json!({ "queue": { "type": "classic" }, "consumers": consumers, "confirms": "off" });
        let workload = json!({ "jobs": 40, "arrivals": { "pattern": "burst" }, "work": format!("{work}ms") });
        let trace = play_side("rabbitmq", settings, json!({ "workload": workload, "network": { "latency": "1ms" } }));
        for (most, bound) in most_held(&trace).into_iter().zip(bounds) {
            prop_assert!(if bound == 0 { most >= 8 } else { most == usize::from(bound) }, "{} of {}", most, bound);
        }
        prop_assert!(trace.parts.iter().all(|part| part.executions == 1));
        Ok(())
    });
}

#[test]
fn more_prefetches_than_consumers_are_refused_in_words() {
    let side = json!({ "protocol": "rabbitmq", "consumers": { "count": 2, "prefetches": [1, 2, 3] } });
    let other = json!({ "protocol": "http", "caller": { "id": "other" }, "server": { "id": "others" } });
    let refused = Scenario::from_value(json!({ "name": "crews", "sides": [side, other] })).unwrap_err().to_string();
    assert_eq!(refused, "sides.left.consumers.prefetches: there are 3 prefetches for 2 consumers");
}
