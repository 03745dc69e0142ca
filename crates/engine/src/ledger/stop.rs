//! Telling a running prompt to stop.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// A flag that can be slept on. One for each run, so that it cannot hit the next.
#[derive(Debug, Default)]
pub(crate) struct Stop {
    stopped: Mutex<bool>,
    changed: Condvar,
}

impl Stop {
    pub(crate) fn set(&self) {
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    pub(crate) fn is_set(&self) -> bool {
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sleeps, but no longer than until the flag is set.
    pub(crate) fn sleep(&self, time: Duration) {
        if time.is_zero() {
            return;
        }
        let stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        // How it ended does not matter: the caller looks at the flag anyway.
        let _ = self.changed.wait_timeout_while(stopped, time, |stopped| !*stopped);
    }
}
