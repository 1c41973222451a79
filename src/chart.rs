//! The load curves of a sweep as small pictures over one axis: both sides in each, a panel for each thing that tells how a side
//! fares. And the pictures of an advice, one for each reason.
//!
//! The page has the picture as markup whose classes are those of `static/chart.css` and `static/scene.css`; a file has its colours
//! inside. Each panel says for scripts where it is, by attributes in CSS pixels: `data-left`, `data-top`, `data-width` and
//! `data-height` of its plot, and in `data-x` where each point of the series lies, in the order of the first axis.
//!
//! The libraries that draw charts were weighed. As WebAssembly by gzip, plotters with its SVG writer weighs 154 kB, poloto 22 kB, and
//! this room 14 kB; charming draws by a script that a page would have to load. And plotters finds its ticks by logarithms of the
//! standard library, whose last place differs between targets.
//!
//! *Invariant:* whole coordinates, and the same curves at the same width give the same bytes on every target.

mod exhibit;
mod legend;
mod panel;
mod pen;
mod ticks;
pub mod waiting;

use crate::experiment::{Bend, Curves, Series, Sweep};
use crate::render::svg::{Caption, Theme, dressed};
use crate::scenario::Style;
use crate::scene::markup::escaped;

pub use self::exhibit::{picture, sheet};
use self::panel::{Panel, panels};
use self::pen::Pen;

/// How charts look.
pub const SHEET: &str = include_str!("../static/chart.css");

/// The most series in a picture.
pub const MOST_SERIES: usize = 12;

/// The widths, in CSS pixels, from which on there are so many panels in a row.
const COLUMNS: [(i32, i32); 3] = [(1_040, 4), (600, 2), (0, 1)];

/// Around all, and between panels.
const GAP: i32 = 16;

/// The narrowest picture.
const NARROWEST: i32 = 200;

/// The class by which what is of a style has its colour.
fn tone(style: Style) -> &'static str {
    match style {
        Style::RequestResponse => "cp-request-response",
        Style::Queued => "cp-queued",
    }
}

/// The classes by which a side has its colour, left and right. Sides of one style have not one colour.
fn tones(sweep: &Sweep) -> [&'static str; 2] {
    let [left, right] = [0, 1].map(|place| tone(sweep.scenario().sides[place].style));
    [left, if left == right { "cp-again" } else { right }]
}

/// Whether there is a picture of a sweep.
///
/// # Errors
/// A sentence that says what is too much.
pub fn check(sweep: &Sweep) -> Result<(), String> {
    let along = sweep.axes()[0].values.len();
    match sweep.points() / along {
        1..=MOST_SERIES => Ok(()),
        many => Err(format!(
            "a picture has room for {MOST_SERIES} settings of the axes but the first, and there are {many}"
        )),
    }
}

/// The picture for a page that has both sheets.
pub fn markup(curves: &Curves<'_>, width: u16) -> String {
    in_page(&title(curves.sweep()), |pen| draw(pen, curves, width))
}

/// A picture for a page that has both sheets; what draws it gives its width and height.
fn in_page(title: &str, draw: impl FnOnce(&mut Pen<'_>) -> (i32, i32)) -> String {
    let mut as_in_sheet = |classes: &[&'static str]| format!(" class=\"{}\"", classes.join(" "));
    let mut pen = Pen::new(&mut as_in_sheet);
    let (width, height) = draw(&mut pen);
    format!(
        "<svg class=\"cp-scene ct-chart\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-label=\"{}\">\n{}</svg>",
        escaped(title),
        pen.text
    )
}

/// The picture as a file of its own, with the bends in its description and under it.
pub fn document(curves: &Curves<'_>, width: u16, theme: Theme) -> String {
    let caption = Caption { title: title(curves.sweep()), description: curves.bends_told().join(" ") };
    dressed(SHEET, theme, &caption, |dress| {
        let mut pen = Pen::new(dress);
        let (width, height) = draw(&mut pen, curves, width);
        let below = legend::sentences(&mut pen, curves, width, height);
        (std::mem::take(&mut pen.text), (width, below))
    })
}

fn title(sweep: &Sweep) -> String {
    format!("{}: over {}", sweep.scenario().head.title_or_name(), sweep.label(&sweep.axes()[0]))
}

/// Draws all series, one under the other; gives the width and the height of the picture.
fn draw(pen: &mut Pen<'_>, curves: &Curves<'_>, width: u16) -> (i32, i32) {
    let width = i32::from(width).max(NARROWEST);
    let columns = COLUMNS.iter().find(|(from, _)| width >= *from).map_or(1, |(_, columns)| *columns);
    let mut top = legend::head(pen, curves, width, &title(curves.sweep()));
    let bends = curves.bends();
    let panel_width = (width - GAP * (columns + 1)) / columns;
    for (number, series) in curves.series().iter().enumerate() {
        top = legend::setting(pen, series, width, top);
        let own: Vec<&Bend> = bends.iter().filter(|bend| bend.series == number).collect();
        top = row_of_panels(
            pen,
            &Drawn { curves, series, bends: &own, tones: tones(curves.sweep()) },
            columns,
            panel_width,
            top,
        );
    }
    (width, top)
}

/// What is drawn in all panels of a series.
struct Drawn<'a> {
    curves: &'a Curves<'a>,
    series: &'a Series,
    bends: &'a [&'a Bend],
    tones: [&'static str; 2],
}

/// Draws the panels of a series, so many in a row; gives where they end.
fn row_of_panels(pen: &mut Pen<'_>, drawn: &Drawn<'_>, columns: i32, width: i32, top: i32) -> i32 {
    let all = panels();
    for (place, curve) in (0..).zip(&all) {
        let (column, row) = (place % columns, place / columns);
        let left = GAP + column * (width + GAP);
        Panel { drawn, curve, left, top: top + row * (panel::HEIGHT + GAP), width }.draw(pen);
    }
    let rows = (all.len() as i32 + columns - 1) / columns;
    top + rows * (panel::HEIGHT + GAP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_of_the_sheet_is_one_that_a_file_can_have() {
        for line in SHEET.lines().filter(|line| !line.starts_with("/*")) {
            let (selector, rule) = line.split_once('{').unwrap();
            assert!(selector.starts_with(".ct-") && rule.ends_with('}') && !selector.contains([' ', ':']), "{line}");
        }
    }
}
