//! The scenarios that come with the program: files in `scenarios/`, for people to copy. `build.rs` lists them.

use super::Scenario;

/// A built-in scenario.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// That of the scenario and of its file.
    pub name: &'static str,
    /// The file as it stands in the repository.
    pub json: &'static str,
}

macro_rules! presets {
    ($first:literal, $($name:literal),+ $(,)?) => {
        /// All of them, in the order in which they are offered.
        pub const PRESETS: &[Preset] = &[
            Preset { name: $first, json: file!($first) },
            $(Preset { name: $name, json: later!($name) },)+
        ];
    };
}

macro_rules! file {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/", $name, ".json"))
    };
}

/// A file that the page's engine has not got: it is brought all of them but the first ([`bring`]), for they are no code, and
/// a reader looks at a few.
#[cfg(not(target_arch = "wasm32"))]
macro_rules! later {
    ($name:literal) => {
        file!($name)
    };
}

#[cfg(target_arch = "wasm32")]
macro_rules! later {
    ($name:literal) => {
        ""
    };
}

// All files in `scenarios/`, listed by `build.rs`.
include!(concat!(env!("OUT_DIR"), "/presets.rs"));

/// The built-in scenario called `name`.
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

/// The files of all of them in one: an array, and a line to each.
#[cfg(not(target_arch = "wasm32"))]
pub fn in_one() -> String {
    format!("[\n{}\n]\n", PRESETS.iter().map(|preset| in_a_line(preset.json)).collect::<Vec<_>>().join(",\n"))
}

/// The same JSON without the space between its words. Its fields stay in the order in which a person wrote them.
#[cfg(not(target_arch = "wasm32"))]
fn in_a_line(json: &str) -> String {
    let mut is_text = false;
    let mut is_escaped = false;
    let is_kept = |letter: &char| {
        is_text ^= *letter == '"' && !is_escaped;
        is_escaped = is_text && *letter == '\\' && !is_escaped;
        is_text || !letter.is_ascii_whitespace()
    };
    json.chars().filter(is_kept).collect()
}

impl Preset {
    /// The scenario in the file.
    pub fn scenario(&self) -> Scenario {
        Scenario::from_json(self.text()).expect("a test reads every built-in scenario")
    }

    /// What is in the file.
    pub fn text(&self) -> &'static str {
        #[cfg(not(target_arch = "wasm32"))]
        let text = self.json;
        #[cfg(target_arch = "wasm32")]
        let text = if self.json.is_empty() { brought::file(self.name) } else { self.json };
        text
    }
}

/// What has come later.
#[cfg(target_arch = "wasm32")]
mod brought {
    use std::sync::OnceLock;

    use super::PRESETS;

    static FILES: OnceLock<String> = OnceLock::new();

    /// Takes the files of all built-in scenarios, as [`in_one`](super::in_one) writes them.
    pub fn bring(files: String) {
        // The same ones that came before.
        let _ = FILES.set(files);
    }

    /// Whoever starts the engine has brought them (`static/worker.js`).
    pub fn file(name: &str) -> &'static str {
        let place = PRESETS.iter().position(|preset| preset.name == name);
        // The array begins in a line of its own.
        let line = place.and_then(|place| FILES.get()?.lines().nth(place + 1));
        line.unwrap_or_default().trim_end_matches(',')
    }
}

#[cfg(target_arch = "wasm32")]
pub use brought::bring;
