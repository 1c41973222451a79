//! A [`scenario::Scenario`] is run into a [`trace::Trace`], laid out into a [`scene::Scene`], and drawn.
//!
//! The map, from the ground up; imports run downwards only (a test holds this wall):
//!
//! | room | what it is |
//! |---|---|
//! | `sorting` | one way of sorting |
//! | `direction` | the order of texts whose letters run to the left |
//! | [`reading`] | typed values from JSON, and where one cannot be read |
//! | [`time`], [`rng`] | moments and spans; random values as functions of what they are for |
//! | [`trace`] | everything that happened, in a few kinds of row, each with its cause |
//! | [`recording`] | a run that ended, with all that is needed to show it |
//! | [`desk`] | what passes between player and studio: orders and reports |
//! | [`engine`] | the agenda, the loop, actors, links, dated faults |
//! | [`protocol`] | one file for each protocol, in its vendor's words |
//! | [`scenario`] | the input: reading, limits, presets, running |
//! | [`metrics`] | numbers and verdicts, from the trace alone |
//! | [`story`] | sentences: a step, a job |
//! | [`theory`] | closed forms of queueing theory, which runs must agree with |
//! | [`scene`] | layout: a trace and a window become shapes |
//! | [`render`] | one file for each format |
//! | [`experiment`] | many runs, compared |
//! | [`chart`] | the load curves of a sweep, drawn |
//! | [`studio`] | the scenario, what was changed of it, and its runs |
//! | [`player`] | playhead and selection, as a pure update |
//! | `ui` | the page (Yew), compiled only for the browser |
//! | `worker` | what answers the page from a worker, compiled only for the browser |
//! | `cli` | the command line, compiled only outside it |

// The bindings to a browser are macros that write unsafe code. They are compiled only there, and all else everywhere.
#![cfg_attr(not(target_arch = "wasm32"), forbid(unsafe_code))]
// A room that is open to others says what each thing in it is. Those that do not yet are named below; the list only shrinks.
#![warn(missing_docs)]

pub mod chart;
#[cfg(not(target_arch = "wasm32"))]
#[doc(hidden)]
pub mod cli;
#[allow(missing_docs)]
pub mod desk;
pub mod direction;
pub mod engine;
pub mod experiment;
pub mod export;
#[doc(hidden)]
#[cfg(any(test, feature = "bench"))]
#[allow(missing_docs)]
pub mod measure;
#[allow(missing_docs)]
pub mod metrics;
#[allow(missing_docs)]
pub mod player;
#[allow(missing_docs)]
pub mod protocol;
pub mod reading;
#[allow(missing_docs)]
pub mod recording;
#[allow(missing_docs)]
pub mod render;
pub mod rng;
pub mod scenario;
#[allow(missing_docs)]
pub mod scene;
mod sorting;
#[allow(missing_docs)]
pub mod story;
#[allow(missing_docs)]
pub mod studio;
pub mod theory;
pub mod time;
pub mod trace;
#[cfg(all(target_arch = "wasm32", feature = "app"))]
#[allow(missing_docs)]
pub mod ui;
#[cfg(all(target_arch = "wasm32", feature = "engine"))]
#[allow(missing_docs)]
pub mod worker;
