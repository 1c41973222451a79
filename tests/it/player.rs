//! What a person does with a run: playing, stepping, selecting, changing, and keeping it all in a link.

use counterpoint::desk::{Cover, Order, Pending, Report};
use counterpoint::player::{Action, Gait, MOST_ROWS_A_TURN, Motion, Player, Speed, Window, WindowChange};
use counterpoint::recording::{Selection, TroubleKind};
use counterpoint::scenario::{PRESETS, Scenario, preset};
use counterpoint::studio::{PageLink, Studio};
use counterpoint::time::{Moment, Span};
use counterpoint::trace::{JobId, MessageId, Trace};
use serde_json::json;

use crate::desk::Desk;

/// The moment so many milliseconds after the start.
pub fn at(millis: u64) -> Moment {
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

fn opened() -> Desk {
    Desk::with(scenario())
}

/// At which something happens on either side.
fn moments(player: &Player) -> Vec<Moment> {
    let sides = &player.reel().expect("it ran").recording.sides;
    sides.iter().flat_map(|side| side.trace.steps.iter().map(|step| step.at)).collect()
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
    player.update(Action::SetSpeed(Speed::EightSeconds));
    player.update(Action::Toggle);
    assert_eq!((player.head(), player.motion()), (at(0), Motion::Playing));
    player.update(Action::Frame(Span::seconds(4)));
    assert_eq!(player.head().micros(), player.ended().micros() / 2);
    player.update(Action::Toggle);
    assert!(player.said().starts_with("Paused at "), "{}", player.said());
    player.update(Action::Frame(Span::seconds(1)));
    assert_eq!(player.head().micros(), player.ended().micros() / 2, "paused is paused");
}

#[test]
fn in_real_time_a_second_is_a_second() {
    let mut player = opened();
    player.update(Action::ToStart);
    player.update(Action::SetSpeed(Speed::RealTime));
    player.update(Action::Play);
    player.update(Action::Frame(Span::millis(123)));
    assert_eq!(player.head(), at(123));
    player.update(Action::Frame(Span::seconds(60)));
    assert_eq!(player.head(), player.ended());
}

#[test]
fn a_speed_says_how_it_compares_with_real_time() {
    let said = |speed: Speed, run: u64| speed.compared_with_real_time(at(run));
    assert_eq!(said(Speed::FifteenSeconds, 2_400), "6.2 times slower than real time");
    assert_eq!(said(Speed::FifteenSeconds, 15_000), "in real time");
    assert_eq!(said(Speed::FourSeconds, 3_600_000), "900 times faster than real time");
    assert_eq!(said(Speed::RealTime, 2_400), "in real time");
}

#[test]
fn with_reduced_motion_the_playhead_only_rests_where_something_happens() {
    let mut player = opened();
    player.update(Action::SetGait(Gait::Jump));
    player.update(Action::ToStart);
    player.update(Action::Play);
    let moments = moments(&player);
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
    let moments = moments(&player);
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
fn a_change_is_ordered_taken_and_run() {
    let mut desk = opened();
    desk.order(Order::Set { path: "workload.work".into(), value: "60ms".into() });
    assert!(desk.is_behind());
    desk.take();
    assert!(desk.orders().is_empty() && desk.is_behind(), "it is run");
    assert_eq!(desk.studio.wish().scenario.value_at("workload.work").unwrap(), json!("60ms"));
    assert_eq!(desk.panel().dials[0].text, "60 ms");
    desk.run();
    assert!(!desk.is_behind());
    assert_eq!(desk.head(), at(320), "the playhead stays");
    desk.set("workload.work", "40ms");
    assert!(!desk.panel().changed, "undone by hand is undone");
}

#[test]
fn what_is_said_of_an_older_order_does_not_turn_the_dial_back() {
    let mut desk = opened();
    let turn = |stop| Order::Turn { path: "workload.work".into(), stop };
    desk.order(turn(3));
    let (number, order) = desk.orders()[0].clone();
    let first = desk.studio.take(number, order);
    desk.order(turn(5));
    let before = desk.panel().clone();
    desk.update(Action::Report(first));
    assert_eq!(*desk.panel(), before);
    assert_eq!(desk.orders().len(), 1, "the second is still to be taken");
    desk.run();
    assert_eq!(desk.panel().dials[0].stop, 5);
}

#[test]
fn at_the_end_the_playhead_stays_at_the_end() {
    let mut desk = opened();
    desk.update(Action::ToEnd);
    let end = desk.ended();
    desk.set("workload.work", "90ms");
    assert!(desk.ended() > end);
    assert_eq!(desk.head(), desk.ended());
}

#[test]
fn what_will_not_do_is_refused_at_its_control_and_stays_typed() {
    let mut desk = opened();
    let type_in = |desk: &mut Desk, path: &str, text: &str| {
        desk.order(Order::Type { path: path.into(), text: text.into() });
        desk.take();
    };
    type_in(&mut desk, "workload.work", "soon");
    let refusal = desk.panel().refusal("workload.work").expect("it was refused").clone();
    assert_eq!(refusal.typed, "soon");
    assert_eq!(refusal.sentence, "`soon` is not a duration; write one as in `120 ms`");
    type_in(&mut desk, "seed", "9007199254740992");
    assert!(desk.panel().refusal("seed").expect("it was refused").sentence.contains("from 0 to 9007199254740991"));
    assert!(!desk.is_behind(), "nothing is run");
    type_in(&mut desk, "workload.work", "55 ms");
    assert_eq!(desk.panel().refusal("workload.work"), None);
    assert!(desk.panel().refusal("seed").is_some(), "the other one stands");
    desk.order(Order::Reset);
    desk.take();
    assert_eq!(desk.panel().refusal("seed"), None);
    assert!(!desk.panel().changed);
}

#[test]
fn a_job_that_a_change_takes_away_is_no_longer_selected() {
    let mut desk = opened();
    desk.set("workload.jobs", "2");
    assert_eq!(desk.selection(), Selection::Nothing);
}

#[test]
fn what_a_link_lights_is_lit_when_its_own_run_is_there() {
    let mut desk = Desk::open("message-queue");
    let before = desk.selection();
    desk.order(Order::Follow("order-emails&job=7".into()));
    desk.take();
    assert_eq!(desk.selection(), before);
    desk.run();
    assert_eq!(desk.selection(), Selection::Job(JobId::from_index(6)));
}

#[test]
fn a_message_that_another_run_does_not_have_leaves_its_job_selected() {
    let mut player = opened();
    let job = JobId::from_index(5);
    let trace = &player.reel().expect("it ran").recording.sides[0].trace;
    let last = trace.messages.iter().rposition(|row| trace.jobs_of(row) == [job]).expect("job 6 was asked for");
    let message = MessageId::from_index(last as u32);
    player.update(Action::Select(Selection::Message { side: 0, message, job }));
    assert_eq!(player.selection(), Selection::Message { side: 0, message, job });
    player.set("changes.outage.for", "1s");
    assert!(matches!(player.selection(), Selection::Job(kept) | Selection::Message { job: kept, .. } if kept == job));
    let gone = Selection::Message { side: 0, message: MessageId::from_index(1_000), job };
    player.update(Action::Select(gone));
    assert_eq!(player.selection(), Selection::Job(job));
}

#[test]
fn a_cancelled_run_leaves_what_was_shown() {
    let mut desk = opened();
    desk.order(Order::Set { path: "workload.work".into(), value: "60ms".into() });
    desk.take();
    desk.order(Order::Cancel);
    desk.take();
    assert!(!desk.is_behind());
    assert!(!desk.panel().changed);
}

#[test]
fn a_cancelled_first_run_leaves_the_scenario_as_it_came() {
    let (mut studio, link) = (Studio::with(scenario()), format!("{}&seed=7", PRESETS[1].name));
    studio.take(1, Order::Follow(link));
    let Report::Taken { panel, running, .. } = studio.take(2, Order::Cancel) else { panic!("it answers") };
    assert!(!panel.changed && running, "{panel:?}");
    assert_eq!(panel.name, PRESETS[1].name);
}

#[test]
fn without_a_studio_what_is_there_can_be_played() {
    let mut desk = opened();
    desk.order(Order::Reset);
    desk.update(Action::Report(Report::Closed("it did not come".into())));
    assert!(!desk.is_behind());
    desk.order(Order::Reset);
    assert!(desk.orders().is_empty(), "nobody would take it");
    assert_eq!(desk.closed(), Some("it did not come"));
    desk.update(Action::ToStart);
    desk.update(Action::StepOn);
    assert!(desk.said().contains("Asked: "), "{}", desk.said());
}

/// The page can be used before there is a studio, and goes on as if there always had been one.
#[test]
fn a_cover_stands_for_the_run_of_its_scenario() {
    for preset in ["rest-get-user", "order-emails"].map(|name| preset(name).expect("it is built in")) {
        for link in [preset.name.to_owned(), format!("#{}&v=1", preset.name)] {
            let mut player = Player::open(Some(Studio::cover(preset)), &link);
            assert!(!player.is_behind());
            let run = Desk::open(&format!("{}&v=1&at=0ms", preset.name));
            let bytes = |player: &Player| borsh::to_vec(&player.reel().unwrap().recording).unwrap();
            assert!(bytes(&run) == bytes(&player), "{link}");
            assert_eq!(run.panel(), player.panel());
            player.update(Action::ToStart);
            player.update(Action::StepOn);
            let head = player.head();
            let mut desk = Desk { player, studio: Studio::default() };
            desk.run();
            assert_eq!((desk.head(), desk.panel()), (head, run.panel()), "{link}: the studio has nothing to add");
            desk.set("seed", "7");
            desk.order(Order::Set { path: "seed".into(), value: "8".into() });
            desk.take();
            desk.order(Order::Cancel);
            desk.take();
            assert_eq!(desk.link(), format!("{}&v=1&seed=7&at={}", preset.name, head.since(at(0))));
        }
    }
}

/// Moment and selection need no studio; with anything else the studio has its say.
#[test]
fn a_cover_opens_at_the_moment_that_the_link_says() {
    let name = "order-emails";
    let cover = || Some(Studio::cover(preset(name).expect("it is built in")));
    for more in ["&at=1500ms", "&v=1&at=0ms&job=7", "&job=none", "&job=3&message=1.4", "&at=2h&job=12", "&at=1.5s"] {
        let player = Player::open(cover(), &format!("{name}{more}"));
        assert!(!player.is_behind(), "{more}");
        let mut run = Desk { player: Player::open(None, &format!("{name}{more}")), studio: Studio::default() };
        run.run();
        assert_eq!(
            (player.link(), player.head(), player.selection()),
            (run.link(), run.head(), run.selection()),
            "{more}"
        );
    }
    for more in
        ["&seed=3", "&at=soon", "&job=0", "&job=13", "&message=0.1", "&v=2", "&colour=red", "&set=workload.jobs=3"]
    {
        let link = format!("{name}{more}");
        let player = Player::open(cover(), &link);
        assert_eq!(player.orders(), [(1, Order::Follow(link))], "it is shown as it came, and then as the link says");
        assert!(player.reel().is_some());
    }
}

#[test]
fn without_a_cover_what_the_link_says_is_run() {
    for link in ["", "order-emails"] {
        let mut desk = Desk { player: Player::open(None, link), studio: Studio::default() };
        assert!(desk.reel().is_none() && desk.is_behind());
        desk.run();
        let name = if link.is_empty() { PRESETS[0].name } else { link };
        assert_eq!(desk.link(), format!("{name}&v=1"));
    }
}

#[test]
fn a_window_of_a_part_follows_the_playhead_by_its_own_length() {
    let mut scenario = scenario();
    scenario.head.view.from = Some(at(100));
    scenario.head.view.to = Some(at(300));
    let mut player = Desk::with(scenario);
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
    let (link, problem) = PageLink::read(&format!("#{text}"));
    assert_eq!(problem, None);
    assert_eq!(link.edits[2].value, json!("/a&b=#1 é"));
    let desk = Desk::open(&text);
    assert_eq!(desk.head(), at(15));
    assert_eq!(desk.motion(), Motion::Paused);
    assert_eq!(PageLink::read(&desk.link()), (link, None), "{}", desk.link());
}

#[test]
fn an_unchanged_scenario_has_a_short_link() {
    let mut desk = Desk::open("");
    assert_eq!(desk.link(), format!("{}&v=1", PRESETS[0].name));
    desk.update(Action::Select(Selection::Nothing));
    desk.update(Action::ToStart);
    assert!(desk.link().contains("&at=0ms"), "{}", desk.link());
}

#[test]
fn a_link_that_cannot_be_read_says_so_and_opens_the_nearest_thing() {
    let name = PRESETS[0].name;
    for (link, said) in [
        ("nowhere&at=1s".to_owned(), "there is no scenario `nowhere`"),
        (format!("{name}&v=9"), "it is of version `9`"),
        (format!("{name}&seed=x"), "`x` is not a seed"),
        (format!("{name}&set=workload.jops=3&seed=4"), "workload.jops: there is no `jops`"),
        (format!("{name}&set=workload.jobs=0&seed=4"), "workload.jobs: 0 would not do"),
        (format!("{name}&at=soon"), "its moment will not do: `soon`"),
        (format!("{name}&job=0"), "`0` is not the number of a job"),
        (format!("{name}&job=999999999"), "there is no job 999999999"),
        (format!("{name}&message=0.1"), "it names a message but no job"),
        (format!("{name}&%ff=1"), "`%ff=1` is not well encoded"),
        (format!("{name}&colour=red"), "there is no `colour`"),
        ("x".repeat(9000), "it has 9000 bytes"),
    ] {
        let desk = Desk::open(&link);
        let problem = desk.panel().link_problem.clone().unwrap_or_else(|| panic!("{link} was read"));
        assert!(problem.starts_with(said), "{link}: {problem}");
        assert_eq!(desk.panel().name, name);
        let seed = if link.ends_with("seed=4") { 4 } else { PRESETS[0].scenario().head.seed };
        assert_eq!(desk.panel().seed, seed.to_string(), "{link}: what can be read is kept");
    }
}

#[test]
fn the_strip_shows_the_failures_of_both_sides_wherever_they_are() {
    // Everything fails on the left, and on the right only what is called in the last moments.
    let scenario = Scenario::from_value(json!({
        "name": "failing",
        "workload": { "jobs": 5000, "arrivals": { "pattern": "regular", "every": "10ms" }, "work": "1ms" },
        "network": { "latency": "1ms" },
        "changes": [
            { "at": "0ms", "fault": "outage", "actor": "left-server" },
            { "at": "49900ms", "fault": "outage", "actor": "right-server" }
        ],
        "sides": [
            { "id": "left", "protocol": "http", "server": { "id": "left-server" } },
            { "id": "right", "protocol": "http", "server": { "id": "right-server" } }
        ]
    }));
    let player = Desk::with(scenario.expect("it is valid"));
    let signs = player.reel().expect("it has run").troubles_by_place(250);
    let failures = |side: u8| signs.iter().filter(move |sign| (sign.side, sign.kind) == (side, TroubleKind::Failure));
    assert!(signs.len() <= 250 * 6);
    assert_eq!(failures(0).map(|sign| u32::from(sign.last - sign.first) + 1).sum::<u32>(), 250, "all along the strip");
    assert!(failures(1).count() > 0 && failures(1).all(|sign| sign.first >= 248), "at the end, where they are");
    let kinds: Vec<TroubleKind> = signs.iter().map(|sign| sign.kind).collect();
    let first_failure = kinds.iter().position(|kind| *kind == TroubleKind::Failure);
    assert!(kinds[first_failure.unwrap()..].iter().all(|kind| *kind == TroubleKind::Failure), "failures are on top");
}

fn window(from: u64, to: u64) -> Window {
    Window { from: at(from), to: at(to) }
}

#[test]
fn a_window_stays_where_it_is_put_until_the_playhead_leaves_it() {
    let mut player = opened();
    player.update(Action::Window(WindowChange::Set(window(100, 200))));
    assert_eq!((player.window(), player.head()), (window(100, 200), at(320)), "the playhead may be elsewhere");
    assert!(player.is_within_the_run());
    player.update(Action::Seek(at(150)));
    assert_eq!(player.window(), window(100, 200));
    player.update(Action::Seek(at(210)));
    assert_eq!(player.window(), window(200, 300), "it turns a page for the playhead");
    player.update(Action::Window(WindowChange::Earlier));
    assert_eq!((player.window(), player.head()), (window(150, 250), at(210)));
    player.update(Action::Window(WindowChange::Whole));
    assert_eq!(player.window(), Window { from: at(0), to: player.ended() });
    assert!(!player.is_within_the_run());
}

#[test]
fn what_is_shown_is_played_in_the_time_that_the_speed_names() {
    let mut player = opened();
    player.update(Action::Seek(at(100)));
    player.update(Action::Window(WindowChange::Set(window(100, 200))));
    player.update(Action::Play);
    (0..150).for_each(|_| player.update(Action::Frame(Span::millis(100))));
    assert_eq!((player.head(), player.window()), (at(200), window(100, 200)));
    player.update(Action::Frame(Span::millis(100)));
    assert_eq!(player.window(), window(200, 300), "and then the next page");
}

#[test]
fn a_window_is_in_the_link_and_comes_back_from_it() {
    let mut player = opened();
    assert!(!player.link().contains("from="), "what the scenario shows by itself is not said");
    player.update(Action::Window(WindowChange::Set(window(100, 250))));
    let link = player.link();
    assert!(link.contains("&from=100ms&to=250ms"), "{link}");
    let mut run = Desk::open("order-emails&v=1&from=300ms&to=600ms");
    assert_eq!(run.window(), window(300, 600));
    run.update(Action::Window(WindowChange::Later));
    let again = Desk::open(&run.link());
    assert_eq!((again.window(), again.link()), (run.window(), run.link()));
    let (link, problem) = PageLink::read("order-emails&from=soon");
    assert_eq!(link.from, None);
    assert!(problem.unwrap().0.starts_with("its window will not do"));
    let turned = Desk::open("order-emails&from=2s&to=1s");
    let problem = turned.panel().link_problem.clone().expect("it is said");
    assert_eq!(problem, "its window ends at 1s, which is not after its beginning at 2s");
}

#[test]
fn a_studio_that_breaks_down_is_followed_by_one_that_stands_where_the_person_does() {
    let mut desk = Desk::open("order-emails&v=1&set=workload.work.log_normal.mean=180ms&at=900ms");
    desk.set("seed", "7");
    let (shown, before) = (desk.link(), desk.panel().clone());
    assert!(shown.contains("&set=workload.work.log_normal.mean=180ms&seed=7&at=900ms"), "{shown}");
    let studio = desk.player.studio();
    // Over an order that it took and ran, and over one that it had not yet taken.
    for is_taken in [true, false] {
        desk.order(Order::Set { path: "workload.jobs".into(), value: "9".into() });
        if is_taken {
            desk.take();
        }
        desk.update(Action::Report(Report::Broke("unreachable".into())));
        assert_eq!(desk.broken(), Some("unreachable"));
        desk.studio = Studio::default();
        desk.run();
        assert_eq!((desk.link(), desk.panel()), (shown.clone(), &before));
        assert!(desk.broken().is_some(), "it is said until something else is asked for");
        desk.set("seed", "8");
        assert_eq!(desk.broken(), None);
        desk.set("seed", "7");
        assert_eq!(desk.link(), shown);
    }
    assert_eq!(desk.player.studio(), studio + 2);
}

#[test]
fn a_link_over_which_the_studio_breaks_down_leaves_its_scenario_as_it_came() {
    let link = "order-emails&v=1&set=workload.jobs=9";
    let cover = Studio::cover(counterpoint::scenario::preset("order-emails").unwrap());
    let mut desk = Desk { player: Player::open(Some(cover), link), studio: Studio::default() };
    assert_eq!(desk.link(), link, "while it is opened");
    desk.update(Action::Report(Report::Broke("unreachable".into())));
    desk.run();
    assert_eq!(desk.link(), "order-emails&v=1");
    desk.set("workload.jobs", "5");
    assert_eq!(desk.link(), "order-emails&v=1&set=workload.jobs=5");
}

#[test]
fn a_studio_that_breaks_down_over_nothing_new_is_the_last_one() {
    let mut desk = opened();
    desk.player = Desk::open("order-emails").player;
    desk.update(Action::Report(Report::Broke("memory".into())));
    assert_eq!((desk.broken(), desk.orders().len()), (None, 1), "nothing was asked of it");
    desk.update(Action::Report(Report::Broke("memory".into())));
    assert_eq!((desk.closed(), desk.orders().len()), (Some("memory"), 0));
}

#[test]
fn what_was_ordered_of_a_studio_that_was_replaced_is_carried_out_by_the_next() {
    let mut desk = Desk::open("order-emails&v=1");
    desk.set("seed", "7");
    desk.order(Order::Set { path: "workload.jobs".into(), value: "9".into() });
    desk.update(Action::Report(Report::Replaced(Pending::Kept)));
    desk.studio = Studio::default();
    desk.run();
    assert_eq!(desk.link(), "order-emails&v=1&seed=7&set=workload.jobs=9");
    desk.order(Order::Set { path: "workload.jobs".into(), value: "8".into() });
    desk.order(Order::Cancel);
    desk.update(Action::Report(Report::Replaced(Pending::Dropped)));
    desk.studio = Studio::default();
    desk.run();
    assert_eq!(desk.link(), "order-emails&v=1&seed=7&set=workload.jobs=9");
}

#[test]
fn of_what_a_slider_orders_only_the_last_is_sent() {
    let mut desk = opened();
    let turn = |path: &str, stop| Order::Turn { path: path.into(), stop };
    desk.order(turn("workload.work", 1));
    let sent = desk.player.next_order(0).expect("nothing is on its way").0;
    for stop in 2..9 {
        desk.order(turn("workload.work", stop));
    }
    desk.order(turn("workload.jobs", 3));
    assert_eq!(desk.player.next_order(sent), None, "one is on its way");
    let order = desk.orders()[0].1.clone();
    let report = desk.studio.take(sent, order);
    desk.update(Action::Report(report));
    assert_eq!(desk.player.next_order(sent), Some(&(sent + 7, turn("workload.work", 8))));
    desk.order(Order::Follow("order-emails".into()));
    assert_eq!(desk.player.next_order(sent).map(|next| &next.1), Some(&Order::Follow("order-emails".into())));
}

#[test]
fn the_link_is_of_what_is_wished_for_as_soon_as_that_is_known() {
    let mut desk = Desk::open("order-emails&v=1");
    desk.update(Action::Play);
    desk.order(Order::Set { path: "seed".into(), value: "7".into() });
    assert!(desk.is_asking());
    desk.take();
    assert!(!desk.is_asking() && desk.is_behind());
    assert_eq!(desk.link(), "order-emails&v=1&seed=7");
    desk.order(Order::Follow("message-queue&at=310ms".into()));
    desk.take();
    assert_eq!(desk.link(), "message-queue&at=310ms", "and not the moment of what is shown still");
    desk.run();
    assert_eq!(desk.link(), "message-queue&v=1&at=310ms");
}

#[test]
fn a_long_run_is_made_ready_so_many_rows_at_a_time_behind_the_run_of_before() {
    let mut desk = Desk::open("order-emails&v=1");
    desk.order(Order::Follow("message-queue&v=1&set=workload.jobs=20000&at=1s".into()));
    desk.take();
    let before = std::rc::Rc::clone(desk.reel().expect("it ran"));
    while let Some(report) = desk.studio.advance(100_000) {
        desk.report(report);
    }
    let mut turns = 1;
    while desk.is_arriving() {
        assert!(desk.is_behind() && std::rc::Rc::ptr_eq(desk.reel().unwrap(), &before));
        assert_eq!(desk.link(), "message-queue&v=1&set=workload.jobs=20000&at=1s", "it is what is being opened");
        desk.update(Action::GoOn);
        turns += 1;
    }
    let sides = &desk.reel().expect("it ran").recording.sides;
    let rows = |trace: &Trace| trace.messages.len() + trace.stays.len() + trace.levels.len();
    let rows: usize = sides.iter().map(|side| rows(&side.trace)).sum();
    assert!(turns > 2 && turns >= rows.div_ceil(MOST_ROWS_A_TURN), "{turns} turns for {rows} rows");
    assert!(!desk.is_behind());
    assert_eq!((desk.head(), desk.reel().unwrap().recording.jobs()), (at(1_000), 20_000));
}

#[test]
fn a_run_that_overtakes_one_that_is_made_ready_opens_where_that_was_to_open() {
    let mut desk = Desk::open("order-emails&v=1");
    desk.order(Order::Follow("message-queue&v=1&set=workload.jobs=20000&at=1s".into()));
    desk.take();
    while let Some(report) = desk.studio.advance(100_000) {
        desk.report(report);
    }
    assert!(desk.is_arriving());
    desk.order(Order::Set { path: "workload.jobs".into(), value: "30".into() });
    desk.run();
    assert_eq!((desk.head(), desk.reel().unwrap().recording.jobs()), (at(1_000), 30));
}

/// A scenario that is not built in, as a page gives it that embeds its diagram: no link can hold it.
const OWN: &str = r#"{ "version": 2, "name": "own", "title": "Our shop",
  "workload": { "jobs": 3, "arrivals": { "pattern": "regular", "every": "50ms" }, "work": "100ms" },
  "sides": [
    { "protocol": "http", "caller": { "id": "shop" }, "server": { "id": "mail", "workers": 1 } },
    { "protocol": "rabbitmq", "publisher": { "id": "shop" }, "queue": { "id": "mails", "type": "classic" },
      "consumers": { "id": "mail" } } ] }"#;

fn opened_own(scenario: &str, link: &str) -> Desk {
    let mut desk = Desk { player: Player::open_own(scenario.into(), None, link), studio: Studio::default() };
    desk.run();
    desk
}

#[test]
fn a_scenario_of_ones_own_is_meant_by_a_link_without_a_name_and_by_its_own() {
    for link in ["", "&seed=7&at=120ms", "own&v=1&seed=7&at=120ms"] {
        let desk = opened_own(OWN, link);
        assert_eq!((desk.panel().title.as_str(), desk.panel().link_problem.as_deref()), ("Our shop", None), "{link}");
        assert_eq!(desk.reel().unwrap().recording.jobs(), 3);
        if !link.is_empty() {
            assert_eq!((desk.head(), desk.link().as_str()), (at(120), "own&v=1&seed=7&at=120ms"));
        }
    }
    let desk = opened_own(OWN, "order-emails&v=1");
    assert_eq!(desk.panel().title, "Order e-mails", "those that are built in can still be opened");
}

#[test]
fn a_scenario_of_ones_own_outlives_the_studio() {
    let mut desk = opened_own(OWN, "");
    desk.set("seed", "7");
    desk.report(Report::Broke("it trapped".into()));
    let Desk { player, .. } = desk;
    let mut desk = Desk { player, studio: Studio::default() };
    desk.run();
    assert_eq!((desk.panel().title.as_str(), desk.panel().seed.as_str()), ("Our shop", "7"));
    desk.set("workload.jobs", "2");
    assert_eq!(desk.reel().unwrap().recording.jobs(), 2);
}

#[test]
fn a_recording_of_ones_own_scenario_is_shown_before_there_is_a_studio() {
    let recorded = opened_own(OWN, "");
    let recording = recorded.reel().unwrap().recording.clone();
    let cover = Cover { panel: (**recorded.panel()).clone(), recording };
    for link in ["", "&at=120ms"] {
        let player = Player::open_own(OWN.into(), Some(cover.clone()), link);
        assert!(player.reel().is_some() && !player.is_behind(), "{link}");
        let mut desk = Desk { player, studio: Studio::default() };
        desk.set("seed", "9");
        assert_eq!((desk.panel().title.as_str(), desk.panel().seed.as_str()), ("Our shop", "9"));
    }
}

#[test]
fn a_scenario_of_ones_own_that_cannot_be_read_is_refused_in_a_sentence() {
    let desk = opened_own(&OWN.replace("\"jobs\": 3", "\"jobs\": -3"), "");
    let problem = desk.panel().link_problem.clone().unwrap();
    assert!(problem.starts_with("workload.jobs: "), "{problem}");
}

/// What lasts five hours and opens in its second second would be nothing but a veil.
#[test]
fn a_very_long_run_opens_in_a_window_around_its_telling_moment() {
    let mut desk = Desk::open("message-queue&v=1&set=workload.jobs=20000");
    let (window, head) = (desk.window(), desk.head());
    assert!(desk.ended().micros() > 100 * head.micros(), "it is very long");
    let [before, after] = [head.since(window.from), window.to.since(head)].map(Span::as_micros);
    assert!(before > 0 && after > 0 && after < 20 * before, "{window:?} around {head:?}");
    let reel = desk.reel().unwrap().clone();
    let captions = reel.recording.sides.iter().flat_map(|side| &side.captions);
    let told = captions.filter(|caption| caption.at <= head).max_by_key(|caption| caption.at).unwrap();
    assert!(window.holds(told.at), "what it is about is in it");
    let messages = reel.recording.sides.iter().flat_map(|side| &side.trace.messages);
    assert!(
        messages.filter(|message| window.holds(message.sent)).count() <= 400,
        "each message can be drawn by itself"
    );
    assert_eq!(desk.played_span(), window.length(), "and it is played at a speed that can be followed");
    // It is what the run shows by itself, so a link says nothing of it until it is changed.
    assert_eq!(desk.link(), "message-queue&v=1&set=workload.jobs=20000");
    desk.update(Action::Window(WindowChange::Whole));
    assert_eq!(desk.window(), Window { from: at(0), to: desk.ended() });
    assert!(desk.link().contains("&from=0ms&to="), "{}", desk.link());
    let again = Desk::open(&desk.link());
    assert_eq!((again.window(), again.link()), (desk.window(), desk.link()));
}

#[test]
fn a_run_that_is_not_very_long_opens_whole() {
    for preset in PRESETS {
        let desk = Desk::open(preset.name);
        assert_eq!(desk.window(), Window { from: at(0), to: desk.ended() }, "{}", preset.name);
    }
}
