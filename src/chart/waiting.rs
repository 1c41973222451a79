//! Where the jobs of a run were over time: for each side a strip for each place, all on one clock and one scale.
//!
//! Strips one under the other and no areas upon each other, because only the lowest of a stack can be read against a scale, and
//! because a name beside a strip needs no colour to be told from the others.
//!
//! *Invariant:* whole coordinates; what is in a strip is what the tables have.

use super::pen::{Anchor, Pen};
use super::ticks::{Scale, tick_told, ticks, ticks_from_nought};
use super::{GAP, NARROWEST, in_page, legend, tone};
use crate::metrics::numbers::{Unit, told};
use crate::metrics::{OverTime, Place, Whereabouts};
use crate::recording::SidePlayed;
use crate::render::svg::{Caption, Theme, dressed};
use crate::render::waiting::Waiting;
use crate::scene::{Face, PX, text_width};

/// From this width on the sides stand beside each other, in CSS pixels.
const BESIDE: i32 = 700;

/// The height of a strip, and of the line of words over it.
const STRIP: i32 = 36;
const WORDS: i32 = 18;

/// The room for the numbers of the scale, beside the strips.
const LEFT: i32 = 34;

/// The most strips of a side; what has least in it is put together.
const MOST_STRIPS: usize = 9;

/// The picture for a page that has both sheets.
pub fn markup(waiting: &Waiting<'_>, width: u16) -> String {
    in_page(&waiting.title(), |pen| draw(pen, waiting, width, 0))
}

/// The picture as a file of its own, with what there is to say of it in its description and under it.
pub fn document(waiting: &Waiting<'_>, width: u16, theme: Theme) -> String {
    let said = || (0..waiting.sides().count()).map(|side| waiting.said(side));
    let caption = Caption { title: waiting.title(), description: said().collect::<Vec<_>>().join(" ") };
    dressed(super::SHEET, theme, &caption, |dress| {
        let mut pen = Pen::new(dress);
        let top = legend::title(&mut pen, &waiting.title(), i32::from(width).max(NARROWEST));
        let size = draw(&mut pen, waiting, width, top);
        (std::mem::take(&mut pen.text), size)
    })
}

/// A strip: its name, how many were there on average in each step, and how it looks.
struct Strip {
    name: String,
    means: Vec<u64>,
    look: &'static str,
}

fn look(there: Whereabouts) -> &'static str {
    match there {
        Whereabouts::Working => "ct-works",
        Whereabouts::Network => "ct-way",
        _ => "ct-waits",
    }
}

fn strips(side: &SidePlayed, over_time: &OverTime) -> Vec<Strip> {
    let mut totals: Vec<u64> = over_time.places.iter().map(Place::total_us).collect();
    totals.sort_unstable_by_key(|total| std::cmp::Reverse(*total));
    let least = if totals.len() > MOST_STRIPS { totals[MOST_STRIPS - 2] } else { 0 };
    let (own, rest): (Vec<&Place>, Vec<&Place>) = over_time.places.iter().partition(|place| place.total_us() >= least);
    let strip = |place: &&Place| Strip {
        name: place.name(&side.trace),
        means: over_time.means(place).collect(),
        look: look(place.there),
    };
    let mut strips: Vec<Strip> = own.iter().map(strip).collect();
    let elsewhere = rest.into_iter().map(|place| over_time.means(place).collect::<Vec<u64>>());
    let elsewhere = elsewhere.reduce(|one, other| one.iter().zip(&other).map(|(one, other)| one + other).collect());
    strips.extend(elsewhere.map(|means| Strip { name: "elsewhere".to_owned(), means, look: "ct-waits" }));
    strips
}

/// What all strips have in common.
struct Frame<'a> {
    over_time: &'a OverTime,
    left: i32,
    width: i32,
    /// How many jobs a full strip stands for, in millionths.
    most: u64,
}

impl Frame<'_> {
    fn x(&self, micros: u64) -> i32 {
        let share = u128::from(micros) * self.width as u128 / u128::from(self.over_time.window_us.max(1));
        self.left + share as i32
    }
}

/// Draws both sides from there on; gives the width and the height of the picture.
fn draw(pen: &mut Pen<'_>, waiting: &Waiting<'_>, width: u16, top: i32) -> (i32, i32) {
    let width = i32::from(width).max(NARROWEST);
    let columns = if width >= BESIDE { 2 } else { 1 };
    let room = (width - GAP * (columns + 1)) / columns;
    let all: Vec<(&SidePlayed, &OverTime, Vec<Strip>)> =
        waiting.sides().map(|(side, over_time)| (side, over_time, strips(side, over_time))).collect();
    let most = all.iter().flat_map(|(.., strips)| strips).flat_map(|strip| &strip.means).max().copied().unwrap_or(0);
    let scale = ticks_from_nought(most as f64 / 1e6, 4, Scale::Any);
    let most = (scale[scale.len() - 1] * 1e6).round() as u64;
    let mut bottoms = vec![top; columns as usize];
    for (place, (side, over_time, strips)) in all.iter().enumerate() {
        let column = place % columns as usize;
        let left = GAP + column as i32 * (room + GAP);
        let (tone, top) = (tone(side.style), bottoms[column] + 8);
        let heading = ["cp-name", "cp-heading", tone];
        let mut top = pen.lines(&heading, (Face::Name, &side.heading), [left, top], [room, 18], 2);
        let frame = Frame { over_time, left: left + LEFT, width: room - LEFT - 8, most };
        for strip in strips {
            draw_strip(pen, &frame, strip, tone, top);
            top += WORDS + STRIP;
        }
        top = clock(pen, &frame, top);
        let said = waiting.said(place);
        top = pen.lines(&["cp-small", "ct-word"], (Face::Small, &said), [left, top], [room, 16], 5);
        bottoms[column] = top + 12;
    }
    (width, bottoms.into_iter().max().unwrap_or(0))
}

/// A strip with its name and its peak over it, and the scale beside it.
fn draw_strip(pen: &mut Pen<'_>, frame: &Frame<'_>, strip: &Strip, tone: &'static str, top: i32) {
    let (left, right, floor) = (frame.left, frame.left + frame.width, top + WORDS + STRIP);
    let peak = strip.means.iter().max().copied().unwrap_or(0);
    let peak = format!("up to {}", told(Unit::Rate, peak));
    pen.word(&["cp-small", "ct-tick"], [right, top + WORDS - 5], Anchor::End, &peak);
    let room = frame.width - text_width(&peak, Face::Small) / PX - 8;
    let name = legend::shortened(&strip.name, room);
    pen.word(&["cp-small", "ct-word"], [left, top + WORDS - 5], Anchor::Start, &name);
    pen.rect(&["ct-plot"], [left, floor - STRIP, frame.width, STRIP]);
    let full = tick_told(frame.most as f64, Unit::Rate);
    pen.word(&["cp-small", "ct-tick"], [left - 4, floor - STRIP + 9], Anchor::End, &full);
    pen.word(&["cp-small", "ct-tick"], [left - 4, floor], Anchor::End, "0");
    let height = |mean: u64| (u128::from(mean) * STRIP as u128).div_ceil(u128::from(frame.most.max(1))) as i32;
    let mut outline = vec![[left, floor]];
    for ([start, end], mean) in frame.over_time.steps().zip(&strip.means) {
        let y = floor - height(*mean).min(STRIP);
        outline.extend([[frame.x(start), y], [frame.x(end), y]]);
    }
    outline.push([right, floor]);
    outline.dedup();
    pen.path(&[strip.look, tone], &outline, "Z");
}

/// The moments under the strips; gives where they end.
fn clock(pen: &mut Pen<'_>, frame: &Frame<'_>, top: i32) -> i32 {
    let count = (frame.width / 90).max(1) as u32;
    let right = frame.left + frame.width;
    for tick in ticks(0.0, frame.over_time.window_us as f64, count, Scale::Time) {
        let x = frame.x(tick as u64);
        let told = tick_told(tick, Unit::Time);
        let half = text_width(&told, Face::Small) / PX / 2;
        pen.path(&["ct-grid"], &[[x, top], [x, top + 4]], "");
        pen.word(&["cp-small", "ct-tick"], [x.min(right - half), top + 16], Anchor::Middle, &told);
    }
    top + 24
}
