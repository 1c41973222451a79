//! What is said of sides of any parties: each sentence names the party that it is about, and says what happened there.

use counterpoint::metrics::{Comparison, Verdict};
use counterpoint::render::summary::{comparison, summaries};
use counterpoint::scenario::{Played, Scenario};
use counterpoint::story;
use serde_json::{Value, json};

/// Whoever wants the jobs.
fn shop(threads: u16, does: Value) -> Value {
    json!({ "id": "shop", "name": "Shop", "caller": { "threads": threads }, "does": does })
}

/// A service that is asked for one thing.
fn service(id: &str, name: &str, workers: u16, does: Value) -> Value {
    json!({ "id": id, "name": name, "service": { "workers": workers }, "on": [{ "request": "go", "does": does }] })
}

fn queue(id: &str, name: &str) -> Value {
    json!({ "id": id, "name": name, "rabbitmq": {} })
}

fn consumer(id: &str, name: &str, (queue, count): (&str, u16), does: Value) -> Value {
    json!({ "id": id, "name": name, "consumer": { "queue": queue, "count": count, "prefetch": 1 }, "does": does })
}

fn call(party: &str) -> Value {
    json!({ "call": party, "request": "go" })
}

/// An API that asks for stock before it answers.
fn chain(workers: u16, stock: u16) -> Value {
    json!([
        shop(12, json!([call("api")])),
        service("api", "Order API", workers, json!([{ "work": "order" }, call("stock"), { "answer": "200 OK" }])),
        service("stock", "Stock", stock, json!([{ "work": "stock" }, { "answer": "200 OK" }])),
    ])
}

/// Twelve jobs of 20 ms and 150 ms, one each `every`, between two systems.
fn play(every: &str, sides: [Value; 2], changes: Value) -> Played {
    let [left, right] = sides.map(|parties| json!({ "protocol": "system", "parties": parties }));
    let scenario = json!({
        "name": "told", "sides": [left, right], "changes": changes, "network": { "latency": "10ms" },
        "workload": { "jobs": 12, "arrivals": { "pattern": "regular", "every": every },
            "parts": [{ "id": "order", "work": "20ms" }, { "id": "stock", "work": "150ms" }] },
    });
    Scenario::from_value(scenario).unwrap().play()
}

fn compared(played: &Played) -> Comparison {
    comparison(played, &summaries(played))
}

fn verdicts(played: &Played, side: usize) -> Vec<Verdict> {
    summaries(played).swap_remove(side).verdicts
}

#[track_caller]
fn said(played: &Played, side: usize, rule: &str) -> String {
    let verdicts = verdicts(played, side);
    let found = verdicts.iter().find(|verdict| verdict.rule == rule);
    found.unwrap_or_else(|| panic!("{rule} is silent; there are {verdicts:#?}")).text.clone()
}

#[track_caller]
fn has(text: &str, words: &str) {
    assert!(text.contains(words), "`{words}` is not in `{text}`");
}

#[test]
fn parts_that_are_worked_on_at_once_are_not_said_to_come_one_after_another() {
    let order = |before: &str| {
        service("order", "Orders", 4, json!([{ "compute": before }, { "work": "order" }, { "answer": "200 OK" }]))
    };
    let stock = |before: &str| {
        service("stock", "Stock", 4, json!([{ "compute": before }, { "work": "stock" }, { "answer": "200 OK" }]))
    };
    let in_turn = |before| json!([shop(4, json!([call("order"), call("stock")])), order(before), stock(before)]);
    let ways = json!([{ "does": [call("order")] }, { "does": [call("stock")] }]);
    let at_once = |before| json!([shop(4, json!([{ "at_once": ways }])), order(before), stock(before)]);
    let text = compared(&play("1s", [at_once("100ms"), in_turn("100ms")], json!([]))).text;
    has(&text, "was worked on for 370 ms instead of 250 ms, its parts one after another");
    let text = compared(&play("1s", [in_turn("0ms"), at_once("200ms")], json!([]))).text;
    has(&text, "was worked on for 350 ms instead of 170 ms.");
}

/// What asks and answers is no queued messaging, on whichever side it stands.
#[test]
fn a_side_without_a_broker_is_not_called_queued_messaging() {
    let text = compared(&play("50ms", [chain(2, 12), chain(12, 12)], json!([]))).text;
    assert!(!text.to_lowercase().contains("queued messaging"), "{text}");
    has(&text, "“Calls to 2 services: workers 12 at Order API” was faster");
}

fn is_silent(played: &Played, side: usize, rule: &str) -> bool {
    verdicts(played, side).iter().all(|verdict| verdict.rule != rule)
}

/// The jobs lie in a queue, and whoever takes them asks for stock.
fn asking_consumers(count: u16) -> Value {
    let mut worker = consumer("worker", "Worker", ("orders", count), json!([{ "work": "order" }, call("stock")]));
    worker["consumer"]["requeue"] = true.into();
    json!([
        shop(12, json!([{ "publish": "orders" }])),
        queue("orders", "Orders"),
        worker,
        service("stock", "Stock", 12, json!([{ "work": "stock" }, { "answer": "200 OK" }])),
    ])
}

/// Two workers that are held for 190 ms of which they work for 20: what they wait for is why others wait for them.
#[test]
fn workers_that_wait_for_another_party_are_named_with_it() {
    let played = play("50ms", [chain(2, 12), chain(12, 12)], json!([]));
    let compared = compared(&played);
    let held = "the 2 workers of Order API waited for Stock for 90 % of the time in which jobs waited for them";
    assert_eq!(compared.reason, Some("blocked"), "{}", compared.text);
    has(&compared.text, held);
    has(&said(&played, 0, "idle").to_lowercase(), &held.to_lowercase());
    assert!(is_silent(&played, 1, "idle"));
    let played = play("50ms", [asking_consumers(2), asking_consumers(12)], json!([]));
    let held = "The 2 consumers of Worker waited for Stock for 82 % of the time in which jobs waited for them.";
    assert_eq!(said(&played, 0, "idle"), held, "they are not idle while they wait for an answer");
    // A publisher's confirm is waited for as well, and work takes longer than that.
    let played = play("50ms", [chain(12, 2), chain(12, 12)], json!([]));
    assert!(is_silent(&played, 0, "idle"), "who works is not said to wait");
}

#[test]
fn where_several_crews_work_the_sentence_names_its_own() {
    let two = |count| {
        json!([
            shop(4, json!([{ "publish": "first" }])),
            queue("first", "First queue"),
            consumer("payer", "Payer", ("first", 1), json!([{ "work": "order" }, { "publish": "second" }])),
            queue("second", "Second queue"),
            consumer("mailer", "Mailer", ("second", count), json!([{ "work": "stock" }])),
        ])
    };
    let played = play("30ms", [two(1), two(4)], json!([]));
    has(&said(&played, 0, "offered-load"), "1 can be worked on at once at Mailer");
    has(&said(&played, 0, "idle"), "The only consumer of Mailer was idle for 20 ms between two jobs");
    has(
        &compared(&played).text,
        "“Queued through 2 brokers: count 1 at Mailer” has 1 consumer at Mailer, “Queued through 2 brokers: count 4 at \
         Mailer” 4 consumers at Mailer.",
    );
}

/// A row of an outbox lies there until the clock, and no worker could begin it; the transaction is no work on its part.
#[test]
fn what_lies_in_a_table_waits_for_no_worker() {
    let api = |does: Value| service("api", "Order API", 4, does);
    let mailer = consumer("mailer", "Mailer", ("events", 4), json!([{ "work": "order" }, { "work": "stock" }]));
    let at_once = json!([
        shop(4, json!([call("api")])),
        api(json!([{ "publish": "events" }, { "answer": "202 Accepted" }])),
        queue("events", "Events"),
        mailer,
    ]);
    let mut outbox = at_once.clone();
    let insert = json!([{ "insert": "outbox", "word": "pending" }]);
    outbox[1] = api(json!([{ "transaction": insert, "takes": "5ms" }, { "answer": "202 Accepted" }]));
    outbox[1]["tables"] = json!([{ "id": "outbox" }]);
    let relay = json!([{ "publish": "events" }, { "write": "outbox", "word": "sent" }]);
    outbox[1]["every"] = json!([{ "every": "1s", "does": [{ "take": "outbox", "does": relay }] }]);
    let played = play("300ms", [at_once, outbox], json!([]));
    let compared = compared(&played);
    assert_eq!(compared.reason, Some("table"), "{}", compared.text);
    has(&compared.text, "in Order API until it was taken out of a table");
    has(&compared.text, "“Order API and RabbitMQ: no every at Order API” was faster");
    assert!(is_silent(&played, 1, "idle"), "{:#?}", verdicts(&played, 1));
    assert!(!compared.text.contains(" has "), "as many work on each part: {}", compared.text);
}

#[test]
fn whoever_was_asked_in_the_place_of_another_is_named_beside_it() {
    let or_else = json!({ "call": "stock", "request": "go", "timeout": "100ms", "else": [call("reserve")] });
    let mut fallback = chain(12, 4);
    fallback[1] = service("api", "Order API", 12, json!([{ "work": "order" }, or_else, { "answer": "200 OK" }]));
    let reserve = service("reserve", "Reserve", 4, json!([{ "work": "stock" }, { "answer": "200 OK" }]));
    fallback.as_array_mut().unwrap().push(reserve);
    let played = play("300ms", [chain(12, 4), fallback], json!([]));
    has(&said(&played, 1, "executed-twice"), "12 jobs were worked on twice: Stock and Reserve were asked for it");
    has(&compared(&played).text, "has 4 workers at Stock, “Calls to 3 services” 8 workers at Stock and Reserve.");
}

/// The service that died took nothing from the queue.
#[test]
fn a_delivery_that_comes_back_is_not_blamed_on_whoever_never_had_it() {
    let crash = json!([{ "at": "200ms", "for": "100ms", "fault": "crash", "actor": "right.stock" }]);
    let played = play("50ms", [asking_consumers(2), asking_consumers(2)], crash);
    has(&said(&played, 1, "executed-twice"), "Worker gave it back, and the queue delivered it again");
    assert!(is_silent(&played, 1, "outage-absorbed"), "no queue lies before Stock");
    let crash = json!([{ "at": "200ms", "for": "100ms", "fault": "crash", "actor": "right.worker" }]);
    let played = play("50ms", [asking_consumers(2), asking_consumers(2)], crash);
    has(&said(&played, 1, "executed-twice"), "Worker died at 200 ms before it had acknowledged it");
    has(&said(&played, 1, "outage-absorbed"), "Worker was down from 200 ms to 300 ms: the queue held up to");
}

#[test]
fn a_caller_that_was_told_of_a_failure_did_not_stop_waiting() {
    let mut failing = chain(4, 4);
    failing[1] = service(
        "api",
        "Order API",
        4,
        json!([{ "work": "order" }, call("stock"), { "fail": "500 Oops", "first": 3 }, { "answer": "200 OK" }]),
    );
    let played = play("300ms", [failing, chain(4, 4)], json!([]));
    let text = "The work of 3 jobs was done for nobody: their callers were told that it had failed.";
    assert_eq!(said(&played, 0, "done-for-nobody"), text);
}

/// A request to whoever wants the jobs, or takes them from a queue, is answered by what stands beside that request.
#[test]
fn whoever_wants_the_jobs_can_be_asked_as_well() {
    let mut hooked = json!([
        shop(4, json!([call("api"), { "await": "done", "timeout": "1s" }])),
        service(
            "api",
            "Order API",
            4,
            json!([{ "answer": "202 Accepted" }, { "work": "order" }, { "work": "stock" }, call("shop")])
        ),
    ]);
    hooked[0]["on"] = json!([{ "request": "go", "does": [{ "bring": "done" }, { "answer": "200 OK" }] }]);
    let played = play("300ms", [chain(4, 4), hooked], json!([]));
    has(&said(&played, 1, "all-answered"), "All 12 jobs were answered, none later than 190 ms after it was wanted.");
}

/// A gateway is blocked while it waits for three at once, and each is busy for its own time.
#[test]
fn the_report_has_the_busy_and_the_blocked_time_of_each_lane() {
    let played = play("300ms", [chain(2, 3), chain(2, 3)], json!([]));
    let report: Value = serde_json::from_str(&counterpoint::render::json::report(&played, None)).unwrap();
    let lane = |at: usize| {
        let lane = &report["sides"][0]["lanes"][at];
        ["slots", "busy_us", "blocked_us"].map(|key| lane[key].as_u64().unwrap())
    };
    // Each of twelve jobs takes 20 ms and 150 ms of work, and 20 ms on the way there and back.
    assert_eq!(lane(0), [12, 0, 12 * 210_000]);
    assert_eq!(lane(1), [2, 12 * 20_000, 12 * 170_000]);
    assert_eq!(lane(2), [3, 12 * 150_000, 0]);
}

/// What a caller does itself is work as well, and no waiting for nobody knows what.
#[test]
fn the_work_of_whoever_wants_the_jobs_is_work() {
    let stock = service("stock", "Stock", 12, json!([{ "work": "stock" }, { "answer": "200 OK" }]));
    let itself = json!([shop(12, json!([{ "work": "order" }, call("stock")])), stock]);
    let played = play("300ms", [itself, chain(2, 2)], json!([]));
    for summary in summaries(&played) {
        let metrics = summary.metrics;
        assert_eq!((metrics.working_us, metrics.silence_us), (12 * 170_000, 0));
    }
}

#[test]
fn the_story_calls_a_clock_a_clock_and_a_job_a_job() {
    let mut relayed = chain(2, 3);
    relayed[1]["tables"] = json!([{ "id": "outbox" }]);
    let row = json!({ "insert": "outbox", "word": "pending" });
    relayed[1]["on"][0]["does"] = json!([row, { "work": "order" }, { "answer": "202 Accepted" }]);
    relayed[1]["every"] = json!([{ "every": "100ms", "does": [{ "take": "outbox", "does": [call("stock")] }] }]);
    let played = play("300ms", [chain(2, 3), relayed], json!([]));
    let told: Vec<String> = story::sentences(&played.sides[1].trace).map(|line| line.text).collect();
    let told = told.join("\n");
    has(&told, "Job 1 is wanted; Shop (thread 1) takes it on");
    has(&told, "Order API (clock) is blocked until it is answered, and sends “go” to Stock");
    has(&told, "Order API (worker 1) begins to work");
    assert!(!told.contains("worker 3"), "{told}");
}

/// Two waits that are no attempts: until the next look at what was promised, and a pause that a step makes.
#[test]
fn a_pause_is_no_attempt() {
    let polled = |holds_thread: bool| {
        let repeat = json!({ "every": "2s", "times": 9, "until": "done", "holds_thread": holds_thread });
        let look = json!({ "call": "api", "request": "look" });
        let mut api = service(
            "api",
            "Order API",
            12,
            json!([{ "insert": "orders", "word": "placed" }, { "answer": "202 Accepted" },
            { "work": "order" }, { "work": "stock" }, { "write": "orders", "word": "done" }]),
        );
        api["tables"] = json!([{ "id": "orders" }]);
        let found = json!({ "request": "look", "does": [{ "read": "orders" }, { "answer": "200 {found}" }] });
        api["on"].as_array_mut().unwrap().push(found);
        json!([shop(12, json!([call("api"), { "repeat": repeat, "does": [look] }])), api])
    };
    let free = compared(&play("300ms", [chain(4, 4), polled(false)], json!([])));
    has(&free.text, "because each of the slowest tenth waited 1.84 s until it was asked about again");
    let held = compared(&play("300ms", [chain(4, 4), polled(true)], json!([])));
    has(&held.text, "because each of the slowest tenth waited 1.84 s in pauses");
    assert_eq!([free.reason, held.reason], [Some("pauses"); 2]);
}

#[test]
fn an_outage_is_not_waited_out_by_those_who_wait_for_ever() {
    let outage = |fault: &str| json!([{ "at": "400ms", "for": "300ms", "fault": fault, "actor": "left.stock" }]);
    let played = play("100ms", [chain(12, 12), chain(12, 12)], outage("silent-outage"));
    has(&said(&played, 0, "unfinished"), "jobs were not finished when the run ended");
    assert!(is_silent(&played, 0, "outage-delayed"));
}

/// Nothing is turned away unseen by a breaker of a service that was asked: its callers hear of an error, and of which.
#[test]
fn a_breaker_of_a_service_is_named_where_its_callers_hear_of_errors() {
    let breaker = json!({ "sliding_window_size": 2, "minimum_number_of_calls": 2, "wait_duration_in_open_state": "300ms",
        "when_open": "fail" });
    let ask = json!({ "call": "stock", "request": "go", "timeout": "100ms", "circuit_breaker": breaker });
    let mut guarded = chain(4, 4);
    guarded[1] = service("api", "Order API", 4, json!([{ "work": "order" }, ask, { "answer": "200 OK" }]));
    let played = play("50ms", [guarded, chain(12, 12)], json!([]));
    has(&said(&played, 0, "failed"), "met with an error; the circuit breaker of Order API was open or half open from ");
}

/// Whoever was answered has a result; that its work is lost is said beside it.
#[test]
fn what_was_answered_and_is_lost_is_said_in_the_comparison() {
    let placed = json!([{ "work": "order" }, { "publish": "events" }, { "answer": "201 Created" }]);
    let forgetting = json!([{ "work": "order" }, { "answer": "201 Created" }, { "dies": 2, "for": "100ms" }, { "publish": "events" }]);
    let side = |does: Value| {
        json!([
            shop(4, json!([call("api")])),
            service("api", "Order API", 2, does),
            queue("events", "Events"),
            consumer("mailer", "Mailer", ("events", 2), json!([{ "work": "stock" }])),
        ])
    };
    let played = play("300ms", [side(placed), side(forgetting)], json!([]));
    has(&compared(&played).text, "answered 1 of 12 jobs whose work is lost.");
}

/// Pollers that find nothing for a second are idle for most of a short run, and then are held by what they ask.
#[test]
fn pollers_that_were_idle_at_first_are_still_said_to_wait_for_another_party() {
    let polling = |count: u16| {
        let mut parties = asking_consumers(count);
        parties[1] = json!({ "id": "orders", "name": "Orders", "sqs": {} });
        parties[2] = json!({ "id": "worker", "name": "Worker", "poller": { "queue": "orders", "count": count },
            "does": [{ "work": "order" }, call("stock")] });
        parties
    };
    let played = play("50ms", [polling(2), polling(8)], json!([]));
    let compared = compared(&played);
    assert_eq!(compared.reason, Some("blocked"), "{}", compared.text);
    has(&compared.text, "because the 2 consumers of Worker waited for Stock for ");
}

/// Two partitions are read by two members, though all records lie in one of them.
#[test]
fn members_without_a_partition_are_as_many_as_there_are_too_few_partitions() {
    let reading = |count: u16| {
        json!([
            shop(4, json!([{ "publish": "orders" }])),
            { "id": "orders", "name": "Orders", "kafka": { "partitions": 2 } },
            { "id": "group", "name": "Group", "member": { "queue": "orders", "consumers": count },
                "does": [{ "work": "order" }, { "work": "stock" }] },
        ])
    };
    let played = play("50ms", [reading(1), reading(4)], json!([]));
    has(&said(&played, 1, "idle"), "so that 2 of the 4 consumers had nothing to do");
}
