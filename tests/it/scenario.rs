//! Reading scenarios: what is accepted, and how what is not is refused.

use counterpoint::scenario::{MAX_TEXT_BYTES, PRESETS, Scenario, parse_assignment, preset};
use serde_json::{Value, json};

/// The problem of a scenario that has `fields` beside its name, as one line.
#[track_caller]
fn problem(fields: Value) -> String {
    let mut whole = json!({ "name": "bad" });
    whole.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    match Scenario::from_value(whole) {
        Ok(_) => panic!("{fields} was accepted"),
        Err(problem) => problem.to_string(),
    }
}

#[test]
fn every_built_in_scenario_reads_and_reads_back_as_itself() {
    for preset in PRESETS {
        let scenario = preset.scenario();
        assert_eq!(scenario.head.name, preset.name);
        assert_eq!(Scenario::from_value(scenario.to_value()).as_ref(), Ok(&scenario), "{}", preset.name);
        assert!(!scenario.head.title.is_empty() && !scenario.head.look_for.is_empty(), "{}", preset.name);
    }
}

/// Each refusal names the field, the value and what would do, on one line.
#[test]
fn bad_input_is_refused_with_the_field_the_value_and_what_would_do() {
    let table = [
        (json!({ "colour": "red" }), "colour", "unknown field `colour`"),
        (json!({ "name": "No Spaces" }), "name", "`No Spaces` is not an id"),
        (json!({ "name": "" }), "name", "is not an id"),
        (json!({ "version": 99 }), "version", "99 is not a version"),
        (json!({ "seed": 9_007_199_254_740_992u64 }), "seed", "from 0 to 9007199254740991"),
        (json!({ "seed": -1 }), "seed", "-1"),
        (json!({ "workload": { "jobs": 0 } }), "workload.jobs", "from 1 to 200000"),
        (json!({ "workload": { "jobs": 1_000_001 } }), "workload.jobs", "1000001 would not do"),
        (json!({ "workload": { "jobs": "ten" } }), "workload.jobs", "\"ten\""),
        (json!({ "workload": { "work": "170" } }), "workload.work", "`170` is not a duration"),
        (json!({ "workload": { "work": 170 } }), "workload.work", "170 is not a distribution"),
        (
            json!({ "workload": { "work": { "erlang": { "shape": 0, "mean": "1s" } } } }),
            "workload.work",
            "from 1 to 100",
        ),
        (
            json!({ "workload": { "work": { "uniform": { "min": "2s", "max": "1s" } } } }),
            "workload.work",
            "min 2s is longer",
        ),
        (
            json!({ "workload": { "arrivals": { "pattern": "tidal" } } }),
            "workload.arrivals.pattern",
            "\"tidal\" would not do",
        ),
        (
            json!({ "workload": { "arrivals": { "pattern": "poisson", "rate_per_s": 0.0 } } }),
            "workload.arrivals.rate_per_s",
            "0.0 would not do; write a number from 0.000001 to 1000000",
        ),
        (
            json!({ "workload": { "jobs": 2, "arrivals": { "pattern": "listed", "at": ["1s"] } } }),
            "workload.arrivals.at",
            "1 moments for 2 jobs",
        ),
        (json!({ "workload": { "poison": [2] } }), "workload.poison.0", "2 would not do"),
        (json!({ "network": { "loss": 1.5 } }), "network.loss", "1.5 would not do; write a number from 0 to 1"),
        (json!({ "sides": [] }), "sides", "there are 0 sides; a scenario has two"),
        (json!({ "sides": [{ "protocol": "telepathy" }, {}] }), "sides.left.protocol", "`telepathy` is not a protocol"),
        (
            json!({ "sides": [{ "style": "loud" }, {}] }),
            "sides.left.style",
            "\"loud\" would not do; write `request-response` or `queued`",
        ),
        (json!({ "sides": [{ "timeuot": "1s" }, {}] }), "sides.left.timeuot", "unknown field `timeuot`"),
        (json!({ "sides": [{ "timeout": "0ms" }, {}] }), "sides.left.timeout", "too short"),
        (json!({ "sides": [{ "caller": { "threads": 0 } }, {}] }), "sides.left.caller.threads", "from 1 to 1000"),
        (
            json!({ "sides": [{ "retry": { "max_attempts": 0 } }, {}] }),
            "sides.left.retry.max_attempts",
            "from 1 to 100",
        ),
        (
            json!({ "changes": [{ "at": "1s", "fault": "crash", "actor": "moon" }] }),
            "changes.0.actor",
            "no side has an actor `moon`",
        ),
        (
            json!({ "changes": [{ "at": "1s", "fault": "slow-down", "actor": "server" }] }),
            "changes.0.factor",
            "needs a factor",
        ),
        (
            json!({ "notes": [{ "at": "1s", "text": "x", "side": "middle" }] }),
            "notes.0.side",
            "there is no side `middle`",
        ),
        (json!({ "look_for": "x".repeat(501) }), "look_for", "501 characters"),
        (json!({ "library": { "otherwise": "x".repeat(501) } }), "library.otherwise", "501 characters"),
        (json!({ "library": { "groups": ["a", "b", "c", "d", "e"] } }), "library.groups", "at most 4 fit"),
        (json!({ "library": { "words": vec!["a"; 25] } }), "library.words", "at most 24 fit"),
        (json!({ "library": { "words": ["a", " "] } }), "library.words.1", "the text is empty"),
        (json!({ "library": { "vendor": "Kafka" } }), "library.vendor", "unknown field `vendor`"),
        (
            json!({ "controls": [{ "path": "workload.job", "label": "x", "min": 1, "max": 2 }] }),
            "controls.0.path",
            "there is no `job`",
        ),
        (
            json!({ "controls": [{ "path": "workload.jobs", "label": "x", "min": "1s", "max": 2 }] }),
            "controls.0.min",
            "does not fit",
        ),
        (
            json!({
                "workload": { "parts": [{ "id": "a", "work": "1s" }, { "id": "b", "work": "1s" }] },
                "sides": [{}, { "protocol": "sqs" }],
            }),
            "workload.parts",
            "there are 2, and the side `left` (`http`) needs 1: it does a job in one piece; leave the parts out",
        ),
        (
            json!({
                "workload": { "parts": [{ "id": "a", "work": "1s" }, { "id": "b", "work": "1s" }] },
                "sides": [{ "protocol": "rabbitmq" }, { "protocol": "sqs" }],
            }),
            "workload.parts",
            "there are 2, and the side `right` (`sqs`) needs 1",
        ),
        (json!({ "notes": [{ "when": "outage ends", "text": "x" }] }), "notes.0.when", "no change has the id `outage`"),
        (
            json!({ "notes": [{ "when": "job 0 answered", "text": "x" }] }),
            "notes.0.when",
            "`job 0 answered` names no event; write `ID begins`",
        ),
        (
            json!({ "sides": [{ "protocol": "rabbitmq" }, { "protocol": "kafka", "groups": [{ "id": "a" }, { "id": "b" }] }] }),
            "workload.parts",
            "there are 1, and the side `right` (`kafka`) needs 2: write 2 parts",
        ),
        (json!({ "network": { "duplication": -1 } }), "network.duplication", "-1 would not do"),
        (json!({ "view": { "job": 2 } }), "view.job", "2 would not do"),
        (json!({ "view": { "from": "2s", "to": "1s" } }), "view.to", "must end after"),
    ];
    for (fields, path, sentence) in table {
        let told = problem(fields.clone());
        assert!(told.starts_with(path), "{fields}\n  says: {told}\n  and should name {path}");
        assert!(told.contains(sentence), "{fields}\n  says: {told}\n  and should say {sentence}");
        assert!(!told.contains('\n'), "{told}");
    }
}

#[test]
fn text_that_is_no_scenario_is_refused_in_words() {
    for (text, says) in [
        ("", "this is not JSON"),
        ("[1, 2]", "a scenario is a JSON object"),
        ("{\"name\": \"x\",}", "line 1 column 14"),
        (&"[".repeat(500), "this is not JSON"),
        ("\u{FEFF}{\"name\": 5}", "name: 5 is not a text"),
        (
            r#"{"name": "x", "workload": {"jobs": 1, "noun": {}, "jobs": 2}}"#,
            "workload.jobs: `jobs` is written twice; leave one of them out",
        ),
        (&" ".repeat(MAX_TEXT_BYTES + 1), "at most 1048576 are read"),
    ] {
        let told = Scenario::from_json(text).unwrap_err().to_string();
        assert!(told.contains(says) && !told.contains('\n'), "{told}");
    }
    assert!(Scenario::from_json("{}").unwrap_err().to_string().contains("name"));
}

#[test]
fn a_parameter_is_set_by_its_path() {
    let scenario = Scenario::from_value(json!({
        "name": "x",
        "changes": [{ "id": "outage", "at": "1s", "for": "2s", "fault": "outage", "actor": "server" }],
    }))
    .unwrap();
    let set = |text: &str| {
        let (path, value) = parse_assignment(text).unwrap();
        scenario.with(path, value)
    };
    assert_eq!(set("workload.jobs=20").unwrap().head.workload.jobs, 20);
    assert_eq!(set("sides.left.timeout=250ms").unwrap().value_at("sides.left.timeout").unwrap(), json!("250ms"));
    assert_eq!(set("changes.outage.for=5s").unwrap().value_at("changes.0.for").unwrap(), json!("5s"));
    assert_eq!(set("sides.left.timeout=null").unwrap(), scenario);
    for (bad, says) in [
        ("workload.jbos=3", "there is no `jbos` in `workload`; it has `"),
        ("sides.middle.timeout=1s", "there is no `middle` in `sides`; it has `left`, `right`"),
        ("seed.x=1", "`seed` has no parts"),
        ("workload.jobs=many", "workload.jobs: \"many\" would not do; write a whole number"),
        ("=1", "there is no ``"),
    ] {
        let told = set(bad).unwrap_err().to_string();
        assert!(told.contains(says), "{bad} says: {told}");
    }
    let twice = parse_assignment(r#"network={"loss": 0.1, "loss": 0.2}"#).unwrap_err().to_string();
    assert_eq!(twice, "network.loss: `loss` is written twice; leave one of them out");
    assert!(parse_assignment("workload.jobs").unwrap_err().to_string().contains("write path=value"));
}

/// What asks and answers in one piece does one piece: more of them are not left undone in silence.
/// Every path of a scenario, that of the whole left out.
fn paths(value: &Value, path: &str, all: &mut Vec<String>) {
    let steps: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, field)| (name.clone(), field)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(place, item)| (place.to_string(), item)).collect(),
        _ => return,
    };
    for (step, inner) in steps {
        let path = if path.is_empty() { step } else { format!("{path}.{step}") };
        paths(inner, &path, all);
        all.push(path);
    }
}

/// Another broker's block is written from the one before, which may be anything that was set just now.
#[test]
fn whatever_is_set_before_another_broker_is_chosen_is_read_first() {
    let right = "sides.right.protocol";
    let shapes = [json!(null), json!(5), json!(-1.5), json!("x"), json!([]), json!([5]), json!({}), json!({ "id": 5 })];
    let mut refused = 0;
    for (name, other) in [("order-emails", "sqs"), ("order-emails", "kafka"), ("sqs-work-queue", "rabbitmq")] {
        let scenario = preset(name).unwrap().scenario();
        let mut all = Vec::new();
        paths(&scenario.to_value(), "", &mut all);
        for path in &all {
            for shape in &shapes {
                let set = [(path.as_str(), shape.clone()), (right, other.into())];
                if let Err(problem) = scenario.with_all(set) {
                    refused += 1;
                    let told = problem.to_string();
                    assert!(!told.contains('\n') && told.len() < 1_000, "{path} = {shape} says: {told}");
                }
            }
        }
    }
    assert!(refused > 1_000, "{refused}");
    let emails = preset("order-emails").unwrap().scenario();
    let told = emails.with_all([("sides.right.queue.dead_letter", json!(5)), (right, "sqs".into())]).unwrap_err();
    assert!(told.to_string().starts_with("sides.right.queue.dead_letter: 5 is not an object"), "{told}");
}

/// A list that names jobs, queues or keys has a stated cap, so that nothing compares a long one with another.
#[test]
fn a_list_that_is_too_long_is_refused_with_its_cap() {
    let readme = include_str!("../../README.md").replace('\n', " ");
    let many = |value: Value| Value::from(vec![value; 1_001]);
    let side = |side: Value| json!({ "sides": [side, {}] });
    let rabbitmq =
        |queue: Value, exchange: Value| side(json!({ "protocol": "rabbitmq", "queue": queue, "exchange": exchange }));
    for (fields, path, most) in [
        (json!({ "workload": { "poison": many(1.into()) } }), "workload.poison", 1000),
        (json!({ "workload": { "parts": many(json!({ "id": "a", "work": "1s" })) } }), "workload.parts", 16),
        (json!({ "changes": many(json!({ "at": "1s", "fault": "crash", "actor": "server" })) }), "changes", 100),
        (json!({ "notes": many(json!({ "text": "x" })) }), "notes", 100),
        (json!({ "controls": many(json!({ "path": "seed", "label": "x", "min": 1, "max": 2 })) }), "controls", 12),
        (side(json!({ "protocol": "soap", "sender_faults": many(1.into()) })), "sides.left.sender_faults", 1000),
        (side(json!({ "protocol": "soap", "not_understood": many(1.into()) })), "sides.left.not_understood", 1000),
        (side(json!({ "protocol": "auth", "wrong_password": many(1.into()) })), "sides.left.wrong_password", 1000),
        (side(json!({ "protocol": "graphql", "failing": many(1.into()) })), "sides.left.failing", 1000),
        (side(json!({ "protocol": "chain", "services": many(json!({})) })), "sides.left.services", 16),
        (side(json!({ "protocol": "kafka", "groups": many(json!({})) })), "sides.left.groups", 8),
        (side(json!({ "protocol": "kafka", "keys": many("a".into()) })), "sides.left.keys", 1000),
        (rabbitmq(json!({ "binding_keys": many("a".into()) }), json!({})), "sides.left.queue.binding_keys", 100),
        (rabbitmq(json!({}), json!({ "routing_keys": many("a".into()) })), "sides.left.exchange.routing_keys", 1000),
    ] {
        let told = problem(fields);
        assert_eq!(told, format!("{path}: there are 1001 entries; at most {most} fit"));
        let what = path.rsplit('.').next().unwrap();
        let said = match what {
            "poison" | "sender_faults" | "not_understood" | "wrong_password" | "failing" => {
                "1000 jobs can be named".into()
            }
            "routing_keys" => "1000 keys".into(),
            _ => format!("{most} {}", what.replace('_', " ")),
        };
        assert!(readme.contains(&said), "README.md does not say `{said}`");
    }
    let words = vec!["a"; 31].join(".");
    let topic = json!({ "type": "topic", "routing_keys": [words] });
    let told = problem(rabbitmq(json!({}), topic));
    assert!(
        told.starts_with("sides.left.exchange.routing_keys: `a.a.a.") && told.contains("has 31 words; at most 30 fit")
    );
    let topic = json!({ "type": "topic", "routing_keys": ["a"] });
    let told = problem(rabbitmq(json!({ "binding_keys": [words] }), topic));
    assert!(told.contains("has 31 words; at most 30 fit"), "{told}");
    let bindings = |count: usize| Value::from(vec!["a"; count]);
    let queues = json!([{ "id": "a", "binding_keys": bindings(60) }]);
    let both = json!({
        "protocol": "rabbitmq", "exchange": {}, "queue": { "binding_keys": bindings(41) }, "other_queues": queues,
    });
    let told = problem(side(both));
    assert_eq!(told, "sides.left.other_queues: all queues have 101 binding keys; at most 100 fit on a side");
}

/// However long what was given is, and wherever it stands.
#[test]
fn an_error_is_one_short_line_whatever_was_given() {
    let scenario = preset("order-emails").unwrap().scenario();
    let mut all = Vec::new();
    paths(&scenario.to_value(), "", &mut all);
    let long = "\u{202E}long\n".repeat(50_000);
    let (key, list) = (json!({ long.as_str(): 1 }), Value::from(vec![long.as_str(); 3]));
    let mut refused = 0;
    for path in &all {
        for value in [long.as_str().into(), key.clone(), list.clone(), json!([[[key]]])] {
            if let Err(problem) = scenario.with(path, value) {
                refused += 1;
                let told = problem.to_string();
                assert!(
                    told.len() < 1_000 && !told.contains(['\n', '\u{202E}']),
                    "{path} says {} bytes: {told}",
                    told.len()
                );
                assert!(told.starts_with(path.split('.').next().unwrap()), "{path} says: {told}");
            }
        }
        let deeper = format!("{path}.{long}");
        let told = scenario.with(&deeper, Value::Null).unwrap_err().to_string();
        assert!(told.len() < 1_000 && !told.contains(['\n', '\u{202E}']), "{path} says {} bytes: {told}", told.len());
    }
    assert!(refused > 4 * all.len() - 40, "{refused} of {}", 4 * all.len());
}

#[test]
fn texts_that_would_turn_what_stands_beside_them_around_are_refused_by_name() {
    let turned = "safe\u{202E}gpj.exe";
    for (fields, path) in [
        (json!({ "title": turned }), "title"),
        (json!({ "look_for": turned }), "look_for"),
        (json!({ "library": { "words": [turned] } }), "library.words.0"),
        (json!({ "notes": [{ "at": "1s", "text": turned }] }), "notes.0.text"),
        (json!({ "workload": { "noun": { "one": turned, "many": "jobs" } } }), "workload.noun.one"),
        (json!({ "sides": [{ "server": { "name": turned } }, {}] }), "sides.left.server.name"),
        (json!({ "sides": [{ "path": turned }, {}] }), "sides.left.path"),
    ] {
        let told = problem(fields);
        assert!(told.starts_with(path) && told.contains("direction of writing (U+202E)"), "{path} says: {told}");
    }
    // Letters that are written from right to left, and the marks that they need, are welcome.
    let mut arabic = json!({ "name": "rtl", "title": "\u{200F}\u{637}\u{644}\u{628}!" });
    assert!(Scenario::from_value(arabic.take()).is_ok());
}

/// Names, ids and what the sides share stay as long as they may be.
#[test]
fn another_broker_can_be_chosen_whatever_the_length_of_the_title() {
    for (length, title) in [(83, "with Amazon SQS"), (84, "…, with Amazon SQS"), (100, "…, with Amazon SQS")] {
        let scenario = preset("order-emails").unwrap().scenario();
        let long = "wörds ".repeat(20).chars().take(length).collect::<String>();
        let sqs = scenario.with_all([("title", long.into()), ("sides.right.protocol", "sqs".into())]).unwrap();
        assert!(sqs.head.title.ends_with(title) && sqs.head.title.chars().count() <= 100, "{}", sqs.head.title);
        // Chosen again, the title says the last choice alone.
        let kafka = sqs.with("sides.right.protocol", "kafka".into()).unwrap();
        assert!(kafka.head.title.ends_with(", with Kafka"), "{}", kafka.head.title);
        assert!(!kafka.head.title.contains("SQS"), "{}", kafka.head.title);
    }
}

#[test]
fn a_job_of_several_parts_is_done_whole_or_refused() {
    for protocol in ["http", "rest", "soap", "auth", "postgresql", "sqs"] {
        let told = problem(json!({
            "workload": { "parts": [{ "id": "a", "work": "1s" }, { "id": "b", "work": "1s" }] },
            "sides": [{ "protocol": protocol }, { "protocol": "rabbitmq" }],
        }));
        let says = format!("workload.parts: there are 2, and the side `left` (`{protocol}`) needs 1: ");
        assert!(told.starts_with(&says), "{told}");
    }
}

/// The types of the queues of the right side, which is RabbitMQ's.
fn queue_types(scenario: &Value) -> Vec<String> {
    let whole = Scenario::from_value(scenario.clone()).unwrap_or_else(|problem| panic!("{problem}")).to_value();
    let side = &whole["sides"][1];
    let others = side["other_queues"].as_array().into_iter().flatten();
    std::iter::once(&side["queue"]).chain(others).map(|queue| queue["type"].as_str().unwrap().to_owned()).collect()
}

fn three_queues(queue: Value) -> Value {
    json!([{ "protocol": "http" }, {
        "protocol": "rabbitmq", "queue": queue, "exchange": { "id": "exchange", "type": "direct", "routing_keys": ["second"] },
        "other_queues": [{ "id": "second", "type": "quorum" }, { "id": "third" }],
        "other_consumers": [{ "id": "b", "queue": "second" }, { "id": "c", "queue": "third" }],
    }])
}

#[test]
fn a_queue_without_a_type_is_classic_since_version_2_and_was_a_quorum_queue_before() {
    let sides = three_queues(json!({ "id": "queue" }));
    let of_version = |version: u32| queue_types(&json!({ "version": version, "name": "x", "sides": sides.clone() }));
    assert_eq!(of_version(2), ["classic", "quorum", "classic"]);
    assert_eq!(of_version(1), ["quorum", "quorum", "quorum"]);
    assert_eq!(queue_types(&json!({ "name": "x", "sides": sides })), of_version(1), "who names none wrote version 1");
    assert_eq!(queue_types(&json!({ "version": 2, "name": "x" })), ["classic"]);
    assert_eq!(queue_types(&json!({ "name": "x" })), ["quorum"]);
    assert_eq!(queue_types(&json!({ "version": 1, "name": "x" })), ["quorum"]);
}

#[test]
fn a_delivery_limit_of_a_queue_that_is_classic_by_default_is_refused_with_what_would_do() {
    let sides = json!([{ "protocol": "http" }, { "protocol": "rabbitmq", "queue": { "delivery_limit": 5 } }]);
    let problem = Scenario::from_value(json!({ "version": 2, "name": "x", "sides": sides })).unwrap_err().to_string();
    assert!(
        problem.starts_with("sides.right.queue.delivery_limit: ") && problem.ends_with("the type `quorum`"),
        "{problem}"
    );
    assert_eq!(queue_types(&json!({ "version": 1, "name": "x", "sides": sides })), ["quorum"]);
}

#[test]
fn every_built_in_scenario_names_the_types_of_its_queues() {
    for preset in PRESETS {
        let written: Value = serde_json::from_str(preset.json).unwrap();
        for side in written["sides"].as_array().unwrap().iter().filter(|side| side["protocol"] == "rabbitmq") {
            let others = side["other_queues"].as_array().into_iter().flatten();
            for queue in std::iter::once(&side["queue"]).chain(others) {
                assert!(queue["type"].is_string(), "{}: {queue}", preset.name);
            }
        }
    }
}

/// The page opens a built-in scenario by its name alone, and its engine fetches the part that knows systems where it reads the
/// word `system`. Without that part the run of one would break down.
#[test]
fn a_built_in_scenario_with_a_system_says_so_in_its_name() {
    use counterpoint::protocol::system::Settings;

    for preset in PRESETS {
        let is_needed = preset.scenario().sides.iter().any(|side| side.settings.protocol() == "system");
        assert_eq!(Settings::may_be_in(preset.name.as_bytes()), is_needed, "{}", preset.name);
    }
}
