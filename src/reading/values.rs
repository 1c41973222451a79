//! How single values and lists of them are read and written.
//!
//! *Invariant:* what is outside a rule is refused with the bounds of that rule.

use serde_json::Value;

#[cfg(not(target_arch = "wasm32"))]
use super::kind::Kind;
use super::{Faults, Field, LARGEST, Rule, check_plain, shown};

/// The whole number that `value` is.
fn whole(value: &Value, least: i64, most: i64, rule: &Rule, faults: &mut Faults) -> Option<i64> {
    let (least, most) = match rule {
        Rule::Whole(from, to) => (least.max(*from), most.min(*to)),
        _ => (least, most),
    };
    let number = value.as_i64().or_else(|| whole_of(value.as_f64()?)).filter(|number| (least..=most).contains(number));
    if number.is_none() {
        faults.add(format!("{} would not do; write a whole number from {least} to {most}", shown(value)));
    }
    number
}

/// A number that is whole however it is written, as `1e3` and `5.0` are: to JSON they are no other numbers than 1000 and 5.
fn whole_of(number: f64) -> Option<i64> {
    let is_exact = number.abs() <= LARGEST as f64 && number.fract() == 0.0;
    is_exact.then_some(number as i64)
}

macro_rules! whole_numbers {
    ($($type:ty),+) => {$(
        impl Field for $type {
            fn read(&mut self, value: Value, rule: &Rule, faults: &mut Faults) {
                let most = LARGEST.min(<$type>::MAX as u64);
                if let Some(number) = whole(&value, <$type>::MIN as i64, most as i64, rule, faults) {
                    *self = number as $type;
                }
            }

            fn write(&mut self) -> Value {
                (*self).into()
            }

            #[cfg(not(target_arch = "wasm32"))]
            fn kind(&mut self) -> Kind {
                Kind::Whole(<$type>::MIN as i64, LARGEST.min(<$type>::MAX as u64) as i64)
            }
        }
    )+};
}

whole_numbers!(u16, u32, u64, i32);

impl Field for f64 {
    fn read(&mut self, value: Value, rule: &Rule, faults: &mut Faults) {
        let Some(number) = value.as_f64() else {
            return faults.add(format!("{} is not a number", shown(&value)));
        };
        match rule {
            Rule::Number(least, most) if !(*least..=*most).contains(&number) => {
                faults.add(format!("{} would not do; write a number from {least} to {most}", shown(&value)));
            }
            _ => *self = number,
        }
    }

    fn write(&mut self) -> Value {
        (*self).into()
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn kind(&mut self) -> Kind {
        Kind::Number
    }
}

impl Field for bool {
    fn read(&mut self, value: Value, _: &Rule, faults: &mut Faults) {
        match value.as_bool() {
            Some(flag) => *self = flag,
            None => faults.add(format!("{} would not do; write true or false", shown(&value))),
        }
    }

    fn write(&mut self) -> Value {
        (*self).into()
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn kind(&mut self) -> Kind {
        Kind::Flag
    }
}

impl Field for String {
    fn read(&mut self, value: Value, rule: &Rule, faults: &mut Faults) {
        let Value::String(text) = value else {
            return faults.add(format!("{} is not a text", shown(&value)));
        };
        match refusal(&text, rule) {
            Some(sentence) => faults.add(sentence),
            None => *self = text,
        }
    }

    fn write(&mut self) -> Value {
        self.as_str().into()
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn kind(&mut self) -> Kind {
        Kind::Text
    }
}

/// Why a text does not keep to a rule.
fn refusal(text: &str, rule: &Rule) -> Option<String> {
    match rule {
        Rule::Text(least, most) => match check_plain(text, *most) {
            Err(sentence) => Some(sentence),
            Ok(()) if *least > 0 && text.trim().is_empty() => {
                Some(format!("the text is empty; write {least} to {most} characters"))
            }
            Ok(()) => None,
        },
        Rule::Id(most) => {
            let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
            let is_id = !text.is_empty() && text.len() <= *most && text.chars().all(fits);
            (!is_id).then(|| format!("`{}` is not an id; use 1 to {most} of a–z, 0–9, - and _", shown(text)))
        }
        _ => None,
    }
}

/// Anything, as it is written.
impl Field for Value {
    fn read(&mut self, value: Value, _: &Rule, _: &mut Faults) {
        *self = value;
    }

    fn write(&mut self) -> Value {
        self.clone()
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn kind(&mut self) -> Kind {
        Kind::Anything
    }
}

/// `null` is nothing.
impl<T: Field + Default> Field for Option<T> {
    fn read(&mut self, value: Value, rule: &Rule, faults: &mut Faults) {
        *self = None;
        if !value.is_null() {
            self.insert(T::default()).read(value, rule, faults);
        }
    }

    fn write(&mut self) -> Value {
        self.as_mut().map_or(Value::Null, T::write)
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn kind(&mut self) -> Kind {
        Kind::Maybe(Box::new(T::default().kind()))
    }
}

impl<T: Field + Default> Field for Vec<T> {
    fn read(&mut self, value: Value, rule: &Rule, faults: &mut Faults) {
        self.clear();
        read_items(value, rule, faults, &mut |item, rule, faults| {
            let mut new = T::default();
            new.read(item, rule, faults);
            self.push(new);
        });
    }

    fn write(&mut self) -> Value {
        Value::Array(self.iter_mut().map(T::write).collect())
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn kind(&mut self) -> Kind {
        Kind::List(Box::new(T::default().kind()))
    }
}

type ReadItem<'r> = &'r mut dyn FnMut(Value, &Rule, &mut Faults);

fn read_items(value: Value, rule: &Rule, faults: &mut Faults, read: ReadItem<'_>) {
    let Value::Array(items) = value else {
        return faults.add(format!("{} is not a list, as in [ … ]", shown(&value)));
    };
    let of = match rule {
        Rule::List(least, most, of) => {
            if let Some(sentence) = wrong_number(items.len(), *least, *most) {
                return faults.add(sentence);
            }
            of
        }
        _ => &Rule::Any,
    };
    let mut ids: Vec<String> = Vec::new();
    for (number, item) in items.into_iter().enumerate() {
        let own =
            item.get("id").and_then(Value::as_str).filter(|id| !id.is_empty() && !ids.iter().any(|other| other == id));
        let step = own.map(|own| {
            ids.push(own.to_owned());
            own.to_owned()
        });
        let before = faults.count();
        read(item, of, faults);
        if faults.count() > before {
            faults.step_out(before, &step.unwrap_or_else(|| number.to_string()));
        }
    }
}

/// That a list has too few entries, or too many.
fn wrong_number(count: usize, least: usize, most: usize) -> Option<String> {
    match count {
        _ if (least..=most).contains(&count) => None,
        _ if least == most => Some(format!("there are {count} entries; write {most}")),
        0 => Some("the list is empty; write at least one entry".to_owned()),
        _ => Some(format!("there are {count} entries; at most {most} fit")),
    }
}

/// The number without the noise in the last places that decimal steps leave in binary numbers.
pub fn neat(number: f64) -> f64 {
    if number < 1e6 { (number * 1e9).round() / 1e9 } else { number.round() }
}
