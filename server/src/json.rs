//! JSON from callers, read to the letter: what is described as an object is one.
//!
//! What serde derives takes values in a row for the fields of a struct, in the order in which these stand in
//! our code. That is no promise of ours, and a new field would change what such a row means.

use std::fmt;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};

/// Reads an object.
///
/// # Errors
///
/// When it is none, or says something else than it should; also where an object is needed within it.
pub(crate) fn object<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    if json.trim_ascii_start().first() != Some(&b'{') {
        return Err(serde_json::Error::custom("an object is needed: {\"name\": value}"));
    }
    let mut from = serde_json::Deserializer::from_slice(json);
    let read = T::deserialize(Literal(&mut from))?;
    from.end()?;
    Ok(read)
}

/// What serde reads with or reads from, as it is; but no struct is read from a row, at any depth.
struct Literal<T>(T);

/// Reads what is asked for, with a visitor that stays literal.
macro_rules! asks {
    ($($ask:ident($($of:ident: $kind:ty),*))*) => { $(
        fn $ask<V: Visitor<'de>>(
            self,
            $($of: $kind,)*
            visitor: V,
        ) -> Result<V::Value, Self::Error> {
            self.0.$ask($($of,)* Literal(visitor))
        }
    )* };
}

/// Takes what was found, in which there is nothing more to read.
macro_rules! finds {
    ($($find:ident($($found:ident: $kind:ty)?))*) => { $(
        fn $find<E: serde::de::Error>(self, $($found: $kind)?) -> Result<V::Value, E> {
            self.0.$find($($found)?)
        }
    )* };
}

/// Takes what was found, and reads on in it.
macro_rules! finds_within {
    ($($find:ident($from:ident))*) => { $(
        fn $find<A: $from<'de>>(self, from: A) -> Result<V::Value, A::Error> {
            self.0.$find(Literal(from))
        }
    )* };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Literal<D> {
    type Error = D::Error;

    asks! {
        deserialize_any() deserialize_bool() deserialize_char() deserialize_unit()
        deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_i128()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128()
        deserialize_f32() deserialize_f64() deserialize_str() deserialize_string()
        deserialize_bytes() deserialize_byte_buf() deserialize_option() deserialize_seq()
        deserialize_map() deserialize_identifier() deserialize_ignored_any()
        deserialize_unit_struct(name: &'static str)
        deserialize_newtype_struct(name: &'static str)
        deserialize_tuple(length: usize)
        deserialize_tuple_struct(name: &'static str, length: usize)
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
    }

    /// The point of it all: a map is read from an object and nothing else.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(Literal(visitor))
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Literal<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    finds! {
        visit_bool(found: bool) visit_i64(found: i64) visit_i128(found: i128)
        visit_u64(found: u64) visit_u128(found: u128) visit_f64(found: f64)
        visit_str(found: &str) visit_borrowed_str(found: &'de str) visit_string(found: String)
        visit_bytes(found: &[u8]) visit_borrowed_bytes(found: &'de [u8])
        visit_byte_buf(found: Vec<u8>) visit_none() visit_unit()
    }

    finds_within! {
        visit_some(Deserializer) visit_newtype_struct(Deserializer) visit_seq(SeqAccess)
        visit_map(MapAccess) visit_enum(EnumAccess)
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Literal<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Literal(from))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Literal<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Literal(seed))
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Literal<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        self.0.next_key_seed(Literal(seed))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(Literal(seed))
    }
}

impl<'de, A: EnumAccess<'de>> EnumAccess<'de> for Literal<A> {
    type Error = A::Error;
    type Variant = Literal<A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), A::Error> {
        let (name, rest) = self.0.variant_seed(Literal(seed))?;
        Ok((name, Literal(rest)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Literal<A> {
    type Error = A::Error;

    asks! { tuple_variant(length: usize) }

    fn unit_variant(self) -> Result<(), A::Error> {
        self.0.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.0.newtype_variant_seed(Literal(seed))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.0.newtype_variant_seed(Fields(visitor))
    }
}

/// The fields of a variant, as [`Literal`] reads those of a struct.
struct Fields<V>(V);

impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for Fields<V> {
    type Value = V::Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<V::Value, D::Error> {
        from.deserialize_map(Literal(self.0))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Side {
        #[serde(default)]
        pixels: u32,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Named(String);

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Way {
        Plain,
        Of(Side),
        Both(u8, Side),
        Fields { side: Side },
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct All {
        whole: i128,
        part: f32,
        text: Named,
        side: Option<Side>,
        sides: Vec<Side>,
        by_name: BTreeMap<String, Side>,
        pair: (u8, Side),
        ways: Vec<Way>,
        free: Value,
    }

    fn all() -> Value {
        json!({
            "whole": 7, "part": 0.5, "text": "a", "side": { "pixels": 1 },
            "sides": [{ "pixels": 2 }], "by_name": { "width": {} }, "pair": [3, {}],
            "ways": ["plain", { "of": {} }, { "both": [4, {}] }, { "fields": { "side": {} } }],
            "free": [[5], null, true],
        })
    }

    #[test]
    fn an_object_is_read_as_serde_reads_it() {
        let text = all().to_string().replace("\"whole\":7", "\"whole\":18446744073709551616");
        let read: All = object(text.as_bytes()).unwrap();
        assert_eq!(read, serde_json::from_str(&text).unwrap());
        assert_eq!(read.whole, 1 << 64);
    }

    #[test]
    fn a_row_is_no_object_at_any_depth() {
        for place in [
            "/side",
            "/sides/0",
            "/by_name/width",
            "/pair/1",
            "/ways/1/of",
            "/ways/2/both/1",
            "/ways/3/fields",
            "/ways/3/fields/side",
        ] {
            let mut text = all();
            // Serde would take it.
            let row = if place.ends_with("/fields") { json!([{}]) } else { json!([9]) };
            *text.pointer_mut(place).unwrap() = row;
            let text = text.to_string();
            assert!(serde_json::from_str::<All>(&text).is_ok(), "{place}");
            assert!(object::<All>(text.as_bytes()).is_err(), "{place}");
        }
    }

    #[test]
    fn what_is_no_object_is_refused_in_plain_words() {
        for text in ["[9]", " [9]", "9", "\"9\"", "null", ""] {
            let refused = object::<Side>(text.as_bytes()).unwrap_err().to_string();
            assert!(refused.starts_with("an object is needed"), "{text}: {refused}");
        }
        assert_eq!(object::<Side>(b"\n{\"pixels\": 9} ").unwrap(), Side { pixels: 9 });
        assert!(object::<Side>(b"{} {}").is_err(), "nothing follows it");
    }
}
