//! `wasm-opt`, where there is one.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context;

use crate::{command, say};

/// What the compiler may have used, and every browser of the last years understands.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// What pays once the module is compressed. Inlining does not: copies of small functions cost more
/// than calls to one, and `-Oz` made the compressed page a tenth larger than it found it. Functions
/// of like names are alike, and compress better side by side.
const PASSES: [&str; 6] = [
    "-Os",
    "--always-inline-max-function-size=1",
    "--flexible-inline-max-function-size=1",
    "--one-caller-inline-max-function-size=1",
    "--reorder-functions-by-name",
    // The names, which are left out afterwards.
    "-g",
];

/// `wasm-opt` on the PATH, or the one that the npm package binaryen brought to `end2end`.
pub fn find(end2end: &Path) -> Option<PathBuf> {
    let paths = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&paths)
        .chain([end2end.join("node_modules/.bin")])
        .map(|dir| dir.join("wasm-opt"))
        .find(|tool| tool.is_file())
}

/// The same module, smaller. No two that are at work at the same time may have the same `name`.
pub fn run(tool: &Path, name: &str, wasm: &[u8]) -> anyhow::Result<Vec<u8>> {
    let folder = env::temp_dir().join(format!("parlor-wasm-opt-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).context("making a folder for wasm-opt")?;
    let (before, after) = (folder.join("before.wasm"), folder.join("after.wasm"));
    fs::write(&before, wasm).context("handing the app to wasm-opt")?;
    let mut command = Command::new(tool);
    command.args(PASSES).args(FEATURES).arg(&before).arg("-o").arg(&after);
    run_and_read(&mut command, &after).inspect(|smaller| {
        say::note(&format!(
            "wasm-opt: {name}, {} kB → {} kB",
            wasm.len() / 1000,
            smaller.len() / 1000
        ));
        // Left-overs in the temporary folder harm nobody.
        let _ = fs::remove_dir_all(&folder);
    })
}

fn run_and_read(command: &mut Command, result: &Path) -> anyhow::Result<Vec<u8>> {
    command::run(command, "remove that wasm-opt from the PATH to go on without it")?;
    fs::read(result).context("reading what wasm-opt made")
}
