//! What a person does with a run: the playhead, playing and paused, the selection, the parameters they changed.
//!
//! One value, [`Player`], and one function, [`Player::update`], which the page wraps in a few lines. A run is made
//! elsewhere and handed in; what has to be run is in [`Player::wanted`], and a run that is no longer wanted is
//! dropped, so the latest change wins.
//!
//! *Invariant:* knows no timer, no screen and no wall clock. Real time comes in as the length of a frame.

mod action;
mod broker;
mod clock;
mod control;
mod edit;
mod link;
mod narration;
mod pointing;
mod reel;

pub use action::{Action, Selection};
pub use broker::BrokerChoice;
pub use clock::{Gait, Motion, SECONDS_TO_PLAY_A_RUN, Speed};
pub use control::{Dial, Refusal};
pub use edit::{Edit, SEED, Wish};
pub use link::{Link, LinkProblem};
pub use narration::sentence_at;
pub use pointing::pointed;
pub use reel::{Reel, Trouble, TroubleKind, moment_text};

use std::rc::Rc;

use serde_json::Value;

use crate::scenario::{PRESETS, Played, Scenario, preset};
use crate::time::{Moment, Span};
use crate::trace::JobId;

/// Which stretch of simulated time is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: Moment,
    pub to: Moment,
}

/// Where the playhead is to stand once a run has been handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cue {
    /// Where the scenario says, or at the end.
    Telling,
    At(Moment),
    /// Where it is, or at the end if the run is shorter now.
    Stay,
}

/// A scenario as a person plays with it.
#[derive(Clone, Debug)]
pub struct Player {
    wish: Wish,
    /// Rises with every change of the wish.
    number: u32,
    reel: Option<Rc<Reel>>,
    refusals: Vec<Refusal>,
    head: Moment,
    clock: clock::Clock,
    selection: Selection,
    cue: Cue,
    said: String,
    link_problem: Option<LinkProblem>,
}

impl Player {
    /// The first built-in scenario, or what the link says.
    pub fn open(link: &str) -> Player {
        let mut player = Player::with(PRESETS[0].scenario());
        player.follow(link);
        player
    }

    /// A scenario that need not be built in. Its link only opens it where a scenario of that name is.
    pub fn with(scenario: Scenario) -> Player {
        let mut player = Player {
            wish: Wish::unchanged(Rc::new(scenario)),
            number: 0,
            reel: None,
            refusals: Vec::new(),
            head: Moment::START,
            clock: clock::Clock::default(),
            selection: Selection::Nothing,
            cue: Cue::Telling,
            said: String::new(),
            link_problem: None,
        };
        player.selection = player.telling_selection();
        player
    }

    /// What is to be run, and what was changed of it.
    pub fn wish(&self) -> &Wish {
        &self.wish
    }

    /// The number under which the run of [`Player::wish`] is to be handed in.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Whether what is shown is not yet what is wished for.
    pub fn is_behind(&self) -> bool {
        self.reel.as_ref().is_none_or(|reel| !Rc::ptr_eq(&reel.wish.scenario, &self.wish.scenario))
    }

    /// The latest run that was handed in.
    pub fn reel(&self) -> Option<&Rc<Reel>> {
        self.reel.as_ref()
    }

    /// Why the parameter at `path` is not what was typed.
    pub fn refusal(&self, path: &str) -> Option<&Refusal> {
        self.refusals.iter().find(|refusal| refusal.path == path)
    }

    pub fn head(&self) -> Moment {
        self.head
    }

    pub fn motion(&self) -> Motion {
        self.clock.motion
    }

    pub fn speed(&self) -> Speed {
        self.clock.speed
    }

    /// What is lit. While another scenario's run is under way, nothing that the run shown does not have.
    pub fn selection(&self) -> Selection {
        let jobs = self.reel.as_ref().map_or(u32::MAX, |reel| reel.wish.scenario.head.workload.jobs);
        match self.selection.job() {
            Some(job) if job.index() >= jobs => Selection::Nothing,
            _ => self.selection,
        }
    }

    /// One sentence on the last step that the person took, for those who listen.
    pub fn said(&self) -> &str {
        &self.said
    }

    /// Why the link could not be followed to the letter.
    pub fn link_problem(&self) -> Option<&LinkProblem> {
        self.link_problem.as_ref()
    }

    /// The end of the run, or its beginning while there is none.
    pub fn ended(&self) -> Moment {
        self.reel.as_ref().map_or(Moment::START, |reel| reel.ended)
    }

    /// The window laid out: the scenario's, moved by its own length as often as the playhead needs it.
    pub fn window(&self) -> Window {
        let ended = self.ended();
        let view = &self.wish.scenario.head.view;
        let from = view.from.unwrap_or(Moment::START);
        let to = view.to.unwrap_or(ended).min(ended);
        if from >= to {
            return Window { from: Moment::START, to: ended };
        }
        let length = to.since(from).as_micros();
        let (first, head) = (from.micros(), self.head.micros());
        // The last moment of a window belongs to it: a playhead that rests at the end of the run is in view.
        let begin = match head {
            before if before < first => first.saturating_sub((first - before).div_ceil(length) * length),
            within if within <= to.micros() => first,
            after => first + ((after - first).div_ceil(length) - 1) * length,
        };
        Window { from: Moment::from_micros(begin), to: Moment::from_micros(begin + length) }
    }

    /// The link to what is shown now.
    pub fn link(&self) -> Link {
        Link {
            name: self.wish.base.head.name.clone(),
            edits: self.wish.edits.clone(),
            at: match self.cue {
                Cue::Telling => None,
                Cue::At(moment) => Some(moment),
                Cue::Stay => (self.head != self.telling_moment()).then_some(self.head),
            },
            selection: (self.selection != self.telling_selection()).then_some(self.selection),
        }
    }

    fn telling_moment(&self) -> Moment {
        let ended = self.ended();
        self.wish.scenario.head.view.at.map_or(ended, |at| at.min(ended))
    }

    fn telling_selection(&self) -> Selection {
        let jobs = self.wish.scenario.head.workload.jobs;
        let number = self.wish.base.head.view.job.filter(|number| *number <= jobs);
        number.map_or(Selection::Nothing, |number| Selection::Job(JobId::from_index(number - 1)))
    }

    /// What the action makes of the player.
    pub fn update(&mut self, action: Action) {
        match action {
            Action::Open(name) => self.open_preset(&name),
            Action::Follow(link) => self.follow(&link),
            Action::Ran { number, played } => self.hand_in(number, played),
            Action::Play => self.play(),
            Action::Pause => self.pause(),
            Action::Toggle => match self.clock.motion {
                Motion::Playing => self.pause(),
                Motion::Paused => self.play(),
            },
            Action::Frame(elapsed) => self.frame(elapsed),
            Action::StepOn => self.step(|reel, head| reel.next_after(head).unwrap_or(reel.ended)),
            Action::StepBack => self.step(|reel, head| reel.last_before(head).unwrap_or(Moment::START)),
            Action::Seek(moment) => self.step(move |reel, _| moment.min(reel.ended)),
            Action::ToStart => self.step(|_, _| Moment::START),
            Action::ToEnd => self.step(|reel, _| reel.ended),
            Action::Select(selection) => self.select(selection),
            Action::SetSpeed(speed) => self.clock.speed = speed,
            Action::SetGait(gait) => self.clock.gait = gait,
            Action::Set { path, value } => self.set(&path, value),
            Action::Type { path, text } => self.type_in(&path, &text),
            Action::Reset => self.reset(),
            Action::Cancel => self.cancel(),
        }
    }

    fn open_preset(&mut self, name: &str) {
        if let Some(preset) = preset(name) {
            self.link_problem = None;
            self.want(Wish::unchanged(Rc::new(preset.scenario())), Cue::Telling);
            self.selection = self.telling_selection();
        }
    }

    fn follow(&mut self, text: &str) {
        let (link, problem) = Link::read(text);
        let (link, wish, second) = link.resolve();
        self.link_problem = problem.or(second);
        self.want(wish, link.at.map_or(Cue::Telling, Cue::At));
        self.selection = link.selection.unwrap_or_else(|| self.telling_selection());
    }

    fn want(&mut self, wish: Wish, cue: Cue) {
        self.number += 1;
        self.wish = wish;
        // A change made before the first run is there leaves the playhead's first place as it was asked for.
        if cue != Cue::Stay {
            self.cue = cue;
            self.refusals.clear();
            self.clock.motion = Motion::Paused;
        }
    }

    fn hand_in(&mut self, number: u32, played: Rc<Played>) {
        if number != self.number {
            return;
        }
        let was_at_end = self.reel.as_ref().is_some_and(|reel| self.head >= reel.ended);
        let reel = Rc::new(Reel::new(self.wish.clone(), played));
        let ended = reel.ended;
        self.reel = Some(reel);
        self.head = match self.cue {
            Cue::Telling => self.telling_moment(),
            Cue::At(moment) => moment.min(ended),
            Cue::Stay if was_at_end => ended,
            Cue::Stay => self.head.min(ended),
        };
        self.cue = Cue::Stay;
        self.clock.rest_at(self.head);
        self.forget_a_message_that_is_not_there();
    }

    fn play(&mut self) {
        let Some(reel) = &self.reel else { return };
        if self.head >= reel.ended {
            self.head = Moment::START;
        }
        self.clock.motion = Motion::Playing;
        self.clock.rest_at(self.head);
        self.said = "Playing".into();
    }

    fn pause(&mut self) {
        if self.clock.motion == Motion::Playing {
            self.clock.motion = Motion::Paused;
            self.said = format!("Paused at {}", reel::moment_text(self.head));
        }
    }

    fn frame(&mut self, elapsed: Span) {
        let Some(reel) = &self.reel else { return };
        if self.clock.motion == Motion::Paused {
            return;
        }
        self.head = self.clock.advance(elapsed, reel);
        if self.head >= reel.ended {
            self.clock.motion = Motion::Paused;
            self.said = format!("The end, at {}", reel::moment_text(reel.ended));
        }
    }

    fn step(&mut self, to: impl Fn(&Reel, Moment) -> Moment) {
        let Some(reel) = &self.reel else { return };
        self.head = to(reel, self.head);
        self.said = sentence_at(reel, self.head);
        self.clock.rest_at(self.head);
        self.clock.motion = Motion::Paused;
    }

    fn select(&mut self, selection: Selection) {
        self.selection = selection;
        self.forget_a_message_that_is_not_there();
        self.said = match self.selection.job() {
            Some(job) => format!("Job {} is selected on both sides", job.number()),
            None => "Nothing is selected".into(),
        };
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
        match edit::apply(&self.wish.base, edits) {
            Ok(wish) => {
                self.refusals.retain(|refusal| refusal.path != path);
                if wish.edits != self.wish.edits {
                    self.want(wish, Cue::Stay);
                    self.forget_a_job_that_is_not_there();
                }
            }
            // What stands in the way may be elsewhere.
            Err(problem) if problem.path != path => self.refuse(path, typed, problem.to_string()),
            Err(problem) => self.refuse(path, typed, problem.sentence),
        }
    }

    fn reset(&mut self) {
        self.refusals.clear();
        self.link_problem = None;
        if !self.wish.edits.is_empty() {
            self.want(Wish::unchanged(self.wish.base.clone()), Cue::Stay);
            self.forget_a_job_that_is_not_there();
        }
        self.said = "The scenario is as it was".into();
    }

    /// Back to the wish of the run that is shown, or to the scenario as it came if there is none yet.
    fn cancel(&mut self) {
        if !self.is_behind() {
            return;
        }
        match self.reel.clone() {
            Some(reel) => {
                self.want(reel.wish.clone(), Cue::Stay);
                self.cue = Cue::Stay;
            }
            None => self.want(Wish::unchanged(self.wish.base.clone()), Cue::Telling),
        }
        self.said = "The run was cancelled".into();
    }

    /// The dial of the parameter at `path`, if the scenario offers one.
    pub fn dial(&self, path: &str) -> Option<Dial> {
        let control = self.wish.scenario.head.controls.iter().find(|control| control.path == path)?;
        Dial::new(control, &self.wish.base, &self.wish.scenario)
    }

    fn forget_a_job_that_is_not_there(&mut self) {
        let jobs = self.wish.scenario.head.workload.jobs;
        if self.selection.job().is_some_and(|job| job.index() >= jobs) {
            self.selection = Selection::Nothing;
        }
    }

    /// A message's number is of one run; the same number in another may be another's.
    fn forget_a_message_that_is_not_there(&mut self) {
        let Selection::Message { side, message, job } = self.selection else { return };
        let Some(reel) = &self.reel else { return };
        let carries = reel.played.sides.get(usize::from(side)).is_some_and(|side| {
            side.trace.messages.get(message.at()).is_some_and(|row| side.trace.jobs_of(row).contains(&job))
        });
        if !carries {
            self.selection = Selection::Job(job);
        }
    }
}
