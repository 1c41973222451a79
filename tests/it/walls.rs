//! The walls of the house: which room may know of which, and words that have no place in some of them.

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms and what each may import from the crate, from the ground up.
const MAY_SEE: &[(&str, &[&str])] = &[
    ("time", &["reading"]),
    ("sorting", &[]),
    ("direction", &[]),
    ("reading", &[]),
    ("rng", &["reading", "time"]),
    ("trace", &["time"]),
    ("engine", &["time", "rng", "trace"]),
    ("theory", &[]),
    ("protocol", &["reading", "time", "rng", "trace", "engine"]),
    ("recording", &["sorting", "time", "trace"]),
    ("desk", &["time", "trace", "recording"]),
    ("scenario", &["sorting", "reading", "time", "rng", "trace", "recording", "engine", "protocol"]),
    ("metrics", &["sorting", "time", "trace", "recording"]),
    ("story", &["sorting", "time", "trace"]),
    ("scene", &["sorting", "direction", "time", "trace", "recording"]),
    (
        "render",
        &["sorting", "direction", "reading", "time", "trace", "recording", "scenario", "metrics", "story", "scene"],
    ),
    (
        "experiment",
        &[
            "sorting",
            "direction",
            "reading",
            "time",
            "rng",
            "trace",
            "recording",
            "protocol",
            "scenario",
            "metrics",
            "render",
            "theory",
        ],
    ),
    ("chart", &["direction", "recording", "metrics", "scenario", "scene", "render", "experiment"]),
    ("export", &["time", "trace", "recording", "scenario", "scene", "render"]),
    (
        "studio",
        &[
            "reading",
            "time",
            "trace",
            "recording",
            "desk",
            "engine",
            "scenario",
            "metrics",
            "render",
            "experiment",
            "chart",
            "export",
        ],
    ),
    ("player", &["sorting", "time", "trace", "recording", "desk", "story", "scene"]),
    // What the page loads first: who shows a run does not know how it is made.
    ("ui", &["sorting", "direction", "time", "trace", "recording", "desk", "story", "scene", "player"]),
];

/// Words of vendors, which `scene` and `metrics` must not know.
const VENDORS: &[&str] = &[
    "http",
    "rabbit",
    "amqp",
    "kafka",
    "sqs",
    "grpc",
    "graphql",
    "soap",
    "postgres",
    "hikari",
    "resilience4j",
    "oauth",
    "sidekiq",
    "celery",
    "prefetch",
    "offset",
    "acknowledg",
    "visibility",
];

fn rust_files(below: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(below) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] }).collect()
}

/// The files of a room: `src/room.rs` and everything below `src/room/`.
fn room(name: &str) -> Vec<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = rust_files(&source.join(name));
    files.push(source.join(format!("{name}.rs")));
    files.retain(|path| path.exists() && path.extension().is_some_and(|extension| extension == "rs"));
    files
}

/// The file without its tests and comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let without_tests = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = without_tests.lines().map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn imports_run_one_way() {
    for (name, may_see) in MAY_SEE {
        for path in room(name) {
            let code = code(&path);
            for seen in code.split("crate::").skip(1) {
                let seen: String = seen.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let is_room = MAY_SEE.iter().any(|(room, _)| *room == seen);
                let allowed = !is_room || seen == *name || may_see.contains(&seen.as_str());
                assert!(allowed, "{} imports crate::{seen}; {name} may see {may_see:?}", path.display());
            }
        }
    }
}

#[test]
fn protocols_do_not_import_each_other() {
    // A system is a room above the protocols, whose parts it puts together; none of them knows it.
    let above = "system";
    let names: Vec<&str> = counterpoint::protocol::NAMES.to_vec();
    let below = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/protocol");
    for path in rust_files(&below) {
        let code = code(&path);
        let own = path.strip_prefix(&below).unwrap().to_string_lossy().into_owned();
        for name in names.iter().filter(|name| !own.starts_with(**name) && !own.starts_with(above)) {
            assert!(!code.contains(&format!("protocol::{name}")), "{} imports {name}", path.display());
            assert!(!code.contains(&format!("super::{name}")), "{} imports {name}", path.display());
        }
    }
}

#[test]
fn scene_and_metrics_know_no_vendor() {
    for path in ["scene", "metrics", "story", "trace", "engine"].iter().flat_map(|name| room(name)) {
        let text = code(&path).to_lowercase();
        for word in VENDORS {
            assert!(!text.contains(word), "{} knows the vendor's word `{word}`", path.display());
        }
    }
}

#[test]
fn files_can_be_read_in_one_sitting() {
    for path in rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 500, "{} has {lines} lines: look for the concept that is missing", path.display());
    }
}

#[test]
fn every_file_says_what_it_is() {
    for path in rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//! "), "{} does not open with what it is", path.display());
    }
}

/// The bindings to a browser are macros that write such code, so it cannot be forbidden there by the compiler.
#[test]
fn no_line_of_ours_is_unsafe() {
    for path in rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let code = code(&path);
        let words = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        assert!(words.filter(|word| *word == "unsafe").count() == 0, "{} has unsafe code", path.display());
    }
}

/// The functions that the page's engine lacks until a side is a system (`OF_SYSTEMS` in xtask/src/finish.rs), those of the
/// room `system` aside: the file, and the function, or nothing if all that others call in it is meant.
fn cut_out_of_protocols() -> Vec<(PathBuf, Option<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let named = fs::read_to_string(root.join("xtask/src/finish.rs")).unwrap();
    let (_, named) = named.split_once("const OF_SYSTEMS: &[&str] = &[").unwrap();
    let (named, _) = named.split_once("];").unwrap();
    let names = named.split('"').filter_map(|name| name.strip_prefix("counterpoint::"));
    let names = names.filter(|name| !name.starts_with("protocol::system::"));
    let found = names.map(|name| {
        let words: Vec<&str> = name.split("::").filter(|word| !word.is_empty()).collect();
        let file = (1..=words.len()).rev().map(|count| (count, format!("src/{}.rs", words[..count].join("/"))));
        let (count, file) = file.into_iter().find(|(_, file)| root.join(file).exists()).unwrap();
        (root.join(file), words[count..].last().map(|function| (*function).to_owned()))
    });
    found.collect()
}

#[test]
fn whatever_is_cut_out_for_systems_says_so() {
    let cut_out = cut_out_of_protocols();
    assert!(cut_out.len() > 10);
    for (file, function) in cut_out {
        let text = fs::read_to_string(&file).unwrap();
        let head = function.as_ref().map_or("    pub(super) fn ".to_owned(), |function| format!("fn {function}("));
        let heads: Vec<&str> = text.split(&head).skip(1).collect();
        let heads = if heads.is_empty() { text.split("\npub(super) fn ").skip(1).collect() } else { heads };
        assert!(!heads.is_empty(), "{} has no {function:?}", file.display());
        for head in heads {
            let body = head.split_once("{\n").unwrap().1.trim_start();
            let says = body.starts_with("crate::protocol::only_in_systems();");
            assert!(says, "{}: {}", file.display(), head.lines().next().unwrap());
        }
    }
}
