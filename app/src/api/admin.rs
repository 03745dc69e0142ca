//! The door for owners: everybody and everything, and what happened.

use uuid::Uuid;
use wire::{
    AuditPage, HouseJobList, HouseLimits, JobId, Key, Link, MadeLink, NewInvite, Person,
    PersonChange, Session,
};

use super::{
    Error,
    call::{Call, SLOW_MS},
};

/// Everybody with an account.
pub(crate) async fn people() -> Result<Vec<Person>, Error> {
    Call::get("admin/people").derived().await
}

/// Changes what somebody is and may.
pub(crate) async fn change_person(id: Uuid, change: &PersonChange) -> Result<Person, Error> {
    Call::patch(&format!("admin/people/{id}")).derived_body(change).derived().await
}

/// Deletes somebody with everything that is theirs.
pub(crate) async fn delete_person(id: Uuid) -> Result<(), Error> {
    Call::delete(&format!("admin/people/{id}")).deadline(SLOW_MS).done().await
}

/// A link by which somebody sets a new password.
pub(crate) async fn reset(id: Uuid) -> Result<MadeLink, Error> {
    Call::post(&format!("admin/people/{id}/reset")).derived().await
}

/// Invitations that nobody has followed yet.
pub(crate) async fn invites() -> Result<Vec<Link>, Error> {
    Call::get("admin/invites").derived().await
}

/// A link by which somebody becomes a member.
pub(crate) async fn invite(wanted: &NewInvite) -> Result<MadeLink, Error> {
    Call::post("admin/invites").derived_body(wanted).derived().await
}

/// Makes an invitation void.
pub(crate) async fn revoke_invite(id: Uuid) -> Result<(), Error> {
    Call::delete(&format!("admin/invites/{id}")).done().await
}

/// The API keys of everybody.
pub(crate) async fn keys() -> Result<Vec<Key>, Error> {
    Call::get("admin/keys").derived().await
}

/// Makes a key worthless.
pub(crate) async fn revoke_key(id: Uuid) -> Result<(), Error> {
    Call::delete(&format!("admin/keys/{id}")).done().await
}

/// Every browser that is signed in.
pub(crate) async fn sessions() -> Result<Vec<Session>, Error> {
    Call::get("admin/sessions").derived().await
}

/// Signs a browser out.
pub(crate) async fn end_session(id: Uuid) -> Result<(), Error> {
    Call::delete(&format!("admin/sessions/{id}")).done().await
}

/// A page of the jobs of everybody, newest first; or only of those that are not over.
pub(crate) async fn jobs(cursor: Option<JobId>, unfinished: bool) -> Result<HouseJobList, Error> {
    let cursor = cursor.map(|job| format!("&cursor={job}")).unwrap_or_default();
    Call::get(&format!("admin/jobs?unfinished={unfinished}{cursor}")).derived().await
}

/// Stops a job.
pub(crate) async fn cancel_job(id: JobId) -> Result<(), Error> {
    Call::post(&format!("admin/jobs/{id}/cancel")).done().await
}

/// What guests and members may, and who is near it.
pub(crate) async fn limits() -> Result<HouseLimits, Error> {
    Call::get("admin/limits").derived().await
}

/// Which part of the log to read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LogQuery {
    /// `next` of the page before.
    pub cursor: Option<i64>,
    /// Only of this kind, such as `signed_in`.
    pub what: Option<String>,
    /// Only what they did.
    pub principal: Option<Uuid>,
}

impl LogQuery {
    fn path(&self) -> String {
        let pairs = [
            self.cursor.map(|cursor| format!("cursor={cursor}")),
            self.what.as_ref().map(|what| format!("what={}", super::encoded(what))),
            self.principal.map(|principal| format!("principal={principal}")),
        ];
        let pairs: Vec<String> = pairs.into_iter().flatten().collect();
        format!("admin/audit?{}", pairs.join("&"))
    }
}

/// What happened, newest first.
pub(crate) async fn log(query: &LogQuery) -> Result<AuditPage, Error> {
    Call::get(&query.path()).derived().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_asked_for_what_is_wanted_only() {
        assert_eq!(LogQuery::default().path(), "admin/audit?");
        let of = LogQuery { cursor: Some(7), principal: Some(Uuid::nil()), ..LogQuery::default() };
        let path = "admin/audit?cursor=7&principal=00000000-0000-0000-0000-000000000000";
        assert_eq!(of.path(), path);
    }
}
