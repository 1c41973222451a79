//! The command line, by driving the real binary.

use std::io::{Read, Write};
use std::process::{Command, Output, Stdio};

use counterpoint::scenario::PRESETS;

fn counterpoint(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_counterpoint"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    // Who refuses its arguments does not read, so a closed pipe is no failure of the test.
    let _ = child.stdin.take().expect("stdin is piped").write_all(input.as_bytes());
    child.wait_with_output().expect("the binary ends")
}

#[track_caller]
fn text(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.stderr, b"", "what succeeds is silent on standard error");
    String::from_utf8(output.stdout.clone()).expect("output is text")
}

#[test]
fn list_names_every_scenario_with_its_title() {
    let listed = text(&counterpoint(&["list"], ""));
    let lines: Vec<(&str, &str)> =
        listed.lines().map(|line| line.split_once('\t').expect("name, tab, title")).collect();
    assert_eq!(lines.len(), PRESETS.len());
    for ((name, title), preset) in lines.iter().zip(PRESETS) {
        assert_eq!((*name, *title), (preset.name, preset.scenario().head.title.as_str()));
    }
}

#[test]
fn show_prints_the_file_as_it_stands_and_run_reads_it_back() {
    for preset in PRESETS {
        let shown = text(&counterpoint(&["show", preset.name], ""));
        assert_eq!(shown, preset.json);
        let by_name = counterpoint(&["run", preset.name, "--format", "json"], "");
        let by_text = counterpoint(&["run", "-", "--format", "json"], &shown);
        assert_eq!(text(&by_name), text(&by_text), "{}", preset.name);
    }
}

#[test]
fn a_file_is_read_and_the_result_written_where_it_is_wanted() {
    let folder = std::env::temp_dir().join(format!("counterpoint-cli-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (scenario, report) = (folder.join("own.json"), folder.join("report.json"));
    std::fs::write(
        &scenario,
        r#"{"name": "own", "workload": {"jobs": 3}, "sides": [{"protocol": "http"}, {"protocol": "http"}]}"#,
    )
    .unwrap();
    let (scenario, report) = (scenario.to_str().unwrap(), report.to_str().unwrap());
    assert_eq!(text(&counterpoint(&["run", scenario, "--format", "json", "-o", report], "")), "");
    let written: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(report).unwrap()).unwrap();
    assert_eq!(written["sides"][0]["jobs"].as_array().unwrap().len(), 3);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn every_option_of_run_reaches_the_run() {
    let input = r#"{"name": "own", "sides": [{"protocol": "http"}, {"protocol": "http"}]}"#;
    let report = |arguments: &[&str]| -> serde_json::Value {
        let mut all = vec!["run", "-", "--format", "json"];
        all.extend(arguments);
        serde_json::from_str(&text(&counterpoint(&all, input))).expect("the report is JSON")
    };
    assert_eq!(report(&["--seed", "9"])["scenario"]["seed"], 9);
    let set = report(&["--set", "workload.jobs=4", "--set", "sides.left.timeout=500ms"]);
    assert_eq!(set["scenario"]["workload"]["jobs"], 4);
    assert_eq!(set["scenario"]["sides"][0]["timeout"], "500ms");
    let both = report(&["--side", "both"])["sides"].as_array().unwrap().len();
    let right = report(&["--side", "right"]);
    assert_eq!((both, right["sides"].as_array().unwrap().len()), (2, 1));
    assert_eq!(right["sides"][0]["id"], "right");
    let mermaid = text(&counterpoint(&["run", "-", "--format", "mermaid", "--side", "left"], input));
    assert!(mermaid.contains("sequenceDiagram") && !mermaid.contains("right"), "{mermaid}");
    let drawn = |more: &[&str]| text(&counterpoint(&[&["run", "-", "--format", "svg"], more].concat(), input));
    let pictures = [
        drawn(&[]),
        drawn(&["--width", "700"]),
        drawn(&["--theme", "dark"]),
        drawn(&["--side", "left"]),
        drawn(&["--at", "50ms"]),
        drawn(&["--from", "20ms"]),
        drawn(&["--to", "90ms"]),
        drawn(&["--legend", "none"]),
    ];
    assert!(pictures.iter().all(|picture| picture.starts_with("<svg ") && picture.trim_end().ends_with("</svg>")));
    assert!((1..pictures.len()).all(|place| !pictures[..place].contains(&pictures[place])), "every option shows");
    let polling =
        |more: &[&str]| text(&counterpoint(&[&["run", "kafka-rebalance", "--format", "svg"], more].concat(), ""));
    assert_eq!(polling(&[]), polling(&["--background", "faint"]));
    assert!(!polling(&[]).contains(">heartbeat<") && polling(&["--background", "full"]).contains(">heartbeat<"));
    let until = text(&counterpoint(&["run", "-", "--format", "story", "--side", "left", "--at", "10ms"], input));
    assert!(until.contains("arrives at Server") && !until.contains("200 OK”"), "{until}");
    let window = text(&counterpoint(
        &["run", "-", "--format", "story", "--side", "left", "--from", "11ms", "--to", "1s"],
        input,
    ));
    assert!(!window.contains("is wanted") && window.contains("“200 OK” arrives"), "{window}");
}

/// A run may be written over its own scenario; one that comes to nothing leaves what was there, and nothing beside it.
#[test]
fn a_file_is_replaced_when_the_result_is_there_and_not_before() {
    let folder = std::env::temp_dir().join(format!("counterpoint-replaced-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mine = folder.join("mine.json");
    let scenario = r#"{"name": "mine", "workload": {"jobs": 2}}"#;
    std::fs::write(&mine, scenario).unwrap();
    let path = mine.to_str().unwrap();
    let refused = counterpoint(&["run", path, "--set", "workload.jobs=-1", "-o", path], "");
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(std::fs::read_to_string(&mine).unwrap(), scenario);
    assert_eq!(text(&counterpoint(&["run", path, "--format", "json", "-o", path], "")), "");
    let written: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&mine).unwrap()).unwrap();
    assert_eq!(written["scenario"]["name"], "mine");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "nothing is left beside it");
    assert_eq!(text(&counterpoint(&["run", "rest-get-user", "-o", "/dev/null"], "")), "");
    assert!(!std::fs::metadata("/dev/null").unwrap().is_file(), "a device is written to, not replaced");
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Far more than can be read comes only when it is asked for: the text is as long for many jobs as for few.
#[test]
fn the_text_is_a_summary_of_both_sides_however_long_the_run() {
    let lines = |jobs: &str, format: &str| {
        let arguments = ["run", "rest-get-user", "--set", &format!("workload.jobs={jobs}"), "--format", format];
        text(&counterpoint(&arguments, "")).lines().count()
    };
    assert!(lines("500", "text") < 40 && lines("500", "story") > 2_000);
    let told = text(&counterpoint(&["run", "order-emails"], ""));
    for words in ["Queued messaging did all 12 e-mails, request–response 10", "left: ", "right: ", "result, median"] {
        assert!(told.contains(words), "{told}");
    }
}

/// Or it would be said of a run of minutes or hours that nothing was done a second.
#[test]
fn a_pace_is_told_by_a_time_in_which_something_is_done() {
    for (name, words) in [
        ("rest-get-user", "done a second"),
        ("nightly-batch", "done a minute"),
        ("system-model-training", "done an hour"),
    ] {
        let told = text(&counterpoint(&["run", name], ""));
        let line = told.lines().find(|line| line.starts_with("done a")).expect("there is a pace");
        assert!(line.starts_with(words), "{name}: {line}");
        assert!(!line.ends_with(" 0"), "{name}: {line}");
    }
}

#[test]
fn help_and_version_are_answers() {
    for arguments in [&["--help"][..], &["--version"], &["run", "--help"], &["help"]] {
        assert!(text(&counterpoint(arguments, "")).contains("counterpoint"), "{arguments:?}");
    }
}

#[test]
fn bad_input_is_one_line_on_standard_error_and_exit_2() {
    let long = "x".repeat((1 << 20) + 1);
    let cases: &[(&[&str], &str, &str)] = &[
        (&[], "", "say what to do"),
        (&["frob"], "", "frob"),
        (&["show"], "", "NAME"),
        (&["show", "nope"], "", "`rest-get-user`"),
        (&["run"], "", "SCENARIO"),
        (&["run", "nope"], "", "`rest-get-user`"),
        (&["run", "order-email"], "", "did you mean `order-emails`?"),
        (&["show", "rabitmq-posion"], "", "did you mean `rabbitmq-poison`?"),
        (&["run", "two", "names"], "", "names"),
        (&["run", "."], "", "could not be read"),
        (&["run", "a\nb\u{7}"], "", "no scenario"),
        (&["run", "-", "--seed", "-1"], "{}", "seed"),
        (&["run", "-", "--seed", "9007199254740992"], "{}", "9007199254740991"),
        (&["run", "-", "--seed", "1", "--seed", "2"], "{}", "--seed"),
        (&["run", "-", "--width", "199"], "{}", "200 to 4000"),
        (&["run", "-", "--width", "4001"], "{}", "200 to 4000"),
        (&["run", "-", "--width", "wide"], "{}", "200 to 4000"),
        (&["run", "-", "--theme", "pink"], "{}", "light, dark, auto"),
        (&["run", "-", "--background", "loud"], "{}", "faint, full"),
        (&["run", "-", "--format", "gif"], "{}", "text, story, json, svg, "),
        (&["run", "-", "--format", "jpeg"], "{}", "mermaid, plantuml, csv, html, recording"),
        (&["run", "-", "--at", "soon"], "{}", "`soon` is not a duration"),
        (&["run", "-", "--at", "-1ms"], "{}", "-1ms"),
        (&["run", "-", "--unknown"], "{}", "--unknown"),
        (&["run", "rest-get-user", "--from", "2s", "--to", "1s"], "", "--to"),
        (
            &["run", "rest-get-user", "--side", "left", "--format", "recording"],
            "",
            "--side: a recording is always of both",
        ),
        (&["run", "rest-get-user", "--job", "99"], "", "--job: there is no job 99; the last one is 1"),
        (&["run", "rest-get-user", "--job", "0"], "", "jobs count from 1, and `none` lights none"),
        (
            &["run", "rest-get-user", "--format", "html", "--set", "sides.left.path=/a;b"],
            "",
            "--set: a value with a `;`",
        ),
        (&["run", "rest-get-user", "--side", "middle"], "", "`left`, `right` and `both`"),
        (&["run", "rest-get-user", "--set", "nothing"], "", "path=value"),
        (&["run", "rest-get-user", "--set", "workload.jobz=3"], "", "workload.jobz"),
        (&["run", "rest-get-user", "--set", "workload.jobs=-1"], "", "workload.jobs"),
        (&["run", "rest-get-user", "--set", "workload.jobs=1e9"], "", "workload.jobs"),
        (&["run", "rest-get-user", "--set", "sides.left.server.workers=0"], "", "sides.left.server.workers"),
        (&["run", "rest-get-user", "-o", "/no/such/folder/x"], "", "/no/such/folder/x"),
        (&["run", "-"], "", "not JSON"),
        (&["run", "-"], "[]", "JSON object"),
        (&["run", "-"], "{}", "name"),
        (&["run", "-"], r#"{"name": "x", "more": 1}"#, "more"),
        (&["run", "rest-get-user", "--set", "workload.noun.one="], "", "workload.noun.one"),
        (&["run", "-"], &long, "at most 1048576"),
    ];
    for (arguments, input, says) in cases {
        let output = counterpoint(arguments, input);
        let said = String::from_utf8(output.stderr).expect("errors are text");
        assert_eq!(output.status.code(), Some(2), "{arguments:?} {said}");
        assert_eq!(said.matches('\n').count(), 1, "{arguments:?} said {said:?}");
        assert!(said.starts_with("counterpoint: ") && said.ends_with('\n'), "{arguments:?} said {said:?}");
        assert!(said.contains(says), "{arguments:?} said {said:?}, not {says:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_scenario_that_is_not_text_is_refused_in_words() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_counterpoint"))
        .args(["run", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&[0xff, 0xfe, 0]).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("UTF-8"));
}

/// `counterpoint run … | head -1`: far more than a pipe holds is written to a reader that has gone.
#[test]
fn a_reader_that_stops_reading_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_counterpoint"))
        .args(["run", "rest-get-user", "--format", "story", "--set", "workload.jobs=2000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 16];
    let mut reader = child.stdout.take().unwrap();
    reader.read_exact(&mut first).unwrap();
    drop(reader);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

/// Editors put one there without being asked.
#[test]
fn a_byte_order_mark_before_a_scenario_is_skipped() {
    let marked = "\u{FEFF}{\"name\": \"marked\"}";
    assert!(text(&counterpoint(&["run", "-", "--format", "json"], marked)).contains("\"marked\""));
}

#[test]
fn an_error_is_one_short_line_on_the_command_line_as_well() {
    let long = "\u{202E}x".repeat(10_000);
    let set = |path: &str| format!("{path}={long}");
    let (protocol, jobs) = (set("sides.right.protocol"), set("workload.jobs"));
    for arguments in [
        &["run", "order-emails", "--set", &protocol][..],
        &["run", "order-emails", "--set", &jobs],
        &["run", "order-emails", "--set", &long],
        &["run", "order-emails", "--side", &long],
        &["run", "order-emails", "--seed", &long],
        &["run", "order-emails", "--width", &long],
        &["run", "order-emails", "--format", &long],
        &["run", &long],
        &["show", &long],
        &[&long],
    ] {
        let told = counterpoint(arguments, "");
        let line = String::from_utf8(told.stderr).expect("an error is text");
        assert_eq!(told.status.code(), Some(2), "{line}");
        assert!(line.trim_end().lines().count() == 1 && !line.contains('\u{202E}'), "{line}");
        assert!(line.len() < 2_000, "{} bytes: {line}", line.len());
    }
}

#[test]
fn a_sweep_is_the_same_bytes_from_one_machine_and_from_shards() {
    let folder = std::env::temp_dir().join(format!("counterpoint-sweep-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let words = ["sweep", "order-emails", "--over", "workload.arrivals.rate_per_s=2..6:3", "--repeats", "2"];
    let shards: Vec<String> =
        (1..=3).map(|number| folder.join(number.to_string()).to_str().unwrap().to_owned()).collect();
    for (number, file) in (1..=3).zip(&shards) {
        let shard = format!("{number}/3");
        assert_eq!(text(&counterpoint(&[&words[..], &["--shard", &shard, "-o", file]].concat(), "")), "");
    }
    for format in ["text", "csv", "json"] {
        let whole = text(&counterpoint(&[&words[..], &["--format", format]].concat(), ""));
        assert_eq!(text(&counterpoint(&[&words[..], &["--format", format]].concat(), "")), whole);
        let merged = text(&counterpoint(&["merge", "--format", format, &shards[2], &shards[0], &shards[1]], ""));
        assert_eq!(merged, whole, "{format}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn where_the_jobs_were_is_told_by_step() {
    let told = |words: &[&str]| text(&counterpoint(&[&["waiting", "order-emails"], words].concat(), ""));
    assert!(told(&[]).starts_with("Order e-mails: where the jobs were\n"));
    let report: serde_json::Value = serde_json::from_str(&told(&["--format", "json", "--steps", "5"])).unwrap();
    assert_eq!(report["step_us"], 500_000);
    assert!(
        told(&["--format", "csv", "--set", "workload.jobs=1"])
            .starts_with("side,place,lane,from_us,until_us,job_time_us\n")
    );
    assert!(told(&["--format", "svg", "--width", "390"]).contains(" width=\"390\""));
    for steps in ["0", "-1", "1e9", "ten"] {
        let refused = counterpoint(&["waiting", "order-emails", "--steps", steps], "");
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(said.contains("--steps") && said.contains("from 1 to 10000") && said.contains(steps), "{said}");
    }
}

#[test]
fn an_advice_is_told_as_json_and_drawn_on_a_sheet_as_in_the_page() {
    let workload = r#"{ "name": "Mails", "work": "2s", "rate_per_s": 1, "workers": 4 }"#;
    let told = |words: &[&str]| text(&counterpoint(&[&["advise", "-"], words].concat(), workload));
    let json: serde_json::Value = serde_json::from_str(&told(&["--format", "json"])).unwrap();
    let page: serde_json::Value =
        serde_json::from_str(&counterpoint::studio::taken::advice(workload).unwrap()).unwrap();
    let sheet = told(&["--format", "svg"]);
    for (reason, shown) in json["reasons"].as_array().unwrap().iter().zip(page["reasons"].as_array().unwrap()) {
        assert_eq!(reason["number"], shown["number"]);
        assert_eq!(reason["applies"] == true, shown["picture"].as_str().is_some_and(|picture| sheet.contains(picture)));
    }
    assert!(!told(&["--format", "svg", "--theme", "dark"]).contains("prefers-color-scheme"));
}

#[test]
fn what_is_wrong_with_a_sweep_is_said_with_the_option() {
    let over = ["sweep", "order-emails", "--over"];
    let cases: [(&[&str], &str); 4] = [
        (&["workload.jobs=0,1"], "counterpoint: --over: at workload.jobs=0: workload.jobs: 0 would not do"),
        (
            &["workload.jobs=1,2", "--repeats", "0"],
            "counterpoint: invalid value '0' for '--repeats <N>': it is a whole number from 1",
        ),
        (
            &["workload.jobs=1,2", "--shard", "3/2"],
            "counterpoint: invalid value '3/2' for '--shard <K/N>': 3/2 is no shard",
        ),
        (
            &["workload.jobs=1,2", "--shard", "1/2", "--format", "csv"],
            "counterpoint: the argument '--shard <K/N>' cannot be used with",
        ),
    ];
    for (words, sentence) in cases {
        let output = counterpoint(&[&over[..], words].concat(), "");
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.starts_with(sentence) && told.lines().count() == 1, "{told}");
        assert_eq!(output.status.code(), Some(2));
    }
}
