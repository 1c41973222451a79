//! Shapes: what a scene is made of.
//!
//! *Invariant:* whole numbers only (tenths of a CSS pixel), and no colour: a shape says what it is, and a style sheet
//! says how that looks. So two equal scenes are equal to the byte, on every machine and in every theme.

use std::fmt;

use super::look::{Light, Look, Tone};
use crate::trace::{ActorId, JobId, MessageId, ReaderId, StayId};

/// One CSS pixel, in the unit of every coordinate here.
pub const PX: i32 = 10;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    pub x: i32,
    pub y: i32,
}

impl Point {
    pub const fn new(x: i32, y: i32) -> Self {
        Point { x, y }
    }
}

/// A rectangle with its sides along the axes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Area {
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
}

impl Area {
    pub const fn new(x: i32, y: i32, width: i32, height: i32) -> Self {
        Area { x, y, width, height }
    }

    pub const fn right(self) -> i32 {
        self.x + self.width
    }

    pub const fn bottom(self) -> i32 {
        self.y + self.height
    }

    /// Whether the two share more than an edge.
    pub const fn overlaps(self, other: Area) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }

    /// The area made larger by as much on every side.
    pub const fn grown(self, by: i32) -> Area {
        Area { x: self.x - by, y: self.y - by, width: self.width + 2 * by, height: self.height + 2 * by }
    }
}

/// Whether a text begins, has its middle, or ends at its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// The outline of a shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    Line {
        from: Point,
        to: Point,
    },
    Rect {
        area: Area,
        radius: i32,
    },
    /// A closed outline.
    Polygon(Vec<Point>),
    /// Open lines, each through its points.
    Strokes(Vec<Vec<Point>>),
    Circle {
        centre: Point,
        radius: i32,
    },
    /// One line of text. `at` is on its base line; `area` is the room reserved for it, which it never exceeds.
    Text {
        at: Point,
        anchor: Anchor,
        face: Face,
        text: String,
        area: Area,
    },
}

/// The size and weight of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// The title of a picture that stands alone.
    Title,
    /// A lane's name.
    Name,
    /// What stands under a lane's name.
    Subtitle,
    /// The clock, tags, captions.
    Small,
    /// A message's label.
    Label,
    /// What went wrong, and the label of what is selected.
    Strong,
}

impl Face {
    /// The font size, in tenths of a CSS pixel.
    pub const fn size(self) -> i32 {
        match self {
            Face::Title => 160,
            Face::Name => 130,
            Face::Subtitle | Face::Small | Face::Label | Face::Strong => 110,
        }
    }

    /// Whether it is set in semi-bold.
    pub const fn is_bold(self) -> bool {
        matches!(self, Face::Title | Face::Name | Face::Strong)
    }

    pub const fn css(self) -> &'static str {
        match self {
            Face::Title => "cp-title",
            Face::Name => "cp-name",
            Face::Subtitle => "cp-subtitle",
            Face::Small => "cp-small",
            Face::Label => "cp-label",
            Face::Strong => "cp-strong",
        }
    }
}

/// What a shape stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    Message(MessageId),
    Stay(StayId),
    /// A mark, or those that share a sign, by the position of the first in the trace's marks.
    Mark(u32),
    Lane(ActorId),
    /// A reader of a log.
    Reader(ReaderId),
    /// A moment of the selected job's story, by its place in it.
    Job(JobId, u8),
    /// A line of the clock, by its number from the start of the run.
    Tick(u32),
    /// A fold, by its number from the top.
    Fold(u32),
    /// An entry of the legend, by its number.
    Sample(u16),
    /// The title of a picture, or the heading of a side.
    Title,
    /// A caption, by its place in the scenario.
    Note(u32),
    /// A piece of traffic in bulk: the two lanes, and its number from the top.
    Bundle(ActorId, ActorId, u32),
}

/// Which piece of its subject a shape is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Piece(pub u16);

/// Names a shape within its scene, and the same shape in the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The side's position; nothing if the shape belongs to both sides.
    pub side: Option<u8>,
    pub subject: Subject,
    pub piece: Piece,
}

/// The key as an XML id, such as `s0-m12-1`.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.side {
            Some(side) => write!(f, "s{side}-")?,
            None => f.write_str("b-")?,
        }
        match self.subject {
            Subject::Message(message) => write!(f, "m{}", message.index())?,
            Subject::Stay(stay) => write!(f, "y{}", stay.index())?,
            Subject::Mark(mark) => write!(f, "k{mark}")?,
            Subject::Lane(actor) => write!(f, "l{}", actor.0)?,
            Subject::Reader(reader) => write!(f, "r{}", reader.0)?,
            Subject::Job(job, place) => write!(f, "j{}-{place}", job.index())?,
            Subject::Tick(tick) => write!(f, "t{tick}")?,
            Subject::Fold(fold) => write!(f, "f{fold}")?,
            Subject::Sample(entry) => write!(f, "e{entry}")?,
            Subject::Title => f.write_str("h")?,
            Subject::Note(note) => write!(f, "n{note}")?,
            Subject::Bundle(from, to, number) => write!(f, "u{}-{}-{number}", from.0, to.0)?,
        }
        write!(f, "-{}", self.piece.0)
    }
}

/// One thing to draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    pub key: Key,
    pub look: Look,
    pub tone: Tone,
    pub light: Light,
    pub form: Form,
    /// What a screen reader says; empty for a shape that only repeats or decorates.
    pub name: String,
    /// The job that is selected when the shape is chosen.
    pub job: Option<JobId>,
}

impl Shape {
    /// The classes that the style sheets have for it.
    pub fn classes(&self) -> impl Iterator<Item = &'static str> {
        let face = match &self.form {
            Form::Text { face, .. } => face.css(),
            _ => "",
        };
        let classes = [self.look.css(), self.tone.css(), face, self.light.css()];
        classes.into_iter().filter(|class| !class.is_empty())
    }

    /// Its classes as a `class` attribute has them.
    pub fn css(&self) -> String {
        self.classes().collect::<Vec<_>>().join(" ")
    }

    /// The message it is a piece of.
    pub fn message(&self) -> Option<MessageId> {
        match self.key.subject {
            Subject::Message(message) => Some(message),
            _ => None,
        }
    }
}

impl Form {
    /// The smallest rectangle around it; for a text, the area reserved for it.
    pub fn bounds(&self) -> Area {
        match self {
            Form::Line { from, to } => bounds([*from, *to].into_iter()),
            Form::Rect { area, .. } | Form::Text { area, .. } => *area,
            Form::Polygon(points) => bounds(points.iter().copied()),
            Form::Strokes(lines) => bounds(lines.iter().flatten().copied()),
            Form::Circle { centre, radius } => Area::new(centre.x - radius, centre.y - radius, 2 * radius, 2 * radius),
        }
    }
}

fn bounds(points: impl Iterator<Item = Point>) -> Area {
    let (mut low, mut high) = (Point::new(i32::MAX, i32::MAX), Point::new(i32::MIN, i32::MIN));
    for point in points {
        low = Point::new(low.x.min(point.x), low.y.min(point.y));
        high = Point::new(high.x.max(point.x), high.y.max(point.y));
    }
    if low.x > high.x {
        return Area::default();
    }
    Area::new(low.x, low.y, high.x - low.x, high.y - low.y)
}
