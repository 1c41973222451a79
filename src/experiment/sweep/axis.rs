//! What is changed along a sweep, and through which values.
//!
//! *Invariant:* an axis has at least two values, no two of them the same, and those that are numbers or times rise.

use serde_json::{Number, Value};

use crate::reading::{self, Faults, neat, shown};
use crate::scenario::Scenario;
use crate::time::{Span, readable};

/// The most values of an axis.
const MOST_VALUES: usize = 1_000;

/// How the path of a rate ends.
const PER_SECOND: &str = "_per_s";

/// Between the ends of a range.
const TO: &str = "..";

/// A parameter and the values that it takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Its path, as in `workload.arrivals.rate_per_s`.
    pub path: String,
    /// What it is set to, one after another.
    pub values: Vec<Value>,
}

/// How the values of a range are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Time,
    Whole,
    Fraction,
}

impl Axis {
    /// Reads `PATH=FROM..TO:STEPS`, which is STEPS values at equal distances and both ends among them, or `PATH=a,b,c`. The
    /// values of a range are of the kind that the parameter has in `scenario`.
    ///
    /// ```
    /// use counterpoint::{experiment::Axis, scenario::Scenario};
    /// let scenario = Scenario::from_json(r#"{"name": "x"}"#).unwrap();
    /// assert_eq!(Axis::parse("workload.work=50ms..100ms:3", &scenario).unwrap().values, ["50ms", "75ms", "100ms"]);
    /// ```
    ///
    /// # Errors
    /// A sentence that says what is wrong, and what would do.
    pub fn parse(text: &str, scenario: &Scenario) -> Result<Axis, String> {
        let wrong = || {
            format!(
                "`{}` is no axis; write PATH=FROM{TO}TO:STEPS as in `workload.jobs=10{TO}100:10`, or PATH=a,b,c",
                shown(text)
            )
        };
        let (path, values) = text.split_once('=').ok_or_else(wrong)?;
        let path = path.trim();
        let present = scenario.value_at(path).map_err(|problem| problem.to_string())?;
        let values = match values.split_once(TO) {
            Some((from, rest)) => {
                let (to, steps) = rest.rsplit_once(':').ok_or_else(wrong)?;
                let values = range([from.trim(), to.trim()], steps.trim(), &present);
                values.map_err(|sentence| format!("{}: {sentence}", shown(path)))?
            }
            None => values.split(',').map(|value| listed(value.trim())).collect::<Result<_, _>>()?,
        };
        Axis { path: path.to_owned(), values }.checked()
    }

    /// Reads an axis as a text or as an object with `path` and `values`.
    pub(super) fn from_value(value: &Value, scenario: &Scenario) -> Result<Axis, String> {
        if let Some(text) = value.as_str() {
            return Axis::parse(text, scenario);
        }
        let (path, values) = (value["path"].as_str(), value["values"].as_array());
        let (Some(path), Some(values)) = (path, values) else {
            return Err(format!("`{}` is no axis; it has a `path` and `values`", shown(value)));
        };
        Axis { path: path.to_owned(), values: values.clone() }.checked()
    }

    /// The axis with its values in order, if it can be one.
    fn checked(mut self) -> Result<Axis, String> {
        let Axis { path, values } = &mut self;
        if path == "seed" {
            return Err("`seed` is what repeats differ in; ask for repeats instead".to_owned());
        }
        if values.iter().all(|value| place_of(value).is_some()) {
            values.sort_by(|one, other| place_of(one).unwrap_or(0.0).total_cmp(&place_of(other).unwrap_or(0.0)));
        }
        let same = |place: usize| {
            let value = &values[place];
            values[..place]
                .iter()
                .any(|other| other == value || place_of(other).is_some_and(|at| place_of(value) == Some(at)))
        };
        if let Some(twice) = (1..values.len()).find(|place| same(*place)) {
            return Err(format!("{}: {} is there twice", shown(path), shown(&values[twice])));
        }
        match values.len() {
            2..=MOST_VALUES => Ok(self),
            count => Err(format!("{}: {count} values; an axis has from 2 to {MOST_VALUES}", shown(path))),
        }
    }

    /// Where its values lie on a line, if they are numbers or times.
    pub fn places(&self) -> Option<Vec<f64>> {
        self.values.iter().map(place_of).collect()
    }

    /// A value of it for people: `35 /s`, `170 ms`, `none`.
    pub fn told(&self, value: &Value) -> String {
        let text = match value {
            Value::Null => "none".to_owned(),
            Value::String(text) => text.parse().map_or_else(|_| text.clone(), readable),
            other => {
                let text = other.to_string();
                text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
            }
        };
        if self.path.ends_with(PER_SECOND) { format!("{text} /s") } else { text }
    }

    /// Whether the value at that place is told with its unit, which says what it is.
    pub fn has_unit(&self, place: usize) -> bool {
        self.path.ends_with(PER_SECOND) || self.values[place].is_string()
    }
}

/// The place of a value among those of an axis that has no line, as a place on one.
pub fn place_of_value(axis: &Axis, value: &Value) -> Option<f64> {
    let place = axis.values.iter().position(|known| known == value)?;
    axis.places().is_none().then_some(place as f64)
}

/// Where a value lies on a line: a number where it says, a time by its microseconds.
pub fn place_of(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse::<Span>().ok().map(|span| span.as_micros() as f64),
        _ => None,
    }
}

/// One of the values of a list: JSON if it reads as that, else a text.
fn listed(text: &str) -> Result<Value, String> {
    let mut faults = Faults::default();
    match reading::parse(text, &mut faults) {
        _ if text.is_empty() => {
            Err("there is nothing between two commas; write a value, or `null` for none".to_owned())
        }
        Ok(value) => faults.first().map(|()| value).map_err(|misread| misread.sentence),
        Err(_) => Ok(text.into()),
    }
}

fn range(ends: [&str; 2], steps: &str, present: &Value) -> Result<Vec<Value>, String> {
    let count = steps.parse().ok().filter(|count| (2..=MOST_VALUES).contains(count));
    let count: usize = count.ok_or_else(|| {
        format!("`{}` is no number of steps; it is a whole number from 2 to {MOST_VALUES}", shown(steps))
    })?;
    let kind = kind(ends, present)?;
    let [from, to] = [end(ends[0], kind)?, end(ends[1], kind)?];
    if from >= to {
        return Err(format!("`{}` is not less than `{}`; a range goes upward", shown(ends[0]), shown(ends[1])));
    }
    let last = (count - 1) as f64;
    let places = (0..count).map(|step| {
        // The last one is what was written, whatever the others were rounded to.
        let place = if step + 1 == count { to } else { from + (to - from) * step as f64 / last };
        if kind == Kind::Fraction { neat(place) } else { place.round() }
    });
    let mut places: Vec<f64> = places.collect();
    places.dedup();
    let value = |place: &f64| match kind {
        Kind::Time => Value::String(Span::micros(*place as u64).to_string()),
        Kind::Whole => Value::from(*place as i64),
        Kind::Fraction => Number::from_f64(*place).map_or(Value::Null, Value::Number),
    };
    Ok(places.iter().map(value).collect())
}

/// Of what kind the values of a range are: that of the present value, or where none is set, that of the ends.
fn kind(ends: [&str; 2], present: &Value) -> Result<Kind, String> {
    let is_whole = |text: &str| text.parse::<i64>().is_ok();
    match present {
        Value::Number(number) if number.is_f64() => Ok(Kind::Fraction),
        Value::Number(_) => Ok(Kind::Whole),
        Value::String(text) if text.parse::<Span>().is_ok() => Ok(Kind::Time),
        Value::Null if ends[0].parse::<Span>().is_ok() => Ok(Kind::Time),
        Value::Null if ends.into_iter().all(is_whole) => Ok(Kind::Whole),
        Value::Null => Ok(Kind::Fraction),
        Value::Object(fields) => {
            let names: Vec<String> = fields.keys().map(|name| format!("`{name}`")).collect();
            Err(format!("a range is of one number; name one of its parts in the path: {}", names.join(", ")))
        }
        other => Err(format!("{} is no number, so there is no range of it; list the values with commas", shown(other))),
    }
}

fn end(text: &str, kind: Kind) -> Result<f64, String> {
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
    match kind {
        Kind::Time => text.parse::<Span>().map(|span| span.as_micros() as f64).map_err(|error| error.to_string()),
        // As far as a number is exact; whether the parameter can have that value is the scenario's to say.
        Kind::Whole => text
            .parse::<i64>()
            .ok()
            .filter(|whole| whole.unsigned_abs() < 1 << 53)
            .map(|whole| whole as f64)
            .ok_or_else(|| format!("`{}` is not a whole number; write one as in `10`", shown(text))),
        Kind::Fraction => {
            number(text).ok_or_else(|| format!("`{}` is not a number; write one as in `0.5`", shown(text)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenario() -> Scenario {
        Scenario::from_json(
            r#"{"name": "x", "workload": {"arrivals": {"pattern": "poisson", "rate_per_s": 5}, "work": {"exponential": {"mean": "1ms"}}}}"#,
        )
        .unwrap()
    }

    fn values(text: &str) -> Value {
        Axis::parse(text, &scenario()).unwrap().values.into()
    }

    #[test]
    fn a_range_is_of_the_kind_that_the_parameter_has() {
        assert_eq!(values("workload.jobs=10..100:4"), serde_json::json!([10, 40, 70, 100]));
        assert_eq!(values("workload.jobs=1..3:9"), serde_json::json!([1, 2, 3]), "no value twice");
        assert_eq!(values("workload.arrivals.rate_per_s=0.1..0.5:5").to_string(), "[0.1,0.2,0.3,0.4,0.5]");
        assert_eq!(values("network.latency=1ms..2ms:3"), serde_json::json!(["1ms", "1500us", "2ms"]));
        assert_eq!(values("workload.useful_within=1s..3s:3"), serde_json::json!(["1s", "2s", "3s"]));
        assert_eq!(values("sides.left.connections=1..3:3"), serde_json::json!([1, 2, 3]));
    }

    #[test]
    fn a_list_has_words_too_and_its_numbers_rise() {
        assert_eq!(values("sides.right.protocol=sqs, kafka"), serde_json::json!(["sqs", "kafka"]));
        assert_eq!(values("workload.jobs=30,4"), serde_json::json!([4, 30]));
        assert_eq!(values("sides.left.timeout=2s,50ms"), serde_json::json!(["50ms", "2s"]));
        assert_eq!(values("sides.left.timeout=null,50ms"), serde_json::json!([null, "50ms"]));
    }
}
