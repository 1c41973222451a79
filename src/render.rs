//! What a run looks like outside the page: one file a format.
//!
//! *Invariant:* a renderer reads a run or a scene and returns text. It decides nothing that another renderer also
//! would have to decide, and renderers do not import each other.

pub mod fingerprints;
pub mod json;
pub mod measures;
pub mod mermaid;
pub mod story;
pub mod summary;
pub mod svg;
pub mod text;
