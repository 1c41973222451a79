//! The selected job: whatever is sent for it is said, in every built-in scenario and whichever job is chosen.

use counterpoint::scenario::PRESETS;
use counterpoint::scene::{
    Area, Form, Index, Layer, Level, Look, Point, Scene, Shape, Subject, View, layout, layout_apart, spotlight,
};
use counterpoint::trace::{JobId, MessageRow, Trace};

/// The jobs of a run that are chosen in turn.
const JOBS: usize = 40;

/// Each job of each built-in scenario, in pictures of a wide and a small screen and of a phone, with what is drawn of one
/// side of it.
fn each_lit(mut check: impl FnMut(&str, (u8, &Trace), &Scene, &[Layer])) {
    for preset in PRESETS {
        let sides = preset.scenario().play().sides;
        let index = Index::of(&sides);
        for width in [1200, 1000, 364] {
            let view = View { width, ..View::default() };
            let scenes = if width < 720 { layout_apart(&sides, &view) } else { vec![layout(&sides, &view)] };
            for job in 0..sides[0].trace.jobs.len().min(JOBS) {
                for scene in &scenes {
                    let lit = spotlight(&sides, &index, &view, scene, JobId::from_index(job as u32));
                    for pane in &scene.panes {
                        let told = format!("{} at {width}, job {}", preset.name, job + 1);
                        check(&told, (pane.side, &sides[usize::from(pane.side)].trace), scene, &lit);
                    }
                }
            }
        }
    }
}

fn shapes(layers: &[Layer], level: Level, side: u8) -> impl Iterator<Item = &Shape> {
    let shapes = layers.iter().filter(move |layer| layer.level == level).flat_map(|layer| &layer.shapes);
    shapes.filter(move |shape| shape.key.side == Some(side))
}

/// The arrows of messages.
fn arrows(layers: &[Layer], side: u8) -> impl Iterator<Item = (Subject, Point, Point)> {
    shapes(layers, Level::Arrows, side).filter_map(|shape| match shape.form {
        Form::Line { from, to } => Some((shape.key.subject, from, to)),
        _ => None,
    })
}

/// The labels of messages.
fn labels(layers: &[Layer], side: u8) -> impl Iterator<Item = (Subject, &str, Area)> {
    shapes(layers, Level::Labels, side).filter_map(|shape| match &shape.form {
        Form::Text { text, area, .. } if shape.look == Look::Label => Some((shape.key.subject, text.as_str(), *area)),
        _ => None,
    })
}

fn row(trace: &Trace, subject: Subject) -> Option<&MessageRow> {
    let Subject::Message(id) = subject else { return None };
    trace.messages.get(id.index() as usize)
}

/// By a label of its own, or by one that counts like messages.
#[test]
fn every_message_of_the_selected_job_is_labelled() {
    let mut seen = 0;
    each_lit(|told, (side, trace), _, lit| {
        for (subject, ..) in arrows(lit, side) {
            let message = row(trace, subject).unwrap();
            let kind = |row: &MessageRow| (row.kind, row.label, row.from, row.to);
            let is_told = labels(lit, side).any(|(of, text, _)| {
                let is_like = row(trace, of).is_some_and(|other| kind(other) == kind(message));
                of == subject || is_like && text.contains(" × ")
            });
            assert!(is_told, "{told}: `{}`, sent at {:?}", trace.label(message), message.sent);
            seen += 1;
        }
    });
    assert!(seen > 2_000, "{seen}");
}

/// Nor is one written over another. A label that the picture has anyway stands where it stood, struck or not.
#[test]
fn no_label_that_is_added_for_the_selected_job_is_struck_by_an_arrow_of_it() {
    let (mut added, mut all) = (0, 0);
    each_lit(|told, (side, trace), scene, lit| {
        let labels: Vec<_> = labels(lit, side).collect();
        for (place, (subject, text, area)) in labels.iter().enumerate() {
            let other = labels[..place].iter().find(|(.., other)| other.overlaps(*area));
            assert_eq!(other, None, "{told}: `{text}`");
            all += 1;
            let was_there = shapes(&scene.layers, Level::Labels, side).any(|shape| shape.form.bounds() == *area);
            if was_there || row(trace, *subject).is_none() {
                continue;
            }
            added += 1;
            let letters = area.grown(-25);
            let strikes = |from: Point, to: Point| {
                (0..=200).any(|step| letters.overlaps(Area::new(at(from.x, to.x, step), at(from.y, to.y, step), 1, 1)))
            };
            let struck = arrows(lit, side).any(|(of, from, to)| of != *subject && strikes(from, to));
            assert!(!struck, "{told}: `{text}`");
        }
    });
    assert!(added > 1_000 && all > added, "{added} of {all}");
}

/// Where one is `step` two-hundredths of the way from a place to another.
fn at(from: i32, to: i32, step: i32) -> i32 {
    from + (i64::from(to - from) * i64::from(step) / 200) as i32
}
