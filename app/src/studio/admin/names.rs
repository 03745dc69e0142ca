//! What people are called, by their ids.

use std::future::Future;

use futures_util::future::join;
use uuid::Uuid;
use wire::Person;

use crate::{
    api::{Error, admin},
    studio::t,
};

/// Everybody with an account.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Names(pub(super) Vec<Person>);

impl Names {
    /// What somebody with an account is called.
    pub(super) fn get(&self, id: Uuid) -> Option<String> {
        self.0.iter().find(|person| person.id == id).map(|person| person.name.clone())
    }

    /// The same, with a word for those without.
    pub(super) fn or_guest(&self, id: Uuid) -> String {
        self.get(id).unwrap_or_else(|| t::somebody_unknown().to_owned())
    }
}

/// Asks for something, and for what people are called.
pub(super) async fn with_names<T>(
    ask: impl Future<Output = Result<T, Error>>,
) -> Result<(T, Names), Error> {
    let (answer, people) = join(ask, admin::people()).await;
    Ok((answer?, Names(people?)))
}
