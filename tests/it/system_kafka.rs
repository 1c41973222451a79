//! Kafka on sides of any parties: what a producer holds in memory, and what members do beside each other and while they
//! wait.
//!
//! Sources: apache/kafka, KafkaProducer, ProducerConfig, BufferPool and RecordAccumulator.

use counterpoint::trace::{CallerOutcome, MarkKind, StayKind, Trace, WorkOutcome};
use serde_json::{Value, json};

use crate::story::{executions, sent, tells};
use crate::system_patterns::{callers, heard, ms, run, works};

/// An API that hands a record to a producer like that, and then answers; its topic is out for so long.
fn produced(jobs: u32, topic: Value, publish: Value, out: &str) -> Trace {
    let mut publish = publish;
    publish["publish"] = json!("orders");
    run(
        json!([
            { "id": "shop", "caller": { "threads": 50 }, "does": [{ "call": "api", "request": "POST" }] },
            { "id": "api", "service": { "workers": 50 },
                "on": [{ "request": "POST", "does": [publish, { "answer": "202 Accepted" }] }] },
            { "id": "orders", "kafka": topic },
            { "id": "mailer", "member": { "queue": "orders", "commit": "after-each" }, "does": [{ "work": "work" }] },
        ]),
        json!({ "jobs": jobs, "arrivals": { "pattern": "regular", "every": "10ms" },
            "changes": [{ "at": "0ms", "for": out, "fault": "outage", "actor": "orders" }] }),
    )
}

/// Two batches fit, of one record each.
fn small() -> Value {
    json!({ "record_size_bytes": 1000, "label": "order {job}", "request_timeout": "500ms", "producer": {
        "batch_size_bytes": 1000, "linger": "0ms", "delivery_timeout": "2s", "buffer_memory_bytes": 2500, "max_block": "1s" } })
}

/// The moments at which something of that kind was said of a job, by its label.
fn said(trace: &Trace, kind: MarkKind) -> Vec<(&str, u32, u64)> {
    let marks = trace.marks.iter().filter(|mark| mark.kind == kind);
    marks.map(|mark| (trace.labels.text(mark.label), trace.job_of(mark.part).number(), ms(mark.at))).collect()
}

/// `send()` returns at once until the memory is full; then it blocks its thread, and after `max.block.ms` returns with an
/// error. What was buffered fails when its delivery time-out is over.
#[test]
fn bp_1_send_returns_until_the_buffer_is_full_then_blocks_then_fails() {
    let trace = produced(4, small(), json!({ "confirm": "async" }), "1h");
    assert_eq!(
        heard(&trace, "response"),
        [("202 Accepted", 0), ("202 Accepted", 10), ("202 Accepted", 1020), ("202 Accepted", 1030)],
        "send() returned"
    );
    let given_up = [
        ("BufferExhaustedException", 3, 1020),
        ("BufferExhaustedException", 4, 1030),
        ("gave up", 1, 2000),
        ("gave up", 2, 2010),
    ];
    assert_eq!(said(&trace, MarkKind::GaveUp), given_up);
    let blocked: Vec<(u64, u64)> = trace
        .stays
        .iter()
        .filter(|stay| stay.kind == StayKind::Blocked && trace.actor(stay.actor).id == "api")
        .map(|stay| (ms(stay.begin), ms(stay.end)))
        .collect();
    assert_eq!(blocked, [(20, 1020), (30, 1030)], "the two that found room blocked nobody");
    assert_eq!(works(&trace), [WorkOutcome::Lost; 4]);
}

/// Whoever waits for the acknowledgement learns of it: what found no room was surely not sent.
#[test]
fn bp_1_who_waits_for_the_acknowledgement_hears_of_the_error() {
    let publish = json!({ "else": [{ "if": "refused", "does": [{ "answer": "503 Try later" }] }, { "fail": "no" }] });
    let trace = produced(3, small(), publish, "1h");
    assert_eq!(heard(&trace, "response"), [("503 Try later", 1020), ("503 Try later", 2000), ("503 Try later", 2010)]);
    assert_eq!(callers(&trace), [CallerOutcome::Failed; 3]);
}

/// The first batch that is acknowledged gives its memory to the one who has waited longest.
#[test]
fn bp_1_what_waits_for_memory_is_sent_when_there_is_some_again() {
    let trace = produced(4, small(), json!({ "confirm": "async" }), "500ms");
    tells(
        &trace,
        "sequenceDiagram
        participant shop as shop
        participant api as api
        participant orders as orders
        participant mailer as mailer
        Note over orders: out [0 to 500 ms]
        Note over api: sends again (job 1) [0 ms]
        shop->>api: POST [0 ms]
        api-xorders: produce order 1 [0 ms, turned away]
        api-->>shop: 202 Accepted [0 ms]
        orders-)api: no leader [0 ms]
        shop->>api: POST [10 ms]
        api-->>shop: 202 Accepted [10 ms]
        shop->>api: POST [20 ms]
        shop->>api: POST [30 ms]
        Note over api: sends again (job 1) [101.271 ms]
        Note over api: sends again (job 2) [101.271 ms]
        api-xorders: produce order 1 [101.271 ms, no. 2, turned away]
        api-xorders: produce order 2 [101.271 ms, turned away]
        orders-)api: no leader [101.271 ms, no. 2]
        orders-)api: no leader [101.271 ms]
        Note over api: sends again (job 1) [284.273 ms]
        api-xorders: produce order 1 [284.273 ms, no. 3, turned away]
        orders-)api: no leader [284.273 ms, no. 3]
        Note over orders: back [500 ms]
        mailer-)orders: fetch [500 ms]
        api-)orders: produce order 1 [634.629 ms, no. 4]
        orders-)api: acknowledged [634.629 ms, no. 4]
        orders-)mailer: order 1 [634.629 ms]
        api-)orders: produce order 2 [634.629 ms, no. 2]
        api-)orders: produce order 3 [634.629 ms]
        api-->>shop: 202 Accepted [634.629 ms]
        mailer-)orders: fetch [634.629 ms]
        orders-)api: acknowledged [634.629 ms, no. 2]
        orders-)api: acknowledged [634.629 ms]
        orders-)mailer: 2 records [634.629 ms]
        api-)orders: produce order 4 [634.629 ms]
        api-->>shop: 202 Accepted [634.629 ms]
        orders-)api: acknowledged [634.629 ms]
        Note over orders: committed [644.629 ms]
        mailer->>orders: commit [644.629 ms]
        orders-->>mailer: committed [644.629 ms]
        mailer-)orders: fetch [644.629 ms]
        orders-)mailer: order 4 [644.629 ms]
        Note over orders: committed [654.629 ms]
        mailer->>orders: commit [654.629 ms]
        orders-->>mailer: committed [654.629 ms]
        Note over orders: committed [664.629 ms]
        mailer->>orders: commit [664.629 ms]
        orders-->>mailer: committed [664.629 ms]
        Note over orders: committed [674.629 ms]
        mailer->>orders: commit [674.629 ms]
        orders-->>mailer: committed [674.629 ms, on its way]",
    );
    assert_eq!(works(&trace), [WorkOutcome::Done; 4]);
    assert_eq!((said(&trace, MarkKind::GaveUp), executions(&trace)), (vec![], vec![1; 4]));
}

/// While somebody waits for memory nothing lingers: else nobody would ever let go of any.
#[test]
fn bp_1_while_the_buffer_is_full_batches_leave_at_once() {
    let mut topic = small();
    topic["producer"]["linger"] = json!("900ms");
    topic["producer"]["batch_size_bytes"] = json!(1999);
    topic["producer"]["buffer_memory_bytes"] = json!(1999);
    topic["record_size_bytes"] = json!(700);
    let trace = produced(3, topic, json!({ "confirm": "async" }), "1ms");
    let left: Vec<u64> = sent(&trace, "Produce").iter().map(|message| ms(message.sent)).collect();
    assert_eq!(left, [10, 20 + 900], "two fill a batch; the third waits for its memory, and then lingers");
    topic = small();
    topic["keys"] = json!(["alice", "user-1"]);
    topic["partitions"] = json!(2);
    topic["producer"]["linger"] = json!("900ms");
    topic["producer"]["batch_size_bytes"] = json!(2500);
    let trace = produced(2, topic, json!({ "confirm": "async" }), "1ms");
    let left: Vec<u64> = sent(&trace, "Produce").iter().map(|message| ms(message.sent)).collect();
    assert_eq!(left, [10, 910], "the second needs the memory of the first, which leaves before its time");
}

/// The defaults: 32 MiB, 60 s, 120 s. A record of 1 MB takes a batch of its own, so 33 fit.
#[test]
fn bp_1_with_the_defaults() {
    let trace = produced(34, json!({ "record_size_bytes": 1_000_000 }), json!({ "confirm": "async" }), "1h");
    let answered: Vec<u64> = heard(&trace, "response").iter().map(|(_, at)| *at).collect();
    assert_eq!(answered[..33], (0..33).map(|job| job * 10).collect::<Vec<_>>());
    assert_eq!(answered[33], 330 + 60_000);
    let given_up = said(&trace, MarkKind::GaveUp);
    assert_eq!(given_up[0], ("BufferExhaustedException", 34, 60_330));
    assert_eq!(
        given_up[1..],
        (0..33).map(|job| ("gave up", job + 1, 120_000 + u64::from(job) * 10)).collect::<Vec<_>>()
    );
}
