//! Amazon SQS: `SQS-1` to `SQS-8`, and what becomes of faults at a queue that is polled.
//!
//! Sources: Amazon SQS API reference and developer guide, as quoted at each story.

use counterpoint::time::{Moment, Span};
use counterpoint::trace::{CallerOutcome, Class, Ending, Fate, MarkKind, StayKind, Trace, WorkOutcome};
use serde_json::{Value, json};

use crate::story::{play_side, sent, stays, tells};

/// Which jobs were received, in order, and when the queue answered, in milliseconds.
fn receives(trace: &Trace) -> Vec<(u32, u64)> {
    let answers = sent(trace, "ReceiveMessage response");
    answers
        .iter()
        .flat_map(|row| trace.jobs_of(row).into_iter().map(|job| (job.number(), row.sent.micros() / 1000)))
        .collect()
}

/// The run of a queue that is polled for 20 s at a time.
pub fn long_polled(mut settings: Value, scenario: Value) -> Trace {
    settings["queue"]["receive_message_wait_time"] = json!("20s");
    play_side("sqs", settings, scenario)
}

/// ReceiveMessage: not deleted in time, a message is visible again when the visibility timeout is over. The consumer
/// dies with the message in hand, so nothing else brings it back.
#[test]
fn sqs_1_a_message_not_deleted_is_invisible_for_30_s_and_receivable_at_exactly_30_s() {
    let scenario = json!({
        "workload": { "work": "5s" },
        "changes": [{ "at": "1s", "for": "1s", "fault": "crash", "actor": "server" }],
    });
    let trace = long_polled(json!({}), scenario);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            server->>queue: ReceiveMessage [0 ms]
            client->>queue: SendMessage job 1 [0 ms]
            queue-->>client: 200 OK [0 ms]
            queue-->>server: job 1 [0 ms]
            Note over server: out [1000 to 2000 ms]
            Note over server: crashed [1000 ms]
            Note over server: back [2000 ms]
            server->>queue: ReceiveMessage [22000 ms]
            Note over queue: visible again (job 1) [30000 ms]
            queue-->>server: job 1 [30000 ms, no. 2]
            server->>queue: DeleteMessage [35000 ms]
            queue-->>server: 200 OK [35000 ms]",
    );
    assert_eq!(receives(&trace), [(1, 0), (1, 30_000)], "not a microsecond earlier, and at once");
    let hidden: Vec<_> = stays(&trace, StayKind::Hidden).iter().map(|stay| (stay.end.micros(), stay.ending)).collect();
    assert_eq!(hidden, [(30_000_000, Ending::Expired), (35_000_000, Ending::Done)]);
}

/// The second job keeps the run going, and with it the polls, which find nothing but that job.
#[test]
fn sqs_1_deleted_at_29_9_s_it_is_never_seen_again() {
    let scenario = json!({
        "workload": {
            "jobs": 2, "arrivals": { "pattern": "listed", "at": ["0s", "100s"] },
            "work": { "listed": { "values": ["29900ms", "1s"] } },
        },
    });
    let trace = long_polled(json!({}), scenario);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            server->>queue: ReceiveMessage [0 ms]
            client->>queue: SendMessage job 1 [0 ms]
            queue-->>client: 200 OK [0 ms]
            queue-->>server: job 1 [0 ms]
            server->>queue: DeleteMessage [29900 ms]
            queue-->>server: 200 OK [29900 ms]
            server->>queue: ReceiveMessage [89900 ms]
            client->>queue: SendMessage job 2 [100000 ms]
            queue-->>client: 200 OK [100000 ms]
            queue-->>server: job 2 [100000 ms]
            server->>queue: DeleteMessage [101000 ms]
            queue-->>server: 200 OK [101000 ms]",
    );
    assert!(sent(&trace, "ReceiveMessage response (empty)").len() >= 3, "it is polled for all the time");
}

/// Developer guide, "Using dead-letter queues": moved when the receive count exceeds maxReceiveCount.
#[test]
fn sqs_2_after_three_failed_receives_it_is_dead_lettered_and_never_received_again() {
    let settings = json!({
        "queue": { "redrive_policy": { "max_receive_count": 3 } },
    });
    let scenario = json!({
        "workload": {
            "jobs": 2, "arrivals": { "pattern": "listed", "at": ["0s", "200s"] }, "work": "1s", "poison": [1],
        },
    });
    let trace = long_polled(settings, scenario);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            participant dead as Dead letters
            server->>queue: ReceiveMessage [0 ms]
            client->>queue: SendMessage job 1 [0 ms]
            queue-->>client: 200 OK [0 ms]
            queue-->>server: job 1 [0 ms]
            Note over server: failed (job 1) [1000 ms]
            server->>queue: ReceiveMessage [21000 ms]
            Note over queue: visible again (job 1) [30000 ms]
            queue-->>server: job 1 [30000 ms, no. 2]
            Note over server: failed (job 1) [31000 ms]
            server->>queue: ReceiveMessage [51000 ms]
            Note over queue: visible again (job 1) [60000 ms]
            queue-->>server: job 1 [60000 ms, no. 3]
            Note over server: failed (job 1) [61000 ms]
            Note over queue: visible again (job 1) [90000 ms]
            Note over dead: dead-lettered (job 1) [90000 ms]
            queue-)dead: move job 1 [90000 ms]
            server->>queue: ReceiveMessage [181000 ms]
            client->>queue: SendMessage job 2 [200000 ms]
            queue-->>client: 200 OK [200000 ms]
            queue-->>server: job 2 [200000 ms]
            server->>queue: DeleteMessage [201000 ms]
            queue-->>server: 200 OK [201000 ms]",
    );
    assert_eq!(receives(&trace), [(1, 0), (1, 30_000), (1, 60_000), (2, 200_000)]);
    let counts: Vec<_> = stays(&trace, StayKind::Hidden).iter().map(|stay| stay.value).collect();
    assert_eq!(counts, [1, 2, 3, 1], "a receive counts, whatever comes of it");
    assert_eq!((trace.parts[0].executions, trace.parts[0].outcome), (3, WorkOutcome::DeadLettered));
}

/// Without a redrive policy there is no dead-letter queue: only the retention period ends it (CreateQueue).
#[test]
fn sqs_2_without_a_redrive_policy_it_is_received_until_the_retention_period_is_over() {
    let settings = json!({ "queue": { "message_retention_period": "10min" } });
    let trace = long_polled(settings, json!({ "workload": { "work": "1s", "poison": [1] } }));
    assert_eq!(trace.parts[0].executions, 20, "every 30 s for ten minutes");
    assert_eq!(trace.parts[0].outcome, WorkOutcome::Lost);
    assert_eq!(trace.ended, Moment::from_micros(600_000_000));
}

/// ChangeMessageVisibility: the new timeout counts from the call.
#[test]
fn sqs_3_change_message_visibility_starts_the_clock_anew_from_the_call() {
    let settings = json!({
        "queue": { "visibility_timeout": "60s" },
        "consumers": { "count": 2, "extend_visibility": { "every": "15s", "to": "10s" }, "factors": [1, 0.1] },
    });
    let trace = long_polled(settings, json!({ "workload": { "work": "29s" } }));
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            server->>queue: ReceiveMessage [0 ms]
            client->>queue: SendMessage job 1 [0 ms]
            queue-->>client: 200 OK [0 ms]
            queue-->>server: job 1 [0 ms]
            server->>queue: ChangeMessageVisibility [15000 ms]
            queue-->>server: 200 OK [15000 ms]
            server->>queue: ReceiveMessage [20000 ms]
            Note over queue: visible again (job 1) [25000 ms]
            queue-->>server: job 1 [25000 ms, no. 2]
            server->>queue: DeleteMessage [27900 ms]
            queue-->>server: 200 OK [27900 ms]
            server->>queue: DeleteMessage [29000 ms]
            queue-->>server: 200, old handle [29000 ms]",
    );
    assert_eq!(receives(&trace), [(1, 0), (1, 25_000)]);
}

/// ChangeMessageVisibility: no longer than twelve hours from the receive in all.
#[test]
fn sqs_3_the_clock_may_not_run_past_twelve_hours_from_the_receive() {
    let settings = json!({
        "queue": { "visibility_timeout": "12h" },
        "consumers": { "extend_visibility": { "every": "1h", "to": "11h" } },
    });
    let trace = long_polled(settings, json!({ "workload": { "work": "150min" } }));
    let fates: Vec<_> = sent(&trace, "ChangeMessageVisibility").iter().map(|row| row.fate).collect();
    assert_eq!(fates, [Fate::Delivered, Fate::Refused], "1 h + 11 h is allowed, 2 h + 11 h is not");
}

/// ReceiveMessage: a long poll answers when a message is available.
#[test]
fn sqs_4_a_long_poll_is_answered_as_soon_as_a_message_is_there() {
    let scenario = json!({
        "workload": { "arrivals": { "pattern": "listed", "at": ["7s"] }, "work": "1s" },
        "network": { "latency": "10ms" },
    });
    let trace = long_polled(json!({}), scenario);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            server->>queue: ReceiveMessage [0 → 10 ms]
            client->>queue: SendMessage job 1 [7000 → 7010 ms]
            queue-->>client: 200 OK [7010 → 7020 ms]
            queue-->>server: job 1 [7010 → 7020 ms]
            server->>queue: DeleteMessage [8020 → 8030 ms]
            queue-->>server: 200 OK [8030 → 8040 ms]",
    );
    let spent = |kind| -> Vec<_> {
        let stays = stays(&trace, kind);
        stays.iter().map(|stay| (trace.actor(stay.actor).id.as_str(), stay.end - stay.begin)).collect()
    };
    assert_eq!(spent(StayKind::Polling)[0], ("server", Span::millis(7020)), "the poll keeps the consumer waiting");
    let blocked = [("client", Span::millis(20)), ("server", Span::millis(20))];
    assert_eq!(spent(StayKind::Blocked), blocked, "and nobody else is blocked but for its own round trip");
}

/// And empty when its time is over: such a poll is background traffic, and keeps no run alive.
#[test]
fn sqs_4_a_long_poll_that_finds_nothing_is_answered_empty_after_20_s() {
    let scenario = json!({
        "workload": { "arrivals": { "pattern": "listed", "at": ["25s"] }, "work": "1s" },
        "network": { "latency": "10ms" },
    });
    let trace = long_polled(json!({}), scenario);
    let empty = sent(&trace, "ReceiveMessage response (empty)");
    assert_eq!((empty.len(), empty[0].sent.micros(), empty[0].arrived.micros()), (1, 20_010_000, 20_020_000));
    assert_eq!(trace.kind(empty[0]).class, Class::Background);
    assert_eq!(sent(&trace, "ReceiveMessage")[0].sent.micros(), 20_020_000, "and the next one leaves at once");
    assert_eq!(trace.ended.micros(), 26_040_000, "the run ends with the last delete, not with a poll");
}

/// WaitTimeSeconds is 0 unless it is set: a short poll is answered at once.
#[test]
fn sqs_4_a_short_poll_is_the_default_and_is_answered_at_once() {
    let scenario = json!({
        "workload": { "arrivals": { "pattern": "listed", "at": ["2500ms"] }, "work": "1s" },
        "network": { "latency": "10ms" },
    });
    let trace = play_side("sqs", json!({ "consumers": { "poll_interval": "2s" } }), scenario);
    let answered: Vec<_> =
        sent(&trace, "ReceiveMessage response (empty)").iter().map(|row| row.sent.micros() / 1000).collect();
    assert_eq!(answered, [10, 2030]);
    assert_eq!(receives(&trace), [(1, 4050)], "the message waits for the next poll");
}

/// DeleteMessage: with an old handle the request succeeds, but the message might not be deleted.
#[test]
fn sqs_5_work_longer_than_the_timeout_is_done_twice_and_the_late_delete_has_an_old_handle() {
    let settings = json!({
        "consumers": { "count": 2, "factors": [1, 0.5] },
    });
    let trace = long_polled(settings, json!({ "workload": { "work": "40s" }, "network": { "latency": "10ms" } }));
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            server->>queue: ReceiveMessage [0 → 10 ms]
            client->>queue: SendMessage job 1 [0 → 10 ms]
            queue-->>client: 200 OK [10 → 20 ms]
            queue-->>server: job 1 [10 → 20 ms]
            server->>queue: ReceiveMessage [20020 → 20030 ms]
            Note over queue: visible again (job 1) [30010 ms]
            queue-->>server: job 1 [30010 → 30020 ms, no. 2]
            server->>queue: DeleteMessage [40020 → 40030 ms]
            queue-->>server: 200, old handle [40030 → 40040 ms]
            server->>queue: DeleteMessage [50020 → 50030 ms]
            queue-->>server: 200 OK [50030 → 50040 ms]",
    );
    let busy: Vec<_> = stays(&trace, StayKind::Busy).iter().map(|stay| (stay.slot.0, stay.ending)).collect();
    assert_eq!(busy, [(0, Ending::Done), (1, Ending::Done)]);
    assert_eq!((trace.parts[0].executions, trace.parts[0].effects), (2, 2));
}

/// A FIFO queue says so (re:Post, "ReceiptHandleIsInvalid"): the handle is void as soon as the timeout is over.
#[test]
fn sqs_5_a_fifo_queue_refuses_a_handle_whose_timeout_is_over() {
    let settings = json!({
        "queue": { "type": "fifo" }, "consumers": { "deduplicates": true },
    });
    let scenario = json!({ "workload": { "work": "31s" } });
    let trace = long_polled(settings, scenario);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            server->>queue: ReceiveMessage [0 ms]
            client->>queue: SendMessage job 1 [0 ms]
            queue-->>client: 200 OK [0 ms]
            queue-->>server: job 1 [0 ms]
            Note over queue: visible again (job 1) [30000 ms]
            server-xqueue: DeleteMessage [31000 ms, turned away]
            queue-->>server: 400 receipt handle expired [31000 ms]
            server->>queue: ReceiveMessage [31000 ms]
            queue-->>server: job 1 [31000 ms, no. 2]
            server->>queue: DeleteMessage [31000 ms]
            queue-->>server: 200 OK [31000 ms]",
    );
}

/// Receive as you will, the work is done once if the consumer recognises what it has done.
#[test]
fn sqs_5_a_consumer_that_deduplicates_does_the_work_once_and_deletes_the_second_receive() {
    let settings = json!({ "consumers": { "deduplicates": true } });
    let trace = long_polled(settings, json!({ "workload": { "work": "40s" } }));
    assert_eq!((trace.parts[0].executions, trace.parts[0].effects), (1, 1));
    assert_eq!(stays(&trace, StayKind::Hidden).len(), 1, "its own late delete is in time if nobody else received it");
}

/// Developer guide, "FIFO delivery logic". Job 1 and 2 are of group A, job 3 of B.
#[test]
fn sqs_6_a_group_waits_for_its_head_and_the_other_groups_do_not() {
    let settings = json!({
        "queue": { "type": "fifo" },
        "consumers": { "count": 3 },
        "message_group_ids": ["A", "A", "B"],
    });
    let scenario = json!({
        "workload": {
            "jobs": 3, "arrivals": { "pattern": "regular", "every": "1s" },
            "work": { "listed": { "values": ["10s", "3s", "1s"] } },
        },
        "changes": [{ "at": "5s", "for": "1s", "fault": "crash", "actor": "server" }],
    });
    let trace = long_polled(settings, scenario);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            server->>queue: ReceiveMessage [0 ms]
            server->>queue: ReceiveMessage [0 ms]
            client->>queue: SendMessage job 1 [0 ms]
            queue-->>client: 200 OK [0 ms]
            queue-->>server: job 1 [0 ms]
            client->>queue: SendMessage job 2 [1000 ms]
            queue-->>client: 200 OK [1000 ms]
            client->>queue: SendMessage job 3 [2000 ms]
            queue-->>client: 200 OK [2000 ms]
            queue-->>server: job 3 [2000 ms]
            server->>queue: DeleteMessage [3000 ms]
            queue-->>server: 200 OK [3000 ms]
            Note over server: out [5000 to 6000 ms]
            Note over server: crashed [5000 ms]
            Note over server: back [6000 ms]
            server->>queue: ReceiveMessage [26000 ms]
            server->>queue: ReceiveMessage [26000 ms]
            Note over queue: visible again (job 1) [30000 ms]
            queue-->>server: job 1 [30000 ms, no. 2]
            server->>queue: DeleteMessage [40000 ms]
            queue-->>server: 200 OK [40000 ms]
            queue-->>server: job 2 [40000 ms]
            server->>queue: DeleteMessage [43000 ms]
            queue-->>server: 200 OK [43000 ms]",
    );
    assert_eq!(receives(&trace), [(1, 0), (3, 2_000), (1, 30_000), (2, 40_000)]);
}

/// One receive may bring several of a group, in order; then the group is closed until all of them are settled.
#[test]
fn sqs_6_one_receive_may_bring_several_of_a_group_in_order() {
    let settings = json!({
        "queue": { "type": "fifo", "delay": "1s" },
        "consumers": { "count": 2, "max_number_of_messages": 3 },
        "message_group_ids": ["A", "B", "A", "A"],
        "sender": { "threads": 4 },
    });
    let scenario = json!({ "workload": { "jobs": 4, "arrivals": { "pattern": "burst" }, "work": "2s" } });
    let trace = long_polled(settings, scenario);
    assert_eq!(receives(&trace), [(1, 1_000), (2, 1_000), (3, 3_000), (4, 3_000)]);
}

/// SendMessage: within five minutes, the same MessageDeduplicationId is accepted and not delivered, even when the first
/// message was deleted long ago.
#[test]
fn sqs_7_the_same_deduplication_id_is_delivered_once_within_five_minutes() {
    let sent_again_after = |gap: &str| {
        let settings = json!({
            "queue": { "type": "fifo" }, "message_deduplication_ids": ["same"],
        });
        let scenario = json!({
            "workload": { "jobs": 2, "arrivals": { "pattern": "listed", "at": ["0s", gap] }, "work": "1s" },
        });
        long_polled(settings, scenario)
    };
    let early = sent_again_after("299s");
    tells(
        &early,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            server->>queue: ReceiveMessage [0 ms]
            client->>queue: SendMessage job 1 [0 ms]
            queue-->>client: 200 OK [0 ms]
            queue-->>server: job 1 [0 ms]
            server->>queue: DeleteMessage [1000 ms]
            queue-->>server: 200 OK [1000 ms]
            Note over queue: taken for a duplicate (job 2) [299000 ms]
            client->>queue: SendMessage job 2 [299000 ms]
            queue-->>client: 200 OK (a duplicate) [299000 ms]",
    );
    assert_eq!(early.jobs[1].caller, CallerOutcome::Accepted, "the sender is told that all is well");
    assert_eq!((early.parts[1].executions, early.parts[1].outcome), (0, WorkOutcome::Lost));
    assert_eq!(receives(&sent_again_after("301s")), [(1, 0), (2, 301_000)]);
}

/// What deduplication is for: the answer to a SendMessage is lost, and the SDK sends again.
#[test]
fn sqs_7_a_send_repeated_after_a_lost_answer_is_stored_once_by_fifo_and_twice_by_standard() {
    let sent_twice = |kind: &str| {
        let settings = json!({
            "queue": { "type": kind },
            "timeout": "2s", "retry": { "max_attempts": 2, "base": "1s", "jitter": "none" },
        });
        let scenario = json!({
            "workload": { "work": "1s" }, "network": { "latency": "10ms" },
            // Silent when the answer arrives, and back before the time-out.
            "changes": [{ "at": "15ms", "for": "100ms", "fault": "silent-outage", "actor": "left.client" }],
        });
        long_polled(settings, scenario)
    };
    let fifo = sent_twice("fifo");
    tells(
        &fifo,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            server->>queue: ReceiveMessage [0 → 10 ms]
            client->>queue: SendMessage job 1 [0 → 10 ms]
            queue--xclient: 200 OK [10 ms, lost]
            queue-->>server: job 1 [10 → 20 ms]
            Note over client: out [15 to 115 ms]
            Note over client: back [115 ms]
            server->>queue: DeleteMessage [1020 → 1030 ms]
            queue-->>server: 200 OK [1030 → 1040 ms]
            Note over client: timed out (job 1) [2000 ms]
            Note over client: sends again (job 1) [2000 ms]
            client->>queue: SendMessage job 1 [3000 → 3010 ms, no. 2]
            queue-->>client: 200 OK (a duplicate) [3010 → 3020 ms, no. 2]",
    );
    assert_eq!(fifo.parts[0].executions, 1);
    assert_eq!(sent_twice("standard").parts[0].executions, 2);
}

/// CreateQueue, DelaySeconds.
#[test]
fn sqs_8_a_delayed_message_is_first_receivable_at_send_plus_delay() {
    let settings = json!({ "queue": { "delay": "5s" } });
    let trace = long_polled(settings, json!({ "workload": { "work": "1s" }, "network": { "latency": "10ms" } }));
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            server->>queue: ReceiveMessage [0 → 10 ms]
            client->>queue: SendMessage job 1 [0 → 10 ms]
            queue-->>client: 200 OK [10 → 20 ms]
            queue-->>server: job 1 [5010 → 5020 ms]
            server->>queue: DeleteMessage [6020 → 6030 ms]
            queue-->>server: 200 OK [6030 → 6040 ms]",
    );
    let scheduled = stays(&trace, StayKind::Scheduled);
    assert_eq!((scheduled.len(), scheduled[0].end - scheduled[0].begin), (1, Span::seconds(5)));
}

/// In hand when the consumer dies: the queue is told nothing, so the clock alone brings it back.
#[test]
fn flt_2_what_a_dead_consumer_had_received_returns_when_its_visibility_timeout_ends() {
    let settings = json!({
        "consumers": { "count": 1, "max_number_of_messages": 10 },
        "sender": { "threads": 3 },
    });
    let scenario = json!({
        "workload": { "jobs": 3, "arrivals": { "pattern": "burst" }, "work": "2s" },
        "network": { "latency": "10ms" },
        "changes": [{ "at": "3s", "for": "2s", "fault": "crash", "actor": "server" }],
    });
    let trace = long_polled(settings, scenario);
    let outcomes: Vec<_> = trace.parts.iter().map(|part| (part.executions, part.outcome)).collect();
    assert_eq!(outcomes, [(1, WorkOutcome::Done), (2, WorkOutcome::Done), (1, WorkOutcome::Done)]);
    let cut = stays(&trace, StayKind::Busy).into_iter().find(|stay| stay.ending == Ending::Interrupted).unwrap();
    assert_eq!((cut.part.index(), cut.end.micros()), (1, 3_000_000));
    assert_eq!(trace.marks.iter().filter(|mark| mark.kind == MarkKind::Returned).count(), 2);
}

/// Deleting first is at most once: what is in hand when the consumer dies is gone.
#[test]
fn flt_2_with_the_delete_before_the_work_a_crash_loses_it() {
    let settings = json!({
        "consumers": { "delete": "before-work" },
    });
    let scenario = json!({
        "workload": { "work": "2s" },
        "changes": [{ "at": "1s", "for": "1s", "fault": "crash", "actor": "server" }],
    });
    let trace = long_polled(settings, scenario);
    assert_eq!((trace.parts[0].executions, trace.parts[0].outcome), (1, WorkOutcome::Lost));
}

#[test]
fn flt_6_a_poison_message_is_received_as_often_as_the_policy_allows_while_others_go_on() {
    let settings = json!({
        "queue": { "redrive_policy": { "max_receive_count": 3 } },
        "consumers": { "on_failure_visible_after": "0s" },
        "sender": { "threads": 3 },
    });
    let scenario = json!({
        "workload": { "jobs": 3, "arrivals": { "pattern": "burst" }, "work": "1s", "poison": [2] },
    });
    let trace = long_polled(settings, scenario);
    let outcomes: Vec<_> = trace.parts.iter().map(|part| (part.executions, part.outcome)).collect();
    assert_eq!(outcomes, [(1, WorkOutcome::Done), (3, WorkOutcome::DeadLettered), (1, WorkOutcome::Done)]);
    let parked = stays(&trace, StayKind::Parked);
    assert_eq!((parked.len(), parked[0].end), (1, Moment::NEVER), "and it keeps no run alive");
}

/// The queue is out: sends are refused and repeated by the SDK, polls are broken off, and nothing stored is lost.
#[test]
fn flt_7_while_the_queue_is_out_sends_are_refused_and_repeated_and_nothing_stored_is_lost() {
    let settings = json!({
        "retry": { "max_attempts": 2, "base": "300ms", "jitter": "none" },
    });
    let scenario = json!({
        "workload": { "jobs": 2, "arrivals": { "pattern": "regular", "every": "150ms" }, "work": "100ms" },
        "network": { "latency": "10ms" },
        "changes": [{ "at": "100ms", "for": "200ms", "fault": "crash", "actor": "queue" }],
    });
    let trace = long_polled(settings, scenario);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            server->>queue: ReceiveMessage [0 → 10 ms]
            client->>queue: SendMessage job 1 [0 → 10 ms]
            queue-->>client: 200 OK [10 → 20 ms]
            queue-->>server: job 1 [10 → 20 ms]
            Note over queue: out [100 to 300 ms]
            Note over queue: crashed [100 ms]
            server-xqueue: DeleteMessage [120 → 130 ms, turned away]
            queue-->>server: connection refused [130 → 140 ms]
            client-xqueue: SendMessage job 2 [150 → 160 ms, turned away]
            queue-->>client: connection refused [160 → 170 ms]
            Note over client: sends again (job 2) [170 ms]
            Note over queue: back [300 ms]
            server->>queue: DeleteMessage [440 → 450 ms, no. 2]
            queue-->>server: 200 OK [450 → 460 ms]
            server->>queue: ReceiveMessage [460 → 470 ms]
            client->>queue: SendMessage job 2 [470 → 480 ms, no. 2]
            queue-->>client: 200 OK [480 → 490 ms, no. 2]
            queue-->>server: job 2 [480 → 490 ms]
            server->>queue: DeleteMessage [590 → 600 ms]
            queue-->>server: 200 OK [600 → 610 ms]",
    );
    assert!(trace.parts.iter().all(|part| part.outcome == WorkOutcome::Done));
}

/// A silent queue: the sender's time-out says nothing of the outcome.
#[test]
fn flt_7_when_the_queue_is_silent_the_sender_times_out_and_the_outcome_is_unknown() {
    let settings = json!({
        "timeout": "1s", "retry": { "max_attempts": 1 },
    });
    let scenario = json!({
        "workload": { "work": "100ms" },
        "changes": [{ "at": "0ms", "for": "30s", "fault": "silent-outage", "actor": "queue" }],
    });
    let trace = long_polled(settings, scenario);
    assert_eq!((trace.jobs[0].caller, trace.jobs[0].settled), (CallerOutcome::Unknown, Moment::from_micros(1_000_000)));
    assert_eq!(trace.parts[0].outcome, WorkOutcome::Lost);
}

/// Extended in time, a long work is received once.
#[test]
fn a_consumer_that_extends_the_timeout_in_time_keeps_its_message() {
    let settings = json!({
        "consumers": { "count": 2, "extend_visibility": { "every": "20s", "to": "30s" } },
    });
    let trace = long_polled(settings, json!({ "workload": { "work": "5min" } }));
    assert_eq!((receives(&trace).len(), trace.parts[0].executions), (1, 1));
}

/// The standard queue promises no order: here a message that failed is done after one that was sent later.
#[test]
fn a_standard_queue_does_not_keep_order_when_a_receive_fails() {
    let settings = json!({});
    let scenario = json!({
        "workload": { "jobs": 2, "arrivals": { "pattern": "regular", "every": "4s" }, "work": "3s" },
        "changes": [{ "at": "1s", "for": "1s", "fault": "crash", "actor": "server" }],
    });
    let trace = long_polled(settings, scenario);
    assert!(trace.parts[0].finished > trace.parts[1].finished);
}
