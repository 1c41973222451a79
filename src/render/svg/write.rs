//! Writing elements: an [`Element`] closes itself, so nesting in the code is nesting in the file.
//!
//! *Invariant:* whatever text comes in, well-formed XML goes out.

use std::fmt;

/// Tenths of a pixel, printed as pixels with as few digits as will do.
pub struct Number(pub i32);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let tenths = self.0.unsigned_abs();
        match (tenths / 10, tenths % 10) {
            (whole, 0) => write!(f, "{sign}{whole}"),
            (whole, tenth) => write!(f, "{sign}{whole}.{tenth}"),
        }
    }
}

/// An element whose tag closes when it goes.
pub struct Element<'a> {
    text: &'a mut String,
    tag: &'static str,
    has_content: bool,
}

impl<'a> Element<'a> {
    pub fn open(text: &'a mut String, tag: &'static str) -> Self {
        text.push('<');
        text.push_str(tag);
        Element { text, tag, has_content: false }
    }

    pub fn attribute(&mut self, name: &str, value: &str) {
        attribute(self.text, name, value);
    }

    pub fn number(&mut self, name: &str, value: i32) -> &mut Self {
        self.text.push_str(&format!(" {name}=\"{}\"", Number(value)));
        self
    }

    /// Where what is inside goes; no attribute may follow.
    pub fn content(&mut self) -> &mut String {
        if !self.has_content {
            self.has_content = true;
            self.text.push('>');
        }
        self.text
    }
}

impl Drop for Element<'_> {
    fn drop(&mut self) {
        if self.has_content {
            self.text.push_str(&format!("</{}>", self.tag));
        } else {
            self.text.push_str("/>");
        }
    }
}

pub fn attribute(text: &mut String, name: &str, value: &str) {
    text.push_str(&format!(" {name}=\"{}\"", escaped(value)));
}

/// Fit to stand in an element or in a quoted attribute. What XML 1.0 does not allow becomes U+FFFD.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\t' | '\n' | '\r' => safe.push(' '),
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            // These turn the reading direction of what follows and could make a label lie.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => safe.push('\u{fffd}'),
            _ => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_fixed_point_and_short() {
        let printed: Vec<String> = [0, 5, -5, 120, 123, -1_201].iter().map(|&n| Number(n).to_string()).collect();
        assert_eq!(printed, ["0", "0.5", "-0.5", "12", "12.3", "-120.1"]);
    }

    #[test]
    fn markup_and_control_characters_are_text() {
        assert_eq!(escaped("<a b=\"&\">\u{1b}\n\u{202e}"), "&lt;a b=&quot;&amp;&quot;&gt;\u{fffd} \u{fffd}");
    }
}
