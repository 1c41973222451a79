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

macro_rules! presets {
    ($($name:literal),+ $(,)?) => {
        /// All of them, in the order in which they are offered.
        pub const PRESETS: &[Preset] = &[
            $(Preset { name: $name, json: include_str!(concat!("../../scenarios/", $name, ".json")) }),+
        ];
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
    "sqs-fifo-head",
    "system-accepted-and-polled",
    "system-outbox",
    "system-gateway",
    "system-saga",
    "system-kafka-parallel",
}

/// The built-in scenario called `name`.
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

impl Preset {
    /// The scenario in the file.
    pub fn scenario(&self) -> Scenario {
        Scenario::from_json(self.json).expect("a test reads every built-in scenario")
    }
}
