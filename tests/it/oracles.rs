//! Long runs against the closed forms of queueing theory.
//!
//! Fixed seeds, zero network latency, the first tenth dropped as warm-up, batch means of 20 batches; a mean must lie
//! within 4 standard errors of the closed form, and the standard error must be small enough to tell it from its
//! neighbours ([`PRECISION`]).

use counterpoint::theory::{self, Steady};
use counterpoint::time::Moment;
use counterpoint::trace::{CallerOutcome, StayKind, Trace};
use serde_json::{Value, json};

use crate::story::{play_side, stays};

const BATCHES: usize = 20;

/// The largest standard error, relative to the closed form. Four of them tell M/M/1 from M/D/1, which waits half as long.
const PRECISION: f64 = 0.08;

/// The mean of the values after warm-up and its standard error, by batch means.
fn batch_mean(values: &[f64]) -> (f64, f64) {
    let settled = &values[values.len() / 10..];
    let size = settled.len() / BATCHES;
    let means: Vec<f64> =
        settled.chunks_exact(size).take(BATCHES).map(|batch| batch.iter().sum::<f64>() / size as f64).collect();
    let count = means.len() as f64;
    let mean = means.iter().sum::<f64>() / count;
    let variance = means.iter().map(|batch| (batch - mean) * (batch - mean)).sum::<f64>() / (count - 1.0);
    (mean, (variance / count).sqrt())
}

/// The values' mean agrees with `expected`, and is known well enough.
#[track_caller]
pub fn agrees(what: &str, values: &[f64], expected: f64) {
    let (mean, error) = batch_mean(values);
    assert!((mean - expected).abs() < 4.0 * error, "{what}: {mean} ± {error}, the closed form says {expected}");
    assert!(error < PRECISION * expected, "{what}: ± {error} is too coarse for {expected}");
}

fn seconds(later: Moment, earlier: Moment) -> f64 {
    later.since(earlier).as_seconds()
}

/// The queued side with Poisson arrivals at `rate` a second and `servers` consumers whose mean work is one second.
fn queued(rate: f64, servers: u32, work: Value, jobs: u32) -> Trace {
    let settings = json!({ "consumers": { "count": servers, "prefetch": 1 } });
    let scenario = json!({
        "seed": 1,
        "workload": { "jobs": jobs, "arrivals": { "pattern": "poisson", "rate_per_s": rate }, "work": work },
    });
    play_side("rabbitmq", settings, scenario)
}

/// How long each job waited in stays of a kind, in seconds; its last one counts.
pub fn waits(trace: &Trace, kind: StayKind) -> Vec<f64> {
    let mut waits = vec![0.0; trace.jobs.len()];
    for stay in stays(trace, kind) {
        waits[stay.part.at()] = seconds(stay.end, stay.begin);
    }
    waits
}

fn times(trace: &Trace) -> Vec<f64> {
    trace.jobs.iter().zip(&trace.parts).map(|(job, part)| seconds(part.finished, job.wanted)).collect()
}

#[track_caller]
fn is_steady(trace: &Trace, expected: Steady) {
    agrees("mean wait", &waits(trace, StayKind::Ready), expected.wait);
    agrees("mean time", &times(trace), expected.time);
}

/// Work of one second on average.
pub fn exponential() -> Value {
    json!({ "exponential": { "mean": "1s" } })
}

#[test]
fn an_m_m_1_queue_waits_as_long_as_the_closed_form_says() {
    is_steady(&queued(0.5, 1, exponential(), 40_000), theory::m_m_c(0.5, 1.0, 1));
    let busy = queued(0.8, 1, exponential(), 80_000);
    is_steady(&busy, theory::m_m_c(0.8, 1.0, 1));
    let beyond: Vec<f64> = waits(&busy, StayKind::Ready).iter().map(|wait| f64::from(u8::from(*wait > 5.0))).collect();
    agrees("share that waits more than 5 s", &beyond, theory::m_m_c_wait_exceeds(0.8, 1.0, 1, 5.0));
}

#[test]
fn an_m_d_1_queue_waits_half_as_long() {
    is_steady(&queued(0.5, 1, json!("1s"), 20_000), theory::m_d_1(0.5, 1.0));
    is_steady(&queued(0.8, 1, json!("1s"), 80_000), theory::m_d_1(0.8, 1.0));
}

/// Pollaczek and Khinchine: the wait depends on the service only by its mean and its squared coefficient of variation.
#[test]
fn an_m_g_1_queue_waits_as_pollaczek_and_khinchine_say() {
    let erlang = json!({ "erlang": { "shape": 2, "mean": "1s" } });
    is_steady(&queued(0.8, 1, erlang, 80_000), theory::m_g_1(0.8, 1.0, 0.5));
    let uniform = json!({ "uniform": { "min": "0s", "max": "2s" } });
    is_steady(&queued(0.8, 1, uniform, 80_000), theory::m_g_1(0.8, 1.0, 1.0 / 3.0));
}

#[test]
fn an_m_m_c_queue_waits_as_erlang_c_says() {
    for (rate, servers) in [(1.5, 2), (2.0, 3), (4.0, 5)] {
        let trace = queued(rate, servers, exponential(), 80_000);
        is_steady(&trace, theory::m_m_c(rate, 1.0, servers));
        let waited: Vec<f64> =
            waits(&trace, StayKind::Ready).iter().map(|wait| f64::from(u8::from(*wait > 0.0))).collect();
        agrees("share that waits", &waited, theory::erlang_c(servers, rate));
    }
}

/// The blocking side with `users` who think for `think` seconds on average and then wait for one of `servers`.
fn closed(think: f64, servers: u32, users: u32, jobs: u32) -> Trace {
    let settings = json!({ "caller": { "threads": users }, "server": { "workers": servers } });
    let think = json!({ "exponential": { "mean": format!("{}ms", think * 1000.0) } });
    let scenario = json!({
        "seed": 1,
        "workload": {
            "jobs": jobs, "arrivals": { "pattern": "users", "users": users, "think": think }, "work": exponential(),
        },
    });
    play_side("http", settings, scenario)
}

/// Users who run out of jobs leave before the others, so the last fifth is dropped with the warm-up.
#[test]
fn users_who_think_and_wait_are_a_closed_m_m_c_n() {
    for (think, servers, users) in [(1.0, 1, 2), (10.0, 1, 10), (4.0, 2, 8), (2.0, 3, 10)] {
        let trace = closed(think, servers, users, 20_000);
        let expected = theory::m_m_c_closed(1.0 / think, 1.0, servers, users);
        let mut jobs: Vec<_> = trace.jobs.iter().map(|job| (job.answered, job.wanted)).collect();
        jobs.sort_unstable();
        jobs.truncate(jobs.len() * 4 / 5);
        let times: Vec<f64> = jobs.iter().map(|(answered, wanted)| seconds(*answered, *wanted)).collect();
        agrees("mean time", &times, expected.steady.time);
        let gaps: Vec<f64> = jobs.windows(2).map(|pair| seconds(pair[1].0, pair[0].0)).collect();
        agrees("mean distance of answers", &gaps, 1.0 / expected.throughput);
    }
}

#[test]
fn a_bounded_accept_queue_loses_what_an_m_m_c_k_loses() {
    for (rate, servers, room) in [(0.8, 1, 5), (3.0, 2, 6)] {
        let settings = json!({ "caller": { "threads": room + 1 }, "server": { "workers": servers, "accept_queue": room - servers } });
        let scenario = json!({
            "seed": 1,
            "workload": {
                "jobs": 20_000, "arrivals": { "pattern": "poisson", "rate_per_s": rate }, "work": exponential(),
            },
        });
        let trace = play_side("http", settings, scenario);
        let expected = theory::m_m_c_k(rate, 1.0, servers, room);
        let lost: Vec<f64> =
            trace.jobs.iter().map(|job| f64::from(u8::from(job.caller == CallerOutcome::Refused))).collect();
        agrees("share refused", &lost, expected.loss);
        let accepted = trace.jobs.iter().filter(|job| job.caller == CallerOutcome::Answered);
        let times: Vec<f64> = accepted.map(|job| seconds(job.answered, job.wanted)).collect();
        agrees("mean time of the accepted", &times, expected.steady.time);
    }
}
