//! Odd systems: what cannot be meant is refused in words, and what can be meant is done.

use counterpoint::scenario::Scenario;
use counterpoint::trace::{CallerOutcome, MarkKind, Outcome, Trace, WorkOutcome};
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
pub fn refused(parties: Value, field: &str, sentence: &str) {
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
    let about = |verb: &str| {
        format!(
            "a clock strikes for no job, so there is nothing that `{verb}` could be about; put it into the `does` of a `take`"
        )
    };
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
    // Of programs that were followed anew each time there would be 20 to the power of 16.
    Scenario::from_value(value).unwrap();
}

#[test]
fn the_words_of_failure_are_not_a_readers_own() {
    let mut parties = asked(json!([{ "work": "work" }, { "answer": "200 OK", "word": "failed" }]));
    refused(
        parties.clone(),
        "sides.left.parties.api.on.0.does.1.word",
        "`failed` is found where a step has failed; write another word, as `gave up`",
    );
    parties[1]["on"][0]["does"][1]["word"] = json!("gave up");
    assert!(Scenario::from_value(scenario(parties, json!({}))).is_ok());
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

/// The same within several things at once.
#[test]
fn whoever_took_a_row_writes_that_one_in_each_branch() {
    let trace = run(
        json!([
            { "id": "app", "caller": {}, "does": [{ "call": "api", "request": "POST" }] },
            { "id": "api", "service": {}, "tables": [{ "id": "rows" }],
                "on": [{ "request": "POST", "does": [{ "insert": "rows", "word": "pending" }, { "insert": "rows", "word": "pending" }] }],
                "every": [{ "every": "100ms", "does": [
                    { "take": "rows", "does": [{ "work": "work" }, { "at_once": [{ "does": [{ "write": "rows", "word": "done" }] }] }] } ] }] },
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
        "0 would not do; write a whole number from 1 to 10000",
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

/// What it published is confirmed, and what it asked is answered, whatever happened to it meanwhile.
#[test]
fn whoever_wants_the_jobs_does_not_die() {
    let publisher = json!([
        { "id": "app", "caller": {}, "does": [{ "publish": "mails" }] },
        { "id": "mails", "rabbitmq": {} },
        { "id": "worker", "consumer": { "queue": "mails" }, "does": [{ "work": "work" }] },
    ]);
    let crash = json!([{ "at": "1ms", "for": "50ms", "fault": "crash", "actor": "left.app" }]);
    let trace = run(publisher, json!({ "network": { "latency": "2ms" }, "changes": crash }));
    assert_eq!((outcomes(&trace), trace.outcome), (vec![CallerOutcome::Accepted], Outcome::Settled));
}

/// Nobody hears of it, so it is written down.
#[test]
fn what_fails_after_its_answer_says_so() {
    let trace = run(asked(json!([{ "work": "work" }, { "answer": "200 OK" }, { "fail": "too late" }])), json!({}));
    let gave_up: Vec<&str> = trace
        .marks
        .iter()
        .filter(|mark| mark.kind == MarkKind::GaveUp)
        .map(|mark| trace.labels.text(mark.label))
        .collect();
    assert_eq!((gave_up, outcomes(&trace)), (vec!["too late"], vec![CallerOutcome::Answered]));
}

#[test]
fn a_producer_without_memory_for_one_batch_is_refused() {
    let parties = |size: u32, memory: u32| {
        json!([
            { "id": "app", "caller": {}, "does": [{ "publish": "mails" }] },
            { "id": "mails", "kafka": { "record_size_bytes": size, "producer": { "batch_size_bytes": 1000, "buffer_memory_bytes": memory } } },
            { "id": "worker", "member": { "queue": "mails" }, "does": [{ "work": "work" }] },
        ])
    };
    for (size, memory, takes) in [(10, 999, 1000), (5000, 4999, 5000)] {
        let sentence = format!(
            "{memory} has no room for a batch, which takes {takes}; write at least as much, or a smaller `batch_size_bytes`"
        );
        refused(parties(size, memory), "sides.left.parties.mails.kafka.producer.buffer_memory_bytes", &sentence);
    }
    assert!(Scenario::from_value(scenario(parties(10, 1000), json!({}))).is_ok());
}

#[test]
fn what_a_member_with_several_hands_cannot_do_is_refused() {
    let parties = |member: Value| {
        let mut member = member;
        member["queue"] = json!("mails");
        json!([
            { "id": "app", "caller": {}, "does": [{ "publish": "mails" }] },
            { "id": "mails", "kafka": {} },
            { "id": "worker", "member": member, "does": [{ "work": "work" }] },
        ])
    };
    for (member, field, sentence) in [
        (json!({ "max_concurrency": 0 }), "max_concurrency", "0 would not do; write a whole number from 1 to 1000"),
        (
            json!({ "consumers": 3, "max_concurrency": 400 }),
            "max_concurrency",
            "400 would not do; write a whole number from 1 to 333",
        ),
        (
            json!({ "ordering": "key" }),
            "ordering",
            "with one hand records are worked on in the order of their offsets; leave it out, or write a \
             `max_concurrency` of more than 1",
        ),
        (
            json!({ "max_concurrency": 2, "commit": "after-batch" }),
            "commit",
            "`after-batch` is for one record after another; with several in hand write `auto`, which commits every \
             `auto_commit_interval` what is done without a gap",
        ),
        (
            json!({ "max_concurrency": 2, "between_attempts": "sleep" }),
            "between_attempts",
            "with several hands polling never stops, and a record that is to be tried again keeps no hand; leave it out",
        ),
        (
            json!({ "between_attempts": "wait" }),
            "between_attempts",
            "\"wait\" would not do; write `poll`, `sleep` or `pause`",
        ),
    ] {
        refused(parties(member), &format!("sides.left.parties.worker.member.{field}"), sentence);
    }
}

#[test]
fn what_would_be_passed_over_is_refused() {
    let publishes = |broker: Value, consumer: Value| {
        json!([
            { "id": "app", "caller": {}, "does": [{ "publish": "broker" }] },
            { "id": "broker", "rabbitmq": broker },
            { "id": "worker", "consumer": consumer, "does": [{ "work": "work" }] },
        ])
    };
    refused(
        publishes(json!({ "queues": [{ "id": "left" }, { "id": "right" }] }), json!({ "queue": "right" })),
        "sides.left.parties.app.does.0.publish",
        "`broker` has several queues; write which of them is meant: there are `left`, `right`",
    );
    refused(
        publishes(json!({}), json!({ "queue": "broker", "factors": [2] })),
        "sides.left.parties.worker.consumer.factors",
        "`factors` change nothing here, for the steps say how long they take; leave it out",
    );
    refused(
        publishes(json!({}), json!({ "queue": "broker", "lanes": "each", "count": 2 })),
        "sides.left.parties.worker.consumer.lanes",
        "`lanes` is one here: those of a party share its fate; write a party each for what is to fail apart",
    );
    let mut value = scenario(asked(json!([{ "work": "work" }])), json!({}));
    value["sides"][0]["never"] = json!(["work"]);
    let problem = Scenario::from_value(value.clone()).expect_err("it is done and never done");
    assert_eq!(
        problem.sentence,
        "`work` is worked on at `parties.api.on.0.does.0.work`; take it out of one of the two"
    );
    value["sides"][0]["never"] = json!([]);
    for (ways, sentence) in [
        (json!([{ "between": ["app", "app"] }]), "`app` is there twice; a way is between two parties"),
        (
            json!([{ "between": ["app", "api"] }, { "between": ["api", "app"] }]),
            "there is another way between these two; write one for both directions",
        ),
    ] {
        value["sides"][0]["ways"] = ways;
        assert_eq!(Scenario::from_value(value.clone()).expect_err("no such way").sentence, sentence);
    }
}

/// Each way in which a step fails has its word.
#[test]
fn every_failure_has_a_word_that_can_be_asked_for() {
    let failing = |call: Value, does: Value, changes: Value, word: &str| {
        let mut call = call;
        call["call"] = json!("other");
        call["request"] = json!("GET");
        call["else"] =
            json!([{ "if": word, "does": [{ "answer": "200 yes" }], "else": [{ "answer": "200 {found}" }] }]);
        let trace = run(
            json!([
                { "id": "app", "caller": {}, "does": [{ "call": "api", "request": "POST" }, { "call": "api", "request": "work" }] },
                { "id": "api", "service": {}, "on": [
                    { "request": "POST", "does": [call] }, { "request": "work", "does": [{ "work": "work" }] } ] },
                { "id": "other", "service": { "accept_queue": 0 }, "on": [{ "request": "GET", "does": does }] },
            ]),
            json!({ "changes": changes }),
        );
        let said = sent(&trace, "response")
            .iter()
            .find(|message| trace.actor(message.from).id == "api")
            .map(|message| trace.labels.text(message.label).to_owned());
        assert_eq!(said.as_deref(), Some("200 yes"), "{word}");
    };
    let down = json!([{ "at": "0ms", "for": "1s", "fault": "outage", "actor": "left.other" }]);
    failing(json!({}), json!([]), down, "refused");
    failing(json!({ "timeout": "10ms" }), json!([{ "pause": "20ms" }]), json!([]), "timed out");
    failing(json!({}), json!([{ "fail": "" }]), json!([]), "failed");
    failing(json!({}), json!([{ "dies": 1, "for": "1ms" }]), json!([]), "failed");
    failing(json!({}), json!([{ "answer": "409 Conflict", "word": "taken" }]), json!([]), "taken");
    let breaker = json!({ "sliding_window_size": 1, "minimum_number_of_calls": 1, "when_open": "fail" });
    let retry = json!({ "max_attempts": 2, "base": "1ms", "jitter": "none" });
    failing(json!({ "circuit_breaker": breaker, "retry": retry }), json!([{ "fail": "" }]), json!([]), "not permitted");
}

/// Of two that call at once, one finds no room, and one waits too long for a connection.
#[test]
fn what_finds_no_room_has_a_word_as_well() {
    let said = |step: Value| {
        let trace = run(
            json!([
                { "id": "app", "caller": { "threads": 2 }, "does": [{ "call": "api", "request": "POST" }] },
                { "id": "api", "service": { "workers": 2 }, "pools": [{ "id": "pool", "connections": 1, "max_wait": "5ms" }],
                    "on": [{ "request": "POST", "does": [step, { "answer": "200 OK" }] }] },
                { "id": "other", "service": {}, "on": [{ "request": "GET", "does": [{ "work": "work" }] }] },
            ]),
            json!({ "jobs": 2, "arrivals": { "pattern": "burst", "at": "0ms" } }),
        );
        let said = sent(&trace, "response").into_iter().filter(|message| trace.actor(message.from).id == "api");
        said.map(|message| trace.labels.text(message.label).to_owned()).collect::<Vec<_>>()
    };
    let otherwise = json!([{ "answer": "503 {found}" }]);
    let call =
        json!({ "call": "other", "request": "GET", "bulkhead": { "max_concurrent_calls": 1 }, "else": otherwise });
    assert_eq!(said(call), ["503 no room", "200 OK"]);
    let held = json!({ "hold": "pool", "does": [{ "call": "other", "request": "GET" }] });
    assert_eq!(said(held), ["500 Internal Server Error", "200 OK"], "a task that gets no connection has failed");
}

/// What is said of a failure is what whoever asked hears.
#[test]
fn a_request_that_fails_is_answered_in_its_own_words() {
    let hears = |text: &str| {
        let retry = json!({ "max_attempts": 2, "base": "1ms", "jitter": "none" });
        let mut parties = asked(json!([{ "fail": text, "first": 1 }, { "work": "work" }]));
        parties[0]["does"][0]["retry"] = retry;
        let trace = run(parties, json!({}));
        sent(&trace, "response").iter().map(|message| trace.labels.text(message.label).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(hears("409 Conflict"), ["409 Conflict"], "which is final");
    assert_eq!(hears("503 Busy"), ["503 Busy", "200 OK"]);
    assert_eq!(hears("no good"), ["no good", "200 OK"]);
    assert_eq!(hears(""), ["500 Internal Server Error", "200 OK"]);
}

/// Whoever knows messages again knows those that came to their end: half of it done is not done.
#[test]
fn a_consumer_that_dies_between_two_works_does_both_when_the_message_comes_again() {
    let trace = run(
        json!([
            { "id": "app", "caller": {}, "does": [{ "publish": "mails" }] }, { "id": "mails", "rabbitmq": {} },
            { "id": "worker", "consumer": { "queue": "mails", "deduplicates": true }, "does": [
                { "work": "first" }, { "dies": 1, "for": "10ms" }, { "work": "second" } ] },
        ]),
        json!({ "parts": [{ "id": "first", "work": "10ms" }, { "id": "second", "work": "10ms" }] }),
    );
    assert_eq!((executions(&trace), works(&trace)), (vec![2, 1], vec![WorkOutcome::Done; 2]));
}
