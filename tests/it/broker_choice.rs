//! One workload, three brokers: what stays as it is, what follows the choice, and what is refused in words.

use counterpoint::render::story::{self, Window};
use counterpoint::scenario::{BROKERS, PRESETS, Scenario, broker, preset};
use counterpoint::trace::{Duty, Trace, WorkOutcome};
use serde_json::json;

use crate::desk::Desk;

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
        (
            "graphql-n-plus-one",
            "kafka",
            "workload.parts: there are 6, and the side `right` (`kafka`) needs 1: its one group does a job in one piece; leave",
        ),
        (
            "kafka-two-groups",
            "rabbitmq",
            "sides.right.protocol: `rabbitmq` cannot stand in here: several groups each read every record, and what one takes",
        ),
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
        story::write(&mut told, &played, Window { side: Some("right"), ..Window::WHOLE }).unwrap();
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

fn drawn(desk: &Desk) -> &str {
    &desk.reel().unwrap().recording.sides[1].protocol
}

#[test]
fn the_choice_is_a_parameter_that_lives_in_the_link() {
    let mut desk = Desk::open("rabbitmq-work-queue");
    let choices = &desk.panel().brokers;
    assert_eq!(choices.len(), 1, "a side that calls has no broker");
    assert_eq!((choices[0].side.as_str(), choices[0].chosen.as_str()), ("right", "rabbitmq"));
    for protocol in ["kafka", "sqs"] {
        desk.set(CHOICE, protocol);
        assert_eq!(drawn(&desk), protocol);
        let link = desk.link();
        assert!(link.contains(&format!("&set=sides.right.protocol={protocol}")), "{link}");
        let again = Desk::open(&link);
        assert_eq!(again.panel().link_problem, None, "{link}");
        assert_eq!(again.studio.wish().scenario, desk.studio.wish().scenario, "{link}");
    }
    desk.set(CHOICE, "rabbitmq");
    assert_eq!(desk.link(), "rabbitmq-work-queue&v=1", "the original choice is no change");
}

#[test]
fn what_else_was_changed_follows_the_choice() {
    let mut desk = Desk::open("rabbitmq-work-queue");
    desk.set("sides.right.consumers.count", "4");
    desk.set(CHOICE, "kafka");
    let value = |desk: &Desk, path: &str| desk.studio.wish().scenario.value_at(path).unwrap();
    assert_eq!(value(&desk, "sides.right.groups.server.consumers"), json!(4));
    assert_eq!(value(&desk, "sides.right.topic.partitions"), json!(4), "a partition for each reader");
    desk.set("sides.right.topic.partitions", "2");
    desk.set(CHOICE, "sqs");
    assert_eq!(value(&desk, "sides.right.consumers.count"), json!(4));
    assert_eq!(drawn(&desk), "sqs", "the partitions, which SQS does not have, are no hindrance");
    desk.set("sides.right.consumers.count", "3");
    desk.set(CHOICE, "rabbitmq");
    assert_eq!(value(&desk, "sides.right.consumers.count"), json!(3));
    let labels: Vec<_> = desk.panel().dials.iter().map(|dial| dial.label.as_str()).collect();
    assert!(labels.contains(&"Prefetch"), "{labels:?}");
}

#[test]
fn a_broker_that_cannot_stand_in_is_shown_as_chosen_with_the_reason() {
    let mut desk = Desk::open("graphql-n-plus-one");
    desk.set(CHOICE, "sqs");
    assert_eq!(drawn(&desk), "rabbitmq");
    let choice = desk.panel().brokers[0].clone();
    assert_eq!(choice.chosen, "sqs");
    let (still, why) = choice.refusal.expect("it is refused");
    assert_eq!(still, "RabbitMQ");
    assert!(why.starts_with("workload.parts: there are 6"), "{why}");
    desk.set(CHOICE, "rabbitmq");
    assert_eq!(desk.panel().brokers[0].refusal, None);
}

/// Of every built-in scenario: what is offered says beforehand what the choice of it says.
#[test]
fn a_broker_that_will_be_refused_says_so_before_it_is_chosen() {
    let mut refused = 0;
    for preset in PRESETS {
        let offered = |desk: &Desk| desk.panel().brokers.first().map(|choice| choice.offered.clone());
        for offer in offered(&Desk::open(preset.name)).unwrap_or_default() {
            let mut desk = Desk::open(preset.name);
            let path = desk.panel().brokers[0].path.clone();
            desk.set(&path, &offer.protocol);
            let why = desk.panel().brokers[0].refusal.clone().map(|(_, sentence)| sentence);
            refused += usize::from(why.is_some());
            assert_eq!(offer.refusal.is_some(), why.is_some(), "{}, {}: {why:?}", preset.name, offer.protocol);
        }
    }
    assert!(refused >= 10, "{refused} are refused");
}
