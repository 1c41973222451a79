//! The body of a scene while it is drawn: its layers, what no label may cover, and the labels that are wished for.
//!
//! *Invariant:* a sheet places no label. Drawing only notes what there is, and labels are placed when all is drawn.

use super::columns::Column;
use super::index::SideIndex;
use super::labels::Wish;
use super::rows::Rows;
use super::{Area, Callout, Layer, Level, Light, Point, Shape, Strip, TimeScale, Tone};
use crate::recording::{Background, Caption, Style};
use crate::time::{Moment, readable};
use crate::trace::{Fate, JobId, MessageRow, Trace};

/// One side as it is being drawn: one of the two voices of the picture.
pub struct Voice<'a> {
    pub side: u8,
    pub tone: Tone,
    pub trace: &'a Trace,
    pub strip: Strip,
    pub columns: Vec<Column>,
    pub index: &'a SideIndex,
    /// From when to when the run is drawn.
    pub window: (Moment, Moment),
    pub rows: Rows,
    pub captions: &'a [Caption],
    pub background: Background,
}

pub struct Sheet {
    pub scale: TimeScale,
    pub selection: Option<JobId>,
    pub wishes: Vec<Wish>,
    /// How many messages no label is wished for.
    pub unlabelled: u32,
    pub callouts: Vec<Callout>,
    layers: Vec<Layer>,
    obstacles: Vec<Area>,
    lines: Vec<(Point, Point)>,
    lifelines: Vec<(Point, Point)>,
}

impl Tone {
    /// The tone of a side of this style.
    pub fn of(style: Style) -> Tone {
        match style {
            Style::RequestResponse => Tone::RequestResponse,
            Style::Queued => Tone::Queued,
        }
    }
}

impl Sheet {
    pub fn new(scale: TimeScale, selection: Option<JobId>) -> Self {
        let layers = Level::ALL.iter().map(|&level| Layer { level, shapes: Vec::new() }).collect();
        Sheet {
            scale,
            selection,
            wishes: Vec::new(),
            unlabelled: 0,
            callouts: Vec::new(),
            layers,
            obstacles: Vec::new(),
            lines: Vec::new(),
            lifelines: Vec::new(),
        }
    }

    pub fn push(&mut self, level: Level, shape: Shape) {
        self.layers[level as usize].shapes.push(shape);
    }

    /// Notes an area that no label may cover.
    pub fn obstacle(&mut self, area: Area) {
        self.obstacles.push(area);
    }

    /// Notes a line that a label should rather not cover.
    pub fn line(&mut self, from: Point, to: Point) {
        self.lines.push((from, to));
    }

    /// Notes a lifeline, which matters less than other lines where a label has to cover one.
    pub fn lifeline(&mut self, from: Point, to: Point) {
        self.lifelines.push((from, to));
    }

    pub fn lifelines(&self) -> &[(Point, Point)] {
        &self.lifelines
    }

    pub fn light(&self, jobs: &[JobId]) -> Light {
        match self.selection {
            None => Light::Even,
            Some(selected) if jobs.contains(&selected) => Light::Lit,
            Some(_) => Light::Even,
        }
    }

    pub fn obstacles(&self) -> (&[Area], &[(Point, Point)]) {
        (&self.obstacles, &self.lines)
    }

    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    pub fn into_layers(self) -> Vec<Layer> {
        self.layers
    }
}

impl Voice<'_> {
    /// Whether a message is drawn faint, because it would be there without any job.
    pub fn is_faint(&self, message: &MessageRow) -> bool {
        self.background == Background::Faint && self.trace.is_background(message)
    }

    /// A message in one sentence, for those who listen.
    pub fn message_name(&self, message: &MessageRow) -> String {
        let (from, to) = (self.trace.actor(message.from), self.trace.actor(message.to));
        let start = readable(message.sent.since(Moment::START));
        let label = self.trace.label(message);
        let end = match (message.fate, message.arrived.known()) {
            (Fate::Lost, _) => "lost".to_owned(),
            (Fate::InFlight, _) | (_, None) => "still on its way".to_owned(),
            (Fate::Delivered, Some(at)) => format!("arrived after {}", readable(at.since(message.sent))),
            (Fate::Refused, Some(at)) => format!("turned away after {}", readable(at.since(message.sent))),
            (Fate::Late, Some(at)) => format!("too late, after {}", readable(at.since(message.sent))),
        };
        let attempt = if message.attempt > 1 { format!(", attempt {}", message.attempt) } else { String::new() };
        format!("{label}, {} to {}, sent at {start}, {end}{attempt}", from.name, to.name)
    }
}
