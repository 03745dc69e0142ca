//! The pages as a folder of files that a browser may keep forever.
//!
//! There are two programs, each with its document, `index.html` and `studio.html`. These are the only
//! names that stay; everything they ask for carries a hash of its content, and lies there plain,
//! brotli- and gzip-compressed.

mod compile;
mod glue;
mod shrink;
mod site;
mod split;
mod style;
pub mod weight;

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
};

use anyhow::Context;

use crate::{places::Places, say};
use compile::Compiled;
use glue::Glue;
use split::Split;

pub use site::Site;

/// One of the two programs that the library `app` becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Program {
    /// Of its binary in `app/src/bin`; the names of its files begin with it.
    pub name: &'static str,
    /// Its document: in `app/` with marks for names, in the site with names.
    pub document: &'static str,
    /// Its style sheet in `style/`.
    style: &'static str,
    /// What a first visit transfers at most, in bytes, everything included.
    promise: u64,
}

/// The style sheet of the pages that the server writes by itself, `/api/docs` and its like. It keeps
/// its name: these pages ask for it with the hash of the build behind it.
const DOCS: &str = "docs.css";

/// What guests get, and the host's side.
pub const PROGRAMS: [Program; 2] = [
    Program { name: "page", document: "index.html", style: "main.css", promise: 200_000 },
    Program { name: "studio", document: "studio.html", style: "studio.css", promise: 350_000 },
];

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

/// Builds the site, or finds that nothing changed since it was last built.
pub fn build(places: &Places, finish: Finish) -> anyhow::Result<Site> {
    let compiled = say::step("page: compile", || compile::compile(places, finish))?;
    let folder = places.target.join(finish.folder());
    let optimiser = if finish == Finish::Small { shrink::find(&places.end2end()) } else { None };
    let sources = Sources::read(&places.root, &compiled)?;
    let stamp = Stamp::new(&folder, &sources, maker(&places.root, optimiser.as_deref())?);
    if stamp.is_current() {
        say::note("page: unchanged");
        return Ok(Site { folder, is_wordless: compiled.is_wordless });
    }
    if finish == Finish::Small && optimiser.is_none() {
        say::note(
            "no wasm-opt found (npm ci in end2end brings one): going on without, about 10 % larger",
        );
    }
    say::step("page: bind, hash, compress", || {
        let bound = bind_all(&compiled, optimiser.as_deref(), finish)?;
        site::write(&folder, &sources, &bound, finish)?;
        stamp.set()?;
        Ok(Site { folder, is_wordless: compiled.is_wordless })
    })
}

/// The programs in their order, bound; those that are shipped also made smaller, by `optimiser` where
/// there is one, and split. All at the same time.
fn bind_all(
    compiled: &Compiled,
    optimiser: Option<&Path>,
    finish: Finish,
) -> anyhow::Result<Vec<Glue>> {
    let bind = |program: Program| {
        let linked = compiled.wasm(program);
        let glue = glue::generate(&linked, finish == Finish::Small)?;
        if finish == Finish::Quick {
            return Ok(glue);
        }
        let wasm = match optimiser {
            Some(tool) => shrink::run(tool, program.name, &glue.wasm)?,
            None => glue.wasm,
        };
        let linked = fs::read(&linked).with_context(|| format!("reading {}", linked.display()))?;
        let Split { main, later } = split::split(&linked, &wasm)
            .with_context(|| format!("splitting the {}", program.name))?;
        Ok(Glue { js: glue.js, wasm: main, later })
    };
    thread::scope(|scope| {
        let running = PROGRAMS.map(|program| scope.spawn(move || bind(program)));
        let bound =
            running.map(|thread| thread.join().expect("binding reports, and does not panic"));
        bound.into_iter().collect()
    })
}

/// Everything besides its code that a program is made of.
struct Source {
    program: Program,
    /// Its document, with marks for names.
    html: String,
    /// Its style sheet with the imports in place, shortened.
    css: String,
    /// Hash of its raw WebAssembly.
    wasm: blake3::Hash,
}

/// Everything besides the compiled programs that the site is made of.
struct Sources {
    /// In the order of [`PROGRAMS`].
    programs: Vec<Source>,
    /// The files of `public/`, and [`DOCS`]: path within the site, content.
    public: Vec<(PathBuf, Vec<u8>)>,
}

impl Source {
    fn read(root: &Path, compiled: &Compiled, program: Program) -> anyhow::Result<Self> {
        let html = root.join("app").join(program.document);
        let wasm = compiled.wasm(program);
        let reading = |path: &Path| format!("reading {}", path.display());
        Ok(Self {
            program,
            css: style::bundle(&root.join("style").join(program.style))?,
            wasm: blake3::hash(&fs::read(&wasm).with_context(|| reading(&wasm))?),
            html: fs::read_to_string(&html).with_context(|| reading(&html))?,
        })
    }
}

impl Sources {
    fn read(root: &Path, compiled: &Compiled) -> anyhow::Result<Self> {
        let programs = PROGRAMS.iter().map(|program| Source::read(root, compiled, *program));
        let programs = programs.collect::<Result<_, _>>()?;
        let public = root.join("public");
        let mut public = if public.is_dir() { site::read_all(&public)? } else { Vec::new() };
        let docs = style::bundle(&root.join("style").join(DOCS))?;
        public.push((DOCS.into(), docs.into_bytes()));
        Ok(Self { programs, public })
    }

    fn hash(&self, hasher: &mut blake3::Hasher) {
        for Source { program, html, css, wasm } in &self.programs {
            hasher.update(program.name.as_bytes()).update(html.as_bytes()).update(css.as_bytes());
            hasher.update(wasm.as_bytes());
        }
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
        let (html, css, wasm) = (String::new(), css.to_owned(), blake3::hash(b"app"));
        let program = Source { program: PROGRAMS[0], html, css, wasm };
        let sources = Sources { programs: vec![program], public: Vec::new() };
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
