//! The choice of a side's broker, and what becomes of a person's other changes when they choose another one.
//!
//! *Invariant:* a broker that cannot carry the workload is shown as chosen, with the reason, until another one is.

use super::edit::{self, Edit, Wish};
use crate::desk::{BrokerChoice, BrokerOffer, Refusal};
use crate::scenario::{BROKERS, Broker, Side, broker, path_in};

/// The choice for each side that has a broker.
pub(super) fn choices(wish: &Wish, refusals: &[Refusal]) -> Vec<BrokerChoice> {
    let choice = |side: &Side| {
        let drawn = broker(side.settings.protocol())?;
        let path = format!("sides.{}.protocol", side.id);
        let refused = refusals.iter().find(|refusal| refusal.path == path);
        let refused = refused.and_then(|refusal| Some((broker(&refusal.typed)?, refusal.sentence.clone())));
        let (chosen, refusal) = match refused {
            Some((chosen, sentence)) => (chosen, Some((drawn.title.to_owned(), sentence))),
            None => (drawn, None),
        };
        let offer = |broker: &Broker| BrokerOffer {
            protocol: broker.protocol.to_owned(),
            title: broker.title.to_owned(),
            refusal: if broker == drawn { None } else { would_be_refused(wish, &path, broker.protocol) },
        };
        let offered = BROKERS.iter().map(offer).collect();
        Some(BrokerChoice { side: side.id.clone(), path, offered, chosen: chosen.protocol.to_owned(), refusal })
    };
    wish.scenario.sides.iter().filter_map(choice).collect()
}

/// Why a broker would be refused if it were chosen at `path`.
fn would_be_refused(wish: &Wish, path: &str, protocol: &str) -> Option<String> {
    let edits = follow(wish, path, edit::with(wish, path, protocol.into()));
    edit::apply(wish, edits).err().map(|problem| problem.to_string())
}

/// The edits after the one at `path`: if that chose another broker, what was changed of the one before is kept under
/// the name that it has now, or dropped if there is no such thing.
pub(super) fn follow(wish: &Wish, path: &str, edits: Vec<Edit>) -> Vec<Edit> {
    let from = wish.value_at(path).and_then(|value| broker(value.as_str()?));
    let chosen = edits.iter().find(|edit| edit.path == path).map(|edit| edit.value.clone());
    let after = chosen.or_else(|| wish.original_at(path).cloned());
    let to = after.as_ref().and_then(|value| broker(value.as_str()?));
    let side = path.strip_prefix("sides.").and_then(|rest| rest.strip_suffix(".protocol"));
    let (Some(from), Some(to), Some(side)) = (from, to, side) else { return edits };
    let block = ["sides.", side, "."].concat();
    if from == to || edit::apply(wish, edits.clone()).is_ok() {
        return edits;
    }
    // Changes made before the choice need no new path: they were carried over with the side's settings.
    let mut is_carried = edits.iter().any(|edit| edit.path == path);
    let followed = edits.into_iter().filter_map(|mut edit| {
        if edit.path == path {
            is_carried = false;
        } else if edit.path.starts_with(&block) && !is_carried {
            edit.path = path_in(&edit.path, side, from, to)?;
        }
        Some(edit)
    });
    followed.collect()
}
