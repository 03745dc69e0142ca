//! wasm-bindgen as a library: no tool to install, and always the version of the lock file.

use std::{collections::HashMap, path::Path};

use anyhow::{Context, ensure};
use wasm_bindgen_cli_support::{Bindgen, Output};

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

/// Binds the app at `wasm`. With `named`, functions keep their names, for `wasm-opt` to sort them by.
pub fn generate(wasm: &Path, named: bool) -> anyhow::Result<Glue> {
    let mut output = Bindgen::new()
        .web(true)?
        .typescript(false)
        .demangle(false)
        .remove_name_section(!named)
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
    let names = shorten(&mut output);
    Ok(Glue { js: renamed(&plain(output.js()), &names), wasm: output.wasm_mut().emit_wasm() })
}

/// Gives short names to what the module and its glue call each other by: the long ones end in
/// sixteen random digits, in both files, and nobody reads them. Old name, new name.
fn shorten(output: &mut Output) -> HashMap<String, String> {
    let mut names = HashMap::new();
    let mut short = |name: &mut String| {
        let new = format!("i{}", names.len());
        names.insert(std::mem::replace(name, new.clone()), new);
    };
    let module = output.wasm_mut();
    module.imports.iter_mut().for_each(|import| short(&mut import.name));
    // The others are what wasm-bindgen and its users know.
    let closures = module.exports.iter_mut().filter(|export| export.name.contains("closure"));
    closures.for_each(|export| short(&mut export.name));
    names
}

/// `js` with every identifier in `names` replaced.
fn renamed(js: &str, names: &HashMap<String, String>) -> String {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '$');
    let mut text = String::with_capacity(js.len());
    let mut rest = js;
    while let Some(start) = rest.find(is_name) {
        let end =
            rest[start..].find(|letter| !is_name(letter)).map_or(rest.len(), |end| start + end);
        let name = &rest[start..end];
        text.push_str(&rest[..start]);
        text.push_str(names.get(name).map_or(name, String::as_str));
        rest = &rest[end..];
    }
    text + rest
}

/// Without indentation and comments on lines of their own, which is all that can be left out of
/// JavaScript without reading it.
fn plain(js: &str) -> String {
    let is_code =
        |line: &&str| !(line.is_empty() || line.starts_with("/**") || line.starts_with('*'));
    let lines: Vec<&str> = js.lines().map(str::trim).filter(is_code).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_names_are_replaced() {
        let names = [("log_12".to_owned(), "i0".to_owned())].into();
        let js = "log_12: function() { log_123(wasm.log_12('é')); }";
        assert_eq!(renamed(js, &names), "i0: function() { log_123(wasm.i0('é')); }");
    }

    #[test]
    fn the_module_loses_what_nobody_runs() {
        let js = "\n/**\n * @returns {number}\n */\nget() {\n    return 1 * 2;\n}\n";
        assert_eq!(plain(js), "get() {\nreturn 1 * 2;\n}");
    }

    #[test]
    fn the_module_starts_the_app_from_beside_itself() {
        let glue = Glue { js: "async function __wbg_init() {}".to_owned(), wasm: Vec::new() };
        assert!(
            glue.starting("app-1_bg.wasm")
                .ends_with("new URL('app-1_bg.wasm', import.meta.url) });\n")
        );
    }
}
