//! How a party has the settings of a short form within it: without the names, which are its own, and with what else there is
//! to say beside them.
//!
//! *Invariant:* a field that cannot be written here is refused with a reason, and is not written back.

use serde_json::{Map, Value};

#[cfg(not(target_arch = "wasm32"))]
use crate::reading::kind::{self, Kind};
use crate::reading::{Faults, Field, Misread, Rule};

/// What of a short form belongs to a party here, which has names of its own: the settings without them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Within<T>(pub T);

/// A field that cannot be written here, and why.
pub type Elsewhere = (&'static str, &'static str);

/// The fields that a party has itself.
const OWN: [Elsewhere; 2] =
    [("id", "is the party's; write it there, beside this"), ("name", "is the party's; write it there, beside this")];

impl<T: Field + Default> Field for Within<T> {
    fn read(&mut self, value: Value, _: &Rule, faults: &mut Faults) {
        read_without(&OWN, &mut self.0, value, faults);
    }

    fn write(&mut self) -> Value {
        write_without(&OWN, &mut self.0)
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn kind(&mut self) -> Kind {
        let about = about(&self.0.kind());
        Kind::object(std::any::type_name::<Self>(), about, || shown_without(&OWN, T::default().kind()))
    }
}

#[inline(never)]
fn read_without(elsewhere: &[Elsewhere], field: &mut dyn Field, mut value: Value, faults: &mut Faults) {
    for (name, why) in elsewhere {
        if value.as_object_mut().is_some_and(|fields| fields.remove(*name).is_some()) {
            faults.push(Misread::new(format!("`{name}` {why}")).within(name).of_the_name());
        }
    }
    field.read(value, &Rule::Any, faults);
}

fn write_without(elsewhere: &[Elsewhere], field: &mut dyn Field) -> Value {
    let mut written = field.write();
    if let Some(fields) = written.as_object_mut() {
        elsewhere.iter().for_each(|(name, _)| drop(fields.remove(*name)));
    }
    written
}

#[cfg(not(target_arch = "wasm32"))]
fn about(kind: &Kind) -> &'static str {
    match kind {
        Kind::Object(object) => object.about,
        _ => "",
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn shown_without(elsewhere: &[Elsewhere], kind: Kind) -> Vec<kind::Shown> {
    let Kind::Object(object) = kind else { return Vec::new() };
    let mut fields = (object.fields)();
    fields.retain(|field| elsewhere.iter().all(|(name, _)| *name != field.declared.name));
    fields
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

impl<T: Field + Default, O: Beside + Default> Field for Joined<T, O> {
    fn read(&mut self, value: Value, _: &Rule, faults: &mut Faults) {
        read_joined(&mut self.own, (&mut self.within, O::ELSEWHERE), value, faults);
    }

    fn write(&mut self) -> Value {
        let (mut written, own) = (write_without(O::ELSEWHERE, &mut self.within), self.own.write());
        if let (Some(fields), Value::Object(own)) = (written.as_object_mut(), own) {
            fields.extend(own);
        }
        written
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn kind(&mut self) -> Kind {
        let about = about(&self.within.kind());
        Kind::object(std::any::type_name::<Self>(), about, || {
            let mut fields = shown_without(&[], O::default().kind());
            let mut within = shown_without(O::ELSEWHERE, Within::<T>::default().kind());
            // What both have is read as what is said here.
            within.retain(|field| fields.iter().all(|own| own.declared.name != field.declared.name));
            fields.extend(within);
            fields
        })
    }
}

fn read_joined(
    own: &mut dyn Field,
    (within, elsewhere): (&mut dyn Field, &[Elsewhere]),
    value: Value,
    faults: &mut Faults,
) {
    let Value::Object(given) = value else { return within.read(value, &Rule::Any, faults) };
    let names = own.write();
    let (here, there): (Map<_, _>, Map<_, _>) = given.into_iter().partition(|(name, _)| names.get(name).is_some());
    own.read(Value::Object(here), &Rule::Any, faults);
    read_without(elsewhere, within, Value::Object(there), faults);
}
