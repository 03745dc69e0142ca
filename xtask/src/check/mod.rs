//! `cargo xtask test`: every check there is, the cheap ones first.

pub mod browser;
mod clients;
mod fuzz;
mod hosting;

use std::process::Command;

use anyhow::ensure;

use crate::{
    command::{cargo, found, run},
    page::{self, Finish, PROGRAMS},
    places::Places,
    say, security,
    server::{self, Profile},
    templates::{self, Extent},
    tools::{
        self,
        wasm::{self, Compiler},
    },
};

/// A check: its name, and what it does.
type Check = (&'static str, fn(&Places) -> anyhow::Result<()>);

const CHECKS: [Check; 15] = [
    ("format", format),
    ("security: every line has its test", security::check),
    ("lint the page", lint_page),
    ("lint the rest", lint_rest),
    ("documentation", documentation),
    ("tests", tests),
    ("documentation examples", examples),
    ("templates: a sample is run", sample),
    ("hosting: proxies, backups, signing in elsewhere", hosting::open_house),
    ("attack: lists and slow ones", hosting::attack),
    ("fuzz: a short run", fuzz::short_run),
    ("page: weight", weight),
    ("page: tests in a browser", browser::tests),
    ("stories in a browser", stories),
    ("clients that others made", clients::run_all),
];

/// Runs all checks, or those whose name contains `only`; stops at the first that fails.
pub fn all(places: &Places, only: Option<&str>) -> anyhow::Result<()> {
    let wanted = CHECKS.iter().filter(|(name, _)| only.is_none_or(|part| name.contains(part)));
    let mut count = 0;
    for (name, check) in wanted {
        say::step(name, || check(places))?;
        count += 1;
    }
    ensure!(count > 0, "no check is named like that; there are: {}", names());
    say::done(&format!("{count} of {} checks passed", CHECKS.len()));
    Ok(())
}

fn names() -> String {
    CHECKS.map(|(name, _)| name).join(", ")
}

fn format(places: &Places) -> anyhow::Result<()> {
    tools::lints(&places.root)?;
    let cure = "`cargo fmt --all` does it";
    run(&mut cargo(&places.root, "fmt --all --check"), cure)?;
    run(&mut cargo(&places.root.join("fuzz"), "fmt --all --check"), cure)
}

fn lint_page(places: &Places) -> anyhow::Result<()> {
    tools::lints(&places.root)?;
    let target = match wasm::compiler(&places.root)? {
        Compiler::Own => format!("--target {}", wasm::TARGET),
        Compiler::Debian(_) => {
            say::note("your clippy knows no WebAssembly: linting the page as if for this machine");
            String::new()
        }
    };
    let args = format!("clippy --package app {target} --all-targets -- -D warnings");
    run(&mut cargo(&places.root, &args), "mend what clippy names above")
}

fn lint_rest(places: &Places) -> anyhow::Result<()> {
    tools::lints(&places.root)?;
    let args = "clippy --workspace --exclude app --all-targets -- -D warnings";
    run(&mut cargo(&places.root, args), "mend what clippy names above")
}

fn documentation(places: &Places) -> anyhow::Result<()> {
    let mut doc = cargo(&places.root, "doc --workspace --no-deps --document-private-items");
    run(doc.env("RUSTDOCFLAGS", "-D warnings"), "mend the links that rustdoc names above")
}

/// Everything that needs no browser, the page's own logic included.
fn tests(places: &Places) -> anyhow::Result<()> {
    let cure = "run the named test alone with `cargo test <name>`";
    if found("cargo-nextest") {
        return run(&mut cargo(&places.root, "nextest run --workspace --no-fail-fast"), cure);
    }
    say::note("cargo-nextest not found: going on with cargo test, which is slower");
    run(&mut cargo(&places.root, "test --workspace --lib --bins --tests --no-fail-fast"), cure)
}

fn examples(places: &Places) -> anyhow::Result<()> {
    let args =
        "test --package comfy --package engine --package wire --package server --doc --quiet";
    run(&mut cargo(&places.root, args), "mend the example that is named above")
}

/// Some of the workflows that ComfyUI's makers drew.
fn sample(places: &Places) -> anyhow::Result<()> {
    templates::run_all(places, None, Extent::SAMPLE)
}

fn weight(places: &Places) -> anyhow::Result<()> {
    tools::browser_tests(places)?; // brings wasm-opt
    let site = page::build(places, Finish::Small)?;
    PROGRAMS.into_iter().try_for_each(|program| {
        let weight = page::weight::first_visit(&site, program)?;
        weight.print();
        weight.within_ceiling()
    })
}

/// People's stories, in Chromium, against the real binary and its engine.
fn stories(places: &Places) -> anyhow::Result<()> {
    tools::browser_tests(places)?;
    let site = page::build(places, Finish::Small)?;
    let binary = server::build(places, &site, Profile::Tested)?;
    let pictures = places.target.join("end2end");
    let mut node = Command::new("npm");
    node.current_dir(places.end2end())
        .args(["test", "--silent"])
        .env("PARLOR_BINARY", binary)
        .env("PARLOR_CHROMIUM", tools::chromium()?)
        .env("PARLOR_PICTURES", &pictures);
    let cure = format!("the pictures in {} show how far it came", pictures.display());
    run(&mut node, &cure)
}
