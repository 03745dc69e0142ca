//! One-time tickets for a WebSocket, for programs that can send no header with
//! it: `?token=`, thirty seconds, once.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::{Principal, Token};

/// How long a ticket can be used.
pub(crate) const LIFE: Duration = Duration::from_secs(30);
/// Most that wait to be used.
const MOST: usize = 10_000;

/// Tickets that wait to be used, by the hash of what is shown.
#[derive(Debug, Default)]
pub struct Tickets(Mutex<HashMap<[u8; 32], (Principal, Instant)>>);

impl Tickets {
    /// A ticket for whoever asks; `None` when there are too many already.
    pub(crate) fn issue(&self, principal: Principal, now: Instant) -> Option<Token> {
        let mut waiting = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if waiting.len() >= MOST {
            waiting.retain(|_, (_, until)| now < *until);
        }
        let token = Token::random();
        (waiting.len() < MOST).then(|| {
            waiting.insert(token.hash(), (principal, now + LIFE));
            token
        })
    }

    /// Whose ticket this is. It can be shown once.
    pub(crate) fn take(&self, token: &str, now: Instant) -> Option<Principal> {
        let hash = Token::parse(token)?.hash();
        let mut waiting = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (principal, until) = waiting.remove(&hash)?;
        (now < until && !principal.is_over()).then_some(principal)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use wire::Role;

    use super::*;
    use crate::auth::{Means, PrincipalId};

    fn somebody() -> Principal {
        Principal::visitor((PrincipalId(Uuid::from_u128(1)), Means::Address), Role::Guest)
    }

    // safety 17
    #[test]
    fn a_ticket_is_good_once_and_for_half_a_minute() {
        let (tickets, now) = (Tickets::default(), Instant::now());
        let once = tickets.issue(somebody(), now).unwrap().reveal();
        assert_eq!(tickets.take(&once, now).unwrap().id, somebody().id);
        assert!(tickets.take(&once, now).is_none());
        let late = tickets.issue(somebody(), now).unwrap().reveal();
        assert!(tickets.take(&late, now + LIFE).is_none());
        assert!(tickets.take("x", now).is_none());
    }

    #[test]
    fn tickets_that_nobody_uses_fill_no_memory() {
        let (tickets, now) = (Tickets::default(), Instant::now());
        assert_eq!((0..=MOST).filter_map(|_| tickets.issue(somebody(), now)).count(), MOST);
        assert!(tickets.issue(somebody(), now + LIFE).is_some());
    }
}
