//! Changing one field by its path. A side's `protocol` may become that of another broker, with all that follows.
//!
//! *Invariant:* nothing else than what a path names is changed, save what belongs to a broker with its broker.

use serde_json::Value;

use super::broker::{self, Broker};
use super::{Problem, Scenario};
use crate::reading::{self, Faults, shown};

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

    /// The same scenario with several fields set at once: only the result has to be valid, not each step to it. With
    /// fewer jobs, the one that was to be lit may be gone; that does not stand in the way, and none is lit then.
    ///
    /// # Errors
    /// A [`Problem`] if there is no such path or the values would not do there.
    pub fn with_all<'a>(&self, assignments: impl IntoIterator<Item = (&'a str, Value)>) -> Result<Scenario, Problem> {
        let mut whole = self.to_value();
        let mut sets_lit = false;
        for (path, value) in assignments {
            sets_lit |= path == LIT;
            assign(&mut whole, path, value)?;
        }
        let is_gone = whole["view"]["job"].as_u64() > whole["workload"]["jobs"].as_u64();
        if is_gone && !sets_lit {
            assign(&mut whole, LIT, Value::Null)?;
        }
        Scenario::from_value(whole)
    }
}

/// The number of the job that is lit.
const LIT: &str = "view.job";

/// Sets one field. Not a part of its only caller, which is compiled for each kind of list.
fn assign(whole: &mut Value, path: &str, value: Value) -> Result<(), Problem> {
    if let Some(place) = broker::side_of(whole, path)
        && let Some(from) = broker_of(&whole["sides"][place]["protocol"])
        && let Some(to) = broker_of(&value)
        && from != to
    {
        // What was set before this may be anything, and a block can only be carried over if it is one.
        let checked = Scenario::from_value(whole.take())?;
        *whole = checked.to_value();
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
/// A [`Problem`] if there is no `=`, or if the JSON has a field twice.
pub fn parse_assignment(text: &str) -> Result<(&str, Value), Problem> {
    let Some((path, value)) = text.split_once('=') else {
        let sentence = format!("`{}` sets nothing; write path=value, as in `workload.jobs=20`", shown(text));
        return Err(Problem::new("", sentence));
    };
    let path = path.trim();
    let mut faults = Faults::default();
    match reading::parse(value, &mut faults) {
        Ok(value) => match faults.first() {
            Ok(()) => Ok((path, value)),
            Err(misread) => Err(misread.within(path).into()),
        },
        Err(_) => Ok((path, Value::String(value.to_owned()))),
    }
}

/// The most names that an error lists of those that there are.
const MOST_LISTED: usize = 40;

/// The value that `path` leads to in a scenario that was written as JSON, if it leads anywhere. For those who look for
/// several: [`Scenario::value_at`] writes the whole scenario each time.
pub fn value_in<'a>(whole: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(whole, |value, step| match value {
        Value::Object(fields) => fields.get(step),
        Value::Array(items) => items.get(place_of(items, step)?),
        _ => None,
    })
}

/// The place in `value` that `path` names. A step is an object's key, or a list item's `id` or its number from zero.
pub(super) fn find<'a>(mut value: &'a mut Value, path: &str) -> Result<&'a mut Value, Problem> {
    // How many bytes of the path were followed so far.
    let mut walked = 0;
    for (number, step) in path.split('.').enumerate() {
        let there = || match &path[..walked] {
            "" => "a scenario".to_owned(),
            walked => format!("`{}`", shown(walked)),
        };
        let missing = |has: String| {
            Err(Problem::new(path, format!("there is no `{}` in {}; it has {has}", shown(step), there())))
        };
        value = match value {
            Value::Object(fields) => {
                // Asked first, because a name that was found could not be borrowed for the list of all.
                if !fields.contains_key(step) {
                    return missing(listed(fields.keys().map(String::as_str)));
                }
                &mut fields[step]
            }
            Value::Array(items) => match place_of(items, step) {
                Some(place) => &mut items[place],
                None if items.iter().any(|item| id_of(item).is_some()) => {
                    return missing(listed(items.iter().filter_map(id_of)));
                }
                None => return missing(format!("{} items, numbered from 0", items.len())),
            },
            _ => {
                let sentence = format!("{} has no parts, so there is no `{}` in it", there(), shown(step));
                return Err(Problem::new(path, sentence));
            }
        };
        walked += step.len() + usize::from(number > 0);
    }
    Ok(value)
}

fn id_of(item: &Value) -> Option<&str> {
    item.get("id").and_then(Value::as_str)
}

/// The item with that id or number.
fn place_of(items: &[Value], step: &str) -> Option<usize> {
    let by_id = items.iter().position(|item| id_of(item) == Some(step));
    by_id.or_else(|| step.parse().ok().filter(|place| *place < items.len()))
}

/// Names as an error lists them, the first of them if there are many.
pub(super) fn listed<'n>(names: impl Iterator<Item = &'n str> + Clone) -> String {
    let first: Vec<String> = names.clone().take(MOST_LISTED).map(|name| format!("`{}`", shown(name))).collect();
    match names.count() - first.len() {
        0 if first.is_empty() => "nothing".to_owned(),
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
