//! What a person does with a run: playing, stepping, selecting, changing, and keeping it all in a link.

use std::rc::Rc;

use counterpoint::player::{Action, Gait, Link, Motion, Player, Selection, Speed, Window};
use counterpoint::scenario::{PRESETS, Scenario};
use counterpoint::time::{Moment, Span};
use counterpoint::trace::{JobId, MessageId};
use serde_json::{Value, json};

fn at(millis: u64) -> Moment {
    Moment::START + Span::millis(millis)
}

/// Six calls of 40 ms, one each 100 ms, and a server that is out from 250 to 350 ms; it opens on job 3.
fn scenario() -> Scenario {
    Scenario::from_value(json!({
        "name": "outage",
        "workload": { "jobs": 6, "arrivals": { "pattern": "regular", "every": "100ms" }, "work": "40ms" },
        "changes": [{ "id": "outage", "at": "250ms", "for": "100ms", "fault": "outage", "actor": "server" }],
        "controls": [{ "path": "workload.work", "label": "Work", "min": "10ms", "max": "2s" },
                     { "path": "workload.jobs", "label": "Jobs", "min": 1, "max": 20 },
                     { "path": "changes.outage.for", "label": "Outage", "min": "10ms", "max": "1s" }],
        "view": { "at": "320ms", "job": 3 },
        "sides": [{ "protocol": "http" }, { "protocol": "http" }]
    }))
    .expect("the test's own scenario is valid")
}

/// As the page does: runs what is wished for and hands it in.
fn run(player: &mut Player) {
    let played = Rc::new(player.wish().scenario.play());
    player.update(Action::Ran { number: player.number(), played });
}

fn opened() -> Player {
    let mut player = Player::with(scenario());
    run(&mut player);
    player
}

fn set(player: &mut Player, path: &str, value: Value) {
    player.update(Action::Set { path: path.into(), value });
}

#[test]
fn opens_at_the_telling_moment_with_the_telling_job() {
    let player = opened();
    assert_eq!(player.head(), at(320));
    assert_eq!(player.selection(), Selection::Job(JobId::from_index(2)));
    assert_eq!(player.motion(), Motion::Paused);
    assert_eq!(player.window(), Window { from: at(0), to: player.ended() });
}

#[test]
fn plays_a_run_of_any_length_in_fifteen_seconds_whatever_the_frames() {
    for frame in [Span::micros(16_667), Span::micros(7_001), Span::millis(100)] {
        let mut player = opened();
        player.update(Action::ToStart);
        player.update(Action::Play);
        let mut elapsed = Span::ZERO;
        while player.motion() == Motion::Playing {
            player.update(Action::Frame(frame));
            elapsed += frame;
        }
        assert_eq!(player.head(), player.ended());
        let over = elapsed.as_micros() - 15_000_000;
        assert!(over < frame.as_micros(), "{frame}: {elapsed}");
    }
}

#[test]
fn playing_again_at_the_end_begins_at_the_start_and_speed_counts() {
    let mut player = opened();
    player.update(Action::ToEnd);
    player.update(Action::SetSpeed(Speed::Double));
    player.update(Action::Toggle);
    assert_eq!((player.head(), player.motion()), (at(0), Motion::Playing));
    player.update(Action::Frame(Span::millis(3_750)));
    assert_eq!(player.head().micros(), player.ended().micros() / 2);
    player.update(Action::Toggle);
    assert!(player.said().starts_with("Paused at "), "{}", player.said());
    player.update(Action::Frame(Span::seconds(1)));
    assert_eq!(player.head().micros(), player.ended().micros() / 2, "paused is paused");
}

#[test]
fn with_reduced_motion_the_playhead_only_rests_where_something_happens() {
    let mut player = opened();
    player.update(Action::SetGait(Gait::Jump));
    player.update(Action::ToStart);
    player.update(Action::Play);
    let moments = player.reel().expect("it ran").moments().to_vec();
    let mut rests = Vec::new();
    while player.motion() == Motion::Playing {
        player.update(Action::Frame(Span::millis(10)));
        rests.push(player.head());
    }
    rests.dedup();
    assert!(rests.iter().all(|rest| *rest == at(0) || moments.contains(rest)));
    assert!(rests.len() > 10, "{rests:?}");
}

#[test]
fn steps_visit_every_moment_of_both_sides_once_each_way() {
    let mut player = opened();
    player.update(Action::ToStart);
    let moments = player.reel().expect("it ran").moments().to_vec();
    let mut forth = vec![player.head()];
    while player.head() < player.ended() {
        player.update(Action::StepOn);
        forth.push(player.head());
    }
    assert!(moments.iter().all(|moment| forth.contains(moment)));
    let mut back = vec![player.head()];
    while player.head() > at(0) {
        player.update(Action::StepBack);
        back.push(player.head());
    }
    back.reverse();
    assert_eq!(forth, back);
}

#[test]
fn a_step_is_told_in_one_sentence_and_a_frame_is_not() {
    let mut player = opened();
    player.update(Action::Seek(at(100)));
    let said = player.said();
    assert!(said.starts_with("100 ms. Asked: Job 2 is wanted; "), "{said}");
    assert!(said.contains(". Queued: Job 2 is wanted; "), "{said}");
    player.update(Action::Seek(at(265)));
    assert_eq!(player.said(), "265 ms. Nothing happens just now.");
    player.update(Action::Play);
    assert_eq!(player.said(), "Playing");
    player.update(Action::Frame(Span::millis(16)));
    assert_eq!(player.said(), "Playing");
}

#[test]
fn a_change_is_a_new_wish_and_only_its_run_is_taken() {
    let mut player = opened();
    let before = player.number();
    let old = Rc::new(player.wish().scenario.play());
    set(&mut player, "workload.work", json!("60ms"));
    assert!(player.is_behind());
    assert_eq!(player.wish().scenario.value_at("workload.work").unwrap(), json!("60ms"));
    player.update(Action::Ran { number: before, played: old });
    assert!(player.is_behind(), "a run of what is no longer wished for is dropped");
    run(&mut player);
    assert!(!player.is_behind());
    assert_eq!(player.head(), at(320), "the playhead stays");
    set(&mut player, "workload.work", json!("40ms"));
    assert!(player.wish().edits.is_empty(), "undone by hand is undone");
}

#[test]
fn at_the_end_the_playhead_stays_at_the_end() {
    let mut player = opened();
    player.update(Action::ToEnd);
    let end = player.ended();
    set(&mut player, "workload.work", json!("90ms"));
    run(&mut player);
    assert!(player.ended() > end);
    assert_eq!(player.head(), player.ended());
}

#[test]
fn what_will_not_do_is_refused_at_its_control_and_stays_typed() {
    let mut player = opened();
    let number = player.number();
    player.update(Action::Type { path: "workload.work".into(), text: "soon".into() });
    let refusal = player.refusal("workload.work").expect("it was refused");
    assert_eq!(refusal.typed, "soon");
    assert_eq!(refusal.sentence, "`soon` is not a duration; write one as in `120 ms`");
    player.update(Action::Type { path: "seed".into(), text: "9007199254740992".into() });
    assert!(player.refusal("seed").expect("it was refused").sentence.contains("from 0 to 9007199254740991"));
    assert_eq!(player.number(), number, "nothing is run");
    player.update(Action::Type { path: "workload.work".into(), text: "55 ms".into() });
    assert_eq!(player.refusal("workload.work"), None);
    assert!(player.refusal("seed").is_some(), "the other one stands");
    player.update(Action::Reset);
    assert_eq!(player.refusal("seed"), None);
    assert!(player.wish().edits.is_empty());
}

#[test]
fn a_job_that_a_change_takes_away_is_no_longer_selected() {
    let mut player = opened();
    set(&mut player, "workload.jobs", json!(2));
    assert_eq!(player.selection(), Selection::Nothing);
}

#[test]
fn a_job_that_the_run_shown_does_not_have_is_not_lit_before_its_own_run_is_there() {
    let mut player = Player::open("message-queue");
    run(&mut player);
    player.update(Action::Follow("order-emails&job=7".into()));
    assert_eq!(player.selection(), Selection::Nothing);
    run(&mut player);
    assert_eq!(player.selection(), Selection::Job(JobId::from_index(6)));
}

#[test]
fn a_message_that_another_run_does_not_have_leaves_its_job_selected() {
    let mut player = opened();
    let job = JobId::from_index(5);
    let trace = &player.reel().expect("it ran").played.sides[0].trace;
    let last = trace.messages.iter().rposition(|row| trace.jobs_of(row) == [job]).expect("job 6 was asked for");
    let message = MessageId::from_index(last as u32);
    player.update(Action::Select(Selection::Message { side: 0, message, job }));
    assert_eq!(player.selection(), Selection::Message { side: 0, message, job });
    set(&mut player, "changes.outage.for", json!("1s"));
    run(&mut player);
    assert!(matches!(player.selection(), Selection::Job(kept) | Selection::Message { job: kept, .. } if kept == job));
    let gone = Selection::Message { side: 0, message: MessageId::from_index(1_000), job };
    player.update(Action::Select(gone));
    assert_eq!(player.selection(), Selection::Job(job));
}

#[test]
fn a_cancelled_run_leaves_what_was_shown() {
    let mut player = opened();
    set(&mut player, "workload.work", json!("60ms"));
    player.update(Action::Cancel);
    assert!(!player.is_behind());
    assert!(player.wish().edits.is_empty());
}

#[test]
fn a_cancelled_first_run_leaves_the_scenario_as_it_came() {
    let mut player = Player::open(&format!("{}&seed=7", PRESETS[0].name));
    player.update(Action::Cancel);
    assert!(player.wish().edits.is_empty());
    run(&mut player);
    assert!(!player.is_behind());
}

#[test]
fn a_window_of_a_part_follows_the_playhead_by_its_own_length() {
    let mut scenario = scenario();
    scenario.head.view.from = Some(at(100));
    scenario.head.view.to = Some(at(300));
    let mut player = Player::with(scenario);
    run(&mut player);
    for (head, from, to) in [(320, 300, 500), (100, 100, 300), (300, 100, 300), (301, 300, 500), (50, 0, 200)] {
        player.update(Action::Seek(at(head)));
        assert_eq!(player.window(), Window { from: at(from), to: at(to) }, "at {head} ms");
    }
}

#[test]
fn a_link_reads_back_as_itself() {
    let preset = PRESETS[0].name;
    let text = format!(
        "{preset}&v=1&seed=7&set=workload.work=200ms&set=sides.left.path=%2Fa%26b%3D%231%20%C3%A9&at=15ms&job=1&message=0.1"
    );
    let (link, problem) = Link::read(&format!("#{text}"));
    assert_eq!(problem, None);
    assert_eq!(link.edits[2].value, json!("/a&b=#1 é"));
    assert_eq!(Link::read(&link.write()), (link.clone(), None));
    let mut player = Player::open(&text);
    run(&mut player);
    assert_eq!(player.head(), at(15));
    assert_eq!(player.motion(), Motion::Paused);
    assert_eq!(Link::read(&player.link().write()).0, link);
}

#[test]
fn an_unchanged_scenario_has_a_short_link() {
    let mut player = Player::open("");
    run(&mut player);
    assert_eq!(player.link().write(), format!("{}&v=1", PRESETS[0].name));
    player.update(Action::Select(Selection::Nothing));
    player.update(Action::ToStart);
    assert!(player.link().write().contains("&at=0ms"), "{}", player.link().write());
}

#[test]
fn a_link_that_cannot_be_read_says_so_and_opens_the_nearest_thing() {
    let name = PRESETS[0].name;
    for (link, said) in [
        ("nowhere&at=1s".to_owned(), "there is no scenario `nowhere`"),
        (format!("{name}&v=9"), "it is of version `9`"),
        (format!("{name}&seed=x"), "`x` is not a seed"),
        (format!("{name}&set=workload.jops=3&seed=4"), "workload.jops: there is no `jops`"),
        (format!("{name}&set=workload.jobs=0&seed=4"), "workload.jobs: 0 is out of range"),
        (format!("{name}&at=soon"), "its moment will not do: `soon`"),
        (format!("{name}&job=0"), "`0` is not the number of a job"),
        (format!("{name}&job=999999999"), "there is no job 999999999"),
        (format!("{name}&message=0.1"), "it names a message but no job"),
        (format!("{name}&%ff=1"), "`%ff=1` is not well encoded"),
        (format!("{name}&colour=red"), "there is no `colour`"),
        ("x".repeat(9000), "it has 9000 bytes"),
    ] {
        let player = Player::open(&link);
        let problem = player.link_problem().unwrap_or_else(|| panic!("{link} was read"));
        assert!(problem.0.starts_with(said), "{link}: {}", problem.0);
        assert_eq!(player.wish().base.head.name, name);
        let seed = if link.ends_with("seed=4") { 4 } else { PRESETS[0].scenario().head.seed };
        assert_eq!(player.wish().scenario.head.seed, seed, "{link}: what can be read is kept");
    }
}
