//! The page's own tests in a real browser: a cargo runner for WebAssembly.
//!
//! `wasm-bindgen-test-runner` would do, but is a tool to install in a matching version. Binding with
//! the library that is linked here anyway, and opening the result in the Chromium of the stories,
//! takes the test functions through the same `WasmBindgenTestContext`.

use std::{fs, path::Path, process::Command};

use anyhow::Context;
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    command::run,
    places::Places,
    tools::{self, wasm},
};

/// Compiles the page's tests; cargo hands each compiled file back to [`run_file`].
pub fn tests(places: &Places) -> anyhow::Result<()> {
    let compiler = wasm::compiler(&places.root)?;
    tools::browser_tests(places)?;
    let own = tools::own_program()?;
    let args = format!("test --package app --tests --target {}", wasm::TARGET);
    let mut test = compiler.cargo(&places.root, &args);
    test.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", format!("{} wasm-test", own.display()))
        .env("PARLOR_CHROMIUM", tools::chromium()?);
    run(&mut test, "the failed test is named above")
}

/// Runs the tests in one compiled file, and prints what they print.
pub fn run_file(places: &Places, wasm: &Path) -> anyhow::Result<()> {
    let name = wasm.file_stem().context("a compiled test has a name")?;
    let folder = places.target.join("wasm-tests").join(name);
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    Bindgen::new()
        .web(true)?
        .typescript(false)
        .debug(true)
        // The tests are plain exports, and nothing but they shall run.
        .export_wasm(true)
        .emit_start(false)
        .input_path(wasm)
        .out_name("tests")
        .generate(&folder)
        .context("wasm-bindgen could not read the compiled tests")?;
    let mut node = Command::new("node");
    node.current_dir(places.end2end()).arg("wasm-tests.mjs").arg(&folder);
    run(&mut node, "the failed test is named above")
}
