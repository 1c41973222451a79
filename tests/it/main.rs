//! The native tests: one binary of topic modules.

mod cli;
mod comparisons;
mod faults;
mod http;
mod metrics;
mod modelled;
mod oracles;
mod player;
mod properties;
mod queue_faults;
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
