//! Makes a file of a run, with the bytes that the command line writes for the same scenario.
//!
//! *Invariant:* it is made in a run of its own, so it needs nothing but a link; and it is never larger than a page can hold.

use std::io::{self, Write};

use crate::export::{Export, Format};
use crate::recording::Background;
use crate::render::svg::{Foot, Theme};
use crate::studio::PageLink;
use crate::studio::link::Kept;
use crate::time::{Moment, Span};

/// The largest file that is handed out, in bytes: a page holds it in memory more than once.
const MOST_BYTES: usize = 64 << 20;

/// What is wanted of the run that a link means, in the command line's words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The scenario that the link means, as JSON, if it is not built in.
    pub own: String,
    pub format: String,
    /// The id of one side; both if it is empty.
    pub side: String,
    /// Of a picture, in CSS pixels.
    pub width: u16,
    /// `light`, `dark` or `auto`.
    pub theme: String,
    /// The moment up to which it is told, or nothing.
    pub at: String,
}

/// The file, or why it cannot be made.
///
/// # Errors
/// One sentence without its full stop.
#[inline(never)]
pub fn made(link: &str, wanted: &Wanted) -> Result<Vec<u8>, String> {
    let kept = Kept::of(&wanted.own, link);
    let (link, problem) = PageLink::read(link);
    let (link, wish, second) = link.resolve(kept.as_ref());
    if let Some(problem) = problem.or(second) {
        return Err(problem.0);
    }
    let PageLink { from, to, selection: job, background, .. } = link;
    let export = Export { from, to, job, background, ..export(wanted)? };
    let scenario = &wish.scenario;
    if let Some(unknown) = export.side.as_ref().filter(|side| scenario.sides.iter().all(|known| known.id != **side)) {
        return Err(format!("there is no side `{unknown}`"));
    }
    let played = scenario.play();
    if let Some(needed) = export.width_needed(&played).filter(|_| export.format == Format::Svg) {
        let width = export.width;
        return Err(format!("a width of {width} is too narrow for the lanes of this run; {needed} would do"));
    }
    let mut file = Bounded(Vec::new());
    let written = export.write(&mut file, &played);
    let most = MOST_BYTES >> 20;
    written.map_err(|_| format!("it would have more than {most} MiB; the command line can make it"))?;
    Ok(file.0)
}

fn export(wanted: &Wanted) -> Result<Export, String> {
    let format = match wanted.format.as_str() {
        "text" => Format::Text,
        "story" => Format::Story,
        "json" => Format::Json,
        // A PNG is the picture, drawn by whoever asked for it.
        "svg" | "png" => Format::Svg,
        "mermaid" => Format::Mermaid,
        "plantuml" => Format::Plantuml,
        "csv" => Format::Csv,
        other => return Err(format!("there is no format `{other}`")),
    };
    let theme = match wanted.theme.as_str() {
        "light" => Theme::Light,
        "dark" => Theme::Dark,
        _ => Theme::Auto,
    };
    let at = match wanted.at.as_str() {
        "" => None,
        text => {
            Some(Moment::START + text.parse::<Span>().map_err(|problem| format!("its moment will not do: {problem}"))?)
        }
    };
    let side = (!wanted.side.is_empty()).then(|| wanted.side.clone());
    Ok(Export {
        format,
        side,
        at,
        from: None,
        to: None,
        job: None,
        width: wanted.width,
        theme,
        foot: Foot::Legend,
        background: Background::default(),
    })
}

/// What is written, as long as it is not too much.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MOST_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
