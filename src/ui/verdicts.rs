//! Per side a card: what is to be said of it, and the few numbers that matter.
//!
//! *Invariant:* every word and number is computed from the trace, as in the report.

use std::rc::Rc;

use yew::prelude::*;

use super::Act;
use crate::metrics::{Metrics, Tone, Verdict};
use crate::player::{Action, Reel};
use crate::render::summary::{Summary, summaries};
use crate::scenario::Style;
use crate::time::{Span, readable};

/// Sentences after the headline; the rest is in the report.
const MOST_SENTENCES: usize = 3;

#[derive(Properties, PartialEq)]
pub struct VerdictsProps {
    pub reel: Rc<Reel>,
    pub act: Act,
}

#[component]
pub fn Verdicts(props: &VerdictsProps) -> Html {
    let summaries = use_memo(props.reel.clone(), |reel| summaries(&reel.played));
    let sides = props.reel.played.sides.iter().zip(&*summaries);
    html! {
        <section class="verdicts" aria-label="What it comes to">
            { for sides.map(|(side, summary)| card(&side.id, side.style, summary, props)) }
        </section>
    }
}

fn card(id: &str, style: Style, summary: &Summary, props: &VerdictsProps) -> Html {
    let mut spoken = summary.verdicts.iter();
    let headline = spoken.next();
    html! {
        <article key={id.to_owned()} class={classes!("card", side_class(style))} aria-label={side_name(style)}>
            <p class="verdict">
                if let Some(headline) = headline {
                    <b>{ sentence(headline, props) }</b>
                }
                { for spoken.take(MOST_SENTENCES).map(|verdict| html! { <>{ " " }{ sentence(verdict, props) }</> }) }
            </p>
            <dl class="figures">
                { for figures(&summary.metrics).into_iter().map(|figure| html! {
                    <div key={figure.label} class={classes!("figure", tone_class(figure.tone))}>
                        <dt>{ figure.label }</dt>
                        <dd>{ figure.value }</dd>
                    </div>
                }) }
            </dl>
        </article>
    }
}

/// What is about a moment leads there.
fn sentence(verdict: &Verdict, props: &VerdictsProps) -> Html {
    let Some(at) = verdict.at else { return html! { verdict.text.clone() } };
    let act = props.act.clone();
    let onclick = Callback::from(move |_: MouseEvent| act.dispatch(Action::Seek(at)));
    html! {
        <button type="button" class="sentence" title={format!("Show {}", props.reel.clock(at))} {onclick}>
            { verdict.text.clone() }
        </button>
    }
}

/// A number that matters.
struct Figure {
    value: String,
    label: &'static str,
    tone: Tone,
}

fn figures(metrics: &Metrics) -> Vec<Figure> {
    let time = |micros: u64| readable(Span::micros(micros));
    let plain = |value: String, label| Figure { value, label, tone: Tone::Plain };
    let mut figures = Vec::new();
    match (&metrics.time_to_answer, &metrics.time_to_hand_over, &metrics.time_to_finish) {
        (Some(answer), ..) => {
            figures.push(plain(time(answer.p50_us), "answer, median"));
            figures.push(plain(time(answer.p95_us), "answer, p95"));
        }
        (None, accepted, finished) => {
            figures.extend(accepted.map(|spread| plain(time(spread.p50_us), "handed over, median")));
            figures.extend(finished.map(|spread| plain(time(spread.p95_us), "finished, p95")));
        }
    }
    if let Some(share) = metrics.blocked_share {
        let tone = match share {
            0.0 => Tone::Good,
            share if share < 0.5 => Tone::Plain,
            _ => Tone::Bad,
        };
        figures.push(Figure {
            value: format!("{} %", (share * 100.0).round() as u32),
            label: "of caller time blocked",
            tone,
        });
    }
    let tone = if metrics.failed == 0 { Tone::Good } else { Tone::Bad };
    figures.push(Figure { value: metrics.failed.to_string(), label: "failed", tone });
    let tenths = (metrics.messages_per_job * 10.0).round() as u64;
    let each =
        if tenths.is_multiple_of(10) { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) };
    figures.push(plain(each, "messages per job"));
    figures
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
