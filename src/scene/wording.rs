//! What the labels of messages say, and how much each matters.
//!
//! *Invariant:* a label that several messages share names the jobs of all of them, or says how many they are.

use super::arrows;
use super::labels::{Rank, Site, Wish};
use super::rows::failed;
use super::sheet::{Sheet, Voice};
use super::text::fitted;
use super::{Face, Key, Light, PX, Piece, Subject, Tone};
use crate::sorting;
use crate::time::Moment;
use crate::trace::{ActorId, Fate, JobId, MessageId, MessageRow, filled};

/// The most messages of a side that each have a label.
const ALL_LABELLED: usize = 30;
/// Arrows closer than this may share a label.
const CLOSE: i32 = 15 * PX;

/// Failures of one kind that are no further apart than this are one streak, and have one label.
pub const STREAK: i32 = 60 * PX;
/// What stands before the number of like failures.
const COUNT: &str = " × ";

/// Which messages share a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// Three or more messages that lie on top of each other.
    Piled,
    /// Messages of one kind that lie close together.
    Close,
}

/// Wishes for a label for each message, or each pile of messages, that should have one.
pub fn wish(sheet: &mut Sheet, voice: &Voice, sharing: Sharing) {
    let ids = &voice.rows.messages;
    let mut known: Vec<(u8, u32)> = Vec::new();
    let mut piles: Vec<(Rank, Vec<MessageId>)> = Vec::new();
    let mut last: Vec<(Likeness, i32, usize)> = Vec::new();
    // A message that is sent when its side's run ends is drawn without length, so it has no label.
    let sent = |id: &&MessageId| voice.trace.messages[id.at()].sent < voice.trace.ended;
    for &id in ids.iter().filter(sent) {
        let message = &voice.trace.messages[id.at()];
        let words = (message.kind, message.label.0);
        let first = !known.contains(&words);
        if first {
            known.push(words);
        }
        let rank = rank(sheet, voice, message, first, ids.len() <= ALL_LABELLED);
        let y = sheet.scale.y_from_moment(message.sent);
        let is_bad = arrows::tone(voice, message) == Tone::Bad;
        let within = match sharing {
            _ if is_bad => STREAK,
            Sharing::Piled => 0,
            Sharing::Close => CLOSE,
        };
        let likeness = Likeness::of(sheet, voice, message, sharing);
        match last.iter_mut().rev().find(|(known, ..)| *known == likeness) {
            Some((_, top, pile)) if y - *top <= within => {
                piles[*pile].0 = piles[*pile].0.min(rank);
                piles[*pile].1.push(id);
                if is_bad {
                    *top = y;
                }
                continue;
            }
            Some((_, top, pile)) => (*top, *pile) = (y, piles.len()),
            None => last.push((likeness, y, piles.len())),
        }
        piles.push((rank, vec![id]));
    }
    for (rank, pile) in piles {
        match (sharing, pile.as_slice()) {
            (Sharing::Piled, [_, _]) => pile.iter().for_each(|id| label(sheet, voice, &[*id], rank)),
            (_, ids) => label(sheet, voice, ids, rank),
        }
    }
}

/// What must be the same of messages that share a label.
#[derive(PartialEq, Eq)]
struct Likeness {
    arrived: Moment,
    kind: u8,
    label: u32,
    lanes: (ActorId, ActorId),
    attempt: u32,
    fate: &'static str,
    light: Light,
}

impl Likeness {
    fn of(sheet: &Sheet, voice: &Voice, message: &MessageRow, sharing: Sharing) -> Likeness {
        let is_bad = arrows::tone(voice, message) == Tone::Bad;
        let arrived = match sharing {
            Sharing::Piled if !is_bad => message.arrived,
            Sharing::Piled | Sharing::Close => Moment::NEVER,
        };
        Likeness {
            arrived,
            kind: message.kind,
            label: message.label.0,
            lanes: (message.from, message.to),
            // Failures are one streak, however often each message was tried.
            attempt: if is_bad { 0 } else { message.attempt },
            fate: message.fate.word(),
            light: sheet.light(&voice.trace.jobs_of(message)),
        }
    }
}

fn rank(sheet: &Sheet, voice: &Voice, message: &MessageRow, first: bool, all: bool) -> Rank {
    match sheet.light(&voice.trace.jobs_of(message)) {
        Light::Lit => Rank::Selected,
        _ if failed(message) => Rank::Failure,
        _ if first && !voice.is_faint(message) => Rank::First,
        // A repetition tells more than other messages do.
        _ if all && arrows::repeats(voice, message) => Rank::First,
        _ if all => Rank::Message,
        _ if arrows::repeats(voice, message) => Rank::Mark,
        Light::Even | Light::Receding => Rank::Spare,
    }
}

/// Wishes for one label for one message, or for several that share it.
fn label(sheet: &mut Sheet, voice: &Voice, ids: &[MessageId], rank: Rank) {
    if rank == Rank::Spare {
        sheet.unlabelled += ids.len() as u32;
        return;
    }
    let middle = ids[ids.len() / 2];
    let message = &voice.trace.messages[middle.at()];
    let flight = arrows::flight(voice, message, &sheet.scale);
    let tone = match arrows::tone(voice, message) {
        tone @ (Tone::Bad | Tone::Again) => tone,
        Tone::Neutral | Tone::RequestResponse | Tone::Queued => Tone::Neutral,
    };
    let light = sheet.light(&voice.trace.jobs_of(message));
    let strong = light == Light::Lit || tone == Tone::Bad;
    let face = if strong { Face::Strong } else { Face::Label };
    let mut text = words(voice, ids);
    let is_streak = ids.len() > 2 && tone == Tone::Bad;
    text.push_str(match message.fate {
        Fate::Lost if is_streak => ": lost",
        Fate::Late if is_streak => ": too late",
        Fate::Refused if is_streak => ": refused",
        Fate::Lost => ", lost",
        Fate::Late => ", too late",
        Fate::Refused | Fate::Delivered | Fate::InFlight => "",
    });
    // By bytes: see `trace::filled`.
    let has_count = text.as_bytes().windows(COUNT.len()).any(|bytes| bytes == COUNT.as_bytes());
    if is_streak && !has_count {
        text.push_str(&format!("{COUNT}{}", ids.len()));
    }
    let is_one_try = ids.iter().all(|id| voice.trace.messages[id.at()].attempt == message.attempt);
    if is_one_try && arrows::repeats(voice, message) {
        text.push_str(&format!(", try {}", message.attempt));
    }
    let room = (voice.strip.right - voice.strip.left - 12 * PX).min(260 * PX);
    sheet.wishes.push(Wish {
        key: Key { side: Some(voice.side), subject: Subject::Message(middle), piece: Piece(2) },
        text: fitted(&text, face, room),
        face,
        tone,
        light,
        job: voice.trace.jobs_of(message).first().copied(),
        rank,
        site: Site::Along(flight.from, flight.to),
    });
}

/// The label of a message, or of several: "GET /orders/1–15", "15 × GET /".
fn words(voice: &Voice, ids: &[MessageId]) -> String {
    let message = &voice.trace.messages[ids[0].at()];
    if ids.len() == 1 {
        return voice.trace.label(message);
    }
    let template = voice.trace.labels.text(message.label);
    let parts: usize = ids.iter().map(|id| voice.trace.parts_of(&voice.trace.messages[id.at()]).len()).sum();
    if let Some(text) = filled(template, "{count}", &parts.to_string()) {
        return text;
    }
    let mut jobs: Vec<JobId> = ids.iter().flat_map(|id| voice.trace.jobs_of(&voice.trace.messages[id.at()])).collect();
    sorting::sort(&mut jobs);
    jobs.dedup();
    match filled(template, "{job}", &ranges(&jobs)) {
        None => format!("{} × {template}", ids.len()),
        Some(text) if jobs.len() == 1 => format!("{} × {text}", ids.len()),
        Some(text) => text,
    }
}

/// The numbers of jobs as ranges: "1–3, 5".
fn ranges(jobs: &[JobId]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for job in jobs {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == job.number() => *last = job.number(),
            _ => ranges.push((job.number(), job.number())),
        }
    }
    let words = ranges.iter().map(|&(first, last)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first}–{last}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_jobs_are_a_range() {
        let jobs = |numbers: &[u32]| numbers.iter().map(|n| JobId::from_index(n - 1)).collect::<Vec<_>>();
        assert_eq!(ranges(&jobs(&[1, 2, 3, 5, 7, 8])), "1–3, 5, 7, 8");
        assert_eq!(ranges(&jobs(&[4])), "4");
    }
}
