//! The fingerprints of built-in scenarios, by which every machine is held to the same bytes.
//!
//! *Invariant:* the command line and the browsers call the same function, so only the machine can make a difference.

use std::ops::Range;

use serde_json::Value;

use super::json::hash;
use crate::scenario::Preset;

/// For each seed the hashes of the sides, as JSON: `[["…", "…"]]`.
pub fn fingerprints(preset: &Preset, seeds: Range<u64>) -> String {
    let of_seed = |seed: u64| -> Value {
        let mut scenario = preset.scenario();
        scenario.head.seed = seed;
        scenario.play().sides.iter().map(|side| hash(&side.trace)).collect()
    };
    seeds.map(of_seed).collect::<Value>().to_string()
}
