//! An advice, told: as text, and as JSON with the same sentences.
//!
//! *Invariant:* both say the same, in the same order.

use serde_json::{Value, json};

use super::{Advice, BUSY, Exhibit, HELD, Seen, Speaks, Verdict};
use crate::experiment::row::place_of;
use crate::metrics::Metrics;
use crate::metrics::numbers::told;
use crate::time::readable;

/// The numbers that stand beside an advice, and what they are called.
pub(super) const NUMBERS: [(&str, &str); 6] = [
    ("time_to_hand_over.p95_us", "until it is off the caller's hands (p95)"),
    ("time_to_result.p95_us", "until its result (p95)"),
    ("time_to_finish.p95_us", "until it is done (p95)"),
    ("useful", "came to a result in time"),
    ("failed", "failed for their callers"),
    ("messages_per_job", "messages for each"),
];

impl Advice {
    /// The recommendation in a sentence.
    pub fn said(&self) -> String {
        let what = match self.verdict {
            Verdict::Call => "Use a call.",
            Verdict::Accept => "Accept it with 202, and do the work by queue.",
            Verdict::Queue => "Use a queue.",
        };
        if self.close {
            format!("{what} It is a close call: a little more or less would say something else.")
        } else {
            what.to_owned()
        }
    }
}

/// How it was weighed.
fn limits() -> String {
    format!(
        "Calls do as long as no more than 1 % come to nothing in time where somebody waits (0.1 % where none may be lost, 5 % where \
         some may), and where nobody waits, their callers are held for no more than {} (p95) and the workers are offered at most {} % of what they can do. It \
         is a close call where other seeds, a fifth less load or a quarter more would say something else.",
        readable(HELD),
        BUSY * 100.0
    )
}

fn speaks(speaks: Speaks) -> &'static str {
    match speaks {
        Speaks::ForCalls => "call",
        Speaks::ForQueues => "queue",
    }
}

/// Each number that stands beside it: its key, what it is called, its values, and these in words.
fn numbers(advice: &Advice) -> Vec<Value> {
    let names = Metrics::names();
    let each = advice.numbers.iter().zip(NUMBERS).map(|((key, values), (_, called))| {
        let unit = place_of(key).map(|place| names[place].unit);
        let words = values.map(|value| match (value, unit) {
            (Some(value), Some(unit)) => told(unit, value),
            _ => "–".to_owned(),
        });
        json!({ "key": key, "said": called, "values": values, "told": words })
    });
    each.collect()
}

/// The number of a reason, its limit, and what it was at other loads.
fn exhibited(exhibit: &Exhibit) -> Value {
    let (at, loads) = match &exhibit.seen {
        Seen::Loads { at, loads } => (Some(loads[*at].load), loads.as_slice()),
        Seen::Run { .. } => (None, &[][..]),
    };
    let limit = exhibit.limit.map(|limit| json!({ "value": limit, "told": exhibit.told(Some(limit)) }));
    let loads = loads.iter().map(|at| json!({ "load": at.load, "comes": at.comes, "values": at.values }));
    json!({
        "key": exhibit.key, "said": exhibit.called, "values": exhibit.values,
        "told": exhibit.values.map(|value| exhibit.told(value)), "limit": limit, "at": at,
        "loads": loads.collect::<Vec<_>>(), "described": exhibit.described(),
    })
}

/// The advice as JSON.
pub fn told_as_json(advice: &Advice) -> Value {
    let reasons = advice.reasons.iter().map(|reason| {
        json!({
            "rule": reason.rule, "says": reason.says, "speaks_for": speaks(reason.speaks), "applies": reason.applies,
            "weight": (reason.weight.min(1e6) * 1000.0).round() / 1000.0, "said": reason.said,
            "number": reason.exhibit.as_ref().map(exhibited),
        })
    });
    json!({
        "verdict": advice.verdict.word(),
        "close": advice.close,
        "said": advice.said(),
        "reasons": reasons.collect::<Vec<_>>(),
        "changes": advice.changes,
        "causes": advice.causes,
        "costs": advice.costs,
        "numbers": numbers(advice),
        "limits": limits(),
        "scenario": advice.scenario.to_value(),
    })
}

/// The advice as people read it in a terminal.
pub fn told_as_text(advice: &Advice) -> String {
    let mut text = format!("{}\n{}\n\n", advice.scenario.head.title, advice.said());
    for reason in advice.reasons.iter().filter(|reason| reason.applies) {
        text += &format!("* {} (for a {}). {}\n", reason.says, speaks(reason.speaks), reason.said);
    }
    let section = |heading: &str, lines: &[String]| {
        let lines: String = lines.iter().map(|line| format!("* {line}\n")).collect();
        if lines.is_empty() { lines } else { format!("\n{heading}\n{lines}") }
    };
    text += &section("What is wrong with it, whichever is taken", &advice.causes);
    text += &section("What would change it", &advice.changes);
    text += &section("What it costs", &advice.costs);
    let without = advice.reasons.iter().filter(|reason| !reason.applies);
    let without: Vec<String> = without.map(|reason| format!("{}: {}", reason.says, reason.said)).collect();
    text += &section("What does not apply", &without);
    text += &format!("\n{:>12}  {:>12}\n", "called", "queued");
    for number in numbers(advice) {
        let words = |side: usize| number["told"][side].as_str().unwrap_or_default().to_owned();
        text += &format!("{:>12}  {:>12}  {}\n", words(0), words(1), number["said"].as_str().unwrap_or_default());
    }
    text + &format!("\n{}\n", limits())
}
