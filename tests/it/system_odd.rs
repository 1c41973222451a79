//! Odd systems: what cannot be meant is refused in words, and what can be meant is done.

use counterpoint::scenario::Scenario;
use counterpoint::trace::{CallerOutcome, Outcome, Trace, WorkOutcome};
use serde_json::{Value, json};

use crate::story::{executions, play_within, sent};
use crate::system_patterns::{run, scenario};

/// One that calls a service, which does this on `GET`.
fn asked(does: Value) -> Value {
    json!([
        { "id": "app", "caller": {}, "does": [{ "call": "api", "request": "GET" }] },
        { "id": "api", "service": {}, "on": [{ "request": "GET", "does": does }] },
    ])
}

#[track_caller]
fn refused(parties: Value, field: &str, sentence: &str) {
    let problem = Scenario::from_value(scenario(parties, json!({}))).expect_err("it is refused");
    assert_eq!((&*problem.path, &*problem.sentence), (field, sentence));
}

fn outcomes(trace: &Trace) -> Vec<CallerOutcome> {
    trace.jobs.iter().map(|job| job.caller).collect()
}

fn works(trace: &Trace) -> Vec<WorkOutcome> {
    trace.parts.iter().map(|part| part.outcome).collect()
}

#[test]
fn a_part_that_is_never_done_is_asked_of_nobody_and_not_lost() {
    let mut value = scenario(asked(json!([{ "compute": "1ms" }])), json!({ "jobs": 2 }));
    value["sides"][0]["never"] = json!(["work"]);
    let trace = play_within(Scenario::from_value(value).unwrap(), Default::default()).sides.swap_remove(0).trace;
    assert_eq!(works(&trace), [WorkOutcome::Done; 2]);
    assert_eq!((executions(&trace), outcomes(&trace)), (vec![0, 0], vec![CallerOutcome::Answered; 2]));
}

/// What it called would have nothing that its work or its rows could be about.
#[test]
fn a_clock_calls_and_publishes_only_about_rows() {
    let mut parties = asked(json!([{ "work": "work" }]));
    let ticks = |does: Value| json!([{ "every": "10ms", "does": [does] }]);
    parties[1]["every"] = ticks(json!({ "call": "other", "request": "GET" }));
    parties
        .as_array_mut()
        .unwrap()
        .push(json!({ "id": "other", "service": {}, "on": [{ "request": "GET", "does": [] }] }));
    let about = |verb: &str| {
        format!(
            "a clock strikes for no job, so there is nothing that `{verb}` could be about; put it into the `does` of a `take`"
        )
    };
    refused(parties.clone(), "sides.left.parties.api.every.0.does.0.call", &about("call"));
    parties[1]["every"] = ticks(json!({ "await": "word" }));
    refused(parties.clone(), "sides.left.parties.api.every.0.does.0.await", &about("await"));
    parties[1]["every"] = ticks(json!({ "bring": "word" }));
    refused(parties.clone(), "sides.left.parties.api.every.0.does.0.bring", &about("bring"));
    parties[1]["every"] = ticks(json!({ "publish": "queue" }));
    parties.as_array_mut().unwrap().push(json!({ "id": "queue", "rabbitmq": {} }));
    refused(parties, "sides.left.parties.api.every.0.does.0.publish", &about("publish"));
}

/// To see which part a call is about, programs are followed, and these lead to each other very often.
#[test]
fn services_that_call_each_other_many_times_are_read_at_once() {
    let calls = |id: &str| (0..20).map(|_| json!({ "call": id, "request": "GET" })).collect::<Vec<_>>();
    let value = scenario(
        json!([
            { "id": "app", "caller": {}, "does": [{ "call": "a", "request": "GET", "timeout": "50ms" }, { "call": "c", "request": "GET" }] },
            { "id": "a", "service": {}, "on": [{ "request": "GET", "does": calls("b") }] },
            { "id": "b", "service": {}, "on": [{ "request": "GET", "does": calls("a") }] },
            { "id": "c", "service": {}, "on": [{ "request": "GET", "does": [{ "work": "work" }] }] },
        ]),
        json!({}),
    );
    let begun = std::time::Instant::now();
    Scenario::from_value(value).unwrap();
    assert!(begun.elapsed().as_secs() < 5, "it took {:?}", begun.elapsed());
}

#[test]
fn two_tasks_that_await_the_same_word_both_get_one() {
    let trace = run(
        json!([
            { "id": "app", "caller": {}, "does": [
                { "at_once": [{ "does": [{ "call": "api", "request": "wait" }] }, { "does": [{ "call": "api", "request": "wait" }] }] },
                { "call": "api", "request": "work" } ] },
            { "id": "other", "caller": null, "service": { "workers": 2 }, "on": [] , "every": [{ "every": "1h", "does": [{ "compute": "1ms" }] }] },
            { "id": "api", "service": { "workers": 5 }, "on": [
                { "request": "wait", "does": [{ "at_once": [{ "does": [{ "call": "bell", "request": "ring" }] }] }, { "await": "word" }] },
                { "request": "come", "does": [{ "bring": "word" }] },
                { "request": "work", "does": [{ "work": "work" }] } ] },
            { "id": "bell", "service": { "workers": 2 }, "on": [
                { "request": "ring", "does": [{ "answer": "200 OK" }, { "pause": "50ms" }, { "call": "api", "request": "come" }] } ] },
        ]),
        json!({}),
    );
    assert_eq!(outcomes(&trace), [CallerOutcome::Answered]);
}

/// A row that gets the word again for which rows are taken may be taken again; one that had another word first as well.
#[test]
fn a_row_may_be_taken_whenever_it_has_the_word() {
    let trace = run(
        json!([
            { "id": "app", "caller": {}, "does": [{ "call": "api", "request": "POST" }] },
            { "id": "api", "service": {}, "tables": [{ "id": "rows" }],
                "on": [{ "request": "POST", "does": [{ "insert": "rows", "word": "new" }, { "write": "rows", "word": "pending" }] }],
                "every": [{ "every": "100ms", "does": [
                    { "take": "rows", "does": [{ "write": "rows", "word": "first" }, { "work": "work" }] },
                    { "take": "rows", "word": "first", "does": [{ "write": "rows", "word": "second" }] },
                    { "take": "rows", "word": "second", "does": [{ "work": "work" }, { "write": "rows", "word": "done" }] } ] }] },
        ]),
        json!({}),
    );
    assert_eq!((executions(&trace), trace.outcome), (vec![2], Outcome::Settled));
}

/// Of two rows of one job, the one that was taken is read and written.
#[test]
fn whoever_took_a_row_reads_and_writes_that_one() {
    let trace = run(
        json!([
            { "id": "app", "caller": {}, "does": [{ "call": "api", "request": "POST" }] },
            { "id": "api", "service": {}, "tables": [{ "id": "rows" }],
                "on": [{ "request": "POST", "does": [{ "insert": "rows", "word": "pending" }, { "insert": "rows", "word": "pending" }] }],
                "every": [{ "every": "100ms", "does": [
                    { "take": "rows", "does": [{ "read": "rows" }, { "if": "pending", "does": [{ "work": "work" }] }, { "write": "rows", "word": "done" }] } ] }] },
        ]),
        json!({}),
    );
    assert_eq!((executions(&trace), trace.outcome), (vec![2], Outcome::Settled));
}

#[test]
fn what_would_have_no_meaning_is_refused() {
    let take = |take: Value| {
        let mut parties = asked(json!([{ "work": "work" }]));
        parties[1]["tables"] = json!([{ "id": "rows" }]);
        parties[1]["every"] = json!([{ "every": "10ms", "does": [take] }]);
        parties
    };
    refused(
        take(json!({ "take": "rows", "most": 0, "does": [] })),
        "sides.left.parties.api.every.0.does.0.most",
        "0 is out of range; it must be from 1 to 10000",
    );
    let mut parties = take(json!({ "compute": "1ms" }));
    parties[1]["tables"] = json!([{ "id": "rows" }, { "id": "rows", "durable": false }]);
    refused(
        parties,
        "sides.left.parties.api.tables.rows",
        "there is another one called `rows`; give each table its own id",
    );
    let mut parties = take(json!({ "compute": "1ms" }));
    parties[1]["pools"] = json!([{ "id": "pool" }, { "id": "pool" }]);
    refused(
        parties,
        "sides.left.parties.api.pools.pool",
        "there is another one called `pool`; give each pool its own id",
    );
    let mut parties = asked(json!([{ "work": "work" }]));
    parties[0]["caller"] = json!({ "connections": 2 });
    refused(
        parties,
        "sides.left.parties.app.caller.connections",
        "a party's connections are those of each call; write `bulkhead` beside the `call`",
    );
    let mut parties = asked(json!([{ "work": "work" }]));
    let broker = |dead: &str| json!({ "id": "queue", "rabbitmq": { "queues": [{ "id": "mails", "dead_letter": { "id": dead } }] } });
    parties.as_array_mut().unwrap().push(broker("api"));
    refused(
        parties.clone(),
        "sides.left.parties.queue.rabbitmq.queues.mails.dead_letter.id",
        "`api` is taken; give each party and each queue its own id",
    );
}

#[test]
fn words_of_rows_are_plain_text() {
    for verb in ["write", "insert"] {
        let mut parties = asked(json!([{ verb: "rows", "word": "a\nb" }, { "work": "work" }]));
        parties[1]["tables"] = json!([{ "id": "rows" }]);
        let problem = Scenario::from_value(scenario(parties, json!({}))).expect_err("it is refused");
        assert_eq!(problem.path, "sides.left.parties.api.on.0.does.0.word");
    }
}

/// Several things that are handed over at once are handed over.
#[test]
fn what_is_published_at_once_is_accepted_and_not_answered() {
    let trace = run(
        json!([
            { "id": "app", "caller": {}, "does": [{ "at_once": [{ "does": [{ "publish": "left" }] }, { "does": [{ "publish": "right" }] }] }] },
            { "id": "left", "rabbitmq": {} }, { "id": "right", "rabbitmq": {} },
            { "id": "worker", "consumer": { "queue": "left" }, "does": [{ "work": "work" }] },
            { "id": "idler", "consumer": { "queue": "right" }, "does": [{ "compute": "1ms" }] },
        ]),
        json!({}),
    );
    assert_eq!(outcomes(&trace), [CallerOutcome::Accepted]);
    assert_eq!(sent(&trace, "basic.publish").len(), 2);
}

/// Who was answered once and then fails does not say that nothing was done.
#[test]
fn a_job_that_fails_after_an_answer_was_not_turned_away_unseen() {
    let parties = |second: Value| {
        json!([
            { "id": "app", "caller": {}, "does": [{ "call": "api", "request": "GET" }, second] },
            { "id": "api", "service": {}, "on": [{ "request": "GET", "does": [{ "work": "work" }] }] },
        ])
    };
    assert_eq!(outcomes(&run(parties(json!({ "fail": "no" })), json!({}))), [CallerOutcome::Failed]);
    let never = json!({ "repeat": { "every": "1ms", "times": 2, "until": "done" }, "does": [] });
    assert_eq!(outcomes(&run(parties(never), json!({}))), [CallerOutcome::Failed]);
}

/// A thread looks at one answer after another.
#[test]
fn a_thread_that_computes_on_answers_does_so_for_one_branch_after_another() {
    let branch = json!({ "does": [{ "call": "api", "request": "GET" }] });
    let parties = json!([
        { "id": "app", "caller": { "callback": "10ms" }, "does": [{ "at_once": [branch, branch, branch] }] },
        { "id": "api", "service": { "workers": 3 }, "on": [{ "request": "GET", "does": [{ "work": "work" }] }] },
    ]);
    let trace = run(parties, json!({}));
    crate::oracle::a_slot_does_one_thing_at_a_time(&trace).unwrap();
}
