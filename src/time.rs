//! Moments and spans of simulated time, in whole microseconds.
//!
//! *Invariant:* this is the only clock there is. A moment plus a span is a moment, a moment minus a moment is a
//! span, and the sum of two moments does not exist.

mod written;

use std::fmt;
use std::ops::{Add, AddAssign, Sub};
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};

use crate::reading::shown;

/// The longest span that can be written in a scenario: 366 days.
pub const LONGEST: Span = Span(366 * 24 * 3600 * 1_000_000);

/// A point in simulated time: microseconds since the run began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshDeserialize, BorshSerialize)]
pub struct Moment(u64);

/// A length of simulated time in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshDeserialize, BorshSerialize)]
pub struct Span(u64);

impl Moment {
    /// The beginning of the run.
    pub const START: Moment = Moment(0);
    /// Later than everything that happens; stands for "not yet" in columns.
    pub const NEVER: Moment = Moment(u64::MAX);

    /// So many microseconds after the beginning of the run.
    pub const fn from_micros(micros: u64) -> Self {
        Moment(micros)
    }

    /// Microseconds since the beginning of the run.
    pub const fn micros(self) -> u64 {
        self.0
    }

    /// The span since `earlier`, or nothing at all if `earlier` is in fact later.
    pub fn since(self, earlier: Moment) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// The moment itself, or nothing if it stands for "never".
    pub fn known(self) -> Option<Moment> {
        (self != Moment::NEVER).then_some(self)
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);

    /// So many microseconds.
    pub const fn micros(micros: u64) -> Self {
        Span(micros)
    }

    /// So many milliseconds.
    pub const fn millis(millis: u64) -> Self {
        Span(millis * 1_000)
    }

    /// So many seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Span(seconds * 1_000_000)
    }

    /// Its length in microseconds.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// The nearest whole number of microseconds to `seconds`; what is negative or not a number is no time at all,
    /// what is too long is [`LONGEST`].
    pub fn from_seconds_rounded(seconds: f64) -> Self {
        let micros = (seconds * 1e6 + 0.5).clamp(0.0, LONGEST.0 as f64);
        Span(micros as u64)
    }

    /// Its length in seconds, for arithmetic with rates.
    pub fn as_seconds(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// The shorter of the two.
    pub fn min(self, other: Span) -> Span {
        Span(self.0.min(other.0))
    }

    /// `self` times `factor`, at most [`LONGEST`].
    pub fn times(self, factor: u64) -> Span {
        Span(self.0.saturating_mul(factor).min(LONGEST.0))
    }

    /// `self` times `factor` rounded to a whole microsecond, at most [`LONGEST`].
    pub fn scaled(self, factor: f64) -> Span {
        Span::from_seconds_rounded(self.as_seconds() * factor)
    }
}

impl Add<Span> for Moment {
    type Output = Moment;
    fn add(self, span: Span) -> Moment {
        Moment(self.0.saturating_add(span.0))
    }
}

impl Sub for Moment {
    type Output = Span;
    fn sub(self, earlier: Moment) -> Span {
        debug_assert!(earlier <= self, "a span runs forwards");
        self.since(earlier)
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Span {
    fn add_assign(&mut self, other: Span) {
        *self = *self + other;
    }
}

/// The units of a written span, longest first.
const UNITS: [(&str, u64); 5] = [("h", 3_600_000_000), ("min", 60_000_000), ("s", 1_000_000), ("ms", 1_000), ("us", 1)];

/// As a scenario writes it: the longest unit that leaves a whole number (`"1500ms"`, `"30s"`).
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, size) = match self.0 {
            0 => ("ms", 1),
            micros => *UNITS.iter().find(|(_, size)| micros % size == 0).expect("every span is whole in us"),
        };
        write!(f, "{}{unit}", self.0 / size)
    }
}

/// Why a text is not a span; the sentence says what would be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpanError(String);

impl fmt::Display for SpanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SpanError {}

/// Reads `"170ms"`, `"1.5 s"`, `"30s"`, `"16min"`, `"2h"`, `"13us"`; decimals down to one microsecond.
impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        Span::read_as_written(text).map_err(|reason| SpanError(format!("`{}` is {reason}", shown(text))))
    }
}

impl Span {
    /// The same as by `parse`, for whoever has no use for a sentence.
    ///
    /// # Errors
    /// What the text is instead.
    pub(crate) fn read_as_written(text: &str) -> Result<Self, &'static str> {
        let wrong = || "not a duration: write a number and a unit, as in `170ms`, `1.5s`, `2min`";
        let too_long = || "longer than 366 days, the most that can be simulated";
        let trimmed = text.trim();
        let split = trimmed.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(wrong)?;
        let (number, unit) = trimmed.split_at(split);
        let (_, size) = UNITS.iter().find(|(name, _)| *name == unit.trim()).ok_or_else(wrong)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        if whole.is_empty() || fraction.is_empty() || fraction.bytes().any(|byte| byte == b'.') {
            return Err(wrong());
        }
        // Only digits are left, so a number that cannot be parsed is too large.
        let whole = whole.parse().ok().and_then(|whole: u64| whole.checked_mul(*size)).ok_or_else(too_long)?;
        let fraction = fraction_of(*size, fraction).ok_or("finer than one microsecond, the clock's step")?;
        match whole.checked_add(fraction) {
            Some(micros) if micros <= LONGEST.0 => Ok(Span(micros)),
            _ => Err(too_long()),
        }
    }
}

/// The part of a unit of `size` microseconds that the digits behind a decimal point say; nothing if that is not a whole
/// number of microseconds.
fn fraction_of(size: u64, digits: &str) -> Option<u64> {
    let digits = digits.trim_end_matches('0');
    // The longest unit, an hour, has 36 × 10^8 microseconds, so a tenth digit is always finer than one of them.
    if digits.len() > 9 {
        return None;
    }
    let scale = 10u64.pow(digits.len() as u32);
    let numerator = size * digits.bytes().fold(0, |number, digit| 10 * number + u64::from(digit - b'0'));
    numerator.is_multiple_of(scale).then_some(numerator / scale)
}

/// `value` × `times` / `of`, rounded down; the largest number where that is larger still.
pub fn portion(value: u64, times: u64, of: u64) -> u64 {
    divided(value, times, 0, of)
}

/// As [`portion`], rounded to the nearest whole number.
pub fn nearest_portion(value: u64, times: u64, of: u64) -> u64 {
    divided(value, times, of / 2, of)
}

/// (`value` × `times` + `more`) / `of`, where neither `more` nor `of` has its highest bit set. By hand, because division
/// of 128 bits is a kilobyte of the page, and its uses are as much again; and what fits in 64 bits, as nearly all does,
/// is divided by one instruction.
fn divided(value: u64, times: u64, more: u64, of: u64) -> u64 {
    let of = of.max(1);
    if value.leading_zeros() + times.leading_zeros() > 64 {
        return (value * times + more) / of;
    }
    // Digit by digit of `times`, from the highest: what was divided so far, and what is left of it.
    let (mut whole, mut rest) = (0u64, 0u64);
    for bit in (0..u64::BITS).rev() {
        let has = times >> bit & 1;
        let next = 2 * rest + has * (value % of);
        whole = whole.saturating_add(whole).saturating_add(has * (value / of)).saturating_add(next / of);
        rest = next % of;
    }
    whole.saturating_add((rest + more) / of)
}

/// For people, to about three figures: "36 ms", "1.28 s", "1 min 30 s", "2 h 1 min".
pub fn readable(span: Span) -> String {
    let grain = match span.0 {
        ..10_000 => 10,
        10_000..100_000 => 100,
        100_000..1_000_000 => 1_000,
        1_000_000..10_000_000 => 10_000,
        10_000_000..60_000_000 => 100_000,
        60_000_000..3_600_000_000 => 1_000_000,
        _ => 60_000_000,
    };
    // What is rounded up to the next unit is told in that unit, so it is rounded first and told exactly.
    if span.0 < 1_000 { exact(span) } else { exact(Span(span.0.saturating_add(grain / 2) / grain * grain)) }
}

/// For people, in the same form and with all decimals: "1.2835 s", "16 min 0.5 s".
pub fn exact(span: Span) -> String {
    match span.0 {
        1..1_000 => format!("{} µs", span.0),
        _ => told(span.0, 1, Zeros::Trimmed),
    }
}

/// For people, in the same form, down to a multiple of `grain`: always with as many decimals as the grain has, so that
/// what runs does not jump in width.
pub fn to_grain(span: Span, grain: Span) -> String {
    let grain = grain.0.max(1);
    told(span.0 / grain * grain, grain, Zeros::Kept)
}

/// A number of thousandths with as many decimals as it takes: 2500 is "2.5".
pub fn thousandths(number: u64) -> String {
    decimal(number, 1_000, 1, Zeros::Trimmed)
}

/// What becomes of decimals at the end that are nought.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Zeros {
    Kept,
    Trimmed,
}

/// Milliseconds below one second, then seconds, minutes with seconds, hours with minutes and seconds.
fn told(micros: u64, grain: u64, zeros: Zeros) -> String {
    const SECOND: u64 = 1_000_000;
    let (minutes, rest) = (micros / (60 * SECOND), micros % (60 * SECOND));
    match (minutes / 60, minutes % 60) {
        (0, 0) if micros < SECOND => format!("{} ms", decimal(micros, 1_000, grain, zeros)),
        (0, 0) => format!("{} s", decimal(micros, SECOND, grain, zeros)),
        (hours, minutes) => {
            let mut text = String::new();
            let kept = zeros == Zeros::Kept && grain < 60 * SECOND;
            for (part, unit) in [
                ((hours > 0).then(|| hours.to_string()), "h"),
                ((minutes > 0).then(|| minutes.to_string()), "min"),
                ((rest > 0 || kept).then(|| decimal(rest, SECOND, grain, zeros)), "s"),
            ] {
                if let Some(part) = part {
                    let space = if text.is_empty() { "" } else { " " };
                    text = format!("{text}{space}{part} {unit}");
                }
            }
            text
        }
    }
}

/// `micros` in units of `size`, with the decimals that `grain` has in them.
fn decimal(micros: u64, size: u64, grain: u64, zeros: Zeros) -> String {
    let (whole, fraction) = (micros / size, micros % size);
    let mut places = 0;
    let mut unit = size;
    while unit > grain && unit >= 10 {
        unit /= 10;
        places += 1;
    }
    if places == 0 || fraction == 0 && zeros == Zeros::Trimmed {
        return whole.to_string();
    }
    let digits = format!("{:0places$}", fraction / unit);
    match zeros {
        Zeros::Kept => format!("{whole}.{digits}"),
        Zeros::Trimmed => format!("{whole}.{}", digits.trim_end_matches('0')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_span_reads_back_as_itself() {
        for text in ["170ms", "30s", "16min", "2h", "13us", "0ms", "1500ms"] {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
        }
        assert_eq!("1.5 s".parse::<Span>().unwrap(), Span::millis(1500));
        assert_eq!("0.013ms".parse::<Span>().unwrap(), Span::micros(13));
        assert_eq!("1.50000000000000000000s".parse::<Span>().unwrap(), Span::millis(1500));
        assert_eq!("0.000000005h".parse::<Span>().unwrap(), Span::micros(18));
    }

    #[test]
    fn what_is_no_span_is_refused_in_words() {
        for text in ["", "5", "ms", "-3ms", "1.ms", "5 parsecs", "1e3ms", "99999999999999999h", "0.5us", "1..2s"] {
            let error = text.parse::<Span>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{text}` is")), "{error}");
        }
    }

    #[test]
    fn a_span_too_long_for_the_clock_is_not_another_short_one() {
        // The second one has a whole part that fits and a fraction that takes it past the largest number.
        let forty_digits = format!("{}us", "9".repeat(40));
        for text in ["400000h", "5124095576.9h", "99999999999999999h", "8784.000001h", &forty_digits] {
            let error = text.parse::<Span>().unwrap_err().to_string();
            assert_eq!(error, format!("`{text}` is longer than 366 days, the most that can be simulated"));
        }
        assert_eq!("8784h".parse::<Span>(), Ok(LONGEST));
    }

    #[test]
    fn a_span_finer_than_the_clock_is_refused_however_many_digits_it_has() {
        for text in ["0.5us", "0.0000001s", "0.00000001s", "0.000000001min", "0.0000000001h", "1.00000000000001s"] {
            let error = text.parse::<Span>().unwrap_err().to_string();
            assert!(error.contains("finer than one microsecond"), "{error}");
        }
    }

    #[test]
    fn portions_are_those_of_128_bits() {
        let mut seed = 7u64;
        let mut random = |bits: u32| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            seed >> (64 - bits)
        };
        for bits in [1, 8, 20, 31, 32, 33, 45, 60] {
            for _ in 0..200 {
                let (value, times, of) = (random(45), random(bits), random(bits.max(16)).max(1));
                let product = u128::from(value) * u128::from(times);
                let expected = |sum: u128| u64::try_from(sum / u128::from(of)).unwrap_or(u64::MAX);
                assert_eq!(portion(value, times, of), expected(product), "{value} * {times} / {of}");
                assert_eq!(nearest_portion(value, times, of), expected(product + u128::from(of / 2)));
            }
        }
    }

    #[test]
    fn people_read_three_figures() {
        let spans = [0, 13, 1_500, 36_040, 653_200, 1_500_000, 12_340_000, 90_000_000, 7_260_000_000];
        let read: Vec<_> = spans.iter().map(|&micros| readable(Span::micros(micros))).collect();
        assert_eq!(read, ["0 ms", "13 µs", "1.5 ms", "36 ms", "653 ms", "1.5 s", "12.3 s", "1 min 30 s", "2 h 1 min"]);
        let at_the_edge = [999, 999_600, 9_996_000, 59_960_000, 119_600_000, 3_599_700_000].map(Span::micros);
        assert_eq!(at_the_edge.map(readable), ["999 µs", "1 s", "10 s", "1 min", "2 min", "1 h"]);
    }

    #[test]
    fn thousandths_have_as_many_decimals_as_it_takes() {
        assert_eq!([0, 1, 1_500, 2_000, 122_271].map(thousandths), ["0", "0.001", "1.5", "2", "122.271"]);
    }

    #[test]
    fn a_clock_that_runs_keeps_its_decimals() {
        let at = |micros, grain| to_grain(Span::micros(micros), Span::micros(grain));
        assert_eq!([at(0, 100), at(56_000, 100), at(56_789, 100)], ["0.0 ms", "56.0 ms", "56.7 ms"]);
        assert_eq!([at(256_000, 1_000), at(1_256_700, 1_000)], ["256 ms", "1.256 s"]);
        assert_eq!([at(1_500_000_000, 100_000), at(3_725_040_000, 1_000_000)], ["25 min 0.0 s", "1 h 2 min 5 s"]);
    }

    /// What a person reads, in microseconds: the sum of its parts, each smaller than one of the unit before it.
    fn read_back(text: &str) -> u64 {
        let units = [("h", 3_600_000_000u64), ("min", 60_000_000), ("s", 1_000_000), ("ms", 1_000), ("µs", 1)];
        let mut words = text.split(' ');
        let mut sum = 0;
        let mut before = None;
        while let (Some(number), Some(unit)) = (words.next(), words.next()) {
            let place = units.iter().position(|(name, _)| *name == unit).unwrap_or_else(|| panic!("{text}"));
            let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
            let size = units[place].1;
            let mut micros = whole.parse::<u64>().unwrap() * size;
            let mut digit_size = size;
            for digit in fraction.bytes() {
                digit_size /= 10;
                micros += u64::from(digit - b'0') * digit_size;
            }
            let larger = if place == 0 { u64::MAX } else { units[place - 1].1 };
            assert!(micros < larger, "{text}: that many are one of the next unit");
            assert!(before.is_none_or(|before| before < place), "{text}: units run down");
            before = Some(place);
            sum += micros;
        }
        sum
    }

    #[test]
    fn what_people_read_is_the_span_in_one_form() {
        let mut seed = 11u64;
        let mut last = (0, 0);
        let mut spans: Vec<u64> = (0..20_000)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (seed >> 20) >> (seed >> 58).min(43)
            })
            .chain([999_999, 1_000_000, 59_999_999, 60_000_000, 3_599_999_999, LONGEST.0])
            .filter(|micros| *micros <= LONGEST.0)
            .collect();
        spans.sort_unstable();
        for micros in spans {
            let span = Span::micros(micros);
            assert_eq!(read_back(&exact(span)), micros, "{}", exact(span));
            let read = read_back(&readable(span));
            assert!(read.abs_diff(micros) * 100 <= micros, "{micros} is read as {}", readable(span));
            assert!(last.1 <= read, "{micros} is read as less than {}", last.0);
            let grain = Span::micros(1_000);
            assert_eq!(read_back(&to_grain(span, grain)), micros / 1_000 * 1_000, "{}", to_grain(span, grain));
            last = (micros, read);
        }
    }
}
