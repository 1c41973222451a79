//! The scene as SVG in the page. Written once for each scene; playing never comes here.
//!
//! *Invariant:* it decides nothing about what is where, and has no colour: the shapes are those of the stand-alone
//! file, and `static/scene.css` says how they look.

use super::instrument::Em;
use crate::recording::SidePlayed;
use crate::scene::markup::{AsInSheet, DEFINITIONS, Number, escaped, group};
use crate::scene::{Area, Callout, Layer, Scene, WholeHead, whole_heads};

/// Who stands where.
pub fn heads(sides: &[SidePlayed], scene: &Scene) -> String {
    let names: Vec<&str> = scene.heads.iter().map(|head| head.name.as_str()).filter(|name| !name.is_empty()).collect();
    let lanes = escaped(&format!("Lanes: {}", names.join("; ")));
    let mut text = open("heads", "img", scene.width, scene.heads_height, &lanes);
    group(&mut text, "cp-heads", &scene.heads, &mut AsInSheet);
    text.push_str("</svg>");
    let wholes = whole_heads(sides, scene);
    if !wholes.is_empty() {
        text.push_str(&open("wholes", "group", scene.width, scene.heads_height, "Shortened names in full"));
        wholes.iter().for_each(|head| whole(&mut text, head));
        text.push_str("</svg>");
    }
    text
}

/// A shortened name, which is whole while somebody points at it or the focus is on it.
fn whole(text: &mut String, head: &WholeHead) {
    let Area { x, y, width, height } = head.short;
    text.push_str(&format!(
        "<g class=\"whole\" tabindex=\"0\" role=\"img\" aria-label=\"{}\"><rect x=\"{}\" y=\"{}\" width=\"{}\" \
         height=\"{}\"/>",
        escaped(&head.name),
        Number(x),
        Number(y),
        Number(width),
        Number(height),
    ));
    group(text, "cp-heads", &head.shapes, &mut AsInSheet);
    text.push_str("</g>");
}

/// What happened, layer by layer.
pub fn body(scene: &Scene) -> String {
    // One sentence in the picture's place; the table and the verdicts have the rest.
    let sides = if scene.panes.len() == 1 { "A sequence diagram" } else { "Two sequence diagrams on one clock" };
    let about = format!("{sides}. The same is in the table of messages below.");
    let mut text = open("body", "img", scene.width, scene.height, &about);
    text.push_str(DEFINITIONS);
    for layer in &scene.layers {
        group(&mut text, layer.level.css(), &layer.shapes, &mut AsInSheet);
    }
    text.push_str("</svg>");
    text
}

/// The captions, over the veil, each to be veiled by itself.
pub fn callouts(scene: &Scene) -> String {
    if scene.callouts.is_empty() {
        return String::new();
    }
    let mut text = open("callouts", "img", scene.width, scene.height, "Captions");
    for callout in &scene.callouts {
        text.push_str(&format!("<g id=\"{}\">", callout_id(callout)));
        group(&mut text, "cp-callout", &callout.shapes, &mut AsInSheet);
        text.push_str("</g>");
    }
    text.push_str("</svg>");
    text
}

/// The shapes of the selected job, to lie over the body. What they show is said by the table and by the job's story.
pub fn lit(scene: &Scene, layers: &[Layer]) -> String {
    let mut text = open("lit", "img", scene.width, scene.height, "The selected job");
    for layer in layers {
        group(&mut text, layer.level.css(), &layer.shapes, &mut AsInSheet);
    }
    text.push_str("</svg>");
    text
}

/// By which a caption is found in the document.
pub fn callout_id(callout: &Callout) -> String {
    format!("callout-{}-{}", callout.side, callout.number)
}

fn open(class: &str, role: &str, width: i32, height: i32, about: &str) -> String {
    format!(
        "<svg class=\"cp-scene {class}\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\" role=\"{role}\" \
         aria-label=\"{about}\">",
        Em(width),
        Em(height),
        Number(width),
        Number(height),
    )
}
