//! The line under the picture: the caption and the last step at the playhead, side by side.
//!
//! A picture may be scrolled away from its captions, and does not say in a sentence what a step is; this does, wherever it
//! is scrolled.
//!
//! *Invariant:* it has the same height whatever it says, so that nothing below it moves while a run plays; what it says of
//! a step fits into that.

use super::element::{Element, block, classes, element};
use super::verdicts::side_class;
use crate::player::{Motion, Narration, Reel};

pub fn narration(reel: &Reel, told: &[Narration], motion: Motion) -> Element {
    let captioned = reel.recording.sides.iter().any(|side| !side.captions.is_empty());
    // On a phone there is room for one side: that of which something was said last.
    let last = (0..told.len()).max_by_key(|number| {
        let Narration { caption, step, .. } = &told[*number];
        if captioned { caption.as_ref().map(|(at, _)| *at) } else { step.as_ref().map(|(at, _)| *at) }
    });
    let mut each = told.iter().enumerate().map(|(number, told)| {
        // Sentences that change with every frame cannot be read.
        let step = told.step.as_ref().filter(|_| motion == Motion::Paused);
        let step = step.map(|(at, text)| format!("{}  {text}", reel.clock(*at)));
        let last = if last == Some(number) { "last" } else { "" };
        element("p", &[])
            .key(number)
            .with("class", classes(&[side_class(told.style), last]))
            .add(said(told.caption.as_ref().map(|(_, text)| text.as_str()), "caption"))
            .add(said(step.as_deref(), "step"))
    });
    let captioned = if captioned { "captioned" } else { "" };
    element("div", &[("role", "group"), ("aria-label", "At the playhead")])
        .with("class", classes(&["narration", captioned]))
        .all(&mut each)
}

/// What there is to say, which may be cut off and is there in full when pointed at.
fn said(text: Option<&str>, class: &'static str) -> Element {
    let text = text.unwrap_or_default().to_owned();
    block("span", class).with("title", text.clone()).text(text)
}
