//! Cookies that hold a token.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};

use super::Token;

/// A cookie by its two names. With `__Host-`, which needs https, no other host
/// and no plain http can set it.
#[derive(Debug, Clone, Copy)]
pub(super) struct TokenCookie {
    pub(super) secure: bool,
    pub(super) names: (&'static str, &'static str),
    pub(super) seconds: u32,
}

impl TokenCookie {
    /// The token in a request.
    pub(super) fn read(self, headers: &HeaderMap) -> Option<Token> {
        let lines = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
        lines
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == self.name())
            .find_map(|(_, value)| Token::parse(value))
    }

    /// `Set-Cookie`
    pub(super) fn set(self, token: &Token) -> HeaderValue {
        self.header(&token.reveal(), self.seconds)
    }

    /// `Set-Cookie` that takes it away.
    pub(super) fn clear(self) -> HeaderValue {
        self.header("", 0)
    }

    fn header(self, value: &str, seconds: u32) -> HeaderValue {
        let secure = if self.secure { "; Secure" } else { "" };
        let cookie = format!(
            "{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}",
            self.name(),
        );
        HeaderValue::from_str(&cookie).expect("base64 is a header value")
    }

    fn name(self) -> &'static str {
        if self.secure { self.names.0 } else { self.names.1 }
    }
}
