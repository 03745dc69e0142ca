//! People with an account.

use anyhow::Context as _;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};
use uuid::Uuid;
use wire::{Person, PersonChange, Role, Standing};

use super::{Db, rows, theirs};
use crate::auth::PrincipalId;

/// A person as they are kept.
#[derive(Clone)]
pub(crate) struct PersonRow {
    pub(crate) person: Person,
    /// Hash of the password, as a PHC string.
    pub(crate) password: Option<String>,
}

/// Without this owner the house would have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LastOwner;

impl Db {
    /// Keeps a new person; whether the name was still free.
    pub(crate) async fn add_person(&self, row: PersonRow) -> anyhow::Result<bool> {
        self.write(move |connection| {
            Box::pin(async move {
                let person = row.person;
                let done = sqlx::query(
                    "INSERT INTO people (id, name, sign_in, role, grants, state, password, created_at)
                     VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sign_in) DO NOTHING",
                )
                .bind(rows::id(person.id))
                .bind(&person.name)
                .bind(person.name.to_lowercase())
                .bind(rows::word(&person.role)?)
                .bind(rows::json(&person.grants)?)
                .bind(rows::word(&person.standing)?)
                .bind(row.password)
                .bind(person.created_at)
                .execute(connection)
                .await
                .context("keeping a person")?;
                Ok(done.rows_affected() > 0)
            })
        })
        .await
    }

    /// Who signs in by this name, in any case of letters.
    pub(crate) async fn person_named(&self, name: &str) -> anyhow::Result<Option<PersonRow>> {
        let row = sqlx::query("SELECT * FROM people WHERE sign_in = ?")
            .bind(name.to_lowercase())
            .fetch_optional(&self.readers)
            .await
            .context("finding a person by name")?;
        row.as_ref().map(read_whole).transpose()
    }

    pub(crate) async fn person(&self, id: Uuid) -> anyhow::Result<Option<PersonRow>> {
        let row = sqlx::query("SELECT * FROM people WHERE id = ?")
            .bind(rows::id(id))
            .fetch_optional(&self.readers)
            .await
            .context("finding a person")?;
        row.as_ref().map(read_whole).transpose()
    }

    /// Everybody with an account, who came first first.
    pub(crate) async fn people(&self) -> anyhow::Result<Vec<Person>> {
        let found = sqlx::query("SELECT * FROM people ORDER BY created_at, id")
            .fetch_all(&self.readers)
            .await
            .context("listing people")?;
        found.iter().map(|row| read(row, "")).collect()
    }

    /// The first owner, if there is one with an account.
    pub(crate) async fn first_owner(&self) -> anyhow::Result<Option<Person>> {
        let owners = self.people().await?.into_iter();
        Ok(owners.into_iter().find(|person| person.role == Role::Owner))
    }

    /// Changes what `change` says; the person then, or `None` when there is no
    /// such person. In one transaction with the question whether an owner is
    /// left: two who demote each other at once do not both succeed.
    pub(crate) async fn change_person(
        &self,
        id: Uuid,
        change: PersonChange,
    ) -> anyhow::Result<Result<Option<Person>, LastOwner>> {
        let loses = change.role.is_some_and(|role| role != Role::Owner)
            || change.standing.is_some_and(|standing| standing != Standing::Active);
        let words = (
            change.role.as_ref().map(rows::word).transpose()?,
            change.grants.as_ref().map(rows::json).transpose()?,
            change.standing.as_ref().map(rows::word).transpose()?,
        );
        self.write(move |connection| {
            Box::pin(async move {
                if loses && is_last_owner(connection, id).await? {
                    return Ok(Err(LastOwner));
                }
                let row = sqlx::query(
                    "UPDATE people SET role = coalesce(?, role), grants = coalesce(?, grants),
                                       state = coalesce(?, state)
                     WHERE id = ? RETURNING *",
                )
                .bind(words.0)
                .bind(words.1)
                .bind(words.2)
                .bind(rows::id(id))
                .fetch_optional(connection)
                .await
                .context("changing a person")?;
                Ok(Ok(row.map(|row| read(&row, "")).transpose()?))
            })
        })
        .await
    }

    /// Sets the hash of the password; with a name, that too, unless it is
    /// another's. Whether it was done. Links for this account are void then:
    /// whoever holds one may be whom the new password is against.
    pub(crate) async fn set_password(
        &self,
        id: Uuid,
        (password, name): (String, Option<String>),
    ) -> anyhow::Result<bool> {
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE OR IGNORE people
                     SET password = ?, name = coalesce(?, name), sign_in = coalesce(?, sign_in)
                     WHERE id = ?",
                )
                .bind(password)
                .bind(&name)
                .bind(name.as_deref().map(str::to_lowercase))
                .bind(rows::id(id))
                .execute(&mut *connection)
                .await
                .context("setting a password")?;
                if done.rows_affected() == 0 {
                    return Ok(false);
                }
                sqlx::query("DELETE FROM links WHERE person = ?")
                    .bind(rows::id(id))
                    .execute(connection)
                    .await
                    .context("making older links void")?;
                Ok(true)
            })
        })
        .await
    }

    /// Forgets the person with all that lets them in, what they used, and whatever
    /// is theirs or their keys'. What happened stays written down, without their name.
    pub(crate) async fn forget_person(
        &self,
        id: PrincipalId,
    ) -> anyhow::Result<Result<(), LastOwner>> {
        self.write(move |connection| {
            Box::pin(async move {
                if is_last_owner(connection, id.0).await? {
                    return Ok(Err(LastOwner));
                }
                let keys: Vec<Vec<u8>> =
                    sqlx::query_scalar("SELECT principal FROM keys WHERE maker = ?")
                        .bind(rows::id(id.0))
                        .fetch_all(&mut *connection)
                        .await
                        .context("finding their keys")?;
                for key in keys {
                    theirs::forget(connection, PrincipalId(Uuid::from_slice(&key)?)).await?;
                }
                theirs::forget(connection, id).await?;
                for statement in [
                    "DELETE FROM people WHERE id = ?",
                    "DELETE FROM keys WHERE maker = ?",
                    "DELETE FROM usage WHERE who = ?",
                    "UPDATE audit SET principal = NULL, name = '', address = '' WHERE principal = ?",
                ] {
                    sqlx::query(statement)
                        .bind(rows::id(id.0))
                        .execute(&mut *connection)
                        .await
                        .context("forgetting a person")?;
                }
                Ok(Ok(()))
            })
        })
        .await
    }
}

/// Whether this is an active owner, and the only one.
async fn is_last_owner(connection: &mut SqliteConnection, id: Uuid) -> anyhow::Result<bool> {
    sqlx::query_scalar(
        "SELECT count(*) = 1 AND max(id = ?) FROM people
         WHERE role = 'owner' AND state = 'active'",
    )
    .bind(rows::id(id))
    .fetch_one(connection)
    .await
    .context("counting owners")
}

fn read_whole(row: &SqliteRow) -> anyhow::Result<PersonRow> {
    Ok(PersonRow { person: read(row, "")?, password: row.try_get("password")? })
}

/// The person in the columns whose names begin with `prefix`.
pub(super) fn read(row: &SqliteRow, prefix: &str) -> anyhow::Result<Person> {
    let column = |name: &str| format!("{prefix}{name}");
    let password: Option<String> = row.try_get(&*column("password"))?;
    Ok(Person {
        id: rows::uuid(row, &column("id"))?,
        name: row.try_get(&*column("name"))?,
        role: rows::worded(row, &column("role"))?,
        grants: rows::parsed(row, &column("grants"))?,
        standing: rows::worded(row, &column("state"))?,
        password: password.is_some(),
        created_at: row.try_get(&*column("created_at"))?,
    })
}

/// The columns of a person in a join, for [`read`] with the prefix `person_`.
pub(super) const JOINED: &str = "people.id AS person_id, people.name AS person_name, \
    people.role AS person_role, people.grants AS person_grants, people.state AS person_state, \
    people.password AS person_password, people.created_at AS person_created_at";
