//! Runs what the player wishes for, in slices, so that the page stays alive however long it takes.
//!
//! *Invariant:* one run at a time. A new wish drops the one under way, so the latest wins.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use super::{Act, browser};
use crate::engine::Progress;
use crate::player::{Action, Player};
use crate::scenario::Run;

/// As long as a frame may be held up.
const SLICE_MS: f64 = 10.0;
/// The events on each side after which the clock is looked at.
const BUDGET: u64 = 2_000;

/// How far a run has got, if one is under way that does not end at once.
pub type Share = Option<f64>;

/// Runs for one slice; whether it has ended.
fn slice(run: &mut Run) -> bool {
    let begun = browser::milliseconds();
    while run.advance(BUDGET) == Progress::Running {
        if browser::milliseconds() - begun > SLICE_MS {
            return false;
        }
    }
    true
}

/// Runs what a player that was just opened wishes for, if that takes but a moment: then the page opens on it.
pub fn run_if_short(player: &mut Player) {
    let mut run = Run::new((*player.wish().scenario).clone());
    if slice(&mut run) {
        let played = Rc::new(run.into_played());
        player.update(Action::Ran { number: player.number(), played });
    }
}

/// A run under way.
struct Work {
    run: Run,
    number: u32,
    act: Act,
    share: UseStateSetter<Share>,
}

type Pending = Rc<RefCell<Option<Timeout>>>;

/// One slice now, and the next when the browser had its turn.
fn go_on(mut work: Work, pending: &Pending) {
    if slice(&mut work.run) {
        work.share.set(None);
        let played = Rc::new(work.run.into_played());
        work.act.dispatch(Action::Ran { number: work.number, played });
        return;
    }
    work.share.set(Some(work.run.fraction()));
    let again = pending.clone();
    let next = Timeout::new(0, move || go_on(work, &again));
    *pending.borrow_mut() = Some(next);
}

/// Keeps the player in runs. The share is for a progress bar.
#[hook]
pub fn use_runner(player: &Player, act: Act) -> Share {
    let share = use_state(|| None);
    let setter = share.setter();
    let wanted = player.is_behind().then(|| player.wish().scenario.clone());
    use_effect_with(player.number(), move |&number| {
        let pending: Pending = Rc::default();
        match wanted {
            Some(scenario) => {
                let run = Run::new((*scenario).clone());
                go_on(Work { run, number, act, share: setter }, &pending);
            }
            None => setter.set(None),
        }
        move || drop(pending.borrow_mut().take())
    });
    *share
}
