//! Reading JSON as Python writes it.
//!
//! ComfyUI answers with what `json.dumps` makes: bare `NaN` and `Infinity`,
//! integers beyond 64 bits, halves of surrogate pairs for file names that are
//! not UTF-8. A strict parser refuses the whole body for one such token, and
//! with it every picture of that job. So there are two ways in:
//!
//! * [`lenient`], for what a backend says: such numbers become `null`;
//! * [`strict`], for what a client says: they are refused, so is deep nesting.
//!
//! Both try `serde_json` first, which is what nearly every body needs, and both
//! turn integers outside `i64` and `u64` into the nearest `f64`.

mod reader;

use serde::de::DeserializeOwned;
use serde_json::Value;

use reader::Reader;

/// How deep a client's arrays and objects may nest.
pub const STRICT_DEPTH: usize = 64;

/// How deep a backend's arrays and objects may nest. More is an attack or a
/// fault: the deepest answer seen from a real server has 12 levels.
pub const LENIENT_DEPTH: usize = 127;

/// Why a text was not accepted as JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// HTTP says this as 413.
    #[error("the body has {length} bytes, more than the {limit} that are accepted")]
    TooLarge {
        /// How many bytes there were.
        length: usize,
        /// How many are accepted.
        limit: usize,
    },
    /// Arrays and objects nest too far.
    #[error("the JSON nests deeper than {limit} levels")]
    TooDeep {
        /// How many levels are accepted.
        limit: usize,
    },
    /// `NaN`, `Infinity`, or a number too large for a 64-bit float.
    #[error("the number at byte {at} is not finite")]
    NotFinite {
        /// Offset of its first byte.
        at: usize,
    },
    /// Not JSON at all.
    #[error("not JSON at byte {at}: {reason}")]
    Syntax {
        /// Offset of the byte that does not fit.
        at: usize,
        /// What was wrong with it, as the end of a sentence.
        reason: &'static str,
    },
    /// JSON, but not of the shape that was asked for.
    #[error("unexpected JSON: {0}")]
    Shape(String),
}

/// Reads what a backend sent, of at most `max_bytes`. Numbers that are not
/// finite become `null`, unpaired surrogates and broken UTF-8 become U+FFFD.
pub fn lenient(bytes: &[u8], max_bytes: usize) -> Result<Value, JsonError> {
    check_size(bytes, max_bytes)?;
    match serde_json::from_slice(bytes) {
        Ok(value) => Ok(value),
        Err(_) => Reader::lenient(bytes).document(),
    }
}

/// [`lenient`], then into `T`.
pub fn lenient_as<T: DeserializeOwned>(bytes: &[u8], max_bytes: usize) -> Result<T, JsonError> {
    check_size(bytes, max_bytes)?;
    if let Ok(value) = serde_json::from_slice(bytes) {
        return Ok(value);
    }
    let value = Reader::lenient(bytes).document()?;
    T::deserialize(value).map_err(|error| JsonError::Shape(error.to_string()))
}

/// Reads what a client sent, of at most `max_bytes` and [`STRICT_DEPTH`] levels.
pub fn strict(bytes: &[u8], max_bytes: usize) -> Result<Value, JsonError> {
    check_size(bytes, max_bytes)?;
    match serde_json::from_slice(bytes) {
        Ok(value) if !deeper_than(&value, STRICT_DEPTH) => Ok(value),
        Ok(_) => Err(JsonError::TooDeep { limit: STRICT_DEPTH }),
        // Read again only to say better what was wrong, and where.
        Err(_) => Reader::strict(bytes).document(),
    }
}

fn check_size(bytes: &[u8], limit: usize) -> Result<(), JsonError> {
    if bytes.len() > limit {
        return Err(JsonError::TooLarge { length: bytes.len(), limit });
    }
    Ok(())
}

/// Whether `value` nests deeper than `limit` levels. Recursion is safe here:
/// `serde_json` itself refuses more than 127.
fn deeper_than(value: &Value, limit: usize) -> bool {
    match value {
        Value::Array(items) => limit == 0 || items.iter().any(|item| deeper_than(item, limit - 1)),
        Value::Object(fields) => {
            limit == 0 || fields.values().any(|item| deeper_than(item, limit - 1))
        }
        _ => false,
    }
}

/// Numbers that Python writes as `3` or `3.0` as it pleases, or as `NaN`. Written
/// back as an integer when they are one.
pub(crate) mod number {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Up to here every integer is exact in an `f64`.
    const EXACT: f64 = 9_007_199_254_740_992.0;

    pub(crate) fn serialize<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
        if value.fract() == 0.0 && value.abs() <= EXACT {
            return (*value as i64).serialize(to);
        }
        value.serialize(to)
    }

    /// `null` is what [`super::lenient`] makes of `NaN`.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        Ok(Option::<f64>::deserialize(from)?.unwrap_or(f64::NAN))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const ROOM: usize = 1 << 20;

    #[test]
    fn a_backend_may_say_nan_and_the_rest_of_the_body_survives() {
        let text = br#"{"values": [NaN, Infinity, -Infinity, 1.5], "seed": 18446744073709551615}"#;
        let expected = json!({"values": [null, null, null, 1.5], "seed": u64::MAX});
        assert_eq!(lenient(text, ROOM), Ok(expected));
    }

    #[test]
    fn a_client_may_not_say_nan() {
        assert_eq!(strict(br#"{"a": NaN}"#, ROOM), Err(JsonError::NotFinite { at: 6 }));
        assert_eq!(strict(b"[-Infinity]", ROOM), Err(JsonError::NotFinite { at: 1 }));
        assert_eq!(strict(b"1e400", ROOM), Err(JsonError::NotFinite { at: 0 }));
    }

    #[test]
    fn integers_keep_every_digit_of_64_bits_and_become_floats_beyond() {
        let text = b"[NaN, 18446744073709551615, -9223372036854775808, 18446744073709551616, -18446744073709551615]";
        let expected = json!([
            null,
            u64::MAX,
            i64::MIN,
            18_446_744_073_709_551_616.0,
            -18_446_744_073_709_551_615.0
        ]);
        assert_eq!(lenient(text, ROOM), Ok(expected));
    }

    #[test]
    fn too_many_bytes_are_told_from_bad_ones() {
        assert_eq!(strict(b"[1,2]", 4), Err(JsonError::TooLarge { length: 5, limit: 4 }));
        assert_eq!(lenient(b"[1,2]", 4), Err(JsonError::TooLarge { length: 5, limit: 4 }));
        assert!(strict(b"[1,2]", 5).is_ok());
    }

    #[test]
    fn depth_is_limited_to_the_level() {
        let nested = |levels: usize| [vec![b'['; levels], vec![b']'; levels]].concat();
        assert!(strict(&nested(STRICT_DEPTH), ROOM).is_ok());
        let refused = Err(JsonError::TooDeep { limit: STRICT_DEPTH });
        assert_eq!(strict(&nested(STRICT_DEPTH + 1), ROOM), refused);
        assert_eq!(strict(&nested(100_000), ROOM), refused);
        assert!(lenient(&nested(LENIENT_DEPTH), ROOM).is_ok());
        assert_eq!(
            lenient(&nested(100_000), ROOM),
            Err(JsonError::TooDeep { limit: LENIENT_DEPTH })
        );
    }

    #[test]
    fn a_file_name_that_is_not_utf8_does_not_spoil_the_list() {
        let text = br#"["a\udc80.png", "\ud83d\ude00", "\ud83d!"]"#;
        assert_eq!(lenient(text, ROOM), Ok(json!(["a\u{fffd}.png", "😀", "\u{fffd}!"])));
        assert!(matches!(strict(text, ROOM), Err(JsonError::Syntax { .. })));
    }

    #[test]
    fn what_is_not_json_is_refused_with_its_place() {
        for (text, at) in [
            ("", 0),
            ("<html>", 0),
            ("[1,]", 3),
            ("[1 2]", 3),
            ("{\"a\" 1}", 5),
            ("{a:1}", 1),
            ("[1]x", 3),
            ("nul", 0),
            ("[01]", 2),
            ("\"\\x\"", 1),
            ("\"a", 2),
            ("-", 1),
            ("1.", 2),
        ] {
            for read in [lenient, strict] {
                let error = read(text.as_bytes(), ROOM).unwrap_err();
                assert!(
                    matches!(error, JsonError::Syntax { at: found, .. } if found == at),
                    "{text}: {error}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = lenient(&bytes, ROOM);
            let _ = strict(&bytes, ROOM);
        }

        #[test]
        fn no_near_json_makes_it_panic(text in r#"[\[\]{}:,"\\udU0-9eE+.a-fNItnulrs -]{0,80}"#) {
            let _ = Reader::lenient(text.as_bytes()).document();
            let _ = Reader::strict(text.as_bytes()).document();
        }

        #[test]
        fn our_reader_agrees_with_serde_json(text in r#"[\[\]{}:,"\\0-9eE+.truefalsn -]{0,40}"#) {
            if let Ok(value) = serde_json::from_str::<Value>(&text) {
                prop_assert_eq!(Reader::strict(text.as_bytes()).document(), Ok(value.clone()));
                prop_assert_eq!(Reader::lenient(text.as_bytes()).document(), Ok(value));
            } else {
                prop_assert!(Reader::strict(text.as_bytes()).document().is_err());
            }
        }
    }
}
