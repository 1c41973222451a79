//! How a test tells a story: a scenario as JSON, and the diagram that must come of it.

use counterpoint::engine::{Limits, Progress};
use counterpoint::export::{Export, Format};
use counterpoint::recording::Background;
use counterpoint::render::mermaid;
use counterpoint::render::svg::{Foot, Theme};
use counterpoint::scenario::{Played, Run, Scenario, preset};
use counterpoint::time::Moment;
use counterpoint::trace::{MessageRow, StayKind, StayRow, Trace};
use serde_json::{Value, json};

/// Runs a scenario given as a JSON value; a name is added, and the network takes no time unless it says so.
pub fn play(mut scenario: Value) -> Played {
    let fields = scenario.as_object_mut().expect("a scenario is an object");
    fields.entry("name").or_insert(json!("story"));
    fields.entry("network").or_insert(json!({ "latency": "0ms" }));
    Scenario::from_value(scenario).unwrap_or_else(|problem| panic!("{problem}")).play()
}

/// Runs a built-in scenario.
pub fn play_built_in(name: &str) -> Played {
    preset(name).expect("it is built in").scenario().play()
}

/// Runs a scenario until it is over or meets one of these limits.
pub fn play_within(scenario: Scenario, limits: Limits) -> Played {
    let mut run = Run::with_limits(scenario, limits);
    while run.advance(u64::MAX) == Progress::Running {}
    run.into_played()
}

/// A file of this format, with nothing asked for besides.
pub fn export(format: Format) -> Export {
    Export {
        format,
        side: None,
        at: None,
        from: None,
        to: None,
        job: None,
        width: 1200,
        theme: Theme::Auto,
        foot: Foot::Legend,
        background: Background::Faint,
    }
}

/// What is in that file.
pub fn written(played: &Played, format: Format) -> String {
    let mut file = Vec::new();
    export(format).write(&mut file, played).expect("memory takes what is written");
    String::from_utf8(file).expect("every format is text")
}

/// The messages of a kind, in the order in which they were sent.
pub fn sent<'a>(trace: &'a Trace, kind: &str) -> Vec<&'a MessageRow> {
    trace.messages.iter().filter(|message| trace.kind(message).name == kind).collect()
}

/// The stays of a kind, in the order in which they began.
pub fn stays(trace: &Trace, kind: StayKind) -> Vec<&StayRow> {
    trace.stays.iter().filter(|stay| stay.kind == kind).collect()
}

/// How long the stays of a kind lasted, in milliseconds.
pub fn spans(trace: &Trace, kind: StayKind) -> Vec<u64> {
    stays(trace, kind).iter().map(|stay| (stay.end - stay.begin).as_micros() / 1000).collect()
}

/// How many stays of that kind are open at once at that lane at most. (What ends at a moment makes room for what begins
/// then.)
pub fn most_at_once(trace: &Trace, lane: u16, kind: StayKind) -> usize {
    let there = stays(trace, kind).into_iter().filter(|stay| stay.actor.0 == lane);
    let mut changes: Vec<(Moment, i32)> = there.flat_map(|stay| [(stay.end, -1), (stay.begin, 1)]).collect();
    changes.sort_unstable();
    let open = changes.iter().scan(0, |open, (_, change)| {
        *open += change;
        Some(*open)
    });
    open.max().unwrap_or(0) as usize
}

/// How often work on each part was begun.
pub fn executions(trace: &Trace) -> Vec<u32> {
    trace.parts.iter().map(|part| part.executions).collect()
}

/// The trace of the side whose protocol is `protocol`.
pub fn side<'a>(played: &'a Played, protocol: &str) -> &'a Trace {
    &played.sides.iter().find(|side| side.protocol == protocol).expect("the scenario has such a side").trace
}

/// A run whose ids are words of text formats (`end`, `note`, an id that ends like an arrow) and whose other texts are full
/// of signs that mean something to one of them. It stops at a limit on simulated time.
pub fn hard_to_write() -> Played {
    play(json!({
        "title": "Two \"orders\", %date()",
        "workload": { "jobs": 2, "arrivals": { "pattern": "listed", "at": ["0ms", "800h"] }, "work": "30ms" },
        "network": { "latency": "10ms" },
        "sides": [
            { "id": "end", "style": "request-response", "protocol": "http", "timeout": "45ms", "path": "/**a**/[[b]]",
                "caller": { "id": "end-user", "name": "User" }, "server": { "id": "redis-x", "name": "Link; طلب <b>" } },
            { "id": "right", "protocol": "rabbitmq", "publisher": { "id": "end-user", "name": "User" },
                "queue": { "id": "note", "name": "Notes" }, "consumers": { "id": "workers", "name": "Workers" } },
        ],
        "changes": [{ "at": "35ms", "for": "20ms", "fault": "slow-down", "actor": "workers", "factor": 2 }],
    }))
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
