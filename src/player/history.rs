//! Undo and redo of what was changed of a scenario: the links to it as it was before, and as it was before that was undone.
//!
//! *Invariant:* a slider in the hand is one change, however many of its stops were run; what was refused is none; and no step
//! leads to another scenario, for that is what the browser's own Back is for.

use std::mem::take;

use super::{Player, place};
use crate::desk::{Order, own_field};

/// Which of the changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The last one is undone.
    Undo,
    /// The last one that was undone is made again.
    Redo,
}

#[derive(Debug, Default)]
pub(super) struct History {
    before: Vec<String>,
    after: Vec<String>,
    /// Whether a slider is in the hand.
    is_in_hand: bool,
    /// Whether a change of its own was ordered since the studio last told what is wished for.
    is_apart: bool,
}

impl History {
    /// Takes note of what was ordered.
    pub fn ordered(&mut self, order: &Order) {
        let is_turned = match order {
            Order::Turn { .. } => true,
            Order::Keep { .. } | Order::Assume(_) | Order::Cancel => return,
            _ => false,
        };
        self.is_apart |= !(is_turned && self.is_in_hand);
        self.is_in_hand = is_turned;
    }

    /// Takes note of what is wished for now, and what was before.
    pub fn wished(&mut self, before: &str, now: &str) {
        let is_apart = take(&mut self.is_apart);
        let is_same = before.split('&').next() == now.split('&').next() && own_field(before) == own_field(now);
        if before == now {
        } else if !is_same {
            self.before.clear();
            self.after.clear();
        } else if is_apart {
            self.before.push(before.to_owned());
            self.after.clear();
        } else if self.before.last().is_some_and(|last| last == now) {
            // What was changed is as it was, by the same hand or because it was cancelled.
            self.before.pop();
        }
    }

    pub fn has(&self, change: Change) -> bool {
        !match change {
            Change::Undo => &self.before,
            Change::Redo => &self.after,
        }
        .is_empty()
    }
}

impl Player {
    /// Whether there is something to be undone, or to be made again.
    pub fn can(&self, change: Change) -> bool {
        self.history.has(change)
    }

    /// The slider that was in the hand was let go.
    pub(super) fn let_go(&mut self) {
        self.history.is_in_hand = false;
    }
}

/// Goes a step through what was changed; what is shown stays at the playhead. Comes with the later part of the page.
#[inline(never)]
pub(super) fn go_back(player: &mut Player, change: Change) {
    // What the orders under way come to is not known yet.
    if player.is_asking() {
        return;
    }
    let History { before, after, .. } = &mut player.history;
    let (from, to, words) = match change {
        Change::Undo => (before, after, "The last change is undone"),
        Change::Redo => (after, before, "The change is made again"),
    };
    let Some(mut link) = from.pop() else { return };
    to.push(player.panel.address.clone());
    let at = player.reel.as_ref().map(|_| player.head);
    place::write(&mut link, at, Some(player.selection), player.chosen, player.background);
    player.order(Order::Follow(link));
    player.history.is_apart = false;
    player.say(words);
}
