//! Layout: a run, a window of time and a width become shapes.
//!
//! Both sides stand in one scene, for they share one clock, one scale from time to height, and one playhead. The scene
//! comes in two sheets: the *heads* (who stands where), which a page keeps in view, and the *body*, over which it moves
//! its playhead and veil. Each sheet has a height 0 of its own, and both have the same x. The SVG writer, the live view
//! and the tests read the same scene. Text is measured by a width table and never by a browser.
//!
//! *Invariant:* layout is a pure function, and its coordinates are whole tenths of a CSS pixel ([`PX`]). It knows no
//! vendor, no colour and no font file.

mod arrows;
mod bulk;
mod clock;
mod columns;
mod compose;
mod heads;
mod hidden;
mod index;
mod labels;
mod legend;
mod look;
pub mod markup;
mod masthead;
mod miniature;
mod notes;
mod pace;
mod rivers;
mod rows;
mod scale;
mod shape;
mod sheet;
mod signs;
mod spotlight;
mod spots;
mod stays;
mod steps;
mod text;
mod tracks;
mod wording;

pub use columns::NARROWEST;
pub use heads::{WholeHead, whole_heads};
pub use index::Index;
pub use legend::{Entry, SAMPLE, legend, legend_band};
pub use look::{Light, Look, Tone};
pub use masthead::{Band, masthead};
pub use miniature::miniature;
pub use scale::{FOLD_HEIGHT, Fold, Pace, TimeScale};
pub use shape::{Anchor, Area, Face, Form, Key, PX, Piece, Point, Shape, Subject};
pub use spotlight::spotlight;
pub use text::{width as text_width, wrapped};

use crate::recording::{Background, SidePlayed, Style};
use crate::time::Moment;
use crate::trace::{JobId, Limit};

/// What is to be laid out, and on how much room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// How wide the scene is to be, in CSS pixels; at least [`NARROWEST`]. A scene whose lanes need more room is wider.
    pub width: u16,
    pub sides: Sides,
    /// The window's beginning; the start of the run without it.
    pub from: Option<Moment>,
    /// The window's end; the end of the run without it.
    pub to: Option<Moment>,
    /// The job that is lit.
    pub selection: Option<JobId>,
    pub folding: Folding,
    pub background: Background,
}

/// Which sides of the run are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    Both,
    /// One alone, by its position.
    One(u8),
}

/// What becomes of long stretches in which nothing happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folding {
    /// They are folded where the picture would otherwise be too high to read.
    Fold,
    /// They are drawn in full.
    Stretch,
}

impl Default for View {
    fn default() -> Self {
        View {
            width: 1200,
            sides: Sides::Both,
            from: None,
            to: None,
            selection: None,
            folding: Folding::Fold,
            background: Background::Faint,
        }
    }
}

/// A picture, as shapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scene {
    /// The width of both sheets, in tenths of a CSS pixel, as everything in a scene.
    pub width: i32,
    /// The height of the sheet of heads.
    pub heads_height: i32,
    /// The height of the body.
    pub height: i32,
    /// The scale from time to height in the body, for playhead, veil and scrubber.
    pub scale: TimeScale,
    /// The column of the clock.
    pub gutter: Strip,
    pub panes: Vec<Pane>,
    /// The sheet of heads.
    pub heads: Vec<Shape>,
    /// The body, from the back to the front. A layer's name occurs once.
    pub layers: Vec<Layer>,
    /// The captions, which lie over the body, its veil included.
    pub callouts: Vec<Callout>,
    /// How many messages of the window have no label, and are found in the table and by pointing.
    pub unlabelled: u32,
    /// How many messages of the window are not drawn one by one.
    pub bundled: u32,
}

/// An upright strip of the scene, from one x to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strip {
    pub left: i32,
    pub right: i32,
}

/// The part of a scene that shows one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pane {
    /// The side's position in the run.
    pub side: u8,
    pub id: String,
    pub style: Style,
    /// The heading that stands over the pane.
    pub heading: String,
    /// The limit that stopped the run of this side before it was over, if one did.
    pub limit: Option<Limit>,
    pub strip: Strip,
}

/// A caption on its plate. It lies over the layers, because it is veiled by its moment and not by its height.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callout {
    pub side: u8,
    /// The caption's place in the scenario.
    pub number: u32,
    /// The moment of which it speaks.
    pub at: Moment,
    /// The height of that moment.
    pub y: i32,
    /// The area of the plate.
    pub area: Area,
    /// The line from the moment's height to the plate, if the plate does not reach over that height.
    pub leader: Option<(Point, Point)>,
    pub shapes: Vec<Shape>,
}

/// The shapes that lie on one level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    pub level: Level,
    pub shapes: Vec<Shape>,
}

/// The levels of a body, from the back to the front.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Outages and slow-downs.
    Bands,
    /// The clock's lines.
    Grid,
    Lifelines,
    Rivers,
    /// Very many messages, in bulk.
    Traffic,
    /// Work, blocking, waiting.
    Stays,
    Arrows,
    Signs,
    Folds,
    Labels,
    /// The clock's texts and the selected job's tags.
    Clock,
}

impl Level {
    pub const ALL: &[Level] = &[
        Level::Bands,
        Level::Grid,
        Level::Lifelines,
        Level::Rivers,
        Level::Traffic,
        Level::Stays,
        Level::Arrows,
        Level::Signs,
        Level::Folds,
        Level::Labels,
        Level::Clock,
    ];

    pub const fn css(self) -> &'static str {
        match self {
            Level::Bands => "cp-bands",
            Level::Grid => "cp-grids",
            Level::Lifelines => "cp-lifelines",
            Level::Rivers => "cp-rivers",
            Level::Traffic => "cp-traffic",
            Level::Stays => "cp-stays",
            Level::Arrows => "cp-arrows",
            Level::Signs => "cp-signs",
            Level::Folds => "cp-folds",
            Level::Labels => "cp-labels",
            Level::Clock => "cp-clock",
        }
    }
}

impl Scene {
    /// Every shape of both sheets, captions included.
    pub fn shapes(&self) -> impl Iterator<Item = &Shape> {
        self.heads.iter().chain(self.body())
    }

    /// Every shape of the body, captions included.
    pub fn body(&self) -> impl Iterator<Item = &Shape> {
        let layers = self.layers.iter().flat_map(|layer| &layer.shapes);
        layers.chain(self.callouts.iter().flat_map(|callout| &callout.shapes))
    }
}

/// Lays out a run.
///
/// ```
/// use counterpoint::scenario::Scenario;
/// use counterpoint::scene::{View, layout};
/// let played = Scenario::from_json(r#"{"name": "smallest"}"#)?.play();
/// let scene = layout(&played.sides, &View::default());
/// assert_eq!(scene.panes.len(), 2);
/// # Ok::<(), counterpoint::scenario::Problem>(())
/// ```
pub fn layout(sides: &[SidePlayed], view: &View) -> Scene {
    layout_with(sides, &Index::of(sides), view)
}

/// Lays out a run whose index has been made already.
pub fn layout_with(sides: &[SidePlayed], index: &Index, view: &View) -> Scene {
    let frame = columns::frame(sides, view, view.sides);
    let mut scenes = composed(sides, index, view, &[frame]);
    scenes.swap_remove(0)
}

/// How wide a scene of this view is, in CSS pixels: as wide as the view, or more if the lanes need it.
pub fn width(sides: &[SidePlayed], view: &View) -> u16 {
    u16::try_from((columns::frame(sides, view, view.sides).width + PX - 1) / PX).unwrap_or(u16::MAX)
}

/// Lays out each side of a run as a scene of its own, all of one width and on one scale, for narrow screens.
pub fn layout_apart(sides: &[SidePlayed], view: &View) -> Vec<Scene> {
    layout_apart_with(sides, &Index::of(sides), view)
}

/// Lays out each side as a scene of its own, from an index that has been made already.
pub fn layout_apart_with(sides: &[SidePlayed], index: &Index, view: &View) -> Vec<Scene> {
    let each = 0..sides.len() as u8;
    let frames: Vec<columns::Frame> = each.map(|side| columns::frame(sides, view, Sides::One(side))).collect();
    composed(sides, index, view, &frames)
}

/// The scenes without a selection, and the selected job put into each.
fn composed(sides: &[SidePlayed], index: &Index, view: &View, frames: &[columns::Frame]) -> Vec<Scene> {
    let mut scenes = compose::compose(sides, index, view, frames);
    if let Some(job) = view.selection {
        for scene in &mut scenes {
            let lit = spotlight(sides, index, view, scene, job);
            spotlight::put_into(scene, lit);
        }
    }
    scenes
}
