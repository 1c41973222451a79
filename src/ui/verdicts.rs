//! Per side a card: what is to be said of it, and the few numbers that matter.
//!
//! *Invariant:* every word and number comes with the recording, and so from the trace.

use super::Act;
use super::element::{Element, block, classes, element};
use crate::player::{Action, Reel};
use crate::recording::{Card, Figure, Sentence, Style, Tone};

pub fn verdicts(reel: &Reel, act: &Act) -> Element {
    let recording = &reel.recording;
    let mut cards = recording.sides.iter().zip(&recording.cards).map(|(side, card)| {
        let name = [("aria-label", side_name(side.style))];
        element("article", &name)
            .key(side.id.as_str())
            .with("class", classes(&["card", side_class(side.style)]))
            .add(spoken(card, reel, act))
            .add(block("dl", "figures").all(&mut card.figures.iter().map(shown)))
    });
    // Between the cards on a wide page, for it speaks of both.
    let comparison = block("p", "comparison").add(sentence(&recording.comparison, reel, act));
    element("section", &[("class", "verdicts"), ("aria-label", "What it comes to")]).add(comparison).all(&mut cards)
}

fn spoken(card: &Card, reel: &Reel, act: &Act) -> Element {
    let mut words = block("p", "verdict");
    for (place, said) in card.sentences.iter().enumerate() {
        let sentence = sentence(said, reel, act);
        // Its colour follows the outcome for whoever wanted the work, where that is bad.
        let bad = (said.tone == Tone::Bad).then_some("bad");
        words = match place {
            0 => words.add(element("b", &[]).with_some("class", bad).add(sentence)),
            _ => words.text(" ").add(sentence),
        };
    }
    words
}

/// What is about a moment leads there.
fn sentence(verdict: &Sentence, reel: &Reel, act: &Act) -> Element {
    let text = verdict.text.clone();
    let Some(at) = verdict.at else { return element("span", &[]).text(text) };
    let button = element("button", &[("type", "button"), ("class", "sentence")]);
    button.with("title", format!("Show {}", reel.clock(at))).does(act, move || Action::Seek(at)).text(text)
}

fn shown(figure: &Figure) -> Element {
    element("div", &[])
        .key(figure.label.as_str())
        .with("class", classes(&["figure", tone_class(figure.tone)]))
        .add(element("dt", &[]).text(figure.label.clone()))
        .add(element("dd", &[]).text(figure.value.clone()))
}

fn tone_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "good",
        Tone::Plain => "plain",
        Tone::Bad => "bad",
    }
}

/// The class by which what is said of a side has the colour of its style.
pub fn side_class(style: Style) -> &'static str {
    match style {
        Style::RequestResponse => "side-asked",
        Style::Queued => "side-queued",
    }
}

pub fn side_name(style: Style) -> &'static str {
    match style {
        Style::RequestResponse => "Request–response",
        Style::Queued => "Queued messaging",
    }
}
