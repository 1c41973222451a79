//! The picture of a reason: its number on both sides against its limit, over the loads that were tried, or in the sequence
//! diagram of a run. And all pictures of an advice on one sheet.
//!
//! *Invariant:* a picture on the sheet is, byte for byte, the picture by itself.

use super::pen::{Anchor, Pen, dot, line};
use super::ticks::{Scale, tick_told, ticks_from_nought};
use crate::experiment::advice::{Advice, AtLoad, Exhibit, Reason, Seen, Speaks};
use crate::metrics::numbers::Unit;
use crate::render::svg::{Caption, Theme, dressed, small};
use crate::scenario::Played;
use crate::scene::{Face, PX, text_width};

/// How wide a picture is: as a card on a phone.
const WIDTH: i32 = 320;
/// The height of a plot.
const PLOT: i32 = 160;
/// The room around a plot: for the numbers beside it, and under it.
const LEFT: i32 = 54;
const RIGHT: i32 = 10;
const BELOW: i32 = 24;
/// How far the outermost points are from the edges.
const INSET: i32 = 8;
/// The height of a line of words.
const LINE: i32 = 18;
/// The width of a sample, with the gap behind it.
const SAMPLE: i32 = 26;
/// A diagram is drawn at half its size: as wide as this, and as high.
const DIAGRAM: [i32; 2] = [300, 200];
/// Around what is on a sheet.
const GAP: i32 = 16;

/// The classes by which a side has its colour, and both together.
const TONES: [&str; 2] = ["cp-request-response", "cp-queued"];
const BOTH: &str = "cp-neutral";

/// The picture of a reason as a file; none where it has nothing to show.
pub fn picture(reason: &Reason, theme: Theme) -> Option<String> {
    drawn(reason, theme).map(|(picture, _)| picture)
}

/// The picture and its height.
fn drawn(reason: &Reason, theme: Theme) -> Option<(String, i32)> {
    let exhibit = reason.exhibit.as_ref()?;
    let caption = Caption { title: reason.says.to_owned(), description: exhibit.described() };
    let mut height = 0;
    let picture = dressed(super::SHEET, theme, &caption, |dress| {
        let mut pen = Pen::new(dress);
        height = draw(&mut pen, exhibit, theme);
        (std::mem::take(&mut pen.text), (WIDTH, height))
    });
    Some((picture, height))
}

/// The recommendation, and each reason that applies with its sentence and its picture, as a file.
pub fn sheet(advice: &Advice, theme: Theme) -> String {
    let applies = advice.reasons.iter().filter(|reason| reason.applies);
    let said: Vec<String> = applies.clone().map(|reason| reason.said.clone()).collect();
    let title = format!("{}: {}", advice.scenario.head.title_or_name(), advice.said());
    let caption = Caption { title, description: said.join(" ") };
    let width = WIDTH + 2 * GAP;
    dressed(super::SHEET, theme, &caption, |dress| {
        let mut pen = Pen::new(dress);
        let mut y = words(&mut pen, "cp-title", Face::Title, &caption.title, 10);
        for reason in applies {
            let speaks = match reason.speaks {
                Speaks::ForCalls => "for a call",
                Speaks::ForQueues => "for a queue",
            };
            y = words(&mut pen, "cp-name", Face::Name, &format!("{} ({speaks})", reason.says), y + GAP);
            y = words(&mut pen, "cp-small", Face::Small, &reason.said, y) + 6;
            if let Some((picture, height)) = drawn(reason, theme) {
                pen.open(&format!(" transform=\"translate({GAP} {y})\""));
                pen.text += &picture;
                pen.close();
                y += height;
            }
        }
        (std::mem::take(&mut pen.text), (width, y + GAP))
    })
}

/// Lines of words across the sheet; gives where they end.
fn words(pen: &mut Pen<'_>, class: &'static str, face: Face, text: &str, top: i32) -> i32 {
    pen.lines(&[class, "ct-word"], (face, text), [GAP, top], [WIDTH, LINE], 12)
}

/// Draws what is shown; gives where it ends.
fn draw(pen: &mut Pen<'_>, exhibit: &Exhibit, theme: Theme) -> i32 {
    match &exhibit.seen {
        Seen::Loads { at, loads } => {
            let with = if loads[*at].load == 1.0 { String::new() } else { format!(", with {}", loads[*at].comes) };
            name(pen, &format!("{}{with}", exhibit.called));
            let top = legend(pen, exhibit);
            Plot::of(exhibit, loads, *at, top).draw(pen)
        }
        Seen::Run { scenario, beside } => {
            name(pen, exhibit.called);
            let top = told(pen, [&exhibit.in_words(), beside]);
            diagram(pen, &scenario.play(), theme, top)
        }
    }
}

fn name(pen: &mut Pen<'_>, name: &str) {
    pen.word(&["cp-name", "ct-word"], [4, 16], Anchor::Start, name);
}

/// The number in words, and what else is seen; gives where that ends.
fn told(pen: &mut Pen<'_>, sentences: [&str; 2]) -> i32 {
    let mut y = 20;
    for text in sentences {
        y = pen.lines(&["cp-small", "ct-word"], (Face::Small, text), [4, y], [WIDTH - 8, LINE], 3);
    }
    y - 4
}

/// A run; gives where it ends.
fn diagram(pen: &mut Pen<'_>, played: &Played, theme: Theme, top: i32) -> i32 {
    let left = (WIDTH - DIAGRAM[0]) / 2;
    let y = top + LINE + 4;
    for (word, tone, quarters) in [("called", TONES[0], 1), ("queued", TONES[1], 3)] {
        let x = left + DIAGRAM[0] * quarters / 4;
        pen.word(&["cp-small", "cp-heading", tone], [x, y], Anchor::Middle, word);
    }
    pen.open(&format!(" transform=\"translate({left} {}) scale(.5)\"", y + 6));
    pen.text += &small(played, theme);
    pen.close();
    y + 6 + DIAGRAM[1] + 8
}

/// The values with samples of their lines, and the limit; gives where that ends.
fn legend(pen: &mut Pen<'_>, exhibit: &Exhibit) -> i32 {
    let [called, queued] = exhibit.values.map(|value| exhibit.told(value));
    let mut entries = match exhibit.is_of_both() {
        true => vec![(Sample::Line(0, BOTH), format!("both {called}"))],
        false => vec![
            (Sample::Line(0, TONES[0]), format!("called {called}")),
            (Sample::Line(1, TONES[1]), format!("queued {queued}")),
        ],
    };
    if let Some(limit) = exhibit.limit {
        entries.push((Sample::Limit, format!("limit {}", exhibit.told(Some(limit)))));
    }
    let (mut x, mut y) = (4, 22 + LINE);
    for (sample, words) in entries {
        let wide = SAMPLE + text_width(&words, Face::Small) / PX;
        if x > 4 && x + wide > WIDTH - 4 {
            (x, y) = (4, y + LINE);
        }
        sample.draw(pen, [x, y - 8]);
        pen.word(&["cp-small", "ct-word"], [x + SAMPLE - 5, y - 4], Anchor::Start, &words);
        x += wide + 8;
    }
    y + 6
}

/// What a sample is of: the line of a side with its mark, or the limit.
enum Sample {
    Line(usize, &'static str),
    Limit,
}

impl Sample {
    fn draw(&self, pen: &mut Pen<'_>, [x, y]: [i32; 2]) {
        let across = [[x, y], [x + 18, y]];
        match self {
            Sample::Line(side, tone) => {
                pen.path(&line(*side, tone), &across, "");
                pen.dot(&dot(*side, tone), [x + 9, y], *side);
            }
            Sample::Limit => pen.path(&["ct-limit"], &across, ""),
        }
    }
}

/// The number over the loads. The axis of loads is one of ratios: to twice as much it is as far everywhere.
struct Plot<'a> {
    exhibit: &'a Exhibit,
    loads: &'a [AtLoad],
    at: usize,
    top: i32,
    /// Where each load lies.
    xs: Vec<i32>,
    ticks: Vec<f64>,
}

impl<'a> Plot<'a> {
    fn of(exhibit: &'a Exhibit, loads: &'a [AtLoad], at: usize, top: i32) -> Self {
        let ends = [&loads[0], &loads[loads.len() - 1]].map(|at| libm::log(at.load));
        let room = f64::from(WIDTH - LEFT - RIGHT - 2 * INSET);
        let x = |at: &AtLoad| {
            let share = if ends[1] > ends[0] { (libm::log(at.load) - ends[0]) / (ends[1] - ends[0]) } else { 0.5 };
            LEFT + INSET + (share * room).round() as i32
        };
        // What was described and the limit are well within; what lies far beyond them is cut off.
        let described = loads.iter().find(|at| at.load == 1.0).map_or([None; 2], |at| at.values);
        let values = exhibit.values.into_iter().chain(described).flatten();
        let most = values.max().unwrap_or(0) as f64 * 1.25;
        let most = most.max(exhibit.limit.unwrap_or(0) as f64 * 1.5);
        let ticks = match exhibit.unit {
            Unit::Time => ticks_from_nought(most, 3, Scale::Time),
            Unit::Share => ticks_from_nought(most.min(1e6), 3, Scale::Whole),
            Unit::Count | Unit::Rate => ticks_from_nought(most, 3, Scale::Whole),
        };
        Plot { exhibit, loads, at, top, xs: loads.iter().map(x).collect(), ticks }
    }

    fn bottom(&self) -> i32 {
        self.top + PLOT
    }

    fn most(&self) -> f64 {
        self.ticks[self.ticks.len() - 1]
    }

    /// Where a value lies, though it be far above the plot; what never comes is endlessly far.
    fn y(&self, value: f64) -> f64 {
        f64::from(self.bottom()) - value / self.most() * f64::from(PLOT)
    }

    fn draw(&self, pen: &mut Pen<'_>) -> i32 {
        pen.open(&format!(
            " data-key=\"{}\" data-top=\"{}\" data-height=\"{PLOT}\" data-most=\"{}\"",
            self.exhibit.key,
            self.top,
            self.most()
        ));
        self.frame(pen);
        self.under(pen);
        let tones = if self.exhibit.is_of_both() { &[BOTH][..] } else { &TONES };
        for (side, tone) in tones.iter().enumerate() {
            let places = self
                .xs
                .iter()
                .zip(self.loads)
                .map(|(x, at)| (*x, self.y(at.values[side].map_or(1e18, |value| value as f64))));
            for run in within(places, self.top) {
                pen.path(&line(side, tone), &run, "");
            }
            if let Some(value) = self.exhibit.values[side] {
                pen.dot(&dot(side, tone), [self.xs[self.at], self.y(value as f64).round() as i32], side);
            }
        }
        pen.close();
        self.bottom() + BELOW
    }

    /// The plot itself, what is beyond the limit, the numbers beside it, and the load that was described.
    fn frame(&self, pen: &mut Pen<'_>) {
        let (width, right) = (WIDTH - LEFT - RIGHT, WIDTH - RIGHT);
        pen.rect(&["ct-plot"], [LEFT, self.top, width, PLOT]);
        for tick in &self.ticks {
            let y = self.y(*tick).round() as i32;
            if y > self.top && y < self.bottom() {
                pen.path(&["ct-grid"], &[[LEFT, y], [right, y]], "");
            }
            pen.word(&["ct-tick", "cp-small"], [LEFT - 6, y + 4], Anchor::End, &tick_told(*tick, self.exhibit.unit));
        }
        if let Some(limit) = self.exhibit.limit {
            let y = self.y(limit as f64).round() as i32;
            pen.rect(&["ct-beyond"], [LEFT, self.top, width, y - self.top]);
            pen.path(&["ct-limit"], &[[LEFT, y], [right, y]], "");
        }
    }

    /// The loads under the plot: the first, the last, and, through all of it, the one that was described.
    fn under(&self, pen: &mut Pen<'_>) {
        let last = self.loads.len() - 1;
        let here = self.loads.iter().position(|at| at.load == 1.0);
        let extent = |place: usize| {
            let (x, wide) = (self.xs[place], text_width(&self.loads[place].comes, Face::Small) / PX);
            match place {
                0 => [LEFT, LEFT + wide],
                _ if place == last => [WIDTH - RIGHT - wide, WIDTH - RIGHT],
                _ => [x - wide / 2, x + wide / 2],
            }
        };
        if let Some(here) = here {
            let x = self.xs[here];
            pen.path(&["ct-present"], &[[x, self.top], [x, self.bottom()]], "");
        }
        let is_clear = |place: &usize| {
            here.is_none_or(|here| {
                here == *place || extent(*place)[1] + 8 < extent(here)[0] || extent(here)[1] + 8 < extent(*place)[0]
            })
        };
        let mut places: Vec<usize> = [0, last].into_iter().chain(here).filter(is_clear).collect();
        places.sort_unstable();
        places.dedup();
        for place in places {
            let class = if Some(place) == here { "ct-word" } else { "ct-tick" };
            pen.word(
                &[class, "cp-small"],
                [extent(place)[0], self.bottom() + 16],
                Anchor::Start,
                &self.loads[place].comes,
            );
        }
    }
}

/// The stretches of a line that lie in the plot: where it leaves through the upper edge, it ends there.
fn within(places: impl Iterator<Item = (i32, f64)>, top: i32) -> Vec<Vec<[i32; 2]>> {
    let edge = f64::from(top);
    let mut runs: Vec<Vec<[i32; 2]>> = Vec::new();
    let mut before: Option<(i32, f64)> = None;
    for (to, below) in places {
        let is_in = below >= edge;
        let was_in = before.map(|(_, above)| above >= edge);
        if is_in && was_in != Some(true) {
            runs.push(Vec::new());
        }
        if let (Some((from, above)), Some(run)) = (before, runs.last_mut())
            && was_in != Some(is_in)
        {
            let share = (edge - above) / (below - above);
            run.push([from + (f64::from(to - from) * share).round() as i32, top]);
        }
        if let (true, Some(run)) = (is_in, runs.last_mut()) {
            run.push([to, below.round() as i32]);
        }
        before = Some((to, below));
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_at_the_upper_edge_and_comes_in_again_there() {
        let line = [(0, 20.0), (10, 30.0), (20, -10.0), (30, -10.0), (40, 30.0)];
        assert_eq!(within(line.into_iter(), 10), [vec![[0, 20], [10, 30], [15, 10]], vec![[35, 10], [40, 30]]]);
        assert_eq!(within([(0, -1.0), (9, -2.0)].into_iter(), 10), [[[0; 2]; 0]; 0], "all of it is above");
    }
}
