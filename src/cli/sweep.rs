//! `sweep` and `merge`: load curves on all cores, or on as many machines as there are.
//!
//! *Invariant:* what is written depends on the sweep alone, and not on who made which run.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;

use super::Trouble;
use super::arguments::{MergeArguments, ReadingArguments, ReadingFormat, SweepArguments};
use super::output::Output;
use super::run;
use crate::chart;
use crate::experiment::{Axis, Curves, Row, Shard, Sweep, merged};

pub(super) fn sweep(arguments: &SweepArguments) -> Result<(), Trouble> {
    let (scenario, _) = run::read(&arguments.scenario)?;
    let scenario = run::changed(&scenario, &arguments.set, arguments.seed)?;
    let axes = arguments.over.iter().map(|text| Axis::parse(text, &scenario)).collect::<Result<Vec<_>, _>>();
    let axes = axes.map_err(|sentence| Trouble::Input(format!("--over: {sentence}")))?;
    let sweep = Sweep::new(scenario, axes, arguments.repeats);
    let sweep = sweep.map_err(|sentence| Trouble::Input(format!("--over: {sentence}")))?;
    check_picture(&sweep, &arguments.reading)?;
    let mut to = Output::open(arguments.reading.output.as_deref())?;
    let written = match arguments.shard {
        Some(shard) => write_shard(&mut to, &sweep, shard),
        None => {
            let rows = rows(&sweep, (0..sweep.runs()).collect());
            write(&mut to, &sweep, rows, &arguments.reading)
        }
    };
    to.finish(written)
}

pub(super) fn merge(arguments: &MergeArguments) -> Result<(), Trouble> {
    let mut files = Vec::new();
    for path in &arguments.files {
        let name = path.display().to_string();
        let text = File::open(path).and_then(io::read_to_string);
        files.push((name.clone(), text.map_err(|error| Trouble::Input(format!("{name} could not be read: {error}")))?));
    }
    let (sweep, rows) = merged(&files).map_err(Trouble::Input)?;
    check_picture(&sweep, &arguments.reading)?;
    let mut to = Output::open(arguments.reading.output.as_deref())?;
    let written = write(&mut to, &sweep, rows, &arguments.reading);
    to.finish(written)
}

/// Refuses a picture that has no room for all, before the runs are made.
fn check_picture(sweep: &Sweep, reading: &ReadingArguments) -> Result<(), Trouble> {
    match reading.format {
        ReadingFormat::Svg => chart::check(sweep).map_err(|sentence| Trouble::Input(format!("--format: {sentence}"))),
        ReadingFormat::Text | ReadingFormat::Csv | ReadingFormat::Json => Ok(()),
    }
}

/// The rows of these runs, in their order, made on all cores.
fn rows(sweep: &Sweep, runs: Vec<u32>) -> Vec<Row> {
    let shows = io::stderr().is_terminal();
    let (done, all) = (AtomicU32::new(0), runs.len() as u32);
    let run = |number: u32| {
        let row = sweep.run(number);
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        if shows {
            // Nobody hears it where that fails, and the rows are what counts.
            let _ = write!(io::stderr(), "\r{done} of {all} runs{}", if done == all { "\n" } else { "" });
        }
        row
    };
    // One at a time, because those of a point take as long as each other and those of another point may take far longer.
    runs.into_par_iter().with_max_len(1).map(run).collect()
}

fn write_shard(to: &mut impl Write, sweep: &Sweep, shard: Shard) -> io::Result<()> {
    let runs: Vec<u32> = shard.runs(sweep).collect();
    writeln!(to, "{}", sweep.to_json(Some(shard)))?;
    let rows = rows(sweep, runs.clone());
    runs.iter().zip(rows).try_for_each(|(run, row)| writeln!(to, "{}", row.to_line(*run)))
}

fn write(to: &mut impl Write, sweep: &Sweep, rows: Vec<Row>, reading: &ReadingArguments) -> io::Result<()> {
    let curves = Curves::of(sweep, rows);
    match reading.format {
        ReadingFormat::Text => to.write_all(curves.to_text().as_bytes()),
        ReadingFormat::Csv => curves.write_csv(to),
        ReadingFormat::Json => to.write_all(curves.to_json().as_bytes()),
        ReadingFormat::Svg => to.write_all(chart::document(&curves, reading.width, reading.theme.into()).as_bytes()),
    }
}
