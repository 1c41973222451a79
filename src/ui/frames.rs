//! Real time, frame by frame, while a run plays.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_render::{AnimationFrame, request_animation_frame};
use yew::prelude::*;

use super::Act;
use crate::player::{Action, Motion};
use crate::time::Span;

/// A tab in the background gets no frames; coming back must not be a leap.
const LONGEST_FRAME_MS: f64 = 100.0;

type Slot = Rc<RefCell<Option<AnimationFrame>>>;

fn next(slot: &Slot, last: Option<f64>, act: Act) {
    let again = slot.clone();
    let frame = request_animation_frame(move |now| {
        let elapsed = (now - last.unwrap_or(now)).clamp(0.0, LONGEST_FRAME_MS);
        act.dispatch(Action::Frame(Span::micros((elapsed * 1_000.0) as u64)));
        next(&again, Some(now), act);
    });
    *slot.borrow_mut() = Some(frame);
}

/// Dispatches every frame while playing.
#[hook]
pub fn use_frames(motion: Motion, act: Act) {
    use_effect_with(motion, move |motion| {
        let slot = Slot::default();
        if *motion == Motion::Playing {
            next(&slot, None, act);
        }
        move || drop(slot.borrow_mut().take())
    });
}
