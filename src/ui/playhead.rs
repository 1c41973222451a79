//! The playhead and the veil over the future: two boxes over the picture that are moved, never drawn anew.
//!
//! *Invariant:* a frame writes one transform and one text here.

use yew::prelude::*;

use super::browser;
use super::diagram::pixels;

#[derive(Properties, PartialEq)]
pub struct PlayheadProps {
    /// In tenths of a pixel from the body's top.
    pub y: i32,
    /// The middle of the clock's column, likewise from its left.
    pub middle: i32,
    pub clock: AttrValue,
}

#[component]
pub fn Playhead(props: &PlayheadProps) -> Html {
    let node = use_node_ref();
    let tag = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(props.y, move |y| {
            if let Some(element) = browser::element(&node) {
                browser::style(&element, "transform", &format!("translateY({}px)", pixels(*y)));
            }
        });
    }
    {
        let tag = tag.clone();
        use_effect_with(props.middle, move |middle| {
            if let Some(element) = browser::element(&tag) {
                browser::style(&element, "left", &format!("{}px", pixels(*middle)));
            }
        });
    }
    html! {
        <div class="playhead" ref={node} aria-hidden="true">
            <div class="veil" />
            <div class="playhead-line" />
            <span class="playhead-tag" ref={tag}>{ props.clock.clone() }</span>
        </div>
    }
}
