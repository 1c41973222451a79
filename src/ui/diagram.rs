//! The scene as SVG in the page. Written once for each scene; playing never comes here.
//!
//! *Invariant:* it decides nothing about what is where, and has no colour: the shapes are those of the stand-alone
//! file, and `static/scene.css` says how they look.

use super::instrument::Rem;
use crate::scene::markup::{DEFINITIONS, Named, Number, escaped, group};
use crate::scene::{Callout, Layer, Scene};

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

/// The captions, over the veil, each to be veiled by itself.
pub fn callouts(scene: &Scene) -> String {
    if scene.callouts.is_empty() {
        return String::new();
    }
    let mut text = open("callouts", scene.width, scene.height, "Captions");
    for callout in &scene.callouts {
        text.push_str(&format!("<g id=\"{}\">", callout_id(callout)));
        group(&mut text, "cp-callout", &callout.shapes, Named::Titles);
        text.push_str("</g>");
    }
    text.push_str("</svg>");
    text
}

/// The shapes of the selected job, to lie over the body. What they show is said by the table and by the job's story.
pub fn lit(scene: &Scene, layers: &[Layer]) -> String {
    let mut text = open("lit", scene.width, scene.height, "The selected job");
    for layer in layers {
        group(&mut text, layer.level.css(), &layer.shapes, Named::Titles);
    }
    text.push_str("</svg>");
    text
}

/// By which a caption is found in the document.
pub fn callout_id(callout: &Callout) -> String {
    format!("callout-{}-{}", callout.side, callout.number)
}

fn open(class: &str, width: i32, height: i32, about: &str) -> String {
    format!(
        "<svg class=\"cp-scene {class}\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\" role=\"img\" \
         aria-label=\"{about}\">",
        Rem(width),
        Rem(height),
        Number(width),
        Number(height),
    )
}
