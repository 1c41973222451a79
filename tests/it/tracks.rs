//! How a log is drawn: records stay where they were written, every reader has a place of its own, and a division of
//! work is a frame round those who divide it (`KAF-1`, `KAF-4`, `KAF-6`).

use std::collections::BTreeSet;

use counterpoint::scene::{Form, Light, Look, Scene, Shape, Subject, Tone, View, layout, layout_apart};
use counterpoint::time::{Moment, Span};
use counterpoint::trace::{JobId, LevelKind, ReaderId, Slot, StayKind, Trace};
use serde_json::json;

use crate::story::{play, play_built_in};

/// The right side's shapes of a look.
fn shapes(scene: &Scene, look: Look) -> Vec<&Shape> {
    scene.shapes().filter(|shape| shape.key.side == Some(1) && shape.look == look).collect()
}

fn texts(scene: &Scene) -> Vec<&str> {
    let right = scene.shapes().filter(|shape| shape.key.side == Some(1));
    right
        .filter_map(|shape| if let Form::Text { text, .. } = &shape.form { Some(text.as_str()) } else { None })
        .collect()
}

fn levels(trace: &Trace, reader: u16, kind: LevelKind) -> Vec<(Slot, u32)> {
    let its = trace.levels.iter().filter(|row| row.reader == ReaderId(reader) && row.kind == kind);
    its.map(|row| (row.slot, row.value)).collect()
}

#[test]
fn kaf_1_a_record_is_a_tick_where_it_was_written_and_reading_takes_none_away() {
    for name in ["kafka-two-groups", "kafka-hot-partition", "kafka-rebalance", "kafka-work-queue"] {
        let played = play_built_in(name);
        let scene = layout(&played.sides, &View::default());
        let trace = &played.sides[1].trace;
        let records: Vec<_> = trace.stays.iter().filter(|stay| stay.kind == StayKind::Parked).collect();
        assert!(records.len() >= 5 && records.iter().all(|record| record.end == Moment::NEVER), "{name}");
        let ticks = shapes(&scene, Look::Record);
        assert_eq!(ticks.len(), records.len(), "{name}");
        for tick in ticks {
            let Subject::Stay(id) = tick.key.subject else { panic!("{tick:?}") };
            let area = tick.form.bounds();
            let written = scene.scale.y_from_moment(trace.stays[id.at()].begin);
            assert!(area.y < written && written < area.bottom(), "{name}: {tick:?}");
        }
        let texts = texts(&scene);
        let numbered = records.iter().filter(|record| texts.contains(&record.value.to_string().as_str())).count();
        assert!(numbered * 3 >= records.len() * 2, "{name}: {numbered} of {} offsets are said", records.len());
    }
}

/// Search comes when four records are there. What it has not seen is its own lag.
#[test]
fn kaf_4_each_group_is_behind_by_its_own() {
    let played = play_built_in("kafka-two-groups");
    let (latest, earliest) = (&played.sides[0].trace, &played.sides[1].trace);
    for trace in [latest, earliest] {
        assert_eq!(trace.readers.iter().map(|reader| reader.name.as_str()).collect::<Vec<_>>(), ["Billing", "Search"]);
        assert!(levels(trace, 0, LevelKind::Lag).iter().all(|(_, lag)| *lag <= 1), "Billing keeps up");
    }
    let joins = Moment::START + Span::millis(700);
    let search = earliest.levels.iter().filter(|row| row.reader == ReaderId(1));
    assert!(search.clone().all(|row| row.at >= joins), "who has not come is not behind");
    assert_eq!(levels(earliest, 1, LevelKind::Lag)[0], (Slot(0), 4), "all that was there before");
    assert_eq!(levels(latest, 1, LevelKind::Lag)[0].1, 1, "nothing of what was there before");

    let scene = layout(&played.sides, &View::default());
    assert!(texts(&scene).contains(&"Search: lag 6"), "{:?}", texts(&scene));
    for (reader, look) in [(0, Look::Place), (1, Look::OtherPlace)] {
        assert_eq!(shapes(&scene, look).len(), levels(earliest, reader, LevelKind::Place).len());
    }
    assert!(shapes(&scene, Look::Lag).iter().any(|shape| shape.name.contains("Search is up to 6 behind")));
}

#[test]
fn kaf_6_a_rebalance_is_a_frame_round_all_members() {
    let played = play_built_in("kafka-rebalance");
    let trace = &played.sides[1].trace;
    let rows: Vec<_> = trace.levels.iter().filter(|row| row.kind == LevelKind::Dividing).collect();
    assert_eq!(rows.iter().map(|row| row.value).collect::<Vec<_>>(), [1, 0]);
    let scene = layout(&played.sides, &View::default());
    let frames = shapes(&scene, Look::Dividing);
    assert_eq!(frames.len(), 1);
    let area = frames[0].form.bounds();
    assert_eq!(area.y, scene.scale.y_from_moment(rows[0].at));
    let head = |name: &str| {
        let heads = scene.heads.iter().filter(|head| head.key.side == Some(1));
        heads.filter(|head| head.name.starts_with(name)).map(|head| head.form.bounds()).next().expect("it has a head")
    };
    let middle = |name: &str| head(name).x + head(name).width / 2;
    assert!(area.x < middle("Mailer 1") && middle("Mailer 2") < area.right());
    assert!(area.x > middle("emails"), "the log is no member");
}

/// Two mails are begun again: one had been sent when its reader died, but not committed, and one was in its hand.
#[test]
fn kaf_6_work_that_is_done_once_more_is_outlined() {
    let played = play_built_in("kafka-rebalance");
    let trace = &played.sides[1].trace;
    let repeated: u32 = trace.parts.iter().map(|part| part.executions.saturating_sub(1)).sum();
    let scene = layout(&played.sides, &View::default());
    let (bars, cut_short) = (shapes(&scene, Look::Busy), shapes(&scene, Look::Thrown));
    let again: Vec<_> = bars.iter().filter(|bar| bar.tone == Tone::Again).collect();
    assert_eq!((again.len(), repeated), (2, 2));
    for bar in again {
        assert!(bar.name.ends_with(", once more"), "{}", bar.name);
        let all = bars.iter().chain(&cut_short);
        let earlier = all.filter(|other| other.job == bar.job && other.form.bounds().y < bar.form.bounds().y);
        assert_eq!(earlier.count(), 1, "{}", bar.name);
    }
}

/// Whatever is written, read and committed, the frame holds; and the record of the selected job is itself among all.
#[test]
fn a_busy_log_keeps_to_the_frame_and_the_selected_record_is_itself() {
    let group = |id: &str| json!({ "id": id, "consumers": 4, "commit": "after-batch" });
    let side = |id: &str| {
        json!({
            "id": id, "protocol": "kafka", "style": "queued", "topic": { "id": "log", "partitions": 20 },
            "producer": { "id": "client" }, "groups": [group("one"), group("other")], "keys": ["key-{job}"]
        })
    };
    let played = play(json!({
        "workload": {
            "jobs": 1500,
            "arrivals": { "pattern": "regular", "every": "8ms" },
            "parts": [{ "id": "one", "work": "1ms" }, { "id": "other", "work": "2ms" }]
        },
        "network": { "latency": "1ms" },
        "sides": [side("left"), side("right")]
    }));
    let job = JobId::from_index(700);
    for (width, selection) in [(390, None), (1200, None), (1200, Some(job))] {
        let view = View { width, selection, ..View::default() };
        for scene in layout_apart(&played.sides, &view).into_iter().chain([layout(&played.sides, &view)]) {
            let shapes = scene.shapes().count();
            assert!(shapes <= 2_000, "{shapes} shapes at {width}");
            let mut keys = BTreeSet::new();
            assert!(scene.shapes().all(|shape| keys.insert(shape.key)));
            assert!(scene.shapes().any(|shape| shape.look == Look::Lag));
            let records = scene.shapes().filter(|shape| shape.look == Look::Record);
            let lit: Vec<&Shape> = records.filter(|shape| shape.light == Light::Lit).collect();
            assert!(lit.iter().all(|shape| shape.job == selection && shape.form.bounds().height == 50));
            assert_eq!(!lit.is_empty(), selection.is_some());
        }
    }
}
