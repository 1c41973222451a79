//! In the first scenarios a person makes the receiver fail for 400 ms by a control, and both sides tell what they did.

use counterpoint::render::summary::summaries;
use counterpoint::scenario::preset;
use counterpoint::studio::Studio;
use counterpoint::trace::StayKind;
use serde_json::json;

use crate::desk::Desk;

const FAULT: &str = "changes.outage.for";
const SCENARIOS: [&str; 4] = ["rest-get-user", "message-queue", "order-emails", "order-emails-broker-out"];

fn verdicts(name: &str, lasts: &str) -> [String; 2] {
    let scenario = preset(name).unwrap().scenario().with(FAULT, lasts.into()).unwrap();
    let mut sides = summaries(&scenario.play()).into_iter().map(|summary| {
        let texts: Vec<String> = summary.verdicts.into_iter().map(|verdict| verdict.text).collect();
        texts.join(" ")
    });
    [sides.next().unwrap(), sides.next().unwrap()]
}

#[test]
fn the_fault_is_a_dial_that_goes_from_nothing_over_400_ms() {
    for name in SCENARIOS {
        let studio = Studio::with(preset(name).unwrap().scenario());
        let dial = studio.dial(FAULT).unwrap_or_else(|| panic!("{name} offers no fault"));
        let stops: Vec<_> = (0..=dial.last_stop()).map(|stop| dial.value_at(stop)).collect();
        assert_eq!(stops.first(), Some(&json!("0ms")), "{name}");
        assert!(stops.contains(&json!("400ms")), "{name}: 400 ms is a stop of the slider");
        assert_eq!(dial.read("400 ms"), Ok(json!("400ms")), "{name}");
        assert_eq!(dial.read("0 ms"), Ok(json!("0ms")), "{name}");
    }
}

/// Of no length, a fault leaves no trace: no band, no verdict.
#[test]
fn a_fault_of_no_length_does_not_strike() {
    for name in SCENARIOS {
        let played = preset(name).unwrap().scenario().with(FAULT, "0ms".into()).unwrap().play();
        for side in &played.sides {
            assert!(side.trace.stays.iter().all(|stay| stay.kind != StayKind::Down), "{name}, {}", side.id);
        }
        let [left, right] = verdicts(name, "0ms");
        for told in [left, right] {
            assert!(!told.contains("down") && !told.contains("outage"), "{name}: {told}");
        }
    }
}

/// The verdicts say how long the receiver was away, also on a side that has ended before it is back.
#[test]
fn both_sides_tell_what_400_ms_did() {
    for (name, asked, queued) in [
        (
            "rest-get-user",
            "The job failed: User service was down from 0 ms to 400 ms; it was turned away. The 400 ms outage of User \
             service became its callers': 1 job that was under way meanwhile failed.",
            "Nothing was lost: the job was handed over, and all work was done by 460 ms. User service was down from 0 ms \
             to 400 ms: the queue held up to 1; it was empty again 10 ms later.",
        ),
        (
            "message-queue",
            "All 3 jobs failed: Reader was down from 0 ms to 400 ms",
            "Reader was down from 0 ms to 400 ms: the queue held up to 3",
        ),
        ("order-emails", "The 400 ms outage of Mail service became its callers'", "Nothing was lost"),
    ] {
        let [left, right] = verdicts(name, "400ms");
        assert!(left.contains(asked), "{name}: {left}");
        assert!(right.contains(queued), "{name}: {right}");
    }
}

/// The first scenario opens at its end and stays there, so that a change is seen whole at once.
#[test]
fn a_fault_in_the_first_scenario_is_seen_to_its_end() {
    let mut desk = Desk::open("");
    assert_eq!(desk.head(), desk.ended());
    desk.set(FAULT, "400ms");
    assert!(desk.ended().micros() > 400_000);
    assert_eq!(desk.head(), desk.ended());
}
