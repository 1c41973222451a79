//! Leaps by a key: to a cause, a reply, the other side and the next failure; and what is said at the playhead.

use counterpoint::player::{Action, Lines, Player, Way, narrations};
use counterpoint::recording::Selection;
use counterpoint::scenario::Scenario;
use counterpoint::trace::JobId;
use serde_json::json;

use crate::desk::Desk;
use crate::player::at;

/// Six jobs of 40 ms, one each 100 ms, by call and by queue; who does them is away from 250 to 350 ms.
fn opened() -> Desk {
    let scenario = Scenario::from_value(json!({
        "name": "leaps",
        "workload": { "jobs": 6, "arrivals": { "pattern": "regular", "every": "100ms" }, "work": "40ms" },
        "changes": [{ "id": "down", "at": "250ms", "for": "100ms", "fault": "outage", "actor": "server" }],
        "notes": [{ "at": "0ms", "text": "It begins." }, { "side": "left", "when": "down begins", "text": "It is down." }],
        "sides": [{ "id": "left", "protocol": "http" }, { "id": "right", "protocol": "rabbitmq" }]
    }));
    Desk::with(scenario.expect("the test's own scenario is valid"))
}

/// The label of what is selected, and the lane that it comes from.
fn selected(player: &Player) -> (String, String) {
    let Selection::Message { side, message, .. } = player.selection() else { panic!("{:?}", player.selection()) };
    let trace = &player.reel().expect("it ran").recording.sides[usize::from(side)].trace;
    let row = &trace.messages[message.at()];
    (trace.label(row), trace.actor(row.from).id.clone())
}

#[test]
fn a_reply_leads_to_its_call_and_back() {
    let mut player = opened();
    player.update(Action::Select(Selection::Job(JobId::from_index(0))));
    player.update(Action::Seek(at(20)));
    player.update(Action::Leap(Way::OtherSide));
    let call = selected(&player);
    assert!(player.said().contains("Asked: Job 1 is wanted; "), "{}", player.said());
    player.update(Action::Leap(Way::Reply));
    let reply = selected(&player);
    assert_ne!(call, reply);
    assert!(player.said().contains("Asked: "), "{}", player.said());
    player.update(Action::Leap(Way::Reply));
    assert_eq!(selected(&player), call);
}

#[test]
fn causes_lead_back_to_the_moment_in_which_the_job_was_wanted() {
    let mut player = opened();
    player.update(Action::Select(Selection::Job(JobId::from_index(1))));
    player.update(Action::ToEnd);
    let mut moments = vec![player.head()];
    for _ in 0..10 {
        player.update(Action::Leap(Way::Cause));
        moments.push(player.head());
        if player.head() == at(100) {
            break;
        }
    }
    assert!(moments.is_sorted_by(|one, next| one >= next), "never forward: {moments:?}");
    assert_eq!(player.head(), at(100), "job 2 is wanted then");
    assert_eq!(player.selection(), Selection::Job(JobId::from_index(1)));
    assert!(moments.len() > 3, "by way of messages: {moments:?}");
}

#[test]
fn failures_are_walked_forth_and_back_and_the_last_one_says_so() {
    let mut player = opened();
    player.update(Action::ToStart);
    let mut failures = Vec::new();
    while !player.said().starts_with("Nothing fails") {
        player.update(Action::Leap(Way::NextFailure));
        failures.push(player.head());
    }
    failures.dedup();
    assert!(failures.iter().all(|at_failure| (at(250)..=at(350)).contains(at_failure)), "{failures:?}");
    assert!(!failures.is_empty());
    let last = failures[failures.len() - 1];
    player.update(Action::ToEnd);
    player.update(Action::Leap(Way::LastFailure));
    assert_eq!(player.head(), last);
}

/// Room for everything.
const LINES: Lines = Lines::Beside(1_000);

#[test]
fn what_is_said_at_the_playhead_is_the_last_thing_that_happened_on_each_side() {
    let player = opened();
    let reel = player.reel().expect("it ran");
    let first = narrations(reel, at(0), LINES);
    assert!(first.iter().all(|side| side.caption == Some((at(0), "It begins.".into()))));
    let step =
        |millis: u64, side: usize| narrations(reel, at(millis), LINES)[side].step.clone().expect("something happened");
    let (since, words) = step(299, 0);
    assert!(since >= at(250) && since < at(299), "{since:?}: {words}");
    assert_eq!(step(290, 0), (since, words), "nothing happens until the next call");
    assert!(step(300, 0).1.contains("Job 4 is wanted"), "{:?}", step(300, 0));
    assert!(step(199, 1).0 < at(199) && step(199, 1).0 > at(100), "{:?}", step(199, 1));
    let down = narrations(reel, at(260), LINES);
    assert_eq!(down[0].caption, Some((at(250), "It is down.".into())));
    assert_eq!(down[1].caption, Some((at(0), "It begins.".into())), "of the other side nothing is said");
}
