//! What is modelled and what is left out: every assumption that shapes the picture can be seen.

use super::element::{Element, block, element};

/// Each protocol with what of it is left out.
pub fn modelled(said: &[(String, String)]) -> Element {
    let mut each = said.iter().map(|(protocol, text)| {
        let name = element("h3", &[]).text(protocol.clone());
        element("div", &[]).key(protocol.as_str()).add(name).add(element("p", &[]).text(text.clone()))
    });
    let rules = element("a", &[("href", "modelled.html")]).text("Every rule, with its source");
    let body = block("div", "fold-body prose").all(&mut each).add(element("p", &[]).add(rules));
    block("details", "fold").add(element("summary", &[]).text("What is modelled, and what is left out")).add(body)
}
