//! A scene as a stand-alone SVG: light and dark inside, no script, no font file, no request to anyone.
//!
//! *Invariant:* it decides nothing about what is where. The same scene gives the same bytes, what is
//! drawn is written by `scene::markup`, as for the page.

use std::collections::BTreeSet;

use crate::scene::markup::{DEFINITIONS, Element, Named, Number, escaped, group};
use crate::scene::{Band, Callout, Level, PX, Scene, legend_band, masthead};
use crate::time::{Moment, readable};

/// Which colours the file has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
    /// Both; the reader's system decides.
    #[default]
    Auto,
}

/// What a file says besides the scene.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub theme: Theme,
    /// Where the playhead stands; the future is veiled. Nothing of either without it.
    pub at: Option<Moment>,
    pub title: String,
    pub description: String,
    pub foot: Foot,
}

/// What stands under a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Foot {
    /// What the signs mean that the picture uses.
    #[default]
    Legend,
    Nothing,
}

/// The rules by which shapes look, one a line, which the page uses as well.
pub const RULES: &str = include_str!("../../static/scene.css");

const LIGHT: &str = "--cp-bg:#fbfaf7;--cp-card:#fff;--cp-ink:#1d2433;--cp-mute:#5f6778;--cp-rule:#e6e3da;\
    --cp-life:#b9bdc8;--cp-work:#b3b8c4;--cp-sync:#3b5bdb;--cp-async:#087a65;--cp-block:#cf6a26;--cp-wrong:#c92a2a;\
    --cp-warn:#9a5a00";
const DARK: &str = "--cp-bg:#12151c;--cp-card:#191d27;--cp-ink:#e8eaf0;--cp-mute:#98a1b3;--cp-rule:#2a303d;\
    --cp-life:#4a5263;--cp-work:#5a6376;--cp-sync:#8ba4ff;--cp-async:#4fd1b5;--cp-block:#f2a26b;--cp-wrong:#ff8787;\
    --cp-warn:#ffb454";

/// The file.
pub fn document(scene: &Scene, options: &Options) -> String {
    let masthead = masthead(scene, &options.title);
    let foot = match options.foot {
        Foot::Legend => legend_band(scene),
        Foot::Nothing => Band::default(),
    };
    let height = masthead.height + scene.heads_height + scene.height + foot.height;
    let mut text = String::with_capacity(16_000);
    {
        let mut svg = Element::open(&mut text, "svg");
        svg.attribute("xmlns", "http://www.w3.org/2000/svg");
        svg.attribute("class", "cp-scene");
        svg.number("width", scene.width).number("height", height);
        svg.attribute("viewBox", &format!("0 0 {} {}", Number(scene.width), Number(height)));
        svg.attribute("role", "graphics-document document");
        svg.attribute("aria-labelledby", "cp-title cp-description");
        let body = svg.content();
        let classes = classes(scene, [&masthead, &foot], options.at);
        body.push_str(&format!("\n<title id=\"cp-title\">{}</title>", escaped(&options.title)));
        body.push_str(&format!("\n<desc id=\"cp-description\">{}</desc>", escaped(&options.description)));
        body.push_str(&format!("\n<style>{}\n{}</style>\n", palette(options.theme), rules_for(&classes)));
        drawing(body, scene, [&masthead, &foot], options.at);
    }
    text.push('\n');
    text
}

/// All that is drawn, from the paper up.
fn drawing(body: &mut String, scene: &Scene, [masthead, foot]: [&Band; 2], at: Option<Moment>) {
    let begin = masthead.height + scene.heads_height;
    let height = begin + scene.height + foot.height;
    let (width, height) = (Number(scene.width), Number(height));
    body.push_str(&format!("{DEFINITIONS}\n<rect class=\"cp-paper\" width=\"{width}\" height=\"{height}\"/>\n"));
    group(body, "cp-masthead", &masthead.shapes, Named::Symbols);
    translated(body, masthead.height, |body| group(body, "cp-heads", &scene.heads, Named::Symbols));
    translated(body, begin, |body| {
        for layer in &scene.layers {
            // The clock stays legible over the veil.
            if layer.level == Level::Clock {
                playhead(body, scene, at, Part::Veil);
            }
            group(body, layer.level.css(), &layer.shapes, Named::Symbols);
        }
        for callout in &scene.callouts {
            group(body, callout_classes(callout, at), &callout.shapes, Named::Symbols);
        }
        playhead(body, scene, at, Part::Line);
    });
    if !foot.shapes.is_empty() {
        translated(body, begin + scene.height, |body| group(body, "cp-legend", &foot.shapes, Named::Symbols));
    }
}

/// A caption lies over the veil, and is veiled itself if its moment is still to come.
fn callout_classes(callout: &Callout, at: Option<Moment>) -> &'static str {
    if at.is_some_and(|at| at < callout.at) { "cp-callout cp-future" } else { "cp-callout" }
}

/// What is drawn, so far down the page.
fn translated(body: &mut String, down: i32, draw: impl FnOnce(&mut String)) {
    body.push_str(&format!("<g transform=\"translate(0 {})\">\n", Number(down)));
    draw(body);
    body.push_str("</g>\n");
}

/// The classes of everything that a file shows.
fn classes(scene: &Scene, [masthead, foot]: [&Band; 2], at: Option<Moment>) -> BTreeSet<&'static str> {
    let mut classes = BTreeSet::from(["cp-scene", "cp-paper", "cp-hatch-ground", "cp-hatch-line"]);
    for shape in scene.shapes().chain(&masthead.shapes).chain(&foot.shapes) {
        classes.extend(shape.classes());
    }
    let layers = scene.layers.iter().filter(|layer| !layer.shapes.is_empty());
    classes.extend(layers.map(|layer| layer.level.css()));
    classes.extend(scene.callouts.iter().flat_map(|callout| callout_classes(callout, at).split(' ')));
    if at.is_some() {
        classes.extend(["cp-veil", "cp-playheads", "cp-playhead", "cp-playhead-tag", "cp-playhead-text"]);
    }
    classes
}

/// Those of the [`RULES`] that are met by something of these classes: a file says nothing of what it does not show.
fn rules_for(classes: &BTreeSet<&'static str>) -> String {
    let mut rules = String::new();
    for rule in RULES.lines().filter(|rule| !rule.starts_with("/*")) {
        let selectors = rule.split('{').next().unwrap_or_default();
        let is_met =
            |selector: &str| selector.split(['.', ' ']).all(|class| class.is_empty() || classes.contains(class));
        if rule.starts_with('@') || selectors.split(',').any(is_met) {
            rules.push_str(rule);
            rules.push('\n');
        }
    }
    rules
}

fn palette(theme: Theme) -> String {
    match theme {
        Theme::Light => format!(".cp-scene{{color-scheme:light;{LIGHT}}}"),
        Theme::Dark => format!(".cp-scene{{color-scheme:dark;{DARK}}}"),
        Theme::Auto => format!(
            ".cp-scene{{color-scheme:light dark;print-color-adjust:exact;{LIGHT}}}\n@media screen and (prefers-color-scheme:dark){{.cp-scene{{{DARK}}}}}"
        ),
    }
}

/// The two parts of a playhead, which lie on different levels.
enum Part {
    Veil,
    Line,
}

fn playhead(text: &mut String, scene: &Scene, at: Option<Moment>, part: Part) {
    let Some(at) = at else {
        return;
    };
    let y = scene.scale.y_from_moment(at);
    match part {
        Part::Veil => {
            let mut veil = Element::open(text, "rect");
            veil.attribute("class", "cp-veil");
            veil.number("y", y).number("width", scene.width).number("height", (scene.height - y).max(0));
        }
        Part::Line => {
            let (left, right) = (4 * PX, scene.width - 4 * PX);
            let middle = (scene.gutter.left + scene.gutter.right) / 2;
            let clock = readable(at.since(Moment::START));
            text.push_str("<g class=\"cp-playheads\">");
            {
                let mut line = Element::open(text, "line");
                line.attribute("class", "cp-playhead");
                line.number("x1", left).number("y1", y).number("x2", right).number("y2", y);
            }
            {
                let mut tag = Element::open(text, "rect");
                tag.attribute("class", "cp-playhead-tag");
                tag.number("x", middle - 29 * PX).number("y", y - 10 * PX);
                tag.number("width", 58 * PX).number("height", 20 * PX).number("rx", 10 * PX);
            }
            let mut words = Element::open(text, "text");
            words.attribute("class", "cp-playhead-text");
            words.number("x", middle).number("y", y + 4 * PX);
            words.attribute("text-anchor", "middle");
            words.content().push_str(&escaped(&clock));
            drop(words);
            text.push_str("</g>");
        }
    }
    text.push('\n');
}
