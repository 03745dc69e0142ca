//! Who acts, what they may, and whether the request may come from where it
//! comes from.
//!
//! `principal` is whoever acts; `identify` finds out from a request who that
//! is. `pass` is what a session or an API key stands for, `passes` holds those
//! that were used lately, `api_key` is what a key looks like, `tickets` are for
//! one WebSocket each. `oidc` asks somebody else's identity provider. `visitor` knows people without an account, by a `cookie`,
//! a token or an address; `home` knows this machine; `seal` signs links for
//! pages that have no cookie; `client` finds the address behind proxies;
//! `origin` keeps other sites out.

mod api_key;
mod client;
mod cookie;
mod home;
mod identify;
mod oidc;
mod origin;
mod pass;
mod passes;
mod principal;
mod seal;
mod tickets;
mod visitor;

pub use api_key::ApiKey;
pub use client::{Peer, client_address};
pub(crate) use home::comes_from_home;
pub(crate) use identify::Known;
pub use identify::{Asked, Refused};
pub(crate) use oidc::{Identity, Provider, Trouble};
pub use origin::{check_host, is_own_page};
pub(crate) use pass::SESSION_LIFE;
pub use pass::{Pass, PassId};
pub use passes::Passes;
pub use principal::{Asker, Means, Principal, PrincipalId};
pub use seal::Sealed;
pub(crate) use tickets::LIFE as TICKET_LIFE;
pub use tickets::Tickets;
pub(crate) use visitor::Attempt;
pub use visitor::{Token, Visitors};
pub use wire::Role;
