//! What keys mean to the page, and the list of them.
//!
//! *Invariant:* a control keeps the keys that it uses itself, and no key of the browser's or of an assistive program's is
//! taken: none is heard together with Ctrl, Alt or Meta, but for those that undo and redo
//! wherever nothing is typed, which a script hears (`static/background.js`).

use web_sys::{Element as Node, KeyboardEvent};

use super::browser;
use crate::player::{Action, Way, WindowChange};
use crate::recording::Selection;

/// What a key means to the instrument.
pub fn meant(event: &KeyboardEvent) -> Option<Action> {
    let target: Node = browser::target(event)?;
    let (tag, is_scrubber) = (target.tag_name(), target.id() == "scrubber");
    let presses = matches!(tag.as_str(), "BUTTON" | "SUMMARY" | "A");
    if is_for_another(event) || (types(&tag) && !is_scrubber) {
        return None;
    }
    Some(match event.key().as_str() {
        " " if !presses => Action::Toggle,
        "ArrowLeft" => Action::StepBack,
        "ArrowRight" => Action::StepOn,
        "ArrowDown" if is_scrubber => Action::StepBack,
        "ArrowUp" if is_scrubber => Action::StepOn,
        "Home" => Action::ToStart,
        "End" => Action::ToEnd,
        "c" => Action::Leap(Way::Cause),
        "r" => Action::Leap(Way::Reply),
        "o" => Action::Leap(Way::OtherSide),
        "f" => Action::Leap(Way::NextFailure),
        "F" => Action::Leap(Way::LastFailure),
        "+" | "=" => Action::Window(WindowChange::Narrower),
        "-" => Action::Window(WindowChange::Wider),
        "[" => Action::Window(WindowChange::Earlier),
        "]" => Action::Window(WindowChange::Later),
        "0" => Action::Window(WindowChange::Whole),
        "Escape" => Action::Select(Selection::Nothing),
        _ => return None,
    })
}

/// Whether a key asks, anywhere on the page, for the list of keys.
pub fn asks_for_keys(event: &KeyboardEvent) -> bool {
    let tag = browser::target::<Node>(event).map(|target| target.tag_name());
    event.key() == "?" && !is_for_another(event) && !tag.is_some_and(|tag| types(&tag))
}

/// The id of the fold with the list of keys.
pub const KEYBOARD: &str = "keyboard";

fn is_for_another(event: &KeyboardEvent) -> bool {
    event.ctrl_key() || event.alt_key() || event.meta_key()
}

/// Whether an element of that tag takes letters for itself.
pub fn types(tag: &str) -> bool {
    matches!(tag, "INPUT" | "SELECT" | "TEXTAREA")
}

/// The keys in words.
pub const KEYS: &str = concat!(
    "<details class=\"fold\" id=\"keyboard\"><summary>Keyboard</summary><div class=\"fold-body prose\">",
    "<p>While the picture or the controls below it have the focus:</p><dl class=\"keys\">",
    "<div><dt><kbd>Space</kbd></dt><dd>play or pause</dd></div>",
    "<div><dt><kbd>→</kbd> <kbd>←</kbd></dt>",
    "<dd>one step on or back: to the next moment at which something happens on either side</dd></div>",
    "<div><dt><kbd>Home</kbd> <kbd>End</kbd></dt><dd>to the start, to the end</dd></div>",
    "<div><dt><kbd>F</kbd></dt><dd>to the next failure; with <kbd>Shift</kbd>, to the last one</dd></div>",
    "<div><dt><kbd>C</kbd></dt><dd>to the cause of the selected message, or of the last one</dd></div>",
    "<div><dt><kbd>R</kbd></dt><dd>to its reply, or from a reply to what it answers</dd></div>",
    "<div><dt><kbd>O</kbd></dt><dd>to the same job on the other side</dd></div>",
    "<div><dt><kbd>+</kbd> <kbd>-</kbd></dt><dd>show less of the run and larger, or more of it</dd></div>",
    "<div><dt><kbd>[</kbd> <kbd>]</kbd></dt><dd>show what is before, or after</dd></div>",
    "<div><dt><kbd>0</kbd></dt><dd>show the whole run</dd></div>",
    "<div><dt><kbd>Esc</kbd></dt><dd>select nothing</dd></div>",
    "</dl><p>Anywhere: <kbd>Ctrl</kbd> <kbd>Z</kbd> undoes a change; ",
    "<kbd>?</kbd> opens this list, and the first <kbd>Tab</kbd> offers to skip to the diagram.</p>",
    "</div></details>"
);
