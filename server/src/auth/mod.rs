//! Who acts, what they may, and whether the request may come from where it
//! comes from.
//!
//! `principal` is whoever acts; `identify` finds out from a request who that
//! is; `visitor` knows people without an account, by a cookie, a token or an
//! address; `home` knows this machine; `seal` signs links for pages that have
//! no cookie; `client` finds the address behind proxies; `origin` keeps other
//! sites out.

mod client;
mod home;
mod identify;
mod origin;
mod principal;
mod seal;
mod visitor;

pub use client::{Peer, client_address};
pub use identify::{Asked, Refused};
pub use origin::{check_host, is_own_page};
pub use principal::{Means, Principal, PrincipalId};
pub use seal::Sealed;
pub use visitor::{Token, Visitors};
pub use wire::Role;
