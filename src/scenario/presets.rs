//! The scenarios that come with the program: files in `scenarios/`, for people to copy.

use super::Scenario;

/// A built-in scenario.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// That of the scenario and of its file.
    pub name: &'static str,
    /// The file as it stands in the repository.
    pub json: &'static str,
}

/// The files of those that have a side of any parties. The page's engine has not got them: they come with the part of it
/// that knows systems ([`bring`]), for there they would be a tenth of what it may weigh.
#[cfg(not(target_arch = "wasm32"))]
macro_rules! later {
    ($name:literal) => {
        include_str!(concat!("../../scenarios/", $name, ".json"))
    };
}

#[cfg(target_arch = "wasm32")]
macro_rules! later {
    ($name:literal) => {
        ""
    };
}

macro_rules! presets {
    ($($name:literal),+; systems: $($system:literal),+ $(,)?) => {
        /// All of them, in the order in which they are offered.
        pub const PRESETS: &[Preset] = &[
            $(Preset { name: $name, json: include_str!(concat!("../../scenarios/", $name, ".json")) },)+
            $(Preset { name: $system, json: later!($system) },)+
        ];

        /// How many of the last have a side of any parties.
        pub const SYSTEMS: usize = [$($system),+].len();
    };
}

presets! {
    "rest-get-user",
    "message-queue",
    "order-emails",
    "order-emails-broker-out",
    "rest-cache",
    "graphql-n-plus-one",
    "graphql-dataloader",
    "soap-fault",
    "database-pool",
    "login-under-load",
    "chain-slow-last",
    "retry-storm",
    "retry-storm-breaker",
    "event-loop-threads",
    "event-loop-queue",
    "rabbitmq-work-queue",
    "rabbitmq-redelivery",
    "rabbitmq-poison",
    "rabbitmq-publish-subscribe",
    "kafka-work-queue",
    "kafka-rebalance",
    "kafka-hot-partition",
    "kafka-two-groups",
    "sqs-work-queue",
    "sqs-visibility-too-short",
    "sqs-fifo-head";
    systems:
    "system-accepted-and-polled",
    "system-question",
    "system-outbox",
    "system-gateway",
    "system-saga",
    "system-retry-schedule",
    "system-kafka-parallel",
}

/// The built-in scenario called `name`.
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

impl Preset {
    /// The scenario in the file.
    pub fn scenario(&self) -> Scenario {
        #[cfg(not(target_arch = "wasm32"))]
        let json = self.json;
        #[cfg(target_arch = "wasm32")]
        let json = if self.json.is_empty() { brought::file(self.name) } else { self.json };
        Scenario::from_json(json).expect("a test reads every built-in scenario")
    }
}

/// What has come later.
#[cfg(target_arch = "wasm32")]
mod brought {
    use std::sync::OnceLock;

    use super::{PRESETS, SYSTEMS};

    static FILES: OnceLock<String> = OnceLock::new();

    /// Takes the files of the built-in systems, a line each, in their order.
    pub fn bring(files: String) {
        // The same ones that came before.
        let _ = FILES.set(files);
    }

    /// Whoever asks has seen to it that they are there (`worker.rs`).
    pub fn file(name: &str) -> &'static str {
        let place = PRESETS[PRESETS.len() - SYSTEMS..].iter().position(|preset| preset.name == name);
        place.and_then(|place| FILES.get()?.lines().nth(place)).unwrap_or_default()
    }
}

#[cfg(target_arch = "wasm32")]
pub use brought::bring;
