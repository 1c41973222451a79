//! One sentence on a moment of a run, for those who listen instead of looking.
//!
//! *Invariant:* both sides are said in one breath, for a step is one step on both; and only so much of each.

use super::{Reel, moment_text};
use crate::recording::Style;
use crate::story;
use crate::time::Moment;
use crate::trace::{StepId, Trace};

/// How many sentences are said of a side; the rest is counted.
const MOST_A_SIDE: usize = 3;

/// What happens at `at` on both sides.
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
        text.push_str(&lines[..lines.len().min(MOST_A_SIDE)].join(" "));
        if lines.len() > MOST_A_SIDE {
            text.push_str(&format!(" And {} more.", lines.len() - MOST_A_SIDE));
        }
    }
    if !anything {
        text.push_str(if at >= reel.ended { " The end." } else { " Nothing happens just now." });
    }
    text
}

fn lines_at(trace: &Trace, at: Moment) -> Vec<String> {
    let first = trace.steps.partition_point(|step| step.at < at);
    let count = trace.steps[first..].partition_point(|step| step.at == at);
    let steps = (first..first + count).filter_map(|step| story::sentence(trace, StepId::from_index(step as u32)));
    steps.map(|line| line.text).collect()
}
