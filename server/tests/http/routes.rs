//! The routes of the server, read from its code.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Every method and path that stands in the code of the server.
pub fn routes() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                collect(&fs::read_to_string(path).unwrap(), &mut found);
            }
        }
    }
    found
}

fn collect(code: &str, found: &mut BTreeSet<(String, String)>) {
    let code = code.split("#[cfg(test)]\nmod ").next().unwrap();
    for route in code.split(".route(").skip(1) {
        let mut depth = 1;
        let end = route.find(|c| {
            depth += match c {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            depth == 0
        });
        let route = &route[..end.unwrap()];
        let path = route.split('"').nth(1).expect("a route begins with its path");
        for method in ["get", "head", "post", "put", "patch", "delete", "any"] {
            let called = route.match_indices(&format!("{method}(")).any(|(at, _)| {
                !route[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':')
            });
            if called {
                found.insert((method.to_uppercase(), path.to_owned()));
            }
        }
    }
}
