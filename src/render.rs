//! A run outside the page: one file for each format, and one for what is put into pages of others (`embed`). And what can be
//! written of a run, as a page (`settings`).
//!
//! *Invariant:* a renderer writes a run or a scene, and decides nothing that another renderer would have to decide as
//! well. Renderers do not import each other; what several need is a file of its own (`measures`, `sequence`,
//! `summary`).

pub mod columns;
pub mod csv;
pub mod embed;
pub mod fingerprints;
pub mod json;
pub mod measures;
pub mod mermaid;
pub mod plantuml;
#[cfg(all(feature = "png", not(target_arch = "wasm32")))]
pub mod png;
mod sequence;
#[cfg(not(target_arch = "wasm32"))]
pub mod settings;
pub mod story;
pub mod summary;
pub mod svg;
pub mod text;
pub mod waiting;
