//! What the machine must have, brought where it can be brought, named where it cannot.

pub mod apt;
mod debian;
pub mod wasm;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::Context;

use crate::{
    command::{cargo, found, run},
    places::Places,
    say,
};

/// Makes sure that cargo can format and lint; a minimal installation of Rust cannot.
pub fn lints(root: &Path) -> anyhow::Result<()> {
    let missing = |tool: &str| {
        let known = cargo(root, &format!("{tool} --version")).stdin(Stdio::null()).output();
        !known.is_ok_and(|answer| answer.status.success())
    };
    if !missing("fmt") && !missing("clippy") {
        return Ok(());
    }
    say::note("adding rustfmt and clippy");
    let mut rustup = Command::new("rustup");
    rustup.current_dir(root).args(["component", "add", "rustfmt", "clippy"]);
    run(&mut rustup, "install rustfmt and clippy as you installed Rust, then try again")
}

/// Makes sure that Node, its packages in `end2end`, and Chromium are there.
pub fn browser_tests(places: &Places) -> anyhow::Result<()> {
    if !found("npm") {
        apt::install(&["nodejs", "npm"])?;
    }
    packages(&places.end2end())?;
    if chromium().is_err() {
        apt::install(&["chromium"])?;
    }
    chromium().map(drop)
}

/// The browser to test with: `PARLOR_CHROMIUM`, or the first of the usual names on the PATH.
pub fn chromium() -> anyhow::Result<PathBuf> {
    if let Some(path) = env::var_os("PARLOR_CHROMIUM") {
        return Ok(path.into());
    }
    let paths = env::var_os("PATH").unwrap_or_default();
    ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]
        .iter()
        .flat_map(|name| env::split_paths(&paths).map(move |dir| dir.join(name)))
        .find(|path| path.is_file())
        .context("no Chromium found: install it, or name it in PARLOR_CHROMIUM")
}

/// Makes sure that Python is there, with what makes an environment of one's own.
fn python() -> anyhow::Result<()> {
    let mut ask = Command::new("python3");
    let known = ask.args(["-c", "import ensurepip, venv"]).stdin(Stdio::null()).output();
    if known.is_ok_and(|answer| answer.status.success()) {
        return Ok(());
    }
    apt::install(&["python3", "python3-venv"])
}

/// A Python of our own in `folder`, with exactly what `list` names; the folder of its programs.
pub fn python_with(list: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    let wanted = fs::read(list).with_context(|| format!("reading {}", list.display()))?;
    let wanted = blake3::hash(&wanted).to_string();
    let (programs, stamp) = (folder.join("bin"), folder.join(".parlor-list"));
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(programs);
    }
    say::note(&format!("installing the Python packages of {}", list.display()));
    python()?;
    let mut make = Command::new("python3");
    run(make.args(["-m", "venv", "--clear"]).arg(folder), "python3 needs its module venv")?;
    let mut pip = Command::new(programs.join("python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
    run(pip.arg(list), "pip needs PyPI, or an index named in PIP_INDEX_URL")?;
    fs::write(stamp, wanted).context("noting what was installed")?;
    Ok(programs)
}

/// Debian's nginx, where Debian has what is for administrators.
pub fn nginx() -> anyhow::Result<PathBuf> {
    let program = PathBuf::from("/usr/sbin/nginx");
    if !program.is_file() {
        apt::install(&["nginx-light"])?;
    }
    Ok(program)
}

/// Installs exactly what the lock file of `folder` says, unless that was done already.
pub fn packages(folder: &Path) -> anyhow::Result<()> {
    let lock = folder.join("package-lock.json");
    let wanted = fs::read(&lock).with_context(|| format!("reading {}", lock.display()))?;
    let wanted = blake3::hash(&wanted).to_string();
    let stamp = folder.join("node_modules/.parlor-lock");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    say::note(&format!("installing the npm packages of {}", folder.display()));
    let mut npm = Command::new("npm");
    npm.current_dir(folder).args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    run(&mut npm, "npm needs its registry, or a proxy set with `npm config set registry`")?;
    fs::write(stamp, wanted).context("noting what was installed")
}

/// Where this very program is. Cargo may have compiled it anew since it was started; then Linux
/// calls the old file deleted, and the new one stands in its place.
pub fn own_program() -> anyhow::Result<PathBuf> {
    let path = env::current_exe().context("finding this program")?;
    match path.to_str().and_then(|path| path.strip_suffix(" (deleted)")) {
        Some(path) => Ok(PathBuf::from(path)),
        None => Ok(path),
    }
}
