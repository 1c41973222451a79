//! The selected job, drawn over the picture of the whole run.
//!
//! A picture is laid out as if nothing were selected. Selecting a job adds the shapes of that job on top and lets
//! everything else recede, so choosing another job moves no label and costs no new layout. What the picture already
//! shows of the job is repeated where it stands, lit; what the picture tells in bulk, or not at all, is drawn anew.
//!
//! *Invariant:* the number of shapes is bounded, however often the job was tried: if it has too many messages, they are
//! drawn in bulk, with a label that says how many they are.

use super::columns::{Frame, frame};
use super::compose::voice;
use super::index::Index;
use super::labels::{self, Ground, Rank, Reach};
use super::sheet::{Sheet, Voice};
use super::wording::{self, Sharing};
use super::{Area, Form, Key, Layer, Level, Light, Look, Piece, Scene, Shape, Sides, Subject, View};
use super::{arrows, bulk, clock, stays, tracks};
use crate::recording::SidePlayed;
use crate::sorting;
use crate::trace::{JobId, Trace};

/// The most messages of the job on one side that are drawn each by itself.
const MOST_MESSAGES: usize = 100;
/// The most stays of the job on one side that are drawn; where there are more, these are the longest.
const MOST_STAYS: usize = 100;
/// What is added to the pieces of shapes that the picture itself does not have, so that no key occurs twice.
const ANEW: u16 = 62_000;

/// The shapes of a job, level by level, for a scene that was laid out with this view and without a selection.
///
/// In the page, this comes with its later part.
#[inline(never)]
pub fn spotlight(sides: &[SidePlayed], index: &Index, view: &View, scene: &Scene, job: JobId) -> Vec<Layer> {
    let shown = match scene.panes.as_slice() {
        [pane] => Sides::One(pane.side),
        _ => Sides::Both,
    };
    let frame = frame(sides, view, shown);
    let mut sheet = Sheet::new(scene.scale.clone(), Some(job));
    let mut copies = Copies::default();
    let mut voices = Vec::new();
    for pane in &frame.panes {
        let (from, to) = (scene.scale.from(), scene.scale.to());
        let rows = index.side(pane.side).rows_of_job(&sides[usize::from(pane.side)].trace, job, from, to);
        let voice = voice(sides, index, view, &frame, pane, (from, to), rows);
        copies.make(&mut sheet, scene, &voice, job);
        voices.push(voice);
    }
    let repeated: Vec<usize> = sheet.layers().iter().map(|layer| layer.shapes.len()).collect();
    for voice in &mut voices {
        add(&mut sheet, &frame, voice, &copies, job);
    }
    label(&mut sheet, scene, &voices);
    let mut layers = sheet.into_layers();
    for (layer, repeated) in layers.iter_mut().zip(repeated) {
        let added = layer.shapes.iter_mut().skip(repeated);
        for shape in added.filter(|shape| !matches!(shape.key.subject, Subject::Job(..))) {
            shape.key.piece = Piece(shape.key.piece.0.saturating_add(ANEW));
        }
    }
    layers
}

/// Puts the shapes of a job into a scene that was laid out without it, and lets the others recede.
pub fn put_into(scene: &mut Scene, lit: Vec<Layer>) {
    let mut keys: Vec<Key> = lit.iter().flat_map(|layer| layer.shapes.iter().map(|shape| shape.key)).collect();
    sorting::sort(&mut keys);
    let words = |shape: &Shape| matches!(shape.form, Form::Text { .. }).then(|| shape.form.bounds());
    let texts = [Level::Labels, Level::Clock].into_iter().flat_map(|level| &lit[level as usize].shapes);
    let texts: Vec<Area> = texts.filter_map(words).collect();
    // A label that gives way takes its leader along.
    let hidden: Vec<(Option<u8>, Subject)> = scene.layers[Level::Labels as usize]
        .shapes
        .iter()
        .filter(|shape| shape.look == Look::Label && texts.iter().any(|text| text.overlaps(shape.form.bounds())))
        .map(|shape| (shape.key.side, shape.key.subject))
        .collect();
    for (layer, lit) in scene.layers.iter_mut().zip(lit) {
        let gives_way =
            |shape: &Shape| layer.level == Level::Labels && hidden.contains(&(shape.key.side, shape.key.subject));
        layer.shapes.retain(|shape| keys.binary_search(&shape.key).is_err() && !gives_way(shape));
        for shape in layer.shapes.iter_mut().filter(|shape| recedes(layer.level, shape)) {
            shape.light = Light::Receding;
        }
        layer.shapes.extend(lit.shapes);
    }
}

/// Whether a shape recedes if it does not belong to the selected job. In a page, a rule of the style sheet lets the
/// same shapes recede.
fn recedes(level: Level, shape: &Shape) -> bool {
    match level {
        Level::Traffic | Level::Stays | Level::Arrows | Level::Signs => true,
        Level::Labels => matches!(shape.look, Look::Label | Look::Leader),
        Level::Bands | Level::Grid | Level::Lifelines | Level::Rivers | Level::Folds | Level::Clock => false,
    }
}

/// Whether the mark with the number `first`, or one of the marks that share its sign, is about the job.
fn is_marked(trace: &Trace, first: u32, job: JobId) -> bool {
    let marks = &trace.marks[first as usize..];
    let place = |mark: &crate::trace::MarkRow| (mark.at, mark.actor, mark.slot);
    let group = marks.iter().take_while(|mark| place(mark) == place(&marks[0]));
    group.filter_map(|mark| mark.part.known()).any(|part| trace.job_of(part) == job)
}

/// What the picture shows of the job already, and what is repeated from it.
#[derive(Default)]
struct Copies {
    keys: Vec<Key>,
}

impl Copies {
    /// Repeats the shapes of the scene that belong to the job, lit, where they stand.
    fn make(&mut self, sheet: &mut Sheet, scene: &Scene, voice: &Voice, job: JobId) {
        for layer in &scene.layers {
            if !matches!(layer.level, Level::Stays | Level::Arrows | Level::Signs | Level::Labels) {
                continue;
            }
            // A record that stands for several is drawn by itself where it is lit.
            let shapes = layer.shapes.iter().filter(|shape| shape.look != Look::Record);
            for shape in shapes.filter(|shape| shape.key.side == Some(voice.side)) {
                let is_lit = match shape.key.subject {
                    Subject::Message(id) => voice.rows.messages.binary_search(&id).is_ok(),
                    Subject::Stay(id) => voice.rows.stays.binary_search(&id).is_ok(),
                    Subject::Mark(first) => is_marked(voice.trace, first, job),
                    _ => false,
                };
                if is_lit {
                    self.keys.push(shape.key);
                    sheet.push(layer.level, Shape { light: Light::Lit, job: Some(job), ..shape.clone() });
                }
            }
        }
        sorting::sort(&mut self.keys);
    }

    fn has(&self, side: u8, subject: Subject, piece: u16) -> bool {
        self.keys.binary_search(&Key { side: Some(side), subject, piece: Piece(piece) }).is_ok()
    }
}

/// Draws what the picture does not show of the job, and leaves in the voice's rows the messages that need a label.
fn add(sheet: &mut Sheet, frame: &Frame, voice: &mut Voice, copies: &Copies, job: JobId) {
    let side = voice.side;
    voice.rows.stays.retain(|id| !copies.has(side, Subject::Stay(*id), 0));
    stays::draw(sheet, voice, MOST_STAYS);
    tracks::records(sheet, voice);
    if voice.rows.messages.len() > MOST_MESSAGES {
        bulk::draw_job(sheet, voice, job);
        voice.rows.messages.clear();
    }
    for &id in &voice.rows.messages {
        if !copies.has(side, Subject::Message(id), 0) {
            arrows::draw(sheet, voice, id);
        }
    }
    clock::tags(sheet, frame, voice, job);
    voice.rows.messages.retain(|id| !copies.has(side, Subject::Message(*id), 2));
}

/// Places the labels of the job, each on the first terms on which there is a place for it: over nothing or over labels
/// that recede, near its arrow or farther off, and at last over whatever is not the job's. No lit arrow runs through a label.
fn label(sheet: &mut Sheet, scene: &Scene, voices: &[Voice]) {
    let bounds = Area::new(0, 0, scene.width, scene.height);
    let (mut receding, mut texts): (Vec<Area>, Vec<Area>) = (Vec::new(), Vec::new());
    let mut rivers = Vec::new();
    for layer in &scene.layers {
        for shape in &layer.shapes {
            match (layer.level, &shape.form) {
                (Level::Labels, Form::Text { area, .. }) if shape.look == Look::Label => texts.push(*area),
                (Level::Rivers, Form::Polygon(outline)) => rivers.push(outline),
                (Level::Lifelines, Form::Line { from, to }) => sheet.lifeline(*from, *to),
                (Level::Arrows | Level::Labels, Form::Line { from, to }) => sheet.line(*from, *to),
                (Level::Bands | Level::Grid | Level::Traffic | Level::Rivers | Level::Lifelines, _) => {}
                (Level::Clock | Level::Stays, Form::Line { .. }) => {}
                (Level::Stays | Level::Arrows | Level::Signs, _) => receding.push(shape.form.bounds()),
                _ => sheet.obstacle(shape.form.bounds()),
            }
        }
    }
    for shape in scene.callouts.iter().flat_map(|callout| &callout.shapes) {
        sheet.obstacle(shape.form.bounds());
    }
    let mut lit: Vec<Area> = Vec::new();
    let mut barred = Vec::new();
    for layer in sheet.layers() {
        for shape in &layer.shapes {
            match (layer.level, &shape.form) {
                (Level::Arrows, Form::Line { from, to }) => barred.push((*from, *to)),
                (Level::Stays | Level::Arrows | Level::Signs, form) if !matches!(form, Form::Line { .. }) => {
                    lit.push(form.bounds());
                }
                _ => {}
            }
        }
    }
    lit.iter().for_each(|area| sheet.obstacle(*area));
    let over_rivers = Ground::new(sheet, bounds, Reach::Near);
    rivers.into_iter().for_each(|outline| river(sheet, outline));
    let over_figures = Ground::new(sheet, bounds, Reach::Near);
    receding.iter().for_each(|area| sheet.obstacle(*area));
    let over_labels = Ground::new(sheet, bounds, Reach::Near);
    texts.iter().for_each(|area| sheet.obstacle(*area));
    let free = Ground::new(sheet, bounds, Reach::Near);
    for (ground, reach, tolerated) in [
        (&free, Reach::Near, 0),
        (&over_labels, Reach::Near, 0),
        (&free, Reach::Aside, 0),
        (&over_labels, Reach::Aside, 0),
        (&over_figures, Reach::Aside, 0),
        (&over_figures, Reach::Around, usize::MAX),
        (&over_rivers, Reach::Around, usize::MAX),
    ] {
        let mut ground = ground.clone();
        ground.agree(reach, tolerated);
        barred.iter().for_each(|(from, to)| ground.bar(*from, *to));
        // A leader behind a caption could not be followed.
        scene.callouts.iter().for_each(|callout| ground.take_plate(callout.area));
        let mut placed: Vec<Key> = Vec::new();
        for shape in &sheet.layers()[Level::Labels as usize].shapes {
            match shape.form {
                Form::Line { from, to } => ground.lead(from, to),
                _ => ground.take(shape.form.bounds()),
            }
            placed.push(shape.key);
        }
        voices.iter().for_each(|voice| wording::wish(sheet, voice, Sharing::Close));
        sheet.wishes.retain(|wish| !placed.contains(&wish.key));
        labels::place(sheet, &mut ground, Rank::Spare);
    }
}

/// Keeps labels off a river, whose outline goes down its left edge and up its right one.
fn river(sheet: &mut Sheet, outline: &[super::Point]) {
    let (left, right) = outline.split_at(outline.len() / 2);
    for (left, right) in left.chunks(2).zip(right.rchunks(2)) {
        if let ([top, bottom], [_, edge]) = (left, right) {
            sheet.obstacle(Area::new(top.x, top.y, edge.x - top.x, bottom.y - top.y));
        }
    }
}
