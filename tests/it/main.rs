//! The native tests: one binary of topic modules.
