//! How a queue that hides messages is drawn: what is hidden has a half of the lane to itself, where no arrow and no
//! label runs through its bracket, and who polls is seen to wait (`SQS-1`, `SQS-4`).

use counterpoint::scenario::Played;
use counterpoint::scene::{Area, Form, Level, Look, Scene, Shape, Subject, Tone, View, layout, layout_apart};
use counterpoint::trace::{Class, Ending, LevelKind, StayKind, StayRow};

use crate::scene::layer;
use crate::story::play_built_in;

fn scenes(played: &Played) -> Vec<Scene> {
    let mut scenes = layout_apart(&played.sides, &View { width: 390, ..View::default() });
    scenes.push(layout(&played.sides, &View::default()));
    scenes
}

/// The right side's shapes of what is hidden, each with its row.
fn drawn<'a>(played: &'a Played, scene: &'a Scene) -> Vec<(&'a Shape, &'a StayRow)> {
    let right = scene.shapes().filter(|shape| shape.key.side == Some(1));
    let stays = right.filter_map(|shape| match shape.key.subject {
        Subject::Stay(id) => Some((shape, &played.sides[1].trace.stays[id.at()])),
        _ => None,
    });
    stays.filter(|(shape, stay)| stay.kind == StayKind::Hidden && !matches!(shape.form, Form::Text { .. })).collect()
}

#[test]
fn sqs_1_no_arrow_and_no_label_runs_through_a_hidden_message() {
    for name in ["sqs-work-queue", "sqs-fifo-head", "sqs-visibility-too-short"] {
        let played = play_built_in(name);
        let hidden = played.sides[1].trace.stays.iter().filter(|stay| stay.kind == StayKind::Hidden).count();
        let mut seen = 0;
        for scene in scenes(&played) {
            let drawn: Vec<Area> = drawn(&played, &scene)
                .into_iter()
                .filter(|(shape, _)| matches!(shape.look, Look::Held | Look::Scheduled))
                .map(|(shape, _)| shape.form.bounds())
                .collect();
            seen += drawn.len();
            let texts = layer(&scene, Level::Labels).iter().filter(|shape| shape.look != Look::Leader);
            for shape in layer(&scene, Level::Arrows).iter().chain(texts) {
                let area = shape.form.bounds().grown(1);
                assert!(
                    !drawn.iter().any(|message| message.overlaps(area)),
                    "{name} at {}: {shape:?}",
                    scene.width / 10
                );
            }
        }
        assert!(seen >= 2 * hidden, "{name}: {seen} shapes for {hidden} messages in two scenes");
    }
}

#[test]
fn sqs_1_a_bracket_is_closed_if_the_time_ran_out_and_open_if_the_message_was_deleted() {
    let mut endings = [0, 0];
    for name in ["sqs-work-queue", "sqs-fifo-head", "sqs-visibility-too-short"] {
        let played = play_built_in(name);
        let scene = layout(&played.sides, &View::default());
        for (shape, stay) in drawn(&played, &scene).into_iter().filter(|(shape, _)| shape.look == Look::Scheduled) {
            let Form::Strokes(lines) = &shape.form else { panic!("{shape:?}") };
            let ran_out = stay.ending == Ending::Expired;
            assert_eq!(lines[0].len(), if ran_out { 4 } else { 3 }, "{name}: {shape:?}");
            assert_eq!(shape.tone == Tone::Again, ran_out);
            assert_eq!(lines[0][0].y, scene.scale.y_from_moment(stay.begin));
            endings[usize::from(ran_out)] += 1;
        }
    }
    assert!(endings.iter().all(|seen| *seen > 2), "{endings:?}");
}

#[test]
fn sqs_4_a_long_poll_is_a_bar_of_its_own_look_at_who_waits() {
    let played = play_built_in("sqs-work-queue");
    let scene = layout(&played.sides, &View::default());
    let trace = &played.sides[1].trace;
    for shape in layer(&scene, Level::Stays).iter().filter(|shape| shape.key.side == Some(1)) {
        let Subject::Stay(id) = shape.key.subject else { continue };
        let stay = &trace.stays[id.at()];
        assert_eq!(shape.look == Look::Polling, stay.kind == StayKind::Polling, "{shape:?}");
        assert_eq!(shape.look == Look::Blocked, stay.kind == StayKind::Blocked, "{shape:?}");
    }
    let said = |text| {
        scene.shapes().any(|shape| matches!(&shape.form, Form::Text { text: words, .. } if words.as_str() == text))
    };
    assert!(said("waits for work") && said("hidden"));
}

/// The second hand-out of the video answers a poll that was sent once, and carries what had been carried before.
#[test]
fn sqs_2_what_a_poll_finds_again_is_drawn_as_a_repeat() {
    let played = play_built_in("sqs-visibility-too-short");
    let scene = layout(&played.sides, &View::default());
    let trace = &played.sides[1].trace;
    let again: Vec<_> = layer(&scene, Level::Arrows)
        .iter()
        .filter(|shape| shape.key.side == Some(1) && shape.tone == Tone::Again && !shape.name.is_empty())
        .map(|shape| &trace.messages[shape.message().expect("it is a message").at()])
        .collect();
    assert_eq!(again.len(), 1);
    assert_eq!((trace.label(again[0]).as_str(), again[0].attempt), ("video 1", 2));
    assert_eq!(trace.kind(again[0]).class, Class::Payload);
}

/// Someone who does not know the broker reads off the picture what solid and outlined mean.
#[test]
fn rmq_3_a_river_says_what_is_ready_in_it_and_what_is_not_acknowledged() {
    for name in ["order-emails", "rabbitmq-redelivery"] {
        let played = play_built_in(name);
        let scene = layout(&played.sides, &View::default());
        let ready = played.sides[1].trace.levels.iter().filter(|row| row.kind == LevelKind::Stays(StayKind::Ready));
        let deepest = ready.map(|row| row.value).max().expect("something lay ready");
        let texts: Vec<&str> = scene
            .shapes()
            .filter(|shape| shape.key.side == Some(1))
            .filter_map(|shape| if let Form::Text { text, .. } = &shape.form { Some(text.as_str()) } else { None })
            .collect();
        assert!(texts.contains(&format!("{deepest} ready").as_str()), "{name}: {texts:?}");
        assert!(texts.contains(&"not acknowledged"), "{name}: {texts:?}");
    }
}
