//! How long a sweep takes on this machine: `order-emails` over 20 rates × 5 repeats × 10,000 jobs.
//!
//! It prints the time that the runs take on all cores and on one, and what the reading of their rows and its picture take after
//! that. `cargo bench --bench sweep`. Seconds differ from machine to machine, so nothing is compared with them.

#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::time::Instant;

use counterpoint::chart;
use counterpoint::experiment::{Axis, Curves, Row, Sweep};
use counterpoint::scenario::preset;
use rayon::prelude::*;

fn main() {
    let scenario = preset("order-emails").expect("it is built in").scenario();
    let scenario = scenario.with("workload.jobs", 10_000.into()).expect("so many jobs may be");
    let axis = Axis::parse("workload.arrivals.rate_per_s=1..20:20", &scenario).expect("it is an axis");
    let sweep = Sweep::new(scenario, vec![axis], 5).expect("it is a sweep");
    let (runs, cores) = (sweep.runs(), rayon::current_num_threads());

    let begun = Instant::now();
    let rows: Vec<Row> = (0..runs).into_par_iter().with_max_len(1).map(|run| sweep.run(run)).collect();
    println!("{runs} runs of 10,000 jobs on {cores} cores: {:.2} s", begun.elapsed().as_secs_f64());

    let begun = Instant::now();
    let alone: Vec<Row> = (0..runs).map(|run| sweep.run(run)).collect();
    println!("on one core: {:.2} s", begun.elapsed().as_secs_f64());
    assert_eq!(alone, rows, "who makes a run does not matter");

    let begun = Instant::now();
    let curves = Curves::of(&sweep, rows);
    let (told, drawn) = (curves.to_json().len(), chart::markup(&curves, 1200).len());
    println!("read, told in {told} bytes and drawn in {drawn}: {:.3} s", begun.elapsed().as_secs_f64());
}
