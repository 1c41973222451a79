//! What draws a chart: a few kinds of element, each with the class that it has where it is put.
//!
//! *Invariant:* coordinates are whole CSS pixels, and every text is escaped and in the order in which it is read.

use crate::direction::ordered;
use crate::render::svg::Dress;
use crate::scene::markup::escaped;
use crate::scene::{Face, PX, wrapped};

/// Where a text stands against its place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// The classes of the line of a side in that tone.
pub fn line(side: usize, tone: &'static str) -> Vec<&'static str> {
    of_side(side, vec!["ct-line", tone])
}

/// The classes of a mark of a side in that tone.
pub fn dot(side: usize, tone: &'static str) -> Vec<&'static str> {
    of_side(side, vec!["ct-dot", tone])
}

fn of_side(side: usize, mut classes: Vec<&'static str>) -> Vec<&'static str> {
    if side == 1 {
        classes.push("ct-second");
    }
    classes
}

pub struct Pen<'a> {
    /// What was drawn.
    pub text: String,
    dress: Dress<'a>,
}

impl<'a> Pen<'a> {
    pub fn new(dress: Dress<'a>) -> Self {
        Pen { text: String::with_capacity(16_000), dress }
    }

    /// Opens a group with these attributes, which [`Pen::close`] closes.
    pub fn open(&mut self, attributes: &str) {
        self.text += &format!("<g{attributes}>\n");
    }

    pub fn close(&mut self) {
        self.text += "</g>\n";
    }

    pub fn rect(&mut self, classes: &[&'static str], [left, top, width, height]: [i32; 4]) {
        let class = (self.dress)(classes);
        self.text += &format!("<rect{class} x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\"/>\n");
    }

    /// A line through all of these places; closed, an area.
    pub fn path(&mut self, classes: &[&'static str], places: &[[i32; 2]], end: &str) {
        if places.len() < 2 {
            return;
        }
        let class = (self.dress)(classes);
        let steps: Vec<String> = places.iter().map(|[x, y]| format!("{x} {y}")).collect();
        self.text += &format!("<path{class} d=\"M{}{end}\"/>\n", steps.join("L"));
    }

    /// A mark at a place: round for the first side, and for the second an empty square, in which a mark of the first is seen.
    pub fn dot(&mut self, classes: &[&'static str], [x, y]: [i32; 2], side: usize) {
        let class = (self.dress)(classes);
        self.text += &match side {
            0 => format!("<circle{class} cx=\"{x}\" cy=\"{y}\" r=\"3\"/>\n"),
            _ => format!("<rect{class} x=\"{}\" y=\"{}\" width=\"8\" height=\"8\"/>\n", x - 4, y - 4),
        };
    }

    pub fn word(&mut self, classes: &[&'static str], [x, y]: [i32; 2], anchor: Anchor, text: &str) {
        let class = (self.dress)(classes);
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        self.text += &format!("<text{class} x=\"{x}\" y=\"{y}\"{anchor}>{}</text>\n", escaped(&ordered(text)));
    }

    /// Words in lines of that height, none wider than the room, and at most so many; gives where they end.
    pub fn lines(
        &mut self,
        classes: &[&'static str],
        (face, text): (Face, &str),
        [left, top]: [i32; 2],
        [room, height]: [i32; 2],
        most: usize,
    ) -> i32 {
        let mut y = top;
        for line in wrapped(text, face, room * PX, most) {
            y += height;
            self.word(classes, [left, y - 4], Anchor::Start, &line);
        }
        y
    }
}
