//! One panel: both sides, one number, over the first axis.
//!
//! *Invariant:* what is not known is not drawn: a line ends where a point has no value, and begins again behind it.

use super::Drawn;
use super::pen::{Anchor, Pen, dot, line};
use super::ticks::{Scale, tick_told, ticks, ticks_from_nought};
use crate::experiment::{Axis, Estimate, Telling, place_of_value, tellings};
use crate::metrics::numbers::{Unit, told};

/// The height of a panel, with its name over it and the numbers under it.
pub const HEIGHT: i32 = 206;

/// The room around the plot: for the numbers beside it, the name over it, and the numbers under it.
const LEFT: i32 = 54;
const RIGHT: i32 = 10;
const TOP: i32 = 30;
const BELOW: i32 = 24;

/// How far beyond the largest mean an interval may reach before it is cut off.
const REACH: f64 = 1.4;

/// What is drawn in a panel.
pub struct Curve {
    key: &'static str,
    name: &'static str,
    /// What is drawn in full, and what thinly beside it.
    telling: Telling,
    lesser: Option<Telling>,
    has_theory: bool,
}

/// All panels, in their order.
pub fn panels() -> Vec<Curve> {
    let known = tellings();
    let find = |key: &str| known.iter().find(|telling| telling.key == key).copied();
    let named = [
        ("handed_over", "Handed over, 95 %", "handed_over_p95_us", None),
        ("result", "Result, 95 % (thin: half)", "result_p95_us", Some("result_p50_us")),
        ("finished", "Work done, on average", "finished_mean_us", None),
        ("goodput", "Useful jobs a second", "goodput_per_s", None),
        ("not_useful", "Jobs of no use", "not_useful_share", None),
        ("waiting", "Most in one line", "most_waiting", None),
        ("blocked", "Callers’ threads blocked", "blocked_share", None),
        ("busy", "Workers busy", "worker_use", None),
    ];
    let curves = named.into_iter().filter_map(|(key, name, telling, lesser)| {
        let lesser = lesser.and_then(find);
        Some(Curve { key, name, telling: find(telling)?, lesser, has_theory: key == "finished" })
    });
    curves.collect()
}

pub struct Panel<'a> {
    pub drawn: &'a Drawn<'a>,
    pub curve: &'a Curve,
    pub left: i32,
    pub top: i32,
    pub width: i32,
}

/// How values become places in a plot.
struct Plot {
    left: i32,
    top: i32,
    width: i32,
    height: i32,
    /// Where each point of the series lies.
    xs: Vec<i32>,
    /// The value at the upper edge.
    most: f64,
}

impl Plot {
    fn y(&self, value: f64) -> i32 {
        let share = (value / self.most).clamp(0.0, 1.0);
        self.top + self.height - (share * f64::from(self.height)).round() as i32
    }
}

/// How far from the edges of a plot its outermost points are: clear of them, and those of words in the middle of their room.
fn inset(axis: &Axis, width: i32) -> i32 {
    if axis.places().is_some() { 6 } else { width / axis.values.len() as i32 / 2 }
}

/// Where a place on an axis with these ends lies from left to right.
fn x_of(place: f64, [least, most]: [f64; 2], left: i32, width: i32) -> i32 {
    let share = if most > least { (place - least) / (most - least) } else { 0.5 };
    left + (share * f64::from(width)).round() as i32
}

/// The places of an axis' values; those of words are as far from each other as they are in the list.
fn places(axis: &Axis) -> Vec<f64> {
    axis.places().unwrap_or_else(|| (0..axis.values.len()).map(|place| place as f64).collect())
}

fn ends(places: &[f64]) -> [f64; 2] {
    [places[0], places[places.len() - 1]]
}

impl Panel<'_> {
    pub fn draw(&self, pen: &mut Pen<'_>) {
        let means = self.estimates(&self.curve.telling);
        let lesser = self.curve.lesser.as_ref().map(|telling| self.estimates(telling));
        let theory = self.theory();
        let ticks = self.ticks(&means, lesser.as_ref(), &theory);
        let plot = self.plot(ticks[ticks.len() - 1]);
        let xs: Vec<String> = plot.xs.iter().map(i32::to_string).collect();
        pen.open(&format!(
            " data-key=\"{}\" data-left=\"{}\" data-top=\"{}\" data-width=\"{}\" data-height=\"{}\" data-x=\"{}\"",
            self.curve.key,
            plot.left,
            plot.top,
            plot.width,
            plot.height,
            xs.join(" ")
        ));
        pen.word(&["cp-name", "ct-word"], [self.left, self.top + 14], Anchor::Start, self.curve.name);
        self.frame(pen, &plot, &ticks);
        self.bends(pen, &plot);
        for (side, means) in means.iter().enumerate() {
            self.band(pen, &plot, side, means);
        }
        for theory in &theory {
            let places = theory.iter().zip(&plot.xs).map(|(value, x)| Some([*x, plot.y((*value)?)]));
            runs(places).iter().for_each(|run| pen.path(&["ct-theory"], run, ""));
        }
        for (side, lesser) in lesser.iter().flatten().enumerate() {
            self.line(pen, &plot, side, lesser, true);
        }
        for (side, means) in means.iter().enumerate() {
            self.line(pen, &plot, side, means, false);
        }
        pen.close();
    }

    fn estimates(&self, telling: &Telling) -> [Vec<Option<Estimate>>; 2] {
        let Drawn { curves, series, .. } = self.drawn;
        [0, 1].map(|side| series.points.iter().map(|point| curves.estimate(*point, side, telling.quantity)).collect())
    }

    /// What theory expects of each side, in the one panel that is about it.
    fn theory(&self) -> Vec<Vec<Option<f64>>> {
        let Drawn { curves, series, .. } = self.drawn;
        let sides = if self.curve.has_theory { 0..2 } else { 0..0 };
        let of =
            |side| curves.expected(series, side).into_iter().map(|known| known.ok().map(|known| known.finished_us));
        sides.map(|side| of(side).collect()).collect()
    }

    fn ticks(
        &self,
        means: &[Vec<Option<Estimate>>; 2],
        lesser: Option<&[Vec<Option<Estimate>>; 2]>,
        theory: &[Vec<Option<f64>>],
    ) -> Vec<f64> {
        let all = || means.iter().chain(lesser.into_iter().flatten()).flatten().flatten();
        let highest = all().map(|estimate| estimate.mean).fold(0.0, f64::max);
        let reached = all().map(|estimate| estimate.mean + estimate.half_width.unwrap_or(0.0)).fold(0.0, f64::max);
        let expected = theory.iter().flatten().flatten().copied().fold(0.0, f64::max);
        // Where nothing was run yet theory alone has a scale.
        let bound = if highest > 0.0 { highest * REACH } else { f64::INFINITY };
        let most = reached.max(expected).min(bound).max(highest);
        match self.curve.telling.unit {
            Unit::Time => ticks_from_nought(most, 4, Scale::Time),
            Unit::Count => ticks_from_nought(most, 4, Scale::Whole),
            Unit::Share => ticks_from_nought(most.clamp(10_000.0, 1e6), 4, Scale::Whole),
            Unit::Rate => ticks_from_nought(most.max(1.0), 4, Scale::Whole),
        }
    }

    fn plot(&self, most: f64) -> Plot {
        let (left, width) = (self.left + LEFT, self.width - LEFT - RIGHT);
        let axis = &self.drawn.curves.sweep().axes()[0];
        let (places, inset) = (places(axis), inset(axis, width));
        let xs = places.iter().map(|place| x_of(*place, ends(&places), left + inset, width - 2 * inset)).collect();
        Plot { left, top: self.top + TOP, width, height: HEIGHT - TOP - BELOW, xs, most }
    }

    /// The plot itself, its grid, the numbers at both axes, and where the scenario itself is.
    fn frame(&self, pen: &mut Pen<'_>, plot: &Plot, ticks: &[f64]) {
        pen.rect(&["ct-plot"], [plot.left, plot.top, plot.width, plot.height]);
        let right = plot.left + plot.width;
        for tick in ticks {
            let y = plot.y(*tick);
            if y > plot.top && y < plot.top + plot.height {
                pen.path(&["ct-grid"], &[[plot.left, y], [right, y]], "");
            }
            let told = tick_told(*tick, self.curve.telling.unit);
            pen.word(&["ct-tick", "cp-small"], [plot.left - 6, y + 4], Anchor::End, &told);
        }
        let sweep = self.drawn.curves.sweep();
        let axis = &sweep.axes()[0];
        let places = places(axis);
        let [least, most] = ends(&places);
        for (x, told) in self.marks(axis, &places, plot) {
            pen.word(&["ct-tick", "cp-small"], [x, plot.top + plot.height + 16], Anchor::Middle, &told);
        }
        let present = sweep.present(axis).filter(|at| axis.places().is_some() && (least..=most).contains(at));
        let present = present.or_else(|| place_of_value(axis, &sweep.scenario().value_at(&axis.path).ok()?));
        if let Some(at) = present {
            let inset = inset(axis, plot.width);
            let x = x_of(at, [least, most], plot.left + inset, plot.width - 2 * inset);
            pen.path(&["ct-present"], &[[x, plot.top], [x, plot.top + plot.height]], "");
        }
    }

    /// What stands under the plot, and where: round numbers, or the words of the axis.
    fn marks(&self, axis: &Axis, places: &[f64], plot: &Plot) -> Vec<(i32, String)> {
        let [least, most] = ends(places);
        if axis.places().is_none() {
            let room = plot.width / places.len() as i32 / 6;
            let shortened = |text: String| match text.chars().count() as i32 > room.max(3) {
                true => text.chars().take(room.max(3) as usize - 1).chain(['…']).collect(),
                false => text,
            };
            return plot.xs.iter().zip(&axis.values).map(|(x, value)| (*x, shortened(axis.told(value)))).collect();
        }
        let is_time = axis.values[0].is_string();
        let count = (plot.width / 44).clamp(2, 8) as u32;
        let marks = ticks(least, most, count, if is_time { Scale::Time } else { Scale::Any });
        let x = |mark: f64| x_of(mark, [least, most], plot.left + 6, plot.width - 12);
        let text = |mark: f64| match is_time {
            true => told(Unit::Time, mark.round() as u64),
            false if mark < 0.0 => format!("−{}", told(Unit::Rate, (-mark * 1e6).round() as u64)),
            false => told(Unit::Rate, (mark * 1e6).round() as u64),
        };
        marks.into_iter().map(|mark| (x(mark), text(mark))).collect()
    }

    /// Between which points each side bends: a bracket at the upper edge, and what lies under it.
    fn bends(&self, pen: &mut Pen<'_>, plot: &Plot) {
        for bend in self.drawn.bends {
            let tone = self.drawn.tones[bend.side];
            let [from, to] = bend.between.map(|place| plot.xs[place]);
            // That of the second side lies lower, so that two at one place are two.
            let y = plot.top + 4 + 6 * bend.side as i32;
            pen.rect(&["ct-bend", tone], [from, plot.top, to - from, plot.height]);
            pen.path(&["ct-bracket", tone], &[[from, y + 4], [from, y], [to, y], [to, y + 4]], "");
        }
    }

    /// The confidence interval, where there are two points beside each other that have one.
    fn band(&self, pen: &mut Pen<'_>, plot: &Plot, side: usize, means: &[Option<Estimate>]) {
        let edge = |sign: f64| {
            let edges = means.iter().zip(&plot.xs).map(move |(estimate, x)| {
                let Estimate { mean, half_width } = (*estimate)?;
                Some([*x, plot.y(mean + sign * half_width?)])
            });
            runs(edges)
        };
        for (upper, lower) in edge(1.0).into_iter().zip(edge(-1.0)) {
            let around: Vec<[i32; 2]> = upper.into_iter().chain(lower.into_iter().rev()).collect();
            pen.path(&["ct-band", self.drawn.tones[side]], &around, "Z");
        }
    }

    fn line(&self, pen: &mut Pen<'_>, plot: &Plot, side: usize, means: &[Option<Estimate>], is_lesser: bool) {
        let tone = self.drawn.tones[side];
        let places: Vec<Option<[i32; 2]>> =
            means.iter().zip(&plot.xs).map(|(estimate, x)| Some([*x, plot.y((*estimate)?.mean)])).collect();
        let mut classes = line(side, tone);
        if is_lesser {
            classes.push("ct-lesser");
        }
        runs(places.iter().copied()).iter().for_each(|run| pen.path(&classes, run, ""));
        // Dots that touch each other are a thicker line and no dots.
        let is_crowded = plot.xs.windows(2).any(|pair| pair[1] - pair[0] < 7);
        let alone = |place: usize| {
            let known = |place: Option<usize>| place.and_then(|place| places.get(place)).is_some_and(Option::is_some);
            !known(place.checked_sub(1)) && !known(Some(place + 1))
        };
        for (place, at) in places.iter().enumerate().filter_map(|(place, at)| Some((place, (*at)?))) {
            if alone(place) || !is_lesser && !is_crowded {
                pen.dot(&dot(side, tone), at, side);
            }
        }
    }
}

/// The stretches of what is there.
fn runs(places: impl Iterator<Item = Option<[i32; 2]>>) -> Vec<Vec<[i32; 2]>> {
    let mut runs = vec![Vec::new()];
    for place in places {
        match place {
            Some(place) => runs.last_mut().expect("there is a first one").push(place),
            None => runs.push(Vec::new()),
        }
    }
    runs.retain(|run: &Vec<[i32; 2]>| !run.is_empty());
    runs
}
