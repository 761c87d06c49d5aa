//! One record, as SQLite stores a row or an index entry.

use rusqlite::types::ValueRef;

/// A stored value. Text is bytes: that it is valid is exactly what cannot be relied on.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Integer(i64),
    Real(f64),
    Text(Vec<u8>),
    Blob(Vec<u8>),
}

impl Value {
    pub(super) fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Real(number) => ValueRef::Real(*number),
            Self::Text(bytes) => ValueRef::Text(bytes),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }
    }

    pub(super) const fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }
}

impl From<ValueRef<'_>> for Value {
    fn from(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(number) => Self::Integer(number),
            ValueRef::Real(number) => Self::Real(number),
            ValueRef::Text(bytes) => Self::Text(bytes.to_vec()),
            ValueRef::Blob(bytes) => Self::Blob(bytes.to_vec()),
        }
    }
}

/// The values of a record, in the order in which they are stored.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record {
    pub(super) values: Vec<Value>,
    /// False if the end of the record is lost: the last value may then be cut, and others missing.
    pub(super) is_whole: bool,
}

/// More columns than any table of ours will have; a damaged record may claim millions.
const MOST_COLUMNS: usize = 200;

/// Decodes a record of `length` bytes, of which `bytes` are there. `None` if it is none.
pub(super) fn decode(bytes: &[u8], length: usize) -> Option<Record> {
    let (header_length, mut at) = varint(bytes, 0)?;
    let header_length = usize::try_from(header_length).ok()?;
    if header_length < at || header_length > length || header_length > bytes.len() {
        return None;
    }
    let mut kinds = Vec::new();
    let mut body = 0_usize;
    while at < header_length {
        let (kind, next) = varint(bytes, at)?;
        body = body.checked_add(bytes_of(kind)?)?;
        kinds.push(kind);
        at = next;
        if kinds.len() > MOST_COLUMNS {
            return None;
        }
    }
    // The lengths of the values and of the whole are stored apart: that they agree proves the record.
    if at != header_length || header_length.checked_add(body)? != length {
        return None;
    }
    let mut values = Vec::with_capacity(kinds.len());
    for kind in kinds {
        let size = bytes_of(kind)?;
        match bytes.get(at..at + size) {
            Some(content) => values.push(value(kind, content)),
            None => {
                if kind >= 12 {
                    values.push(value(kind, &bytes[at.min(bytes.len())..]));
                }
                return Some(Record {
                    values,
                    is_whole: false,
                });
            }
        }
        at += size;
    }
    Some(Record {
        values,
        is_whole: true,
    })
}

/// The bytes of a value of this kind; `None` for the two kinds that do not exist.
fn bytes_of(kind: u64) -> Option<usize> {
    match kind {
        0 | 8 | 9 => Some(0),
        1..=4 => usize::try_from(kind).ok(),
        5 => Some(6),
        6 | 7 => Some(8),
        10 | 11 => None,
        _ => usize::try_from((kind - 12) / 2).ok(),
    }
}

fn value(kind: u64, content: &[u8]) -> Value {
    match kind {
        0 => Value::Null,
        8 => Value::Integer(0),
        9 => Value::Integer(1),
        7 => Value::Real(f64::from_bits(integer(content).cast_unsigned())),
        1..=6 => Value::Integer(integer(content)),
        _ if kind.is_multiple_of(2) => Value::Blob(content.to_vec()),
        _ => Value::Text(content.to_vec()),
    }
}

/// Big-endian, of up to eight bytes, the first of which has the sign.
fn integer(content: &[u8]) -> i64 {
    let sign = if content.first().is_some_and(|first| *first >= 0x80) {
        -1
    } else {
        0
    };
    content
        .iter()
        .fold(sign, |number, byte| (number << 8) | i64::from(*byte))
}

/// SQLite's variable-length integer at `at`, and where it ends.
pub(super) fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut number = 0_u64;
    for place in 0..8 {
        let byte = *bytes.get(at + place)?;
        number = (number << 7) | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some((number, at + place + 1));
        }
    }
    let last = *bytes.get(at + 8)?;
    Some(((number << 8) | u64::from(last), at + 9))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_is_read_back() {
        // Sizes: null, 1-byte -2, 2-byte 300, 6-byte, real, 0, 1, text, blob.
        let header = [10, 0, 1, 2, 5, 7, 8, 9, 17, 16];
        let mut record = header.to_vec();
        record.extend([0xfe, 0x01, 0x2c, 0, 0, 0, 1, 0, 0]);
        record.extend(1.5_f64.to_bits().to_be_bytes());
        record.extend(b"hi\x01\x02");
        let decoded = decode(&record, record.len()).unwrap();
        assert!(decoded.is_whole);
        assert_eq!(
            decoded.values,
            [
                Value::Null,
                Value::Integer(-2),
                Value::Integer(300),
                Value::Integer(65_536),
                Value::Real(1.5),
                Value::Integer(0),
                Value::Integer(1),
                Value::Text(b"hi".to_vec()),
                Value::Blob(vec![1, 2]),
            ]
        );
    }

    #[test]
    fn a_record_whose_end_is_lost_gives_its_beginning() {
        let record = [&[3, 1, 23][..], &[7], b"hello"].concat();
        let cut = decode(&record[..6], record.len()).unwrap();
        assert_eq!(
            (cut.values, cut.is_whole),
            (vec![Value::Integer(7), Value::Text(b"he".to_vec())], false)
        );
    }

    #[test]
    fn what_is_no_record_is_refused() {
        for bytes in [
            &[][..],
            &[0],
            &[200],
            &[2, 10],
            &[3, 1, 23, 7],
            &[0xff; 40],
            &[2, 1, 5, 5],
        ] {
            assert_eq!(decode(bytes, bytes.len()), None, "{bytes:?}");
        }
    }

    #[test]
    fn variable_length_integers_end_where_they_should() {
        assert_eq!(varint(&[0x7f], 0), Some((127, 1)));
        assert_eq!(varint(&[0x81, 0x00], 0), Some((128, 2)));
        assert_eq!(varint(&[0xff; 9], 0), Some((u64::MAX, 9)));
        assert_eq!(varint(&[0xff; 8], 0), None);
    }
}
