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

/// A group of one member that works on what a shop sends, with these settings.
fn read_by(member: Value, topic: Value, workload: Value) -> Trace {
    let mut member = member;
    member["queue"] = json!("entries");
    run(
        json!([
            { "id": "shop", "caller": { "threads": 50 }, "does": [{ "publish": "entries" }] },
            { "id": "entries", "kafka": topic },
            { "id": "ledger", "member": member, "does": [{ "work": "work" }] },
        ]),
        workload,
    )
}

/// Jobs at once, each of which takes so long.
fn burst(jobs: u32, work: &str, more: Value) -> Value {
    let mut workload =
        json!({ "jobs": jobs, "arrivals": { "pattern": "burst" }, "parts": [{ "id": "work", "work": work }] });
    workload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    workload
}

fn commits(trace: &Trace) -> Vec<(u64, u64)> {
    let marks = trace.marks.iter().filter(|mark| mark.kind == MarkKind::Committed);
    marks.map(|mark| (ms(mark.at), mark.value)).collect()
}

/// When each job was begun, in milliseconds, by job and begin.
fn begun(trace: &Trace) -> Vec<(u32, u64)> {
    let busy = trace.stays.iter().filter(|stay| stay.kind == StayKind::Busy);
    busy.map(|stay| (trace.job_of(stay.part).number(), ms(stay.begin))).collect()
}

fn left_its_group(trace: &Trace) -> usize {
    sent(trace, "LeaveGroup").len()
}

/// System 10. Three hands work at once, each for longer than the poll interval. While all are taken nothing is fetched,
/// polling goes on, and so the member stays.
#[test]
fn a_member_with_several_hands_pauses_while_all_are_taken_and_goes_on_polling() {
    let member = json!({ "max_concurrency": 3, "ordering": "unordered", "max_poll_interval": "200ms",
        "auto_commit_interval": "1ms", "max_poll_records": 3 });
    let records = json!({ "label": "entry {job}", "producer": { "batch_size_bytes": 1, "linger": "0ms" } });
    let workload = json!({ "jobs": 5, "arrivals": { "pattern": "regular", "every": "20ms" },
        "parts": [{ "id": "work", "work": "500ms" }], "network": { "latency": "5ms" } });
    let trace = read_by(member, records, workload);
    tells(
        &trace,
        "sequenceDiagram
        participant shop as shop
        participant entries as entries
        participant ledger as ledger
        ledger-)entries: fetch [0 → 5 ms]
        shop-)entries: produce entry 1 [0 → 5 ms]
        entries-)shop: acknowledged [5 → 10 ms]
        entries-)ledger: entry 1 [5 → 10 ms]
        ledger-)entries: fetch [10 → 15 ms]
        shop-)entries: produce entry 2 [20 → 25 ms]
        entries-)shop: acknowledged [25 → 30 ms]
        entries-)ledger: entry 2 [25 → 30 ms]
        ledger-)entries: fetch [30 → 35 ms]
        shop-)entries: produce entry 3 [40 → 45 ms]
        entries-)shop: acknowledged [45 → 50 ms]
        entries-)ledger: entry 3 [45 → 50 ms]
        shop-)entries: produce entry 4 [60 → 65 ms]
        entries-)shop: acknowledged [65 → 70 ms]
        shop-)entries: produce entry 5 [80 → 85 ms]
        entries-)shop: acknowledged [85 → 90 ms]
        ledger-)entries: commit [510 → 515 ms]
        ledger-)entries: fetch [510 → 515 ms]
        Note over entries: committed [515 ms]
        entries-)ledger: committed [515 → 520 ms]
        entries-)ledger: 2 records [515 → 520 ms]
        ledger-)entries: commit [530 → 535 ms]
        Note over entries: committed [535 ms]
        entries-)ledger: committed [535 → 540 ms]
        ledger-)entries: commit [550 → 555 ms]
        Note over entries: committed [555 ms]
        entries-)ledger: committed [555 → 560 ms]
        ledger-)entries: commit [1020 → 1025 ms]
        Note over entries: committed [1025 ms]
        entries-)ledger: committed [1025 → 1030 ms]
        ledger-)entries: commit [1030 → 1035 ms]
        Note over entries: committed [1035 ms]
        entries-)ledger: committed [1035 ms, on its way]",
    );
    assert_eq!((left_its_group(&trace), works(&trace)), (0, vec![WorkOutcome::Done; 5]));
}

/// The same work by one hand is too long for the poll interval: the member is thrown out in the middle of each record.
#[test]
fn a_member_with_one_hand_is_thrown_out_where_one_with_several_is_not() {
    let workload = || burst(4, "500ms", json!({}));
    let one = read_by(
        json!({ "max_poll_interval": "200ms", "max_poll_records": 1, "deduplicates": true }),
        json!({}),
        workload(),
    );
    assert!(left_its_group(&one) > 0);
    let two = read_by(
        json!({ "max_poll_interval": "200ms", "max_concurrency": 2, "ordering": "unordered" }),
        json!({}),
        workload(),
    );
    assert_eq!((left_its_group(&two), executions(&two)), (0, vec![1; 4]));
}

/// Records of a key, or of a partition, wait for each other, and others do not.
#[test]
fn records_with_several_hands_keep_the_order_that_is_asked_for() {
    let with = |ordering: &str| {
        let member = json!({ "max_concurrency": 4, "ordering": ordering });
        let keys = json!({ "keys": ["alice", "bob"], "partitions": 1 });
        begun(&read_by(member, keys, burst(4, "100ms", json!({}))))
    };
    assert_eq!(with("unordered"), [(1, 5), (2, 5), (3, 5), (4, 5)]);
    assert_eq!(with("key"), [(1, 5), (2, 5), (3, 105), (4, 105)]);
    assert_eq!(with("partition"), [(1, 5), (2, 105), (3, 205), (4, 305)]);
    let unkeyed = read_by(json!({ "max_concurrency": 4 }), json!({}), burst(4, "100ms", json!({})));
    assert_eq!(begun(&unkeyed), [(1, 5), (2, 5), (3, 5), (4, 5)], "without a key none waits");
}

/// A record that fails keeps no hand while it backs off, and holds up what waits for it: its key.
#[test]
fn a_record_that_is_tried_again_holds_up_its_key_and_no_hand() {
    let member = json!({ "max_concurrency": 2, "auto_commit_interval": "1ms",
        "retry": { "max_attempts": 3, "base": "1s", "cap": "1s", "jitter": "none" } });
    let trace = read_by(member, json!({ "keys": ["alice", "bob"] }), burst(6, "100ms", json!({ "poison": [1] })));
    let alice: Vec<(u32, u64)> = begun(&trace).into_iter().filter(|(job, _)| job % 2 == 1).collect();
    assert_eq!(alice, [(1, 5), (1, 1105), (1, 2205), (3, 2305), (5, 2405)]);
    let bob: Vec<(u32, u64)> = begun(&trace).into_iter().filter(|(job, _)| job % 2 == 0).collect();
    assert_eq!(bob, [(2, 5), (4, 105), (6, 205)]);
    assert_eq!(works(&trace)[0], WorkOutcome::Lost, "it was skipped");
}

/// What is committed is the place before the first record that is not done, and from there a crash reads again.
#[test]
fn what_several_hands_have_done_is_committed_up_to_the_first_gap() {
    let member = json!({ "max_concurrency": 4, "ordering": "unordered", "auto_commit_interval": "1ms", "session_timeout": "6s", "heartbeat_interval": "2s",
        "retry": { "max_attempts": 2, "base": "1s", "cap": "1s", "jitter": "none" } });
    let workload = |changes: Value| burst(4, "100ms", json!({ "poison": [2], "changes": changes }));
    let trace = read_by(member.clone(), json!({}), workload(json!([])));
    assert_eq!(commits(&trace), [(105, 1), (1205, 4)], "three are done, and the second was not");
    assert_eq!(executions(&trace), [1, 2, 1, 1]);
    let crash = json!([{ "at": "500ms", "for": "100ms", "fault": "crash", "actor": "left.ledger" }]);
    let trace = read_by(member, json!({}), workload(crash));
    assert_eq!(executions(&trace), [1, 3, 2, 2], "what was done behind the gap is done again");
    assert_eq!(commits(&trace).last().map(|(_, place)| *place), Some(4));
}

/// `close()`: what is in hand is done, committed, and then the member leaves.
#[test]
fn a_member_with_several_hands_finishes_what_it_has_before_it_closes() {
    let member = json!({ "max_concurrency": 2, "ordering": "unordered" });
    let outage = json!([{ "at": "50ms", "for": "10s", "fault": "outage", "actor": "left.ledger" }]);
    let trace = read_by(member, json!({}), burst(4, "100ms", json!({ "changes": outage })));
    assert_eq!(commits(&trace)[0], (105, 2));
    assert_eq!(sent(&trace, "LeaveGroup").iter().map(|message| ms(message.sent)).collect::<Vec<_>>(), [105]);
    assert_eq!((executions(&trace), works(&trace)), (vec![1; 4], vec![WorkOutcome::Done; 4]));
}

/// Three attempts of 100 ms, with 4 s between them, and a poll interval of so long.
fn tried(between: &str, interval: &str) -> Trace {
    let member = json!({ "between_attempts": between, "max_poll_interval": interval, "commit": "after-each",
        "session_timeout": "6s", "heartbeat_interval": "500ms",
        "retry": { "max_attempts": 3, "base": "4s", "cap": "4s", "jitter": "none" }, "dead_letter": { "id": "dead" } });
    read_by(member, json!({}), burst(2, "100ms", json!({ "poison": [1] })))
}

/// A member that sleeps through its attempts is late with the sum of them, one that polls between them with each, and one
/// that pauses and goes on polling is late with none.
#[test]
fn what_a_member_does_between_two_attempts_decides_whether_it_is_thrown_out() {
    for (between, interval, leaves) in [
        ("sleep", "9s", 0),
        ("sleep", "7s", 1),
        ("poll", "7s", 0),
        ("poll", "3s", 2),
        ("pause", "3s", 0),
        ("pause", "300ms", 0),
    ] {
        let trace = tried(between, interval);
        assert_eq!(left_its_group(&trace), leaves, "{between} {interval}");
        assert_eq!(
            (executions(&trace)[0], works(&trace)),
            (3, vec![WorkOutcome::DeadLettered, WorkOutcome::Done]),
            "{between} {interval}"
        );
    }
}

/// A member that pauses rejoins at once when its group divides the partitions anew; it drops the record, and goes on
/// counting its attempts.
#[test]
fn a_member_that_pauses_rejoins_within_its_back_off() {
    let joined = |between: &str| {
        let member = json!({ "queue": "entries", "between_attempts": between, "commit": "after-each", "heartbeat_interval": "500ms", "session_timeout": "6s",
            "retry": { "max_attempts": 3, "base": "20s", "cap": "20s", "jitter": "none" } });
        let trace = run(
            json!([
                { "id": "shop", "caller": {}, "does": [{ "publish": "entries" }] },
                { "id": "entries", "kafka": { "partitions": 2, "keys": ["user-1"] } },
                { "id": "ledger", "member": member, "does": [{ "work": "work" }] },
            ]),
            json!({ "poison": [1], "changes": [{ "at": "2s", "for": "7s", "fault": "cut", "between": ["entries", "ledger"] }] }),
        );
        let assigned = trace
            .marks
            .iter()
            .filter(|mark| mark.kind == MarkKind::Rebalanced && mark.actor.at() == 2)
            .map(|mark| ms(mark.at))
            .min();
        (assigned.expect("the partitions are divided anew"), executions(&trace)[0])
    };
    let (at_once, attempts) = joined("pause");
    assert!(at_once < 16_000, "{at_once}");
    assert_eq!(attempts, 3);
    assert!(joined("poll").0 > 20_000);
}

/// Ten records a second arrive at one that does three; with five hands it keeps up.
#[test]
fn hands_multiply_what_a_member_does() {
    let lag = |hands: u16| {
        let workload = json!({ "jobs": 40, "arrivals": { "pattern": "regular", "every": "100ms" }, "parts": [{ "id": "work", "work": "300ms" }] });
        let trace = read_by(json!({ "max_concurrency": hands, "commit": "auto" }), json!({}), workload);
        let last = trace.jobs.last().unwrap().wanted;
        trace.parts.last().unwrap().finished.since(last).as_micros() / 1000
    };
    assert!(lag(1) > 7000 && lag(5) < 400, "{} {}", lag(1), lag(5));
}
