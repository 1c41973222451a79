//! The library as a whole: what people ask for is there, each entry settles, tells two sides apart, and has a picture that can
//! be seen without reading. That each opens with its moment in sight is in `pictures.rs`.

use std::collections::BTreeSet;
use std::fs;

use counterpoint::render::summary::summaries;
use counterpoint::render::svg;
use counterpoint::scenario::{PRESETS, Played, Preset};
use counterpoint::scene::{Form, PX, View, miniature};
use counterpoint::studio::library;
use counterpoint::trace::{Limit, Outcome};
use serde_json::Value;

fn played() -> impl Iterator<Item = (&'static Preset, Played)> {
    PRESETS.iter().map(|preset| (preset, preset.scenario().play()))
}

/// The texts of a list.
fn texts(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn adding_a_file_adds_an_entry() {
    let files = fs::read_dir("scenarios").unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let files: BTreeSet<String> = files.filter_map(|name| name.strip_suffix(".json").map(str::to_owned)).collect();
    let names: BTreeSet<String> = PRESETS.iter().map(|preset| preset.name.to_owned()).collect();
    assert_eq!(names, files);
    let index = library::index();
    let entries: Vec<&str> =
        index["scenarios"].as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap()).collect();
    assert_eq!(entries, PRESETS.iter().map(|preset| preset.name).collect::<Vec<_>>());
    assert_eq!(entries[0], "rest-get-user", "what a newcomer sees first");
}

/// What people ask for, and by what they look for it: the beginning of a group, or words that are all in one entry.
const USES: [(&str, &[&str]); 21] = [
    ("web calls: REST", &["Web calls", "REST"]),
    ("web calls: SOAP", &["Web calls", "SOAP"]),
    ("web calls: GraphQL", &["Web calls", "GraphQL"]),
    ("a database query", &["A database query"]),
    ("a login", &["A login"]),
    ("services calling services", &["Services calling services"]),
    ("confirmation e-mails", &["Confirmation e-mails"]),
    ("notifications", &["Notifications"]),
    ("work queues: RabbitMQ", &["Work queues", "RabbitMQ"]),
    ("work queues: Kafka", &["Work queues", "Kafka"]),
    ("work queues: SQS", &["Work queues", "Amazon SQS"]),
    ("order events to several services", &["Order events to several services"]),
    ("a nightly batch", &["A nightly batch"]),
    ("video processing", &["Video processing"]),
    ("training a model", &["Training a model"]),
    ("a retry storm", &["Things that go wrong", "retry storm"]),
    ("poison", &["Things that go wrong", "poison message"]),
    ("a rebalance", &["Things that go wrong", "rebalance"]),
    ("an exhausted pool", &["Things that go wrong", "Exhausted pool"]),
    ("a lost outbox", &["Things that go wrong", "outbox"]),
    ("too short a visibility", &["Things that go wrong", "visibility timeout"]),
];

#[test]
fn every_use_that_people_ask_for_has_an_entry() {
    let index = library::index();
    let entries = index["scenarios"].as_array().unwrap();
    for (asked, words) in USES {
        let has = |entry: &&Value| {
            let said = entry.to_string().to_lowercase();
            words.iter().all(|word| said.contains(&word.to_lowercase()))
        };
        assert!(entries.iter().any(|entry| has(&entry)), "nothing is there for {asked}");
    }
}

#[test]
fn every_entry_says_where_it_stands_and_when_the_other_style_is_better() {
    let index = library::index();
    let groups = texts(&index["groups"]);
    for entry in index["scenarios"].as_array().unwrap() {
        let name = &entry["name"];
        let own = texts(&entry["groups"]);
        assert!(!own.is_empty() && own.iter().all(|group| groups.contains(group)), "{name} stands in no group");
        assert!(!texts(&entry["words"]).is_empty() && !texts(&entry["vendors"]).is_empty(), "{name} is not found");
        for text in ["title", "look_for", "otherwise"] {
            let said = entry[text].as_str().unwrap();
            assert!(said.len() > 10 && (text == "title" || said.ends_with('.')), "{name}: {text} is {said:?}");
        }
        for (list, offered) in [("vendors", &index["vendors"]), ("failures", &index["failures"])] {
            assert!(texts(&entry[list]).iter().all(|word| texts(offered).contains(word)), "{name}: {list}");
        }
    }
}

#[test]
fn groups_stand_where_the_first_scenario_stands_that_is_theirs() {
    let index = library::index();
    let groups = texts(&index["groups"]);
    assert_eq!((groups[0], groups.last()), ("Web calls", Some(&"Things that go wrong")));
    assert_eq!(groups.iter().collect::<BTreeSet<_>>().len(), groups.len(), "each once");
}

/// What goes wrong is found by what is seen of it, in the file or in its run.
#[test]
fn what_goes_wrong_is_found_out_from_the_run() {
    let failures = |name: &str| {
        let entry = library::entry(&counterpoint::scenario::preset(name).unwrap().scenario().play());
        texts(&entry["failures"]).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    // Its outage lasts no time until somebody sets it.
    assert!(failures("rest-get-user").is_empty());
    assert!(failures("kafka-rebalance").contains(&"Crash".to_owned()));
    assert!(failures("database-pool").contains(&"Exhausted pool".to_owned()));
    assert!(failures("retry-storm-breaker").contains(&"Circuit breaker".to_owned()));
    assert!(failures("soap-fault").contains(&"Dead letters".to_owned()));
    assert!(failures("system-outbox").contains(&"Lost work".to_owned()));
}

#[test]
fn every_entry_settles_and_says_something_different_on_its_two_sides() {
    for (preset, played) in played() {
        let may_stop = played.scenario.head.stop_at.is_some();
        for side in &played.sides {
            let outcome = &side.trace.outcome;
            let is_over = *outcome == Outcome::Settled || may_stop && *outcome == Outcome::LimitReached(Limit::StopAt);
            assert!(is_over, "{}: the {} side ends as {outcome:?}", preset.name, side.id);
        }
        let [left, right] = played.scenario.headings();
        assert_ne!(left, right, "{}: both sides have one heading", preset.name);
        let said = summaries(&played);
        let sentences = said.iter().map(|side| side.verdicts.iter().map(|verdict| &verdict.text).collect::<Vec<_>>());
        let [left, right] = sentences.collect::<Vec<_>>().try_into().unwrap();
        let number = &library::entry(&played)["number"];
        assert!(left != right || !number.is_null(), "{}: the sides come to the same", preset.name);
        assert!(number.is_null() || number["values"][0] != number["values"][1], "{}: {number}", preset.name);
    }
}

/// About twice the size at which it is shown, as `src/bin/covers.rs` makes them.
#[test]
fn a_small_picture_has_both_sides_and_no_text_and_few_bytes() {
    for (preset, played) in played() {
        let view = &played.scenario.head.view;
        let view = View { width: 600, from: view.from, to: view.to, ..View::default() };
        let scene = miniature(&played.sides, &view, 400 * PX);
        assert!(scene.shapes().all(|shape| !matches!(shape.form, Form::Text { .. }) && shape.name.is_empty()));
        assert!(scene.callouts.is_empty());
        let height = scene.heads_height + scene.height;
        assert!((height - 400 * PX).abs() <= 10 * PX, "{}: it is {height} high", preset.name);
        for side in 0..2 {
            let drawn = scene.body().filter(|shape| shape.key.side == Some(side)).count();
            assert!(drawn > 5, "{}: {drawn} shapes on side {side}", preset.name);
        }
        let file = svg::miniature(&scene, svg::Theme::Auto);
        roxmltree::Document::parse(&file).unwrap();
        assert!(file.contains("prefers-color-scheme:dark") && !file.contains("<text"), "{}", preset.name);
        assert!(file.len() < 25_000, "{}: {} bytes", preset.name, file.len());
    }
}
