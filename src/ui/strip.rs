//! The strip: the whole run at a glance, where things went wrong in it, and the window that is laid out.
//!
//! Dragging along it chooses a window; dragging the window moves it, and dragging one of its ends moves that end. A click
//! goes to a moment. The same can be done by keys and buttons.
//!
//! *Invariant:* its signs are drawn once a run. While a person drags, only a frame moves: the picture is laid out when
//! they let go.

use std::cell::Cell;
use std::fmt::Write;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, PointerEvent};
use yew::{AttrValue, NodeRef};

use super::element::{Element, On, block, element, markup};
use super::{Act, browser};
use crate::player::{Action, Player, Reel, Window, WindowChange};
use crate::recording::TroubleKind;
use crate::time::{Moment, Span, portion};

/// What a strip has in the document, and what is dragged along it.
#[derive(Default)]
pub struct Strip {
    nodes: Nodes,
    drag: Rc<Cell<Option<Drag>>>,
}

#[derive(Clone, Default)]
struct Nodes {
    whole: NodeRef,
    frame: NodeRef,
}

/// A pointer that was put down on the strip and moves.
#[derive(Clone, Copy)]
struct Drag {
    grip: Grip,
    /// Where it was put down, on the screen and in the run.
    x: i32,
    began: Moment,
    /// What was shown then.
    window: Window,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Grip {
    /// Nothing that is there: another window begins here.
    New,
    Window,
    Begin,
    End,
}

/// So near to an end of the window, in pixels, that end is meant.
const NEAR_AN_END: i32 = 7;
/// A pointer that moves less, in pixels, is a click.
const CLICK: i32 = 4;

impl Strip {
    pub fn view(&self, player: &Player, reel: &Rc<Reel>, signs: AttrValue, act: &Act) -> Element {
        let (shown, ended) = (player.window(), reel.ended);
        let is_part = player.is_within_the_run();
        let (nodes, drag) = (self.nodes.clone(), self.drag.clone());
        let down = move |event: &web_sys::Event| {
            let (Some(event), Some(whole)) = (event.dyn_ref::<PointerEvent>(), browser::element(&nodes.whole)) else {
                return;
            };
            if event.button() != 0 {
                return;
            }
            event.prevent_default();
            let _ = whole.set_pointer_capture(event.pointer_id());
            let x = event.client_x();
            let (begin, end) = (x_of(&whole, shown.from, ended), x_of(&whole, shown.to, ended));
            let grip = match () {
                () if !is_part => Grip::New,
                () if (x - begin).abs() <= NEAR_AN_END => Grip::Begin,
                () if (x - end).abs() <= NEAR_AN_END => Grip::End,
                () if begin < x && x < end => Grip::Window,
                () => Grip::New,
            };
            drag.set(Some(Drag { grip, x, began: moment_at(&whole, x, ended), window: shown }));
        };
        let (nodes, drag) = (self.nodes.clone(), self.drag.clone());
        let moved = move |event: &web_sys::Event| {
            if let (Some(drag), Some((x, at))) = (drag.get(), place(event, &nodes, ended))
                && (x - drag.x).abs() >= CLICK
            {
                nodes.show(drag.to(at, ended), ended);
            }
        };
        let (nodes, drag, acting) = (self.nodes.clone(), self.drag.clone(), act.clone());
        let up = move |event: &web_sys::Event| {
            if let (Some(drag), Some((x, at))) = (drag.take(), place(event, &nodes, ended)) {
                acting.dispatch(match (x - drag.x).abs() < CLICK {
                    true => Action::Seek(at),
                    false => Action::Window(WindowChange::Set(drag.to(at, ended))),
                });
            }
        };
        let (nodes, drag) = (self.nodes.clone(), self.drag.clone());
        let cancelled = move |_: &web_sys::Event| {
            drag.set(None);
            nodes.show(shown, ended);
        };
        let frame = block("div", "strip-window").node(&self.nodes.frame);
        element("div", &[("class", "strip-place"), ("aria-hidden", "true")])
            .with("title", "Drag to see a part of the run, click to go there")
            .node(&self.nodes.whole)
            .on(On::PointerDown, down)
            .on(On::PointerMove, moved)
            .on(On::PointerUp, up)
            .on(On::PointerCancel, cancelled)
            .add(markup(signs))
            .add(frame)
    }

    /// Once it is in the document: puts the frame round the window that is laid out.
    pub fn rendered(&self, player: &Player) {
        if self.drag.get().is_none() {
            self.nodes.show(player.window(), player.ended());
        }
    }
}

impl Nodes {
    fn show(&self, window: Window, ended: Moment) {
        let share = |moment: Moment| portion(moment.min(ended).micros(), 10_000, ended.micros().max(1));
        let (from, to) = (share(window.from), share(window.to));
        let percent = |share: u64| format!("{}.{:02}%", share / 100, share % 100);
        browser::style(&self.frame, "left", &percent(from));
        browser::style(&self.frame, "width", &percent(to - from.min(to)));
    }
}

impl Drag {
    /// The window that is chosen by letting go at `at`.
    fn to(self, at: Moment, ended: Moment) -> Window {
        let Window { from, to } = self.window;
        let between = |one: Moment, other: Moment| Window { from: one.min(other), to: one.max(other) };
        match self.grip {
            Grip::New => between(self.began, at),
            Grip::Begin => between(at, to),
            Grip::End => between(from, at),
            Grip::Window if at >= self.began => {
                let by = at.since(self.began).min(ended.max(to).since(to));
                Window { from: from + by, to: to + by }
            }
            Grip::Window => {
                let by = self.began.since(at).min(from.since(Moment::START)).as_micros();
                let back = |moment: Moment| Moment::from_micros(moment.micros() - by);
                Window { from: back(from), to: back(to) }
            }
        }
    }
}

/// Where on the screen a pointer is, and at which moment of the run.
fn place(event: &web_sys::Event, nodes: &Nodes, ended: Moment) -> Option<(i32, Moment)> {
    let x = event.dyn_ref::<PointerEvent>()?.client_x();
    Some((x, moment_at(&browser::element(&nodes.whole)?, x, ended)))
}

fn moment_at(whole: &HtmlElement, x: i32, ended: Moment) -> Moment {
    let room = whole.get_bounding_client_rect();
    let share = ((f64::from(x) - room.left()) / room.width().max(1.0)).clamp(0.0, 1.0);
    Moment::START + Span::micros((share * ended.micros() as f64) as u64)
}

fn x_of(whole: &HtmlElement, moment: Moment, ended: Moment) -> i32 {
    let room = whole.get_bounding_client_rect();
    let share = moment.min(ended).micros() as f64 / ended.micros().max(1) as f64;
    (room.left() + share * room.width()) as i32
}

/// The places that there are along the strip: as many as can be told apart.
const PLACES: u16 = 250;
/// The units of a place.
const PLACE: u16 = 4;

/// What went wrong in a run, in proportion to its length.
pub fn signs(reel: &Reel) -> AttrValue {
    let width = PLACES * PLACE;
    let mut text =
        format!("<svg class=\"strip\" viewBox=\"0 0 {width} 26\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
    for trouble in reel.troubles_by_place(PLACES) {
        let (class, top, height) = match (trouble.kind, trouble.side) {
            (TroubleKind::Outage, _) => ("strip-outage", 0, 26),
            (TroubleKind::Failure, 0) => ("strip-failure", 1, 6),
            (TroubleKind::Failure, _) => ("strip-failure", 19, 6),
            (TroubleKind::Again, 0) => ("strip-again", 1, 6),
            (TroubleKind::Again, _) => ("strip-again", 19, 6),
        };
        let (x, width) = (trouble.first * PLACE, (trouble.last - trouble.first + 1) * PLACE);
        // Writing to a string cannot fail.
        let _ = write!(text, "<rect class=\"{class}\" x=\"{x}\" y=\"{top}\" width=\"{width}\" height=\"{height}\"/>");
    }
    text.push_str("</svg>");
    text.into()
}
