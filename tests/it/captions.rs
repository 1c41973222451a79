//! Captions stand where what they are about takes place, and nowhere if it does not.

use counterpoint::scenario::{PRESETS, Scenario, preset};
use counterpoint::time::{Moment, Span};
use serde_json::{Value, json};

/// The captions of both sides with their milliseconds.
fn captions(scenario: &Scenario) -> [Vec<(u64, String)>; 2] {
    let played = scenario.play();
    [0, 1].map(|side| {
        let captions = played.sides[side].captions.clone();
        captions.iter().map(|caption| (caption.at.micros() / 1000, caption.text.to_owned())).collect()
    })
}

fn with(name: &str, path: &str, value: &str) -> Scenario {
    preset(name).unwrap().scenario().with(path, value.into()).unwrap()
}

#[test]
fn a_caption_moves_with_its_event_and_goes_when_that_does_not_take_place() {
    let begins = |captions: &[(u64, String)]| -> Vec<(u64, String)> {
        captions.iter().map(|(at, text)| (*at, text.chars().take(10).collect())).collect()
    };
    let [left, right] = captions(&preset("rest-get-user").unwrap().scenario());
    assert_eq!(begins(&left), [(60, "The answer".into())]);
    assert_eq!(begins(&right), [(20, "The confir".into())]);
    let [left, _] = captions(&with("rest-get-user", "workload.work", "100ms"));
    assert_eq!(begins(&left), [(120, "The answer".into())]);
    let [left, right] = captions(&with("rest-get-user", "changes.outage.for", "400ms"));
    assert_eq!(begins(&left), [(20, "Nobody is ".into())]);
    assert_eq!(begins(&right), [(20, "The confir".into()), (400, "The servic".into())]);
}

#[test]
fn every_kind_of_event_is_found_in_the_trace() {
    let scenario = |when: &str| {
        Scenario::from_value(json!({
            "name": "events",
            "workload": { "jobs": 3, "arrivals": { "pattern": "burst" }, "work": "100ms", "poison": [2] },
            "network": { "latency": "10ms" },
            "changes": [{ "id": "slow", "at": "30ms", "for": "20ms", "fault": "slow-down", "factor": 1, "actor": "server" }],
            "sides": [{ "protocol": "http", "caller": { "threads": 2 }, "timeout": "150ms" },
                      { "protocol": "rabbitmq", "queue": { "dead_letter": {} } }],
            "notes": [{ "when": when, "text": "here" }],
        }))
        .unwrap()
    };
    let none = None;
    for (when, left, right) in [
        ("slow begins", Some(30), Some(30)),
        ("slow ends", Some(50), Some(50)),
        ("job 1 wanted", Some(0), Some(0)),
        ("job 1 answered", Some(120), none),
        ("job 1 accepted", Some(120), Some(20)),
        ("job 1 done", Some(110), Some(120)),
        ("job 2 failed", Some(150), none),
        ("job 2 timed-out", Some(150), none),
        ("job 2 work-failed", Some(210), Some(220)),
        ("job 2 dead-lettered", none, Some(230)),
        ("job 3 in-line", Some(0), Some(20)),
        ("job 1 at-once", none, none),
        ("job 9 answered", none, none),
        ("arrival of 200 OK", Some(120), none),
        ("arrival of confirm", none, Some(20)),
        ("arrival of nothing at all", none, none),
        ("mark of gave up", Some(150), none),
    ] {
        let [first, second] = captions(&scenario(when)).map(|captions| captions.first().map(|(at, _)| *at));
        assert_eq!((first, second), (left, right), "{when}");
    }
}

#[test]
fn the_distance_from_the_event_counts() {
    let scenario: Value = json!({
        "name": "later", "network": { "latency": "10ms" }, "workload": { "work": "100ms" },
        "notes": [{ "at": "5ms", "when": "job 1 accepted", "side": "right", "text": "here" }],
    });
    let [left, right] = captions(&Scenario::from_value(scenario).unwrap());
    assert_eq!((left, right), (Vec::new(), vec![(25, "here".to_owned())]));
}

/// Each built-in caption is seen: as the scenario comes, or with its faults switched on.
#[test]
fn every_built_in_caption_stands_somewhere() {
    for preset in PRESETS {
        let scenario = preset.scenario();
        let mut faulty = scenario.clone();
        for change in &mut faulty.head.changes {
            change.lasts = change.lasts.map(|lasts| lasts.max(Span::millis(400)));
        }
        let seen: Vec<String> =
            [&scenario, &faulty].into_iter().flat_map(captions).flatten().map(|(_, text)| text).collect();
        for note in &scenario.head.notes {
            assert!(seen.contains(&note.text), "{}: `{}` stands nowhere", preset.name, note.text);
            let timeless = note.when.is_some() || note.at == Moment::START;
            assert!(
                timeless,
                "{}: `{}` would be wrong where a parameter moves what it is about",
                preset.name, note.text
            );
        }
    }
}

fn telling(scenario: &Scenario) -> u64 {
    let played = scenario.play();
    played.scenario.telling(&played.sides).micros()
}

#[test]
fn the_moment_at_which_it_opens_follows_its_event() {
    for (jobs, side) in [(10, 0), (60, 0)] {
        let scenario = preset("database-pool").unwrap().scenario().with("workload.jobs", jobs.into()).unwrap().play();
        let failed = scenario.sides[side].captions.iter().find(|caption| caption.text.contains("fails unasked"));
        assert_eq!(scenario.scenario.telling(&scenario.sides), failed.unwrap().at + Span::millis(10), "{jobs} jobs");
    }
    assert_eq!(telling(&with("order-emails", "changes.outage.at", "300ms")), 300_000 + 400_000 + 120_000);
    // What does not take place is waited for to the end.
    let calm = with("message-queue", "changes.outage.for", "0ms");
    assert_eq!(telling(&calm), calm.play().ended().micros());
}

#[test]
fn a_moment_that_is_written_keeps_reading_and_an_event_is_checked_as_that_of_a_caption() {
    let view = |view: Value| Scenario::from_value(json!({ "name": "opens", "view": view }));
    assert_eq!(telling(&view(json!({ "at": "5ms" })).unwrap()), 5_000);
    let accepted = view(json!({ "when": "job 1 accepted", "side": "right", "at": "3ms" })).unwrap();
    assert_eq!(telling(&accepted), 20_000 + 3_000);
    let problem = view(json!({ "when": "job 1 laughs" })).unwrap_err();
    assert_eq!(problem.path, "view.when");
    let problem = view(json!({ "side": "middle" })).unwrap_err().to_string();
    assert_eq!(problem, "view.side: there is no side `middle`; there are `left` and `right`");
}
