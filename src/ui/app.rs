//! The root component: it holds the player, sends it what happens, and draws the page from it.
//!
//! *Invariant:* everything that changes the page comes as a [`Message`]; a view only reads.

use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use yew::prelude::*;

use super::address::Address;
use super::engine::{self, Messenger};
use super::frames::Frames;
use super::header::{Copied, copy, forget};
use super::instrument::Instrument;
use super::keys::{KEYBOARD, asks_for_keys};
use super::later::Later;
use super::legend::Meanings;
use super::memo::Memo;
use super::mount::Mount;
use super::page::page;
use super::parts::Part;
use super::strip::{Strip, signs};
use super::table::Shown;
use super::{Act, browser, story};
use crate::desk::{Order, own_field};
use crate::player::{Action, Gait, Lines, Motion, Narration, Player, Reel, captions_at, narrations};
use crate::recording::Selection;
use crate::time::Moment;
use crate::trace::JobId;

/// Everything that the root component can be sent.
pub enum Message {
    Act(Action),
    /// A frame, at this time in the browser's milliseconds.
    Frame(f64),
    /// A media query has another answer: the window is wide or narrow now, or less motion is wished for.
    Media,
    /// So much room there is for the picture, in pixels of a scene.
    Width(u16),
    Table(Fold),
    Legend(Fold),
    /// The words by which the scenario is introduced, where there is room for two lines of them.
    Words(Fold),
    /// A person wants the link to what is shown.
    CopyLink,
    /// A person wants to take something from the page: a `file` of the run, or a `snippet` for another page.
    Take(&'static str),
    Copied(Copied),
    /// The later part of the page is here, or cannot be had, and why.
    Later(Option<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    Open,
    Closed,
}

/// Where the app is to be drawn.
#[derive(Clone, Properties)]
pub struct Room {
    /// What a picture has, in pixels of a scene, if that is known before.
    pub width: Option<u16>,
    pub mount: Rc<Mount>,
}

impl PartialEq for Room {
    /// An app stays where it was mounted.
    fn eq(&self, other: &Room) -> bool {
        Rc::ptr_eq(&self.mount, &other.mount)
    }
}

/// A run as the page shows it, up to its playhead.
pub struct RunShown {
    pub reel: Rc<Reel>,
    pub strip: AttrValue,
    narrations: Rc<Vec<Narration>>,
    lines: Rc<story::Lines>,
    /// What the signs of the picture mean; nothing while the legend is closed.
    legend: Option<Meanings>,
    /// The last moment, until the playhead, at which something happens.
    reached: Moment,
}

/// A run, the last moment until the playhead at which something happens, and the room for sentences on it, if there can be
/// any yet.
type Reached = (Rc<Reel>, Moment, Option<Lines>);

/// What is made from a run once, however often it is drawn.
#[derive(Default)]
struct Made {
    strip: Memo<Rc<Reel>, AttrValue>,
    narrations: Memo<Reached, Rc<Vec<Narration>>>,
    lines: Memo<(Rc<Reel>, Option<JobId>), Rc<story::Lines>>,
}

/// What the host knows of the app.
#[derive(Default)]
struct Told {
    is_ready: bool,
    motion: Motion,
    head: Option<Moment>,
    job: Option<JobId>,
}

pub struct App {
    pub player: Player,
    pub act: Act,
    pub instrument: Instrument,
    pub strip: Strip,
    /// Nothing while there is none.
    pub run: Option<RunShown>,
    /// Whether the parameters are there without asking for them.
    pub parameters: Fold,
    /// Whether all of the words are there by which the scenario is introduced.
    pub words: Fold,
    copied: Copied,
    forgetting: Option<Timeout>,
    /// Whether the link is to be copied as soon as it is known.
    is_copying: bool,
    table: Fold,
    legend: Fold,
    made: Made,
    /// What the host was told last.
    told: Told,
    /// The window's title, which follows the scenario's.
    title: Memo<String, ()>,
    pub later: Later,
    messenger: Messenger,
    frames: Frames,
    /// The address of the page, which only the page has.
    address: Option<Address>,
    /// Kept because a listener hears nothing any more once it is dropped.
    _listeners: Vec<EventListener>,
}

impl Component for App {
    type Message = Message;
    type Properties = Room;

    fn create(context: &Context<Self>) -> Self {
        let mount = context.props().mount.clone();
        let act = Act { callback: context.link().callback(|message: Message| message), mount: mount.clone() };
        let mut app = App {
            player: match mount.host.word("scenario") {
                Some(scenario) => Player::open_own(scenario, engine::cover(&mount), &mount.link()),
                None => Player::open(engine::cover(&mount), &mount.link()),
            },
            told: Told::default(),
            instrument: Instrument::new(context.props().width),
            strip: Strip::default(),
            run: None,
            parameters: Fold::Closed,
            words: Fold::Closed,
            copied: Copied::Idle,
            forgetting: None,
            is_copying: false,
            table: Fold::Closed,
            legend: Fold::Closed,
            made: Made::default(),
            title: Memo::default(),
            later: Later::default(),
            messenger: Messenger::default(),
            frames: Frames::default(),
            address: mount.is_page().then(Address::default),
            _listeners: listeners(&act),
            act,
        };
        app.media();
        app.keep_up();
        app
    }

    fn update(&mut self, _: &Context<Self>, message: Message) -> bool {
        let Some(message) = self.later.pass(message) else { return false };
        self.take(message);
        self.keep_up();
        true
    }

    fn view(&self, _: &Context<Self>) -> Html {
        page(self)
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        self.later.ask(&self.act);
        if self.later.is_here() {
            self.messenger.keep(&self.player, &self.act);
        } else if let (Some(reason), None) = (self.later.missing(), self.player.reel()) {
            self.act.mount.host.failed(reason);
        }
        self.instrument.rendered(self.player.head(), &self.act);
        self.tell_host();
        self.strip.rendered(&self.player);
    }
}

impl App {
    fn take(&mut self, message: Message) {
        if let (Message::Act(Action::Order(Order::Follow(link))), Some(address)) = (&message, &mut self.address) {
            address.follow(link);
        }
        match message {
            Message::Act(action) => {
                if matches!(action, Action::GoOn) {
                    self.frames.turned();
                }
                self.player.update(action);
            }
            Message::Frame(now) => self.player.update(Action::Frame(self.frames.elapsed(now))),
            Message::Media => self.media(),
            Message::Width(width) => self.instrument.set_width(width),
            Message::Table(fold) => self.table = fold,
            Message::Legend(fold) => self.legend = fold,
            Message::Words(fold) => self.words = fold,
            Message::CopyLink => self.is_copying = true,
            Message::Take(what) => {
                let at = self.player.head().since(Moment::START).to_string();
                self.act.mount.host.take(what, &self.player.link(), &at);
            }
            Message::Copied(copied) => {
                self.forgetting = (copied != Copied::Idle).then(|| forget(&copied, self.act.clone()));
                self.copied = copied;
            }
            Message::Later(None) => self.later.come().into_iter().for_each(|waited| self.take(waited)),
            Message::Later(Some(reason)) => {
                // Reports of an engine are read by the later part.
                self.player.close(reason.clone());
                self.later = Later::Missing(reason);
            }
        }
    }

    /// Tells whoever has embedded the app what is new: that there is a picture, where the playhead has come to rest, what
    /// is selected. And why what they ask for cannot be shown to the letter, for then it is not shown.
    fn tell_host(&mut self) {
        let Mount { host, .. } = &*self.act.mount;
        if self.act.mount.is_page() {
            return;
        }
        if let Some(problem) = &self.player.panel().link_problem {
            return host.failed(problem);
        }
        if !self.instrument.is_drawn() {
            return;
        }
        let Told { is_ready, motion, head, job } = &mut self.told;
        if !std::mem::replace(is_ready, true) {
            host.tell("ready", 0.0);
        }
        let now = self.player.motion();
        if std::mem::replace(motion, now) != now {
            host.tell(if now == Motion::Playing { "play" } else { "pause" }, 0.0);
        }
        if now == Motion::Paused && head.replace(self.player.head()) != Some(self.player.head()) {
            host.tell("moment", self.player.head().micros() as f64 / 1_000.0);
        }
        let selected = self.player.selection().job();
        if std::mem::replace(job, selected) != selected {
            host.tell("select", selected.map_or(0.0, |job| f64::from(job.number())));
        }
    }

    /// Asks the media queries.
    fn media(&mut self) {
        let is_wide = self.act.mount.is_page() && browser::matches(browser::WIDE);
        self.parameters = if is_wide { Fold::Open } else { Fold::Closed };
        let gait = if browser::matches(browser::REDUCED_MOTION) { Gait::Jump } else { Gait::Glide };
        self.player.update(Action::SetGait(gait));
    }

    /// After each message: makes anew what depends on the player and has changed.
    fn keep_up(&mut self) {
        if self.address.is_some() {
            self.title.get(self.player.panel().title.clone(), |title| browser::set_title(title));
        }
        self.frames.keep(&self.player, &self.act);
        if self.later.is_here() {
            // Not once it is rendered: that may come late, and changes in between would be missed.
            if let Some(address) = &mut self.address {
                address.keep(&self.player);
            }
            if self.is_copying && !self.player.is_asking() {
                self.is_copying = false;
                let link = self.player.link();
                match own_field(&link).starts_with('k') {
                    // It leads nowhere in another browser.
                    true => self.act.mount.host.take("kept", &link, ""),
                    false => copy(browser::address(&link), self.act.clone()),
                }
            }
        }
        let Some(reel) = self.player.reel().cloned() else { return };
        let is_whole = self.later.is_here();
        let job = self.player.selection().job().filter(|_| is_whole);
        self.instrument.lay_out(&self.player, &reel, &self.later, &self.act.mount);
        let reached = reel.last_until(self.player.head()).unwrap_or(Moment::START);
        // The sentences of steps come with the later part of the page.
        let room = self.instrument.lines().filter(|_| is_whole);
        let Made { strip: strips, narrations: told, lines } = &mut self.made;
        self.run = Some(RunShown {
            strip: strips.get(reel.clone(), |reel| signs(reel)),
            narrations: told.get((reel.clone(), reached, room), |(reel, reached, room)| {
                Rc::new(room.map_or_else(|| captions_at(reel, *reached), |lines| narrations(reel, *reached, lines)))
            }),
            lines: lines.get((reel.clone(), job), |(reel, job)| {
                Rc::new(job.map_or_else(Vec::new, |job| story::lines(reel, job)))
            }),
            legend: (is_whole && self.legend == Fold::Open).then(|| self.instrument.legend()).flatten(),
            reached,
            reel,
        });
    }

    pub fn masthead(&self) -> Part {
        Part::Masthead { title: self.player.panel().title.clone(), copied: self.copied.clone() }
    }

    pub fn narration(&self, run: &RunShown) -> Part {
        Part::Narration { reel: run.reel.clone(), told: run.narrations.clone(), motion: self.player.motion() }
    }

    pub fn story(&self, run: &RunShown) -> Part {
        let RunShown { reel, lines, reached, .. } = run;
        let selection = if self.later.is_here() { self.player.selection() } else { Selection::Nothing };
        Part::Story { reel: reel.clone(), selection, lines: lines.clone(), reached: *reached }
    }

    pub fn legend(&self, run: &RunShown) -> Part {
        Part::Legend(run.legend.clone())
    }

    pub fn table(&self, run: &RunShown) -> Part {
        let (selection, reached) = (self.player.selection(), run.reached);
        let is_open = self.table == Fold::Open && self.later.is_here();
        Part::Table(is_open.then(|| Shown { reel: run.reel.clone(), selection, reached }))
    }
}

/// Listens to what does not come from an element of the page: the address, keys, media queries.
fn listeners(act: &Act) -> Vec<EventListener> {
    let mut listeners = Vec::new();
    if act.mount.is_page() {
        let (follow, mount) = (act.clone(), act.mount.clone());
        listeners.push(EventListener::new(&browser::window(), "hashchange", move |_| {
            follow.order(Order::Follow(browser::fragment()));
        }));
        listeners.push(EventListener::new(&browser::window(), "keydown", move |event| {
            if event.dyn_ref().is_some_and(asks_for_keys) {
                mount.unfold(KEYBOARD);
            }
        }));
    } else {
        listeners.extend(act.mount.keep_keys());
    }
    for query in [browser::WIDE, browser::REDUCED_MOTION] {
        if let Some(list) = browser::media(query) {
            let act = act.clone();
            listeners.push(EventListener::new(&list, "change", move |_| act.tell(Message::Media)));
        }
    }
    listeners
}
