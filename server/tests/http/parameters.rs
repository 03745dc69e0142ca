//! What follows the `?` of our own door: described as it is read, all of it and nothing else.
//!
//! Both are read from the code: which handler a route leads to, which struct it reads a query into,
//! and which members that has.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::house::{API, House};

/// Read all the same, and rightly not told: a batch makes more than one output, and is refused.
/// `token` is no member of a struct: a ticket is read where it is found out who asks.
const BESIDE: [(&str, &str, bool); 2] =
    [("run_batch", "output", false), ("open_live", "token", true)];

/// Every file of the server's code below a folder.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else {
            let code = fs::read_to_string(&path).unwrap();
            let code = code.split("#[cfg(test)]\nmod ").next().unwrap().to_owned();
            found.push((path, code));
        }
    }
    found
}

/// What stands between a beginning and the first end behind it.
fn between<'a>(code: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = code.split_once(begin)?;
    Some(rest.split_once(end)?.0)
}

/// Method, path and handler, as `module` and `function`, of every route of our own door.
fn handlers(router: &str) -> Vec<(String, String, (String, String))> {
    let mut found = Vec::new();
    for function in router.split("\nfn ") {
        let prefix = if function.starts_with("studio_routes") { "/studio" } else { "" };
        for route in function.split(".route(\"").skip(1) {
            let (path, rest) = route.split_once('"').unwrap();
            for method in ["get", "post", "put", "patch", "delete"] {
                for begin in [", ", "."] {
                    let Some(handler) = between(rest, &format!("{begin}{method}("), ")") else {
                        continue;
                    };
                    let mut parts = handler.rsplit("::");
                    let (Some(name), Some(module)) = (parts.next(), parts.next()) else { continue };
                    let module = match module {
                        "own" => "workflows",
                        "tus" => "resumable",
                        module => module,
                    };
                    let handler = (module.to_owned(), name.to_owned());
                    found.push((method.to_owned(), format!("{prefix}{path}"), handler));
                }
            }
        }
    }
    found
}

/// The code of the file in which a handler stands, and what the handler takes.
fn signature<'a>(
    sources: &'a [(PathBuf, String)],
    (module, name): (&str, &str),
    prefix: &str,
) -> Option<(&'a str, &'a str)> {
    let is_there = |path: &Path| {
        let within = path.parent().and_then(Path::file_name).is_some_and(|name| name == module);
        let named = path.file_stem().is_some_and(|stem| stem == module) || within;
        named && (path.to_str().unwrap().contains("/studio/") == (prefix == "/studio"))
    };
    let mut all = sources.iter().filter(|(path, _)| is_there(path));
    all.find_map(|(_, code)| {
        Some((&**code, between(code, &format!("pub(crate) async fn {name}("), ") ->")?))
    })
}

/// The members of a struct that a query is read into, by the names that callers use.
fn members(code: &str, name: &str) -> Option<BTreeSet<String>> {
    let body = between(code, &format!("struct {name} {{"), "\n}")?;
    let mut renamed = None;
    let mut all = BTreeSet::new();
    for line in body.lines().map(str::trim) {
        if let Some(name) = between(line, "#[serde(rename = \"", "\"") {
            renamed = Some(name.to_owned());
        }
        let line = line.trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ");
        if let Some((name, _)) = line.split_once(": ").filter(|_| !line.starts_with(['/', '#'])) {
            all.insert(renamed.take().unwrap_or_else(|| name.to_owned()));
        }
    }
    Some(all)
}

/// Names of what is read from a query by a handler that takes this.
fn read(sources: &[(PathBuf, String)], (code, takes): (&str, &str)) -> BTreeSet<String> {
    // An extractor of ours may read one.
    let extractors = sources.iter().filter_map(|(_, code)| {
        let (before, rest) = code.split_once(" = Query::<")?;
        let extractor = before.rsplit_once("> for ")?.1.split_once(' ')?.0;
        Some((extractor, rest.split_once('>')?.0, &**code))
    });
    let mut structs: Vec<_> = extractors
        .filter(|(extractor, ..)| {
            takes.split(|c: char| !c.is_alphanumeric()).any(|word| word == *extractor)
        })
        .map(|(_, name, code)| (name, code))
        .collect();
    structs.extend(between(takes, "Query<", ">").map(|name| (name, code)));
    let named = |(name, code): (&str, &str)| {
        let elsewhere = || sources.iter().find_map(|(_, code)| members(code, name));
        members(code, name).or_else(elsewhere).unwrap_or_else(|| panic!("where is {name}?"))
    };
    structs.into_iter().flat_map(named).collect()
}

#[tokio::test]
async fn every_query_is_described_as_it_is_read() {
    let house = House::quiet().await;
    let document: Value = house.get(&format!("{API}/openapi.json")).await.json();
    let sources = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let (_, router) = sources.iter().find(|(path, _)| path.ends_with("src/router.rs")).unwrap();
    let mut looked_at = BTreeMap::new();
    for (method, path, (module, name)) in handlers(router) {
        let operation = &document["paths"][&path][&method];
        let Some(id) = operation["operationId"].as_str() else { continue };
        let prefix = if path.starts_with("/studio") { "/studio" } else { "" };
        let Some(found) = signature(&sources, (&module, &name), prefix) else { continue };
        let mut takes = read(&sources, found);
        for (_, name, told) in BESIDE.iter().filter(|beside| beside.0 == id) {
            if *told {
                takes.insert((*name).to_owned())
            } else {
                takes.remove(*name)
            };
        }
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let told: BTreeSet<String> = parameters
            .filter(|one| one["in"] == "query")
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(told, takes, "{id}: told, and read");
        looked_at.insert(id.to_owned(), told.len());
    }
    let paths = document["paths"].as_object().unwrap().values();
    let with_query =
        paths.flat_map(|item| item.as_object().unwrap().values()).filter(|operation| {
            operation["parameters"]
                .as_array()
                .is_some_and(|all| all.iter().any(|one| one["in"] == "query"))
        });
    for operation in with_query {
        let id = operation["operationId"].as_str().unwrap();
        assert!(looked_at.contains_key(id), "it is not known which code reads the query of {id}");
    }
}
