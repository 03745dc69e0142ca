//! Who acts.

use std::fmt;

use uuid::Uuid;

/// Whoever acts: so far always a visitor, known by a cookie or an address.
///
/// Every row a person can own carries this; every query filters by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PrincipalId(pub Uuid);

impl fmt::Display for PrincipalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
