//! How many live sockets are open: each holds a task and a place, for as long as
//! its page likes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;
use wire::Role;

use super::Limits;
use crate::auth::{Principal, PrincipalId};
use crate::error::{Error, Result};

/// Most of one principal: one for each of more tabs than anybody has open.
const MOST_OF_ONE: u32 = 32;
/// Most of all guests from one address: a school behind one is not a nuisance.
const MOST_FROM_ADDRESS: u32 = 256;

/// How many are open, by principal and by address.
#[derive(Debug, Default)]
pub(super) struct Sockets(Mutex<HashMap<Uuid, u32>>);

/// A socket that may be open for as long as this is held.
#[derive(Debug)]
pub(crate) struct SocketPlace {
    sockets: Arc<Sockets>,
    holders: Vec<Uuid>,
}

impl Limits {
    /// A place for one more socket of this principal, from the address with
    /// this hash. Who has no quota of requests has none of sockets.
    ///
    /// # Errors
    ///
    /// [`Error::TooMany`] when they hold too many.
    pub(crate) fn socket(
        &self,
        principal: &Principal,
        address: PrincipalId,
    ) -> Result<SocketPlace> {
        let limited = self.allowance(principal).is_some_and(|most| most.requests.is_some());
        let own = (principal.id != address).then_some((principal.id.0, MOST_OF_ONE));
        let guests = (principal.role == Role::Guest).then_some((address.0, MOST_FROM_ADDRESS));
        self.sockets.take(own.into_iter().chain(guests).filter(|_| limited).collect())
    }
}

impl Sockets {
    fn take(self: &Arc<Self>, holders: Vec<(Uuid, u32)>) -> Result<SocketPlace> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let held = |(holder, most): &(Uuid, u32)| open.get(holder).is_some_and(|n| n >= most);
        if holders.iter().any(held) {
            let message = "too many live connections are open from here: close some".to_owned();
            return Err(Error::TooMany { message, retry_after: 10 });
        }
        let holders: Vec<Uuid> = holders.into_iter().map(|(holder, _)| holder).collect();
        for holder in &holders {
            *open.entry(*holder).or_default() += 1;
        }
        Ok(SocketPlace { sockets: Arc::clone(self), holders })
    }
}

impl Drop for SocketPlace {
    fn drop(&mut self) {
        let mut open = self.sockets.0.lock().unwrap_or_else(PoisonError::into_inner);
        for holder in &self.holders {
            if let Some(held) = open.get_mut(holder) {
                *held -= 1;
                if *held == 0 {
                    open.remove(holder);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // safety 22
    #[test]
    fn places_are_counted_for_each_holder_and_given_back() {
        let sockets = Arc::new(Sockets::default());
        let [one, two, address] = [1, 2, 3].map(Uuid::from_u128);
        let take = |who: Uuid| sockets.take(vec![(who, 1), (address, 2)]);
        let first = take(one).unwrap();
        assert!(take(one).is_err(), "of one");
        let _second = take(two).unwrap();
        assert!(take(Uuid::from_u128(4)).is_err(), "from one address");
        drop(first);
        assert!(take(one).is_ok());
        assert_eq!(sockets.0.lock().unwrap().len(), 2, "nothing is kept of who left");
    }
}
