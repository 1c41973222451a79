//! What stands over each side: what the side is, in the words in which it differs from the other one.
//!
//! A scenario may write a side's heading itself. Otherwise it is computed from the protocol, and where both sides have
//! the same protocol, from the settings in which they differ.
//!
//! *Invariant:* computed headings of the two sides are never alike.

use serde_json::Value;

use super::{Scenario, Side};

/// More settings than this in one heading would hide what matters.
const MOST_DIFFERENCES: usize = 2;

impl Scenario {
    /// What stands over each side.
    pub fn headings(&self) -> [String; 2] {
        let [left, right] = [&self.sides[0], &self.sides[1]];
        let computed = match (plain(left), plain(right)) {
            (one, other) if one == other => {
                let [first, second] = differences(&left.settings.to_value(), &right.settings.to_value());
                let with = |words: Vec<String>, side: &Side| match words.is_empty() {
                    true => format!("{one}: {}", side.id),
                    false => format!("{one}: {}", words.join(", ")),
                };
                [with(first, left), with(second, right)]
            }
            (one, other) => [one.to_owned(), other.to_owned()],
        };
        let [first, second] = computed;
        [left.heading.clone().unwrap_or(first), right.heading.clone().unwrap_or(second)]
    }
}

/// What a side is, by its protocol alone.
fn plain(side: &Side) -> &'static str {
    match side.settings.protocol() {
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
        other => other,
    }
}

/// The settings in which two sides of one protocol differ, in the words of each: at most a few.
fn differences(one: &Value, other: &Value) -> [Vec<String>; 2] {
    let mut found: Vec<(String, Value, Value)> = Vec::new();
    compare("", one, other, &mut found);
    // Numbers and switches tell two sides apart better than the names that their parties happen to have.
    let is_name = |path: &str| matches!(path.rsplit('.').next(), Some("id" | "name" | "subtitle"));
    let (names, mut found): (Vec<_>, Vec<_>) = found.into_iter().partition(|(path, ..)| is_name(path));
    found.extend(names);
    found.truncate(MOST_DIFFERENCES);
    let words = |pick: fn(&(String, Value, Value)) -> &Value| {
        found.iter().map(|difference| said(&difference.0, pick(difference))).collect::<Vec<_>>()
    };
    [words(|difference| &difference.1), words(|difference| &difference.2)]
}

fn compare(path: &str, one: &Value, other: &Value, found: &mut Vec<(String, Value, Value)>) {
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
                compare(path, left, right, found);
            }
        }
        _ => found.push((path.to_owned(), one.clone(), other.clone())),
    }
}

/// "delivery limit 3", "no delivery limit", "3 consumers".
fn said(path: &str, value: &Value) -> String {
    let name = path.rsplit('.').next().unwrap_or(path).replace(['_', '-'], " ");
    match value {
        Value::Null | Value::Bool(false) => format!("no {name}"),
        Value::Bool(true) => name,
        Value::Object(_) => format!("with {name}"),
        Value::Array(list) => format!("{} {name}", list.len()),
        Value::String(text) => format!("{name} {text}"),
        Value::Number(number) => format!("{name} {number}"),
    }
}
