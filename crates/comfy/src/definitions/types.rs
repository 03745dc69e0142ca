//! The types of links.

use std::fmt;
use std::sync::Arc;

/// One or more type names, as the catalogue writes them: `IMAGE`,
/// `IMAGE,MASK`, or `*` for any.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TypeSet(pub(super) Arc<str>);

impl TypeSet {
    /// The set that is written so.
    pub fn new(names: &str) -> Self {
        Self(names.into())
    }

    /// As the catalogue writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The names, `*` among them if any will do.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.split(',').map(str::trim).filter(|name| !name.is_empty())
    }

    /// Whether any type will do.
    pub fn is_any(&self) -> bool {
        self.names().any(|name| name == "*")
    }

    /// Whether an output of these types may feed an input of those.
    pub fn meets(&self, other: &Self) -> bool {
        let shared = || self.names().any(|name| other.names().any(|theirs| theirs == name));
        self.is_any() || other.is_any() || shared()
    }
}

impl fmt::Display for TypeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
