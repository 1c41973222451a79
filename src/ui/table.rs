//! The messages as a table: the same as in the picture, for those who read or listen.
//!
//! *Invariant:* built only while it is open, and never longer than a page; it moves on with the playhead by halves.

use std::rc::Rc;

use web_sys::HtmlElement;
use yew::prelude::*;

use super::verdicts::{side_class, side_name};
use super::{Act, browser};
use crate::order;
use crate::player::{Action, Reel};
use crate::recording::Selection;
use crate::time::Moment;
use crate::trace::{Class, MessageId, Trace};

/// Rows in the document at once.
const PAGE: usize = 200;

#[derive(Properties, PartialEq)]
pub struct TableProps {
    pub reel: Rc<Reel>,
    pub selection: Selection,
    /// The last moment, until the playhead, at which something happens.
    pub reached: Moment,
    pub act: Act,
}

/// A message by its side and number.
type Entry = (u8, MessageId);

#[component]
pub fn Table(props: &TableProps) -> Html {
    let open = use_state(|| false);
    let ontoggle = {
        let open = open.setter();
        Callback::from(move |event: Event| {
            open.set(browser::target::<HtmlElement>(&event).is_some_and(|details| details.has_attribute("open")));
        })
    };
    let entries = use_memo((props.reel.clone(), *open), |(reel, open)| match open {
        true => entries(reel),
        false => Vec::new(),
    });
    html! {
        <details class="fold" {ontoggle}>
            <summary>{ "Table of messages" }</summary>
            if *open {
                { rows(props, &entries) }
            }
        </details>
    }
}

fn rows(props: &TableProps, entries: &[Entry]) -> Html {
    let reel = &props.reel;
    let reached = entries.partition_point(|entry| row(reel, *entry).sent <= props.reached);
    // By halves of a page, so that a step seldom changes more than one row.
    let first = (reached / (PAGE / 2)).saturating_sub(1) * (PAGE / 2);
    let first = first.min(entries.len().saturating_sub(PAGE));
    let shown = &entries[first..(first + PAGE).min(entries.len())];
    html! {
        <div class="fold-body table-frame" tabindex="0" role="group" aria-label="Table of messages">
            if shown.len() < entries.len() {
                <p class="table-note">{ format!(
                    "Messages {} to {} of {}: those around the playhead.", first + 1, first + shown.len(), entries.len()
                ) }</p>
            }
            <table>
                <thead>
                    <tr>
                        { for ["Sent", "Arrived", "Side", "From", "To", "Message", "Job", "What became of it"]
                            .map(|head| html! { <th key={head} scope="col">{ head }</th> }) }
                    </tr>
                </thead>
                <tbody>
                    { for shown.iter().enumerate().map(|(place, entry)| {
                        table_row(props, *entry, first + place, reached)
                    }) }
                </tbody>
            </table>
        </div>
    }
}

/// Every message of both sides but the background ones, in the order in which they were sent.
fn entries(reel: &Rc<Reel>) -> Vec<Entry> {
    let of_side = |(side, trace): (usize, &Trace)| -> Vec<Entry> {
        let rows = trace.messages.iter().enumerate();
        let shown = rows.filter(|(_, row)| trace.kind(row).class != Class::Background);
        shown.map(|(index, _)| (side as u8, MessageId::from_index(index as u32))).collect()
    };
    let mut entries: Vec<Entry> =
        reel.recording.sides.iter().map(|side| &side.trace).enumerate().flat_map(of_side).collect();
    order::sort_by_key(&mut entries, |(side, message)| (row(reel, (*side, *message)).sent, *side, *message));
    entries
}

fn trace(reel: &Reel, side: u8) -> &Trace {
    &reel.recording.sides[usize::from(side)].trace
}

fn row(reel: &Reel, (side, message): Entry) -> &crate::trace::MessageRow {
    &trace(reel, side).messages[message.at()]
}

fn table_row(props: &TableProps, entry: Entry, place: usize, reached: usize) -> Html {
    let (side, message) = entry;
    let reel = &*props.reel;
    let (trace, row) = (trace(reel, side), row(reel, entry));
    let jobs = trace.jobs_of(row);
    let selection = jobs.first().map(|job| Selection::Message { side, message, job: *job });
    let lit = props.selection.job().is_some_and(|job| jobs.contains(&job));
    let style = reel.recording.sides[usize::from(side)].style;
    let label = trace.label(row);
    let label = match selection {
        Some(selection) => {
            let act = props.act.clone();
            let onclick = Callback::from(move |_: MouseEvent| act.dispatch(Action::Select(selection)));
            let pressed = if props.selection == selection { "true" } else { "false" };
            html! { <button type="button" class="sentence" aria-pressed={pressed} {onclick}>{ label }</button> }
        }
        None => html! { label },
    };
    let numbers: Vec<String> = jobs.iter().map(|job| job.number().to_string()).collect();
    let again = if row.attempt > 1 { format!(", no. {}", row.attempt) } else { String::new() };
    let class = classes!(side_class(style), lit.then_some("lit"), (place >= reached).then_some("future"));
    html! {
        <tr key={format!("{side}-{}", message.index())} {class} aria-current={(place + 1 == reached).then_some("step")}>
            <td>{ reel.clock(row.sent) }</td>
            <td>{ row.arrived.known().map_or_else(|| "–".to_owned(), |at| reel.clock(at)) }</td>
            <td class="table-side">{ side_name(style) }</td>
            <td>{ &trace.actor(row.from).name }</td>
            <td>{ &trace.actor(row.to).name }</td>
            <th scope="row">{ label }</th>
            <td>{ numbers.join(", ") }</td>
            <td>{ format!("{}{again}", row.fate.word()) }</td>
        </tr>
    }
}
