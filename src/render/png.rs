//! A stand-alone SVG as a PNG file, drawn by resvg.
//!
//! Letters are those of DejaVu Sans, which is part of the program, so the same picture has the same bytes on every
//! machine. A letter that it does not have (Chinese, Japanese, Korean, emoji) is taken from the fonts of the system,
//! and left out if none of them has it.
//!
//! *Invariant:* no memory is taken for a picture before its [`Size`] is known to be allowed.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::{Database, FaceInfo, ID, Stretch, Weight};
use resvg::usvg::{FontResolver, Options, Tree};

/// The most pixels of a picture: each takes four bytes, and as many again while the file is written.
const MOST: u64 = 100_000_000;

/// How many fonts are part of the program: regular and bold.
const OWN: usize = 2;

/// How many pixels there are for one CSS pixel, in hundredths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scale(u32);

impl Scale {
    pub const ONE: Scale = Scale(100);
    pub const SMALLEST: Scale = Scale(10);
    pub const LARGEST: Scale = Scale(1_000);
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", f64::from(self.0) / 100.0)
    }
}

impl FromStr for Scale {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.parse::<f64>().ok().map(|number| (number * 100.0).round());
        let within = |number: &f64| (f64::from(Self::SMALLEST.0)..=f64::from(Self::LARGEST.0)).contains(number);
        let scale = number.filter(within).map(|number| Scale(number as u32));
        scale.ok_or_else(|| format!("a scale is a number from {} to {}, as in 2 or 1.5", Self::SMALLEST, Self::LARGEST))
    }
}

/// How large a picture is, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    width: u32,
    height: u32,
    scale: Scale,
}

impl Size {
    /// The size of a picture that is as wide and high as this in tenths of a CSS pixel.
    ///
    /// # Errors
    /// The picture would have too many pixels; the error says what would do.
    pub fn of((width, height): (i32, i32), scale: Scale) -> Result<Size, TooLarge> {
        let pixels = |tenths: i32, scale: Scale| (tenths.max(1) as u64 * u64::from(scale.0)).div_ceil(1_000);
        let fits = |scale| pixels(width, scale) * pixels(height, scale) <= MOST;
        let (wide, high) = (pixels(width, scale), pixels(height, scale));
        if !fits(scale) {
            let smaller = (Scale::SMALLEST.0..scale.0).rev().map(Scale).find(|scale| fits(*scale));
            return Err(TooLarge { scale, size: (wide, high), smaller });
        }
        Ok(Size { width: wide as u32, height: high as u32, scale })
    }
}

/// A picture would have too many pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge {
    scale: Scale,
    size: (u64, u64),
    /// The largest scale that would do.
    smaller: Option<Scale>,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TooLarge { scale, size: (width, height), .. } = self;
        write!(f, "at scale {scale} the picture has {width} × {height} pixels, and at most {MOST} can be drawn; ")?;
        match self.smaller {
            Some(scale) => write!(f, "{scale} would do"),
            None => f.write_str("a shorter window would do (--from, --to), or --format svg"),
        }
    }
}

/// The PNG file of an SVG, in the size that was reckoned for it.
///
/// # Panics
/// The text is no SVG.
pub fn picture(svg: &str, size: Size) -> Vec<u8> {
    let tree = Tree::from_str(svg, &options()).expect("the writer writes SVG");
    let mut picture = Pixmap::new(size.width, size.height).expect("a size is not nothing");
    let scale = size.scale.0 as f32 / 100.0;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut picture.as_mut());
    picture.encode_png().expect("memory takes all that is written to it")
}

fn options() -> Options<'static> {
    let mut fonts = Database::new();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::bold().to_vec());
    let own: Vec<ID> = fonts.faces().map(|face| face.id).collect();
    let font_resolver = FontResolver {
        // The program's own fonts come first, whatever is installed, so that everybody has the same letters.
        select_font: Box::new(move |font, _| own.get(usize::from(font.weight() >= 600)).copied()),
        select_fallback: Box::new(another),
    };
    Options { fontdb: Arc::new(fonts), font_resolver, ..Options::default() }
}

/// A font of the system that has this letter: always the same one of those that are installed.
fn another(letter: char, used: &[ID], fonts: &mut Arc<Database>) -> Option<ID> {
    // The system's fonts are looked for only when a letter is missing, which is seldom.
    if fonts.len() <= OWN {
        let mut system = Database::new();
        system.load_system_fonts();
        let mut faces: Vec<&FaceInfo> = system.faces().collect();
        // Upright and regular fonts come first, and then they are sorted by name, because the order in which a disk has
        // its files must not matter.
        faces.sort_by_key(|face| {
            let plainness = (face.style as u8, face.weight.0.abs_diff(Weight::NORMAL.0));
            (
                plainness,
                face.stretch.to_number().abs_diff(Stretch::Normal.to_number()),
                &face.post_script_name,
                face.index,
            )
        });
        let fonts = Arc::make_mut(fonts);
        for face in faces {
            fonts.push_face_info(face.clone());
        }
    }
    FontResolver::default_fallback_selector()(letter, used, fonts)
}
