//! SQS in systems: dead-letter queues that are queues themselves, and those who poll them.

use counterpoint::trace::{CallerOutcome, Ending, MarkKind, MessageRow, StayKind, Trace, WorkOutcome};
use serde_json::{Value, json};

use crate::story::{executions, play_built_in, sent, stays, tells};
use crate::system_brokers::{outcomes, play, refused};

/// A shop that sends to a queue, whoever polls that, and its dead-letter queue.
fn parties(queue: Value, dead: Value, more: &[Value]) -> Value {
    let mut parties = vec![
        json!({ "id": "shop", "caller": { "threads": 4 }, "does": [{ "publish": "orders" }] }),
        json!({ "id": "orders", "sqs": queue }),
        json!({ "id": "worker", "poller": { "queue": "orders" }, "does": [{ "work": "task" }] }),
        json!({ "id": "dead", "sqs": dead }),
    ];
    parties.extend_from_slice(more);
    json!(parties)
}

/// A queue of that type, from which a message is moved after so many receives.
fn queue(kind: &str, most: u32) -> Value {
    json!({ "type": kind, "visibility_timeout": "1s", "receive_message_wait_time": "20s", "label": "order {job}",
        "redrive_policy": { "id": "dead", "max_receive_count": most } })
}

fn dead(kind: &str) -> Value {
    json!({ "type": kind, "visibility_timeout": "1s", "receive_message_wait_time": "20s", "label": "dead {job}" })
}

/// When a lane's stays of that kind began, in milliseconds, and whose they are.
fn began(trace: &Trace, lane: &str, kind: StayKind) -> Vec<(u64, u32)> {
    let there = stays(trace, kind).into_iter().filter(|stay| trace.actors[stay.actor.at()].id == lane);
    there.map(|stay| (stay.begin.micros() / 1000, trace.job_of(stay.part).number())).collect()
}

/// SQS-2. What was received too often is in the dead-letter queue at the moment of the receive that is one too many,
/// within SQS. A clerk polls that queue and sends what it finds back to the first one: a redrive by hand, which is a new
/// message there, received as often again.
#[test]
fn sqs_2_a_clerk_takes_from_the_dead_letter_queue_and_sends_it_back() {
    let clerk = json!({ "id": "clerk", "poller": { "queue": "dead" }, "does": [
        { "compute": "300ms" }, { "publish": "orders" }] });
    let trace = play(
        parties(queue("standard", 1), dead("standard"), &[clerk]),
        json!({ "workload": { "jobs": 1, "failures": { "first": 1 } } }),
    );
    tells(
        &trace,
        "sequenceDiagram
            participant shop as shop
            participant orders as orders
            participant worker as worker
            participant dead as dead
            participant clerk as clerk
            worker->>orders: ReceiveMessage [0 → 10 ms]
            clerk->>dead: ReceiveMessage [0 → 10 ms]
            shop->>orders: SendMessage order 1 [0 → 10 ms]
            orders-->>shop: 200 OK [10 → 20 ms]
            orders-->>worker: order 1 [10 → 20 ms]
            Note over worker: failed (job 1) [120 ms]
            worker->>orders: ReceiveMessage [120 → 130 ms]
            Note over orders: visible again (job 1) [1010 ms]
            Note over dead: dead-lettered (job 1) [1010 ms]
            orders-)dead: move order 1 [1010 ms]
            dead-->>clerk: dead 1 [1010 → 1020 ms, no. 2]
            clerk->>orders: SendMessage order 1 [1320 → 1330 ms]
            orders-->>clerk: 200 OK [1330 → 1340 ms]
            orders-->>worker: order 1 [1330 → 1340 ms]
            clerk->>dead: DeleteMessage [1340 → 1350 ms]
            dead-->>clerk: 200 OK [1350 → 1360 ms]
            worker->>orders: DeleteMessage [1440 → 1450 ms]
            orders-->>worker: 200 OK [1450 → 1460 ms]",
    );
    assert_eq!((executions(&trace), outcomes(&trace)), (vec![2], vec![WorkOutcome::Done]));
}

/// Where nobody polls it, it lies there: it is dead-lettered, keeps its part, and keeps no run alive.
#[test]
fn sqs_2_what_nobody_polls_lies_in_the_dead_letter_queue() {
    for kind in ["standard", "fifo"] {
        let trace = play(parties(queue(kind, 2), dead(kind), &[]), json!({ "workload": { "jobs": 3, "poison": [2] } }));
        assert_eq!(executions(&trace), [1, 2, 1], "never a third receive from the first queue");
        assert_eq!(outcomes(&trace), [WorkOutcome::Done, WorkOutcome::DeadLettered, WorkOutcome::Done]);
        let laid = stays(&trace, StayKind::Parked);
        assert_eq!(laid.len(), 1);
        assert_eq!((trace.job_of(laid[0].part).number(), laid[0].ending), (2, Ending::Open));
        assert_eq!(trace.actors[laid[0].actor.at()].id, "dead");
        assert_eq!(trace.actors.len(), 4, "it has no lane besides");
        let marks: Vec<&str> = of_kind(&trace, MarkKind::DeadLettered);
        assert_eq!(marks, ["dead-lettered"]);
    }
}

/// The words of all marks of a kind.
fn of_kind(trace: &Trace, kind: MarkKind) -> Vec<&str> {
    trace.marks.iter().filter(|mark| mark.kind == kind).map(|mark| trace.labels.text(mark.label)).collect()
}

/// Somebody may put things aside by hand: a queue that nobody polls is one where messages lie.
#[test]
fn what_is_sent_to_a_queue_that_nobody_polls_lies_there() {
    let clerk = json!({ "id": "clerk", "poller": { "queue": "dead" }, "does": [{ "publish": "parking" }] });
    let parking = json!({ "id": "parking", "sqs": { "delay": "2s" } });
    let trace = play(
        parties(queue("standard", 1), dead("standard"), &[clerk, parking]),
        json!({ "workload": { "jobs": 1, "poison": [1] } }),
    );
    assert_eq!(outcomes(&trace), [WorkOutcome::DeadLettered]);
    assert_eq!(of_kind(&trace, MarkKind::DeadLettered), ["dead-lettered", "set aside"]);
    assert_eq!(began(&trace, "parking", StayKind::Parked).len(), 1);
}

/// A standard queue's messages keep their enqueue timestamp where they are moved, so the time before counts; a FIFO queue's
/// get another one (developer guide, "Setting up dead-letter queue retention").
#[test]
fn sqs_2_the_retention_of_a_moved_message_counts_from_when_it_was_sent_and_in_a_fifo_queue_from_the_move() {
    for (kind, kept) in [("standard", 10), ("fifo", 2010)] {
        let mut there = dead(kind);
        there["message_retention_period"] = json!("60s");
        let trace = play(
            parties(queue(kind, 2), there, &[]),
            json!({ "workload": { "jobs": 2, "poison": [1], "arrivals": { "pattern": "regular", "every": "70s" } } }),
        );
        let laid = stays(&trace, StayKind::Parked);
        assert_eq!(laid.len(), 1, "{kind}");
        assert_eq!((laid[0].begin.micros() / 1000, laid[0].ending), (2010, Ending::Expired), "{kind}");
        assert_eq!(laid[0].end.micros() / 1000, 60_000 + kept, "{kind}");
        assert_eq!(of_kind(&trace, MarkKind::Dropped), ["retention period over"], "{kind}");
    }
}

/// A message that has waited longer than the dead-letter queue would keep it is gone when it comes there.
#[test]
fn what_is_older_than_the_dead_letter_queue_keeps_is_gone_at_once() {
    let mut from = queue("standard", 1);
    from["visibility_timeout"] = json!("2min");
    let mut there = dead("standard");
    there["message_retention_period"] = json!("60s");
    let trace = play(parties(from, there, &[]), json!({ "workload": { "jobs": 1, "poison": [1] } }));
    assert_eq!(of_kind(&trace, MarkKind::Dropped), ["retention period over"]);
    assert_eq!((stays(&trace, StayKind::Parked).len(), outcomes(&trace)), (0, vec![WorkOutcome::Lost]));
}

/// The receives of a message are counted across all queues (API reference, ReceiveMessage: ApproximateReceiveCount).
#[test]
fn a_message_that_is_moved_goes_on_counting_its_receives() {
    let clerk = json!({ "id": "clerk", "poller": { "queue": "dead" }, "does": [{ "work": "task" }] });
    let trace = play(
        parties(queue("standard", 2), dead("standard"), &[clerk]),
        json!({ "workload": { "jobs": 1, "failures": { "first": 2 } } }),
    );
    let receives: Vec<u32> = sent(&trace, "ReceiveMessage response").iter().map(|row| row.attempt).collect();
    assert_eq!(receives, [1, 2, 3]);
    assert_eq!(outcomes(&trace), [WorkOutcome::Done]);
}

/// In a FIFO dead-letter queue messages keep their groups: the first of one that its clerk cannot do holds up the other of
/// that group, and nobody else. None is taken for a duplicate there, whatever its deduplication id is.
#[test]
fn sqs_6_a_fifo_dead_letter_queue_has_the_groups_of_the_queue_that_it_is_for() {
    let mut from = queue("fifo", 1);
    from["message_group_ids"] = json!(["A", "A", "B"]);
    let mut there = dead("fifo");
    there["visibility_timeout"] = json!("30s");
    there["message_deduplication_ids"] = json!(["the same"]);
    let clerk = json!({ "id": "clerk", "poller": { "queue": "dead", "count": 3 }, "does": [{ "compute": "2s" }] });
    let trace = play(
        parties(from, there, &[clerk]),
        json!({ "workload": { "jobs": 3, "poison": [1, 2, 3], "parts": [{ "id": "task", "work": "10ms" }] } }),
    );
    let received: Vec<(u64, u32)> = began(&trace, "dead", StayKind::Hidden);
    assert_eq!(received, [(1010, 1), (1040, 3), (3030, 2)]);
}

/// A dead-letter queue that is out is one that nobody can poll; what is moved there is moved all the same.
#[test]
fn nothing_is_lost_on_the_way_to_a_dead_letter_queue_that_is_out() {
    for fault in ["outage", "crash"] {
        let clerk = json!({ "id": "clerk", "poller": { "queue": "dead" }, "does": [{ "work": "task" }] });
        let trace = play(
            parties(queue("standard", 1), dead("standard"), &[clerk]),
            json!({ "workload": { "jobs": 1, "failures": { "first": 1 } },
                "changes": [{ "id": "out", "at": "500ms", "for": "3s", "fault": fault, "actor": "left.dead" }] }),
        );
        assert_eq!(outcomes(&trace), [WorkOutcome::Done], "{fault}");
        assert_eq!(began(&trace, "dead", StayKind::Ready), [(1010, 1)], "{fault}");
    }
}

#[test]
fn what_cannot_be_a_dead_letter_queue_is_refused_in_words() {
    let with = |from: &dyn Fn(&mut Value), there: Value| {
        let mut queue = queue("standard", 1);
        from(&mut queue);
        refused(parties(queue, there, &[]))
    };
    let fifo = |queue: &mut Value| queue["type"] = json!("fifo");
    let cases = [
        (
            with(&fifo, dead("standard")),
            "id: `dead` is a standard queue, and the dead-letter queue of a FIFO queue is FIFO",
        ),
        (
            with(&|_| {}, dead("fifo")),
            "id: `dead` is a FIFO queue, and the dead-letter queue of a standard queue is standard",
        ),
        (
            with(&|queue| queue["redrive_policy"]["id"] = json!("orders"), dead("standard")),
            "id: `orders` is this queue itself; name another one",
        ),
        (
            with(&|queue| queue["redrive_policy"]["name"] = json!("The end"), dead("standard")),
            "name: `dead` is a party, and has its name there; leave it out",
        ),
        (
            with(&|_| {}, json!({ "redrive_policy": { "id": "elsewhere" } })),
            "id: `dead` has a `redrive_policy` of its own; take it out there, for from a dead-letter queue messages are \
             only polled",
        ),
        (
            with(&fifo, json!({ "type": "fifo", "message_group_ids": ["other"] })),
            "id: messages keep their groups where they are moved, and `dead` has others; leave out its \
             `message_group_ids`, or write those of this queue",
        ),
    ];
    for (told, sentence) in cases {
        assert_eq!(told, format!("sides.left.parties.orders.sqs.redrive_policy.{sentence}"));
    }
}

/// System 9, and what a limit on what runs at once comes to: a caller is throttled with 429 at once, and is not begun; two
/// pollers in front of the same limit call it as often as it may run, and the queue keeps the rest.
#[test]
fn a_function_that_is_at_its_limit_throttles_callers_and_pollers_spare_it_that() {
    let played = play_built_in("system-pollers");
    let throttled = |trace: &Trace| {
        let answers = sent(trace, "response").into_iter();
        answers.filter(|row| trace.label(row) == "429 Too Many Requests").count()
    };
    let [left, right] = &played.sides[..] else { panic!("two sides") };
    assert_eq!((throttled(&left.trace), executions(&left.trace)), (3, vec![1, 1, 0, 1]));
    assert_eq!((throttled(&right.trace), executions(&right.trace)), (0, vec![1; 4]));
    assert_eq!(outcomes(&right.trace), [WorkOutcome::Done; 4]);
}

/// More pollers than the function may run: what is throttled tries again, then comes back by its clock with one more
/// receive, and so gets into the dead-letter queue although nothing is wrong with it (Lambda developer guide, "Using Lambda
/// with Amazon SQS").
#[test]
fn messages_that_were_only_throttled_get_into_the_dead_letter_queue() {
    let call = json!({ "call": "function", "request": "invoke {job}" });
    let trace = play(
        json!([
            { "id": "shop", "caller": { "threads": 3 }, "does": [{ "publish": "orders" }] },
            { "id": "orders", "sqs": queue("standard", 1) },
            { "id": "pollers", "poller": { "queue": "orders", "count": 3 }, "does": [call] },
            { "id": "function", "service": { "workers": 2, "accept_queue": 0, "when_full": "429 Too Many Requests" },
                "on": [{ "request": "invoke {job}", "does": [{ "work": "task" }] }] },
            { "id": "dead", "sqs": dead("standard") },
        ]),
        json!({}),
    );
    assert_eq!(executions(&trace), [1, 1, 0]);
    assert_eq!(outcomes(&trace), [WorkOutcome::Done, WorkOutcome::Done, WorkOutcome::DeadLettered]);
}

#[test]
fn what_a_service_says_that_is_full_says_so() {
    let told = refused(json!([
        { "id": "shop", "caller": {}, "does": [{ "call": "api", "request": "GET" }] },
        { "id": "api", "service": { "when_full": "200 OK" }, "on": [{ "request": "GET", "does": [{ "work": "task" }] }] },
    ]));
    let sentence = "`200 OK` does not say that there is no room; write `refuse`, or an answer as `429 Too Many Requests` or \
                    `503 Service Unavailable`";
    assert_eq!(told, format!("sides.left.parties.api.service.when_full: {sentence}"));
}

/// A shop that sends to a queue, pollers that take all of a receive for one task, and the function that they call with it.
fn with_batches(does: Value, poller: Value, function: Value) -> Value {
    let mut own = json!({ "queue": "orders", "max_number_of_messages": 10, "listener_mode": "batch",
        // The second poll finds all of them.
        "poll_interval": "500ms" });
    for (field, value) in poller.as_object().expect("fields") {
        own[field] = value.clone();
    }
    json!([
        { "id": "shop", "caller": { "threads": 4 }, "does": [{ "publish": "orders" }] },
        { "id": "orders", "sqs": { "visibility_timeout": "2s", "label": "order {job}",
            "redrive_policy": { "id": "dead", "max_receive_count": 5 } } },
        { "id": "pollers", "poller": own, "does": does },
        { "id": "function", "service": { "workers": 1, "accept_queue": 0, "when_full": "429 Too Many Requests" },
            "on": [{ "request": "invoke", "does": function }] },
    ])
}

/// System 9. A receive is one task: the function is called once with all messages of it, works on one after another, and is
/// answered for all; then one DeleteMessageBatch.
#[test]
fn a_batch_is_one_task_and_is_deleted_together() {
    let call = json!([{ "call": "function", "request": "invoke" }]);
    let trace = play(with_batches(call, json!({}), json!([{ "each": [{ "work": "task" }] }])), json!({}));
    tells(
        &trace,
        "sequenceDiagram
            participant shop as shop
            participant orders as orders
            participant pollers as pollers
            participant function as function
            participant dead as Dead letters
            shop->>orders: SendMessage order 1 [0 → 10 ms]
            shop->>orders: SendMessage order 2 [0 → 10 ms]
            shop->>orders: SendMessage order 3 [0 → 10 ms]
            orders-->>shop: 200 OK [10 → 20 ms]
            orders-->>shop: 200 OK [10 → 20 ms]
            orders-->>shop: 200 OK [10 → 20 ms]
            pollers->>orders: ReceiveMessage [520 → 530 ms]
            orders-->>pollers: 3 messages [530 → 540 ms]
            pollers->>function: invoke [540 → 550 ms]
            function-->>pollers: 200 OK [850 → 860 ms]
            pollers->>orders: DeleteMessageBatch [860 → 870 ms]
            orders-->>pollers: 200 OK [870 → 880 ms]",
    );
    assert_eq!((executions(&trace), outcomes(&trace)), (vec![1; 3], vec![WorkOutcome::Done; 3]));
}

/// Without a report, what fails takes the whole batch with it: all its messages come back, and what was done already is done
/// again.
#[test]
fn a_batch_of_which_one_fails_comes_back_as_a_whole() {
    let call = json!([{ "call": "function", "request": "invoke" }]);
    let trace = play(
        with_batches(call, json!({}), json!([{ "each": [{ "work": "task" }] }])),
        json!({ "workload": { "jobs": 3, "failures": { "first": 1 } } }),
    );
    // The first fails, then the second, then the third, each with all that went before it.
    assert_eq!(executions(&trace), [4, 3, 2]);
    assert_eq!(trace.parts.iter().map(|part| part.effects).collect::<Vec<_>>(), [3, 2, 1]);
    assert_eq!(outcomes(&trace), [WorkOutcome::Done; 3]);
}

/// With ReportBatchItemFailures the others go on, are deleted, and what failed alone is visible again.
#[test]
fn of_a_batch_that_reports_its_failures_only_what_failed_comes_back() {
    let call = json!([{ "call": "function", "request": "invoke" }]);
    let each = json!([{ "each": [{ "work": "task" }], "report_batch_item_failures": true }]);
    let trace = play(with_batches(call, json!({}), each), json!({ "workload": { "jobs": 3, "poison": [2] } }));
    assert_eq!(executions(&trace), [1, 5, 1]);
    assert_eq!(outcomes(&trace), [WorkOutcome::Done, WorkOutcome::DeadLettered, WorkOutcome::Done]);
    let answers: Vec<String> = sent(&trace, "response").iter().map(|row| trace.label(row)).collect();
    assert_eq!(answers, ["200 OK, batchItemFailures"; 5]);
    let deleted: Vec<(String, Vec<u32>)> =
        sent(&trace, "DeleteMessage").iter().map(|row| deletes(&trace, row)).collect();
    assert_eq!(deleted, [("DeleteMessageBatch".to_owned(), vec![1, 3])]);
}

/// What a delete says, and of which jobs.
fn deletes(trace: &Trace, row: &MessageRow) -> (String, Vec<u32>) {
    (trace.label(row), trace.parts_of(row).iter().map(|part| trace.job_of(*part).number()).collect())
}

/// A poller may do so itself; what is done for one message by the steps of another party is done for it alone.
#[test]
fn a_poller_may_go_over_its_batch_itself() {
    let each = json!([{ "each": [{ "insert": "seen", "unique": true }, { "if": "new", "does": [
        { "call": "function", "request": "invoke" }] }], "report_batch_item_failures": true }]);
    let mut parties = with_batches(each, json!({}), json!([{ "work": "task" }]));
    parties[2]["tables"] = json!([{ "id": "seen" }]);
    let trace = play(parties, json!({ "workload": { "jobs": 3, "poison": [2] } }));
    assert_eq!(executions(&trace), [1, 1, 1], "whoever comes back is known");
    assert_eq!(outcomes(&trace), [WorkOutcome::Done, WorkOutcome::Lost, WorkOutcome::Done]);
}

/// What fails in one of several things that are done at once for a message fails that message; and of whoever wants a job
/// there is nobody to report it to: the job has failed.
#[test]
fn a_report_comes_through_branches_and_ends_at_a_job() {
    let branches = json!([{ "at_once": [{ "does": [{ "call": "function", "request": "invoke" }] }] }]);
    let each = json!([{ "each": branches, "report_batch_item_failures": true }]);
    let work = json!([{ "each": [{ "work": "task" }], "report_batch_item_failures": true }]);
    let trace = play(with_batches(each.clone(), json!({}), work), json!({ "workload": { "jobs": 3, "poison": [2] } }));
    assert_eq!((executions(&trace), outcomes(&trace)[1]), (vec![1, 5, 1], WorkOutcome::DeadLettered));
    let trace = play(
        json!([
            { "id": "shop", "caller": {}, "does": [{ "each": [{ "fail": "no good" }], "report_batch_item_failures": true }] },
            { "id": "api", "service": {}, "on": [{ "request": "GET", "does": [{ "work": "task" }] }] },
        ]),
        json!({ "workload": { "jobs": 1 } }),
    );
    assert_eq!(trace.jobs[0].caller, CallerOutcome::Failed);
}

/// A function that is at its limit throttles the whole batch, and a process that dies has lost it: all come back.
#[test]
fn a_batch_that_is_throttled_or_dies_comes_back_as_a_whole() {
    let call = json!([{ "call": "function", "request": "invoke" }]);
    let each = json!([{ "each": [{ "work": "task" }], "report_batch_item_failures": true }]);
    for fault in [json!("crash"), json!("outage")] {
        for actor in ["left.pollers", "left.function"] {
            let trace = play(
                with_batches(call.clone(), json!({}), each.clone()),
                json!({ "changes": [{ "id": "out", "at": "600ms", "for": "1s", "fault": fault, "actor": actor }] }),
            );
            assert_eq!(outcomes(&trace), [WorkOutcome::Done; 3], "{fault} of {actor}");
            assert!(executions(&trace).iter().all(|count| *count <= 2), "{fault} of {actor}");
        }
    }
}

/// A batch takes as long as all its messages: what is too long for the visibility timeout is received by somebody else
/// meanwhile, and the first one's handles delete nothing, which is answered 200 all the same. Those of the second have
/// expired as well, which a standard queue minds only if they are not the latest; in a FIFO queue it goes on so.
#[test]
fn sqs_5_a_batch_that_took_too_long_is_received_again() {
    for (kind, times, laid) in [("standard", 2, 0), ("fifo", 5, 3)] {
        let call = json!([{ "call": "function", "request": "invoke" }]);
        let mut parties = with_batches(call, json!({ "count": 2 }), json!([{ "each": [{ "work": "task" }] }]));
        parties[1]["sqs"]["type"] = json!(kind);
        parties[3]["service"]["workers"] = json!(2);
        let trace = play(parties, json!({ "workload": { "jobs": 3, "parts": [{ "id": "task", "work": "800ms" }] } }));
        assert_eq!(outcomes(&trace), [WorkOutcome::Done; 3], "{kind}");
        assert_eq!((executions(&trace), stays(&trace, StayKind::Parked).len()), (vec![times; 3], laid), "{kind}");
    }
}

#[test]
fn what_is_about_one_job_is_refused_where_a_batch_is_at_hand() {
    let call = || json!([{ "call": "function", "request": "invoke" }]);
    let work = || json!([{ "work": "task" }]);
    let each = || json!([{ "each": [{ "work": "task" }] }]);
    let none = || json!({});
    let cases = [
        (
            with_batches(work(), none(), each()),
            "pollers.does.0.work: `work` is about one job, and here is a batch of them; put it into an `each`",
        ),
        (
            with_batches(json!([{ "call": "shop", "request": "POST /done" }]), none(), each()),
            "pollers.does.0.call: `call` is about one job, and here is a batch of them; put it into an `each`",
        ),
        (
            with_batches(call(), none(), work()),
            "function.on.0.does.0.work: `work` is about one job, and here is a batch of them; put it into an `each`",
        ),
        (
            with_batches(call(), none(), json!([{ "each": [{ "answer": "200 OK" }] }])),
            "function.on.0.does.0.each.0.answer: there is one answer for a whole batch; put it behind the `each`",
        ),
        (
            with_batches(
                call(),
                none(),
                json!([{ "each": [{ "hold": "db", "does": [] }], "report_batch_item_failures": true }]),
            ),
            "function.on.0.does.0.each: with `report_batch_item_failures` the others go on when one fails, and would have \
             its connection; put the `each` into the `hold`",
        ),
        (
            with_batches(call(), json!({ "delete": "before-work" }), each()),
            "pollers.poller.delete: `delete` is done when the batch was; leave it out",
        ),
        (
            with_batches(call(), json!({ "deduplicates": true }), each()),
            "pollers.poller.deduplicates: `deduplicates` is up to the steps; write `insert` with `unique` into the `each`",
        ),
        (
            with_batches(call(), json!({ "on_failure_visible_after": "1s" }), each()),
            "pollers.poller.on_failure_visible_after: `on_failure_visible_after` is not asked of a batch: what failed comes \
             back when its visibility timeout is over; leave it out",
        ),
        (
            with_batches(call(), json!({ "extend_visibility": { "every": "1s", "to": "2s" } }), each()),
            "pollers.poller.extend_visibility: `extend_visibility` is not done for a batch; leave it out, and give the queue \
             a `visibility_timeout` that is long enough",
        ),
    ];
    for (parties, told) in cases {
        assert_eq!(refused(parties), format!("sides.left.parties.{told}"));
    }
}
