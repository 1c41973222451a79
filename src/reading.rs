//! What a scenario holds, from JSON and back: fields by their names.
//!
//! A struct lists its fields once (`fields!`) and a choice its words (`words!`); one reader and one writer walk those
//! lists. Derived `serde` code did the same by compiling every struct anew for its reader and its writer: a quarter of
//! what the page had to load. Reading and writing of JSON itself stays with `serde_json`.
//!
//! *Invariant:* the path of an error names the field at fault by the names in the file, list items by number.

mod parse;
mod place;
mod plain;

pub use parse::{Flaw, parse};
pub use place::place;
pub use plain::{check as check_plain, one_line, shown, shown_path};

use std::fmt;

use serde_json::{Map, Value};

/// Why a value could not be read: where, and a sentence with the value and what would do.
#[derive(Debug)]
pub struct Misread {
    /// Dotted, from the value that was read; empty for that value itself.
    pub path: String,
    /// On one line, without a full stop.
    pub sentence: String,
}

impl Misread {
    /// Of the value itself; [`Misread::within`] adds where that stands.
    pub fn new(sentence: impl Into<String>) -> Self {
        Misread { path: String::new(), sentence: sentence.into() }
    }

    /// The same fault, seen from one step further out.
    #[must_use]
    pub fn within(mut self, step: &str) -> Self {
        if !self.path.is_empty() {
            self.path.insert(0, '.');
        }
        self.path.insert_str(0, &shown(step));
        self
    }
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.sentence),
            path => write!(f, "{path}: {}", self.sentence),
        }
    }
}

/// What can stand in a scenario.
pub trait Field {
    /// Takes the value's place, or says why it cannot.
    ///
    /// # Errors
    /// The first thing that cannot be read, with its path.
    fn read(&mut self, value: Value) -> Result<(), Misread>;

    /// The JSON that reads as this.
    // By an exclusive reference, because one list of places serves both ways.
    fn write(&mut self) -> Value;
}

/// Whether a field may be left out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It has to be written.
    Required,
    /// It keeps what it has.
    Defaulted,
}

/// Is shown each field: its name in the file, its place, and whether it may be left out.
pub type Each<'e> = &'e mut dyn FnMut(&'static str, &mut dyn Field, Need);

/// A new value, read.
///
/// # Errors
/// As of [`Field::read`].
pub fn read<T: Field + Default>(value: Value) -> Result<T, Misread> {
    let mut new = T::default();
    new.read(value).map(|()| new)
}

/// Lists the fields of a struct under their names; after `needs`, those that must be written.
macro_rules! fields {
    ($type:ty: $($field:ident $(as $name:literal)?),* $(,)? $(; needs $($needed:ident $(as $called:literal)?),+ $(,)?)?) => {
        impl $crate::reading::Field for $type {
            fn read(&mut self, value: serde_json::Value) -> Result<(), $crate::reading::Misread> {
                *self = <$type>::default();
                $crate::reading::read_fields(value, &mut |each| self.each(each))
            }

            fn write(&mut self) -> serde_json::Value {
                $crate::reading::write_fields(&mut |each| self.each(each))
            }
        }

        impl $type {
            fn each(&mut self, each: $crate::reading::Each<'_>) {
                $(each(
                    $crate::reading::fields!(@ $field $($name)?),
                    &mut self.$field,
                    $crate::reading::Need::Defaulted,
                );)*
                $($(each(
                    $crate::reading::fields!(@ $needed $($called)?),
                    &mut self.$needed,
                    $crate::reading::Need::Required,
                );)+)?
            }
        }
    };
    (@ $field:ident) => { stringify!($field) };
    (@ $field:ident $name:literal) => { $name };
}
pub(crate) use fields;

/// Lists the words for the values of a choice.
macro_rules! words {
    ($type:ident: $($value:ident = $word:literal),+ $(,)?) => {
        impl $crate::reading::Field for $type {
            fn read(&mut self, value: serde_json::Value) -> Result<(), $crate::reading::Misread> {
                *self = [$($type::$value),+][$crate::reading::place_of(&value, &[$($word),+])?];
                Ok(())
            }

            fn write(&mut self) -> serde_json::Value {
                self.word().into()
            }
        }

        impl $type {
            /// The word in files and reports.
            pub fn word(self) -> &'static str {
                match self {
                    $($type::$value => $word),+
                }
            }
        }
    };
}
pub(crate) use words;

/// Reads an object into the fields that `list` shows.
///
/// # Errors
/// A field that is not known, one that is missing, or one whose value would not do.
pub fn read_fields(value: Value, list: &mut dyn FnMut(Each<'_>)) -> Result<(), Misread> {
    let Value::Object(mut given) = value else {
        return Err(Misread::new(format!("{} is not an object, as in {{\"field\": …}}", shown(&value))));
    };
    let mut known = Vec::new();
    list(&mut |name, _, _| known.push(name));
    if let Some(unknown) = given.keys().find(|name| !known.contains(&name.as_str())) {
        let sentence = format!("unknown field `{}`; there are {}", shown(unknown), quoted(&known));
        return Err(Misread::new(sentence).within(unknown));
    }
    let mut outcome = Ok(());
    list(&mut |name, field, need| {
        if outcome.is_ok() {
            outcome = match given.remove(name) {
                Some(value) => field.read(value).map_err(|misread| misread.within(name)),
                None if need == Need::Required => Err(Misread::new(format!("`{name}` is missing"))),
                None => Ok(()),
            };
        }
    });
    outcome
}

/// The object with the fields that `list` shows.
pub fn write_fields(list: &mut dyn FnMut(Each<'_>)) -> Value {
    let mut written = Map::new();
    list(&mut |name, field, _| {
        written.insert(name.to_owned(), field.write());
    });
    Value::Object(written)
}

/// The number of the word that `value` is.
///
/// # Errors
/// If it is none of them.
pub fn place_of(value: &Value, words: &[&str]) -> Result<usize, Misread> {
    let place = value.as_str().and_then(|word| words.iter().position(|known| *known == word));
    place.ok_or_else(|| Misread::new(format!("{} would not do; write {}", shown(value), quoted(words))))
}

/// `"a", "b" or "c"`.
fn quoted(words: &[&str]) -> String {
    let mut text = String::new();
    for (place, word) in words.iter().enumerate() {
        text.push_str(match place {
            0 => "`",
            _ if place + 1 == words.len() => "` or `",
            _ => "`, `",
        });
        text.push_str(word);
    }
    text.push('`');
    text
}

/// The largest whole number that every reader of JSON has exactly: 2^53 − 1 (RFC 8259, section 6).
pub const LARGEST: u64 = (1 << 53) - 1;

/// What stands before the bounds of a whole number in the sentence that refuses another one.
pub const BOUNDS: &str = "; write a whole number ";

/// The whole number that `value` is.
fn whole(value: &Value, least: i64, most: i64) -> Result<i64, Misread> {
    value
        .as_i64()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| Misread::new(format!("{} would not do{BOUNDS}from {least} to {most}", shown(value))))
}

macro_rules! whole_numbers {
    ($($type:ty),+) => {$(
        impl Field for $type {
            fn read(&mut self, value: Value) -> Result<(), Misread> {
                let most = LARGEST.min(<$type>::MAX as u64);
                *self = whole(&value, <$type>::MIN as i64, most as i64)? as $type;
                Ok(())
            }

            fn write(&mut self) -> Value {
                (*self).into()
            }
        }
    )+};
}

whole_numbers!(u16, u32, u64, i32);

impl Field for f64 {
    fn read(&mut self, value: Value) -> Result<(), Misread> {
        *self = value.as_f64().ok_or_else(|| Misread::new(format!("{} is not a number", shown(&value))))?;
        Ok(())
    }

    fn write(&mut self) -> Value {
        (*self).into()
    }
}

impl Field for bool {
    fn read(&mut self, value: Value) -> Result<(), Misread> {
        *self = value
            .as_bool()
            .ok_or_else(|| Misread::new(format!("{} would not do; write true or false", shown(&value))))?;
        Ok(())
    }

    fn write(&mut self) -> Value {
        (*self).into()
    }
}

impl Field for String {
    fn read(&mut self, value: Value) -> Result<(), Misread> {
        match value {
            Value::String(text) => *self = text,
            _ => return Err(Misread::new(format!("{} is not a text", shown(&value)))),
        }
        Ok(())
    }

    fn write(&mut self) -> Value {
        self.as_str().into()
    }
}

/// Anything, as it is written.
impl Field for Value {
    fn read(&mut self, value: Value) -> Result<(), Misread> {
        *self = value;
        Ok(())
    }

    fn write(&mut self) -> Value {
        self.clone()
    }
}

/// `null` is nothing.
impl<T: Field + Default> Field for Option<T> {
    fn read(&mut self, value: Value) -> Result<(), Misread> {
        *self = None;
        if value.is_null() {
            return Ok(());
        }
        self.insert(T::default()).read(value)
    }

    fn write(&mut self) -> Value {
        self.as_mut().map_or(Value::Null, T::write)
    }
}

impl<T: Field + Default> Field for Vec<T> {
    fn read(&mut self, value: Value) -> Result<(), Misread> {
        self.clear();
        read_items(value, &mut |item| {
            let mut new = T::default();
            new.read(item).map(|()| self.push(new))
        })
    }

    fn write(&mut self) -> Value {
        Value::Array(self.iter_mut().map(T::write).collect())
    }
}

fn read_items(value: Value, read: &mut dyn FnMut(Value) -> Result<(), Misread>) -> Result<(), Misread> {
    let Value::Array(items) = value else {
        return Err(Misread::new(format!("{} is not a list, as in [ … ]", shown(&value))));
    };
    for (place, item) in items.into_iter().enumerate() {
        read(item).map_err(|misread| misread.within(&place.to_string()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, Default, PartialEq)]
    struct Room {
        name: String,
        doors: Vec<Door>,
        stands: Floor,
    }

    fields!(Room: doors, stands as "floor"; needs name);

    #[derive(Debug, Default, PartialEq)]
    struct Door {
        key: Option<u16>,
        leads: Option<Box<Room>>,
    }

    fields!(Door: key, leads);

    impl Field for Box<Room> {
        fn read(&mut self, value: Value) -> Result<(), Misread> {
            self.as_mut().read(value)
        }

        fn write(&mut self) -> Value {
            self.as_mut().write()
        }
    }

    #[derive(Clone, Copy, Debug, Default, PartialEq)]
    enum Floor {
        #[default]
        Ground,
        First,
    }

    words!(Floor: Ground = "ground", First = "first");

    fn fault(value: Value) -> String {
        read::<Room>(value).unwrap_err().to_string()
    }

    #[test]
    fn what_is_well_formed_is_read_and_written() {
        let value = json!({"name": "hall", "floor": "first", "doors": [{}, {"key": 7, "leads": {"name": "attic"}}]});
        let attic = Room { name: "attic".into(), ..Room::default() };
        let doors = vec![Door::default(), Door { key: Some(7), leads: Some(Box::new(attic)) }];
        let mut hall = Room { name: "hall".into(), doors, stands: Floor::First };
        assert_eq!(read::<Room>(value).unwrap(), hall);
        assert_eq!(read::<Room>(hall.write()).unwrap(), hall);
        assert_eq!(hall.write()["doors"][0], json!({"key": null, "leads": null}));
    }

    #[test]
    fn a_fault_is_told_with_its_place() {
        assert_eq!(fault(json!({"name": 5})), "name: 5 is not a text");
        assert_eq!(fault(json!({"nome": "hall"})), "nome: unknown field `nome`; there are `doors`, `floor` or `name`");
        assert_eq!(fault(json!({"doors": []})), "`name` is missing");
        assert_eq!(
            fault(json!({"name": "hall", "doors": [{}, {"key": 70_000}]})),
            "doors.1.key: 70000 would not do; write a whole number from 0 to 65535"
        );
        assert!(fault(json!({"name": "hall", "doors": [{"key": -1}]})).starts_with("doors.0.key: -1 would not do"));
        assert!(fault(json!({"name": "hall", "doors": [{"key": 1.5}]})).starts_with("doors.0.key: 1.5 would not do"));
        assert!(fault(json!({"name": "hall", "doors": 3})).starts_with("doors: 3 is not a list"));
        assert!(fault(json!({"doors": [{"leads": {"nome": 1}}]})).starts_with("doors.0.leads.nome: unknown field"));
        assert_eq!(fault(json!({"floor": "top"})), "floor: \"top\" would not do; write `ground` or `first`");
        assert!(fault(json!([])).starts_with("[] is not an object"));
    }
}
