//! Verdicts: each rule in a run in which it must speak, with its words, its number and its moment, and in one in which
//! it must be silent.

use std::collections::BTreeSet;

use counterpoint::engine::Limits;
use counterpoint::metrics::{RULES, Verdict};
use counterpoint::render::summary::summaries;
use counterpoint::scenario::Scenario;
use serde_json::{Value, json};

use crate::metrics::verdicts;
use crate::story::{play_built_in, play_within};

/// An example of a rule: a run in which it speaks, what it says, and a run in which it is silent.
struct Example {
    rule: &'static str,
    speaks: Vec<Verdict>,
    says: &'static str,
    value: Value,
    at_ms: Option<u64>,
    silent: Vec<Verdict>,
}

/// The verdicts on one side of a built-in scenario.
fn of_preset(name: &str, side: usize) -> Vec<Verdict> {
    summaries(&play_built_in(name)).swap_remove(side).verdicts
}

/// The verdicts on a run that was stopped after so many events.
fn stopped() -> Vec<Verdict> {
    let scenario = json!({
        "name": "stopped", "workload": { "poison": [1] }, "network": { "latency": "0ms" },
        "sides": [{ "protocol": "http" }, { "protocol": "rabbitmq", "consumers": { "requeue": true },
            "queue": { "type": "classic" } }],
    });
    let limits = Limits { events: 40, ..Limits::default() };
    summaries(&play_within(Scenario::from_value(scenario).unwrap(), limits)).swap_remove(1).verdicts
}

fn http() -> Value {
    json!({ "protocol": "http" })
}

fn rabbit() -> Value {
    json!({ "protocol": "rabbitmq" })
}

fn burst(jobs: u32) -> Value {
    json!({ "workload": { "jobs": jobs, "arrivals": { "pattern": "burst" }, "work": "40ms" } })
}

fn with(mut value: Value, key: &str, field: Value) -> Value {
    value[key] = field;
    value
}

/// One job of 40 ms and something that happens to the server (or consumer) 10 ms into it.
fn struck(fault: &str, lasts: &str) -> Value {
    with(burst(1), "changes", json!([{ "at": "10ms", "for": lasts, "fault": fault, "actor": "server" }]))
}

fn impatient() -> Value {
    json!({ "protocol": "http", "timeout": "20ms" })
}

fn stubborn() -> Value {
    json!({ "protocol": "http", "method": "PUT", "timeout": "30ms", "server": { "workers": 2 },
        "retry": { "max_attempts": 2, "base": "10ms", "jitter": "none" } })
}

fn examples_of_outcomes() -> Vec<Example> {
    vec![
        Example {
            rule: "limit-reached",
            speaks: stopped(),
            says: "The run was stopped at ",
            value: json!(40),
            at_ms: None,
            silent: verdicts(http(), burst(1)),
        },
        Example {
            rule: "failed",
            speaks: of_preset("order-emails", 0),
            says: "2 of 12 e-mails failed: Mail service was down from 900 ms to 1.3 s; 1 was turned away and 1 was left without an answer after up to 3 tries.",
            value: json!(2),
            at_ms: Some(913),
            silent: of_preset("order-emails", 1),
        },
        Example {
            rule: "failed",
            speaks: verdicts(impatient(), burst(1)),
            says: "The job failed: it was left without an answer.",
            value: json!(1),
            at_ms: Some(20),
            silent: verdicts(http(), burst(1)),
        },
        Example {
            rule: "lost",
            speaks: verdicts(
                json!({ "protocol": "rabbitmq", "consumers": { "ack": "automatic" } }),
                struck("crash", "10ms"),
            ),
            says: "The job was accepted and then lost: nobody holds the work any more, and nobody was told.",
            value: json!(1),
            at_ms: Some(0),
            silent: verdicts(rabbit(), struck("crash", "10ms")),
        },
        Example {
            rule: "unfinished",
            speaks: verdicts(
                http(),
                with(burst(2), "changes", json!([{ "at": "0ms", "fault": "silent-outage", "actor": "server" }])),
            ),
            says: "2 jobs were not finished when the run ended.",
            value: json!(2),
            at_ms: Some(0),
            silent: verdicts(http(), burst(2)),
        },
        Example {
            rule: "dead-lettered",
            speaks: verdicts(
                json!({ "protocol": "rabbitmq", "queue": { "dead_letter": {} } }),
                json!({ "workload": { "jobs": 2, "poison": [2], "work": "40ms", "arrivals": { "pattern": "burst" } } }),
            ),
            says: "1 of 2 jobs was set aside in a dead-letter queue after Server had failed at it.",
            value: json!(1),
            at_ms: Some(80),
            silent: verdicts(json!({ "protocol": "rabbitmq", "queue": { "dead_letter": {} } }), burst(2)),
        },
        Example {
            rule: "nothing-lost",
            speaks: verdicts(rabbit(), burst(2)),
            says: "Nothing was lost: all 2 jobs were handed over, and all work was done by 80 ms.",
            value: json!(2),
            at_ms: Some(80),
            silent: verdicts(
                json!({ "protocol": "rabbitmq", "consumers": { "ack": "automatic" } }),
                struck("crash", "10ms"),
            ),
        },
        Example {
            rule: "all-answered",
            speaks: verdicts(http(), burst(3)),
            says: "All 3 jobs were answered, half of them within 80 ms, the slowest after 120 ms.",
            value: json!(80_000),
            at_ms: Some(120),
            silent: verdicts(impatient(), burst(3)),
        },
        Example {
            rule: "unknown",
            speaks: verdicts(impatient(), burst(1)),
            says: "For 1 job the caller cannot know whether the work was done; it was.",
            value: json!(1),
            at_ms: Some(20),
            silent: verdicts(http(), struck("outage", "0ms")),
        },
        Example {
            rule: "excused",
            speaks: of_preset("system-gateway", 1),
            says: "3 of 8 pages were done without a part of the work.",
            value: json!(3),
            at_ms: None,
            silent: of_preset("system-gateway", 0),
        },
        Example {
            rule: "refused",
            speaks: verdicts(
                json!({ "protocol": "http", "caller": { "threads": 2 }, "server": { "accept_queue": 0 } }),
                burst(2),
            ),
            says: "1 job was turned away without being looked at: the callers know that nothing was done.",
            value: json!(1),
            at_ms: Some(0),
            silent: verdicts(impatient(), burst(1)),
        },
        Example {
            rule: "done-for-nobody",
            speaks: verdicts(impatient(), burst(1)),
            says: "The work of 1 job was done for nobody: its caller stopped waiting for it.",
            value: json!(1),
            at_ms: Some(40),
            silent: verdicts(http(), burst(1)),
        },
        Example {
            rule: "too-late",
            speaks: verdicts(
                http(),
                json!({ "workload": { "jobs": 3, "arrivals": { "pattern": "burst" }, "work": "40ms", "useful_within": "80ms" } }),
            ),
            says: "1 of 3 jobs came too late to be of use: more than 80 ms after it was wanted.",
            value: json!(1),
            at_ms: None,
            silent: verdicts(http(), burst(3)),
        },
    ]
}

fn examples_of_causes() -> Vec<Example> {
    vec![
        Example {
            rule: "broker-out",
            speaks: of_preset("order-emails-broker-out", 1),
            says: "While E-mails was down, 1 e-mail could not be handed over: a queue decouples from the workers, not from itself.",
            value: json!(1),
            at_ms: Some(550),
            silent: of_preset("order-emails", 1),
        },
        Example {
            rule: "outage-failed",
            speaks: of_preset("order-emails", 0),
            says: "The 400 ms outage of Mail service became its callers': 2 e-mails that were under way meanwhile failed.",
            value: json!(2),
            at_ms: Some(900),
            silent: of_preset("order-emails", 1),
        },
        Example {
            rule: "outage-delayed",
            speaks: verdicts(
                json!({ "protocol": "http", "retry": { "max_attempts": 3, "base": "30ms", "jitter": "none" } }),
                with(
                    burst(1),
                    "changes",
                    json!([{ "at": "0ms", "for": "50ms", "fault": "outage", "actor": "server" }]),
                ),
            ),
            says: "The 50 ms outage of Server was waited out by its callers: the slowest answer took 130 ms.",
            value: json!(130_000),
            at_ms: Some(0),
            silent: of_preset("order-emails", 0),
        },
        Example {
            rule: "outage-absorbed",
            speaks: of_preset("order-emails", 1),
            says: "Mail service was down from 900 ms to 1.3 s: the queue held up to 6; it was empty again 381 ms later.",
            value: json!(6),
            at_ms: Some(900),
            silent: of_preset("order-emails", 0),
        },
        Example {
            rule: "executed-twice",
            speaks: of_preset("order-emails", 1),
            says: "2 e-mails were worked on twice: Mail service died at 900 ms before it had acknowledged it, and the queue delivered it again.",
            value: json!(2),
            at_ms: Some(913),
            silent: verdicts(rabbit(), burst(2)),
        },
        Example {
            rule: "executed-twice",
            speaks: of_preset("order-emails-broker-out", 1),
            says: "1 e-mail was worked on twice: E-mails died at 550 ms before it had heard that it was acknowledged, and the queue delivered it again; it took effect more than once.",
            value: json!(1),
            at_ms: None,
            silent: of_preset("order-emails-broker-out", 0),
        },
        Example {
            rule: "executed-twice",
            speaks: verdicts(stubborn(), burst(1)),
            says: "1 job was worked on twice: the caller asked again, not knowing what had become of it.",
            value: json!(1),
            at_ms: Some(30),
            silent: verdicts(impatient(), burst(1)),
        },
    ]
}

fn examples_of_waiting() -> Vec<Example> {
    vec![
        // Something waits from 10 to 130 ms, and the consumer works from 20 to 60 and from 80 to 120 ms of it.
        Example {
            rule: "idle",
            speaks: verdicts(
                json!({ "protocol": "rabbitmq", "consumers": { "prefetch": 1 } }),
                with(burst(3), "network", json!({ "latency": "10ms" })),
            ),
            says: "The only consumer was idle for 20 ms between two jobs although more waited (prefetch 1).",
            value: json!(1.0 / 3.0),
            at_ms: None,
            silent: verdicts(
                json!({ "protocol": "rabbitmq", "consumers": { "prefetch": 2 } }),
                with(burst(3), "network", json!({ "latency": "10ms" })),
            ),
        },
        Example {
            rule: "offered-load",
            speaks: verdicts(http(), json!({ "workload": { "jobs": 5, "work": "95ms" } })),
            says: "The offered load is 95 %: 10 jobs a second with 95 ms of work each, and 1 can be worked on at once.",
            value: json!(0.95),
            at_ms: None,
            silent: verdicts(http(), json!({ "workload": { "jobs": 5, "work": "80ms" } })),
        },
        Example {
            rule: "handed-over",
            speaks: verdicts(rabbit(), with(burst(2), "network", json!({ "latency": "5ms" }))),
            says: "Half of the jobs were handed over within 10 ms, and half were done within 50 ms.",
            value: json!(10_000),
            at_ms: None,
            silent: verdicts(http(), burst(2)),
        },
        Example {
            rule: "unanswered",
            speaks: verdicts(rabbit(), burst(2)),
            says: "No caller was told a result: what was handed over is all that it knows.",
            value: json!(2),
            at_ms: None,
            silent: verdicts(http(), burst(2)),
        },
        Example {
            rule: "blocked",
            speaks: verdicts(
                json!({ "protocol": "http", "caller": { "threads": 2 }, "server": { "workers": 2 } }),
                json!({ "workload": { "jobs": 3, "arrivals": { "pattern": "burst" }, "work": "40ms" } }),
            ),
            says: "Callers' threads spent 50 % of their time waiting for others.",
            value: json!(0.5),
            at_ms: None,
            silent: verdicts(json!({ "protocol": "http", "caller": { "threads": 3 } }), burst(1)),
        },
        Example {
            rule: "never-blocked",
            speaks: verdicts(rabbit(), burst(2)),
            says: "No caller's thread was ever blocked.",
            value: json!(0.0),
            at_ms: None,
            silent: verdicts(
                json!({ "protocol": "rabbitmq", "confirms": "wait" }),
                with(burst(2), "network", json!({ "latency": "5ms" })),
            ),
        },
        Example {
            rule: "backlog",
            speaks: verdicts(http(), burst(3)),
            says: "Up to 2 jobs waited at Client for a free thread, the longest for 80 ms.",
            value: json!(2),
            at_ms: Some(0),
            silent: verdicts(json!({ "protocol": "http", "caller": { "threads": 3 } }), burst(3)),
        },
        Example {
            rule: "accept-queue",
            speaks: verdicts(json!({ "protocol": "http", "caller": { "threads": 3 } }), burst(3)),
            says: "Up to 2 jobs waited at Server for a free worker, the longest for 80 ms.",
            value: json!(2),
            at_ms: Some(0),
            silent: verdicts(http(), burst(3)),
        },
        Example {
            rule: "queue",
            speaks: verdicts(json!({ "protocol": "rabbitmq", "consumers": { "prefetch": 1 } }), burst(3)),
            says: "Up to 2 jobs lay in Queue at once, the longest for 80 ms.",
            value: json!(2),
            at_ms: Some(0),
            silent: verdicts(rabbit(), burst(3)),
        },
    ]
}

#[test]
fn every_rule_speaks_where_it_must_and_is_silent_where_it_must() {
    // Their numbers are too large to reckon by hand; `causes.rs` has a run of each.
    let mut tried = BTreeSet::from(["loop", "breaker-open"]);
    for example in examples_of_outcomes().into_iter().chain(examples_of_causes()).chain(examples_of_waiting()) {
        let find = |verdicts: &[Verdict]| verdicts.iter().find(|verdict| verdict.rule == example.rule).cloned();
        let Some(said) = find(&example.speaks) else {
            panic!("{} was silent; there were {:#?}", example.rule, example.speaks);
        };
        assert!(said.text.starts_with(example.says), "{} said {:?}, not {:?}", example.rule, said.text, example.says);
        let printed = serde_json::to_value(&said).unwrap();
        assert_eq!(printed["value"], example.value, "{}", example.rule);
        if let Some(at) = example.at_ms {
            assert_eq!(printed["at_us"], json!(at * 1000), "{}", example.rule);
        }
        assert_eq!(find(&example.silent), None, "{} spoke", example.rule);
        tried.insert(example.rule);
    }
    let rules: BTreeSet<_> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(tried, rules);
}
