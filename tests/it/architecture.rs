//! What ARCHITECTURE.md says with an example holds: its scenarios can be read, and its walk is what the run does.

use std::io::Write;
use std::process::{Command, Stdio};

use counterpoint::scenario::Scenario;

const TEXT: &str = include_str!("../../ARCHITECTURE.md");

/// The blocks that are fenced with that word, without the indentation of a list they may stand in.
fn blocks(word: &str) -> Vec<String> {
    let fence = format!("```{word}\n");
    let parts = TEXT.split(&fence).skip(1);
    let blocks = parts.map(|part| part.split("```").next().unwrap());
    blocks.map(|block| block.lines().map(|line| format!("{}\n", line.trim())).collect()).collect()
}

#[test]
fn every_scenario_in_it_can_be_run() {
    let scenarios = blocks("json");
    assert_eq!(scenarios.len(), 4);
    for text in scenarios {
        let played = Scenario::from_json(&text).unwrap_or_else(|problem| panic!("{problem}\n{text}")).play();
        assert!(played.sides.iter().all(|side| !side.trace.messages.is_empty()), "{text}");
    }
}

#[test]
fn its_walk_from_file_to_screen_is_what_the_run_does() {
    for side in ["left", "right"] {
        let mut run = Command::new(env!("CARGO_BIN_EXE_counterpoint"))
            .args(["run", "-", "--format", "mermaid", "--side", side])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        run.stdin.take().unwrap().write_all(blocks("json")[0].as_bytes()).unwrap();
        let run = String::from_utf8(run.wait_with_output().unwrap().stdout).unwrap();
        let arrows: Vec<&str> =
            run.lines().map(str::trim).filter(|line| line.contains(": ") && !line.starts_with("%%")).collect();
        let told = blocks(&format!("mermaid {side}"));
        assert_eq!(told[0].trim().lines().collect::<Vec<_>>(), arrows, "{side}");
    }
}
