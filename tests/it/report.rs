//! The JSON report: its shape is a promise, and its bytes are the same for the same run.

use counterpoint::metrics::{MEANINGS, RULES};
use counterpoint::render::json;
use counterpoint::render::summary::summaries;
use counterpoint::scenario::{PRESETS, Played, Scenario};
use serde_json::{Value, json};

use crate::golden;
use crate::story;

fn report(played: &Played) -> Value {
    serde_json::from_str(&json::report(played, None)).expect("the report is JSON")
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

fn played() -> Played {
    story::play(json!({
        "workload": { "jobs": 3, "arrivals": { "pattern": "regular", "every": "10ms" }, "work": "40ms" },
        "network": { "latency": "5ms" },
        "sides": [{ "protocol": "http", "timeout": "60ms" }, { "protocol": "http", "method": "POST", "path": "/é/{job}" }],
    }))
}

#[test]
fn the_report_has_exactly_the_promised_fields() {
    let report = report(&played());
    assert_eq!(keys(&report), ["comparison", "format", "model", "scenario", "sides"]);
    assert_eq!((&report["format"], &report["model"]), (&json!(1), &json!(counterpoint::scenario::MODEL)));
    let side = &report["sides"][0];
    let mut known = keys(side);
    known.sort_unstable();
    let mut promised = [
        "id", "style", "protocol", "hash", "outcome", "limit", "ended_us", "lanes", "messages", "jobs", "marks",
        "stays", "places", "progress", "metrics", "verdicts",
    ];
    promised.sort_unstable();
    assert_eq!(known, promised);
    let sorted = |value: &Value| {
        let mut keys: Vec<_> = keys(value).into_iter().map(str::to_owned).collect();
        keys.sort_unstable();
        keys.join(" ")
    };
    assert_eq!(sorted(&side["lanes"][0]), "blocked_us busy_us id name role slots");
    assert_eq!(
        sorted(&side["messages"][0]),
        "arrived_us attempt class fate from id jobs kind label reply_to sent_us to"
    );
    assert_eq!(
        sorted(&side["jobs"][0]),
        "accepted_us answered_us caller_outcome executions finished_us id wanted_us work_outcome"
    );
    assert_eq!(sorted(&side["verdicts"][0]), "at_us rule text value");
}

#[test]
fn the_report_says_what_happened_in_whole_microseconds() {
    let report = report(&played());
    let side = &report["sides"][1];
    assert_eq!(
        side["lanes"],
        json!([
            { "id": "client", "name": "Client", "role": "caller", "slots": 1, "busy_us": 0, "blocked_us": 150_000 },
            { "id": "server", "name": "Server", "role": "worker", "slots": 1, "busy_us": 120_000, "blocked_us": 0 },
        ])
    );
    assert_eq!(
        side["messages"][0],
        json!({
            "id": 1, "jobs": [1], "kind": "request", "class": "payload", "label": "POST /é/1", "from": "client", "to": "server",
            "sent_us": 0, "arrived_us": 5_000, "fate": "delivered", "attempt": 1, "reply_to": null,
        })
    );
    assert_eq!(side["messages"][1]["reply_to"], 1);
    assert_eq!(
        side["jobs"][0],
        json!({
            "id": 1, "wanted_us": 0, "accepted_us": 50_000, "answered_us": 50_000, "finished_us": 45_000,
            "caller_outcome": "answered", "work_outcome": "done", "executions": 1,
        })
    );
    assert_eq!((&side["outcome"], &side["ended_us"]), (&json!("settled"), &json!(150_000)));
    assert_eq!(report["scenario"]["sides"][1]["connections"], Value::Null, "defaults are written out");
}

/// As anyone would check it: from the printed text alone.
#[test]
fn the_hash_is_taken_over_messages_and_jobs_as_printed() {
    let text = json::report(&played(), None);
    let mut rest = text.as_str();
    for side in report(&played())["sides"].as_array().unwrap() {
        let messages = &rest[rest.find("\"messages\":").unwrap() + 11..rest.find(",\"jobs\":[{").unwrap()];
        let jobs = &rest[rest.find(",\"jobs\":[{").unwrap() + 8..rest.find(",\"marks\":").unwrap()];
        let hash = xxhash_rust::xxh3::xxh3_128(format!("{messages}{jobs}").as_bytes());
        assert_eq!(side["hash"], format!("{hash:032x}"));
        rest = &rest[rest.find(",\"verdicts\":").unwrap() + 12..];
    }
}

#[test]
fn the_same_scenario_gives_the_same_bytes_and_reads_back_from_its_own_report() {
    let first = json::report(&played(), None);
    assert_eq!(first, json::report(&played(), None));
    let again = Scenario::from_value(report(&played())["scenario"].clone()).unwrap().play();
    assert_eq!(first, json::report(&again, None));
}

#[test]
fn another_seed_has_another_hash_where_chance_matters() {
    let scenario = |seed: u64| {
        story::play(json!({
            "seed": seed, "workload": { "work": { "exponential": { "mean": "40ms" } } },
            "sides": [{ "protocol": "http" }, { "protocol": "http" }],
        }))
    };
    assert_ne!(json::hash(&scenario(1).sides[0].trace), json::hash(&scenario(2).sides[0].trace));
}

#[test]
fn what_did_not_come_is_null() {
    let played = story::play(json!({
        "workload": { "work": "40ms" },
        "sides": [
            { "protocol": "http", "timeout": "1ms" },
            { "protocol": "http", "timeout": "100ms", "server": { "id": "away", "name": "Away" } },
        ],
        "changes": [{ "at": "0ms", "fault": "silent-outage", "actor": "away" }],
    }));
    let report = report(&played);
    let late = &report["sides"][0]["messages"][1];
    assert_eq!((&late["fate"], &late["arrived_us"]), (&json!("late"), &json!(40_000)));
    let lost = &report["sides"][1]["messages"][0];
    assert_eq!((&lost["fate"], &lost["arrived_us"]), (&json!("lost"), &Value::Null));
    let job = &report["sides"][1]["jobs"][0];
    assert_eq!((&job["answered_us"], &job["finished_us"]), (&Value::Null, &Value::Null));
    assert_eq!((&job["caller_outcome"], &job["work_outcome"]), (&json!("unknown"), &json!("lost")));
}

/// What the picture has beside messages and jobs: who failed, where it was set aside and for what, and when.
#[test]
fn the_report_has_the_dated_facts_of_the_picture() {
    let played = story::play(json!({
        "workload": { "jobs": 1, "poison": [1], "work": "40ms" }, "network": { "latency": "0ms" },
        "sides": [{ "protocol": "http" }, { "protocol": "rabbitmq", "consumers": { "count": 2 },
            "queue": { "dead_letter": { "id": "dead", "name": "Dead" } } }],
    }));
    let marks = &report(&played)["sides"][1]["marks"];
    let failed = json!({ "at_us": 40_000, "kind": "failed", "lane": "server", "slot": "consumer 1", "job": 1,
        "label": "failed", "value": 1 });
    assert_eq!(marks[0], failed, "{marks}");
    assert_eq!(
        (&marks[1]["kind"], &marks[1]["lane"], &marks[1]["job"]),
        (&json!("dead-lettered"), &json!("dead"), &json!(1))
    );
    assert!(marks[1]["label"].as_str().is_some_and(|label| label.contains("rejected")), "{marks}");
}

/// Who worked, which record lay where, how far its readers had come, and what ran out of time.
#[test]
fn the_report_has_the_spans_and_places_of_the_picture() {
    let report = report(&story::play(json!({
        "workload": { "jobs": 2, "work": "40ms" }, "network": { "latency": "1ms" },
        "sides": [
            { "protocol": "kafka", "topic": { "partitions": 2 }, "keys": ["a", "b", "c"],
                "groups": [{ "consumers": 2 }], "producer": { "linger": "0ms" } },
            { "protocol": "sqs", "queue": { "visibility_timeout": "1s", "receive_message_wait_time": "20s" },
                "consumers": { "count": 3 } },
        ],
        "changes": [{ "at": "20ms", "fault": "crash", "actor": "server", "for": "10ms" }],
    })));
    let [log, queue] = [&report["sides"][0], &report["sides"][1]];
    let rows = |side: &Value, list: &str| side[list].as_array().expect("a list").clone();
    let kept: Vec<Value> = rows(log, "stays").into_iter().filter(|stay| stay["kind"] == "parked").collect();
    assert_eq!(kept.len(), 2, "each record is kept");
    for record in kept {
        assert!(record["slot"].as_str().is_some_and(|slot| slot.starts_with("partition ")), "{record}");
        assert_eq!(record["end_us"], Value::Null);
    }
    let committed: Vec<Value> = rows(log, "progress").into_iter().filter(|step| step["kind"] == "place").collect();
    let ends: u64 = committed.iter().filter_map(|step| step["value"].as_u64()).sum();
    assert_eq!(ends, 2, "the places in the log are as far as the records: {committed:?}");
    let delivery = rows(queue, "messages")
        .into_iter()
        .find(|message| message["kind"] == "ReceiveMessage response" && message["class"] == "payload");
    let delivery = delivery.expect("something was received");
    let place = rows(queue, "places").into_iter().find(|place| place["message"] == delivery["id"]);
    let consumer = place.expect("it went to one of three")["to_slot"].clone();
    let busy = |stay: &&Value| stay["kind"] == "busy" && stay["job"] == delivery["jobs"][0];
    let stays = rows(queue, "stays");
    let worked = stays.iter().find(busy).expect("it was worked on");
    assert_eq!((&worked["slot"], &worked["ending"]), (&consumer, &json!("interrupted")));
    let ran_out = |stay: &&Value| stay["ending"] == "expired";
    let expired = stays.iter().find(ran_out).expect("the time to delete it ran out");
    assert_eq!((&expired["kind"], &expired["value"]), (&json!("hidden"), &json!(1)));
    assert_eq!(expired["end_us"].as_u64(), expired["begin_us"].as_u64().map(|begin| begin + 1_000_000));
}

/// A caller that stopped trying did so at a moment, and the report has it.
#[test]
fn the_report_says_when_a_caller_gave_up() {
    let mut checked = 0;
    for preset in PRESETS {
        let report = report(&preset.scenario().play());
        for side in report["sides"].as_array().unwrap() {
            let failed = ["refused", "failed", "unknown"];
            for job in side["jobs"].as_array().unwrap() {
                if !failed.iter().any(|word| job["caller_outcome"] == *word) {
                    continue;
                }
                let is_its = |mark: &&Value| mark["kind"] == "gave-up" && mark["job"] == job["id"];
                let marks = side["marks"].as_array().unwrap();
                assert!(marks.iter().any(|mark| is_its(&mark)), "{}, {}: {job}", preset.name, side["id"]);
                checked += 1;
            }
        }
    }
    assert!(checked > 20, "only {checked} jobs failed in the built-in scenarios");
}

/// The documentation's tables are made from the lists in the code. `BLESS=1` writes them again.
#[test]
fn the_documentation_lists_every_number_and_every_rule() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/report.md");
    let told = std::fs::read_to_string(path).unwrap();
    let metrics =
        MEANINGS.iter().map(|meaning| format!("| `{}` | {} | {} |\n", meaning.key, meaning.unit, meaning.formula));
    let rules = RULES.iter().map(|rule| format!("| `{}` | {} |\n", rule.name, rule.when));
    let made = with_section(
        &told,
        "metrics",
        &format!("| key | unit | formula |\n|---|---|---|\n{}", metrics.collect::<String>()),
    );
    let made = with_section(
        &made,
        "rules",
        &format!("| rule | when it speaks, and its value |\n|---|---|\n{}", rules.collect::<String>()),
    );
    golden::check("docs/report.md", made.as_bytes());
}

/// `text` with what stands between the marks of section `name` replaced.
fn with_section(text: &str, name: &str, section: &str) -> String {
    let begin = text.find(&format!("<!-- {name}: ")).expect("the section begins");
    let begin = begin + text[begin..].find("-->\n").expect("the mark ends") + 4;
    let end = begin + text[begin..].find("<!-- end -->").expect("the section ends");
    format!("{}\n{section}\n{}", &text[..begin], &text[end..])
}

/// The pictures in the README, and in the page until it runs, are what the tool draws now. `BLESS=1` draws them again.
#[test]
fn the_pictures_in_the_repository_are_what_the_tool_draws() {
    let pictures = [("docs/order-emails.svg", "order-emails", "below"), ("static/first.svg", PRESETS[0].name, "none")];
    for (file, scenario, legend) in pictures {
        let drawn = std::process::Command::new(env!("CARGO_BIN_EXE_counterpoint"))
            .args(["run", scenario, "--format", "svg", "--width", "1000", "--legend", legend])
            .output()
            .unwrap();
        assert!(drawn.status.success());
        golden::check(file, &drawn.stdout);
    }
}

/// The README quotes verdicts: they must be what the run says.
#[test]
fn the_readme_quotes_what_the_run_says() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let on_one_line = readme.replace("\n> ", " ").replace('\n', " ");
    let played = story::play_built_in("order-emails");
    for summary in summaries(&played) {
        let headline = &summary.verdicts[0].text;
        assert!(on_one_line.contains(headline), "the README does not quote {headline:?}");
    }
}
