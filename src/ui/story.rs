//! The story of the selected job on both sides: what happened to it, and when.
//!
//! *Invariant:* changes when the playhead passes one of its moments, not with every frame.

use std::rc::Rc;

use yew::prelude::*;

use super::Act;
use super::icons::{Icon, icon};
use super::verdicts::{side_class, side_name};
use crate::player::{Action, Reel};
use crate::recording::{Selection, SidePlayed};
use crate::story::{self, Line};
use crate::time::Moment;
use crate::trace::{JobId, MessageId};

#[derive(Properties, PartialEq)]
pub struct StoryProps {
    pub reel: Rc<Reel>,
    pub selection: Selection,
    /// The last moment, until the playhead, at which something happens.
    pub reached: Moment,
    pub act: Act,
}

#[component]
pub fn Story(props: &StoryProps) -> Html {
    let reel = &props.reel;
    let lines = use_memo((reel.clone(), props.selection.job()), |(reel, job)| -> Vec<Vec<Line>> {
        let Some(job) = *job else { return Vec::new() };
        reel.recording.sides.iter().map(|side| story::job(&side.trace, job)).collect()
    });
    let Some(job) = props.selection.job().filter(|_| !lines.is_empty()) else {
        return html! {
            <section class="story story-empty" aria-label="Story">
                <p>{ "Choose a message or a bar in the picture to follow its job on both sides." }</p>
            </section>
        };
    };
    html! {
        <section class="story card" aria-labelledby="story-title">
            { bar(props, job) }
            <div class="story-sides">
                { for reel.recording.sides.iter().enumerate().zip(&*lines).map(|((number, side), lines)| {
                    let message = match props.selection {
                        Selection::Message { side, message, .. } if usize::from(side) == number => Some(message),
                        _ => None,
                    };
                    column(props, side, lines, message)
                }) }
            </div>
        </section>
    }
}

/// Which job it is, the ones beside it, and away with it.
fn bar(props: &StoryProps, job: JobId) -> Html {
    let jobs = props.reel.recording.jobs();
    let noun = &props.reel.recording.noun;
    let to = |selection: Selection| {
        let act = props.act.clone();
        Callback::from(move |_: MouseEvent| act.dispatch(Action::Select(selection)))
    };
    let other = |index: Option<u32>| {
        let index = index.filter(|index| *index < jobs);
        (index.is_none(), to(index.map_or(Selection::Nothing, |index| Selection::Job(JobId::from_index(index)))))
    };
    let (first, before) = other(job.index().checked_sub(1));
    let (last, after) = other(job.index().checked_add(1));
    html! {
        <div class="story-bar">
            <h2 id="story-title">{ format!("{} {}", capital(noun), job.number()) }<small>{ format!(" of {jobs}") }</small></h2>
            <button type="button" class="button button-icon" aria-label="The one before" onclick={before}
                disabled={first}>{ icon(Icon::Before) }</button>
            <button type="button" class="button button-icon" aria-label="The next one" onclick={after}
                disabled={last}>{ icon(Icon::After) }</button>
            <button type="button" class="button button-icon button-last" aria-label="Select nothing"
                onclick={to(Selection::Nothing)}>{ icon(Icon::Close) }</button>
        </div>
    }
}

fn column(props: &StoryProps, side: &SidePlayed, lines: &[Line], message: Option<MessageId>) -> Html {
    html! {
        <div key={side.id.clone()} class={classes!("story-side", side_class(side.style))}>
            <h3>{ side_name(side.style) }</h3>
            if let Some(message) = message {
                { carried(side, message) }
            }
            <ol>
                { for lines.iter().enumerate().map(|(number, line)| {
                    let at = line.at;
                    let act = props.act.clone();
                    let onclick = Callback::from(move |_: MouseEvent| act.dispatch(Action::Seek(at)));
                    let future = (at > props.reached).then_some("future");
                    html! {
                        <li key={number} class={classes!(future)}>
                            <button type="button" class="moment" {onclick}>{ props.reel.clock(at) }</button>
                            <span>{ capital(&line.text) }</span>
                        </li>
                    }
                }) }
            </ol>
        </div>
    }
}

/// What the selected message is and carries.
fn carried(side: &SidePlayed, message: MessageId) -> Html {
    let Some(row) = side.trace.messages.get(message.at()) else { return html! {} };
    let body = side.trace.body(row);
    let (from, to) = (&side.trace.actor(row.from).name, &side.trace.actor(row.to).name);
    html! {
        <figure class="carried">
            <figcaption><b>{ side.trace.label(row) }</b>{ format!(", {from} to {to}") }</figcaption>
            if !body.is_empty() {
                <pre>{ body }</pre>
            }
        </figure>
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
