//! Whoever signed in at an identity provider.

use wire::{Person, Role, Standing};

use super::links::new;
use super::{People, Whence, name};
use crate::auth::{Identity, Token};
use crate::db::PersonRow;
use crate::error::{Error, Result};

/// What somebody is called whose provider gives no name that can be one.
const NAMELESS: &str = "Member";
/// How many may be called alike.
const NAMESAKES: u32 = 1000;

impl People {
    /// A new session of whoever this is; who is new gets an account. By issuer
    /// and subject alone: names and mail addresses change hands.
    ///
    /// # Errors
    ///
    /// When their account waits, or is shut.
    pub(crate) async fn enter_as(&self, identity: &Identity, whence: &Whence) -> Result<Token> {
        let called = (identity.issuer.as_str(), identity.subject.as_str());
        let person = match self.db.person_of(called).await? {
            Some(row) => row.person,
            None => self.welcome(identity, whence).await?,
        };
        match person.standing {
            Standing::Active => self.open_session(&person, whence).await,
            Standing::Waiting | Standing::Barred => {
                Err(Error::Forbidden("this account is shut by the owner of the house"))
            }
        }
    }

    async fn welcome(&self, identity: &Identity, whence: &Whence) -> Result<Person> {
        let wanted = identity.name.as_deref().and_then(|name| name::parse(name).ok());
        let wanted = wanted.unwrap_or_else(|| NAMELESS.to_owned());
        let role = if identity.owner { Role::Owner } else { Role::Member };
        for namesake in 1..NAMESAKES {
            let name = if namesake == 1 { wanted.clone() } else { format!("{wanted} {namesake}") };
            let person = Person { password: false, ..new(name, role) };
            let row = PersonRow { person: person.clone(), password: None };
            if !self.db.add_person(row).await? {
                continue;
            }
            let called = (identity.issuer.clone(), identity.subject.clone());
            if self.db.add_identity(called, person.id).await? {
                let about = format!("by {}", identity.issuer);
                self.note("registered", (person.id, &person.name), (&about, whence)).await?;
                return Ok(person);
            }
            // They came twice at once, and this is the second account.
            self.db.forget_person(crate::auth::PrincipalId(person.id)).await??;
            return Err(Error::Unavailable("somebody came in as you just now; try again"));
        }
        Err(Error::Conflict("too many people here have your name".into()))
    }
}
