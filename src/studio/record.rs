//! Makes the recording of a run: its traces, and what they come to in words and numbers.
//!
//! *Invariant:* every word and number is computed from the trace, as in the report.

use crate::metrics::Verdict;
use crate::recording::{self, Card, Figure, Recording, Selection, Sentence, SidePlayed, Tone, troubles};
use crate::render::measures::{Detail, Measure, measures};
use crate::render::summary::{Summary, comparison, summaries};
use crate::scenario::Played;
use crate::time::Moment;
use crate::trace::JobId;

/// A run is very long where it lasts so many times as long as what happens until it opens.
const VEILED: u64 = 20;
/// So many messages of a side before the moment at which a very long run opens are in its window, and so many after it: few
/// enough for each to be drawn by itself.
const AROUND: usize = 60;
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
    let window = match (view.from, view.to) {
        (None, None) => opening(&sides, telling).unwrap_or((Moment::START, ended)),
        (from, to) => (from.unwrap_or(Moment::START), to.unwrap_or(ended).min(ended)),
    };
    let lit = view.job.map_or(Selection::Nothing, |number| Selection::Job(JobId::from_index(number - 1)));
    Recording {
        noun: workload.noun.one,
        cards,
        comparison: Sentence { text: comparison.text, at: comparison.at, tone: Tone::Plain },
        troubles: troubles(&sides),
        telling: (telling, lit),
        window: if window.0 < window.1 { window } else { (Moment::START, ended) },
        sides,
    }
}

/// The window in which a very long run opens; nothing where its first picture is of all of it. Where almost all of a run
/// lies after the moment at which it opens, that would be a picture of the veil. The window has what the moment is
/// about: what happened just before it, with the captions that speak of that, and as much of what follows.
fn opening(sides: &[SidePlayed], telling: Moment) -> Option<(Moment, Moment)> {
    let ended = recording::ended(sides);
    if telling.micros().saturating_mul(VEILED) >= ended.micros() {
        return None;
    }
    let (mut from, mut to) = (Moment::START, ended);
    for SidePlayed { trace, .. } in sides {
        let happened = trace.messages.partition_point(|message| message.sent <= telling);
        from = from.max(happened.checked_sub(AROUND).map_or(Moment::START, |first| trace.messages[first].sent));
        to = to.min(trace.messages.get(happened + AROUND).map_or(ended, |last| last.sent));
    }
    let captions = sides.iter().flat_map(|side| {
        let said = side.captions.iter().map(|caption| caption.at).filter(|at| *at <= telling);
        said.max()
    });
    let from = captions.fold(from, Moment::min);
    (telling < to && to < ended).then_some((from, to))
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
    Sentence { text: verdict.text.clone(), at: verdict.at, tone: verdict.tone }
}

fn figure(measure: &Measure, side: usize) -> Figure {
    let (value, tone) = measure.values[side].clone();
    Figure { value, label: measure.label.into(), tone }
}
