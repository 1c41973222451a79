//! Random valid scenarios: few jobs, short times, much that goes wrong.

use std::fmt;

use proptest::prelude::*;
use serde_json::{Value, json};

/// A scenario that prints as its JSON text, so that a failure can be pasted into a file.
#[derive(Clone)]
pub struct Text(pub Value);

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

pub fn scenario() -> impl Strategy<Value = Text> {
    let head = (0u64..1_000_000, workload(), network());
    let sides = (http(), rabbitmq());
    let changes = prop::collection::vec(change(), 0..4);
    (head, sides, changes).prop_map(|((seed, workload, network), (http, rabbitmq), mut changes)| {
        // The first of several, where each has a lane of its own.
        let instances = http["server"]["lanes"] == "each";
        let consumers = rabbitmq["consumers"]["lanes"] == "each";
        for change in &mut changes {
            let text = change.to_string();
            let apart = match (text.contains("between"), text.contains("queue")) {
                (false, _) => instances || consumers,
                (true, true) => consumers,
                (true, false) => instances,
            };
            if apart {
                *change = serde_json::from_str(&text.replace("\"server\"", "\"server-1\"")).unwrap();
            }
        }
        Text(json!({
            "name": "random", "seed": seed, "workload": workload, "network": network,
            "sides": [http, rabbitmq], "changes": changes,
        }))
    })
}

/// A duration of so many milliseconds, as a scenario writes it.
pub fn millis(range: std::ops::Range<u32>) -> impl Strategy<Value = Value> {
    range.prop_map(|millis| json!(format!("{millis}ms")))
}

/// Now and then nothing.
pub fn perhaps(strategy: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop_oneof![1 => Just(Value::Null), 2 => strategy]
}

fn spread() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => millis(0..200),
        1 => (1u32..150).prop_map(|mean| json!({ "exponential": { "mean": format!("{mean}ms") } })),
        1 => (0u32..50, 50u32..200)
            .prop_map(|(min, max)| json!({ "uniform": { "min": format!("{min}ms"), "max": format!("{max}ms") } })),
        1 => (1u32..80).prop_map(|median| {
            json!({ "log_normal": { "median": format!("{median}ms"), "p99": format!("{}ms", median * 8) } })
        }),
    ]
}

/// Executions that fail, in one scenario of four.
pub fn failures() -> impl Strategy<Value = Value> {
    let some = (0u32..8, 0u32..3)
        .prop_map(|(tenths, first)| json!({ "probability": f64::from(tenths) / 10.0, "first": first }));
    prop_oneof![3 => Just(json!({})), 1 => some]
}

fn workload() -> impl Strategy<Value = Value> {
    let arrivals = prop_oneof![
        millis(0..150).prop_map(|every| json!({ "pattern": "regular", "every": every })),
        (1u32..40).prop_map(|rate| json!({ "pattern": "poisson", "rate_per_s": rate })),
        millis(0..100).prop_map(|at| json!({ "pattern": "burst", "at": at })),
        (1u32..4, spread()).prop_map(|(users, think)| json!({ "pattern": "users", "users": users, "think": think })),
    ];
    (1u32..=10).prop_flat_map(move |jobs| {
        let poison = prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(1..=jobs, 1..3)];
        let useful = perhaps(millis(50..500));
        (arrivals.clone(), spread(), (poison, failures()), useful).prop_map(
            move |(arrivals, work, (poison, failures), useful)| {
                json!({
                    "jobs": jobs, "arrivals": arrivals, "work": work, "poison": poison, "failures": failures,
                    "useful_within": useful,
                })
            },
        )
    })
}

fn network() -> impl Strategy<Value = Value> {
    let loss = prop_oneof![2 => Just(0.0), 1 => (0u32..40).prop_map(|percent| f64::from(percent) / 100.0)];
    (prop_oneof![millis(0..30), spread()], loss).prop_map(|(latency, loss)| json!({ "latency": latency, "loss": loss }))
}

fn retry() -> impl Strategy<Value = Value> {
    let jitter = prop::sample::select(vec!["none", "full", "equal", "decorrelated"]);
    (1u32..5, 1u32..100, jitter).prop_map(|(attempts, base, jitter)| {
        json!({ "max_attempts": attempts, "base": format!("{base}ms"), "cap": format!("{}ms", base * 4), "jitter": jitter })
    })
}

fn http() -> impl Strategy<Value = Value> {
    let caller = (1u32..4, perhaps((1u32..4).prop_map(|connections| json!(connections))));
    let full = prop::sample::select(vec!["refuse", "503"]);
    let crew = (prop::sample::select(vec!["shared", "shared", "each"]), prop::collection::vec(1u32..30, 0..2));
    let server = ((1u32..4, crew), 0u32..4, full, perhaps(millis(1..300)), 20u32..2_000);
    let policy = (perhaps(millis(1..400)), retry(), any::<[bool; 3]>());
    let method = prop::sample::select(vec!["GET", "PUT", "POST"]);
    (caller, server, policy, method).prop_map(|(caller, server, (timeout, retry, [blind, key, on_close]), method)| {
        let (threads, connections) = caller;
        let ((workers, (lanes, tenths)), accept_queue, when_full, retry_after, keepalive) = server;
        let factors: Vec<f64> = tenths.into_iter().map(|tenths| f64::from(tenths) / 10.0).collect();
        json!({
            "protocol": "http", "method": method, "path": "/{job}", "timeout": timeout, "retry": retry,
            "connections": connections, "retry_non_idempotent": blind, "idempotency_key": key,
            "retry_on_close": on_close, "caller": { "threads": threads },
            "server": {
                "workers": workers, "lanes": lanes, "factors": factors, "accept_queue": accept_queue, "when_full": when_full, "retry_after": retry_after,
                "keepalive_timeout": format!("{keepalive}ms"),
            },
        })
    })
}

fn rabbitmq() -> impl Strategy<Value = Value> {
    let dead = prop_oneof![Just(Value::Null), Just(json!({ "id": "dead" }))];
    let kind = prop_oneof![
        perhaps((-1i32..5).prop_map(|limit| json!(limit)))
            .prop_map(|limit| json!({ "type": "quorum", "delivery_limit": limit })),
        Just(json!({ "type": "classic" })),
    ];
    let overflow = prop::sample::select(vec!["drop-head", "reject-publish"]);
    let bound = prop_oneof![2 => Just(Value::Null), 1 => (1u32..4).prop_map(|most| json!(most))];
    let queue =
        (kind, dead, bound, overflow, millis(0..60)).prop_map(|(mut queue, dead, bound, overflow, write_time)| {
            queue["dead_letter"] = dead;
            queue["max_length"] = bound;
            queue["overflow"] = json!(overflow);
            queue["write_time"] = write_time;
            queue
        });
    let ack = prop::sample::select(vec!["manual", "manual", "automatic"]);
    let on_failure = prop::sample::select(vec!["reject", "nack"]);
    let crew = (prop::sample::select(vec!["shared", "each"]), 0u32..4);
    let consumers = (1u32..4, (0u32..4, crew), ack, 1u32..4, on_failure, any::<[bool; 2]>(), 1u32..500);
    let confirms = prop::sample::select(vec!["async", "wait", "off"]);
    let publisher = (1u32..4, confirms, perhaps(millis(1..400)), retry());
    (publisher, queue, consumers).prop_map(|((threads, confirms, timeout, retry), queue, consumers)| {
        let (count, (prefetch, (lanes, own)), ack, ack_every, on_failure, [requeue, deduplicates], recovery) = consumers;
        json!({
            "protocol": "rabbitmq", "publisher": { "threads": threads }, "queue": queue, "confirms": confirms,
            "confirm_timeout": timeout, "retry": retry,
            "consumers": {
                "count": count, "lanes": lanes, "prefetch": prefetch, "prefetches": [own], "ack": ack, "ack_every": ack_every, "on_failure": on_failure,
                "requeue": requeue, "deduplicates": deduplicates, "recovery_interval": format!("{recovery}ms"),
            },
        })
    })
}

fn change() -> impl Strategy<Value = Value> {
    let fault = prop::sample::select(vec!["outage", "silent-outage", "crash", "slow-down"]);
    let actor = prop::sample::select(vec!["server", "server", "queue", "client"]);
    let of_an_actor = (fault, actor, 1u32..50).prop_map(|(fault, actor, tenths)| {
        let mut change = json!({ "fault": fault, "actor": actor });
        if fault == "slow-down" {
            change["factor"] = json!(f64::from(tenths) / 10.0);
        }
        change
    });
    let ends = vec![["client", "server"], ["client", "queue"], ["queue", "server"], ["server", "right.queue"]];
    let what = prop_oneof![2 => of_an_actor, 1 => link_fault(ends)];
    (0u32..600, perhaps(millis(1..500)), what).prop_map(|(at, lasts, mut change)| {
        (change["at"], change["for"]) = (json!(format!("{at}ms")), lasts);
        change
    })
}

/// A fault of the links between two of these, without its dates.
pub fn link_fault(ends: Vec<[&'static str; 2]>) -> impl Strategy<Value = Value> {
    let fault = prop::sample::select(vec!["cut", "cut", "loss", "delay"]);
    (fault, prop::sample::select(ends), 0u32..=10, 0u32..200).prop_map(|(fault, ends, tenths, by)| {
        let mut change = json!({ "fault": fault, "between": ends });
        match fault {
            "loss" => change["probability"] = json!(f64::from(tenths) / 10.0),
            "delay" => change["by"] = json!(format!("{by}ms")),
            _ => {}
        }
        change
    })
}
