//! What a run looks like outside the page: one file a format.
//!
//! *Invariant:* a renderer reads a run or a scene and returns text. It decides nothing that another renderer also
//! would have to decide, and renderers do not import each other.

pub mod csv;
pub mod fingerprints;
pub mod json;
pub mod measures;
pub mod mermaid;
pub mod plantuml;
#[cfg(all(feature = "png", not(target_arch = "wasm32")))]
pub mod png;
mod sequence;
pub mod story;
pub mod summary;
pub mod svg;
pub mod text;
