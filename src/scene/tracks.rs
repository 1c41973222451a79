//! A log is drawn as a bed with a track for each of its slots. Records stay there as ticks with their offsets, and
//! beside each track a diamond marks each moment at which a reader's place was stored.
//!
//! What a reader has not dealt with yet, from its place to the end of the log, is its *lag*: an area that widens with
//! each record and narrows where the place is stored.
//!
//! *Invariant:* a record is drawn where it was written, and reading changes nothing about it.

use super::columns::{Bed, Column, Plan};
use super::labels::{Rank, Site, Wish};
use super::pace::FOOT;
use super::sheet::{Sheet, Voice};
use super::steps::{Stretch, levels, stretches};
use super::{Area, Face, Form, Key, Level, Light, Look, PX, Piece, Point, Shape, Subject, Tone};
use crate::time::{Moment, readable};
use crate::trace::{Ending, JobId, LevelKind, ReaderId, ReaderRow, Slot, StayId, StayKind};

/// The height of a record's tick.
const TICK: i32 = 5 * PX;
/// Half the width and height of the sign of a place.
const DIAMOND: i32 = 45;
/// The most ticks, and the most places, of a log that are drawn. If there are more, those that are close are one.
const MOST: i32 = 300;
/// The first piece of a reader's areas of lag; below stand those of its places, frames and labels.
const LAG: u16 = 10_000;
const PLACE: u16 = 20_000;
const DIVISION: u16 = 30_000;
const WORDS: u16 = 40_000;

pub fn draw(sheet: &mut Sheet, voice: &Voice) {
    for column in &voice.columns {
        if let Plan::Tracks(bed) = column.plan {
            let log = Log { voice, column, bed };
            log.draw(sheet);
            let readers = voice.trace.readers.iter().enumerate().filter(|(_, row)| row.log == column.actor);
            for (place, (number, row)) in (0..).zip(readers) {
                Reader { log: &log, row, id: ReaderId(number as u16), place }.draw(sheet);
            }
        }
    }
}

/// Draws the records among the rows of a side, and nothing else of its logs.
pub fn records(sheet: &mut Sheet, voice: &Voice) {
    for column in &voice.columns {
        if let Plan::Tracks(bed) = column.plan {
            let log = Log { voice, column, bed };
            log.slots().for_each(|slot| log.track_of(sheet, slot));
        }
    }
}

struct Log<'a> {
    voice: &'a Voice<'a>,
    column: &'a Column,
    bed: Bed,
}

/// Records so close that they are drawn as one.
struct Tick {
    top: i32,
    bottom: i32,
    id: StayId,
    first: u32,
    last: u32,
    jobs: Vec<JobId>,
    light: Light,
}

impl Log<'_> {
    fn slots(&self) -> impl Iterator<Item = Slot> + use<> {
        (0..self.bed.slots).map(Slot)
    }

    /// "orders, partition 0".
    fn track(&self, slot: Slot) -> String {
        let actor = self.voice.trace.actor(self.column.actor);
        match actor.slot_name(slot) {
            Some(slot) => format!("{}, {slot}", actor.name),
            None => actor.name.clone(),
        }
    }

    /// What the number of a record is called: "offset".
    fn noun(&self) -> &str {
        self.voice.trace.position_noun(self.column.actor)
    }

    /// The least distance of two ticks or places on one line, if there are `lines` lines.
    fn apart(&self, sheet: &Sheet, lines: u16) -> i32 {
        ((sheet.scale.bottom() - sheet.scale.top()) / MOST * i32::from(lines)).max(TICK)
    }

    fn key(&self, piece: u16) -> Key {
        Key { side: Some(self.voice.side), subject: Subject::Lane(self.column.actor), piece: Piece(piece) }
    }

    fn shape(&self, key: Key, look: Look, form: Form, name: String) -> Shape {
        Shape { key, look, tone: self.voice.tone, light: Light::Even, form, name, job: None }
    }

    fn draw(&self, sheet: &mut Sheet) {
        let half = self.column.half;
        let area = Area::new(self.column.centre - half, 0, 2 * half, sheet.scale.bottom() + FOOT);
        let form = Form::Rect { area, radius: 6 * PX };
        sheet.push(Level::Bands, self.shape(self.key(40), Look::Bed, form, String::new()));
        for slot in self.slots() {
            self.head(sheet, slot);
            self.track_of(sheet, slot);
        }
    }

    /// What a track is called where there is little room, if there are several: "p0".
    fn short_name(&self, slot: Slot) -> Option<String> {
        let noun = &self.voice.trace.actor(self.column.actor).slot_noun;
        (self.bed.slots > 1).then(|| format!("{}{}", noun.get(..1).unwrap_or_default(), slot.0))
    }

    fn head(&self, sheet: &mut Sheet, slot: Slot) {
        if let Some(text) = self.short_name(slot) {
            sheet.wishes.push(Wish {
                key: self.key(50 + 2 * slot.0),
                text,
                face: Face::Small,
                tone: Tone::Neutral,
                light: Light::Even,
                job: None,
                rank: Rank::Mark,
                site: Site::Close(Area::new(self.column.slot(slot), 0, 0, 15 * PX)),
            });
        }
    }

    /// Draws the records of a track that were written within the window, and where one was taken out.
    fn track_of(&self, sheet: &mut Sheet, slot: Slot) {
        let apart = self.apart(sheet, self.bed.slots);
        let mut ticks: Vec<Tick> = Vec::new();
        let mut gone = i32::MIN / 2;
        for &id in &self.voice.rows.stays {
            let stay = &self.voice.trace.stays[id.at()];
            if (stay.actor, stay.slot, stay.kind) != (self.column.actor, slot, StayKind::Parked) {
                continue;
            }
            if stay.ending != Ending::Open && stay.end <= sheet.scale.to() {
                let y = sheet.scale.y_from_moment(stay.end);
                if y - gone >= apart {
                    gone = y;
                    self.taken_out(sheet, id, y);
                }
            }
            if stay.begin < sheet.scale.from() {
                continue;
            }
            let y = sheet.scale.y_from_moment(stay.begin);
            let job = stay.part.known().map(|part| self.voice.trace.job_of(part));
            // The selected job's record always has a tick of its own.
            let light = sheet.light(job.as_slice());
            match ticks.last_mut() {
                Some(tick) if y - tick.bottom < apart && light != Light::Lit && tick.light != Light::Lit => {
                    (tick.bottom, tick.last) = (y, stay.value);
                    tick.jobs.extend(job);
                }
                _ => {
                    let jobs = job.into_iter().collect();
                    ticks.push(Tick { top: y, bottom: y, id, first: stay.value, last: stay.value, jobs, light });
                }
            }
        }
        for tick in ticks {
            self.record(sheet, slot, tick);
        }
    }

    fn tick_area(&self, slot: Slot, top: i32, bottom: i32) -> Area {
        let wide = self.bed.record;
        Area::new(self.column.slot(slot) - wide / 2, top - TICK / 2, wide, bottom - top + TICK)
    }

    fn record(&self, sheet: &mut Sheet, slot: Slot, tick: Tick) {
        let stay = &self.voice.trace.stays[tick.id.at()];
        let area = self.tick_area(slot, tick.top, tick.bottom);
        let positions = match tick.last - tick.first {
            0 => tick.first.to_string(),
            _ => format!("{}–{}", tick.first, tick.last),
        };
        let since = readable(stay.begin.since(Moment::START));
        let name = format!("{}: {} {positions}, kept from {since} on", self.track(slot), self.noun());
        let key = |piece| Key { side: Some(self.voice.side), subject: Subject::Stay(tick.id), piece: Piece(piece) };
        let mut shape = self.shape(key(0), Look::Record, Form::Rect { area, radius: 15 }, name);
        shape.light = tick.light;
        shape.job = tick.jobs.first().copied();
        sheet.obstacle(area);
        sheet.wishes.push(Wish {
            key: key(2),
            text: positions,
            face: if shape.light == Light::Lit { Face::Strong } else { Face::Small },
            tone: Tone::Neutral,
            light: shape.light,
            job: shape.job,
            rank: Rank::Mark,
            site: Site::Close(area),
        });
        sheet.push(Level::Stays, shape);
    }

    fn taken_out(&self, sheet: &mut Sheet, id: StayId, y: i32) {
        let stay = &self.voice.trace.stays[id.at()];
        let area = self.tick_area(stay.slot, y, y);
        let name = format!("{}: {} {} is taken out", self.track(stay.slot), self.noun(), stay.value);
        let key = Key { side: Some(self.voice.side), subject: Subject::Stay(id), piece: Piece(1) };
        sheet.obstacle(area);
        sheet.push(Level::Stays, self.shape(key, Look::RecordGone, Form::Rect { area, radius: 15 }, name));
    }
}

/// A reader of a log.
struct Reader<'a> {
    log: &'a Log<'a>,
    row: &'a ReaderRow,
    /// Its number among all readers.
    id: ReaderId,
    /// Its number among the readers of this log.
    place: u16,
}

impl Reader<'_> {
    fn draw(&self, sheet: &mut Sheet) {
        // Lines closer than this would be all that is seen of the log.
        let lined = self.log.bed.strip >= 3 * PX;
        for slot in self.log.slots().filter(|_| lined) {
            let x = self.x(slot);
            let (from, to) = (Point::new(x, sheet.scale.top()), Point::new(x, sheet.scale.bottom()));
            let key = self.key(0, slot.at());
            sheet.line(from, to);
            let line = self.log.shape(key, Look::PlaceLine, Form::Line { from, to }, String::new());
            sheet.push(Level::Rivers, line);
        }
        self.lags(sheet);
        self.places(sheet);
        self.divisions(sheet);
    }

    /// The x at which its place in a track is drawn.
    fn x(&self, slot: Slot) -> i32 {
        self.log.column.slot(slot) - self.log.bed.place_before_record(self.place)
    }

    fn key(&self, first: u16, number: usize) -> Key {
        let piece = Piece(first + number.min(9_000) as u16);
        Key { side: Some(self.log.voice.side), subject: Subject::Reader(self.id), piece }
    }

    fn apart(&self, sheet: &Sheet) -> i32 {
        self.log.apart(sheet, self.log.bed.slots * self.log.bed.readers)
    }

    fn wish(&self, number: usize, text: &str, tone: Tone, site: Site) -> Wish {
        let text = match self.log.bed.readers {
            1 => text.to_owned(),
            _ => [&self.row.name, ": ", text].concat(),
        };
        Wish {
            key: self.key(WORDS, number),
            text,
            face: Face::Strong,
            tone,
            light: Light::Even,
            job: None,
            rank: Rank::Mark,
            site,
        }
    }

    /// Draws how far it is behind in each track, with a label where it is furthest behind.
    fn lags(&self, sheet: &mut Sheet) {
        let mut tracks: Vec<(Slot, Stretch)> = Vec::new();
        for slot in self.log.slots() {
            let wanted = (self.log.column.actor, slot, self.id, LevelKind::Lag);
            let steps = levels(self.log.voice, &|row| (row.actor, row.slot, row.reader, row.kind) == wanted);
            tracks.extend(stretches(sheet, &steps, self.apart(sheet)).into_iter().map(|stretch| (slot, stretch)));
        }
        let deepest = tracks.iter().map(|(_, stretch)| stretch.peak).max().unwrap_or(0);
        let room = i64::from(self.log.bed.strip - 3 * PX);
        // A record is three pixels wide, or less if the strip would not hold the most there are.
        let width = |count: u32| {
            let (count, deepest) = (i64::from(count), i64::from(deepest));
            (room * count / deepest).min(i64::from(3 * PX) * count).max(i64::from(PX)) as i32
        };
        let mut furthest: Option<(Slot, Area)> = None;
        for (number, (slot, stretch)) in tracks.iter().enumerate() {
            let left = self.x(*slot);
            let form = Form::Polygon(stretch.outline(&|count| (left, left + width(count))));
            let name = format!("{}: {} is up to {} behind", self.log.track(*slot), self.row.name, stretch.peak);
            sheet.push(Level::Rivers, self.log.shape(self.key(LAG, number), Look::Lag, form, name));
            let peak = stretch.steps.iter().find(|step| step.2 == deepest).filter(|_| furthest.is_none());
            let area = peak.map(|&(top, bottom, _)| (*slot, Area::new(left, top, width(deepest), bottom - top)));
            furthest = furthest.or(area);
        }
        if let Some((slot, area)) = furthest.filter(|_| deepest > 1) {
            let track = self.log.short_name(slot).map_or(String::new(), |name| format!(" in {name}"));
            let text = format!("lag {deepest}{track}");
            sheet.wishes.push(self.wish(0, &text, Tone::Again, Site::Beside(area)));
        }
    }

    /// Draws a diamond wherever its place was stored, and a label on the first that says what they are.
    fn places(&self, sheet: &mut Sheet) {
        let apart = self.apart(sheet);
        let mut last = vec![i32::MIN / 2; usize::from(self.log.bed.slots)];
        let mut drawn = 0;
        let wanted = (self.log.column.actor, self.id, LevelKind::Place);
        let voice = self.log.voice;
        let rows = voice.index.levels(voice.trace, voice.window, &|row| (row.actor, row.reader, row.kind) == wanted);
        for row in rows.into_iter().filter(|row| row.at >= voice.window.0) {
            let y = sheet.scale.y_from_moment(row.at);
            let Some(last) = last.get_mut(row.slot.at()).filter(|last| y - **last >= apart) else {
                continue;
            };
            *last = y;
            let x = self.x(row.slot);
            let corners = [(0, -DIAMOND), (DIAMOND, 0), (0, DIAMOND), (-DIAMOND, 0)];
            let form = Form::Polygon(corners.map(|(dx, dy)| Point::new(x + dx, y + dy)).to_vec());
            let (track, at) = (self.log.track(row.slot), readable(row.at.since(Moment::START)));
            let stored = voice.trace.settled_word(self.log.column.actor);
            let name = format!("{track}: {} {stored} at {at}, the next to read is {}", self.row.name, row.value);
            let area = form.bounds();
            if drawn == 0 {
                sheet.wishes.push(self.wish(2, stored, Tone::Neutral, Site::Beside(area)));
            }
            let look = if self.place == 0 { Look::Place } else { Look::OtherPlace };
            sheet.obstacle(area);
            sheet.push(Level::Signs, self.log.shape(self.key(PLACE, drawn), look, form, name));
            drawn += 1;
        }
    }

    /// Draws a frame round its lanes while its work is divided anew.
    fn divisions(&self, sheet: &mut Sheet) {
        let lanes = self.row.lanes.iter().map(|lane| &self.log.voice.columns[lane.at()]);
        let strip = self.log.voice.strip;
        let left = lanes.clone().map(|lane| lane.centre - lane.half - 10 * PX).min().unwrap_or(strip.left);
        let right = lanes.map(|lane| lane.centre + lane.half + 10 * PX).max().unwrap_or(strip.right);
        let (left, right) = (left.max(strip.left), right.min(strip.right));
        let wanted = (self.log.column.actor, self.id, LevelKind::Dividing);
        let steps = levels(self.log.voice, &|row| (row.actor, row.reader, row.kind) == wanted);
        for (number, stretch) in stretches(sheet, &steps, TICK).iter().enumerate() {
            let (top, bottom) = (stretch.steps[0].0, stretch.steps[stretch.steps.len() - 1].1);
            let area = Area::new(left, top, right - left, (bottom - top).max(6 * PX));
            let name = format!("{}: work is divided anew", self.row.name);
            for y in [top, area.bottom()] {
                sheet.line(Point::new(left, y), Point::new(right, y));
            }
            if number == 0 {
                sheet.wishes.push(self.wish(4, "rebalance", Tone::Again, Site::Band(area)));
            }
            let form = Form::Rect { area, radius: 3 * PX };
            sheet.push(Level::Signs, self.log.shape(self.key(DIVISION, number), Look::Dividing, form, name));
        }
    }
}
