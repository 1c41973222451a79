//! Job stores that cannot be meant are refused in words; what is odd and can be meant is done.

use counterpoint::trace::{MarkKind, StayKind, WorkOutcome};
use serde_json::{Value, json};

use crate::story::executions;
use crate::system_odd::refused;
use crate::system_patterns::{run, works};

/// A shop that pushes to a job store, and a worker; the fields of `other` take the place of those of the party that has
/// that number.
fn parties(number: usize, other: Value) -> Value {
    let mut parties = json!([
        { "id": "shop", "caller": {}, "does": [{ "publish": "jobs" }] },
        { "id": "jobs", "sidekiq": {} },
        { "id": "worker", "process": { "queue": "jobs" }, "does": [{ "work": "work" }] },
        { "id": "tasks", "celery": {} },
        { "id": "tasker", "worker": { "queue": "tasks" }, "does": [{ "compute": "1ms" }] },
    ]);
    for (field, value) in other.as_object().unwrap() {
        parties[number][field] = value.clone();
    }
    parties
}

#[test]
fn what_cannot_be_of_a_job_store_is_refused() {
    let whole = "is no whole number of seconds, in which such waits are counted; write one";
    let waits = "Redis answers every push, and whoever pushes waits for that; write `wait`";
    let of_process = |fields: Value| {
        let mut process = fields;
        process["queue"] = json!("jobs");
        json!({ "process": process })
    };
    let of_worker = |fields: Value| {
        let mut worker = fields;
        worker["queue"] = json!("tasks");
        json!({ "worker": worker })
    };
    let cases = [
        (0, json!({ "does": [{ "publish": "jobs", "confirm": "off" }] }), "shop.does.0.confirm", waits.to_owned()),
        (0, json!({ "does": [{ "publish": "tasks", "confirm": "async" }] }), "shop.does.0.confirm", waits.to_owned()),
        (2, of_process(json!({ "concurrency": 0 })), "worker.process.concurrency", "0 would not do; write a whole number from 1 to 1000".into()),
        (2, of_process(json!({ "retry": 101 })), "worker.process.retry", "101 would not do; write a whole number from 0 to 100".into()),
        (2, of_process(json!({ "sidekiq_retry_in": ["10s", "1500ms"] })), "worker.process.sidekiq_retry_in.1", format!("1500ms {whole}; at least 1s")),
        (2, of_process(json!({ "sidekiq_retry_in": ["0s"] })), "worker.process.sidekiq_retry_in.0", format!("0ms {whole}; at least 1s")),
        (2, of_process(json!({ "average_scheduled_poll_interval": "1ms" })), "worker.process.average_scheduled_poll_interval", "1ms is too short; it must be at least 100ms".into()),
        (2, json!({ "process": { "queue": "tasks" } }), "worker.process.queue", "a `process` does not speak to `tasks`; a `worker` does".into()),
        (2, json!({ "process": { "queue": "jbs" } }), "worker.process.queue", "there is no `jbs` for a `process`; there are `jobs`".into()),
        (2, json!({ "does": [] }), "worker.does", "a `process` that does nothing would never come to an end; write its steps".into()),
        (1, json!({ "sidekiq": { "dead": { "id": "worker" } } }), "worker.id", "`worker` is taken; give each party, queue and place of dead letters its own id".into()),
        (1, json!({ "does": [{ "compute": "1ms" }] }), "jobs.does", "a `sidekiq` has none; leave it out, or give it to `caller`, `consumer`, `poller`, `member`, `process`, `worker`".into()),
        (3, json!({ "celery": { "visibility_timeout": "0s" } }), "tasks.celery.visibility_timeout", "0ms is too short; it must be longer than nothing".into()),
        (4, of_worker(json!({ "default_retry_delay": "1ms" })), "tasker.worker.default_retry_delay", format!("1ms {whole}")),
        (4, of_worker(json!({ "retry_backoff_max": "0s" })), "tasker.worker.retry_backoff_max", format!("0ms {whole}; at least 1s")),
        (4, of_worker(json!({ "max_retries": 1000 })), "tasker.worker.max_retries", "1000 would not do; write a whole number from 0 to 100".into()),
    ];
    for (number, other, field, sentence) in cases {
        refused(parties(number, other), &format!("sides.left.parties.{field}"), &sentence);
    }
}

#[test]
fn a_job_store_s_names_are_its_party_s() {
    let sentence = "`id` is the party's; write it there, beside this";
    refused(parties(1, json!({ "sidekiq": { "id": "x" } })), "sides.left.parties.jobs.sidekiq.id", sentence);
    refused(parties(3, json!({ "celery": { "id": "x" } })), "sides.left.parties.tasks.celery.id", sentence);
}

/// Two copies of one job are in hand at once, and each fails and is put off by itself.
#[test]
fn two_copies_of_a_job_go_their_own_ways() {
    let parties = json!([
        { "id": "shop", "caller": {}, "does": [{ "publish": "jobs" }, { "publish": "jobs" }] },
        { "id": "jobs", "sidekiq": {} },
        { "id": "worker", "process": { "queue": "jobs", "sidekiq_retry_in": ["5s"] }, "does": [{ "work": "work" }] },
    ]);
    let trace = run(parties, json!({ "parts": [{ "id": "work", "work": "1s" }], "failures": { "first": 2 } }));
    assert_eq!((executions(&trace), works(&trace)), (vec![4], vec![WorkOutcome::Done]));
    assert_eq!(trace.stays.iter().filter(|stay| stay.kind == StayKind::Scheduled).count(), 2);
}

/// A job that nobody takes lies there, and a store from which nobody takes is no error.
#[test]
fn what_nobody_takes_lies_there() {
    let mut parties = parties(0, json!({}));
    parties.as_array_mut().unwrap().remove(2);
    parties[3]["does"] = json!([{ "work": "work" }]);
    let trace = run(parties, json!({}));
    assert_eq!(works(&trace), [WorkOutcome::Unfinished]);
}

/// A step that fails without any work is a failure like any other; a process that dies at a step loses its job.
#[test]
fn steps_fail_and_die_as_everywhere() {
    let does = |does: Value| json!({ "process": { "queue": "jobs", "sidekiq_retry_in": ["5s"] }, "does": does });
    let fails = does(json!([{ "fail": "no template", "first": 1 }, { "work": "work" }]));
    let trace = run(parties(2, fails), json!({}));
    assert_eq!((executions(&trace), works(&trace)), (vec![1], vec![WorkOutcome::Done]));
    assert!(trace.marks.iter().any(|mark| mark.kind == MarkKind::Retried));
    let dies = does(json!([{ "work": "work" }, { "dies": 1, "for": "1s" }]));
    let trace = run(parties(2, dies), json!({ "jobs": 2, "arrivals": { "pattern": "regular", "every": "3s" } }));
    assert_eq!((executions(&trace), works(&trace)), (vec![1, 1], vec![WorkOutcome::Done; 2]));
}
