//! `waiting`: where the jobs of a run were over time.
//!
//! *Invariant:* what is told is what the library tells; here it is only read and written.

use std::io::Write;

use super::Trouble;
use super::arguments::{ReadingFormat, WaitingArguments};
use super::output::Output;
use super::run;
use crate::chart;
use crate::render::waiting::{OF_A_LINE, OF_A_PICTURE, Waiting};

pub(super) fn waiting(arguments: &WaitingArguments) -> Result<(), Trouble> {
    let reading = &arguments.reading;
    let (scenario, _) = run::read(&arguments.scenario)?;
    let scenario = run::changed(&scenario, &arguments.set, arguments.seed)?;
    let mut to = Output::open(reading.output.as_deref())?;
    let usual = if reading.format == ReadingFormat::Text { OF_A_LINE } else { OF_A_PICTURE };
    let played = scenario.play();
    let waiting = Waiting::of(&played, arguments.steps.unwrap_or(usual));
    let written = match reading.format {
        ReadingFormat::Text => to.write_all(waiting.to_text().as_bytes()),
        ReadingFormat::Csv => waiting.write_csv(&mut to),
        ReadingFormat::Json => writeln!(to, "{}", waiting.to_json()),
        ReadingFormat::Svg => {
            to.write_all(chart::waiting::document(&waiting, reading.width, reading.theme.into()).as_bytes())
        }
    };
    to.finish(written)
}
