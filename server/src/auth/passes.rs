//! Sessions and keys in memory: a request is let in without asking the
//! database, and what is revoked is revoked at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;
use wire::Millis;

use super::pass::SESSION_LIFE;
use super::{ApiKey, Pass, PassId, Token};
use crate::db::{Db, Noted, now};
use crate::people;

/// Most that are held without being in use.
const MOST: usize = 10_000;

/// Knows whoever was let in lately. All of a house share one.
#[derive(Debug)]
pub struct Passes {
    db: Db,
    /// Never held across an await.
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// By the hash of the secret.
    passes: HashMap<[u8; 32], Arc<Pass>>,
    /// Counts what was ended, so that nothing that was read before is kept
    /// after.
    generation: u64,
}

/// What a hash was made of.
#[derive(Debug, Clone, Copy)]
enum Shown<'a> {
    Session,
    Key(&'a str),
    Name(&'a str),
}

impl Passes {
    pub(crate) fn new(db: Db) -> Self {
        Self { db, kept: Mutex::default() }
    }

    /// What the token of a session stands for.
    pub async fn of_session(&self, token: &Token) -> anyhow::Result<Option<Arc<Pass>>> {
        self.find(token.hash(), Shown::Session).await
    }

    /// What an API key stands for.
    pub async fn of_key(&self, key: &str) -> anyhow::Result<Option<Arc<Pass>>> {
        self.find(ApiKey::hash(key), Shown::Key(key)).await
    }

    /// Somebody whom a proxy names; who is new becomes a member.
    pub async fn of_name(&self, name: &str) -> anyhow::Result<Option<Arc<Pass>>> {
        let hash = blake3::derive_key("parlor name", name.trim().to_lowercase().as_bytes());
        self.find(hash, Shown::Name(name)).await
    }

    /// Whether the database need not be asked what this token stands for.
    pub(crate) fn knows_session(&self, token: &Token) -> bool {
        self.look(&token.hash()).0.is_some()
    }

    /// Whether the database need not be asked what this key stands for.
    pub(crate) fn knows_key(&self, key: &str) -> bool {
        !ApiKey::is_well_formed(key) || self.look(&ApiKey::hash(key)).0.is_some()
    }

    async fn find(&self, hash: [u8; 32], shown: Shown<'_>) -> anyhow::Result<Option<Arc<Pass>>> {
        let pass = loop {
            let (known, generation) = self.look(&hash);
            if let Some(pass) = known {
                break pass;
            }
            // What is over already is not worth a place, nor ending.
            let loaded = self.load(&hash, shown).await?.filter(|pass| !pass.is_over(now()));
            let Some(pass) = loaded else { return Ok(None) };
            // If something was ended meanwhile it may be this one: look again.
            if let Some(pass) = self.keep(hash, pass, generation) {
                break pass;
            }
        };
        let now = now();
        if pass.is_over(now) {
            self.end(|other| other.id == pass.id);
            return Ok(None);
        }
        if let Some(before) = pass.see(now) {
            self.saw(&pass, (before, now)).await?;
        }
        Ok(Some(pass))
    }

    async fn load(&self, hash: &[u8; 32], shown: Shown<'_>) -> anyhow::Result<Option<Pass>> {
        match shown {
            Shown::Session => {
                let found = self.db.find_session(hash).await?;
                Ok(found.and_then(|(session, person)| Pass::of_session(&session, person)))
            }
            // What is no key need not be looked for.
            Shown::Key(key) if !ApiKey::is_well_formed(key) => Ok(None),
            Shown::Key(_) => Ok(self.db.find_key(hash).await?.and_then(Pass::of_key)),
            Shown::Name(name) => {
                Ok(people::named_by_proxy(&self.db, name).await?.and_then(Pass::of_person))
            }
        }
    }

    fn look(&self, hash: &[u8; 32]) -> (Option<Arc<Pass>>, u64) {
        let kept = self.kept();
        (kept.passes.get(hash).map(Arc::clone), kept.generation)
    }

    /// All who show the same secret hold the same pass.
    fn keep(&self, hash: [u8; 32], pass: Pass, generation: u64) -> Option<Arc<Pass>> {
        let mut kept = self.kept();
        if kept.generation != generation {
            return None;
        }
        if kept.passes.len() >= MOST {
            kept.make_room();
        }
        Some(Arc::clone(kept.passes.entry(hash).or_insert_with(|| Arc::new(pass))))
    }

    /// Ends what was revoked. To be called when the database has forgotten it.
    pub(crate) fn end(&self, revoked: impl Fn(&Pass) -> bool) {
        let mut kept = self.kept();
        kept.generation += 1;
        kept.passes.retain(|_, pass| {
            let ends = revoked(pass);
            if ends {
                pass.end();
            }
            !ends
        });
    }

    /// Ends everything of a person, so that it is read anew.
    pub(crate) fn end_all_of(&self, maker: Uuid) {
        self.end(|pass| pass.maker == maker);
    }

    async fn saw(&self, pass: &Pass, (before, now): (Millis, Millis)) -> anyhow::Result<()> {
        match pass.id {
            PassId::Session(id) => self.db.saw_session(id, now + SESSION_LIFE).await,
            PassId::Name(_) => Ok(()),
            PassId::Key(id) => {
                if day(before) != day(now) {
                    self.db.note(first_use(pass)).await?;
                }
                self.db.saw_key(id).await
            }
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Forgets an eighth, whichever; what somebody holds stays, so that ending
    /// it reaches them.
    fn make_room(&mut self) {
        let mut most = MOST / 8;
        self.passes.retain(|_, pass| {
            let goes = most > 0 && Arc::strong_count(pass) == 1;
            most -= usize::from(goes);
            !goes
        });
    }
}

fn first_use(pass: &Pass) -> Noted {
    Noted {
        what: "key_used",
        principal: Some(pass.maker),
        name: pass.name().to_owned(),
        about: "first use on this day".into(),
        address: String::new(),
    }
}

fn day(at: Millis) -> i64 {
    at.div_euclid(24 * 60 * 60 * 1000)
}

#[cfg(test)]
mod tests {
    use wire::{Key, Role, Scope};

    use super::*;
    use crate::db::Maker;

    // safety 16, 22
    #[tokio::test]
    async fn an_expired_key_takes_no_place_and_disturbs_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(&folder.path().join("parlor.db")).await.unwrap();
        let (id, secret) = (Uuid::from_u128(1), ApiKey::random());
        let key = Key {
            id,
            maker: id,
            principal: id,
            name: "shop".into(),
            hint: String::new(),
            scope: Scope::Run,
            workflows: None,
            per_minute: None,
            created_at: 0,
            expires_at: Some(1),
            used_at: None,
        };
        let maker = Maker { role: Role::Owner, account: None, key: None, session: None };
        db.add_key(ApiKey::hash(secret.reveal()), (key, maker)).await.unwrap();
        let passes = Passes::new(db);
        assert!(passes.of_key(secret.reveal()).await.unwrap().is_none());
        assert!(!passes.knows_key(secret.reveal()));
        assert_eq!(passes.kept().generation, 0, "nobody else is looked for anew");
    }
}
