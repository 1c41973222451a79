//! The native tests: one binary of topic modules.

mod cli;
mod faults;
mod http;
mod metrics;
mod oracles;
mod player;
mod properties;
mod rabbitmq;
mod report;
mod retry;
mod run;
mod scenario;
mod scene;
mod story;
mod svg;
mod told;
mod verdicts;
mod walls;
