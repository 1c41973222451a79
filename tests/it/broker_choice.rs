//! One workload, three brokers: what stays as it is, what follows the choice, and what is refused in words.

use std::rc::Rc;

use counterpoint::player::{Action, Player};
use counterpoint::render::text::{self, Window};
use counterpoint::scenario::{BROKERS, PRESETS, Scenario, broker, preset};
use counterpoint::trace::{Duty, Trace, WorkOutcome};
use serde_json::{Value, json};

const CHOICE: &str = "sides.right.protocol";

/// The scenario with another broker on the right.
fn with(name: &str, protocol: &str) -> Result<Scenario, String> {
    preset(name).unwrap().scenario().with(CHOICE, protocol.into()).map_err(|problem| problem.to_string())
}

fn workers(trace: &Trace) -> u32 {
    trace.actors.iter().filter(|lane| lane.duty == Duty::Worker).map(|lane| u32::from(lane.slots)).sum()
}

/// Of every built-in scenario with a broker on the right: what each other broker makes of it.
fn all() -> Vec<(&'static str, &'static str, Result<Scenario, String>)> {
    let has_broker = |name: &&str| broker(preset(name).unwrap().scenario().sides[1].settings.protocol()).is_some();
    let names = PRESETS.iter().map(|preset| preset.name).filter(has_broker);
    names.flat_map(|name| BROKERS.map(|broker| (name, broker.protocol, with(name, broker.protocol)))).collect()
}

#[test]
fn the_jobs_and_the_workers_are_the_same_whatever_the_broker() {
    let mut carried = 0;
    for (name, protocol, scenario) in all() {
        let Ok(scenario) = scenario else { continue };
        carried += 1;
        let original = preset(name).unwrap().scenario();
        assert_eq!(scenario.head.workload, original.head.workload, "{name}, {protocol}");
        assert_eq!(scenario.sides[0], original.sides[0], "{name}, {protocol}: the other side is left alone");
        assert_eq!(scenario.sides[1].settings.protocol(), protocol);
        let (before, after) = (original.play(), scenario.play());
        let [before, after] = [&before.sides[1].trace, &after.sides[1].trace];
        assert_eq!(workers(before), workers(after), "{name}, {protocol}");
        let wanted = |trace: &Trace| trace.jobs.iter().map(|job| job.wanted).collect::<Vec<_>>();
        assert_eq!(wanted(before), wanted(after), "{name}, {protocol}");
        for control in &scenario.head.controls {
            assert!(scenario.value_at(&control.path).is_ok(), "{name}, {protocol}: {}", control.path);
        }
    }
    assert!(carried > 40, "{carried} of {} are carried", all().len());
}

/// What is not carried is refused in a sentence that says what stands in the way and what would do.
#[test]
fn what_a_broker_cannot_carry_is_refused_in_words() {
    for (name, protocol, says) in [
        (
            "graphql-n-plus-one",
            "sqs",
            "workload.parts: there are 6, and the side `right` (`sqs`) needs 1: it does a job in one piece",
        ),
        ("graphql-n-plus-one", "kafka", "workload.parts: there are 6, and the side `right` (`kafka`) needs 1"),
        (
            "kafka-two-groups",
            "rabbitmq",
            "sides.right.protocol: `rabbitmq` cannot stand in here: several groups each read every record, and what one takes",
        ),
        ("kafka-rebalance", "sqs", "changes.crash.actor: no side has an actor `right.mailer-2`; there are "),
    ] {
        let told = with(name, protocol).expect_err(name);
        assert!(told.starts_with(says), "{name}, {protocol}: {told}");
    }
    for (name, protocol, scenario) in all() {
        if let Err(told) = scenario {
            assert!(told.contains(": ") && told.len() > 40 && !told.contains('\n'), "{name}, {protocol}: {told}");
        }
    }
}

/// Each broker by its own rule, on the same pictures and the same two workers.
#[test]
fn each_broker_is_told_in_its_own_words() {
    for (protocol, words) in [
        ("rabbitmq", &["deliver picture 1", "ack", "“confirm”"][..]),
        ("kafka", &["produce picture 1", "fetch", "commit"]),
        ("sqs", &["SendMessage picture 1", "ReceiveMessage", "DeleteMessage"]),
    ] {
        let played = with("sqs-work-queue", protocol).unwrap().play();
        let mut told = Vec::new();
        text::write(&mut told, &played, Window { side: Some("right"), ..Window::WHOLE }).unwrap();
        let told = String::from_utf8(told).unwrap();
        for word in words {
            assert!(told.contains(word), "{protocol} does not say `{word}`:\n{told}");
        }
        let trace = &played.sides[1].trace;
        assert!(trace.parts.iter().all(|part| part.outcome == WorkOutcome::Done), "{protocol}");
        if protocol != "sqs" {
            let title = broker(protocol).unwrap().title;
            assert!(told.starts_with(&format!("Amazon SQS: a work queue, with {title}\n")), "{told}");
            assert!(told.contains(&format!("with {title} in the place of Amazon SQS. ")), "{told}");
        }
    }
}

/// A message that fails is tried as often and laid where it was.
#[test]
fn how_often_a_failure_is_tried_and_where_it_is_laid_is_kept() {
    let executions = |scenario: &Scenario| {
        let played = scenario.play();
        let part = played.sides[1].trace.parts[1];
        (part.executions, part.outcome)
    };
    let original = executions(&preset("rabbitmq-poison").unwrap().scenario());
    assert_eq!(original.1, WorkOutcome::DeadLettered);
    for protocol in ["kafka", "sqs"] {
        assert_eq!(executions(&with("rabbitmq-poison", protocol).unwrap()), original, "{protocol}");
    }
    let failed = executions(&preset("sqs-fifo-head").unwrap().scenario().with(CHOICE, "kafka".into()).unwrap());
    assert_eq!(failed.1, WorkOutcome::Done, "booking 2 is none that fails");
}

fn opened(link: &str) -> Player {
    let mut player = Player::open(link);
    run(&mut player);
    player
}

fn run(player: &mut Player) {
    let played = Rc::new(player.wish().scenario.play());
    player.update(Action::Ran { number: player.number(), played });
}

fn set(player: &mut Player, path: &str, value: Value) {
    player.update(Action::Set { path: path.into(), value });
    run(player);
}

fn drawn(player: &Player) -> &str {
    player.reel().unwrap().played.sides[1].protocol
}

#[test]
fn the_choice_is_a_parameter_that_lives_in_the_link() {
    let mut player = opened("rabbitmq-work-queue");
    let choices = player.broker_choices();
    assert_eq!(choices.len(), 1, "a side that calls has no broker");
    assert_eq!((choices[0].side.as_str(), choices[0].chosen.protocol), ("right", "rabbitmq"));
    for protocol in ["kafka", "sqs"] {
        set(&mut player, CHOICE, protocol.into());
        assert_eq!(drawn(&player), protocol);
        let link = player.link().write();
        assert!(link.contains(&format!("&set=sides.right.protocol={protocol}")), "{link}");
        let again = opened(&link);
        assert_eq!(again.link_problem(), None, "{link}");
        assert_eq!(again.wish().scenario, player.wish().scenario, "{link}");
    }
    set(&mut player, CHOICE, "rabbitmq".into());
    assert_eq!(player.link().write(), "rabbitmq-work-queue&v=1", "the original choice is no change");
}

#[test]
fn what_else_was_changed_follows_the_choice() {
    let mut player = opened("rabbitmq-work-queue");
    set(&mut player, "sides.right.consumers.count", json!(4));
    set(&mut player, CHOICE, "kafka".into());
    let value = |player: &Player, path: &str| player.wish().scenario.value_at(path).unwrap();
    assert_eq!(value(&player, "sides.right.groups.server.consumers"), json!(4));
    assert_eq!(value(&player, "sides.right.topic.partitions"), json!(4), "a partition for each reader");
    set(&mut player, "sides.right.topic.partitions", json!(2));
    set(&mut player, CHOICE, "sqs".into());
    assert_eq!(value(&player, "sides.right.consumers.count"), json!(4));
    assert_eq!(drawn(&player), "sqs", "the partitions, which SQS does not have, are no hindrance");
    set(&mut player, "sides.right.consumers.count", json!(3));
    set(&mut player, CHOICE, "rabbitmq".into());
    assert_eq!(value(&player, "sides.right.consumers.count"), json!(3));
    let labels: Vec<_> = player.wish().scenario.head.controls.iter().map(|control| control.label.as_str()).collect();
    assert!(labels.contains(&"Prefetch"), "{labels:?}");
}

#[test]
fn a_broker_that_cannot_stand_in_is_shown_as_chosen_with_the_reason() {
    let mut player = opened("graphql-n-plus-one");
    set(&mut player, CHOICE, "sqs".into());
    assert_eq!(drawn(&player), "rabbitmq");
    let choice = player.broker_choices().remove(0);
    assert_eq!(choice.chosen.protocol, "sqs");
    let (still, why) = choice.refusal.expect("it is refused");
    assert_eq!(still.protocol, "rabbitmq");
    assert!(why.starts_with("workload.parts: there are 6"), "{why}");
    set(&mut player, CHOICE, "rabbitmq".into());
    assert_eq!(player.broker_choices().remove(0).refusal, None);
}
