//! The story of the selected job on both sides: what happened to it, and when.
//!
//! *Invariant:* changes when the playhead passes one of its moments, not with every frame.

use super::Act;
use super::element::{Element, block, classes, element};
use super::icons::{Icon, icon};
use super::verdicts::{side_class, side_name};
use crate::player::{Action, Reel};
use crate::recording::{Selection, SidePlayed};
use crate::story::{self, Line, capital, opening};
use crate::time::Moment;
use crate::trace::{JobId, MessageId, Trace};

/// What happened to a job, side by side.
pub type Lines = Vec<Vec<Line>>;

/// Comes with the later part of the page.
#[inline(never)]
pub fn lines(reel: &Reel, job: JobId) -> Lines {
    let index = reel.index();
    let told = |(side, played): (u8, &SidePlayed)| {
        let (messages, stays) = (index.messages_of(side, job), index.stays_of(side, job));
        story::job_from(&played.trace, job, &messages, &stays, &index.marks_of(side, job))
    };
    (0..).zip(&reel.recording.sides).map(told).collect()
}

/// What there is to say before a job is selected.
pub fn no_story() -> Element {
    let words = "Choose a message or a bar in the picture to follow its job on both sides.";
    let section = element("section", &[("class", "story story-empty"), ("aria-label", "Story")]);
    section.add(element("p", &[]).text(words))
}

/// The story of a job as its lines tell it. `reached` is the last moment, until the playhead, at which something happens.
/// Comes with the later part of the page.
#[inline(never)]
pub fn story(reel: &Reel, job: JobId, selection: Selection, lines: &Lines, reached: Moment, act: &Act) -> Element {
    let sides = reel.recording.sides.iter().enumerate().zip(lines);
    let mut columns = sides.map(|((number, side), lines)| {
        let carried = match selection {
            Selection::Message { side: of, message, .. } if usize::from(of) == number => carried(side, message),
            _ => None,
        };
        let mut each =
            lines.iter().enumerate().map(|(number, line)| told(line, &side.trace, reel, reached, act).key(number));
        element("div", &[])
            .key(side.id.clone())
            .with("class", classes(&["story-side", side_class(side.style)]))
            .add(element("h3", &[]).text(side_name(side.style)))
            .add_some(carried)
            .add(element("ol", &[]).all(&mut each))
    });
    element("section", &[("class", "story card"), ("aria-labelledby", "story-title")])
        .add(bar(reel, job, act))
        .add(block("div", "story-sides").all(&mut columns))
}

fn told(line: &Line, trace: &Trace, reel: &Reel, reached: Moment, act: &Act) -> Element {
    let moment = element("button", &[("type", "button"), ("class", "moment")]);
    let at = line.at;
    let moment = moment.does(act, move || Action::Seek(at)).text(reel.clock(line.at));
    let words = element("span", &[]).text(opening(trace, &line.text));
    element("li", &[]).with_some("class", (line.at > reached).then_some("future")).add(moment).add(words)
}

/// The name of the job, buttons to the job before and the one after, and a button to select nothing.
fn bar(reel: &Reel, job: JobId, act: &Act) -> Element {
    let jobs = reel.recording.jobs();
    let button = |name: &'static str, class: &'static str, sign: Icon, selection: Option<Selection>| {
        element("button", &[("type", "button")])
            .with("class", class)
            .with("aria-label", name)
            .with_if("disabled", selection.is_none())
            .does(act, move || Action::Select(selection.unwrap_or_default()))
            .add(icon(sign))
    };
    let job_at = |index: Option<u32>| {
        let index = index.filter(|index| *index < jobs)?;
        Some(Selection::Job(JobId::from_index(index)))
    };
    let plain = "button button-icon";
    let of_all = element("small", &[]).text(format!(" of {jobs}"));
    let title = format!("{} {}", capital(&reel.recording.noun), job.number());
    block("div", "story-bar")
        .add(element("h2", &[("id", "story-title")]).text(title).add(of_all))
        .add(button("The one before", plain, Icon::Before, job_at(job.index().checked_sub(1))))
        .add(button("The next one", plain, Icon::After, job_at(job.index().checked_add(1))))
        .add(button("Select nothing", "button button-icon button-last", Icon::Close, Some(Selection::Nothing)))
}

/// What the selected message is and carries.
fn carried(side: &SidePlayed, message: MessageId) -> Option<Element> {
    let row = side.trace.messages.get(message.at())?;
    let body = side.trace.body(row);
    let label = element("b", &[]).text(side.trace.label(row));
    let way = format!(", {} to {}", side.trace.actor(row.from).name, side.trace.actor(row.to).name);
    let caption = element("figcaption", &[]).add(label).text(way);
    let body = (!body.is_empty()).then(|| element("pre", &[]).text(body.to_owned()));
    Some(block("figure", "carried").add(caption).add_some(body))
}
