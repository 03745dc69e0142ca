//! Programs that others made, as they come from their registries, against the real binary; and the
//! programs that the house itself gives people to copy.

use std::{fs, path::PathBuf, process::Command};

use anyhow::Context;

use crate::{
    command::run,
    page::{self, Finish},
    places::Places,
    say,
    server::{self, Profile},
    tools,
};

/// Runs what stands in `end2end/clients`.
pub fn run_all(places: &Places) -> anyhow::Result<()> {
    tools::browser_tests(places)?; // brings Node
    let folder = places.end2end().join("clients");
    tools::packages(&folder)?;
    let python = python(places)?;
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

/// A Python of our own below the target folder, with exactly what the list names.
fn python(places: &Places) -> anyhow::Result<PathBuf> {
    let list = places.end2end().join("clients/requirements.txt");
    let wanted = fs::read(&list).with_context(|| format!("reading {}", list.display()))?;
    let wanted = blake3::hash(&wanted).to_string();
    let folder = places.target.join("clients/python");
    let (python, stamp) = (folder.join("bin/python"), folder.join(".parlor-list"));
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    say::note("installing the Python packages of end2end/clients");
    tools::python()?;
    let mut make = Command::new("python3");
    run(make.args(["-m", "venv", "--clear"]).arg(&folder), "python3 needs its module venv")?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
    run(pip.arg(&list), "pip needs PyPI, or an index named in PIP_INDEX_URL")?;
    fs::write(stamp, wanted).context("noting what was installed")?;
    Ok(python)
}
