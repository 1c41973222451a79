//! Putting lists in order.
//!
//! One merge sort that is compiled once, however many kinds of things are sorted: each use of the standard library's
//! costs the page three to five kilobytes, and there are two dozen. It is as fast on what is nearly in order, which is
//! most of what is sorted here. *Invariant:* equal things keep their order.

/// Sorts by the things themselves.
pub fn sort<T: Ord + Copy>(items: &mut Vec<T>) {
    sort_by_key(items, |item| *item);
}

/// Sorts by what `key` says of each.
pub fn sort_by_key<T, K: Ord>(items: &mut Vec<T>, key: impl Fn(&T) -> K) {
    let places = places(items.len(), &|one, other| key(&items[one as usize]) <= key(&items[other as usize]));
    let mut taken: Vec<Option<T>> = items.drain(..).map(Some).collect();
    items.extend(places.into_iter().filter_map(|place| taken[place as usize].take()));
}

/// The value for `key` in a list that is kept in the order of its keys; a new one if there was none. Such a list is a map
/// with as few keys as there are lanes or rows of a picture, at a tenth of what a tree weighs in the page.
pub fn entry<K: Ord + Copy, V: Default>(list: &mut Vec<(K, V)>, key: K) -> &mut V {
    let place = list.partition_point(|(known, _)| *known < key);
    if list.get(place).is_none_or(|(known, _)| *known != key) {
        list.insert(place, (key, V::default()));
    }
    &mut list[place].1
}

/// The places of `count` things in the order that `in_order` wants: runs of doubling length are merged.
fn places(count: usize, in_order: &dyn Fn(u32, u32) -> bool) -> Vec<u32> {
    let mut from: Vec<u32> = (0..count as u32).collect();
    let mut to: Vec<u32> = Vec::with_capacity(count);
    let mut length = 1;
    while length < count {
        for pair in from.chunks(2 * length) {
            let (one, other) = pair.split_at(length.min(pair.len()));
            merge(one, other, in_order, &mut to);
        }
        std::mem::swap(&mut from, &mut to);
        to.clear();
        length *= 2;
    }
    from
}

fn merge(mut one: &[u32], mut other: &[u32], in_order: &dyn Fn(u32, u32) -> bool, to: &mut Vec<u32>) {
    // Two runs that are in order as they stand are taken over with one comparison.
    if let (Some(last), Some(first)) = (one.last(), other.first())
        && !in_order(*last, *first)
    {
        while let (Some((first, rest)), Some((second, others))) = (one.split_first(), other.split_first()) {
            if in_order(*first, *second) {
                to.push(*first);
                one = rest;
            } else {
                to.push(*second);
                other = others;
            }
        }
    }
    to.extend_from_slice(one);
    to.extend_from_slice(other);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_entries_is_a_map() {
        let mut ours: Vec<(u32, u32)> = Vec::new();
        let mut theirs = std::collections::BTreeMap::new();
        for key in [5, 3, 9, 3, 3, 7, 0, 9] {
            *entry(&mut ours, key) += key + 1;
            *theirs.entry(key).or_insert(0) += key + 1;
        }
        assert_eq!(ours, theirs.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn sorts_as_the_standard_library_does_and_keeps_equal_things_in_order() {
        let mut seed = 12_345u32;
        for count in [0, 1, 2, 3, 7, 8, 9, 100, 1_000, 1_023] {
            let mut random = || {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                seed >> 24
            };
            let mut ours: Vec<(u32, usize)> = (0..count).map(|place| (random(), place)).collect();
            let mut theirs = ours.clone();
            sort_by_key(&mut ours, |item| item.0);
            theirs.sort_by_key(|item| item.0);
            assert_eq!(ours, theirs, "of {count}");
            sort(&mut ours);
            assert_eq!(ours, theirs, "what is in order stays");
        }
    }
}
