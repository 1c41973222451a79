//! Per side a card: what is to be said of it, and the few numbers that matter.
//!
//! *Invariant:* every word and number comes with the recording, and so from the trace.

use std::rc::Rc;

use yew::prelude::*;

use super::Act;
use crate::player::{Action, Reel};
use crate::recording::{Card, Sentence, SidePlayed, Style, Tone};

#[derive(Properties, PartialEq)]
pub struct VerdictsProps {
    pub reel: Rc<Reel>,
    pub act: Act,
}

#[component]
pub fn Verdicts(props: &VerdictsProps) -> Html {
    let recording = &props.reel.recording;
    let sides = recording.sides.iter().zip(&recording.cards);
    html! {
        <section class="verdicts" aria-label="What it comes to">
            { for sides.map(|(side, said)| card(side, said, props)) }
        </section>
    }
}

fn card(side: &SidePlayed, said: &Card, props: &VerdictsProps) -> Html {
    let style = side.style;
    let mut spoken = said.sentences.iter();
    let headline = spoken.next();
    html! {
        <article key={side.id.clone()} class={classes!("card", side_class(style))} aria-label={side_name(style)}>
            <p class="verdict">
                if let Some(headline) = headline {
                    <b>{ sentence(headline, props) }</b>
                }
                { for spoken.map(|verdict| html! { <>{ " " }{ sentence(verdict, props) }</> }) }
            </p>
            <dl class="figures">
                { for said.figures.iter().map(|figure| html! {
                    <div key={figure.label.clone()} class={classes!("figure", tone_class(figure.tone))}>
                        <dt>{ &figure.label }</dt>
                        <dd>{ &figure.value }</dd>
                    </div>
                }) }
            </dl>
        </article>
    }
}

/// What is about a moment leads there.
fn sentence(verdict: &Sentence, props: &VerdictsProps) -> Html {
    let Some(at) = verdict.at else { return html! { verdict.text.clone() } };
    let act = props.act.clone();
    let onclick = Callback::from(move |_: MouseEvent| act.dispatch(Action::Seek(at)));
    html! {
        <button type="button" class="sentence" title={format!("Show {}", props.reel.clock(at))} {onclick}>
            { verdict.text.clone() }
        </button>
    }
}

fn tone_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "good",
        Tone::Plain => "plain",
        Tone::Bad => "bad",
    }
}

/// Whose voice it is.
pub fn side_class(style: Style) -> &'static str {
    match style {
        Style::RequestResponse => "side-asked",
        Style::Queued => "side-queued",
    }
}

pub fn side_name(style: Style) -> &'static str {
    match style {
        Style::RequestResponse => "Request–response",
        Style::Queued => "Queued messaging",
    }
}
