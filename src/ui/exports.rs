//! What scripts may call: for the tests that hold browsers to the bytes of other machines.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::render::fingerprints;

/// The hashes of every built-in scenario for `seeds` seeds from `from_seed` on; see
/// [`fingerprints`](crate::render::fingerprints::fingerprints).
#[wasm_bindgen(js_name = fingerprints)]
pub fn fingerprints(from_seed: u32, seeds: u32) -> String {
    let first = u64::from(from_seed);
    fingerprints::fingerprints(first..first + u64::from(seeds))
}
