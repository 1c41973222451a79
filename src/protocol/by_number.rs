//! A sorted map whose keys are whole numbers, for what parties keep by number.
//!
//! A `BTreeMap` has code of its own for every type that it holds: 138 kB of the engine, or 35 kB by gzip, were that. Here
//! the tree is the same for all, and says at which place of a list a value is.
//!
//! *Invariant:* what is looked at one after another is in the order of its keys.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::ops::Range;

use crate::trace::{JobId, MessageId, PartId};

/// What something can be looked up by.
pub trait Key: Copy {
    fn number(self) -> u64;
    fn of(number: u64) -> Self;
}

impl Key for u32 {
    fn number(self) -> u64 {
        self.into()
    }

    fn of(number: u64) -> Self {
        number as u32
    }
}

impl Key for u64 {
    fn number(self) -> u64 {
        self
    }

    fn of(number: u64) -> Self {
        number
    }
}

impl Key for (u16, u32) {
    fn number(self) -> u64 {
        u64::from(self.0) << 32 | u64::from(self.1)
    }

    fn of(number: u64) -> Self {
        ((number >> 32) as u16, number as u32)
    }
}

macro_rules! numbered {
    ($($id:ty),+) => {
        $(impl Key for $id {
            fn number(self) -> u64 {
                self.index().into()
            }

            fn of(number: u64) -> Self {
                <$id>::from_index(number as u32)
            }
        })+
    };
}

numbered!(JobId, MessageId, PartId);

impl ByNumber<u32, ()> {
    /// Numbers without values.
    pub fn of(numbers: &[u32]) -> Self {
        let mut all = ByNumber::default();
        numbers.iter().for_each(|number| all.insert(*number, ()));
        all
    }
}

/// Values by number.
pub(crate) struct ByNumber<K, V> {
    /// At which place the value of each number is.
    index: BTreeMap<u64, u32>,
    places: Vec<Option<V>>,
    vacant: Vec<u32>,
    keys: PhantomData<K>,
}

impl<K, V> Default for ByNumber<K, V> {
    fn default() -> Self {
        ByNumber { index: BTreeMap::new(), places: Vec::new(), vacant: Vec::new(), keys: PhantomData }
    }
}

/// The place of a number. (By itself, so that the way through the tree is there once.)
#[inline(never)]
fn place(index: &BTreeMap<u64, u32>, number: u64) -> Option<usize> {
    index.get(&number).map(|place| *place as usize)
}

/// The place that a number gets, or has: a vacant one, or else the next one.
#[inline(never)]
fn place_for(index: &mut BTreeMap<u64, u32>, number: u64, vacant: &mut Vec<u32>, next: usize) -> usize {
    let place = index.entry(number).or_insert_with(|| vacant.pop().unwrap_or(next as u32));
    *place as usize
}

/// Takes a number out. Its place is vacant now.
#[inline(never)]
fn leave(index: &mut BTreeMap<u64, u32>, number: u64, vacant: &mut Vec<u32>) -> Option<usize> {
    let place = index.remove(&number)?;
    vacant.push(place);
    Some(place as usize)
}

impl<K: Key, V> ByNumber<K, V> {
    /// Puts a value there. What was there before is gone.
    pub fn insert(&mut self, key: K, value: V) {
        let place = place_for(&mut self.index, key.number(), &mut self.vacant, self.places.len());
        if place == self.places.len() {
            self.places.push(None);
        }
        self.places[place] = Some(value);
    }

    pub fn get(&self, key: &K) -> Option<&V> {
        self.places[place(&self.index, key.number())?].as_ref()
    }

    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.places[place(&self.index, key.number())?].as_mut()
    }

    pub fn remove(&mut self, key: &K) -> Option<V> {
        let place = leave(&mut self.index, key.number(), &mut self.vacant)?;
        self.places[place].take()
    }

    pub fn len(&self) -> usize {
        self.index.len()
    }

    pub fn contains(&self, key: &K) -> bool {
        place(&self.index, key.number()).is_some()
    }

    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// Takes the first one out.
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        let key = K::of(*self.index.first_key_value()?.0);
        Some((key, self.remove(&key)?))
    }

    pub fn last_key(&self) -> Option<K> {
        self.index.last_key_value().map(|(number, _)| K::of(*number))
    }

    pub fn first_key_value(&self) -> Option<(K, &V)> {
        let (number, place) = self.index.first_key_value()?;
        Some((K::of(*number), self.places[*place as usize].as_ref()?))
    }

    /// Those of which the key is in that range.
    pub fn range(&self, keys: Range<K>) -> impl DoubleEndedIterator<Item = (K, &V)> {
        let numbers = self.index.range(keys.start.number()..keys.end.number());
        numbers.filter_map(|(number, place)| Some((K::of(*number), self.places[*place as usize].as_ref()?)))
    }

    pub fn iter(&self) -> impl Iterator<Item = (K, &V)> {
        let places = self.index.iter();
        places.filter_map(|(number, place)| Some((K::of(*number), self.places[*place as usize].as_ref()?)))
    }

    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.index.values().filter_map(|place| self.places[*place as usize].as_ref())
    }

    /// Shows each value, in the order of the keys.
    pub fn each(&mut self, mut see: impl FnMut(&mut V)) {
        for place in self.index.values() {
            self.places[*place as usize].iter_mut().for_each(&mut see);
        }
    }

    /// Takes everything out.
    pub fn take(&mut self) -> Vec<(K, V)> {
        let ByNumber { index, mut places, .. } = std::mem::take(self);
        let all = index.into_iter().filter_map(|(number, place)| Some((K::of(number), places[place as usize].take()?)));
        all.collect()
    }

    pub fn clear(&mut self) {
        *self = ByNumber::default();
    }
}

impl<K: Key, V> std::ops::Index<&K> for ByNumber<K, V> {
    type Output = V;

    fn index(&self, key: &K) -> &V {
        self.get(key).expect("whoever asks by index knows that it is there")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_sorted_map() {
        let mut known = ByNumber::<(u16, u32), char>::default();
        let keys = [(1, 7), (0, 9), (1, 2), (0, 0)];
        keys.iter().zip("abcd".chars()).for_each(|(key, value)| known.insert(*key, value));
        known.insert((1, 2), 'C');
        assert_eq!((known.len(), known.get(&(1, 2)), known.get(&(2, 2))), (4, Some(&'C'), None));
        assert_eq!(known.remove(&(0, 9)), Some('b'));
        assert_eq!(known.remove(&(0, 9)), None);
        known.insert((3, 3), 'e');
        assert_eq!(known.places.len(), 4, "the place that was vacant");
        assert_eq!(known.first_key_value(), Some(((0, 0), &'d')));
        assert_eq!(known.values().collect::<String>(), "dCae");
        assert_eq!(known.range((1, 0)..(1, 9)).map(|(key, _)| key).collect::<Vec<_>>(), [(1, 2), (1, 7)]);
        *known.get_mut(&(1, 7)).unwrap() = 'A';
        assert_eq!(known.take(), [((0, 0), 'd'), ((1, 2), 'C'), ((1, 7), 'A'), ((3, 3), 'e')]);
        assert_eq!(known.len(), 0);
    }
}
