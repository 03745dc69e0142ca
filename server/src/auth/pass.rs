//! What a session or an API key stands for, as it is held in memory.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use wire::{Grant, Millis, Person, Role, Scope, Session, Standing};

use super::PrincipalId;
use crate::db::{KeyRow, now};

/// In milliseconds.
const DAY: Millis = 24 * 60 * 60 * 1000;
/// How long a session lasts after it was last used: thirty days.
pub(crate) const SESSION_LIFE: Millis = 30 * DAY;
/// How often it is written down that a session, or a key, is in use.
const SESSION_SEEN: Millis = 60 * 60 * 1000;
const KEY_SEEN: Millis = 60 * 1000;

/// Which session or key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PassId {
    Session(Uuid),
    Key(Uuid),
    /// A person whom a proxy names.
    Name(Uuid),
}

/// Lets somebody in, until it expires or is ended.
#[derive(Debug)]
pub struct Pass {
    pub id: PassId,
    /// As whom it acts.
    pub principal: PrincipalId,
    /// Who signed in, or made the key.
    pub maker: Uuid,
    /// What they are called, if they have an account.
    pub person: Option<String>,
    /// What the key is called, if it is one.
    pub key: Option<String>,
    pub role: Role,
    pub grants: Vec<Grant>,
    pub scope: Scope,
    /// Slugs of the only workflows it is for; without, all.
    pub workflows: Option<Vec<String>>,
    /// Most requests in a minute, when less than its role allows.
    pub per_minute: Option<u32>,
    expires_at: AtomicI64,
    seen_at: AtomicI64,
    ended: CancellationToken,
}

impl Pass {
    /// Of a browser that is signed in; `None` when its person may not come in.
    pub(crate) fn of_session(session: &Session, person: Person) -> Option<Self> {
        (person.standing == Standing::Active).then(|| Self {
            id: PassId::Session(session.id),
            principal: PrincipalId(person.id),
            maker: person.id,
            person: Some(person.name),
            key: None,
            role: person.role,
            grants: person.grants,
            scope: Scope::Admin,
            workflows: None,
            per_minute: None,
            expires_at: session.expires_at.into(),
            seen_at: session.seen_at.into(),
            ended: CancellationToken::new(),
        })
    }

    /// Of somebody who signed in at a proxy.
    pub(crate) fn of_person(person: Person) -> Option<Self> {
        let session = Session {
            id: person.id,
            person: person.id,
            agent: String::new(),
            address: String::new(),
            created_at: person.created_at,
            seen_at: Millis::MAX,
            expires_at: Millis::MAX,
            current: false,
        };
        let id = PassId::Name(person.id);
        Self::of_session(&session, person).map(|pass| Self { id, ..pass })
    }

    /// Of an API key. It may no more than its maker may now, and
    /// nothing when they are gone.
    pub(crate) fn of_key(row: KeyRow) -> Option<Self> {
        let KeyRow { key, role, account, maker } = row;
        if account && maker.is_none() {
            return None;
        }
        let (person, role, grants, standing) = match maker {
            Some(maker) => (Some(maker.name), maker.role, maker.grants, maker.standing),
            None => (None, role, Vec::new(), Standing::Active),
        };
        (standing == Standing::Active).then(|| Self {
            id: PassId::Key(key.id),
            principal: PrincipalId(key.principal),
            maker: key.maker,
            person,
            key: Some(key.name),
            role,
            grants,
            scope: key.scope,
            workflows: key.workflows,
            per_minute: key.per_minute,
            expires_at: key.expires_at.unwrap_or(Millis::MAX).into(),
            seen_at: key.used_at.unwrap_or_default().into(),
            ended: CancellationToken::new(),
        })
    }

    /// What it is called where it is written down.
    pub(crate) fn name(&self) -> &str {
        self.key.as_deref().or(self.person.as_deref()).unwrap_or_default()
    }

    /// When its time is over, if that is known.
    pub(crate) fn end_of_time(&self) -> Option<Millis> {
        let at = self.expires_at.load(Ordering::Relaxed);
        (at != Millis::MAX).then_some(at)
    }

    /// Whether it is past its time, or was ended.
    pub fn is_over(&self, now: Millis) -> bool {
        now >= self.expires_at.load(Ordering::Relaxed) || self.ended.is_cancelled()
    }

    /// Ends it for whoever holds it.
    pub(super) fn end(&self) {
        self.ended.cancel();
    }

    /// Waits until it is ended, or past its time.
    pub(super) async fn ended(&self) {
        while !self.is_over(now()) {
            let left = self.expires_at.load(Ordering::Relaxed).saturating_sub(now());
            // Its time may be put off meanwhile; timers do not reach for ever.
            let left = Duration::from_millis(u64::try_from(left.clamp(1, DAY)).unwrap_or(1));
            let _ = tokio::time::timeout(left, self.ended.cancelled()).await;
        }
    }

    /// Whether it has to be written down that it is in use; if so, when it was
    /// seen before. Only one of several at once is told so.
    pub(super) fn see(&self, now: Millis) -> Option<Millis> {
        let (often, life) = match self.id {
            PassId::Session(_) => (SESSION_SEEN, Some(SESSION_LIFE)),
            PassId::Key(_) => (KEY_SEEN, None),
            // The proxy knows.
            PassId::Name(_) => return None,
        };
        let seen = self.seen_at.load(Ordering::Relaxed);
        if now - seen < often {
            return None;
        }
        let order = Ordering::Relaxed;
        self.seen_at.compare_exchange(seen, now, order, order).ok()?;
        if let Some(life) = life {
            self.expires_at.store(now + life, order);
        }
        Some(seen)
    }
}
