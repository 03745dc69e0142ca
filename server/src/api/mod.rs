//! The doors. A door translates between HTTP and the house; it does not think.
//!
//! `parlor` is Parlor's own API, `account` the part of it about people, `live`
//! its WebSocket, `pages` serves people, `ops` serves operators.

pub(crate) mod account;
pub(crate) mod live;
pub(crate) mod ops;
pub(crate) mod pages;
pub(crate) mod parlor;
pub(crate) mod studio;
