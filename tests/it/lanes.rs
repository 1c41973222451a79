//! Lanes have room: at any width, whatever their number, and whatever their names.

use counterpoint::scenario::{PRESETS, Scenario};
use counterpoint::scene::{Form, Look, Scene, Subject, View, layout, layout_apart, width};
use serde_json::json;

/// Heads and lanes as they should be: nothing of no width, nothing over another, nothing beyond the edge.
fn check(told: &str, scene: &Scene) {
    let heads: Vec<_> = scene.heads.iter().filter(|shape| shape.look == Look::HeadBox).collect();
    for (place, head) in heads.iter().enumerate() {
        let area = head.form.bounds();
        assert!(area.width > 200, "{told}: {} has no head to speak of", head.name);
        assert!(area.x >= 0 && area.right() <= scene.width, "{told}: {} stands beyond the edge", head.name);
        for other in &heads[place + 1..] {
            assert!(!area.overlaps(other.form.bounds()), "{told}: {} is over {}", head.name, other.name);
        }
    }
    for pane in &scene.panes {
        assert!(pane.strip.left < pane.strip.right, "{told}: a pane without width");
    }
    for shape in scene.body() {
        let area = shape.form.bounds();
        assert!(area.x >= 0 && area.right() <= scene.width, "{told}: {shape:?} stands beyond the edge");
        assert!(area.width >= 0 && area.height >= 0, "{told}: {shape:?}");
    }
    let texts = scene.heads.iter().filter_map(|shape| match &shape.form {
        Form::Text { text, .. } if shape.key.piece.0 == 1 => Some((shape.key.subject, text)),
        _ => None,
    });
    for (subject, text) in texts {
        assert!(!text.is_empty(), "{told}: the head of {subject:?} is empty");
    }
}

fn many_lanes(services: usize) -> Scenario {
    let names: Vec<String> = (1..=services).map(|number| format!("service-{number}")).collect();
    let parts: Vec<_> = names.iter().map(|id| json!({ "id": id, "work": "10ms" })).collect();
    let callees: Vec<_> = names.iter().map(|id| json!({ "id": id, "name": format!("Service of {id}") })).collect();
    Scenario::from_value(json!({
        "name": "many-lanes", "workload": { "jobs": 2, "parts": parts },
        "sides": [{ "protocol": "chain", "services": callees }, { "protocol": "chain", "services": callees }],
    }))
    .unwrap()
}

#[test]
fn every_built_in_scenario_has_room_for_its_lanes_at_any_width() {
    for preset in PRESETS {
        let played = preset.scenario().play();
        for asked in [200, 390, 640, 900] {
            let view = View { width: asked, ..View::default() };
            let both = layout(&played.sides, &view);
            check(&format!("{} at {asked}", preset.name), &both);
            assert_eq!(both.width, i32::from(width(&played.sides, &view)) * 10);
            for scene in layout_apart(&played.sides, &view) {
                check(&format!("{} at {asked}, one side", preset.name), &scene);
            }
        }
    }
}

#[test]
fn many_lanes_stand_closer_and_where_that_is_not_enough_the_picture_is_wider() {
    for services in [6, 9, 12, 16] {
        let played = many_lanes(services).play();
        for asked in [390, 1200] {
            let view = View { width: asked, ..View::default() };
            check(&format!("{services} at {asked}"), &layout(&played.sides, &view));
            for scene in layout_apart(&played.sides, &view) {
                check(&format!("{services} at {asked}, one side"), &scene);
            }
        }
    }
}

#[test]
fn the_command_line_names_the_width_that_would_do() {
    let run = |width: &str| {
        std::process::Command::new(env!("CARGO_BIN_EXE_counterpoint"))
            .args(["run", "chain-slow-last", "--format", "svg", "--width", width])
            .output()
            .unwrap()
    };
    let refused = run("300");
    assert_eq!(refused.status.code(), Some(2));
    let sentence = String::from_utf8(refused.stderr).unwrap();
    let would_do: String = sentence.split("; ").nth(1).unwrap().chars().take_while(char::is_ascii_digit).collect();
    assert_eq!(
        sentence,
        format!(
            "counterpoint: --width: 300 is too narrow for the lanes of this run; {would_do} would do, or one side alone \
             by --side\n"
        )
    );
    assert!(run(&would_do).status.success());
    assert!(!run(&(would_do.parse::<u16>().unwrap() - 20).to_string()).status.success());
}

/// On a phone, two heads both said "Mailer…".
#[test]
fn heads_that_are_shortened_stay_different_and_say_all_by_pointing() {
    let mut cut = 0;
    for preset in PRESETS {
        let played = preset.scenario().play();
        for scene in layout_apart(&played.sides, &View { width: 364, ..View::default() }) {
            let trace = &played.sides[usize::from(scene.panes[0].side)].trace;
            let mut shown: Vec<&str> = Vec::new();
            for shape in &scene.heads {
                let (Form::Text { text, .. }, Subject::Lane(actor), 1) =
                    (&shape.form, shape.key.subject, shape.key.piece.0)
                else {
                    continue;
                };
                assert!(!shown.contains(&text.as_str()), "{}: two heads say `{text}`", preset.name);
                shown.push(text);
                cut += usize::from(*text != trace.actor(actor).name);
            }
            for head in scene.heads.iter().filter(|shape| shape.look == Look::HeadBox) {
                assert!(trace.actors.iter().any(|actor| head.name.starts_with(&actor.name)), "{}", head.name);
            }
        }
    }
    println!("{cut} names are cut on a phone");
}
