//! What holds of every run of a side of any parties: properties over random systems.
//!
//! A system is made from a list of numbers, each of which decides one thing; where the list has come to its end, the first
//! choice is taken. So a failure shrinks to a short list, which is a small system, and prints it.
//!
//! 200 systems, always the same; with `COUNTERPOINT_LONG` set 10,000 new ones each time.

use std::collections::{BTreeSet, VecDeque};
use std::fmt;

use counterpoint::engine::Limits;
use counterpoint::render::json;
use counterpoint::scenario::{Played, Scenario};
use counterpoint::time::Span;
use counterpoint::trace::{CallerOutcome, Ending, Fate, MarkKind, MessageRow, StayKind, Trace};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestCaseError, TestRunner};
use serde_json::{Value, json};

use crate::oracle;
use crate::properties::is_long;
use crate::story::play_within;

/// Decides what a random system is like.
struct Choices(VecDeque<u16>);

impl Choices {
    /// A number below `count`.
    fn below(&mut self, count: usize) -> usize {
        usize::from(self.0.pop_front().unwrap_or(0)) % count.max(1)
    }

    fn of<'v>(&mut self, values: &[&'v str]) -> &'v str {
        values[self.below(values.len())]
    }

    /// Once in so many times.
    fn once_in(&mut self, count: usize) -> bool {
        self.below(count) == count - 1
    }

    fn millis(&mut self, most: usize) -> Value {
        json!(format!("{}ms", self.below(most)))
    }

    /// At least one millisecond.
    fn some_millis(&mut self, most: usize) -> Value {
        json!(format!("{}ms", 1 + self.below(most)))
    }

    fn retry(&mut self) -> Value {
        json!({ "max_attempts": 1 + self.below(3), "base": self.some_millis(40), "cap": "80ms", "jitter": self.of(&["none", "full"]) })
    }
}

/// Where steps stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Job,
    Request,
    Delivery,
    Clock,
    Row,
    Branch,
}

struct System<'c> {
    choices: &'c mut Choices,
    services: usize,
    /// Whose each broker is.
    brokers: Vec<&'static str>,
    /// The brokers of RabbitMQ whose first queue is called.
    called: Vec<usize>,
    /// The brokers of RabbitMQ that have several queues, whose dead letters go on.
    ladders: Vec<usize>,
    /// The queues of which the party that is being written can ask how often a delivery died there.
    deaths: Vec<String>,
    /// Whether the party that is being written is asked over a queue.
    answers: bool,
    parts: usize,
    /// How many steps may still be written.
    left: usize,
    /// Whether they are those of whoever wants the jobs.
    of_caller: bool,
}

/// The words that a system writes down itself.
const WRITTEN: [&str; 6] = ["done", "pending", "nothing", "new", "exists", ""];

/// The words that a system may ask for: its own, and those of failures.
const WORDS: [&str; 11] =
    ["done", "pending", "nothing", "new", "exists", "", "refused", "timed out", "not permitted", "no room", "failed"];

impl System<'_> {
    fn steps(&mut self, party: usize, place: Place, depth: usize) -> Vec<Value> {
        let count = self.choices.below(4);
        (0..count).filter_map(|_| self.step(party, place, depth)).collect()
    }

    /// What is done if the step fails, or that nothing is written about it.
    fn otherwise(&mut self, step: &mut Value, party: usize, place: Place, depth: usize) {
        if depth < 3 && self.choices.once_in(2) {
            step["else"] = json!(self.steps(party, place, depth + 1));
        }
    }

    /// A call over a queue.
    fn ask(&mut self, broker: usize) -> Value {
        let mut step = json!({ "call": format!("queue-{broker}"), "request": "price of {job}" });
        if !self.choices.once_in(4) {
            step["timeout"] = self.choices.some_millis(150);
            step["retry"] = self.choices.retry();
        }
        step
    }

    fn call(&mut self, party: usize, place: Place, depth: usize) -> Option<Value> {
        if self.choices.once_in(3)
            && let Some(broker) = self.called.get(self.choices.below(self.called.len())).copied()
        {
            let mut step = self.ask(broker);
            self.otherwise(&mut step, party, place, depth);
            return Some(step);
        }
        // Mostly to the right; a call back may lock both up.
        let first = if self.choices.once_in(8) { 0 } else { party };
        let others: Vec<usize> = (first..self.services).filter(|other| other + 1 != party).collect();
        let other = *others.get(self.choices.below(others.len()))?;
        let request = self.choices.of(&["GET /a", "GET /b/{job}"]);
        let mut step = json!({ "call": format!("service-{other}"), "request": request });
        if self.choices.once_in(2) {
            step["timeout"] = self.choices.some_millis(150);
        }
        if self.choices.once_in(3) {
            step["retry"] = self.choices.retry();
        }
        if self.choices.once_in(2) {
            step["circuit_breaker"] = json!({ "sliding_window_size": 2, "minimum_number_of_calls": 2,
                "wait_duration_in_open_state": self.choices.some_millis(200),
                "permitted_number_of_calls_in_half_open_state": 1, "when_open": self.choices.of(&["fail", "retry"]) });
        }
        if self.choices.once_in(4) {
            step["bulkhead"] = json!({ "max_concurrent_calls": 1, "max_wait_duration": self.choices.millis(50) });
        }
        self.otherwise(&mut step, party, place, depth);
        Some(step)
    }

    fn publish(&mut self, party: usize, place: Place, depth: usize) -> Option<Value> {
        let broker = self.choices.below(self.brokers.len());
        let confirms: &[&str] = match (*self.brokers.get(broker)?, self.of_caller) {
            ("sqs" | "sidekiq" | "celery", _) | ("kafka", true) => &["wait"],
            ("kafka", false) => &["wait", "async"],
            (_, true) => &["wait", "off"],
            (_, false) => &["wait", "off", "async"],
        };
        let to = match self.ladders.contains(&broker) {
            true => self.choices.of(&["queue", "queue", "second", "third"]),
            false => "broker",
        };
        let mut step = json!({ "publish": format!("{to}-{broker}"), "confirm": self.choices.of(confirms) });
        if self.brokers[broker] != "kafka" && self.choices.once_in(2) {
            step["timeout"] = self.choices.some_millis(100);
            step["retry"] = self.choices.retry();
        }
        self.otherwise(&mut step, party, place, depth);
        Some(step)
    }

    fn step(&mut self, party: usize, place: Place, depth: usize) -> Option<Value> {
        self.left = self.left.checked_sub(1)?;
        let about_rows = place != Place::Clock;
        let flat = place == Place::Branch;
        let word = self.choices.of(&WRITTEN);
        match self.choices.below(21) {
            0 | 1 if !flat && about_rows => Some(json!({ "work": format!("part-{}", self.choices.below(self.parts)) })),
            2 | 3 if about_rows => self.call(party, place, depth),
            4 | 5 if about_rows => self.publish(party, place, depth),
            6 if !flat => Some(json!({ "compute": self.choices.millis(20) })),
            7 if !flat => Some(json!({ "pause": self.choices.millis(20) })),
            8 if place == Place::Request => {
                let text = self.choices.of(&["200 {found}", "202 Accepted", "500 Broken", "404 None", "429 Later"]);
                Some(json!({ "answer": text, "word": word }))
            }
            8 if place == Place::Delivery && self.answers => {
                let text = self.choices.of(&["price of {job}", "404 None"]);
                Some(json!({ "answer": text, "word": word, "confirm": self.choices.of(&["off", "wait"]) }))
            }
            9 if about_rows => Some(json!({ "write": "rows", "word": word })),
            10 if about_rows => Some(json!({ "insert": "rows", "word": word, "unique": self.choices.once_in(2) })),
            11 if about_rows => Some(json!({ "read": "rows" })),
            12 if !flat && depth < 3 => {
                let inner = if place == Place::Clock { Place::Row } else { place };
                let most = 1 + self.choices.below(3);
                Some(
                    json!({ "take": "rows", "word": "pending", "most": most, "does": self.steps(party, inner, depth + 1) }),
                )
            }
            13 if !flat && about_rows && depth < 3 && self.choices.once_in(3) => {
                let does = self.steps(party, place, depth + 1);
                let reports = self.choices.once_in(2) && !holds_a_connection(&does);
                Some(json!({ "each": does, "report_batch_item_failures": reports }))
            }
            13 if depth < 3 => {
                let does = self.steps(party, place, depth + 1);
                Some(
                    json!({ "if": self.choices.of(&WORDS), "does": does, "else": self.steps(party, place, depth + 1) }),
                )
            }
            14 if !flat && depth < 3 => Some(json!({ "hold": "pool", "does": self.steps(party, place, depth + 1) })),
            15 if !flat && depth < 3 => {
                let mut how = json!({ "every": self.choices.some_millis(50), "until": word, "times": 1 + self.choices.below(3),
                    "holds_thread": self.choices.once_in(2) });
                if self.choices.once_in(2) {
                    how["for"] = self.choices.millis(200);
                }
                self.otherwise(&mut how, party, place, depth);
                Some(json!({ "repeat": how, "does": self.steps(party, place, depth + 1) }))
            }
            16 if !flat && depth < 3 => {
                let branches = (0..1 + self.choices.below(3))
                    .map(|_| json!({ "does": self.steps(party, Place::Branch, depth + 1) }))
                    .collect::<Vec<_>>();
                Some(json!({ "at_once": branches }))
            }
            17 if !self.of_caller => {
                let mut step = json!({ "dies": 1 + self.choices.below(4) });
                if !self.choices.once_in(5) {
                    step["for"] = self.choices.millis(200);
                }
                Some(step)
            }
            18 if !self.of_caller && about_rows && self.choices.once_in(2) => {
                let mut step = json!({ "call": "app", "request": "POST /done", "timeout": self.choices.some_millis(60),
                    "retry": self.choices.retry() });
                self.otherwise(&mut step, party, place, depth);
                Some(step)
            }
            18 => {
                let mut step = json!({ "fail": "no good" });
                if !self.choices.once_in(3) {
                    step["first"] = json!(1 + self.choices.below(5));
                }
                Some(step)
            }
            19 if about_rows && !flat => match self.choices.below(3) {
                0 => Some(
                    json!({ "transaction": [{ "insert": "rows", "word": "pending" }, { "write": "rows", "word": word }],
                    "takes": self.choices.millis(10), "rolls_back": self.choices.below(2) }),
                ),
                1 => Some(json!({ "bring": "word" })),
                _ => {
                    let mut step = json!({ "await": "word" });
                    if !self.choices.once_in(4) {
                        step["timeout"] = self.choices.some_millis(100);
                    }
                    self.otherwise(&mut step, party, place, depth);
                    Some(step)
                }
            },
            20 if place == Place::Delivery && depth < 3 && !self.deaths.is_empty() => {
                let queue = self.deaths[self.choices.below(self.deaths.len())].clone();
                let does = self.steps(party, place, depth + 1);
                let times = 1 + self.choices.below(3);
                Some(
                    json!({ "if_died": times, "in": queue, "does": does, "else": self.steps(party, place, depth + 1) }),
                )
            }
            _ => None,
        }
    }

    /// Queues whose dead letters go on to one another, lie in a lane, or are gone.
    fn ladder(&mut self, number: usize) -> Vec<Value> {
        let names = ["queue", "second", "third"];
        let queue = |(place, name): (usize, &str)| {
            let kind = self.choices.of(&["classic", "quorum"]);
            let mut queue = json!({ "id": format!("{name}-{number}"), "type": kind });
            if kind == "quorum" {
                queue["delivery_limit"] = json!(1 + self.choices.below(2));
            }
            if self.choices.once_in(if place == 0 { 4 } else { 2 }) {
                queue["message_ttl"] = self.choices.some_millis(150);
            }
            if self.choices.once_in(4) {
                queue["max_length"] = json!(1 + self.choices.below(3));
                queue["overflow"] = json!(self.choices.of(&["drop-head", "reject-publish"]));
            }
            if self.choices.once_in(4) {
                queue["write_time"] = self.choices.millis(20);
            }
            if self.choices.once_in(6) {
                queue["bound_at"] = self.choices.millis(100);
            }
            let to = self.choices.of(&["queue", "second", "third", "second", "dead", ""]);
            if !to.is_empty() {
                queue["dead_letter"] = json!({ "id": format!("{to}-{number}") });
            }
            queue
        };
        names.into_iter().enumerate().map(queue).collect()
    }

    /// A job store, the kind of those who take from it, and what they are like.
    fn job_store(&mut self, whose: &str, number: usize) -> (Value, &'static str, Value) {
        let appendonly = self.choices.once_in(2);
        let mut takers = json!({ "queue": format!("broker-{number}"), "concurrency": 1 + self.choices.below(3) });
        if whose == "sidekiq" {
            takers["retry"] = json!(self.choices.below(4));
            takers["dead"] = json!(!self.choices.once_in(3));
            takers["average_scheduled_poll_interval"] = json!(self.choices.of(&["5s", "100ms"]));
            if self.choices.once_in(2) {
                takers["sidekiq_retry_in"] = json!(["1s", "3s"]);
            }
            let dead = json!({ "id": format!("dead-set-{number}") });
            return (json!({ "appendonly": appendonly, "dead": dead }), "process", takers);
        }
        takers["worker_prefetch_multiplier"] = json!(self.choices.below(3));
        takers["acks_late"] = json!(self.choices.once_in(2));
        takers["max_retries"] = json!(self.choices.below(4));
        takers["default_retry_delay"] = json!(self.choices.of(&["180s", "0s", "1s"]));
        takers["retry_backoff"] = json!(self.choices.below(2));
        takers["retry_jitter"] = json!(self.choices.once_in(2));
        let timeout = self.choices.of(&["1h", "50ms", "2s"]);
        (json!({ "appendonly": appendonly, "visibility_timeout": timeout }), "worker", takers)
    }

    /// At least one.
    fn some_steps(&mut self, party: usize, place: Place) -> Vec<Value> {
        let mut steps = self.steps(party, place, 0);
        if steps.is_empty() {
            steps.push(json!({ "compute": "1ms" }));
        }
        steps
    }

    /// A topic of Kafka and a group that reads it.
    fn kafka(&mut self, number: usize) -> [Value; 2] {
        let size = 100 * (1 + self.choices.below(3));
        let mut topic = json!({ "partitions": 1 + self.choices.below(3), "record_size_bytes": size, "request_timeout": "200ms",
            "producer": { "linger": self.choices.millis(10), "batch_size_bytes": 250, "buffer_memory_bytes": 300 * (1 + self.choices.below(4)),
                "max_block": self.choices.millis(100), "delivery_timeout": self.choices.some_millis(400), "acks": self.choices.of(&["all", "1", "0"]) } });
        if self.choices.once_in(2) {
            topic["keys"] = json!(["alice", "bob", "carol"]);
        }
        let hands = 1 + self.choices.below(4);
        let mut member = json!({ "queue": format!("broker-{number}"), "consumers": 1 + self.choices.below(2), "max_concurrency": hands,
            "session_timeout": "2s", "heartbeat_interval": "500ms", "max_poll_interval": self.choices.some_millis(400),
            "max_poll_records": 1 + self.choices.below(4), "deduplicates": self.choices.once_in(3), "retry": self.choices.retry() });
        if hands > 1 {
            member["ordering"] = json!(self.choices.of(&["key", "partition", "unordered"]));
            member["auto_commit_interval"] = self.choices.some_millis(100);
        } else {
            member["commit"] = json!(self.choices.of(&["auto", "after-batch", "after-each", "before-work"]));
            member["between_attempts"] = json!(self.choices.of(&["poll", "sleep", "pause"]));
        }
        if self.choices.once_in(2) {
            member["dead_letter"] = json!({ "id": format!("dead-{number}") });
        }
        let does = self.some_steps(0, Place::Delivery);
        let party = json!({ "id": format!("consumer-{number}"), "member": member, "does": does });
        [json!({ "id": format!("broker-{number}"), "kafka": topic }), self.with_state(party, 0)]
    }

    /// A queue of SQS and those who poll it. Its dead-letter queue may be a party as well, which a clerk polls, or nobody.
    fn sqs(&mut self, number: usize) -> Vec<Value> {
        let kind = self.choices.of(&["standard", "fifo"]);
        let mut queue = json!({ "visibility_timeout": self.choices.some_millis(500), "receive_message_wait_time": "20s",
            "type": kind });
        let mut more = Vec::new();
        if self.choices.once_in(2) {
            queue["redrive_policy"] =
                json!({ "id": format!("dead-{number}"), "max_receive_count": 1 + self.choices.below(3) });
            let dead = json!({ "id": format!("dead-{number}"), "sqs": { "type": kind, "receive_message_wait_time": "20s",
                "visibility_timeout": "100ms" } });
            match self.choices.below(3) {
                0 => {}
                1 => more.push(dead),
                _ => {
                    let does = self.some_steps(0, Place::Delivery);
                    let clerk = json!({ "id": format!("clerk-{number}"), "poller": { "queue": format!("dead-{number}") },
                        "does": does });
                    more.extend([dead, self.with_state(clerk, 0)]);
                }
            }
        }
        let mut poller = json!({ "queue": format!("broker-{number}"), "count": 1 + self.choices.below(2),
            "max_number_of_messages": 1 + self.choices.below(3), "poll_interval": "100ms" });
        let mut does = self.some_steps(0, Place::Delivery);
        if self.choices.once_in(3) {
            poller["listener_mode"] = json!("batch");
            poller["max_number_of_messages"] = json!(10);
            does = vec![
                json!({ "each": does, "report_batch_item_failures": self.choices.once_in(2) && !holds_a_connection(&does) }),
            ];
            does.extend((0..self.choices.below(2)).map(|_| json!({ "call": "batches", "request": "POST /batches" })));
        } else {
            poller["delete"] = json!(self.choices.of(&["after-work", "before-work"]));
            poller["deduplicates"] = json!(self.choices.once_in(3));
        }
        let party = json!({ "id": format!("consumer-{number}"), "poller": poller, "does": does });
        more.extend([json!({ "id": format!("broker-{number}"), "sqs": queue }), self.with_state(party, 0)]);
        more
    }

    fn with_state(&mut self, mut party: Value, place: usize) -> Value {
        party["tables"] = json!([{ "id": "rows", "durable": self.choices.once_in(2) }]);
        let mut pool = json!({ "id": "pool", "connections": 1 + self.choices.below(2) });
        if !self.choices.once_in(3) {
            pool["max_wait"] = self.choices.millis(100);
        }
        party["pools"] = json!([pool]);
        if party.get("caller").is_none() && self.choices.once_in(3) {
            party["every"] = json!([{ "every": format!("{}ms", 20 + self.choices.below(200)), "does": [
                { "take": "rows", "does": self.steps(place, Place::Row, 1) }] }]);
        }
        party
    }
}

fn system(choices: &mut Choices, parts: usize) -> (Vec<Value>, Vec<String>) {
    let services = 1 + choices.below(3);
    let brokers: Vec<&str> = (0..choices.below(3))
        .map(|_| choices.of(&["rabbitmq", "kafka", "rabbitmq", "sqs", "sidekiq", "celery"]))
        .collect();
    let rabbits: Vec<usize> = (0..brokers.len()).filter(|broker| brokers[*broker] == "rabbitmq").collect();
    let called = rabbits.iter().copied().filter(|_| choices.once_in(3)).collect();
    let ladders = rabbits.into_iter().filter(|_| choices.once_in(2)).collect();
    let mut system = System {
        choices,
        services,
        brokers: brokers.clone(),
        called,
        ladders,
        deaths: Vec::new(),
        answers: false,
        parts,
        left: 60,
        of_caller: true,
    };
    let (mut parties, mut faulty) = (Vec::new(), Vec::new());
    let event_loop = system.choices.once_in(4);
    let caller =
        json!({ "kind": if event_loop { "event-loop" } else { "threads" }, "threads": 1 + system.choices.below(3) });
    let hook = match system.choices.below(3) {
        0 => json!([{ "bring": "word" }, { "answer": "204 No Content" }]),
        1 => {
            json!([{ "insert": "rows", "unique": true }, { "if": "new", "does": [{ "bring": "word" }] }, { "fail": "", "first": 2 }])
        }
        _ => json!([{ "answer": "404 None" }]),
    };
    let mut does = system.some_steps(0, Place::Job);
    for broker in system.called.clone() {
        does.push(system.ask(broker));
    }
    let app = json!({ "id": "app", "caller": caller, "does": does,
        "on": [{ "request": "POST /done", "does": hook }] });
    parties.push(system.with_state(app, 0));
    system.of_caller = false;
    for number in 0..services {
        let id = format!("service-{number}");
        let service = json!({ "workers": 1 + system.choices.below(3), "accept_queue": system.choices.below(4),
            "when_full": system.choices.of(&["refuse", "429 Too Many Requests"]) });
        let party = json!({ "id": id, "service": service, "on": [
            { "request": "GET /a", "does": system.steps(number + 1, Place::Request, 0) },
            { "request": "GET /b/{job}", "does": system.steps(number + 1, Place::Request, 0) } ] });
        parties.push(system.with_state(party, number + 1));
        faulty.push(id);
    }
    if brokers.contains(&"sqs") {
        parties.push(of_batches(&mut system));
        faulty.push("batches".to_owned());
    }
    for (number, vendor) in brokers.into_iter().enumerate() {
        let id = format!("broker-{number}");
        if vendor == "sidekiq" || vendor == "celery" {
            let (store, takes, settings) = system.job_store(vendor, number);
            parties.push(json!({ "id": id, vendor: store }));
            let taker = format!("worker-{number}");
            let party = json!({ "id": taker, takes: settings, "does": system.some_steps(0, Place::Delivery) });
            parties.push(system.with_state(party, 0));
            faulty.extend([id, taker]);
            continue;
        }
        if vendor != "rabbitmq" {
            let all = if vendor == "kafka" { system.kafka(number).into() } else { system.sqs(number) };
            faulty.extend(all.iter().filter_map(|party| party["id"].as_str()).map(str::to_owned));
            parties.extend(all);
            continue;
        }
        let kind = system.choices.of(&["classic", "quorum"]);
        let limit = if kind == "quorum" { json!(2) } else { Value::Null };
        let dead = match system.choices.below(4) {
            0 => Value::Null,
            _ => json!({ "id": format!("dead-{number}") }),
        };
        let queue = |name: &str| json!({ "id": format!("{name}-{number}"), "type": kind, "delivery_limit": limit });
        let is_called = system.called.contains(&number);
        let goes_on = system.ladders.contains(&number);
        let fanout = !is_called && !goes_on && system.choices.once_in(2);
        let mut queues = if fanout { vec!["left", "right"] } else { vec!["queue"] };
        let mut broker = json!({ "queues": queues.iter().map(|name| queue(name)).collect::<Vec<_>>() });
        broker["queues"].as_array_mut().unwrap().iter_mut().for_each(|queue| queue["dead_letter"] = dead.clone());
        if fanout {
            let kind = system.choices.of(&["fanout", "topic"]);
            broker["exchange"] = json!({ "type": kind });
            if kind == "topic" {
                broker["exchange"]["routing_keys"] = json!(["a.b", "c"]);
                broker["queues"][0]["binding_keys"] = json!(["a.*"]);
                broker["queues"][1]["binding_keys"] = json!(["#"]);
                for party in &mut parties {
                    with_keys(party, &id, system.choices);
                }
            }
        }
        if goes_on {
            let ladder = system.ladder(number);
            let goes_on =
                |queue: &&Value| queue["dead_letter"]["id"].as_str().is_some_and(|id| !id.starts_with("dead"));
            system.deaths = ladder.iter().filter(goes_on).map(|queue| queue["id"].as_str().unwrap().into()).collect();
            broker["queues"] = json!(ladder);
            queues.extend(["second", "third"].into_iter().filter(|_| system.choices.once_in(2)));
        }
        parties.push(json!({ "id": id, "rabbitmq": broker }));
        faulty.push(id);
        for name in queues {
            system.answers = is_called && name == "queue";
            let id = format!("{name}-consumer-{number}");
            let consumer = json!({ "queue": format!("{name}-{number}"), "count": 1 + system.choices.below(2),
                "prefetch": system.choices.below(3), "ack": system.choices.of(&["manual", "manual", "automatic"]),
                "ack_every": 1 + system.choices.below(2), "requeue": system.choices.once_in(4),
                "deduplicates": system.choices.once_in(3), "recovery_interval": "50ms" });
            let mut does = system.some_steps(0, Place::Delivery);
            if system.answers {
                does.push(json!({ "answer": "price of {job}" }));
            }
            let party = json!({ "id": id, "consumer": consumer, "does": does });
            parties.push(system.with_state(party, 0));
            faulty.push(id);
        }
        (system.deaths, system.answers) = (Vec::new(), false);
    }
    (parties, faulty)
}

/// Some of the steps that publish to that exchange do so under a key of their own.
fn with_keys(value: &mut Value, exchange: &str, choices: &mut Choices) {
    match value {
        Value::Object(fields) => {
            if fields.get("publish").is_some_and(|to| to == exchange) && choices.once_in(2) {
                fields.insert("key".into(), choices.of(&["a.x", "b", "lost"]).into());
            }
            fields.values_mut().for_each(|inner| with_keys(inner, exchange, choices));
        }
        Value::Array(all) => all.iter_mut().for_each(|inner| with_keys(inner, exchange, choices)),
        _ => {}
    }
}

/// Whether a connection is held in these steps.
fn holds_a_connection(steps: &[Value]) -> bool {
    mentions(&json!(steps), "hold", "pool")
}

/// A service that is asked about batches, and goes over them.
fn of_batches(system: &mut System<'_>) -> Value {
    let does = system.steps(system.services, Place::Delivery, 1);
    let reports = system.choices.once_in(2) && !holds_a_connection(&does);
    let party = json!({ "id": "batches", "service": { "workers": 2, "accept_queue": 0 }, "on": [
        { "request": "POST /batches", "does": [{ "each": does, "report_batch_item_failures": reports }] }] });
    system.with_state(party, 0)
}

/// Whether a step of that kind is anywhere.
fn mentions(value: &Value, verb: &str, part: &str) -> bool {
    match value {
        Value::Object(fields) => {
            fields.get(verb).is_some_and(|named| named == part)
                || fields.values().any(|inner| mentions(inner, verb, part))
        }
        Value::Array(all) => all.iter().any(|inner| mentions(inner, verb, part)),
        _ => false,
    }
}

pub fn scenario(numbers: Vec<u16>) -> Value {
    let choices = &mut Choices(numbers.into());
    let seed = choices.below(1000);
    let jobs = [3, 8, 1, 60][choices.below(4)];
    let parts = 1 + choices.below(3);
    let named: Vec<Value> =
        (0..parts).map(|part| json!({ "id": format!("part-{part}"), "work": choices.millis(80) })).collect();
    let arrivals = match choices.below(3) {
        0 => json!({ "pattern": "regular", "every": choices.millis(100) }),
        1 => json!({ "pattern": "burst", "at": "0ms" }),
        _ => json!({ "pattern": "users", "users": 2, "think": choices.millis(30) }),
    };
    let failures = match choices.below(3) {
        0 => json!({}),
        1 => json!({ "first": 1 }),
        _ => json!({ "probability": 0.3 }),
    };
    let poison = if choices.once_in(4) { json!([1]) } else { json!([]) };
    let network = json!({ "latency": choices.millis(15), "loss": if choices.once_in(4) { 0.1 } else { 0.0 },
        "duplication": if choices.once_in(4) { 0.1 } else { 0.0 } });
    let (parties, faulty) = system(choices, parts);
    let never: Vec<String> = (0..parts)
        .map(|part| format!("part-{part}"))
        .filter(|part| !parties.iter().any(|party| mentions(party, "work", part)))
        .collect();
    let changes: Vec<Value> = (0..choices.below(4))
        .map(|_| {
            let fault = choices.of(&["outage", "crash", "silent-outage", "slow-down"]);
            let actor = &faulty[choices.below(faulty.len())];
            let mut change = json!({ "at": choices.millis(400), "fault": fault, "actor": actor });
            if !choices.once_in(4) {
                change["for"] = choices.some_millis(300);
            }
            if fault == "slow-down" {
                change["factor"] = json!(2.5);
            }
            change
        })
        .collect();
    json!({
        "version": 2, "name": "random", "seed": seed, "network": network, "changes": changes,
        "workload": { "jobs": jobs, "arrivals": arrivals, "parts": named, "poison": poison, "failures": failures },
        "sides": [{ "protocol": "system", "parties": parties, "never": never },
                  { "protocol": "rabbitmq", "consumers": { "id": "other" } }],
    })
}

/// What a system is made from; it prints as the system.
#[derive(Clone)]
pub struct Numbers(pub Vec<u16>);

impl fmt::Debug for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", scenario(self.0.clone()))
    }
}

pub fn numbers() -> impl Strategy<Value = Numbers> {
    prop::collection::vec(any::<u16>(), 0..400).prop_map(Numbers)
}

fn play(scenario: &Scenario) -> Played {
    play_within(scenario.clone(), Limits { events: 3_000, span: Span::seconds(3600), ..Limits::default() })
}

fn holds(value: &Value) -> Result<Played, String> {
    let scenario = Scenario::from_value(value.clone()).map_err(|problem| format!("refused: {problem}"))?;
    let again = Scenario::from_value(scenario.to_value()).map_err(|problem| format!("written, refused: {problem}"))?;
    if again != scenario {
        return Err("it reads back as another one".to_owned());
    }
    let played = play(&scenario);
    if json::report(&played, None) != json::report(&play(&again), None) {
        return Err("the second run has other bytes".to_owned());
    }
    // Pictures take long.
    match scenario.head.seed % 10 {
        0 => oracle::run(&played)?,
        _ => {
            oracle::sound(&played)?;
            oracle::every_run_has_a_verdict_and_can_be_told(&played)?;
        }
    }
    whoever_waits_has_a_reason(&played.sides[0].trace)?;
    Ok(played)
}

/// A run that settled leaves nobody waiting, unless something was lost or died, or all stand in each other's way.
fn whoever_waits_has_a_reason(trace: &Trace) -> Result<(), String> {
    let waits = trace.jobs.iter().any(|job| job.caller == CallerOutcome::Waiting);
    let lost = |message: &MessageRow| message.fate == Fate::Lost;
    let held = |kind: StayKind| trace.stays.iter().any(|stay| stay.kind == kind && stay.ending == Ending::Open);
    let excused = trace.messages.iter().any(lost)
        || trace.marks.iter().any(|mark| mark.kind == MarkKind::Crashed)
        || held(StayKind::Blocked)
        || held(StayKind::Awaiting)
        || held(StayKind::Resting);
    match waits && !excused && trace.outcome.limit().is_none() {
        true => Err("a job waits for nothing".to_owned()),
        false => Ok(()),
    }
}

#[test]
fn what_holds_of_every_scenario_holds_of_random_systems() {
    let long = is_long();
    let config = ProptestConfig {
        cases: if long { 10_000 } else { 200 },
        rng_seed: if long { RngSeed::Random } else { RngSeed::Fixed(9) },
        failure_persistence: None,
        max_shrink_iters: 500,
        ..ProptestConfig::default()
    };
    let (mut callers, mut works, mut limits, mut settled) = (BTreeSet::new(), BTreeSet::new(), 0, 0);
    let mut marks: BTreeSet<MarkKind> = BTreeSet::new();
    // What marks say, and whether a reply over a queue came to who wants the jobs.
    let (mut texts, mut replies): (BTreeSet<String>, usize) = (BTreeSet::new(), 0);
    let counts = (&mut limits, &mut settled, &mut replies);
    let seen = std::cell::RefCell::new((&mut callers, &mut works, &mut marks, &mut texts, counts));
    let outcome = TestRunner::new(config).run(&numbers(), |numbers| {
        let played = holds(&scenario(numbers.0)).map_err(TestCaseError::fail)?;
        let trace = &played.sides[0].trace;
        let mut seen = seen.borrow_mut();
        seen.0.extend(trace.jobs.iter().map(|job| job.caller));
        seen.1.extend(trace.parts.iter().map(|part| part.outcome));
        seen.2.extend(trace.marks.iter().map(|mark| mark.kind));
        seen.3.extend(trace.marks.iter().map(|mark| trace.labels.text(mark.label).to_owned()));
        let is_reply = |message: &&MessageRow| {
            trace.actor(message.to).id == "app"
                && trace.kind(message).name == "basic.deliver"
                && message.fate == Fate::Delivered
        };
        *seen.4.2 += trace.messages.iter().filter(is_reply).count();
        match trace.outcome.limit() {
            Some(_) => *seen.4.0 += 1,
            None => *seen.4.1 += 1,
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    // Without this the properties could hold of nothing.
    assert_eq!((callers.len(), works.len()), (6, 5), "{callers:?} {works:?}");
    use MarkKind::*;
    assert!(
        [
            TimedOut,
            Retried,
            GaveUp,
            Failed,
            Returned,
            DeadLettered,
            Crashed,
            Recovered,
            Switched,
            Committed,
            Rebalanced
        ]
        .iter()
        .all(|kind| marks.contains(kind)),
        "{marks:?}"
    );
    let of_ladders = ["dead-lettered: rejected", "dead-lettered: expired", "set aside", "dropped: dead-letter cycle"];
    assert!(of_ladders.iter().all(|text| texts.contains(*text)), "{texts:?}");
    assert!(replies > 0, "nobody was answered over a queue");
    assert!(settled > limits, "{settled} settled and {limits} met their limit");
}
