//! What a message is signed with, and its signature (Standard Webhooks 1.0.0, "Signature scheme").

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::hmac;
use uuid::Uuid;

/// What a secret in text begins with, so that scanners find it.
const PREFIX: &str = "whsec_";

/// How many bytes a secret may have.
const BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A symmetric secret: who receives has it too.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(Vec<u8>);

impl Secret {
    /// A new one, of 32 bytes.
    pub(crate) fn random() -> Self {
        Self(rand::random::<[u8; 32]>().into())
    }

    /// As people write it: `whsec_` and 24 to 64 bytes in base64.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64_STANDARD.decode(text.trim().strip_prefix(PREFIX)?).ok()?;
        BYTES.contains(&bytes.len()).then_some(Self(bytes))
    }

    /// As libraries take it.
    pub(crate) fn reveal(&self) -> String {
        format!("{PREFIX}{}", BASE64_STANDARD.encode(&self.0))
    }

    /// As it is kept.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The value of `webhook-signature` for a message that is sent at `seconds` since 1970.
    pub(crate) fn sign(&self, id: Uuid, seconds: i64, body: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let signature = hmac::sign(&key, format!("{id}.{seconds}.{body}").as_bytes());
        format!("v1,{}", BASE64_STANDARD.encode(signature))
    }
}

impl From<Vec<u8>> for Secret {
    fn from(kept: Vec<u8>) -> Self {
        Self(kept)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // safety 31
    #[test]
    fn a_message_is_signed_as_any_hmac_says() {
        // By Python's hmac, with the key bytes(range(24)).
        let secret = Secret((0..24).collect());
        assert_eq!(
            secret.sign(Uuid::from_u128(42), 1_700_000_000, r#"{"a":1}"#),
            "v1,fCKP4GUFlGhxIP1lCvFMOdiXGu3BTGA+9Gj+yXZkvXE="
        );
    }

    #[test]
    fn a_secret_is_24_to_64_bytes_with_its_prefix() {
        let secret = Secret::random();
        assert_eq!(Secret::parse(&secret.reveal()), Some(secret));
        let of = |bytes: usize| format!("whsec_{}", BASE64_STANDARD.encode(vec![7; bytes]));
        assert!(Secret::parse(&of(24)).is_some() && Secret::parse(&of(64)).is_some());
        for bad in [of(23), of(65), of(32)[6..].to_owned(), "whsec_?".into(), String::new()] {
            assert_eq!(Secret::parse(&bad), None, "{bad}");
        }
    }

    // safety 31
    #[test]
    fn a_secret_does_not_show_in_logs() {
        assert_eq!(format!("{:?}", Secret::random()), "Secret(…)");
    }
}
