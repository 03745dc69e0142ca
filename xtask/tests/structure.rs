//! What ARCHITECTURE.md says never happens, held by reading the code.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Longest file we want to read, in lines.
const LONGEST: usize = 400;

/// One source file of the workspace.
struct Source {
    /// From the checkout: `server/src/shutdown.rs`.
    path: String,
    text: String,
}

impl Source {
    /// The text without its tests and comments: what runs in production.
    fn production(&self) -> String {
        let tests = self.text.match_indices("#[cfg(test)]\n").find(|(start, marker)| {
            let next = self.text[start + marker.len()..].lines().next().unwrap_or_default();
            next.contains("mod ")
        });
        let code = &self.text[..tests.map_or(self.text.len(), |(start, _)| start)];
        code.lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn is_test(&self) -> bool {
        self.path.contains("/tests/")
            || self.path.ends_with("/tests.rs")
            || self.path.ends_with("_tests.rs")
            || self.path.contains("/benches/")
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn sources(folder: &str, ending: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(current) = folders.pop() {
        let Ok(entries) = fs::read_dir(&current) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() && !path.ends_with("node_modules") && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|own| own == ending) {
                found.push(read(&path));
            }
        }
    }
    found
}

fn read(path: &Path) -> Source {
    let text = fs::read_to_string(path).unwrap();
    let path = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
    Source { path, text }
}

fn rust() -> Vec<Source> {
    ["app", "bench", "crates", "fuzz", "server", "xtask"]
        .iter()
        .flat_map(|folder| sources(folder, "rs"))
        .collect()
}

/// The production files, outside of `home`, that contain one of `words`.
fn strays<'a>(files: &'a [Source], home: &str, words: &[&str]) -> Vec<&'a str> {
    files
        .iter()
        .filter(|file| !file.is_test() && !file.path.starts_with(home))
        .filter(|file| {
            let code = file.production();
            words.iter().any(|word| code.contains(word))
        })
        .map(|file| file.path.as_str())
        .collect()
}

#[test]
fn no_file_is_too_long_to_read() {
    let files = rust().into_iter().chain(sources("style", "css")).chain(sources("end2end", "mjs"));
    let long: Vec<_> = files
        .map(|file| (file.text.lines().count(), file.path))
        .filter(|(lines, _)| *lines > LONGEST)
        .collect();
    assert!(long.is_empty(), "split these: {long:?}");
}

#[test]
fn every_module_says_what_it_is() {
    let files = rust();
    let silent: Vec<_> = files
        .iter()
        .filter(|file| !file.is_test() && !file.text.starts_with("//!"))
        .map(|file| &file.path)
        .collect();
    assert!(silent.is_empty(), "these do not begin with `//!`: {silent:?}");
}

#[test]
fn nothing_unwraps_outside_tests() {
    let files = rust();
    let bold = strays(&files, "none", &[".unwrap()"]);
    assert!(bold.is_empty(), "say why it cannot fail, or handle it: {bold:?}");
}

#[test]
fn only_shutdown_spawns() {
    let mut files = sources("server/src", "rs");
    // Ends with its last handle, after the tasks that stopping waits for.
    files.retain(|file| file.path != "server/src/db/writer.rs");
    let strays = strays(
        &files,
        "server/src/shutdown.rs",
        &["tokio::spawn(", "tokio::task::spawn(", "thread::spawn("],
    );
    assert!(strays.is_empty(), "use Shutdown::spawn, so that stopping waits: {strays:?}");
}

#[test]
fn only_db_has_sql() {
    let files = sources("server/src", "rs");
    let strays =
        strays(&files, "server/src/db", &["sqlx::query", "SELECT ", "INSERT INTO", "DELETE FROM"]);
    assert!(strays.is_empty(), "move the query to server/src/db: {strays:?}");
}

#[test]
fn the_engine_could_be_taken_out() {
    let files = sources("server/src", "rs");
    let users = strays(&files, "none", &["engine::"]);
    assert!(users.len() <= 1, "only the file that starts the engine may name it: {users:?}");
}

/// What is shipped is compiled with `Debug` that says nothing.
#[test]
fn the_page_means_nothing_by_debug() {
    let files = sources("app/src", "rs");
    let mute = strays(&files, "none", &[":?}", ":#?}"]);
    assert!(mute.is_empty(), "give these words of their own: {mute:?}");
}

#[test]
fn the_page_knows_no_network_code_of_the_server() {
    let files = sources("app/src", "rs");
    let strays = strays(&files, "none", &["tokio::", "reqwest::", "axum::"]);
    assert!(strays.is_empty(), "{strays:?}");
}

#[test]
fn dependencies_point_one_way() {
    let lock = Lock::read();
    for (from, never) in [
        ("server", ["leptos", "app", "wasm-bindgen-cli-support"]),
        ("comfy", ["leptos", "server", "wire"]),
        ("wire", ["leptos", "server", "tokio"]),
        ("engine", ["leptos", "server", "sqlx"]),
        ("app", ["server", "engine", "axum"]),
    ] {
        let reached = lock.reached_from(from);
        let wrong: Vec<_> = never.iter().filter(|name| reached.contains(**name)).collect();
        assert!(wrong.is_empty(), "{from} must not depend on {wrong:?}");
    }
}

/// Who depends on whom, by name, as `Cargo.lock` has it.
struct Lock(BTreeMap<String, BTreeSet<String>>);

impl Lock {
    fn read() -> Self {
        let lock: toml::Table =
            fs::read_to_string(root().join("Cargo.lock")).unwrap().parse().unwrap();
        let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for package in lock["package"].as_array().unwrap() {
            let name = package["name"].as_str().unwrap().to_owned();
            let needs = package.get("dependencies").and_then(toml::Value::as_array);
            // "name", or "name version" where several versions are in use.
            let names =
                needs.into_iter().flatten().filter_map(|need| need.as_str()?.split(' ').next());
            all.entry(name).or_default().extend(names.map(str::to_owned));
        }
        Self(all)
    }

    fn reached_from(&self, start: &str) -> BTreeSet<String> {
        let mut reached = BTreeSet::new();
        let mut next = vec![start.to_owned()];
        assert!(self.0.contains_key(start), "no package is called {start}");
        while let Some(name) = next.pop() {
            for need in self.0.get(&name).into_iter().flatten() {
                if reached.insert(need.clone()) {
                    next.push(need.clone());
                }
            }
        }
        reached
    }
}
