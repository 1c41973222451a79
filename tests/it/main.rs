//! The native tests: one binary of topic modules.

mod breaker;
mod chain;
mod cli;
mod comparisons;
mod event_loop;
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
mod shedding;
mod story;
mod svg;
mod told;
mod verdicts;
mod walls;
