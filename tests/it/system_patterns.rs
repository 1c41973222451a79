//! Patterns of the reference on sides of any parties: `LRT-*`, `OBX-*`, `PUB-*`, `CMP-4`.

use counterpoint::time::Moment;
use counterpoint::trace::{CallerOutcome, Fate, Limit, MarkKind, Outcome, PartId, Trace, WorkOutcome};
use serde_json::{Value, json};

use crate::story::{executions, play, sent, tells};

/// A scenario whose left side is these parties, and whose workload is one job of 10 ms unless it says otherwise. The network
/// takes no time unless a test says so.
pub fn scenario(parties: Value, mut workload: Value) -> Value {
    let parts = workload["parts"].take();
    let parts = if parts.is_null() { json!([{ "id": "work", "work": "10ms" }]) } else { parts };
    let network = workload["network"].take();
    let changes = workload["changes"].take();
    workload["parts"] = parts;
    let mut fields = workload.as_object().unwrap().clone();
    fields.retain(|_, value| !value.is_null());
    json!({
        "version": 2, "name": "story", "workload": fields,
        "network": if network.is_null() { json!({ "latency": "0ms" }) } else { network },
        "changes": if changes.is_null() { json!([]) } else { changes },
        "sides": [{ "id": "left", "protocol": "system", "parties": parties },
                  { "id": "right", "protocol": "rabbitmq", "publisher": { "id": "other-client" },
                    "queue": { "id": "other-queue" }, "consumers": { "id": "other-server" } }],
    })
}

/// The run of these parties.
pub fn run(parties: Value, workload: Value) -> Trace {
    play(scenario(parties, workload)).sides.swap_remove(0).trace
}

pub fn callers(trace: &Trace) -> Vec<CallerOutcome> {
    trace.jobs.iter().map(|job| job.caller).collect()
}

pub fn works(trace: &Trace) -> Vec<WorkOutcome> {
    trace.parts.iter().map(|part| part.outcome).collect()
}

/// The texts of the messages of a kind that reached somebody, each with when it did, in milliseconds.
pub fn heard<'t>(trace: &'t Trace, kind: &str) -> Vec<(&'t str, u64)> {
    let mut heard: Vec<(u64, &str)> = sent(trace, kind)
        .into_iter()
        .filter(|message| message.fate == Fate::Delivered)
        .map(|message| (ms(message.arrived), trace.labels.text(message.label)))
        .collect();
    heard.sort_by_key(|(at, _)| *at);
    heard.into_iter().map(|(at, text)| (text, at)).collect()
}

pub fn ms(at: Moment) -> u64 {
    at.since(Moment::START).as_micros() / 1000
}

/// A job of so long is taken on, and asked for every so often.
fn polled(job: u64, every: u64, retry_after: Value) -> Trace {
    run(
        json!([
            { "id": "app", "caller": {}, "does": [
                { "call": "api", "request": "POST" },
                { "repeat": { "every": format!("{every}ms"), "times": 100, "until": "done" }, "does": [{ "call": "api", "request": "GET" }] } ] },
            { "id": "api", "service": { "workers": 2 }, "tables": [{ "id": "jobs" }], "on": [
                { "request": "POST", "does": [{ "insert": "jobs", "word": "running" },
                    { "answer": "202 Accepted", "retry_after": retry_after }, { "work": "work" }, { "write": "jobs", "word": "done" }] },
                { "request": "GET", "does": [{ "read": "jobs" }, { "answer": "200 {found}", "retry_after": retry_after }] } ] },
        ]),
        json!({ "parts": [{ "id": "work", "work": format!("{job}ms") }] }),
    )
}

pub fn polls(trace: &Trace) -> Vec<u64> {
    let requests = sent(trace, "request").into_iter().filter(|message| trace.labels.text(message.label) == "GET");
    requests.map(|message| ms(message.sent)).collect()
}

#[test]
fn lrt_1_what_takes_j_is_known_at_the_first_poll_after_it() {
    for (job, every) in
        [(5000, 2000), (4000, 2000), (1, 2000), (2001, 2000), (700, 100), (999, 333), (1000, 333), (1, 1)]
    {
        let trace = polled(job, every, Value::Null);
        let expected = u64::div_ceil(job, every);
        assert_eq!(polls(&trace), (1..=expected).map(|poll| poll * every).collect::<Vec<_>>(), "{job} {every}");
        assert_eq!(ms(trace.jobs[0].accepted), 0, "the 202 takes the job on");
        assert_eq!(ms(trace.jobs[0].answered), expected * every);
        let lag = ms(trace.jobs[0].answered) - ms(trace.parts[0].finished);
        assert!(lag < every, "{lag}");
        assert_eq!(callers(&trace), [CallerOutcome::Answered]);
    }
}

#[test]
fn lrt_2_polls_respect_retry_after() {
    assert_eq!(polls(&polled(7000, 2000, json!("3s"))), [3000, 6000, 9000]);
    assert_eq!(polls(&polled(7000, 2000, json!("1s"))), [2000, 4000, 6000, 8000], "its own interval is longer");
}

/// The receiver of the webhook does this before it answers.
fn told(hook: Value) -> Trace {
    run(
        json!([
            { "id": "app", "caller": {}, "tables": [{ "id": "seen" }],
                "does": [{ "call": "api", "request": "POST" }, { "await": "done" }],
                "on": [{ "request": "POST /done", "does": hook }] },
            { "id": "api", "service": { "workers": 2 }, "on": [{ "request": "POST", "does": [
                { "answer": "202 Accepted" }, { "work": "work" },
                { "call": "app", "request": "POST /done", "timeout": "100ms", "retry": { "max_attempts": 3, "base": "1s", "cap": "1s", "jitter": "none" } } ] }] },
        ]),
        json!({ "network": { "latency": "10ms" } }),
    )
}

#[test]
fn lrt_3_a_webhook_that_is_answered_500_once_is_delivered_twice() {
    let trace = told(json!([{ "fail": "", "first": 1 }, { "bring": "done" }, { "answer": "204 No Content" }]));
    tells(
        &trace,
        "sequenceDiagram
        participant app as app
        participant api as api
        app->>api: POST [0 → 10 ms]
        api-->>app: 202 Accepted [10 → 20 ms]
        api->>app: POST /done [20 → 30 ms]
        app-->>api: 500 Internal Server Error [30 → 40 ms]
        Note over api: worker 1 tries again (job 1) [40 ms]
        api->>app: POST /done [1040 → 1050 ms, no. 2]
        app-->>api: 204 No Content [1050 → 1060 ms, no. 2]",
    );
    let events: Vec<PartId> = sent(&trace, "request")[1..].iter().map(|message| trace.parts_of(message)[0]).collect();
    assert_eq!(events, [events[0]; 2], "the same event");
    assert_eq!((callers(&trace), ms(trace.jobs[0].answered)), (vec![CallerOutcome::Answered], 1050));
}

#[test]
fn lrt_3_the_receiver_of_a_webhook_knows_an_event_again() {
    let hook = json!([{ "insert": "seen", "unique": true }, { "if": "new", "does": [{ "bring": "done" }] }, { "fail": "", "first": 1 },
        { "answer": "200 {found}" }]);
    let trace = told(hook);
    assert_eq!(
        heard(&trace, "response"),
        [("202 Accepted", 20), ("500 Internal Server Error", 40), ("200 exists", 1060)]
    );
    assert_eq!(ms(trace.jobs[0].answered), 30, "the first delivery was enough");
}

/// The first 202 does not arrive; what is sent again makes a row of its own, or is recognised.
fn lost_202(unique: bool) -> Trace {
    run(
        json!([
            { "id": "app", "caller": {}, "does": [
                { "call": "api", "request": "POST", "timeout": "100ms", "retry": { "max_attempts": 2, "base": "50ms", "jitter": "none" } } ] },
            { "id": "api", "service": { "workers": 2 }, "tables": [{ "id": "jobs" }], "on": [{ "request": "POST", "does": [
                { "insert": "jobs", "word": "running", "unique": unique }, { "answer": "202 Accepted" },
                { "if": "new", "does": [{ "work": "work" }] } ] }] },
        ]),
        json!({ "network": { "latency": "10ms" }, "changes": [{ "at": "15ms", "for": "10ms", "fault": "silent-outage", "actor": "left.app" }] }),
    )
}

#[test]
fn lrt_4_a_post_that_is_sent_again_after_a_lost_202_makes_two_jobs() {
    let trace = lost_202(false);
    let fates: Vec<Fate> = sent(&trace, "response").iter().map(|message| message.fate).collect();
    assert_eq!((sent(&trace, "request").len(), fates), (2, vec![Fate::Lost, Fate::Delivered]));
    assert_eq!((executions(&trace), trace.parts[0].effects), (vec![2], 2));
}

#[test]
fn lrt_4_with_an_idempotency_key_there_is_one() {
    let trace = lost_202(true);
    assert_eq!((sent(&trace, "request").len(), executions(&trace)), (2, vec![1]));
    assert_eq!(callers(&trace), [CallerOutcome::Accepted]);
}

/// An order is placed by these steps and then looked up; its e-mail hangs on an event, which a relay publishes like this.
fn order(steps: Value, relay: Value, consumer: Value) -> Trace {
    let mut consumer = consumer;
    consumer["queue"] = json!("events");
    let every = if relay.is_null() {
        json!([])
    } else {
        json!([{ "every": "100ms", "does": [{ "take": "outbox", "does": relay }] }])
    };
    run(
        json!([
            { "id": "app", "caller": {}, "does": [
                { "call": "api", "request": "POST /orders", "else": [{ "pause": "1s" }] }, { "call": "api", "request": "GET /orders" } ] },
            { "id": "api", "service": { "workers": 2 }, "tables": [{ "id": "orders" }, { "id": "outbox" }], "every": every, "on": [
                { "request": "POST /orders", "does": steps },
                { "request": "GET /orders", "does": [{ "read": "orders" }, { "answer": "200 {found}" }] } ] },
            { "id": "events", "rabbitmq": {} },
            { "id": "mailer", "consumer": consumer, "does": [{ "work": "work" }] },
        ]),
        json!({ "network": { "latency": "1ms" } }),
    )
}

fn placed(rolls_back: u32) -> Value {
    let writes = json!([{ "insert": "orders", "word": "placed" }, { "insert": "outbox", "word": "pending" }]);
    json!({ "transaction": writes, "takes": "5ms", "rolls_back": rolls_back })
}

fn looked_up(trace: &Trace) -> &str {
    heard(trace, "response").last().expect("it was looked up").0
}

#[test]
fn obx_1_what_was_committed_appears_later_although_nothing_was_published_before_the_crash() {
    let relay = json!([{ "publish": "events" }, { "write": "outbox", "word": "sent" }]);
    let trace = order(json!([placed(0), { "dies": 1, "for": "300ms" }, { "answer": "201 Created" }]), relay, json!({}));
    let crashed = trace.marks.iter().find(|mark| mark.kind == MarkKind::Crashed).unwrap().at;
    assert_eq!(ms(crashed), 6);
    assert_eq!((executions(&trace), looked_up(&trace)), (vec![1], "200 placed"));
    assert_eq!(ms(sent(&trace, "basic.publish")[0].sent), 400, "at the first strike after it is back");
}

#[test]
fn obx_2_what_was_published_and_not_marked_appears_twice() {
    let relay = json!([{ "publish": "events" }, { "dies": 1, "for": "150ms" }, { "write": "outbox", "word": "sent" }]);
    let steps = json!([placed(0), { "answer": "201 Created" }]);
    let trace = order(steps.clone(), relay.clone(), json!({}));
    let published: Vec<u64> = sent(&trace, "basic.publish").iter().map(|message| ms(message.sent)).collect();
    assert_eq!((published, executions(&trace), trace.parts[0].effects), (vec![100, 300], vec![2], 2));
    let trace = order(steps, relay, json!({ "deduplicates": true }));
    assert_eq!((sent(&trace, "basic.deliver").len(), executions(&trace)), (2, vec![1]), "the consumer knows the event");
}

#[test]
fn obx_3_what_was_rolled_back_never_appears() {
    let relay = json!([{ "publish": "events" }, { "write": "outbox", "word": "sent" }]);
    let trace = order(json!([placed(1), { "answer": "201 Created" }]), relay, json!({}));
    assert_eq!((sent(&trace, "basic.publish").len(), looked_up(&trace)), (0, "200 nothing"));
    assert_eq!(heard(&trace, "response")[0].0, "500 Internal Server Error");
    assert_eq!(works(&trace), [WorkOutcome::Lost]);
}

#[test]
fn obx_contrast_publishing_first_announces_what_never_happened() {
    let trace = order(json!([{ "publish": "events" }, placed(1), { "answer": "201 Created" }]), Value::Null, json!({}));
    assert_eq!((executions(&trace), works(&trace)), (vec![1], vec![WorkOutcome::Done]), "the e-mail was sent");
    assert_eq!(looked_up(&trace), "200 nothing", "there is no order");
}

/// The order is there when it is sent again, so nothing is published for it any more, and its caller is content.
#[test]
fn obx_contrast_committing_first_loses_the_event() {
    let first = json!({ "if": "nothing", "does": [placed(0), { "dies": 1, "for": "300ms" }, { "publish": "events" }] });
    let trace = run(
        json!([
            { "id": "app", "caller": {}, "does": [
                { "call": "api", "request": "POST", "retry": { "max_attempts": 2, "base": "1s", "jitter": "none" } } ] },
            { "id": "api", "service": {}, "tables": [{ "id": "orders" }, { "id": "outbox" }], "on": [
                { "request": "POST", "does": [{ "read": "orders" }, first, { "read": "orders" }, { "answer": "201 {found}" }] } ] },
            { "id": "events", "rabbitmq": {} },
            { "id": "mailer", "consumer": { "queue": "events" }, "does": [{ "work": "work" }] },
        ]),
        json!({ "network": { "latency": "1ms" } }),
    );
    assert_eq!((sent(&trace, "basic.publish").len(), looked_up(&trace)), (0, "201 placed"));
    assert_eq!((callers(&trace), works(&trace)), (vec![CallerOutcome::Answered], vec![WorkOutcome::Lost]));
}

/// An event to so many subscribers, the first of them slow.
fn fan_out(subscribers: usize, jobs: u32, write_time: Value) -> Trace {
    let queue = |number: usize| json!({ "id": format!("q{number}"), "write_time": write_time });
    let mut parties = vec![
        json!({ "id": "app", "caller": { "threads": 500 }, "does": [{ "publish": "orders" }] }),
        json!({ "id": "orders", "rabbitmq": { "exchange": { "type": "fanout" }, "queues": (0..subscribers).map(queue).collect::<Vec<_>>() } }),
    ];
    parties.extend((0..subscribers).map(|number| {
        json!({ "id": format!("s{number}"), "consumer": { "queue": format!("q{number}") }, "does": [{ "work": format!("p{number}") }] })
    }));
    let part =
        |number: usize| json!({ "id": format!("p{number}"), "work": if number == 0 { "400ms" } else { "30ms" } });
    run(
        json!(parties),
        json!({ "jobs": jobs, "arrivals": { "pattern": "regular", "every": "100ms" },
            "parts": (0..subscribers).map(part).collect::<Vec<_>>(), "network": { "latency": "5ms" } }),
    )
}

#[test]
fn pub_1_each_subscriber_gets_a_copy_and_a_slow_one_delays_no_other() {
    let trace = fan_out(3, 2, json!("0ms"));
    tells(
        &trace,
        "sequenceDiagram
        participant app as app
        participant orders as orders
        participant s0 as s0
        participant s1 as s1
        participant s2 as s2
        app-)orders: publish job 1 [0 → 5 ms]
        orders-)app: confirm [5 → 10 ms]
        orders-)s0: deliver job 1 [5 → 10 ms]
        orders-)s1: deliver job 1 [5 → 10 ms]
        orders-)s2: deliver job 1 [5 → 10 ms]
        s1-)orders: ack [40 → 45 ms]
        s2-)orders: ack [40 → 45 ms]
        app-)orders: publish job 2 [100 → 105 ms]
        orders-)app: confirm [105 → 110 ms]
        orders-)s0: deliver job 2 [105 → 110 ms]
        orders-)s1: deliver job 2 [105 → 110 ms]
        orders-)s2: deliver job 2 [105 → 110 ms]
        s1-)orders: ack [140 → 145 ms]
        s2-)orders: ack [140 → 145 ms]
        s0-)orders: ack [410 → 415 ms]
        s0-)orders: ack [810 → 815 ms]",
    );
}

#[test]
fn pub_2_consumers_that_compete_for_one_queue_get_one_delivery_in_all() {
    let consumer =
        |id: &str| json!({ "id": id, "consumer": { "queue": "orders", "prefetch": 1 }, "does": [{ "work": "work" }] });
    let trace = run(
        json!([
            { "id": "app", "caller": {}, "does": [{ "publish": "orders" }] }, { "id": "orders", "rabbitmq": {} },
            consumer("one"), consumer("other") ]),
        json!({ "jobs": 4 }),
    );
    let to: Vec<&str> = sent(&trace, "basic.deliver").iter().map(|message| &*trace.actor(message.to).id).collect();
    assert_eq!(to, ["one", "other", "one", "other"], "a message goes to one of them");
    assert_eq!(executions(&trace), [1; 4]);
}

/// Three orders, at 0, 4 and 8 s, to two subscribers.
fn late(broker: Value, subscribers: Value) -> Trace {
    let mut parties =
        vec![json!({ "id": "app", "caller": { "threads": 3 }, "does": [{ "publish": "orders" }] }), broker];
    parties.extend(subscribers.as_array().unwrap().clone());
    run(
        Value::Array(parties),
        json!({ "jobs": 3, "arrivals": { "pattern": "regular", "every": "4s" },
            "parts": [{ "id": "mail", "work": "10ms" }, { "id": "report", "work": "10ms" }] }),
    )
}

#[test]
fn pub_3_a_queue_that_is_bound_later_gets_nothing_of_what_was_published_before() {
    let subscriber =
        |part: &str| json!({ "id": part, "consumer": { "queue": format!("for-{part}") }, "does": [{ "work": part }] });
    let trace = late(
        json!({ "id": "orders", "rabbitmq": { "exchange": { "type": "fanout" },
            "queues": [{ "id": "for-mail" }, { "id": "for-report", "bound_at": "6s" }] } }),
        json!([subscriber("mail"), subscriber("report")]),
    );
    assert_eq!(executions(&trace), [1, 0, 1, 0, 1, 1], "the first two reports are asked of nobody");
    use WorkOutcome::{Done, Excused};
    assert_eq!(works(&trace), [Done, Excused, Done, Excused, Done, Done]);
    let bound: Vec<(u64, &str)> = trace
        .marks
        .iter()
        .filter(|mark| mark.kind == MarkKind::Switched)
        .map(|mark| (ms(mark.at), trace.labels.text(mark.label)))
        .collect();
    assert_eq!((bound, trace.outcome), (vec![(6000, "bound")], Outcome::Settled));
}

#[test]
fn pub_3_what_is_published_to_a_queue_that_is_not_there_yet_is_unroutable() {
    let trace = run(
        json!([
            { "id": "app", "caller": { "threads": 3 }, "does": [{ "publish": "reports" }] },
            { "id": "broker", "rabbitmq": { "queues": [{ "id": "reports", "bound_at": "50ms" }] } },
            { "id": "worker", "consumer": { "queue": "reports" }, "does": [{ "work": "work" }] } ]),
        json!({ "jobs": 2, "arrivals": { "pattern": "regular", "every": "100ms" } }),
    );
    assert_eq!((executions(&trace), works(&trace)), (vec![0, 1], vec![WorkOutcome::Lost, WorkOutcome::Done]));
    assert_eq!(callers(&trace), [CallerOutcome::Accepted; 2], "it is confirmed all the same");
}

#[test]
fn pub_3_a_group_that_joins_later_reads_from_the_beginning_only_if_it_says_so() {
    // A group that forms waits three seconds for others to join (group.initial.rebalance.delay.ms).
    for (reset, reports) in [("earliest", [1, 1, 1]), ("latest", [0, 0, 1])] {
        let trace = late(
            json!({ "id": "orders", "kafka": { "partitions": 1 } }),
            json!([
                { "id": "mail", "member": { "queue": "orders" }, "does": [{ "work": "mail" }] },
                { "id": "report", "member": { "queue": "orders", "joins_at": "2s", "auto_offset_reset": reset },
                  "does": [{ "work": "report" }] } ]),
        );
        let executed: Vec<u32> = executions(&trace).chunks(2).map(|parts| parts[1]).collect();
        assert_eq!(executed, reports, "{reset}");
        assert!(executions(&trace).chunks(2).all(|parts| parts[0] == 1));
    }
}

/// The slowest of n exponential writes takes m·Hₙ on average.
#[test]
fn pub_4_the_confirm_grows_with_the_queues_and_not_with_the_subscribers() {
    let write = json!({ "exponential": { "mean": "10ms" } });
    for (subscribers, harmonic) in [(1, 1.0), (2, 1.5), (10, 2.928_968)] {
        let trace = fan_out(subscribers, 400, write.clone());
        let waits: Vec<f64> =
            trace.jobs.iter().map(|job| job.accepted.since(job.wanted).as_micros() as f64 / 1000.0 - 10.0).collect();
        let mean = waits.iter().sum::<f64>() / waits.len() as f64;
        // The variance of the maximum is m²·Σ1/k², at most 1.65 m².
        assert!((mean - 10.0 * harmonic).abs() < 3.0 * 12.9 / 20.0, "{subscribers}: {mean}");
    }
    assert_eq!(
        fan_out(3, 1, json!("0ms")).jobs[0].accepted.since(Moment::START).as_micros(),
        10_000,
        "none waits for 400 ms"
    );
}

#[test]
fn cmp_4_a_poison_call_is_one_error_to_one_caller() {
    let trace = run(
        json!([
            { "id": "app", "caller": { "threads": 3 }, "does": [{ "call": "api", "request": "POST" }] },
            { "id": "api", "service": {}, "on": [{ "request": "POST", "does": [{ "work": "work" }] }] } ]),
        json!({ "jobs": 3, "poison": [2] }),
    );
    assert_eq!(executions(&trace), [1, 1, 1]);
    assert_eq!(callers(&trace), [CallerOutcome::Answered, CallerOutcome::Failed, CallerOutcome::Answered]);
}

fn poison_in_a_queue(queue: Value) -> Trace {
    run(
        json!([
            { "id": "app", "caller": { "threads": 3 }, "does": [{ "publish": "mails" }] },
            { "id": "broker", "rabbitmq": { "queues": [queue] } },
            { "id": "worker", "consumer": { "queue": "mails", "requeue": true, "on_failure": "reject", "prefetch": 1 }, "does": [{ "work": "work" }] } ]),
        json!({ "jobs": 3, "poison": [2], "network": { "latency": "1ms" } }),
    )
}

#[test]
fn cmp_4_in_a_queue_without_a_limit_poison_comes_again_for_ever() {
    let trace = poison_in_a_queue(json!({ "id": "mails", "type": "classic" }));
    assert_eq!(trace.outcome.limit(), Some(Limit::Loop));
    assert!(executions(&trace)[1] > 1000, "{:?}", executions(&trace));
}

#[test]
fn cmp_4_with_a_limit_and_a_dead_letter_queue_it_is_tried_and_parked() {
    let trace = poison_in_a_queue(
        json!({ "id": "mails", "type": "quorum", "delivery_limit": 4, "dead_letter": { "id": "dead" } }),
    );
    assert_eq!((executions(&trace), trace.outcome), (vec![1, 5, 1], Outcome::Settled));
    assert_eq!(works(&trace), [WorkOutcome::Done, WorkOutcome::DeadLettered, WorkOutcome::Done]);
}

/// A topic of two partitions: jobs 1 and 3 are alice's, and go to another one than job 2. Job 1 is poison.
fn poison_in_a_log(member: Value, does: Value) -> Trace {
    let mut member = member;
    member["queue"] = json!("mails");
    member["commit"] = json!("after-each");
    run(
        json!([
            { "id": "app", "caller": { "threads": 3 }, "does": [{ "publish": "mails" }] },
            { "id": "mails", "kafka": { "partitions": 2, "keys": ["alice", "user-1"] } },
            { "id": "worker", "member": member, "does": does },
            { "id": "mail", "service": { "workers": 9 }, "on": [{ "request": "POST", "does": [{ "work": "work" }, { "answer": "200 OK", "word": "sent" }] }] } ]),
        json!({ "jobs": 3, "poison": [1], "network": { "latency": "1ms" } }),
    )
}

/// What is asked again until it succeeds is asked for ever, and nothing behind it is begun; another partition goes on.
#[test]
fn cmp_4_in_a_log_poison_that_is_never_skipped_blocks_all_behind_it_in_its_partition() {
    let again = json!([{ "repeat": { "every": "1s", "times": 10000, "until": "sent" }, "does": [{ "call": "mail", "request": "POST", "else": [] }] }]);
    let trace = poison_in_a_log(json!({ "consumers": 2, "max_poll_interval": "24h" }), again);
    assert_eq!(&executions(&trace)[1..], [1, 0], "job 3 lies behind job 1, job 2 does not");
    assert!(executions(&trace)[0] > 1000, "{:?}", executions(&trace));
    assert_ne!(trace.outcome, Outcome::Settled);
    // One member that reads both partitions is held up altogether: it does one record after another.
    let trace = poison_in_a_log(
        json!({ "retry": { "max_attempts": 100, "base": "1s", "cap": "1s", "jitter": "none" } }),
        json!([{ "work": "work" }]),
    );
    let given_up = trace.marks.iter().find(|mark| mark.kind == MarkKind::Dropped).expect("it is skipped").at;
    assert_eq!(executions(&trace), [100, 1, 1]);
    assert!(trace.parts[2].finished > given_up);
}

#[test]
fn cmp_4_in_a_log_poison_that_is_skipped_or_set_aside_holds_up_what_is_behind_it_no_longer() {
    for dead in [json!(null), json!({ "id": "dead" })] {
        let retry = json!({ "max_attempts": 4, "base": "100ms", "cap": "100ms", "jitter": "none" });
        let trace = poison_in_a_log(
            json!({ "consumers": 2, "retry": retry, "dead_letter": dead }),
            json!([{ "work": "work" }]),
        );
        assert_eq!((executions(&trace), trace.outcome), (vec![4, 1, 1], Outcome::Settled));
        let lost = if dead.is_null() { WorkOutcome::Lost } else { WorkOutcome::DeadLettered };
        assert_eq!(works(&trace), [lost, WorkOutcome::Done, WorkOutcome::Done]);
        // Its first attempt begins 7 ms after it is wanted.
        let dealt_with = 7 + 4 * 10 + 3 * 100;
        assert!(
            ms(trace.parts[2].finished) > dealt_with && ms(trace.parts[1].finished) < 120,
            "job 3 waited, not job 2"
        );
    }
}

/// Stock is reserved, the card is charged; if that is refused, the reservation is taken back.
#[test]
fn saga_the_second_refuses_and_the_first_compensates() {
    let trace = run(
        json!([
            { "id": "app", "caller": {}, "does": [
                { "call": "stock", "request": "reserve" },
                { "call": "payment", "request": "charge", "else": [
                    { "if": "declined", "does": [{ "call": "stock", "request": "release" }] }, { "fail": "no money" } ] } ] },
            { "id": "stock", "service": {}, "tables": [{ "id": "held" }], "on": [
                { "request": "reserve", "does": [{ "work": "reserve" }, { "write": "held", "word": "reserved" }] },
                { "request": "release", "does": [{ "work": "release" }, { "write": "held", "word": "free" }, { "answer": "200 {found}" }] } ] },
            { "id": "payment", "service": {}, "on": [
                { "request": "charge", "does": [{ "work": "check" }, { "answer": "402 Payment Required", "word": "declined" }] } ] },
        ]),
        json!({ "parts": [{ "id": "reserve", "work": "20ms" }, { "id": "check", "work": "30ms" }, { "id": "release", "work": "10ms" }],
            "network": { "latency": "5ms" } }),
    );
    tells(
        &trace,
        "sequenceDiagram
        participant app as app
        participant stock as stock
        participant payment as payment
        app->>stock: reserve [0 → 5 ms]
        stock-->>app: 200 OK [25 → 30 ms]
        app->>payment: charge [30 → 35 ms]
        payment-->>app: 402 Payment Required [65 → 70 ms]
        app->>stock: release [70 → 75 ms]
        stock-->>app: 200 free [85 → 90 ms]
        Note over app: no money (job 1) [90 ms]",
    );
    assert_eq!((callers(&trace), works(&trace)), (vec![CallerOutcome::Failed], vec![WorkOutcome::Done; 3]));
}

/// Compensating is no fallback: the job fails, and what was not done for it is not called done.
#[test]
fn saga_what_was_refused_is_not_done_because_something_was_done_about_it() {
    let orders = |otherwise: Value| {
        let trace = run(
            json!([
                { "id": "app", "caller": {}, "does": [{ "call": "payment", "request": "charge", "else": otherwise }] },
                { "id": "payment", "service": {}, "on": [{ "request": "charge", "does": [{ "fail": "" }, { "work": "work" }] }] },
            ]),
            json!({}),
        );
        (callers(&trace).remove(0), works(&trace).remove(0))
    };
    assert_eq!(
        orders(json!([{ "compute": "1ms" }, { "fail": "declined" }])),
        (CallerOutcome::Failed, WorkOutcome::Lost)
    );
    assert_eq!(orders(json!([{ "compute": "1ms" }])), (CallerOutcome::Answered, WorkOutcome::Excused), "a fallback");
}

/// Three services at once, each behind a breaker of its own. Reviews takes 50 ms, or 2 s while it is slow.
fn gateway(slow: bool) -> Trace {
    let call = |party: &str, more: Value| {
        let mut call = json!({ "call": party, "request": "GET", "circuit_breaker": {
            "sliding_window_size": 2, "minimum_number_of_calls": 2, "wait_duration_in_open_state": "10s", "when_open": "fail" } });
        call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "does": [call] })
    };
    let service = |id: &str| json!({ "id": id, "service": { "workers": 9 }, "on": [{ "request": "GET", "does": [{ "work": id }] }] });
    let changes = json!([{ "at": "0ms", "for": "1h", "fault": "slow-down", "actor": "left.reviews", "factor": 40 }]);
    run(
        json!([
            { "id": "app", "caller": {}, "does": [{ "call": "gateway", "request": "GET /product" }] },
            { "id": "gateway", "service": {}, "on": [{ "request": "GET /product", "does": [
                { "at_once": [call("prices", json!({})), call("stock", json!({})), call("reviews", json!({ "timeout": "100ms", "else": [] }))] },
                { "compute": "2ms" }, { "answer": "200 OK" } ] }] },
            service("prices"), service("stock"), service("reviews"),
        ]),
        json!({ "jobs": 4, "arrivals": { "pattern": "regular", "every": "1s" }, "changes": if slow { changes } else { json!([]) },
            "parts": [{ "id": "prices", "work": "40ms" }, { "id": "stock", "work": "60ms" }, { "id": "reviews", "work": "50ms" }] }),
    )
}

#[test]
fn gateway_three_at_once_take_as_long_as_the_slowest() {
    let trace = gateway(false);
    let took: Vec<u64> = trace.jobs.iter().map(|job| job.answered.since(job.wanted).as_micros() / 1000).collect();
    assert_eq!(took, [62; 4], "60 ms, and 2 of its own");
    assert!(trace.marks.iter().all(|mark| mark.kind != MarkKind::Switched));
}

#[test]
fn gateway_a_breaker_guards_the_one_that_is_slow_and_the_fallback_takes_its_place() {
    let trace = gateway(true);
    let took: Vec<u64> = trace.jobs.iter().map(|job| job.answered.since(job.wanted).as_micros() / 1000).collect();
    assert_eq!(took, [102, 102, 62, 62], "two time-outs, and then nobody is asked");
    let switched: Vec<(&str, u64)> = trace
        .marks
        .iter()
        .filter(|mark| mark.kind == MarkKind::Switched)
        .map(|mark| (trace.labels.text(mark.label), ms(mark.at)))
        .collect();
    assert_eq!(switched, [("breaker of reviews opens", 1100)], "the others stay closed");
    let asked = |id: &str| sent(&trace, "request").iter().filter(|message| trace.actor(message.to).id == id).count();
    assert_eq!((asked("prices"), asked("stock"), asked("reviews")), (4, 4, 2));
    assert_eq!(callers(&trace), [CallerOutcome::Answered; 4]);
    // What was asked for and came too late was done all the same.
    use WorkOutcome::{Done, Excused};
    assert_eq!(works(&trace), [[Done; 3], [Done; 3], [Done, Done, Excused], [Done, Done, Excused]].concat());
    let finished: Vec<u64> = trace.parts.iter().map(|part| ms(part.finished)).skip(2).step_by(3).collect();
    assert_eq!(finished, [2000, 3000, 2000, 3000], "without it the job goes on at once, or it is done later");
}
