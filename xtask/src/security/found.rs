//! Which tests name which line: `// safety 11, 16` above a test, in Rust or in a story.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::Context;

/// By the number of the line: file, and the names of its tests.
pub type Tests = BTreeMap<u8, BTreeMap<String, BTreeSet<String>>>;

const FOLDERS: [&str; 6] = ["app", "bench", "crates", "end2end", "server", "xtask"];

/// Reads all sources below `root`.
pub fn tests(root: &Path) -> anyhow::Result<Tests> {
    let mut found = Tests::new();
    let mut folders: Vec<_> = FOLDERS.iter().map(|folder| root.join(folder)).collect();
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                let brought = ["node_modules", "target"].iter().any(|name| path.ends_with(name));
                folders.extend((!brought).then_some(path));
            } else if path.extension().is_some_and(|kind| kind == "rs" || kind == "mjs") {
                let text = fs::read_to_string(&path)
                    .with_context(|| format!("reading {}", path.display()))?;
                let file = path.strip_prefix(root).context("it is below the root")?;
                collect(&mut found, &file.display().to_string(), &text);
            }
        }
    }
    Ok(found)
}

fn collect(found: &mut Tests, file: &str, text: &str) {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    for (at, line) in lines.iter().enumerate() {
        let numbers = numbers(line);
        if numbers.is_empty() {
            continue;
        }
        let Some(name) = test_below(&lines[at + 1..]) else { continue };
        for number in numbers {
            let files = found.entry(number).or_default();
            files.entry(file.to_owned()).or_default().insert(name.clone());
        }
    }
}

/// `// safety 11, 16: words` → 11, 16
fn numbers(line: &str) -> Vec<u8> {
    let Some(rest) = line.strip_prefix("// safety ") else { return Vec::new() };
    let end = rest.find(|c: char| !matches!(c, '0'..='9' | ',' | ' ')).unwrap_or(rest.len());
    rest[..end].split(',').filter_map(|number| number.trim().parse().ok()).collect()
}

/// The name of the test that stands there, below nothing but comments and attributes.
fn test_below(lines: &[&str]) -> Option<String> {
    let mut is_test = false;
    for line in lines {
        if line.starts_with("#[") || line.starts_with("//") {
            is_test |= line.starts_with("#[") && line.contains("test");
        } else if let Some(rest) = line.strip_prefix("test('").or(line.strip_prefix("it('")) {
            return rest.split_once('\'').map(|(name, _)| name.to_owned());
        } else {
            let rest = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")?;
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
            return is_test.then(|| rest[..end].to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(u8, String)> {
        let mut found = Tests::new();
        collect(&mut found, "a.rs", text);
        let names = found.into_iter().flat_map(|(number, files)| {
            files.into_values().flatten().map(move |name| (number, name))
        });
        names.collect()
    }

    #[test]
    fn a_test_is_found_below_the_lines_it_names() {
        let text = "// safety 11, 16: why\n#[tokio::test]\n// more\nasync fn a_b(x: u8) {\n";
        assert_eq!(found(text), [(11, "a_b".into()), (16, "a_b".into())]);
        let story = "  // safety 21\n  test('nothing runs inline', async () => {\n";
        assert_eq!(found(story), [(21, "nothing runs inline".into())]);
    }

    #[test]
    fn what_is_no_test_shows_nothing() {
        assert!(found("// safety 7\nfn upholds() {}\n").is_empty());
        assert!(found("// safety 7\nlet x = 1;\n#[test]\nfn far() {}\n").is_empty());
        assert!(found("/// safety 7\n#[test]\nfn told() {}\n").is_empty());
    }
}
