//! A run told in sentences, moment by moment, each side by itself.
//!
//! *Invariant:* each line has a moment at its beginning and then one sentence. It is not made to be parsed: whoever
//! wants values reads the JSON report.

use std::io::{self, Write};

use crate::direction::ordered;
use crate::recording::SidePlayed;
use crate::scenario::Played;
use crate::sorting;
use crate::story::{Line, clock, sentences};
use crate::time::Moment;

/// The part of a run that is told.
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
    writeln!(to, "{}", ordered(head.title_or_name()))?;
    if !head.look_for.is_empty() {
        writeln!(to, "{}", ordered(&head.look_for))?;
    }
    for side in played.sides.iter().filter(|side| window.side.is_none_or(|id| side.id == id)) {
        tell(&mut to, side, window)?;
    }
    Ok(())
}

fn tell(to: &mut impl Write, side: &SidePlayed, window: Window<'_>) -> io::Result<()> {
    writeln!(to, "\n{}: {}\n", side.id, ordered(&side.heading))?;
    let captions = side.captions.iter();
    let mut notes: Vec<Line> =
        captions.map(|caption| Line { at: caption.at, until: None, text: format!("— {}", caption.text) }).collect();
    sorting::sort_by_key(&mut notes, |note| note.at);
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
    match side.trace.outcome.limit() {
        Some(limit) => {
            writeln!(to, "{:>12}  The run was stopped here {}.", clock(side.trace.ended), limit.words())
        }
        None => Ok(()),
    }
}

fn tell_line(to: &mut impl Write, line: &Line, window: Window<'_>) -> io::Result<()> {
    if line.at < window.from || line.at > window.to {
        return Ok(());
    }
    writeln!(to, "{:>12}  {}", clock(line.at), ordered(&line.text))
}
