//! Partitions as Kafka's Java client chooses them.

use events_schema::{Key, murmur2, partition_of};

/// Key, hash, partition of 4, partition of 12. Printed by the Java client 4.3.1: `Utils.murmur2(bytes)` and
/// `BuiltInPartitioner.partitionForKey(bytes, partitions)`.
#[rustfmt::skip]
const BY_THE_JAVA_CLIENT: &[(&str, u32, u16, u16)] = &[
    ("a", 0xa2d0b27c, 0, 4),
    ("ab", 0x12d8262a, 2, 2),
    ("abc", 0x1c94221b, 3, 3),
    ("abcd", 0xb11ab5f4, 0, 8),
    ("abcde", 0x1b897edd, 1, 1),
    ("abcdef", 0x6f7fdafc, 0, 0),
    ("abcdefg", 0xeb595499, 1, 1),
    ("abcdefgh", 0xc70d55dd, 1, 9),
    ("abcdefghi", 0xdb106fbe, 2, 6),
    ("0", 0x39e0b3c4, 0, 8),
    ("-_.", 0x4c23a652, 2, 2),
    ("...", 0x8b28d7fb, 3, 7),
    ("___", 0xe0ef4604, 0, 4),
    ("---", 0xd4a88f82, 2, 6),
    ("A-Z.a_z-0.9", 0xd5d4fc27, 3, 3),
    ("mug", 0x733dec80, 0, 0),
    ("poster", 0x2fec40ca, 2, 6),
    ("shirt", 0x6acb9dbc, 0, 0),
    ("order-1", 0x48d1d1f6, 2, 10),
    ("order-2", 0xc1165d03, 3, 3),
    ("customer-7", 0xb37a4cf7, 3, 7),
    ("Zz9", 0x1f79e0f0, 0, 4),
    ("01932e4f-9c00-7000-8000-000000000001", 0xfaef9649, 1, 5),
    ("01932e4f-9c00-7000-8000-000000000002", 0xeda24c09, 1, 5),
    ("ffffffff-ffff-7fff-bfff-ffffffffffff", 0x2a730b70, 0, 4),
    ("00000000-0000-0000-0000-000000000000", 0x2a860b7d, 1, 9),
    ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._", 0x7af46ba7, 3, 7),
    ("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", 0x764aaa8b, 3, 3),
];

#[test]
fn keys_land_where_the_java_client_puts_them() {
    for (key, hash, of_4, of_12) in BY_THE_JAVA_CLIENT {
        assert_eq!(murmur2(key.as_bytes()), *hash, "{key}");
        let key: Key = key.parse().unwrap();
        assert_eq!(partition_of(&key, 4), *of_4, "{key}");
        assert_eq!(partition_of(&key, 12), *of_12, "{key}");
    }
}

#[test]
fn one_partition_takes_everything() {
    assert_eq!(partition_of(&"mug".parse().unwrap(), 1), 0);
}
