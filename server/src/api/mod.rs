//! The doors. A door translates between HTTP and the house; it does not think.
//!
//! `parlor` is Parlor's own API, `account` the part of it about people, `live`
//! its WebSocket, `native` is ComfyUI's own API, `pages` serves people, `ops` serves operators.

pub(crate) mod account;
mod dialect;
pub(crate) mod live;
pub(crate) mod native;
pub(crate) mod openai;
pub(crate) mod ops;
pub(crate) mod pages;
pub(crate) mod parlor;
pub(crate) mod recipes;
mod running;
pub(crate) mod studio;
