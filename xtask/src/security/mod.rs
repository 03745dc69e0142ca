//! Which test shows which line of what must hold: the table in `docs/security.md`.

mod found;
mod lines;

use std::{fmt::Write as _, fs, path::PathBuf};

use anyhow::{Context, ensure};

use crate::places::Places;
use found::Tests;
use lines::{LINES, Line};

/// Between these stands what is written here; the rest of the page is people's.
const BEGIN: &str = "<!-- written by `cargo xtask security` -->\n";
const END: &str = "<!-- until here -->\n";

/// Writes the table into the page.
///
/// # Errors
///
/// When a line that is promised has no test.
pub fn write(places: &Places) -> anyhow::Result<()> {
    let (page, _, new) = pages(places)?;
    fs::write(&page, new).with_context(|| format!("writing {}", page.display()))
}

/// Makes sure that the page says what the sources say, and that every line has its test.
pub fn check(places: &Places) -> anyhow::Result<()> {
    let (_, old, new) = pages(places)?;
    ensure!(
        old == new,
        "docs/security.md is not what the tests say: `cargo xtask security` writes it"
    );
    Ok(())
}

/// The page, as it is and as it should be.
fn pages(places: &Places) -> anyhow::Result<(PathBuf, String, String)> {
    let path = places.root.join("docs/security.md");
    let old = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let tests = found::tests(&places.root)?;
    ensure_shown(&tests)?;
    let (before, rest) = old.split_once(BEGIN).context("docs/security.md has lost its mark")?;
    let (_, after) = rest.split_once(END).context("docs/security.md has lost its last mark")?;
    let new = format!("{before}{BEGIN}{}{END}{after}", tables(&tests));
    Ok((path, old, new))
}

fn all() -> impl Iterator<Item = &'static Line> {
    LINES.iter().flat_map(|(_, lines)| lines.iter())
}

fn ensure_shown(tests: &Tests) -> anyhow::Result<()> {
    let bare: Vec<u8> =
        all().map(|line| line.number).filter(|number| !tests.contains_key(number)).collect();
    ensure!(bare.is_empty(), "no test names these lines, as `// safety N` above it: {bare:?}");
    let unknown: Vec<_> =
        tests.keys().filter(|number| !all().any(|line| line.number == **number)).collect();
    ensure!(unknown.is_empty(), "tests name lines that do not exist: {unknown:?}");
    Ok(())
}

fn tables(tests: &Tests) -> String {
    let mut text = String::new();
    for (title, lines) in LINES {
        let _ = write!(text, "\n### {title}\n\n| | what holds | shown by |\n|---|---|---|\n");
        for line in *lines {
            let (number, claim) = (line.number, line.claim);
            let _ = writeln!(text, "| {number} | {claim} | {} |", shown(tests, number));
        }
    }
    text.push('\n');
    text
}

/// `file`: names of tests, without what stands between all words.
fn shown(tests: &Tests, number: u8) -> String {
    let Some(files) = tests.get(&number) else { return "–".to_owned() };
    let files = files.iter().map(|(file, names)| {
        let names: Vec<_> = names.iter().map(|name| name.replace('_', " ")).collect();
        format!("`{file}`: {}", names.join(", "))
    });
    files.collect::<Vec<_>>().join("<br>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promised_line_without_a_test_is_named() {
        let none = ensure_shown(&Tests::new()).unwrap_err().to_string();
        assert!(none.contains("22") && none.contains("31"), "{none}");
        let shown = |number| (number, [("a.rs".to_owned(), ["x".to_owned()].into())].into());
        assert!(ensure_shown(&(1..=39).map(shown).collect()).is_ok());
        assert!(ensure_shown(&(1..=40).map(shown).collect()).is_err());
    }
}
