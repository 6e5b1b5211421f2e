//! Which partition a key lives on: the rule of Kafka's Java client.

use crate::Key;

/// The partition of a key among `partitions`: `(murmur2(key) & 0x7fffffff) % partitions`.
pub fn partition_of(key: &Key, partitions: u16) -> u16 {
    let positive = murmur2(key.as_bytes()) & 0x7fff_ffff;
    (positive % u32::from(partitions.max(1))) as u16
}

/// Murmur2 with Kafka's seed, bit for bit as `org.apache.kafka.common.utils.Utils.murmur2` (A. Appleby's MurmurHash2).
pub fn murmur2(data: &[u8]) -> u32 {
    const SEED: u32 = 0x9747_b28c;
    const M: u32 = 0x5bd1_e995;
    let mut hash = SEED ^ data.len() as u32;
    let mut words = data.chunks_exact(4);
    for word in &mut words {
        let mut k = u32::from_le_bytes([word[0], word[1], word[2], word[3]]).wrapping_mul(M);
        k = (k ^ (k >> 24)).wrapping_mul(M);
        hash = hash.wrapping_mul(M) ^ k;
    }
    let rest = words.remainder();
    if !rest.is_empty() {
        for (at, byte) in rest.iter().enumerate() {
            hash ^= u32::from(*byte) << (8 * at);
        }
        hash = hash.wrapping_mul(M);
    }
    hash = (hash ^ (hash >> 13)).wrapping_mul(M);
    hash ^ (hash >> 15)
}
