//! A value that is made once for what it is made from.
//!
//! *Invariant:* one value is kept, and it was made from the key that was asked for last.

pub struct Memo<K, V> {
    kept: Option<(K, V)>,
}

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Memo { kept: None }
    }
}

impl<K: PartialEq, V: Clone> Memo<K, V> {
    /// The value for `key`; made only if the last one was for another.
    pub fn get(&mut self, key: K, make: impl FnOnce(&K) -> V) -> V {
        match &self.kept {
            Some((last, value)) if *last == key => value.clone(),
            _ => {
                let value = make(&key);
                self.kept = Some((key, value.clone()));
                value
            }
        }
    }
}
