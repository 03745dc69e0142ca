//! API keys: made, listed, revoked.

use uuid::Uuid;
use wire::{Key, MadeKey, NewKey, Scope};

use super::{People, Whence, name, named};
use crate::auth::{ApiKey, Pass, PassId, Principal};
use crate::db::{Maker, now};
use crate::error::{Error, Result};
use crate::extract::OVER;

/// Most keys of one maker.
const MOST: usize = 100;
/// Most workflows one key can be for.
const MOST_WORKFLOWS: usize = 100;

impl People {
    /// A key that acts for whoever asks, or apart from them.
    pub(crate) async fn make_key(
        &self,
        (principal, whence): (&Principal, &Whence),
        wanted: NewKey,
    ) -> Result<MadeKey> {
        check(&wanted)?;
        let wanted = match principal.key_pass() {
            Some(pass) => no_wider(wanted, pass)?,
            None => wanted,
        };
        let maker = principal.person();
        if self.db.keys(Some(maker)).await?.len() >= MOST {
            let cure = format!("you have {MOST} keys; revoke one that is not used any more");
            return Err(Error::Conflict(cure));
        }
        let (id, secret) = (Uuid::now_v7(), ApiKey::random());
        // One for some workflows is for somebody else, who is to see nothing of
        // the others.
        let apart = wanted.apart || wanted.workflows.is_some();
        let key = Key {
            id,
            maker,
            principal: if apart { id } else { principal.id.0 },
            name: name::parse(&wanted.name)?,
            hint: secret.hint().to_owned(),
            scope: wanted.scope,
            workflows: wanted.workflows,
            per_minute: wanted.per_minute,
            created_at: now(),
            expires_at: wanted.expires_at,
            used_at: None,
        };
        let by = Maker {
            role: principal.role,
            account: principal.account(),
            key: principal.key(),
            session: principal.session(),
        };
        if !self.db.add_key(ApiKey::hash(secret.reveal()), (key.clone(), by)).await? {
            return Err(Error::Unauthorized(OVER));
        }
        self.note("key_made", named(principal), (&key.name, whence)).await?;
        Ok(MadeKey { key, secret: secret.reveal().to_owned() })
    }

    /// The keys that one principal made, or everybody.
    pub(crate) async fn keys(&self, maker: Option<Uuid>) -> Result<Vec<Key>> {
        Ok(self.db.keys(maker).await?)
    }

    /// Revokes a key at once, if this maker's (or whosever it is).
    pub(crate) async fn revoke_key(
        &self,
        (principal, whence): (&Principal, &Whence),
        (id, maker): (Uuid, Option<Uuid>),
    ) -> Result<()> {
        let revoked = self.db.revoke_key(id, maker).await?;
        let name = revoked.ok_or(Error::NotFound("key"))?;
        self.passes.end(|pass| pass.id == PassId::Key(id));
        Ok(self.note("key_revoked", named(principal), (&name, whence)).await?)
    }
}

fn check(wanted: &NewKey) -> Result<()> {
    if wanted.expires_at.is_some_and(|at| at <= now()) {
        return Err(Error::field("expires_at", "This time is over already."));
    }
    if wanted.per_minute == Some(0) {
        return Err(Error::field("per_minute", "At least one request in a minute."));
    }
    let workflows = wanted.workflows.as_deref().unwrap_or(&[]);
    if workflows.len() > MOST_WORKFLOWS || workflows.iter().any(|slug| slug.len() > 100) {
        let message = format!("At most {MOST_WORKFLOWS} workflows, by their slugs.");
        return Err(Error::field("workflows", message));
    }
    if wanted.scope == Scope::Admin && wanted.workflows.is_some() {
        let cure = "A key with the scope `admin` may everything: leave out the workflows, or \
                    choose the scope `run`.";
        return Err(Error::field("workflows", cure));
    }
    Ok(())
}

/// What a key asks another to be; where it asks for nothing, as it is itself.
fn no_wider(wanted: NewKey, own: &Pass) -> Result<NewKey> {
    if wanted.scope > own.scope {
        return Err(Error::field("scope", "A key makes none that may more than itself."));
    }
    let is_own = |slug: &String| own.workflows.as_ref().is_none_or(|own| own.contains(slug));
    if !wanted.workflows.iter().flatten().all(is_own) {
        let message = "A key makes none for workflows that it is not for itself.";
        return Err(Error::field("workflows", message));
    }
    Ok(NewKey {
        workflows: wanted.workflows.or_else(|| own.workflows.clone()),
        per_minute: least("per_minute", wanted.per_minute, own.per_minute)?,
        expires_at: least("expires_at", wanted.expires_at, own.end_of_time())?,
        ..wanted
    })
}

fn least<T: PartialOrd>(
    field: &'static str,
    wanted: Option<T>,
    own: Option<T>,
) -> Result<Option<T>> {
    match (wanted, own) {
        (Some(wanted), Some(own)) if wanted > own => {
            Err(Error::field(field, "A key makes none with more than it has itself."))
        }
        (wanted, own) => Ok(wanted.or(own)),
    }
}
