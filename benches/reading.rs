//! How long the largest scenarios take to be read: near a second at most, and not with the square of their size.
//!
//! `cargo bench --bench reading` prints, for each kind, the time for half of it and for all, the shortest of five. It fails
//! if all takes more than a second, or more than three times as long as half.

#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::time::{Duration, Instant};

use counterpoint::scenario::{MAX_JOBS, Scenario};
use serde_json::{Value, json};

/// A name, and a scenario by the share of the caps, in hundredths, that it uses.
type Kind = (&'static str, fn(usize) -> Value);

const KINDS: [Kind; 5] = [
    ("a moment for each job", moments),
    ("headers and bindings", |share| exchange("headers", share, "name=value", "x-match=any other=value")),
    ("patterns and keys", |share| exchange("topic", share, "a", "#")),
    ("keys and their jobs", keys),
    ("a list that is too long", too_long),
];

fn main() {
    let mut slow = Vec::new();
    for (name, scenario) in KINDS {
        let [half, all] = [50, 100].map(|share| shortest(&scenario(share).to_string()));
        println!("{name:>25}: {:8.2} ms for half, {:8.2} ms for all", millis(half), millis(all));
        if all > Duration::from_secs(1) || all > 3 * half + Duration::from_millis(20) {
            slow.push(name);
        }
    }
    assert!(slow.is_empty(), "too slow: {slow:?}");
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn shortest(text: &str) -> Duration {
    let times = [(); 5].map(|()| {
        let begin = Instant::now();
        let _ = std::hint::black_box(Scenario::from_json(text));
        begin.elapsed()
    });
    times.into_iter().min().unwrap_or_default()
}

fn moments(share: usize) -> Value {
    let jobs = (MAX_JOBS as usize).min(170_000) * share / 100;
    json!({ "name": "moments", "workload": { "jobs": jobs, "arrivals": { "pattern": "listed", "at": vec!["1s"; jobs] } } })
}

/// Every binding of every queue is compared with every key, and none of them fits before its end.
fn exchange(kind: &str, share: usize, word: &str, first: &str) -> Value {
    let (separator, words) = if kind == "topic" { (".", 28) } else { (" ", 30) };
    let text = |number: usize, begins: &str, last: &str| {
        [begins, &vec![word; words].join(separator), &format!("{last}{number}")].join(separator)
    };
    let keys: Vec<String> = (0..10 * share).map(|number| text(number, word, "k")).collect();
    let bindings: Vec<String> = (0..100).map(|number| text(number, first, "b")).collect();
    let side = json!({ "protocol": "rabbitmq", "exchange": { "type": kind, "routing_keys": keys },
        "queue": { "binding_keys": bindings } });
    json!({ "name": "exchange", "sides": [side, { "protocol": "http" }] })
}

fn keys(share: usize) -> Value {
    let keys: Vec<String> = (0..10 * share).map(|number| format!("{number}{}", "x".repeat(390))).collect();
    let faults: Vec<usize> = (1..=10 * share).collect();
    json!({ "name": "keys", "sides": [
        { "protocol": "soap", "sender_faults": faults }, { "protocol": "kafka", "keys": keys },
    ] })
}

fn too_long(share: usize) -> Value {
    json!({ "name": "too-long", "changes": vec![json!({ "at": "1s", "fault": "crash", "actor": "x" }); 200 * share] })
}
