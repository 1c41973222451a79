//! A database behind a pool: `DB-1` to `DB-5`. Sources: PostgreSQL, "Frontend/Backend Protocol"; HikariCP; sqlx.

use counterpoint::time::{Moment, Span};
use counterpoint::trace::{CallerOutcome, Ending, Fate, MessageRow, StayKind, Trace, WorkOutcome};
use serde_json::{Value, json};

use crate::story::{most_at_once, play_side, sent, stays, tells};

fn burst(jobs: u32, work: &str, settings: Value) -> Trace {
    let mut settings = settings;
    settings["caller"] = json!({ "id": "app", "name": "App", "threads": jobs });
    let scenario = json!({ "workload": { "jobs": jobs, "arrivals": { "pattern": "burst" }, "work": work } });
    play_side("postgresql", settings, scenario)
}

/// What carries a statement: `Query`, or the five messages of the extended protocol.
fn statements(trace: &Trace) -> Vec<&MessageRow> {
    trace
        .messages
        .iter()
        .filter(|message| trace.kind(message).name.as_str() == "Query" || trace.kind(message).name.ends_with("Sync"))
        .collect()
}

#[test]
fn db_1_with_a_pool_of_ten_the_eleventh_query_leaves_when_the_first_is_done() {
    let trace = burst(11, "2s", json!({}));
    let sent: Vec<u64> = statements(&trace).iter().map(|query| query.sent.micros()).collect();
    assert_eq!(sent[..10], [0; 10]);
    assert_eq!(sent[10], 2_000_000);
    let waited = stays(&trace, StayKind::Pool)[0];
    assert_eq!((waited.end - waited.begin, waited.part.index()), (Span::seconds(2), 10));
}

#[test]
fn db_1_waiters_are_served_in_order() {
    let trace = burst(6, "100ms", json!({ "pool": { "max_connections": 2 } }));
    let order: Vec<u32> = statements(&trace).iter().map(|query| trace.jobs_of(query)[0].number()).collect();
    assert_eq!(order, [1, 2, 3, 4, 5, 6]);
    let sent: Vec<u64> = statements(&trace).iter().map(|query| query.sent.micros() / 1000).collect();
    assert_eq!(sent, [0, 0, 100, 100, 200, 200]);
}

#[test]
fn db_2_a_wait_of_thirty_seconds_fails_and_no_query_is_sent() {
    let trace = burst(11, "31s", json!({}));
    assert_eq!(statements(&trace).len(), 10);
    let job = &trace.jobs[10];
    assert_eq!((job.caller, job.settled), (CallerOutcome::Refused, Moment::from_micros(30_000_000)));
    assert!(statements(&trace).iter().all(|query| trace.jobs_of(query)[0].number() != 11));
    assert_eq!((trace.parts[10].executions, trace.parts[10].outcome), (0, WorkOutcome::Lost));
    // A connection that comes back at the very moment is too late: the time-out was set first.
    assert_eq!(statements(&burst(11, "30s", json!({}))).len(), 10);
}

#[test]
fn db_3_each_query_and_each_sync_gets_exactly_one_ready_for_query() {
    for (messages, ping) in [("simple", false), ("extended", false), ("simple", true), ("extended", true)] {
        let settings = json!({ "messages": messages, "pool": { "test_before_acquire": ping, "max_connections": 2 } });
        let mut settings = settings;
        settings["caller"] = json!({ "id": "app", "threads": 3 });
        let scenario = json!({ "workload": { "jobs": 5, "work": "40ms", "poison": [2] } });
        let trace = play_side("postgresql", settings, scenario);
        let asked = statements(&trace);
        assert_eq!(asked.len(), if ping { 10 } else { 5 });
        for (index, message) in trace.messages.iter().enumerate() {
            if trace.kind(message).arrow == counterpoint::trace::Arrow::Call {
                let ready = trace.messages.iter().filter(|reply| {
                    reply.reply_to.index() == index as u32 && trace.kind(reply).name.ends_with("ReadyForQuery")
                });
                assert_eq!(ready.count(), 1, "{} {messages}", trace.label(message));
            }
        }
        assert_eq!(trace.jobs[1].caller, CallerOutcome::Failed, "an error is followed by ReadyForQuery as well");
    }
}

#[test]
fn db_3_the_extended_messages_take_one_round_trip() {
    let settings = json!({ "messages": "extended", "sql": "SELECT name FROM users WHERE id = $1", "rows": 3 });
    let scenario = json!({ "workload": { "work": "5ms" }, "network": { "latency": "1ms" } });
    let trace = play_side("postgresql", settings, scenario);
    tells(
        &trace,
        "sequenceDiagram
            participant app as Application
            participant database as PostgreSQL
            app->>database: SELECT name FROM users WHERE id = $1 [0 → 1 ms]
            database-->>app: 3 rows [6 → 7 ms]",
    );
    assert_eq!(trace.kind(&trace.messages[0]).name.as_str(), "Parse, Bind, Describe, Execute, Sync");
    let body = trace.body(&trace.messages[1]);
    assert_eq!(body, "ParseComplete, BindComplete, RowDescription, DataRow × 3, CommandComplete, ReadyForQuery");
}

/// Ten connections, each held for 200 ms: Little's law allows 50 a second.
#[test]
fn db_4_a_connection_held_during_a_remote_call_bounds_the_throughput_by_pool_over_hold() {
    let settings = json!({ "remote": { "takes": "190ms", "workers": 1000 } });
    let trace = burst(200, "10ms", settings);
    let mut done: Vec<u64> = trace.jobs.iter().map(|job| job.answered.micros() / 1000).collect();
    done.sort_unstable();
    let expected: Vec<u64> = (0..200).map(|job| 200 * (job / 10 + 1)).collect();
    assert_eq!(done, expected, "ten every 200 ms");
    let seconds = trace.ended.since(Moment::START).as_seconds();
    assert!((200.0 / seconds - 50.0).abs() < 1e-9, "{} a second", 200.0 / seconds);
    let most = most_at_once(&trace, 2, StayKind::Busy);
    assert_eq!(most, 10, "the remote service could do a thousand at a time");
}

fn impatient(cancels: bool) -> Trace {
    let settings = json!({
        "caller": { "id": "app", "name": "App", "threads": 2 }, "timeout": "100ms", "cancels": cancels,
        "pool": { "max_connections": 1 }, "database": { "max_connections": 4 },
    });
    let scenario = json!({
        "workload": { "jobs": 2, "arrivals": { "pattern": "burst" }, "work": { "listed": { "values": ["300ms", "50ms"] } } },
        "network": { "latency": "5ms" },
    });
    play_side("postgresql", settings, scenario)
}

#[test]
fn db_5_an_applications_time_out_does_not_stop_the_query() {
    let trace = impatient(false);
    tells(
        &trace,
        "sequenceDiagram
            participant app as App
            participant database as PostgreSQL
            app->>database: SELECT [0 → 5 ms]
            Note over app: thread 1 timed out (job 1) [100 ms]
            Note over app: thread 1 gave up: no answer in time (job 1) [100 ms]
            app->>database: SELECT [100 → 105 ms]
            database-->>app: 1 row [155 → 160 ms]
            database-->>app: 1 row [305 → 310 ms, too late]",
    );
    let busy = stays(&trace, StayKind::Busy)[0];
    assert_eq!((busy.end - busy.begin, busy.ending), (Span::millis(300), Ending::Done), "the backend stays busy");
    assert_eq!((trace.jobs[0].caller, trace.parts[0].outcome), (CallerOutcome::Unknown, WorkOutcome::Done));
}

#[test]
fn db_5_a_cancel_request_does() {
    let trace = impatient(true);
    let cancel = sent(&trace, "CancelRequest")[0];
    assert_eq!((cancel.sent.micros(), cancel.arrived.micros()), (100_000, 105_000));
    let busy = stays(&trace, StayKind::Busy)[0];
    assert_eq!((busy.end.micros(), busy.ending), (105_000, Ending::Interrupted));
    let error = trace.messages.iter().find(|message| trace.label(message).starts_with("ErrorResponse")).unwrap();
    assert_eq!((error.sent.micros(), error.fate), (105_000, Fate::Late));
    assert_eq!(trace.parts[0].outcome, WorkOutcome::Lost);
}

#[test]
fn db_5_statement_timeout_stops_it_at_the_server() {
    let settings = json!({ "database": { "statement_timeout": "100ms" } });
    let trace = play_side("postgresql", settings, json!({ "workload": { "work": "300ms" } }));
    assert_eq!((trace.jobs[0].caller, trace.jobs[0].settled.micros()), (CallerOutcome::Failed, 100_000));
    assert_eq!(trace.label(trace.messages.last().unwrap()), "ErrorResponse 57014: canceled");
}

/// postgresql.conf: a hundred connections; the next is turned away.
#[test]
fn db_1_the_server_turns_away_more_connections_than_it_has_backends() {
    let trace = burst(3, "50ms", json!({ "database": { "max_connections": 2 } }));
    let outcomes: Vec<_> = trace.jobs.iter().map(|job| job.caller).collect();
    assert_eq!(outcomes, [CallerOutcome::Answered, CallerOutcome::Answered, CallerOutcome::Refused]);
    assert!(trace.messages.iter().any(|message| trace.label(message) == "too many clients already"));
}
