//! Layout, on every built-in scenario and on runs too large to draw one by one: what overlaps, what is labelled, what
//! is bounded, and the notation (`UML-1` to `UML-4`).

use std::collections::BTreeSet;
use std::sync::OnceLock;

use counterpoint::scenario::{PRESETS, Played};
use counterpoint::scene::{
    Area, Folding, Form, Level, Light, Look, Point, Scene, Shape, Sides, Subject, Tone, View, layout, layout_apart,
};
use counterpoint::story::job as job_story;
use counterpoint::time::{Moment, Span, readable};
use counterpoint::trace::{Arrow, Class, Fate, Handled, JobId, MarkKind, MarkRow, StayKind, StayRow, Trace};
use serde_json::json;

use crate::story::play;

/// A run as the built-in scenarios have it, and the scenes in which it is shown at three widths.
fn shown() -> &'static [(String, Played, Vec<Scene>)] {
    static SHOWN: OnceLock<Vec<(String, Played, Vec<Scene>)>> = OnceLock::new();
    SHOWN.get_or_init(lay_out)
}

fn lay_out() -> Vec<(String, Played, Vec<Scene>)> {
    let each = PRESETS.iter().map(|preset| {
        let played = preset.scenario().play();
        let selection = played.scenario.head.view.job.map(|number| JobId::from_index(number - 1));
        let view = |width, selection| View { width, selection, ..View::default() };
        let mut scenes = layout_apart(&played.sides, &view(390, selection));
        for width in [800, 1200] {
            scenes.push(layout(&played.sides, &view(width, selection)));
            scenes.push(layout(&played.sides, &view(width, None)));
        }
        (preset.name.to_owned(), played, scenes)
    });
    each.collect()
}

/// The shapes of one level.
pub fn layer(scene: &Scene, level: Level) -> &[Shape] {
    &scene.layers.iter().find(|layer| layer.level == level).expect("every level is there").shapes
}

fn texts(scene: &Scene) -> Vec<(&str, Area)> {
    scene
        .body()
        .filter_map(|shape| match &shape.form {
            Form::Text { text, area, .. } => Some((text.as_str(), *area)),
            _ => None,
        })
        .collect()
}

fn of_look<'a>(scene: &'a Scene, looks: &'a [Look]) -> impl Iterator<Item = &'a Shape> {
    scene.shapes().filter(move |shape| looks.contains(&shape.look))
}

/// What a shape covers: of a river, whose outline goes down its left edge and up its right one, each step by itself.
fn covered_by(shape: &Shape) -> Vec<Area> {
    let outline = match (&shape.form, shape.look) {
        (Form::Polygon(outline), Look::Ready) => outline,
        (form, _) => return vec![form.bounds()],
    };
    let (left, right) = outline.split_at(outline.len() / 2);
    let edges = left.iter().zip(right.iter().rev()).collect::<Vec<_>>();
    assert!(edges.iter().all(|(left, right)| left.y == right.y), "{outline:?}");
    let step = |pair: &[(&Point, &Point)]| {
        let ((top_left, top_right), (bottom, _)) = (pair[0], pair[1]);
        Area { x: top_left.x, y: top_left.y, width: top_right.x - top_left.x, height: bottom.y - top_left.y }
    };
    edges.chunks(2).map(step).collect()
}

#[test]
fn no_label_covers_a_label_a_head_a_bar_or_a_figure() {
    const SOLID: &[Look] = &[
        Look::HeadFilled,
        Look::HeadOpen,
        Look::Dot,
        Look::Cross,
        Look::Stump,
        Look::Busy,
        Look::Thrown,
        Look::FailedWork,
        Look::Blocked,
        Look::Polling,
        Look::Scheduled,
        Look::Ready,
        Look::Sign,
        Look::Record,
        Look::RecordGone,
        Look::Place,
        Look::OtherPlace,
    ];
    let (mut lit, mut covering) = (0, 0);
    for (name, _, scenes) in shown() {
        for scene in scenes {
            let texts = texts(scene);
            for (place, (text, area)) in texts.iter().enumerate() {
                for (other, taken) in &texts[place + 1..] {
                    assert!(!area.overlaps(*taken), "{name} at {}: `{text}` covers `{other}`", scene.width / 10);
                }
            }
            let plates = scene.callouts.iter().map(|callout| &callout.shapes[0]);
            let labels = layer(scene, Level::Labels).iter().filter(|shape| shape.look != Look::Leader).chain(plates);
            for label in labels {
                let overlaps = |area: &Area| area.overlaps(label.form.bounds());
                let covered = of_look(scene, SOLID).filter(|solid| covered_by(solid).iter().any(overlaps));
                let covered: Vec<&Shape> = covered.collect();
                // What is selected is said even where it has to be written over something else.
                let is_lit = label.light == Light::Lit;
                let wrong = covered.iter().find(|solid| !is_lit || solid.light == Light::Lit);
                assert_eq!(wrong, None, "{name} at {}: {label:?} covers it", scene.width / 10);
                lit += usize::from(is_lit);
                covering += usize::from(!covered.is_empty());
            }
        }
    }
    assert!(covering * 100 <= lit * 6, "{covering} of {lit} labels of a selected job cover something");
}

#[test]
fn with_up_to_thirty_messages_every_message_is_labelled() {
    let mut seen = 0;
    for (name, played, scenes) in shown() {
        // Labels of others give way to those of a selected job.
        let even = |scene: &&Scene| scene.shapes().all(|shape| shape.light == Light::Even);
        for scene in scenes.iter().filter(|scene| scene.width == 12_000).filter(even) {
            let labelled = labelled(scene, played);
            for (side, shown) in played.sides.iter().enumerate() {
                let trace = &shown.trace;
                if trace.messages.len() <= 30 {
                    seen += 1;
                    // A poll that is sent as the run ends has no length yet.
                    let drawn = trace.messages.iter().filter(|message| message.sent < trace.ended).count();
                    assert_eq!(labelled[side].len(), drawn, "{name}, {}", shown.id);
                    continue;
                }
                let mut kinds = BTreeSet::new();
                for (place, message) in trace.messages.iter().enumerate() {
                    let failed = matches!(message.fate, Fate::Lost | Fate::Refused | Fate::Late);
                    let first = kinds.insert(message.kind) && trace.kind(message).class != Class::Background;
                    let there = labelled[side].contains(&(place as u32));
                    assert!(there || !(failed || first), "{name}, {}: {}", shown.id, trace.label(message));
                }
            }
        }
    }
    assert!(seen > 0, "there are small scenarios");
}

/// The messages that have a label, by side: their own, or a shared one of their kind that stands for a message sent
/// within fifteen pixels of them and names their jobs, or for a run of failures that follow each other.
fn labelled(scene: &Scene, played: &Played) -> [BTreeSet<u32>; 2] {
    let mut labelled = [BTreeSet::new(), BTreeSet::new()];
    for shape in layer(scene, Level::Labels) {
        let (Form::Text { text, .. }, Subject::Message(id), Some(side)) =
            (&shape.form, shape.key.subject, shape.key.side)
        else {
            continue;
        };
        assert!(!text.is_empty());
        let trace = &played.sides[usize::from(side)].trace;
        let told = &trace.messages[id.at()];
        labelled[usize::from(side)].insert(id.index());
        let numbers = numbers(text);
        for (place, message) in trace.messages.iter().enumerate() {
            let distance = scene.scale.y_from_moment(message.sent) - scene.scale.y_from_moment(told.sent);
            let alike = (message.kind, message.label, message.from, message.to, message.fate)
                == (told.kind, told.label, told.from, told.to, told.fate);
            let counted = text.contains(" × ");
            let named = trace.jobs_of(message).iter().all(|job| numbers.contains(&job.number()));
            // A run of failures is said once, with their number.
            let in_run = counted && shape.tone == Tone::Bad && distance.abs() <= 6_000;
            let close = distance.abs() <= 150 && message.attempt == told.attempt;
            if alike && (close || in_run) && (counted || named) {
                labelled[usize::from(side)].insert(place as u32);
            }
        }
    }
    labelled
}

/// The numbers in a text, ranges filled in.
fn numbers(text: &str) -> BTreeSet<u32> {
    let ranges = text.split(|c: char| !c.is_ascii_digit() && c != '–').filter(|word| !word.is_empty());
    let ends = ranges.map(|range| range.split('–').filter_map(|end| end.parse::<u32>().ok()).collect::<Vec<_>>());
    ends.flat_map(|ends| ends.first().copied().unwrap_or(1)..=ends.last().copied().unwrap_or(0)).collect()
}

#[test]
fn thirty_messages_sent_at_once_all_find_a_label() {
    let played = play(json!({
        "workload": { "jobs": 15, "arrivals": { "pattern": "burst" }, "work": "20ms" },
        "network": { "latency": "10ms" },
        "sides": [
            { "protocol": "http", "caller": { "threads": 15 }, "path": "/orders/{job}/confirmation" },
            { "protocol": "http", "caller": { "threads": 1 } }
        ]
    }));
    let scene = layout(&played.sides, &View::default());
    let labelled = labelled(&scene, &played);
    for (side, shown) in played.sides.iter().enumerate() {
        assert_eq!(shown.trace.messages.len(), 30);
        assert_eq!(labelled[side].len(), 30, "{}", shown.id);
    }
    assert!(texts(&scene).iter().any(|(text, _)| *text == "GET /orders/1–15/confirmation"));
}

#[test]
fn keys_are_unique_and_everything_is_on_the_page() {
    for (name, _, scenes) in shown() {
        for scene in scenes {
            let mut keys = BTreeSet::new();
            for shape in scene.shapes() {
                assert!(keys.insert(shape.key), "{name}: {shape:?} shares its key");
            }
            for shape in scene.body() {
                let area = shape.form.bounds();
                let inside = area.x >= 0 && area.y >= 0 && area.right() <= scene.width && area.bottom() <= scene.height;
                assert!(inside, "{name} at {}: {shape:?} leaves the page", scene.width / 10);
            }
            for head in &scene.heads {
                let area = head.form.bounds();
                assert!(area.x >= 0 && area.right() <= scene.width && area.bottom() <= scene.heads_height, "{head:?}");
            }
        }
    }
}

#[test]
fn scenes_apart_are_locked_to_one_scale() {
    for (name, played, _) in shown() {
        let scenes = layout_apart(&played.sides, &View { width: 390, ..View::default() });
        assert_eq!(scenes.len(), 2, "{name}");
        assert_eq!(scenes[0].scale, scenes[1].scale, "{name}");
    }
}

#[test]
fn lanes_stay_where_they_are_when_a_job_is_selected() {
    for (_, played, _) in shown() {
        let scene = |selection| layout(&played.sides, &View { selection, ..View::default() });
        assert_eq!(scene(None).heads, scene(Some(JobId::from_index(0))).heads);
    }
}

#[test]
fn the_selected_job_is_lit_on_both_sides_and_tells_its_moments() {
    let played = PRESETS.iter().find(|preset| preset.name == "order-emails").unwrap().scenario().play();
    let job = JobId::from_index(6);
    let scene = layout(&played.sides, &View { selection: Some(job), ..View::default() });
    for side in [0, 1] {
        let lit: Vec<&Shape> =
            scene.shapes().filter(|shape| shape.key.side == Some(side) && shape.light == Light::Lit).collect();
        assert!(lit.iter().all(|shape| shape.job == Some(job)));
        assert!(lit.iter().any(|shape| matches!(shape.key.subject, Subject::Message(_))));
        let tags = lit.iter().filter(|shape| shape.look == Look::Tag).count();
        assert!(tags >= 3, "side {side} has {tags} tags");
    }
}

/// A run of one job whose every row is there `times` times, one after the other: as long a life as a job can have.
fn tried_again_and_again(times: u64) -> Played {
    let mut played = play(json!({
        "workload": { "jobs": 1, "work": "2ms" },
        "network": { "latency": "1ms" },
        "sides": [{ "protocol": "http" }, { "protocol": "rabbitmq" }]
    }));
    for side in &mut played.sides {
        let trace = &mut side.trace;
        let length = trace.ended.since(Moment::START).as_micros() + 1;
        let (messages, stays, marks) = (trace.messages.clone(), trace.stays.clone(), trace.marks.clone());
        for round in 1..times {
            let later = Span::micros(length * round);
            trace.messages.extend(messages.iter().map(|row| {
                let mut copy = *row;
                copy.sent = row.sent + later;
                copy.arrived = row.arrived.known().map_or(Moment::NEVER, |at| at + later);
                copy
            }));
            trace.stays.extend(stays.iter().map(|row| {
                let end = row.end.known().map_or(Moment::NEVER, |at| at + later);
                StayRow { begin: row.begin + later, end, ..*row }
            }));
            trace.marks.extend(marks.iter().map(|row| MarkRow { at: row.at + later, ..*row }));
        }
        trace.ended = Moment::START + Span::micros(length * times);
    }
    played
}

#[test]
fn a_job_has_a_bounded_number_of_shapes_and_lines_however_often_it_was_tried() {
    let job = JobId::from_index(0);
    let played = tried_again_and_again(90_000);
    let of_job = |trace: &Trace| trace.messages.iter().filter(|row| trace.jobs_of(row).contains(&job)).count();
    assert!(played.sides.iter().map(|side| of_job(&side.trace)).sum::<usize>() > 500_000);
    let view = |width| View { width, selection: Some(job), ..View::default() };
    let mut scenes = layout_apart(&played.sides, &view(390));
    scenes.push(layout(&played.sides, &view(1200)));
    for scene in scenes {
        let shapes = scene.shapes().count();
        assert!(shapes <= 2_500, "{shapes} shapes at {}", scene.width / 10);
        let mut keys = BTreeSet::new();
        assert!(scene.shapes().all(|shape| keys.insert(shape.key)));
        let said = texts(&scene).iter().any(|(text, _)| text.starts_with("job 1: ") && text.ends_with(" messages"));
        assert!(said, "the picture says how many messages of the job it tells in bulk");
    }
    for side in &played.sides {
        let lines = job_story(&side.trace, job);
        assert!(lines.len() <= 300, "{} lines", lines.len());
        assert!(lines.iter().any(|line| line.text.contains("left out")), "and says what it leaves out");
    }
}

/// Jobs of which every message that can fail does.
fn failing(jobs: u32) -> Played {
    play(json!({
        "workload": { "jobs": jobs, "arrivals": { "pattern": "poisson", "rate_per_s": 500 }, "work": "5ms" },
        "network": { "latency": "3ms" },
        "changes": [{ "at": "0ms", "fault": "outage", "actor": "server" }],
        "sides": [
            { "protocol": "http", "caller": { "threads": 50 } },
            { "protocol": "http", "caller": { "threads": 4 } }
        ]
    }))
}

#[test]
fn a_frame_has_at_most_two_thousand_shapes_even_if_everything_fails() {
    let played = failing(20_000);
    assert!(played.sides[0].trace.messages.iter().filter(|message| message.fate == Fate::Refused).count() >= 20_000);
    for (width, selection) in [(390, None), (1200, None), (1200, Some(JobId::from_index(17)))] {
        let view = View { width, selection, ..View::default() };
        for scene in layout_apart(&played.sides, &view).into_iter().chain([layout(&played.sides, &view)]) {
            let shapes = scene.shapes().count();
            assert!(shapes <= 2_000, "{shapes} shapes at {width}");
            assert!(scene.bundled > 10_000);
            assert!(of_look(&scene, &[Look::FailureBand]).count() > 0, "failures are on top");
            let said = texts(&scene).iter().filter(|(text, _)| text.starts_with("1 shade = about ")).count();
            assert_eq!(said, 1, "the picture says how many messages a shade stands for");
            let mut keys = BTreeSet::new();
            assert!(scene.shapes().all(|shape| keys.insert(shape.key)));
        }
    }
    // A window short enough shows single messages again.
    let from = Moment::START + Span::millis(1_000);
    let view = View { from: Some(from), to: Some(from + Span::millis(60)), ..View::default() };
    assert_eq!(layout(&played.sides, &view).bundled, 0);
}

/// Thousands of callers give up; their lane says so once in a while, and how many it were.
#[test]
fn like_failures_of_thousands_of_jobs_are_said_a_few_times() {
    let played = play(json!({
        "workload": { "jobs": 12_000, "arrivals": { "pattern": "poisson", "rate_per_s": 500 }, "work": "5ms" },
        "changes": [{ "at": "0ms", "fault": "silent-outage", "actor": "server" }],
        "sides": [{ "protocol": "http", "timeout": "20ms", "caller": { "threads": 50 } }, { "protocol": "http" }],
    }));
    let gave_up = played.sides[0].trace.marks.iter().filter(|mark| mark.kind == MarkKind::GaveUp).count();
    assert!(gave_up > 10_000, "{gave_up}");
    for scene in layout_apart(&played.sides, &View { width: 364, ..View::default() })
        .iter()
        .take(1)
        .chain([&layout(&played.sides, &View::default())])
    {
        let texts = texts(scene);
        let said: Vec<&str> = texts.iter().map(|(text, _)| *text).filter(|text| text.contains("gave up")).collect();
        assert!((1..=2).contains(&said.len()), "{said:?}");
        assert!(said[0].contains(" × "), "{said:?}");
    }
}

#[test]
fn a_failure_among_thousands_of_successes_is_an_arrow_of_its_own() {
    let played = play(json!({
        "workload": { "jobs": 2000, "arrivals": { "pattern": "regular", "every": "10ms" }, "work": "2ms" },
        "network": { "latency": "1ms" },
        "changes": [{ "at": "5003ms", "for": "10ms", "fault": "outage", "actor": "server" }],
        "sides": [{ "protocol": "http" }, { "protocol": "http" }]
    }));
    let scene = layout(&played.sides, &View::default());
    let refused = played.sides[0].trace.messages.iter().filter(|message| message.fate == Fate::Refused).count();
    assert_eq!(refused, 1);
    let crosses = scene.shapes().filter(|shape| shape.look == Look::Cross && shape.key.side == Some(0)).count();
    assert_eq!(crosses, 1);
}

#[test]
fn long_idle_stretches_are_folded_unless_that_is_switched_off() {
    let scenario = json!({
        "workload": { "jobs": 2, "arrivals": { "pattern": "regular", "every": "60s" }, "work": "40ms" },
        "network": { "latency": "13ms" },
        "sides": [{ "protocol": "http" }, { "protocol": "http" }]
    });
    let played = play(scenario);
    let folded = layout(&played.sides, &View::default());
    assert_eq!(folded.scale.folds().count(), 1);
    let fold = folded.scale.folds().next().unwrap();
    assert!(fold.to.since(fold.from) > Span::seconds(50));
    let length = readable(fold.to.since(fold.from));
    let said = texts(&folded).iter().any(|(text, _)| *text == format!("{length} …"));
    assert!(said, "a fold states its length");
    let stretched = layout(&played.sides, &View { folding: Folding::Stretch, ..View::default() });
    assert_eq!(stretched.scale.folds().count(), 0);
}

#[test]
fn a_window_shows_what_overlaps_it_and_nothing_else() {
    let played = PRESETS.iter().find(|preset| preset.name == "order-emails").unwrap().scenario().play();
    let at = |millis| Moment::START + Span::millis(millis);
    let view = View { from: Some(at(300)), to: Some(at(600)), ..View::default() };
    let scene = layout(&played.sides, &view);
    let trace = &played.sides[0].trace;
    let mut seen = 0;
    for shape in layer(&scene, Level::Arrows).iter().filter(|shape| shape.key.side == Some(0)) {
        let message = &trace.messages[shape.message().unwrap().at()];
        assert!(message.sent <= at(600) && message.arrived >= at(300));
        seen += 1;
    }
    assert!(seen > 4);
    assert_eq!((scene.scale.from(), scene.scale.to()), (at(300), at(600)));
}

#[test]
fn one_side_alone_has_one_pane() {
    let played = PRESETS[0].scenario().play();
    let scene = layout(&played.sides, &View { sides: Sides::One(1), ..View::default() });
    assert_eq!(scene.panes.len(), 1);
    assert_eq!(scene.panes[0].side, 1);
    assert!(scene.shapes().all(|shape| shape.key.side != Some(0)));
}

#[test]
fn wrong_is_never_told_by_colour_alone() {
    // What is toned as bad and is an arrow has an end of its own or answers one that has.
    for (name, played, scenes) in shown() {
        for scene in scenes {
            for shape in layer(scene, Level::Arrows).iter().filter(|shape| shape.tone == Tone::Bad) {
                let (Some(id), Some(side)) = (shape.message(), shape.key.side) else { continue };
                let trace = &played.sides[usize::from(side)].trace;
                let message = &trace.messages[id.at()];
                let cause = message.reply_to.known().map(|asked| trace.messages[asked.at()].fate);
                let signed = |fate| matches!(fate, Fate::Lost | Fate::Refused | Fate::Late);
                assert!(signed(message.fate) || cause.is_some_and(signed), "{name}: {shape:?}");
            }
        }
    }
}

#[test]
fn uml_1_no_message_ends_above_its_start() {
    let mut lines = 0;
    for (name, _, scenes) in shown() {
        for scene in scenes {
            for shape in layer(scene, Level::Arrows) {
                if let (Form::Line { from, to }, Subject::Message(_)) = (&shape.form, shape.key.subject) {
                    assert!(from.y <= to.y, "{name}: {shape:?}");
                    lines += 1;
                }
            }
        }
    }
    assert!(lines > 100);
}

#[test]
fn uml_2_a_callers_bar_covers_its_whole_call_and_an_async_sender_is_free() {
    let mut calls = 0;
    let mut free = 0;
    for (name, played, _) in shown() {
        for side in &played.sides {
            let trace = &side.trace;
            for (place, message) in trace.messages.iter().enumerate() {
                let kind = trace.kind(message);
                // What is there without any job takes no thread of its own, and is drawn faint.
                if kind.class == Class::Background {
                    continue;
                }
                let answer = trace.messages.iter().find(|reply| reply.reply_to.at() == place);
                let covered = trace.stays.iter().any(|stay| {
                    // An event loop's bar is cut into callbacks: what covers its call is the line of what awaits.
                    let awaits = stay.kind == StayKind::Awaiting && trace.parts_of(message).contains(&stay.part);
                    stay.actor == message.from
                        && (stay.slot == message.from_slot
                            && matches!(stay.kind, StayKind::Blocked | StayKind::Polling | StayKind::Busy)
                            || awaits)
                        && stay.begin <= message.sent
                        && answer.is_none_or(|answer| answer.fate == Fate::Late || stay.end >= answer.arrived)
                });
                match kind.arrow {
                    Arrow::Call => {
                        assert!(covered, "{name}: {} at {:?}", trace.label(message), message.sent);
                        calls += 1;
                    }
                    Arrow::Async => free += u32::from(!covered),
                    Arrow::Reply => {}
                }
            }
        }
    }
    assert!(calls > 10, "there are calls");
    assert!(free > 10, "a publisher goes on while its message is on the way");
}

#[test]
fn uml_3_every_reply_matches_one_earlier_call_on_the_same_pair_of_lifelines() {
    let mut replies = 0;
    for (name, played, _) in shown() {
        for side in &played.sides {
            let trace = &side.trace;
            let mut answered = BTreeSet::new();
            for reply in trace.messages.iter().filter(|message| trace.kind(message).arrow == Arrow::Reply) {
                let asked = reply.reply_to.known().unwrap_or_else(|| panic!("{name}: {}", trace.label(reply)));
                let call = &trace.messages[asked.at()];
                assert_eq!(trace.kind(call).arrow, Arrow::Call, "{name}");
                assert_eq!((call.from, call.to), (reply.to, reply.from), "{name}");
                assert!(call.sent <= reply.sent, "{name}");
                assert!(answered.insert(asked), "{name}: a call is answered once");
                replies += 1;
            }
        }
    }
    assert!(replies > 10);
}

#[test]
fn uml_4_a_lost_message_has_no_receive_event() {
    let played = play(json!({
        "workload": { "jobs": 40, "work": "5ms" },
        "network": { "latency": "13ms", "loss": 0.3 },
        "sides": [
            { "protocol": "http", "caller": { "threads": 40 }, "timeout": "100ms" },
            { "protocol": "http", "caller": { "threads": 40 }, "timeout": "100ms" }
        ]
    }));
    let trace = &played.sides[0].trace;
    let lost: Vec<usize> = (0..trace.messages.len()).filter(|&id| trace.messages[id].fate == Fate::Lost).collect();
    assert!(lost.len() > 5);
    for &id in &lost {
        let handled = trace.steps.iter().any(|step| matches!(step.handled, Handled::Arrived(got) if got.at() == id));
        assert!(!handled && trace.messages[id].arrived == Moment::NEVER);
    }
    let scene = layout(&played.sides, &View::default());
    let dots = of_look(&scene, &[Look::Dot]).filter(|shape| shape.key.side == Some(0)).count();
    assert_eq!(dots, lost.len(), "and ends in a dot");
    // On its way: nearer to the receiver than to the sender, and at neither.
    for dot in of_look(&scene, &[Look::Dot]) {
        let pane = scene.panes.iter().find(|pane| Some(pane.side) == dot.key.side).unwrap();
        let area = dot.form.bounds();
        assert!(area.x > pane.strip.left && area.right() < pane.strip.right);
    }
}
