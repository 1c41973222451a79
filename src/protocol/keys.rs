//! Keys under which a broker files messages: a record's key, a message group, a deduplication id.
//!
//! A scenario lists them, and job n gets the n-th, beginning again at the end: `["A", "A", "B"]` makes two of three
//! jobs A's. `{job}` in a key stands for the job's number, so such a key belongs to one job alone.
//!
//! *Invariant:* the same job has the same key on every attempt.

use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use super::by_number::{self, ByNumber};
#[cfg(not(target_arch = "wasm32"))]
use crate::reading::kind::Kind;
use crate::reading::{Faults, Field, Rule};
use crate::trace::JobId;

/// A list of keys, as a scenario writes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Keys(Vec<String>);

impl Field for Keys {
    fn read(&mut self, value: Value, rule: &Rule, faults: &mut Faults) {
        self.0.read(value, rule, faults);
    }

    fn write(&mut self) -> Value {
        self.0.write()
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn kind(&mut self) -> Kind {
        self.0.kind()
    }
}

/// A key without its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// That of every job to which the same text is given; the number of its first place in the list.
    Shared(u16),
    /// That of one job alone.
    Own(u16, JobId),
}

impl by_number::Key for Key {
    fn number(self) -> u64 {
        match self {
            Key::Shared(place) => place.into(),
            Key::Own(place, job) => 1 << 62 | u64::from(place) << 32 | u64::from(job.index()),
        }
    }

    fn of(number: u64) -> Self {
        match number >> 62 {
            0 => Key::Shared(number as u16),
            _ => Key::Own((number >> 32) as u16, JobId::from_index(number as u32)),
        }
    }
}

impl Keys {
    pub fn new(keys: &[&str]) -> Self {
        Keys(keys.iter().map(|key| (*key).to_owned()).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The key of `job`, with its number filled in; nothing if there are no keys.
    pub fn text(&self, job: JobId) -> Option<String> {
        let entry = self.0.get(job.at() % self.0.len().max(1))?;
        Some(entry.replace("{job}", &job.number().to_string()))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &String> {
        self.0.iter()
    }

    /// Of each text in the list, the place at which it first stands; nothing if each job to which it is given has a key of
    /// its own.
    pub(crate) fn first_places(&self) -> Vec<Option<usize>> {
        self.index().0.iter().map(|(first, own)| (!own).then_some(usize::from(*first))).collect()
    }

    /// The list ready for use.
    pub(crate) fn index(&self) -> KeyIndex {
        // By what a text comes to, for texts that are equal come to the same; others may, and are compared.
        let mut first: ByNumber<u32, u16> = ByNumber::default();
        let mut places: Vec<(u16, bool)> = Vec::with_capacity(self.0.len());
        for (place, key) in self.0.iter().enumerate() {
            let sum = xxh3_64(key.as_bytes()) as u32;
            let known = first.get(&sum).copied().filter(|first| self.0[usize::from(*first)] == *key);
            let known = known.or_else(|| {
                let others = first.contains(&sum).then(|| self.0[..place].iter().position(|other| other == key));
                others.flatten().map(|place| place as u16)
            });
            if known.is_none() && !first.contains(&sum) {
                first.insert(sum, place as u16);
            }
            places.push((known.unwrap_or(place as u16), key.contains("{job}")));
        }
        KeyIndex(places)
    }
}

/// A list of keys in which equal texts are found to be equal without comparing them again.
#[derive(Clone, Debug)]
pub(crate) struct KeyIndex(Vec<(u16, bool)>);

impl KeyIndex {
    /// The key of `job`; nothing if there are no keys.
    pub fn of(&self, job: JobId) -> Option<Key> {
        let (place, own) = *self.0.get(job.at() % self.0.len().max(1))?;
        Some(if own { Key::Own(place, job) } else { Key::Shared(place) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_take_the_keys_in_turn_and_equal_texts_are_one_key() {
        let keys = Keys::new(&["A", "B", "A", "job-{job}"]);
        let index = keys.index();
        let job = JobId::from_index;
        assert_eq!(index.of(job(0)), index.of(job(2)));
        assert_eq!(index.of(job(0)), index.of(job(4)));
        assert_ne!(index.of(job(0)), index.of(job(1)));
        assert_ne!(index.of(job(3)), index.of(job(7)));
        assert_eq!(keys.text(job(7)).as_deref(), Some("job-8"));
        assert_eq!((Keys::new(&[]).text(job(3)), Keys::new(&[]).index().of(job(3))), (None, None));
    }
}
