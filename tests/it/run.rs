//! The loop: it can stop and go on, it has bounds, and it knows when nothing is left to happen.

use counterpoint::engine::{Limits, Progress};
use counterpoint::scenario::{Played, Run, Scenario};
use counterpoint::time::{Moment, Span};
use counterpoint::trace::{CallerOutcome, Limit, Outcome, WorkOutcome};
use serde_json::{Value, json};

use crate::story::play_within;

fn scenario(mut fields: Value) -> Scenario {
    fields["name"] = json!("run");
    let other = json!({ "protocol": "http", "caller": { "id": "other-client" }, "server": { "id": "other-server" } });
    let first = fields.get("sides").map_or(json!({ "protocol": "http" }), |sides| sides[0].clone());
    fields["sides"] = json!([first, other]);
    Scenario::from_value(fields).unwrap_or_else(|problem| panic!("{problem}"))
}

fn busy() -> Scenario {
    scenario(json!({
        "seed": 11,
        "workload": {
            "jobs": 60,
            "arrivals": { "pattern": "poisson", "rate_per_s": 8.0 },
            "work": { "log_normal": { "median": "100ms", "p99": "900ms" } },
        },
        "network": { "latency": { "uniform": { "min": "1ms", "max": "30ms" } }, "loss": 0.05 },
        "sides": [{ "protocol": "http", "caller": { "threads": 3 }, "timeout": "400ms", "retry": { "max_attempts": 3 } }],
        "changes": [{ "at": "2s", "for": "1s", "fault": "crash", "actor": "server" }],
    }))
}

fn rows(played: &Played) -> String {
    played.sides.iter().map(|side| format!("{:?}", side.trace)).collect()
}

#[test]
fn a_run_in_slices_is_the_run_in_one_go() {
    let whole = rows(&busy().play());
    for budget in [1, 7, 1000] {
        let mut run = Run::new(busy());
        let mut slices = 0;
        let mut fraction = 0.0;
        while run.advance(budget) == Progress::Running {
            assert!(run.fraction() >= fraction && run.fraction() <= 1.0);
            fraction = run.fraction();
            slices += 1;
        }
        assert!(slices >= 1_000 / budget / 2, "{slices} slices of {budget}");
        assert_eq!(rows(&run.into_played()), whole);
    }
}

#[test]
fn a_run_can_be_broken_off_and_what_there_is_of_it_read() {
    let mut run = Run::new(busy());
    assert_eq!(run.advance(50), Progress::Running);
    let trace = &run.into_played().sides[0].trace;
    assert_eq!(trace.outcome, Outcome::LimitReached(Limit::BrokenOff));
    assert!(trace.messages.len() > 3 && trace.messages.len() < 60);
}

#[test]
fn a_bound_on_events_or_on_time_is_an_outcome() {
    let outcome = |limits: Limits| {
        let trace = play_within(busy(), limits).sides.swap_remove(0).trace;
        (trace.outcome, trace.ended, trace.events)
    };
    let (met, _, events) = outcome(Limits { events: 100, ..Limits::default() });
    assert_eq!((met, events), (Outcome::LimitReached(Limit::Events), 100));
    let (met, ended, _) = outcome(Limits { span: Span::seconds(1), ..Limits::default() });
    assert_eq!(met, Outcome::LimitReached(Limit::SimulatedTime));
    assert!(ended <= Moment::from_micros(1_000_000));
    assert_eq!(outcome(Limits::default()).0, Outcome::Settled);
}

/// The keep-alive timer of 75 s is still to come when the last answer is there, and keeps nothing alive.
#[test]
fn a_run_ends_with_the_last_thing_that_carries_a_job() {
    let trace = scenario(json!({ "workload": { "work": "40ms" } })).play().sides.swap_remove(0).trace;
    assert_eq!(trace.ended, Moment::from_micros(60_000));
    assert_eq!(trace.steps.len(), 4, "wanted, arrived, worked, answered: {:?}", trace.steps);
}

#[test]
fn a_time_out_that_came_to_nothing_leaves_no_step() {
    let sides = json!([{ "protocol": "http", "timeout": "1s" }]);
    let fields =
        json!({ "workload": { "jobs": 2, "arrivals": { "pattern": "listed", "at": ["0ms", "5s"] } }, "sides": sides });
    let trace = scenario(fields).play().sides.swap_remove(0).trace;
    assert_eq!(trace.steps.len(), 8, "{:?}", trace.steps);
}

/// Users who think: each wants the next job so long after the last one was off their hands.
#[test]
fn a_closed_workload_wants_the_next_job_when_the_last_is_off_the_users_hands() {
    let trace = scenario(json!({
        "workload": { "jobs": 6, "arrivals": { "pattern": "users", "users": 2, "think": "100ms" }, "work": "30ms" },
        "network": { "latency": "0ms" },
        "sides": [{ "protocol": "http", "caller": { "threads": 2 } }],
    }))
    .play()
    .sides
    .swap_remove(0)
    .trace;
    let wanted: Vec<u64> = trace.jobs.iter().map(|job| job.wanted.micros() / 1000).collect();
    // One worker: the second user's first answer comes 30 ms later, and so does all that follows.
    assert_eq!(wanted, [100, 100, 230, 260, 360, 390]);
    assert!(trace.jobs.iter().all(|job| job.caller == CallerOutcome::Answered));
}

/// Nobody has a quota: whoever is free takes the next job, so nobody is left over while others still have work to want.
#[test]
fn users_want_until_the_jobs_are_used_up() {
    let trace = scenario(json!({
        "workload": { "jobs": 7, "arrivals": { "pattern": "users", "users": 2, "think": "100ms" },
            "work": { "listed": { "values": ["1s", "30ms", "30ms", "30ms", "30ms", "30ms", "30ms"] } } },
        "network": { "latency": "0ms" },
        "sides": [{ "protocol": "http", "caller": { "threads": 2 }, "server": { "workers": 2 } }],
    }))
    .play()
    .sides
    .swap_remove(0)
    .trace;
    let wanted: Vec<u64> = trace.jobs.iter().map(|job| job.wanted.micros() / 1000).collect();
    // The first user has a long job; the second one wants all others meanwhile.
    assert_eq!(wanted, [100, 100, 230, 360, 490, 620, 750]);
    assert_eq!(trace.ended.micros(), 1_100_000);
}

/// A server that dies for good while it works: nobody holds the job any more, and nobody will do it.
#[test]
fn what_nobody_holds_is_lost_and_what_somebody_holds_is_unfinished() {
    let trace = scenario(json!({
        "workload": { "jobs": 1, "work": "100ms" },
        "changes": [{ "at": "50ms", "fault": "crash", "actor": "server" }],
    }))
    .play()
    .sides
    .swap_remove(0)
    .trace;
    assert_eq!(trace.parts[0].outcome, WorkOutcome::Lost);
    let limits = Limits { span: Span::millis(1500), ..Limits::default() };
    let trace = play_within(busy(), limits).sides.swap_remove(0).trace;
    let open: Vec<_> = trace.parts.iter().filter(|part| part.outcome == WorkOutcome::Unfinished).collect();
    assert!(open.len() > 40, "{}", open.len());
}

#[test]
fn every_step_is_caused_by_an_earlier_one() {
    for side in busy().play().sides {
        for (index, step) in side.trace.steps.iter().enumerate() {
            if let Some(cause) = step.cause.known() {
                assert!(cause.at() < index);
                assert!(side.trace.steps[cause.at()].at <= step.at);
            }
        }
    }
}
