//! Whether Mermaid takes our diagrams: each is read by Mermaid's own parser, under Node.
//!
//! *Invariant:* the texts are those that the command line prints. Of each scenario there are three: a side each, and
//! both in one diagram.

use crate::setup::{Consent, Setup};
use crate::workspace::{cargo, command, root, run};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

/// Ids that Mermaid would take for its own words or arrows if they stood in a diagram as they are.
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

/// Texts with all that Mermaid might read as its own.
const WORDS: [&str; 8] = [
    "end; of <b>it</b> #35;",
    "100 %% {x} @{y} [z]",
    "end",
    "wrap: title: a->>b: c",
    "note over \\\"x\\\", the end",
    "box red end",
    "a -x b: --x (c), d",
    "loop as opt, and else",
];

/// Writes every diagram and lets Mermaid read it.
pub fn check(consent: Consent) -> Result<()> {
    let modules = Setup::begin(consent)?.mermaid()?;
    let folder = root().join("target/mermaid");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    run(&mut cargo(&["build", "--locked", "--bin", "counterpoint"]))?;
    let program = root().join("target/debug/counterpoint");
    let listed = command(&program).arg("list").output().context("the command line does not run")?;
    for line in String::from_utf8(listed.stdout)?.lines() {
        let name = line.split('\t').next().unwrap_or_default();
        draw(&program, name, ("left", "right", ""), &folder.join(name))?;
    }
    for (number, id) in IDS.iter().enumerate() {
        let words = WORDS[number % WORDS.len()];
        draw(&program, "-", (id, "other", &scenario(id, words)), &folder.join(format!("id-{id}")))?;
    }
    let mut node = command("node");
    run(node.arg(root().join("xtask/npm/mermaid/check.mjs")).arg(modules).arg(&folder))
}

/// Two sides in which that id, and a name and labels of those words, stand where they can. Something is lost, turned
/// away, slow and out, and one side meets its limit.
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

/// Writes what `run` prints as Mermaid: of each side, and of both.
fn draw(program: &Path, source: &str, (left, right, input): (&str, &str, &str), place: &Path) -> Result<()> {
    for side in ["both", left, right] {
        let mut run = command(program);
        run.args(["run", source, "--format", "mermaid", "--side", side]);
        let mut child = run.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        child.stdin.take().context("standard input is piped")?.write_all(input.as_bytes())?;
        let output = child.wait_with_output()?;
        ensure!(output.status.success(), "{source} cannot be run as a diagram: {input}");
        fs::write(place.with_extension(format!("{side}.mmd")), output.stdout)?;
    }
    Ok(())
}
