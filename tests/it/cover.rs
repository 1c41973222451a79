//! The file of a run that stands beside the page.

use counterpoint::desk::Cover;
use counterpoint::scenario::PRESETS;
use counterpoint::scene::{Subject, View, layout, layout_apart};
use counterpoint::studio::Studio;

#[test]
fn a_file_begins_with_words_and_has_everything() {
    let mut cover = Studio::cover(&PRESETS[0]);
    cover.panel.title = "One\n\ntitle".into();
    let file = cover.to_file();
    let words: Vec<&[u8]> = file.splitn(5, |byte| *byte == b'\n').take(4).collect();
    let first = format!("Counterpoint recording 1, by version {}", env!("CARGO_PKG_VERSION"));
    assert_eq!(words, [first.as_bytes(), b"One  title", cover.panel.look_for.as_bytes(), b""]);
    let read = Cover::from_file(&file).unwrap();
    assert_eq!(read.panel, cover.panel);
    assert_eq!(borsh::to_vec(&read.recording).unwrap(), borsh::to_vec(&cover.recording).unwrap());
}

#[test]
fn what_is_not_ours_is_refused_in_words() {
    let file = Studio::cover(&PRESETS[0]).to_file();
    let mut other = file.clone();
    let end = other.iter().position(|byte| *byte == b'\n').unwrap();
    other[end - 1] += 1;
    let long = [&file[..], b"more"].concat();
    let cases = [
        (&b"<!doctype html>"[..], "this is no recording"),
        (b"", "this is no recording"),
        (&other, "this recording was made by another version"),
        (&file[..file.len() - 1], "this recording is damaged"),
        (&long, "this recording is damaged"),
    ];
    for (bytes, told) in cases {
        assert_eq!(Cover::from_file(bytes).err(), Some(told));
    }
}

/// Messages in bulk are drawn by the page's later part, and a recording beside the page is drawn before that has come.
#[test]
fn no_recording_beside_the_page_is_drawn_in_bulk() {
    for preset in PRESETS {
        let sides = Studio::cover(preset).recording.sides;
        for width in [320, 390, 720, 1400] {
            let view = View { width, ..View::default() };
            for scene in layout_apart(&sides, &view).into_iter().chain([layout(&sides, &view)]) {
                let mut shapes = scene.layers.iter().flat_map(|layer| &layer.shapes);
                let bulk = shapes.any(|shape| matches!(shape.key.subject, Subject::Bundle(..)));
                assert!(!bulk, "{} at {width}", preset.name);
            }
        }
    }
}
