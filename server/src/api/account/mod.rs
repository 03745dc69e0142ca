//! The part of Parlor's API that is about people: who asks, and what they may.

pub(crate) mod me;
