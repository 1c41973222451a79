//! How a party has the settings of a short form within it: without the names, which are its own, and with what else there is
//! to say beside them.
//!
//! *Invariant:* a field that cannot be written here is refused with a reason, and is not written back.

use serde_json::{Map, Value};

use crate::reading::{Field, Misread};

/// What of a short form belongs to a party here, which has names of its own: the settings without them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Within<T>(pub T);

/// A field that cannot be written here, and why.
pub type Elsewhere = (&'static str, &'static str);

/// The fields that a party has itself.
const OWN: [Elsewhere; 2] =
    [("id", "is the party's; write it there, beside this"), ("name", "is the party's; write it there, beside this")];

impl<T: Field> Field for Within<T> {
    fn read(&mut self, value: Value) -> Result<(), Misread> {
        read_without(&OWN, &mut self.0, value)
    }

    fn write(&mut self) -> Value {
        write_without(&OWN, &mut self.0)
    }
}

fn read_without(elsewhere: &[Elsewhere], field: &mut dyn Field, value: Value) -> Result<(), Misread> {
    for (name, why) in elsewhere {
        if value.get(name).is_some() {
            return Err(Misread::new(format!("`{name}` {why}")).within(name));
        }
    }
    field.read(value)
}

fn write_without(elsewhere: &[Elsewhere], field: &mut dyn Field) -> Value {
    let mut written = field.write();
    if let Some(fields) = written.as_object_mut() {
        elsewhere.iter().for_each(|(name, _)| drop(fields.remove(*name)));
    }
    written
}

/// What of a short form belongs to a party, and in the same object what else there is to say here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Joined<T, O> {
    pub within: Within<T>,
    pub own: O,
}

/// What is said beside a short form, and what of that form is not asked there.
pub trait Beside: Field {
    #[doc(hidden)]
    const ELSEWHERE: &'static [Elsewhere] = &[];
}

impl<T: Field, O: Beside> Field for Joined<T, O> {
    fn read(&mut self, value: Value) -> Result<(), Misread> {
        read_joined(&mut self.own, (&mut self.within, O::ELSEWHERE), value)
    }

    fn write(&mut self) -> Value {
        let (mut written, own) = (write_without(O::ELSEWHERE, &mut self.within), self.own.write());
        if let (Some(fields), Value::Object(own)) = (written.as_object_mut(), own) {
            fields.extend(own);
        }
        written
    }
}

fn read_joined(
    own: &mut dyn Field,
    (within, elsewhere): (&mut dyn Field, &[Elsewhere]),
    value: Value,
) -> Result<(), Misread> {
    let Value::Object(given) = value else { return within.read(value) };
    let names = own.write();
    let (here, there): (Map<_, _>, Map<_, _>) = given.into_iter().partition(|(name, _)| names.get(name).is_some());
    own.read(Value::Object(here))?;
    read_without(elsewhere, within, Value::Object(there))
}
