//! The table of messages: what a reader of comma-separated values finds in it is what the JSON report says.

use counterpoint::render::{csv as table, json as report};
use counterpoint::scenario::{PRESETS, Played};
use serde_json::{Value, json};

use crate::story;

fn table(played: &Played, side: Option<&str>) -> String {
    let mut bytes = Vec::new();
    table::write(&mut bytes, played, side).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn rows(text: &str) -> Vec<Vec<(String, String)>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let row = |cells: csv::StringRecord| names.iter().cloned().zip(cells.iter().map(str::to_owned)).collect();
    reader.records().map(|record| row(record.unwrap())).collect()
}

/// As a cell has it.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(cell).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

#[test]
fn every_message_of_the_report_is_a_row_of_the_table() {
    for preset in PRESETS {
        let played = preset.scenario().play();
        let mut bytes = Vec::new();
        report::write(&mut bytes, &played, None).unwrap();
        let report: Value = serde_json::from_slice(&bytes).unwrap();
        let mut rows = rows(&table(&played, None)).into_iter();
        for side in report["sides"].as_array().unwrap() {
            for message in side["messages"].as_array().unwrap() {
                let row = rows.next().unwrap();
                assert_eq!(row.len(), message.as_object().unwrap().len() + 1, "{}", preset.name);
                for (name, shown) in row {
                    let said = if name == "side" { &side["id"] } else { &message[&name] };
                    assert_eq!(shown, cell(said), "{}: {name}", preset.name);
                }
            }
        }
        assert_eq!(rows.next(), None, "{}", preset.name);
    }
}

/// What begins like a formula is computed by a spreadsheet, quoted or not.
#[test]
fn no_cell_is_a_formula() {
    let played = story::play(json!({ "sides": [
        { "id": "-1", "protocol": "http", "caller": { "id": "-2-caller" } }, { "protocol": "http" }] }));
    let text = table(&played, Some("-1"));
    let first = rows(&text).remove(0);
    let cell = |name: &str| first.iter().find(|(known, _)| known == name).unwrap().1.clone();
    assert_eq!([cell("side"), cell("from"), cell("to")], ["'-1", "'-2-caller", "server"]);
}

#[test]
fn quotes_commas_and_letters_that_run_to_the_left_come_back_as_they_were() {
    let path = "/a,\"b\";طلب/1";
    let played = story::play(json!({ "sides": [{ "protocol": "http", "path": path }, { "protocol": "rabbitmq" }] }));
    let text = table(&played, Some("left"));
    assert!(text.contains("\"GET /a,\"\"b\"\";طلب/1\"") && text.ends_with("\r\n"), "{text}");
    let rows = rows(&text);
    assert!(rows.iter().all(|row| row[0].1 == "left"));
    assert!(rows.iter().any(|row| row.contains(&("label".into(), format!("GET {path}")))), "{rows:?}");
}
