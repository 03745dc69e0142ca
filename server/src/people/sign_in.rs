//! Sessions: opened by a password or a link, ended by whoever they belong to.

use uuid::Uuid;
use wire::{Person, Session, SignIn, Standing};

use super::{People, Whence, named};
use crate::auth::{PassId, Principal, SESSION_LIFE, Token};
use crate::db::now;
use crate::error::{Error, Result};

/// The same for a name that nobody has, and after the same work.
const WRONG: Error = Error::Unauthorized("the name or the password is wrong");

impl People {
    /// Signs in by name and password.
    ///
    /// # Errors
    ///
    /// When either is wrong, without saying which; or when the account waits
    /// for the owner, or is shut, which only whoever knows the password learns.
    pub(crate) async fn sign_in(&self, sign_in: &SignIn, whence: &Whence) -> Result<Token> {
        let found = self.db.person_named(sign_in.name.trim()).await?;
        let kept = found.as_ref().and_then(|row| row.password.as_deref());
        let right = self.passwords.is(&sign_in.password, kept).await?;
        let Some(row) = found.filter(|_| right) else {
            self.note("sign_in_failed", (Uuid::nil(), ""), ("", whence)).await?;
            return Err(WRONG);
        };
        match row.person.standing {
            Standing::Active => self.open_session(&row.person, whence).await,
            Standing::Waiting => {
                Err(Error::Forbidden("this account waits for the owner of the house to approve it"))
            }
            Standing::Barred => {
                Err(Error::Forbidden("this account was shut by the owner of the house"))
            }
        }
    }

    /// A new session with an id of its own, whatever the browser showed before.
    pub(super) async fn open_session(&self, person: &Person, whence: &Whence) -> Result<Token> {
        let (token, at) = (Token::random(), now());
        let session = Session {
            id: Uuid::now_v7(),
            person: person.id,
            agent: whence.agent.clone(),
            address: whence.address.to_string(),
            created_at: at,
            seen_at: at,
            expires_at: at + SESSION_LIFE,
            current: true,
        };
        self.db.add_session(token.hash(), session).await?;
        self.note("signed_in", (person.id, &person.name), ("", whence)).await?;
        Ok(token)
    }

    /// Ends the session that acts, if one does.
    pub(crate) async fn sign_out(&self, principal: &Principal, whence: &Whence) -> Result<()> {
        if let Some(session) = principal.session() {
            self.end_session(session, None).await?;
            self.note("signed_out", named(principal), ("", whence)).await?;
        }
        Ok(())
    }

    /// Ends a session, if it is this person's (or whosever it is); whether there
    /// was one. What it opened closes at once.
    pub(crate) async fn end_session(&self, id: Uuid, person: Option<Uuid>) -> Result<bool> {
        let ended = self.db.end_session(id, person).await?;
        if ended {
            self.passes.end(|pass| pass.id == PassId::Session(id));
        }
        Ok(ended)
    }

    /// Ends all sessions of a person but for one.
    pub(crate) async fn end_sessions(&self, person: Uuid, but_for: Option<Uuid>) -> Result<()> {
        self.db.end_sessions(person, but_for).await?;
        self.passes.end(|pass| match pass.id {
            PassId::Session(id) => pass.maker == person && Some(id) != but_for,
            PassId::Key(_) | PassId::Name(_) => false,
        });
        Ok(())
    }

    /// The sessions of one person, or of everybody; `current` is the one that
    /// asks.
    pub(crate) async fn sessions(
        &self,
        person: Option<Uuid>,
        current: Option<Uuid>,
    ) -> Result<Vec<Session>> {
        let mut sessions = self.db.sessions(person).await?;
        for session in &mut sessions {
            session.current = Some(session.id) == current;
        }
        Ok(sessions)
    }
}
