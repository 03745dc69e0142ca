//! Every route, in the order in which people read of them: one entry each, in the file of its noun.
//!
//! An entry says what a route is called, what it takes and what it answers; the types are those of
//! `wire`. A route of the router without an entry fails `server/tests/http/described.rs`.

mod admin;
mod batches;
mod files;
mod house;
mod jobs;
mod me;
mod people;
mod studio;
mod webhooks;
mod workflows;

use crate::operation::Operation;

/// Routes that are read together.
#[derive(Debug)]
pub struct Group {
    pub name: &'static str,
    pub text: &'static str,
    pub operations: Vec<Operation>,
}

/// All of them.
pub fn all() -> Vec<Group> {
    let group = |name, text, operations| Group { name, text, operations };
    vec![
        group("Workflows", "What can be run, and running it.", workflows::routes()),
        group("Jobs", "What runs, what is over, and what it made.", jobs::routes()),
        group("Batches", "Many jobs at once.", batches::routes()),
        group("Files", "What goes into workflows, and what comes out.", files::routes()),
        group("Webhooks", "Being told what becomes of jobs.", webhooks::routes()),
        group("House", "Whom you talk to, and how to listen.", house::routes()),
        group(
            "Account",
            "Who asks, their keys and sessions, and all that is theirs.",
            me::routes(),
        ),
        group(
            "Signing in",
            "How people come in. Programs need none of it: they send a key.",
            people::routes(),
        ),
        group("Studio", "How workflows are made.", studio::routes()),
        group("Admin", "The house, for its owner.", admin::routes()),
    ]
}
