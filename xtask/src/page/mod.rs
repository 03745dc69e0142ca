//! The page as a folder of files that a browser may keep forever.
//!
//! `index.html` is the only name that stays; everything it asks for carries a hash of its content,
//! and lies there plain, brotli- and gzip-compressed.

mod compile;
mod glue;
mod shrink;
mod site;
mod style;
pub mod weight;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;

use crate::{places::Places, say};

pub use site::Site;

/// How much time goes into making the page small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// To look at on this machine.
    Quick,
    /// To ship: `wasm-opt` where there is one, and the best compression.
    Small,
}

impl Finish {
    /// Each finish has its own folder, so that running does not undo building.
    fn folder(self) -> &'static str {
        match self {
            Self::Quick => "site-quick",
            Self::Small => "site",
        }
    }
}

/// Builds the page, or finds that nothing changed since it was last built.
pub fn build(places: &Places, finish: Finish) -> anyhow::Result<Site> {
    let compiled = say::step("page: compile", || compile::compile(places, finish))?;
    let folder = places.target.join(finish.folder());
    let optimiser = if finish == Finish::Small { shrink::find(&places.end2end()) } else { None };
    let sources = Sources::read(&places.root, &compiled.wasm)?;
    let stamp = Stamp::new(&folder, &sources, maker(&places.root, optimiser.as_deref())?);
    if stamp.is_current() {
        say::note("page: unchanged");
        return Ok(Site { folder, is_wordless: compiled.is_wordless });
    }
    say::step("page: bind, hash, compress", || {
        let glue = glue::generate(&compiled.wasm, optimiser.is_some())?;
        let wasm = match (&optimiser, finish) {
            (Some(tool), _) => shrink::run(tool, &glue.wasm)?,
            (None, Finish::Small) => {
                say::note(
                    "no wasm-opt found (npm ci in end2end brings one): going on without, about 10 % larger",
                );
                glue.wasm.clone()
            }
            (None, Finish::Quick) => glue.wasm.clone(),
        };
        site::write(&folder, &sources, &glue.with_wasm(wasm), finish)?;
        stamp.set()?;
        Ok(Site { folder, is_wordless: compiled.is_wordless })
    })
}

/// Everything besides the compiled app that the site is made of.
struct Sources {
    /// `app/index.html`.
    html: String,
    /// `style/main.css` with its imports in place, shortened.
    css: String,
    /// The files of `public/`: path within the site, content.
    public: Vec<(PathBuf, Vec<u8>)>,
    /// Hash of the raw WebAssembly.
    wasm: blake3::Hash,
}

impl Sources {
    fn read(root: &Path, wasm: &Path) -> anyhow::Result<Self> {
        let html =
            fs::read_to_string(root.join("app/index.html")).context("reading app/index.html")?;
        let css = style::bundle(&root.join("style/main.css"))?;
        let public = root.join("public");
        let public = if public.is_dir() { site::read_all(&public)? } else { Vec::new() };
        let wasm = fs::read(wasm).with_context(|| format!("reading {}", wasm.display()))?;
        Ok(Self { html, css, public, wasm: blake3::hash(&wasm) })
    }

    fn hash(&self, hasher: &mut blake3::Hasher) {
        hasher
            .update(self.html.as_bytes())
            .update(self.css.as_bytes())
            .update(self.wasm.as_bytes());
        for (path, content) in &self.public {
            hasher.update(path.as_os_str().as_encoded_bytes()).update(content);
        }
    }
}

/// Hash of how sources become a site: this folder of code, the versions of what it calls, `wasm-opt`.
///
/// Not of this very program: cargo makes a different one of the same code, now and then.
fn maker(root: &Path, optimiser: Option<&Path>) -> anyhow::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    for (path, content) in site::read_all(&root.join("xtask/src/page"))? {
        hasher.update(path.as_os_str().as_encoded_bytes()).update(&content);
    }
    hasher.update(&fs::read(root.join("Cargo.lock")).context("reading Cargo.lock")?);
    hasher.update(optimiser.map_or(b"", |tool| tool.as_os_str().as_encoded_bytes()));
    Ok(hasher.finalize())
}

/// Remembers, beside the site, what it was built from.
struct Stamp {
    file: PathBuf,
    value: String,
}

impl Stamp {
    fn new(folder: &Path, sources: &Sources, maker: blake3::Hash) -> Self {
        let mut hasher = blake3::Hasher::new();
        sources.hash(&mut hasher);
        hasher.update(maker.as_bytes());
        Self { file: folder.with_extension("stamp"), value: hasher.finalize().to_string() }
    }

    fn is_current(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|value| value == self.value)
    }

    fn set(&self) -> anyhow::Result<()> {
        fs::write(&self.file, &self.value)
            .with_context(|| format!("writing {}", self.file.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A checkout with nothing but how pages are made.
    fn checkout() -> tempfile::TempDir {
        let temp = tempfile::tempdir().unwrap();
        fs::create_dir_all(temp.path().join("xtask/src/page")).unwrap();
        fs::write(temp.path().join("xtask/src/page/mod.rs"), "as it is").unwrap();
        fs::write(temp.path().join("Cargo.lock"), "brotli 9.1.1").unwrap();
        temp
    }

    fn stamp(root: &Path, css: &str) -> Stamp {
        let (html, public, wasm) = (String::new(), Vec::new(), blake3::hash(b"app"));
        let sources = Sources { html, css: css.to_owned(), public, wasm };
        Stamp::new(&root.join("site"), &sources, maker(root, None).unwrap())
    }

    #[test]
    fn a_page_of_the_same_sources_is_not_made_again() {
        let temp = checkout();
        assert!(!stamp(temp.path(), "a").is_current(), "it was never made");
        stamp(temp.path(), "a").set().unwrap();
        assert!(stamp(temp.path(), "a").is_current());
    }

    #[test]
    fn a_page_is_made_again_when_its_sources_or_its_making_change() {
        for changed in ["xtask/src/page/mod.rs", "Cargo.lock"] {
            let temp = checkout();
            stamp(temp.path(), "a").set().unwrap();
            assert!(!stamp(temp.path(), "b").is_current(), "the style changed");
            fs::write(temp.path().join(changed), "otherwise").unwrap();
            assert!(!stamp(temp.path(), "a").is_current(), "{changed} changed");
        }
    }
}
