//! The stand-alone SVG: well-formed, self-contained, the same bytes for the same scene.

use counterpoint::render::svg::{Options, RULES, Theme, document};
use counterpoint::scenario::PRESETS;
use counterpoint::scene::{Level, Look, Tone, View, layout};
use counterpoint::time::{Moment, Span};
use roxmltree::{Document, Node};
use serde_json::json;

use crate::story::play;

fn options() -> Options {
    Options {
        title: "Order e-mails".into(),
        description: "Two diagrams <on> one \"clock\" & more".into(),
        ..Options::default()
    }
}

#[test]
fn every_built_in_scenario_is_well_formed_and_names_itself() {
    for preset in PRESETS {
        let played = preset.scenario().play();
        let scene = layout(&played.sides, &View::default());
        let text = document(&scene, &options());
        let file = Document::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", preset.name));
        let root = file.root_element();
        assert_eq!(root.tag_name().name(), "svg");
        assert_eq!(root.attribute("role"), Some("graphics-document document"));
        let child = |name: &str| root.children().find(|node| node.has_tag_name(name)).and_then(|node| node.text());
        let title = root.children().find(|node| node.tag_name().name() == "title").and_then(|node| node.text());
        assert_eq!(title, Some("Order e-mails"), "{:?}", child("title"));
        let mut ids: Vec<&str> = file.descendants().filter_map(|node| node.attribute("id")).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "{}: ids are unique", preset.name);
        assert!(ids.iter().all(|id| id.starts_with("cp-")));
        let labels = root.attribute("aria-labelledby").unwrap();
        assert!(labels.split(' ').all(|id| ids.contains(&id)));
        assert_eq!(text, document(&layout(&preset.scenario().play().sides, &View::default()), &options()));
    }
}

#[test]
fn it_asks_nobody_for_anything() {
    let scene = layout(&PRESETS[0].scenario().play().sides, &View::default());
    let text = document(&scene, &options()).replace("http://www.w3.org/2000/svg", "");
    for word in ["http:", "https:", "@import", "<script", "href", "url(h", "@font-face"] {
        assert!(!text.contains(word), "{word}");
    }
}

#[test]
fn a_hostile_label_stays_text() {
    let played = play(json!({
        "sides": [
            { "protocol": "http", "path": "/</text><script>alert(1)</script>&amp;\"'" },
            { "protocol": "http", "server": { "name": "<b>&x;" } }
        ]
    }));
    let text = document(&layout(&played.sides, &View::default()), &options());
    let file = Document::parse(&text).unwrap();
    assert!(file.descendants().all(|node| node.tag_name().name() != "script"));
    let words: Vec<&str> = file.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect();
    assert!(words.iter().any(|word| word.contains("<script>alert(1)</script>&amp;\"'")), "{words:?}");
    assert!(words.contains(&"<b>&x;"));
}

#[test]
fn a_theme_is_one_palette_and_auto_is_both() {
    let scene = layout(&PRESETS[0].scenario().play().sides, &View::default());
    let with = |theme| document(&scene, &Options { theme, ..options() });
    let (light, dark, auto) = (with(Theme::Light), with(Theme::Dark), with(Theme::Auto));
    assert!(light.contains("--cp-card:#fff") && !light.contains("prefers-color-scheme"));
    assert!(dark.contains("--cp-card:#191d27") && !dark.contains("--cp-card:#fff"));
    assert!(auto.contains("--cp-card:#fff") && auto.contains("prefers-color-scheme:dark"));
    assert_eq!(light.matches("<style>").count(), 1);
}

#[test]
fn the_future_is_veiled_below_the_playhead_and_only_if_asked() {
    let scene = layout(&PRESETS[0].scenario().play().sides, &View::default());
    assert!(!document(&scene, &options()).contains("class=\"cp-veil\""));
    let at = Moment::START + Span::millis(20);
    let text = document(&scene, &Options { at: Some(at), ..options() });
    let file = Document::parse(&text).unwrap();
    let veil = file.descendants().find(|node| node.attribute("class") == Some("cp-veil")).unwrap();
    let y: f64 = veil.attribute("y").unwrap().parse().unwrap();
    assert_eq!((y * 10.0).round() as i32, scene.scale.y_from_moment(at));
    assert!(file.descendants().any(|node| node.text() == Some("20 ms")));
}

#[test]
fn every_class_has_its_rule() {
    for look in Look::ALL {
        let class = format!(".{}", look.css());
        let ends = |rest: &str| rest.starts_with(['{', ',', '.', ' ', ':']);
        assert!(RULES.match_indices(&class).any(|(at, _)| ends(&RULES[at + class.len()..])), "{class} has no rule");
    }
    for tone in Tone::ALL {
        assert!(RULES.contains(&format!(".{}{{", tone.css())));
    }
    assert_eq!(Level::ALL.len(), layout(&PRESETS[0].scenario().play().sides, &View::default()).layers.len());
}

/// A file leaves out only the rules that no element of its own meets: by what a reader of it would find.
#[test]
fn a_file_has_the_rules_for_what_it_shows_and_no_others() {
    for preset in PRESETS {
        let text = document(&layout(&preset.scenario().play().sides, &View::default()), &options());
        let file = Document::parse(&text).unwrap();
        let lists: Vec<Vec<&str>> = file
            .descendants()
            .filter_map(|node| node.attribute("class"))
            .map(|list| list.split(' ').collect())
            .collect();
        let is_shown = |class: &str| lists.iter().any(|list| list.contains(&class));
        for rule in RULES.lines().filter(|rule| rule.starts_with('.')) {
            let selectors = rule.split('{').next().unwrap().split(',');
            let mut classes = selectors.map(|selector| selector.split(['.', ' ']).filter(|class| !class.is_empty()));
            let needed = classes.any(|mut classes| classes.all(is_shown));
            assert_eq!(text.lines().any(|line| line == rule), needed, "{}: {rule}", preset.name);
        }
        assert!(RULES.lines().filter(|rule| rule.starts_with('@')).all(|rule| text.contains(rule)));
    }
}

/// Relative luminance contrast, WCAG 2.2.
fn contrast(one: &str, other: &str) -> f64 {
    let luminance = |hex: &str| {
        let hex = if hex.len() == 4 { hex.chars().skip(1).flat_map(|c| [c, c]).collect() } else { hex[1..].to_owned() };
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { libm::pow((value + 0.055) / 1.055, 2.4) }
        };
        0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
    };
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn words_stand_out_from_the_ground_in_both_themes() {
    let scene = layout(&PRESETS[0].scenario().play().sides, &View::default());
    for theme in [Theme::Light, Theme::Dark] {
        let text = document(&scene, &Options { theme, ..options() });
        let colour = |name: &str| {
            let at = text.find(&format!("--cp-{name}:")).unwrap() + name.len() + 6;
            text[at..].split([';', '}']).next().unwrap().to_owned()
        };
        for ink in ["ink", "mute", "sync", "async", "wrong", "warn"] {
            for ground in ["card", "bg"] {
                let ratio = contrast(&colour(ink), &colour(ground));
                assert!(ratio >= 4.5, "{theme:?}: {ink} on {ground} is {ratio:.2}");
            }
        }
    }
}
