//! What can stand in a field, as the schema and the page of the settings tell it. Not in the page's programs, which get the
//! schema as a file.
//!
//! *Invariant:* everything here is walked from the declarations by which a scenario is read.

use std::rc::Rc;

use serde_json::Value;

use super::{Declared, Each};

/// What can stand in a field, apart from its rule.
#[derive(Clone)]
pub enum Kind {
    /// A whole number, and the bounds of its type.
    Whole(i64, i64),
    Number,
    Flag,
    Text,
    /// A number and a unit: `"170ms"`.
    Time,
    /// One of some words, each with its meaning.
    Words {
        about: &'static str,
        words: &'static [(&'static str, &'static str)],
    },
    List(Box<Kind>),
    /// That, or `null`.
    Maybe(Box<Kind>),
    Anything,
    /// An object with these fields.
    Object(Object),
    /// One of several forms.
    Choice(Choice),
}

/// An object.
#[derive(Clone)]
pub struct Object {
    /// Which of all: the path of its type.
    pub name: String,
    pub about: &'static str,
    /// Its fields, in order. (Asked for, because objects hold objects of their own kind.)
    pub fields: Rc<dyn Fn() -> Vec<Shown>>,
}

/// A value of one of several forms.
#[derive(Clone)]
pub struct Choice {
    /// Which of all.
    pub name: &'static str,
    pub about: &'static str,
    pub forms: fn() -> Vec<Form>,
}

/// One form of a choice.
pub struct Form {
    /// What it is called.
    pub word: &'static str,
    pub about: &'static str,
    pub shape: Shape,
}

/// How a form is written.
pub enum Shape {
    /// A value that is no object of fields.
    Plain(Kind),
    /// An object in which that field says the word.
    Said(&'static str, Vec<Shown>),
    /// An object with a field of that word, which is one of these.
    Keyed(Vec<Shown>),
    /// An object whose only field has that word, and holds an object of these.
    Within(Vec<Shown>),
}

/// A field.
pub struct Shown {
    pub declared: &'static Declared,
    pub kind: Kind,
    /// What it has when it is left out.
    pub default: Value,
}

impl Kind {
    /// An object of the type at that path.
    pub fn object(name: &str, about: &'static str, fields: impl Fn() -> Vec<Shown> + 'static) -> Kind {
        Kind::Object(Object { name: name.to_owned(), about, fields: Rc::new(fields) })
    }
}

/// The fields that `list` shows.
pub fn shown(list: &mut dyn FnMut(Each<'_>)) -> Vec<Shown> {
    let mut all = Vec::new();
    list(&mut |declared, field| all.push(Shown { declared, kind: field.kind(), default: field.write() }));
    all
}
