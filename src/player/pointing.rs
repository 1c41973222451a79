//! What a person means who points at a picture: the nearest thing within reach that belongs to a job.
//!
//! *Invariant:* reads the shapes and nothing else, so what can be chosen is what can be seen.

use crate::recording::Selection;
use crate::scene::{Area, Form, Layer, PX, Point, Shape};

/// How far from a shape a finger may miss it: half of the smallest target that is easy to hit (WCAG 2.2, 2.5.8).
const REACH: i64 = 12 * PX as i64;

/// What is meant by pointing at a place, in tenths of a pixel, in the body of a scene that has these layers. Where
/// nothing is near, that is to select nothing.
pub fn pointed<'a>(layers: impl Iterator<Item = &'a Layer>, at: Point) -> Selection {
    let shapes = layers.flat_map(|layer| &layer.shapes);
    let near = shapes.filter_map(|shape| {
        let selection = selection(shape)?;
        let square = square_distance(&shape.form, at);
        (square <= REACH * REACH).then_some((square, selection))
    });
    // Of two that are as near, the one that is drawn later is meant, because it is in front.
    let nearest = near.reduce(|best, next| if next.0 <= best.0 { next } else { best });
    nearest.map_or(Selection::Nothing, |(_, selection)| selection)
}

fn selection(shape: &Shape) -> Option<Selection> {
    let job = shape.job?;
    Some(match (shape.message(), shape.key.side) {
        (Some(message), Some(side)) => Selection::Message { side, message, job },
        _ => Selection::Job(job),
    })
}

fn square_distance(form: &Form, at: Point) -> i64 {
    match form {
        Form::Line { from, to } => to_segment(*from, *to, at),
        Form::Rect { area, .. } | Form::Text { area, .. } => to_area(*area, at),
        Form::Polygon(points) => to_path(points, at),
        Form::Strokes(lines) => lines.iter().map(|line| to_path(line, at)).min().unwrap_or(i64::MAX),
        Form::Circle { centre, radius } => {
            let area = Area::new(centre.x - radius, centre.y - radius, 2 * radius, 2 * radius);
            to_area(area, at)
        }
    }
}

fn to_area(area: Area, at: Point) -> i64 {
    let x = i64::from((area.x - at.x).max(at.x - area.right()).max(0));
    let y = i64::from((area.y - at.y).max(at.y - area.bottom()).max(0));
    x * x + y * y
}

fn to_path(points: &[Point], at: Point) -> i64 {
    points.windows(2).map(|pair| to_segment(pair[0], pair[1], at)).min().unwrap_or(i64::MAX)
}

fn to_segment(from: Point, to: Point, at: Point) -> i64 {
    let (along_x, along_y) = (i64::from(to.x - from.x), i64::from(to.y - from.y));
    let (x, y) = (i64::from(at.x - from.x), i64::from(at.y - from.y));
    let length = along_x * along_x + along_y * along_y;
    if length == 0 {
        return x * x + y * y;
    }
    let dot = (x * along_x + y * along_y).clamp(0, length);
    let (off_x, off_y) = (x - along_x * dot / length, y - along_y * dot / length);
    off_x * off_x + off_y * off_y
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_as_far_as_its_nearest_point() {
        let line = Form::Line { from: Point::new(0, 0), to: Point::new(1000, 0) };
        assert_eq!(square_distance(&line, Point::new(500, 30)), 900);
        assert_eq!(square_distance(&line, Point::new(1030, 40)), 2500);
        assert_eq!(square_distance(&line, Point::new(-10, 0)), 100);
    }

    #[test]
    fn inside_an_area_there_is_no_distance() {
        let area = Form::Rect { area: Area::new(100, 100, 120, 500), radius: 20 };
        assert_eq!(square_distance(&area, Point::new(150, 300)), 0);
        assert_eq!(square_distance(&area, Point::new(70, 60)), 900 + 1600);
    }
}
