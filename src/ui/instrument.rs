//! The picture with its playhead: both sides over one clock, and one window of time for both.
//!
//! With room, one scene of both sides in one viewport; on a phone two viewports above one another that scroll as one.
//!
//! *Invariant:* a scene is laid out anew when the run, the width, the window or the selection changes, and at no other
//! time.

use std::rc::Rc;

use web_sys::HtmlElement;
use yew::prelude::*;

use super::brokers::brokers;
use super::browser::Observed;
use super::diagram::{Diagram, Sheet};
use super::playhead::Playhead;
use super::verdicts::{side_class, side_name};
use super::{Act, browser};
use crate::desk::Panel;
use crate::player::{Action, Reel, Window, pointed};
use crate::recording::{Selection, Style};
use crate::scene::{Folding, PX, Point, Scene, Sides, View, layout, layout_apart};
use crate::time::Moment;

/// Narrower than this, the sides stand above one another.
const BOTH_BESIDE: u16 = 720;

#[derive(Properties, PartialEq)]
pub struct InstrumentProps {
    pub reel: Rc<Reel>,
    pub head: Moment,
    pub window: Window,
    pub selection: Selection,
    pub panel: Rc<Panel>,
    pub act: Act,
}

/// Everything of the props by which the scene is laid out.
#[derive(Clone, PartialEq)]
struct Wanted {
    reel: Rc<Reel>,
    window: Window,
    selection: Selection,
    width: u16,
}

fn scenes(wanted: &Wanted) -> Vec<Rc<Scene>> {
    let view = View {
        width: wanted.width,
        sides: Sides::Both,
        from: Some(wanted.window.from),
        to: Some(wanted.window.to),
        selection: wanted.selection.job(),
        folding: Folding::Fold,
    };
    let played = &wanted.reel.recording.sides;
    let scenes = if wanted.width < BOTH_BESIDE { layout_apart(played, &view) } else { vec![layout(played, &view)] };
    scenes.into_iter().map(Rc::new).collect()
}

#[component]
pub fn Instrument(props: &InstrumentProps) -> Html {
    let first = use_node_ref();
    let second = use_node_ref();
    let width = use_width(&first);
    let wanted =
        width.map(|width| Wanted { reel: props.reel.clone(), window: props.window, selection: props.selection, width });
    let scenes = use_memo(wanted, |wanted| wanted.as_ref().map_or_else(Vec::new, scenes));
    use_following(scenes.first().cloned(), props.head, &first);
    let clock: AttrValue = props.reel.clock(props.head).into();
    let nodes = [first.clone(), second];
    if scenes.is_empty() {
        return html! { <div class="viewport" ref={first} /> };
    }
    html! {
        <div class={classes!("panes", (scenes.len() > 1).then_some("panes-apart"))}>
            { for scenes.iter().zip(nodes.iter()).enumerate().map(|(number, (scene, node))| {
                let other = (scenes.len() > 1).then(|| nodes[1 - number].clone());
                html! {
                    <Viewport key={number} scene={scene.clone()} node={node.clone()} {other} head={props.head}
                        clock={clock.clone()} panel={props.panel.clone()} act={props.act.clone()} />
                }
            }) }
        </div>
    }
}

/// The width that an element has for its content, now and whenever that changes.
#[hook]
fn use_width(node: &NodeRef) -> Option<u16> {
    let width = use_state_eq(|| None);
    let (measured, setter) = (node.clone(), width.setter());
    let measure = move || {
        let pixels = browser::element(&measured).map_or(0, |element| element.client_width());
        if let Ok(pixels @ 1..) = u16::try_from(pixels) {
            setter.set(Some(pixels));
        }
    };
    // The element is another one once something is drawn, and when the sides move apart.
    let node = node.clone();
    use_effect_with(width.map(|width| width < BOTH_BESIDE), move |_| {
        measure();
        let observed = browser::element(&node).map(|element| Observed::new(&element, measure));
        move || drop(observed)
    });
    *width
}

/// Scrolls so that the playhead stays in sight.
#[hook]
fn use_following(scene: Option<Rc<Scene>>, head: Moment, node: &NodeRef) {
    let node = node.clone();
    use_effect_with((scene, head), move |(scene, head)| {
        let (Some(scene), Some(element)) = (scene, browser::element(&node)) else { return };
        let y = scene.scale.y_from_moment(*head) / PX;
        let room = element.client_height() - scene.heads_height / PX;
        let place = y - element.scroll_top();
        if place < room / 8 || place > room * 3 / 4 {
            element.set_scroll_top((y - room * 5 / 8).max(0));
        }
    });
}

#[derive(Properties, PartialEq)]
struct ViewportProps {
    scene: Rc<Scene>,
    node: NodeRef,
    /// The viewport that scrolls with this one.
    other: Option<NodeRef>,
    head: Moment,
    clock: AttrValue,
    panel: Rc<Panel>,
    act: Act,
}

#[component]
fn Viewport(props: &ViewportProps) -> Html {
    let scene = &props.scene;
    let titles = use_node_ref();
    {
        let titles = titles.clone();
        let begin = scene.panes.last().map_or(0, |pane| pane.strip.left / PX);
        use_effect_with(begin, move |begin| {
            if let Some(element) = browser::element(&titles) {
                browser::style(&element, "--second-pane", &format!("{begin}px"));
            }
        });
    }
    let onscroll = {
        let other = props.other.clone();
        Callback::from(move |event: Event| {
            let here = browser::target::<HtmlElement>(&event);
            if let (Some(here), Some(other)) = (here, other.as_ref().and_then(browser::element))
                && other.scroll_top() != here.scroll_top()
            {
                other.set_scroll_top(here.scroll_top());
            }
        })
    };
    // The events' own idea of it is no use: they are all heard at the root.
    let picture = use_node_ref();
    let onclick = {
        let (act, scene, picture) = (props.act.clone(), scene.clone(), picture.clone());
        Callback::from(move |event: MouseEvent| {
            let Some(picture) = browser::element(&picture) else { return };
            let corner = picture.get_bounding_client_rect();
            let tenths = |client: i32, edge: f64| ((f64::from(client) - edge) * f64::from(PX)) as i32;
            let at = Point::new(tenths(event.client_x(), corner.left()), tenths(event.client_y(), corner.top()));
            act.dispatch(Action::Select(pointed(&scene, at)));
        })
    };
    let middle = (scene.gutter.left + scene.gutter.right) / 2;
    html! {
        <div class="pane">
            <div class={classes!("sides", (scene.panes.len() > 1).then_some("sides-two"))} ref={titles}>
                { for scene.panes.iter().map(|pane| side_title(&pane.id, pane.style, props)) }
            </div>
            <div class="viewport" ref={props.node.clone()} tabindex="0" role="group" aria-label="Diagram" {onscroll}>
                <div class="sticky-heads"><Diagram scene={scene.clone()} sheet={Sheet::Heads} /></div>
                <div class="picture" ref={picture} {onclick}>
                    <Diagram scene={scene.clone()} sheet={Sheet::Body} />
                    <Playhead y={scene.scale.y_from_moment(props.head)} {middle} clock={props.clock.clone()} />
                </div>
            </div>
        </div>
    }
}

fn side_title(id: &str, style: Style, props: &ViewportProps) -> Html {
    let about = match style {
        Style::RequestResponse => "The caller waits for every answer.",
        Style::Queued => "The caller hands over and moves on.",
    };
    html! {
        <div key={id.to_owned()} class={classes!("side-title", side_class(style))}>
            <div>
                <h3>{ side_name(style) }</h3>
                <p>{ about }</p>
            </div>
            { for props.panel.brokers.iter().find(|choice| choice.side == id).map(|choice| brokers(choice, &props.act)) }
        </div>
    }
}
