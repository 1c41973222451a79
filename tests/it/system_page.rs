//! The page on systems says what there is: every step and every field of it, with examples that can be read and run.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use counterpoint::protocol::system::{Party, STEPS, Step};
use counterpoint::reading::{self, Field};
use counterpoint::scenario::Scenario;
use counterpoint::trace::{CallerOutcome, Outcome, WorkOutcome};
use serde_json::{Value, json};

fn page() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("static/systems.html")).unwrap()
}

/// The examples of that kind, as JSON.
pub fn examples(kind: &str) -> Vec<Value> {
    let page = page();
    let begins = format!("<pre data-{kind}>");
    let blocks = page.split(&begins).skip(1);
    let texts = blocks.map(|block| block.split("</pre>").next().unwrap().to_owned());
    texts.map(|text| serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))).collect()
}

/// All keys within a value.
fn keys(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, inner) in fields {
                found.insert(key.clone());
                keys(inner, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
        _ => {}
    }
}

#[test]
fn the_whole_example_runs_and_does_all_work_on_both_sides() {
    let [example] = &examples("scenario")[..] else { panic!("one example is whole") };
    let played = Scenario::from_json(&example.to_string()).unwrap().play();
    for side in &played.sides {
        assert_eq!(side.trace.outcome, Outcome::Settled, "{}", side.id);
        assert!(side.trace.parts.iter().all(|part| part.executions == 1), "{}", side.id);
    }
}

#[test]
fn every_step_has_a_row_and_an_example_that_shows_each_of_its_fields() {
    let (examples, of_consumers) = (examples("step"), examples("delivery"));
    for verb in STEPS {
        assert!(page().contains(&format!("<tr id=\"{verb}\">")), "{verb} has no row");
        let of_it: Vec<&Value> = examples.iter().filter(|example| example.get(verb).is_some()).collect();
        let [example] = of_it[..] else { panic!("{verb} has {} examples", of_it.len()) };
        let mut step: Step = reading::read(example.clone()).unwrap_or_else(|misread| panic!("{verb}: {misread}"));
        let all = step.write();
        let mut shown: BTreeSet<String> = example.as_object().unwrap().keys().cloned().collect();
        let steps = of_consumers.iter().flat_map(|list| list.as_array().unwrap());
        steps.filter(|step| step.get(verb).is_some()).for_each(|step| keys(step, &mut shown));
        let missing: Vec<&String> = all.as_object().unwrap().keys().filter(|field| !shown.contains(*field)).collect();
        // A fallback is shown where it is explained.
        assert!(missing.iter().all(|field| *field == "first"), "{verb} does not show {missing:?}");
        assert_eq!(reading::read::<Step>(all).unwrap(), step, "{verb}");
    }
}

#[test]
fn every_field_of_a_party_is_on_the_page() {
    let mut shown = BTreeSet::new();
    for example in examples("party") {
        reading::read::<Party>(example.clone()).unwrap_or_else(|misread| panic!("{misread}: {example}"));
        keys(&example, &mut shown);
    }
    let all = Party::default().write();
    let page = page();
    for field in all.as_object().unwrap().keys() {
        let is_told = shown.contains(field) || page.contains(&format!("<code>{field}</code>"));
        assert!(is_told, "{field}");
    }
}

#[test]
fn faults_are_written_as_the_page_says() {
    let ([changes], [whole]) = (&examples("changes")[..], &examples("scenario")[..]) else {
        panic!("there is one of each")
    };
    let mut scenario = whole.clone();
    scenario["changes"] = changes.clone();
    // The mail service of the example stands on its left side.
    scenario["changes"][0]["actor"] = json!("left.mail");
    Scenario::from_json(&scenario.to_string()).unwrap_or_else(|problem| panic!("{problem}"));
}

/// Somebody who had this page and the example alone wrote down what is at their work: an API with a queue, a worker that
/// calls a slow service, and a database behind pools.
#[test]
fn what_was_written_from_the_page_alone_runs() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/systems/report-jobs.json");
    let played = Scenario::from_json(&fs::read_to_string(path).unwrap()).unwrap().play();
    for side in &played.sides {
        assert_eq!(side.trace.outcome, Outcome::Settled, "{}", side.id);
        assert!(side.trace.jobs.iter().all(|job| job.caller == CallerOutcome::Answered), "{}", side.id);
        assert!(side.trace.parts.iter().all(|part| part.outcome == WorkOutcome::Done), "{}", side.id);
    }
}

/// The names in the examples of parties are those of one another, so that they can be put together.
#[test]
fn the_parties_of_the_page_make_a_system() {
    let mut parties = examples("party");
    // The first API of the page answers questions, the second publishes by the clock.
    parties.retain(|party| party["id"] != "api");
    let api = json!({ "id": "api", "service": {}, "on": [{ "request": "POST /orders", "does": [
        { "publish": "orders" }, { "answer": "201 Created" } ] }] });
    parties.push(api);
    let scenario = json!({
        "name": "page", "workload": { "parts": [{ "id": "email", "work": "5ms" }] },
        "sides": [{ "protocol": "system", "parties": parties }, { "protocol": "rabbitmq" }],
    });
    Scenario::from_json(&scenario.to_string()).unwrap_or_else(|problem| panic!("{problem}"));
}
