//! What a person does with a run: the playhead, playing and paused, the selection, and what they order of the studio.
//!
//! There is one value, [`Player`], and one function, [`Player::update`], which the page wraps in a few lines. Scenarios
//! are read, changed and run by the studio: an order is kept in [`Player::orders`] until a report says that it was
//! taken. A report's panel is dropped if the report is about an older order than the last one, so that a dial does not
//! jump back in the hand.
//!
//! *Invariant:* the player knows no timer, no screen, no wall clock and no scenario. Real time comes in as the length
//! of a frame.

mod action;
mod arrival;
mod clock;
mod history;
mod leaps;
mod narration;
mod place;
mod pointing;
mod reel;
mod said;
mod sight;
mod window;

pub use action::Action;
pub use arrival::MOST_ROWS_A_TURN;
pub use clock::{Gait, Motion, Speed};
pub use history::Change;
pub use leaps::Way;
pub use narration::{Lines, Narration, captions_at, narrations};
pub use pointing::pointed;
pub use reel::{Reel, TroubleSign, moment_text};
pub use sight::{current, is_in_sight, scrolled};
pub use window::{Window, WindowChange};

use std::rc::Rc;

use arrival::Arrival;
use said::Said;

use crate::desk::{Cover, Opening, Order, Panel, Pending, Report};
use crate::recording::{Background, Selection};
use crate::time::{Moment, Span};

/// A run as a person plays with it, and what they ordered.
#[derive(Debug, Default)]
pub struct Player {
    panel: Rc<Panel>,
    /// The run that is shown.
    reel: Option<Rc<Reel>>,
    /// A run that has come and is not shown yet.
    arrival: Option<Arrival>,
    /// The orders that the studio has not taken yet, each with its number.
    orders: Vec<(u32, Order)>,
    /// The number of the last order that was given.
    number: u32,
    /// Whether the studio has said that it is carrying out a run.
    is_running: bool,
    /// How much of that run is done, in thousandths.
    share: Option<u16>,
    /// Whether the studio has said anything yet.
    has_heard: bool,
    /// Why there is no studio.
    closed: Option<String>,
    /// Why the studio broke down over what was ordered last, until something else is ordered.
    broken: Option<String>,
    /// The link to the run that is shown, without moment and selection: what another studio begins with.
    shown: String,
    /// The number of the order to open a link whose run was not handed in yet, and that link.
    opening: Option<(u32, String)>,
    history: history::History,
    /// The order to keep a scenario that is not built in, which every studio has to be given first.
    own: Option<Order>,
    /// How many studios there were before this one.
    studio: u32,
    head: Moment,
    clock: clock::Clock,
    selection: Selection,
    /// The window that was chosen; without one, the recording's own is shown.
    chosen: Option<Window>,
    /// How background messages are drawn.
    background: Background,
    said: Said,
}

impl Player {
    /// What the link says of a scenario that is not built in, given as JSON.
    pub fn open_own(scenario: String, cover: Option<Cover>, link: &str) -> Player {
        let mut player = Player::default();
        player.order(Order::keep(scenario, link));
        player.begin(cover, link);
        player
    }

    /// Opens what the link says. A cover of the same scenario is shown at once, at the moment that the link says. If
    /// the link also changes the scenario, the studio is ordered to run it, and that run is shown when it has come.
    pub fn open(cover: Option<Cover>, link: &str) -> Player {
        let mut player = Player::default();
        player.begin(cover, link);
        player
    }

    fn begin(&mut self, cover: Option<Cover>, link: &str) {
        let link = link.strip_prefix('#').unwrap_or(link);
        let mut fields = link.split('&');
        let name = fields.next().unwrap_or(link);
        let is_meant =
            |cover: &Cover| name == cover.panel.name || link.is_empty() || (name.is_empty() && self.own.is_some());
        if let Some(cover) = cover.filter(is_meant) {
            let address = cover.panel.address.clone();
            let more = fields.filter(|field| address.split('&').all(|known| known != *field));
            let is_there = |opening: &Opening| {
                let job = opening.selection.and_then(Selection::job);
                job.is_none_or(|job| job.index() < cover.recording.jobs())
            };
            let opening = place::read(more).filter(is_there);
            self.panel = Rc::new(cover.panel);
            self.shown = address.clone();
            self.receive(0, cover.recording, Some(opening.unwrap_or_default()));
            if opening.is_some() {
                self.order(Order::Assume(address));
                return;
            }
        }
        self.order(Order::Follow(link.into()));
    }

    /// The scenario that is wished for and what can be changed of it, as last reported.
    pub fn panel(&self) -> &Rc<Panel> {
        &self.panel
    }

    /// What the studio has not yet taken, each order with its number, in order.
    pub fn orders(&self) -> &[(u32, Order)] {
        &self.orders
    }

    /// The order to be sent next, if those up to number `sent` were sent. One order is on its way at a time: while the
    /// studio is busy with it a slider goes on moving, and only the last of its stops has to be run.
    pub fn next_order(&self, sent: u32) -> Option<&(u32, Order)> {
        if self.orders.first().is_some_and(|(number, _)| *number <= sent) {
            return None;
        }
        let is_superseded = |place: usize| {
            let order = &self.orders[place].1;
            self.orders[place + 1..].iter().any(|(_, later)| supersedes(later, order))
        };
        let next = (0..self.orders.len()).find(|place| !is_superseded(*place))?;
        self.orders.get(next)
    }

    /// Whether what is shown is not yet what is wished for.
    pub fn is_behind(&self) -> bool {
        self.is_arriving() || self.is_running || self.is_asking()
    }

    /// How far the run under way is, in thousandths, once that has been reported.
    pub fn share(&self) -> Option<u16> {
        self.share.filter(|_| self.is_behind())
    }

    /// Whether the studio has said anything yet: before that, its module may still be on its way.
    pub fn has_heard(&self) -> bool {
        self.has_heard
    }

    /// Which studio the orders are for: one more than before when the last one broke down or was ended.
    pub fn studio(&self) -> u32 {
        self.studio
    }

    /// Why nothing can be run, if nothing can.
    pub fn closed(&self) -> Option<&str> {
        self.closed.as_deref()
    }

    /// Why what was ordered last was not carried out, if the studio broke down over it. What is shown is the run
    /// before.
    pub fn broken(&self) -> Option<&str> {
        self.broken.as_deref()
    }

    /// The latest run that can be shown.
    pub fn reel(&self) -> Option<&Rc<Reel>> {
        self.reel.as_ref()
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

    pub fn selection(&self) -> Selection {
        self.selection
    }

    /// How background messages are drawn.
    pub fn background(&self) -> Background {
        self.background
    }

    /// The end of the run, or its beginning while there is none.
    pub fn ended(&self) -> Moment {
        self.reel.as_ref().map_or(Moment::START, |reel| reel.ended)
    }

    /// The window laid out: the one that was chosen, or the recording's own, moved by its own length as often as the
    /// playhead needs it.
    pub fn window(&self) -> Window {
        let (from, to) = self.reel.as_ref().map_or((Moment::START, Moment::START), |reel| reel.recording.window);
        self.chosen.unwrap_or_else(|| Window { from, to }.turned_to(self.head))
    }

    /// Whether less than the whole run is laid out.
    pub fn is_within_the_run(&self) -> bool {
        self.window().length() < self.ended().since(Moment::START)
    }

    /// How much simulated time is played in the time that the speed names: as much as is laid out.
    pub fn played_span(&self) -> Span {
        self.window().length()
    }

    /// Whether the studio has yet to say what the orders come to. Until then, [`link`](Self::link) does not contain
    /// them.
    pub fn is_asking(&self) -> bool {
        self.orders.iter().any(|(_, order)| !order.only_tells())
    }

    /// The link to what is shown now or is about to be, without the `#`. It names the moment and the selection only
    /// where they are not the telling ones. While a link is being opened, it is that link.
    #[inline(never)]
    pub fn link(&self) -> String {
        let mut text = self.panel.address.clone();
        match &self.opening {
            Some((number, link)) if *number == self.number => return link.clone(),
            // Moment and selection would be those of another scenario.
            Some(_) => return text,
            None => {}
        }
        let Some(reel) = &self.reel else { return text };
        let (moment, selection) = reel.recording.telling;
        let at = (self.head != moment).then_some(self.head);
        let selection = (self.selection != selection).then_some(self.selection);
        place::write(&mut text, at, selection, self.chosen, self.background);
        text
    }

    /// Carries out one action.
    pub fn update(&mut self, action: Action) {
        match action {
            Action::Order(order) => self.order(order),
            Action::LetGo => self.let_go(),
            Action::Go(change) => history::go_back(self, change),
            Action::Report(report) => self.report(report),
            Action::GoOn => self.go_on(),
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
            Action::Leap(way) => self.leap(way),
            Action::ToStart => self.step(|_, _| Moment::START),
            Action::ToEnd => self.step(|reel, _| reel.ended),
            Action::Select(selection) => self.select(selection),
            Action::Window(change) => self.change_window(change),
            Action::SetBackground(background) => self.background = background,
            Action::SetSpeed(speed) => self.clock.set_speed(speed),
            Action::SetGait(gait) => self.clock.gait = gait,
        }
    }

    fn order(&mut self, order: Order) {
        if self.closed.is_some() {
            return;
        }
        self.broken = None;
        self.history.ordered(&order);
        match &order {
            Order::Follow(link) => {
                self.clock.motion = Motion::Paused;
                self.opening = Some((self.number + 1, link.clone()));
            }
            Order::Reset => self.say("The scenario is as it was"),
            Order::Cancel => {
                self.say("The run was cancelled");
                // Another run than the one that is shown can only be awaited if none is.
                self.opening = None;
            }
            Order::Keep { .. } => self.own = Some(order.clone()),
            Order::Assume(_) | Order::Turn { .. } | Order::Set { .. } | Order::Type { .. } => {}
        }
        self.push(order);
    }

    fn push(&mut self, order: Order) {
        self.number += 1;
        self.orders.push((self.number, order));
    }

    /// Comes with the later part of the page, as all that is reported does.
    #[inline(never)]
    fn report(&mut self, report: Report) {
        self.has_heard = true;
        match report {
            Report::Taken { number, panel, running } => {
                self.orders.retain(|(given, _)| *given > number);
                if number == self.number {
                    self.history.wished(&self.panel.address, &panel.address);
                    self.panel = Rc::new(panel);
                    self.is_running = running;
                    self.share = None;
                }
            }
            Report::Progress { number, share } if number == self.number => self.share = Some(share),
            Report::Progress { .. } => {}
            // Even if a later order was given meanwhile, this run is newer than the one that is shown.
            Report::Ended { number, address, recording, opening } => {
                self.is_running &= number != self.number;
                self.shown = address;
                self.receive(number, recording, opening);
            }
            Report::Closed(sentence) => self.close(sentence),
            Report::Broke(sentence) => {
                // A studio that breaks down over what is shown already will do so again.
                let stands = self.orders.iter().filter(|(_, order)| order.only_tells()).count();
                let was_asked = self.is_running || self.is_asking();
                let only_stands = stands > 0 && stands == self.orders.len();
                if self.shown.is_empty() || (only_stands && !self.is_running) {
                    self.close(sentence);
                    return;
                }
                self.begin_anew(Pending::Dropped);
                if was_asked {
                    self.say("What was changed could not be run, and was taken back");
                    self.broken = Some(sentence);
                }
            }
            Report::Replaced(pending) => self.begin_anew(pending),
        }
    }

    /// Takes note that there is no studio and will be none.
    pub fn close(&mut self, sentence: String) {
        self.closed = Some(sentence);
        self.orders.clear();
        self.opening = None;
        self.is_running = false;
    }

    /// Tells a new studio of the run that is shown, and then of the orders that are still to be carried out.
    fn begin_anew(&mut self, pending: Pending) {
        self.studio += 1;
        let orders = std::mem::take(&mut self.orders);
        self.is_running = false;
        self.share = None;
        if pending == Pending::Dropped {
            self.opening = None;
        }
        if let Some(own) = self.own.clone() {
            self.push(own);
        }
        if !self.shown.is_empty() {
            self.push(Order::Assume(self.shown.clone()));
        }
        for (number, order) in orders {
            let is_kept = match order {
                Order::Keep { .. } | Order::Assume(_) => false,
                // Without a run that is shown, there is nothing else to begin with.
                Order::Follow(_) => pending == Pending::Kept || self.shown.is_empty(),
                _ => pending == Pending::Kept,
            };
            if is_kept {
                self.push(order);
                if let Some(opening) = self.opening.as_mut().filter(|opening| opening.0 == number) {
                    opening.0 = self.number;
                }
            }
        }
    }

    fn play(&mut self) {
        let Some(reel) = &self.reel else { return };
        if self.head >= reel.ended {
            self.head = Moment::START;
        }
        self.clock.motion = Motion::Playing;
        self.clock.rest_at(self.head);
        self.say("Playing");
    }

    fn pause(&mut self) {
        if self.clock.motion == Motion::Playing {
            self.clock.motion = Motion::Paused;
            self.say(format!("Paused at {}", reel::moment_text(self.head)));
        }
    }

    fn frame(&mut self, elapsed: Span) {
        let Some(reel) = &self.reel else { return };
        if self.clock.motion == Motion::Paused {
            return;
        }
        self.head = self.clock.advance(elapsed, self.played_span(), reel);
        if self.head >= reel.ended {
            self.clock.motion = Motion::Paused;
            let ended = reel.ended;
            self.say(format!("The end, at {}", reel::moment_text(ended)));
        }
        self.follow();
    }

    /// Turns a chosen window to the playhead, which has moved. As long as the playhead rests, the window may be
    /// elsewhere.
    fn follow(&mut self) {
        let ended = self.ended();
        if let Some(window) = self.chosen.filter(|window| !window.holds(self.head)) {
            self.chosen = Some(window.turned_to(self.head).within(ended));
        }
    }

    fn change_window(&mut self, change: WindowChange) {
        let Some(reel) = &self.reel else { return };
        let (ended, (from, to)) = (reel.ended, reel.recording.window);
        let window = self.window().changed(change, self.head, ended);
        // The recording's own window is shown without being chosen, so a link need not name it.
        self.chosen = (window != Window { from, to }).then_some(window);
        let [from, to] = [window.from, window.to].map(reel::moment_text);
        let words = match window.length() == ended.since(Moment::START) {
            true => "The whole run is shown".into(),
            false => format!("Shown is what happens from {from} to {to}"),
        };
        self.say(words);
    }

    fn step(&mut self, to: impl Fn(&Reel, Moment) -> Moment) {
        let Some(reel) = &self.reel else { return };
        self.head = to(reel, self.head);
        self.said = Said::Step(self.head);
        self.clock.rest_at(self.head);
        self.clock.motion = Motion::Paused;
        self.follow();
    }

    fn leap(&mut self, way: Way) {
        let Some(reel) = self.reel.clone() else { return };
        match leaps::leap(&reel, way, self.selection, self.head) {
            Ok(leap) => {
                self.selection = leap.selection;
                self.step(|reel, _| leap.at.min(reel.ended));
            }
            Err(nothing) => self.say(nothing),
        }
    }

    fn select(&mut self, selection: Selection) {
        self.selection = selection;
        self.forget_what_is_not_there();
        let words = match self.selection.job() {
            Some(job) => format!("Job {} is selected on both sides", job.number()),
            None => "Nothing is selected".into(),
        };
        self.say(words);
    }

    /// Drops what this run does not have of the selection, which may come from another run: there may be fewer jobs,
    /// and the same number may be that of a message of another job.
    fn forget_what_is_not_there(&mut self) {
        let (Some(reel), Some(job)) = (&self.reel, self.selection.job()) else { return };
        if job.index() >= reel.recording.jobs() {
            self.selection = Selection::Nothing;
        } else if let Selection::Message { side, message, job } = self.selection {
            let side = reel.recording.sides.get(usize::from(side));
            let row = side.and_then(|side| Some((side, side.trace.messages.get(message.at())?)));
            if !row.is_some_and(|(side, row)| side.trace.jobs_of(row).contains(&job)) {
                self.selection = Selection::Job(job);
            }
        }
    }
}

/// Whether the earlier order need not be carried out, since the later one leaves nothing of it.
fn supersedes(later: &Order, earlier: &Order) -> bool {
    match (later, earlier) {
        (Order::Follow(_), _) => !earlier.only_tells(),
        (Order::Turn { path, .. }, Order::Turn { path: before, .. }) => path == before,
        _ => false,
    }
}
