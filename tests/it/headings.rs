//! A heading a side, in the file as on the page: what it is, in the words in which it differs from the other one.

use counterpoint::engine::Limits;
use counterpoint::render::svg::{Options, document};
use counterpoint::scenario::{PRESETS, Scenario, preset};
use counterpoint::scene::{Form, View, layout, layout_apart, whole_heads};
use counterpoint::studio::Studio;
use roxmltree::{Document, Node};
use serde_json::{Value, json};

use crate::story::{play_built_in, play_within};

fn headings(scenario: Value) -> [String; 2] {
    let mut scenario = scenario;
    scenario["name"] = "headings".into();
    Scenario::from_value(scenario).unwrap().headings()
}

#[test]
fn the_two_sides_of_every_built_in_scenario_have_different_headings() {
    for preset in PRESETS {
        let played = preset.scenario().play();
        let [left, right] = [&played.sides[0].heading, &played.sides[1].heading];
        assert!(left != right && !left.is_empty() && !right.is_empty(), "{}: {left}, {right}", preset.name);
    }
}

#[test]
fn a_heading_says_the_protocol_and_where_that_is_the_same_what_differs() {
    assert_eq!(headings(json!({})), ["HTTP calls", "Queued through RabbitMQ"]);
    let brokers = json!({ "sides": [{ "protocol": "kafka", "style": "queued" }, { "protocol": "sqs" }] });
    assert_eq!(headings(brokers), ["Queued through Kafka", "Queued through Amazon SQS"]);
    let of = |one: Value, other: Value| {
        headings(
            json!({ "sides": [{ "protocol": "rabbitmq", "consumers": one }, { "protocol": "rabbitmq", "consumers": other }] }),
        )
    };
    assert_eq!(
        of(json!({ "prefetch": 1 }), json!({ "prefetch": 10 })),
        ["Queued through RabbitMQ: prefetch 1", "Queued through RabbitMQ: prefetch 10"]
    );
    assert_eq!(of(json!({}), json!({})), ["Queued through RabbitMQ: left", "Queued through RabbitMQ: right"]);
    let dead = json!({ "protocol": "rabbitmq", "queue": { "dead_letter": {} } });
    assert_eq!(
        headings(json!({ "sides": [{ "protocol": "rabbitmq" }, dead] })),
        ["Queued through RabbitMQ: no dead letter", "Queued through RabbitMQ: with dead letter"]
    );
}

/// A side of any parties is what its services and brokers are; where these are as many on both sides, it is the first
/// thing that only one of them has, or that differs, with the party at which it does.
#[test]
fn a_heading_of_a_system_says_its_services_and_brokers_and_where_they_differ() {
    let shop = |does: Value| json!({ "id": "shop", "name": "Shop", "caller": { "threads": 4 }, "does": does });
    let service = |id: &str, workers: u16| {
        let on = json!([{ "request": "go", "does": [{ "work": "work" }, { "answer": "200 OK" }] }]);
        json!({ "id": id, "service": { "workers": workers }, "on": on })
    };
    let queue = |id: &str| json!({ "id": id, "rabbitmq": {} });
    let worker =
        |of: &str| json!({ "id": format!("{of}-worker"), "consumer": { "queue": of }, "does": [{ "work": "work" }] });
    let of = |one: Value, other: Value| {
        let side = |parties| json!({ "protocol": "system", "parties": parties });
        let scenario = json!({ "name": "x", "workload": { "parts": [{ "id": "work", "work": "40ms" }] },
            "sides": [side(one), side(other)] });
        let played = Scenario::from_value(scenario).unwrap().play();
        let styles = [0, 1].map(|side| played.sides[side].style.word());
        (played.scenario.headings(), styles)
    };
    let call = |id: &str| json!({ "call": id, "request": "go" });
    let (asks, queued) = ("request-response", "queued");
    let one = json!([shop(json!([call("api")])), service("api", 2)]);
    let through = json!([shop(json!([{ "publish": "mails" }])), queue("mails"), worker("mails")]);
    let (headings, styles) = of(through.clone(), one.clone());
    assert_eq!(headings, ["Queued through RabbitMQ", "Calls to api"]);
    assert_eq!(styles, [queued, asks], "a side with a broker is queued, wherever it stands");
    let several = json!([
        shop(json!([call("api"), { "publish": "mails" }])),
        service("api", 2),
        service("other", 2),
        queue("mails"),
        worker("mails"),
        queue("more"),
        worker("more")
    ]);
    assert_eq!(of(one.clone(), several).0, ["Calls to api", "2 services and 2 brokers"]);
    let more_workers = json!([shop(json!([call("api")])), service("api", 12)]);
    assert_eq!(of(one.clone(), more_workers).0, ["Calls to api: workers 2 at api", "Calls to api: workers 12 at api"]);
    let twice = json!([shop(json!([call("api"), call("api")])), service("api", 2)]);
    assert_eq!(of(one.clone(), twice.clone()).0, ["Calls to api: no call at Shop", "Calls to api: call at Shop"]);
    let both = json!([shop(json!([{ "at_once": [{ "does": [call("api")] }] }])), service("api", 2)]);
    assert_eq!(of(twice, both).0, ["Calls to api: no at once at Shop", "Calls to api: at once at Shop"]);
    assert_eq!(of(one.clone(), one).0, ["Calls to api: left", "Calls to api: right"]);
}

#[test]
fn a_heading_of_ones_own_is_kept_and_goes_with_the_broker_of_which_it_speaks() {
    let scenario = Scenario::from_value(json!({
        "name": "own", "sides": [{ "protocol": "http" }, { "protocol": "rabbitmq", "heading": "Our RabbitMQ" }]
    }))
    .unwrap();
    assert_eq!(scenario.headings()[1], "Our RabbitMQ");
    assert_eq!(scenario.with("workload.jobs", 3.into()).unwrap().headings()[1], "Our RabbitMQ");
    assert_eq!(scenario.with("sides.right.heading", "Mine".into()).unwrap().headings()[1], "Mine");
    assert_eq!(scenario.with("sides.right.protocol", "kafka".into()).unwrap().headings()[1], "Queued through Kafka");
    let long = scenario.with("sides.right.heading", "x".repeat(61).into()).unwrap_err();
    assert_eq!(long.to_string(), "sides.right.heading: the text has 61 characters; at most 60 fit");
}

#[test]
fn the_file_shows_its_title_and_the_heading_of_each_side() {
    for preset in PRESETS {
        let played = preset.scenario().play();
        for width in [400, 800, 1200] {
            let scene = layout(&played.sides, &View { width, ..View::default() });
            let title = played.scenario.head.title.clone();
            let text = document(&scene, &Options { title: title.clone(), ..Options::default() });
            let file = Document::parse(&text).unwrap();
            let is_heading = |node: &Node| node.attribute("class").is_some_and(|class| class.contains("-heading"));
            let shown: Vec<&str> = file.descendants().filter(is_heading).filter_map(|node| node.text()).collect();
            let shown = shown.join(" ");
            for words in [&title, &played.sides[0].heading, &played.sides[1].heading] {
                // At the narrowest, a long one ends in an ellipsis.
                let begins: String = words.chars().take(if width < 1200 { 12 } else { 200 }).collect();
                assert!(shown.contains(&begins), "{} at {width}: `{begins}` is not in `{shown}`", preset.name);
            }
        }
    }
}

/// The reader refuses them in a scenario's texts; a file is safe as well if its title comes from elsewhere.
#[test]
fn no_override_of_the_reading_direction_stands_raw_in_a_file() {
    let played = Scenario::from_value(json!({ "name": "turned" })).unwrap().play();
    let options =
        Options { title: "safe \u{202e}txt.exe".into(), description: "and \u{2067}here".into(), ..Options::default() };
    let text = document(&layout(&played.sides, &View::default()), &options);
    assert!(text.contains("safe") && text.contains("here"));
    assert!(!text.contains(|c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')));
}

/// A file of a run that met a limit must not look like one of a run that is over.
#[test]
fn the_file_of_a_run_that_met_a_limit_names_the_limit() {
    let scenario = preset("order-emails").unwrap().scenario();
    let cut_short = play_within(scenario, Limits { events: 40, ..Limits::default() });
    let text = document(&layout(&cut_short.sides, &View::default()), &Options::default());
    assert_eq!(text.matches("stopped by a limit: one side may have no more events").count(), 2);
    let whole = play_built_in("order-emails");
    assert!(!document(&layout(&whole.sides, &View::default()), &Options::default()).contains("stopped by a limit"));
}

/// On a phone, where names have to be shortened.
#[test]
fn a_shortened_head_can_be_had_whole_within_the_picture() {
    let mut seen = 0;
    for preset in PRESETS {
        let sides = Studio::with(preset.scenario()).finish().sides;
        for scene in layout_apart(&sides, &View { width: 390, ..View::default() }) {
            for whole in whole_heads(&sides, &scene) {
                seen += 1;
                let words = whole.shapes.iter().filter_map(|shape| match &shape.form {
                    Form::Text { text, area, .. } => {
                        assert!(area.x >= 0 && area.right() <= scene.width, "{}: `{text}` is cut", preset.name);
                        Some(text.as_str())
                    }
                    _ => None,
                });
                assert_eq!(words.collect::<Vec<_>>().join(", "), whole.name, "{}", preset.name);
                let drawn = scene.heads.iter().any(|shape| {
                    !shape.name.is_empty()
                        && whole.name.starts_with(&shape.name)
                        && matches!(shape.form, Form::Rect { area, .. } if area == whole.short)
                });
                assert!(drawn, "{}: `{}` is of a head that is there", preset.name, whole.name);
            }
        }
        let wide = layout(&sides, &View { width: 1600, ..View::default() });
        assert_eq!(whole_heads(&sides, &wide), [], "{}: there is room for all", preset.name);
    }
    assert!(seen > 5, "{seen} heads are shortened");
}
