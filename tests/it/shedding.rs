//! Load shedding: `SHED-1` and `SHED-2`. A server that turns away what it cannot do in time, and one that does not.
//!
//! Source: Google, "Site Reliability Engineering", chapters "Handling Overload" and "Addressing Cascading Failures".

use counterpoint::time::{Moment, Span};
use counterpoint::trace::{CallerOutcome, StayKind, Trace};
use serde_json::json;

use crate::story::play_side;

/// c workers, at most K requests in the system, service S, more than enough of everything else.
fn loaded(workers: u32, limit: u32, rate_per_s: f64) -> Trace {
    let settings = json!({
        "caller": { "threads": 1000 },
        "server": { "workers": workers, "accept_queue": limit - workers, "when_full": "503" },
    });
    let scenario = json!({
        "workload": { "jobs": 2000, "arrivals": { "pattern": "poisson", "rate_per_s": rate_per_s }, "work": "40ms" },
        "network": { "latency": "2ms" },
    });
    play_side("http", settings, scenario)
}

#[test]
fn shed_1_nobody_waits_longer_than_the_queue_is_long_and_never_more_than_k_are_in_the_system() {
    for (workers, limit) in [(1, 1), (1, 6), (2, 5), (3, 10), (4, 8)] {
        let trace = loaded(workers, limit, 60.0 * f64::from(workers));
        let bound = Span::millis(40 * u64::from((limit - workers).div_ceil(workers)));
        let waits = trace.stays.iter().filter(|stay| stay.kind == StayKind::Queued);
        let longest = waits.map(|stay| stay.end - stay.begin).max().unwrap_or(Span::ZERO);
        assert!(longest <= bound, "{longest} > {bound} with {workers} workers and room for {limit}");
        if limit > workers {
            assert!(longest + Span::millis(40) > bound, "the bound is met: {longest} of {bound}");
        }
        let mut changes: Vec<(Moment, i32)> = Vec::new();
        for stay in trace.stays.iter().filter(|stay| matches!(stay.kind, StayKind::Queued | StayKind::Busy)) {
            changes.extend([(stay.begin, 1), (stay.end, -1)]);
        }
        changes.sort();
        let most = changes.iter().scan(0, |inside, (_, change)| {
            *inside += change;
            Some(*inside)
        });
        assert_eq!(most.max(), Some(limit as i32));
        let refused = trace.jobs.iter().filter(|job| job.caller == CallerOutcome::Refused).count();
        assert!(refused > 200, "at 2.4 times the capacity: {refused}");
    }
}

/// Twice what one worker can do, for 50 s; a caller waits at most 1 s.
fn overloaded(accept_queue: u32) -> Trace {
    let settings = json!({
        "caller": { "threads": 1000 }, "timeout": "1s",
        "server": { "workers": 1, "accept_queue": accept_queue, "when_full": "503" },
    });
    let scenario = json!({
        "workload": { "jobs": 2000, "arrivals": { "pattern": "poisson", "rate_per_s": 40.0 }, "work": "50ms" },
        "network": { "latency": "2ms" },
    });
    play_side("http", settings, scenario)
}

/// Jobs answered a second, and the share of the time for which the server works, from `from` to the last arrival.
fn goodput_and_use(trace: &Trace, from: Moment) -> (f64, f64) {
    let until = trace.jobs.last().unwrap().wanted;
    let seconds = (until - from).as_seconds();
    let inside = |at: Moment| at >= from && at < until;
    let answered = trace.jobs.iter().filter(|job| inside(job.answered)).count();
    let busy = trace.stays.iter().filter(|stay| stay.kind == StayKind::Busy);
    let busy: f64 = busy.map(|stay| (stay.end.min(until).since(stay.begin.max(from))).as_seconds()).sum();
    (answered as f64 / seconds, busy / seconds)
}

#[test]
fn shed_2_at_twice_the_capacity_shedding_keeps_the_goodput_and_without_it_the_server_works_for_nobody() {
    let from = Moment::START + Span::seconds(10);
    let (goodput, share) = goodput_and_use(&overloaded(5), from);
    assert!(goodput > 0.97 * 20.0 && share > 0.97, "{goodput} a second of 20, busy {share}");

    let (goodput, share) = goodput_and_use(&overloaded(1_000_000), from);
    assert!(goodput < 0.01 * 20.0, "{goodput} a second are of use to anybody");
    assert!(share > 0.999, "and the server is busy all the time: {share}");
}
