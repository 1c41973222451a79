//! What a run is worth showing of: its traces, and in words what they come to.
//!
//! *Invariant:* every word and number is computed from the trace, as in the report.

use super::Wish;
use crate::metrics::{Metrics, Tone};
use crate::recording::{Card, Figure, Recording, Selection, Sentence};
use crate::render::summary::{Summary, comparison, summaries};
use crate::scenario::Played;
use crate::time::{Moment, Span, readable};
use crate::trace::JobId;

/// Sentences on a card; the rest is in the report.
const MOST_SENTENCES: usize = 4;

pub fn recording(wish: &Wish, played: Played) -> Recording {
    let summaries = summaries(&played);
    let cards = summaries.iter().map(card).collect();
    let comparison = comparison(&played, &summaries);
    let ended = played.ended();
    let telling = played.scenario.telling(&played.sides);
    let Played { scenario, sides } = played;
    let (view, workload) = (&scenario.head.view, scenario.head.workload);
    let window = (view.from.unwrap_or(Moment::START), view.to.unwrap_or(ended).min(ended));
    // With fewer jobs, the one that was to be lit may be gone.
    let lit = wish.base.head.view.job.filter(|number| *number <= workload.jobs);
    let lit = lit.map_or(Selection::Nothing, |number| Selection::Job(JobId::from_index(number - 1)));
    Recording {
        noun: workload.noun.one,
        sides,
        cards,
        comparison: Sentence { text: comparison.text, at: comparison.at },
        telling: (telling, lit),
        window: if window.0 < window.1 { window } else { (Moment::START, ended) },
    }
}

fn card(summary: &Summary) -> Card {
    let sentences = summary.verdicts.iter().take(MOST_SENTENCES);
    Card {
        sentences: sentences.map(|verdict| Sentence { text: verdict.text.clone(), at: verdict.at }).collect(),
        figures: figures(&summary.metrics),
    }
}

fn figures(metrics: &Metrics) -> Vec<Figure> {
    let time = |micros: u64| readable(Span::micros(micros));
    let figure = |value: String, label: &str, tone| Figure { value, label: label.into(), tone };
    let plain = |value: String, label: &str| figure(value, label, Tone::Plain);
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
        figures.push(figure(format!("{} %", (share * 100.0).round() as u32), "of caller time blocked", tone));
    }
    let tone = if metrics.failed == 0 { Tone::Good } else { Tone::Bad };
    figures.push(figure(metrics.failed.to_string(), "failed", tone));
    let tenths = (metrics.messages_per_job * 10.0).round() as u64;
    let each =
        if tenths.is_multiple_of(10) { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) };
    figures.push(plain(each, "messages per job"));
    figures
}
