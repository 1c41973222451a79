//! What laying out costs: a window of a long run beside the same window of a short one, and whole runs.
//!
//! A window that shows as much must cost as much, however long the run is: with 100,000 jobs at most three times as much
//! as with 1,000. The two are measured by turns in one process, and the bench fails if the ratio of the medians is
//! higher. `cargo bench --bench layout`.

#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::process::ExitCode;
use std::time::Instant;

use counterpoint::scenario::{Played, Scenario};
use counterpoint::scene::{Index, View, layout_with, spotlight};
use counterpoint::time::{Moment, Span};
use counterpoint::trace::JobId;

/// How much more a window of a run with a hundred times as many jobs may cost.
const MOST: f64 = 3.0;
const ROUNDS: usize = 15;

/// Brokers that keep what they have stored (a log), that forget it (a queue), and a side that calls.
const SIDES: &[(&str, &str)] = &[
    ("http and rabbitmq", r#"[{"protocol":"http"},{"protocol":"rabbitmq","consumers":{"count":2}}]"#),
    ("kafka and sqs", r#"[{"protocol":"kafka"},{"protocol":"sqs"}]"#),
];

fn main() -> ExitCode {
    let mut is_good = true;
    for (name, sides) in SIDES {
        is_good &= windows(name, sides);
    }
    wholes();
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(jobs: u32, sides: &str) -> Played {
    let text = format!(
        r#"{{"name":"bench","seed":7,"workload":{{"jobs":{jobs},"work":"4ms",
        "arrivals":{{"pattern":"poisson","rate_per_s":100}}}},"network":{{"latency":"2ms"}},"sides":{sides}}}"#
    );
    Scenario::from_json(&text).expect("it is valid").play()
}

/// The same stretch of time, near the end of a short run and of one a hundred times as long.
fn windows(name: &str, sides: &str) -> bool {
    let runs = [1_000, 100_000].map(|jobs| {
        let played = run(jobs, sides);
        let begin = Instant::now();
        let index = Index::of(&played.sides);
        let index_ms = milliseconds(begin);
        (jobs, played, index, index_ms)
    });
    let mut times: [Vec<f64>; 2] = Default::default();
    let mut drawn = [0; 2];
    for round in 0..ROUNDS {
        for (place, (jobs, played, index, _)) in runs.iter().enumerate() {
            // About a hundred jobs before the end, so that almost the whole run lies before the window.
            let from = Moment::START + Span::millis(u64::from(*jobs) * 9 + round as u64 * 20);
            let view = View { from: Some(from), to: Some(from + Span::millis(400)), ..View::default() };
            let begin = Instant::now();
            let scene = layout_with(&played.sides, index, &view);
            times[place].push(milliseconds(begin));
            drawn[place] += scene.shapes().count();
        }
    }
    let [short, long] = times.map(median);
    let ratio = long / short;
    println!("a window of 400 ms, {name}:");
    for ((jobs, played, _, index_ms), (time, drawn)) in runs.iter().zip([short, long].iter().zip(drawn)) {
        let messages: usize = played.sides.iter().map(|side| side.trace.messages.len()).sum();
        println!(
            "{jobs:>9} jobs, {messages:>9} messages: {time:8.2} ms, {} shapes; index made in {index_ms:.1} ms",
            drawn / ROUNDS
        );
    }
    println!("    ratio {ratio:.2}, at most {MOST}");
    ratio <= MOST
}

/// Whole runs, the index included, and what it costs then to select a job.
fn wholes() {
    println!("a whole run, http and rabbitmq:");
    for jobs in [12, 2_000, 20_000, 100_000] {
        let played = run(jobs, SIDES[0].1);
        let (mut laid_out, mut lit, mut shapes) = (Vec::new(), Vec::new(), 0);
        for _ in 0..5 {
            let begin = Instant::now();
            let index = Index::of(&played.sides);
            let scene = layout_with(&played.sides, &index, &View::default());
            laid_out.push(milliseconds(begin));
            shapes = scene.shapes().count();
            let begin = Instant::now();
            std::hint::black_box(spotlight(
                &played.sides,
                &index,
                &View::default(),
                &scene,
                JobId::from_index(jobs / 2),
            ));
            lit.push(milliseconds(begin));
        }
        let (laid_out, lit) = (median(laid_out), median(lit));
        println!("{jobs:>9} jobs: {laid_out:8.2} ms, {shapes} shapes; selecting a job {lit:.2} ms");
    }
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
