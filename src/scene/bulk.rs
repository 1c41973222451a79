//! Very many messages, drawn in bulk: the traffic between two lanes in shades, and on top of it the failures with their
//! count.
//!
//! A shade means the same between all lanes of a scene, and a line above the picture says how many messages it stands
//! for.
//!
//! *Invariant:* a failure is never hidden by successes. It is an arrow of its own, or is counted in a band of failures.

use super::arrows;
use super::labels::{Rank, Site, Wish};
use super::sheet::{Sheet, Voice};
use super::text::line;
use super::{Area, Face, Form, Key, Level, Light, Look, PX, Piece, Shape, Subject, Tone};
use crate::sorting;
use crate::time::{Moment, Span, portion, readable};
use crate::trace::{ActorId, JobId, MessageId};

/// The most rows of shade in a scene.
const MOST_ROWS: i32 = 520;
/// The most rows of shade of one job on one side, if it has too many messages to draw them one by one.
const MOST_ROWS_OF_A_JOB: i32 = 100;
/// The most bands of failures in a scene.
const MOST_FAILURES: i32 = 160;
const SHADES: [Look; 5] = [Look::Traffic1, Look::Traffic2, Look::Traffic3, Look::Traffic4, Look::Traffic5];

/// The two lanes between which messages go.
type Pair = (ActorId, ActorId);

/// What there is in one row of the page between two lanes.
#[derive(Clone, Copy, Default)]
struct Count {
    messages: u32,
    failures: u32,
    /// One of the failures.
    failure: Option<MessageId>,
}

/// The messages of a job by the two lanes between which they go, without background traffic.
fn by_lanes(voice: &Voice) -> Vec<(Pair, Vec<u32>)> {
    let mut pairs: Vec<(Pair, Vec<u32>)> = Vec::new();
    for &id in &voice.rows.messages {
        let message = &voice.trace.messages[id.at()];
        if !voice.trace.is_background(message) {
            sorting::entry(&mut pairs, (message.from.min(message.to), message.from.max(message.to))).push(id.index());
        }
    }
    pairs
}

/// Draws the messages of all sides in bulk, in shades that mean the same everywhere in the scene. Returns how many
/// messages are not arrows of their own.
///
/// In the page, this comes with its later part, because no run that is shown before that has so many messages.
#[inline(never)]
pub fn draw(sheet: &mut Sheet, voices: &[Voice]) -> u32 {
    let height = sheet.scale.bottom() - sheet.scale.top();
    let mut pairs: Vec<(&Voice, Pair, &[u32], &[u32])> = Vec::new();
    for voice in voices {
        let traffic = voice.index.traffic(voice.trace, voice.window);
        pairs.extend(traffic.into_iter().map(|(pair, all, failed)| (voice, pair, all, failed)));
    }
    let bundles = pairs.len().max(1) as i32;
    let row = (height * bundles / MOST_ROWS).max(4 * PX);
    let failure_row = (height * bundles / MOST_FAILURES).max(6 * PX);
    let counts: Vec<Vec<(i32, Count)>> =
        pairs.iter().map(|(voice, _, all, _)| count(sheet, voice, (all, &[]), row)).collect();
    let most = counts.iter().map(|counts| busiest(counts)).max().unwrap_or(1);
    let mut bundled = 0;
    for ((voice, pair, all, failed), counts) in pairs.iter().zip(&counts) {
        bundled += all.len() as u32;
        shades(sheet, voice, *pair, counts, (row, most), None);
        let failures = count(sheet, voice, (&[], failed), failure_row);
        let mut single = failing(sheet, voice, *pair, &failures, failure_row);
        sorting::sort(&mut single);
        single.dedup();
        bundled -= single.len() as u32;
        for id in single {
            arrows::draw(sheet, voice, id);
        }
    }
    if let Some(first) = voices.first() {
        explain(sheet, first, row, most);
    }
    bundled
}

/// How many messages there are in the row that has the most.
fn busiest(counts: &[(i32, Count)]) -> u32 {
    counts.iter().map(|(_, count)| count.messages).max().unwrap_or(1)
}

/// Says above the picture what a shade stands for.
fn explain(sheet: &mut Sheet, voice: &Voice, row: i32, most: u32) {
    let pace = sheet.scale.pace();
    let span = Span::micros(portion(pace.over.as_micros(), row as u64, pace.height.max(1) as u64));
    let text = match most.div_ceil(SHADES.len() as u32) {
        1 => format!("1 shade = 1 message in {}", readable(span)),
        each => format!("1 shade = about {} messages in {}", grouped(rounded(each).into()), readable(span)),
    };
    let key = Key { side: None, subject: Subject::Bundle(ActorId(0), ActorId(0), u32::MAX), piece: Piece(9) };
    let form = line(text, Face::Small, voice.strip.left, PX);
    sheet.obstacle(form.bounds());
    sheet.push(
        Level::Labels,
        Shape { key, look: Look::Label, tone: Tone::Neutral, light: Light::Even, form, name: String::new(), job: None },
    );
}

/// The number, rounded to its first two digits.
fn rounded(number: u32) -> u32 {
    let mut unit = 1;
    while number / unit >= 100 {
        unit *= 10;
    }
    (number / unit * unit) + if number % unit * 2 >= unit && unit > 1 { unit } else { 0 }
}

/// Draws in shades the messages of one job that are too many to be drawn one by one, with a label for each pair of
/// lanes that says how many they are.
pub fn draw_job(sheet: &mut Sheet, voice: &Voice, job: JobId) {
    let height = sheet.scale.bottom() - sheet.scale.top();
    let pairs = by_lanes(voice);
    let row = (height * pairs.len() as i32 / MOST_ROWS_OF_A_JOB).max(6 * PX);
    for (pair, ids) in &pairs {
        let counts = count(sheet, voice, (ids, &[]), row);
        shades(sheet, voice, *pair, &counts, (row, busiest(&counts)), Some(job));
        let (left, right) = strip(voice, *pair);
        let (Some((first, _)), Some((last, _))) = (counts.first(), counts.last()) else { continue };
        let top = sheet.scale.top() + first * row;
        let key = Key { side: Some(voice.side), subject: Subject::Bundle(pair.0, pair.1, 0), piece: Piece(7) };
        sheet.wishes.push(Wish {
            key,
            text: format!("job {}: {} messages", job.number(), grouped(ids.len() as u64)),
            face: Face::Strong,
            tone: Tone::Neutral,
            light: Light::Lit,
            job: Some(job),
            rank: Rank::Selected,
            site: Site::Band(Area::new(left, top, right - left, (last - first + 1) * row)),
        });
    }
}

/// How many messages, and how many that came to nothing, there are in each row of the page. A message counts in the row
/// that holds the middle of its way, reckoned with the usual latency. Both lists are in the order of sending, so the
/// end of a row is found by searching, however many messages it has.
fn count(sheet: &Sheet, voice: &Voice, (all, failed): (&[u32], &[u32]), row: i32) -> Vec<(i32, Count)> {
    let message = |place: u32| &voice.trace.messages[place as usize];
    let usual = |places: &[u32]| places.get(places.len() / 2).map_or(Span::ZERO, |place| message(*place).latency);
    let mut counts: Vec<(i32, Count)> = Vec::new();
    for (places, is_failed) in [(all, false), (failed, true)] {
        let half = Span::micros(usual(places).as_micros() / 2);
        let row_of = |place: u32| {
            let y = sheet.scale.y_from_moment(message(place).sent + half) - sheet.scale.top();
            (y / row).max(0)
        };
        let mut rest = places;
        while let Some(first) = rest.first() {
            let here = row_of(*first);
            let (those, others) = rest.split_at(rest.partition_point(|place| row_of(*place) <= here));
            let count = sorting::entry(&mut counts, here);
            match is_failed {
                false => count.messages += those.len() as u32,
                true => count.failures += those.len() as u32,
            }
            count.failure = count.failure.or(is_failed.then(|| MessageId::from_index(*first)));
            rest = others;
        }
    }
    counts
}

fn strip(voice: &Voice, (one, other): Pair) -> (i32, i32) {
    let (left, right) = (&voice.columns[one.at()], &voice.columns[other.at()]);
    let (left, right) = if left.centre <= right.centre { (left, right) } else { (right, left) };
    (left.centre + left.half + 3 * PX, right.centre - right.half - 3 * PX)
}

fn bundle(voice: &Voice, pair: Pair, number: i32, piece: u16, look: Look, area: Area, name: String) -> Shape {
    Shape {
        key: Key {
            side: Some(voice.side),
            subject: Subject::Bundle(pair.0, pair.1, number.max(0) as u32),
            piece: Piece(piece),
        },
        look,
        tone: if look == Look::FailureBand { Tone::Bad } else { voice.tone },
        light: Light::Even,
        form: Form::Rect { area, radius: 0 },
        name,
        job: None,
    }
}

/// Draws the traffic between two lanes. Neighbouring rows of equal shade are one rectangle.
fn shades(
    sheet: &mut Sheet,
    voice: &Voice,
    pair: Pair,
    counts: &[(i32, Count)],
    (row, most): (i32, u32),
    job: Option<JobId>,
) {
    let (left, right) = strip(voice, pair);
    let mut open: Option<(i32, i32, usize, u32)> = None;
    let close = |sheet: &mut Sheet, band: Option<(i32, i32, usize, u32)>| {
        if let Some((first, last, shade, messages)) = band {
            let top = sheet.scale.top() + first * row;
            let area = Area::new(left, top, (right - left).max(PX), (last - first + 1) * row);
            let of_whom = job.map_or(String::new(), |job| format!(" of job {}", job.number()));
            let name = format!("{}: {} messages{of_whom}", between(voice, pair), grouped(messages.into()));
            let light = if job.is_some() { Light::Lit } else { Light::Even };
            let shade = bundle(voice, pair, first, 0, SHADES[shade], area, name);
            sheet.push(Level::Traffic, Shape { light, job, ..shade });
        }
    };
    for &(place, count) in counts {
        let shade = ((count.messages * 5).div_ceil(most) as usize).clamp(1, 5) - 1;
        match &mut open {
            Some((_, last, same, messages)) if *last + 1 == place && *same == shade => {
                *last = place;
                *messages += count.messages;
            }
            _ => {
                close(sheet, open.take());
                open = Some((place, place, shade, count.messages));
            }
        }
    }
    close(sheet, open);
    let busiest = counts.iter().max_by_key(|(place, count)| (count.messages, std::cmp::Reverse(*place)));
    if let (Some((place, count)), None) = (busiest, job) {
        rate(sheet, voice, pair, *place, count.messages, row);
    }
}

/// Wishes for a label that says how many messages a second there are in the row that has the most.
fn rate(sheet: &mut Sheet, voice: &Voice, pair: Pair, place: i32, messages: u32, row: i32) {
    let top = sheet.scale.top() + place * row;
    let span = sheet.scale.moment_from_y(top + row).since(sheet.scale.moment_from_y(top));
    let micros = span.as_micros().max(1);
    let per_second = (u64::from(messages) * 1_000_000 + micros / 2) / micros;
    let (left, right) = strip(voice, pair);
    let area = Area::new(left, top - 10 * PX, right - left, row + 20 * PX);
    sheet.wishes.push(Wish {
        key: Key { side: Some(voice.side), subject: Subject::Bundle(pair.0, pair.1, place as u32), piece: Piece(5) },
        text: format!("up to {} /s", grouped(per_second)),
        face: Face::Strong,
        tone: Tone::Neutral,
        light: Light::Even,
        job: None,
        rank: Rank::Spare,
        site: Site::Band(area),
    });
}

/// A number with commas between its thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Draws the failures between two lanes: several in one row are a band with their number, and bands that touch are one.
/// A lone failure is to be an arrow; those are returned.
fn failing(sheet: &mut Sheet, voice: &Voice, pair: Pair, counts: &[(i32, Count)], row: i32) -> Vec<MessageId> {
    let (left, right) = strip(voice, pair);
    let mut single = Vec::new();
    let mut bands: Vec<(i32, i32, u32)> = Vec::new();
    for (place, count) in counts.iter().filter(|(_, count)| count.failures > 0) {
        match (count.failure, count.failures, bands.last_mut()) {
            (_, _, Some((_, last, failures))) if *last + 1 == *place => {
                *last = *place;
                *failures += count.failures;
            }
            (Some(id), 1, _) => single.push(id),
            _ => bands.push((*place, *place, count.failures)),
        }
    }
    for (first, last, failures) in bands {
        let top = sheet.scale.top() + first * row;
        let width = ((right - left) / 6).max(6 * PX);
        let area = Area::new(right - width, top, width, (last - first + 1) * row);
        let from = sheet.scale.moment_from_y(area.y);
        let to = sheet.scale.moment_from_y(area.bottom());
        let name = format!(
            "{}: {failures} failed between {} and {}",
            between(voice, pair),
            readable(from.since(Moment::START)),
            readable(to.since(Moment::START))
        );
        let shape = bundle(voice, pair, first, 2, Look::FailureBand, area, name);
        sheet.wishes.push(Wish {
            key: Key { piece: Piece(3), ..shape.key },
            text: format!("{} failed", grouped(failures.into())),
            face: Face::Strong,
            tone: Tone::Bad,
            light: Light::Even,
            job: None,
            rank: Rank::Mark,
            site: Site::Beside(area),
        });
        sheet.obstacle(area);
        sheet.push(Level::Arrows, shape);
    }
    single
}

fn between(voice: &Voice, (one, other): Pair) -> String {
    format!("{} and {}", voice.trace.actor(one).name, voice.trace.actor(other).name)
}
