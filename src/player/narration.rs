//! One sentence on a moment of a run, for those who listen instead of looking.
//!
//! *Invariant:* read from the steps of the trace alone; what no step brought about is not said.

use super::{Reel, moment_text};
use crate::scenario::Style;
use crate::time::Moment;
use crate::trace::{Fate, Handled, StepId, Trace};

/// How many things are said of a side; the rest is counted.
const MOST_A_SIDE: usize = 3;

/// What happens at `at` on both sides.
pub fn sentence_at(reel: &Reel, at: Moment) -> String {
    let mut text = moment_text(at);
    let mut anything = false;
    for side in &reel.played.sides {
        let said = happenings(&side.trace, at);
        if said.is_empty() {
            continue;
        }
        anything = true;
        let style = match side.style {
            Style::RequestResponse => "asked",
            Style::Queued => "queued",
        };
        text.push_str(&format!(". {}: {}", capital(style), said[..said.len().min(MOST_A_SIDE)].join("; ")));
        if said.len() > MOST_A_SIDE {
            text.push_str(&format!("; and {} more", said.len() - MOST_A_SIDE));
        }
    }
    if !anything {
        text.push_str(if at >= reel.ended { ". The end" } else { ". Nothing happens just now" });
    }
    text
}

fn happenings(trace: &Trace, at: Moment) -> Vec<String> {
    let first = trace.steps.partition_point(|step| step.at < at);
    let mut said = Vec::new();
    for (offset, step) in trace.steps[first..].iter().take_while(|step| step.at == at).enumerate() {
        let id = StepId::from_index((first + offset) as u32);
        match step.handled {
            Handled::Wanted(part) => said.push(format!("job {} is wanted", trace.job_of(part).number())),
            Handled::Arrived(message) => {
                let message = &trace.messages[message.at()];
                let (label, to) = (trace.label(message), &trace.actor(message.to).name);
                said.push(match message.fate {
                    Fate::Refused => format!("{to} turns {label} away"),
                    Fate::Late => format!("{label} comes too late for {to}"),
                    Fate::Lost => format!("{label} is lost before {to}"),
                    Fate::InFlight | Fate::Delivered => format!("{label} reaches {to}"),
                });
            }
            Handled::Started | Handled::Timer | Handled::Fault => {}
        }
        let marks = trace.marks.partition_point(|mark| mark.at < at);
        let marks = trace.marks[marks..].iter().take_while(|mark| mark.at == at).filter(|mark| mark.cause == id);
        said.extend(marks.map(|mark| format!("{} {}", trace.actor(mark.actor).name, trace.mark_label(mark))));
        let sent = trace.messages.partition_point(|message| message.sent < at);
        let sent = trace.messages[sent..].iter().take_while(|row| row.sent == at).filter(|row| row.cause == id);
        said.extend(sent.map(|row| format!("{} sends {}", trace.actor(row.from).name, trace.label(row))));
    }
    said
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
