//! Turns `locales/*.ftl` into Rust: one function per message, one table of texts per language. What
//! only one program says is in files of its own, and becomes a module of its own.
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

/// The words of the guest's pages, and what both programs say.
const SHARED: &str = "messages";

fn main() {
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-changed=locales");

    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    for (program, mut languages) in read_all(Path::new("locales")) {
        let source = languages.remove(SOURCE).expect("each program has its words in English");
        for (name, messages) in &languages {
            for trouble in messages.differences(&source) {
                println!("cargo:warning={program}, {name}: {trouble}");
            }
        }
        let mut code = write::module(SOURCE, &source, &languages);
        if program == SHARED {
            code += &write::languages(SOURCE, &languages);
        }
        let file = Path::new(&out).join(&program).with_extension("rs");
        fs::write(file, code).expect("OUT_DIR can be written");
    }
}

/// Texts by language.
type Languages = BTreeMap<String, Messages>;

/// Every program's languages: `en.ftl` is what both say, `studio.en.ftl` what only `studio` says.
fn read_all(folder: &Path) -> BTreeMap<String, Languages> {
    let files = fs::read_dir(folder).expect("app/locales exists");
    let paths = files
        .map(|file| file.expect("app/locales can be listed").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "ftl"));
    let mut programs: BTreeMap<String, Languages> = BTreeMap::new();
    for path in paths {
        let stem = path.file_stem().expect("it has an extension").to_string_lossy();
        let (program, language) = stem.rsplit_once('.').unwrap_or((SHARED, &stem));
        let text = fs::read_to_string(&path).expect("a locale is UTF-8");
        let languages = programs.entry(program.to_owned()).or_default();
        languages.insert(language.to_owned(), message::read(&path, &text));
    }
    programs
}
