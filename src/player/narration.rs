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
/// How many steps are looked at, from the playhead back, in search of one that has a sentence.
const LOOK_BACK: usize = 200;

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

/// What each side has to say when the playhead stands at `head`.
pub fn narrations(reel: &Reel, head: Moment) -> Vec<Narration> {
    let mut told = captions_at(reel, head);
    for (narration, side) in told.iter_mut().zip(&reel.recording.sides) {
        narration.step = last_step(side, head);
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
fn last_step(side: &SidePlayed, head: Moment) -> Option<(Moment, String)> {
    let steps = &side.trace.steps;
    let reached = steps.partition_point(|step| step.at <= head);
    let worth_saying = (reached.saturating_sub(LOOK_BACK)..reached)
        .rev()
        .find(|index| story::sentence(&side.trace, StepId::from_index(*index as u32)).is_some());
    worth_saying.map(|index| {
        let at = steps[index].at;
        (at, together(&lines_at(&side.trace, at)))
    })
}

fn together(lines: &[String]) -> String {
    let mut text = lines[..lines.len().min(MOST_A_SIDE)].join(" ");
    if lines.len() > MOST_A_SIDE {
        text.push_str(&format!(" And {} more.", lines.len() - MOST_A_SIDE));
    }
    text
}

fn lines_at(trace: &Trace, at: Moment) -> Vec<String> {
    let first = trace.steps.partition_point(|step| step.at < at);
    let count = trace.steps[first..].partition_point(|step| step.at == at);
    let steps = (first..first + count).filter_map(|step| story::sentence(trace, StepId::from_index(step as u32)));
    steps.map(|line| line.text).collect()
}
