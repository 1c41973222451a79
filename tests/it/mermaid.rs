//! The Mermaid text: one diagram a text, ids that Mermaid does not take for words of its own, and intervals that are
//! well formed. That Mermaid's own parser takes every text is the business of `cargo xtask mermaid`.

use std::io::{Error, Result, Write};

use counterpoint::render::mermaid;
use serde_json::json;

use crate::story;

#[test]
fn both_sides_are_one_diagram_on_one_clock_with_a_box_each() {
    let text = mermaid::run(&story::hard_to_write(), None);
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    assert_eq!(
        lines[..12],
        [
            "sequenceDiagram",
            "box transparent end: HTTP calls",
            "participant end__end_user as User",
            "participant end__redis_x as Link#59; طلب \u{200e}#60;b#62;",
            "end",
            "box transparent right: Queued through RabbitMQ",
            "participant right__end_user as User",
            "participant right__note as Notes",
            "participant right__workers as Workers",
            "end",
            "end__end_user->>end__redis_x: GET /**a**/[[b]] [0 → 10 ms]",
            "right__end_user-)right__note: publish job 1 [0 → 10 ms]",
        ]
    );
    assert!(lines.contains(&"Note over right__workers: takes 2 times as long [35 to 55 ms]"), "{text}");
    assert!(lines.iter().any(|line| line.starts_with("Note over end__end_user,end__redis_x: stopped by a limit, ")));
}

#[test]
fn an_id_that_mermaid_would_take_for_its_own_is_written_otherwise() {
    let left = mermaid::run(&story::hard_to_write(), Some("end"));
    assert!(
        left.contains("    participant end_user_ as User\n") && left.contains("    end_user_->>redis_x_: GET /"),
        "{left}"
    );
    let right = mermaid::run(&story::hard_to_write(), Some("right"));
    assert!(
        right.contains("    participant note_ as Notes\n") && right.contains("    participant workers as Workers\n"),
        "{right}"
    );
}

#[test]
fn what_is_lost_or_on_its_way_has_one_moment() {
    let lost = story::play_side(
        "http",
        json!({ "timeout": "20ms" }),
        json!({ "changes": [{ "at": "0ms", "fault": "silent-outage", "actor": "server" }] }),
    );
    let text = mermaid::diagram(&lost);
    assert!(text.contains("GET / [0 ms, lost]") && text.contains(": out [0 ms to the end]"), "{text}");
    // What takes longer than the time that is simulated is on its way when the limit ends the run.
    let cut = story::play_side(
        "http",
        json!({ "timeout": null }),
        json!({
            "workload": { "jobs": 1, "work": "10ms" }, "network": { "latency": "800h" },
        }),
    );
    let text = mermaid::diagram(&cut);
    assert!(text.contains("GET / [0 ms, on its way]"), "{text}");
}

/// A place with room for so many bytes.
struct Full {
    room: usize,
    refused: usize,
    longest: usize,
}

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.longest = self.longest.max(bytes.len());
        if self.room < bytes.len() {
            self.refused += 1;
            return Err(Error::other("no room is left"));
        }
        self.room -= bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// A text as long as its run is written line by line, and not made as a whole before.
#[test]
fn nothing_more_is_written_to_what_is_full() {
    let played = story::play(
        json!({ "workload": { "jobs": 2_000 }, "sides": [{ "protocol": "http" }, { "protocol": "rabbitmq" }] }),
    );
    assert!(mermaid::run(&played, None).len() > 100_000);
    for side in [None, Some("left")] {
        let mut full = Full { room: 20_000, refused: 0, longest: 0 };
        let told = mermaid::write(&mut full, &played, side).unwrap_err().to_string();
        assert_eq!((told.as_str(), full.refused), ("no room is left", 1));
        assert!(full.longest < 200, "{} bytes at once", full.longest);
    }
}
