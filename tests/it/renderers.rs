//! The stand-alone SVG as librsvg, Inkscape and Typst draw it, held against resvg's picture region by region.
//!
//! The programs are not of this workspace, so these tests run only where `cargo xtask renderers` (or `cargo xtask test
//! --long`) has found them; it says where they are.
//!
//! *Invariant:* every program has the fonts in which the widths of `scene::text` were measured, and no others, so what
//! differs is not what happens to be installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use counterpoint::export::{Export, Format};
use counterpoint::render::png::{Scale, Size, picture};
use counterpoint::render::svg::{self, Theme};
use counterpoint::scenario::{PRESETS, Preset};
use resvg::tiny_skia::Pixmap;

use crate::story;

/// The sides of a region, in pixels.
const SIDE: u32 = 24;

/// Of a hundred regions so many may differ, as between resvg and a browser.
const DIFFERING: f64 = 1.0;

/// What is in one region of a picture.
#[derive(Clone, Copy, Default)]
struct Region {
    /// How many pixels would be as dark if all of it were black on white.
    ink: f64,
    mean: [f64; 3],
}

impl Region {
    /// The region whose left upper corner is there. What is not painted is white, as the pages around a picture are.
    fn of(picture: &Pixmap, left: u32, top: u32) -> Region {
        let mut region = Region::default();
        let mut count = 0.0;
        for y in top..(top + SIDE).min(picture.height()) {
            for x in left..(left + SIDE).min(picture.width()) {
                let pixel = picture.pixel(x, y).unwrap();
                let white = 255 - pixel.alpha();
                let channels = [pixel.red(), pixel.green(), pixel.blue()].map(|value| f64::from(value + white));
                region.ink += channels.iter().map(|value| 255.0 - value).fold(0.0, f64::max) / 255.0;
                for (sum, value) in region.mean.iter_mut().zip(channels) {
                    *sum += value;
                }
                count += 1.0;
            }
        }
        region.mean = region.mean.map(|sum| sum / count);
        region
    }

    /// Whether one has next to nothing of what the other has on its paper, or another colour on the whole.
    fn differs(&self, other: &Region) -> bool {
        let lost = self.ink.max(other.ink) > 4.0 && self.ink.min(other.ink) < self.ink.max(other.ink) / 4.0;
        lost || self.mean.iter().zip(other.mean).any(|(one, other)| (one - other).abs() > 40.0)
    }
}

/// How many regions of a hundred differ, in the size of the second. This is the measure by which a browser's picture is
/// held against resvg's (`tests/browser/it/files.rs`), for light pictures.
fn differing(one: &Pixmap, other: &Pixmap) -> f64 {
    let (mut all, mut differing) = (0.0, 0.0);
    for top in (0..one.height().min(other.height())).step_by(SIDE as usize) {
        for left in (0..one.width().min(other.width())).step_by(SIDE as usize) {
            all += 1.0;
            if Region::of(one, left, top).differs(&Region::of(other, left, top)) {
                differing += 1.0;
            }
        }
    }
    100.0 * differing / all
}

/// A picture that all programs draw.
struct Drawn {
    name: String,
    svg: String,
    size: Size,
    by_resvg: Pixmap,
}

fn draw(preset: &Preset, theme: Theme) -> Drawn {
    let export = Export { width: 1000, theme, ..story::export(Format::Svg) };
    let (scene, options) = export.picture(&preset.scenario().play());
    let svg = svg::document(&scene, &options);
    let size = Size::of(svg::size(&scene, &options), Scale::ONE).unwrap();
    let by_resvg = Pixmap::decode_png(&picture(&svg, size)).unwrap();
    let theme = if theme == Theme::Auto { "-auto" } else { "" };
    Drawn { name: format!("{}{theme}", preset.name), svg, size, by_resvg }
}

/// Every built-in scenario in light colours, and one in those of the reader's system, which for these programs are the
/// light ones.
fn pictures() -> &'static [Drawn] {
    static PICTURES: OnceLock<Vec<Drawn>> = OnceLock::new();
    PICTURES.get_or_init(|| {
        let light = PRESETS.iter().map(|preset| draw(preset, Theme::Light));
        light.chain([draw(&PRESETS[0], Theme::Auto)]).collect()
    })
}

/// A new folder for what a program draws, with all the files in it and, beside them, the fonts.
fn folder(program: &str, drawn: &[Drawn]) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/renderers").join(program);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    let fonts = folder.join("fonts");
    fs::create_dir_all(&fonts).unwrap();
    fs::write(fonts.join("regular.ttf"), dejavu::sans::regular()).unwrap();
    fs::write(fonts.join("bold.ttf"), dejavu::sans::bold()).unwrap();
    let place = fonts.to_str().unwrap();
    let settings = format!("<fontconfig><dir>{place}</dir><cachedir>{place}/cache</cachedir></fontconfig>");
    fs::write(folder.join("fonts.conf"), settings).unwrap();
    for drawn in drawn {
        fs::write(folder.join(format!("{}.svg", drawn.name)), &drawn.svg).unwrap();
    }
    folder
}

/// A command of the program that this variable names, in that folder and with its fonts.
fn program(variable: &str, folder: &Path) -> Command {
    let path =
        std::env::var_os(variable).unwrap_or_else(|| panic!("{variable} is not set: run `cargo xtask renderers`"));
    let mut command = Command::new(path);
    command.current_dir(folder).env("FONTCONFIG_FILE", folder.join("fonts.conf"));
    command
}

/// Runs a command, whose words are shown only if it fails.
fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
}

/// Holds what is in the folder against resvg's pictures.
fn compare(folder: &Path, drawn: &[Drawn]) {
    let mut before: Option<&Drawn> = None;
    let mut told = Vec::new();
    for drawn in drawn {
        let path = folder.join(format!("{}.png", drawn.name));
        let here = Pixmap::load_png(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let (wide, high) = (drawn.by_resvg.width(), drawn.by_resvg.height());
        // The last row of pixels may be of less than a half.
        if here.width() != wide || here.height().abs_diff(high) > 1 {
            told.push(format!("{} has {} × {} pixels, not {wide} × {high}", drawn.name, here.width(), here.height()));
        }
        let share = differing(&here, &drawn.by_resvg);
        if share > DIFFERING {
            told.push(format!("{}: {share:.1} % of the regions differ", drawn.name));
        }
        // Pictures of different scenarios are found to differ.
        if let Some(before) = before.replace(drawn).filter(|before| before.size != drawn.size) {
            let share = differing(&here, &before.by_resvg);
            assert!(share > 3.0 * DIFFERING, "{} and {}: {share:.1} %", drawn.name, before.name);
        }
    }
    assert!(told.is_empty(), "{}:\n{}", folder.display(), told.join("\n"));
}

#[test]
#[ignore = "needs librsvg: see `cargo xtask renderers`"]
fn librsvg_draws_what_resvg_draws() {
    let drawn = pictures();
    let folder = folder("librsvg", drawn);
    for Drawn { name, .. } in drawn {
        run(program("COUNTERPOINT_RSVG", &folder).args(["--output", &format!("{name}.png"), &format!("{name}.svg")]));
    }
    compare(&folder, drawn);
}

#[test]
#[ignore = "needs Inkscape: see `cargo xtask renderers`"]
fn inkscape_draws_what_resvg_draws() {
    let drawn = pictures();
    let folder = folder("inkscape", drawn);
    let files = drawn.iter().map(|drawn| format!("{}.svg", drawn.name));
    // One process for all, and no profile or settings of the user's.
    let mut inkscape = program("COUNTERPOINT_INKSCAPE", &folder);
    inkscape.env("INKSCAPE_PROFILE_DIR", folder.join("profile"));
    run(inkscape.args(["--export-type=png", "--export-dpi=96"]).args(files));
    compare(&folder, drawn);
}

/// As it is printed: by way of a PDF, which Poppler turns into pixels.
#[test]
#[ignore = "needs Typst and Poppler: see `cargo xtask renderers`"]
fn typst_sets_what_resvg_draws() {
    let drawn = pictures();
    let folder = folder("typst", drawn);
    for Drawn { name, by_resvg, .. } in drawn {
        // A CSS pixel is three quarters of a point.
        let width = f64::from(by_resvg.width()) * 0.75;
        let text =
            format!("#set page(width: {width}pt, height: auto, margin: 0pt)\n#image(\"{name}.svg\", width: 100%)\n");
        fs::write(folder.join(format!("{name}.typ")), text).unwrap();
    }
    let compile = "import pathlib, typst
for text in sorted(pathlib.Path('.').glob('*.typ')):
    typst.compile(text, output=text.with_suffix('.pdf'), font_paths=['fonts'], ignore_system_fonts=True)";
    run(program("COUNTERPOINT_TYPST", &folder).args(["-c", compile]));
    for Drawn { name, .. } in drawn {
        let mut poppler = program("COUNTERPOINT_PDFTOPPM", &folder);
        run(poppler.args(["-r", "96", "-png", "-singlefile", &format!("{name}.pdf"), name]));
    }
    compare(&folder, drawn);
}

#[test]
fn a_colour_or_a_part_that_is_missing_is_found() {
    let drawn = draw(&PRESETS[0], Theme::Light);
    let again = |svg: &str| Pixmap::decode_png(&picture(svg, drawn.size)).unwrap();
    assert_eq!(differing(&again(&drawn.svg), &drawn.by_resvg), 0.0);
    // What programs draw that know no variables of CSS, and those that know no text.
    let black = drawn.svg.replace("fill:#fff}", "fill:var(--paper)}");
    let mute = drawn.svg.replace("<text ", "<desc ").replace("</text>", "</desc>");
    for broken in [black, mute] {
        assert_ne!(broken, drawn.svg);
        let share = differing(&again(&broken), &drawn.by_resvg);
        assert!(share > DIFFERING, "{share:.1} %");
    }
}
