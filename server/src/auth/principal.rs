//! Whoever acts, and what they may.

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;
use wire::{Access, Grant, Role, Scope};

use super::{Pass, PassId, Token};
use crate::db::now;

/// Names whoever acts: a visitor, a person with an account, or an API key that
/// stands apart from whoever made it.
///
/// Every row a person can own carries this; every query filters by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PrincipalId(pub Uuid);

impl fmt::Display for PrincipalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whose a job is, and whose turn it takes in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asker {
    pub principal: PrincipalId,
    /// The principal; of guests the hash of their address, so that a new cookie
    /// is no new turn.
    pub turn: PrincipalId,
}

impl From<PrincipalId> for Asker {
    fn from(principal: PrincipalId) -> Self {
        Self { principal, turn: principal }
    }
}

/// Whoever sent a request, what they are here, and how that is known.
#[derive(Debug, Clone)]
pub struct Principal {
    pub id: PrincipalId,
    pub role: Role,
    pub means: Means,
    /// What let them in; visitors have none.
    pass: Option<Arc<Pass>>,
}

/// What a request showed of who sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Means {
    /// The session of somebody who signed in.
    Session(Token),
    /// An API key.
    Key,
    /// The word of a proxy that is believed.
    Proxy,
    /// The cookie of a browser.
    Cookie(Token),
    /// The token of an embedded page, where cookies may not work. Its pictures
    /// need sealed links, because `<img>` sends no token.
    Token,
    /// Nothing: a program, or a browser at its first request.
    Address,
    /// The key `anonymous`: a program whose library insists on a key.
    AnonymousKey,
}

impl Principal {
    /// Somebody without an account.
    pub(super) fn visitor((id, means): (PrincipalId, Means), role: Role) -> Self {
        Self { id, role, means, pass: None }
    }

    /// Somebody who signed in, or a key.
    pub(crate) fn with_pass(pass: Arc<Pass>, means: Means) -> Self {
        Self { id: pass.principal, role: pass.role, means, pass: Some(pass) }
    }

    /// Whether links given to this principal must work without a cookie.
    pub fn needs_sealed_links(&self) -> bool {
        self.means == Means::Token
    }

    /// As who asks for a job, from the address with this hash.
    pub(crate) fn asker(&self, address: PrincipalId) -> Asker {
        let turn = if self.role == Role::Guest { address } else { self.id };
        Asker { principal: self.id, turn }
    }

    /// What they are called; visitors have no name.
    pub fn name(&self) -> Option<&str> {
        self.pass.as_ref().map(|pass| pass.name())
    }

    /// The API key that acts.
    pub fn key(&self) -> Option<Uuid> {
        match self.pass.as_ref()?.id {
            PassId::Key(id) => Some(id),
            PassId::Session(_) | PassId::Name(_) => None,
        }
    }

    /// What the API key that acts lets its holder do.
    pub(crate) fn key_pass(&self) -> Option<&Pass> {
        self.pass.as_deref().filter(|pass| matches!(pass.id, PassId::Key(_)))
    }

    /// The session that acts.
    pub fn session(&self) -> Option<Uuid> {
        match self.pass.as_ref()?.id {
            PassId::Session(id) => Some(id),
            PassId::Key(_) | PassId::Name(_) => None,
        }
    }

    /// Who is behind it, also behind a key that stands apart.
    pub fn person(&self) -> Uuid {
        self.pass.as_ref().map_or(self.id.0, |pass| pass.maker)
    }

    /// Whose account is behind it, also behind a key; visitors have none.
    pub(crate) fn account(&self) -> Option<Uuid> {
        let pass = self.pass.as_ref()?;
        pass.person.is_some().then_some(pass.maker)
    }

    /// Whether workflows may be published and changed.
    pub fn may_use_studio(&self) -> bool {
        self.has(Scope::Admin) && (self.role == Role::Owner || self.was_given(Grant::Studio))
    }

    /// Whether graphs of one's own may be run, and not only workflows. A key
    /// for some workflows is not for graphs.
    pub fn may_run_graphs(&self) -> bool {
        self.has(Scope::Run)
            && self.pass.as_ref().is_none_or(|pass| pass.workflows.is_none())
            && (self.role == Role::Owner || self.was_given(Grant::Graph))
    }

    /// Whether people, keys and sessions of others may be seen and changed.
    pub fn may_keep_house(&self) -> bool {
        self.has(Scope::Admin) && self.role == Role::Owner
    }

    /// Whether they may change what is their own: a key needs to be made for
    /// that, so that one that leaks makes no others.
    pub fn may_keep_account(&self) -> bool {
        self.has(Scope::Admin)
    }

    /// Whether jobs may be made, stopped and deleted at all: a key may be made
    /// for reading only.
    pub fn may_act(&self) -> bool {
        self.has(Scope::Run)
    }

    /// Whether the workflow of this slug, to which `access` is given, may be
    /// seen and run (if anything may be: see [`Principal::may_act`]).
    pub fn may_run(&self, slug: &str, access: &Access) -> bool {
        let only = self.pass.as_ref().and_then(|pass| pass.workflows.as_deref());
        if only.is_some_and(|only| !only.iter().any(|listed| listed == slug)) {
            return false;
        }
        let hosts = self.role == Role::Owner || self.was_given(Grant::Studio);
        match access {
            Access::Anyone => true,
            Access::Members => self.role >= Role::Member,
            Access::Hosts => hosts,
            Access::Named { people, keys } => hosts || self.is_named(people, keys),
        }
    }

    /// A key goes by its id; by its name only if an owner gave it that, for
    /// members call their keys what they like.
    fn is_named(&self, people: &[String], keys: &[String]) -> bool {
        let Some(pass) = &self.pass else { return false };
        let person = pass.person.as_ref().map(|name| name.to_lowercase());
        let by_person = person.is_some_and(|own| {
            // A key that stands apart is nobody's.
            self.id.0 == pass.maker && people.iter().any(|name| name.to_lowercase() == own)
        });
        let by_key = pass.key.as_ref().zip(self.key()).is_some_and(|(own, id)| {
            let id = id.to_string();
            keys.iter().any(|key| *key == id || (self.role == Role::Owner && key == own))
        });
        by_person || by_key
    }

    /// Most requests in a minute, when less than the role allows.
    pub(crate) fn per_minute(&self) -> Option<u32> {
        self.pass.as_ref()?.per_minute
    }

    /// Whether what let them in was revoked, or is past its time.
    pub fn is_over(&self) -> bool {
        self.pass.as_ref().is_some_and(|pass| pass.is_over(now()))
    }

    /// Waits until what let them in is revoked, or past its time; for visitors,
    /// for ever.
    pub async fn ended(&self) {
        match &self.pass {
            Some(pass) => pass.ended().await,
            None => std::future::pending().await,
        }
    }

    fn has(&self, scope: Scope) -> bool {
        self.pass.as_ref().is_none_or(|pass| pass.scope >= scope)
    }

    fn was_given(&self, grant: Grant) -> bool {
        self.pass.as_ref().is_some_and(|pass| pass.grants.contains(&grant))
    }
}

#[cfg(test)]
mod tests {
    use wire::{Key, Person, Session, Standing};

    use super::*;
    use crate::db::KeyRow;

    fn person(name: &str, role: Role, grants: &[Grant]) -> Person {
        Person {
            id: Uuid::from_u128(1),
            name: name.into(),
            role,
            grants: grants.to_vec(),
            standing: Standing::Active,
            password: true,
            created_at: 0,
        }
    }

    fn signed_in(person: Person) -> Principal {
        let session = Session {
            id: Uuid::from_u128(2),
            person: person.id,
            agent: String::new(),
            address: String::new(),
            created_at: 0,
            seen_at: 0,
            expires_at: wire::Millis::MAX,
            current: true,
        };
        let pass = Pass::of_session(&session, person).unwrap();
        Principal::with_pass(pass.into(), Means::Key)
    }

    fn key(maker: Person, scope: Scope, workflows: Option<&[&str]>) -> Principal {
        let workflows =
            workflows.map(|slugs| slugs.iter().map(|slug| (*slug).to_owned()).collect());
        let key = Key {
            id: Uuid::from_u128(3),
            maker: maker.id,
            principal: maker.id,
            name: "shop".into(),
            hint: String::new(),
            scope,
            workflows,
            per_minute: None,
            created_at: 0,
            expires_at: None,
            used_at: None,
        };
        let row = KeyRow { key, role: Role::Owner, account: true, maker: Some(maker) };
        Principal::with_pass(Pass::of_key(row).unwrap().into(), Means::Key)
    }

    fn guest() -> Principal {
        Principal::visitor((PrincipalId(Uuid::from_u128(4)), Means::Address), Role::Guest)
    }

    fn named(people: &[&str], keys: &[&str]) -> Access {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Access::Named { people: owned(people), keys: owned(keys) }
    }

    // safety 11
    #[test]
    fn a_workflow_is_for_whom_its_policy_says() {
        let mia = || person("Mia", Role::Member, &[]);
        let host = || person("Hal", Role::Member, &[Grant::Studio]);
        let olga = || person("Olga", Role::Owner, &[]);
        let some = named(&["mia"], &[]);
        for (who, access, may) in [
            (guest(), Access::Anyone, true),
            (guest(), Access::Members, false),
            (guest(), some.clone(), false),
            (signed_in(mia()), Access::Members, true),
            (signed_in(mia()), Access::Hosts, false),
            (signed_in(mia()), some.clone(), true),
            (signed_in(person("Paul", Role::Member, &[])), some.clone(), false),
            (signed_in(host()), Access::Hosts, true),
            (signed_in(host()), some.clone(), true),
            (signed_in(olga()), Access::Hosts, true),
            (key(mia(), Scope::Run, None), some.clone(), true),
        ] {
            assert_eq!(who.may_run("x", &access), may, "{who:?} {access:?}");
        }
    }

    // safety 11, 16
    #[test]
    fn nobody_comes_in_by_calling_a_key_like_a_listed_one() {
        let listed = named(&[], &["shop"]);
        assert!(!key(person("Mia", Role::Member, &[]), Scope::Run, None).may_run("x", &listed));
        let by_id = named(&[], &[&Uuid::from_u128(3).to_string()]);
        assert!(key(person("Mia", Role::Member, &[]), Scope::Run, None).may_run("x", &by_id));
    }

    // safety 16
    #[test]
    fn a_key_ends_with_the_account_of_its_maker() {
        let key = || Key {
            id: Uuid::from_u128(3),
            maker: Uuid::from_u128(1),
            principal: Uuid::from_u128(1),
            name: "shop".into(),
            hint: String::new(),
            scope: Scope::Admin,
            workflows: None,
            per_minute: None,
            created_at: 0,
            expires_at: None,
            used_at: None,
        };
        let row = |account| KeyRow { key: key(), role: Role::Owner, account, maker: None };
        assert!(Pass::of_key(row(true)).is_none());
        assert!(Pass::of_key(row(false)).is_some(), "made at home, where nobody has an account");
    }

    // safety 16
    #[test]
    fn a_key_for_some_workflows_runs_no_others_and_no_graphs() {
        let owner = person("Olga", Role::Owner, &[]);
        let some = key(owner.clone(), Scope::Run, Some(&["x"]));
        assert!(some.may_run("x", &Access::Anyone) && !some.may_run("y", &Access::Anyone));
        assert!(!some.may_run_graphs());
        let all = key(owner.clone(), Scope::Run, None);
        assert!(all.may_run_graphs() && !all.may_use_studio());
        assert!(!key(owner, Scope::Read, None).may_run_graphs());
    }
}
