//! Writes every text diagram that the command line prints, for the programs that have to take it.
//!
//! *Invariant:* the texts are those that the command line prints. There are three of each scenario: one of each side,
//! and one of both. Besides the built-in scenarios there are some that are made to be misread.

use crate::workspace::{cargo, command, root, run};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// Ids that a notation would take for its own words or arrows if they stood in a diagram as they are. Mermaid's
/// renderer has such a list as well; if this one were taken from there, it could not show that a word is missing.
const IDS: [&str; 40] = [
    "acctitle",
    "activate",
    "actor",
    "alt",
    "and",
    "as",
    "autonumber",
    "box",
    "break",
    "create",
    "critical",
    "deactivate",
    "destroy",
    "details",
    "else",
    "end",
    "link",
    "links",
    "loop",
    "note",
    "opt",
    "option",
    "over",
    "par",
    "participant",
    "properties",
    "rect",
    "right",
    "title",
    "redis-x",
    "end-user",
    "note-queue",
    "data-x1",
    "option-2",
    "left-of-it",
    "x-ray",
    "a-x-b",
    "box-office",
    "sequencediagram",
    "loop-x-end",
];

/// Texts with all that a notation might read as its own.
const WORDS: [&str; 9] = [
    "end; of <b>it</b> #35;",
    "100 %% {x} @{y} [z]",
    "end",
    "wrap: title: a->>b: c",
    "note over \\\"x\\\", the end",
    "box red end",
    "a -x b: --x (c), d",
    "loop as opt, and else",
    "\u{637}\u{644}\u{628} / 1 (b): c",
];

/// Writes every diagram into a new folder, which is `target/FORMAT`.
pub fn write(format: &str) -> Result<PathBuf> {
    let folder = root().join("target").join(format);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    run(&mut cargo(&["build", "--locked", "--bin", "counterpoint"]))?;
    let program = root().join("target/debug/counterpoint");
    let listed = command(&program).arg("list").output().context("the command line does not run")?;
    for line in String::from_utf8(listed.stdout)?.lines() {
        let name = line.split('\t').next().unwrap_or_default();
        draw(&program, format, name, ("left", "right", ""), &folder.join(name))?;
    }
    for (number, id) in IDS.iter().enumerate() {
        let words = WORDS[number % WORDS.len()];
        draw(&program, format, "-", (id, "other", &scenario(id, words)), &folder.join(format!("id-{id}")))?;
    }
    Ok(folder)
}

/// A scenario of two sides in which this id stands wherever an id can, and these words wherever a name or a label can.
/// Something is lost, turned away, slow and out, and one side meets its limit.
fn scenario(id: &str, words: &str) -> String {
    format!(
        r#"{{"name": "ids", "workload": {{"jobs": 3, "work": "40ms", "poison": [2],
                "arrivals": {{"pattern": "listed", "at": ["0ms", "50ms", "800h"]}}}},
            "sides": [
                {{"id": "{id}", "protocol": "http", "path": "/{{job}};#end", "timeout": "200ms",
                    "caller": {{"id": "{id}", "name": "{words}"}}, "server": {{"id": "server", "name": "{words}"}}}},
                {{"id": "other", "protocol": "rabbitmq", "label": "{words}", "publisher": {{"id": "a-x", "name": "{words}"}},
                    "queue": {{"id": "{id}", "name": "{words}", "type": "classic"}},
                    "consumers": {{"id": "server", "prefetch": 1}}}}],
            "changes": [{{"at": "10ms", "for": "100ms", "fault": "slow-down", "actor": "server", "factor": 1.5}},
                {{"at": "120ms", "for": "50ms", "fault": "outage", "actor": "server"}},
                {{"at": "200ms", "for": "50ms", "fault": "silent-outage", "actor": "server"}}]}}"#
    )
}

/// Writes the three diagrams that `run` prints of a scenario in this format: of both sides, and of each.
fn draw(
    program: &Path,
    format: &str,
    source: &str,
    (left, right, input): (&str, &str, &str),
    place: &Path,
) -> Result<()> {
    for side in ["both", left, right] {
        let mut run = command(program);
        run.args(["run", source, "--format", format, "--side", side]);
        let mut child = run.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        child.stdin.take().context("standard input is piped")?.write_all(input.as_bytes())?;
        let output = child.wait_with_output()?;
        ensure!(output.status.success(), "{source} cannot be run as a diagram: {input}");
        fs::write(place.with_extension(format!("{side}.{format}")), output.stdout)?;
    }
    Ok(())
}
