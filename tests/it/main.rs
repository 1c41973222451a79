//! The native tests: one binary of topic modules.

mod faults;
mod http;
mod player;
mod rabbitmq;
mod retry;
mod run;
mod scenario;
mod story;
mod walls;
