//! Systems with brokers: who publishes there, who takes from there and what it does about it, under the rules of each.
//!
//! The systems are those of ARCHITECTURE.md, "Ten systems on paper".

use counterpoint::engine::Limits;
use counterpoint::scenario::{Played, Scenario};
use counterpoint::time::Span;
use counterpoint::trace::{CallerOutcome, Trace, WorkOutcome};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::oracle;
use crate::properties::check;
use crate::story::{executions, play_within, sent, tells};

/// A scenario around a side of these parties. The other side does it all at once.
fn scenario(parties: Value, more: Value) -> Value {
    let mut scenario = json!({
        "version": 2, "name": "system", "title": "A system", "network": { "latency": "10ms" },
        "workload": { "jobs": 3, "arrivals": { "pattern": "burst" }, "parts": [{ "id": "task", "work": "100ms" }] },
    });
    for (key, value) in more.as_object().expect("fields") {
        match value.as_object() {
            Some(fields) => fields.iter().for_each(|(field, value)| scenario[key][field] = value.clone()),
            None => scenario[key] = value.clone(),
        }
    }
    let parts = scenario["workload"]["parts"].as_array().expect("parts").iter();
    let does: Vec<Value> = parts.map(|part| json!({ "work": part["id"] })).collect();
    scenario["sides"] = json!([
        { "protocol": "system", "id": "left", "parties": parties },
        { "protocol": "system", "id": "right", "parties": [
            { "id": "user", "caller": {}, "does": [{ "call": "all", "request": "POST" }] },
            { "id": "all", "service": {}, "on": [{ "request": "POST", "does": does }] },
        ] },
    ]);
    scenario
}

fn played(scenario: Value) -> Played {
    let scenario = Scenario::from_value(scenario).unwrap_or_else(|problem| panic!("{problem}"));
    let limits = Limits { events: 50_000, span: Span::seconds(3600), ..Limits::default() };
    let played = play_within(scenario, limits);
    oracle::sound(&played).unwrap_or_else(|fault| panic!("{fault}"));
    played
}

pub fn play(parties: Value, more: Value) -> Trace {
    played(scenario(parties, more)).sides.swap_remove(0).trace
}

/// Why a side of these parties is refused.
pub fn refused(parties: Value) -> String {
    match Scenario::from_value(scenario(parties, json!({}))) {
        Ok(_) => panic!("it is taken"),
        Err(problem) => problem.to_string(),
    }
}

pub fn outcomes(trace: &Trace) -> Vec<WorkOutcome> {
    trace.parts.iter().map(|part| part.outcome).collect()
}

/// System 9. The function has one worker and no accept queue. The second poller is refused, as with 429, waits and calls
/// again; when its attempts are over it keeps nothing and says nothing, and the message comes back by its clock.
#[test]
fn pollers_call_a_function_that_refuses_what_it_has_no_worker_for() {
    let trace = play(
        json!([
            { "id": "shop", "caller": { "threads": 3 }, "does": [{ "publish": "images", "timeout": "1s" }] },
            { "id": "images", "sqs": {
                "visibility_timeout": "2s", "receive_message_wait_time": "20s", "label": "image {job}" } },
            { "id": "poller", "poller": { "queue": "images", "count": 2 }, "does": [
                { "call": "function", "request": "resize {job}",
                    "retry": { "max_attempts": 2, "base": "500ms", "jitter": "none" } }] },
            { "id": "function", "service": { "workers": 1, "accept_queue": 0 },
                "on": [{ "request": "resize {job}", "does": [{ "work": "task" }] }] },
        ]),
        json!({ "workload": { "jobs": 2, "parts": [{ "id": "task", "work": "1s" }] } }),
    );
    tells(
        &trace,
        "sequenceDiagram
            participant shop as shop
            participant images as images
            participant poller as poller
            participant function as function
            poller->>images: ReceiveMessage [0 → 10 ms]
            poller->>images: ReceiveMessage [0 → 10 ms]
            shop->>images: SendMessage image 1 [0 → 10 ms]
            shop->>images: SendMessage image 2 [0 → 10 ms]
            images-->>shop: 200 OK [10 → 20 ms]
            images-->>poller: image 1 [10 → 20 ms]
            images-->>shop: 200 OK [10 → 20 ms]
            images-->>poller: image 2 [10 → 20 ms]
            poller->>function: resize 1 [20 → 30 ms]
            poller-xfunction: resize 2 [20 → 30 ms, turned away]
            function-->>poller: connection refused [30 → 40 ms]
            Note over poller: consumer 2 tries again (job 2) [40 ms]
            poller-xfunction: resize 2 [540 → 550 ms, no. 2, turned away]
            function-->>poller: connection refused [550 → 560 ms, no. 2]
            poller->>images: ReceiveMessage [560 → 570 ms]
            function-->>poller: 200 OK [1030 → 1040 ms]
            poller->>images: DeleteMessage [1040 → 1050 ms]
            images-->>poller: 200 OK [1050 → 1060 ms]
            Note over images: visible again (job 2) [2010 ms]
            images-->>poller: image 2 [2010 → 2020 ms, no. 2]
            poller->>function: resize 2 [2020 → 2030 ms]
            function-->>poller: 200 OK [3030 → 3040 ms]
            poller->>images: DeleteMessage [3040 → 3050 ms]
            images-->>poller: 200 OK [3050 → 3060 ms]",
    );
    assert_eq!(executions(&trace), [1, 1], "what was refused was not begun");
    assert_eq!(trace.jobs[1].caller, CallerOutcome::Accepted);
}

/// An API that waits for its producer's acks dies before they come. The process that comes after has a producer of its
/// own, whose sequence numbers begin again: what it sends is stored, and what the first had sent is there twice.
#[test]
fn an_api_that_dies_before_the_acks_come_stores_a_record_twice() {
    let trace = play(
        json!([
            { "id": "shop", "caller": { "threads": 3 }, "does": [
                { "call": "api", "request": "POST /orders", "timeout": "1s",
                    "retry": { "max_attempts": 4, "base": "150ms", "jitter": "none" } }] },
            { "id": "api", "service": { "workers": 3 }, "on": [
                { "request": "POST /orders", "does": [{ "publish": "orders" }, { "answer": "201 Created" }] }] },
            { "id": "orders", "kafka": {
                "partitions": 2, "keys": ["alice", "user-1"], "producer": { "linger": "0ms" }, "label": "order {job}" } },
            { "id": "mailer", "member": { "queue": "orders", "consumers": 2, "commit": "after-each" }, "does": [
                { "call": "mail", "request": "mail {job}" }] },
            { "id": "mail", "service": { "workers": 2 },
                "on": [{ "request": "mail {job}", "does": [{ "work": "task" }] }] },
        ]),
        json!({
            "workload": { "jobs": 3, "arrivals": { "pattern": "regular", "every": "30ms" } },
            "changes": [{ "id": "crash", "at": "75ms", "for": "100ms", "fault": "crash", "actor": "left.api" }],
        }),
    );
    tells(
        &trace,
        "sequenceDiagram
            participant shop as shop
            participant api as api
            participant orders as orders
            participant mailer as mailer
            participant mail as mail
            mailer-)orders: fetch [0 → 10 ms]
            mailer-)orders: fetch [0 → 10 ms]
            shop->>api: POST /orders [0 → 10 ms]
            api-)orders: produce order 1 [10 → 20 ms]
            orders-)api: acknowledged [20 → 30 ms]
            orders-)mailer: order 1 [20 → 30 ms]
            shop->>api: POST /orders [30 → 40 ms]
            api-->>shop: 201 Created [30 → 40 ms]
            mailer-)orders: fetch [30 → 40 ms]
            mailer->>mail: mail 1 [30 → 40 ms]
            api-)orders: produce order 2 [40 → 50 ms]
            orders-)api: acknowledged [50 → 60 ms]
            orders-)mailer: order 2 [50 → 60 ms]
            shop->>api: POST /orders [60 → 70 ms]
            api-->>shop: 201 Created [60 → 70 ms]
            mailer->>mail: mail 2 [60 → 70 ms]
            api-)orders: produce order 3 [70 → 80 ms]
            Note over api: out [75 to 175 ms]
            Note over api: crashed [75 ms]
            api-->>shop: connection reset [75 → 85 ms]
            orders-)api: acknowledged [80 → 90 ms, too late]
            orders-)mailer: order 3 [80 → 90 ms]
            Note over shop: thread 1 tries again (job 3) [85 ms]
            mail-->>mailer: 200 OK [140 → 150 ms]
            mailer->>orders: commit [150 → 160 ms]
            Note over orders: partition 1 committed [160 ms]
            orders-->>mailer: committed [160 → 170 ms]
            mail-->>mailer: 200 OK [170 → 180 ms]
            mailer-)orders: fetch [170 → 180 ms]
            mailer->>mail: mail 3 [170 → 180 ms]
            Note over api: back [175 ms]
            mailer->>orders: commit [180 → 190 ms]
            Note over orders: partition 0 committed [190 ms]
            orders-->>mailer: committed [190 → 200 ms]
            shop->>api: POST /orders [235 → 245 ms, no. 2]
            api-)orders: produce order 3 [245 → 255 ms]
            orders-)api: acknowledged [255 → 265 ms]
            orders-)mailer: order 3 [255 → 265 ms]
            api-->>shop: 201 Created [265 → 275 ms, no. 2]
            mail-->>mailer: 200 OK [280 → 290 ms]
            mailer->>orders: commit [290 → 300 ms]
            Note over orders: partition 1 committed [300 ms]
            orders-->>mailer: committed [300 → 310 ms]
            mailer->>mail: mail 3 [310 → 320 ms]
            mail-->>mailer: 200 OK [420 → 430 ms]
            mailer->>orders: commit [430 → 440 ms]
            Note over orders: partition 1 committed [440 ms]
            orders-->>mailer: committed [440 ms, on its way]",
    );
    assert_eq!(executions(&trace), [1, 1, 2]);
    assert_eq!(outcomes(&trace), [WorkOutcome::Done; 3]);
}

/// The answer to each SendMessage reaches the port that sent it: the one that has no patience has given up, and the other
/// has not.
#[test]
fn two_ports_of_a_party_at_one_queue_hear_each_its_own_answers() {
    let trace = play(
        json!([
            { "id": "shop", "caller": {}, "does": [{ "at_once": [
                { "does": [{ "publish": "images", "timeout": "15ms", "else": [] }] },
                { "does": [{ "publish": "images", "timeout": "25ms" }] }] }] },
            { "id": "images", "sqs": { "receive_message_wait_time": "20s", "label": "image {job}" } },
            { "id": "poller", "poller": { "queue": "images" }, "does": [{ "work": "task" }] },
        ]),
        json!({ "workload": { "jobs": 1 } }),
    );
    let heard: Vec<String> = sent(&trace, "SendMessage response").iter().map(|row| row.fate.word().into()).collect();
    assert_eq!(heard, ["late", "delivered"]);
    assert_eq!(executions(&trace), [2]);
}

/// A record is to each group the part that the group works on, whichever step published it.
#[test]
fn two_groups_of_one_topic_do_each_its_own_part() {
    let trace = play(
        json!([
            { "id": "shop", "caller": { "threads": 2 }, "does": [{ "publish": "orders" }] },
            { "id": "orders", "kafka": { "label": "order {job}" } },
            { "id": "mail", "member": { "queue": "orders" }, "does": [{ "work": "mail" }] },
            { "id": "stock", "member": { "queue": "orders" }, "does": [{ "compute": "5ms" }, { "work": "stock" }] },
        ]),
        json!({ "workload": { "jobs": 2, "parts": [{ "id": "stock", "work": "60ms" }, { "id": "mail", "work": "10ms" }] } }),
    );
    assert_eq!((executions(&trace), outcomes(&trace)), (vec![1; 4], vec![WorkOutcome::Done; 4]));
}

/// As in the short forms, dead letters lie in a lane of their own: SQS moves what was received too often, and a consumer
/// of Kafka lays aside what it cannot do.
#[test]
fn what_never_succeeds_is_laid_where_dead_letters_lie() {
    let sides = [
        (
            json!({ "id": "jobs", "sqs": { "visibility_timeout": "1s", "receive_message_wait_time": "20s",
                "redrive_policy": { "id": "dead", "name": "Dead", "max_receive_count": 2 } } }),
            json!({ "id": "worker", "poller": { "queue": "jobs" }, "does": [{ "work": "task" }] }),
        ),
        (
            json!({ "id": "jobs", "kafka": {} }),
            json!({ "id": "worker", "member": { "queue": "jobs", "retry": { "max_attempts": 2 },
                "dead_letter": { "id": "dead", "name": "Dead" } }, "does": [{ "work": "task" }] }),
        ),
    ];
    for (broker, worker) in sides {
        let parties = json!([{ "id": "shop", "caller": {}, "does": [{ "publish": "jobs" }] }, broker, worker]);
        let trace = play(parties, json!({ "workload": { "jobs": 2, "poison": [1] } }));
        assert_eq!(executions(&trace), [2, 1], "{broker}");
        assert_eq!(outcomes(&trace), [WorkOutcome::DeadLettered, WorkOutcome::Done], "{broker}");
        assert_eq!(trace.actors.last().map(|lane| lane.id.as_str()), Some("dead"));
    }
}

/// One system over each of the brokers: an API that takes jobs on, and workers that have them done by a service.
pub fn over(broker: &str) -> Value {
    let again = json!({ "max_attempts": 50, "base": "100ms", "cap": "500ms" });
    let mut publish = json!({ "publish": "jobs", "timeout": "1s", "retry": again });
    let (jobs, kind, settings) = match broker {
        "sqs" => ("sqs", "poller", json!({ "queue": "jobs", "count": 2, "poll_interval": "50ms" })),
        "kafka" => {
            publish = json!({ "publish": "jobs" });
            (
                "kafka",
                "member",
                json!({ "queue": "jobs", "consumers": 2, "commit": "after-each",
                "session_timeout": "2s", "heartbeat_interval": "500ms", "retry": again }),
            )
        }
        _ => (
            "rabbitmq",
            "consumer",
            json!({ "queue": "jobs", "count": 2, "prefetch": 1, "requeue": true,
            "recovery_interval": "500ms" }),
        ),
    };
    let queue = match broker {
        "sqs" => json!({ "visibility_timeout": "90s" }),
        "kafka" => json!({ "partitions": 2, "keys": ["alice", "user-1"], "request_timeout": "1s",
            "producer": { "linger": "3ms" } }),
        _ => json!({}),
    };
    json!([
        { "id": "shop", "caller": { "threads": 4 }, "does": [
            { "call": "api", "request": "POST /jobs", "timeout": "20s", "retry": again }] },
        { "id": "api", "service": { "workers": 3 }, "on": [
            { "request": "POST /jobs", "does": [publish, { "answer": "202 Accepted" }] }] },
        { "id": "jobs", jobs: queue },
        { "id": "worker", kind: settings, "does": [
            { "call": "service", "request": "do {job}", "timeout": "2s", "retry": again }] },
        { "id": "service", "service": { "workers": 1, "accept_queue": 0 },
            "on": [{ "request": "do {job}", "does": [{ "work": "task" }] }] },
    ])
}

pub fn a_broker() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["rabbitmq", "sqs", "kafka"])
}

/// Nothing fails and nothing is slow enough to be taken for dead: whichever broker it is, each job is done once.
#[test]
fn over_each_broker_every_job_is_done_once() {
    check(21, &(a_broker(), 0u64..100_000, 1u32..40), |(broker, seed, rate)| {
        let trace = play(
            over(broker),
            json!({
                "seed": seed, "network": { "latency": { "exponential": { "mean": "5ms" } } },
                "workload": { "jobs": 6, "arrivals": { "pattern": "poisson", "rate_per_s": rate } },
            }),
        );
        prop_assert_eq!(executions(&trace), vec![1; 6]);
        prop_assert_eq!(outcomes(&trace), vec![WorkOutcome::Done; 6]);
        Ok(())
    });
}

/// Each of three brokers hands on to the next: a party takes from one vendor's and publishes to another's.
#[test]
fn a_message_goes_on_from_broker_to_broker() {
    let trace = play(
        json!([
            { "id": "shop", "caller": { "threads": 2 }, "does": [{ "publish": "orders" }] },
            { "id": "orders", "rabbitmq": {} },
            { "id": "stock", "consumer": { "queue": "orders" }, "does": [
                { "work": "stock" }, { "publish": "events", "confirm": "async" }] },
            { "id": "events", "kafka": {} },
            { "id": "bill", "member": { "queue": "events" }, "does": [{ "work": "bill" }, { "publish": "mails" }] },
            { "id": "mails", "sqs": {} },
            { "id": "mail", "poller": { "queue": "mails" }, "does": [{ "work": "mail" }] },
        ]),
        json!({ "workload": { "jobs": 2, "parts": [
            { "id": "mail", "work": "10ms" }, { "id": "bill", "work": "20ms" }, { "id": "stock", "work": "30ms" }] } }),
    );
    assert_eq!((executions(&trace), outcomes(&trace)), (vec![1; 6], vec![WorkOutcome::Done; 6]));
}

/// What was read is written so that it reads as the same, whichever broker there is.
#[test]
fn what_is_written_of_a_system_reads_as_the_same() {
    for broker in ["rabbitmq", "sqs", "kafka"] {
        let read =
            Scenario::from_value(scenario(over(broker), json!({}))).unwrap_or_else(|problem| panic!("{problem}"));
        let written = read.to_value();
        let again = Scenario::from_value(written.clone()).unwrap_or_else(|problem| panic!("{problem}: {written}"));
        assert_eq!(again.to_value(), written);
    }
}

/// A side of a caller that publishes so, a broker, and whoever takes from it.
/// What happens to an order is published under a key of its own: each service hears of what it has asked for.
#[test]
fn each_step_publishes_under_its_own_key_and_the_exchange_goes_by_it() {
    let parts = json!([{ "id": "pack", "work": "100ms" }, { "id": "bill", "work": "50ms" }]);
    let consumer =
        |id: &str, queue: &str| json!({ "id": id, "consumer": { "queue": queue }, "does": [{ "work": id }] });
    let side = |packed_under: &str| {
        json!([
            { "id": "shop", "caller": {}, "does": [{ "publish": "events", "key": "order.placed.eu" }] },
            { "id": "events", "rabbitmq": { "exchange": { "type": "topic" }, "queues": [
                { "id": "to-pack", "binding_keys": ["order.placed.*"] },
                { "id": "to-bill", "binding_keys": ["#.packed"] } ] } },
            { "id": "pack", "consumer": { "queue": "to-pack" },
              "does": [{ "work": "pack" }, { "publish": "events", "key": packed_under }] },
            consumer("bill", "to-bill"),
        ])
    };
    let more = || json!({ "workload": { "jobs": 1, "parts": parts } });
    let trace = play(side("order.packed"), more());
    tells(
        &trace,
        "sequenceDiagram
        participant shop as shop
        participant events as events
        participant pack as pack
        participant bill as bill
        shop-)events: publish job 1 [0 → 10 ms]
        events-)shop: confirm [10 → 20 ms]
        events-)pack: deliver job 1 [10 → 20 ms]
        pack-)events: publish job 1 [120 → 130 ms]
        events-)pack: confirm [130 → 140 ms]
        events-)bill: deliver job 1 [130 → 140 ms]
        pack-)events: ack [140 → 150 ms]
        bill-)events: ack [190 → 200 ms]",
    );
    assert_eq!(outcomes(&trace), [WorkOutcome::Done; 2]);
    let finished: Vec<u64> = trace.parts.iter().map(|part| part.finished.micros() / 1000).collect();
    assert_eq!(finished, [120, 190], "what another step publishes later is not done before");
    // Nobody is bound for that key, so nobody is ever asked to write the bill.
    let trace = play(side("order.lost"), more());
    assert_eq!(outcomes(&trace), [WorkOutcome::Done, WorkOutcome::Lost]);
    assert!(trace.marks.iter().any(|mark| trace.labels.text(mark.label) == "dropped: unroutable"));
}

#[test]
fn only_an_exchange_is_told_a_key() {
    let told = "sides.left.parties.shop.does.0.key: only an exchange of RabbitMQ is told a key by whoever publishes, and \
                `jobs` is none; leave it out";
    let publish = || json!({ "publish": "jobs", "key": "a" });
    for (broker, taker) in [("rabbitmq", "consumer"), ("sqs", "poller"), ("kafka", "member")] {
        let parties = three(publish(), json!({ broker: {} }), json!({ taker: { "queue": "jobs" } }));
        assert_eq!(refused(parties), told, "{broker}");
    }
}

fn three(publish: Value, broker: Value, mut taker: Value) -> Value {
    taker["id"] = json!("worker");
    if taker["does"].is_null() {
        taker["does"] = json!([{ "work": "task" }]);
    }
    let mut queue = broker;
    queue["id"] = json!("jobs");
    json!([{ "id": "shop", "caller": {}, "does": [publish] }, queue, taker])
}

#[test]
fn what_cannot_be_between_brokers_and_those_who_use_them_is_refused_in_words() {
    let publish = || json!({ "publish": "jobs" });
    let (sqs, kafka, rabbit) = (|| json!({ "sqs": {} }), || json!({ "kafka": {} }), || json!({ "rabbitmq": {} }));
    let (poller, member) = (|| json!({ "poller": { "queue": "jobs" } }), || json!({ "member": { "queue": "jobs" } }));
    let cases = [
        (
            three(json!({ "publish": "job" }), sqs(), poller()),
            "shop.does.0.publish: there is no broker or queue `job`; there are `jobs`",
        ),
        (
            three(publish(), rabbit(), poller()),
            "worker.poller.queue: a `poller` does not speak to `jobs`; a `consumer` does",
        ),
        (
            three(publish(), sqs(), json!({ "member": { "queue": "jobs" } })),
            "worker.member.queue: a `member` does not speak to `jobs`; a `poller` does",
        ),
        (
            three(publish(), kafka(), json!({ "member": { "queue": "shop" } })),
            "worker.member.queue: there is no `shop` for a `member`; there are `jobs`",
        ),
        (three(publish(), kafka(), json!({ "member": {} })), "worker.member: `queue` is missing"),
        (
            three(publish(), sqs(), json!({ "poller": { "queue": "jobs", "lanes": "each" } })),
            "worker.poller.lanes: `lanes` is one here: those of a party share its fate; write a party each for what is to fail apart",
        ),
        (
            three(publish(), kafka(), json!({ "member": { "queue": "jobs", "factors": [2] } })),
            "worker.member.factors: `factors` change nothing here, for the steps say how long they take; leave it out",
        ),
        (
            three(publish(), kafka(), json!({ "member": { "queue": "jobs", "name": "Group" } })),
            "worker.member.name: `name` is the party's; write it there, beside this",
        ),
        (
            three(publish(), sqs(), json!({ "poller": { "queue": "jobs", "max_number_of_messages": 11 } })),
            "worker.poller.max_number_of_messages: 11 would not do; write a whole number from 1 to 10",
        ),
        (
            three(publish(), sqs(), json!({ "poller": { "queue": "jobs" }, "does": [] })),
            "worker.does: a `poller` that does nothing would never come to an end; write its steps",
        ),
        (
            three(json!({ "publish": "jobs", "confirm": "async" }), sqs(), poller()),
            "shop.does.0.confirm: SQS answers every SendMessage, and whoever sends waits for that; write `wait`",
        ),
        (
            three(json!({ "publish": "jobs", "confirm": "off" }), kafka(), member()),
            "shop.does.0.confirm: when a record counts as handed over is said by the `producer` of `jobs`, in its `acks`; write `wait` or `async` here",
        ),
        (
            three(json!({ "publish": "jobs", "confirm": "async" }), kafka(), member()),
            "shop.does.0.confirm: whoever wants the jobs knows that one is handed over when it is confirmed; write `wait`, or to RabbitMQ `off` if nobody is to confirm anything",
        ),
        (
            three(json!({ "publish": "jobs", "timeout": "1s" }), kafka(), member()),
            "shop.does.0.timeout: a producer sends again by itself until its `delivery_timeout` is over; write that into the `producer` of `jobs`",
        ),
        (
            three(json!({ "publish": "jobs", "retry": { "max_attempts": 2 } }), kafka(), member()),
            "shop.does.0.retry: a producer sends again by itself until its `delivery_timeout` is over; write that into the `producer` of `jobs`",
        ),
        (
            three(publish(), json!({ "kafka": { "producer": { "send": "wait" } } }), member()),
            "jobs.kafka.producer.send: `send` is said by each step that publishes; write `confirm` there",
        ),
        (
            three(publish(), json!({ "kafka": { "producer": { "max_in_flight": 6 } } }), member()),
            "jobs.kafka.producer.max_in_flight: 6 would not do; write a whole number from 1 to 5",
        ),
        (
            three(publish(), json!({ "kafka": { "partitions": 51 } }), member()),
            "jobs.kafka.partitions: 51 would not do; write a whole number from 1 to 50",
        ),
        (
            three(publish(), json!({ "sqs": { "message_group_ids": [] } }), poller()),
            "jobs.sqs.message_group_ids: the list is empty; write at least one entry",
        ),
        (
            three(publish(), json!({ "sqs": { "redrive_policy": { "id": "shop" } } }), poller()),
            "jobs.id: `shop` is taken; give each party, queue and place of dead letters its own id",
        ),
        (
            three(publish(), json!({ "sqs": {}, "kafka": {} }), poller()),
            "jobs: it is `sqs`, `kafka` at once; make them parties of their own",
        ),
        (
            three(publish(), json!({ "sqs": {}, "does": [{ "work": "task" }] }), poller()),
            "jobs.does: a `sqs` has none; leave it out, or give it to `caller`, `consumer`, `poller`, `member`, `process`, `worker`",
        ),
        (
            three(
                publish(),
                sqs(),
                json!({ "poller": { "queue": "jobs" },
                "every": [{ "every": "1s", "does": [{ "publish": "jobs" }] }] }),
            ),
            "worker.every.0.does.0.publish: a clock strikes for no job, so there is nothing that `publish` could be about; put it into the `does` of a `take`",
        ),
    ];
    for (parties, told) in cases {
        assert_eq!(refused(parties), format!("sides.left.parties.{told}"));
    }
}
