//! Turns `locales/*.ftl` into Rust: one function per message, one table of texts per language.
//!
//! English is the source: its file says which messages there are and what they are told. A message
//! that another language lacks is shown in English, and said while building.

#![expect(clippy::print_stdout, reason = "a build script speaks to cargo by printing")]

mod message;
mod write;

use std::{collections::BTreeMap, env, fs, path::Path};

use message::Messages;

/// The language whose file lists every message.
const SOURCE: &str = "en";

fn main() {
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-changed=locales");

    let mut languages = read_all(Path::new("locales"));
    let source = languages.remove(SOURCE).expect("locales/en.ftl is the source of all messages");
    for (name, messages) in &languages {
        for trouble in messages.differences(&source) {
            println!("cargo:warning=locales/{name}.ftl: {trouble}");
        }
    }

    let code = write::module(SOURCE, &source, &languages);
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&out).join("messages.rs"), code).expect("OUT_DIR can be written");
}

/// Every language by its file's name.
fn read_all(folder: &Path) -> BTreeMap<String, Messages> {
    let files = fs::read_dir(folder).expect("app/locales exists");
    files
        .map(|file| file.expect("app/locales can be listed").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "ftl"))
        .map(|path| {
            let name = path.file_stem().expect("it has an extension").to_string_lossy();
            let text = fs::read_to_string(&path).expect("a locale is UTF-8");
            (name.into_owned(), message::read(&path, &text))
        })
        .collect()
}
