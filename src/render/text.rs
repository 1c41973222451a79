//! A run in brief: the line that compares both sides, what is to be said of each, and their measures in one table.
//!
//! *Invariant:* the text is as long for a million jobs as for one, and not made to be parsed: whoever wants values
//! reads the JSON report, and whoever wants every step the story.

use std::io::{self, Write};

use super::measures::{Detail, NONE, measures};
use super::summary::{Summary, comparison, summaries};
use crate::direction::ordered;
use crate::recording::SidePlayed;
use crate::scenario::Played;

/// Writes the summary of both sides, or of the one called `side`.
///
/// # Errors
/// Whatever writing to `to` gives.
pub fn write(mut to: impl Write, played: &Played, side: Option<&str>) -> io::Result<()> {
    let head = &played.scenario.head;
    writeln!(to, "{}", ordered(head.title_or_name()))?;
    if !head.look_for.is_empty() {
        writeln!(to, "{}", ordered(&head.look_for))?;
    }
    let summaries = summaries(played);
    if side.is_none() {
        writeln!(to, "\n{}", ordered(&comparison(played, &summaries).text))?;
    }
    let shown = |known: &SidePlayed| side.is_none_or(|side| known.id == side);
    for (known, summary) in played.sides.iter().zip(&summaries).filter(|(known, _)| shown(known)) {
        writeln!(to, "\n{}: {}", known.id, ordered(&known.heading))?;
        for verdict in &summary.verdicts {
            writeln!(to, "* {}", ordered(&verdict.text))?;
        }
    }
    let columns = (0..played.sides.len()).filter(|place| shown(&played.sides[*place]));
    table(&mut to, played, &summaries, &columns.collect::<Vec<_>>())
}

/// Writes the measures of the chosen sides as a table with a column for each.
fn table(to: &mut impl Write, played: &Played, summaries: &[Summary], columns: &[usize]) -> io::Result<()> {
    let measures = measures(summaries, Detail::All);
    let labels = measures.iter().map(|measure| measure.label.chars().count()).max().unwrap_or(0);
    let width = |column: usize| {
        let values = measures.iter().map(|measure| measure.values[column].0.chars().count());
        values.max().unwrap_or(0).max(played.sides[column].id.chars().count())
    };
    write!(to, "\n{:labels$}", "")?;
    for column in columns {
        write!(to, "  {:>1$}", played.sides[*column].id, width(*column))?;
    }
    writeln!(to)?;
    for measure in &measures {
        if columns.iter().all(|column| measure.values[*column].0 == NONE) {
            continue;
        }
        let mut line = format!("{:labels$}", measure.label);
        for column in columns {
            line += &format!("  {:>1$}", measure.values[*column].0, width(*column));
        }
        writeln!(to, "{}", ordered(&line))?;
    }
    Ok(())
}
