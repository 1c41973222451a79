//! Drives the built site in real browsers.
