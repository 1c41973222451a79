//! The same properties over random scenarios of very many jobs, on a small stack: nothing recurses once a job, and
//! nothing takes the square of their number.
//!
//! With `COUNTERPOINT_LONG` set two scenarios a protocol of 100,000 jobs (or as many as their parts allow), new ones each
//! time; otherwise one of 1,000. A failure prints the scenario.

use counterpoint::engine::Limits;
use counterpoint::protocol;
use counterpoint::scenario::{MAX_JOBS, Scenario};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::{Value, json};

use super::{generate, is_long};
use crate::story::play_within;
use crate::{brokers, oracle, properties_calls, system_properties};

/// A stack on which a few hundred calls within calls fit, and not one a job.
const SMALL_STACK: usize = 512 * 1024;

fn scenario(protocol: &'static str) -> BoxedStrategy<Value> {
    match protocol {
        "http" => generate::scenario().prop_map(|text| text.0).boxed(),
        "rabbitmq" | "kafka" | "sqs" => brokers::scenario_with(protocol),
        "system" => system_properties::numbers().prop_map(|numbers| system_properties::scenario(numbers.0)).boxed(),
        _ => properties_calls::scenario(protocol).boxed(),
    }
}

fn look_at(fields: &Value) -> Result<(), String> {
    let scenario = Scenario::from_value(fields.clone()).map_err(|problem| problem.to_string())?;
    oracle::sound(&play_within(scenario, Limits::default()))
}

#[test]
fn what_holds_of_few_jobs_holds_of_very_many() {
    let (jobs, scenarios) = if is_long() { (100_000, 2) } else { (1_000, 1) };
    let rng_seed = if is_long() { RngSeed::Random } else { RngSeed::Fixed(5) };
    let mut runner = TestRunner::new(Config { rng_seed, ..Config::default() });
    for protocol in protocol::NAMES {
        for _ in 0..scenarios {
            let mut fields = scenario(protocol).new_tree(&mut runner).unwrap().current();
            let parts = fields["workload"]["parts"].as_array().map_or(1, |parts| parts.len().max(1));
            fields["workload"]["jobs"] = json!(jobs.min(MAX_JOBS as usize / parts));
            let held = std::thread::scope(|scope| {
                let thread = std::thread::Builder::new().stack_size(SMALL_STACK);
                thread.spawn_scoped(scope, || look_at(&fields)).unwrap().join().expect("it does not panic")
            });
            held.unwrap_or_else(|fault| panic!("{protocol}: {fault}\n{fields}"));
        }
    }
}
