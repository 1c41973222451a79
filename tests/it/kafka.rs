//! Apache Kafka: `KAF-1` to `KAF-8`, and what becomes of faults at a log that is read.
//!
//! Sources: apache/kafka and KIP-1030, as quoted at each story.

use std::collections::BTreeMap;

use counterpoint::protocol::kafka::partition_of;
use counterpoint::time::{Moment, Span};
use counterpoint::trace::{CallerOutcome, Class, Ending, LevelKind, MarkKind, StayKind, Trace, WorkOutcome};
use serde_json::{Value, json};

use crate::story::{play_side, sent, stays, tells};

/// The records of the log: for each, its partition, its offset and its job's number.
fn log(trace: &Trace) -> Vec<(u16, u32, u32)> {
    let parked = stays(trace, StayKind::Parked).into_iter().filter(|stay| stay.slot.known().is_some());
    let mut log: Vec<_> = parked.map(|stay| (stay.slot.0, stay.value, trace.job_of(stay.part).number())).collect();
    log.sort_unstable();
    log
}

/// The jobs that were worked on, in the order in which work began: (job, lane, consumer).
fn worked(trace: &Trace) -> Vec<(u32, String, u16)> {
    let busy = stays(trace, StayKind::Busy).into_iter();
    busy.map(|stay| (trace.job_of(stay.part).number(), trace.actor(stay.actor).id.clone(), stay.slot.0)).collect()
}

/// Committed places in order: (moment in milliseconds, partition, offset).
fn commits(trace: &Trace) -> Vec<(u64, u16, u64)> {
    let marks = trace.marks.iter().filter(|mark| mark.kind == MarkKind::Committed);
    marks.map(|mark| (mark.at.micros() / 1000, mark.slot.0, mark.value)).collect()
}

/// BuiltInPartitioner: murmur2 of the key, without its sign, modulo the partitions.
#[test]
fn kaf_1_a_key_is_always_in_the_same_partition_and_another_count_may_move_it() {
    let expected: [(&str, [u16; 3]); 12] = [
        ("user-1", [2, 0, 2]),
        ("user-2", [2, 0, 2]),
        ("user-3", [2, 3, 5]),
        ("user-4", [1, 3, 1]),
        ("user-5", [1, 2, 4]),
        ("user-6", [2, 1, 5]),
        ("order-1", [1, 2, 4]),
        ("order-2", [0, 3, 3]),
        ("order-3", [0, 3, 3]),
        ("alice", [0, 1, 3]),
        ("bob", [0, 2, 0]),
        ("carol", [2, 2, 2]),
    ];
    for (key, partitions) in expected {
        assert_eq!([3, 4, 6].map(|count| partition_of(key, count)), partitions, "{key}");
    }
    let keys: Vec<&str> = expected.iter().map(|(key, _)| *key).collect();
    for (place, count) in [3u16, 4, 6].into_iter().enumerate() {
        let settings = json!({ "topic": { "partitions": count }, "keys": keys });
        let scenario = json!({
            "workload": { "jobs": 36, "arrivals": { "pattern": "regular", "every": "7ms" }, "work": "1ms" },
        });
        for (partition, _, job) in log(&play_side("kafka", settings, scenario)) {
            assert_eq!(partition, expected[(job as usize - 1) % 12].1[place], "job {job} of {count} partitions");
        }
    }
}

#[test]
fn kaf_1_the_order_of_a_key_holds_at_the_consumer_and_between_partitions_there_is_none() {
    let settings = json!({
        "topic": { "partitions": 3 }, "keys": ["user-1", "user-4", "alice", "user-5"],
        "groups": [{ "consumers": 2, "max_poll_records": 3, "commit": "after-batch" }],
    });
    let scenario = json!({
        "workload": {
            "jobs": 60, "arrivals": { "pattern": "regular", "every": "3ms" },
            "work": { "exponential": { "mean": "8ms" } },
        },
        "network": { "latency": "2ms" },
    });
    let trace = play_side("kafka", settings, scenario);
    let mut of_key: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let order: Vec<u32> = worked(&trace).into_iter().map(|(job, ..)| job).collect();
    for job in &order {
        of_key.entry((job - 1) % 4).or_default().push(*job);
    }
    assert_eq!(of_key.len(), 4);
    assert!(of_key.values().all(|jobs| jobs.is_sorted() && jobs.len() == 15), "{of_key:?}");
    assert!(!order.is_sorted(), "between partitions no order is promised, and here it does not hold");
}

/// KIP-1030: linger.ms is 5 since 4.0.
#[test]
fn kaf_2_a_single_record_leaves_after_its_linger() {
    let settings = json!({ "groups": [{ "commit": "after-batch" }] });
    let scenario = json!({
        "workload": { "arrivals": { "pattern": "listed", "at": ["100ms"] }, "work": "20ms" },
        "network": { "latency": "10ms" },
    });
    tells(
        &play_side("kafka", settings, scenario),
        "sequenceDiagram
            participant client as Client
            participant queue as Topic
            participant server as Server
            server-)queue: fetch [0 → 10 ms]
            client-)queue: produce job 1 [105 → 115 ms]
            queue-)client: acknowledged [115 → 125 ms]
            queue-)server: job 1 [115 → 125 ms]
            server->>queue: commit [145 → 155 ms]
            Note over queue: committed [155 ms]
            queue-->>server: committed [155 ms, on its way]",
    );
}

/// ProducerConfig, batch.size: a full batch leaves at once. Sixteen records of 1 KiB fill it.
#[test]
fn kaf_2_a_full_batch_leaves_before_its_linger_is_over() {
    let settings = json!({ "producer": { "linger": "50ms" } });
    let scenario = json!({
        "workload": { "jobs": 20, "arrivals": { "pattern": "regular", "every": "1ms" }, "work": "1ms" },
    });
    let trace = play_side("kafka", settings, scenario);
    let sent: Vec<_> =
        sent(&trace, "Produce").iter().map(|row| (row.sent.micros() / 1000, trace.parts_of(row).len())).collect();
    assert_eq!(sent, [(15, 16), (66, 4)], "full at the sixteenth record; the rest 50 ms after the seventeenth");
}

/// ConsumerCoordinator.maybeAutoCommitOffsetsAsync: a poll commits what earlier polls returned. All records are in the
/// log 5 ms after the beginning, so the polls are at 0.005 s, 1.005 s, 2.005 s …
#[test]
fn kaf_3_after_a_crash_what_was_not_committed_is_read_again_by_the_new_owner() {
    let settings = json!({
        "producer": { "batch_size_bytes": 1_000_000 }, "record_size_bytes": 100,
        "groups": [{ "consumers": 2, "lanes": "each", "max_poll_records": 100 }],
    });
    let scenario = json!({
        "workload": { "jobs": 1500, "arrivals": { "pattern": "burst" }, "work": "10ms" },
        "changes": [{ "at": "9506ms", "fault": "crash", "actor": "server-1" }],
    });
    let trace = play_side("kafka", settings, scenario);
    assert_eq!(commits(&trace)[0], (5_005, 0, 500), "the poll at 5 s commits what the polls before returned");
    let finished = stays(&trace, StayKind::Busy).into_iter().filter(|stay| stay.ending == Ending::Done);
    let first_life: Vec<u32> = finished
        .filter(|stay| trace.actor(stay.actor).id == "server-1")
        .map(|stay| trace.job_of(stay.part).index())
        .collect();
    assert_eq!(first_life, (0..950).collect::<Vec<_>>(), "records 0 to 949, in order");
    let gone = trace.marks.iter().find(|mark| trace.mark_label(mark) == "session timed out").unwrap();
    assert_eq!(gone.at.micros(), 54_000_000, "45 s after the heartbeat at 9 s");
    let taken_over =
        stays(&trace, StayKind::Busy).into_iter().find(|stay| trace.actor(stay.actor).id == "server-2").unwrap();
    assert_eq!(trace.job_of(taken_over.part).index(), 500, "the new owner begins at the committed offset");
    assert!(taken_over.begin >= gone.at, "after the rebalance that follows, not before");
    let twice: Vec<usize> = (0..1500).filter(|job| trace.parts[*job].effects == 2).collect();
    assert_eq!(twice, (500..950).collect::<Vec<_>>(), "450 records appear twice");
    assert!(trace.parts.iter().all(|part| part.outcome == WorkOutcome::Done), "and none is lost");
}

/// RangeAssignor: partitions in order over members in order, the first ones get the extra.
#[test]
fn kaf_4_with_more_consumers_than_partitions_one_gets_nothing() {
    let settings = json!({
        "topic": { "partitions": 4 }, "keys": ["key-{job}"],
        "groups": [{ "consumers": 5, "joins_at": "0s", "auto_offset_reset": "earliest" }],
    });
    let scenario = json!({
        "workload": { "jobs": 40, "arrivals": { "pattern": "regular", "every": "1ms" }, "work": "1ms" },
    });
    let trace = play_side("kafka", settings, scenario);
    let assigned: Vec<_> = trace
        .marks
        .iter()
        .filter(|mark| mark.kind == MarkKind::Rebalanced)
        .map(|mark| (mark.slot.0, trace.mark_label(mark)))
        .collect();
    let expected = ["assigned p0", "assigned p1", "assigned p2", "assigned p3", "assigned nothing"];
    assert_eq!(assigned, (0..).zip(expected.map(str::to_owned)).collect::<Vec<_>>());
    assert!(worked(&trace).iter().all(|(_, _, consumer)| *consumer < 4), "the fifth is idle");
    assert!(trace.parts.iter().all(|part| part.outcome == WorkOutcome::Done));
}

#[test]
fn kaf_4_each_of_two_groups_gets_every_record_once() {
    let settings = json!({
        "topic": { "partitions": 3 }, "keys": ["user-1", "user-4", "alice"],
        "groups": [
            { "id": "billing", "name": "Billing", "consumers": 2 },
            { "id": "search", "name": "Search", "consumers": 1, "commit": "after-batch" },
        ],
    });
    let scenario = json!({
        "workload": {
            "jobs": 12, "arrivals": { "pattern": "regular", "every": "10ms" },
            "parts": [{ "id": "billing", "work": "5ms" }, { "id": "search", "work": "30ms" }],
        },
    });
    let trace = play_side("kafka", settings, scenario);
    assert_eq!(log(&trace).len(), 12, "the log has each record once");
    for (lane, part) in [("billing", 0), ("search", 1)] {
        let mut jobs: Vec<u32> =
            worked(&trace).into_iter().filter(|(_, known, _)| known == lane).map(|(job, ..)| job).collect();
        jobs.sort_unstable();
        assert_eq!(jobs, (1..=12).collect::<Vec<_>>(), "{lane}");
        assert!((0..12).all(|job| trace.parts[job * 2 + part].executions == 1));
    }
}

/// KafkaConsumer: reading and committing delete nothing; a group that comes later reads from the start.
#[test]
fn kaf_5_a_record_stays_readable_until_retention_removes_it() {
    let late_group = |retention: &str, reset: &str| {
        let settings = json!({
            "topic": { "retention": retention },
            "groups": [
                { "id": "first", "name": "First", "commit": "after-batch" },
                { "id": "late", "name": "Late", "joins_at": "60s", "auto_offset_reset": reset },
            ],
        });
        let scenario = json!({
            "workload": {
                "jobs": 3, "arrivals": { "pattern": "regular", "every": "1s" },
                "parts": [{ "id": "first", "work": "5ms" }, { "id": "late", "work": "5ms" }],
            },
        });
        play_side("kafka", settings, scenario)
    };
    let kept = late_group("7h", "earliest");
    assert_eq!(commits(&kept)[2].2, 3, "the first group has committed everything");
    assert!(kept.parts.iter().all(|part| part.outcome == WorkOutcome::Done && part.executions == 1));
    assert!(stays(&kept, StayKind::Parked).iter().all(|stay| stay.end == Moment::NEVER), "and the log is as it was");
    let removed = late_group("61s", "earliest");
    let late: Vec<_> = (0..3).map(|job| removed.parts[job * 2 + 1].outcome).collect();
    assert_eq!(
        late,
        [WorkOutcome::Lost, WorkOutcome::Lost, WorkOutcome::Done],
        "the initial delay was too long for two"
    );
    let ended = stays(&removed, StayKind::Parked)[0];
    assert_eq!((ended.end - ended.begin, ended.ending), (Span::seconds(61), Ending::Expired));
    let latest = late_group("7h", "latest");
    assert!((0..3).all(|job| latest.parts[job * 2 + 1].outcome == WorkOutcome::Lost), "latest: only what comes after");
}

/// KafkaConsumer, "Detecting consumer failures": without a poll for max.poll.interval.ms the member leaves.
#[test]
fn kaf_6_a_member_that_works_too_long_between_polls_leaves_and_its_records_are_done_again() {
    let settings = json!({
        "groups": [{ "consumers": 2, "lanes": "each", "commit": "after-batch", "factors": [1, 0.1] }],
    });
    let scenario = json!({ "workload": { "work": "301s" } });
    let trace = play_side("kafka", settings, scenario);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Topic
            participant server-1 as Server 1
            participant server-2 as Server 2
            server-1-)queue: fetch [0 ms]
            client-)queue: produce job 1 [5 ms]
            queue-)client: acknowledged [5 ms]
            queue-)server-1: job 1 [5 ms]
            Note over server-1: max.poll.interval is over: leaves the group [300005 ms]
            Note over server-1: CommitFailedException [301005 ms]
            Note over server-2: assigned p0 [303000 ms]
            Note over server-1: assigned nothing [303000 ms]
            Note over queue: to be read again (job 1) [303000 ms]
            server-2-)queue: fetch [303000 ms]
            queue-)server-2: job 1 [303000 ms, no. 2]
            Note over queue: committed [333100 ms]
            server-2->>queue: commit [333100 ms]
            queue-->>server-2: committed [333100 ms, on its way]",
    );
    assert_eq!((trace.parts[0].executions, trace.parts[0].effects), (2, 2));
}

/// docs/design.html: the producer id and sequence number tell a repeat from a new record.
#[test]
fn kaf_7_a_produce_repeated_after_a_lost_response_is_stored_once_with_idempotence_and_twice_without() {
    let repeated = |idempotence: bool| {
        let settings = json!({
            "producer": { "enable_idempotence": idempotence }, "request_timeout": "1s",
            "groups": [{ "commit": "after-batch" }],
        });
        let scenario = json!({
            "workload": { "work": "20ms" }, "network": { "latency": "10ms" },
            "changes": [{ "at": "20ms", "for": "50ms", "fault": "silent-outage", "actor": "left.client" }],
        });
        play_side("kafka", settings, scenario)
    };
    let once = repeated(true);
    tells(
        &once,
        "sequenceDiagram
            participant client as Client
            participant queue as Topic
            participant server as Server
            server-)queue: fetch [0 → 10 ms]
            client-)queue: produce job 1 [5 → 15 ms]
            queue-xclient: acknowledged [15 ms, lost]
            queue-)server: job 1 [15 → 25 ms]
            Note over client: out [20 to 70 ms]
            server->>queue: commit [45 → 55 ms]
            Note over queue: committed [55 ms]
            queue-->>server: committed [55 → 65 ms]
            Note over client: back [70 ms]
            Note over client: timed out (job 1) [1005 ms]
            Note over client: sends again (job 1) [1005 ms]
            client-)queue: produce job 1 [1106.271 → 1116.271 ms, no. 2]
            queue-)client: acknowledged (a duplicate) [1116.271 → 1126.271 ms, no. 2]",
    );
    assert_eq!(log(&once), [(0, 0, 1)]);
    let twice = repeated(false);
    assert_eq!(log(&twice), [(0, 0, 1), (0, 1, 1)]);
    assert_eq!(twice.parts[0].executions, 2);
}

/// docs/design.html, "Availability and durability guarantees". The leader dies 1 ms after it took the record, before
/// its followers have it.
#[test]
fn kaf_8_with_acks_1_an_acknowledged_record_dies_with_its_leader() {
    let settings = json!({
        "producer": { "linger": "0ms", "acks": "1" },
        "topic": { "replication_factor": 3, "replication": "4ms" },
        "groups": [{ "commit": "after-batch" }],
    });
    let scenario = json!({
        "workload": { "jobs": 2, "arrivals": { "pattern": "listed", "at": ["0s", "2s"] }, "work": "20ms" },
        "network": { "latency": "10ms" },
        "changes": [{ "at": "11ms", "for": "500ms", "fault": "crash", "actor": "queue" }],
    });
    let trace = play_side("kafka", settings, scenario);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Topic
            participant server as Server
            client-)queue: produce job 1 [0 → 10 ms]
            queue-)client: acknowledged [10 → 20 ms]
            Note over queue: out [11 to 511 ms]
            Note over queue: crashed [11 ms]
            Note over queue: lost with the leader (job 1) [11 ms]
            Note over queue: back [511 ms]
            server-)queue: fetch [1641 → 1651 ms]
            client-)queue: produce job 2 [2000 → 2010 ms]
            queue-)client: acknowledged [2010 → 2020 ms]
            queue-)server: job 2 [2014 → 2024 ms]
            server->>queue: commit [2044 → 2054 ms]
            Note over queue: committed [2054 ms]
            queue-->>server: committed [2054 ms, on its way]",
    );
    assert_eq!((trace.jobs[0].caller, trace.parts[0].outcome), (CallerOutcome::Accepted, WorkOutcome::Lost));
    assert_eq!(stays(&trace, StayKind::Parked)[0].ending, Ending::Interrupted);
}

#[test]
fn kaf_8_with_acks_all_what_is_acknowledged_is_on_the_next_leader() {
    let died_at = |moment: &str| {
        let settings = json!({
            "producer": { "linger": "0ms" },
            "topic": { "replication_factor": 3, "min_insync_replicas": 2, "replication": "4ms" },
            "groups": [{ "commit": "after-batch" }],
        });
        let scenario = json!({
            "workload": { "work": "20ms" }, "network": { "latency": "10ms" },
            "changes": [{ "at": moment, "for": "500ms", "fault": "crash", "actor": "queue" }],
        });
        play_side("kafka", settings, scenario)
    };
    // Before the followers have it: not acknowledged, so the producer sends it again, to the next leader.
    let early = died_at("11ms");
    tells(
        &early,
        "sequenceDiagram
            participant client as Client
            participant queue as Topic
            participant server as Server
            client-)queue: produce job 1 [0 → 10 ms]
            Note over queue: out [11 to 511 ms]
            Note over queue: crashed [11 ms]
            Note over queue: lost with the leader (job 1) [11 ms]
            Note over client: sends again (job 1) [21 ms]
            client-xqueue: produce job 1 [122.271 → 132.271 ms, no. 2, turned away]
            queue-)client: no leader [132.271 → 142.271 ms, no. 2]
            Note over client: sends again (job 1) [142.271 ms]
            client-xqueue: produce job 1 [325.273 → 335.273 ms, no. 3, turned away]
            queue-)client: no leader [335.273 → 345.273 ms, no. 3]
            Note over client: sends again (job 1) [345.273 ms]
            Note over queue: back [511 ms]
            server-)queue: fetch [601 → 611 ms]
            client-)queue: produce job 1 [695.629 → 705.629 ms, no. 4]
            queue-)client: acknowledged [709.629 → 719.629 ms, no. 4]
            queue-)server: job 1 [709.629 → 719.629 ms]
            server->>queue: commit [739.629 → 749.629 ms]
            Note over queue: committed [749.629 ms]
            queue-->>server: committed [749.629 ms, on its way]",
    );
    assert_eq!((early.parts[0].outcome, early.parts[0].executions), (WorkOutcome::Done, 1));
    // After: acknowledged, and there.
    let late = died_at("15ms");
    assert_eq!(sent(&late, "Produce").len(), 1);
    assert_eq!((late.parts[0].outcome, log(&late)), (WorkOutcome::Done, vec![(0, 0, 1)]));
}

#[test]
fn kaf_8_with_fewer_replicas_in_sync_than_required_the_produce_fails() {
    let settings = json!({
        "producer": { "delivery_timeout": "500ms" },
        "topic": { "replication_factor": 2, "min_insync_replicas": 2, "in_sync_replicas": 1 },
    });
    let trace = play_side("kafka", settings, json!({ "network": { "latency": "10ms" } }));
    assert!(sent(&trace, "Produce response (refused)").iter().all(|row| trace.label(row) == "NotEnoughReplicas"));
    assert_eq!((trace.jobs[0].caller, log(&trace).len()), (CallerOutcome::Failed, 0));
    assert_eq!(trace.parts[0].outcome, WorkOutcome::Lost);
}

/// Heartbeats, empty fetches and the group's own traffic are background; lag is a level of each partition.
#[test]
fn heartbeats_and_empty_fetches_keep_no_run_alive_and_lag_is_what_is_not_committed() {
    let settings = json!({ "groups": [{ "commit": "after-batch" }] });
    let scenario = json!({
        "workload": { "jobs": 3, "arrivals": { "pattern": "burst" }, "work": "10ms" }, "network": { "latency": "5ms" },
    });
    let trace = play_side("kafka", settings, scenario);
    let last = trace.messages.iter().filter(|row| trace.kind(row).class != Class::Background).map(|row| row.sent).max();
    assert!(trace.ended - last.unwrap() <= Span::millis(10), "it ends with the commit, at {:?}", trace.ended);
    let lag: Vec<u32> =
        trace.levels.iter().filter(|level| level.kind == LevelKind::Lag).map(|level| level.value).collect();
    assert_eq!(lag, [3, 0]);
}

/// Committing before the work is at most once.
#[test]
fn flt_2_with_the_commit_before_the_work_a_crash_loses_what_is_in_hand() {
    let crash = |commit: &str| {
        let settings = json!({
            "groups": [{ "consumers": 2, "lanes": "each", "commit": commit, "session_timeout": "6s", "heartbeat_interval": "2s" }],
        });
        let scenario = json!({
            "workload": { "jobs": 3, "arrivals": { "pattern": "burst" }, "work": "1s" },
            "changes": [{ "at": "1500ms", "fault": "crash", "actor": "server-1" }],
        });
        play_side("kafka", settings, scenario)
    };
    let executions = |trace: &Trace| trace.parts.iter().map(|part| (part.executions, part.outcome)).collect::<Vec<_>>();
    use WorkOutcome::{Done, Lost};
    assert_eq!(executions(&crash("before-work")), [(1, Done), (1, Lost), (0, Lost)]);
    assert_eq!(executions(&crash("after-batch")), [(2, Done), (2, Done), (1, Done)]);
    assert_eq!(executions(&crash("after-each")), [(1, Done), (2, Done), (1, Done)]);
}

/// The commit is lost on its way, and when it is made again the group has thrown the member out: another one has worked on
/// the records, so this one leaves them alone (KafkaConsumer, `commitSync`: CommitFailedException).
#[test]
fn flt_2_with_the_commit_before_the_work_what_could_not_be_committed_is_not_worked_on() {
    let settings = json!({
        "request_timeout": "2s",
        "groups": [{ "consumers": 2, "lanes": "each", "commit": "before-work", "session_timeout": "6s", "heartbeat_interval": "2s" }],
    });
    let scenario = json!({
        "workload": { "jobs": 3, "arrivals": { "pattern": "burst" }, "work": "1s" }, "network": { "latency": "5ms" },
        "changes": [{ "at": "15ms", "for": "20s", "fault": "cut", "between": ["queue", "server-1"] }],
    });
    let trace = play_side("kafka", settings, scenario);
    let failed = trace.marks.iter().filter(|mark| trace.mark_label(mark) == "CommitFailedException").count();
    assert_eq!((failed, trace.outcome.limit()), (1, None));
    let done: Vec<(u32, WorkOutcome)> = trace.parts.iter().map(|part| (part.executions, part.outcome)).collect();
    assert_eq!(done, [(1, WorkOutcome::Done); 3]);
}

/// A poison record blocks its partition while it is tried again; then it is set aside, or skipped.
#[test]
fn flt_6_a_poison_record_holds_up_its_partition_and_no_other() {
    let settings = json!({
        "topic": { "partitions": 3 }, "keys": ["alice", "user-4"],
        "groups": [{
            "consumers": 3, "commit": "after-batch", "dead_letter": {},
            "retry": { "max_attempts": 3, "base": "100ms", "cap": "100ms", "jitter": "none" },
        }],
    });
    let scenario = json!({
        "workload": { "jobs": 4, "arrivals": { "pattern": "burst" }, "work": "10ms", "poison": [1] },
        "network": { "latency": "5ms" },
    });
    let trace = play_side("kafka", settings, scenario);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Topic
            participant server as Server
            participant dead as Dead letters
            server-)queue: fetch [0 → 5 ms]
            server-)queue: fetch [0 → 5 ms]
            client-)queue: produce 2 records [5 → 10 ms]
            client-)queue: produce 2 records [5 → 10 ms]
            queue-)client: acknowledged [10 → 15 ms]
            queue-)server: 2 records [10 → 15 ms]
            queue-)client: acknowledged [10 → 15 ms]
            queue-)server: 2 records [10 → 15 ms]
            Note over server: consumer 1 failed (job 1) [25 ms]
            Note over server: consumer 1 tries again (job 1) [25 ms]
            server->>queue: commit [35 → 40 ms]
            Note over queue: partition 1 committed [40 ms]
            queue-->>server: committed [40 → 45 ms]
            Note over server: consumer 1 failed (job 1) [135 ms]
            Note over server: consumer 1 tries again (job 1) [135 ms]
            Note over server: consumer 1 failed (job 1) [245 ms]
            Note over dead: dead-lettered (job 1) [245 ms]
            server-)dead: dead-letter job 1 [245 ms]
            server->>queue: commit [255 → 260 ms]
            Note over queue: partition 0 committed [260 ms]
            queue-->>server: committed [260 ms, on its way]",
    );
    assert_eq!((trace.parts[0].executions, trace.parts[0].outcome), (3, WorkOutcome::DeadLettered));
    assert!(trace.parts[2].finished > trace.parts[3].finished, "job 3 waited behind job 1, job 4 did not");
}

#[test]
fn flt_6_without_a_dead_letter_topic_it_is_tried_ten_times_and_skipped() {
    let trace = play_side("kafka", json!({}), json!({ "workload": { "jobs": 2, "work": "10ms", "poison": [1] } }));
    assert_eq!((trace.parts[0].executions, trace.parts[0].outcome), (10, WorkOutcome::Lost));
    assert_eq!(trace.parts[1].outcome, WorkOutcome::Done);
}

/// The broker is out: the producer keeps what it has and sends again; the log keeps what it has.
#[test]
fn flt_7_while_the_broker_is_out_the_producer_holds_its_records_and_nothing_is_lost() {
    let settings = json!({ "groups": [{ "commit": "after-batch" }] });
    let scenario = json!({
        "workload": { "jobs": 3, "arrivals": { "pattern": "regular", "every": "100ms" }, "work": "20ms" },
        "network": { "latency": "10ms" },
        "changes": [{ "at": "80ms", "for": "1s", "fault": "outage", "actor": "queue" }],
    });
    let trace = play_side("kafka", settings, scenario);
    assert!(trace.parts.iter().all(|part| part.outcome == WorkOutcome::Done && part.executions == 1));
    assert!(trace.jobs[1].accepted > Moment::from_micros(1_080_000), "handing over waits for the broker");
    let order: Vec<u32> = worked(&trace).into_iter().map(|(job, ..)| job).collect();
    assert_eq!(order, [1, 2, 3], "an idempotent producer keeps the order over its retries");
}

/// A graceful stop commits and leaves: nothing is repeated, and the partitions move at once.
#[test]
fn an_orderly_stop_repeats_nothing() {
    let settings = json!({ "groups": [{ "consumers": 2, "lanes": "each", "max_poll_records": 1 }] });
    let scenario = json!({
        "workload": { "jobs": 6, "arrivals": { "pattern": "burst" }, "work": "100ms" },
        "network": { "latency": "1ms" },
        "changes": [{ "at": "250ms", "fault": "outage", "actor": "server-1" }],
    });
    let trace = play_side("kafka", settings, scenario);
    assert!(trace.parts.iter().all(|part| part.outcome == WorkOutcome::Done && part.executions == 1));
    let lanes: Vec<String> = worked(&trace).into_iter().map(|(_, lane, _)| lane).collect();
    assert_eq!(lanes, ["server-1", "server-1", "server-1", "server-2", "server-2", "server-2"]);
}

/// A thread that waits for each acknowledgement (`send().get()`) is blocked for linger and round trip.
#[test]
fn a_thread_that_waits_for_the_acknowledgement_is_blocked_for_linger_and_round_trip() {
    let settings: Value = json!({ "producer": { "send": "wait" } });
    let scenario = json!({
        "workload": { "jobs": 2, "arrivals": { "pattern": "burst" }, "work": "1ms" }, "network": { "latency": "10ms" },
    });
    let trace = play_side("kafka", settings, scenario);
    let blocked: Vec<_> = stays(&trace, StayKind::Blocked)
        .into_iter()
        .filter(|stay| trace.actor(stay.actor).id == "client")
        .map(|stay| (stay.begin.micros() / 1000, stay.end.micros() / 1000))
        .collect();
    assert_eq!(blocked, [(0, 25), (25, 50)]);
}
