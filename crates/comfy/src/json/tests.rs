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
    assert_eq!(lenient(&nested(100_000), ROOM), Err(JsonError::TooDeep { limit: LENIENT_DEPTH }));
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
    fn our_reader_reads_what_serde_json_writes(value in any_value()) {
        for text in [value.to_string(), format!("{value:#}")] {
            prop_assert_eq!(Reader::strict(text.as_bytes()).document(), Ok(value.clone()));
            prop_assert_eq!(Reader::lenient(text.as_bytes()).document(), Ok(value.clone()));
        }
    }

    #[test]
    fn our_reader_refuses_what_serde_json_refuses(
        value in any_value(), at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let mut text = value.to_string().into_bytes();
        let at = at.index(text.len());
        text[at] = byte;
        // Two JSON parsers may differ in the last bit of a float, so whether
        // they read it is compared, and not what.
        let theirs = serde_json::from_slice::<Value>(&text).is_ok();
        prop_assert_eq!(Reader::strict(&text).document().is_ok(), theirs);
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i32>().prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}
