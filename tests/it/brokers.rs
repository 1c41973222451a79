//! What each broker promises, over random scenarios: at least once, at most once, order, one holder at a time.
//!
//! 500 scenarios a broker by default, always the same; with `COUNTERPOINT_LONG` set 10,000 new ones each time. A failure
//! prints the smallest scenario that shows it.

mod rabbitmq;

use std::collections::BTreeMap;

use counterpoint::engine::Limits;
use counterpoint::render::mermaid;
use counterpoint::scenario::Scenario;
use counterpoint::time::{Moment, Span};
use counterpoint::trace::{
    ActorId, Duty, Ending, MarkKind, Outcome, PartId, Slot, StayKind, StayRow, Trace, WorkOutcome,
};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestCaseError, TestRunner};
use serde_json::{Value, json};

use crate::oracle;
use crate::properties::generate::{failures, link_fault};
use crate::properties::{Held, check};
use crate::story::play_within;

fn for_all(strategy: impl Strategy<Value = String>, property: impl Fn(&Value, &Trace) -> Held) {
    check(7, &strategy, |text| {
        let value: Value = serde_json::from_str(&text).unwrap();
        property(&value["sides"][0], &play(&value))
    });
}

fn play(value: &Value) -> Trace {
    let scenario = Scenario::from_value(value.clone()).unwrap_or_else(|problem| panic!("{problem}: {value}"));
    let limits = Limits { events: 20_000, span: Span::seconds(7200), ..Limits::default() };
    play_within(scenario, limits).sides.swap_remove(0).trace
}

/// A scenario around a side of that broker, whatever it is set to.
pub fn scenario_with(protocol: &str) -> BoxedStrategy<Value> {
    let text = match protocol {
        "kafka" => scenario(kafka(&["auto", "after-batch", "after-each", "before-work"])).boxed(),
        "sqs" => scenario(prop_oneof![sqs("after-work"), sqs("before-work")]).boxed(),
        _ => scenario(rabbitmq::side("manual", rabbitmq::Room::Scarce)).boxed(),
    };
    text.prop_map(|text| serde_json::from_str(&text).unwrap()).boxed()
}

/// A scenario around a side: few jobs, a lossy network, workers and broker that fail and come back.
fn scenario(side: impl Strategy<Value = Value>) -> impl Strategy<Value = String> {
    let fault = prop::sample::select(vec!["outage", "silent-outage", "crash"]);
    let actor = prop::sample::select(vec!["left.server", "left.queue"]);
    let of_an_actor = (fault, actor).prop_map(|(fault, actor)| json!({ "fault": fault, "actor": actor }));
    let of_links = link_fault(vec![["left.client", "left.queue"], ["left.queue", "left.server"]]);
    let fault = (0u32..3_000, 1u32..1_500, prop_oneof![2 => of_an_actor, 1 => of_links]);
    let faults = prop::collection::vec(fault, 0..4);
    let work = prop_oneof![(1u32..300).prop_map(|work| json!(format!("{work}ms"))), Just(json!("3s"))];
    let poison = prop::sample::select(vec![json!([]), json!([]), json!([1])]);
    let network = (0u32..30, prop::sample::select(vec![0.0, 0.0, 0.1]));
    (0u64..100_000, 1u32..9, 0u32..300, work, (poison, failures()), network, faults, side).prop_map(
        |(seed, jobs, every, work, (poison, failures), (latency, loss), faults, side)| {
            let crew = if side["groups"].is_null() { &side["consumers"] } else { &side["groups"][0] };
            let first = if crew["lanes"] == "each" { "left.server-1" } else { "left.server" };
            let changes: Vec<Value> = faults
                .into_iter()
                .map(|(at, lasts, mut fault)| {
                    (fault["at"], fault["for"]) = (json!(format!("{at}ms")), json!(format!("{lasts}ms")));
                    // Of a crew whose lanes are apart, the first is struck.
                    let name = if fault["between"].is_array() { &mut fault["between"][1] } else { &mut fault["actor"] };
                    if *name == "left.server" {
                        *name = json!(first);
                    }
                    fault
                })
                .collect();
            let arrivals = json!({ "pattern": "regular", "every": format!("{every}ms") });
            let parts = match side["exchange"]["type"].as_str() {
                Some("fanout") => json!([{ "id": "a", "work": work }, { "id": "b", "work": "40ms" }]),
                _ => json!([]),
            };
            // One that carries jobs of however many parts.
            let other = json!({
                "protocol": "rabbitmq", "publisher": { "id": "c" }, "queue": { "id": "q" }, "consumers": { "id": "s" },
            });
            json!({
                "name": "random", "seed": seed, "changes": changes,
                "workload": {
                    "jobs": jobs, "arrivals": arrivals, "work": work, "parts": parts, "poison": poison, "failures": failures,
                },
                "network": { "latency": format!("{latency}ms"), "loss": loss },
                "sides": [side, other],
            })
            .to_string()
        },
    )
}

/// Whether workers share a lane, and so a fate.
fn lanes() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["shared", "shared", "each"])
}

fn sqs(delete: &'static str) -> impl Strategy<Value = Value> {
    let queue = (any::<bool>(), 1u32..5, prop::sample::select(vec!["0s", "1s", "20s"]), any::<bool>());
    (queue, 1u32..4, (1u32..4, lanes()), 1u32..4, any::<[bool; 2]>()).prop_map(
        move |((fifo, visibility, wait, redrive), threads, (count, lanes), most, [give_back, deduplicates])| {
            // Deleted before its work, a message must still be invisible when its turn in the batch comes.
            let visibility = if delete == "before-work" { 120 } else { visibility };
            let policy = if redrive { json!({ "max_receive_count": 3 }) } else { Value::Null };
            json!({
                "protocol": "sqs", "sender": { "threads": threads }, "timeout": "2s",
                "message_group_ids": ["A", "B"],
                "queue": {
                    "type": if fifo { "fifo" } else { "standard" }, "visibility_timeout": format!("{visibility}s"),
                    "receive_message_wait_time": wait, "redrive_policy": policy, "message_retention_period": "20min",
                },
                "consumers": {
                    "count": count, "lanes": lanes, "max_number_of_messages": most, "delete": delete,
                    "deduplicates": deduplicates,
                    "on_failure_visible_after": if give_back { json!("0s") } else { Value::Null },
                },
            })
        },
    )
}

fn kafka(commits: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let group = (1u32..4, 1u32..4, prop::sample::select(commits.to_vec()), any::<bool>());
    let topic = (1u32..4, any::<bool>(), 1u32..3, any::<bool>());
    (group, topic, prop::sample::select(vec!["0ms", "5ms", "50ms"]), (lanes(), any::<bool>())).prop_map(
        |((consumers, most, commit, joins), (partitions, keyed, replicas, wait), linger, (lanes, deduplicates))| {
            json!({
                "protocol": "kafka", "request_timeout": "1s",
                "producer": { "linger": linger, "send": if wait { "wait" } else { "async" } },
                "topic": { "partitions": partitions, "replication_factor": replicas },
                "keys": if keyed { json!(["user-1", "alice", "user-4"]) } else { json!([]) },
                "groups": [{
                    "consumers": consumers, "lanes": lanes, "deduplicates": deduplicates, "max_poll_records": most, "commit": commit, "session_timeout": "3s",
                    "heartbeat_interval": "1s", "auto_commit_interval": "1s", "max_poll_interval": "10s",
                    "joins_at": if joins { json!("0s") } else { Value::Null }, "auto_offset_reset": "earliest",
                    "retry": { "max_attempts": 2, "base": "10ms", "cap": "10ms" },
                }],
            })
        },
    )
}

const AT_LEAST_ONCE: &[&str] = &["auto", "after-batch", "after-each"];

/// What was taken from the sender is done, set aside, or said to be gone after it was tried; it does not vanish.
fn nothing_accepted_is_lost(side: &Value, trace: &Trace) -> Held {
    // The group of a poison message waits for it until retention takes them all.
    let in_order = side["queue"]["type"] == "fifo";
    // A delivery that is cut off before its work begins counts towards a delivery limit too.
    let delivered = |part: usize| trace.stays.iter().any(|stay| stay.kind == StayKind::Held && stay.part.at() == part);
    nothing_vanishes(trace, |part| trace.parts[part].executions > 0 || in_order || delivered(part))
}

/// What was taken and is lost is said to be, and `may_be_dropped`.
fn nothing_vanishes(trace: &Trace, may_be_dropped: impl Fn(usize) -> bool) -> Held {
    if trace.outcome.limit().is_some() {
        return Ok(());
    }
    for (index, part) in trace.parts.iter().enumerate() {
        let job = &trace.jobs[trace.job_of(PartId::from_index(index as u32)).at()];
        if job.accepted != Moment::NEVER && part.outcome == WorkOutcome::Lost {
            let dropped = trace.marks.iter().any(|mark| mark.kind == MarkKind::Dropped && mark.part.at() == index);
            prop_assert!(dropped && may_be_dropped(index), "part {index} was accepted and is lost");
        }
        prop_assert!(part.outcome != WorkOutcome::Unfinished || job.accepted == Moment::NEVER);
    }
    Ok(())
}

/// Each time it is stored, a message is worked on at most once.
fn nothing_is_repeated(_: &Value, trace: &Trace) -> Held {
    for (index, part) in trace.parts.iter().enumerate() {
        let stored = |stay: &&StayRow| match trace.actor(stay.actor).duty {
            Duty::Broker => stay.part.at() == index && stay.kind == StayKind::Ready && is_first(trace, stay),
            Duty::Caller | Duty::Worker => false,
        };
        let stored = trace.stays.iter().filter(stored).count();
        prop_assert!(part.executions as usize <= stored, "{} executions of {stored}", part.executions);
    }
    Ok(())
}

/// Whether the stay began with the message's arrival, not with its return.
fn is_first(trace: &Trace, stay: &StayRow) -> bool {
    !trace.marks.iter().any(|mark| {
        mark.kind == MarkKind::Returned && mark.part == stay.part && mark.at == stay.begin && mark.actor == stay.actor
    })
}

/// The same bytes again, Little's law in integers, one thing at a time, and nothing open that nobody holds.
fn it_is_a_sound_trace(_: &Value, trace: &Trace) -> Held {
    // One group reads the log, so the stays in it say how many records are before its reader.
    oracle::levels_have_the_areas_of_their_stays(trace, |_| true).map_err(TestCaseError::fail)?;
    let mut free: BTreeMap<(ActorId, Slot), Moment> = BTreeMap::new();
    for stay in
        trace.stays.iter().filter(|stay| matches!(stay.kind, StayKind::Busy | StayKind::Blocked | StayKind::Polling))
    {
        let until = free.insert((stay.actor, stay.slot), stay.end).unwrap_or(Moment::START);
        prop_assert!(until <= stay.begin, "{:?} begins before {:?}", stay, until);
    }
    if trace.outcome == Outcome::Settled {
        let open = trace
            .stays
            .iter()
            .find(|stay| stay.end == Moment::NEVER && stay.part.known().is_some() && stay.kind.is_live());
        prop_assert!(open.is_none(), "{:?}", open);
    }
    Ok(())
}

#[test]
fn sqs_runs_are_sound_traces() {
    for_all(scenario(sqs("after-work")), it_is_a_sound_trace);
}

#[test]
fn kafka_runs_are_sound_traces() {
    for_all(scenario(kafka(&["auto", "after-batch", "after-each", "before-work"])), it_is_a_sound_trace);
}

#[test]
fn all_tell_the_same_story_every_time() {
    let again = |strategy: BoxedStrategy<String>| {
        let config = ProptestConfig { cases: 100, rng_seed: RngSeed::Fixed(3), ..ProptestConfig::default() };
        let same = TestRunner::new(config).run(&strategy, |text| {
            let value: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(mermaid::diagram(&play(&value)), mermaid::diagram(&play(&value)));
            Ok(())
        });
        same.unwrap_or_else(|error| panic!("{error}"));
    };
    again(scenario(sqs("after-work")).boxed());
    again(scenario(kafka(AT_LEAST_ONCE)).boxed());
    again(scenario(rabbitmq::side("manual", rabbitmq::Room::Scarce)).boxed());
}

/// The numbers of the jobs, of one part each, as they were done.
fn in_order_of_completion(trace: &Trace) -> Vec<usize> {
    let mut done: Vec<(Moment, usize)> = trace.parts.iter().map(|part| part.finished).zip(1..).collect();
    done.sort_unstable();
    done.into_iter().map(|(_, number)| number).collect()
}

#[test]
fn sqs_deleted_after_the_work_loses_nothing() {
    for_all(scenario(sqs("after-work")), nothing_accepted_is_lost);
}

#[test]
fn sqs_deleted_before_the_work_repeats_nothing_while_the_visibility_timeout_outlasts_the_batch() {
    for_all(scenario(sqs("before-work")), nothing_is_repeated);
}

/// A standard queue takes a late delete without a word and does not delete (API reference, DeleteMessage).
#[test]
fn sqs_deleted_before_the_work_repeats_what_waited_in_its_batch_for_too_long() {
    let consumers = json!({ "count": 2, "max_number_of_messages": 3, "delete": "before-work" });
    let trace = play(&json!({
        "name": "late", "workload": { "jobs": 4, "work": "3s", "arrivals": { "pattern": "burst" } },
        "sides": [
            { "protocol": "sqs", "consumers": consumers, "queue": { "visibility_timeout": "1s" } },
            { "protocol": "http", "caller": { "id": "c" } },
        ],
    }));
    assert!(trace.parts.iter().any(|part| part.executions > 1), "{:?}", trace.parts);
}

#[test]
fn kafka_committed_after_the_work_loses_nothing() {
    for_all(scenario(kafka(AT_LEAST_ONCE)), nothing_accepted_is_lost);
}

#[test]
fn kafka_committed_before_the_work_repeats_nothing_but_a_retry_in_place() {
    let one_attempt = |text: String| text.replace("\"max_attempts\":2", "\"max_attempts\":1");
    for_all(scenario(kafka(&["before-work"])).prop_map(one_attempt), nothing_is_repeated);
}

/// FIFO: within a group, a message is begun for the first time only after those before it were; and none of them is
/// in flight when another one goes out in a receive of its own.
#[test]
fn sqs_fifo_keeps_the_order_of_a_group() {
    for_all(scenario(sqs("after-work")), |side, trace| {
        if side["queue"]["type"] != "fifo" {
            return Ok(());
        }
        // Jobs take the groups A and B in turn; a thread's retry may let one job be sent before another, so what
        // counts is the order in which the queue took them.
        let first_stay =
            |part: usize| trace.stays.iter().position(|stay| stay.part.at() == part && stay.kind == StayKind::Ready);
        let first_work =
            |part: usize| trace.stays.iter().position(|stay| stay.part.at() == part && stay.kind == StayKind::Hidden);
        for group in 0..2 {
            let mut taken: Vec<(usize, usize)> = (0..trace.parts.len())
                .filter(|part| part % 2 == group)
                .filter_map(|part| Some((first_stay(part)?, part)))
                .collect();
            taken.sort_unstable();
            let received: Vec<usize> = taken.iter().filter_map(|(_, part)| first_work(*part)).collect();
            prop_assert!(received.is_sorted(), "group {}: {:?}", group, taken);
        }
        Ok(())
    });
}

/// The consumer dies at its first message. A FIFO queue keeps the second until the first is done; a standard queue
/// promises no order, and there the second is done first.
#[test]
fn sqs_standard_keeps_no_order_where_fifo_does() {
    for (kind, expected) in [("fifo", [1, 2]), ("standard", [2, 1])] {
        let crash = json!({ "at": "50ms", "for": "10ms", "fault": "crash", "actor": "server" });
        let trace = play(&json!({
            "name": "order", "network": { "latency": "1ms" }, "changes": [crash],
            "workload": { "jobs": 2, "work": "100ms", "arrivals": { "pattern": "burst" } },
            "sides": [
                { "protocol": "sqs", "queue": { "type": kind, "visibility_timeout": "1s", "receive_message_wait_time": "20s" } },
                { "protocol": "http", "caller": { "id": "c" }, "server": { "id": "s" } },
            ],
        }));
        assert_eq!(in_order_of_completion(&trace), expected, "{kind}");
    }
}

/// Kafka: the records of a partition are first begun in the order of their offsets, whoever owns it.
#[test]
fn kafka_keeps_the_order_of_a_partition() {
    for_all(scenario(kafka(AT_LEAST_ONCE)), |_, trace| {
        let mut begun: BTreeMap<usize, usize> = BTreeMap::new();
        for (place, stay) in trace.stays.iter().enumerate().filter(|(_, stay)| stay.kind == StayKind::Busy) {
            begun.entry(stay.part.at()).or_insert(place);
        }
        let mut last: BTreeMap<u16, usize> = BTreeMap::new();
        for record in trace.stays.iter().filter(|stay| {
            stay.kind == StayKind::Parked && trace.actor(stay.actor).duty == Duty::Broker && stay.ending == Ending::Open
        }) {
            if let Some(place) = begun.get(&record.part.at()) {
                let before = last.insert(record.slot.0, *place).unwrap_or_default();
                prop_assert!(before <= *place, "offset {} of partition {}", record.value, record.slot.0);
            }
        }
        Ok(())
    });
}

/// Two members work on one record at once only if its partition changed hands after the first had read it: while that was
/// at it, or before it began, if it was cut off and has not heard.
#[test]
fn kafka_a_record_is_with_one_member_at_a_time_unless_its_partition_was_given_away() {
    for_all(scenario(kafka(AT_LEAST_ONCE)), |_, trace| {
        let mut last: BTreeMap<usize, &StayRow> = BTreeMap::new();
        for stay in trace.stays.iter().filter(|stay| stay.kind == StayKind::Busy) {
            if let Some(before) = last.insert(stay.part.at(), stay)
                && before.end > stay.begin
            {
                let mut read = trace.stays.iter().filter(|row| row.kind == StayKind::Queued && row.part == stay.part);
                let first_read = read.next().map_or(before.begin, |row| row.begin);
                let given_away = trace
                    .marks
                    .iter()
                    .any(|mark| mark.kind == MarkKind::Rebalanced && first_read <= mark.at && mark.at <= stay.begin);
                prop_assert!(given_away, "{:?} and {:?}", before, stay);
            }
        }
        Ok(())
    });
}

/// A message of a queue that hides what it hands out is hidden once at a time.
#[test]
fn sqs_a_message_is_with_one_consumer_at_a_time_unless_its_timeout_is_over() {
    for_all(scenario(sqs("after-work")), |side, trace| {
        // Without a repeated send there is one message a job.
        let sent_once =
            trace.messages.iter().all(|row| trace.kind(row).name.as_str() != "SendMessage" || row.attempt == 1);
        if !sent_once || side["queue"]["type"] == "fifo" {
            return Ok(());
        }
        let mut until: BTreeMap<usize, Moment> = BTreeMap::new();
        for stay in trace.stays.iter().filter(|stay| stay.kind == StayKind::Hidden) {
            let before = until.insert(stay.part.at(), stay.end).unwrap_or(Moment::START);
            prop_assert!(before <= stay.begin, "{:?}", stay);
        }
        Ok(())
    });
}
