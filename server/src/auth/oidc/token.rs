//! ID tokens: signed by the provider, for this house, and still good.

use anyhow::{Context as _, bail, ensure};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::Value;

/// Ways of signing that need the provider's own key. Not those with a shared
/// secret, nor `none`: a token would choose how it is checked.
const SIGNED: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// What a provider says of somebody.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Claims {
    pub(super) sub: String,
    pub(super) nonce: Option<String>,
    pub(super) email: Option<String>,
    /// Some say it in words.
    email_verified: Option<Value>,
    pub(super) preferred_username: Option<String>,
    pub(super) name: Option<String>,
    azp: Option<String>,
}

impl Claims {
    /// Their mail address, if the provider has made sure of it.
    pub(super) fn verified_email(&self) -> Option<String> {
        let verified = match &self.email_verified {
            Some(Value::Bool(verified)) => *verified,
            Some(Value::String(word)) => word == "true",
            _ => false,
        };
        self.email.clone().filter(|_| verified)
    }
}

/// What a token says, if one of these keys signed it and this issuer made it
/// for this client.
pub(super) fn verified(
    token: &str,
    keys: &JwkSet,
    (issuer, client): (&str, &str),
) -> anyhow::Result<Claims> {
    let header = decode_header(token).context("this is no ID token")?;
    ensure!(SIGNED.contains(&header.alg), "it is signed by {:?}", header.alg);
    let key = match &header.kid {
        Some(id) => keys.find(id),
        None if keys.keys.len() == 1 => keys.keys.first(),
        None => bail!("it does not say which key signed it"),
    };
    let key = DecodingKey::from_jwk(key.context("none of the provider's keys signed it")?)?;
    let mut rules = Validation::new(header.alg);
    rules.set_issuer(&[issuer]);
    rules.set_audience(&[client]);
    rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let claims = decode::<Claims>(token, &key, &rules)?.claims;
    ensure!(claims.azp.as_deref().is_none_or(|party| party == client), "it is another client's");
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
    use serde_json::json;

    use super::*;

    const ISSUER: &str = "https://id.example.org";
    const CLIENT: &str = "parlor";

    struct Signer(EcdsaKeyPair);

    impl Signer {
        fn new() -> Self {
            let random = SystemRandom::new();
            let way = &ECDSA_P256_SHA256_FIXED_SIGNING;
            let key = EcdsaKeyPair::generate_pkcs8(way, &random).unwrap();
            Self(EcdsaKeyPair::from_pkcs8(way, key.as_ref(), &random).unwrap())
        }

        fn keys(&self) -> JwkSet {
            let point = &self.0.public_key().as_ref()[1..];
            let (x, y) = (BASE64.encode(&point[..32]), BASE64.encode(&point[32..]));
            let key =
                json!({"kty": "EC", "crv": "P-256", "kid": "1", "alg": "ES256", "x": x, "y": y});
            serde_json::from_value(json!({"keys": [key]})).unwrap()
        }

        fn token(&self, header: &Value, claims: &Value) -> String {
            let part = |value: &Value| BASE64.encode(value.to_string());
            let said = format!("{}.{}", part(header), part(claims));
            let signature = self.0.sign(&SystemRandom::new(), said.as_bytes()).unwrap();
            format!("{said}.{}", BASE64.encode(signature))
        }
    }

    fn header() -> Value {
        json!({"alg": "ES256", "kid": "1"})
    }

    /// Good claims with these changes.
    fn claims(changes: &Value) -> Value {
        let mut claims =
            json!({"iss": ISSUER, "aud": CLIENT, "sub": "7", "exp": 4_000_000_000_u64});
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    }

    // safety 15
    #[test]
    fn a_token_counts_that_its_provider_signed_for_this_house() {
        let signer = Signer::new();
        let read = |header: &Value, changes: &Value| {
            verified(&signer.token(header, &claims(changes)), &signer.keys(), (ISSUER, CLIENT))
        };
        assert_eq!(read(&header(), &json!({})).unwrap().sub, "7");
        assert!(read(&header(), &json!({"aud": ["other", CLIENT], "azp": CLIENT})).is_ok());
        for changes in [
            json!({"iss": "https://evil.example"}),
            json!({"aud": "other"}),
            json!({"azp": "other"}),
            json!({"exp": 1}),
            json!({"sub": null}),
            json!({"exp": null}),
        ] {
            assert!(read(&header(), &changes).is_err(), "{changes}");
        }
        for odd in [
            json!({"alg": "HS256", "kid": "1"}),
            json!({"alg": "none"}),
            json!({"alg": "ES256", "kid": "2"}),
        ] {
            assert!(read(&odd, &json!({})).is_err(), "{odd}");
        }
        let other = Signer::new().token(&header(), &claims(&json!({})));
        assert!(verified(&other, &signer.keys(), (ISSUER, CLIENT)).is_err());
    }

    #[test]
    fn an_address_that_nobody_made_sure_of_is_none() {
        let claims = |verified: Value| -> Claims {
            serde_json::from_value(
                json!({"sub": "7", "email": "a@b.org", "email_verified": verified}),
            )
            .unwrap()
        };
        assert_eq!(claims(json!(true)).verified_email().as_deref(), Some("a@b.org"));
        assert_eq!(claims(json!("true")).verified_email().as_deref(), Some("a@b.org"));
        for not in [json!(false), json!("false"), json!(null), json!(1)] {
            assert_eq!(claims(not).verified_email(), None);
        }
    }
}
