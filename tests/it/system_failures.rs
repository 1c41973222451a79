//! Systems with brokers whose parties fail: what a process that died had under way, and what becomes of it.

use counterpoint::trace::{CallerOutcome, StayKind, WorkOutcome};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::properties::check;
use crate::story::{executions, sent, spans};
use crate::system_brokers::{a_broker, outcomes, over, play, refused};

/// Parties and brokers are out, silent or die, and come back: what was taken on is done, once or more often.
#[test]
fn over_each_broker_what_was_taken_on_is_done_whoever_fails_meanwhile() {
    let fault = (
        0u32..2_000,
        1u32..1_500,
        prop::sample::select(vec!["outage", "silent-outage", "crash"]),
        prop::sample::select(vec!["left.api", "left.jobs", "left.worker", "left.service"]),
    );
    let faults = prop::collection::vec(fault, 1..5);
    check(22, &(a_broker(), 0u64..100_000, 1u32..300, faults), |(broker, seed, every, faults)| {
        let changes = faults.iter().enumerate().map(|(number, (at, span, fault, actor))| {
            json!({ "id": format!("f{number}"), "at": format!("{at}ms"), "for": format!("{span}ms"), "fault": fault,
                "actor": actor })
        });
        let trace = play(
            over(broker),
            json!({
                "seed": seed, "changes": changes.collect::<Vec<_>>(),
                "workload": { "jobs": 5, "arrivals": { "pattern": "regular", "every": format!("{every}ms") } },
            }),
        );
        for (job, done) in trace.jobs.iter().zip(outcomes(&trace)) {
            prop_assert!(job.caller != CallerOutcome::Accepted || done == WorkOutcome::Done);
        }
        Ok(())
    });
}

/// A relay dies between a publish and what it would hear of it, and is back before that comes. Its next process publishes
/// the same row again, and is not told of it by what was said to the first.
#[test]
fn an_answer_to_a_process_that_is_gone_is_not_for_the_next_one() {
    let brokers = [
        (json!({ "id": "events", "sqs": { "receive_message_wait_time": "20s" } }), "poller", "SendMessage response"),
        (json!({ "id": "events", "rabbitmq": {} }), "consumer", "basic.ack (confirm)"),
        (json!({ "id": "events", "kafka": { "producer": { "linger": "0ms" } } }), "member", "Produce response"),
    ];
    for (broker, kind, answer) in brokers {
        let mut mailer = json!({ "id": "mailer", "does": [{ "work": "task" }] });
        mailer[kind] = json!({ "queue": "events" });
        let trace = play(
            json!([
                { "id": "shop", "caller": {}, "does": [{ "call": "api", "request": "POST" }] },
                { "id": "api", "service": {}, "tables": [{ "id": "outbox" }],
                    "on": [{ "request": "POST", "does": [{ "insert": "outbox", "word": "pending" }] }],
                    "every": [{ "every": "4ms", "does": [{ "take": "outbox", "does": [
                        { "publish": "events" }, { "write": "outbox", "word": "sent" }] }] }] },
                broker, mailer,
            ]),
            json!({
                "workload": { "jobs": 1 },
                "changes": [{ "id": "dies", "at": "30ms", "for": "1ms", "fault": "crash", "actor": "left.api" }],
            }),
        );
        let heard: Vec<&str> = sent(&trace, answer).iter().map(|row| row.fate.word()).collect();
        assert_eq!(heard, ["late", "delivered"], "{kind}");
        assert_eq!(executions(&trace), [2], "{kind}");
    }
}

/// A poller dies while the function works for it. Nobody tells SQS, whose clock runs on; the function does the work to its
/// end for nobody, and again when the message comes back.
#[test]
fn a_poller_that_dies_has_its_message_come_back_by_the_clock() {
    let trace = play(
        json!([
            { "id": "shop", "caller": {}, "does": [{ "publish": "images" }] },
            { "id": "images", "sqs": { "visibility_timeout": "2s", "receive_message_wait_time": "20s" } },
            { "id": "poller", "poller": { "queue": "images" }, "does": [{ "call": "function", "request": "resize" }] },
            { "id": "function", "service": {}, "on": [{ "request": "resize", "does": [{ "work": "task" }] }] },
        ]),
        json!({
            "workload": { "jobs": 1, "parts": [{ "id": "task", "work": "1s" }] },
            "changes": [{ "id": "dies", "at": "500ms", "for": "100ms", "fault": "crash", "actor": "left.poller" }],
        }),
    );
    assert_eq!(executions(&trace), [2]);
    assert_eq!(spans(&trace, StayKind::Hidden), [2000, 1040]);
    let answers: Vec<&str> = sent(&trace, "response").iter().map(|row| row.fate.word()).collect();
    assert_eq!(answers, ["late", "delivered"]);
}

/// A clock strikes for no job. What it leads to, by however many calls, must not need one; in a `take` each row has one.
#[test]
fn a_clock_leads_to_nothing_that_is_about_a_job() {
    let with = |clock: Value, about: Value| {
        json!([
            { "id": "shop", "caller": {}, "does": [{ "call": "api", "request": "POST" }] },
            { "id": "api", "service": {}, "tables": [{ "id": "rows" }], "on": [
                { "request": "POST", "does": [{ "insert": "rows", "word": "pending" }, { "publish": "jobs" }] },
                { "request": "ping", "does": [{ "call": "other", "request": "pong" }] },
            ], "every": [{ "every": "10ms", "does": [clock] }] },
            { "id": "other", "service": {}, "on": [{ "request": "pong", "does": [about] }] },
            { "id": "jobs", "sqs": { "receive_message_wait_time": "20s" } },
            { "id": "worker", "poller": { "queue": "jobs" }, "does": [{ "work": "task" }] },
        ])
    };
    let call = || json!({ "call": "other", "request": "pong" });
    for about in [json!({ "work": "task" }), json!({ "publish": "jobs" }), json!({ "bring": "word" })] {
        let told = "sides.left.parties.api.every.0.does.0.call: a clock strikes for no job, so there is nothing that `call` \
                    could be about; put it into the `does` of a `take`";
        assert_eq!(refused(with(call(), about.clone())), told);
        let at_once = json!({ "at_once": [{ "does": [call()] }] });
        assert_eq!(refused(with(at_once, about.clone())), told.replace("call", "at_once"));
        let in_take = json!({ "take": "rows", "does": [call(), { "write": "rows", "word": "done" }] });
        play(with(in_take, about), json!({ "workload": { "jobs": 2 } }));
    }
    let trace = play(with(call(), json!({ "compute": "1ms" })), json!({ "workload": { "jobs": 2 } }));
    assert_eq!(executions(&trace), [1, 1]);
}

/// Services may call each other in circles: whoever looks where steps lead comes to an end.
#[test]
fn steps_that_lead_in_circles_are_read_to_an_end() {
    let calls = |to: &str| vec![json!({ "call": to, "request": "more", "timeout": "1ms" }); 12];
    let parties = json!([
        { "id": "shop", "caller": {}, "does": [{ "call": "one", "request": "more" }, { "work": "task" }] },
        { "id": "one", "service": {}, "on": [{ "request": "more", "does": calls("two") }] },
        { "id": "two", "service": {}, "on": [{ "request": "more", "does": calls("one") }] },
    ]);
    let trace = play(parties, json!({ "workload": { "jobs": 1 } }));
    assert_eq!(executions(&trace).len(), 1);
}
