//! Markup for a page of somebody else's: the element with a live diagram in it, or a frame with one.
//!
//! *Invariant:* a value is read as it was given, whatever is in it. It has no line break and no control character, for no
//! scenario may have one (`reading/plain.rs`).

use crate::scene::markup::Element;

/// The element with these attributes, and within it what is shown where nothing runs.
pub fn element<'a>(attributes: impl IntoIterator<Item = (&'a str, &'a str)>, within: &str) -> String {
    written("counterpoint-diagram", attributes, within)
}

/// A frame with the page at this address.
pub fn frame(address: &str, title: &str) -> String {
    let attributes = [("src", address), ("title", title), ("width", "100%"), ("height", "480"), ("loading", "lazy")];
    written("iframe", attributes, "")
}

fn written<'a>(tag: &'static str, attributes: impl IntoIterator<Item = (&'a str, &'a str)>, within: &str) -> String {
    let mut text = String::new();
    let mut element = Element::open(&mut text, tag);
    for (name, value) in attributes {
        element.attribute(name, value);
    }
    // HTML closes neither of them in its first tag, however empty it is.
    element.content().push_str(within);
    drop(element);
    text
}
