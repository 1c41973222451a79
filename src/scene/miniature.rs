//! A run as a picture so small that nothing in it can be read: who talks with whom, who waits, what piles up, what went
//! wrong.
//!
//! It is the same scene, at a pace at which it has the height that is wanted.
//!
//! *Invariant:* it has no text, and nothing that only a text explains.

use super::compose::compose_at_height;
use super::{Folding, Form, Index, Level, PX, Scene, View, columns};
use crate::recording::SidePlayed;

/// The height of the heads, of which only the boxes are left.
const HEADS: i32 = 26 * PX;
/// Their boxes.
const BOX: (i32, i32) = (6 * PX, 14 * PX);

/// What a small picture is made of.
const LEVELS: [Level; 7] =
    [Level::Bands, Level::Lifelines, Level::Rivers, Level::Traffic, Level::Stays, Level::Arrows, Level::Signs];

/// Lays out a run as a small picture of that height, in tenths of a CSS pixel. Nothing is folded in it, for a fold says by a
/// text how long it is.
pub fn miniature(sides: &[SidePlayed], view: &View, height: i32) -> Scene {
    let view = &View { folding: Folding::Stretch, ..view.clone() };
    let frame = columns::frame(sides, view, view.sides);
    let mut scene = compose_at_height(sides, &Index::of(sides), view, &frame, height - HEADS);
    scene.heads_height = HEADS;
    scene.callouts.clear();
    scene.layers.retain(|layer| LEVELS.contains(&layer.level));
    for shapes in scene.layers.iter_mut().map(|layer| &mut layer.shapes).chain([&mut scene.heads]) {
        shapes.retain(|shape| !matches!(shape.form, Form::Text { .. }));
        shapes.iter_mut().for_each(|shape| shape.name.clear());
    }
    for head in &mut scene.heads {
        if let Form::Rect { area, .. } = &mut head.form {
            (area.y, area.height) = BOX;
        }
    }
    scene
}
