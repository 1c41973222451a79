//! The native tests: one binary of topic modules.

mod http;
mod story;
