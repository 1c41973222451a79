//! What is said of each side beside its rows: its numbers and its verdicts, both sides over the same window.
//!
//! *Invariant:* report, text and page have their numbers and verdicts from here, so they cannot disagree.

use crate::metrics::{self, Compared, Comparison, Crew, Metrics, Verdict, Yardstick};
use crate::recording::{SidePlayed, Style};
use crate::scenario::{Arrivals, Played};

/// What there is to say of one side.
#[derive(Clone, Debug)]
pub struct Summary {
    pub metrics: Metrics,
    /// The verdicts, with the one that weighs most first.
    pub verdicts: Vec<Verdict>,
    crews: Vec<Crew>,
}

/// A summary of each side, in order.
pub fn summaries(played: &Played) -> Vec<Summary> {
    let yardstick = yardstick(played);
    let summary = |side: &SidePlayed| {
        let metrics = metrics::measure(&side.trace, &yardstick);
        let crews = metrics::crews(&side.trace, &yardstick);
        let verdicts = metrics::verdicts(&side.trace, &metrics, &crews, &yardstick);
        Summary { metrics, verdicts, crews }
    };
    played.sides.iter().map(summary).collect()
}

/// The one sentence that compares the two sides, given their summaries.
pub fn comparison(played: &Played, summaries: &[Summary]) -> Comparison {
    let names = names([0, 1].map(|place| (played.sides[place].style, played.sides[place].heading.as_str())));
    let compared = [0, 1].map(|place| Compared {
        name: &names[place],
        trace: &played.sides[place].trace,
        metrics: &summaries[place].metrics,
        crews: &summaries[place].crews,
    });
    metrics::compare(compared, &yardstick(played))
}

/// What the sides are called in a sentence: by their styles if these differ, else by their headings.
pub fn names(sides: [(Style, &str); 2]) -> [String; 2] {
    let [(left, _), (right, _)] = sides;
    if left != right {
        return sides.map(|(style, _)| match style {
            Style::RequestResponse => "request–response".to_owned(),
            Style::Queued => "queued messaging".to_owned(),
        });
    }
    sides.map(|(_, heading)| format!("“{heading}”"))
}

/// The yardstick by which both sides of this run are measured.
pub fn yardstick(played: &Played) -> Yardstick {
    let workload = &played.scenario.head.workload;
    Yardstick {
        window: played.ended(),
        useful_within: workload.useful_within,
        users: match workload.arrivals {
            Arrivals::Users { users, .. } => Some(users),
            _ => None,
        },
        one: workload.noun.one.clone(),
        many: workload.noun.many.clone(),
    }
}
