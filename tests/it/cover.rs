//! The file of a run that stands beside the page.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use counterpoint::desk::Cover;
use counterpoint::recording::{Card, Tone};
use counterpoint::scenario::{PRESETS, Scenario, preset};
use counterpoint::scene::{Subject, View, layout, layout_apart};
use counterpoint::studio::Studio;
use serde_json::{Value, json};

#[test]
fn a_file_begins_with_words_and_has_everything() {
    let mut cover = Studio::cover(&PRESETS[0]);
    cover.panel.title = "One\n\ntitle".into();
    let file = cover.to_file();
    let words: Vec<&[u8]> = file.splitn(5, |byte| *byte == b'\n').take(4).collect();
    let first = format!("Counterpoint recording 3, by version {}", env!("CARGO_PKG_VERSION"));
    assert_eq!(words, [first.as_bytes(), b"One  title", cover.panel.look_for.as_bytes(), b""]);
    let read = Cover::from_file(&file).unwrap();
    assert_eq!(read.panel, cover.panel);
    assert_eq!(borsh::to_vec(&read.recording).unwrap(), borsh::to_vec(&cover.recording).unwrap());
}

#[test]
fn what_is_not_ours_is_refused_in_words() {
    let file = Studio::cover(&PRESETS[0]).to_file();
    let mut other = file.clone();
    let end = other.iter().position(|byte| *byte == b'\n').unwrap();
    other[end - 1] += 1;
    let long = [&file[..], b"more"].concat();
    let cases = [
        (&b"<!doctype html>"[..], "this is no recording"),
        (b"", "this is no recording"),
        (&other, "this recording was made by another version"),
        (&file[..file.len() - 1], "this recording is damaged"),
        (&long, "this recording is damaged"),
    ];
    for (bytes, told) in cases {
        assert_eq!(Cover::from_file(bytes).err(), Some(told));
    }
}

/// An element in a page can be given such a file for a scenario of the page's own.
#[test]
fn the_command_line_writes_it_of_any_scenario_as_it_was_run() {
    let folder = std::env::temp_dir().join(format!("counterpoint-recordings-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let recording = |name: &str, more: &[&str]| {
        let file = folder.join("own.recording");
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_counterpoint"));
        let output = command.args(["run", name, "--format", "recording", "-o"]).arg(&file).args(more).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::read(&file).unwrap()
    };
    let preset = preset("order-emails").unwrap();
    assert_eq!(recording(preset.name, &[]), Studio::cover(preset).to_file(), "as the page has it");
    let own = folder.join("own.json");
    std::fs::write(&own, r#"{"name": "own", "title": "Mine", "workload": {"jobs": 3}}"#).unwrap();
    let read = Cover::from_file(&recording(own.to_str().unwrap(), &["--set", "workload.jobs=4"])).unwrap();
    assert_eq!((read.panel.name.as_str(), read.panel.title.as_str()), ("own", "Mine"));
    assert!(read.recording.sides.iter().all(|side| side.trace.jobs.len() == 4));
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Hosts that are not mdBook put this line into a page.
#[test]
fn the_command_line_writes_the_element_with_the_picture_in_it() {
    let run = |words: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_counterpoint"));
        String::from_utf8(command.arg("run").args(words).output().unwrap().stdout).unwrap()
    };
    let more = ["--seed", "7", "--job", "3", "--theme", "dark", "--to", "1s", "--set", "network.loss=0.1"];
    let html = run(&[&["order-emails", "--format", "html", "--controls", "none", "--at", "500ms"], &more[..]].concat());
    let svg = run(&[&["order-emails", "--format", "svg", "--width", "720"], &more[..]].concat());
    let attributes = "scenario=\"order-emails\" seed=\"7\" set=\"network.loss=0.1\" at=\"500ms\" to=\"1s\" job=\"3\" \
        controls=\"none\" theme=\"dark\" style=\"display:block\"";
    let picture = svg.trim().replace('\n', " ");
    assert_eq!(
        html,
        format!("<!-- counterpoint --><counterpoint-diagram {attributes}>{picture}</counterpoint-diagram>\n")
    );
    assert_ne!(
        svg,
        run(&[&["order-emails", "--format", "svg", "--width", "720", "--seed", "7"], &more[4..]].concat()),
        "lit"
    );
}

/// What a reader looks at needs no engine then, and no file whose place the caller would have to know.
#[test]
fn the_element_has_the_recording_of_a_scenario_that_is_not_built_in() {
    let folder = std::env::temp_dir().join(format!("counterpoint-held-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let held_of = |jobs: u32, more: &[&str]| {
        let file = folder.join("own.json");
        std::fs::write(&file, format!("{{\"name\": \"own\", \"workload\": {{\"jobs\": {jobs}}}}}")).unwrap();
        let run = |format: &str, more: &[&str]| {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_counterpoint"));
            command.arg("run").arg(&file).args(["--format", format]).args(more).output().unwrap().stdout
        };
        let html = String::from_utf8(run("html", more)).unwrap();
        let (_, after) = html.split_once(" recording=\"data:;base64,")?;
        let held = BASE64_STANDARD.decode(after.split_once('"').unwrap().0).unwrap();
        Some(held == run("recording", &[]))
    };
    assert_eq!(held_of(3, &[]), Some(true));
    assert_eq!(held_of(3, &["--side", "left", "--at", "10ms", "--controls", "full"]), Some(true), "it is always whole");
    // The element runs what is changed, and whatever is heavier than the engine that makes it.
    assert_eq!(held_of(3, &["--seed", "7"]), None);
    assert_eq!(held_of(3, &["--set", "workload.jobs=4"]), None);
    assert_eq!(held_of(400, &[]), None);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Messages in bulk are drawn by the page's later part, and a recording beside the page is drawn before that has come.
#[test]
fn no_recording_beside_the_page_is_drawn_in_bulk() {
    for preset in PRESETS {
        let sides = Studio::cover(preset).recording.sides;
        for width in [320, 390, 720, 1400] {
            let view = View { width, ..View::default() };
            for scene in layout_apart(&sides, &view).into_iter().chain([layout(&sides, &view)]) {
                let mut shapes = scene.layers.iter().flat_map(|layer| &layer.shapes);
                let bulk = shapes.any(|shape| matches!(shape.key.subject, Subject::Bundle(..)));
                assert!(!bulk, "{} at {width}", preset.name);
            }
        }
    }
}

/// A card's first sentence has the colour of the outcome for whoever wanted the work, not only that of its side.
#[test]
fn a_bad_outcome_is_told_as_bad_on_its_card() {
    let recording = Studio::cover(preset("order-emails").unwrap()).recording;
    let tones = recording.cards.iter().map(|card| card.sentences[0].tone);
    let told: Vec<bool> = tones.map(|tone| tone == Tone::Bad).collect();
    assert_eq!(told, [true, false], "{:?}", recording.cards);
}

/// The cards of both sides carry the same measures in the same order, so that they can be compared line by line.
#[test]
fn both_cards_have_the_same_measures() {
    for preset in PRESETS {
        let cards = Studio::cover(preset).recording.cards;
        let labels = |card: &Card| card.figures.iter().map(|figure| figure.label.clone()).collect::<Vec<_>>();
        assert_eq!(labels(&cards[0]), labels(&cards[1]), "{}", preset.name);
    }
}

/// The counts of what went wrong on both cards: the number, and whether it is good news for those who wanted the work.
fn troubles_on_cards(fields: &Value) -> Vec<(String, [(String, Tone); 2])> {
    let scenario = Scenario::from_json(&fields.to_string()).unwrap_or_else(|error| panic!("{error}"));
    let cards = Studio::cover_of(scenario.play()).recording.cards;
    let told = ["failed", "accepted and lost", "in a dead-letter queue", "not finished", "too late"];
    let labels = cards[0].figures.iter().map(|figure| figure.label.clone());
    let both = |label: &String| {
        let figure = |card: &Card| card.figures.iter().find(|figure| figure.label == *label).cloned().unwrap();
        [0, 1].map(|side| figure(&cards[side])).map(|figure| (figure.value, figure.tone))
    };
    labels.filter(|label| told.contains(&label.as_str())).map(|label| (label.clone(), both(&label))).collect()
}

fn told(label: &str, left: (&str, Tone), right: (&str, Tone)) -> (String, [(String, Tone); 2]) {
    (label.to_owned(), [left, right].map(|(value, tone)| (value.to_owned(), tone)))
}

/// A quorum queue drops for good what was rejected more often than its limit allows. Nothing failed for a caller, and that
/// is no good news beside work that is lost; nor is it where the work lies in a dead-letter queue.
#[test]
fn no_failure_is_not_good_news_beside_work_that_is_lost_or_set_aside() {
    let side = |dead_letter: Value| {
        json!({
            "protocol": "rabbitmq",
            "queue": { "type": "quorum", "dead_letter": dead_letter },
            "consumers": { "count": 1, "prefetch": 1, "on_failure": "reject", "requeue": true },
        })
    };
    let fields = json!({
        "name": "limit-drops",
        "workload": { "jobs": 3, "arrivals": { "pattern": "regular", "every": "50ms" }, "work": "50ms", "poison": [1] },
        "network": { "latency": "10ms" },
        "sides": [side(Value::Null), side(json!({ "name": "Dead letters" }))],
    });
    assert_eq!(
        troubles_on_cards(&fields),
        [
            told("failed", ("0", Tone::Plain), ("0", Tone::Plain)),
            told("accepted and lost", ("1", Tone::Bad), ("0", Tone::Plain)),
            told("in a dead-letter queue", ("0", Tone::Plain), ("1", Tone::Bad)),
        ]
    );
}

/// Work that takes longer than its visibility time-out is set aside although it is done, and so is what was received with
/// it and not begun in that time. Where the time is enough, all is well, and only there no failure is good news.
#[test]
fn no_failure_is_good_news_where_all_is_done_and_nothing_set_aside() {
    let side = |visibility: &str, most: u8| {
        json!({
            "protocol": "sqs",
            "queue": {
                "receive_message_wait_time": "20s",
                "visibility_timeout": visibility,
                "redrive_policy": { "max_receive_count": 1 },
            },
            "consumers": { "id": "workers", "count": 2, "max_number_of_messages": most },
        })
    };
    let of = |left: Value, right: Value| {
        troubles_on_cards(&json!({
            "name": "batch-of-two",
            "workload": {
                "jobs": 2, "arrivals": { "pattern": "burst" }, "work": { "listed": { "values": ["65s", "1s"] } },
            },
            "network": { "latency": "10ms" },
            "sides": [left, right],
            "changes": [{ "id": "not-started", "at": "0ms", "for": "1s", "fault": "outage", "actor": "workers" }],
        }))
    };
    let (nothing, one, two) = (("0", Tone::Good), ("1", Tone::Bad), ("2", Tone::Bad));
    let beside = ("0", Tone::Plain);
    assert_eq!(
        of(side("60s", 2), side("60s", 1)),
        [told("failed", beside, beside), told("in a dead-letter queue", two, one)]
    );
    assert_eq!(
        of(side("60s", 1), side("70s", 2)),
        [told("failed", beside, nothing), told("in a dead-letter queue", one, nothing)]
    );
}
