//! A small picture as a file, for a list of scenarios: light and dark inside, as every file.
//!
//! It is shown at half its size or less. So places are whole pixels, and what looks alike on a level is one outline: a tenth
//! of the bytes that an element for each shape would take.
//!
//! *Invariant:* lines are as thick as in a picture of its natural size, however small it is shown: half of that would be
//! less than a pixel.

use std::fmt::Write;

use super::{MARK, Number, Theme, Wardrobe, hatch, marked};
use crate::scenario::Played;
use crate::scene::markup::Dress;
use crate::scene::{self, Form, PX, Point, Scene, Shape, View};

const THICKNESS: &str = "path{vector-effect:non-scaling-stroke}\n";

/// What a small picture is laid out on, in CSS pixels: about twice what it is shown on, for lanes need that width.
const WIDTH: u16 = 600;
const HEIGHT: i32 = 400;

/// A run as a small picture: what its scenario opens with, so small that it is seen and not read.
pub fn small(played: &Played, theme: Theme) -> String {
    let opening = &played.scenario.head.view;
    let view = View { width: WIDTH, from: opening.from, to: opening.to, ..View::default() };
    miniature(&scene::miniature(&played.sides, &view, HEIGHT * PX), theme)
}

/// The text of the file, of a scene that has no texts.
pub fn miniature(scene: &Scene, theme: Theme) -> String {
    let mut wardrobe = Wardrobe::new(theme, "");
    let (width, height) = (Number(scene.width), Number(scene.heads_height + scene.height));
    let paper = wardrobe.attribute(&["cp-paper"]);
    let mut picture = format!("<path{paper} d=\"M0 0h{width}v{height}h-{width}z\"/>\n");
    outlines(&mut picture, "cp-heads", &scene.heads, 0, &mut wardrobe);
    for layer in &scene.layers {
        outlines(&mut picture, layer.level.css(), &layer.shapes, scene.heads_height, &mut wardrobe);
    }
    let definitions = if wardrobe.wears_pattern("cp-hatch") { hatch(&mut wardrobe) } else { String::new() };
    marked(&format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"{MARK}\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\">\n<style>\n{}{THICKNESS}</style>\n{definitions}{picture}</svg>\n",
        wardrobe.sheet()
    ))
}

/// The shapes of a level, moved down by as much: one outline for all that look alike.
fn outlines(text: &mut String, level: &'static str, shapes: &[Shape], down: i32, wardrobe: &mut Wardrobe) {
    if shapes.is_empty() {
        return;
    }
    wardrobe.open_group(text, level);
    let mut all: Vec<(Option<String>, String)> = Vec::new();
    for shape in shapes {
        let class = wardrobe.class(&shape.classes().collect::<Vec<_>>());
        let place = all.iter().position(|(known, _)| *known == class).unwrap_or_else(|| {
            all.push((class, String::new()));
            all.len() - 1
        });
        // Writing into a text does not fail.
        let _ = outline(&mut all[place].1, &shape.form, down);
    }
    for (class, outline) in all {
        let class = class.map_or_else(String::new, |class| format!(" class=\"{class}\""));
        text.push_str(&format!("<path{class} d=\"{outline}\"/>\n"));
    }
    text.push_str("</g>\n");
}

/// A shape's outline as the data of a path. A rectangle's corners are sharp.
fn outline(data: &mut String, form: &Form, down: i32) -> std::fmt::Result {
    let whole = |tenths: i32| (tenths + PX / 2).div_euclid(PX);
    let through = |data: &mut String, points: &[Point]| {
        let places = points.iter().enumerate();
        for (place, point) in places {
            let step = if place == 0 { 'M' } else { 'L' };
            write!(data, "{step}{} {}", whole(point.x), whole(point.y + down))?;
        }
        Ok(())
    };
    match form {
        Form::Line { from, to } => through(data, &[*from, *to]),
        Form::Strokes(lines) => lines.iter().try_for_each(|line| through(data, line)),
        Form::Polygon(points) => {
            through(data, points)?;
            data.write_char('z')
        }
        Form::Rect { area, .. } => {
            let (wide, high) =
                (whole(area.right()) - whole(area.x), whole(area.bottom() + down) - whole(area.y + down));
            write!(data, "M{} {}h{wide}v{high}h{}z", whole(area.x), whole(area.y + down), -wide)
        }
        Form::Circle { centre, radius } => {
            let (round, across) = (whole(*radius), 2 * whole(*radius));
            let (left, middle) = (whole(centre.x) - round, whole(centre.y + down));
            write!(data, "M{left} {middle}a{round} {round} 0 1 0 {across} 0a{round} {round} 0 1 0 {} 0", -across)
        }
        Form::Text { .. } => Ok(()),
    }
}
