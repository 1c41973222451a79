//! The stand-alone SVG: well-formed, self-contained, the same bytes for the same scene.

use counterpoint::render::svg::{Options, RULES, Theme, document};
use counterpoint::scenario::PRESETS;
use counterpoint::scene::{Level, Light, Look, Tone, View, layout};
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
        let prefix = root.attribute("class").unwrap();
        let mut ids: Vec<&str> = file.descendants().filter_map(|node| node.attribute("id")).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "{}: ids are unique", preset.name);
        assert!(ids.iter().all(|id| id.starts_with(&format!("{prefix}-"))), "{}: {ids:?}", preset.name);
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

/// A colour of the palette, by its name.
fn colour(theme: Theme, name: &str) -> String {
    let begins = if theme == Theme::Dark { "@media screen and (prefers-color-scheme:dark)" } else { ":root{" };
    let palette = RULES.lines().find(|rule| rule.starts_with(begins)).unwrap();
    let (_, after) = palette.split_once(&format!("--cp-{name}:")).unwrap();
    after.split([';', '}']).next().unwrap().to_owned()
}

#[test]
fn a_theme_is_one_palette_and_auto_is_both() {
    let scene = layout(&PRESETS[0].scenario().play().sides, &View::default());
    let with = |theme| document(&scene, &Options { theme, ..options() });
    let (light, dark, auto) = (with(Theme::Light), with(Theme::Dark), with(Theme::Auto));
    let has = |text: &str, theme| text.contains(&format!("-paper{{fill:{}}}", colour(theme, "card")));
    assert!(has(&light, Theme::Light) && !has(&light, Theme::Dark) && !light.contains("prefers-color-scheme"));
    assert!(has(&dark, Theme::Dark) && !has(&dark, Theme::Light) && !dark.contains("prefers-color-scheme"));
    let (before, after) = auto.split_once("@media screen and (prefers-color-scheme:dark)").unwrap();
    assert!(has(before, Theme::Light) && has(after, Theme::Dark));
    for text in [light, dark, auto] {
        assert_eq!(text.matches("<style>").count(), 1);
        assert!(text.contains("@media (forced-colors:active)") && text.contains("-paper{fill:Canvas}"));
    }
}

#[test]
fn the_future_is_veiled_below_the_playhead_and_only_if_asked() {
    let scene = layout(&PRESETS[0].scenario().play().sides, &View::default());
    assert!(!document(&scene, &options()).contains("-veil\""));
    let at = Moment::START + Span::millis(20);
    let text = document(&scene, &Options { at: Some(at), ..options() });
    let file = Document::parse(&text).unwrap();
    let veil =
        file.descendants().find(|node| node.attribute("class").is_some_and(|class| class.ends_with("-veil"))).unwrap();
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
    for light in [Light::Lit, Light::Receding] {
        assert!(RULES.contains(&format!(".{}", light.css())), "{light:?} has no rule");
    }
    assert_eq!(Level::ALL.len(), layout(&PRESETS[0].scenario().play().sides, &View::default()).layers.len());
}

/// The rules of a file: what is before each brace, and what between.
fn rules(text: &str) -> Vec<(&str, &str)> {
    let (_, sheet) = text.split_once("<style>\n").unwrap();
    let lines = sheet.split("</style>").next().unwrap().lines();
    lines.filter_map(|line| line.strip_suffix('}')?.split_once('{')).collect()
}

/// What every program that draws SVG understands: one class, and values that are not worked out from others.
#[test]
fn an_element_has_one_class_and_a_class_one_plain_rule() {
    for (preset, theme) in PRESETS.iter().zip([Theme::Light, Theme::Dark, Theme::Auto].iter().cycle()) {
        let at = Some(Moment::START + Span::millis(100));
        let scene = layout(&preset.scenario().play().sides, &View::default());
        let text = document(&scene, &Options { theme: *theme, at, ..options() });
        let file = Document::parse(&text).unwrap();
        let prefix = file.root_element().attribute("class").unwrap();
        let rules = rules(&text);
        let mut shown: Vec<String> =
            file.descendants().filter_map(|node| node.attribute("class")).map(|class| format!(".{class}")).collect();
        shown.sort();
        shown.dedup();
        let mut named: Vec<String> = rules.iter().map(|(selector, _)| (*selector).to_owned()).collect();
        named.sort();
        named.dedup();
        assert_eq!(shown, named, "{}: a rule for each class, and no others", preset.name);
        for (selector, said) in &rules {
            let name = selector.strip_prefix(&format!(".{prefix}")).unwrap_or_else(|| panic!("{selector}"));
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{selector} is one class");
            for word in ["var(", "--", "color-mix", "calc(", "&", "{"] {
                assert!(!said.contains(word), "{}: {selector} says {said}", preset.name);
            }
        }
        assert!(text.lines().filter(|line| line.starts_with('@')).count() <= 2);
    }
}

#[test]
fn two_files_share_no_id_and_no_class() {
    let scenes: Vec<_> =
        PRESETS[..3].iter().map(|preset| layout(&preset.scenario().play().sides, &View::default())).collect();
    let mut files: Vec<String> = scenes.iter().map(|scene| document(scene, &options())).collect();
    for theme in [Theme::Light, Theme::Dark] {
        files.push(document(&scenes[0], &Options { theme, ..options() }));
    }
    files.push(document(&scenes[0], &Options { title: "Another title".into(), ..options() }));
    let names: Vec<Vec<String>> = files
        .iter()
        .map(|text| {
            let file = Document::parse(text).unwrap();
            let of = |kind: &'static str| move |node: Node| node.attribute(kind).map(|name| format!("{kind} {name}"));
            let mut names: Vec<String> = file.descendants().filter_map(of("id")).collect();
            names.extend(file.descendants().filter_map(of("class")));
            names.extend(rules(text).iter().map(|(selector, _)| (*selector).to_owned()));
            names
        })
        .collect();
    for (place, one) in names.iter().enumerate() {
        assert!(one.len() > 50);
        for other in &names[place + 1..] {
            assert_eq!(one.iter().find(|name| other.contains(name)), None);
        }
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
    for theme in [Theme::Light, Theme::Dark] {
        for ink in ["ink", "mute", "sync", "async", "wrong", "warn"] {
            for ground in ["card", "bg"] {
                let ratio = contrast(&colour(theme, ink), &colour(theme, ground));
                assert!(ratio >= 4.5, "{theme:?}: {ink} on {ground} is {ratio:.2}");
            }
        }
    }
}
