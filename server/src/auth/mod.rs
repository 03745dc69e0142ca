//! Who acts, and whether the request may come from where it comes from.
//!
//! So far everybody is a visitor. `visitor` makes one from a cookie, a token
//! or an address; `seal` signs links for pages that have no cookie; `client`
//! finds the address behind proxies; `origin` keeps other sites out.

mod client;
mod origin;
mod seal;
mod visitor;

use std::fmt;

use uuid::Uuid;

pub use client::{Peer, client_address};
pub use origin::{check_host, is_own_page};
pub use seal::Sealed;
pub use visitor::{Token, Visitors};

/// Whoever acts: so far always a visitor, known by a cookie or an address.
///
/// Every row a person can own carries this; every query filters by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PrincipalId(pub Uuid);

impl fmt::Display for PrincipalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whoever sent a request, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    pub id: PrincipalId,
    pub means: Means,
}

/// What a request showed of who sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Means {
    /// The cookie of a browser.
    Cookie(Token),
    /// The token of an embedded page, where cookies may not work. Its pictures
    /// need sealed links, because `<img>` sends no token.
    Token,
    /// Nothing: a program, or a browser at its first request.
    Address,
    /// The key `anonymous`: a program whose library insists on a key.
    AnonymousKey,
}

impl Principal {
    /// Whether links given to this principal must work without a cookie.
    pub fn needs_sealed_links(&self) -> bool {
        self.means == Means::Token
    }
}
