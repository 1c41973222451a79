//! As many jobs as a scenario may have, through every protocol: the run ends settled, within what one side may have of
//! everything. `COUNTERPOINT_LONG` runs that many; otherwise some are run, and what they took is multiplied.

use counterpoint::engine::Limits;
use counterpoint::protocol;
use counterpoint::scenario::{MAX_JOBS, Scenario};
use counterpoint::trace::{Outcome, Trace};
use serde_json::json;

fn jobs() -> u32 {
    if std::env::var_os("COUNTERPOINT_LONG").is_some() { MAX_JOBS } else { 2_000 }
}

/// A protocol with its defaults, before which jobs come a little slower than one worker can do them.
fn run(protocol: &str, jobs: u32) -> Trace {
    let parts = if protocol == "graphql" {
        json!([{ "id": "list", "work": "2ms" }, { "id": "author", "work": "2ms" }])
    } else {
        json!([])
    };
    let jobs = jobs / (parts.as_array().map_or(0, Vec::len) as u32).max(1);
    let mut left = json!({ "protocol": protocol });
    if protocol == "graphql" {
        left["authors"] = json!(1);
    }
    if protocol == "system" {
        left["parties"] = json!([
            { "id": "shop", "caller": {}, "does": [{ "call": "api", "request": "POST /orders" }] },
            { "id": "api", "service": {}, "on": [
                { "request": "POST /orders", "does": [{ "publish": "mails" }, { "answer": "202 Accepted" }] },
            ] },
            { "id": "mails", "rabbitmq": {} },
            { "id": "mailer", "consumer": { "queue": "mails", "prefetch": 1 }, "does": [{ "work": "work" }] },
        ]);
    }
    let mut right = left.clone();
    right["id"] = json!("right");
    let arrivals = json!({ "pattern": "poisson", "rate_per_s": 10 });
    let fields = json!({
        "name": "many", "workload": { "jobs": jobs, "arrivals": arrivals, "work": "5ms", "parts": parts },
        "network": { "latency": "1ms" }, "sides": [left, right],
    });
    let scenario = Scenario::from_json(&fields.to_string()).unwrap_or_else(|error| panic!("{protocol}: {error}"));
    scenario.play().sides.swap_remove(0).trace
}

#[test]
fn as_many_jobs_as_there_may_be_end_settled_in_every_protocol() {
    let limits = Limits::default();
    for protocol in protocol::NAMES {
        let trace = run(protocol, jobs());
        let times = u64::from(MAX_JOBS / jobs());
        println!("{protocol}: {} events and {} rows", trace.events * times, trace.rows() * times);
        assert_eq!(trace.outcome, Outcome::Settled, "{protocol}");
        assert!(trace.events * times <= limits.events, "{protocol}: {} events", trace.events * times);
        assert!(trace.rows() * times <= limits.rows, "{protocol}: {} rows", trace.rows() * times);
    }
}
