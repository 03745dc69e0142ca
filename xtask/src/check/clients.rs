//! Programs that others made, as they come from their registries, against the real binary; and the
//! programs that the house itself gives people to copy.

use std::process::Command;

use crate::{
    command::run,
    page::{self, Finish},
    places::Places,
    server::{self, Profile},
    tools,
};

/// Runs what stands in `end2end/clients`.
pub fn run_all(places: &Places) -> anyhow::Result<()> {
    tools::browser_tests(places)?; // brings Node
    let folder = places.end2end().join("clients");
    tools::packages(&folder)?;
    let list = places.end2end().join("clients/requirements.txt");
    let python = tools::python_with(&list, &places.target.join("clients/python"))?.join("python");
    let site = page::build(places, Finish::Small)?;
    let binary = server::build(places, &site, Profile::Tested)?;
    let mut node = Command::new("npm");
    node.current_dir(folder)
        .args(["test", "--silent"])
        .env("PARLOR_BINARY", binary)
        .env("PARLOR_CHROMIUM", tools::chromium()?)
        .env("PARLOR_PYTHON", python)
        .env("PARLOR_RUST_TARGET", places.target.join("clients/rust"));
    run(&mut node, "what the client said stands above")
}
