//! The doors. A door translates between HTTP and the house; it does not think.
//!
//! `comfy_v2` is Comfy API v2, `serverless` "ComfyUI Serverless API", `native` ComfyUI's own API,
//! `openai` OpenAI's images API, `recipes` the calls that scripts have always made, `parlor`
//! Parlor's own, `account` the part of it about people, `live` its WebSocket, `pages` serves people,
//! `ops` serves operators, `docs` tells programs what there is. `running` is what all do that run a published workflow,
//! `feed` what all do that stream what happens, `dialect` how each says no.

pub(crate) mod account;
pub(crate) mod comfy_v2;
pub(crate) mod dialect;
pub(crate) mod docs;
mod feed;
pub(crate) mod live;
pub(crate) mod native;
pub(crate) mod openai;
pub(crate) mod ops;
pub(crate) mod pages;
pub(crate) mod parlor;
pub(crate) mod recipes;
mod running;
pub(crate) mod serverless;
pub(crate) mod studio;
