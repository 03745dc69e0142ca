//! What people do with their account, and what the owner does with theirs.

use uuid::Uuid;
use wire::{AuditPage, NewPassword, Person, PersonChange, Role, SignIn, Standing};

use super::links::{new, taken};
use super::{People, Whence, name, named};
use crate::auth::{PassId, Principal, PrincipalId};
use crate::db::{AuditFilter, Db, LastOwner, PersonRow};
use crate::error::{Error, Result};

/// Most who wait to be approved.
const MOST_WAITING: usize = 200;

impl People {
    /// Asks for an account, which the owner has to approve.
    pub(crate) async fn register(&self, wanted: &SignIn, whence: &Whence) -> Result<()> {
        let name = name::parse(&wanted.name)?;
        self.is_free(&name, None).await?;
        let people = self.db.people().await?.into_iter();
        if people.filter(|person| person.standing == Standing::Waiting).count() >= MOST_WAITING {
            return Err(Error::Unavailable("too many people wait to be approved already"));
        }
        let password = Some(self.passwords.hash(&wanted.password).await?);
        let person = Person { standing: Standing::Waiting, ..new(name, Role::Member) };
        let noted = (person.id, person.name.clone());
        if !self.db.add_person(PersonRow { person, password }).await? {
            return Err(taken());
        }
        Ok(self.note("registered", (noted.0, &noted.1), ("", whence)).await?)
    }

    /// Sets a new password; all other sessions end.
    pub(crate) async fn change_password(
        &self,
        (principal, whence): (&Principal, &Whence),
        wanted: &NewPassword,
    ) -> Result<()> {
        let id = principal.person();
        let row = self.db.person(id).await?.ok_or(Error::Forbidden(
            "only somebody with an account has a password: follow a link to make one",
        ))?;
        if row.password.is_some() {
            let current = wanted.current.as_deref().unwrap_or_default();
            if !self.passwords.is(current, row.password.as_deref()).await? {
                return Err(Error::field("current", "This is not your password."));
            }
        }
        let name = wanted.name.as_deref().map(name::parse).transpose()?;
        if let Some(name) = &name {
            self.is_free(name, Some(id)).await?;
        }
        let hash = self.passwords.hash(&wanted.new).await.map_err(about_the_new_one)?;
        let is_renamed = name.is_some();
        if !self.db.set_password(id, (hash, name)).await? {
            return Err(taken());
        }
        if is_renamed {
            // Whoever is in is read anew, with the name.
            self.passes.end_all_of(id);
        }
        self.end_sessions(id, principal.session()).await?;
        Ok(self.note("password_changed", named(principal), ("", whence)).await?)
    }

    /// Whether somebody with an account owns the house.
    pub async fn has_owner(&self) -> anyhow::Result<bool> {
        Ok(self.db.first_owner().await?.is_some())
    }

    /// Somebody with an account.
    pub(crate) async fn person(&self, id: Uuid) -> Result<Option<Person>> {
        Ok(self.db.person(id).await?.map(|row| row.person))
    }

    /// What a browser made as a guest becomes the account's: how many jobs.
    pub(crate) async fn take_over(
        &self,
        guest: PrincipalId,
        (principal, whence): (&Principal, &Whence),
    ) -> Result<u64> {
        let jobs = self.db.take_over(guest, principal.id).await?;
        if jobs > 0 {
            let about = format!("{jobs} jobs");
            self.note("things_kept", named(principal), (&about, whence)).await?;
        }
        Ok(jobs)
    }

    /// Everybody with an account.
    pub(crate) async fn everybody(&self) -> Result<Vec<Person>> {
        Ok(self.db.people().await?)
    }

    /// Changes what somebody is and may. What they hold open closes, and opens
    /// again with what they may then.
    pub(crate) async fn change(
        &self,
        (owner, whence): (&Principal, &Whence),
        (id, change): (Uuid, PersonChange),
    ) -> Result<Person> {
        if change.role == Some(Role::Guest) {
            return Err(Error::field("role", "Somebody with an account is a member or an owner."));
        }
        let changed = self.db.change_person(id, change).await??;
        let person = changed.ok_or(Error::NotFound("person"))?;
        self.passes.end_all_of(id);
        self.note("person_changed", named(owner), (&person.name, whence)).await?;
        Ok(person)
    }

    /// Forgets somebody and all that lets them in. Their jobs and files are
    /// deleted by whoever calls this, before.
    pub(crate) async fn forget(
        &self,
        (principal, whence): (&Principal, &Whence),
        id: PrincipalId,
    ) -> Result<()> {
        self.db.forget_person(id).await??;
        self.passes
            .end(|pass| pass.maker == id.0 || matches!(pass.id, PassId::Key(key) if key == id.0));
        let who = if principal.person() == id.0 { (Uuid::nil(), "") } else { named(principal) };
        Ok(self.note("person_forgotten", who, ("", whence)).await?)
    }

    /// A house beyond this machine needs somebody who keeps it.
    pub(crate) async fn is_not_the_last_owner(&self, id: Uuid) -> Result<()> {
        let owners: Vec<Uuid> = self
            .db
            .people()
            .await?
            .into_iter()
            .filter(|person| person.role == Role::Owner && person.standing == Standing::Active)
            .map(|person| person.id)
            .collect();
        if owners == [id] { Err(LastOwner.into()) } else { Ok(()) }
    }

    /// What happened, newest first.
    pub(crate) async fn audit(&self, wanted: &AuditFilter) -> Result<AuditPage> {
        Ok(self.db.audit(wanted).await?)
    }
}

/// The field is called otherwise than where an account is made.
fn about_the_new_one(error: Error) -> Error {
    match error {
        Error::BadInput { message, .. } => Error::field("new", message),
        other => other,
    }
}

impl From<LastOwner> for Error {
    fn from(_: LastOwner) -> Self {
        Self::Conflict("this is the only owner: make somebody else one first".into())
    }
}

/// Somebody whom a proxy names; who is new becomes a member. `None` for what can
/// be nobody's name.
pub(crate) async fn named_by_proxy(db: &Db, name: &str) -> anyhow::Result<Option<Person>> {
    let Ok(name) = name::parse(name) else { return Ok(None) };
    if let Some(row) = db.person_named(&name).await? {
        return Ok(Some(row.person));
    }
    let person = Person { password: false, ..new(name.clone(), Role::Member) };
    db.add_person(PersonRow { person, password: None }).await?;
    // Another request may have been quicker.
    Ok(db.person_named(&name).await?.map(|row| row.person))
}
