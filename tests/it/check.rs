//! `counterpoint check`, by driving the real binary in folders of documentation.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder of documentation, gone when the test has ended.
struct Docs(PathBuf);

impl Docs {
    fn with(name: &str, files: &[(&str, &str)]) -> Docs {
        let folder = std::env::temp_dir().join(format!("counterpoint-check-{name}-{}", std::process::id()));
        let docs = Docs(folder);
        docs.write("docs/.keep", "");
        for (path, text) in files {
            docs.write(path, text);
        }
        docs
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.join(path)).unwrap()
    }

    fn alter(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path}: {text}");
        self.write(path, &text.replace(from, to));
    }

    /// The names of all files below `docs`.
    fn files(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.0.join("docs"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| name != ".keep")
            .collect();
        names.sort();
        names
    }

    fn run(&self, words: &str) -> (i32, String) {
        let words: Vec<&str> = words.split_whitespace().collect();
        run_in(&self.0, &words)
    }
}

impl Drop for Docs {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The exit code, and what was said on standard output.
fn run_in(folder: &Path, words: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_counterpoint"));
    let output = command.args(words).current_dir(folder).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{words:?}: an answer stands on standard output");
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

const OWN: &str = r#"{"name": "own", "workload": {"jobs": 3},
    "sides": [{"protocol": "http"}, {"protocol": "rabbitmq", "queue": {"type": "classic"}}]}"#;

#[test]
fn every_file_has_a_line_whatever_is_wrong_with_the_others() {
    let docs = Docs::with(
        "lines",
        &[
            ("docs/a.json", OWN),
            ("docs/b.json", r#"{"name": "b", "workload": {"jobz": 3}}"#),
            ("docs/deeper/c.json", "{"),
            ("docs/deeper/notes.md", "no scenario"),
            ("docs/node_modules/d.json", "{"),
            ("docs/.cache/e.json", "{"),
            ("docs/a.report.json", "{}"),
            ("empty/notes.md", "no scenario"),
        ],
    );
    assert_eq!(docs.run("check docs/a.json"), (0, "docs/a.json: ok\n".into()));
    let (code, said) = docs.run("check docs empty missing.json");
    assert_eq!(code, 1);
    let lines: Vec<&str> = said.lines().collect();
    let begins = [
        "docs/a.json: ok",
        "docs/b.json:1:28: workload.jobz: ",
        "docs/deeper/c.json:1:1: ",
        "empty: there is no scenario in it",
        "missing.json: there is no such file",
        "4 of 5 are not as they should be",
    ];
    assert_eq!(lines.len(), begins.len(), "{said}");
    for (line, begin) in lines.iter().zip(begins) {
        assert!(line.starts_with(begin), "{line} does not begin with {begin}");
    }
    assert!(lines[2].contains("not JSON"), "{said}");
}

#[test]
fn what_was_committed_is_compared_and_the_first_difference_said() {
    let docs = Docs::with("expected", &[("docs/own.json", OWN)]);
    let (code, said) = docs.run("check docs --expect");
    assert!(code == 1 && said.contains("`--bless` writes own.svg and own.txt"), "{said}");
    assert_eq!(docs.files(), ["own.json"], "nothing is written unless it is asked for");
    assert_eq!(docs.run("check docs --expect --bless"), (0, "docs/own.json: ok, wrote own.svg, own.txt\n".into()));
    assert_eq!(docs.files(), ["own.json", "own.svg", "own.txt"]);
    let good = (0, "docs/own.json: ok, as in own.svg, own.txt\n".to_owned());
    assert_eq!(docs.run("check docs --expect"), good);
    let (_, drawn) = run_in(&docs.0, &["run", "docs/own.json", "--format", "svg"]);
    assert_eq!(docs.read("docs/own.svg"), drawn, "as `run` draws it");

    docs.alter("docs/own.txt", "\n", "\r\n");
    assert_eq!(docs.run("check docs --expect"), good, "version control may change line endings");

    // With a job more the slowest waits longer, so a sentence changes. The picture comes first.
    docs.alter("docs/own.json", "\"jobs\": 3", "\"jobs\": 4");
    let (code, said) = docs.run("check docs/own.json --expect");
    assert!(code == 1 && said.starts_with("docs/own.json: own.svg: “"), "{said}");
    fs::remove_file(docs.0.join("docs/own.svg")).unwrap();
    let (code, said) = docs.run("check docs/own.json --expect");
    assert!(code == 1 && said.starts_with("docs/own.json: own.txt: "), "{said}");
    assert!(said.contains("” is now “") && said.contains("180 ms"), "{said}");
    assert!(said.ends_with("1 of 1 is not as it should be; `--bless` writes what has changed for good reason\n"));
    assert_eq!(docs.run("check docs --expect --bless"), (0, "docs/own.json: ok, wrote own.txt\n".into()));
    assert_eq!(docs.run("check docs --expect"), (0, "docs/own.json: ok, as in own.txt\n".into()));
}

#[test]
fn a_sentence_that_changed_is_told_with_its_side() {
    let docs = Docs::with("sentence", &[("docs/own.json", OWN)]);
    docs.run("check docs --expect --bless");
    let told = docs.read("docs/own.txt");
    let sentence = told.lines().find(|line| line.starts_with("* ")).unwrap();
    docs.alter("docs/own.txt", sentence, "* Nothing happened.");
    fs::remove_file(docs.0.join("docs/own.svg")).unwrap();
    let (_, said) = docs.run("check docs --expect");
    let is_now = format!("own.txt: left: HTTP calls: “Nothing happened.” is now “{}”", &sentence[2..]);
    assert!(said.contains(&is_now), "{said}");
}

#[test]
fn every_format_and_each_side_alone_can_be_committed_and_elsewhere() {
    let docs = Docs::with("formats", &[("docs/own.json", OWN)]);
    let made = ["own.csv", "own.left.svg", "own.mmd", "own.puml", "own.recording", "own.report.json", "own.right.txt"];
    for name in made {
        docs.write(&format!("made/{name}"), "");
    }
    let (code, said) = docs.run("check docs --expect=made --bless --width 500 --legend none");
    assert_eq!(code, 0, "{said}");
    for name in made {
        assert!(said.contains(name), "{said}");
    }
    assert_eq!(docs.files(), ["own.json"]);
    assert_eq!(docs.run("check docs --expect=made --width 500 --legend none").0, 0);
    assert!(
        docs.read("made/own.left.svg").contains("width=\"500\"") && !docs.read("made/own.right.txt").contains("left:")
    );
    let (_, said) = docs.run("check docs --expect=made --width 501 --legend none");
    assert!(said.contains("own.left.svg: "), "{said}");

    docs.alter("made/own.report.json", "\"jobs\":[{\"id\":1,\"wanted_us\":0", "\"jobs\":[{\"id\":1,\"wanted_us\":7");
    let (code, said) = docs.run("check docs --expect=made --width 500 --legend none");
    assert!(code == 1 && said.contains("own.report.json: sides.0.jobs.0.wanted_us was 7 and is 0"), "{said}");
    fs::remove_file(docs.0.join("made/own.report.json")).unwrap();
    fs::write(docs.0.join("made/own.recording"), "Counterpoint recording 0, by version 0.0.1\n\n\n\n").unwrap();
    let (_, said) = docs.run("check docs --expect=made --width 500 --legend none");
    assert!(said.contains("own.recording: this recording was made by another version"), "{said}");
    fs::remove_file(docs.0.join("made/own.recording")).unwrap();
    docs.write("made/own.svg", "");
    let (_, said) = docs.run("check docs --expect=made --width 200");
    assert!(said.contains("cannot be made: --width: 200 is too narrow"), "{said}");
}

/// What the example says is what works: each of its commands is run here, in a folder like the one it is for.
#[test]
fn the_example_for_continuous_integration_does_what_it_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/hosts/check.yml");
    let workflow = fs::read_to_string(path).unwrap();
    let version = format!("cargo install --locked counterpoint@{}", env!("CARGO_PKG_VERSION"));
    assert!(workflow.contains(&version), "{workflow}");
    let docs = Docs::with("workflow", &[("docs/orders.json", OWN)]);
    docs.run("check docs --expect --bless");
    let commands = workflow.lines().filter_map(|line| line.trim().strip_prefix("- run: counterpoint "));
    let commands: Vec<&str> = commands.collect();
    assert!(!commands.is_empty());
    for command in &commands {
        assert_eq!(docs.run(command).0, 0, "{command}");
    }
    docs.alter("docs/orders.json", "\"jobs\": 3", "\"jobs\": 4");
    assert!(commands.iter().any(|command| docs.run(command).0 == 1), "none of {commands:?} sees a change");
}
