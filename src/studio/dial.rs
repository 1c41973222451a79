//! A parameter as a dial: the values it stops at, from the smallest to the largest.
//!
//! *Invariant:* each stop is of the kind of value that the parameter has.

use serde_json::{Number, Value};

use super::edit::{same, shortened};
use crate::desk::DialFace;
use crate::reading::neat;
use crate::scenario::Control;
use crate::time::{LONGEST, Span, readable};

/// What kind of numbers a dial has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// A duration, in microseconds.
    Time,
    Whole,
    Real,
}

/// The values at which a dial stops.
#[derive(Clone, Debug, PartialEq)]
enum Stops {
    /// Rising numbers, of which the first and the last are the control's bounds.
    Numbers(Unit, Vec<f64>),
    /// Values in the order in which the scenario lists them.
    Listed(Vec<Value>),
}

/// A control with its stops.
#[derive(Clone, Debug, PartialEq)]
pub struct Dial {
    pub path: String,
    pub label: String,
    stops: Stops,
    /// The value now; null if the parameter is not set.
    value: Value,
    may_be_unset: bool,
}

/// How a parameter that is not set is shown and typed.
const UNSET: &str = "none";
const PER_SECOND: &str = "/s";
/// Where the bounds differ by this factor or more, the stops are at equal ratios instead of equal distances.
const WIDE: f64 = 25.0;
const MOST_STOPS: f64 = 400.0;

impl Dial {
    /// The dial of a control whose parameter has `value`, and had `original` before anything was changed. Nothing if
    /// the control's bounds are not of one kind, which reading a scenario refuses.
    pub fn new(control: &Control, original: &Value, value: &Value) -> Option<Dial> {
        let stops = match control.values.as_slice() {
            [] => numbers(control, value)?,
            values => Stops::Listed(values.to_vec()),
        };
        let (path, label) = (control.path.clone(), control.label.clone());
        Some(Dial { path, label, stops, value: value.clone(), may_be_unset: original.is_null() })
    }

    /// What whoever turns the dial needs to know of it.
    pub fn face(&self) -> DialFace {
        DialFace {
            path: self.path.clone(),
            label: self.label.clone(),
            last_stop: self.last_stop() as u32,
            stop: self.stop() as u32,
            text: self.text(),
        }
    }

    /// The number of the last stop; the first is zero.
    pub fn last_stop(&self) -> usize {
        let count = match &self.stops {
            Stops::Numbers(_, stops) => stops.len(),
            Stops::Listed(stops) => stops.len(),
        };
        count - 1
    }

    /// The stop nearest to the value. A parameter that is not set, which means no limit, stands at the last stop.
    pub fn stop(&self) -> usize {
        let last = self.last_stop();
        match &self.stops {
            Stops::Listed(stops) => stops.iter().position(|stop| same(stop, &self.value)).unwrap_or(last),
            Stops::Numbers(_, stops) => {
                let Some(value) = number(&self.value) else { return last };
                let above = stops.partition_point(|stop| *stop < value).min(last);
                match above.checked_sub(1) {
                    Some(below) if value - stops[below] < stops[above] - value => below,
                    _ => above,
                }
            }
        }
    }

    /// What the parameter is set to at a stop.
    pub fn value_at(&self, stop: usize) -> Value {
        let stop = stop.min(self.last_stop());
        match &self.stops {
            Stops::Numbers(unit, stops) => value_of(*unit, stops[stop]),
            Stops::Listed(stops) => stops[stop].clone(),
        }
    }

    /// The value for people: `170 ms`, `5 /s`, `none` if it is not set.
    pub fn text(&self) -> String {
        self.shown(&self.value)
    }

    /// What a person typed, as a value of the parameter's kind. It may lie beyond the dial's bounds: whether the
    /// parameter can have that value is found out when the scenario is read.
    ///
    /// # Errors
    /// A sentence that says what would do.
    pub fn read(&self, text: &str) -> Result<Value, String> {
        let text = text.trim();
        if self.may_be_unset && text.eq_ignore_ascii_case(UNSET) {
            return Ok(Value::Null);
        }
        let unit = match &self.stops {
            Stops::Numbers(unit, _) => *unit,
            Stops::Listed(stops) => {
                let meant = stops.iter().find(|stop| self.shown(stop).eq_ignore_ascii_case(text));
                return Ok(meant
                    .cloned()
                    .unwrap_or_else(|| serde_json::from_str(text).unwrap_or_else(|_| text.into())));
            }
        };
        let example = self.shown(&self.value_at(self.last_stop() / 2));
        let wrong = |kind: &str| format!("`{}` is not {kind}; write one as in `{example}`", shortened(text));
        if unit == Unit::Time {
            // A number without a unit is taken in the unit in which the value is shown.
            let counted = if self.value.is_null() { example.clone() } else { self.text() };
            let counted = counted.trim_start_matches(|sign: char| !sign.is_ascii_alphabetic());
            let span = text.parse::<Span>().or_else(|_| [text, counted].concat().parse());
            return span.map(|span| span.to_string().into()).map_err(|_| wrong("a duration"));
        }
        // A rate is shown with its unit, so it may be typed with it.
        let number: Option<f64> = serde_json::from_str(text.trim_end_matches(PER_SECOND)).ok();
        let number = number.filter(|number| number.is_finite()).ok_or_else(|| wrong("a number"))?;
        // A dial of whole stops may be that of a parameter which takes fractions, as in `5 /s`.
        match unit {
            Unit::Whole if is_whole(number) => Ok(value_of(unit, number)),
            Unit::Whole if !self.value.is_f64() => Err(wrong("a whole number")),
            _ => Ok(value_of(Unit::Real, number)),
        }
    }

    /// A value of this dial for people.
    fn shown(&self, value: &Value) -> String {
        let text = match (value, &self.stops) {
            (Value::Null, _) => return UNSET.to_owned(),
            (Value::Number(number), _) => plain(number),
            (Value::Bool(holds), _) => return String::from(if *holds { "yes" } else { "no" }),
            (Value::String(text), Stops::Numbers(Unit::Time, _)) => text.parse().map_or(text.clone(), readable_exactly),
            (Value::String(text), _) => return text.clone(),
            (other, _) => other.to_string(),
        };
        if self.path.ends_with("_per_s") { format!("{text} {PER_SECOND}") } else { text }
    }
}

/// The stops between the bounds of a control; nothing if its bounds are not numbers of one kind.
fn numbers(control: &Control, value: &Value) -> Option<Stops> {
    let (least, most) = (number(&control.min)?, number(&control.max)?);
    let step = control.step.as_ref().and_then(number);
    let are_whole = [Some(least), Some(most), step].into_iter().flatten().all(is_whole);
    let unit = match &control.min {
        Value::String(_) => Unit::Time,
        _ if are_whole || value.is_i64() || value.is_u64() => Unit::Whole,
        _ => Unit::Real,
    };
    // A parameter that is a whole number has only whole stops.
    let (least, most, step) = match unit {
        Unit::Whole => (least.ceil(), most.floor().max(least.ceil()), step.map(|step| step.round().max(1.0))),
        Unit::Time | Unit::Real => (least, most.max(least), step),
    };
    let stops = match step {
        Some(step) => even(least, most, step, unit),
        None if least > 0.0 && most / least >= WIDE => ratios(least, most, unit),
        None => even(least, most, round_step((most - least) / 100.0, unit), unit),
    };
    Some(Stops::Numbers(unit, stops))
}

fn value_of(unit: Unit, number: f64) -> Value {
    match unit {
        Unit::Time => Value::String(Span::micros(number as u64).to_string()),
        Unit::Whole if number < 0.0 => Value::from(number as i64),
        Unit::Whole => Value::from(number as u64),
        Unit::Real => Number::from_f64(number).map_or(Value::Null, Value::Number),
    }
}

/// The span as people write it if that is exact, else as a scenario writes it, so that what is shown can be typed again
/// unchanged.
fn readable_exactly(span: Span) -> String {
    let text = readable(span);
    if text.parse() == Ok(span) { text } else { span.to_string() }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse::<Span>().ok().map(|span| span.as_micros() as f64),
        _ => None,
    }
}

fn is_whole(number: f64) -> bool {
    number == number.trunc() && number.abs() < 9e15
}

/// Stops at equal distances. Both bounds are stops, even where the last distance is shorter.
fn even(least: f64, most: f64, step: f64, unit: Unit) -> Vec<f64> {
    let fewest = (most - least) / MOST_STOPS;
    let step = step.max(if unit == Unit::Real { fewest } else { fewest.ceil() });
    let count = if step > 0.0 { ((most - least) / step) as u32 } else { 0 };
    // Each stop is reckoned from the start, because adding up steps would add up their rounding errors.
    let mut stops: Vec<f64> = (0..=count).map(|index| neat(least + f64::from(index) * step)).collect();
    if stops.last().is_none_or(|last| *last < most) {
        stops.push(most);
    }
    stops
}

/// Stops at roughly equal ratios, on round numbers: ten a decade.
fn ratios(least: f64, most: f64, unit: Unit) -> Vec<f64> {
    const ROUND: [f64; 10] = [1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0];
    let mut stops = vec![least];
    let mut decade = 1e-6;
    while decade <= most.min(LONGEST.as_micros() as f64) {
        let round = ROUND.iter().map(|digit| neat(digit * decade)).filter(|stop| *stop > least && *stop < most);
        stops.extend(round.filter(|stop| unit == Unit::Real || is_whole(*stop)));
        decade = neat(decade * 10.0);
    }
    stops.push(most);
    stops
}

/// The next larger of 1, 2, 5 times a power of ten; at least one if the unit is not [`Unit::Real`].
fn round_step(rough: f64, unit: Unit) -> f64 {
    let mut decade = if unit == Unit::Real { 1e-6 } else { 1.0 };
    loop {
        for digit in [1.0, 2.0, 5.0] {
            if digit * decade >= rough {
                return digit * decade;
            }
        }
        decade *= 10.0;
    }
}

/// A number as JSON writes it, but a whole one without its `.0`.
fn plain(number: &Number) -> String {
    let text = number.to_string();
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    fn dial(control: &str, assignment: (&str, Value)) -> Dial {
        let control: Control = crate::reading::read(serde_json::from_str(control).unwrap()).unwrap();
        let base =
            Scenario::from_json(r#"{"name": "x", "sides": [{"protocol": "http"}, {"protocol": "http"}]}"#).unwrap();
        let now = base.with(assignment.0, assignment.1).unwrap();
        Dial::new(&control, &base.value_at(&control.path).unwrap(), &now.value_at(&control.path).unwrap()).unwrap()
    }

    #[test]
    fn a_wide_range_of_time_is_walked_by_ratios_on_round_numbers() {
        let work = r#"{"path": "workload.work", "label": "Work", "min": "10ms", "max": "2s"}"#;
        let dial = dial(work, ("workload.work", "170ms".into()));
        assert_eq!(dial.value_at(0), "10ms");
        assert_eq!(dial.value_at(dial.last_stop()), "2s");
        assert_eq!(dial.text(), "170 ms");
        assert_eq!(dial.value_at(dial.stop()), "150ms", "the nearest stop");
        assert!(dial.last_stop() > 15 && dial.last_stop() < 40, "{}", dial.last_stop());
    }

    #[test]
    fn a_step_is_kept_and_whole_numbers_stay_whole() {
        let jobs = r#"{"path": "workload.jobs", "label": "Jobs", "min": 1, "max": 20, "step": 4}"#;
        let dial = dial(jobs, ("workload.jobs", 9.into()));
        let values: Vec<Value> = (0..=dial.last_stop()).map(|stop| dial.value_at(stop)).collect();
        assert_eq!(values, [1, 5, 9, 13, 17, 20].map(Value::from));
        assert_eq!(dial.stop(), 2);
    }

    #[test]
    fn a_probability_has_no_noise_in_its_last_places() {
        let loss = r#"{"path": "network.loss", "label": "Loss", "min": 0.0, "max": 0.3, "step": 0.1}"#;
        let dial = dial(loss, ("network.loss", 0.1.into()));
        let values: Vec<String> = (0..=dial.last_stop()).map(|stop| dial.value_at(stop).to_string()).collect();
        assert_eq!(values, ["0.0", "0.1", "0.2", "0.3"]);
    }

    #[test]
    fn a_parameter_that_is_not_set_reads_none_and_stands_at_the_far_end() {
        let timeout = r#"{"path": "sides.left.timeout", "label": "Time-out", "min": "50ms", "max": "5s"}"#;
        let dial = dial(timeout, ("workload.jobs", 1.into()));
        assert_eq!((dial.text().as_str(), dial.stop()), ("none", dial.last_stop()));
        assert_eq!(dial.read("None"), Ok(Value::Null));
    }

    #[test]
    fn what_will_not_do_is_refused_with_what_would() {
        let work = r#"{"path": "workload.work", "label": "Work", "min": "10ms", "max": "2s"}"#;
        let work = dial(work, ("workload.work", "170ms".into()));
        assert_eq!(work.read(" 0.5 s "), Ok("500ms".into()));
        assert_eq!(work.read("5 s"), Ok("5s".into()), "the end of a slider is not the parameter's");
        assert_eq!(work.read("250"), Ok("250ms".into()), "it stands beside `170 ms`");
        assert_eq!(work.read("0.25"), Ok("250us".into()));
        assert_eq!(work.read("soon").unwrap_err(), "`soon` is not a duration; write one as in `120 ms`");
        let jobs = r#"{"path": "workload.jobs", "label": "Jobs", "min": 1, "max": 20}"#;
        let jobs = dial(jobs, ("workload.jobs", 9.into()));
        assert_eq!(jobs.read("2.5").unwrap_err(), "`2.5` is not a whole number; write one as in `10`");
        assert!(jobs.read("inf").unwrap_err().starts_with("`inf` is not a number"));
    }

    #[test]
    fn a_listed_dial_stops_at_what_is_listed() {
        let gate = r#"{"path": "workload.useful_within", "label": "Useful", "values": [null, "1s", "2s"]}"#;
        let gate = dial(gate, ("workload.useful_within", "1000ms".into()));
        assert_eq!((gate.stop(), gate.last_stop(), gate.text().as_str()), (1, 2, "1s"));
        assert_eq!([0, 2].map(|stop| gate.value_at(stop)), [Value::Null, "2s".into()]);
        assert_eq!(
            (gate.read("none"), gate.read("2S"), gate.read("3s")),
            (Ok(Value::Null), Ok("2s".into()), Ok("3s".into()))
        );
    }

    #[test]
    fn what_a_control_shows_can_be_typed_again_unchanged() {
        for span in [Span::micros(1_234_567), Span::millis(36), Span::seconds(90), Span::micros(13)] {
            assert_eq!(readable_exactly(span).parse::<Span>().unwrap(), span);
        }
    }
}
