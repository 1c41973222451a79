//! Random changes of scenarios and of links that keep most of their shape, so that most of them get past the reader.
//!
//! A scenario is JSON in which every field has a name, so a change is made at a random path: another value, the value of
//! another field, a field or an item less or twice. Words that a field would take are learnt from the sentence that refuses
//! a wrong one, so nothing here lists the fields and choices that there are.
//!
//! *Invariant:* the same text and the same number give the same change.

use counterpoint::scenario::{PRESETS, Scenario};
use serde_json::{Value, json};

/// Random numbers from a seed (SplitMix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(seed)
    }

    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `most`, which is not zero.
    pub fn below(&mut self, most: usize) -> usize {
        (self.roll() % most as u64) as usize
    }

    fn one_of<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }
}

/// The text with one to four changes. What is no scenario and no link yet becomes one.
pub fn mangled(text: &str, seed: u64) -> String {
    let mut dice = Dice::new(seed);
    if text.starts_with('{') || (text.len() < 3 && dice.below(4) > 0) {
        let mut value = serde_json::from_str(text).unwrap_or_else(|_| built_in(&mut dice));
        // Now and then with every default written out, so that there is a path for each.
        if dice.below(4) == 0 {
            value = Scenario::from_value(value.clone()).map_or(value, |scenario| scenario.to_value());
        }
        for _ in 0..=dice.below(4) {
            change(&mut value, &mut dice);
        }
        value.to_string()
    } else {
        changed_link(text, &mut dice)
    }
}

/// A built-in scenario, or the smallest one with another protocol on each side.
pub fn built_in(dice: &mut Dice) -> Value {
    if dice.below(3) > 0 {
        return PRESETS[dice.below(PRESETS.len())].scenario().to_value();
    }
    let protocols = counterpoint::protocol::NAMES;
    let side = |protocol: &str, id: &str| json!({ "protocol": protocol, "id": id });
    let smallest = json!({ "name": "small", "workload": { "jobs": 3 },
        "sides": [side(dice.one_of(protocols), "left"), side(dice.one_of(protocols), "right")] });
    Scenario::from_value(smallest.clone()).map_or(smallest, |scenario| scenario.to_value())
}

/// Where something stands in a value: names of fields and numbers of items.
type Path = Vec<String>;

fn paths(value: &Value, here: &mut Path, all: &mut Vec<Path>) {
    let mut inner = |step: String, value: &Value| {
        here.push(step);
        all.push(here.clone());
        paths(value, here, all);
        here.pop();
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, field)| inner(name.clone(), field)),
        Value::Array(items) => {
            items.iter().take(50).enumerate().for_each(|(place, item)| inner(place.to_string(), item))
        }
        _ => {}
    }
}

fn all_paths(value: &Value) -> Vec<Path> {
    let mut all = Vec::new();
    paths(value, &mut Vec::new(), &mut all);
    all
}

fn at<'v>(value: &'v mut Value, path: &[String]) -> Option<&'v mut Value> {
    path.iter().try_fold(value, |value, step| match value {
        Value::Object(fields) => fields.get_mut(step),
        Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    })
}

fn change(whole: &mut Value, dice: &mut Dice) {
    let all = all_paths(whole);
    if all.is_empty() {
        *whole = built_in(dice);
        return;
    }
    let path = dice.one_of(&all);
    let (step, outer) = path.split_last().expect("a path has a step");
    match dice.below(12) {
        0 => remove(at(whole, outer), step),
        1 | 2 => repeat(at(whole, outer), step),
        3 => {
            // The value of another field of this scenario, whatever it is.
            let from = dice.one_of(&all);
            let value = at(whole, &from).map(|value| value.clone());
            put(whole, &path, value);
        }
        4 | 5 => {
            // What a field of this name is elsewhere.
            let mut donor = built_in(dice);
            let same: Vec<Path> = all_paths(&donor).into_iter().filter(|path| path.last() == Some(step)).collect();
            if !same.is_empty() {
                let from = dice.one_of(&same);
                let value = at(&mut donor, &from).map(|value| value.clone());
                put(whole, &path, value);
            }
        }
        6 | 7 => learn(whole, &path, dice),
        8 | 9 => {
            let near = at(whole, &path).map(|value| nearby(value, dice));
            put(whole, &path, near);
        }
        _ => put(whole, &path, Some(edge(dice))),
    }
}

fn put(whole: &mut Value, path: &[String], value: Option<Value>) {
    if let (Some(place), Some(value)) = (at(whole, path), value) {
        *place = value;
    }
}

fn remove(outer: Option<&mut Value>, step: &str) {
    match outer {
        Some(Value::Object(fields)) => drop(fields.remove(step)),
        Some(Value::Array(items)) => {
            if let Some(place) = step.parse::<usize>().ok().filter(|place| *place < items.len()) {
                items.remove(place);
            }
        }
        _ => {}
    }
}

/// An item once more, with another id if it has one, so that it is not refused for that alone.
fn repeat(outer: Option<&mut Value>, step: &str) {
    if let Some(Value::Array(items)) = outer
        && let Some(mut item) = step.parse::<usize>().ok().and_then(|place| items.get(place).cloned())
    {
        if let Some(id) = item.get_mut("id") {
            *id = format!("more-{}", items.len()).into();
        }
        items.push(item);
    }
}

/// Puts one of the words at `path` that would do there, as the sentence says that refuses another.
fn learn(whole: &mut Value, path: &[String], dice: &mut Dice) {
    let Some(place) = at(whole, path) else { return };
    let before = place.take();
    // An object says its fields if it has one that is not known, and all else what it is.
    *place = match &before {
        Value::Object(fields) => {
            let mut fields = fields.clone();
            fields.insert("?".into(), Value::Null);
            Value::Object(fields)
        }
        _ => "?".into(),
    };
    let told = match Scenario::from_value(whole.clone()) {
        Ok(_) => String::new(),
        Err(problem) => problem.sentence,
    };
    let words: Vec<&str> = told.split('`').skip(1).step_by(2).filter(|word| *word != "?").collect();
    let learnt = if words.is_empty() { None } else { Some(dice.one_of(&words)) };
    let value = match (before, learnt) {
        (Value::Object(mut fields), Some(word)) => {
            let value = edge(dice);
            fields.insert(word.to_owned(), value);
            Value::Object(fields)
        }
        (Value::String(_) | Value::Null, Some(word)) => word.into(),
        (before, _) => before,
    };
    put(whole, path, Some(value));
}

/// A value that is like another one.
fn nearby(value: &Value, dice: &mut Dice) -> Value {
    match value {
        Value::Bool(is) => (!is).into(),
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or_default();
            let near = match dice.below(6) {
                0 => number + 1.0,
                1 => number - 1.0,
                2 => number * 2.0,
                3 => (number / 2.0).trunc(),
                4 => number / 10.0,
                _ => number * 10.0,
            };
            if near.fract() == 0.0 && near.abs() < 9e15 { (near as i64).into() } else { near.into() }
        }
        Value::String(text) => match text.parse::<counterpoint::time::Span>() {
            Ok(span) => {
                let micros = span.as_micros();
                let near = match dice.below(6) {
                    0 => 0,
                    1 => micros / 10,
                    2 => micros.saturating_mul(10),
                    3 => micros.saturating_mul(1_000),
                    4 => micros + 1,
                    _ => micros.saturating_sub(1),
                };
                format!("{near}us").into()
            }
            Err(_) => {
                let mut text = text.clone();
                text.push_str(dice.one_of(&["1", "-x", " & <b>", "é", "{job}", "=", "\"", "\u{202E}"]));
                text.into()
            }
        },
        Value::Array(items) => {
            let mut items = items.clone();
            let by = items.len().min(1);
            items.rotate_left(by);
            items.into()
        }
        Value::Object(fields) => fields.values().next().cloned().unwrap_or(Value::Null),
        Value::Null => json!({}),
    }
}

/// A value at which something may end: of a range, of a type, of patience.
fn edge(dice: &mut Dice) -> Value {
    match dice.below(10) {
        0 => Value::Null,
        1 => dice.one_of(&[true, false]).into(),
        2..=4 => {
            let wholes: [i64; 20] = [
                0,
                1,
                2,
                3,
                4,
                5,
                8,
                10,
                16,
                50,
                100,
                1_000,
                1_001,
                65_535,
                65_536,
                1_000_000,
                -1,
                4_294_967_295,
                9_007_199_254_740_991,
                i64::MAX,
            ];
            dice.one_of(&wholes).into()
        }
        5 => dice.one_of(&[0.5, 0.001, 1e-9, 1.0, 0.999_999, 2.5, 1e308, -0.0, 1e6]).into(),
        6 | 7 => {
            let spans = ["0ms", "1us", "1ms", "10ms", "100ms", "1s", "20s", "1min", "12h", "8784h", "8785h", "1.5s"];
            dice.one_of(&spans).into()
        }
        8 => {
            let long = "x".repeat(500);
            let texts =
                ["", "a", "job 1 answered", "outage ends", "{job}", "#", "*.#.*", "x-match=any a=1", "}{", &long];
            dice.one_of(&texts).into()
        }
        _ => dice.one_of(&[
            json!({}),
            json!([]),
            json!([{}]),
            json!([1]),
            json!(["a", "b"]),
            json!({ "exponential": { "mean": "50ms" } }),
            json!({ "log_normal": { "median": "100ms", "p99": "2s" } }),
            json!({ "listed": { "values": ["1ms", "1s"] } }),
            json!({ "pattern": "burst" }),
            json!({ "pattern": "users", "users": 2, "think": "10ms" }),
            json!({ "pattern": "regular", "every": "1ms" }),
            json!([{ "at": "100ms", "for": "500ms", "fault": "crash", "actor": "server" }]),
            json!([{ "at": "100ms", "for": "500ms", "fault": "silent-outage", "actor": "queue" }]),
            json!([{ "at": "0ms", "fault": "outage", "actor": "server" }]),
            json!([{ "at": "20ms", "for": "500ms", "fault": "cut", "between": ["client", "queue"] }]),
            json!([{ "at": "0ms", "fault": "loss", "between": ["right.queue", "server"], "probability": 0.5 }]),
            json!([{ "at": "0ms", "fault": "delay", "between": ["client", "server"], "by": "366d" }]),
        ]),
    }
}

fn changed_link(text: &str, dice: &mut Dice) -> String {
    let mut fields: Vec<String> = text.split('&').map(str::to_owned).collect();
    match dice.below(5) {
        0 => fields[0] = PRESETS[dice.below(PRESETS.len())].name.to_owned(),
        1 if fields.len() > 1 => drop(fields.remove(1 + dice.below(text.split('&').count() - 1))),
        _ => {
            let key = dice.one_of(&["set", "set", "set", "set", "set", "at", "job", "seed", "message", "v"]);
            let preset = PRESETS.iter().find(|preset| preset.name == fields[0]);
            let value = edge(dice);
            let bare = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let said = match (key, preset) {
                ("set", Some(preset)) => assignment(preset.scenario().to_value(), dice),
                ("message", _) => format!("{}-{}", dice.below(3), dice.below(40)),
                _ => bare,
            };
            fields.push(format!("{key}={}", said.replace('%', "%25").replace('&', "%26").replace('#', "%23")));
        }
    }
    fields.join("&")
}

/// A path of a scenario, set to what it could be.
fn assignment(mut whole: Value, dice: &mut Dice) -> String {
    if dice.below(4) == 0 {
        return format!("sides.right.protocol={}", dice.one_of(counterpoint::protocol::NAMES));
    }
    let all = all_paths(&whole);
    let path = dice.one_of(&all);
    let value = match (dice.below(3), at(&mut whole, &path)) {
        (0, Some(value)) => nearby(value, dice),
        _ => edge(dice),
    };
    let steps: Vec<&str> = path.iter().map(String::as_str).collect();
    let path = steps.join(".").replace("sides.0", "sides.left").replace("sides.1", "sides.right");
    format!("{path}={value}")
}
