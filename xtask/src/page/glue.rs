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
    /// What joins that when it is wanted.
    pub later: Option<Vec<u8>>,
}

impl Glue {
    /// The module with its last lines: start the app from `wasm` beside it, and fetch `later` for it
    /// when it asks (`app/src/later.rs`).
    ///
    /// The start is part of the module because a Content-Security-Policy worth having forbids
    /// inline scripts, and one more file would be one more request.
    pub fn starting(&self, wasm: &str, later: Option<&str>) -> String {
        let url = |name: &str| format!("new URL('{name}', import.meta.url)");
        let fetching = later.map(|later| {
            let url = url(later);
            format!("window.later = () => WebAssembly.instantiateStreaming(fetch({url}), {{ m: wasm }});\n")
        });
        let starting = format!("__wbg_init({{ module_or_path: {} }});\n", url(wasm));
        format!("{}\n{}{starting}", self.js, fetching.unwrap_or_default())
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
    for known in ["function __wbg_init(", "wasm = instance.exports;"] {
        ensure!(
            output.js().contains(known),
            "wasm-bindgen does not write `{known}` any more: see page/glue.rs"
        );
    }
    forget_linking(&mut output);
    let names = shorten(&mut output);
    let js = renamed(&plain(output.js()), &names);
    Ok(Glue { js, wasm: output.wasm_mut().emit_wasm(), later: None })
}

/// Leaves out what the linker said of the module: it is not true any more.
fn forget_linking(output: &mut Output) {
    let customs = &mut output.wasm_mut().customs;
    let is_stale = |name: &str| name == "linking" || name.starts_with("reloc.");
    let stale: Vec<_> =
        customs.iter().filter(|(_, custom)| is_stale(custom.name())).map(|(id, _)| id).collect();
    for id in stale {
        customs.delete(id);
    }
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
        let glue = Glue { js: String::new(), wasm: Vec::new(), later: None };
        let whole = glue.starting("page-1.wasm", None);
        assert!(whole.ends_with("new URL('page-1.wasm', import.meta.url) });\n"), "{whole}");
        assert!(!whole.contains("later"));
        let split = glue.starting("page-1.wasm", Some("later-2.wasm"));
        assert!(split.contains("fetch(new URL('later-2.wasm', import.meta.url))"), "{split}");
    }
}
