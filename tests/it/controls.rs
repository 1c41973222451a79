//! A control fits every parameter there is: a number, a time, a word, yes or no, and what is not set.

use counterpoint::desk::Order;
use counterpoint::scenario::{PRESETS, Scenario};
use counterpoint::studio::Studio;
use serde_json::{Value, json};

use crate::desk::Desk;

/// The parameters of a scenario that are one value, by path.
fn parameters(whole: &Value) -> Vec<(String, Value)> {
    fn walk(path: &str, value: &Value, into: &mut Vec<(String, Value)>) {
        let inner = |step: &str| if path.is_empty() { step.to_owned() } else { format!("{path}.{step}") };
        match value {
            Value::Object(fields) => fields.iter().for_each(|(step, value)| walk(&inner(step), value, into)),
            Value::Array(items) => {
                for (place, item) in items.iter().enumerate() {
                    let step = item.get("id").and_then(Value::as_str).filter(|id| !id.is_empty());
                    walk(&inner(step.unwrap_or(&place.to_string())), item, into);
                }
            }
            _ => into.push((path.to_owned(), value.clone())),
        }
    }
    let mut into = Vec::new();
    walk("", whole, &mut into);
    into
}

/// Controls for a parameter: what is near its value, and so what it accepts, if the scenario accepts that by itself.
fn control(path: &str, value: &Value) -> Option<Value> {
    let bounds = |min: Value, max: Value| Some(json!({ "path": path, "label": "It", "min": min, "max": max }));
    match value {
        // With a step, or it would stop a hundred times.
        Value::Number(number) if number.is_f64() => {
            let most = number.as_f64()? + 0.5;
            Some(json!({ "path": path, "label": "It", "min": value, "max": most, "step": 0.25 }))
        }
        Value::Number(number) => bounds(value.clone(), json!(number.as_i64()? + 3)),
        Value::String(text) if text.parse::<counterpoint::time::Span>().is_ok() => bounds(value.clone(), json!(value)),
        Value::String(_) | Value::Bool(_) => {
            let other = value.as_bool().map(|holds| json!(!holds));
            let values: Vec<Value> = [Some(value.clone()), other].into_iter().flatten().collect();
            Some(json!({ "path": path, "label": "It", "values": values }))
        }
        _ => None,
    }
}

#[test]
fn a_control_on_any_parameter_of_any_scenario_accepts_each_of_its_stops() {
    let mut controlled = 0;
    for preset in PRESETS {
        let mut whole = preset.scenario().to_value();
        // What is not offered stays, and controls on controls are none.
        whole["controls"] = json!([]);
        whole["notes"] = json!([]);
        whole["view"] = json!({});
        for (path, value) in parameters(&whole) {
            if ["version", "name"].contains(&path.as_str()) || path.ends_with(".protocol") || path.ends_with(".id") {
                continue;
            }
            let Some(control) = control(&path, &value) else { continue };
            let mut with = whole.clone();
            with["controls"] = json!([control]);
            let scenario = Scenario::from_value(with).unwrap_or_else(|problem| panic!("{}: {problem}", preset.name));
            let mut studio = Studio::with(scenario.clone());
            let dial = studio.dial(&path).unwrap_or_else(|| panic!("{}: no dial for {path}", preset.name));
            for stop in 0..=dial.last_stop() {
                let set = dial.value_at(stop);
                // Where a value does not go with the others, it is refused whoever sets it; a dial must not be the reason.
                let by_hand = scenario.with(&path, as_written(&value, &set));
                assert!(by_hand.is_ok() || stop > 0, "{}: {path} is not what it was: {by_hand:?}", preset.name);
                studio.take(1, Order::Reset);
                studio.take(2, Order::Turn { path: path.clone(), stop: stop as u32 });
                let standing = studio.dial(&path).expect("it is still there");
                match by_hand {
                    Ok(by_hand) => {
                        let expected = by_hand.value_at(&path).unwrap();
                        assert_eq!(
                            studio.wish().scenario.value_at(&path).unwrap(),
                            expected,
                            "{}: {path}",
                            preset.name
                        );
                        assert_eq!(standing.stop(), stop, "{}: {path} at {set}", preset.name);
                        controlled += 1;
                    }
                    Err(problem) => {
                        let sentence = problem.sentence;
                        assert!(
                            !sentence.contains(".0 would not do") && !sentence.contains("not a"),
                            "{path}: {sentence}"
                        );
                    }
                }
            }
        }
    }
    assert!(controlled > 2_500, "{controlled}");
}

/// The same number as a person would write it in a file: whole if the parameter is.
fn as_written(was: &Value, set: &Value) -> Value {
    match (was, set.as_f64()) {
        (Value::Number(was), Some(number)) if !was.is_f64() => json!(number as i64),
        _ => set.clone(),
    }
}

/// A scenario with one control on a parameter of a RabbitMQ queue, or another one of the right side.
fn with_control(control: Value) -> Result<Scenario, String> {
    Scenario::from_value(json!({
        "name": "controlled",
        "workload": { "jobs": 2 },
        "sides": [{ "protocol": "http" }, { "protocol": "rabbitmq", "queue": { "delivery_limit": 5 } }],
        "controls": [control]
    }))
    .map_err(|problem| problem.to_string())
}

#[test]
fn a_whole_number_may_be_below_nought() {
    let path = "sides.right.queue.delivery_limit";
    let scenario = with_control(json!({ "path": path, "label": "Limit", "min": -1, "max": 10 })).unwrap();
    let mut desk = Desk::with(scenario);
    for (stop, limit) in [(0, -1), (4, 3), (11, 10)] {
        desk.order(Order::Turn { path: path.into(), stop });
        desk.run();
        assert_eq!(desk.studio.wish().scenario.value_at(path).unwrap(), json!(limit));
        assert_eq!(
            (desk.panel().dials[0].text.as_str(), desk.panel().dials[0].stop),
            (limit.to_string().as_str(), stop)
        );
    }
    assert_eq!(desk.panel().refusals, []);
}

#[test]
fn what_is_not_set_can_be_offered_as_what_it_could_be() {
    let path = "workload.useful_within";
    let control = |min: Value, max: Value| json!({ "path": path, "label": "Useful", "min": min, "max": max });
    let mut desk = Desk::with(with_control(control("100ms".into(), "2s".into())).unwrap());
    assert_eq!(desk.panel().dials[0].text, "none");
    desk.order(Order::Turn { path: path.into(), stop: 0 });
    desk.run();
    assert_eq!(desk.panel().dials[0].text, "100 ms");
    desk.order(Order::Type { path: path.into(), text: "none".into() });
    desk.run();
    assert!(!desk.panel().changed);
    let problem = with_control(control(1.into(), 20.into())).unwrap_err();
    assert!(
        problem.starts_with("controls.0.path: `workload.useful_within` cannot be set to what is offered: "),
        "{problem}"
    );
}

#[test]
fn a_word_or_yes_and_no_is_offered_by_its_values() {
    let path = "sides.right.consumers.requeue";
    let bounds = with_control(json!({ "path": path, "label": "Requeue", "min": 0, "max": 1 })).unwrap_err();
    assert!(bounds.starts_with("controls.0.min: `sides.right.consumers.requeue` is "), "{bounds}");
    assert!(bounds.ends_with("has no bounds: write `values`, as in [false, true]"), "{bounds}");
    let values = json!({ "path": path, "label": "Requeue", "values": [false, true] });
    let mut desk = Desk::with(with_control(values).unwrap());
    let before = desk.panel().dials[0].stop;
    desk.order(Order::Type { path: path.into(), text: if before == 1 { "no" } else { "yes" }.into() });
    desk.run();
    assert_eq!((desk.panel().dials[0].stop, desk.panel().changed), (1 - before, true));
}

#[test]
fn the_end_of_a_slider_is_not_the_end_of_the_parameter() {
    let mut desk =
        Desk::with(with_control(json!({ "path": "workload.jobs", "label": "Jobs", "min": 1, "max": 20 })).unwrap());
    let mut type_in = |text: &str| {
        desk.order(Order::Type { path: "workload.jobs".into(), text: text.into() });
        desk.run();
        let dial = desk.panel().dials[0].clone();
        (dial.text, dial.stop, desk.panel().refusal("workload.jobs").map(|refusal| refusal.sentence.clone()))
    };
    assert_eq!(type_in("40"), ("40".into(), 19, None));
    let (text, _, refusal) = type_in("1000001");
    assert_eq!(text, "40");
    assert!(refusal.is_some_and(|sentence| !sentence.is_empty()));
    for typed in ["-5", "9999999999"] {
        let (text, _, refusal) = type_in(typed);
        assert_eq!(text, "40");
        let bounds = "write a whole number from 1 to 200000";
        assert!(refusal.as_ref().is_some_and(|sentence| sentence.ends_with(bounds)), "{typed}: {refusal:?}");
    }
}

/// Whatever is written for a whole number, the refusal names the bounds of the field and not those of its type.
#[test]
fn a_number_that_its_field_cannot_have_is_refused_with_the_bounds_of_the_field() {
    let scenario = PRESETS.iter().find(|preset| preset.name == "order-emails").unwrap().scenario();
    let refused = |path: &str, value: Value| scenario.with(path, value).unwrap_err();
    let mut told = 0;
    for (path, value) in parameters(&scenario.to_value()) {
        // What must be from the field's least to its most.
        let Some(refusal) = value.is_u64().then(|| scenario.with(&path, json!(u32::MAX)).err()).flatten() else {
            continue;
        };
        let Some((_, bounds)) = refusal.sentence.split_once("write a whole number ") else { continue };
        for wrong in [json!(-5), json!(1.5), json!("many"), json!(9_999_999_999_u64)] {
            let problem = refused(&path, wrong.clone());
            assert_eq!(problem.path, path);
            assert!(problem.sentence.ends_with(bounds), "{path}: {wrong}: {problem}; the bounds are {bounds}");
            told += 1;
        }
    }
    assert!(told >= 20, "{told}");
}

/// An object with the same field twice has two values, and none of them is taken.
#[test]
fn a_value_that_says_a_field_twice_is_refused() {
    let mut desk = Desk::open("order-emails");
    let address = desk.panel().address.clone();
    desk.set("workload.work", r#"{ "exponential": { "mean": "1ms", "mean": "2ms" } }"#);
    let refusals = desk.panel().refusals.clone();
    assert_eq!(refusals.len(), 1, "{refusals:?}");
    assert!(refusals[0].sentence.contains("exponential.mean"), "{refusals:?}");
    assert_eq!(desk.panel().address, address);
}
