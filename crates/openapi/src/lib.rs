//! Parlor's own API, `/api/parlor/v1`, described as OpenAPI 3.1 and as a page for people.
//!
//! The server's `build.rs` calls this and takes in what it makes: nothing of it is code in a program
//! that is shipped. Read in this order: `routes` has one entry a route, written with `operation`;
//! `shape` is what goes to and fro, read from the types of `wire`; `messages` is what webhooks are sent; `document` puts it all together;
//! `page` is how people read it.

mod document;
mod messages;
mod operation;
mod page;
mod refusal;
mod routes;
mod shape;
mod text;

pub use document::document;
pub use page::{page, shell};
