//! `waiting`: where the jobs of a run were over time.
//!
//! *Invariant:* what is told is what the library tells; here it is only read and written.

use std::io::Write;

use super::Trouble;
use super::arguments::{ReadingFormat, WaitingArguments};
use super::output::Output;
use super::run;
use crate::chart;
use crate::render::waiting::Waiting;

/// As many steps as a line of a terminal has room for.
const OF_A_LINE: u32 = 12;

/// As many as a picture shows clearly.
const OF_A_PICTURE: u32 = 60;

pub(super) fn waiting(arguments: &WaitingArguments) -> Result<(), Trouble> {
    let reading = &arguments.reading;
    let (scenario, _) = run::read(&arguments.scenario)?;
    let scenario = run::changed(&scenario, &arguments.set, arguments.seed)?;
    let mut to = Output::open(reading.output.as_deref())?;
    let played = scenario.play();
    let steps = |usual| arguments.steps.unwrap_or(usual);
    let written = match reading.format {
        ReadingFormat::Text => to.write_all(Waiting::of(&played, steps(OF_A_LINE)).to_text().as_bytes()),
        ReadingFormat::Csv => Waiting::of(&played, steps(OF_A_PICTURE)).write_csv(&mut to),
        ReadingFormat::Json => writeln!(to, "{}", Waiting::of(&played, steps(OF_A_PICTURE)).to_json()),
        ReadingFormat::Svg => {
            let waiting = Waiting::of(&played, steps(OF_A_PICTURE));
            to.write_all(chart::waiting::document(&waiting, reading.width, reading.theme.into()).as_bytes())
        }
    };
    to.finish(written)
}
