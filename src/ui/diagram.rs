//! The scene as SVG in the page. Written once for each scene; playing never comes here.
//!
//! *Invariant:* it decides nothing about what is where, and has no colour: the shapes are those of the stand-alone
//! file, and `static/scene.css` says how they look.

use crate::scene::Scene;
use crate::scene::markup::{DEFINITIONS, Named, Number, escaped, group};

/// Who stands where.
pub fn heads(scene: &Scene) -> String {
    let names: Vec<&str> = scene.heads.iter().map(|head| head.name.as_str()).filter(|name| !name.is_empty()).collect();
    let lanes = escaped(&format!("Lanes: {}", names.join("; ")));
    let mut text = open("heads", scene.width, scene.heads_height, &lanes);
    group(&mut text, "cp-heads", &scene.heads, Named::Titles);
    text.push_str("</svg>");
    text
}

/// What happened, layer by layer.
pub fn body(scene: &Scene) -> String {
    // One sentence in the picture's place; the table and the verdicts have the rest.
    let sides = if scene.panes.len() == 1 { "A sequence diagram" } else { "Two sequence diagrams on one clock" };
    let about = format!("{sides}. The same is in the table of messages below.");
    let mut text = open("body", scene.width, scene.height, &about);
    text.push_str(DEFINITIONS);
    for layer in &scene.layers {
        group(&mut text, layer.level.css(), &layer.shapes, Named::Titles);
    }
    text.push_str("</svg>");
    text
}

fn open(class: &str, width: i32, height: i32, about: &str) -> String {
    let (width, height) = (Number(width), Number(height));
    format!(
        "<svg class=\"cp-scene {class}\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" aria-label=\"{about}\">"
    )
}
