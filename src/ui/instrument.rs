//! The picture with its playhead: both sides over one clock, and one window of time for both.
//!
//! With room, one scene of both sides in one viewport; on a phone two viewports above one another that scroll as one.
//!
//! *Invariant:* a scene is laid out anew when the run, the width or the window changes, and at no other time. Selecting
//! a job puts a few shapes over the picture and a class on it.

use std::fmt::{self, Display, Formatter};
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement, MouseEvent};
use yew::{AttrValue, NodeRef};

use super::app::{Message, RunShown};
use super::brokers::brokers;
use super::browser::Observed;
use super::diagram::{body, callout_id, callouts, heads, lit};
use super::element::{Element, On, block, classes, element, markup};
use super::later::Later;
use super::legend::Meanings;
use super::mount::Mount;
use super::verdicts::{side_class, side_name};
use super::{Act, browser};
use crate::desk::Panel;
use crate::player::{Action, Lines, Player, Reel, Window, is_in_sight, pointed, scrolled};
use crate::recording::{Background, SidePlayed};
use crate::scene::markup::sample;
use crate::scene::{
    Callout, Folding, Layer, PX, Pane, Point, Scene, Sides, View, layout_apart_with, layout_with, legend, spotlight,
};
use crate::time::Moment;
use crate::trace::JobId;

/// Narrower than this, in pixels of a scene, the sides stand above one another.
const BOTH_BESIDE: u16 = 720;

/// So many pixels of a scene are the size of the app's usual text, in the page one `rem`. Whoever has their browser write larger,
/// or has a very wide screen, sees a larger page and with it a larger picture.
const SCENE_PX_A_LETTER: i32 = 14;

/// Everything that the scenes are laid out from: if none of it has changed, neither has a scene.
#[derive(Clone, PartialEq)]
struct Wanted {
    reel: Rc<Reel>,
    window: Window,
    width: u16,
    sides: Sides,
    background: Background,
}

/// A scene as it stands on the page.
struct Drawn {
    scene: Rc<Scene>,
    heads: AttrValue,
    body: AttrValue,
    callouts: AttrValue,
    /// The shapes of the selected job, and the same as markup; none if nothing is selected.
    lit: Rc<Vec<Layer>>,
    overlay: AttrValue,
}

/// References to the elements of one pane, by which they are measured, scrolled and moved.
#[derive(Default)]
struct SceneNodes {
    viewport: NodeRef,
    picture: NodeRef,
    playhead: NodeRef,
}

#[derive(Default)]
pub struct Instrument {
    /// The room that the first viewport has for its content, in pixels of a scene.
    width: Option<u16>,
    wanted: Option<Wanted>,
    drawn: Vec<Drawn>,
    /// The job that is lit in the scenes drawn.
    lit: Option<JobId>,
    /// Whether a job is to be lit as soon as that can be done.
    awaits_light: bool,
    /// The legend of what is drawn, once it was asked for.
    legend: Option<Meanings>,
    nodes: [SceneNodes; 2],
    /// Where the playhead was placed in the scenes drawn; nothing if they are new.
    placed: Option<Moment>,
    /// The first viewport and what watches its size. The element is another one once something is drawn.
    watched: Option<(HtmlElement, Observed)>,
}

impl Instrument {
    /// With the room that there is, if that is known before anything is drawn.
    pub fn new(width: Option<u16>) -> Self {
        Instrument { width, ..Instrument::default() }
    }

    pub fn set_width(&mut self, width: u16) {
        self.width = Some(width);
    }

    /// Lays the scenes out, unless they are as they should be. What the selected job lights up comes with the later part
    /// of the page; until it is here, the rest recedes already.
    pub fn lay_out(&mut self, player: &Player, reel: &Rc<Reel>, later: &Later, mount: &Mount) {
        let Some(width) = self.width else { return };
        let (window, background) = (player.window(), player.background());
        let wanted = Wanted { reel: reel.clone(), window, width, sides: mount.sides, background };
        let is_new = self.wanted.as_ref() != Some(&wanted);
        if is_new {
            self.drawn = scenes(&wanted).into_iter().map(|scene| drawn(&reel.recording.sides, scene)).collect();
            self.placed = None;
            self.legend = None;
            self.furnish(player.head(), mount);
        }
        let selected = player.selection().job();
        self.awaits_light = selected.is_some() && later.is_coming();
        let job = selected.filter(|_| later.is_here());
        if is_new || self.lit != job {
            self.drawn.iter_mut().for_each(|drawn| light_up(drawn, &wanted, job));
            self.lit = job;
        }
        self.wanted = Some(wanted);
    }

    /// The room for sentences under the picture: what `.narration` in the style sheet leaves of its width.
    pub fn lines(&self) -> Option<Lines> {
        let width = usize::from(self.width?);
        Some(match width < usize::from(BOTH_BESIDE) {
            true => Lines::Alone(width.saturating_sub(20) * 2 / 13 * 3),
            false => Lines::Beside((width / 2).saturating_sub(48) / 7 * if width < 940 { 3 } else { 2 }),
        })
    }

    pub fn is_drawn(&self) -> bool {
        !self.drawn.is_empty()
    }

    /// What the signs of the pictures mean, each kind once.
    pub fn legend(&mut self) -> Option<Meanings> {
        let Instrument { wanted, drawn, legend, .. } = self;
        let wanted = wanted.as_ref()?;
        Some(legend.get_or_insert_with(|| legend_of(drawn, wanted)).clone())
    }

    pub fn view(&self, run: &RunShown, player: &Player, act: &Act) -> Element {
        if self.drawn.is_empty() {
            return block("div", "viewport").key("empty").node(&self.nodes[0].viewport);
        }
        let clock: AttrValue = run.reel.clock(player.head()).into();
        let apart = if self.drawn.len() > 1 { "panes-apart" } else { "" };
        let mut panes = self.drawn.iter().enumerate().map(|(number, drawn)| {
            let other = (self.drawn.len() > 1).then(|| &self.nodes[1 - number].viewport);
            element("div", &[("class", "pane")])
                .key(number)
                .add(titles(&drawn.scene, player.panel(), act))
                .add(viewport(drawn, self.awaits_light, &self.nodes[number], other, clock.clone(), act))
        });
        element("div", &[]).key("drawn").with("class", classes(&["panes", apart])).all(&mut panes)
    }

    /// Once the elements are in the document: what is placed by style, and what is measured.
    pub fn rendered(&mut self, head: Moment, act: &Act) {
        self.watch_width(act);
        if self.placed == Some(head) {
            return;
        }
        for (drawn, nodes) in self.drawn.iter().zip(&self.nodes) {
            veil(&drawn.scene, self.placed, head, &act.mount);
            let y = drawn.scene.scale.y_from_moment(head);
            browser::style(&nodes.playhead, "transform", &format!("translateY({})", Length(y)));
        }
        if !self.drawn.is_empty() {
            follow(&self.drawn, self.placed, head, &self.nodes, &act.mount);
            self.placed = Some(head);
        }
    }

    /// Places what stands where it is as long as the scenes do. By properties of the whole app, for they have to hold when
    /// the elements are first seen, and a strict content policy forbids to give them a style with them.
    fn furnish(&self, head: Moment, mount: &Mount) {
        for (drawn, tag) in self.drawn.iter().zip(["--clock-1", "--clock-2"]) {
            let Scene { scale, panes, gutter, .. } = &*drawn.scene;
            mount.style(tag, &Length((gutter.left + gutter.right) / 2).to_string());
            mount.style("--head", &Length(scale.y_from_moment(head)).to_string());
            let second = panes.last().map_or(0, |pane| pane.strip.left);
            mount.style("--second-pane", &Length(second).to_string());
            // On paper the picture is as wide as the sheet.
            mount.style("--second-share", &share(second, drawn.scene.width));
        }
    }

    /// Tells the width that there is for the content, now and whenever that changes. The element is another one once
    /// something is drawn, and when the sides move apart.
    fn watch_width(&mut self, act: &Act) {
        let element = browser::element(&self.nodes[0].viewport);
        if element.as_ref() == self.watched.as_ref().map(|(element, _)| element) {
            return;
        }
        self.watched = element.map(|element| {
            let (measured, act) = (element.clone(), act.clone());
            let measure = move || {
                if let Some(width) = width_of(&measured, &act.mount) {
                    act.tell(Message::Width(width));
                }
            };
            measure();
            let observed = Observed::new(&element, measure);
            (element, observed)
        });
    }
}

impl Wanted {
    fn view(&self) -> View {
        View {
            width: self.width,
            sides: self.sides,
            from: Some(self.window.from),
            to: Some(self.window.to),
            selection: None,
            folding: Folding::Fold,
            background: self.background,
        }
    }
}

fn scenes(wanted: &Wanted) -> Vec<Scene> {
    let (view, index) = (wanted.view(), wanted.reel.index());
    let sides = &wanted.reel.recording.sides;
    match wanted.width < BOTH_BESIDE {
        true if wanted.sides == Sides::Both => layout_apart_with(sides, index, &view),
        _ => vec![layout_with(sides, index, &view)],
    }
}

fn drawn(sides: &[SidePlayed], scene: Scene) -> Drawn {
    Drawn {
        heads: heads(sides, &scene).into(),
        body: body(&scene).into(),
        callouts: callouts(&scene).into(),
        scene: Rc::new(scene),
        lit: Rc::default(),
        overlay: AttrValue::default(),
    }
}

/// Puts the shapes of a job over a picture that stays as it is.
fn light_up(drawn: &mut Drawn, wanted: &Wanted, job: Option<JobId>) {
    let (sides, index) = (&wanted.reel.recording.sides, wanted.reel.index());
    let layers = job.map(|job| spotlight(sides, index, &wanted.view(), &drawn.scene, job));
    drawn.overlay = layers.as_ref().map(|layers| lit(&drawn.scene, layers).into()).unwrap_or_default();
    drawn.lit = Rc::new(layers.unwrap_or_default());
}

/// Comes with the later part of the page.
#[inline(never)]
fn legend_of(drawn: &[Drawn], wanted: &Wanted) -> Meanings {
    let mut text = String::from("<dl class=\"legend\">");
    let mut said: Vec<&str> = Vec::new();
    for entry in drawn.iter().flat_map(|drawn| legend(&drawn.scene)) {
        if !said.contains(&entry.words) {
            said.push(entry.words);
            text.push_str("<div><dt>");
            sample(&mut text, &entry);
            text.push_str("</dt><dd>");
            text.push_str(entry.words);
            text.push_str("</dd></div>");
        }
    }
    text.push_str("</dl>");
    let mut panes = drawn.iter().flat_map(|drawn| &drawn.scene.panes);
    let has_background = panes.any(|pane| {
        let trace = &wanted.reel.recording.sides[usize::from(pane.side)].trace;
        trace.messages.iter().any(|message| trace.is_background(message))
    });
    Meanings { markup: text.into(), background: has_background.then_some(wanted.background) }
}

/// The room that an element has for a scene, in pixels of the scene.
pub fn width_of(element: &HtmlElement, mount: &Mount) -> Option<u16> {
    let width = f64::from(element.client_width()) * f64::from(SCENE_PX_A_LETTER) / mount.text_size();
    Some(width.round() as u16).filter(|width| *width > 0)
}

/// A part of a length, in per cent.
fn share(part: i32, of: i32) -> String {
    let hundredths = i64::from(part) * 10_000 / i64::from(of.max(1));
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// A length of a scene in the size of the app's usual text, which the picture's own text size is: an attribute can name
/// no other that is the app's and not the document's.
pub struct Em(pub i32);

/// A length of a scene, for a style, wherever in the app it is used.
struct Length(i32);

impl Display for Length {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        // A page's `rem` is that of its document; an element in somebody else's document has its own.
        write!(f, "calc({} * var(--rem, 1rem))", Parts(self.0))
    }
}

impl Display for Em {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        write!(f, "{}em", Parts(self.0))
    }
}

/// A length of a scene as a multiple of the text size.
struct Parts(i32);

impl Display for Parts {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        // In hundred-thousandths, so that a picture of any height is off by less than a tenth of a pixel.
        let parts = i64::from(self.0) * 100_000 / i64::from(SCENE_PX_A_LETTER * PX);
        let sign = if parts < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:05}", parts.abs() / 100_000, parts.abs() % 100_000)
    }
}

/// Veils the captions whose moments are still to come, and no others. `before` is the moment at which they were last
/// veiled: only what has changed since is touched.
fn veil(scene: &Scene, before: Option<Moment>, head: Moment, mount: &Mount) {
    let is_future = |callout: &Callout, head: Moment| head < callout.at;
    for callout in &scene.callouts {
        let now = is_future(callout, head);
        if before.is_none_or(|before| is_future(callout, before) != now)
            && let Some(element) = mount.find(&format!("#{}", callout_id(callout)))
        {
            let _ = element.set_attribute("class", if now { "cp-future" } else { "" });
        }
    }
}

/// Scrolls so that what the playhead's moment is about stays in sight.
/// `before` is where the playhead was in these scenes; they are new without it.
fn follow(drawn: &[Drawn], before: Option<Moment>, head: Moment, nodes: &[SceneNodes], mount: &Mount) {
    let (Some(element), Some(first)) = (browser::element(&nodes[0].viewport), drawn.first()) else { return };
    let scenes: Vec<&Scene> = drawn.iter().map(|drawn| &*drawn.scene).collect();
    // Pixels of the screen for one of the scene.
    let size = mount.text_size() / f64::from(SCENE_PX_A_LETTER);
    let of_scene = |pixels: i32| (f64::from(pixels) / size) as i32;
    // Of the viewports that scroll as one, the bar under them may cover more of the lower one.
    let viewports = nodes.iter().take(drawn.len()).filter_map(|nodes| browser::element(&nodes.viewport));
    let height = viewports.map(|viewport| mount.height_in_sight(&viewport)).min().unwrap_or_default();
    let room = of_scene(height) - first.scene.heads_height / PX;
    let now = of_scene(element.scroll_top());
    let stays = before.is_some() || is_in_sight(&scenes, head, room, now);
    let wanted = scrolled(&scenes, head, room, stays.then_some(now));
    if wanted != now {
        element.set_scroll_top((f64::from(wanted) * size) as i32);
    }
}

fn titles(scene: &Scene, panel: &Panel, act: &Act) -> Element {
    let two = if scene.panes.len() > 1 { "sides-two" } else { "" };
    let mut each = scene.panes.iter().map(|pane| side_title(pane, panel, act));
    element("div", &[]).with("class", classes(&["sides", two])).all(&mut each)
}

/// `recedes` says that all of the picture steps back, for something is to be lit. `other` is the viewport that scrolls with
/// this one.
fn viewport(
    drawn: &Drawn,
    recedes: bool,
    nodes: &SceneNodes,
    other: Option<&NodeRef>,
    clock: AttrValue,
    act: &Act,
) -> Element {
    let other = other.cloned();
    let scrolled = move |event: &Event| {
        let here = browser::target::<HtmlElement>(event);
        if let (Some(here), Some(other)) = (here, other.as_ref().and_then(browser::element))
            && other.scroll_top() != here.scroll_top()
        {
            other.set_scroll_top(here.scroll_top());
        }
    };
    // The events' own idea of the picture is no use: they are all heard at the root.
    let (acting, scene, lit, node) = (act.clone(), drawn.scene.clone(), drawn.lit.clone(), nodes.picture.clone());
    let clicked = move |event: &Event| {
        if let (Some(event), Some(picture)) = (event.dyn_ref(), browser::element(&node)) {
            let layers = scene.layers.iter().chain(lit.iter());
            acting.dispatch(Action::Select(pointed(layers, point(event, &picture, &acting.mount))));
        }
    };
    let playhead = element("div", &[("class", "playhead"), ("aria-hidden", "true")])
        .node(&nodes.playhead)
        .add(block("div", "veil"))
        .add(block("div", "playhead-line"))
        .add(block("span", "playhead-tag").text(clock));
    let is_lit = !drawn.overlay.is_empty();
    let picture = element("div", &[])
        .with("class", classes(&["picture", if is_lit || recedes { "receding" } else { "" }]))
        .node(&nodes.picture)
        .on(On::Click, clicked);
    let overlay = if is_lit { markup(drawn.overlay.clone()) } else { Default::default() };
    element("div", &[("class", "viewport"), ("tabindex", "0"), ("role", "group"), ("aria-label", "Diagram")])
        .node(&nodes.viewport)
        .on(On::Scroll, scrolled)
        .add(block("div", "sticky-heads").add(markup(drawn.heads.clone())))
        .add(picture.add(markup(drawn.body.clone())).add(overlay).add(playhead).add(markup(drawn.callouts.clone())))
}

/// Where in the picture a person points.
fn point(event: &MouseEvent, picture: &HtmlElement, mount: &Mount) -> Point {
    let corner = picture.get_bounding_client_rect();
    // However large the picture is shown.
    let size = mount.text_size() / f64::from(SCENE_PX_A_LETTER * PX);
    let tenths = |client: i32, edge: f64| ((f64::from(client) - edge) / size) as i32;
    Point::new(tenths(event.client_x(), corner.left()), tenths(event.client_y(), corner.top()))
}

fn side_title(pane: &Pane, panel: &Panel, act: &Act) -> Element {
    let Pane { id, style, .. } = pane;
    let style = *style;
    let words = element("div", &[]);
    let words = words.add(element("h3", &[]).text(pane.heading.clone())).add(element("p", &[]).text(side_name(style)));
    let choice = panel.brokers.iter().find(|choice| choice.side == *id).map(|choice| brokers(choice, act));
    let (choice, refusal) = choice.unzip();
    element("div", &[])
        .key(id.as_str())
        .with("class", classes(&["side-title", side_class(style)]))
        .add(words)
        .add_some(choice)
        .add_some(refusal.flatten())
}
