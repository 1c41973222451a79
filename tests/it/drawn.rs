//! The stand-alone SVG as a program draws it that is no browser: resvg, which Typst draws with as well.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Once};

use counterpoint::recording::Style;
use counterpoint::render::svg::{Options, RULES, Theme, document};
use counterpoint::scenario::PRESETS;
use counterpoint::scene::{Area, Form, Look, PX, Scene, Strip, View, layout, masthead};
use counterpoint::trace::JobId;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, FontResolver, fontdb};

thread_local! {
    static SAID: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Keeps what is complained of, for the thread that it happens in.
struct Complaints;

impl log::Log for Complaints {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.level() <= log::Level::Warn
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            SAID.with_borrow_mut(|said| said.push(record.args().to_string()));
        }
    }

    fn flush(&self) {}
}

/// Draws a file, and says what was complained of meanwhile.
fn drawn(text: &str) -> (Pixmap, Vec<String>) {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        log::set_logger(&Complaints).unwrap();
        log::set_max_level(log::LevelFilter::Warn);
    });
    SAID.take();
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::bold().to_vec());
    let options =
        usvg::Options { fontdb: Arc::new(fonts), font_resolver: FontResolver::default(), ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(text, &options).unwrap();
    let size = tree.size().to_int_size();
    let mut picture = Pixmap::new(size.width(), size.height()).unwrap();
    resvg::render(&tree, Transform::identity(), &mut picture.as_mut());
    (picture, SAID.take())
}

/// How many pixels there are of each colour.
fn colours(picture: &Pixmap, area: Area) -> BTreeMap<[u8; 3], usize> {
    let (left, right) = ((area.x / PX).max(0) as usize, ((area.right() / PX) as usize).min(picture.width() as usize));
    let (top, bottom) = ((area.y / PX).max(0) as usize, ((area.bottom() / PX) as usize).min(picture.height() as usize));
    let mut colours = BTreeMap::new();
    for row in picture.data().chunks_exact(4 * picture.width() as usize).take(bottom).skip(top) {
        for run in row[4 * left..4 * right].as_chunks::<4>().0.chunk_by(|one, next| one == next) {
            let [red, green, blue, _] = run[0];
            *colours.entry([red, green, blue]).or_default() += run.len();
        }
    }
    colours
}

/// A colour of the palette.
fn colour(theme: Theme, name: &str) -> [u8; 3] {
    let begins = if theme == Theme::Dark { "@media screen and (prefers-color-scheme:dark)" } else { ":root{" };
    let palette = RULES.lines().find(|rule| rule.starts_with(begins)).unwrap();
    let (_, after) = palette.split_once(&format!("--cp-{name}:#")).unwrap();
    let hex = after.split([';', '}']).next().unwrap();
    let digit = |at: usize| u8::from_str_radix(&hex[at..=at], 16).unwrap();
    [0, 1, 2].map(|part| if hex.len() == 3 { digit(part) * 17 } else { digit(2 * part) * 16 + digit(2 * part + 1) })
}

/// A built-in scenario as it is opened, 1000 pixels wide.
fn scene(preset: &counterpoint::scenario::Preset) -> (Scene, Options) {
    let played = preset.scenario().play();
    let head = &played.scenario.head;
    let selection = head.view.job.map(|number| JobId::from_index(number - 1));
    let view = View { width: 1000, from: head.view.from, to: head.view.to, selection, ..View::default() };
    (layout(&played.sides, &view), Options { title: head.title.clone(), ..Options::default() })
}

#[test]
fn the_sheet_of_an_advice_has_pictures_within_it_and_all_of_them_are_drawn() {
    use counterpoint::experiment::{advice::advise, workload::Workload};
    let workload = r#"{ "work": "300ms", "rate_per_s": 40, "workers": 12 }"#;
    let advice = advise(&Workload::from_json(workload).unwrap(), 1).unwrap();
    for theme in [Theme::Light, Theme::Dark] {
        let (picture, said) = drawn(&counterpoint::chart::sheet(&advice, theme));
        let passed_over = "The @media rule is not supported. Skipped.";
        assert!(said.iter().all(|said| said == passed_over), "{said:?}");
        let whole = Area::new(0, 0, picture.width() as i32 * PX, picture.height() as i32 * PX);
        let counted = colours(&picture, whole);
        for name in ["ink", "card", "sync", "async", "work"] {
            assert!(counted.contains_key(&colour(theme, name)), "nothing is in {name}");
        }
    }
}

#[test]
fn every_built_in_scenario_is_drawn_in_its_colours_and_nothing_is_complained_of() {
    for (preset, theme) in PRESETS.iter().zip([Theme::Auto, Theme::Dark].into_iter().cycle()) {
        let (scene, options) = scene(preset);
        let down = masthead(&scene, &options.title).height;
        let (picture, said) = drawn(&document(&scene, &Options { theme, ..options }));
        assert_eq!(picture.width(), (scene.width / PX) as u32);
        // What is only for the dark and for forced colours is passed over, as it should be.
        let passed_over = "The @media rule is not supported. Skipped.";
        let complaints: Vec<String> = said.into_iter().filter(|said| said != passed_over).collect();
        assert_eq!(complaints, Vec::<String>::new(), "{}", preset.name);

        let whole = Area::new(0, 0, picture.width() as i32 * PX, picture.height() as i32 * PX);
        let counted = colours(&picture, whole);
        let paper = counted.get(&colour(theme, "card")).copied().unwrap_or(0);
        let all: usize = counted.values().sum();
        assert!(paper * 2 > all, "{}: of {all} pixels {paper} are bare paper", preset.name);
        for name in ["ink", "mute", "rule"] {
            assert!(counted.contains_key(&colour(theme, name)), "{}: nothing is in {name}", preset.name);
        }
        for pane in &scene.panes {
            let Strip { left, right } = pane.strip;
            let shown = colours(&picture, Area { x: left, width: right - left, ..whole });
            let voice = if pane.style == Style::Queued { "async" } else { "sync" };
            assert!(shown.contains_key(&colour(theme, voice)), "{}: pane {} has no voice", preset.name, pane.side);
        }
        for head in scene.heads.iter().filter(|shape| shape.look == Look::HeadBox) {
            let Form::Rect { area, .. } = head.form else { panic!("a head is a box") };
            let shown = colours(&picture, Area { y: area.y + down, ..area }.grown(-2 * PX));
            // Letters have many shades at their edges.
            assert!(
                shown.contains_key(&colour(theme, "bg")) && shown.len() > 10,
                "{}: the head of {}",
                preset.name,
                head.name
            );
        }
    }
}

/// A file that any reader of SVG may pick up has the size that it says, whatever is said for pages besides.
#[test]
fn a_file_is_as_large_as_it_says() {
    let (scene, options) = scene(&PRESETS[0]);
    let text = document(&scene, &options);
    let file = roxmltree::Document::parse(&text).unwrap();
    let size = |name| file.root_element().attribute(name).unwrap().parse::<f32>().unwrap();
    let tree = usvg::Tree::from_str(&text, &usvg::Options::default()).unwrap();
    assert_eq!((tree.size().width(), tree.size().height()), (size("width"), size("height")));
}
