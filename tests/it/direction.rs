//! Letters that run to the left move nothing that stands beside them, in any format.

use counterpoint::export::Format;
use counterpoint::scenario::{PRESETS, Played};
use serde_json::json;

use crate::story::{self, written};

/// A label and a name within, at the end and at the beginning of which letters run to the left.
fn played() -> Played {
    story::play(json!({
        "title": "طلبات 2", "workload": { "jobs": 2, "work": "10ms" },
        "sides": [
            { "protocol": "http", "path": "/طلب/{job}/pay", "caller": { "name": "متجر" }, "server": { "name": "الدفع" } },
            { "protocol": "rabbitmq", "label": "طلب", "consumers": { "name": "الدفع 2" } },
        ],
    }))
}

const FOR_PEOPLE: [Format; 5] = [Format::Text, Format::Story, Format::Svg, Format::Mermaid, Format::Plantuml];

#[test]
fn what_stands_after_letters_that_run_to_the_left_keeps_its_place_in_every_format_for_people() {
    let runs_left = |letter: char| ('\u{590}'..='\u{8ff}').contains(&letter);
    for format in FOR_PEOPLE {
        let text = written(&played(), format);
        let mut seen = 0;
        for line in text.lines() {
            // Of an element only its content is a line of text.
            let line = line.split("</").next().unwrap_or_default().split("\" as ").next().unwrap_or_default();
            let letters: Vec<char> = line.chars().collect();
            for (place, letter) in letters.iter().enumerate().filter(|(_, letter)| runs_left(**letter)) {
                let Some(next) = letters[place + 1..].iter().find(|next| **next != ' ') else { continue };
                seen += usize::from(!runs_left(*next));
                assert!(runs_left(*next) || *next == '\u{200e}', "{format:?}: `{next}` after `{letter}` in {line}");
            }
        }
        assert!(seen > 0, "{format:?} has none");
    }
}

#[test]
fn what_is_for_programs_has_the_texts_as_the_scenario_has_them() {
    for format in [Format::Json, Format::Csv] {
        let text = written(&played(), format);
        assert!(text.contains("/طلب/1/pay") && !text.contains('\u{200e}'), "{format:?}");
    }
}

#[test]
fn a_text_without_such_letters_has_no_mark() {
    for preset in PRESETS {
        let played = preset.scenario().play();
        for format in FOR_PEOPLE {
            assert!(!written(&played, format).contains('\u{200e}'), "{} as {format:?}", preset.name);
        }
    }
}
