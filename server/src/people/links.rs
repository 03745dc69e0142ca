//! Links that can be followed once: for the owner at the first start, for
//! guests who are to become members, for members who forgot their password.
//!
//! The token stands behind a `#`: browsers send that to nobody, and no proxy
//! writes it down.

use uuid::Uuid;
use wire::{Follow, Grant, Link, MadeLink, Millis, Person, Purpose, Role, Standing};

use super::{People, Whence, name, named};
use crate::auth::{Principal, Token};
use crate::config::Config;
use crate::db::{Db, NewLink, PersonRow, now};
use crate::error::{Error, Result};

const HOUR: Millis = 60 * 60 * 1000;
const DAY: Millis = 24 * HOUR;
/// For invitations, when nothing else is said.
const WEEK_HOURS: u32 = 7 * 24;
/// A quarter of a year.
const MOST_HOURS: u32 = 90 * 24;

/// What an owner is called who has chosen no name.
const OWNER: &str = "Owner";

/// A link that makes whoever follows it first the owner, or signs the owner in.
/// An older one is void.
///
/// # Errors
///
/// When it cannot be kept.
pub async fn owner_link(db: &Db, config: &Config, address: &str) -> anyhow::Result<String> {
    let person = db.first_owner().await?.map(|person| person.id);
    let link = NewLink {
        purpose: Purpose::Owner,
        person,
        maker: None,
        grants: Vec::new(),
        expires_at: now() + DAY,
    };
    let token = Token::random();
    db.add_link(token.hash(), link).await?;
    tracing::info!(name = %config.name, "a link for the owner was made");
    Ok(url(address, &token))
}

impl People {
    /// An invitation; whoever follows it becomes a member with these grants.
    pub(crate) async fn invite(
        &self,
        by: (&Principal, &Whence),
        (grants, hours, address): (Vec<Grant>, Option<u32>, &str),
    ) -> Result<MadeLink> {
        let hours = hours.unwrap_or(WEEK_HOURS);
        if !(1..=MOST_HOURS).contains(&hours) {
            let message = format!("An invitation lasts between 1 and {MOST_HOURS} hours.");
            return Err(Error::field("hours", message));
        }
        let expires_at = now() + Millis::from(hours) * HOUR;
        let maker = by.0.account();
        let link = NewLink { purpose: Purpose::Invite, person: None, maker, grants, expires_at };
        self.make(by, link, address).await
    }

    /// A link that lets somebody choose a new password.
    pub(crate) async fn reset_link(
        &self,
        by: (&Principal, &Whence),
        (person, address): (Uuid, &str),
    ) -> Result<MadeLink> {
        if self.db.person(person).await?.is_none() {
            return Err(Error::NotFound("person"));
        }
        let link = NewLink {
            purpose: Purpose::Reset,
            person: Some(person),
            maker: by.0.account(),
            grants: Vec::new(),
            expires_at: now() + DAY,
        };
        self.make(by, link, address).await
    }

    async fn make(
        &self,
        (principal, whence): (&Principal, &Whence),
        link: NewLink,
        address: &str,
    ) -> Result<MadeLink> {
        // By the id: a name would stay after its person is forgotten.
        let whose = link.person.map(|id| format!(" {id}")).unwrap_or_default();
        let about = format!("{}{whose}", word(link.purpose));
        let token = Token::random();
        let link = self.db.add_link(token.hash(), link).await?;
        self.note("link_made", named(principal), (&about, whence)).await?;
        Ok(MadeLink { url: url(address, &token), link })
    }

    /// Invitations that nobody has followed yet.
    pub(crate) async fn invites(&self) -> Result<Vec<Link>> {
        Ok(self.db.invites().await?)
    }

    /// Makes an invitation void; whether it was still good.
    pub(crate) async fn revoke_invite(&self, id: Uuid) -> Result<bool> {
        Ok(self.db.spend_link(id).await?)
    }

    /// What a link is for, without following it.
    pub(crate) async fn look(&self, token: &str) -> Result<Link> {
        Ok(self.find(token).await?.0)
    }

    /// Follows a link: the token of the session that it opens.
    pub(crate) async fn follow(&self, follow: &Follow, whence: &Whence) -> Result<Token> {
        let (link, person) = self.find(&follow.token).await?;
        let name = follow.name.as_deref().map(name::parse).transpose()?;
        if let Some(name) = &name {
            self.is_free(name, person).await?;
        }
        let password = match &follow.password {
            Some(password) => Some(self.passwords.hash(password).await?),
            None => None,
        };
        let follower = match (link.purpose, person) {
            (Purpose::Owner, None) => {
                let name = name.unwrap_or_else(|| OWNER.to_owned());
                Follower::New(PersonRow { person: new(name, Role::Owner), password })
            }
            (Purpose::Invite, _) => {
                let name = name.ok_or_else(|| Error::field("name", "Choose a name."))?;
                let password = Some(password.ok_or_else(no_password)?);
                let person = Person { grants: link.grants.clone(), ..new(name, Role::Member) };
                Follower::New(PersonRow { person, password })
            }
            (Purpose::Reset, Some(id)) => {
                Follower::Known(id, Some((password.ok_or_else(no_password)?, None)))
            }
            (Purpose::Owner, Some(id)) => Follower::Known(id, password.map(|hash| (hash, name))),
            (Purpose::Reset, None) => return Err(Error::NotFound("link")),
        };
        if !self.db.spend_link(link.id).await? {
            return Err(Error::NotFound("link"));
        }
        let person = self.arrive(follower).await?;
        self.note("link_followed", (person.id, &person.name), (word(link.purpose), whence)).await?;
        self.open_session(&person, whence).await
    }

    async fn arrive(&self, follower: Follower) -> Result<Person> {
        match follower {
            Follower::New(row) => {
                let person = row.person.clone();
                let free = self.db.add_person(row).await?;
                free.then_some(person).ok_or_else(taken)
            }
            Follower::Known(id, change) => {
                if let Some(change) = change {
                    if !self.db.set_password(id, change).await? {
                        return Err(taken());
                    }
                    // Whoever knew the old one is out.
                    self.end_sessions(id, None).await?;
                }
                let found = self.db.person(id).await?;
                Ok(found.ok_or(Error::NotFound("person"))?.person)
            }
        }
    }

    async fn find(&self, token: &str) -> Result<(Link, Option<Uuid>)> {
        let token = Token::parse(token).ok_or(Error::NotFound("link"))?;
        self.db.find_link(&token.hash()).await?.ok_or(Error::NotFound("link"))
    }

    /// Whether nobody else signs in by this name.
    pub(super) async fn is_free(&self, name: &str, but_for: Option<Uuid>) -> Result<()> {
        let other = self.db.person_named(name).await?;
        match other.filter(|row| Some(row.person.id) != but_for) {
            Some(_) => Err(taken()),
            None => Ok(()),
        }
    }
}

/// Who follows a link.
enum Follower {
    New(PersonRow),
    /// With a new hash of their password, and perhaps a new name.
    Known(Uuid, Option<(String, Option<String>)>),
}

pub(super) fn new(name: String, role: Role) -> Person {
    Person {
        id: Uuid::new_v4(),
        name,
        role,
        grants: Vec::new(),
        standing: Standing::Active,
        password: true,
        created_at: now(),
    }
}

pub(super) fn taken() -> Error {
    Error::field("name", "Somebody here has this name already.")
}

fn no_password() -> Error {
    Error::field("password", "Choose a password.")
}

fn word(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Owner => "owner",
        Purpose::Invite => "invite",
        Purpose::Reset => "reset",
    }
}

fn url(address: &str, token: &Token) -> String {
    format!("{}/sign-in#link={}", address.trim_end_matches('/'), token.reveal())
}
