//! Finds out from a request who sends it.

use std::net::IpAddr;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Uri};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::home::comes_from_home;
use super::{Means, Principal, Role};
use crate::app::App;
use crate::config::Door;

/// The key of programs whose library insists on one.
const ANONYMOUS: &str = "anonymous";

/// What a request shows of who sends it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub uri: &'a Uri,
    pub headers: &'a HeaderMap,
    /// The other end of the connection.
    pub peer: IpAddr,
    /// The address of the caller, behind whatever trusted proxies.
    pub address: IpAddr,
}

/// Why nobody is let in by a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It shows a key that this house did not make.
    UnknownKey,
    /// It shows nothing, and this house lets in no guests.
    NoGuests,
}

impl Refused {
    /// What happened and what to do.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::UnknownKey => {
                "this key is not known here; leave it out, or send `anonymous`, or one that this \
                 house made"
            }
            Self::NoGuests => "this house lets in no guests: sign in, or send an API key",
        }
    }
}

impl Asked<'_> {
    /// Who sends this request.
    ///
    /// # Errors
    ///
    /// When that is nobody this house lets in.
    pub(crate) fn principal(self, app: &App) -> Result<Principal, Refused> {
        let (id, means) = match api_key(self.headers) {
            Some(key) if key == ANONYMOUS => {
                (app.visitors.of_address(self.address), Means::AnonymousKey)
            }
            Some(_) => return Err(Refused::UnknownKey),
            None => app.visitors.visitor(self.headers, self.address),
        };
        let role = self.role_of_stranger(app.config.door(), &means)?;
        Ok(Principal { id, role, means })
    }

    /// What somebody is who shows no account. An embedded page is a guest
    /// everywhere: it stands in another site.
    fn role_of_stranger(self, door: Door, means: &Means) -> Result<Role, Refused> {
        match door {
            Door::Closed => Err(Refused::NoGuests),
            Door::Home
                if *means != Means::Token && comes_from_home(self.peer, self.uri, self.headers) =>
            {
                Ok(Role::Owner)
            }
            Door::Home | Door::Open => Ok(Role::Guest),
        }
    }
}

/// The key a program sends: as bearer, in a header, or as the password of HTTP
/// Basic, since many ComfyUI clients can do nothing else.
fn api_key(headers: &HeaderMap) -> Option<String> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("\u{fffd}"));
    if let Some(key) = text("x-api-key") {
        return Some(key.to_owned());
    }
    let (scheme, rest) = text(AUTHORIZATION.as_str())?.split_once(' ').unwrap_or_default();
    let key = match scheme.to_ascii_lowercase().as_str() {
        "bearer" => Some(rest.trim().to_owned()),
        "basic" => BASE64_STANDARD
            .decode(rest.trim())
            .ok()
            .and_then(|pair| String::from_utf8(pair).ok())
            .and_then(|pair| Some(pair.split_once(':')?.1.to_owned())),
        _ => None,
    };
    // What cannot be read is a key nobody knows.
    Some(key.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &'static str, value: &str) -> Option<String> {
        let headers = [(name.parse().unwrap(), value.parse().unwrap())].into_iter().collect();
        api_key(&headers)
    }

    #[test]
    fn a_key_is_found_wherever_clients_can_put_it() {
        let basic = format!("Basic {}", BASE64_STANDARD.encode("me:plr_x"));
        for (name, value) in [
            ("x-api-key", "plr_x"),
            ("authorization", "Bearer plr_x"),
            ("authorization", "bearer  plr_x"),
            ("authorization", &*basic),
        ] {
            assert_eq!(shown(name, value).as_deref(), Some("plr_x"), "{name}: {value}");
        }
        assert_eq!(shown("cookie", "plr_x"), None);
    }

    #[test]
    fn what_cannot_be_read_is_a_key_that_nobody_knows() {
        for value in ["?", "Basic ?", "Digest username=me", "Bearer"] {
            assert_eq!(shown("authorization", value).as_deref(), Some(""), "{value}");
        }
    }
}
