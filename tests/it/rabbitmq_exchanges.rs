//! RabbitMQ's exchanges: `RMQ-4`, bindings, and what a publish to several queues means.
//!
//! Sources: the RabbitMQ documentation (exchanges, publishers, confirms, maxlength), the topic tutorial, 4.3.

use counterpoint::scenario::Scenario;
use counterpoint::scene::{Look, View, layout};
use counterpoint::trace::{CallerOutcome, MarkKind, Trace, WorkOutcome};
use serde_json::{Value, json};

use crate::rabbitmq::{burst, numbers};
use crate::story::{executions, play_built_in, sent, tells};

/// Two queues with a consumer each.
fn two(exchange: Value, first: Value, second: Value) -> Value {
    let queue = |id: &str, mut fields: Value| {
        fields["id"] = json!(id);
        fields["name"] = json!(id);
        fields
    };
    json!({
        "exchange": exchange,
        "queue": queue("stock", first), "consumers": { "id": "stock-service", "name": "Stock" },
        "other_queues": [queue("mail", second)],
        "other_consumers": [{ "id": "mail-service", "name": "Mail", "queue": "mail" }],
    })
}

/// The jobs that each of the two got.
fn shared_out(trace: &Trace) -> [Vec<u32>; 2] {
    ["stock-service", "mail-service"].map(|id| {
        let deliveries = sent(trace, "basic.deliver");
        let its: Vec<_> = deliveries.into_iter().filter(|message| trace.actor(message.to).id == id).collect();
        numbers(trace, &its)
    })
}

fn mandatory(mandatory: bool) -> Trace {
    let settings = json!({
        "exchange": { "name": "orders", "type": "direct", "routing_keys": ["known", "unknown"], "mandatory": mandatory },
        "queue": { "binding_keys": ["known"] },
    });
    burst(settings, 2, json!({}))
}

#[test]
fn rmq_4_what_is_mandatory_and_unroutable_is_returned_and_then_confirmed() {
    let trace = mandatory(true);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant exchange as orders
            participant server as Server
            client-)exchange: publish job 1 [0 → 5 ms]
            client-)exchange: publish job 2 [0 → 5 ms]
            exchange-)client: confirm [5 → 10 ms]
            exchange-)server: deliver job 1 [5 → 10 ms]
            exchange-)client: return job 2 [5 → 10 ms]
            exchange-)client: confirm [5 → 10 ms]
            Note over client: returned: unroutable (job 2) [10 ms]
            server-)exchange: ack [70 → 75 ms]",
    );
    assert_eq!(trace.jobs[1].caller, CallerOutcome::Refused, "the publisher knows");
    assert_eq!(trace.parts[1].outcome, WorkOutcome::Lost);
}

#[test]
fn rmq_4_what_is_not_mandatory_and_unroutable_is_confirmed_and_in_no_queue() {
    let trace = mandatory(false);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant exchange as orders
            participant server as Server
            client-)exchange: publish job 1 [0 → 5 ms]
            client-)exchange: publish job 2 [0 → 5 ms]
            Note over exchange: dropped: unroutable (job 2) [5 ms]
            exchange-)client: confirm [5 → 10 ms]
            exchange-)server: deliver job 1 [5 → 10 ms]
            exchange-)client: confirm [5 → 10 ms]
            server-)exchange: ack [70 → 75 ms]",
    );
    assert_eq!(trace.jobs[1].caller, CallerOutcome::Accepted, "the publisher does not know");
    assert_eq!(trace.parts[1].outcome, WorkOutcome::Lost);
    assert!(trace.stays.iter().all(|stay| stay.part.index() != 1 || trace.actor(stay.actor).id == "client"));
}

#[test]
fn rmq_4_a_return_is_heard_without_confirms_too_but_too_late_to_count() {
    let settings = json!({
        "exchange": { "type": "default", "routing_keys": ["nowhere"], "mandatory": true }, "confirms": "off",
    });
    let trace = burst(settings, 1, json!({}));
    let kinds: Vec<&str> = trace.messages.iter().map(|message| trace.kind(message).name.as_str()).collect();
    assert_eq!(kinds, ["basic.publish", "basic.return"]);
    assert_eq!(trace.jobs[0].caller, CallerOutcome::Accepted, "it was off the caller's hands when it was sent");
    assert_eq!(trace.marks.iter().map(|mark| mark.kind).collect::<Vec<_>>(), [MarkKind::GaveUp]);
}

#[test]
fn a_fanout_exchange_gives_every_queue_a_copy_whatever_the_key() {
    let settings = two(json!({ "name": "orders", "type": "fanout" }), json!({}), json!({}));
    let parts = json!([{ "id": "stock", "work": "60ms" }, { "id": "mail", "work": "20ms" }]);
    let trace = burst(settings, 1, json!({ "workload": { "parts": parts } }));
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant exchange as orders
            participant stock-service as Stock
            participant mail-service as Mail
            client-)exchange: publish job 1 [0 → 5 ms]
            exchange-)client: confirm [5 → 10 ms]
            exchange-)stock-service: deliver job 1 [5 → 10 ms]
            exchange-)mail-service: deliver job 1 [5 → 10 ms]
            mail-service-)exchange: ack [30 → 35 ms]
            stock-service-)exchange: ack [70 → 75 ms]",
    );
    assert_eq!(trace.finished(counterpoint::trace::JobId::from_index(0)).map(|at| at.micros()), Some(70_000));
}

#[test]
fn a_direct_exchange_routes_by_the_very_key_headers_by_theirs_and_the_default_one_by_the_queues_name() {
    for (kind, keys, bindings) in [
        ("direct", ["paid", "ordered", "paid"], [json!(["ordered"]), json!(["paid"])]),
        (
            "headers",
            ["to=customer kind=paid", "to=depot", "kind=paid"],
            [json!(["to=depot"]), json!(["x-match=any kind=paid"])],
        ),
        ("default", ["mail", "stock", "mail"], [json!([]), json!([])]),
    ] {
        let [first, second] = bindings.map(|keys| json!({ "binding_keys": keys }));
        let settings = two(json!({ "type": kind, "routing_keys": keys }), first, second);
        let trace = burst(settings, 3, json!({}));
        assert_eq!(shared_out(&trace), [vec![2], vec![1, 3]], "{kind}");
        assert!(trace.parts.iter().all(|part| part.outcome == WorkOutcome::Done && part.executions == 1));
    }
}

/// Of a job that only one of them hears of, the other's part is asked of nobody.
#[test]
fn a_topic_exchange_routes_by_pattern_and_a_queue_gets_one_copy_however_many_of_its_bindings_fit() {
    let exchange = json!({ "type": "topic", "routing_keys": ["order.eu.paid", "order.us", "user.eu"] });
    let first = json!({ "binding_keys": ["order.#", "#.eu.*"] });
    let settings = two(exchange, first, json!({ "binding_keys": ["*.eu", "order.eu.*"] }));
    let parts = json!([{ "id": "stock", "work": "60ms" }, { "id": "mail", "work": "20ms" }]);
    let trace = burst(settings, 3, json!({ "workload": { "parts": parts } }));
    assert_eq!(shared_out(&trace), [vec![1, 2], vec![1, 3]]);
    let executions = executions(&trace);
    assert_eq!(executions, [1, 1, 1, 0, 0, 1]);
    assert!(trace.parts.iter().all(|part| part.outcome == WorkOutcome::Done));
}

/// Confirmed when the slower of the two has made it safe, and once.
#[test]
fn a_publish_to_several_queues_is_confirmed_when_all_of_them_have_it() {
    let settings = two(json!({}), json!({ "write_time": "20ms" }), json!({ "write_time": "50ms", "type": "classic" }));
    let parts = json!([{ "id": "stock", "work": "10ms" }, { "id": "mail", "work": "10ms" }]);
    let trace = burst(settings, 1, json!({ "workload": { "parts": parts } }));
    let confirms = sent(&trace, "basic.ack (confirm)");
    assert_eq!(confirms.iter().map(|message| message.sent.micros()).collect::<Vec<_>>(), [55_000]);
}

/// “The message will still be published to all other queues which can enqueue it” (maxlength).
#[test]
fn one_full_queue_of_several_means_a_nack_though_the_others_take_the_message() {
    let full = json!({ "max_length": 1, "overflow": "reject-publish", "write_time": "1ms" });
    let settings = two(json!({}), full, json!({ "write_time": "1ms" }));
    let parts = json!([{ "id": "stock", "work": "60ms" }, { "id": "mail", "work": "20ms" }]);
    let nobody = json!([{ "at": "0ms", "for": "30ms", "fault": "outage", "actor": "stock-service" }]);
    let arrivals = json!({ "pattern": "regular", "every": "10ms" });
    let trace = burst(settings, 2, json!({ "workload": { "parts": parts, "arrivals": arrivals }, "changes": nobody }));
    assert_eq!(numbers(&trace, &sent(&trace, "basic.nack (confirm)")), [2]);
    assert_eq!(shared_out(&trace), [vec![1], vec![1, 2]]);
    assert_eq!(trace.jobs[1].caller, CallerOutcome::Refused);
    assert_eq!(trace.parts[3].outcome, WorkOutcome::Done, "the mail goes out all the same");
}

/// The built-in scenario: only the queue of the slow subscriber grows, and it is the middle one of three rivers.
#[test]
fn each_queue_is_a_river_of_its_own_and_only_the_slow_ones_widens() {
    let played = play_built_in("rabbitmq-publish-subscribe");
    let scene = layout(&played.sides, &View { width: 1200, ..View::default() });
    let rivers = |wanted: Look| {
        let shapes = scene.shapes().filter(move |shape| shape.look == wanted && shape.name.starts_with("Events"));
        let mut middles: Vec<(i32, String)> = shapes
            .map(|shape| {
                let area = shape.form.bounds();
                (area.x + area.width / 2, shape.name.clone())
            })
            .collect();
        middles.sort();
        middles.dedup();
        middles
    };
    let (ready, held) = (rivers(Look::Ready), rivers(Look::Held));
    let names: Vec<&str> = held.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(
        names,
        ["stock", "mail", "audit"].map(|queue| format!("Events ({queue}): delivered and not acknowledged"))
    );
    assert_eq!(ready, [(held[1].0, "Events (mail): at most 2 ready".to_owned())]);
    for side in &played.sides {
        assert!(side.trace.parts.iter().all(|part| part.executions == 1 && part.outcome == WorkOutcome::Done));
    }
}

/// What is wrong is said where it stands.
#[test]
fn queues_that_nothing_can_reach_are_refused() {
    let problem = |mut side: Value| {
        side["protocol"] = json!("rabbitmq");
        let scenario = json!({ "name": "x", "sides": [side, { "protocol": "http", "caller": { "id": "c" } }] });
        Scenario::from_value(scenario).unwrap_err().to_string()
    };
    let queues = json!([{ "id": "mail" }]);
    for (side, expected) in [
        (
            json!({ "other_queues": queues }),
            "sides.left.exchange: messages reach several queues only through an exchange",
        ),
        (json!({ "consumers": { "queue": "mail" } }), "sides.left.consumers.queue: `mail` is not the queue `queue`"),
        (
            json!({ "exchange": { "type": "topic" } }),
            "sides.left.exchange.routing_keys: a topic exchange chooses by them",
        ),
        (
            json!({ "exchange": {}, "other_queues": queues }),
            "workload.parts: there are 1, and the side `left` (`rabbitmq`) needs 2",
        ),
        (
            json!({ "exchange": {}, "other_consumers": [{ "id": "x", "queue": "mail" }] }),
            "sides.left.other_consumers.x.queue: `mail` is not one of other_queues",
        ),
        (
            json!({ "exchange": {}, "other_queues": [{ "id": "queue" }] }),
            "sides.left.other_queues.queue.id: `queue` is taken",
        ),
    ] {
        let said = problem(side);
        assert!(said.starts_with(expected), "{said}");
    }
}
