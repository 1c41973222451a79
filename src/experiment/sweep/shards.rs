//! A sweep in shards, each made by itself: on another core, another machine, another day.
//!
//! A shard is lines of JSON: the sweep, and then a row a line, each with the number of its run. Runs are dealt out in turn,
//! so that the points that take long are spread over all shards.
//!
//! *Invariant:* put together, the shards are the rows of the whole sweep in order, whoever made them and whenever.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Sweep;
use crate::experiment::Row;
use crate::metrics::Metrics;
use crate::reading::shown;

/// The most shards of a sweep.
const MOST_SHARDS: u32 = 10_000;

/// One of several shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    number: u32,
    of: u32,
}

impl Shard {
    /// The shard of that number, counted from 1, of so many.
    ///
    /// # Errors
    /// A sentence that says what would do.
    pub fn new(number: u32, of: u32) -> Result<Shard, String> {
        if (1..=MOST_SHARDS).contains(&of) && (1..=of).contains(&number) {
            return Ok(Shard { number, of });
        }
        Err(format!(
            "{number}/{of} is no shard; shards are numbered from 1, as in 1/{} to {0}/{0}, and there are at most {MOST_SHARDS}",
            of.clamp(2, MOST_SHARDS)
        ))
    }

    /// Counted from 1.
    pub fn number(self) -> u32 {
        self.number
    }

    /// How many there are.
    pub fn of(self) -> u32 {
        self.of
    }

    /// The numbers of its runs.
    pub fn runs(self, sweep: &Sweep) -> impl Iterator<Item = u32> + use<> {
        (self.number - 1..sweep.runs()).step_by(self.of as usize)
    }
}

/// A row as a line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    run: u32,
    settled: [bool; 2],
    numbers: [Vec<Option<u64>>; 2],
}

impl Row {
    /// The row of a run as one line of JSON.
    pub fn to_line(&self, run: u32) -> String {
        let line = Line { run, settled: self.settled, numbers: self.numbers.clone() };
        serde_json::to_string(&line).expect("a row is numbers")
    }

    /// Reads a line: the number of its run, and its row; nothing if it is no row.
    pub fn from_line(text: &str) -> Option<(u32, Row)> {
        let Line { run, settled, numbers } = serde_json::from_str(text).ok()?;
        let width = Metrics::names().len();
        numbers.iter().all(|numbers| numbers.len() == width).then_some((run, Row { settled, numbers }))
    }
}

/// Puts the shards of a sweep together, each given with its name: the sweep, and all of its rows.
///
/// # Errors
/// A sentence that says which shard is wrong, missing or there twice.
pub fn merged(files: &[(String, String)]) -> Result<(Sweep, Vec<Row>), String> {
    let mut whole: Option<(Sweep, String, u32)> = None;
    let mut there: Vec<Option<usize>> = Vec::new();
    let mut rows: Vec<Option<Row>> = Vec::new();
    for (place, (name, text)) in files.iter().enumerate() {
        let name = shown(name);
        let (head, lines) = text.split_once('\n').unwrap_or((text, ""));
        let (sweep, shard) = headed(head).map_err(|sentence| format!("{name}: {sentence}"))?;
        let plan = sweep.to_json(None);
        match &whole {
            None => {
                there.resize(shard.of as usize, None);
                rows.resize(sweep.runs() as usize, None);
                whole = Some((sweep.clone(), plan, shard.of));
            }
            Some((_, known, _)) if *known != plan => {
                return Err(format!(
                    "{name} is a shard of another sweep than {}; merge shards of one",
                    shown(&files[0].0)
                ));
            }
            Some((.., of)) if *of != shard.of => {
                return Err(format!(
                    "{name} is one of {} shards and {} one of {of}; merge shards of one size",
                    shard.of,
                    shown(&files[0].0)
                ));
            }
            Some(_) => {}
        }
        let known = &mut there[shard.number as usize - 1];
        if let Some(other) = known.replace(place) {
            return Err(format!(
                "shard {}/{} is there twice: in {} and in {name}",
                shard.number,
                shard.of,
                shown(&files[other].0)
            ));
        }
        put(lines, shard, &sweep, &mut rows).map_err(|sentence| format!("{name}: {sentence}"))?;
    }
    let (sweep, _, of) = whole.ok_or("there is nothing to merge; name the files of all shards")?;
    let missing: Vec<String> = there
        .iter()
        .zip(1..)
        .filter(|(known, _)| known.is_none())
        .map(|(_, number)| format!("{number}/{of}"))
        .collect();
    if !missing.is_empty() {
        let more = if missing.len() > 10 { format!(" and {} more", missing.len() - 10) } else { String::new() };
        return Err(format!("of {of} shards these are missing: {}{more}", missing[..missing.len().min(10)].join(", ")));
    }
    Ok((sweep, rows.into_iter().flatten().collect()))
}

/// Reads the first line of a shard.
fn headed(line: &str) -> Result<(Sweep, Shard), String> {
    let head: Value = serde_json::from_str(line).unwrap_or_default();
    let number = |place: usize| head["shard"][place].as_u64().and_then(|number| u32::try_from(number).ok());
    let (Some(_), Some(number), Some(of)) = (head["sweep"].as_u64(), number(0), number(1)) else {
        return Err("it is no shard of a sweep; `counterpoint sweep … --shard K/N` makes them".to_owned());
    };
    let sweep = Sweep::from_json(line)?;
    let own: Value = serde_json::from_str(&sweep.to_json(None)).expect("a sweep is JSON");
    if head["numbers"] != own["numbers"] || head["sweep"] != own["sweep"] {
        return Err("it was made by another version of this program, which counts other numbers".to_owned());
    }
    Ok((sweep, Shard::new(number, of)?))
}

/// Puts the rows of a shard to their places.
fn put(lines: &str, shard: Shard, sweep: &Sweep, rows: &mut [Option<Row>]) -> Result<(), String> {
    let mut expected = shard.runs(sweep);
    for (line, number) in lines.lines().zip(2..) {
        let (run, row) = Row::from_line(line).ok_or_else(|| format!("line {number} is no row: {}", shown(line)))?;
        if expected.next() != Some(run) {
            return Err(format!("line {number} is run {run}, which has no place there; make the shard again"));
        }
        rows[run as usize] = Some(row);
    }
    match expected.next() {
        None => Ok(()),
        Some(run) => Err(format!("it ends before run {run}; it was not finished, so make the shard again")),
    }
}
