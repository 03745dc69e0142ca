//! The door for people: who asks, signing in and out, one-time links. Only the host's program calls it.

use wire::{Follow, Link, Me, SignIn};

use super::{Error, call::Call};

/// Whoever asks; refused to a stranger where guests are not let in.
pub(crate) async fn me() -> Result<Me, Error> {
    Call::get("me").derived().await
}

/// Signs in by name and password. Answers who that is.
pub(crate) async fn sign_in(given: &SignIn) -> Result<Me, Error> {
    Call::post("session").derived_body(given).derived().await
}

/// Signs out.
pub(crate) async fn sign_out() -> Result<(), Error> {
    Call::delete("session").done().await
}

/// What the one-time link with this token is for; not found once it is spent.
pub(crate) async fn look(token: &str) -> Result<Link, Error> {
    let token = Follow { token: token.to_owned(), name: None, password: None };
    Call::post("links/look").derived_body(&token).derived().await
}

/// Follows a one-time link, which spends it. Answers who has come in.
pub(crate) async fn follow(given: &Follow) -> Result<Me, Error> {
    Call::post("links/follow").derived_body(given).derived().await
}
