//! Amazon SQS: receipt handles, the twelve hours, and what a FIFO group hands out.
//!
//! Sources: Amazon SQS API reference (DeleteMessage, ChangeMessageVisibility), developer guide ("FIFO queue delivery
//! logic"), AWS re:Post ("Troubleshoot ReceiptHandleIsInvalid and InvalidParameterValue errors").

use counterpoint::trace::{Fate, MarkKind, PartId, StayKind, Trace, WorkOutcome};
use serde_json::{Value, json};

use crate::sqs::long_polled;
use crate::story::{sent, tells};

/// Which jobs each answer brought, and when the queue gave it, in milliseconds.
fn receives(trace: &Trace) -> Vec<(Vec<u32>, u64)> {
    let answers = sent(trace, "ReceiveMessage response").into_iter();
    answers
        .map(|row| (trace.jobs_of(row).into_iter().map(|job| job.number()).collect(), row.sent.micros() / 1000))
        .collect()
}

fn labels(trace: &Trace, kind: &str) -> Vec<(u64, String)> {
    sent(trace, kind).into_iter().map(|row| (row.sent.micros() / 1_000_000, trace.label(row))).collect()
}

/// Three of one group come in one batch. The first fails; the second is kept invisible by extensions.
fn three_of_a_group() -> Trace {
    let settings = json!({
        "queue": { "type": "fifo", "visibility_timeout": "10s" },
        "consumers": {
            "count": 2, "max_number_of_messages": 3, "extend_visibility": { "every": "5s", "to": "10s" },
        },
        "message_group_ids": ["A"],
    });
    let scenario = json!({
        "workload": {
            "jobs": 3, "arrivals": { "pattern": "regular", "every": "50ms" }, "poison": [1],
            "work": { "listed": { "values": ["1s", "20s", "1s"] } },
        },
        "network": { "latency": "10ms" },
        "changes": [{ "at": "0ms", "for": "1s", "fault": "outage", "actor": "server" }],
    });
    long_polled(settings, scenario)
}

#[test]
fn sqs_6_a_group_hands_out_its_messages_up_to_the_first_in_flight() {
    let trace = three_of_a_group();
    let received = receives(&trace);
    assert_eq!(received[0], (vec![1, 2, 3], 1010));
    assert_eq!(received[1], (vec![1], 11_010), "visible again at once, although job 2 is in flight until 22 s");
    let third = received.iter().position(|(jobs, at)| jobs.contains(&3) && *at > 1010).unwrap();
    assert!(received[third].1 > 22_000, "job 3 waits for job 2: {received:?}");
}

fn work_of_55_000_s(kind: &str) -> Trace {
    let settings = json!({
        "queue": { "visibility_timeout": "12h", "type": kind },
    });
    long_polled(settings, json!({ "workload": { "work": "55000s" }, "network": { "latency": "10ms" } }))
}

/// The message was visible again at twelve hours, and nobody else has received it meanwhile.
#[test]
fn a_delete_more_than_twelve_hours_after_the_receive_does_not_remove() {
    for kind in ["standard", "fifo"] {
        let trace = work_of_55_000_s(kind);
        let answers = labels(&trace, "DeleteMessage response");
        assert_eq!(answers[0], (55_000, "400 receipt handle expired".to_owned()), "{kind}");
        assert!(receives(&trace).len() > 1, "{kind}: it is handed out again");
        assert_eq!(trace.parts[0].outcome, WorkOutcome::Done, "{kind}: the work was done all the same");
    }
}

#[test]
fn a_delete_just_before_twelve_hours_removes() {
    let settings = json!({ "queue": { "visibility_timeout": "30s" } });
    let trace = long_polled(settings, json!({ "workload": { "work": "43199s" } }));
    assert_eq!(labels(&trace, "DeleteMessage response"), [(43_199, "200 OK".to_owned())]);
    assert_eq!(receives(&trace).len(), 1);
}

/// Twelve hours in all: each extension asks for ten more, and the second would end after twenty.
#[test]
fn an_extension_beyond_twelve_hours_is_refused_for_that_reason() {
    let settings = json!({
        "queue": { "visibility_timeout": "6h" },
        "consumers": { "extend_visibility": { "every": "5h", "to": "6h" } },
    });
    let trace = long_polled(settings, json!({ "workload": { "work": "11h" } }));
    let hours: Vec<_> = labels(&trace, "ChangeMessageVisibility response");
    assert_eq!(
        hours,
        [(5 * 3600, "200 OK".to_owned()), (10 * 3600, "400 total visibility timeout beyond 12 h".to_owned()),]
    );
}

/// In flight no longer, it cannot be extended, however little is asked for.
#[test]
fn an_extension_of_what_is_not_in_flight_is_refused_for_that_reason() {
    let settings = json!({
        "queue": { "visibility_timeout": "30s" },
        "consumers": { "extend_visibility": { "every": "40s", "to": "60s" } },
    });
    let trace = long_polled(settings, json!({ "workload": { "work": "50s" } }));
    assert_eq!(labels(&trace, "ChangeMessageVisibility response"), [(40, "400 not in flight".to_owned())]);
}

/// With an old handle a standard queue's answer is yes, so nothing was turned away.
#[test]
fn a_standard_queue_does_not_refuse_an_old_handle() {
    let settings = json!({ "consumers": { "count": 2 } });
    let trace = long_polled(settings, json!({ "workload": { "work": "40s" } }));
    assert!(trace.messages.iter().all(|row| row.fate != Fate::Refused));
    assert!(labels(&trace, "DeleteMessage response").iter().any(|(_, label)| label == "200, old handle"));
}

/// What of a part lies in the dead-letter queue, by its marks and by its stays.
fn set_aside(trace: &Trace, part: u32) -> (usize, usize) {
    let part = PartId::from_index(part);
    let marks = trace.marks.iter().filter(|mark| mark.kind == MarkKind::DeadLettered && mark.part == part);
    let stays = trace.stays.iter().filter(|stay| stay.kind == StayKind::Parked && stay.part == part);
    (marks.count(), stays.count())
}

fn with_redrive(mut settings: Value, most: u32) -> Value {
    settings["queue"]["redrive_policy"] = json!({ "max_receive_count": most });
    settings
}

/// The second message's timeout runs out in the hands of a consumer that is busy with the first; then it is worked on.
#[test]
fn work_that_is_done_and_set_aside_is_both() {
    let settings = with_redrive(
        json!({
            "queue": { "visibility_timeout": "60s" },
            "consumers": { "count": 2, "max_number_of_messages": 2 },
        }),
        1,
    );
    let scenario = json!({
        "workload": {
            "jobs": 2, "arrivals": { "pattern": "burst" }, "work": { "listed": { "values": ["65s", "1s"] } },
        },
        "network": { "latency": "10ms" },
        "changes": [{ "at": "0ms", "for": "1s", "fault": "outage", "actor": "server" }],
    });
    let trace = long_polled(settings, scenario);
    for part in [0, 1] {
        assert_eq!(trace.parts[part].outcome, WorkOutcome::Done, "part {part}");
        assert_eq!(set_aside(&trace, part as u32), (1, 1), "part {part}: one copy lies there, said and kept");
    }
}

#[test]
fn a_late_delete_leaves_a_copy_in_the_dead_letter_queue() {
    let settings = with_redrive(
        json!({
            "queue": { "visibility_timeout": "30s" }, "consumers": { "count": 2 },
        }),
        3,
    );
    let trace = long_polled(settings, json!({ "workload": { "work": "40s" }, "network": { "latency": "10ms" } }));
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            participant dead as Dead letters
            server->>queue: ReceiveMessage [0 → 10 ms]
            client->>queue: SendMessage job 1 [0 → 10 ms]
            queue-->>client: 200 OK [10 → 20 ms]
            queue-->>server: job 1 [10 → 20 ms]
            server->>queue: ReceiveMessage [20020 → 20030 ms]
            Note over queue: visible again (job 1) [30010 ms]
            queue-->>server: job 1 [30010 → 30020 ms, no. 2]
            server->>queue: DeleteMessage [40020 → 40030 ms]
            queue-->>server: 200, old handle [40030 → 40040 ms]
            server->>queue: ReceiveMessage [40040 → 40050 ms]
            Note over queue: visible again (job 1) [60010 ms]
            queue-->>server: job 1 [60010 → 60020 ms, no. 3]
            server->>queue: DeleteMessage [70020 → 70030 ms]
            queue-->>server: 200, old handle [70030 → 70040 ms]
            Note over queue: visible again (job 1) [90010 ms]
            Note over dead: dead-lettered (job 1) [90010 ms]
            queue-)dead: move job 1 [90010 ms]
            server->>queue: DeleteMessage [100020 → 100030 ms]
            queue-->>server: 200, old handle [100030 → 100040 ms]",
    );
    assert_eq!((trace.parts[0].outcome, set_aside(&trace, 0)), (WorkOutcome::Done, (1, 1)));
}
