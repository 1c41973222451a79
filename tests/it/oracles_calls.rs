//! Long runs of the protocols that ask, against the closed forms: pools and loss, tandem, closed systems.
//!
//! Fixed seeds, zero network latency, the first tenth dropped as warm-up, batch means of 20 batches; a mean must lie
//! within 4 standard errors of the closed form, and be known to 8 % of it.

use counterpoint::theory;
use counterpoint::trace::{CallerOutcome, StayKind, Trace};
use serde_json::{Value, json};

use crate::oracles::{agrees, exponential, waits};
use crate::story::play_side;

fn poisson(rate: f64, jobs: u32) -> Value {
    json!({ "jobs": jobs, "arrivals": { "pattern": "poisson", "rate_per_s": rate }, "work": exponential() })
}

fn times(trace: &Trace) -> Vec<f64> {
    let answered = trace.jobs.iter().filter(|job| job.caller == CallerOutcome::Answered);
    answered.map(|job| (job.answered - job.wanted).as_seconds()).collect()
}

/// A pool of c connections before a database that could do more is an M/M/c queue.
#[test]
fn a_pool_of_connections_is_an_m_m_c_queue() {
    for (servers, rate, jobs) in [(1, 0.5, 40_000), (2, 1.5, 60_000), (5, 4.0, 60_000)] {
        let settings = json!({
            "caller": { "id": "app", "threads": 1000 },
            "pool": { "max_connections": servers, "acquire_timeout": "24h" }, "database": { "max_connections": 1000 },
        });
        let trace = play_side("postgresql", settings, json!({ "seed": 3, "workload": poisson(rate, jobs) }));
        let expected = theory::m_m_c(rate, 1.0, servers);
        agrees("mean wait for a connection", &waits(&trace, StayKind::Pool), expected.wait);
        agrees("mean time", &times(&trace), expected.time);
    }
}

/// c workers and room for K: what finds K is refused, and the rest is M/M/c/K.
#[test]
fn a_bounded_server_loses_as_much_as_m_m_c_k_says() {
    for (servers, limit, rate) in [(1, 5, 0.8), (1, 5, 2.0), (2, 6, 3.0), (5, 10, 4.0)] {
        let settings = json!({
            "caller": { "threads": 1000 }, "services": [{ "workers": servers, "accept_queue": limit - servers }],
        });
        let trace = play_side("chain", settings, json!({ "seed": 3, "workload": poisson(rate, 60_000) }));
        let refused: Vec<f64> =
            trace.jobs.iter().map(|job| f64::from(u8::from(job.caller == CallerOutcome::Refused))).collect();
        let expected = theory::m_m_c_k(rate, 1.0, servers, limit);
        agrees("loss", &refused, expected.loss);
        agrees("mean time of the accepted", &times(&trace), expected.steady.time);
    }
}

/// A bulkhead without a wait is Erlang's loss system, for any law of service.
#[test]
fn a_bulkhead_loses_as_much_as_erlang_b_says() {
    for work in [exponential(), json!("1s"), json!({ "uniform": { "min": "0ms", "max": "2s" } })] {
        let settings = json!({
            "caller": { "threads": 1000 }, "services": [{ "workers": 1000 }],
            "bulkhead": { "max_concurrent_calls": 10 },
        });
        let workload = json!({
            "jobs": 60_000, "work": work, "arrivals": { "pattern": "poisson", "rate_per_s": 8.0 },
        });
        let trace = play_side("chain", settings, json!({ "seed": 3, "workload": workload }));
        let refused: Vec<f64> =
            trace.jobs.iter().map(|job| f64::from(u8::from(job.caller == CallerOutcome::Refused))).collect();
        agrees("loss", &refused, theory::erlang_b(10, 8.0));
    }
}

/// Two services one after the other, each with one worker: Burke's theorem.
#[test]
fn services_in_sequence_are_a_tandem() {
    let settings = json!({
        "caller": { "threads": 1000 }, "order": "sequence",
        "services": [
            { "id": "a", "name": "A", "accept_queue": 1_000_000 }, { "id": "b", "name": "B", "accept_queue": 1_000_000 }
        ],
    });
    let workload = json!({
        "jobs": 80_000, "arrivals": { "pattern": "poisson", "rate_per_s": 0.5 },
        "parts": [
            { "id": "a", "work": exponential() }, { "id": "b", "work": { "exponential": { "mean": "1250ms" } } }
        ],
    });
    let trace = play_side("chain", settings, json!({ "seed": 3, "workload": workload }));
    agrees("mean time", &times(&trace), 1.0 / (1.0 - 0.5) + 1.0 / (0.8 - 0.5));
}

/// N users who think and then wait: the machine-repair model.
#[test]
fn users_who_wait_are_a_closed_system() {
    for (servers, users, think) in [(1, 5, 5.0), (1, 10, 10.0), (2, 8, 4.0), (3, 10, 2.0)] {
        let settings = json!({ "caller": { "threads": users }, "services": [{ "workers": servers }] });
        let workload = json!({
            "jobs": 60_000, "work": exponential(),
            "arrivals": { "pattern": "users", "users": users, "think": { "exponential": { "mean": format!("{think}s") } } },
        });
        let trace = play_side("chain", settings, json!({ "seed": 3, "workload": workload }));
        let expected = theory::m_m_c_closed(1.0 / think, 1.0, servers, users);
        agrees("mean time", &times(&trace), expected.steady.time);
    }
}

/// What an event loop has in hand waits for its one thread as for a single server.
#[test]
fn an_event_loop_that_computes_is_an_m_m_1_queue() {
    let settings = json!({
        "caller": { "kind": "event-loop", "callback": exponential() }, "services": [{ "workers": 1000 }],
    });
    let workload = json!({
        "jobs": 80_000, "work": "0ms", "arrivals": { "pattern": "poisson", "rate_per_s": 0.5 },
    });
    let trace = play_side("chain", settings, json!({ "seed": 3, "workload": workload }));
    // Whose callback is next does not depend on how long it takes, so the number of jobs in hand is M/M/1's.
    agrees("mean time", &times(&trace), theory::m_m_c(0.5, 1.0, 1).time);
}
