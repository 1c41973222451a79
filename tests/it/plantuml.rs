//! The PlantUML text: a box a side, moments, and texts that PlantUML cannot take for its own. That PlantUML draws every
//! text is the business of `cargo xtask plantuml`.

use counterpoint::render::plantuml;
use counterpoint::scenario::{PRESETS, Played};
use serde_json::json;

use crate::story;

fn text(played: &Played, side: Option<&str>) -> String {
    let mut bytes = Vec::new();
    plantuml::write(&mut bytes, played, side).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn both_sides_stand_on_one_clock_in_a_box_each() {
    let played = story::hard_to_write();
    let both = text(&played, None);
    let (begins, _) = both.split_once("right__note ->>").unwrap();
    assert_eq!(
        begins,
        "@startuml\n\
         title Two <U+0022>orders<U+0022>, <U+0025>date()\n\
         box \"end: HTTP calls\"\n\
         participant \"User\" as end__end_user\n\
         participant \"Link<U+003B> طلب \u{200e}<U+003C>b<U+003E>\" as end__redis_x\n\
         end box\n\
         box \"right: Queued through RabbitMQ\"\n\
         participant \"User\" as right__end_user\n\
         participant \"Notes\" as right__note\n\
         participant \"Workers\" as right__workers\n\
         end box\n\
         end__end_user -> end__redis_x : GET /<U+002A><U+002A>a<U+002A><U+002A>/<U+005B><U+005B>b<U+005D><U+005D> \
         [0 → 10 ms]\n\
         right__end_user ->> right__note : publish job 1 [0 → 10 ms]\n"
    );
    let limited = "note over end__end_user, end__redis_x : stopped by a limit, ";
    assert!(both.lines().any(|line| line.starts_with(limited)), "{both}");
    let right = text(&played, Some("right"));
    assert!(right.contains("note over right__workers : takes 2 times as long [35 to 55 ms]\n"), "{right}");
    assert!(!right.contains("end__"), "{right}");
}

#[test]
fn what_is_lost_and_what_is_turned_away_end_in_signs_of_their_own() {
    let (mut lost, mut refused) = (0, 0);
    let silent = story::play(json!({
        "workload": { "jobs": 3, "arrivals": { "pattern": "regular", "every": "20ms" }, "work": "30ms" },
        "changes": [{ "at": "25ms", "for": "50ms", "fault": "silent-outage", "actor": "server" }],
        "sides": [{ "protocol": "http", "timeout": "100ms" }, { "protocol": "rabbitmq" }],
    }));
    for played in PRESETS.iter().map(|preset| preset.scenario().play()).chain([silent]) {
        let text = text(&played, None);
        let count = |head: &str| text.matches(head).count();
        let told = |note: &str| text.lines().filter(|line| line.ends_with(note)).count();
        assert_eq!(count(" ->o ") + count(" -->o "), told(", lost]"), "{}", played.scenario.head.name);
        assert_eq!(count(" ->x ") + count(" -->x "), told(", turned away]"), "{}", played.scenario.head.name);
        lost += told(", lost]");
        refused += told(", turned away]");
    }
    assert!(lost > 0 && refused > 0, "{lost} {refused}");
}
