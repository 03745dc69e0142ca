//! The door for people: who asks, signing in and out, one-time links, and what is theirs. Only the host's program
//! calls it.

use uuid::Uuid;
use wire::{Follow, JobList, Key, Link, MadeKey, Me, NewKey, NewPassword, Session, SignIn};

use super::{Error, ROOT, call::Call};

/// Whoever asks; refused to a stranger where guests are not let in.
pub(crate) async fn me() -> Result<Me, Error> {
    Call::get("me").derived().await
}

/// Signs in by name and password. Answers who that is.
pub(crate) async fn sign_in(given: &SignIn) -> Result<Me, Error> {
    Call::post("session").derived_body(given).derived().await
}

/// Asks for an account, which the host has to approve.
pub(crate) async fn register(given: &SignIn) -> Result<(), Error> {
    Call::post("registration").derived_body(given).done().await
}

/// Signs out.
pub(crate) async fn sign_out() -> Result<(), Error> {
    Call::delete("session").done().await
}

/// What the one-time link with this token is for; not found once it is spent.
pub(crate) async fn look(token: &str) -> Result<Link, Error> {
    let token = Follow { token: token.to_owned(), name: None, password: None, keep: false };
    Call::post("links/look").derived_body(&token).derived().await
}

/// Follows a one-time link, which spends it. Answers who has come in.
pub(crate) async fn follow(given: &Follow) -> Result<Me, Error> {
    Call::post("links/follow").derived_body(given).derived().await
}

/// How many jobs they have.
pub(crate) async fn made() -> Result<u64, Error> {
    let list: JobList = Call::get("jobs?limit=1").derived().await?;
    Ok(list.total)
}

/// Browsers that are signed in as them.
pub(crate) async fn sessions() -> Result<Vec<Session>, Error> {
    Call::get("me/sessions").derived().await
}

/// Signs one of them out.
pub(crate) async fn end_session(id: Uuid) -> Result<(), Error> {
    Call::delete(&format!("me/sessions/{id}")).done().await
}

/// Signs all others out.
pub(crate) async fn end_other_sessions() -> Result<(), Error> {
    Call::delete("me/sessions").done().await
}

/// Their API keys.
pub(crate) async fn keys() -> Result<Vec<Key>, Error> {
    Call::get("me/keys").derived().await
}

/// Makes one; the answer is the only one with its secret.
pub(crate) async fn make_key(wanted: &NewKey) -> Result<MadeKey, Error> {
    Call::post("me/keys").derived_body(wanted).derived().await
}

/// Makes one of them worthless.
pub(crate) async fn revoke_key(id: Uuid) -> Result<(), Error> {
    Call::delete(&format!("me/keys/{id}")).done().await
}

/// Sets a password.
pub(crate) async fn set_password(wanted: &NewPassword) -> Result<(), Error> {
    Call::put("me/password").derived_body(wanted).done().await
}

/// Address of everything that is theirs, as one file.
pub(crate) fn export_address() -> String {
    format!("{ROOT}/me/export.zip")
}

/// Deletes them with everything that is theirs.
pub(crate) async fn delete_me() -> Result<(), Error> {
    Call::delete("me").deadline(super::call::SLOW_MS).done().await
}
