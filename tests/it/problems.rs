//! What is wrong with a scenario's text, each with its place.

use counterpoint::scenario::{Located, PRESETS, Scenario, problems_as_json};
use serde_json::Value;

/// Each problem as `line:column: path`, with what stands at its place.
fn told(text: &str) -> Vec<(String, String)> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let told = Scenario::problems(text).into_iter().map(|Located { problem, line, column, place }| {
        (format!("{line}:{column}: {}", problem.path), String::from_utf16(&units[place]).unwrap())
    });
    told.collect()
}

fn one(text: &str, told: &str, place: &str) {
    assert_eq!(self::told(text), [(told.to_owned(), place.to_owned())], "{text}");
}

#[test]
fn a_problem_has_the_place_of_its_value() {
    one("{\"name\": \"x\",\n \"workload\": {\"jobs\": -3}}", "2:23: workload.jobs", "-3");
    one("{\"name\": \"x\",\r\n \"workload\": {\"jobs\": -3}}", "2:23: workload.jobs", "-3");
    one(r#"{"name": "x", "sides": [{}, {"queue": {"type": "lazy"}}]}"#, "1:48: sides.right.queue.type", "\"lazy\"");
    one(
        r#"{"name": "x", "sides": [{}, {"id": "q", "consumers": {"prefetch": "no"}}]}"#,
        "1:67: sides.q.consumers.prefetch",
        "\"no\"",
    );
    one(r#"{"name": "x", "notes": [{"text": "a"}, {"text": 5}]}"#, "1:49: notes.1.text", "5");
}

#[test]
fn what_is_missing_has_the_place_of_what_it_is_missing_in() {
    one("\n  {}", "2:3: ", "{");
    one(r#"{"name": "x", "notes": [{}]}"#, "1:25: notes.0", "{");
    one(r#"{"name": "x", "changes": [{"id": "c", "at": "1s", "fault": "outage"}]}"#, "1:27: changes.c.actor", "{");
}

#[test]
fn a_field_that_is_written_twice_has_the_place_of_the_second() {
    one("{\"name\": \"x\",\n\"name\": \"y\"}", "2:1: name", "\"name\"");
    one(r#"{"name": "x", "notes": [{"text": "a", "side": "left", "text": "b"}]}"#, "1:55: notes.0.text", "\"text\"");
}

#[test]
fn what_is_no_json_has_the_place_at_which_it_ceases_to_be() {
    one("{\"name\": \"x\",\n  oops}", "2:3: ", "o");
    one("{\"é😀\": \"x\" 5}", "1:12: ", "5");
    one("{\"name\": ", "1:9: ", " ");
    one("", "1:1: ", "");
    let sentence = &Scenario::problems("{\n oops}")[0].problem.sentence;
    assert_eq!(sentence, "this is not JSON: key must be a string");
}

/// A column counts what a reader sees as one character, an editor in a browser by the units of UTF-16, and a mark before the
/// text belongs to no line.
#[test]
fn columns_are_counted_in_characters_and_places_in_units_of_utf_16() {
    one("{\"title\": \"é😀\", \"name\": 5}", "1:25: name", "5");
    one("\u{FEFF}{\"name\": 5}", "1:10: name", "5");
    assert_eq!(Scenario::problems("{\"title\": \"é😀\", \"name\": 5}")[0].place, 25..26);
}

#[test]
fn what_is_too_long_is_not_looked_through() {
    one(&" ".repeat(1 << 21), "1:1: ", "");
}

/// Whoever mends a file sees all that is wrong with it, and nothing that would only follow from it.
#[test]
fn every_problem_is_told_and_none_that_follows_from_another() {
    let text = r#"{
      "name": "No Name", "seed": -1, "color": "red",
      "workload": { "jobs": 2, "poison": [7], "arrivals": { "pattern": "listed", "at": ["1s"] } },
      "network": { "loss": 2, "latency": "soon" },
      "sides": [
        { "timeout": "0s", "caller": { "id": "server" } },
        { "protocol": "rabbitmq", "queue": { "delivery_limit": 3, "type": "classic" } }
      ],
      "changes": [ { "id": "outage", "at": "1s", "fault": "outage", "actor": "moon" },
                   { "id": "loss", "at": "1s", "fault": "loss", "between": ["client"], "factor": 2 } ],
      "notes": [ { "text": "a", "side": "middle" }, { "text": "b", "when": "job 0 answered" } ],
      "controls": [ { "path": "nowhere", "label": "x" } ],
      "view": { "from": "2s", "to": "1s" }
    }"#;
    let paths: Vec<String> = Scenario::problems(text).into_iter().map(|located| located.problem.path).collect();
    let expected = [
        "name",
        "seed",
        "color",
        "workload.poison.0",
        "workload.arrivals.at",
        "network.loss",
        "network.latency",
        "sides.left.timeout",
        "sides.right.queue.delivery_limit",
        "changes.loss.between",
        "notes.0.side",
        "notes.1.when",
        "view.to",
    ];
    assert_eq!(paths, expected);
}

/// Each party, and where those are sound, each list of steps.
#[test]
fn of_a_system_each_party_and_each_list_of_steps_has_its_problem() {
    let paths = |parties: &str| -> Vec<String> {
        let text = format!(r#"{{"name": "x", "sides": [{{"protocol": "system", "parties": {parties}}}, {{}}]}}"#);
        Scenario::problems(&text).into_iter().map(|located| located.problem.path).collect()
    };
    let unsound = r#"[{"id": "a", "caller": {}}, {"id": "b"}, {"id": "c", "consumer": {"queue": "q"}, "does": []}]"#;
    assert_eq!(paths(unsound), ["sides.left.parties.a.does", "sides.left.parties.b", "sides.left.parties.c.does"]);
    let steps = r#"[
        {"id": "a", "caller": {}, "does": [{"call": "nobody", "request": "x"}]},
        {"id": "b", "service": {}, "on": [{"request": "x", "does": [{"read": "t"}]}, {"request": "y", "does": [{"hold": "p", "does": []}]}]}
    ]"#;
    let expected = ["a.does.0.call", "b.on.0.does.0.read", "b.on.1.does.0.hold"];
    assert_eq!(paths(steps), expected.map(|path| format!("sides.left.parties.{path}")));
}

#[test]
fn more_problems_than_anybody_reads_are_not_all_told() {
    let fields: Vec<String> = (0..500).map(|number| format!("\"f{number}\": 1")).collect();
    assert_eq!(Scenario::problems(&format!("{{{}}}", fields.join(", "))).len(), 100);
}

#[test]
fn scripts_are_given_a_list() {
    let listed: Value = serde_json::from_str(&problems_as_json("{\"name\":\n 5}")).unwrap();
    let expected = serde_json::json!([
        {"path": "name", "sentence": "5 is not a text", "line": 2, "column": 2, "from": 10, "to": 11}
    ]);
    assert_eq!(listed, expected);
    for preset in PRESETS {
        assert_eq!(problems_as_json(preset.json), "[]", "{}", preset.name);
    }
}
