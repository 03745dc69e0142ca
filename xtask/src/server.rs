//! The server's binary, with the page inside.

use std::{
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context;

use crate::{
    command::{cargo, run},
    page::Site,
    places::Places,
    say, tools,
};

/// How the server is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Compiles in the least time; the parts that paint are optimised all the same.
    Dev,
    /// Like `Dev`, with the dependencies that the tests were just compiled with: their features
    /// differ, and compiling all of them once more takes longer than everything else.
    Tested,
    /// What is shipped.
    Release,
}

/// Compiles the server around `site`; the path of its binary.
pub fn build(places: &Places, site: &Site, profile: Profile) -> anyhow::Result<PathBuf> {
    let (args, folder) = match profile {
        Profile::Dev => ("--package server --bin parlor", "debug"),
        Profile::Tested => ("--workspace --bin parlor --test http", "debug"),
        Profile::Release => ("--package server --bin parlor --release", "release"),
    };
    say::step(&format!("server ({folder})"), || {
        let mut build = cargo(&places.root, &format!("build {args}"));
        build.env("PARLOR_SITE", &site.folder);
        run(&mut build, "the compiler's message above says where")
    })?;
    Ok(places.target.join(folder).join("parlor"))
}

/// Becomes the server, so that Ctrl-C and the exit code are its own. Returns only when that fails.
pub fn run_in_place(binary: &Path, args: &[String]) -> anyhow::Result<()> {
    let error = Command::new(binary).args(args).exec();
    Err(error).with_context(|| format!("starting {}", binary.display()))
}

/// Runs the measuring program against the release binary.
pub fn bench(places: &Places, binary: &Path, args: &[String]) -> anyhow::Result<()> {
    tools::browser_tests(places)?;
    let list = places.root.join("bench/requirements.txt");
    let python = tools::python_with(&list, &places.target.join("bench-python"))?;
    let mut bench = cargo(&places.root, "run --release --package bench --");
    bench
        .args(args)
        .env("PARLOR_BINARY", binary)
        .env("PARLOR_CHROMIUM", tools::chromium()?)
        .env("PARLOR_COMFY_API_PROXY", python.join("comfy-api-proxy"))
        .env("PARLOR_NGINX", tools::nginx()?);
    run(&mut bench, "see which figure was missed above")
}
