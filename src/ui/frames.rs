//! What the page does by itself: frame by frame while a run plays, turn by turn while a long one is made ready.

use gloo_render::{AnimationFrame, request_animation_frame};
use gloo_timers::callback::Timeout;

use super::Act;
use super::app::Message;
use crate::player::{Action, Motion, Player};
use crate::time::Span;

/// A tab in the background gets no frames. The first frame after a person comes back to it counts for no more than this,
/// or the playhead would leap over all that would have been played meanwhile.
const LONGEST_FRAME_MS: f64 = 100.0;

#[derive(Default)]
pub struct Frames {
    next: Option<AnimationFrame>,
    /// When the last one was, in the browser's milliseconds.
    last: Option<f64>,
    /// The next turn. Between two of them the page does what else there is to do.
    turn: Option<Timeout>,
}

impl Frames {
    /// Asks for the next frame while playing and for the next turn while a run is made ready, and for no other.
    pub fn keep(&mut self, player: &Player, act: &Act) {
        if player.is_arriving() && self.turn.is_none() {
            let act = act.clone();
            self.turn = Some(Timeout::new(0, move || act.dispatch(Action::GoOn)));
        }
        match player.motion() {
            Motion::Paused => (self.next, self.last) = (None, None),
            Motion::Playing if self.next.is_none() => {
                let act = act.clone();
                self.next = Some(request_animation_frame(move |now| act.tell(Message::Frame(now))));
            }
            Motion::Playing => {}
        }
    }

    /// The turn that was asked for has come.
    pub fn turned(&mut self) {
        self.turn = None;
    }

    /// The real time that has passed when a frame comes.
    pub fn elapsed(&mut self, now: f64) -> Span {
        self.next = None;
        let elapsed = (now - self.last.unwrap_or(now)).clamp(0.0, LONGEST_FRAME_MS);
        self.last = Some(now);
        Span::micros((elapsed * 1_000.0) as u64)
    }
}
