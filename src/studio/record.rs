//! Makes the recording of a run: its traces, and what they come to in words and numbers.
//!
//! *Invariant:* every word and number is computed from the trace, as in the report.

use crate::metrics::Verdict;
use crate::recording::{Card, Figure, Recording, Selection, Sentence, troubles};
use crate::render::measures::{Detail, Measure, measures};
use crate::render::summary::{Summary, comparison, summaries};
use crate::scenario::Played;
use crate::time::Moment;
use crate::trace::JobId;

/// The most sentences on a card; the report has all of them.
const MOST_SENTENCES: usize = 4;

pub fn recording(played: Played) -> Recording {
    let summaries = summaries(&played);
    let cards = cards(&summaries);
    let comparison = comparison(&played, &summaries);
    let ended = played.ended();
    let telling = played.scenario.telling(&played.sides);
    let Played { scenario, sides } = played;
    let (view, workload) = (&scenario.head.view, scenario.head.workload);
    let window = (view.from.unwrap_or(Moment::START), view.to.unwrap_or(ended).min(ended));
    let lit = view.job.map_or(Selection::Nothing, |number| Selection::Job(JobId::from_index(number - 1)));
    Recording {
        noun: workload.noun.one,
        cards,
        comparison: Sentence { text: comparison.text, at: comparison.at },
        troubles: troubles(&sides),
        telling: (telling, lit),
        window: if window.0 < window.1 { window } else { (Moment::START, ended) },
        sides,
    }
}

/// Both cards carry the same measures in the same order, so that they can be compared line by line.
fn cards(summaries: &[Summary]) -> Vec<Card> {
    let measures = measures(summaries, Detail::AtAGlance);
    let card = |(side, summary): (usize, &Summary)| Card {
        sentences: summary.verdicts.iter().take(MOST_SENTENCES).map(sentence).collect(),
        figures: measures.iter().map(|measure| figure(measure, side)).collect(),
    };
    summaries.iter().enumerate().map(card).collect()
}

fn sentence(verdict: &Verdict) -> Sentence {
    Sentence { text: verdict.text.clone(), at: verdict.at }
}

fn figure(measure: &Measure, side: usize) -> Figure {
    let (value, tone) = measure.values[side].clone();
    Figure { value, label: measure.label.into(), tone }
}
