//! What stands over each side: what the side is, in the words in which it differs from the other one.
//!
//! A scenario may write a side's heading itself. Otherwise it is computed from the protocol, and where both sides have
//! the same protocol, from the settings in which they differ.
//!
//! *Invariant:* computed headings of the two sides are never alike.

use serde_json::Value;

use super::{Scenario, Side};
use crate::protocol::system;

/// More settings than this in one heading would hide what matters.
const MOST_DIFFERENCES: usize = 2;

impl Scenario {
    /// What stands over each side.
    pub fn headings(&self) -> [String; 2] {
        let [left, right] = [&self.sides[0], &self.sides[1]];
        let values = [left, right].map(|side| side.settings.to_value());
        let computed = match (plain(left, &values[0]), plain(right, &values[1])) {
            (one, other) if one == other => {
                let [first, second] = match left.settings.protocol() == right.settings.protocol() {
                    true => differences(&values[0], &values[1]),
                    false => Default::default(),
                };
                let with = |words: Vec<String>, side: &Side| match words.is_empty() {
                    true => format!("{one}: {}", side.id),
                    false => format!("{one}: {}", words.join(", ")),
                };
                [with(first, left), with(second, right)]
            }
            (one, other) => [one, other],
        };
        let [first, second] = computed;
        [left.heading.clone().unwrap_or(first), right.heading.clone().unwrap_or(second)]
    }
}

/// What a side is, by its protocol alone, or by the services and brokers among its parties.
fn plain(side: &Side, settings: &Value) -> String {
    let plain = match side.settings.protocol() {
        "http" => "HTTP calls",
        "rest" => "REST calls",
        "soap" => "SOAP calls",
        "graphql" => "GraphQL queries",
        "postgresql" => "Database queries",
        "chain" => "A chain of calls",
        "auth" => "Login calls",
        "rabbitmq" => "Queued through RabbitMQ",
        "kafka" => "Queued through Kafka",
        "sqs" => "Queued through Amazon SQS",
        _ => return system::heading(settings),
    };
    plain.to_owned()
}

/// A setting in which two sides differ: its path, the party that has it, where the parties are the reader's own, and its
/// value on each side.
struct Difference {
    path: String,
    party: String,
    values: [Value; 2],
}

/// The settings in which two sides of one protocol differ, in the words of each: at most a few.
fn differences(one: &Value, other: &Value) -> [Vec<String>; 2] {
    let mut found = Vec::new();
    compare("", one, other, &mut found);
    // Numbers and switches tell two sides apart better than the names that their parties happen to have.
    let is_name = |found: &Difference| matches!(found.path.rsplit('.').next(), Some("id" | "name" | "subtitle"));
    let (names, mut found): (Vec<_>, Vec<_>) = found.into_iter().partition(is_name);
    found.extend(names);
    // Where the party is named as well, there is no room for two.
    found.truncate(if one["parties"].is_array() { 1 } else { MOST_DIFFERENCES });
    [0, 1].map(|side| found.iter().map(|found| said(found, &found.values[side])).collect())
}

fn compare(path: &str, one: &Value, other: &Value, found: &mut Vec<Difference>) {
    let mut differs = |path: &str, values: [Value; 2]| {
        found.push(Difference { path: path.to_owned(), party: String::new(), values });
    };
    match (one, other) {
        _ if one == other => {}
        (Value::Object(left), Value::Object(right)) => {
            for (key, value) in left {
                let inner = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                compare(&inner, value, right.get(key).unwrap_or(&Value::Null), found);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (left, right) in left.iter().zip(right) {
                let begin = found.len();
                compare(path, left, right, found);
                if path == "parties" {
                    found[begin..].iter_mut().for_each(|found| found.party = format!(" at {}", system::name(left)));
                }
            }
        }
        // Of the parties and their steps, the first that only one side has says more than how many there are.
        (Value::Array(left), Value::Array(right)) if path.starts_with("parties") => {
            if let Some((at, word)) = system::only_one_has([left, right]) {
                // A clock has no name, and is called by the field in which it stands.
                differs(if word.is_empty() { path } else { word }, [at == 0, at == 1].map(Value::Bool));
            }
        }
        _ => differs(path, [one.clone(), other.clone()]),
    }
}

/// "delivery limit 3", "no delivery limit", "3 consumers", "workers 2 at Order API".
fn said(Difference { path, party, .. }: &Difference, value: &Value) -> String {
    let name = path.rsplit('.').next().unwrap_or(path).replace(['_', '-'], " ");
    let words = match value {
        Value::Null | Value::Bool(false) => format!("no {name}"),
        Value::Bool(true) => name,
        Value::Array(list) if party.is_empty() => format!("{} {name}", list.len()),
        Value::Object(_) | Value::Array(_) => format!("with {name}"),
        Value::String(text) => format!("{name} {text}"),
        Value::Number(number) => format!("{name} {number}"),
    };
    words + party
}
