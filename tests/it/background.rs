//! Background messages, which would be there without any job: they recede unless they are asked for.

use std::collections::BTreeSet;

use counterpoint::desk::Order;
use counterpoint::player::Action;
use counterpoint::recording::Background;
use counterpoint::scenario::{PRESETS, Played, preset};
use counterpoint::scene::{Form, Level, Look, Scene, Shape, Subject, Tone, View, layout, legend};
use counterpoint::studio::PageLink;
use counterpoint::trace::{Arrow, Class};

use crate::desk::Desk;

fn drawn(played: &Played, background: Background) -> Scene {
    layout(&played.sides, &View { background, ..View::default() })
}

/// The shapes that tell of background messages, with how each is sent.
fn told<'a>(played: &Played, scene: &'a Scene, level: Level) -> Vec<(&'a Shape, Arrow)> {
    let layer = scene.layers.iter().find(|layer| layer.level == level).unwrap();
    let found = layer.shapes.iter().filter_map(|shape| {
        let (Subject::Message(id), Some(side)) = (shape.key.subject, shape.key.side) else { return None };
        let trace = &played.sides[usize::from(side)].trace;
        let kind = trace.kind(&trace.messages[id.index() as usize]);
        (kind.class == Class::Background).then_some((shape, kind.arrow))
    });
    found.collect()
}

#[test]
fn background_messages_are_drawn_as_any_other_where_they_are_asked_for() {
    let mut seen = BTreeSet::new();
    for preset in PRESETS {
        let played = preset.scenario().play();
        let [faint, full] = [Background::Faint, Background::Full].map(|background| drawn(&played, background));
        let [before, after] = [&faint, &full].map(|scene| told(&played, scene, Level::Arrows));
        let name = preset.name;
        assert!(before.iter().all(|(shape, _)| !matches!(shape.look, Look::Call | Look::Async)), "{name}");
        let lines = |shapes: &[(&Shape, Arrow)]| {
            shapes.iter().filter(|(shape, _)| matches!(shape.form, Form::Line { .. })).count()
        };
        assert_eq!(lines(&before), lines(&after), "{name}: the same messages");
        for (shape, arrow) in &after {
            assert_ne!(shape.tone, Tone::Neutral, "{name}: {}", shape.name);
            if matches!(shape.form, Form::Line { .. }) {
                let look = match arrow {
                    Arrow::Call => Look::Call,
                    Arrow::Reply => Look::Reply,
                    Arrow::Async => Look::Async,
                };
                assert_eq!(shape.look, look, "{name}: {}", shape.name);
                seen.insert(look.css());
            }
        }
        let tells = |scene: &Scene| legend(scene).iter().any(|entry| entry.look == Look::Background);
        assert_eq!((tells(&faint), tells(&full)), (lines(&before) > 0, false), "{name}");
        if lines(&after) == 0 {
            assert_eq!(faint, full, "{name} has none, so it is the same picture");
        }
    }
    assert_eq!(seen.len(), 3, "polls, their answers and signs of life: {seen:?}");
}

/// In a run of more messages than can all have a label, the first of each kind has one.
#[test]
fn the_first_background_message_of_each_kind_is_labelled_where_they_are_asked_for() {
    let played = preset("kafka-rebalance").unwrap().scenario().play();
    let words = |background| -> BTreeSet<String> {
        let scene = drawn(&played, background);
        let labels = told(&played, &scene, Level::Labels);
        let texts = labels.iter().filter_map(|(shape, _)| match &shape.form {
            Form::Text { text, .. } => Some(text.clone()),
            _ => None,
        });
        texts.collect()
    };
    assert_eq!(words(Background::Faint), BTreeSet::new());
    let full = words(Background::Full);
    for kind in ["fetch", "no records", "heartbeat", "fine"] {
        assert!(full.contains(kind), "{kind}: {full:?}");
    }
}

#[test]
fn that_they_are_asked_for_is_in_the_link_and_comes_back_from_it() {
    let mut desk = Desk::open("kafka-rebalance&v=1&at=9s");
    assert_eq!(desk.background(), Background::Faint);
    let before = desk.link();
    desk.update(Action::SetBackground(Background::Full));
    assert_eq!(desk.link(), format!("{before}&background=full"));
    let again = Desk::open(&desk.link());
    assert_eq!((again.background(), again.link()), (Background::Full, desk.link()));
    assert_eq!(again.panel().link_problem, None);
    desk.set("seed", "7");
    assert_eq!(desk.background(), Background::Full, "a change of the scenario is no other wish");
    desk.order(Order::Follow("message-queue".into()));
    desk.run();
    assert_eq!(desk.background(), Background::Faint, "another link says what it says");
    let (link, problem) = PageLink::read("kafka-rebalance&background=loud");
    assert_eq!(link.background, Background::Faint);
    assert_eq!(problem.unwrap().0, "background messages are `faint` or `full`, not `loud`");
}
