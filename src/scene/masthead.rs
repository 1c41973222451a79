//! What stands over a picture that stands alone: its title, and over each pane the heading of its side.
//!
//! A page writes these itself; a file would otherwise not say what it shows, nor which side is which.
//!
//! *Invariant:* a heading begins where its pane begins and stays within it.

use super::text::{self, line_height, wrapped};
use super::{Face, Key, Light, Look, PX, Piece, Scene, Shape, Strip, Subject, Tone};

/// Shapes over or under a picture, from height 0 of their own, and how much room they take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Band {
    pub height: i32,
    pub shapes: Vec<Shape>,
}

/// The room above the title, and between it and the headings.
const MARGIN: i32 = 12 * PX;
/// What is added to a side's number in the key of its limit, so that no two texts share a key.
const LIMIT: u8 = 100;
/// The most lines of the title, of a heading and of a limit.
const LINES: usize = 2;

/// The title and the headings, or only the headings if the title is empty.
pub fn masthead(scene: &Scene, title: &str) -> Band {
    let mut band = Band { height: MARGIN, shapes: Vec::new() };
    let edge = scene.panes.first().map_or(0, |pane| pane.strip.left.min(scene.gutter.left));
    let whole = Strip { left: edge, right: scene.width - edge };
    let lines = wrapped(title, Face::Title, whole.right - whole.left, LINES);
    let taken = write(&mut band, None, Tone::Neutral, Face::Title, whole, &lines);
    band.height += if taken > 0 { taken + 6 * PX } else { 0 };
    let mut deepest = 0;
    for pane in &scene.panes {
        let lines = wrapped(&pane.heading, Face::Name, pane.strip.right - pane.strip.left, LINES);
        let tone = Tone::of(pane.style);
        let mut taken = write(&mut band, Some(pane.side), tone, Face::Name, pane.strip, &lines);
        if let Some(limit) = pane.limit {
            let words = ["stopped ", limit.words()].concat();
            let lines = wrapped(&words, Face::Small, pane.strip.right - pane.strip.left, LINES);
            band.height += taken;
            let more = write(&mut band, Some(LIMIT + pane.side), Tone::Bad, Face::Small, pane.strip, &lines);
            band.height -= taken;
            taken += more;
        }
        deepest = deepest.max(taken);
    }
    band.height += deepest;
    band
}

/// Writes lines below what the band has, and returns how high they are.
fn write(band: &mut Band, side: Option<u8>, tone: Tone, face: Face, strip: Strip, lines: &[String]) -> i32 {
    let step = line_height(face) + PX;
    for (place, line) in lines.iter().enumerate() {
        let top = band.height + place as i32 * step;
        band.shapes.push(Shape {
            key: Key { side, subject: Subject::Title, piece: Piece(place as u16) },
            look: Look::Heading,
            tone,
            light: Light::Even,
            form: text::line(line.clone(), face, strip.left, top),
            name: String::new(),
            job: None,
        });
    }
    step * lines.len() as i32
}
