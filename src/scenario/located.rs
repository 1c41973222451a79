//! The problems of a scenario's text, each with its place, for those who write one.
//!
//! *Invariant:* a text has no problems exactly if it reads as a scenario.

use std::fmt;
use std::ops::Range;

use super::read::{SIDES, bounded};
use super::{Problem, Scenario};
use crate::reading::{self, Faults, NotJson};

/// A problem, and where in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// What is wrong, and what would do.
    pub problem: Problem,
    /// From one.
    pub line: usize,
    /// In characters, from one.
    pub column: usize,
    /// Where it begins and where it ends, in the units of UTF-16 from nought, which is how browsers count. Of an object or
    /// a list, its opening bracket.
    pub place: Range<usize>,
}

impl fmt::Display for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.problem)
    }
}

impl Located {
    /// A problem at a place in a text, in bytes.
    fn new(text: &str, problem: Problem, place: Range<usize>) -> Self {
        let before = &text[..place.start];
        // A carriage return ends a line by itself or with the line feed behind it.
        let lines = before.replace("\r\n", "\n").replace('\r', "\n");
        let last = lines.rsplit('\n').next().unwrap_or_default();
        let units = |text: &str| text.encode_utf16().count();
        let from = units(before);
        Located {
            problem,
            line: 1 + lines.matches('\n').count(),
            column: 1 + last.trim_start_matches('\u{FEFF}').chars().count(),
            place: from..from + units(&text[place]),
        }
    }
}

impl Scenario {
    /// What keeps a text from being a scenario, from its beginning to its end; nothing if it is one. All of it, but no more
    /// than [`MOST_FAULTS`](crate::reading::MOST_FAULTS): and where something could not be read, not what would follow
    /// from that.
    ///
    /// ```
    /// use counterpoint::scenario::Scenario;
    /// let problems = Scenario::problems("{\"name\": \"x\",\n \"seed\": -1}");
    /// assert!(problems[0].to_string().starts_with("2:10: seed: -1 would not do"));
    /// ```
    pub fn problems(text: &str) -> Vec<Located> {
        if let Err(problem) = bounded(text) {
            return vec![Located::new(text, problem, 0..0)];
        }
        let mut faults = Faults::default();
        let value = match reading::parse(text, &mut faults) {
            Ok(value) => value,
            Err(NotJson { reason, at }) => {
                let end = at + text[at..].chars().next().map_or(0, char::len_utf8);
                return vec![Located::new(text, not_json(&reason), at..end)];
            }
        };
        let problems = Scenario::read_whole(value, faults).err().unwrap_or_default();
        let located = problems.into_iter().map(|problem| {
            let place = reading::place(text, &problem.path, problem.on, &SIDES);
            Located::new(text, problem, place)
        });
        let mut located: Vec<Located> = located.collect();
        located.sort_by_key(|located| located.place.start);
        located
    }
}

/// The problems of a text as a list in JSON, of objects with a path, a sentence, a line, a column, and where in the text
/// it is `from` and `to`: for scripts. The page's engine
/// has this in the part of it that makes files (`xtask/src/finish.rs`).
#[inline(never)]
pub fn problems_as_json(text: &str) -> String {
    let listed = Scenario::problems(text).into_iter().map(|Located { problem, line, column, place }| {
        let Problem { path, sentence, .. } = problem;
        serde_json::json!({
            "path": path, "sentence": sentence, "line": line, "column": column, "from": place.start, "to": place.end
        })
    });
    serde_json::Value::from_iter(listed).to_string()
}

/// Without the place at the end of the reason, for the problem has one.
fn not_json(reason: &serde_json::Error) -> Problem {
    let reason = reason.to_string();
    let said = reason.rsplit_once(" at line ").map_or(&*reason, |(said, _)| said);
    Problem::new("", format!("this is not JSON: {said}"))
}
