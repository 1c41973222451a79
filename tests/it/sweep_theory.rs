//! What queueing theory expects of a point of a sweep, and what the runs say.
//!
//! Ten repeats with fixed seeds, from an empty start and so long that the start weighs little; the mean must lie within four
//! standard errors of the closed form, and the standard error must be less than a tenth of it.

use counterpoint::experiment::{Axis, Curves, Quantity, Sweep, expected, place_of};
use counterpoint::scenario::Scenario;
use serde_json::{Value, json};

/// The 97.5th percentile of Student's t with 9 degrees of freedom, by which an interval is wider than a standard error.
const T_OF_TEN: f64 = 2.262_157;

/// A scenario for which closed forms hold on both sides: one worker, and room for all.
fn plain() -> Value {
    json!({
        "version": 2, "name": "plain",
        "workload": { "jobs": 3000, "arrivals": { "pattern": "poisson", "rate_per_s": 5 }, "work": { "exponential": { "mean": "100ms" } } },
        "network": { "latency": "7ms" },
        "sides": [
            { "protocol": "http", "caller": { "threads": 500 } },
            { "protocol": "rabbitmq" },
        ],
    })
}

fn with(mut scenario: Value, settings: &[(&str, Value)]) -> Value {
    for (pointer, value) in settings {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        scenario.pointer_mut(parent).unwrap()[key] = value.clone();
    }
    scenario
}

#[track_caller]
fn agrees(scenario: Value, over: &str, models: [Option<&str>; 2]) {
    let scenario = Scenario::from_value(scenario).unwrap();
    let axis = Axis::parse(over, &scenario).unwrap();
    let sweep = Sweep::new(scenario, vec![axis], 10).unwrap();
    let curves = Curves::of(&sweep, (0..sweep.runs()).map(|run| sweep.run(run)).collect());
    let finished = Quantity::Plain(place_of("time_to_finish.mean_us").unwrap());
    for (side, model) in models.into_iter().enumerate() {
        for (point, theory) in curves.expected(&curves.series()[0], side).into_iter().enumerate() {
            assert_eq!(theory.as_ref().ok().map(|theory| theory.model), model, "{over}, side {side}: {theory:?}");
            let Ok(theory) = theory else { continue };
            let found = curves.estimate(point, side, finished).unwrap();
            let error = found.half_width.unwrap() / T_OF_TEN;
            let off = (found.mean - theory.finished_us).abs();
            assert!(off < 4.0 * error, "{over}, side {side}, point {point}: {found:?} and {theory:?}");
            assert!(error < 0.1 * theory.finished_us, "{over}, side {side}, point {point}: {error} is too coarse");
        }
    }
}

#[test]
fn one_worker_agrees_with_m_m_1_and_its_like() {
    let rates = "workload.arrivals.rate_per_s=3,6";
    agrees(plain(), rates, [Some("M/M/c/K"), Some("M/M/1")]);
    let fixed = with(plain(), &[("/workload/work", "100ms".into())]);
    agrees(fixed, rates, [Some("M/D/1"), Some("M/D/1")]);
    let uneven = json!({ "log_normal": { "mean": "100ms", "squared_cv": 0.5 } });
    agrees(with(plain(), &[("/workload/work", uneven)]), rates, [Some("M/G/1"), Some("M/G/1")]);
}

#[test]
fn several_workers_agree_with_m_m_c_and_a_short_queue_with_m_m_c_k() {
    let crew = [
        ("/network/latency", json!("0ms")),
        ("/sides/0/server", json!({ "workers": 3, "accept_queue": 2 })),
        ("/sides/1/consumers", json!({ "count": 3, "prefetch": 1 })),
    ];
    agrees(with(plain(), &crew), "workload.arrivals.rate_per_s=15,22", [Some("M/M/c/K"), Some("M/M/c")]);
}

#[test]
fn users_who_think_and_wait_agree_with_the_closed_form() {
    let users = json!({ "pattern": "users", "users": 8, "think": "500ms" });
    let closed = with(plain(), &[("/workload/arrivals", users)]);
    agrees(closed, "workload.arrivals.users=4,8", [Some("M/M/c//N"), None]);
}

#[test]
fn where_none_holds_it_is_said_why() {
    let at = |pointer: &'static str, value: Value| (pointer, value);
    let cases = [
        (0, at("/workload/arrivals/rate_per_s", json!(5.0)), ""),
        (0, at("/sides/0/timeout", json!("1s")), "none speaks of its `timeout`"),
        (0, at("/sides/0/server", json!({ "factors": [2.0] })), "none speaks of its `server.factors`"),
        (0, at("/sides/0/connections", json!(3)), "calls wait for a connection"),
        (0, at("/sides/0/caller", json!({ "threads": 2 })), "the caller has so few threads that jobs wait for one"),
        (0, at("/sides/0/protocol", json!("rest")), "none is known for the protocol `rest`"),
        (0, at("/network/loss", json!(0.1)), "messages are lost or come twice"),
        (0, at("/network/latency", json!({ "exponential": { "mean": "1ms" } })), "the latency is not always the same"),
        (0, at("/workload/poison", json!([3])), "executions fail"),
        (0, at("/workload/work", json!({ "listed": { "values": ["1ms"] } })), "the work is a list and not random"),
        (1, at("/workload/arrivals/rate_per_s", json!(12.0)), "the workers are asked for 120 % of what they can do"),
        (1, at("/workload/arrivals", json!({ "pattern": "burst" })), "the arrivals are no Poisson process"),
        (
            1,
            at("/sides/1/consumers", json!({ "count": 2 })),
            "its prefetch makes the jobs wait in other ways than one line before all workers",
        ),
        (
            1,
            at("/sides/1/consumers", json!({ "prefetch": 1 })),
            "its prefetch makes the jobs wait in other ways than one line before all workers",
        ),
        (1, at("/sides/1/confirm_timeout", json!("14ms")), "messages are published again before they can be confirmed"),
        (1, at("/sides/1/confirms", json!("wait")), "none speaks of its `confirms`"),
        (
            1,
            at("/changes", json!([{ "id": "x", "at": "1s", "for": "1s", "fault": "outage", "actor": "server" }])),
            "there are faults",
        ),
        (1, at("/changes", json!([{ "id": "x", "at": "1s", "for": "0s", "fault": "outage", "actor": "server" }])), ""),
    ];
    for (side, setting, reason) in cases {
        let scenario = Scenario::from_value(with(plain(), std::slice::from_ref(&setting))).unwrap();
        assert_eq!(expected(&scenario, side).err().unwrap_or_default(), reason, "{setting:?}");
    }
}
