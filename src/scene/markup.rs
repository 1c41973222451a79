//! Shapes as SVG elements, for the stand-alone file and for the page.
//!
//! An [`Element`] closes itself, so nesting in the code is nesting in the markup.
//!
//! *Invariant:* whatever text comes in, well-formed XML goes out: coordinates are printed in fixed point, and every
//! text is escaped here, at the door.

use std::fmt;

use super::{Anchor, Area, Entry, Form, PX, Point, SAMPLE, Shape};
use crate::direction::ordered;

/// The hatching that `static/scene.css` speaks of. A page must have it once.
pub const DEFINITIONS: &str = concat!(
    "<defs><pattern id=\"cp-hatch\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" ",
    "patternTransform=\"rotate(45)\"><rect class=\"cp-hatch-ground\" width=\"5\" height=\"5\"/>",
    "<line class=\"cp-hatch-line\" x1=\"2.5\" y1=\"0\" x2=\"2.5\" y2=\"5\"/></pattern></defs>"
);

/// The classes and ids that groups and shapes get in the document that they are put into.
pub trait Dress {
    /// Opens a group of this class.
    fn open_group(&mut self, text: &mut String, class: &'static str);
    /// Gives a shape's element its class, and what else it is known by.
    fn dress(&mut self, element: &mut Element<'_>, shape: &Shape);
}

/// The classes as `static/scene.css` has them, and no ids.
pub struct AsInSheet;

impl Dress for AsInSheet {
    fn open_group(&mut self, text: &mut String, class: &'static str) {
        text.push_str(&format!("<g class=\"{class}\">\n"));
    }

    fn dress(&mut self, element: &mut Element<'_>, shape: &Shape) {
        element.attribute("class", &shape.css());
    }
}

/// The shapes as one group of elements, or nothing at all if there are none.
pub fn group(text: &mut String, class: &'static str, shapes: &[Shape], dress: &mut impl Dress) {
    if shapes.is_empty() {
        return;
    }
    dress.open_group(text, class);
    for shape in shapes {
        element(text, shape, dress);
        text.push('\n');
    }
    text.push_str("</g>\n");
}

/// A sample of a legend as a picture of its own.
pub fn sample(text: &mut String, entry: &Entry) {
    let Area { width, height, .. } = SAMPLE.grown(PX);
    let (wide, high, edge) = (Number(width), Number(height), Number(-PX));
    text.push_str(&format!(
        "<svg class=\"cp-scene\" width=\"{wide}\" height=\"{high}\" viewBox=\"{edge} {edge} {wide} {high}\" \
         aria-hidden=\"true\">"
    ));
    group(text, "cp-sample", &entry.shapes, &mut AsInSheet);
    text.push_str("</svg>");
}

/// One shape as one element.
fn element(text: &mut String, shape: &Shape, dress: &mut impl Dress) {
    let mut element = Element::open(text, tag(&shape.form));
    dress.dress(&mut element, shape);
    geometry(&mut element, &shape.form);
    if let Form::Text { text: words, .. } = &shape.form {
        element.content().push_str(&escaped(&ordered(words)));
    } else if !shape.name.is_empty() {
        element.content().push_str(&format!("<title>{}</title>", escaped(&ordered(&shape.name))));
    }
}

fn tag(form: &Form) -> &'static str {
    match form {
        Form::Line { .. } => "line",
        Form::Rect { .. } => "rect",
        Form::Polygon(_) => "polygon",
        Form::Strokes(_) => "path",
        Form::Circle { .. } => "circle",
        Form::Text { .. } => "text",
    }
}

fn geometry(element: &mut Element, form: &Form) {
    match form {
        Form::Line { from, to } => {
            element.number("x1", from.x).number("y1", from.y).number("x2", to.x).number("y2", to.y);
        }
        Form::Rect { area, radius } => {
            element.number("x", area.x).number("y", area.y).number("width", area.width).number("height", area.height);
            if *radius > 0 {
                element.number("rx", *radius);
            }
        }
        Form::Polygon(points) => {
            let list: Vec<String> = points.iter().map(|p| format!("{},{}", Number(p.x), Number(p.y))).collect();
            element.attribute("points", &list.join(" "));
        }
        Form::Strokes(lines) => element.attribute("d", &path(lines)),
        Form::Circle { centre, radius } => {
            element.number("cx", centre.x).number("cy", centre.y).number("r", *radius);
        }
        Form::Text { at, anchor, .. } => {
            element.number("x", at.x).number("y", at.y);
            match anchor {
                Anchor::Start => {}
                Anchor::Middle => element.attribute("text-anchor", "middle"),
                Anchor::End => element.attribute("text-anchor", "end"),
            }
        }
    }
}

/// The path data of several open lines.
fn path(lines: &[Vec<Point>]) -> String {
    let mut data = String::new();
    for line in lines {
        for (place, point) in line.iter().enumerate() {
            data.push(if place == 0 { 'M' } else { 'L' });
            data.push_str(&format!("{} {}", Number(point.x), Number(point.y)));
        }
    }
    data
}

/// Tenths of a pixel, printed as pixels with as few digits as will do.
pub struct Number(pub i32);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let tenths = self.0.unsigned_abs();
        match (tenths / 10, tenths % 10) {
            (whole, 0) => write!(f, "{sign}{whole}"),
            (whole, tenth) => write!(f, "{sign}{whole}.{tenth}"),
        }
    }
}

/// An element whose tag closes when it goes.
pub struct Element<'a> {
    text: &'a mut String,
    tag: &'static str,
    has_content: bool,
}

impl<'a> Element<'a> {
    pub fn open(text: &'a mut String, tag: &'static str) -> Self {
        text.push('<');
        text.push_str(tag);
        Element { text, tag, has_content: false }
    }

    pub fn attribute(&mut self, name: &str, value: &str) {
        attribute(self.text, name, value);
    }

    /// An attribute whose value is the writer's own, and needs no escaping: ids, classes, roles.
    pub fn name(&mut self, name: &str, value: &str) {
        self.text.push_str(&format!(" {name}=\"{value}\""));
    }

    pub fn number(&mut self, name: &str, value: i32) -> &mut Self {
        self.text.push_str(&format!(" {name}=\"{}\"", Number(value)));
        self
    }

    /// Where the content of the element goes; no attribute may follow.
    pub fn content(&mut self) -> &mut String {
        if !self.has_content {
            self.has_content = true;
            self.text.push('>');
        }
        self.text
    }
}

impl Drop for Element<'_> {
    fn drop(&mut self) {
        if self.has_content {
            self.text.push_str(&format!("</{}>", self.tag));
        } else {
            self.text.push_str("/>");
        }
    }
}

pub fn attribute(text: &mut String, name: &str, value: &str) {
    text.push_str(&format!(" {name}=\"{}\"", escaped(value)));
}

/// The text, fit to stand in an element or in a quoted attribute. What XML 1.0 does not allow becomes U+FFFD.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\t' | '\n' | '\r' => safe.push(' '),
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            // These turn the reading direction of what follows and could make a label lie.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => safe.push('\u{fffd}'),
            _ => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_fixed_point_and_short() {
        let printed: Vec<String> = [0, 5, -5, 120, 123, -1_201].iter().map(|&n| Number(n).to_string()).collect();
        assert_eq!(printed, ["0", "0.5", "-0.5", "12", "12.3", "-120.1"]);
    }

    #[test]
    fn markup_and_control_characters_are_text() {
        assert_eq!(escaped("<a b=\"&\">\u{1b}\n\u{202e}"), "&lt;a b=&quot;&amp;&quot;&gt;\u{fffd} \u{fffd}");
    }
}
