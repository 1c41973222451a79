//! Keeps the address in step with what is shown, and with what is wished for before it is shown.
//!
//! *Invariant:* the address is written when a person has done something, never per frame, never makes an entry in the
//! history, and never over an entry to which the browser has gone meanwhile.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;

use super::browser;
use crate::player::{Motion, Player};
use crate::recording::Selection;

/// Browsers allow only so many changes of the address in a time; a scrubber asks for many.
const REST_MS: u32 = 150;

pub struct Address {
    link: Option<String>,
    /// What that link is of besides the moment: the scenario with its changes, and what is lit.
    of: (String, Selection),
    /// What is still to be written.
    unwritten: Rc<Unwritten>,
    /// Until it is over, nothing is written, and then the latest.
    rest: Rc<RefCell<Option<Timeout>>>,
    /// Writes what is unwritten when the page is left, and ends with the page.
    _leaving: [EventListener; 2],
}

impl Default for Address {
    fn default() -> Self {
        let unwritten = Rc::new(Unwritten { link: RefCell::default(), over: RefCell::new(browser::fragment()) });
        let leaving = ["beforeunload", "pagehide"].map(|event| {
            let unwritten = unwritten.clone();
            EventListener::new(&browser::window(), event, move |_| unwritten.write())
        });
        Address { link: None, of: Default::default(), unwritten, rest: Rc::default(), _leaving: leaving }
    }
}

/// A link that is not in the address yet.
struct Unwritten {
    link: RefCell<Option<String>>,
    /// What the address said when it was last followed or written. The browser may have gone to another entry of the
    /// history since, before it tells of that; the link belongs to this one.
    over: RefCell<String>,
}

impl Unwritten {
    fn write(&self) {
        let Some(link) = self.link.take() else { return };
        let there = browser::fragment();
        if link != there && *self.over.borrow() == there {
            browser::replace_fragment(&link);
            self.over.replace(browser::fragment());
        }
    }
}

impl Address {
    /// A link is followed, which stands in the address already.
    pub fn follow(&mut self, link: &str) {
        self.link = None;
        self.unwritten.link.take();
        self.unwritten.over.replace(link.to_owned());
    }

    /// Comes with the later part of the page.
    #[inline(never)]
    pub fn keep(&mut self, player: &Player) {
        if player.reel().is_none() || player.is_asking() {
            return;
        }
        // A frame moves the playhead and nothing else, and is not written.
        let of = (player.panel().address.clone(), player.selection());
        if player.motion() == Motion::Playing && self.of == of {
            return;
        }
        self.of = of;
        let link = player.link();
        if self.link.as_ref() == Some(&link) {
            return;
        }
        self.unwritten.link.replace(Some(link.clone()));
        self.link = Some(link);
        if self.rest.borrow().is_none() {
            self.unwritten.write();
            let (unwritten, rest) = (self.unwritten.clone(), self.rest.clone());
            let over = Timeout::new(REST_MS, move || {
                unwritten.write();
                rest.borrow_mut().take();
            });
            *self.rest.borrow_mut() = Some(over);
        }
    }
}
