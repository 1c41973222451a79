//! RabbitMQ's dead letters that go on: retry ladders, dead-letter queues that are consumed, cycles, and what lies for good.

use counterpoint::export::Format;
use counterpoint::trace::{CallerOutcome, Ending, Limit, MarkKind, Outcome, StayKind, Trace, WorkOutcome};
use serde_json::{Value, json};

use crate::story::{executions, play, play_built_in, sent, tells, written};
use crate::system_odd::refused;
use crate::system_patterns::{callers, ms, run, scenario, works};

/// A publisher, a broker with these queues, and whoever else there is.
fn side(queues: Value, others: &[Value]) -> Value {
    let mut parties = vec![
        json!({ "id": "shop", "caller": {}, "does": [{ "publish": queues[0]["id"] }] }),
        json!({ "id": "broker", "rabbitmq": { "queues": queues } }),
    ];
    parties.extend(others.iter().cloned());
    json!(parties)
}

/// What is rejected waits for ten seconds, and comes back.
fn ladder() -> Value {
    json!([
        { "id": "work", "name": "work", "dead_letter": { "id": "wait" } },
        { "id": "wait", "name": "wait", "message_ttl": "10s", "dead_letter": { "id": "work" } },
        { "id": "parking", "name": "parking" },
    ])
}

fn worker(does: Value) -> Value {
    json!({ "id": "worker", "consumer": { "queue": "work", "prefetch": 1 }, "does": does })
}

/// After three deaths somebody is to look at it.
fn three_times() -> Value {
    worker(json!([{ "if_died": 3, "in": "work", "does": [{ "publish": "parking" }], "else": [{ "work": "work" }] }]))
}

/// The marks of a kind: when, at which queue, and what they say.
fn marks(trace: &Trace, kind: MarkKind) -> Vec<(u64, u16, &str)> {
    let of_kind = trace.marks.iter().filter(|mark| mark.kind == kind);
    of_kind.map(|mark| (ms(mark.at), mark.slot.0, trace.labels.text(mark.label))).collect()
}

/// How long messages lay in a queue, and how that ended.
fn stays(trace: &Trace, queue: u16, kind: StayKind) -> Vec<(u64, Option<u64>, Ending)> {
    let broker = trace.actors.iter().position(|actor| actor.id == "broker").unwrap();
    let there = trace.stays.iter().filter(|stay| (stay.actor.at(), stay.slot.0, stay.kind) == (broker, queue, kind));
    there.map(|stay| (ms(stay.begin), stay.end.known().map(ms), stay.ending)).collect()
}

#[test]
fn what_is_rejected_waits_and_comes_back_until_it_succeeds() {
    let trace = run(
        side(ladder(), &[three_times()]),
        json!({ "network": { "latency": "10ms" }, "parts": [{ "id": "work", "work": "100ms" }], "failures": { "first": 2 } }),
    );
    tells(
        &trace,
        "sequenceDiagram
        participant shop as shop
        participant broker as broker
        participant worker as worker
        shop-)broker: publish job 1 [0 → 10 ms]
        broker-)shop: confirm [10 → 20 ms]
        broker-)worker: deliver job 1 [10 → 20 ms]
        Note over worker: failed (job 1) [120 ms]
        worker-)broker: reject [120 → 130 ms]
        Note over broker: work dead-lettered: rejected (job 1) [130 ms]
        broker-)worker: deliver job 1 [10130 → 10140 ms]
        Note over worker: failed (job 1) [10240 ms]
        worker-)broker: reject [10240 → 10250 ms]
        Note over broker: work dead-lettered: rejected (job 1) [10250 ms]
        broker-)worker: deliver job 1 [20250 → 20260 ms]
        worker-)broker: ack [20360 → 20370 ms]",
    );
    assert_eq!(
        stays(&trace, 1, StayKind::Ready),
        [(130, Some(10_130), Ending::Expired), (10_250, Some(20_250), Ending::Expired)]
    );
    assert_eq!(
        (trace.outcome, works(&trace), executions(&trace)),
        (Outcome::Settled, vec![WorkOutcome::Done], vec![3])
    );
    assert!(marks(&trace, MarkKind::DeadLettered).is_empty(), "it waited, and was not set aside");
}

#[test]
fn after_three_deaths_it_is_published_to_where_it_lies() {
    let trace = run(
        side(ladder(), &[three_times()]),
        json!({ "jobs": 2, "parts": [{ "id": "work", "work": "100ms" }], "poison": [1] }),
    );
    assert_eq!(executions(&trace), [3, 1]);
    assert_eq!(works(&trace), [WorkOutcome::DeadLettered, WorkOutcome::Done]);
    assert_eq!(trace.outcome, Outcome::Settled, "what lies there keeps no run alive");
    let set_aside = marks(&trace, MarkKind::DeadLettered);
    assert_eq!(set_aside, [(30_300, 2, "set aside")], "it did not die again: somebody has put it there");
    assert_eq!(stays(&trace, 2, StayKind::Parked), [(30_300, None, Ending::Open)]);
    assert_eq!(sent(&trace, "basic.ack").len(), 2, "and was acknowledged where it came from");
    assert_eq!(sent(&trace, "basic.publish").len(), 3);
}

/// A second death is of another kind, and counts with the first.
#[test]
fn a_step_asks_how_often_a_delivery_died_in_a_queue_whatever_the_reasons() {
    for (asked, in_queue, executions_of_it) in
        [(1, "work", 1), (2, "work", 2), (3, "work", 3), (1, "wait", 1), (2, "wait", 2), (9, "work", 9)]
    {
        let does = json!([{ "if_died": asked, "in": in_queue, "else": [{ "work": "work" }] }]);
        let trace = run(side(ladder(), &[worker(does)]), json!({ "poison": [1] }));
        assert_eq!(executions(&trace), [executions_of_it], "{asked} in {in_queue}");
        assert_eq!(trace.outcome, Outcome::Settled);
    }
}

#[test]
fn deaths_for_other_reasons_in_one_queue_add_up() {
    // Job 2 expires in `work` while the only worker is busy, is sent back by the clerk, and fails.
    let queues = json!([
        { "id": "work", "message_ttl": "60ms", "dead_letter": { "id": "again" } },
        { "id": "again", "dead_letter": { "id": "work" } },
    ]);
    let clerk = json!({ "id": "clerk", "consumer": { "queue": "again", "prefetch": 1 }, "does": [
        { "if_died": 2, "in": "work", "else": [{ "fail": "sent back" }] }] });
    let trace = run(
        side(queues, &[worker(json!([{ "work": "work" }])), clerk]),
        json!({ "jobs": 2, "arrivals": { "pattern": "burst" }, "parts": [{ "id": "work", "work": "100ms" }], "poison": [2] }),
    );
    assert_eq!(
        marks(&trace, MarkKind::Returned),
        [(60, 0, "dead-lettered: expired"), (60, 1, "dead-lettered: rejected"), (200, 0, "dead-lettered: rejected")]
    );
    assert_eq!((executions(&trace), trace.outcome), (vec![1, 1], Outcome::Settled));
    assert_eq!(works(&trace), [WorkOutcome::Done, WorkOutcome::Lost], "the clerk has put it away");
}

#[test]
fn a_dead_letter_queue_is_consumed_by_a_clerk() {
    let queues = json!([
        { "id": "work", "name": "work", "type": "quorum", "delivery_limit": 1, "dead_letter": { "id": "dead" } },
        { "id": "dead" },
    ]);
    let worker = json!({ "id": "worker", "consumer": { "queue": "work", "prefetch": 1, "requeue": true },
        "does": [{ "work": "work" }] });
    let clerk = json!({ "id": "clerk", "consumer": { "queue": "dead", "prefetch": 1 }, "does": [{ "compute": "5s" }] });
    let trace = run(
        side(queues, &[worker, clerk]),
        json!({ "network": { "latency": "10ms" }, "parts": [{ "id": "work", "work": "100ms" }], "poison": [1] }),
    );
    tells(
        &trace,
        "sequenceDiagram
        participant shop as shop
        participant broker as broker
        participant worker as worker
        participant clerk as clerk
        shop-)broker: publish job 1 [0 → 10 ms]
        broker-)shop: confirm [10 → 20 ms]
        broker-)worker: deliver job 1 [10 → 20 ms]
        Note over worker: failed (job 1) [120 ms]
        worker-)broker: reject [120 → 130 ms]
        Note over broker: work returned (job 1) [130 ms]
        broker-)worker: redeliver job 1 [130 → 140 ms, no. 2]
        Note over worker: failed (job 1) [240 ms]
        worker-)broker: reject [240 → 250 ms, no. 2]
        Note over broker: work dead-lettered: delivery_limit (job 1) [250 ms]
        broker-)clerk: deliver job 1 [250 → 260 ms]
        clerk-)broker: ack [5260 → 5270 ms]",
    );
    assert_eq!(works(&trace), [WorkOutcome::Lost], "the clerk has looked at it, and nobody holds it any more");
}

#[test]
fn what_a_clerk_publishes_back_is_a_new_message() {
    let queues = json!([{ "id": "work", "dead_letter": { "id": "dead" } }, { "id": "dead" }]);
    let clerk = json!({ "id": "clerk", "consumer": { "queue": "dead", "prefetch": 1 }, "does": [
        { "compute": "1s" }, { "publish": "work" }] });
    let does = json!([{ "if_died": 1, "in": "work", "does": [{ "fail": "never" }], "else": [{ "work": "work" }] }]);
    let trace = run(side(queues, &[worker(does), clerk]), json!({ "failures": { "first": 2 } }));
    assert_eq!((works(&trace), executions(&trace)), (vec![WorkOutcome::Done], vec![3]), "its x-death begins anew");
    assert_eq!(
        marks(&trace, MarkKind::Returned),
        [(10, 0, "dead-lettered: rejected"), (1020, 0, "dead-lettered: rejected")]
    );
    assert_eq!(trace.outcome, Outcome::Settled);
}

/// dlx.md: a message that would reach a queue twice is dropped if nobody rejected it in the whole cycle.
#[test]
fn a_cycle_without_a_rejection_is_dropped() {
    let queues = json!([
        { "id": "one", "message_ttl": "1s", "dead_letter": { "id": "two" } },
        { "id": "two", "message_ttl": "2s", "dead_letter": { "id": "one" } },
    ]);
    let mut scenario = scenario(side(queues, &[]), Value::Null);
    scenario["sides"][0]["never"] = json!(["work"]);
    let trace = play(scenario).sides.swap_remove(0).trace;
    assert_eq!(stays(&trace, 0, StayKind::Ready), [(0, Some(1000), Ending::Expired)]);
    assert_eq!(stays(&trace, 1, StayKind::Ready), [(1000, Some(3000), Ending::Expired)]);
    assert_eq!(marks(&trace, MarkKind::Dropped), [(3000, 1, "dropped: dead-letter cycle")]);
    assert_eq!((trace.outcome, callers(&trace)), (Outcome::Settled, vec![CallerOutcome::Accepted]));
}

#[test]
fn a_queue_whose_dead_letters_come_back_to_it_takes_only_those_that_were_rejected() {
    let own = |more: Value| {
        let mut queue = json!({ "id": "work", "dead_letter": { "id": "work" } });
        more.as_object().unwrap().iter().for_each(|(key, value)| queue[key] = value.clone());
        run(
            side(json!([queue]), &[worker(json!([{ "work": "work" }]))]),
            json!({ "jobs": 2,
            "arrivals": { "pattern": "burst" }, "failures": { "first": 1 }, "parts": [{ "id": "work", "work": "100ms" }] }),
        )
    };
    let rejected = own(json!({}));
    assert_eq!((works(&rejected), executions(&rejected)), (vec![WorkOutcome::Done; 2], vec![2, 2]));
    let expired = own(json!({ "message_ttl": "30ms" }));
    assert_eq!(marks(&expired, MarkKind::Dropped), [(30, u16::MAX, "dropped: dead-letter cycle")]);
    assert_eq!(works(&expired)[1], WorkOutcome::Lost);
}

#[test]
fn what_nobody_takes_lies_for_good_with_the_reason() {
    let queues = json!([
        { "id": "work", "max_length": 1, "dead_letter": { "id": "dead" } },
        { "id": "dead" },
    ]);
    let trace = run(
        side(queues, &[worker(json!([{ "work": "work" }]))]),
        json!({ "jobs": 4, "arrivals": { "pattern": "burst" }, "parts": [{ "id": "work", "work": "100ms" }], "poison": [1] }),
    );
    let mut set_aside = marks(&trace, MarkKind::DeadLettered);
    set_aside.sort_unstable();
    assert_eq!(
        set_aside,
        [(0, 1, "dead-lettered: maxlen"), (0, 1, "dead-lettered: maxlen"), (100, 1, "dead-lettered: rejected")]
    );
    use WorkOutcome::*;
    assert_eq!(works(&trace), [DeadLettered, DeadLettered, DeadLettered, Done]);
    assert_eq!(trace.outcome, Outcome::Settled);
}

/// A parking queue that is too long lets the oldest go on: that one is not parked any more.
#[test]
fn what_lay_and_went_on_is_done_after_all() {
    let queues = json!([
        { "id": "work", "dead_letter": { "id": "full" } },
        { "id": "full", "max_length": 1, "dead_letter": { "id": "last" } },
        { "id": "last" },
    ]);
    let last = json!({ "id": "clerk", "consumer": { "queue": "last" }, "does": [{ "work": "work" }] });
    let trace = run(
        side(queues, &[worker(json!([{ "work": "work" }])), last]),
        json!({ "jobs": 2, "failures": { "first": 1 } }),
    );
    assert_eq!(works(&trace), [WorkOutcome::Done, WorkOutcome::DeadLettered]);
    let ended: Vec<Ending> = stays(&trace, 1, StayKind::Parked).iter().map(|(.., ending)| *ending).collect();
    assert_eq!(ended, [Ending::Refused, Ending::Open]);
}

#[test]
fn what_lay_and_was_pushed_out_is_lost() {
    let queues = json!([{ "id": "work", "dead_letter": { "id": "full" } }, { "id": "full", "max_length": 1 }]);
    let trace = run(side(queues, &[worker(json!([{ "work": "work" }]))]), json!({ "jobs": 2, "poison": [1, 2] }));
    assert_eq!(works(&trace), [WorkOutcome::Lost, WorkOutcome::DeadLettered]);
    assert_eq!(marks(&trace, MarkKind::Dropped).len(), 1);
}

#[test]
fn a_queue_that_is_full_takes_no_dead_letter() {
    let queues = json!([
        { "id": "work", "dead_letter": { "id": "dead" } },
        { "id": "dead", "max_length": 1, "overflow": "reject-publish" },
    ]);
    let trace = run(side(queues, &[worker(json!([{ "work": "work" }]))]), json!({ "jobs": 2, "poison": [1, 2] }));
    assert_eq!(works(&trace), [WorkOutcome::DeadLettered, WorkOutcome::Lost]);
    assert_eq!(marks(&trace, MarkKind::Dropped).len(), 1);
}

/// A dead letter takes as long to be safe as any message, and one that is not safe yet dies with the broker.
#[test]
fn a_dead_letter_is_written_like_any_message() {
    let queues = json!([
        { "id": "work", "dead_letter": { "id": "dead" } },
        { "id": "dead", "type": "quorum", "write_time": "200ms" },
    ]);
    let changes = |at: &str| json!([{ "at": at, "for": "10ms", "fault": "crash", "actor": "left.broker" }]);
    for (at, outcome) in [("100ms", WorkOutcome::Lost), ("300ms", WorkOutcome::DeadLettered)] {
        let trace = run(
            side(queues.clone(), &[worker(json!([{ "work": "work" }]))]),
            json!({ "poison": [1], "changes": changes(at) }),
        );
        assert_eq!(works(&trace), [outcome], "{at}");
    }
}

#[test]
fn a_call_that_died_once_is_answered_all_the_same() {
    let trace = run(
        json!([
            { "id": "shop", "caller": {}, "does": [{ "call": "work", "request": "price" }] },
            { "id": "broker", "rabbitmq": { "queues": ladder() } },
            worker(json!([{ "work": "work" }, { "answer": "42" }])),
        ]),
        json!({ "failures": { "first": 1 } }),
    );
    assert_eq!((callers(&trace), ms(trace.jobs[0].answered)), (vec![CallerOutcome::Answered], 10_020));
}

/// What waits and comes back without a rejection is in a cycle, whatever limit sent it away.
#[test]
fn a_delivery_limit_is_no_rejection_so_what_it_sends_to_wait_does_not_come_back() {
    let mut queues = ladder();
    queues[0]["type"] = json!("quorum");
    queues[0]["delivery_limit"] = json!(1);
    let requeues = json!({ "id": "worker", "consumer": { "queue": "work", "prefetch": 1, "requeue": true }, "does": [{ "work": "work" }] });
    let trace = run(side(queues, &[requeues]), json!({ "poison": [1] }));
    assert_eq!(marks(&trace, MarkKind::Dropped), [(10_020, 1, "dropped: dead-letter cycle")]);
    assert_eq!((executions(&trace), works(&trace)), (vec![2], vec![WorkOutcome::Lost]));
}

#[test]
fn the_limits_of_the_queue_to_which_it_goes_hold_for_a_dead_letter() {
    let queues = json!([
        { "id": "work", "dead_letter": { "id": "second" } },
        { "id": "second", "type": "quorum", "delivery_limit": 1, "max_length": 1, "dead_letter": { "id": "last" } },
        { "id": "last" },
    ]);
    let second = json!({ "id": "second-worker", "consumer": { "queue": "second", "prefetch": 1, "requeue": true },
        "does": [{ "compute": "50ms" }, { "work": "work" }] });
    let trace = run(
        side(queues, &[worker(json!([{ "fail": "not mine" }])), second]),
        json!({ "jobs": 3, "arrivals": { "pattern": "burst" }, "poison": [1] }),
    );
    let mut set_aside = marks(&trace, MarkKind::DeadLettered);
    set_aside.sort_unstable();
    assert_eq!(
        set_aside,
        [(0, 2, "dead-lettered: maxlen"), (120, 2, "dead-lettered: delivery_limit")],
        "one is too many beside the one that waits, and one is delivered twice"
    );
    assert_eq!(works(&trace), [WorkOutcome::DeadLettered, WorkOutcome::DeadLettered, WorkOutcome::Done]);
}

#[test]
fn a_dead_letter_for_a_queue_that_is_not_there_yet_is_gone() {
    let queues = json!([
        { "id": "work", "dead_letter": { "id": "dead" } },
        { "id": "dead", "bound_at": "1s" },
    ]);
    let trace = run(
        side(queues, &[worker(json!([{ "work": "work" }]))]),
        json!({ "jobs": 2, "arrivals": { "pattern": "regular", "every": "2s" }, "poison": [1, 2] }),
    );
    assert_eq!(works(&trace), [WorkOutcome::Lost, WorkOutcome::DeadLettered]);
    assert_eq!(marks(&trace, MarkKind::Dropped), [(10, u16::MAX, "dropped: unroutable")]);
}

/// It keeps the address to which the reply goes.
#[test]
fn a_clerk_answers_what_was_called_where_it_died() {
    let trace = run(
        json!([
            { "id": "shop", "caller": {}, "does": [{ "call": "work", "request": "price" }] },
            { "id": "broker", "rabbitmq": { "queues": [{ "id": "work", "dead_letter": { "id": "dead" } }, { "id": "dead" }] } },
            worker(json!([{ "work": "work" }])),
            { "id": "clerk", "consumer": { "queue": "dead" }, "does": [{ "compute": "1s" }, { "answer": "404 None" }] },
        ]),
        json!({ "poison": [1] }),
    );
    assert_eq!((callers(&trace), ms(trace.jobs[0].settled)), (vec![CallerOutcome::Refused], 1010));
}

#[test]
fn a_ladder_without_an_end_ends_by_a_limit_that_is_said() {
    let endless = |does: Value| play(scenario(side(ladder(), &[worker(does)]), json!({ "poison": [1] })));
    let works_on_it = endless(json!([{ "work": "work" }]));
    let trace = &works_on_it.sides[0].trace;
    assert_eq!((trace.outcome, works(trace)), (Outcome::LimitReached(Limit::Loop), vec![WorkOutcome::Unfinished]));
    let said = written(&works_on_it, Format::Text);
    assert!(said.contains("went round in a loop") && said.contains("nothing would have ended that"), "{said}");
    let mut slow = ladder();
    slow[1]["message_ttl"] = json!("1h");
    let mut never = scenario(side(slow, &[worker(json!([{ "fail": "not mine" }]))]), json!({}));
    never["sides"][0]["never"] = json!(["work"]);
    let only_fails = play(never);
    let trace = &only_fails.sides[0].trace;
    assert_eq!((trace.outcome, executions(trace)), (Outcome::LimitReached(Limit::SimulatedTime), vec![0]));
}

#[test]
fn what_waits_where_nobody_takes_is_no_work_that_a_worker_leaves_lying() {
    let played = play_built_in("system-retry-ladder");
    let said = written(&played, Format::Text);
    assert!(!said.contains("idle"), "{said}");
    let outcomes = |side: usize| (works(&played.sides[side].trace), executions(&played.sides[side].trace));
    use WorkOutcome::*;
    assert_eq!(outcomes(0), (vec![Done, DeadLettered, Done], vec![1, 4, 1]));
    assert_eq!(outcomes(1), (vec![Done, DeadLettered, Done], vec![1, 2, 1]));
}

/// It is about the part that its sender works on, for nobody works on it where it lies.
#[test]
fn what_is_put_where_nobody_takes_it_is_about_the_part_in_hand() {
    let does =
        json!([{ "if_died": 1, "in": "work", "does": [{ "publish": "parking" }], "else": [{ "work": "second" }] }]);
    let mut parties = side(ladder(), &[worker(does)]);
    parties[0]["does"] = json!([{ "publish": "work" }, { "publish": "first" }]);
    let more = [
        json!({ "id": "first", "rabbitmq": {} }),
        json!({ "id": "other", "consumer": { "queue": "first" }, "does": [{ "work": "first" }] }),
    ];
    parties.as_array_mut().unwrap().extend(more);
    let parts = json!([{ "id": "first", "work": "10ms" }, { "id": "second", "work": "10ms" }]);
    let trace = run(parties, json!({ "parts": parts, "failures": { "first": 1 } }));
    assert_eq!(works(&trace), [WorkOutcome::Lost, WorkOutcome::DeadLettered]);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let asks =
        |queue: &str, times: u32| worker(json!([{ "if_died": times, "in": queue, "else": [{ "work": "work" }] }]));
    let of_worker = "sides.left.parties.worker.does.0";
    let cases = [
        (
            asks("parking", 3),
            "in",
            "what dies in `parking` does not go on; name another queue of its broker in its `dead_letter`",
        ),
        (asks("worc", 3), "in", "`broker` has no queue `worc`; there are `work`, `wait`, `parking`"),
        (asks("work", 0), "if_died", "0 would not do; write a whole number from 1 to 255"),
        (asks("work", 256), "if_died", "256 would not do; write a whole number from 1 to 255"),
    ];
    for (worker, field, sentence) in cases {
        refused(side(ladder(), &[worker]), &format!("{of_worker}.{field}"), sentence);
    }
    let nowhere = "only a delivery of RabbitMQ knows where it died; ask in the `does` of a `consumer`, and before several \
                   things are done at once";
    let asked = json!({ "if_died": 3, "in": "work", "does": [] });
    let branch = worker(json!([{ "at_once": [{ "does": [asked] }] }]));
    refused(side(ladder(), &[branch]), "sides.left.parties.worker.does.0.at_once.0.does.0.if_died", nowhere);
    let mut of_the_job = side(ladder(), &[three_times()]);
    of_the_job[0]["does"] = json!([asked]);
    refused(of_the_job, "sides.left.parties.shop.does.0.if_died", nowhere);
    let other = [
        json!({ "id": "images", "sqs": {} }),
        json!({ "id": "poller", "poller": { "queue": "images" }, "does": [asked] }),
    ];
    let with_others: Vec<Value> = std::iter::once(three_times()).chain(other).collect();
    refused(side(ladder(), &with_others), "sides.left.parties.poller.does.0.if_died", nowhere);
}

#[test]
fn a_place_for_dead_letters_that_cannot_be_meant_is_refused() {
    let at = |field: &str| format!("sides.left.parties.broker.rabbitmq.queues.work.dead_letter.{field}");
    let mut named = ladder();
    named[0]["dead_letter"]["name"] = json!("Waiting room");
    refused(
        side(named, &[three_times()]),
        &at("name"),
        "`wait` is a queue of this broker, and has its name there; leave it out",
    );
    let mut elsewhere =
        side(ladder(), &[worker(json!([{ "work": "work" }])), json!({ "id": "second", "rabbitmq": {} })]);
    elsewhere[1]["rabbitmq"]["queues"][0]["dead_letter"]["id"] = json!("second");
    refused(elsewhere, &at("id"), "`second` is taken; give each party and each queue its own id");
    let mut fanout = side(ladder(), &[three_times()]);
    fanout[1]["rabbitmq"]["exchange"] = json!({ "type": "fanout" });
    refused(
        fanout,
        &at("id"),
        "a fanout exchange has every queue of this broker bound, and so publishes to `wait` as well; give the exchange \
         another type, as `direct` with `binding_keys`",
    );
}

/// With another exchange only the queues that are bound get what is published.
#[test]
fn a_waiting_queue_stands_beside_queues_that_an_exchange_feeds() {
    let mut queues = ladder();
    queues[0]["binding_keys"] = json!(["new"]);
    let mut parties = side(queues, &[worker(json!([{ "work": "work" }]))]);
    parties[1]["rabbitmq"]["exchange"] = json!({ "type": "direct", "routing_keys": ["new"] });
    parties[0]["does"] = json!([{ "publish": "broker" }]);
    let trace = run(parties, json!({ "failures": { "first": 1 } }));
    assert_eq!((works(&trace), executions(&trace)), (vec![WorkOutcome::Done], vec![2]));
}
