//! A run told in sentences, moment by moment, each side by itself, with its verdicts and numbers at the end.
//!
//! *Invariant:* a sentence a line, a moment at its beginning, nothing to parse: who wants values reads the JSON report.

use std::io::{self, Write};

use super::summary::{Summary, summaries};
use crate::metrics::{Metrics, Spread};
use crate::recording::SidePlayed;
use crate::scenario::Played;
use crate::story::{Line, clock, sentences};
use crate::time::{Moment, Span, readable};

/// What part of a run is told.
#[derive(Clone, Copy, Debug)]
pub struct Window<'a> {
    /// The id of the one side that is told; both if there is none.
    pub side: Option<&'a str>,
    pub from: Moment,
    /// The last moment that is told.
    pub to: Moment,
}

impl Window<'_> {
    pub const WHOLE: Window<'static> = Window { side: None, from: Moment::START, to: Moment::NEVER };
}

/// Tells the run.
///
/// # Errors
/// Whatever writing to `to` gives.
pub fn write(mut to: impl Write, played: &Played, window: Window<'_>) -> io::Result<()> {
    let head = &played.scenario.head;
    writeln!(to, "{}", if head.title.is_empty() { &head.name } else { &head.title })?;
    if !head.look_for.is_empty() {
        writeln!(to, "{}", head.look_for)?;
    }
    for (side, summary) in played.sides.iter().zip(summaries(played)) {
        if window.side.is_none_or(|id| side.id == id) {
            tell(&mut to, side, &summary, window)?;
        }
    }
    Ok(())
}

fn tell(to: &mut impl Write, side: &SidePlayed, summary: &Summary, window: Window<'_>) -> io::Result<()> {
    writeln!(to, "\n{}: {}, {}\n", side.id, side.style.word(), side.protocol)?;
    let captions = side.captions.iter();
    let mut notes: Vec<Line> =
        captions.map(|caption| Line { at: caption.at, until: None, text: format!("— {}", caption.text) }).collect();
    notes.sort_by_key(|note| note.at);
    let mut notes = notes.into_iter().peekable();
    for line in sentences(&side.trace) {
        while let Some(note) = notes.next_if(|note| note.at <= line.at) {
            tell_line(to, &note, window)?;
        }
        tell_line(to, &line, window)?;
    }
    for note in notes {
        tell_line(to, &note, window)?;
    }
    writeln!(to)?;
    for verdict in &summary.verdicts {
        writeln!(to, "* {}", verdict.text)?;
    }
    writeln!(to)?;
    for (name, number) in numbers(&summary.metrics) {
        writeln!(to, "{name:<28}{number}")?;
    }
    Ok(())
}

fn tell_line(to: &mut impl Write, line: &Line, window: Window<'_>) -> io::Result<()> {
    if line.at < window.from || line.at > window.to {
        return Ok(());
    }
    writeln!(to, "{:>12}  {}", clock(line.at), line.text)
}

/// The few numbers that matter.
fn numbers(metrics: &Metrics) -> Vec<(&'static str, String)> {
    let mut numbers = Vec::new();
    let spreads = [
        ("time to hand over", metrics.time_to_hand_over),
        ("time to the answer", metrics.time_to_answer),
        ("time to the work done", metrics.time_to_finish),
    ];
    for (name, spread) in spreads {
        if let Some(Spread { jobs, p50_us, p95_us, max_us, .. }) = spread {
            let [half, most, worst] = [p50_us, p95_us, max_us].map(|micros| readable(Span::micros(micros)));
            numbers.push((name, format!("median {half}, p95 {most}, longest {worst} ({jobs} of {})", metrics.jobs)));
        }
    }
    if let Some(share) = metrics.blocked_share {
        numbers.push(("callers' threads blocked", format!("{:.1} %", share * 100.0)));
    }
    if let Some(share) = metrics.worker_use {
        numbers.push(("use of the workers", format!("{:.1} %", share * 100.0)));
    }
    numbers.push(("failed for the caller", format!("{} of {}", metrics.failed, metrics.jobs)));
    numbers.push(("work done", format!("{} of {}, {} executions", metrics.done, metrics.jobs, metrics.executions)));
    numbers.push(("messages per job", format!("{:.2}", metrics.messages_per_job)));
    numbers
}
