//! The messages as a table: the same as in the picture, for those who read or listen.
//!
//! *Invariant:* there are rows only while the table is open, and never more than [`PAGE`] of them: those around the
//! playhead. They are others after half as many messages, so that a step seldom changes more than one row.

use std::rc::Rc;

use web_sys::HtmlElement;

use super::app::{Fold, Message};
use super::element::{Element, On, block, classes, element};
use super::verdicts::{side_class, side_name};
use super::{Act, browser};
use crate::player::{Action, Reel};
use crate::recording::Selection;
use crate::time::Moment;
use crate::trace::MessageId;

/// Rows in the document at once.
const PAGE: usize = 200;

/// A message by its side and number.
type Entry = (u8, MessageId);

/// What the table shows.
#[derive(Clone)]
pub struct Shown {
    pub reel: Rc<Reel>,
    pub selection: Selection,
    /// The last moment, until the playhead, at which something happens.
    pub reached: Moment,
}

impl PartialEq for Shown {
    fn eq(&self, other: &Shown) -> bool {
        Rc::ptr_eq(&self.reel, &other.reel) && (self.selection, self.reached) == (other.selection, other.reached)
    }
}

/// A fold with the table in it, if it is open.
pub fn table(shown: Option<&Shown>, act: &Act) -> Element {
    let opening = act.clone();
    block("details", "fold")
        .on(On::Toggle, move |event| {
            let is_open = browser::target::<HtmlElement>(event).is_some_and(|details| details.has_attribute("open"));
            opening.tell(Message::Table(if is_open { Fold::Open } else { Fold::Closed }));
        })
        .add(element("summary", &[]).text("Table of messages"))
        .add_some(shown.map(|shown| rows(shown, act)))
}

/// Comes with the later part of the page.
#[inline(never)]
fn rows(table: &Shown, act: &Act) -> Element {
    let (index, sides) = (table.reel.index(), &table.reel.recording.sides);
    let (reached, all) = (index.sent_until(sides, table.reached), index.messages());
    // By halves of a page, so that a step seldom changes more than one row.
    let first = (reached / (PAGE / 2)).saturating_sub(1) * (PAGE / 2);
    let first = first.min(all.saturating_sub(PAGE));
    let shown = index.sent(sides, first, PAGE);
    let note = (shown.len() < all).then(|| {
        let (from, to) = (first + 1, first + shown.len());
        block("p", "table-note").text(format!("Messages {from} to {to} of {all}: those around the playhead."))
    });
    let mut each = shown.iter().enumerate().map(|(place, entry)| table_row(table, *entry, first + place, reached, act));
    let frame = [("class", "fold-body table-frame"), ("tabindex", "0"), ("role", "group")];
    element("div", &frame)
        .with("aria-label", "Table of messages")
        .add_some(note)
        .add(element("table", &[]).add(head()).add(element("tbody", &[]).all(&mut each)))
}

fn head() -> Element {
    let names = ["Sent", "Arrived", "Side", "From", "To", "Message", "Job", "What became of it"];
    let mut cells = names.iter().map(|name| element("th", &[("scope", "col")]).key(*name).text(*name));
    element("thead", &[]).add(element("tr", &[]).all(&mut cells))
}

fn table_row(table: &Shown, entry: Entry, place: usize, reached: usize, act: &Act) -> Element {
    let (side, message) = entry;
    let reel = &*table.reel;
    let trace = &reel.recording.sides[usize::from(side)].trace;
    let row = &trace.messages[message.at()];
    let jobs = trace.jobs_of(row);
    let selection = jobs.first().map(|job| Selection::Message { side, message, job: *job });
    let is_lit = table.selection.job().is_some_and(|job| jobs.contains(&job));
    let style = reel.recording.sides[usize::from(side)].style;
    let heading = element("th", &[("scope", "row")]);
    let label = trace.label(row);
    let heading = match selection {
        Some(selection) => {
            let pressed = if table.selection == selection { "true" } else { "false" };
            let button = element("button", &[("type", "button"), ("class", "sentence")]);
            heading.add(button.with("aria-pressed", pressed).does(act, move || Action::Select(selection)).text(label))
        }
        None => heading.text(label),
    };
    let numbers: Vec<String> = jobs.iter().map(|job| job.number().to_string()).collect();
    let again = if row.attempt > 1 { format!(", no. {}", row.attempt) } else { String::new() };
    let lit = if is_lit { "lit" } else { "" };
    let future = if place >= reached { "future" } else { "" };
    let cell = |text: String| element("td", &[]).text(text);
    element("tr", &[])
        .key(format!("{side}-{}", message.index()))
        .with("class", classes(&[side_class(style), lit, future]))
        .with_some("aria-current", (place + 1 == reached).then_some("step"))
        .add(cell(reel.clock(row.sent)))
        .add(cell(row.arrived.known().map_or_else(|| "–".to_owned(), |at| reel.clock(at))))
        .add(block("td", "table-side").text(side_name(style)))
        .add(cell(trace.actor(row.from).name.clone()))
        .add(cell(trace.actor(row.to).name.clone()))
        .add(heading)
        .add(cell(numbers.join(", ")))
        .add(cell(format!("{}{again}", row.fate.word())))
}
