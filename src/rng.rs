//! Random values as functions of what they are for.
//!
//! A value depends on the seed, a purpose, a subject (a part of a job, a user), and a turn (an attempt), and on
//! nothing else: not on how many values were drawn before it. So a change of a time-out moves no arrival, both sides
//! get the same work, and a change at a moment leaves all that lies before it alone.
//!
//! *Invariant:* no generator lives longer than one value. Transcendental functions come from `libm`, because those
//! of std differ between targets in the last place.

use rand_core::Rng;
use rand_pcg::Pcg64Mcg;
use serde_json::{Map, Value};
use xxhash_rust::xxh3::xxh3_128_with_seed;

#[cfg(not(target_arch = "wasm32"))]
use crate::reading::kind::{self, Choice, Form, Shape};
use crate::reading::rule::LASTING;
use crate::reading::{self, Each, Faults, Field, Rule, declared};
use crate::time::Span;

/// What a value is for. Each purpose is a family of independent streams; the numbers are part of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The gap before an arrival; subject: the job.
    Arrival = 1,
    /// How long the work of a part takes; subject: the part.
    Work = 2,
    /// How long a message takes on a link; subject: the part it carries; turn: the attempt. A message that carries none
    /// has a key of its own kind ([`Key::of_way`]).
    Latency = 3,
    /// Whether a message is lost; as for latency.
    Loss = 4,
    /// How long a caller backs off; subject: the part; turn: the attempt.
    Jitter = 5,
    /// How long a user thinks; subject: the job.
    Think = 6,
    /// Whether a message is delivered twice; as for latency.
    Duplication = 7,
    /// A protocol's own choices (a partition, a server); subject and turn as it says.
    Choice = 8,
    /// How long a broker takes to make a message safe; subject: the part; turn: the attempt.
    Storage = 9,
    /// How long a worker waits before it tries again; subject: the part; turn: the attempt.
    WorkJitter = 10,
    /// Whether an execution fails; subject: the part; turn: the number of the execution of that part, from one.
    Failure = 11,
    /// Whether a message is lost by a dated fault of its link; as for latency.
    LinkFault = 12,
    /// How long a poller waits between two looks; subject: whose it is; turn: how many such waits it has had, from one.
    Look = 13,
}

/// What a random value belongs to, beside the seed. Two values with different keys are independent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    bits: u128,
    /// Whose value it is, where names tell that and not a number.
    names: Option<u64>,
    /// Which entry of a listed distribution is taken.
    entry: u32,
}

impl Key {
    /// `leg` tells apart what shares purpose, subject and turn.
    pub fn new(purpose: Purpose, leg: u8, subject: u32, turn: u32) -> Self {
        let bits = (purpose as u128) << 72 | (leg as u128) << 64 | (subject as u128) << 32 | turn as u128;
        Key { bits, names: None, entry: subject }
    }

    /// The same key again, for the second, third, … value of one purpose, leg, subject and turn. The first has
    /// ordinal 0, and is the key as it was.
    pub fn repeated(self, ordinal: u32) -> Self {
        Key { bits: self.bits | (ordinal as u128) << 80, ..self }
    }

    /// The key of a message that carries no part of a job: the `count`-th that goes this way, from `way[0]`, slot
    /// `way[1]`, to `way[2]`, slot `way[3]`.
    pub fn of_way(purpose: Purpose, leg: u8, way: [u16; 4], count: u32) -> Self {
        let way = way.iter().fold(0, |bits, number| bits << 16 | u128::from(*number));
        let bits = 1 << 127 | (purpose as u128) << 104 | (leg as u128) << 96 | way << 32 | count as u128;
        Key { bits, names: None, entry: count }
    }

    /// The same key for those of these names, given as a hash. It is longer than one without names, so none is another's.
    pub fn among(self, names: u64) -> Self {
        Key { names: Some(names), ..self }
    }
}

/// The source of every random value of a run.
#[derive(Clone, Copy, Debug)]
pub struct Streams {
    seed: u64,
}

impl Streams {
    /// All that follow from a seed.
    pub fn new(seed: u64) -> Self {
        Streams { seed }
    }

    /// The generator for one value.
    fn stream(&self, key: Key) -> Pcg64Mcg {
        let mut bytes = [0; 24];
        bytes[..16].copy_from_slice(&key.bits.to_le_bytes());
        bytes[16..].copy_from_slice(&key.names.unwrap_or_default().to_le_bytes());
        let length = if key.names.is_some() { 24 } else { 16 };
        Pcg64Mcg::new(xxh3_128_with_seed(&bytes[..length], self.seed))
    }

    /// A number in [0, 1) with 53 random bits.
    pub fn unit(&self, purpose: Purpose, leg: u8, subject: u32, turn: u32) -> f64 {
        self.unit_at(Key::new(purpose, leg, subject, turn))
    }

    /// A number in [0, 1) with 53 random bits.
    pub fn unit_at(&self, key: Key) -> f64 {
        unit(&mut self.stream(key))
    }
}

fn unit(stream: &mut Pcg64Mcg) -> f64 {
    (stream.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// How a length of time is spread. Written in a scenario as a plain duration (`"170ms"`, always the same) or as an
/// object with one key.
#[derive(Clone, Debug, PartialEq)]
enum Spread {
    Uniform { min: Span, max: Span },
    Exponential { mean: Span },
    Erlang { shape: u32, mean: Span },
    Hyperexponential { mean: Span, squared_cv: f64 },
    LogNormal(LogNormal),
    Listed { values: Vec<Span> },
}

/// A log-normal spread, told by its mean and squared coefficient of variation or by its median and 99th percentile.
#[derive(Clone, Debug, PartialEq)]
enum LogNormal {
    ByMean { mean: Span, squared_cv: f64 },
    ByMedian { median: Span, p99: Span },
}

const SPREADS: [&str; 6] = ["uniform", "exponential", "erlang", "hyperexponential", "log_normal", "listed"];

impl Spread {
    /// Of the kind with that number, with nothing in it; `value` tells how a log-normal one is told.
    fn blank(kind: usize, value: &Value) -> Self {
        let mean = Span::ZERO;
        match kind {
            0 => Spread::Uniform { min: mean, max: mean },
            1 => Spread::Exponential { mean },
            2 => Spread::Erlang { shape: 0, mean },
            3 => Spread::Hyperexponential { mean, squared_cv: 0.0 },
            4 if value.get("median").is_some() => Spread::LogNormal(LogNormal::ByMedian { median: mean, p99: mean }),
            4 => Spread::LogNormal(LogNormal::ByMean { mean, squared_cv: 0.0 }),
            _ => Spread::Listed { values: Vec::new() },
        }
    }

    /// Shows its fields; gives the number of its kind.
    fn each(&mut self, each: Each<'_>) -> usize {
        let average = declared!("mean", Required, Rule::Any, "The average.");
        match self {
            Spread::Uniform { min, max } => {
                each(declared!("min", Required, Rule::Any, "The shortest."), min);
                each(declared!("max", Required, Rule::Any, "The longest."), max);
                0
            }
            Spread::Exponential { mean } => {
                each(average, mean);
                1
            }
            Spread::Erlang { shape, mean } => {
                each(
                    declared!("shape", Required, Rule::Whole(1, 100), "How many phases: the more, the more even."),
                    shape,
                );
                each(average, mean);
                2
            }
            Spread::Hyperexponential { mean, squared_cv } => {
                each(average, mean);
                each(declared!("squared_cv", Required, Rule::Number(1.0, 1000.0), "Variance / mean²."), squared_cv);
                3
            }
            Spread::LogNormal(LogNormal::ByMean { mean, squared_cv }) => {
                each(average, mean);
                each(declared!("squared_cv", Required, Rule::Number(0.0, 1000.0), "Variance / mean²."), squared_cv);
                4
            }
            Spread::LogNormal(LogNormal::ByMedian { median, p99 }) => {
                each(declared!("median", Required, LASTING, "Half are shorter."), median);
                each(declared!("p99", Required, LASTING, "One in a hundred is longer: at least the median."), p99);
                4
            }
            Spread::Listed { values } => {
                const MANY: Rule = Rule::List(1, 10_000, &Rule::Any);
                each(declared!("values", Required, MANY, "In turn, beginning again at the end."), values);
                5
            }
        }
    }
}

/// What each spread is, by its number.
#[cfg(not(target_arch = "wasm32"))]
const ABOUT: [&str; 6] = [
    "Anything between two bounds, alike.",
    "As between the arrivals of a Poisson process: short ones often, long ones seldom.",
    "The sum of so many exponential phases: more even than one.",
    "Mostly short and sometimes very long: more uneven than exponential.",
    "Skewed, as service times often are: told by mean and variance, or by median and 99th percentile.",
    "These, one after another.",
];

/// The forms in which a distribution is written.
#[cfg(not(target_arch = "wasm32"))]
fn forms() -> Vec<Form> {
    let spreads = (0..SPREADS.len()).map(|place| (place, Value::Null)).chain([(4, serde_json::json!({"median": ""}))]);
    let fixed = Form { word: "fixed", about: "The same time every time.", shape: Shape::Plain(Span::default().kind()) };
    let spreads = spreads.map(|(place, told)| Form {
        word: SPREADS[place],
        about: ABOUT[place],
        shape: Shape::Within(kind::shown(&mut |each| {
            Spread::blank(place, &told).each(each);
        })),
    });
    [fixed].into_iter().chain(spreads).collect()
}

/// A distribution of spans. All are made by inverse transform and rounded to whole microseconds at the door.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution(Kind);

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Fixed(Span),
    Spread(Spread, [f64; 2]),
}

/// The 99th percentile of the standard normal distribution.
const Z99: f64 = 2.326_347_874_040_840_8;

impl Distribution {
    /// The same span every time.
    pub const fn fixed(span: Span) -> Self {
        Distribution(Kind::Fixed(span))
    }

    /// Exponential with that mean, as between the arrivals of a Poisson process.
    pub fn exponential(mean: Span) -> Self {
        Distribution(Kind::Spread(Spread::Exponential { mean }, [0.0; 2]))
    }

    /// The same span every time, if it is that.
    pub fn as_fixed(&self) -> Option<Span> {
        match &self.0 {
            Kind::Fixed(span) => Some(*span),
            Kind::Spread(..) => None,
        }
    }

    /// One value. `subject` also picks the entry of a list, which begins again at its end.
    pub fn draw(&self, streams: &Streams, purpose: Purpose, leg: u8, subject: u32, turn: u32) -> Span {
        self.draw_at(streams, Key::new(purpose, leg, subject, turn))
    }

    /// One value, by its key.
    pub fn draw_at(&self, streams: &Streams, key: Key) -> Span {
        let (spread, prepared) = match &self.0 {
            Kind::Fixed(span) => return *span,
            Kind::Spread(spread, prepared) => (spread, prepared),
        };
        if let Spread::Listed { values } = spread {
            return values[key.entry as usize % values.len()];
        }
        let mut stream = streams.stream(key);
        let mut exponential = || -libm::log1p(-unit(&mut stream));
        let seconds = match spread {
            Spread::Exponential { mean } => mean.as_seconds() * exponential(),
            Spread::Erlang { shape, mean } => {
                let sum: f64 = (0..*shape).map(|_| exponential()).sum();
                mean.as_seconds() * sum / f64::from(*shape)
            }
            Spread::Uniform { min, max } => {
                min.as_seconds() + (max.as_seconds() - min.as_seconds()) * unit(&mut stream)
            }
            // Two exponential phases with balanced means: phase one with chance p and mean m/2p.
            Spread::Hyperexponential { mean, .. } => {
                let p = prepared[0];
                let chance = if unit(&mut stream) < p { p } else { 1.0 - p };
                mean.as_seconds() / (2.0 * chance) * -libm::log1p(-unit(&mut stream))
            }
            Spread::LogNormal(_) => libm::exp(prepared[0] + prepared[1] * normal(&mut stream)),
            Spread::Listed { .. } => unreachable!("answered above"),
        };
        Span::from_seconds_rounded(seconds)
    }

    /// Prepares what does not depend on the draw; or says which numbers do not go together.
    fn prepare(spread: Spread) -> Result<Self, String> {
        let prepared = match &spread {
            Spread::Uniform { min, max } if min > max => {
                return Err(format!("min {min} is longer than max {max}"));
            }
            Spread::Hyperexponential { squared_cv: cv, .. } => [0.5 * (1.0 + libm::sqrt((cv - 1.0) / (cv + 1.0))), 0.0],
            Spread::LogNormal(LogNormal::ByMean { mean, squared_cv }) => {
                let variance = libm::log1p(*squared_cv);
                [libm::log(mean.as_seconds()) - variance / 2.0, libm::sqrt(variance)]
            }
            Spread::LogNormal(LogNormal::ByMedian { median, p99 }) if p99 < median => {
                return Err(format!("p99 {p99} must be at least the median {median}"));
            }
            Spread::LogNormal(LogNormal::ByMedian { median, p99 }) => {
                let location = libm::log(median.as_seconds());
                [location, (libm::log(p99.as_seconds()) - location) / Z99]
            }
            _ => [0.0; 2],
        };
        Ok(Distribution(Kind::Spread(spread, prepared)))
    }
}

/// A standard normal value (Box and Muller), from two uniform ones.
fn normal(stream: &mut Pcg64Mcg) -> f64 {
    let radius = libm::sqrt(-2.0 * libm::log1p(-unit(stream)));
    radius * libm::cos(2.0 * std::f64::consts::PI * unit(stream))
}

impl Default for Distribution {
    fn default() -> Self {
        Distribution::fixed(Span::ZERO)
    }
}

impl Field for Distribution {
    fn read(&mut self, value: Value, _: &Rule, faults: &mut Faults) {
        if value.is_string() {
            let mut span = Span::ZERO;
            span.read(value, &Rule::Any, faults);
            *self = Distribution::fixed(span);
            return;
        }
        let one = value.as_object().filter(|fields| fields.len() == 1).and_then(|fields| fields.iter().next());
        let Some((kind, numbers)) = one else {
            return faults.add(format!(
                "{} is not a distribution: write a duration as in \"170ms\", or one kind as in {{\"exponential\": {{\"mean\": \"170ms\"}}}}",
                reading::shown(&value)
            ));
        };
        let Some(place) = reading::place_of(&Value::from(kind.as_str()), &SPREADS, faults) else { return };
        let mut spread = Spread::blank(place, numbers);
        let before = faults.count();
        reading::read_fields(
            numbers.clone(),
            &mut |each| {
                spread.each(each);
            },
            faults,
        );
        faults.step_out(before, kind);
        if faults.count() == before {
            match Distribution::prepare(spread) {
                Ok(prepared) => *self = prepared,
                Err(sentence) => faults.add(sentence),
            }
        }
    }

    fn write(&mut self) -> Value {
        match &mut self.0 {
            Kind::Fixed(span) => span.write(),
            Kind::Spread(spread, _) => {
                let mut place = 0;
                let fields = reading::write_fields(&mut |each| place = spread.each(each));
                let mut one_kind = Map::new();
                one_kind.insert(SPREADS[place].to_owned(), fields);
                Value::Object(one_kind)
            }
        }
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn kind(&mut self) -> kind::Kind {
        let about = "How a length of time is spread: a plain time is the same every time.";
        kind::Kind::Choice(Choice { name: "Distribution", about, forms })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distribution(json: &str) -> Distribution {
        reading::read(serde_json::from_str(json).unwrap()).unwrap()
    }

    /// Sample mean and squared coefficient of variation of n values.
    fn moments(distribution: &Distribution, n: u32) -> (f64, f64) {
        let streams = Streams::new(3);
        let values: Vec<f64> =
            (0..n).map(|subject| distribution.draw(&streams, Purpose::Work, 0, subject, 0).as_seconds()).collect();
        let mean = values.iter().sum::<f64>() / f64::from(n);
        let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / f64::from(n - 1);
        (mean, variance / (mean * mean))
    }

    /// Old links open with the same picture only while these stand.
    #[test]
    fn values_are_stable_for_good() {
        let streams = Streams::new(7);
        let unit = |purpose, leg, subject, turn| (streams.unit(purpose, leg, subject, turn) * 1e9) as u64;
        let drawn = [
            unit(Purpose::Arrival, 0, 0, 0),
            unit(Purpose::Work, 0, 1, 0),
            unit(Purpose::Latency, 2, 1, 3),
            unit(Purpose::Loss, 2, 1, 3),
        ];
        assert_eq!(drawn, [611_639_905, 611_580_839, 453_380_654, 582_407_899]);
    }

    #[test]
    fn a_value_depends_on_each_part_of_its_key() {
        let base = Streams::new(1).unit(Purpose::Work, 0, 0, 0);
        let others = [
            Streams::new(2).unit(Purpose::Work, 0, 0, 0),
            Streams::new(1).unit(Purpose::Latency, 0, 0, 0),
            Streams::new(1).unit(Purpose::Work, 1, 0, 0),
            Streams::new(1).unit(Purpose::Work, 0, 1, 0),
            Streams::new(1).unit(Purpose::Work, 0, 0, 1),
        ];
        assert!(others.iter().all(|other| (other - base).abs() > 1e-6), "{base} {others:?}");
    }

    /// The correlation of n independent pairs has a standard error of 1/√n; 4 of them are allowed.
    #[test]
    fn neighbours_are_independent() {
        let n = 20_000;
        let streams = Streams::new(9);
        let unit = |purpose, subject, turn| streams.unit(purpose, 0, subject, turn) - 0.5;
        let pairs: [&dyn Fn(u32) -> (f64, f64); 3] = [
            &|k| (unit(Purpose::Work, k, 0), unit(Purpose::Work, k + 1, 0)),
            &|k| (unit(Purpose::Work, k, 0), unit(Purpose::Arrival, k, 0)),
            &|k| (unit(Purpose::Latency, k, 1), unit(Purpose::Latency, k, 2)),
        ];
        for pair in pairs {
            let sum: f64 = (0..n).map(pair).map(|(x, y)| x * y).sum();
            let correlation = sum / f64::from(n) * 12.0;
            assert!(correlation.abs() < 4.0 / libm::sqrt(f64::from(n)), "{correlation}");
        }
    }

    /// With n = 40,000 values, the sample mean has a standard error of mean × √(cv²/n); 4 of them are allowed, and a
    /// tenth for the squared coefficient of variation.
    #[test]
    fn spreads_have_the_mean_and_the_spread_they_say() {
        let n = 40_000;
        for (json, mean, squared_cv) in [
            (r#"{"exponential": {"mean": "1s"}}"#, 1.0, 1.0),
            (r#"{"uniform": {"min": "0ms", "max": "2s"}}"#, 1.0, 1.0 / 3.0),
            (r#"{"erlang": {"shape": 4, "mean": "2s"}}"#, 2.0, 0.25),
            (r#"{"hyperexponential": {"mean": "1s", "squared_cv": 4.0}}"#, 1.0, 4.0),
            (r#"{"log_normal": {"mean": "3s", "squared_cv": 0.5}}"#, 3.0, 0.5),
        ] {
            let (sample_mean, sample_cv) = moments(&distribution(json), n);
            let error = mean * libm::sqrt(squared_cv / f64::from(n));
            assert!((sample_mean - mean).abs() < 4.0 * error, "{json}: mean {sample_mean}");
            assert!((sample_cv / squared_cv - 1.0).abs() < 0.1, "{json}: squared cv {sample_cv}");
        }
    }

    #[test]
    fn a_log_normal_by_median_and_p99_has_them() {
        let spread = distribution(r#"{"log_normal": {"median": "100ms", "p99": "2s"}}"#);
        let streams = Streams::new(5);
        let mut values: Vec<Span> =
            (0..40_000).map(|subject| spread.draw(&streams, Purpose::Work, 0, subject, 0)).collect();
        values.sort();
        let at = |share: usize| values[values.len() * share / 100].as_seconds();
        assert!((at(50) / 0.1 - 1.0).abs() < 0.05 && (at(99) / 2.0 - 1.0).abs() < 0.15, "{} {}", at(50), at(99));
    }

    #[test]
    fn a_list_begins_again_at_its_end_and_a_duration_is_always_the_same() {
        let streams = Streams::new(1);
        let list = distribution(r#"{"listed": {"values": ["1s", "2s"]}}"#);
        let drawn: Vec<Span> = (0..3).map(|subject| list.draw(&streams, Purpose::Work, 0, subject, 0)).collect();
        assert_eq!(drawn, [Span::seconds(1), Span::seconds(2), Span::seconds(1)]);
        assert_eq!(distribution("\"170ms\"").as_fixed(), Some(Span::millis(170)));
    }
}
