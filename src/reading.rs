//! Reads typed values from JSON, and says of what cannot be read where it stands.
//!
//! One deserializer for all that is read, over a value that is there as a whole. A general one (`serde_path_to_error`
//! over `serde_json`'s) did the same for four times the bytes: everything a scenario can hold was compiled for each of
//! their wrappers, and the page has to load it. *Invariant:* the path of an error names the field at fault by the names
//! in the file, list items by number.

use std::cell::RefCell;
use std::fmt;

use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, Error, IntoDeserializer, Unexpected, Visitor};
use serde_json::{Error as Sentence, Map, Value};

/// Why a value could not be read: where, and a sentence.
#[derive(Debug)]
pub struct Misread {
    /// Dotted, from the value that was read; empty for that value itself.
    pub path: String,
    pub sentence: String,
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.sentence),
            path => write!(f, "{path}: {}", self.sentence),
        }
    }
}

/// Reads a value.
///
/// # Errors
/// The first thing that cannot be read, with its path.
pub fn read<T: DeserializeOwned>(value: Value) -> Result<T, Misread> {
    let trail = Trail::default();
    T::deserialize(Reader { value, trail: &trail })
        .map_err(|sentence| Misread { path: trail.into_inner().join("."), sentence: sentence.to_string() })
}

/// The steps to the value being read. A step that led to an error is left where it is.
type Trail = RefCell<Vec<String>>;

struct Reader<'t> {
    value: Value,
    trail: &'t Trail,
}

impl Reader<'_> {
    fn unexpected(&self) -> Unexpected<'_> {
        match &self.value {
            Value::Null => Unexpected::Unit,
            Value::Bool(value) => Unexpected::Bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(whole), ..) => Unexpected::Unsigned(whole),
                (_, Some(whole), _) => Unexpected::Signed(whole),
                (.., real) => Unexpected::Float(real.unwrap_or(f64::NAN)),
            },
            Value::String(text) => Unexpected::Str(text),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        }
    }

    fn wrong(&self, expected: &dyn de::Expected) -> Sentence {
        Sentence::invalid_type(self.unexpected(), expected)
    }

    fn map<'de, V: Visitor<'de>>(fields: Map<String, Value>, trail: &Trail, visitor: V) -> Result<V::Value, Sentence> {
        visitor.visit_map(Fields { fields: fields.into_iter(), value: Value::Null, trail })
    }
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Sentence;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Sentence> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(whole), _) => visitor.visit_u64(whole),
                (_, Some(whole)) => visitor.visit_i64(whole),
                _ => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => visitor.visit_seq(Items { items: items.into_iter().enumerate(), trail: self.trail }),
            Value::Object(fields) => Self::map(fields, self.trail, visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Sentence> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Sentence> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Sentence> {
        // A list in the fields' order is not offered, as it would be by others: nobody could read it.
        match self.value {
            Value::Object(fields) => Self::map(fields, self.trail, visitor),
            _ => Err(self.wrong(&visitor)),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Sentence> {
        let trail = self.trail;
        match self.value {
            Value::String(name) => visitor.visit_enum(Choice { name, value: None, trail }),
            Value::Object(fields) if fields.len() == 1 => {
                let (name, value) = fields.into_iter().next().expect("it has one field");
                visitor.visit_enum(Choice { name, value: Some(value), trail })
            }
            _ => Err(self.wrong(&visitor)),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

/// Reads `value`, which stands one step further on.
fn within<T>(trail: &Trail, step: String, read: impl FnOnce() -> Result<T, Sentence>) -> Result<T, Sentence> {
    trail.borrow_mut().push(step);
    let value = read()?;
    trail.borrow_mut().pop();
    Ok(value)
}

struct Items<'t> {
    items: std::iter::Enumerate<std::vec::IntoIter<Value>>,
    trail: &'t Trail,
}

impl<'de> de::SeqAccess<'de> for Items<'_> {
    type Error = Sentence;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Sentence> {
        let Some((place, value)) = self.items.next() else { return Ok(None) };
        let trail = self.trail;
        within(trail, place.to_string(), || seed.deserialize(Reader { value, trail })).map(Some)
    }
}

struct Fields<'t> {
    fields: serde_json::map::IntoIter,
    /// Of the field whose name was read last.
    value: Value,
    trail: &'t Trail,
}

impl<'de> de::MapAccess<'de> for Fields<'_> {
    type Error = Sentence;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Sentence> {
        let Some((name, value)) = self.fields.next() else { return Ok(None) };
        self.value = value;
        // A name that is not known is at fault itself; else the step stays until its value is read.
        self.trail.borrow_mut().push(name.clone());
        seed.deserialize(name.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Sentence> {
        let value = seed.deserialize(Reader { value: self.value.take(), trail: self.trail })?;
        self.trail.borrow_mut().pop();
        Ok(value)
    }
}

/// One of several, by name, with what belongs to it.
struct Choice<'t> {
    name: String,
    value: Option<Value>,
    trail: &'t Trail,
}

impl<'de, 't> de::EnumAccess<'de> for Choice<'t> {
    type Error = Sentence;
    type Variant = Chosen<'t>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Chosen<'t>), Sentence> {
        let chosen = Chosen { name: self.name.clone(), value: self.value, trail: self.trail };
        Ok((seed.deserialize(self.name.into_deserializer())?, chosen))
    }
}

struct Chosen<'t> {
    name: String,
    value: Option<Value>,
    trail: &'t Trail,
}

impl<'de> de::VariantAccess<'de> for Chosen<'_> {
    type Error = Sentence;

    fn unit_variant(self) -> Result<(), Sentence> {
        match self.value {
            None => Ok(()),
            Some(_) => Err(Sentence::custom(format!("`{}` stands alone, without a value", self.name))),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Sentence> {
        let Chosen { name, value, trail } = self;
        let value = value.ok_or_else(|| Sentence::custom(format!("`{name}` needs a value")))?;
        within(trail, name, || seed.deserialize(Reader { value, trail }))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Sentence> {
        self.struct_variant(&[], visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Sentence> {
        let Chosen { name, value, trail } = self;
        let value = value.ok_or_else(|| Sentence::custom(format!("`{name}` needs its fields")))?;
        within(trail, name, || Reader { value, trail }.deserialize_struct("", &[], visitor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Room {
        name: String,
        #[serde(default)]
        doors: Vec<Door>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "snake_case")]
    enum Door {
        Open,
        Locked { key: Option<u8> },
        Leads(Box<Room>),
    }

    fn fault(value: Value) -> String {
        read::<Room>(value).unwrap_err().to_string()
    }

    #[test]
    fn what_is_well_formed_is_read() {
        let value = json!({"name": "hall", "doors": ["open", {"locked": {"key": 7}}, {"leads": {"name": "attic"}}]});
        let attic = Room { name: "attic".into(), doors: Vec::new() };
        let doors = vec![Door::Open, Door::Locked { key: Some(7) }, Door::Leads(Box::new(attic))];
        assert_eq!(read::<Room>(value).unwrap(), Room { name: "hall".into(), doors });
    }

    #[test]
    fn a_fault_is_told_with_its_place() {
        assert_eq!(fault(json!({"name": 5})), "name: invalid type: integer `5`, expected a string");
        assert_eq!(fault(json!({"nome": "hall"})), "nome: unknown field `nome`, expected `name` or `doors`");
        assert_eq!(fault(json!({"doors": []})), "missing field `name`");
        assert_eq!(
            fault(json!({"doors": ["open", {"locked": {"key": 300}}]})),
            "doors.1.locked.key: invalid value: integer `300`, expected u8"
        );
        assert!(fault(json!({"doors": [{"leads": {"nome": 1}}]})).starts_with("doors.0.leads.nome: unknown field"));
        assert!(fault(json!({"doors": ["shut"]})).starts_with("doors.0: unknown variant `shut`"));
        assert!(fault(json!([])).starts_with("invalid type: sequence, expected struct Room"));
    }
}
