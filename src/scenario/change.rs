//! Dated faults: whom or what each strikes on a side, and what must hold of them as they are written.
//!
//! *Invariant:* a fault strikes an actor or the links between two lanes, and is there on some side. On a side that has no
//! such actor or no such links nothing happens.

use super::check::{Checked, Findings};
use super::path::listed;
use super::{Change, FaultText, Problem, Scenario, Side};
use crate::engine::{DatedFault, Fault, LinkFault, Setup, Strikes};
use crate::protocol::{Ground, Party};
use crate::reading::shown;
use crate::sorting;
use crate::time::Span;
use crate::trace::ActorId;

/// What faults can strike on a side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Targets {
    /// The id of the side.
    pub side: String,
    /// Its lanes, by id and name.
    pub lanes: Vec<[String; 2]>,
    /// The ids of each two lanes between which links lead.
    pub links: Vec<[String; 2]>,
}

impl Scenario {
    /// What faults can strike, on each side.
    pub fn targets(&self) -> Vec<Targets> {
        let ground = Ground::bare();
        let of_side = |side: &Side| {
            let setup = side.settings.set_up(&ground);
            let lanes = setup.lanes().iter().map(|lane| [lane.id.clone(), lane.name.clone()]);
            let ids = |ends: &[ActorId; 2]| ends.map(|end| setup.lanes()[usize::from(end.0)].id.clone());
            Targets { side: side.id.clone(), lanes: lanes.collect(), links: setup.linked().iter().map(ids).collect() }
        };
        self.sides.iter().map(of_side).collect()
    }

    /// The faults that strike the side called `side`, which is set up so.
    pub(super) fn faults(&self, side: &str, setup: &Setup<Party>) -> Vec<DatedFault> {
        let lasting = self.head.changes.iter().filter(|change| change.lasts != Some(Span::ZERO));
        let dated = lasting.filter_map(|change| {
            let until = change.lasts.map(|lasts| change.at + lasts);
            Some(DatedFault { at: change.at, until, strikes: change.strikes(side, setup)? })
        });
        dated.collect()
    }
}

impl FaultText {
    fn noun(self) -> &'static str {
        match self {
            FaultText::Outage => "an outage",
            FaultText::SilentOutage => "a silent outage",
            FaultText::Crash => "a crash",
            FaultText::SlowDown => "a slow-down",
            FaultText::Cut => "a cut",
            FaultText::Loss => "a loss",
            FaultText::Delay => "a delay",
        }
    }

    fn strikes_links(self) -> bool {
        matches!(self, FaultText::Cut | FaultText::Loss | FaultText::Delay)
    }
}

impl Change {
    fn strikes(&self, side: &str, setup: &Setup<Party>) -> Option<Strikes> {
        let links = |fault| Some(Strikes::Links(self.ends(side, setup)?, fault));
        let fault = match self.fault {
            FaultText::Cut => return links(LinkFault::Cut),
            // Of nothing, they do not strike, as what lasts no time does not.
            FaultText::Loss => return links(LinkFault::Loss(self.probability.filter(|chance| *chance > 0.0)?)),
            FaultText::Delay => return links(LinkFault::Delay(self.by.filter(|by| *by > Span::ZERO)?)),
            FaultText::Outage => Fault::Outage,
            FaultText::SilentOutage => Fault::SilentOutage,
            FaultText::Crash => Fault::Crash,
            FaultText::SlowDown => Fault::SlowDown { thousandths: (self.factor.unwrap_or(1.0) * 1000.0 + 0.5) as u32 },
        };
        Some(Strikes::Actor(lane(self.actor.as_ref()?, side, setup)?, fault))
    }

    /// The two lanes of a side that it names, in the order in which it names them, if links lead between them.
    fn ends(&self, side: &str, setup: &Setup<Party>) -> Option<[ActorId; 2]> {
        let [first, second] = self.between.as_deref()? else { return None };
        let ends = [lane(first, side, setup)?, lane(second, side, setup)?];
        let [left, right] = [ends[0].min(ends[1]), ends[0].max(ends[1])];
        setup.linked().contains(&[left, right]).then_some(ends)
    }
}

/// The lane of a side that `id` names, by itself or behind the side's own id.
fn lane(id: &str, side: &str, setup: &Setup<Party>) -> Option<ActorId> {
    let id = id.strip_prefix(side).and_then(|rest| rest.strip_prefix('.')).unwrap_or(id);
    let place = setup.lanes().iter().position(|lane| lane.id == id)?;
    Some(ActorId(place as u16))
}

/// What both sides have that can be struck.
struct Struck<'a> {
    sides: Vec<(&'a str, Setup<Party>)>,
}

impl Struck<'_> {
    fn actors(&self) -> Vec<&str> {
        let lanes = self.sides.iter().flat_map(|(_, setup)| setup.lanes());
        let mut ids: Vec<&str> = lanes.map(|lane| lane.id.as_str()).collect();
        sorting::sort(&mut ids);
        ids.dedup();
        ids
    }

    /// The pairs of ids between which links lead, as they are written.
    fn pairs(&self) -> Vec<String> {
        let mut pairs = Vec::new();
        for (_, setup) in &self.sides {
            for [from, to] in setup.linked() {
                let [from, to] = [from, to].map(|end| setup.lanes()[usize::from(end.0)].id.as_str());
                let pair = format!("[\"{from}\", \"{to}\"]");
                if !pairs.contains(&pair) {
                    pairs.push(pair);
                }
            }
        }
        pairs
    }

    /// How a fault names whom it strikes: the first that there is.
    fn example(&self, fault: FaultText) -> String {
        if fault.strikes_links() {
            format!("`\"between\": {}`", self.pairs().first().map_or("", String::as_str))
        } else {
            format!("`\"actor\": \"{}\"`", self.actors().first().unwrap_or(&""))
        }
    }
}

/// Looks at each change; at whom it strikes only if both sides `are_sound`.
pub(super) fn check(scenario: &Scenario, are_sound: bool, findings: &mut Findings<'_>) {
    let changes = &scenario.head.changes;
    if changes.is_empty() {
        return;
    }
    let ground = Ground::bare();
    let sides = scenario.sides.iter().filter(|_| are_sound);
    let sides = sides.map(|side| (side.id.as_str(), side.settings.set_up(&ground)));
    let struck = Struck { sides: sides.collect() };
    for (index, change) in changes.iter().enumerate() {
        let number = index.to_string();
        let name = if change.id.is_empty() { &number } else { &change.id };
        let path = |field: &str| format!("changes.{name}.{field}");
        if !findings.is_read(&format!("changes.{name}")) {
            continue;
        }
        let whom = if are_sound { whom(change, &struck) } else { Ok(()) };
        let whom = whom.map_err(|(field, sentence)| Problem::new(path(field), sentence));
        findings.note(whom.and_then(|()| numbers(change, &path)));
    }
}

/// Why a change strikes nothing: the field at fault, and what would do.
fn whom(change: &Change, struck: &Struck<'_>) -> Result<(), (&'static str, String)> {
    let (noun, example) = (change.fault.noun(), || struck.example(change.fault));
    let (actor, between) = (change.actor.as_deref(), change.between.as_deref());
    if !change.fault.strikes_links() {
        let Some(id) = actor.filter(|_| between.is_none()) else {
            let (field, also) = if between.is_some() { ("between", " and no link") } else { ("actor", "") };
            return Err((field, format!("{noun} strikes an actor{also}; write whom, as in {}", example())));
        };
        if struck.sides.iter().any(|(side, setup)| lane(id, side, setup).is_some()) {
            return Ok(());
        }
        let known = struck.actors();
        return Err(("actor", format!("no side has an actor `{}`; there are `{}`", shown(id), known.join("`, `"))));
    }
    let Some(ids) = between.filter(|_| actor.is_none()) else {
        let (field, also) = if actor.is_some() { ("actor", " and no actor") } else { ("between", "") };
        let sentence = format!("{noun} strikes the links between two lanes{also}; write which, as in {}", example());
        return Err((field, sentence));
    };
    // That there are two, their declaration says.
    let [first, second] = ids else { return Ok(()) };
    if struck.sides.iter().any(|(side, setup)| change.ends(side, setup).is_some()) {
        return Ok(());
    }
    let pairs = struck.pairs();
    let sentence = format!(
        "no side has a link between `{}` and `{}`; there are links between {}",
        shown(first),
        shown(second),
        listed(pairs.iter().map(String::as_str))
    );
    Err(("between", sentence))
}

/// What belongs to one kind of fault is there with that kind and with no other.
fn numbers(change: &Change, path: &dyn Fn(&str) -> String) -> Checked {
    for (field, is_given, kind, word, example) in [
        ("factor", change.factor.is_some(), FaultText::SlowDown, "factor", "3"),
        ("probability", change.probability.is_some(), FaultText::Loss, "probability", "0.2"),
        ("by", change.by.is_some(), FaultText::Delay, "length", "\"200ms\""),
    ] {
        let noun = kind.noun();
        let sentence = match (change.fault == kind, is_given) {
            (true, false) => format!("{noun} needs a {word}, as in `\"{field}\": {example}`"),
            (false, true) => format!("only {noun} has a {word}; leave it out here"),
            _ => continue,
        };
        return Err(Problem::new(path(field), sentence));
    }
    Ok(())
}
