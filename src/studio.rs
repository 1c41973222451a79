//! Carries out orders: keeps the scenario that a person wants to see and their changes to it, runs it, and records it.
//!
//! The studio knows scenarios and the engine. Those who show a run know neither; what they need, the studio sends them
//! as a [`Panel`] and a [`Recording`].
//!
//! *Invariant:* there is one run at a time, and it is of the latest wish. An order that is refused changes nothing, and
//! the panel says why it was refused.

mod broker;
mod dial;
mod edit;
pub mod library;
mod link;
mod record;
pub mod taken;

pub use dial::Dial;
pub use edit::{Edit, Wish};
pub use link::{LinkProblem, PageLink};

use std::rc::Rc;

use link::Kept;
use serde_json::Value;

use crate::desk::{Cover, Opening, Order, Panel, Refusal, Report};
use crate::engine::Progress;
use crate::reading::{Faults, parse};
use crate::recording::Recording;
use crate::scenario::{PRESETS, Played, Preset, Run, Scenario};

/// Runs scenarios to order.
pub struct Studio {
    wish: Wish,
    /// The wish of the recording that was handed out last.
    shown: Option<Wish>,
    run: Option<Run>,
    /// Where the next recording is to open.
    opening: Option<Opening>,
    refusals: Vec<Refusal>,
    link_problem: Option<LinkProblem>,
    /// The scenario that is kept for links to mean.
    kept: Option<Kept>,
    /// The number of the last order that was taken.
    number: u32,
}

impl Default for Studio {
    /// A studio that has the first built-in scenario and runs nothing until something is ordered.
    fn default() -> Self {
        let mut studio = Studio::with(PRESETS[0].scenario());
        studio.run = None;
        studio
    }
}

impl Studio {
    /// A studio that has this scenario, which need not be built in, and is about to run it.
    pub fn with(scenario: Scenario) -> Self {
        let mut studio = Studio {
            wish: Wish::unchanged(Rc::new(scenario)),
            shown: None,
            run: None,
            opening: Some(Opening::default()),
            refusals: Vec::new(),
            link_problem: None,
            kept: None,
            number: 0,
        };
        studio.begin();
        studio
    }

    /// The cover of a built-in scenario, on which a page opens before there is a studio.
    pub fn cover(preset: &Preset) -> Cover {
        Studio::cover_of(preset.scenario().play())
    }

    /// The cover of a run of any scenario, as it was run.
    pub fn cover_of(played: Played) -> Cover {
        let studio = Studio::with(played.scenario.clone());
        Cover { panel: studio.panel(), recording: record::recording(played) }
    }

    /// What is to be run, and what was changed of it.
    pub fn wish(&self) -> &Wish {
        &self.wish
    }

    /// The dial of the parameter at `path`, if the scenario offers one.
    pub fn dial(&self, path: &str) -> Option<Dial> {
        let control = self.wish.scenario.head.controls.iter().find(|control| control.path == path)?;
        let value = self.wish.value_at(path)?;
        Dial::new(control, self.wish.original_at(path).unwrap_or(value), value)
    }

    /// Carries out or refuses an order, and reports the panel that follows from it. If the order asks for a run, the
    /// run is only begun; [`advance`](Self::advance) goes on with it.
    pub fn take(&mut self, number: u32, order: Order) -> Report {
        self.number = number;
        match order {
            Order::Keep { scenario, field } => self.kept = Some(Kept::read(&scenario, field)),
            Order::Assume(link) => {
                self.follow(&link);
                self.run = None;
                self.opening = None;
                self.shown = Some(self.wish.clone());
            }
            Order::Follow(link) => self.follow(&link),
            Order::Turn { path, stop } => {
                if let Some(dial) = self.dial(&path) {
                    self.set(&path, dial.value_at(stop as usize));
                }
            }
            Order::Set { path, value } => {
                let mut faults = Faults::default();
                let read = parse(&value, &mut faults);
                match (read, faults.first()) {
                    (Ok(read), Ok(())) => self.set(&path, read),
                    (Ok(_), Err(misread)) => self.refuse(&path, &value, misread.to_string()),
                    // What is not JSON is a word, written without its quotation marks.
                    (Err(_), _) => self.set(&path, Value::String(value)),
                }
            }
            Order::Type { path, text } => self.type_in(&path, &text),
            Order::Reset => self.reset(),
            Order::Cancel => self.cancel(),
        }
        self.standing()
    }

    /// The report on the orders taken so far.
    pub fn standing(&self) -> Report {
        Report::Taken { number: self.number, panel: self.panel(), running: self.run.is_some() }
    }

    /// Goes on with the run by at most `budget` events on each side. Without a run under way there is nothing to
    /// report.
    pub fn advance(&mut self, budget: u64) -> Option<Report> {
        let number = self.number;
        let run = self.run.as_mut()?;
        if run.advance(budget) == Progress::Running {
            return Some(Report::Progress { number, share: (run.fraction() * 1_000.0) as u16 });
        }
        let recording = self.finish();
        let address = link::address(&self.wish);
        Some(Report::Ended { number, address, recording, opening: self.opening.take() })
    }

    fn begin(&mut self) {
        self.run = Some(Run::new((*self.wish.scenario).clone()));
    }

    /// Runs what is wished for to its end at once, and records it.
    pub fn finish(&mut self) -> Recording {
        let mut run = self.run.take().unwrap_or_else(|| Run::new((*self.wish.scenario).clone()));
        while run.advance(u64::MAX) == Progress::Running {}
        self.shown = Some(self.wish.clone());
        record::recording(run.into_played())
    }

    fn want(&mut self, wish: Wish) {
        self.wish = wish;
        self.begin();
    }

    fn follow(&mut self, text: &str) {
        let (link, problem) = PageLink::read(text);
        let (link, wish, second) = link.resolve(self.kept.as_ref());
        self.link_problem = problem.or(second);
        self.refusals.clear();
        self.opening = Some(link.opening());
        self.want(wish);
    }

    fn set(&mut self, path: &str, value: Value) {
        let typed = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        self.try_edit(path, value, &typed);
    }

    fn type_in(&mut self, path: &str, text: &str) {
        let read = match self.dial(path) {
            Some(dial) => dial.read(text),
            None => edit::read_seed(text),
        };
        match read {
            Ok(value) => self.try_edit(path, value, text),
            Err(sentence) => self.refuse(path, text, sentence),
        }
    }

    fn refuse(&mut self, path: &str, typed: &str, sentence: String) {
        self.refusals.retain(|refusal| refusal.path != path);
        self.refusals.push(Refusal { path: path.into(), typed: typed.into(), sentence });
    }

    fn try_edit(&mut self, path: &str, value: Value, typed: &str) {
        let edits = broker::follow(&self.wish, path, edit::with(&self.wish, path, value));
        match edit::apply(&self.wish, edits) {
            Ok(wish) => {
                self.refusals.retain(|refusal| refusal.path != path);
                if wish.edits != self.wish.edits {
                    self.want(wish);
                }
            }
            // What stands in the way may be another parameter, which the sentence must then name.
            Err(problem) if problem.path != path => self.refuse(path, typed, problem.to_string()),
            Err(problem) => self.refuse(path, typed, problem.sentence),
        }
    }

    fn reset(&mut self) {
        self.refusals.clear();
        self.link_problem = None;
        if !self.wish.edits.is_empty() {
            self.want(self.wish.as_it_came());
        }
    }

    /// Ends the run and goes back to the wish of the recording that is shown, or, if there is none yet, to the scenario
    /// as it came.
    fn cancel(&mut self) {
        if self.run.take().is_none() {
            return;
        }
        match self.shown.clone() {
            Some(wish) => {
                self.wish = wish;
                self.opening = None;
            }
            None => {
                self.opening = Some(Opening::default());
                self.want(self.wish.as_it_came());
            }
        }
    }

    fn panel(&self) -> Panel {
        let head = &self.wish.scenario.head;
        let dials = head.controls.iter().filter_map(|control| self.dial(&control.path));
        let mut modelled = Vec::new();
        for side in &self.wish.scenario.sides {
            let entry = (side.settings.protocol().to_owned(), side.settings.left_out().to_owned());
            if !modelled.contains(&entry) {
                modelled.push(entry);
            }
        }
        Panel {
            name: head.name.clone(),
            title: head.title.clone(),
            look_for: head.look_for.clone(),
            otherwise: head.library.otherwise.clone(),
            address: link::address(&self.wish),
            dials: dials.map(|dial| dial.face()).collect(),
            seed: head.seed.to_string(),
            changed: !self.wish.edits.is_empty(),
            brokers: broker::choices(&self.wish, &self.refusals),
            refusals: self.refusals.clone(),
            modelled,
            link_problem: self.link_problem.as_ref().map(|problem| problem.0.clone()),
        }
    }
}
