//! What the machine must have, brought where it can be brought, named where it cannot.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};

use crate::{
    command::{found, output, run},
    places::Places,
    say,
};

/// The compiler's target for the page.
pub const WASM: &str = "wasm32-unknown-unknown";

const NO_WASM: &str = "add the target by hand. Where rustup cannot reach the network, Debian has it: \
     `apt-get install rustc-web cargo-web rust-web-src rust-web-llvm lld-22`, then copy that compiler's \
     rustlib/wasm32-unknown-unknown folder into the sysroot of yours when both are the same version";

/// Makes sure that the compiler can produce WebAssembly.
pub fn wasm_target() -> anyhow::Result<()> {
    let sysroot = output(
        Command::new("rustc").args(["--print", "sysroot"]),
        "install Rust from https://rustup.rs",
    )?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(WASM).join("lib").is_dir() {
        return Ok(());
    }
    say::note(&format!("adding the compiler's target {WASM}"));
    run(Command::new("rustup").args(["target", "add", WASM]), NO_WASM)
}

/// Makes sure that Node, its packages in `end2end`, and Chromium are there.
pub fn browser_tests(places: &Places) -> anyhow::Result<()> {
    if !found("npm") {
        install(&["nodejs", "npm"])?;
    }
    packages(&places.end2end())?;
    if chromium().is_err() {
        install(&["chromium"])?;
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

/// Installs exactly what the lock file of `folder` says, unless that was done already.
fn packages(folder: &Path) -> anyhow::Result<()> {
    let wanted =
        fs::read(folder.join("package-lock.json")).context("reading end2end/package-lock.json")?;
    let wanted = blake3::hash(&wanted).to_string();
    let stamp = folder.join("node_modules/.parlor-lock");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    say::note("installing the npm packages of end2end (Playwright, axe, binaryen)");
    let mut npm = Command::new("npm");
    npm.current_dir(folder).args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    run(&mut npm, "npm needs its registry, or a proxy set with `npm config set registry`")?;
    fs::write(stamp, wanted).context("noting what was installed")
}

/// Installs Debian packages when we may, and says which are missing when we may not.
fn install(packages: &[&str]) -> anyhow::Result<()> {
    let list = packages.join(" ");
    let root = output(Command::new("id").arg("-u"), "install coreutils")?.trim() == "0";
    if !root || !found("apt-get") {
        bail!("{list} not found: install with your system's package manager, then try again");
    }
    say::note(&format!("installing {list} with apt-get"));
    let cure = "install by hand, then try again";
    run(Command::new("apt-get").args(["update", "-qq"]), cure)?;
    let mut apt = Command::new("apt-get");
    apt.args(["install", "-y", "-qq", "--no-install-recommends"]).args(packages);
    run(apt.env("DEBIAN_FRONTEND", "noninteractive"), cure)
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
