//! The schema of scenarios says what the reader says.

use std::fs;

use counterpoint::scenario::{PRESETS, Scenario, schema};
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::system_page;

fn validator() -> Validator {
    jsonschema::draft202012::new(&schema()).unwrap()
}

/// What a validator has against a value.
fn refusals(validator: &Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path)).collect()
}

#[test]
fn it_is_itself_a_schema_of_the_draft_that_it_names() {
    let schema = schema();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
}

/// Whatever is there to copy from.
#[test]
fn every_scenario_that_is_built_in_or_shown_is_valid_by_it() {
    let validator = validator();
    let mut count = 0;
    let mut look_at = |name: &str, text: &str| {
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(refusals(&validator, &value), Vec::<String>::new(), "{name}");
        let whole = Scenario::from_json(text).unwrap().to_value();
        assert_eq!(refusals(&validator, &whole), Vec::<String>::new(), "{name}, with every default");
        count += 1;
    };
    for preset in PRESETS {
        look_at(preset.name, preset.json);
    }
    for file in fs::read_dir("tests/systems").unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "json") {
            look_at(&path.to_string_lossy(), &fs::read_to_string(&path).unwrap());
        }
    }
    for example in system_page::examples("scenario") {
        look_at("static/systems.html", &example.to_string());
    }
    assert!(count > PRESETS.len(), "{count}");
    for (kind, definition) in [("step", "Step"), ("party", "Party")] {
        let mut schema = schema();
        let part = json!({ "$defs": schema["$defs"].take(), "$ref": format!("#/$defs/{definition}") });
        let validator = jsonschema::draft202012::new(&part).unwrap();
        for example in system_page::examples(kind) {
            assert_eq!(refusals(&validator, &example), Vec::<String>::new(), "{example}");
        }
    }
}

/// Every field that there is at some built-in scenario, with values that its neighbours would take and it does not.
#[test]
fn what_the_reader_refuses_of_a_single_field_it_refuses_too() {
    let validator = validator();
    let wrong = [
        json!(-5),
        json!(1.5),
        json!("many words that are no time"),
        json!([]),
        json!({}),
        json!(true),
        json!("0s"),
        json!(""),
    ];
    let mut told = 0;
    for preset in PRESETS {
        let whole: Value = serde_json::from_str(preset.json).unwrap();
        for pointer in pointers(&whole) {
            for wrong in &wrong {
                let mut mangled = whole.clone();
                *mangled.pointer_mut(&pointer).unwrap() = wrong.clone();
                let Err(problem) = Scenario::from_value(mangled.clone()) else { continue };
                let single = [
                    "write a whole number",
                    "write a number from",
                    "is not a text",
                    "is not a list",
                    "is not an object",
                    "is not an id",
                    "the text is empty",
                    "the list is empty",
                    "write true or false",
                    "unknown field",
                    "is missing",
                    "is not a duration",
                    "is not a distribution",
                    "is too short; it must be longer",
                ];
                if single.iter().any(|words| problem.sentence.contains(words)) && !depends(&problem.path) {
                    assert!(!validator.is_valid(&mangled), "{}: {pointer} = {wrong}: {problem}", preset.name);
                    told += 1;
                }
            }
        }
    }
    assert!(told > 1000, "{told}");
}

/// What is bounded by another field as well.
fn depends(path: &str) -> bool {
    ["view.job", "workload.poison", "count", "workers", "consumers", "max_in_flight", "replicas", "failing"]
        .iter()
        .any(|name| path.contains(name))
}

/// The places of all values in it.
fn pointers(value: &Value) -> Vec<String> {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(items) => items.iter().enumerate().map(|(place, item)| (place.to_string(), item)).collect(),
        _ => Vec::new(),
    };
    let deeper = inner.into_iter().flat_map(|(step, value)| {
        let here = format!("/{step}");
        pointers(value)
            .into_iter()
            .map(move |rest| format!("{here}{rest}"))
            .chain([format!("/{step}")])
            .collect::<Vec<_>>()
    });
    deeper.collect()
}

/// An editor shows descriptions; no pattern can say how long a time may be.
#[test]
fn a_field_says_in_words_how_long_its_time_may_be() {
    let schema = schema();
    let said = |definition: &str, field: &str| {
        schema["$defs"][definition]["properties"][field]["description"].as_str().unwrap().to_owned()
    };
    assert!(said("sqs.Queue", "delay").ends_with(" A time, from 0ms to 15min."), "{}", said("sqs.Queue", "delay"));
}

/// An editor tells what each word and field means.
#[test]
fn every_field_and_every_word_says_what_it_means() {
    fn walk(value: &Value, path: &str) {
        let Value::Object(fields) = value else {
            if let Value::Array(items) = value {
                items.iter().enumerate().for_each(|(place, item)| walk(item, &format!("{path}/{place}")));
            }
            return;
        };
        if let Some(Value::Object(properties)) = fields.get("properties") {
            for (name, property) in properties {
                let said = property["description"].as_str().unwrap_or_default();
                let is_elsewhere = property == &json!({}) || path.ends_with("/if");
                assert!(is_elsewhere || !said.is_empty(), "{path}: `{name}` says nothing");
            }
        }
        fields.iter().for_each(|(name, inner)| walk(inner, &format!("{path}/{name}")));
    }
    walk(&schema(), "");
}
