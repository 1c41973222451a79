//! The hash by which Kafka's clients choose a partition for a key: MurmurHash2 with a seed of Kafka's own.
//!
//! Source: apache/kafka, `Utils.murmur2` and `BuiltInPartitioner.partitionForKey`; the vectors below are those of
//! `UtilsTest.testMurmur2`. *Invariant:* a function of the key's bytes and nothing else (`KAF-1`).

const SEED: u32 = 0x9747_b28c;
const FACTOR: u32 = 0x5bd1_e995;

pub fn murmur2(bytes: &[u8]) -> i32 {
    let mix = |word: u32| {
        let word = word.wrapping_mul(FACTOR);
        (word ^ (word >> 24)).wrapping_mul(FACTOR)
    };
    let mut hash = SEED ^ bytes.len() as u32;
    let mut words = bytes.chunks_exact(4);
    for word in words.by_ref() {
        let word = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
        hash = hash.wrapping_mul(FACTOR) ^ mix(word);
    }
    let rest = words.remainder();
    if !rest.is_empty() {
        for (place, byte) in rest.iter().enumerate() {
            hash ^= u32::from(*byte) << (8 * place);
        }
        hash = hash.wrapping_mul(FACTOR);
    }
    hash = (hash ^ (hash >> 13)).wrapping_mul(FACTOR);
    (hash ^ (hash >> 15)) as i32
}

/// The partition of a key among so many.
pub fn partition_of(key: &str, partitions: u16) -> u16 {
    ((murmur2(key.as_bytes()) & 0x7fff_ffff) as u32 % u32::from(partitions)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vectors_hold() {
        for (key, hash) in [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ] {
            assert_eq!(murmur2(key.as_bytes()), hash, "{key}");
        }
    }
}
