//! Keeps the player in touch with the studio, which works in a worker beside the page.
//!
//! `static/background.js` starts the engine, and `static/worker.js` says what may be expected of it.
//!
//! *Invariant:* the engine is started after the page was drawn for the first time: the page comes first. In a page of
//! somebody else's it is not started before there is something to run. There is one engine at a time, and one order on its
//! way to it.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use wasm_bindgen::prelude::Closure;

use super::mount::{Engine, Mount};
use super::{Act, browser};
use crate::desk::{Cover, Letter, Order, Parcel, Pending, Report, Unpacked, Unpacker};
use crate::player::{Action, Player};

/// How long an engine may take to cancel a run before it is ended.
const CANCEL_MS: u32 = 1_500;
/// A WebAssembly memory never shrinks. So after a run of so many rows the engine is replaced by a new one, and what
/// is opened after so many bytes were used by the app is opened by a page that is loaded anew.
const LARGE_ROWS: usize = 2_000_000;
const LARGE_BYTES: usize = 192 << 20;

/// What the app opens on, if it was had. The page does without what cannot be read; elsewhere a picture stands already
/// where the app would be, and it stays.
pub fn cover(mount: &Mount) -> Option<Cover> {
    match Cover::from_file(&mount.host.cover()?) {
        Ok(cover) => Some(cover),
        Err(_) if mount.is_page() => None,
        Err(reason) => {
            mount.host.failed(reason);
            None
        }
    }
}

/// As bytes. Writing into memory does not fail.
fn written(letter: &Letter) -> Vec<u8> {
    borsh::to_vec(letter).unwrap_or_default()
}

fn start(act: &Act) -> Engine {
    let unpacker = Rc::new(RefCell::new(Unpacker::default()));
    let reported = act.clone();
    let hear = Closure::new(move |message: Vec<u8>| {
        let rows = unpacker.borrow().rows();
        match unpacked(&message, &mut unpacker.borrow_mut()) {
            Unpacked::Whole(report) => {
                let has_grown = matches!(report, Report::Ended { .. }) && rows > LARGE_ROWS;
                reported.dispatch(Action::Report(report));
                if has_grown {
                    reported.dispatch(Action::Report(Report::Replaced(Pending::Kept)));
                }
                None
            }
            Unpacked::Partly => Some(written(&Letter::More)),
            Unpacked::Unasked => None,
        }
    });
    let told = act.clone();
    let fail = Closure::new(move |reason: String, was_up: bool| {
        let report = if was_up { Report::Broke(reason) } else { Report::Closed(reason) };
        told.dispatch(Action::Report(report));
    });
    let engine = act.mount.host.engine(&hear, &fail);
    // There are few engines in the life of a page, and one of these may be what ends its own.
    hear.forget();
    fail.forget();
    engine
}

/// What is whole with this message. Comes with the later part of the page.
#[inline(never)]
fn unpacked(message: &[u8], unpacker: &mut Unpacker) -> Unpacked {
    unpacker.unpack(borsh::from_slice(message).unwrap_or_else(|_| Parcel::Report(Report::of_another_version())))
}

/// Brings orders to the studio.
#[derive(Default)]
pub struct Messenger {
    engine: Option<Engine>,
    /// Which of the player's studios that engine is.
    studio: u32,
    /// The number of the last order that was posted.
    posted: u32,
    /// When the engine is ended, for it did not cancel a run.
    ending: Option<Timeout>,
}

impl Messenger {
    /// Keeps an engine running, and posts what was ordered. Without an engine and without anything to show, the page
    /// gives up. Comes with the later part of the page.
    #[inline(never)]
    pub fn keep(&mut self, player: &Player, act: &Act) {
        if let Some(reason) = player.closed() {
            if player.reel().is_none() {
                act.mount.host.failed(reason);
            }
            return;
        }
        if self.studio != player.studio() {
            self.studio = player.studio();
            if let Some(engine) = self.engine.take() {
                engine.end();
            }
        }
        // Most readers of somebody else's page only look, and the engine weighs more than all the rest.
        if self.engine.is_none() && !act.mount.is_page() && !player.is_asking() {
            return;
        }
        let engine = self.engine.get_or_insert_with(|| start(act));
        if let Some((number, order)) = player.next_order(self.posted) {
            self.posted = *number;
            match order {
                Order::Follow(link) if act.mount.is_page() && browser::memory_in_use() > LARGE_BYTES => {
                    browser::open_anew(link)
                }
                _ => engine.post(written(&Letter::Order(*number, order.clone()))),
            }
        }
        self.watch(player, act);
    }

    /// Ends an engine that does not take the order to cancel.
    fn watch(&mut self, player: &Player, act: &Act) {
        let is_cancelling = player.orders().iter().any(|(_, order)| *order == Order::Cancel);
        if !is_cancelling {
            self.ending = None;
        } else if self.ending.is_none() {
            let act = act.clone();
            let end = move || act.dispatch(Action::Report(Report::Replaced(Pending::Dropped)));
            self.ending = Some(Timeout::new(CANCEL_MS, end));
        }
    }
}

impl Drop for Messenger {
    /// An app that goes leaves no engine behind.
    fn drop(&mut self) {
        if let Some(engine) = self.engine.take() {
            engine.end();
        }
    }
}
