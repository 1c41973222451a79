//! `counterpoint advise`: a workload of one's own, tried both ways.
//!
//! *Invariant:* what is said is what the library says; here it is only read and printed.

use super::arguments::{AdviseArguments, AdvisedAs};
use super::run::{input, text};
use super::{Trouble, print};
use crate::chart;
use crate::experiment::advice::{advise as advice, told_as_json, told_as_text};
use crate::experiment::workload::Workload;
use crate::reading::shown;

pub(super) fn advise(arguments: &AdviseArguments) -> Result<(), Trouble> {
    let (name, bytes) = input(&arguments.workload);
    let of_it = |problem: &dyn std::fmt::Display| Trouble::Input(format!("{}: {problem}", shown(name)));
    let bytes = bytes.map_err(|error| of_it(&format!("it could not be read: {error}")))?;
    let text = text(bytes).map_err(|_| of_it(&"it is not text: a workload is JSON in UTF-8"))?;
    let workload = Workload::from_json(&text).map_err(|misread| of_it(&misread))?;
    let found = advice(&workload, arguments.seed).map_err(|problem| of_it(&problem))?;
    let told = match arguments.format {
        AdvisedAs::Text => told_as_text(&found),
        AdvisedAs::Json => format!("{:#}\n", told_as_json(&found)),
        AdvisedAs::Scenario => format!("{:#}\n", found.scenario.to_value()),
        AdvisedAs::Svg => chart::sheet(&found, arguments.theme.into()),
    };
    print(told.as_bytes())
}
