//! A scene as a stand-alone SVG: light and dark inside, no script, no font file, no request to anyone.
//!
//! Any program draws the same from it, because its rules are plain. Each element has one class, and colours are
//! literal. What is different in the dark or in forced colours stands in media queries, which programs that do not know
//! them pass over. Ids and classes begin with a hash of the whole file, so it can stand in a page beside others.
//!
//! *Invariant:* nothing is placed here. The shapes are written by `scene::markup`, as for the page, and the same scene
//! gives the same bytes.

mod miniature;
mod rules;
mod wardrobe;

pub use miniature::{miniature, small};

use xxhash_rust::xxh3::xxh3_64;

use self::wardrobe::{MARK, Wardrobe};
use crate::direction::ordered;
use crate::scene::markup::{DEFINITIONS, Element, Number, escaped, group};
use crate::scene::{Band, Callout, Level, PX, Scene, legend_band, masthead};
use crate::time::{Moment, readable};

/// Which colours the file has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
    /// Both light and dark; the reader's system decides.
    #[default]
    Auto,
}

/// What a file says besides the scene.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub theme: Theme,
    /// Where the playhead stands, below which everything is veiled. Without it there is neither playhead nor veil.
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

/// How wide and high the picture is, in tenths of a CSS pixel.
pub fn size(scene: &Scene, options: &Options) -> (i32, i32) {
    let bands: i32 = bands(scene, options).iter().map(|band| band.height).sum();
    (scene.width, bands + scene.heads_height + scene.height)
}

/// The masthead over the picture, and the legend under it.
fn bands(scene: &Scene, options: &Options) -> [Band; 2] {
    let foot = match options.foot {
        Foot::Legend => legend_band(scene),
        Foot::Nothing => Band::default(),
    };
    [masthead(scene, &options.title), foot]
}

/// The text of the file.
pub fn document(scene: &Scene, options: &Options) -> String {
    let [masthead, foot] = bands(scene, options);
    let height = masthead.height + scene.heads_height + scene.height + foot.height;
    let mut wardrobe = Wardrobe::new(options.theme, "");
    let mut picture = String::with_capacity(16_000);
    drawing(&mut picture, &mut wardrobe, scene, [&masthead, &foot], options.at);
    let definitions = if wardrobe.wears_pattern("cp-hatch") { hatch(&mut wardrobe) } else { String::new() };
    let caption = Caption { title: options.title.clone(), description: options.description.clone() };
    file(&wardrobe, &caption, [scene.width, height], &(definitions + &picture))
}

/// What a file is called, and what it says of itself to those who cannot see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caption {
    pub title: String,
    pub description: String,
}

/// What gives the class attribute for classes of the sheets, with a blank before it.
pub type Dress<'a> = &'a mut dyn FnMut(&[&'static str]) -> String;

/// The text of a file that another room draws, by the scene's sheet and one of its own: `draw` gives what is drawn, and its width
/// and height in CSS pixels.
pub fn dressed(
    sheet: &'static str,
    theme: Theme,
    caption: &Caption,
    draw: impl FnOnce(Dress<'_>) -> (String, (i32, i32)),
) -> String {
    let mut wardrobe = Wardrobe::new(theme, sheet);
    let paper = wardrobe.attribute(&["cp-paper"]);
    let (picture, (width, height)) = draw(&mut |classes| wardrobe.attribute(classes));
    let picture = format!("<rect{paper} width=\"{width}\" height=\"{height}\"/>\n{picture}");
    file(&wardrobe, caption, [width * PX, height * PX], &picture)
}

/// The text of a file with a picture of this size, which wears what is in the wardrobe.
fn file(wardrobe: &Wardrobe, caption: &Caption, [width, height]: [i32; 2], picture: &str) -> String {
    let mut text = String::with_capacity(picture.len() + 16_000);
    {
        let mut svg = Element::open(&mut text, "svg");
        svg.attribute("xmlns", "http://www.w3.org/2000/svg");
        svg.name("class", &MARK.to_string());
        svg.number("width", width).number("height", height);
        svg.attribute("viewBox", &format!("0 0 {} {}", Number(width), Number(height)));
        svg.attribute("role", "graphics-document document");
        svg.name("aria-labelledby", &format!("{MARK}-title {MARK}-description"));
        let body = svg.content();
        body.push_str(&format!("\n<title id=\"{MARK}-title\">{}</title>", escaped(&ordered(&caption.title))));
        body.push_str(&format!("\n<desc id=\"{MARK}-description\">{}</desc>", escaped(&ordered(&caption.description))));
        body.push_str(&format!("\n<style>\n{}</style>\n{picture}", wardrobe.sheet()));
    }
    text.push('\n');
    marked(&text)
}

/// The file with a prefix of its own. It stands in every element, so it has only 32 bits of the hash, which tell apart the
/// files on one page.
fn marked(text: &str) -> String {
    text.replace(MARK, &format!("cp{:08x}", xxh3_64(text.as_bytes()) >> 32))
}

/// The definition of the pattern by which things are hatched.
fn hatch(wardrobe: &mut Wardrobe) -> String {
    let mut definitions = DEFINITIONS.replace("id=\"cp-hatch\"", &format!("id=\"{MARK}-hatch\""));
    for class in ["cp-hatch-ground", "cp-hatch-line"] {
        definitions = definitions.replace(&format!(" class=\"{class}\""), &wardrobe.attribute(&[class]));
    }
    definitions + "\n"
}

/// Writes all that is drawn, from the back to the front.
fn drawing(
    body: &mut String,
    wardrobe: &mut Wardrobe,
    scene: &Scene,
    [masthead, foot]: [&Band; 2],
    at: Option<Moment>,
) {
    let begin = masthead.height + scene.heads_height;
    let height = begin + scene.height + foot.height;
    let (width, height) = (Number(scene.width), Number(height));
    let paper = wardrobe.attribute(&["cp-paper"]);
    body.push_str(&format!("<rect{paper} width=\"{width}\" height=\"{height}\"/>\n"));
    group(body, "cp-masthead", &masthead.shapes, wardrobe);
    translated(body, masthead.height, |body| group(body, "cp-heads", &scene.heads, wardrobe));
    translated(body, begin, |body| {
        for layer in &scene.layers {
            // The clock stays legible over the veil.
            if layer.level == Level::Clock {
                playhead(body, wardrobe, scene, at, Part::Veil);
            }
            group(body, layer.level.css(), &layer.shapes, wardrobe);
        }
        for callout in &scene.callouts {
            group(body, callout_classes(callout, at), &callout.shapes, wardrobe);
        }
        playhead(body, wardrobe, scene, at, Part::Line);
    });
    if !foot.shapes.is_empty() {
        translated(body, begin + scene.height, |body| group(body, "cp-legend", &foot.shapes, wardrobe));
    }
}

/// The classes of a caption, which lies over the veil and is veiled by itself if its moment is still to come.
fn callout_classes(callout: &Callout, at: Option<Moment>) -> &'static str {
    if at.is_some_and(|at| at < callout.at) { "cp-callout cp-future" } else { "cp-callout" }
}

/// Writes a group that is moved down by as much.
fn translated(body: &mut String, down: i32, draw: impl FnOnce(&mut String)) {
    body.push_str(&format!("<g transform=\"translate(0 {})\">\n", Number(down)));
    draw(body);
    body.push_str("</g>\n");
}

/// The two parts of a playhead, which lie on different levels.
enum Part {
    Veil,
    Line,
}

fn playhead(text: &mut String, wardrobe: &mut Wardrobe, scene: &Scene, at: Option<Moment>, part: Part) {
    let Some(at) = at else {
        return;
    };
    let y = scene.scale.y_from_moment(at);
    let mut class = |element: &mut Element<'_>, class| {
        if let Some(class) = wardrobe.class(&[class]) {
            element.name("class", &class);
        }
    };
    match part {
        Part::Veil => {
            let mut veil = Element::open(text, "rect");
            class(&mut veil, "cp-veil");
            veil.number("y", y).number("width", scene.width).number("height", (scene.height - y).max(0));
        }
        Part::Line => {
            let (left, right) = (4 * PX, scene.width - 4 * PX);
            let clock = readable(at.since(Moment::START));
            // Wide enough for its words, and where the clock stands at the left edge not beyond that.
            let wide = (clock.chars().count() as i32 * 7 + 8).max(58) * PX;
            let middle = ((scene.gutter.left + scene.gutter.right) / 2).max(wide / 2 + PX);
            text.push_str("<g>");
            {
                let mut line = Element::open(text, "line");
                class(&mut line, "cp-playhead");
                line.number("x1", left).number("y1", y).number("x2", right).number("y2", y);
            }
            {
                let mut tag = Element::open(text, "rect");
                class(&mut tag, "cp-playhead-tag");
                tag.number("x", middle - wide / 2).number("y", y - 10 * PX);
                tag.number("width", wide).number("height", 20 * PX).number("rx", 10 * PX);
            }
            let mut words = Element::open(text, "text");
            class(&mut words, "cp-playhead-text");
            words.number("x", middle).number("y", y + 4 * PX);
            words.attribute("text-anchor", "middle");
            words.content().push_str(&escaped(&clock));
            drop(words);
            text.push_str("</g>");
        }
    }
    text.push('\n');
}
