//! What the actors cost: an M/M/4 queue with 1,000,000 jobs through the RabbitMQ actors with full trace, beside a bare
//! loop that makes the same number of agenda operations, random draws and row writes and nothing else.
//!
//! Median of nine alternating runs. `cargo bench --features bench --bench loop`; jobs and runs can be given as arguments.
//!
//! Measured on a virtual machine with two cores that others used as well, with all protocols in place: natively 90 to
//! 181 ns an agenda event for the bare loop and 155 to 297 ns for the queue, a ratio of 1.4 to 2.0, mostly 1.7 (aim: at
//! most 2). The page's own build of the engine, which is for size, in Chromium and by turns with the native one, 200,000
//! jobs a run: 144 to 267 ns, 0.9 to 1.5 × the native time, mostly 1.1 (aim: at most 1.4). The page's engine
//! (src/bin/engine.rs) built with the feature `bench` has `measureQueue` and `measureBare`, which do the same.

#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::time::Instant;

use counterpoint::measure::{bare, counts, queue};

const JOBS: u32 = 1_000_000;
const RUNS: usize = 9;

fn main() {
    // Cargo adds `--bench`.
    let numbers: Vec<u32> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let jobs = numbers.first().copied().unwrap_or(JOBS);
    let runs = numbers.get(1).map_or(RUNS, |runs| *runs as usize);
    let counted = counts(&queue(jobs));
    let (mut real, mut floor) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        floor.push(nanoseconds(|| bare(counted).events));
        real.push(nanoseconds(|| queue(jobs).events));
    }
    println!("{counted:?}");
    let (real, floor) = (median(real), median(floor));
    for (name, time) in [("bare loop", floor), ("M/M/4 queue", real)] {
        let (event, job) = (time / counted.events as f64, time / f64::from(jobs));
        println!("{name:>12}: {event:7.1} ns an agenda event, {job:7.1} ns a job");
    }
    println!("{:>12}: {:.2}", "ratio", real / floor);
}

fn nanoseconds(run: impl FnOnce() -> u64) -> f64 {
    let begin = Instant::now();
    std::hint::black_box(run());
    begin.elapsed().as_nanos() as f64
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
