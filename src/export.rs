//! A run as a file: in which format, how much of it, how large. The command line writes what this writes, and the page
//! hands out the same bytes.
//!
//! *Invariant:* nothing here knows who asks. What cannot be made is said before anything is written.

use std::io::{self, Write};

use crate::recording::{Background, Selection};
use crate::render::{csv, json, mermaid, plantuml, story, svg, text};
use crate::scenario::Played;
use crate::scene::{Folding, NARROWEST, Scene, Sides, View, layout, width};
use crate::time::Moment;
use crate::trace::JobId;

/// What is made of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A summary: what both sides come to, and their numbers in one table.
    Text,
    /// Every step in a sentence.
    Story,
    /// The report for programs.
    Json,
    /// The picture.
    Svg,
    /// The text of a Mermaid sequence diagram.
    Mermaid,
    /// The text of a PlantUML sequence diagram.
    Plantuml,
    /// Every message in a row of a table.
    Csv,
}

/// What is wanted of a run.
#[derive(Clone, Debug)]
pub struct Export {
    /// Of which kind it is.
    pub format: Format,
    /// The id of the one side that is wanted; both if there is none.
    pub side: Option<String>,
    /// The moment up to which a story is told; in a picture the future is veiled.
    pub at: Option<Moment>,
    /// Where the window of story or picture begins, if not where the scenario has it.
    pub from: Option<Moment>,
    /// Where it ends.
    pub to: Option<Moment>,
    /// The job that is lit, or that none is, if not the scenario's own choice.
    pub job: Option<Selection>,
    /// Of a picture, in CSS pixels.
    pub width: u16,
    /// The colours of a picture.
    pub theme: svg::Theme,
    /// What stands under it.
    pub foot: svg::Foot,
    /// How polls and heartbeats are drawn.
    pub background: Background,
}

impl Export {
    /// Writes the file.
    ///
    /// # Errors
    /// Whatever writing to `to` gives.
    pub fn write(&self, mut to: impl Write, played: &Played) -> io::Result<()> {
        let side = self.side.as_deref();
        match self.format {
            Format::Text => text::write(to, played, side),
            Format::Story => {
                let end = self.to.unwrap_or(Moment::NEVER).min(self.at.unwrap_or(Moment::NEVER));
                story::write(to, played, story::Window { side, from: self.from.unwrap_or(Moment::START), to: end })
            }
            Format::Json => json::write(to, played, side),
            Format::Svg => {
                let (scene, options) = self.picture(played);
                to.write_all(svg::document(&scene, &options).as_bytes())
            }
            Format::Mermaid => mermaid::write(to, played, side),
            Format::Plantuml => plantuml::write(to, played, side),
            Format::Csv => csv::write(to, played, side),
        }
    }

    /// The picture, with what is said over and under it.
    pub fn picture(&self, played: &Played) -> (Scene, svg::Options) {
        let head = &played.scenario.head;
        let options = svg::Options {
            theme: self.theme,
            at: self.at,
            title: head.title_or_name().to_owned(),
            description: head.look_for.clone(),
            foot: self.foot,
        };
        (layout(&played.sides, &self.view(played)), options)
    }

    /// The width that a picture would need for its lanes, if the one that is wanted is too narrow.
    pub fn width_needed(&self, played: &Played) -> Option<u16> {
        let needed = width(&played.sides, &self.view(played));
        (needed > self.width.max(NARROWEST)).then_some(needed)
    }

    /// What is to be laid out, with the scenario's window and lit job where nothing else is wanted.
    fn view(&self, played: &Played) -> View {
        let head = &played.scenario.head;
        let place = self.side.as_ref().and_then(|side| played.sides.iter().position(|known| known.id == *side));
        View {
            width: self.width,
            sides: place.map_or(Sides::Both, |place| Sides::One(place as u8)),
            from: self.from.or(head.view.from),
            to: self.to.or(head.view.to),
            selection: match self.job {
                Some(selection) => selection.job(),
                None => head.view.job.map(|number| JobId::from_index(number - 1)),
            },
            folding: Folding::Fold,
            background: self.background,
        }
    }
}
