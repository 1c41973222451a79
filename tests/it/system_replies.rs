//! Calls over a queue of RabbitMQ, answered by direct reply-to: `RPC-*`.

use counterpoint::trace::{CallerOutcome, Fate, MarkKind, Trace, WorkOutcome};
use serde_json::{Value, json};

use crate::story::{executions, sent, tells};
use crate::system_patterns::{callers, ms, run, works};

/// Clients call a queue, whose servers do this about each delivery; the network takes 10 ms.
fn called(client: Value, servers: u16, does: Value, workload: Value) -> Trace {
    let mut workload = workload;
    workload["network"] = json!({ "latency": "10ms" });
    run(
        json!([
            { "id": "client", "caller": { "threads": 4 }, "does": client },
            { "id": "requests", "rabbitmq": { "label": "request {job}" } },
            { "id": "server", "consumer": { "queue": "requests", "count": servers, "prefetch": 1 }, "does": does },
        ]),
        workload,
    )
}

fn served() -> Value {
    json!([{ "work": "work" }, { "answer": "result {job}" }])
}

#[test]
fn rpc_1_replies_in_the_other_order_each_match_by_their_correlation_id() {
    let trace = called(
        json!([{ "call": "requests", "request": "fib {job}" }]),
        2,
        served(),
        json!({ "jobs": 2, "arrivals": { "pattern": "regular", "every": "5ms" },
            "parts": [{ "id": "work", "work": { "listed": { "values": ["60ms", "20ms"] } } }] }),
    );
    tells(
        &trace,
        "sequenceDiagram
        participant client as client
        participant requests as requests
        participant server as server
        client-)requests: fib 1 [0 → 10 ms]
        client-)requests: fib 2 [5 → 15 ms]
        requests-)server: deliver request 1 [10 → 20 ms]
        requests-)server: deliver request 2 [15 → 25 ms]
        server-)requests: result 2 [45 → 55 ms]
        server-)requests: ack [45 → 55 ms]
        requests-)client: result 2 [55 → 65 ms]
        server-)requests: result 1 [80 → 90 ms]
        server-)requests: ack [80 → 90 ms]
        requests-)client: result 1 [90 → 100 ms]",
    );
    let answered: Vec<u64> = trace.jobs.iter().map(|job| ms(job.answered)).collect();
    assert_eq!((callers(&trace), answered), (vec![CallerOutcome::Answered; 2], vec![100, 65]));
}

#[test]
fn rpc_1_two_requests_of_one_task_each_get_their_own_reply() {
    let trace = run(
        json!([
            { "id": "client", "caller": {}, "does": [{ "at_once": [
                { "does": [{ "call": "slow", "request": "slow" }] }, { "does": [{ "call": "fast", "request": "fast" }] }] }] },
            { "id": "broker", "rabbitmq": { "queues": [{ "id": "slow" }, { "id": "fast" }] } },
            { "id": "one", "consumer": { "queue": "slow" }, "does": [{ "work": "first" }, { "answer": "slowly" }] },
            { "id": "other", "consumer": { "queue": "fast" }, "does": [{ "work": "second" }, { "answer": "at once" }] },
        ]),
        json!({ "parts": [{ "id": "first", "work": "50ms" }, { "id": "second", "work": "10ms" }] }),
    );
    let replies: Vec<(&str, u64)> = sent(&trace, "basic.deliver")
        .iter()
        .filter(|message| trace.actor(message.to).id == "client")
        .map(|message| (trace.labels.text(message.label), ms(message.arrived)))
        .collect();
    assert_eq!(replies, [("at once", 10), ("slowly", 50)]);
    assert_eq!((callers(&trace), ms(trace.jobs[0].answered)), (vec![CallerOutcome::Answered], 50));
}

#[test]
fn rpc_2_a_server_that_dies_between_reply_and_ack_makes_two_replies_of_which_one_is_used() {
    let trace = called(
        json!([{ "call": "requests", "request": "fib {job}", "timeout": "5s" }]),
        1,
        json!([{ "work": "work" }, { "answer": "result" }, { "dies": 1, "for": "100ms" }]),
        json!({}),
    );
    let replies: Vec<Fate> = sent(&trace, "basic.deliver")
        .iter()
        .filter(|message| trace.actor(message.to).id == "client")
        .map(|message| message.fate)
        .collect();
    assert_eq!(replies, [Fate::Delivered, Fate::Late], "the second has an id that nobody waits for");
    let deliveries = sent(&trace, "basic.deliver").len() - replies.len();
    assert_eq!((deliveries, executions(&trace)), (2, vec![2]), "the request is delivered again, and done again");
    assert_eq!((callers(&trace), ms(trace.jobs[0].answered)), (vec![CallerOutcome::Answered], 50));
}

/// A service that calls over the queue, and may be gone when the reply comes; it is called itself.
fn through(gateway: Value, changes: Value) -> Trace {
    run(
        json!([
            { "id": "app", "caller": {}, "does": [{ "call": "gateway", "request": "GET", "timeout": "200ms" }] },
            { "id": "gateway", "service": {}, "on": [{ "request": "GET", "does": gateway }] },
            { "id": "requests", "rabbitmq": {} },
            { "id": "server", "consumer": { "queue": "requests" }, "does": [
                { "work": "work" }, { "answer": "result", "confirm": "wait" }] },
        ]),
        json!({ "network": { "latency": "10ms" }, "parts": [{ "id": "work", "work": "50ms" }], "changes": changes }),
    )
}

#[test]
fn rpc_3_a_reply_to_a_client_that_is_gone_is_dropped_and_still_confirmed() {
    let trace = through(
        json!([{ "call": "requests", "request": "fib" }, { "answer": "200 OK" }]),
        json!([{ "at": "40ms", "for": "30ms", "fault": "crash", "actor": "left.gateway" }]),
    );
    let to_gateway = |kind: &str| sent(&trace, kind).iter().filter(|row| trace.actor(row.to).id == "gateway").count();
    assert_eq!(to_gateway("basic.deliver"), 0, "the reply goes nowhere");
    let dropped: Vec<&str> = trace
        .marks
        .iter()
        .filter(|mark| mark.kind == MarkKind::Dropped)
        .map(|mark| trace.labels.text(mark.label))
        .collect();
    assert_eq!(dropped, ["dropped: unroutable"]);
    let confirms: Vec<u64> = sent(&trace, "basic.ack (confirm)")
        .iter()
        .filter(|row| trace.actor(row.to).id == "server")
        .map(|row| ms(row.arrived))
        .collect();
    assert_eq!(confirms, [100], "sent at 80 ms, and confirmed as if it had reached somebody");
    assert_eq!(sent(&trace, "basic.ack").len(), 1, "the server is done with the request");
    assert_eq!((works(&trace), callers(&trace)), (vec![WorkOutcome::Done], vec![CallerOutcome::Unknown]));
}

#[test]
fn rpc_3_a_reply_that_comes_when_nobody_waits_any_more_is_late() {
    let trace = called(
        json!([{ "call": "requests", "request": "fib", "timeout": "30ms",
            "retry": { "max_attempts": 2, "base": "1ms", "jitter": "none" } }]),
        2,
        served(),
        json!({ "parts": [{ "id": "work", "work": { "listed": { "values": ["25ms"] } } }] }),
    );
    let fates: Vec<Fate> = sent(&trace, "basic.deliver")
        .iter()
        .filter(|message| trace.actor(message.to).id == "client")
        .map(|message| message.fate)
        .collect();
    assert_eq!(fates, [Fate::Late; 2], "each is to an attempt that was given up");
    assert_eq!((callers(&trace), executions(&trace)), (vec![CallerOutcome::Unknown], vec![2]));
}

#[test]
fn a_reply_says_a_word_and_what_it_means() {
    let caller = json!([{ "call": "requests", "request": "price", "else": [{ "compute": "1ms" }] },
        { "if": "none", "does": [{ "fail": "no price" }] }]);
    let trace = called(caller, 1, json!([{ "work": "work" }, { "answer": "404 None", "word": "none" }]), json!({}));
    assert_eq!(callers(&trace), [CallerOutcome::Failed]);
}

#[test]
fn a_delivery_that_asks_for_no_reply_is_answered_to_nobody() {
    let trace = called(
        json!([{ "publish": "requests" }, { "call": "requests", "request": "again" }]),
        1,
        json!([{ "work": "work" }, { "answer": "result", "confirm": "wait" }]),
        json!({}),
    );
    let replies = sent(&trace, "basic.deliver").iter().filter(|row| trace.actor(row.to).id == "client").count();
    assert_eq!((replies, sent(&trace, "basic.ack").len()), (1, 2), "both are acknowledged, and one asked");
    assert_eq!(callers(&trace), [CallerOutcome::Answered]);
}

#[test]
fn the_broker_that_restarts_knows_nobody_who_asked() {
    let trace = called(
        json!([{ "call": "requests", "request": "fib", "timeout": "20s",
            "retry": { "max_attempts": 2, "base": "100ms", "jitter": "none" } }]),
        1,
        json!([{ "work": "work" }, { "answer": "result" }]),
        json!({ "parts": [{ "id": "work", "work": "200ms" }],
            "changes": [{ "at": "50ms", "for": "20ms", "fault": "crash", "actor": "left.requests" }] }),
    );
    assert_eq!(callers(&trace), [CallerOutcome::Answered], "what was asked again is answered");
    assert!(trace.marks.iter().any(|mark| mark.kind == MarkKind::Dropped), "what was asked before is not");
}
