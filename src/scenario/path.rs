//! Changing one field by its path. A side's `protocol` may become that of another broker, with all that follows.
//!
//! *Invariant:* nothing else than what a path names is changed, save what belongs to a broker with its broker.

use serde_json::Value;

use super::broker::{self, Broker};
use super::{Problem, Scenario};

impl Scenario {
    /// The value at `path`, defaults included.
    ///
    /// # Errors
    /// A [`Problem`] if there is no such path.
    pub fn value_at(&self, path: &str) -> Result<Value, Problem> {
        let mut value = self.to_value();
        find(&mut value, path).cloned()
    }

    /// The same scenario with the field at `path` set to `value`.
    ///
    /// # Errors
    /// A [`Problem`] if there is no such path or the value would not do there.
    pub fn with(&self, path: &str, value: Value) -> Result<Scenario, Problem> {
        self.with_all([(path, value)])
    }

    /// The same scenario with several fields set at once: only the result has to be valid, not each step to it.
    ///
    /// # Errors
    /// A [`Problem`] if there is no such path or the values would not do there.
    pub fn with_all<'a>(&self, assignments: impl IntoIterator<Item = (&'a str, Value)>) -> Result<Scenario, Problem> {
        let mut whole = self.to_value();
        for (path, value) in assignments {
            assign(&mut whole, path, value)?;
        }
        Scenario::from_value(whole)
    }
}

/// Sets one field. Not a part of its only caller, which is compiled for each kind of list.
fn assign(whole: &mut Value, path: &str, value: Value) -> Result<(), Problem> {
    if let Some(place) = broker::side_of(whole, path)
        && let Some(from) = broker_of(&whole["sides"][place]["protocol"])
        && let Some(to) = broker_of(&value)
        && from != to
    {
        return broker::put(whole, place, from, to);
    }
    *find(whole, path)? = value;
    Ok(())
}

fn broker_of(protocol: &Value) -> Option<&'static Broker> {
    broker::broker(protocol.as_str()?)
}

/// Splits `path=value`. The value is JSON if it reads as JSON, else a text.
///
/// # Errors
/// A [`Problem`] if there is no `=`.
pub fn parse_assignment(text: &str) -> Result<(&str, Value), Problem> {
    let Some((path, value)) = text.split_once('=') else {
        return Err(Problem::new("", format!("`{text}` sets nothing; write path=value, as in `workload.jobs=20`")));
    };
    Ok((path.trim(), serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()))))
}

/// The place in `value` that `path` names. A step is an object's key, or a list item's `id` or its number from zero.
pub(super) fn find<'a>(mut value: &'a mut Value, path: &str) -> Result<&'a mut Value, Problem> {
    let mut walked = String::new();
    for step in path.split('.') {
        let there = if walked.is_empty() { "a scenario".to_owned() } else { format!("`{walked}`") };
        value = match value {
            Value::Object(fields) => {
                let known = fields.keys().cloned().collect::<Vec<_>>().join("`, `");
                let missing = || Problem::new(path, format!("there is no `{step}` in {there}; it has `{known}`"));
                fields.get_mut(step).ok_or_else(missing)?
            }
            Value::Array(items) => {
                let place = items
                    .iter()
                    .position(|item| item.get("id").and_then(Value::as_str) == Some(step))
                    .or_else(|| step.parse().ok())
                    .filter(|place| *place < items.len());
                let ids: Vec<_> = items.iter().filter_map(|item| item.get("id").and_then(Value::as_str)).collect();
                let missing = || {
                    let known = if ids.is_empty() {
                        format!("{} items, numbered from 0", items.len())
                    } else {
                        format!("`{}`", ids.join("`, `"))
                    };
                    Problem::new(path, format!("there is no `{step}` in {there}; it has {known}"))
                };
                match place {
                    Some(place) => &mut items[place],
                    None => return Err(missing()),
                }
            }
            _ => {
                return Err(Problem::new(path, format!("{there} has no parts, so there is no `{step}` in it")));
            }
        };
        if !walked.is_empty() {
            walked.push('.');
        }
        walked.push_str(step);
    }
    Ok(value)
}
