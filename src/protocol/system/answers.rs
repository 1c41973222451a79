//! What the answers of a side mean to whoever asked, by their texts.
//!
//! *Invariant:* two answers of the same manner have the same number.

use super::ops::Manner;
use super::party::{Party, for_each_step};
use super::steps::{Means, Step};
use crate::protocol::call::Verdict;

/// The manners of the answers of a side, numbered.
pub(super) fn manners(parties: &[Party]) -> Vec<Manner> {
    let mut manners = vec![Manner::default()];
    for_each_step(parties, &mut |step| {
        let manner = manner_of(step);
        if !manners.contains(&manner) {
            manners.push(manner);
        }
    });
    manners
}

fn status(text: &str) -> Option<u16> {
    let digits = text.get(..3)?;
    let ends = text[3..].chars().next().is_none_or(|next| !next.is_ascii_digit());
    digits.parse().ok().filter(|status| ends && (100..600).contains(status))
}

/// Whether an answer of that text says that it may be better another time.
pub(super) fn asks_to_come_again(text: &str) -> bool {
    verdict(Means::Status, text) == Verdict::Failed
}

pub(super) fn manner_of(step: &Step) -> Manner {
    match step {
        Step::Answer { text, retry_after, .. } => {
            Manner { accepts: status(text) == Some(202), retry_after: *retry_after }
        }
        _ => Manner::default(),
    }
}

pub(super) fn verdict(means: Means, text: &str) -> Verdict {
    match (means, status(text)) {
        (Means::Fine, _) => Verdict::Fine,
        (Means::Rejected, _) => Verdict::Rejected,
        (Means::Failed, _) => Verdict::Failed,
        (Means::Status, Some(408 | 429 | 500..)) => Verdict::Failed,
        (Means::Status, Some(400..)) => Verdict::Rejected,
        (Means::Status, _) => Verdict::Fine,
    }
}
