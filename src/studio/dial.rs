//! A parameter as a dial: the values it stops at, from the smallest to the largest.
//!
//! *Invariant:* what a dial offers, the scenario's own bounds for it allow.

use serde_json::{Number, Value};

use super::edit::shortened;
use crate::desk::DialFace;
use crate::scenario::{Control, Scenario};
use crate::time::{LONGEST, Span, readable};

/// What the numbers of a dial count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// Microseconds.
    Time,
    Whole,
    Real,
}

/// A control with its stops.
#[derive(Clone, Debug, PartialEq)]
pub struct Dial {
    pub path: String,
    pub label: String,
    unit: Unit,
    least: f64,
    most: f64,
    /// Rising, the bounds included.
    stops: Vec<f64>,
    /// The value now; nothing if the parameter is not set.
    value: Option<f64>,
    may_be_unset: bool,
}

/// How a parameter that is not set is shown and typed.
const UNSET: &str = "none";
const PER_SECOND: &str = "/s";
/// A range that spans this factor is walked by ratios, not by differences.
const WIDE: f64 = 25.0;
const MOST_STOPS: f64 = 400.0;

impl Dial {
    /// Nothing if the control's bounds are not of one kind, which reading a scenario refuses.
    pub fn new(control: &Control, base: &Scenario, scenario: &Scenario) -> Option<Dial> {
        let (least, most) = (number(&control.min)?, number(&control.max)?);
        let step = control.step.as_ref().and_then(number);
        let unit = match (&control.min, &control.max) {
            (Value::String(_), _) => Unit::Time,
            (Value::Number(min), Value::Number(max)) if min.is_u64() && max.is_u64() && step.is_none_or(is_whole) => {
                Unit::Whole
            }
            _ => Unit::Real,
        };
        let value = scenario.value_at(&control.path).ok().as_ref().and_then(number);
        let stops = match step {
            Some(step) => even(least, most, step),
            None if least > 0.0 && most / least >= WIDE => ratios(least, most, unit),
            None => even(least, most, round_step((most - least) / 100.0, unit)),
        };
        // What another broker brought with it is not in the base.
        let original = base.value_at(&control.path).or_else(|_| scenario.value_at(&control.path));
        let may_be_unset = original.is_ok_and(|value| value.is_null());
        let (path, label) = (control.path.clone(), control.label.clone());
        Some(Dial { path, label, unit, least, most, stops, value, may_be_unset })
    }

    /// As those see it who turn it.
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
        self.stops.len() - 1
    }

    /// The stop nearest to the value. A parameter that is not set has no bound, which is nearest to the last one.
    pub fn stop(&self) -> usize {
        let Some(value) = self.value else { return self.last_stop() };
        let above = self.stops.partition_point(|stop| *stop < value).min(self.last_stop());
        match above.checked_sub(1) {
            Some(below) if value - self.stops[below] < self.stops[above] - value => below,
            _ => above,
        }
    }

    /// What the parameter is set to at a stop.
    pub fn value_at(&self, stop: usize) -> Value {
        self.value_of(self.stops[stop.min(self.last_stop())])
    }

    fn value_of(&self, number: f64) -> Value {
        match self.unit {
            Unit::Time => Value::String(Span::micros(number as u64).to_string()),
            Unit::Whole => Value::from(number as u64),
            Unit::Real => Number::from_f64(number).map_or(Value::Null, Value::Number),
        }
    }

    /// The value for people: `170 ms`, `5 /s`, `none` if it is not set.
    pub fn text(&self) -> String {
        self.value.map_or_else(|| UNSET.to_owned(), |value| self.shown(value))
    }

    /// What a person typed, as a value within the bounds.
    ///
    /// # Errors
    /// A sentence that says what would do.
    pub fn read(&self, text: &str) -> Result<Value, String> {
        let text = text.trim();
        if self.may_be_unset && text.eq_ignore_ascii_case(UNSET) {
            return Ok(Value::Null);
        }
        let example = self.shown(self.stops[self.last_stop() / 2]);
        let number = match self.unit {
            Unit::Time => text.parse::<Span>().ok().map(|span| span.as_micros() as f64),
            // A rate is shown with its unit, so the unit may be typed as well.
            Unit::Whole | Unit::Real => serde_json::from_str(text.trim_end_matches(PER_SECOND)).ok(),
        };
        let number: f64 = number.filter(|number: &f64| number.is_finite()).ok_or_else(|| {
            let kind = if self.unit == Unit::Time { "a duration" } else { "a number" };
            format!("`{}` is not {kind}; write one as in `{example}`", shortened(text))
        })?;
        if self.unit == Unit::Whole && number.fract() != 0.0 {
            let (least, most) = (self.shown(self.least), self.shown(self.most));
            return Err(format!("`{}` is not a whole number; write one from {least} to {most}", shortened(text)));
        }
        // What the scenario itself sets may lie outside of what its dial offers.
        if !(self.least..=self.most).contains(&number) && self.value != Some(number) {
            let (least, most) = (self.shown(self.least), self.shown(self.most));
            return Err(format!("{} is out of range; it must be from {least} to {most}", self.shown(number)));
        }
        Ok(self.value_of(number))
    }

    /// A number of this dial for people.
    fn shown(&self, number: f64) -> String {
        let text = match self.unit {
            Unit::Time => readable_exactly(Span::micros(number as u64)),
            Unit::Whole | Unit::Real => plain(number),
        };
        if self.path.ends_with("_per_s") { format!("{text} {PER_SECOND}") } else { text }
    }
}

/// As people write it if that is exact, else as a scenario writes it: what is shown can be typed again unchanged.
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
    number == (number as u64) as f64
}

/// Stops at equal distances; the bounds are stops even where the distance does not fit between them.
fn even(least: f64, most: f64, step: f64) -> Vec<f64> {
    let step = step.max((most - least) / MOST_STOPS);
    let count = if step > 0.0 { ((most - least) / step) as u32 } else { 0 };
    // From the start each time, and not by adding up, which would add up the errors as well.
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

/// The next larger of 1, 2, 5 times a power of ten; at least one where numbers are whole.
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

/// Without the noise in the last places that decimal steps leave in binary numbers.
fn neat(number: f64) -> f64 {
    if number < 1e6 { (number * 1e9).round() / 1e9 } else { number.round() }
}

/// A number as JSON has it, but whole ones without their `.0`.
fn plain(number: f64) -> String {
    let text = Value::from(number).to_string();
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dial(control: &str, assignment: (&str, Value)) -> Dial {
        let control: Control = crate::reading::read(serde_json::from_str(control).unwrap()).unwrap();
        let base =
            Scenario::from_json(r#"{"name": "x", "sides": [{"protocol": "http"}, {"protocol": "http"}]}"#).unwrap();
        Dial::new(&control, &base, &base.with(assignment.0, assignment.1).unwrap()).unwrap()
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
        assert_eq!(work.read("5 s").unwrap_err(), "5 s is out of range; it must be from 10 ms to 2 s");
        assert_eq!(work.read("soon").unwrap_err(), "`soon` is not a duration; write one as in `120 ms`");
        let jobs = r#"{"path": "workload.jobs", "label": "Jobs", "min": 1, "max": 20}"#;
        let jobs = dial(jobs, ("workload.jobs", 9.into()));
        assert_eq!(jobs.read("2.5").unwrap_err(), "`2.5` is not a whole number; write one from 1 to 20");
        assert_eq!(jobs.read("-5").unwrap_err(), "-5 is out of range; it must be from 1 to 20");
        assert!(jobs.read("inf").unwrap_err().starts_with("`inf` is not a number"));
    }

    #[test]
    fn what_a_control_shows_can_be_typed_again_unchanged() {
        for span in [Span::micros(1_234_567), Span::millis(36), Span::seconds(90), Span::micros(13)] {
            assert_eq!(readable_exactly(span).parse::<Span>().unwrap(), span);
        }
    }
}
