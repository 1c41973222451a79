//! What a scenario holds, from JSON and back: fields by their names.
//!
//! A field is declared once, where its struct is (`fields!`): name, type, range, default and meaning. One reader and one
//! writer walk the declarations, and so do the schema and the page of the settings (`kind`). Derived `serde` code compiled
//! every struct anew for its reader and its writer: a quarter of what the page had to load; and it stops at the first
//! fault. Reading and writing of JSON itself stays with `serde_json`.
//!
//! *Invariant:* the path of a fault names the field by the names in the file, list items by their id where they have one of
//! their own, else by number. What could not be read keeps its default, and the reader goes on.

#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod kind;
mod parse;
mod place;
mod plain;
pub mod rule;
mod values;

pub use parse::{NotJson, parse};
pub use place::{On, place};
pub use plain::{check as check_plain, one_line, shown, shown_path};
pub use rule::Rule;
pub use values::neat;

use std::fmt;

use serde_json::{Map, Value};

#[cfg(not(target_arch = "wasm32"))]
use kind::Kind;

/// Why a value could not be read: where, and a sentence with the value and what would do.
#[derive(Clone, Debug)]
pub struct Misread {
    /// Dotted, from the value that was read; empty for that value itself.
    pub path: String,
    /// On one line, without a full stop.
    pub sentence: String,
    /// What of the field is at fault.
    pub on: On,
}

impl Misread {
    /// Of the value itself; [`Misread::within`] adds where that stands.
    pub fn new(sentence: impl Into<String>) -> Self {
        Misread { path: String::new(), sentence: sentence.into(), on: On::Value }
    }

    /// The same fault, seen from one step further out.
    #[must_use]
    pub fn within(mut self, step: &str) -> Self {
        self.step_out(step);
        self
    }

    fn step_out(&mut self, step: &str) {
        if !self.path.is_empty() {
            self.path.insert(0, '.');
        }
        self.path.insert_str(0, &shown(step));
    }

    /// Of the field's name, and not of its value.
    #[must_use]
    pub(crate) fn of_the_name(self) -> Self {
        Misread { on: On::Name, ..self }
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

/// The most faults of one text that are told: whoever has more mends some of them first.
pub const MOST_FAULTS: usize = 100;

/// What could not be read so far, in the order of the declarations.
#[derive(Debug, Default)]
pub struct Faults(Vec<Misread>);

impl Faults {
    /// There is another one, of the value that is being read.
    pub fn add(&mut self, sentence: impl Into<String>) {
        self.push(Misread::new(sentence));
    }

    /// There is another one.
    pub fn push(&mut self, misread: Misread) {
        if self.0.len() < MOST_FAULTS {
            self.0.push(misread);
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// What was found since there were so many was found in that step.
    pub fn step_out(&mut self, since: usize, step: &str) {
        self.0.iter_mut().skip(since).for_each(|misread| misread.step_out(step));
    }

    /// All of them.
    pub fn all(self) -> Vec<Misread> {
        self.0
    }

    /// The first, if there is any.
    ///
    /// # Errors
    /// That one.
    pub fn first(self) -> Result<(), Misread> {
        self.0.into_iter().next().map_or(Ok(()), Err)
    }
}

/// What can stand in a scenario.
pub trait Field {
    /// Takes the value's place, as far as it can be read and keeps to the rule. What cannot is a fault, with its path.
    fn read(&mut self, value: Value, rule: &Rule, faults: &mut Faults);

    /// The JSON that reads as this.
    // By an exclusive reference, because one list of places serves both ways.
    fn write(&mut self) -> Value;

    /// What can stand here.
    #[cfg(not(target_arch = "wasm32"))]
    fn kind(&mut self) -> Kind;
}

/// Whether a field may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It has to be written.
    Required,
    /// It keeps what it has.
    Defaulted,
}

/// What is said of a field where it is declared.
#[derive(Debug)]
pub struct Declared {
    /// In the file.
    pub name: &'static str,
    /// Whether it may be left out.
    pub need: Need,
    /// What its value keeps to.
    pub rule: Rule,
    /// What it means. No build for the page has these.
    #[cfg(not(target_arch = "wasm32"))]
    pub meaning: &'static str,
}

/// Is shown each field: what is declared of it, and its place.
pub type Each<'e> = &'e mut dyn FnMut(&'static Declared, &mut dyn Field);

/// A new value, read.
///
/// # Errors
/// The first thing that cannot be read, with its path.
pub fn read<T: Field + Default>(value: Value) -> Result<T, Misread> {
    let (mut new, mut faults) = (T::default(), Faults::default());
    new.read(value, &Rule::Any, &mut faults);
    faults.first().map(|()| new)
}

/// A declaration: name, whether it is needed, rule, meaning.
macro_rules! declared {
    ($name:expr, $need:ident, $rule:expr, $($meaning:literal)*) => {{
        static DECLARED: $crate::reading::Declared = $crate::reading::Declared {
            name: $name,
            need: $crate::reading::Need::$need,
            rule: $rule,
            #[cfg(not(target_arch = "wasm32"))]
            meaning: concat!($($meaning),*),
        };
        &DECLARED
    }};
}
pub(crate) use declared;

/// Declares a struct and its fields: `name: Type [rule] = default`. A field without a default must be written; `as` gives
/// the name in the file, where that is no name for Rust. What stands as documentation is what the schema says.
macro_rules! fields {
    (
        $(#[doc = $about:literal])*
        #[derive($($derive:ident),*)]
        $seen:vis struct $type:ident {
            $(
                $(#[doc = $meaning:literal])*
                $open:vis $field:ident $(as $called:literal)? : $of:ty $([$rule:expr])? $(= $default:expr)?,
            )*
        }
    ) => {
        $(#[doc = $about])*
        #[derive($($derive),*)]
        $seen struct $type {
            $(
                $(#[doc = $meaning])*
                $open $field: $of,
            )*
        }

        impl Default for $type {
            fn default() -> Self {
                $type { $($field: $crate::reading::fields!(@default $($default)?),)* }
            }
        }

        impl $crate::reading::Field for $type {
            fn read(
                &mut self,
                value: serde_json::Value,
                _: &$crate::reading::Rule,
                faults: &mut $crate::reading::Faults,
            ) {
                *self = <$type>::default();
                $crate::reading::read_fields(value, &mut |each| self.each(each), faults);
            }

            fn write(&mut self) -> serde_json::Value {
                $crate::reading::write_fields(&mut |each| self.each(each))
            }

            #[cfg(not(target_arch = "wasm32"))]
            fn kind(&mut self) -> $crate::reading::kind::Kind {
                $crate::reading::kind::Kind::object(
                    concat!(module_path!(), "::", stringify!($type)),
                    concat!($($about),*),
                    || $crate::reading::kind::shown(&mut |each| <$type>::default().each(each)),
                )
            }
        }

        impl $type {
            fn each(&mut self, each: $crate::reading::Each<'_>) {
                $(
                    each(
                        {
                            static DECLARED: $crate::reading::Declared = $crate::reading::Declared {
                                name: $crate::reading::fields!(@name $field $($called)?),
                                need: $crate::reading::fields!(@need $($default)?),
                                rule: $crate::reading::fields!(@rule $($rule)?),
                                #[cfg(not(target_arch = "wasm32"))]
                                meaning: concat!($($meaning),*),
                            };
                            &DECLARED
                        },
                        &mut self.$field,
                    );
                )*
            }
        }
    };
    (@default) => { Default::default() };
    (@default $default:expr) => { $default };
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $called:literal) => { $called };
    (@need) => { $crate::reading::Need::Required };
    (@need $default:expr) => { $crate::reading::Need::Defaulted };
    (@rule) => { $crate::reading::Rule::Any };
    (@rule $rule:expr) => { $rule };
}
pub(crate) use fields;

/// Declares a choice and its words; after `=`, the one that holds if nothing is written.
macro_rules! words {
    (
        $(#[doc = $about:literal])*
        #[derive($($derive:ident),*)]
        $seen:vis enum $type:ident = $usual:ident {
            $(
                $(#[doc = $meaning:literal])*
                $value:ident = $word:literal,
            )*
        }
    ) => {
        $(#[doc = $about])*
        #[derive($($derive),*)]
        $seen enum $type {
            $(
                $(#[doc = $meaning])*
                $value,
            )*
        }

        impl Default for $type {
            fn default() -> Self {
                $type::$usual
            }
        }

        $crate::reading::words!(impl $type ($($about)*) $($value = $word ($($meaning)*),)*);
    };
    (impl $type:ident ($($about:literal)*) $($value:ident = $word:literal ($($meaning:literal)*),)*) => {
        impl $crate::reading::Field for $type {
            fn read(
                &mut self,
                value: serde_json::Value,
                _: &$crate::reading::Rule,
                faults: &mut $crate::reading::Faults,
            ) {
                if let Some(place) = $crate::reading::place_of(&value, &[$($word),*], faults) {
                    *self = [$($type::$value),*][place];
                }
            }

            fn write(&mut self) -> serde_json::Value {
                self.word().into()
            }

            #[cfg(not(target_arch = "wasm32"))]
            fn kind(&mut self) -> $crate::reading::kind::Kind {
                $crate::reading::kind::Kind::Words {
                    about: concat!($($about),*),
                    words: &[$(($word, concat!($($meaning),*))),*],
                }
            }
        }

        impl $type {
            /// The word in files and reports.
            pub fn word(self) -> &'static str {
                match self {
                    $($type::$value => $word),*
                }
            }
        }
    };
}
pub(crate) use words;

/// Reads an object into the fields that `list` shows. A field that is not known, one that is missing, and one whose value
/// would not do is a fault.
pub fn read_fields(value: Value, list: &mut dyn FnMut(Each<'_>), faults: &mut Faults) {
    let Value::Object(mut given) = value else {
        return faults.add(format!("{} is not an object, as in {{\"field\": …}}", shown(&value)));
    };
    let mut known = Vec::new();
    list(&mut |declared, _| known.push(declared.name));
    for unknown in given.keys().filter(|name| !known.contains(&name.as_str())) {
        let sentence = format!("unknown field `{}`; there are {}", shown(unknown), quoted(&known));
        faults.push(Misread::new(sentence).within(unknown).of_the_name());
    }
    list(&mut |declared, field| match given.remove(declared.name) {
        Some(value) => {
            let before = faults.count();
            field.read(value, &declared.rule, faults);
            faults.step_out(before, declared.name);
        }
        None if declared.need == Need::Required => faults.add(format!("`{}` is missing", declared.name)),
        None => {}
    });
}

/// The object with the fields that `list` shows.
pub fn write_fields(list: &mut dyn FnMut(Each<'_>)) -> Value {
    let mut written = Map::new();
    list(&mut |declared, field| {
        written.insert(declared.name.to_owned(), field.write());
    });
    Value::Object(written)
}

/// The number of the word that `value` is; a fault if it is none of them.
pub fn place_of(value: &Value, words: &[&str], faults: &mut Faults) -> Option<usize> {
    let place = value.as_str().and_then(|word| words.iter().position(|known| *known == word));
    if place.is_none() {
        faults.add(format!("{} would not do; write {}", shown(value), quoted(words)));
    }
    place
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fields! {
        #[derive(Debug, PartialEq)]
        struct Room {
            name: String [Rule::Text(0, 10)],
            doors: Vec<Door> [Rule::List(0, 3, &Rule::Any)] = Vec::new(),
            stands as "floor": Floor = Floor::Ground,
        }
    }

    fields! {
        #[derive(Debug, PartialEq)]
        struct Door {
            id: String [Rule::Id(8)] = String::new(),
            key: Option<u16> [Rule::Whole(1, 99)] = None,
            leads: Vec<Room> = Vec::new(),
        }
    }

    words! {
        #[derive(Clone, Copy, Debug, PartialEq)]
        enum Floor = Ground {
            Ground = "ground",
            First = "first",
        }
    }

    fn faults(value: Value) -> Vec<String> {
        let (mut room, mut faults) = (Room::default(), Faults::default());
        room.read(value, &Rule::Any, &mut faults);
        faults.all().iter().map(Misread::to_string).collect()
    }

    fn fault(value: Value) -> String {
        faults(value).swap_remove(0)
    }

    #[test]
    fn what_is_well_formed_is_read_and_written() {
        let value = json!({"name": "hall", "floor": "first", "doors": [{}, {"key": 7, "leads": [{"name": "attic"}]}]});
        let attic = Room { name: "attic".into(), ..Room::default() };
        let doors = vec![Door::default(), Door { key: Some(7), leads: vec![attic], ..Door::default() }];
        let mut hall = Room { name: "hall".into(), doors, stands: Floor::First };
        assert_eq!(read::<Room>(value).unwrap(), hall);
        assert_eq!(
            read::<Room>(hall.write()).unwrap_err().to_string(),
            "doors.0.id: `` is not an id; use 1 to 8 of a–z, 0–9, - and _"
        );
        assert_eq!(hall.write()["doors"][0], json!({"id": "", "key": null, "leads": []}));
    }

    /// As a schema has it, and as it is in JSON, which knows one kind of number.
    #[test]
    fn a_whole_number_is_one_however_it_is_written() {
        for written in ["7", "7.0", "7e0", "0.7e1", "70e-1"] {
            let text = format!(r#"{{"name": "hall", "doors": [{{"key": {written}}}]}}"#);
            let hall = read::<Room>(serde_json::from_str(&text).unwrap()).unwrap();
            assert_eq!(hall.doors[0].key, Some(7), "{written}");
        }
    }

    #[test]
    fn a_fault_is_told_with_its_place() {
        assert_eq!(fault(json!({"name": 5})), "name: 5 is not a text");
        assert_eq!(fault(json!({"nome": "hall"})), "nome: unknown field `nome`; there are `name`, `doors` or `floor`");
        assert_eq!(fault(json!({"doors": []})), "`name` is missing");
        let key = |key: Value| fault(json!({"name": "hall", "doors": [{}, {"key": key}]}));
        assert_eq!(key(json!(100)), "doors.1.key: 100 would not do; write a whole number from 1 to 99");
        assert!(key(json!(-1)).starts_with("doors.1.key: -1 would not do"));
        assert!(key(json!(1.5)).starts_with("doors.1.key: 1.5 would not do"));
        assert!(key(json!(1e300)).starts_with("doors.1.key: 1e+300 would not do"));
        assert!(fault(json!({"name": "hall", "doors": 3})).starts_with("doors: 3 is not a list"));
        assert_eq!(fault(json!({"name": "n", "doors": [{}, {}, {}, {}]})), "doors: there are 4 entries; at most 3 fit");
        assert_eq!(
            fault(json!({"name": "n", "floor": "top"})),
            "floor: \"top\" would not do; write `ground` or `first`"
        );
        assert_eq!(fault(json!({"name": "a hall of fame"})), "name: the text has 14 characters; at most 10 fit");
        assert!(fault(json!([])).starts_with("[] is not an object"));
    }

    /// By its id, as a parameter is, unless another one has it.
    #[test]
    fn every_fault_is_told_and_an_item_is_named_by_its_id() {
        let doors = json!([{"id": "oak", "key": 0}, {"id": "oak", "key": 0, "leads": [{"nome": 1}]}]);
        let told = faults(json!({"name": 5, "doors": doors, "floor": 1}));
        let paths: Vec<&str> = told.iter().map(|fault| fault.split(": ").next().unwrap()).collect();
        assert_eq!(paths, ["name", "doors.oak.key", "doors.1.key", "doors.1.leads.0.nome", "doors.1.leads.0", "floor"]);
        let many: Vec<Value> = (0..3).map(|_| json!({"leads": vec![json!({"a": 1, "b": 2}); 40]})).collect();
        assert_eq!(faults(json!({"name": "n", "doors": many})).len(), MOST_FAULTS);
    }
}
