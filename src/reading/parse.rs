//! JSON text to a JSON value, in which no object has the same field twice.
//!
//! RFC 8259 leaves open what a repeated name means, and readers differ: some take the first, some the last. `serde_json`
//! takes the last and says nothing. A person who wrote a field twice would then see one of their two values ignored, so
//! it is refused here, with the field's path.
//!
//! *Invariant:* a text that is read has one value for every path.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::{Faults, Misread, shown};

/// A text is not JSON.
#[derive(Debug)]
pub struct NotJson {
    /// What was expected where it stops being JSON.
    pub reason: serde_json::Error,
    /// Before which byte of the text that is.
    pub at: usize,
}

impl From<NotJson> for Misread {
    fn from(NotJson { reason, .. }: NotJson) -> Misread {
        Misread::new(format!("this is not JSON: {reason}"))
    }
}

/// Reads a JSON text. A byte-order mark before it is skipped, as RFC 8259 (section 8.1) allows: editors put it there
/// without being asked. A field that is written twice is a fault, and has the value that was written first.
///
/// # Errors
/// If it is not JSON.
pub fn parse(text: &str, faults: &mut Faults) -> Result<Value, NotJson> {
    let json = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut reader = serde_json::Deserializer::from_str(json);
    let read = AnyValue(faults).deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    read.map_err(|reason| {
        let at = text.len() - json.len() + offset(json, reason.line(), reason.column());
        NotJson { reason, at }
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
struct AnyValue<'t>(&'t mut Faults);

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

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let before = self.0.count();
            let Some(item) = items.next_element_seed(AnyValue(self.0))? else { return Ok(list.into()) };
            self.0.step_out(before, &list.len().to_string());
            list.push(item);
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            if object.contains_key(&name) {
                let sentence = format!("`{}` is written twice; leave one of them out", shown(&name));
                self.0.push(Misread::new(sentence).within(&name).of_the_name());
                fields.next_value::<IgnoredAny>()?;
                continue;
            }
            let before = self.0.count();
            let value = fields.next_value_seed(AnyValue(self.0))?;
            self.0.step_out(before, &name);
            object.insert(name, value);
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Result<Vec<String>, String> {
        let mut faults = Faults::default();
        parse(text, &mut faults).map_err(|flaw| Misread::from(flaw).to_string())?;
        Ok(faults.all().iter().map(Misread::to_string).collect())
    }

    #[test]
    fn what_is_json_is_read_as_serde_json_reads_it() {
        for text in [
            r#"{"a": [1, -2, 3.5, 18446744073709551615, 1e300], "b": {"c": null, "d": [true, "\u00e9"]}, "": {}}"#,
            "[]",
            " 7 ",
        ] {
            let read = parse(text, &mut Faults::default()).unwrap();
            assert_eq!(read, serde_json::from_str::<Value>(text).unwrap());
        }
        for text in ["", "{", "[1,]", "{\"a\" 1}", "1 2", "1e400", &"[".repeat(200)] {
            let theirs = serde_json::from_str::<Value>(text).unwrap_err().to_string();
            assert_eq!(faults(text).unwrap_err(), format!("this is not JSON: {theirs}"));
        }
    }

    #[test]
    fn a_field_that_is_written_twice_is_refused_with_its_path() {
        assert_eq!(faults(r#"{"a": 1, "a": 1}"#).unwrap(), ["a: `a` is written twice; leave one of them out"]);
        let told = faults(r#"{"a": [{}, {"b": {"c": 1, "d": 2, "c": [}, {"e": 1, "e": 2}]}"#);
        assert!(told.is_err(), "what is no JSON is none, whatever else it is");
        let told = faults(r#"{"a": [{}, {"b": {"c": 1, "d": 2, "c": 3}}, {"e": 1, "e": 2}]}"#).unwrap();
        assert_eq!(told.len(), 2);
        assert!(told[0].starts_with("a.1.b.c: `c` is written twice") && told[1].starts_with("a.2.e: "), "{told:?}");
        // Names in different objects are different fields.
        assert_eq!(faults(r#"{"a": {"a": 1}, "b": [{"a": 1}, {"a": 1}]}"#).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_byte_order_mark_is_skipped_once_and_only_in_front() {
        assert_eq!(parse("\u{FEFF}[1]", &mut Faults::default()).unwrap(), serde_json::json!([1]));
        assert!(faults("\u{FEFF}\u{FEFF}[1]").unwrap_err().starts_with("this is not JSON"));
        assert!(faults("[\u{FEFF}1]").unwrap_err().starts_with("this is not JSON"));
    }
}
