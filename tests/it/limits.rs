//! What ends a run that would not end by itself, and that the outcome names it.

use counterpoint::engine::{Limits, Progress};
use counterpoint::export::Format;
use counterpoint::scenario::{Run, Scenario};
use counterpoint::time::{Moment, Span};
use counterpoint::trace::{Limit, Outcome, Trace, WorkOutcome};
use serde_json::{Value, json};

use crate::story::{hard_to_write, play_within, sent, written};

fn left_with(limits: Limits, workload: Value, left: Value) -> Trace {
    let fields = json!({ "name": "limits", "workload": workload, "sides": [left, { "protocol": "http" }] });
    let scenario = Scenario::from_json(&fields.to_string()).unwrap_or_else(|error| panic!("{error}"));
    play_within(scenario, limits).sides.swap_remove(0).trace
}

/// A failed message goes back to the head of the queue; the only consumer gets nothing else.
fn given_back_for_ever(prefetch: u16) -> Value {
    json!({
        "protocol": "rabbitmq",
        "queue": { "type": "classic" },
        "consumers": { "count": 1, "prefetch": prefetch, "on_failure": "nack", "requeue": true },
    })
}

fn poisoned() -> Value {
    json!({ "jobs": 5, "arrivals": { "pattern": "burst" }, "work": "1ms", "poison": [1] })
}

#[test]
fn a_loop_that_settles_nothing_ends_early_and_is_called_one() {
    for (prefetch, done) in [(1, 0), (2, 4)] {
        let trace = left_with(Limits::default(), poisoned(), given_back_for_ever(prefetch));
        assert_eq!(trace.outcome, Outcome::LimitReached(Limit::Loop));
        let settled = trace.parts.iter().filter(|part| part.outcome == WorkOutcome::Done).count();
        assert_eq!(settled, done, "with a prefetch of {prefetch}");
        // What was begun before the others were done does not count.
        assert!((10_001..10_010).contains(&trace.parts[0].executions), "{}", trace.parts[0].executions);
        assert!(trace.rows() < 400_000, "{} rows", trace.rows());
    }
}

/// Nothing ends a message's life in a queue without a dead-letter queue, save its retention.
#[test]
fn a_message_that_comes_back_whenever_its_time_is_up_is_a_loop_too() {
    let left = json!({ "protocol": "sqs", "queue": { "visibility_timeout": "1s" } });
    let trace = left_with(Limits::default(), poisoned(), left);
    assert_eq!(trace.outcome, Outcome::LimitReached(Limit::Loop), "{} events, {:?}", trace.events, trace.ended);
}

#[test]
fn what_is_repeated_while_others_are_settled_is_no_loop() {
    let limits = Limits { repeats: 30, ..Limits::default() };
    let workload = json!({ "jobs": 200, "arrivals": { "pattern": "burst" }, "work": "1ms", "poison": [1] });
    let trace = left_with(limits, workload, given_back_for_ever(2));
    assert_eq!(trace.outcome, Outcome::LimitReached(Limit::Loop));
    let done = trace.parts.iter().filter(|part| part.outcome == WorkOutcome::Done).count();
    assert_eq!(done, 199, "everything else was done before the loop ended the run");
    assert!(trace.parts[0].executions > 100, "{}", trace.parts[0].executions);
}

/// The count of what was begun does not stop where a smaller number would have ended.
#[test]
fn executions_beyond_sixty_five_thousand_are_counted() {
    let limits = Limits { repeats: 70_000, ..Limits::default() };
    let trace = left_with(limits, poisoned(), given_back_for_ever(1));
    assert_eq!(trace.parts[0].executions, 70_001);
    let attempts = sent(&trace, "basic.deliver").into_iter().map(|message| message.attempt);
    assert_eq!(attempts.max(), Some(70_001));
}

#[test]
fn each_limit_is_named() {
    let met = |limits: Limits, every: &str| {
        let workload = json!({ "jobs": 100, "arrivals": { "pattern": "regular", "every": every }, "work": "1ms" });
        left_with(limits, workload, json!({ "protocol": "rest" })).outcome
    };
    let defaults = Limits::default();
    assert_eq!(met(defaults, "10ms"), Outcome::Settled);
    assert_eq!(met(Limits { events: 50, ..defaults }, "10ms"), Outcome::LimitReached(Limit::Events));
    assert_eq!(met(Limits { rows: 50, ..defaults }, "10ms"), Outcome::LimitReached(Limit::Rows));
    assert_eq!(met(Limits { span: Span::millis(50), ..defaults }, "10ms"), Outcome::LimitReached(Limit::SimulatedTime));
}

#[test]
fn a_job_on_day_31_is_beyond_the_simulated_time_and_that_is_said() {
    let workload = json!({ "arrivals": { "pattern": "listed", "at": ["744h"] } });
    let trace = left_with(Limits::default(), workload, json!({ "protocol": "rest" }));
    assert_eq!((trace.outcome, trace.events), (Outcome::LimitReached(Limit::SimulatedTime), 0));
    assert_eq!(trace.jobs[0].wanted, Moment::NEVER);
}

#[test]
fn a_burst_is_not_done_because_it_is_wanted() {
    let workload = json!({ "jobs": 1000, "arrivals": { "pattern": "burst" }, "work": "1ms" });
    let left = json!({ "protocol": "rest", "server": { "accept_queue": 1000 } });
    let fields = json!({ "name": "burst", "workload": workload, "sides": [left, { "protocol": "http" }] });
    let mut run = Run::new(Scenario::from_json(&fields.to_string()).unwrap());
    let (mut slices, mut before) = (0, 0.0);
    while run.advance(100) == Progress::Running {
        slices += 1;
        let now = run.fraction();
        assert!(now >= before && now - before < 0.2, "from {before} to {now} in one slice");
        before = now;
    }
    assert!(slices > 10 && before > 0.8, "{slices} slices up to {before}");
    assert_eq!(run.fraction(), 1.0);
}

/// A table of messages has no place for it; every other format says where a run was stopped, and by what.
#[test]
fn whatever_is_made_of_a_run_that_met_a_limit_says_so() {
    let played = hard_to_write();
    let limit = played.sides[0].trace.outcome.limit().expect("it ends a month before its last job");
    let (_, why) = limit.words().split_once(": ").expect("a limit, and why");
    for format in [Format::Text, Format::Story, Format::Svg, Format::Mermaid, Format::Plantuml] {
        assert!(written(&played, format).contains(why), "{format:?}");
    }
}

/// One request is under way, one waits for the only worker, and five are not wanted yet.
#[test]
fn a_scenario_says_when_both_sides_stop() {
    let fields = |stop_at: &str| {
        json!({ "name": "stops", "stop_at": stop_at, "network": { "latency": "10ms" },
            "workload": { "jobs": 8, "arrivals": { "pattern": "regular", "every": "50ms" }, "work": "80ms" },
            "sides": [{ "protocol": "rest", "server": { "workers": 1 } }, { "protocol": "rabbitmq" }] })
    };
    let play = |stop_at| Scenario::from_json(&fields(stop_at).to_string()).unwrap().play();
    let played = play("145ms");
    for side in &played.sides {
        assert_eq!(side.trace.outcome, Outcome::LimitReached(Limit::StopAt));
        assert_eq!(side.trace.ended, Moment::START + Span::millis(145), "and not at the last event before");
        let wanted = side.trace.jobs.iter().filter(|job| job.wanted != Moment::NEVER);
        assert_eq!(wanted.count(), 3);
    }
    let works = played.sides[0].trace.parts.iter().map(|part| part.outcome);
    use WorkOutcome::{Done, Unfinished};
    assert_eq!(works.collect::<Vec<_>>(), [[Done].as_slice(), &[Unfinished; 7]].concat());
    for format in [Format::Text, Format::Story, Format::Svg, Format::Mermaid, Format::Plantuml] {
        assert!(written(&played, format).contains("as the scenario says"), "{format:?}");
    }
    assert!(
        written(&played, Format::Json).contains(r#""outcome":"limit-reached","limit":"stop-at","ended_us":145000"#)
    );
    // What happens at that very moment still does, and a run that settles before knows nothing of it.
    let trace = |stop_at| play(stop_at).sides.swap_remove(0).trace;
    assert_eq!(trace("100ms").jobs[0].answered, Moment::START + Span::millis(100));
    assert_eq!(trace("99ms").jobs[0].answered, Moment::NEVER);
    assert_eq!(trace("1h").outcome, Outcome::Settled);
    assert_eq!(trace("0s").messages.len(), 1);
}

/// A clock that has nothing to do, and a poller that gets no answer, would go on for a month.
#[test]
fn what_would_never_end_ends_where_the_scenario_says() {
    let fields = json!({ "name": "stops", "stop_at": "30s",
        "workload": { "poison": [1], "work": "80ms" },
        "sides": [{ "protocol": "sqs", "queue": { "visibility_timeout": "5s" } }, { "protocol": "rest" }] });
    let played = Scenario::from_json(&fields.to_string()).unwrap().play();
    let trace = &played.sides[0].trace;
    assert_eq!((trace.outcome, trace.parts[0].executions), (Outcome::LimitReached(Limit::StopAt), 6));
    assert_eq!(trace.parts[0].outcome, WorkOutcome::Unfinished, "the queue holds it");
}
