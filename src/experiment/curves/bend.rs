//! Where a side bends: between which two points it begins to fare badly, by which number, and what its time goes to.
//!
//! The *reference* of a series is the point at which a side fares best: of those where hardly more jobs are of no use than
//! anywhere, the one at which 95 % of the results are there soonest. A point is *bent* where, against the reference, more than
//! [`MORE_NOT_USEFUL`] more of the jobs are of no use, or where 95 % are handed over, or have their result, only after more than
//! [`TIMES_AS_LONG`] times as long (and by more than a hundredth of the reference's time to a result, for twice nothing is
//! nothing).
//!
//! Along words there is no bend, for nothing lies between them.
//!
//! *Invariant:* a bend lies between two neighbouring points of which the one nearer to the reference is not bent.

use super::{Curves, Quantity, Series, known, told_mean};
use crate::metrics::numbers::Unit;
use crate::metrics::sentence;

/// By how much more of the jobs may be of no use.
pub const MORE_NOT_USEFUL: f64 = 0.01;

/// How many times as long it may take.
pub const TIMES_AS_LONG: f64 = 2.0;

/// A bend of a side.
#[derive(Clone, Debug, PartialEq)]
pub struct Bend {
    /// The place of the series, and of the side.
    pub series: usize,
    /// The place of the side.
    pub side: usize,
    /// The two places on the first axis, the lower one first.
    pub between: [usize; 2],
    /// The place of the one that is bent.
    pub bent: usize,
    /// The place of the reference.
    pub reference: usize,
    /// Which numbers are worse than they may be: `not_useful`, `result`, `handed_over`.
    pub what: Vec<&'static str>,
    /// The place in which a job spends the most of the time that it takes longer, as in `accept_queue_us`.
    pub place: Option<&'static str>,
    /// All of that for people.
    pub sentence: String,
}

/// Where a job's time can go, and how that is said.
const PLACES: [(&str, &str); 9] = [
    ("working_us", "work itself"),
    ("backlog_us", "waiting at the caller for a free thread"),
    ("pool_us", "waiting for a connection"),
    ("accept_queue_us", "waiting at the receiver for a free worker"),
    ("broker_us", "waiting at the broker, or delivered and not yet begun"),
    ("network_us", "messages on their way"),
    ("retry_us", "waiting for the next attempt"),
    ("resting_us", "resting until the next look"),
    ("silence_us", "nobody having it, as after a loss"),
];

/// What can become of a job that was of no use.
const ENDS: [(&str, &str); 8] = [
    ("refused", "refused"),
    ("unknown", "met by silence"),
    ("errored", "answered by an error"),
    ("late", "too late"),
    ("waiting", "still waited for at the end"),
    ("dead_lettered", "in a dead-letter queue"),
    ("lost", "lost"),
    ("unfinished", "not finished"),
];

/// How a side fares at a point.
#[derive(Clone, Copy)]
struct Fare {
    not_useful: f64,
    handed_over: Option<f64>,
    result: Option<f64>,
}

impl Fare {
    /// What is worse than it may be, given how it is at the reference.
    fn worse_than(&self, reference: &Fare) -> Vec<&'static str> {
        let least = reference.result.unwrap_or(0.0) / 100.0;
        let is_longer = |now: Option<f64>, then: Option<f64>| {
            now.zip(then).is_some_and(|(now, then)| now > TIMES_AS_LONG * then && now - then > least)
        };
        let mut worse = Vec::new();
        if is_longer(self.result, reference.result) {
            worse.push("result");
        }
        if is_longer(self.handed_over, reference.handed_over) {
            worse.push("handed_over");
        }
        if self.not_useful - reference.not_useful > MORE_NOT_USEFUL * 1e6 {
            worse.push("not_useful");
        }
        worse
    }
}

impl Curves<'_> {
    /// All bends of all series and sides.
    pub fn bends(&self) -> Vec<Bend> {
        let mut bends = Vec::new();
        for (number, series) in self.series().iter().enumerate() {
            for side in 0..2 {
                bends.extend(self.bends_of(number, series, side));
            }
        }
        bends
    }

    /// Of each series and side a sentence for each bend, or one that says that there is none.
    pub fn bends_told(&self) -> Vec<String> {
        self.told_of(&self.bends())
    }

    /// The same, of the bends that there are.
    pub(super) fn told_of(&self, bends: &[Bend]) -> Vec<String> {
        let mut told = Vec::new();
        for (number, series) in self.series().iter().enumerate() {
            for side in 0..2 {
                let own = bends.iter().filter(|bend| (bend.series, bend.side) == (number, side));
                let sentences: Vec<String> = own.map(|bend| bend.sentence.clone()).collect();
                told.extend(if sentences.is_empty() { self.straight(series, side) } else { sentences });
            }
        }
        told
    }

    /// That a side does not bend, if there are two points to say so of.
    fn straight(&self, series: &Series, side: usize) -> Vec<String> {
        let known: Vec<usize> =
            (0..series.points.len()).filter(|place| self.fare(series.points[*place], side).is_some()).collect();
        let [first, .., last] = known.as_slice() else { return Vec::new() };
        if !self.has_line() {
            return Vec::new();
        }
        vec![format!("{} does not bend between {} and {}.", self.whose(series, side), self.at(*first), self.at(*last))]
    }

    /// Whether the values of the first axis lie on a line. Nothing lies between two words.
    fn has_line(&self) -> bool {
        self.sweep().axes()[0].places().is_some()
    }

    fn fare(&self, point: usize, side: usize) -> Option<Fare> {
        let mean = |quantity| self.estimate(point, side, quantity).map(|estimate| estimate.mean);
        Some(Fare {
            not_useful: mean(Quantity::NotUseful([known("useful"), known("jobs")]))?,
            handed_over: mean(Quantity::Plain(known("time_to_hand_over.p95_us"))),
            result: mean(Quantity::Plain(known("time_to_result.p95_us"))),
        })
    }

    fn bends_of(&self, number: usize, series: &Series, side: usize) -> Vec<Bend> {
        if !self.has_line() {
            return Vec::new();
        }
        let fares: Vec<Option<Fare>> = series.points.iter().map(|point| self.fare(*point, side)).collect();
        let fared = || fares.iter().enumerate().filter_map(|(place, fare)| Some((place, fare.as_ref()?)));
        let fewest = fared().map(|(_, fare)| fare.not_useful).fold(f64::INFINITY, f64::min);
        let well = fared().filter(|(_, fare)| fare.not_useful <= fewest + MORE_NOT_USEFUL * 1e6);
        let soonest = |fare: &Fare| fare.result.unwrap_or(f64::INFINITY);
        let best = well.min_by(|(_, one), (_, other)| soonest(one).total_cmp(&soonest(other)));
        let Some((reference, best)) = best else { return Vec::new() };
        let upward: Vec<usize> = fared().map(|(place, _)| place).filter(|place| *place >= reference).collect();
        let downward: Vec<usize> = fared().map(|(place, _)| place).filter(|place| *place <= reference).rev().collect();
        let mut bends = Vec::new();
        for way in [downward, upward] {
            for pair in way.windows(2) {
                let [near, bent] = [pair[0], pair[1]];
                let what = fares[bent].map(|fare| fare.worse_than(best)).unwrap_or_default();
                if what.is_empty() {
                    continue;
                }
                let between = [near.min(bent), near.max(bent)];
                let bend =
                    Bend { series: number, side, between, bent, reference, what, place: None, sentence: String::new() };
                bends.push(self.explained(bend, series, [fares[bent].as_ref(), Some(best)]));
                break;
            }
        }
        bends
    }

    /// The bend with what its time goes to, and all of it in a sentence.
    fn explained(&self, mut bend: Bend, series: &Series, [now, then]: [Option<&Fare>; 2]) -> Bend {
        let (Some(now), Some(then)) = (now, then) else { return bend };
        let time = |fare: Option<f64>| fare.map_or_else(String::new, |micros| told_mean(Unit::Time, micros));
        let [bent, reference] = [bend.bent, bend.reference].map(|place| series.points[place]);
        let told = bend.what.iter().map(|what| match *what {
            "result" => {
                format!("95 % of the results take up to {} instead of {}", time(now.result), time(then.result))
            }
            "handed_over" => {
                let [now, then] = [now, then].map(|fare| time(fare.handed_over));
                format!("95 % of the jobs are handed over within {now} instead of {then}")
            }
            _ => {
                let [now, then] = [now, then].map(|fare| told_mean(Unit::Share, fare.not_useful));
                let most = self.most_grown(&ENDS, [bent, reference], bend.side);
                let most = most.map_or_else(String::new, |((_, words), _)| format!(", most of them {words}"));
                format!("{now} of the jobs are not useful instead of {then}{most}")
            }
        });
        let told: Vec<String> = told.collect();
        let mut sentence = format!(
            "{} bends between {} and {}: at {}, against {}, {}",
            self.whose(series, bend.side),
            self.at(bend.between[0]),
            self.at(bend.between[1]),
            self.at(bend.bent),
            self.at(bend.reference),
            told.join("; ")
        );
        if let Some(((key, words), share)) = self
            .most_grown(&PLACES, [bent, reference], bend.side)
            .filter(|_| self.takes_longer([bent, reference], bend.side))
        {
            bend.place = Some(key);
            sentence += &format!("; {share} of the time that a job takes longer is {words}");
            if matches!(key, "accept_queue_us" | "broker_us")
                && let Some(busy) = self.busy(bent, bend.side)
            {
                sentence += &format!(", and the workers are busy {busy} of the time");
            }
        }
        bend.sentence = sentence + ".";
        bend
    }

    /// Whether a job's time is longer by so much at the first point that it is worth saying where it goes.
    fn takes_longer(&self, points: [usize; 2], side: usize) -> bool {
        let quantity = Quantity::Over([known("job_time_us"), known("jobs")]);
        let [now, then] = points.map(|point| self.estimate(point, side, quantity).map(|estimate| estimate.mean));
        now.zip(then).is_some_and(|(now, then)| now > 1.1 * then)
    }

    /// Of several numbers the one that has grown most for each job from the second point to the first, and its share of all
    /// that has grown.
    fn most_grown(
        &self,
        numbers: &[(&'static str, &'static str)],
        points: [usize; 2],
        side: usize,
    ) -> Option<((&'static str, &'static str), String)> {
        let grown = |key: &str| {
            let quantity = Quantity::Over([known(key), known("jobs")]);
            let [now, then] = points.map(|point| self.estimate(point, side, quantity));
            Some(now?.mean - then?.mean)
        };
        let grown: Vec<_> = numbers.iter().filter_map(|named| Some((*named, grown(named.0)?))).collect();
        let all: f64 = grown.iter().map(|(_, by)| by.max(0.0)).sum();
        // Of two that have grown alike the one that is named first.
        let (named, most) = grown.into_iter().rev().max_by(|(_, one), (_, other)| one.total_cmp(other))?;
        (most > 0.0).then(|| (named, told_mean(Unit::Share, most / all * 1e6)))
    }

    /// The share of its own time in which a side's workers work. (Shares of time are else taken over the longer side's.)
    fn busy(&self, point: usize, side: usize) -> Option<String> {
        let mean = |key: &str| self.estimate(point, side, Quantity::Plain(known(key))).map(|estimate| estimate.mean);
        let finished = mean("done")? + mean("excused")?;
        let own_end = finished / (mean("throughput_per_s")? / 1e6) * 1e6;
        let share = mean("busy_us")? / (mean("worker_us")? * own_end / mean("window_us")?);
        share.is_finite().then(|| told_mean(Unit::Share, share.clamp(0.0, 1.0) * 1e6))
    }

    /// Who it is, at which setting of the other axes.
    fn whose(&self, series: &Series, side: usize) -> String {
        let name = &self.sweep().side_names()[side];
        if series.setting.is_empty() {
            return sentence(name);
        }
        format!("With {}, {name}", series.setting)
    }

    /// A place on the first axis.
    fn at(&self, place: usize) -> String {
        let axis = &self.sweep().axes()[0];
        let told = axis.told(&axis.values[place]);
        if axis.has_unit(place) { told } else { format!("{} {told}", self.sweep().label(axis)) }
    }
}
