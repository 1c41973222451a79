//! The parts of the page that do not change from frame to frame while a run plays.
//!
//! A part is a value that holds everything its view function needs. [`Kept`] is one component for all of them: Yew compares
//! the part with the one of the frame before, and calls the view function only if they differ.
//!
//! *Invariant:* a part holds everything that its view is drawn from, and comparing two parts costs next to nothing.

use std::rc::Rc;

use yew::prelude::*;
use yew::virtual_dom::{VComp, VNode};

use super::Act;
use super::controls::controls;
use super::header::{Copied, masthead};
use super::legend::{Meanings, legend};
use super::narration::narration;
use super::story::{Lines, no_story, story};
use super::table::{Shown, table};
use super::verdicts::verdicts;
use crate::desk::Panel;
use crate::player::{Motion, Narration, Reel};
use crate::recording::Selection;
use crate::time::Moment;

#[derive(Clone, PartialEq)]
pub enum Part {
    Masthead {
        title: String,
        copied: Copied,
    },
    /// For which studio, as well: what was typed is not kept beyond the studio that it was typed for.
    Controls {
        panel: Rc<Panel>,
        studio: u32,
        /// Whether something can be undone, and made again.
        can: [bool; 2],
    },
    Verdicts(Rc<Reel>),
    Narration {
        reel: Rc<Reel>,
        told: Rc<Vec<Narration>>,
        motion: Motion,
    },
    Story {
        reel: Rc<Reel>,
        selection: Selection,
        lines: Rc<Lines>,
        reached: Moment,
    },
    /// With what it shows, if it is open.
    Legend(Option<Meanings>),
    /// With what it shows, if it is open.
    Table(Option<Shown>),
}

#[derive(Properties, PartialEq)]
pub struct KeptProps {
    part: Part,
    act: Act,
}

pub struct Kept;

impl Component for Kept {
    type Message = ();
    type Properties = KeptProps;

    fn create(_: &Context<Self>) -> Self {
        Kept
    }

    fn view(&self, context: &Context<Self>) -> Html {
        let KeptProps { part, act } = context.props();
        let element = match part {
            Part::Masthead { title, copied } => masthead(title, copied, act),
            Part::Controls { panel, can, .. } => controls(panel, *can, act),
            Part::Verdicts(reel) => verdicts(reel, act),
            Part::Narration { reel, told, motion } => narration(reel, told, *motion),
            Part::Story { reel, selection, lines, reached } => match selection.job() {
                Some(job) => story(reel, job, *selection, lines, *reached, act),
                None => no_story(),
            },
            Part::Legend(shown) => legend(shown.as_ref(), act),
            Part::Table(shown) => table(shown.as_ref(), act),
        };
        element.into()
    }
}

pub fn kept(part: Part, act: &Act) -> VNode {
    VComp::new::<Kept>(Rc::new(KeptProps { part, act: act.clone() }), None).into()
}
