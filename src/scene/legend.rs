//! What the signs of one picture mean: a sample and a few words for each kind of sign that it uses, and for no other.
//!
//! A sample is made of the same shapes as the picture, so that it looks as they do in every theme.
//!
//! *Invariant:* a picture's legend has an entry for a look if, and only if, a shape of the picture has that look.

use super::masthead::Band;
use super::text::{line, line_height, width};
use super::{Area, Face, Form, Key, Light, Look, PX, Piece, Point, Scene, Shape, Subject, Tone};

/// The area of a sample.
pub const SAMPLE: Area = Area::new(0, 0, 30 * PX, 14 * PX);

/// A kind of sign: how it looks and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub look: Look,
    /// The shapes of the sample, which lie within [`SAMPLE`].
    pub shapes: Vec<Shape>,
    pub words: &'static str,
}

/// How a sample of a look is drawn.
#[derive(Clone, Copy)]
enum Sample {
    /// A line of the look itself, with this head.
    Arrow(Look),
    /// A plain line with this end, which has the look itself.
    End(Look),
    Bar,
    Plate,
    Upright,
    Bracket,
    Tick,
    Diamond,
    Tear,
}

/// What each look means, in the order in which a legend has them. A tone is given where the look means something else
/// in it.
const MEANINGS: &[(Look, Option<Tone>, Sample, &str)] = &[
    (Look::Call, None, Sample::Arrow(Look::HeadFilled), "a call: the sender waits for the answer"),
    (Look::Reply, None, Sample::Arrow(Look::HeadOpen), "the answer to a call"),
    (Look::Async, None, Sample::Arrow(Look::HeadOpen), "a message: nobody waits for an answer"),
    (Look::ControlReply, None, Sample::Arrow(Look::HeadOpen), "a confirmation"),
    (Look::ControlAsync, None, Sample::Arrow(Look::HeadOpen), "word of what was done, which nobody awaits"),
    (Look::Background, None, Sample::Arrow(Look::HeadOpen), "sent without any job: polls, signs of life"),
    (Look::Dot, None, Sample::End(Look::Dot), "lost on its way"),
    (Look::Cross, None, Sample::End(Look::Cross), "turned away"),
    (Look::Stump, None, Sample::End(Look::Stump), "too late: nobody waits any more"),
    (Look::Busy, None, Sample::Bar, "at work"),
    (Look::Busy, Some(Tone::Again), Sample::Bar, "the same work once more"),
    (Look::Blocked, None, Sample::Bar, "blocked: taken up and can only wait"),
    (Look::Polling, None, Sample::Bar, "has asked for work and waits for some"),
    (Look::FailedWork, None, Sample::Bar, "work that failed"),
    (Look::Thrown, None, Sample::Bar, "work cut short and thrown away"),
    (Look::BusyArea, None, Sample::Plate, "how many are at work"),
    (Look::BlockedArea, None, Sample::Plate, "how many are blocked"),
    (Look::Waiting, None, Sample::Upright, "waits in line"),
    (Look::Scheduled, None, Sample::Bracket, "until its time comes"),
    (Look::Ready, None, Sample::Plate, "ready in the queue: the wider, the more"),
    (Look::Held, None, Sample::Plate, "handed out, and still the queue's"),
    (Look::Followed, None, Sample::Upright, "the selected job in the queue"),
    (Look::Parked, None, Sample::Plate, "set aside for good"),
    (Look::Record, None, Sample::Tick, "a record, where it was written"),
    (Look::RecordGone, None, Sample::Tick, "a record that was taken out"),
    (Look::Place, None, Sample::Diamond, "a reader's place, as it was stored"),
    (Look::OtherPlace, None, Sample::Diamond, "the place of another reader"),
    (Look::Lag, None, Sample::Plate, "not yet dealt with by the reader"),
    (Look::Dividing, None, Sample::Plate, "the work is divided anew"),
    (Look::Down, None, Sample::Plate, "out of service"),
    (Look::Slow, None, Sample::Plate, "slower than it should be"),
    (Look::Traffic3, None, Sample::Plate, "many messages: the darker, the more"),
    (Look::FailureBand, None, Sample::Plate, "failures, close together"),
    (Look::Fold, None, Sample::Tear, "a stretch left out: nothing happens in it"),
];

/// What the signs of a picture mean, each kind once.
pub fn legend(scene: &Scene) -> Vec<Entry> {
    let used = scene.layers.iter().flat_map(|layer| &layer.shapes);
    let mut seen: Vec<(Look, Tone)> = Vec::new();
    for shape in used {
        let look = match shape.look {
            // All shades have one entry.
            Look::Traffic1 | Look::Traffic2 | Look::Traffic4 | Look::Traffic5 => Look::Traffic3,
            look => look,
        };
        if !seen.contains(&(look, shape.tone)) {
            seen.push((look, shape.tone));
        }
    }
    let entries = MEANINGS.iter().enumerate().filter_map(|(place, &(look, asked, sample, words))| {
        let is_meant = |tone: Tone| match asked {
            Some(asked) => tone == asked,
            // If the look means something else in that tone, it has an entry of its own for it.
            None => MEANINGS.iter().all(|&(other, tone_asked, ..)| other != look || tone_asked != Some(tone)),
        };
        let &(_, tone) = seen.iter().find(|(known, tone)| *known == look && is_meant(*tone))?;
        Some(Entry { look, shapes: draw(place as u16, look, tone, sample), words })
    });
    entries.collect()
}

fn draw(entry: u16, look: Look, tone: Tone, sample: Sample) -> Vec<Shape> {
    let shape = |piece: u16, look, form| Shape {
        key: Key { side: None, subject: Subject::Sample(entry), piece: Piece(piece) },
        look,
        tone,
        light: Light::Even,
        form,
        name: String::new(),
        job: None,
    };
    let (middle, right) = (SAMPLE.height / 2, SAMPLE.width);
    let line = |to: i32| Form::Line { from: Point::new(0, middle), to: Point::new(to, middle) };
    let plate = |width: i32, height: i32, radius| {
        let area = Area::new((right - width) / 2, (SAMPLE.height - height) / 2, width, height);
        Form::Rect { area, radius }
    };
    match sample {
        Sample::Arrow(head) => {
            let (back, half) = (right - 8 * PX, 35);
            let corners = [Point::new(back, middle - half), Point::new(right, middle), Point::new(back, middle + half)];
            let form = match head {
                Look::HeadFilled => Form::Polygon(corners.to_vec()),
                _ => Form::Strokes(vec![corners.to_vec()]),
            };
            vec![shape(0, look, line(if head == Look::HeadFilled { back } else { right })), shape(1, head, form)]
        }
        Sample::End(end) => {
            let (x, r) = (right - 6 * PX, 4 * PX);
            let form = match end {
                Look::Dot => Form::Circle { centre: Point::new(x, middle), radius: 35 },
                Look::Cross => Form::Strokes(vec![
                    vec![Point::new(x - r, middle - r), Point::new(x + r, middle + r)],
                    vec![Point::new(x - r, middle + r), Point::new(x + r, middle - r)],
                ]),
                _ => Form::Strokes(
                    [x - 3 * PX, x].map(|x| vec![Point::new(x, middle - r), Point::new(x, middle + r)]).to_vec(),
                ),
            };
            vec![shape(0, Look::Reply, line(x)), shape(1, look, form)]
        }
        Sample::Bar => vec![shape(0, look, plate(10 * PX, SAMPLE.height, 2 * PX))],
        Sample::Plate => vec![shape(0, look, plate(22 * PX, 12 * PX, 0))],
        Sample::Tick => vec![shape(0, look, plate(14 * PX, 5 * PX, 15))],
        Sample::Upright => {
            let x = right / 2;
            vec![shape(0, look, Form::Line { from: Point::new(x, 0), to: Point::new(x, SAMPLE.height) })]
        }
        Sample::Bracket => {
            let (left, x) = (right / 2 - 2 * PX, right / 2 + 2 * PX);
            let corners = [(left, PX), (x, PX), (x, SAMPLE.height - PX), (left, SAMPLE.height - PX)];
            vec![shape(0, look, Form::Strokes(vec![corners.map(|(x, y)| Point::new(x, y)).to_vec()]))]
        }
        Sample::Diamond => {
            let (x, r) = (right / 2, 45);
            let corners = [(x, middle - r), (x + r, middle), (x, middle + r), (x - r, middle)];
            vec![shape(0, look, Form::Polygon(corners.map(|(x, y)| Point::new(x, y)).to_vec()))]
        }
        Sample::Tear => {
            let edge = |y: i32| -> Vec<Point> {
                (0..=6).map(|tooth| Point::new(tooth * 5 * PX, if tooth % 2 == 0 { y } else { y + 2 * PX })).collect()
            };
            let (upper, lower) = (edge(2 * PX), edge(9 * PX));
            vec![shape(0, Look::Tear, Form::Strokes(vec![upper, lower]))]
        }
    }
}

/// The legend in rows, for the foot of a picture that stands alone.
pub fn legend_band(scene: &Scene) -> Band {
    const MARGIN: i32 = 14 * PX;
    const ROW: i32 = 20 * PX;
    const BETWEEN: i32 = 7 * PX;
    let entries = legend(scene);
    let mut band = Band { height: 6 * PX, shapes: Vec::new() };
    let (mut x, mut y) = (MARGIN, band.height);
    for (number, entry) in entries.into_iter().enumerate() {
        let wide = SAMPLE.width + BETWEEN + width(entry.words, Face::Small);
        if x > MARGIN && x + wide > scene.width - MARGIN {
            (x, y) = (MARGIN, y + ROW);
        }
        band.shapes.extend(entry.shapes.into_iter().map(|shape| moved(shape, x, y)));
        let top = y + (SAMPLE.height - line_height(Face::Small)) / 2;
        band.shapes.push(Shape {
            key: Key { side: None, subject: Subject::Sample(number as u16), piece: Piece(9) },
            look: Look::Tick,
            tone: Tone::Neutral,
            light: Light::Even,
            form: line(entry.words.to_owned(), Face::Small, x + SAMPLE.width + BETWEEN, top),
            name: String::new(),
            job: None,
        });
        x += wide + 2 * MARGIN;
        band.height = y + ROW;
    }
    band
}

/// The same shape further right and down.
fn moved(mut shape: Shape, right: i32, down: i32) -> Shape {
    let point = |point: &mut Point| *point = Point::new(point.x + right, point.y + down);
    match &mut shape.form {
        Form::Line { from, to } => [from, to].into_iter().for_each(point),
        Form::Rect { area, .. } => *area = Area::new(area.x + right, area.y + down, area.width, area.height),
        Form::Polygon(points) => points.iter_mut().for_each(point),
        Form::Strokes(lines) => lines.iter_mut().flatten().for_each(point),
        Form::Circle { centre, .. } => point(centre),
        Form::Text { at, area, .. } => {
            point(at);
            *area = Area::new(area.x + right, area.y + down, area.width, area.height);
        }
    }
    shape
}
