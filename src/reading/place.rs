//! Where in a JSON text a path leads.
//!
//! The values that are read know nothing of their places, so that what is right costs nothing more; a text with a problem is
//! looked through again, by its quotes and brackets alone. A reader that keeps the places of all values would have been
//! another reader of JSON beside the one that there is.
//!
//! *Invariant:* whatever the text and the path are, the place lies in the text, between characters.

use std::ops::Range;

use super::shown;

/// What of a field is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// Its value.
    Value,
    /// Its name, where it is written.
    Name,
}

/// The place, in bytes, to which `path` leads in a text that is JSON: of a value, or of the opening bracket of an object or a
/// list. As far as the path can be followed: what is missing has the place of what it is missing in, and a field that is
/// written twice that of its second name.
///
/// A step in a list is an item's id, shown as an error shows it, or its number; items that say no id may have one of
/// `unsaid` by their number.
pub fn place(text: &str, path: &str, on: On, unsaid: &[&str]) -> Range<usize> {
    let mut scan = Scan { text, at: text.len() - text.trim_start_matches('\u{FEFF}').len() };
    scan.pass_space();
    let mut rest = path;
    let mut named = None;
    while !rest.is_empty() {
        let at = scan.at;
        let found = match scan.byte() {
            b'{' => scan.field(rest),
            b'[' => scan.item(rest, unsaid),
            _ => None,
        };
        match found {
            Some(Found::Value { at, step, name }) => {
                named = name;
                scan.at = at;
                rest = rest[step..].trim_start_matches('.');
            }
            Some(Found::SecondName(name)) => return name,
            None => {
                scan.at = at;
                return scan.here();
            }
        }
    }
    named.filter(|_| on == On::Name).unwrap_or_else(|| scan.here())
}

/// What a step leads to.
enum Found {
    /// The beginning of a value, the length of the step, and where the name stands that the value has in an object.
    Value { at: usize, step: usize, name: Option<Range<usize>> },
    /// The name that is there a second time.
    SecondName(Range<usize>),
}

/// How much of `rest` that name is, if it begins with it.
fn step(rest: &str, name: &str) -> Option<usize> {
    let name = shown(name);
    let follows = rest.strip_prefix(&name)?;
    (follows.is_empty() || follows.starts_with('.')).then_some(name.len())
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
}

impl Scan<'_> {
    /// Nought at the end, which no JSON has inside.
    fn byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or_default()
    }

    fn pass_space(&mut self) {
        while matches!(self.byte(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
    }

    /// Passes a bracket, a comma or a colon, and the space behind it.
    fn pass_sign(&mut self) {
        self.at += usize::from(self.byte().is_ascii() && self.at < self.text.len());
        self.pass_space();
    }

    /// Passes a text with its quotes.
    fn pass_text(&mut self) -> Range<usize> {
        let from = self.at;
        self.at += 1;
        while self.at < self.text.len() && self.byte() != b'"' {
            self.at += if self.byte() == b'\\' { 2 } else { 1 };
        }
        self.at = self.text.len().min(self.at + 1);
        from..self.at
    }

    /// Passes a value and the space behind it.
    fn pass_value(&mut self) {
        let mut depth = 0;
        loop {
            match self.byte() {
                b'"' => drop(self.pass_text()),
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth -= 1;
                    self.at += 1;
                }
                0 if self.at >= self.text.len() => return,
                _ => self.at += 1,
            }
            self.pass_space();
            if depth <= 0 && matches!(self.byte(), 0 | b',' | b'}' | b']' | b':') {
                return;
            }
        }
    }

    /// The place of the value that begins here.
    fn here(mut self) -> Range<usize> {
        let from = self.at;
        match self.byte() {
            b'{' | b'[' => from..from + 1,
            _ => {
                self.pass_value();
                from..from + self.text[from..self.at].trim_end().len()
            }
        }
    }

    /// The text between those quotes.
    fn said(&self, place: Range<usize>) -> String {
        serde_json::from_str(&self.text[place]).unwrap_or_default()
    }

    /// Goes through the fields of the object that begins here, and shows each name, with the value to come.
    fn fields(&mut self, show: &mut dyn FnMut(&Self, Range<usize>)) {
        self.pass_sign();
        while self.byte() == b'"' {
            let name = self.pass_text();
            self.pass_space();
            self.pass_sign();
            show(self, name);
            self.pass_value();
            if self.byte() == b',' {
                self.pass_sign();
            }
        }
    }

    /// The field of the object that begins here with whose name `rest` begins; if a name has a dot, the longest.
    fn field(&mut self, rest: &str) -> Option<Found> {
        let mut found = None;
        self.fields(&mut |scan, name| {
            let Some(step) = step(rest, &scan.said(name.clone())) else { return };
            match &found {
                Some(Found::Value { step: known, .. }) if *known == step => found = Some(Found::SecondName(name)),
                Some(Found::Value { step: known, .. }) if *known > step => {}
                Some(Found::SecondName(_)) => {}
                _ => found = Some(Found::Value { at: scan.at, step, name: Some(name) }),
            }
        });
        found
    }

    /// The item of the list that begins here with whose id or number `rest` begins.
    fn item(&mut self, rest: &str, unsaid: &[&str]) -> Option<Found> {
        let numbered = rest.split('.').next().unwrap_or_default();
        let (mut by_id, mut by_number) = (None, None);
        self.pass_sign();
        let mut number = 0;
        while !matches!(self.byte(), 0 | b']') {
            let at = self.at;
            let id = self.id();
            if by_id.is_none() {
                by_id = id.as_deref().and_then(|id| step(rest, id)).map(|step| Found::Value { at, step, name: None });
            }
            let unsaid = unsaid.get(number).filter(|_| id.is_none());
            if numbered == number.to_string() || unsaid.is_some_and(|unsaid| *unsaid == numbered) {
                by_number = Some(Found::Value { at, step: numbered.len(), name: None });
            }
            self.at = at;
            self.pass_value();
            if self.byte() == b',' {
                self.pass_sign();
            }
            number += 1;
        }
        by_id.or(by_number)
    }

    /// What the object that begins here says that its id is.
    fn id(&mut self) -> Option<String> {
        let mut id = None;
        if self.byte() == b'{' {
            self.fields(&mut |scan, name| {
                if scan.said(name) == "id" && scan.byte() == b'"' {
                    let mut value = Scan { ..*scan };
                    let said = value.pass_text();
                    id = Some(scan.said(said));
                }
            });
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#" {"a": [ {"id": "x", "b": 12 }, {"b": "é\"}" , "c": true}, -3e5 ],
        "d.e": {"f": null}, "d": [], "g": 1, "g": {"h": 2}} "#;

    fn at(path: &str) -> &str {
        &TEXT[place(TEXT, path, On::Value, &["first", "second"])]
    }

    #[test]
    fn a_path_leads_to_its_value() {
        for (path, value) in [
            ("a.x.b", "12"),
            ("a.0.b", "12"),
            ("a.1.b", r#""é\"}""#),
            ("a.second.c", "true"),
            ("a.2", "-3e5"),
            ("a", "["),
            ("a.1", "{"),
            ("", "{"),
            ("d.e.f", "null"),
        ] {
            assert_eq!(at(path), value, "{path}");
        }
    }

    #[test]
    fn it_is_followed_as_far_as_it_leads() {
        for (path, value) in
            [("a.0.nothing.more", "{"), ("a.7", "["), ("a.first.b", "["), ("d.e.f.g", "null"), ("z", "{")]
        {
            assert_eq!(at(path), value, "{path}");
        }
        let name = place(TEXT, "a.0.b", On::Name, &[]);
        assert_eq!(&TEXT[name], "\"b\"");
        let twice = place(TEXT, "g.h", On::Value, &[]);
        assert_eq!((&TEXT[twice.clone()], twice.start > TEXT.find("\"g\"").unwrap()), ("\"g\"", true));
    }

    #[test]
    fn whatever_the_text_is_the_place_lies_in_it() {
        for (end, _) in TEXT.char_indices() {
            for path in ["a.x.b", "a.1.b", "a.2", "d.e.f", "g"] {
                let _ = &TEXT[..end][place(&TEXT[..end], path, On::Value, &[])];
            }
        }
        for text in ["", "\u{FEFF}", "\\", "\"\\", "]]]", "{]", "[}", "{\"a\":", "{\"a\" \"b\"}", "{\"a\"é1}"] {
            let _ = &text[place(text, "a.0", On::Value, &[])];
        }
    }
}
