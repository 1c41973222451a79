//! What a person changed of a scenario, by path.
//!
//! *Invariant:* there is at most one edit of a path, and none that sets a parameter to the value that it had. So a
//! person who sets everything back by hand has changed nothing.

use std::rc::Rc;

use serde_json::Value;

use crate::scenario::{Problem, Scenario, value_in};
use crate::time::Span;

/// What is to be run: a scenario, and what a person changed of it.
#[derive(Clone, Debug)]
pub struct Wish {
    pub base: Rc<Scenario>,
    /// The field of a link that says where the base is, if it is not built in; else empty.
    pub(super) own: String,
    pub edits: Vec<Edit>,
    /// The base with the edits.
    pub scenario: Rc<Scenario>,
    /// The base and the scenario, each written once as JSON, in which parameters are looked up by their paths.
    base_values: Rc<Value>,
    values: Rc<Value>,
}

impl Wish {
    pub(super) fn unchanged(base: Rc<Scenario>) -> Self {
        let values = Rc::new(base.to_value());
        Wish {
            scenario: base.clone(),
            base,
            own: String::new(),
            edits: Vec::new(),
            base_values: values.clone(),
            values,
        }
    }

    /// The base, without any edit.
    pub(super) fn as_it_came(&self) -> Wish {
        Wish {
            base: self.base.clone(),
            own: self.own.clone(),
            edits: Vec::new(),
            scenario: self.base.clone(),
            base_values: self.base_values.clone(),
            values: self.base_values.clone(),
        }
    }

    /// The parameter at `path`, defaults included.
    pub(super) fn value_at(&self, path: &str) -> Option<&Value> {
        value_in(&self.values, path)
    }

    /// What the parameter at `path` was before anything was changed; nothing if it came with another broker.
    pub(super) fn original_at(&self, path: &str) -> Option<&Value> {
        value_in(&self.base_values, path)
    }
}

/// One changed parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    pub path: String,
    pub value: Value,
}

/// The edits of `wish` with the parameter at `path` set to `value`.
pub(super) fn with(wish: &Wish, path: &str, value: Value) -> Vec<Edit> {
    let mut edits = wish.edits.clone();
    let as_it_was = wish.original_at(path).is_some_and(|original| same(original, &value));
    let place = edits.iter().position(|edit| edit.path == path);
    match (place, as_it_was) {
        (Some(place), true) => drop(edits.remove(place)),
        (Some(place), false) => edits[place].value = value,
        (None, true) => {}
        (None, false) => edits.push(Edit { path: path.into(), value }),
    }
    edits
}

/// The base of `wish` with all of `edits` at once, in place of the edits that it had.
///
/// # Errors
/// The edited scenario is not valid: which parameter is wrong, and why.
pub(super) fn apply(wish: &Wish, edits: Vec<Edit>) -> Result<Wish, Problem> {
    if edits.is_empty() {
        return Ok(wish.as_it_came());
    }
    let changes = edits.iter().map(|edit| (edit.path.as_str(), edit.value.clone()));
    let scenario = wish.base.with_all(changes)?;
    let values = Rc::new(scenario.to_value());
    Ok(Wish {
        base: wish.base.clone(),
        own: wish.own.clone(),
        edits,
        scenario: Rc::new(scenario),
        base_values: wish.base_values.clone(),
        values,
    })
}

/// Whether two values say the same: `1000ms` is `1s`, and 5 is 5.0.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::String(one), Value::String(other)) => match (one.parse::<Span>(), other.parse::<Span>()) {
            (Ok(one), Ok(other)) => one == other,
            _ => one == other,
        },
        _ => one == other,
    }
}

/// A seed as a person typed it. A seed that is too large is refused later, when the scenario is read.
///
/// # Errors
/// A sentence that says what would do.
pub(super) fn read_seed(text: &str) -> Result<Value, String> {
    let seed: Result<u64, _> = text.trim().parse();
    seed.map(Value::from).map_err(|_| format!("`{}` is not a seed; write a whole number, as in `7`", shortened(text)))
}

/// What a person typed, short enough to be repeated to them.
pub(super) fn shortened(text: &str) -> String {
    crate::reading::shown(text.trim())
}
