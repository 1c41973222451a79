//! The scene as SVG elements. Drawn once for each scene; playing never comes here.
//!
//! *Invariant:* it decides nothing about what is where, and has no colour: classes are the shapes' own, and
//! `static/scene.css` says how they look, as in the stand-alone file.

use std::rc::Rc;

use yew::prelude::*;
use yew::virtual_dom::VNode;

use crate::scene::{Anchor, Form, PX, Point, Scene, Shape};

/// One of a scene's two sheets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sheet {
    /// Who stands where.
    Heads,
    /// What happened, layer by layer.
    Body,
}

#[derive(Properties, PartialEq)]
pub struct DiagramProps {
    pub scene: Rc<Scene>,
    pub sheet: Sheet,
}

/// Tenths of a pixel as the pixels an attribute has.
pub fn pixels(tenths: i32) -> String {
    let sign = if tenths < 0 { "-" } else { "" };
    let size = tenths.unsigned_abs();
    match (size / PX as u32, size % PX as u32) {
        (whole, 0) => format!("{sign}{whole}"),
        (whole, tenth) => format!("{sign}{whole}.{tenth}"),
    }
}

fn view_box(width: i32, height: i32) -> String {
    format!("0 0 {} {}", pixels(width), pixels(height))
}

#[component]
pub fn Diagram(props: &DiagramProps) -> Html {
    match props.sheet {
        Sheet::Heads => heads(&props.scene),
        Sheet::Body => body(&props.scene),
    }
}

fn heads(scene: &Scene) -> Html {
    let (width, height) = (scene.width, scene.heads_height);
    html! {
        <svg class="cp-scene heads" width={pixels(width)} height={pixels(height)} viewBox={view_box(width, height)}
            role="img" aria-label={lanes(scene)}>
            <g class="cp-heads">{ for scene.heads.iter().map(element) }</g>
        </svg>
    }
}

/// The names of the lanes' heads.
fn lanes(scene: &Scene) -> String {
    let names: Vec<&str> = scene.heads.iter().map(|head| head.name.as_str()).filter(|name| !name.is_empty()).collect();
    format!("Lanes: {}", names.join("; "))
}

fn body(scene: &Scene) -> Html {
    let (width, height) = (scene.width, scene.height);
    html! {
        <svg class="cp-scene body" width={pixels(width)} height={pixels(height)} viewBox={view_box(width, height)}
            role="img" aria-label={description(scene)}>
            <defs>
                <pattern id="cp-hatch" width="5" height="5" patternUnits="userSpaceOnUse"
                    patternTransform="rotate(45)">
                    <rect class="cp-hatch-ground" width="5" height="5" />
                    <line class="cp-hatch-line" x1="2.5" y1="0" x2="2.5" y2="5" />
                </pattern>
            </defs>
            { for scene.layers.iter().map(|layer| html! {
                <g key={layer.level.css()} class={layer.level.css()}>{ for layer.shapes.iter().map(element) }</g>
            }) }
        </svg>
    }
}

/// One sentence in the picture's place; the table and the verdicts have the rest.
fn description(scene: &Scene) -> String {
    let sides = if scene.panes.len() == 1 { "A sequence diagram" } else { "Two sequence diagrams on one clock" };
    format!("{sides}. The same is in the table of messages below.")
}

fn element(shape: &Shape) -> VNode {
    let key = shape.key.to_string();
    let class = shape.css();
    let title = match &shape.form {
        Form::Text { .. } => html! {},
        _ if shape.name.is_empty() => html! {},
        _ => html! { <title>{ shape.name.clone() }</title> },
    };
    match &shape.form {
        Form::Line { from, to } => html! {
            <line {key} {class} x1={pixels(from.x)} y1={pixels(from.y)} x2={pixels(to.x)} y2={pixels(to.y)}>
                { title }
            </line>
        },
        Form::Rect { area, radius } => html! {
            <rect {key} {class} x={pixels(area.x)} y={pixels(area.y)} width={pixels(area.width)}
                height={pixels(area.height)} rx={(*radius > 0).then(|| pixels(*radius))}>
                { title }
            </rect>
        },
        Form::Polygon(points) => {
            let points: Vec<String> = points.iter().map(|p| format!("{},{}", pixels(p.x), pixels(p.y))).collect();
            html! { <polygon {key} {class} points={points.join(" ")}>{ title }</polygon> }
        }
        Form::Strokes(lines) => html! { <path {key} {class} d={path(lines)}>{ title }</path> },
        Form::Circle { centre, radius } => html! {
            <circle {key} {class} cx={pixels(centre.x)} cy={pixels(centre.y)} r={pixels(*radius)}>{ title }</circle>
        },
        Form::Text { at, anchor, text, .. } => {
            let anchor = match anchor {
                Anchor::Start => None,
                Anchor::Middle => Some("middle"),
                Anchor::End => Some("end"),
            };
            html! {
                <text {key} {class} x={pixels(at.x)} y={pixels(at.y)} text-anchor={anchor}>{ text.clone() }</text>
            }
        }
    }
}

fn path(lines: &[Vec<Point>]) -> String {
    let mut data = String::new();
    for line in lines {
        for (place, point) in line.iter().enumerate() {
            data.push(if place == 0 { 'M' } else { 'L' });
            data.push_str(&pixels(point.x));
            data.push(' ');
            data.push_str(&pixels(point.y));
        }
    }
    data
}
