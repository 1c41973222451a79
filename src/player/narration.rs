//! What is said at the playhead: the sentence of a step, for those who listen, and the line under the picture.
//!
//! *Invariant:* what happens at one moment on both sides is said together, and of each side only a few sentences are.

use super::{Reel, moment_text};
use crate::recording::{SidePlayed, Style};
use crate::story;
use crate::time::Moment;
use crate::trace::{StepId, Trace};

/// How many sentences are said of a side. Of those beyond them only the number is said.
const MOST_A_SIDE: usize = 3;
/// The room that a moment and what parts it from its sentence take, in letters.
const CLOCK: usize = 12;
/// The fewest letters that a sentence has, however little room there is.
const FEWEST: usize = 40;
/// How many steps are looked at, from the playhead back, in search of one that has a sentence.
const LOOK_BACK: usize = 200;

/// How many letters there is room for in the lines under the picture, beside the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// The sides are beside each other. Each has a line for its caption, and so many letters for its step.
    Beside(usize),
    /// There is one column, of the side of which something was said last, with so many letters for its caption and its step.
    Alone(usize),
}

impl Lines {
    /// How many letters there are for the sentence of a step beside a caption of so many.
    fn letters(self, caption: usize) -> usize {
        let letters = match self {
            Lines::Beside(letters) => letters,
            Lines::Alone(letters) => letters.saturating_sub(caption),
        };
        letters.saturating_sub(CLOCK).max(FEWEST)
    }
}

/// What one side has to say at the playhead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Narration {
    pub style: Style,
    /// The last thing that has happened on this side, and when.
    pub step: Option<(Moment, String)>,
    /// The last caption of this side whose moment has come, and that moment.
    pub caption: Option<(Moment, String)>,
}

/// What happens at `at` on both sides. Comes with the later part of the page.
#[inline(never)]
pub fn sentence_at(reel: &Reel, at: Moment) -> String {
    let mut text = format!("{}.", moment_text(at));
    let mut anything = false;
    for side in &reel.recording.sides {
        let lines = lines_at(&side.trace, at);
        if lines.is_empty() {
            continue;
        }
        anything = true;
        text.push_str(match side.style {
            Style::RequestResponse => " Asked: ",
            Style::Queued => " Queued: ",
        });
        text.push_str(&together(&lines));
    }
    if !anything {
        text.push_str(if at >= reel.ended { " The end." } else { " Nothing happens just now." });
    }
    text
}

/// What each side has to say when the playhead stands at `head`, in sentences that fit into the lines that there are.
pub fn narrations(reel: &Reel, head: Moment, lines: Lines) -> Vec<Narration> {
    let mut told = captions_at(reel, head);
    for (narration, side) in told.iter_mut().zip(&reel.recording.sides) {
        let caption = narration.caption.as_ref().map_or(0, |(_, text)| text.chars().count() + 2);
        narration.step = last_step(side, head, lines.letters(caption));
    }
    told
}

/// The captions alone, as long as there is nobody who tells the steps.
pub fn captions_at(reel: &Reel, head: Moment) -> Vec<Narration> {
    let caption = |side: &SidePlayed| {
        // Of two captions at one moment, the later one in the scenario is taken.
        let caption = side.captions.iter().filter(|caption| caption.at <= head).max_by_key(|caption| caption.at);
        caption.map(|caption| (caption.at, caption.text.clone()))
    };
    let sides = reel.recording.sides.iter();
    sides.map(|side| Narration { style: side.style, step: None, caption: caption(side) }).collect()
}

/// The last thing that has happened on a side, and when. Comes with the later part of the page.
#[inline(never)]
fn last_step(side: &SidePlayed, head: Moment, letters: usize) -> Option<(Moment, String)> {
    let steps = &side.trace.steps;
    let reached = steps.partition_point(|step| step.at <= head);
    let worth_saying = (reached.saturating_sub(LOOK_BACK)..reached)
        .rev()
        .find(|index| story::sentence(&side.trace, StepId::from_index(*index as u32)).is_some());
    worth_saying.map(|index| {
        let at = steps[index].at;
        (at, brief(&side.trace, at, letters))
    })
}

/// What happens at `at` on a side, in so many letters where that is possible; the rest is counted.
fn brief(trace: &Trace, at: Moment, letters: usize) -> String {
    let told = steps_at(trace, at).filter_map(|step| Some((step, story::sentence(trace, step)?.text)));
    let told: Vec<(StepId, String)> = told.collect();
    let mut text = String::new();
    for (place, (step, whole)) in told.iter().enumerate() {
        let rest = match told.len() - place - 1 {
            0 => String::new(),
            rest => format!(" And {rest} more."),
        };
        let room = letters.saturating_sub(text.chars().count() + rest.chars().count());
        if place == 0 {
            text = story::brief(trace, *step, room).map_or_else(String::new, |line| line.text);
        } else if whole.chars().count() < room {
            text.push(' ');
            text.push_str(whole);
        } else {
            text.push_str(&format!(" And {} more.", told.len() - place));
            break;
        }
    }
    text
}

fn together(lines: &[String]) -> String {
    let mut text = lines[..lines.len().min(MOST_A_SIDE)].join(" ");
    if lines.len() > MOST_A_SIDE {
        text.push_str(&format!(" And {} more.", lines.len() - MOST_A_SIDE));
    }
    text
}

fn lines_at(trace: &Trace, at: Moment) -> Vec<String> {
    steps_at(trace, at).filter_map(|step| story::sentence(trace, step)).map(|line| line.text).collect()
}

fn steps_at(trace: &Trace, at: Moment) -> impl Iterator<Item = StepId> {
    let first = trace.steps.partition_point(|step| step.at < at);
    let count = trace.steps[first..].partition_point(|step| step.at == at);
    (first..first + count).map(|step| StepId::from_index(step as u32))
}
