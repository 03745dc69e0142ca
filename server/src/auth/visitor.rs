//! Visitors: people and programs without an account.
//!
//! A visitor's id is a keyed hash of the token in its cookie (or of its
//! address), so nothing has to be looked up or stored to know who asks, and
//! the database holds nothing that could be used to ask.

use std::fmt;
use std::net::IpAddr;

use axum::http::header::SEC_WEBSOCKET_PROTOCOL;
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use uuid::Uuid;

use super::cookie::TokenCookie;
use super::{Means, PrincipalId, SESSION_LIFE};
use crate::db::Db;

/// Where the key of this house is kept in the settings table.
const KEY_SETTING: &str = "visitor_key";
/// Where an embedded page shows its token.
const TOKEN_HEADER: &str = "x-parlor-visitor";
/// How an embedded page shows its token on a WebSocket, which has no headers.
const TOKEN_PROTOCOL: &str = "token.";
const YEAR_SECONDS: u32 = 365 * 24 * 60 * 60;
const TOKEN_BYTES: usize = 32;
/// How long somebody may take at their identity provider.
const ATTEMPT_SECONDS: u32 = 15 * 60;

/// The secret that makes somebody a visitor: 256 random bits.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; TOKEN_BYTES]);

impl Token {
    /// A new one.
    pub fn random() -> Self {
        Self(rand::random())
    }

    /// As it was revealed.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        BASE64.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// What is kept of one that must be found again.
    pub(crate) fn hash(&self) -> [u8; TOKEN_BYTES] {
        *blake3::hash(&self.0).as_bytes()
    }

    /// As it stands in the cookie or the embedded page.
    pub fn reveal(&self) -> String {
        BASE64.encode(self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What an identity provider is told of one attempt to sign in, so that nobody
/// else can end it.
#[derive(Clone)]
pub(crate) struct Attempt {
    /// Comes back in the address: the browser that comes is the one that left.
    pub(crate) state: String,
    /// Comes back in the ID token: it was made for this attempt.
    pub(crate) nonce: String,
    /// Shown when the code is redeemed, when the provider has seen its hash only.
    pub(crate) verifier: String,
}

/// Knows visitors by the key of this house.
pub struct Visitors {
    pub(super) key: [u8; 32],
    secure: bool,
}

impl Visitors {
    /// With the key of this house, which is drawn at the first start.
    pub async fn open(db: &Db, secure: bool) -> anyhow::Result<Self> {
        if let Some(kept) = db.setting(KEY_SETTING).await? {
            let key = kept.try_into().map_err(|_| {
                anyhow::anyhow!(
                    "the key of this house in the database is damaged; delete the setting \
                     `{KEY_SETTING}` to draw a new one"
                )
            })?;
            return Ok(Self { key, secure });
        }
        let key: [u8; 32] = rand::random();
        db.set_setting(KEY_SETTING, &key).await?;
        Ok(Self { key, secure })
    }

    /// Which visitor sends a request with these headers from this address.
    pub(super) fn visitor(&self, headers: &HeaderMap, address: IpAddr) -> (PrincipalId, Means) {
        if let Some(token) = page_token(headers) {
            return (self.of_token(&token), Means::Token);
        }
        match self.visitor_cookie().read(headers) {
            Some(token) => (self.of_token(&token), Means::Cookie(token)),
            None => (self.of_address(address), Means::Address),
        }
    }

    /// The `Set-Cookie` that makes a browser this visitor for a year.
    pub fn cookie(&self, token: &Token) -> HeaderValue {
        self.visitor_cookie().set(token)
    }

    /// The `Set-Cookie` that signs a browser in until it was away for a month.
    pub(crate) fn session_cookie(&self, token: &Token) -> HeaderValue {
        self.session().set(token)
    }

    /// The `Set-Cookie` that signs a browser out.
    pub(crate) fn no_session_cookie(&self) -> HeaderValue {
        self.session().clear()
    }

    /// The token of the session that a browser shows.
    pub(crate) fn session_token(&self, headers: &HeaderMap) -> Option<Token> {
        self.session().read(headers)
    }

    /// The `Set-Cookie` by which a browser is known when it comes back from its
    /// identity provider.
    pub(crate) fn attempt_cookie(&self, token: &Token) -> HeaderValue {
        self.attempting().set(token)
    }

    /// The `Set-Cookie` that ends the attempt.
    pub(crate) fn no_attempt_cookie(&self) -> HeaderValue {
        self.attempting().clear()
    }

    /// The attempt that a browser comes back from.
    pub(crate) fn attempt(&self, headers: &HeaderMap) -> Option<Attempt> {
        self.attempting().read(headers).map(|token| self.attempt_of(&token))
    }

    /// The attempt of whoever holds this token. Nothing has to be kept of it.
    pub(crate) fn attempt_of(&self, token: &Token) -> Attempt {
        let secret = |purpose: &str| BASE64.encode(self.keyed(purpose, &token.0));
        Attempt {
            state: secret("oidc state"),
            nonce: secret("oidc nonce"),
            verifier: secret("oidc verifier"),
        }
    }

    fn attempting(&self) -> TokenCookie {
        let names = ("__Host-parlor_attempt", "parlor_attempt");
        TokenCookie { secure: self.secure, names, seconds: ATTEMPT_SECONDS }
    }

    fn visitor_cookie(&self) -> TokenCookie {
        let names = ("__Host-parlor_visitor", "parlor_visitor");
        TokenCookie { secure: self.secure, names, seconds: YEAR_SECONDS }
    }

    fn session(&self) -> TokenCookie {
        let names = ("__Host-parlor_session", "parlor_session");
        let seconds = (SESSION_LIFE / 1000) as u32;
        TokenCookie { secure: self.secure, names, seconds }
    }

    /// The visitor with this token.
    pub fn of_token(&self, token: &Token) -> PrincipalId {
        self.derive("token", &token.0)
    }

    /// The visitor of an address; all of an IPv6 network of 64 bits is one.
    pub(crate) fn of_address(&self, address: IpAddr) -> PrincipalId {
        match address.to_canonical() {
            IpAddr::V4(address) => self.derive("ipv4", &address.octets()),
            IpAddr::V6(address) => self.derive("ipv6", &address.octets()[..8]),
        }
    }

    fn derive(&self, purpose: &str, secret: &[u8]) -> PrincipalId {
        let mut id = [0; 16];
        id.copy_from_slice(&self.keyed(purpose, secret)[..16]);
        PrincipalId(Uuid::from_bytes(id))
    }

    fn keyed(&self, purpose: &str, secret: &[u8]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(purpose.as_bytes()).update(&[0]).update(secret).finalize().into()
    }
}

impl fmt::Debug for Visitors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visitors").finish_non_exhaustive()
    }
}

fn page_token(headers: &HeaderMap) -> Option<Token> {
    let header = headers.get(TOKEN_HEADER).and_then(|value| value.to_str().ok());
    if let Some(token) = header.and_then(Token::parse) {
        return Some(token);
    }
    let protocols = headers.get_all(SEC_WEBSOCKET_PROTOCOL).into_iter();
    protocols
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .find_map(|protocol| Token::parse(protocol.trim().strip_prefix(TOKEN_PROTOCOL)?))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    pub(in crate::auth) fn visitors() -> Visitors {
        Visitors { key: [7; 32], secure: true }
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (name.parse().unwrap(), HeaderValue::from_str(value).unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn the_cookie_we_set_is_the_visitor_we_know() {
        let (visitors, token) = (visitors(), Token::random());
        let cookie = visitors.cookie(&token).to_str().unwrap().to_owned();
        let sent = cookie.split(';').next().unwrap();
        let known = visitors.visitor(&headers(&[("cookie", sent)]), HOME);
        assert_eq!(known, (visitors.of_token(&token), Means::Cookie(token)));
    }

    // safety 17
    #[test]
    fn a_cookie_over_https_is_bound_to_the_host() {
        let (visitors, token) = (visitors(), Token::random());
        for cookie in [
            visitors.cookie(&token),
            visitors.session_cookie(&token),
            visitors.attempt_cookie(&token),
        ] {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.starts_with("__Host-"), "{cookie}");
            for part in ["; Path=/;", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
                assert!(cookie.contains(part), "{part} is not in {cookie}");
            }
            assert!(!cookie.contains("Domain"));
        }
    }

    #[test]
    fn an_embedded_page_shows_its_token_in_a_header_or_a_protocol() {
        let (visitors, token) = (visitors(), Token::random());
        let protocols = format!("parlor, token.{}", token.reveal());
        for shown in [
            headers(&[("x-parlor-visitor", &token.reveal())]),
            headers(&[("sec-websocket-protocol", &protocols)]),
        ] {
            let known = visitors.visitor(&shown, HOME);
            assert_eq!(known, (visitors.of_token(&token), Means::Token));
        }
    }

    #[test]
    fn an_address_is_a_visitor_and_a_mapped_one_is_the_same() {
        let visitors = visitors();
        let of = |text: &str| visitors.of_address(text.parse().unwrap());
        assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.1"));
        assert_eq!(of("2001:db8::1"), of("2001:db8::2"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }

    #[test]
    fn another_house_knows_other_visitors() {
        let token = Token::random();
        let other = Visitors { key: [8; 32], secure: true };
        assert_ne!(visitors().of_token(&token), other.of_token(&token));
    }

    #[test]
    fn a_token_does_not_show_in_logs() {
        let token = Token::random();
        assert!(!format!("{token:?}").contains(&token.reveal()));
    }
}
