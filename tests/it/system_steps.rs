//! What steps of a party mean where it matters: pools, loops, and processes that die in the middle.

use std::collections::BTreeSet;

use counterpoint::time::{Moment, Span};
use counterpoint::trace::{CallerOutcome, Ending, Fate, Limit, MarkKind, Outcome, StayKind, Trace, WorkOutcome};
use serde_json::{Value, json};

use crate::story::{executions, sent, stays, tells};
use crate::system_patterns::{callers, ms, polls, run, works};

/// A task that holds the only connection of a pool wants another one.
fn locked_out(max_wait: Value) -> Trace {
    run(
        json!([
            { "id": "app", "caller": {}, "does": [{ "call": "api", "request": "GET" }] },
            { "id": "api", "service": {}, "pools": [{ "id": "db", "connections": 1, "max_wait": max_wait }], "on": [{ "request": "GET", "does": [
                { "hold": "db", "does": [{ "hold": "db", "does": [{ "work": "work" }] }] } ] }] },
        ]),
        json!({ "jobs": 2, "arrivals": { "pattern": "burst", "at": "0ms" } }),
    )
}

#[test]
fn pool_that_locks_itself_out_says_so_or_fails_in_time() {
    let trace = locked_out(json!("300ms"));
    let failed = |trace: &Trace| trace.jobs.iter().map(|job| (job.caller, ms(job.settled))).collect::<Vec<_>>();
    assert_eq!(failed(&trace), [(CallerOutcome::Failed, 300), (CallerOutcome::Failed, 600)]);
    let trace = locked_out(Value::Null);
    assert_eq!((callers(&trace), trace.outcome), (vec![CallerOutcome::Waiting; 2], Outcome::Settled));
    assert_eq!(works(&trace), [WorkOutcome::Unfinished; 2]);
    let held: Vec<StayKind> =
        trace.stays.iter().filter(|stay| stay.ending == Ending::Open).map(|stay| stay.kind).collect();
    assert!(held.contains(&StayKind::Pool) && held.contains(&StayKind::Backlog), "{held:?}");
}

/// How often something was asked for in a loop within a loop.
fn looped(outer: Value, inner: Value) -> Vec<u64> {
    let trace = run(
        json!([
            { "id": "app", "caller": {}, "does": [
                { "repeat": outer, "does": [{ "repeat": inner, "does": [{ "call": "api", "request": "GET" }] }] }, { "call": "api", "request": "POST" } ] },
            { "id": "api", "service": {}, "on": [{ "request": "GET", "does": [] }, { "request": "POST", "does": [{ "work": "work" }] }] },
        ]),
        json!({}),
    );
    assert_eq!(callers(&trace), [CallerOutcome::Answered]);
    polls(&trace)
}

#[test]
fn loops_within_loops_and_loops_that_last_so_long() {
    let times = |every: &str, times: u32| json!({ "every": every, "times": times });
    let lasts = |every: &str, lasts: &str| json!({ "every": every, "for": lasts });
    assert_eq!(looped(times("100ms", 2), times("10ms", 3)), [110, 120, 130, 240, 250, 260]);
    assert_eq!(looped(times("100ms", 2), lasts("10ms", "25ms")), [110, 120, 230, 240]);
    assert_eq!(looped(lasts("100ms", "100ms"), times("10ms", 1)), [110], "the moment at which it is over counts");
    assert_eq!(looped(lasts("100ms", "99ms"), times("10ms", 1)), Vec::<u64>::new());
}

fn deaths(trace: &Trace) -> Vec<u64> {
    trace.marks.iter().filter(|mark| mark.kind == MarkKind::Crashed).map(|mark| ms(mark.at)).collect()
}

/// The second time that anybody comes there, whoever it is.
#[test]
fn a_request_under_which_the_process_dies_is_reset() {
    let trace = run(
        json!([
            { "id": "app", "caller": { "threads": 3 }, "does": [{ "call": "api", "request": "POST" }] },
            { "id": "api", "service": { "workers": 2 }, "on": [{ "request": "POST", "does": [
                { "work": "work" }, { "dies": 2, "for": "100ms" }, { "answer": "201 Created" } ] }] },
        ]),
        json!({ "jobs": 4, "arrivals": { "pattern": "listed", "at": ["0ms", "50ms", "55ms", "300ms"] }, "network": { "latency": "1ms" } }),
    );
    tells(
        &trace,
        "sequenceDiagram
        participant app as app
        participant api as api
        app->>api: POST [0 → 1 ms]
        api-->>app: 201 Created [11 → 12 ms]
        app->>api: POST [50 → 51 ms]
        app->>api: POST [55 → 56 ms]
        Note over api: out [61 to 161 ms]
        Note over api: crashed [61 ms]
        api-->>app: connection reset [61 → 62 ms]
        api-->>app: connection reset [61 → 62 ms]
        Note over app: thread 1 gave up (job 2) [62 ms]
        Note over app: thread 2 gave up (job 3) [62 ms]
        Note over api: back [161 ms]
        app->>api: POST [300 → 301 ms]
        api-->>app: 201 Created [311 → 312 ms]",
    );
    use CallerOutcome::*;
    assert_eq!(callers(&trace), [Answered, Unknown, Unknown, Answered]);
    assert_eq!(executions(&trace), [1; 4], "the third was cut short");
    assert_eq!(works(&trace)[1..3], [WorkOutcome::Done, WorkOutcome::Lost]);
}

#[test]
fn a_delivery_under_which_the_process_dies_is_returned() {
    let trace = run(
        json!([
            { "id": "app", "caller": { "threads": 2 }, "does": [{ "publish": "mails" }] }, { "id": "mails", "rabbitmq": {} },
            { "id": "worker", "consumer": { "queue": "mails", "recovery_interval": "50ms" }, "does": [{ "work": "work" }, { "dies": 1, "for": "100ms" }] },
        ]),
        json!({ "jobs": 2, "arrivals": { "pattern": "burst", "at": "0ms" } }),
    );
    assert_eq!(deaths(&trace), [10]);
    let numbers: Vec<u64> = sent(&trace, "basic.deliver").iter().map(|message| ms(message.sent)).collect();
    assert_eq!(numbers, [0, 0, 110, 110], "both come again when it is back");
    assert_eq!((executions(&trace), works(&trace)), (vec![2, 1], vec![WorkOutcome::Done; 2]));
    let returned: Vec<u64> =
        trace.marks.iter().filter(|mark| mark.kind == MarkKind::Returned).map(|mark| ms(mark.at)).collect();
    assert_eq!(returned, [10, 10]);
}

/// A service whose clock takes the rows of a table, and dies over the first one.
fn dies_over_a_row(durable: bool) -> Trace {
    run(
        json!([
            { "id": "app", "caller": { "threads": 2 }, "does": [{ "call": "api", "request": "POST" }] },
            { "id": "api", "service": { "workers": 2 }, "tables": [{ "id": "rows", "durable": durable }],
                "on": [{ "request": "POST", "does": [{ "insert": "rows", "word": "pending" }, { "answer": "202 Accepted" }] }],
                "every": [{ "every": "100ms", "does": [{ "take": "rows", "does": [
                    { "work": "work" }, { "dies": 1, "for": "150ms" }, { "write": "rows", "word": "done" } ] }] }] },
        ]),
        json!({ "jobs": 2, "arrivals": { "pattern": "burst", "at": "0ms" } }),
    )
}

#[test]
fn a_clock_under_which_the_process_dies_goes_on_at_its_next_strike_and_rows_are_anybodys_again() {
    let trace = dies_over_a_row(true);
    let begun: Vec<(u32, u64)> =
        stays(&trace, StayKind::Busy).iter().map(|stay| (stay.part.index(), ms(stay.begin))).collect();
    assert_eq!(deaths(&trace), [110]);
    assert_eq!(begun, [(0, 100), (0, 300), (1, 310)], "it is back at 260 ms, and strikes at 300");
    assert_eq!((works(&trace), trace.outcome), (vec![WorkOutcome::Done; 2], Outcome::Settled));
    let waited: Vec<(u64, u64, Ending)> =
        stays(&trace, StayKind::Ready).iter().map(|stay| (ms(stay.begin), ms(stay.end), stay.ending)).collect();
    assert_eq!(waited, [(0, 310, Ending::Done), (0, 320, Ending::Done)]);
}

#[test]
fn a_table_in_memory_is_empty_after_a_death() {
    let trace = dies_over_a_row(false);
    assert_eq!(executions(&trace), [1, 0]);
    assert_eq!(works(&trace), [WorkOutcome::Done, WorkOutcome::Lost], "what was accepted is lost");
    assert!(
        stays(&trace, StayKind::Ready).iter().all(|stay| stay.ending == Ending::Interrupted && ms(stay.end) == 110)
    );
}

/// What it would have told its task is told to nobody, and what it knew is forgotten.
#[test]
fn a_process_that_dies_forgets_its_calls_and_the_words_that_came() {
    let trace = run(
        json!([
            { "id": "app", "caller": { "threads": 2 }, "does": [{ "call": "api", "request": "POST" }, { "call": "api", "request": "GET" }] },
            { "id": "api", "service": { "workers": 4 }, "on": [
                { "request": "POST", "does": [{ "bring": "word" }, { "answer": "200 OK" }, { "call": "other", "request": "GET" }, { "work": "work" }] },
                { "request": "GET", "does": [{ "pause": "20ms" }, { "dies": 1, "for": "0ms" }] },
                { "request": "never", "does": [{ "await": "word" }] } ] },
            { "id": "other", "service": {}, "on": [{ "request": "GET", "does": [{ "pause": "50ms" }] }] },
        ]),
        json!({ "network": { "latency": "1ms" } }),
    );
    assert_eq!(deaths(&trace), [23]);
    let late: Vec<Fate> = sent(&trace, "response")
        .iter()
        .filter(|message| trace.actor(message.from).id == "other")
        .map(|message| message.fate)
        .collect();
    assert_eq!(late, [Fate::Late]);
    assert_eq!((callers(&trace), works(&trace)), (vec![CallerOutcome::Unknown], vec![WorkOutcome::Lost]));
}

/// A consumer that publishes what it gets to the queue from which it got it.
#[test]
fn a_message_that_goes_round_for_ever_meets_a_limit() {
    let trace = run(
        json!([
            { "id": "app", "caller": {}, "does": [{ "publish": "mails" }] }, { "id": "mails", "rabbitmq": {} },
            { "id": "worker", "consumer": { "queue": "mails" }, "does": [{ "work": "work" }, { "publish": "mails", "confirm": "off" }] },
        ]),
        json!({}),
    );
    assert_eq!(trace.outcome.limit(), Some(Limit::Loop));
}

/// A calls B, which calls A: each waits for a worker whom the other holds.
#[test]
fn services_that_call_each_other_lock_up_and_say_so() {
    let calls = |id: &str, other: &str| json!({ "id": id, "service": { "workers": 2, "accept_queue": 1 }, "on": [{ "request": "GET", "does": [{ "call": other, "request": "GET" }, { "work": "work" }] }] });
    let mut parties = json!([{ "id": "app", "caller": {}, "does": [{ "call": "a", "request": "GET" }] }]);
    parties.as_array_mut().unwrap().extend([calls("a", "b"), calls("b", "a")]);
    let trace = run(parties, json!({}));
    assert_eq!((callers(&trace), trace.outcome), (vec![CallerOutcome::Waiting], Outcome::Settled));
}

/// Nothing that it looks for can come any more, so the run is over, and it does not strike for thirty days.
#[test]
fn a_clock_that_finds_nothing_keeps_no_run_going() {
    let parties = |does: Value| {
        json!([
            { "id": "app", "caller": {}, "does": [{ "call": "api", "request": "GET" }] },
            { "id": "api", "service": {}, "tables": [{ "id": "rows" }], "pools": [{ "id": "db", "connections": 1 }],
                "on": [{ "request": "GET", "does": [{ "hold": "db", "does": [{ "hold": "db", "does": [{ "work": "work" }] }] }] }],
                "every": [{ "every": "100ms", "does": does }] },
        ])
    };
    let trace = run(parties(json!([{ "take": "rows", "does": [{ "work": "work" }] }])), json!({}));
    assert_eq!((trace.outcome, callers(&trace)), (Outcome::Settled, vec![CallerOutcome::Waiting]));
    assert!(trace.ended <= Moment::START + Span::millis(200), "{:?}", trace.ended);
}

/// It strikes when it would have, however long it stood still: rows of 90, 110 and 730 ms are taken at 100, 200 and 800.
#[test]
fn a_clock_that_stood_still_strikes_as_if_it_had_not() {
    let trace = run(
        json!([
            { "id": "app", "caller": { "threads": 3 }, "does": [{ "call": "api", "request": "POST" }] },
            { "id": "api", "service": { "workers": 3 }, "tables": [{ "id": "rows" }],
                "on": [{ "request": "POST", "does": [{ "insert": "rows", "word": "pending" }] }],
                "every": [{ "every": "100ms", "does": [{ "take": "rows", "does": [{ "work": "work" }, { "write": "rows", "word": "done" }] }] }] },
        ]),
        json!({ "jobs": 3, "arrivals": { "pattern": "listed", "at": ["90ms", "110ms", "730ms"] } }),
    );
    let busy = stays(&trace, StayKind::Busy);
    let begun: Vec<u64> = busy.iter().map(|stay| ms(stay.begin)).collect();
    assert_eq!((begun, ms(trace.ended)), (vec![100, 200, 800], 810));
    let names: BTreeSet<_> = busy.iter().map(|stay| trace.actor(stay.actor).slot_name(stay.slot)).collect();
    assert_eq!(names, BTreeSet::from([Some("clock".to_owned())]), "which is no worker");
}
