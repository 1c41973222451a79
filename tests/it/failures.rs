//! Executions that fail by chance, and the first ones of each part: `FLT-8`. One rule for every protocol.

use counterpoint::protocol;
use counterpoint::scenario::Scenario;
use counterpoint::trace::{CallerOutcome, MarkKind, Outcome, Trace, WorkOutcome};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::properties::check;
use crate::story::{executions, play, play_side, tells};

/// Two jobs, 100 ms apart, of 40 ms each.
fn two(failures: Value) -> Value {
    json!({
        "workload": { "jobs": 2, "arrivals": { "pattern": "regular", "every": "100ms" }, "work": "40ms", "failures": failures },
        "network": { "latency": "5ms" },
    })
}

/// 500 is an answer, and final; what failed changed nothing.
#[test]
fn a_call_whose_execution_fails_is_answered_with_500() {
    let trace = play_side("http", json!({ "method": "POST", "path": "/{job}" }), two(json!({ "first": 1 })));
    tells(
        &trace,
        "sequenceDiagram
        participant client as Client
        participant server as Server
        client->>server: POST /1 [0 → 5 ms]
        Note over server: failed (job 1) [45 ms]
        server-->>client: 500 Internal Server Error [45 → 50 ms]
        Note over client: gave up (job 1) [50 ms]
        client->>server: POST /2 [100 → 105 ms]
        Note over server: failed (job 2) [145 ms]
        server-->>client: 500 Internal Server Error [145 → 150 ms]
        Note over client: gave up (job 2) [150 ms]",
    );
    assert!(trace.jobs.iter().all(|job| job.caller == CallerOutcome::Failed));
    assert!(trace.parts.iter().all(|part| (part.executions, part.effects) == (1, 0)));
}

#[test]
fn rabbitmq_delivers_again_what_failed_and_was_requeued() {
    let consumers = json!({ "prefetch": 1, "requeue": true, "on_failure": "nack" });
    let trace = play_side("rabbitmq", json!({ "consumers": consumers }), two(json!({ "first": 1 })));
    tells(
        &trace,
        "sequenceDiagram
        participant client as Client
        participant queue as Queue
        participant server as Server
        client-)queue: publish job 1 [0 → 5 ms]
        queue-)client: confirm [5 → 10 ms]
        queue-)server: deliver job 1 [5 → 10 ms]
        Note over server: failed (job 1) [50 ms]
        server-)queue: nack [50 → 55 ms]
        Note over queue: returned (job 1) [55 ms]
        queue-)server: redeliver job 1 [55 → 60 ms, no. 2]
        client-)queue: publish job 2 [100 → 105 ms]
        server-)queue: ack [100 → 105 ms, no. 2]
        queue-)client: confirm [105 → 110 ms]
        queue-)server: deliver job 2 [105 → 110 ms]
        Note over server: failed (job 2) [150 ms]
        server-)queue: nack [150 → 155 ms]
        Note over queue: returned (job 2) [155 ms]
        queue-)server: redeliver job 2 [155 → 160 ms, no. 2]
        server-)queue: ack [200 → 205 ms, no. 2]",
    );
}

#[test]
fn kafka_tries_again_in_place_and_the_partition_waits() {
    let group = json!({ "commit": "after-each", "retry": { "max_attempts": 3, "base": "20ms", "jitter": "none" } });
    let settings = json!({ "topic": { "partitions": 1 }, "groups": [group] });
    let trace = play_side("kafka", settings, two(json!({ "first": 1 })));
    tells(
        &trace,
        "sequenceDiagram
        participant client as Client
        participant queue as Topic
        participant server as Server
        server-)queue: fetch [0 → 5 ms]
        client-)queue: produce job 1 [5 → 10 ms]
        queue-)client: acknowledged [10 → 15 ms]
        queue-)server: job 1 [10 → 15 ms]
        server-)queue: fetch [15 → 20 ms]
        Note over server: failed (job 1) [55 ms]
        Note over server: tries again (job 1) [55 ms]
        client-)queue: produce job 2 [105 → 110 ms]
        queue-)client: acknowledged [110 → 115 ms]
        queue-)server: job 2 [110 → 115 ms]
        server->>queue: commit [115 → 120 ms]
        Note over queue: committed [120 ms]
        queue-->>server: committed [120 → 125 ms]
        Note over server: failed (job 2) [165 ms]
        Note over server: tries again (job 2) [165 ms]
        server->>queue: commit [225 → 230 ms]
        Note over queue: committed [230 ms]
        queue-->>server: committed [230 ms, on its way]",
    );
}

#[test]
fn sqs_hands_out_again_what_failed_and_was_not_deleted() {
    let settings = json!({ "queue": { "visibility_timeout": "1s", "receive_message_wait_time": "20s" } });
    let trace = play_side("sqs", settings, two(json!({ "first": 1 })));
    tells(
        &trace,
        "sequenceDiagram
        participant client as Client
        participant queue as Queue
        participant server as Server
        server->>queue: ReceiveMessage [0 → 5 ms]
        client->>queue: SendMessage job 1 [0 → 5 ms]
        queue-->>client: 200 OK [5 → 10 ms]
        queue-->>server: job 1 [5 → 10 ms]
        Note over server: failed (job 1) [50 ms]
        server->>queue: ReceiveMessage [50 → 55 ms]
        client->>queue: SendMessage job 2 [100 → 105 ms]
        queue-->>client: 200 OK [105 → 110 ms]
        queue-->>server: job 2 [105 → 110 ms]
        Note over server: failed (job 2) [150 ms]
        server->>queue: ReceiveMessage [150 → 155 ms]
        Note over queue: visible again (job 1) [1005 ms]
        queue-->>server: job 1 [1005 → 1010 ms, no. 2]
        server->>queue: DeleteMessage [1050 → 1055 ms]
        queue-->>server: 200 OK [1055 → 1060 ms]
        server->>queue: ReceiveMessage [1060 → 1065 ms]
        Note over queue: visible again (job 2) [1105 ms]
        queue-->>server: job 2 [1105 → 1110 ms, no. 2]
        server->>queue: DeleteMessage [1150 → 1155 ms]
        queue-->>server: 200 OK [1155 → 1160 ms]",
    );
}

/// Each layer asks the one after it again. What had no effect before has one now.
#[test]
fn a_chain_asks_the_service_again_that_failed() {
    let settings = json!({
        "services": [{ "id": "orders" }, { "id": "stock" }], "retry_on": "any-failure",
        "retry": { "max_attempts": 2, "base": "20ms", "jitter": "none" },
    });
    let part = |id: &str| json!({ "id": id, "work": "40ms" });
    let scenario = json!({
        "workload": { "jobs": 1, "parts": [part("orders"), part("stock")], "failures": { "first": 1 } },
        "network": { "latency": "5ms" },
    });
    let trace = play_side("chain", settings, scenario);
    tells(
        &trace,
        "sequenceDiagram
        participant client as Client
        participant orders as Service
        participant stock as Service
        client->>orders: Service [0 → 5 ms]
        Note over orders: failed (job 1) [45 ms]
        orders-->>client: INTERNAL [45 → 50 ms]
        Note over client: tries again (job 1) [50 ms]
        client->>orders: Service [70 → 75 ms, no. 2]
        orders->>stock: Service [115 → 120 ms, no. 3]
        Note over stock: failed (job 1) [160 ms]
        stock-->>orders: INTERNAL [160 → 165 ms, no. 3]
        Note over orders: tries again (job 1) [165 ms]
        orders->>stock: Service [185 → 190 ms, no. 4]
        stock-->>orders: OK [230 → 235 ms, no. 4]
        orders-->>client: OK [235 → 240 ms, no. 2]",
    );
    assert_eq!(executions(&trace), [2, 2]);
    assert!(trace.parts.iter().all(|part| part.effects == 1));
}

/// What is given back is worked on until it succeeds, after 1/(1 − p) executions on average; and of all executions the
/// share p fails. Four standard errors are allowed.
#[test]
fn flt_8_an_execution_fails_with_the_chance_that_is_given() {
    let (jobs, p) = (20_000_u32, 0.3_f64);
    let scenario = json!({
        "workload": { "jobs": jobs, "arrivals": { "pattern": "burst" }, "work": "1ms", "failures": { "probability": p } },
    });
    let consumers = json!({ "count": 4, "prefetch": 1, "requeue": true });
    let trace = play_side("rabbitmq", json!({ "queue": { "type": "classic" }, "consumers": consumers }), scenario);
    assert_eq!(trace.outcome, Outcome::Settled);
    assert!(trace.parts.iter().all(|part| part.outcome == WorkOutcome::Done && part.effects == 1));
    let all: f64 = executions(&trace).into_iter().map(f64::from).sum();
    let n = f64::from(jobs);
    // The number of executions of a job is geometric, with a variance of p/(1 − p)².
    let error = (p / n).sqrt() / (1.0 - p);
    assert!((all / n - 1.0 / (1.0 - p)).abs() < 4.0 * error, "{} executions a job", all / n);
    let failed = trace.marks.iter().filter(|mark| mark.kind == MarkKind::Failed).count() as f64;
    let error = (p * (1.0 - p) / all).sqrt();
    assert!((failed / all - p).abs() < 4.0 * error, "a share of {} failed", failed / all);
}

/// One rule, wherever work is done.
#[test]
fn the_first_executions_of_each_part_fail_in_every_protocol() {
    for protocol in protocol::NAMES {
        let settings = match *protocol {
            "graphql" => json!({ "operation": "mutation", "mutations": 1 }),
            "chain" => json!({ "services": [{ "id": "stock" }] }),
            "system" => json!({ "parties": [
                { "id": "shop", "caller": {}, "does": [{ "call": "mail", "request": "POST /mails" }] },
                { "id": "mail", "service": {}, "on": [{ "request": "POST /mails", "does": [{ "work": "work" }] }] },
            ] }),
            _ => json!({}),
        };
        let with = |failures: Value| {
            let workload = json!({ "jobs": 3, "work": "10ms", "failures": failures });
            play_side(protocol, settings.clone(), json!({ "workload": workload }))
        };
        let failed = |trace: &Trace| trace.marks.iter().filter(|mark| mark.kind == MarkKind::Failed).count();
        let executed = |trace: &Trace| executions(trace).iter().sum::<u32>() as usize;
        assert_eq!(failed(&with(json!({}))), 0, "{protocol}");
        assert_eq!(failed(&with(json!({ "first": 1 }))), 3, "{protocol}");
        let none_succeeds = with(json!({ "probability": 1 }));
        // One that goes round in a loop is stopped while it works.
        let cut_off = usize::from(none_succeeds.outcome.limit().is_some());
        assert_eq!(failed(&none_succeeds) + cut_off, executed(&none_succeeds), "{protocol}");
        assert!(none_succeeds.parts.iter().all(|part| part.effects == 0), "{protocol}");
    }
}

/// The fate of an execution is that of its part and its number, so it is the same whoever works, when and how long.
#[test]
fn the_same_execution_ends_alike_on_both_sides() {
    let values = (0u64..1_000_000, 0u32..7, 0u32..3, 1u32..5, 1u32..4);
    check(3, &values, |(seed, tenths, first, consumers, partitions)| {
        let played = play(json!({
            "seed": seed,
            "workload": {
                "jobs": 6, "arrivals": { "pattern": "burst" }, "work": "10ms",
                "failures": { "probability": f64::from(tenths) / 10.0, "first": first },
            },
            "sides": [
                { "protocol": "rabbitmq", "queue": { "type": "classic" },
                    "consumers": { "count": consumers, "prefetch": 1, "requeue": true } },
                { "protocol": "kafka", "topic": { "partitions": partitions }, "groups": [{ "retry":
                    { "max_attempts": 100, "base": "1ms", "cap": "1ms" } }] },
            ],
        }));
        let [left, right] = [0, 1].map(|side: usize| executions(&played.sides[side].trace));
        prop_assert!(left.iter().all(|executions| *executions > first), "{:?}", left);
        prop_assert_eq!(left, right);
        Ok(())
    });
}

#[test]
fn what_no_failures_could_be_is_refused_in_words() {
    let with = |failures: Value| Scenario::from_value(json!({ "name": "f", "workload": { "failures": failures } }));
    let refused = |failures: Value| with(failures).unwrap_err().to_string();
    let sentence = "workload.failures.probability: 1.5 would not do; write a number from 0 to 1";
    assert_eq!(refused(json!({ "probability": 1.5 })), sentence);
    let sentence = "workload.failures.first: 1001 would not do; write a whole number from 0 to 1000";
    assert_eq!(refused(json!({ "first": 1001 })), sentence);
    assert!(refused(json!({ "firsts": 1 })).starts_with("workload.failures.firsts: "));
    assert!(with(json!({ "probability": 1, "first": 1000 })).is_ok());
    let unsaid = Scenario::from_value(json!({ "name": "f" }));
    assert_eq!(with(json!({})), unsaid, "nothing fails by itself");
}

/// An execution keeps the number with which it began, whichever others of the part begin before it ends.
#[test]
fn of_two_executions_at_once_the_first_fails() {
    let settings = json!({ "method": "POST", "server": { "workers": 2 } });
    let mut scenario = two(json!({ "first": 1 }));
    scenario["network"]["duplication"] = json!(1);
    let trace = play_side("http", settings, scenario);
    let failed: Vec<u16> =
        trace.marks.iter().filter(|mark| mark.kind == MarkKind::Failed).map(|mark| mark.slot.0).collect();
    assert_eq!(failed, [0, 0], "the worker that began first");
    assert!(trace.parts.iter().all(|part| (part.executions, part.effects) == (2, 1)));
}

/// It has a path, as every parameter has, and can be offered.
#[test]
fn how_often_work_fails_can_be_set_and_offered() {
    let control =
        json!({ "path": "workload.failures.probability", "label": "Failures", "min": 0, "max": 1, "step": 0.1 });
    let scenario = Scenario::from_value(json!({ "name": "f", "controls": [control] })).unwrap();
    let set = scenario.with_all([("workload.failures.probability", json!(1))]).unwrap();
    let trace = &set.play().sides[0].trace;
    assert_eq!(trace.jobs[0].caller, CallerOutcome::Failed);
}

/// Where work fails, a broker that would hand out for days what another drops gets a bound.
#[test]
fn another_broker_in_its_place_tries_as_often() {
    let scenario = Scenario::from_value(json!({
        "name": "f", "workload": { "jobs": 2, "failures": { "first": 1 } },
        "sides": [{ "protocol": "http", "caller": { "id": "web" } }, { "protocol": "rabbitmq" }],
    }));
    let by_sqs = scenario.unwrap().with_all([("sides.right.protocol", json!("sqs"))]).unwrap();
    assert_eq!(by_sqs.to_value()["sides"][1]["queue"]["redrive_policy"]["max_receive_count"], 1);
}
