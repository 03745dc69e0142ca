//! Whoever acts, and what they may.

use std::fmt;

use uuid::Uuid;
use wire::Role;

use super::Token;

/// Names whoever acts: a visitor or a person with an account.
///
/// Every row a person can own carries this; every query filters by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PrincipalId(pub Uuid);

impl fmt::Display for PrincipalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whoever sent a request, what they are here, and how that is known.
#[derive(Debug, Clone)]
pub struct Principal {
    pub id: PrincipalId,
    pub role: Role,
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

    /// Whether workflows may be published and changed.
    pub fn may_use_studio(&self) -> bool {
        self.role == Role::Owner
    }

    /// Whether graphs of one's own may be run, and not only workflows.
    pub fn may_run_graphs(&self) -> bool {
        self.role == Role::Owner
    }
}
