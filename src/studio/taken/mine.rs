//! A scenario for a reader to go on with: the text of one, and what a link makes of it.
//!
//! *Invariant:* the text stays as it was written. Whoever can edit it in place (`static/workshop/`) makes the changes.

use serde_json::{Value, json};

use crate::scenario::preset;
use crate::studio::PageLink;
use crate::studio::link::Kept;

/// What a link means, as an object in JSON: the `text`; what that comes to (`base`) and what it comes to with the link's changes
/// (`values`), defaults included; for each of the `sides` the lanes, by id and name, and the pairs of ids between which links lead;
/// and the `problem` with the link, if there is one. `own` is the scenario of the link's own, if it has one.
#[inline(never)]
pub fn mine(link: &str, own: &str) -> String {
    let kept = Kept::of(own, link);
    let (link, problem) = PageLink::read(link);
    let (_, wish, second) = link.resolve(kept.as_ref());
    let text = match wish.own.is_empty() {
        true => preset(&wish.base.head.name).map_or("", |preset| preset.text()),
        false => own,
    };
    let targets = wish.scenario.targets().into_iter();
    let sides: Vec<Value> =
        targets.map(|each| json!({ "side": each.side, "lanes": each.lanes, "links": each.links })).collect();
    let [base, values] = [&wish.base, &wish.scenario].map(|scenario| scenario.to_value());
    let problem = problem.or(second).map(|problem| problem.0);
    json!({ "text": text, "base": base, "values": values, "sides": sides, "problem": problem }).to_string()
}
