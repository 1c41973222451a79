//! JSON text to a JSON value, in which no object has the same field twice.
//!
//! RFC 8259 leaves open what a repeated name means, and readers differ: some take the first, some the last. `serde_json`
//! takes the last and says nothing. A person who wrote a field twice would then see one of their two values ignored, so
//! it is refused here, with the field's path.
//!
//! *Invariant:* a text that is read has one value for every path.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::{Misread, shown};

/// Why a text is not a JSON value.
#[derive(Debug)]
pub enum Flaw {
    /// It stops being JSON: what was expected, and before which byte of the text.
    NotJson(serde_json::Error, usize),
    /// It is JSON, but a field is written twice.
    Twice(Misread),
}

impl From<Flaw> for Misread {
    fn from(flaw: Flaw) -> Misread {
        match flaw {
            Flaw::NotJson(reason, _) => Misread::new(format!("this is not JSON: {reason}")),
            Flaw::Twice(misread) => misread,
        }
    }
}

/// Reads a JSON text. A byte-order mark before it is skipped, as RFC 8259 (section 8.1) allows: editors put it there
/// without being asked.
///
/// # Errors
/// A [`Flaw`].
pub fn parse(text: &str) -> Result<Value, Flaw> {
    let json = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut twice = None;
    let mut reader = serde_json::Deserializer::from_str(json);
    let read = AnyValue(&mut twice).deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    read.map_err(|error| match twice {
        Some(misread) => Flaw::Twice(misread),
        None => {
            let at = text.len() - json.len() + offset(json, error.line(), error.column());
            Flaw::NotJson(error, at)
        }
    })
}

/// Where a column begins, which is counted in bytes from one, as lines are.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = text.len().min(before + column.saturating_sub(1));
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Reads one value; puts there what was written twice.
struct AnyValue<'t>(&'t mut Option<Misread>);

impl AnyValue<'_> {
    /// The place of the fault as the value one step further out sees it.
    fn within(&mut self, step: &str) {
        *self.0 = self.0.take().map(|misread| misread.within(step));
    }
}

impl<'de> DeserializeSeed<'de> for AnyValue<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnyValue<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            match items.next_element_seed(AnyValue(self.0)) {
                Ok(Some(item)) => list.push(item),
                Ok(None) => return Ok(list.into()),
                Err(error) => {
                    self.within(&list.len().to_string());
                    return Err(error);
                }
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            if object.contains_key(&name) {
                let sentence = format!("`{}` is written twice; leave one of them out", shown(&name));
                *self.0 = Some(Misread::new(sentence).within(&name));
                return Err(A::Error::custom("a field is written twice"));
            }
            match fields.next_value_seed(AnyValue(self.0)) {
                Ok(value) => drop(object.insert(name, value)),
                Err(error) => {
                    self.within(&name);
                    return Err(error);
                }
            }
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flaw(text: &str) -> String {
        Misread::from(parse(text).unwrap_err()).to_string()
    }

    #[test]
    fn what_is_json_is_read_as_serde_json_reads_it() {
        for text in [
            r#"{"a": [1, -2, 3.5, 18446744073709551615, 1e300], "b": {"c": null, "d": [true, "\u00e9"]}, "": {}}"#,
            "[]",
            " 7 ",
        ] {
            assert_eq!(parse(text).unwrap(), serde_json::from_str::<Value>(text).unwrap());
        }
        for text in ["", "{", "[1,]", "{\"a\" 1}", "1 2", "1e400", &"[".repeat(200)] {
            let theirs = serde_json::from_str::<Value>(text).unwrap_err().to_string();
            assert_eq!(flaw(text), format!("this is not JSON: {theirs}"));
        }
    }

    #[test]
    fn a_field_that_is_written_twice_is_refused_with_its_path() {
        assert_eq!(flaw(r#"{"a": 1, "a": 1}"#), "a: `a` is written twice; leave one of them out");
        assert!(flaw(r#"{"a": [{}, {"b": {"c": 1, "d": 2, "c": 3}}]}"#).starts_with("a.1.b.c: `c` is written twice"));
        // Names in different objects are different fields.
        assert!(parse(r#"{"a": {"a": 1}, "b": [{"a": 1}, {"a": 1}]}"#).is_ok());
    }

    #[test]
    fn a_byte_order_mark_is_skipped_once_and_only_in_front() {
        assert_eq!(parse("\u{FEFF}[1]").unwrap(), serde_json::json!([1]));
        assert!(flaw("\u{FEFF}\u{FEFF}[1]").starts_with("this is not JSON"));
        assert!(flaw("[\u{FEFF}1]").starts_with("this is not JSON"));
    }
}
