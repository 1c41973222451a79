//! The later part of the page: what is not needed to draw a first picture and to play it.
//!
//! It is the same program. When the page is built, the functions that `cargo xtask finish` has in its list are cut out of
//! the app's module, with all that only they call, and stand in a file of their own, which is fetched when the first
//! picture is there. Calling one of them before ends the app. So whoever calls one asks [`Later::is_here`], and
//! [`needs_it`] says which messages have to wait.
//!
//! *Invariant:* without the later part, the picture that is there plays, and nothing else is lost than what needs it.

use wasm_bindgen::prelude::Closure;

use super::Act;
use super::app::Message;
use crate::player::Action;

#[derive(Default)]
pub enum Later {
    #[default]
    Unasked,
    /// With what waits for it, in the order in which it came.
    Coming(Vec<Message>),
    Here,
    /// Why.
    Missing(String),
}

impl Later {
    /// Fetches it, unless that was done.
    pub fn ask(&mut self, act: &Act) {
        if matches!(self, Later::Unasked) {
            *self = Later::Coming(Vec::new());
            let told = act.clone();
            let tell = Closure::new(move |reason| told.tell(Message::Later(reason)));
            act.mount.host.later(&tell);
            // It is called once, and that may be after whoever asked has gone.
            tell.forget();
        }
    }

    pub fn is_here(&self) -> bool {
        matches!(self, Later::Here)
    }

    pub fn is_coming(&self) -> bool {
        matches!(self, Later::Unasked | Later::Coming(_))
    }

    /// Keeps a message back that needs it; gives any other back, and that one too once it is known what to do with it.
    pub fn pass(&mut self, message: Message) -> Option<Message> {
        match self {
            Later::Here => Some(message),
            _ if !needs_it(&message) => Some(message),
            Later::Coming(waiting) => {
                waiting.push(message);
                None
            }
            Later::Unasked | Later::Missing(_) => None,
        }
    }

    /// It has come. What waited for it is to be done now.
    pub fn come(&mut self) -> Vec<Message> {
        match std::mem::replace(self, Later::Here) {
            Later::Coming(waiting) => waiting,
            Later::Unasked | Later::Here | Later::Missing(_) => Vec::new(),
        }
    }

    /// Why it cannot be had, if that is so.
    pub fn missing(&self) -> Option<&str> {
        match self {
            Later::Missing(reason) => Some(reason),
            Later::Unasked | Later::Coming(_) | Later::Here => None,
        }
    }
}

/// Whether that is carried out by a function of the later part.
fn needs_it(message: &Message) -> bool {
    matches!(message, Message::CopyLink | Message::Take(_) | Message::Act(Action::Leap(_) | Action::Go(_)))
}
