//! What a first visit costs the visitor.

use std::fs;

use anyhow::{Context, ensure};

use super::{
    Program, Site,
    site::{LATER, read_all},
};
use crate::say;

/// By how much more, in percent, where the source of the standard library could not be had (see
/// `compile`).
const WITH_WORDS: u64 = 15;

/// The files a first visit fetches, and their size as a browser receives them.
#[derive(Debug)]
pub struct Weight {
    program: Program,
    files: Vec<(String, u64)>,
    /// Of what is fetched when it is wanted.
    later: u64,
    ceiling: u64,
}

/// Weighs the document of `program` and what it fetches, brotli-compressed.
pub fn first_visit(site: &Site, program: Program) -> anyhow::Result<Weight> {
    let Program { document, promise, .. } = program;
    let html = fs::read_to_string(site.folder.join(document))
        .with_context(|| format!("reading the built {document}"))?;
    let all = read_all(&site.folder)?;
    let size = |name: &str| {
        all.iter()
            .find(|(path, _)| path.as_os_str() == name)
            .map(|(_, content)| content.len() as u64)
    };
    let names = || all.iter().filter_map(|(path, _)| path.to_str());
    let sent = |name: &str| size(&format!("{name}.br")).or(size(name)).unwrap_or_default();
    let files = names()
        .filter(|name| *name == document || html.contains(&format!("\"{name}\"")))
        .map(|name| (name.to_owned(), sent(name)))
        .collect();
    let is_later = |name: &str| {
        name.starts_with(&format!("assets/{}-", program.name)) && name.ends_with(LATER)
    };
    let later = names().filter(|name| is_later(name)).map(sent).sum();
    let ceiling = if site.is_wordless { promise } else { promise * (100 + WITH_WORDS) / 100 };
    Ok(Weight { program, files, later, ceiling })
}

impl Weight {
    /// One line a file, then the sum.
    pub fn print(&self) {
        for (name, size) in &self.files {
            say::note(&format!("{:>9} {name}", kilobytes(*size)));
        }
        say::note(&format!(
            "{:>9} in {} requests for a first visit to the {}, of {} allowed",
            kilobytes(self.sum()),
            self.files.len(),
            self.program.name,
            kilobytes(self.ceiling)
        ));
        if self.later > 0 {
            say::note(&format!("{:>9} later, when it is wanted", kilobytes(self.later)));
        }
    }

    /// Fails when the page has grown over what is promised.
    pub fn within_ceiling(&self) -> anyhow::Result<()> {
        let (sum, over) = (self.sum(), self.sum().saturating_sub(self.ceiling));
        ensure!(
            over == 0,
            "a first visit to the {} costs {}, {} too much: make it smaller",
            self.program.name,
            kilobytes(sum),
            kilobytes(over)
        );
        Ok(())
    }

    fn sum(&self) -> u64 {
        self.files.iter().map(|(_, size)| size).sum()
    }
}

fn kilobytes(bytes: u64) -> String {
    format!("{}.{} kB", bytes / 1000, bytes % 1000 / 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::PROGRAMS;

    const PAGE: Program = PROGRAMS[0];

    fn site(css: usize) -> (tempfile::TempDir, Site) {
        let temp = tempfile::tempdir().unwrap();
        let folder = temp.path().to_owned();
        fs::write(folder.join("index.html"), r#"<link href="a.css">"#).unwrap();
        fs::write(folder.join("a.css"), vec![b'a'; 600_000]).unwrap();
        fs::write(folder.join("a.css.br"), vec![b'a'; css]).unwrap();
        fs::write(folder.join("not-asked-for.png"), vec![0; 300_000]).unwrap();
        (temp, Site { folder, is_wordless: true })
    }

    #[test]
    fn only_what_the_page_asks_for_counts_and_as_compressed() {
        let (_temp, site) = site(1_000);
        let weight = first_visit(&site, PAGE).unwrap();
        assert_eq!(weight.sum(), 1_000 + r#"<link href="a.css">"#.len() as u64);
        weight.within_ceiling().unwrap();
    }

    #[test]
    fn a_page_over_the_ceiling_fails() {
        let (_temp, site) = site(PAGE.promise as usize);
        let error = first_visit(&site, PAGE).unwrap().within_ceiling().unwrap_err();
        assert!(error.to_string().contains("too much"), "{error}");
    }
}
