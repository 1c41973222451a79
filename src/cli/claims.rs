//! `counterpoint claims`: what people say of the two styles, tried by runs.
//!
//! *Invariant:* nothing is kept: each number comes from a run that was made for it.

use serde_json::Value;

use super::arguments::{ClaimsArguments, ToldAs};
use super::{Trouble, print};
use crate::experiment::claim::{CLAIMS, Claim, claims as read, told_as_json, told_as_text};
use crate::reading::shown;

pub(super) fn claims(arguments: &ClaimsArguments) -> Result<(), Trouble> {
    let all = read(CLAIMS).map_err(Trouble::input)?;
    let chosen = chosen(&all, arguments)?;
    // It was looked at, and is not nought.
    let stop = arguments.stop - 1;
    let text = match arguments.format {
        ToldAs::Text => {
            let told: Result<Vec<_>, _> = chosen.iter().map(|claim| told_as_text(claim, stop)).collect();
            told.map_err(Trouble::input)?.join("\n")
        }
        ToldAs::Json => {
            let told: Result<Value, _> =
                chosen.iter().map(|claim| told_as_json(claim, stop).map(|(value, _)| value)).collect();
            format!("{:#}\n", told.map_err(Trouble::input)?)
        }
        ToldAs::Scenario => {
            let [claim] = chosen[..] else {
                let known = known(&all);
                return Err(Trouble::Input(format!(
                    "--format: name the claim whose scenario you want, one of {known}"
                )));
            };
            format!("{:#}\n", claim.scenario_at(stop).map_err(Trouble::input)?.to_value())
        }
    };
    print(text.as_bytes())
}

/// The claims that are meant. Each of them has that stop.
fn chosen<'a>(all: &'a [Claim], arguments: &ClaimsArguments) -> Result<Vec<&'a Claim>, Trouble> {
    let chosen: Vec<&Claim> = match &arguments.claim {
        None => all.iter().collect(),
        Some(id) => all.iter().filter(|claim| claim.id == *id).collect(),
    };
    let Some(fewest) = chosen.iter().map(|claim| claim.knob.values.len()).min() else {
        let id = shown(arguments.claim.as_deref().unwrap_or_default());
        return Err(Trouble::Input(format!("there is no claim `{id}`; there are {}", known(all))));
    };
    match arguments.stop {
        1.. if arguments.stop <= fewest => Ok(chosen),
        stop => {
            let whose = if chosen.len() == 1 { "its knob has" } else { "every claim's knob has" };
            Err(Trouble::Input(format!("--stop: there is no stop {stop}; {whose} the stops 1 to {fewest}")))
        }
    }
}

fn known(all: &[Claim]) -> String {
    let ids: Vec<String> = all.iter().map(|claim| format!("`{}`", claim.id)).collect();
    ids.join(", ")
}
