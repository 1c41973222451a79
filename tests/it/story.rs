//! How a test tells a story: a scenario as JSON, and the diagram that must come of it.

use counterpoint::render::mermaid;
use counterpoint::scenario::{Played, Scenario};
use counterpoint::trace::Trace;
use serde_json::{Value, json};

/// Runs a scenario given as a JSON value; a name is added, and the network takes no time unless it says so.
pub fn play(mut scenario: Value) -> Played {
    let fields = scenario.as_object_mut().expect("a scenario is an object");
    fields.entry("name").or_insert(json!("story"));
    fields.entry("network").or_insert(json!({ "latency": "0ms" }));
    Scenario::from_value(scenario).unwrap_or_else(|problem| panic!("{problem}")).play()
}

/// The trace of the side whose protocol is `protocol`.
pub fn side<'a>(played: &'a Played, protocol: &str) -> &'a Trace {
    &played.sides.iter().find(|side| side.protocol == protocol).expect("the scenario has such a side").trace
}

/// Plays the `protocol` side with these settings on this scenario (the other side is left at its defaults).
pub fn play_side(protocol: &str, settings: Value, mut scenario: Value) -> Trace {
    let mut first = settings;
    first["protocol"] = json!(protocol);
    // One that carries jobs of however many parts.
    scenario["sides"] = json!([first, {
        "protocol": "rabbitmq", "publisher": { "id": "other-client" }, "queue": { "id": "other-queue" },
        "consumers": { "id": "other-server" },
    }]);
    play(scenario).sides.swap_remove(0).trace
}

/// Asserts that the trace is this story. The expectation is written with any common indentation.
#[track_caller]
pub fn tells(trace: &Trace, expected: &str) {
    let told = mermaid::diagram(trace);
    let strip = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    assert_eq!(strip(&told), strip(expected), "\nthe run told:\n{told}");
}
