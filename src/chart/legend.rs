//! What stands around the panels: the title, what lines and marks mean, settings, and sentences.
//!
//! *Invariant:* no line of words is wider than the picture.

use super::pen::{Anchor, Pen, dot, line};
use super::{GAP, tones};
use crate::experiment::{Curves, Series};
use crate::scene::{Face, PX, text_width, wrapped};

/// The height of a row of the legend.
const ROW: i32 = 20;

/// The height of a line of words.
const LINE: i32 = 16;

/// The width of a sample, with the gap behind it.
const SAMPLE: i32 = 36;

/// What a sample of the legend is of.
#[derive(Clone, Copy)]
enum Sample {
    Side(usize),
    Band,
    Bend,
    Present,
    Theory,
}

/// As much of the words as one line has room for.
pub(super) fn shortened(text: &str, room: i32) -> String {
    wrapped(text, Face::Small, room * PX, 1).concat()
}

/// The title; gives where it ends.
pub(super) fn title(pen: &mut Pen<'_>, title: &str, width: i32) -> i32 {
    pen.lines(&["cp-title", "ct-word"], (Face::Title, title), [GAP, 10], [width - 2 * GAP, 22], 3)
}

/// The title and the legend; gives where they end.
pub fn head(pen: &mut Pen<'_>, curves: &Curves<'_>, width: i32, title: &str) -> i32 {
    let mut y = self::title(pen, title, width);
    let sweep = curves.sweep();
    let [left, right] = sweep.side_names();
    let mut entries = vec![(Sample::Side(0), left), (Sample::Side(1), right)];
    if sweep.repeats() > 1 {
        entries.push((Sample::Band, format!("95 % confidence, {} runs a point", sweep.repeats())));
    }
    if !curves.bends().is_empty() {
        entries.push((Sample::Bend, "a side bends".to_owned()));
    }
    if sweep.scenario().value_at(&sweep.axes()[0].path).is_ok_and(|value| !value.is_null()) {
        entries.push((Sample::Present, "as the scenario has it".to_owned()));
    }
    let has_theory = |series: &Series| (0..2).any(|side| curves.expected(series, side).iter().any(Result::is_ok));
    if curves.series().iter().any(has_theory) {
        entries.push((Sample::Theory, "queueing theory".to_owned()));
    }
    let mut x = GAP;
    y += ROW;
    for (sample, words) in entries {
        let wide = SAMPLE + text_width(&words, Face::Small) / PX;
        if x > GAP && x + wide > width - GAP {
            (x, y) = (GAP, y + ROW);
        }
        draw_sample(pen, curves, sample, [x, y - 8]);
        let shown = shortened(&words, width - GAP - x - SAMPLE);
        pen.word(&["cp-small", "ct-word"], [x + SAMPLE - 6, y - 4], Anchor::Start, &shown);
        x += wide + 14;
    }
    y + 12
}

fn draw_sample(pen: &mut Pen<'_>, curves: &Curves<'_>, sample: Sample, [x, y]: [i32; 2]) {
    let tones = tones(curves.sweep());
    let across = [[x, y], [x + 24, y]];
    match sample {
        Sample::Side(side) => {
            pen.path(&line(side, tones[side]), &across, "");
            pen.dot(&dot(side, tones[side]), [x + 12, y], side);
        }
        Sample::Band => pen.rect(&["ct-band", "cp-neutral"], [x, y - 6, 24, 12]),
        Sample::Bend => {
            pen.rect(&["ct-bend", "cp-neutral"], [x, y - 6, 24, 12]);
            pen.path(&["ct-bracket", "cp-neutral"], &[[x, y - 2], [x, y - 6], [x + 24, y - 6], [x + 24, y - 2]], "");
        }
        Sample::Present => pen.path(&["ct-present"], &[[x + 12, y - 7], [x + 12, y + 7]], ""),
        Sample::Theory => pen.path(&["ct-theory"], &across, ""),
    }
}

/// The setting of the axes but the first, where there are any; gives where it ends.
pub fn setting(pen: &mut Pen<'_>, series: &Series, width: i32, top: i32) -> i32 {
    if series.setting.is_empty() {
        return top;
    }
    pen.lines(&["cp-name", "ct-word"], (Face::Name, &series.setting), [GAP, top], [width - 2 * GAP, ROW], 2) + 8
}

/// Where each side bends and what theory says, under the panels; gives where it ends.
pub fn sentences(pen: &mut Pen<'_>, curves: &Curves<'_>, width: i32, top: i32) -> i32 {
    let mut y = top;
    for sentence in curves.bends_told().into_iter().chain(curves.theory_told()) {
        y = pen.lines(&["cp-small", "ct-word"], (Face::Small, &sentence), [GAP, y], [width - 2 * GAP, LINE], 12) + 6;
    }
    y + 10
}
