//! A fingerprint a side of every built-in scenario, in one file: a change of a model is seen in the diff of its commit.

use counterpoint::render::json::hash;
use counterpoint::scenario::{MODEL, PRESETS};

use crate::golden;

#[test]
fn every_built_in_scenario_runs_as_it_did() {
    let mut lines = format!("model {MODEL}\n");
    for preset in PRESETS {
        for side in &preset.scenario().play().sides {
            lines.push_str(&format!("{} {} {}\n", preset.name, side.id, hash(&side.trace)));
        }
    }
    golden::check("tests/fingerprints.txt", lines.as_bytes());
}
