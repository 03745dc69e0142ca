//! wasm-bindgen as a library: no tool to install, and always the version of the lock file.

use std::path::Path;

use anyhow::{Context, ensure};
use wasm_bindgen_cli_support::Bindgen;

/// What wasm-bindgen made of the compiled app.
pub struct Glue {
    /// The module that loads and starts the app; it names no WebAssembly file yet.
    pub js: String,
    /// The WebAssembly that goes with it.
    pub wasm: Vec<u8>,
}

impl Glue {
    /// The same with a smaller `wasm`.
    pub fn with_wasm(&self, wasm: Vec<u8>) -> Self {
        Self { js: self.js.clone(), wasm }
    }

    /// The module with its last line: start the app from `wasm_name` beside it.
    ///
    /// The start is part of the module because a Content-Security-Policy worth having forbids
    /// inline scripts, and one more file would be one more request.
    pub fn starting(&self, wasm_name: &str) -> String {
        format!(
            "{}\n__wbg_init({{ module_or_path: new URL('{wasm_name}', import.meta.url) }});\n",
            self.js
        )
    }
}

/// Binds the app at `wasm`.
pub fn generate(wasm: &Path) -> anyhow::Result<Glue> {
    let mut output = Bindgen::new()
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .input_path(wasm)
        .generate_output()
        .context("wasm-bindgen could not read the compiled app")?;
    let own_files =
        output.snippets().values().map(Vec::len).sum::<usize>() + output.local_modules().len();
    ensure!(
        own_files == 0,
        "a dependency of the page brings its own JavaScript files: write them out in page/glue.rs"
    );
    ensure!(
        output.js().contains("function __wbg_init("),
        "wasm-bindgen renamed its start function: see page/glue.rs"
    );
    Ok(Glue { js: output.js().to_owned(), wasm: output.wasm_mut().emit_wasm() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_starts_the_app_from_beside_itself() {
        let glue = Glue { js: "async function __wbg_init() {}".to_owned(), wasm: Vec::new() };
        assert!(
            glue.starting("app-1_bg.wasm")
                .ends_with("new URL('app-1_bg.wasm', import.meta.url) });\n")
        );
    }
}
