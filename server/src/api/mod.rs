//! The doors. A door translates between HTTP and the house; it does not think.
//!
//! `comfy_v2` is Comfy API v2, `serverless` "ComfyUI Serverless API", `native` ComfyUI's own API, `parlor` Parlor's own, `account` the part of
//! it about people, `live` its WebSocket, `pages` serves people, `ops` serves operators.

pub(crate) mod account;
pub(crate) mod comfy_v2;
pub(crate) mod live;
pub(crate) mod native;
pub(crate) mod ops;
pub(crate) mod pages;
pub(crate) mod parlor;
pub(crate) mod serverless;
pub(crate) mod studio;
