//! The fingerprints of all built-in scenarios, by which every machine is held to the same bytes.
//!
//! *Invariant:* the command line and the browsers call the same function, so only the machine can make a difference.

use std::ops::Range;

use serde_json::{Map, Value};

use super::json::hash;
use crate::scenario::{PRESETS, Preset};

/// For each built-in scenario and each seed the hashes of its sides, as JSON: `{"order-emails": {"1": ["…", "…"]}}`.
pub fn fingerprints(seeds: Range<u64>) -> String {
    let of_seed = |preset: &Preset, seed: u64| -> Value {
        let mut scenario = preset.scenario();
        scenario.head.seed = seed;
        scenario.play().sides.iter().map(|side| hash(&side.trace)).collect()
    };
    let of_preset = |preset: &Preset| -> Value {
        let mut by_seed = Map::new();
        for seed in seeds.clone() {
            by_seed.insert(seed.to_string(), of_seed(preset, seed));
        }
        Value::Object(by_seed)
    };
    let mut all = Map::new();
    for preset in PRESETS {
        all.insert(preset.name.to_owned(), of_preset(preset));
    }
    Value::Object(all).to_string()
}
