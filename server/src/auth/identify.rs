//! Finds out from a request who sends it.

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::Instant;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::home::comes_from_home;
use super::{Means, Principal, PrincipalId, Role};
use crate::app::App;
use crate::config::Door;
use crate::error::Error;

/// The key of programs whose library insists on one.
const ANONYMOUS: &str = "anonymous";

/// What a request shows of who sends it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub method: &'a Method,
    pub uri: &'a Uri,
    pub headers: &'a HeaderMap,
    /// It opens a WebSocket.
    pub opens_socket: bool,
    /// The other end of the connection.
    pub peer: IpAddr,
    /// The address of the caller, behind whatever trusted proxies.
    pub address: IpAddr,
}

/// Why nobody is let in by a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It shows a key that this house did not make, or no longer knows.
    UnknownKey,
    /// It shows nothing, and this house lets in no guests.
    NoGuests,
    /// It shows a key that may only read, and would change something.
    OnlyReads,
    /// It shows a ticket that was used, or whose time is over.
    SpentTicket,
    /// It shows what has to be looked for, as too much before from its address.
    LooksTooOften,
}

/// What was found out about a request, for whoever needs it next.
#[derive(Debug, Clone)]
pub(crate) struct Known(pub(crate) Result<Principal, Refused>);

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::UnknownKey => Self::Unauthorized(
                "this key is not known here: it was revoked, has expired, or is another house's; \
                 leave it out, or send `anonymous`",
            ),
            Refused::NoGuests => {
                Self::Unauthorized("this house lets in no guests: sign in, or send an API key")
            }
            Refused::OnlyReads => {
                Self::Forbidden("this key may only read: send one with the scope `run`")
            }
            Refused::SpentTicket => Self::Unauthorized(
                "this ticket was used, or is older than half a minute: ask for another",
            ),
            Refused::LooksTooOften => Self::TooMany {
                message: "too many different keys or sessions were shown from this address: \
                          try again in some seconds"
                    .to_owned(),
                retry_after: 10,
            },
        }
    }
}

impl<'a> Asked<'a> {
    /// Who sends this request, or why that is nobody this house lets in.
    ///
    /// # Errors
    ///
    /// When the database cannot be asked. It is only asked for what was not
    /// shown lately.
    pub async fn principal(self, app: &App) -> anyhow::Result<Result<Principal, Refused>> {
        let keys = keys(self.headers);
        if !keys.is_empty() {
            return self.with_keys(app, &keys).await;
        }
        if let Some(ticket) = self.ticket() {
            let principal = app.people.tickets.take(&ticket, Instant::now());
            return Ok(principal.ok_or(Refused::SpentTicket));
        }
        let (id, means) = app.visitors.visitor(self.headers, self.address);
        // An embedded page is a guest even where its reader is signed in: it
        // stands in another site.
        if means != Means::Token
            && let Some(name) = self.named_by_proxy(app)
            && let Some(pass) = app.people.passes.of_name(name).await?
        {
            return Ok(Ok(Principal::with_pass(pass, Means::Proxy)));
        }
        if means != Means::Token
            && let Some(token) = app.visitors.session_token(self.headers)
        {
            if !app.people.passes.knows_session(&token) && !self.may_look(app) {
                return Ok(Err(Refused::LooksTooOften));
            }
            if let Some(pass) = app.people.passes.of_session(&token).await? {
                return Ok(Ok(Principal::with_pass(pass, Means::Session(token))));
            }
        }
        Ok(self.stranger(app, (id, means)))
    }

    /// All keys must be known; the first lets in.
    async fn with_keys(
        self,
        app: &App,
        keys: &[Cow<'_, str>],
    ) -> anyhow::Result<Result<Principal, Refused>> {
        let mut first = None;
        for key in keys.iter().filter(|key| *key != ANONYMOUS) {
            if !app.people.passes.knows_key(key) && !self.may_look(app) {
                return Ok(Err(Refused::LooksTooOften));
            }
            let Some(pass) = app.people.passes.of_key(key).await? else {
                return Ok(Err(Refused::UnknownKey));
            };
            first.get_or_insert(pass);
        }
        let Some(pass) = first else {
            let id = app.visitors.of_address(self.address);
            return Ok(self.stranger(app, (id, Means::AnonymousKey)));
        };
        let principal = Principal::with_pass(pass, Means::Key);
        let changes = !matches!(*self.method, Method::GET | Method::HEAD | Method::OPTIONS);
        if changes && !principal.may_act() {
            return Ok(Err(Refused::OnlyReads));
        }
        Ok(Ok(principal))
    }

    /// Whether the database may be asked once more for this address.
    fn may_look(self, app: &App) -> bool {
        app.limits.look_up(app.visitors.of_address(self.address)).is_ok()
    }

    /// Somebody who shows no account.
    fn stranger(self, app: &App, (id, means): (PrincipalId, Means)) -> Result<Principal, Refused> {
        let role = match app.config.door() {
            Door::Closed => return Err(Refused::NoGuests),
            Door::Home if means != Means::Token && self.comes_from_home() => Role::Owner,
            Door::Home | Door::Open => Role::Guest,
        };
        Ok(Principal::visitor((id, means), role))
    }

    /// Who signed in at a proxy that is believed about that.
    fn named_by_proxy(self, app: &App) -> Option<&'a str> {
        let header = app.config.trusted_header.as_ref()?;
        let peer = self.peer.to_canonical();
        let believed = app.config.trusted_proxies.iter().any(|net| net.contains(&peer));
        let mut names = self.headers.get_all(header).into_iter();
        // Two would be one of the proxy's and one of somebody else's.
        let (name, None) = (names.next()?, names.next()) else { return None };
        name.to_str().ok().filter(|_| believed)
    }

    fn comes_from_home(self) -> bool {
        comes_from_home(self.peer, self.uri, self.headers)
    }

    /// What follows `token=` when a WebSocket is opened. Nowhere else does a
    /// secret in an address count.
    fn ticket(self) -> Option<String> {
        let query = self.uri.query().filter(|_| self.opens_socket)?;
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.into_iter().find(|(name, _)| name == "token").map(|(_, value)| value.into_owned())
    }
}

/// The keys a program sends: in a header of their own, as bearer, or as the password of HTTP Basic,
/// since many ComfyUI clients can do nothing else.
fn keys(headers: &HeaderMap) -> Vec<Cow<'_, str>> {
    let own = headers.get_all("x-api-key").iter().map(|value| Cow::Borrowed(text(value)));
    let others = headers.get_all(AUTHORIZATION).iter().map(|value| {
        // What cannot be read is a key nobody knows.
        authorized(text(value)).unwrap_or_default()
    });
    own.chain(others).collect()
}

fn text(value: &HeaderValue) -> &str {
    value.to_str().unwrap_or("\u{fffd}")
}

/// The key in `Authorization`.
fn authorized(value: &str) -> Option<Cow<'_, str>> {
    let (scheme, rest) = value.split_once(' ')?;
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" => Some(rest.trim().into()),
        "basic" => {
            let pair = String::from_utf8(BASE64_STANDARD.decode(rest.trim()).ok()?).ok()?;
            Some(pair.split_once(':')?.1.to_owned().into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &'static str, value: &str) -> Option<String> {
        let headers = [(name.parse().unwrap(), value.parse().unwrap())].into_iter().collect();
        let keys = keys(&headers);
        assert!(keys.len() < 2, "{keys:?}");
        keys.first().map(ToString::to_string)
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
