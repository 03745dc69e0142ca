//! Writing the folder.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use flate2::{Compression, write::GzEncoder};

use super::{Finish, Source, Sources, glue::Glue};

/// The built programs on disk.
#[derive(Debug, Clone)]
pub struct Site {
    /// Holds the documents, `assets/` and the files of `public/`.
    pub folder: PathBuf,
    /// Compiled without the words of panics: what is shipped.
    pub is_wordless: bool,
}

/// Kinds of file that shrink when compressed; the others are compressed already.
const COMPRESSIBLE: [&str; 9] =
    ["css", "html", "ico", "js", "json", "svg", "txt", "wasm", "webmanifest"];

/// How the names of files end that hold what a first visit does not need.
pub const LATER: &str = "-later.wasm";

/// Writes everything anew, so that no file of an earlier build is embedded. `bound` is the code of
/// each of the programs, in their order.
pub fn write(
    folder: &Path,
    sources: &Sources,
    bound: &[Glue],
    finish: Finish,
) -> anyhow::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("emptying {}", folder.display()))?;
    }
    for (source, glue) in sources.programs.iter().zip(bound) {
        write_program(folder, source, glue, finish)?;
    }
    for (path, content) in &sources.public {
        put(&folder.join(path), content, finish)?;
    }
    Ok(())
}

fn write_program(
    folder: &Path,
    source: &Source,
    glue: &Glue,
    finish: Finish,
) -> anyhow::Result<()> {
    let name = source.program.name;
    let wasm = hashed(name, ".wasm", &glue.wasm);
    let later = glue.later.as_ref().map(|later| (hashed(name, LATER, later), later));
    let js = glue.starting(&wasm, later.as_ref().map(|(name, _)| &**name));
    let script = hashed(name, ".js", js.as_bytes());
    let style = hashed(name, ".css", source.css.as_bytes());
    let names = [("script", &*script), ("wasm", &*wasm), ("style", &*style)];
    let html = fill(source, &names)?;

    put(&folder.join(source.program.document), html.as_bytes(), finish)?;
    let made = [(script, js.as_bytes()), (wasm, &*glue.wasm), (style, source.css.as_bytes())];
    let later = later.map(|(name, content)| (name, content.as_slice()));
    for (name, content) in made.into_iter().chain(later) {
        put(&folder.join("assets").join(name), content, finish)?;
    }
    Ok(())
}

/// Every file below `folder`: path within it, content; sorted by path.
pub fn read_all(folder: &Path) -> anyhow::Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(current) = folders.pop() {
        for entry in
            fs::read_dir(&current).with_context(|| format!("listing {}", current.display()))?
        {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let content = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
            files.push((path.strip_prefix(folder)?.to_owned(), content));
        }
    }
    files.sort();
    Ok(files)
}

/// `stem-<hash><ending>`: a name that no other content ever gets.
fn hashed(stem: &str, ending: &str, content: &[u8]) -> String {
    let hash = blake3::hash(content).to_hex();
    format!("{stem}-{}{ending}", &hash[..12])
}

/// Puts names where the document says `{{ script }}`, `{{ wasm }}` and `{{ style }}`; all lie in `assets/`.
fn fill(source: &Source, names: &[(&str, &str)]) -> anyhow::Result<String> {
    let document = source.program.document;
    let mut html = source.html.clone();
    for (key, name) in names {
        let mark = format!("{{{{ {key} }}}}");
        ensure!(html.contains(&mark), "app/{document} does not use {mark}");
        html = html.replace(&mark, name);
    }
    ensure!(!html.contains("{{"), "app/{document} has a {{{{ … }}}} that nothing fills");
    Ok(html)
}

/// Writes a file and, where it pays, its compressed forms beside it.
fn put(path: &Path, content: &[u8], finish: Finish) -> anyhow::Result<()> {
    let context = || format!("writing {}", path.display());
    fs::create_dir_all(path.parent().context("a file is in a folder")?).with_context(context)?;
    fs::write(path, content).with_context(context)?;
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    if !COMPRESSIBLE.contains(&ending) {
        return Ok(());
    }
    for (suffix, packed) in [("br", brotli(content, finish)?), ("gz", gzip(content, finish)?)] {
        if packed.len() < content.len() {
            fs::write(path.with_added_extension(suffix), packed).with_context(context)?;
        }
    }
    Ok(())
}

fn brotli(content: &[u8], finish: Finish) -> anyhow::Result<Vec<u8>> {
    let quality = if finish == Finish::Small { 11 } else { 5 };
    let params = brotli::enc::BrotliEncoderParams { quality, lgwin: 24, ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut packed, &params)
        .context("compressing with brotli")?;
    Ok(packed)
}

fn gzip(content: &[u8], finish: Finish) -> anyhow::Result<Vec<u8>> {
    let level = if finish == Finish::Small { Compression::best() } else { Compression::fast() };
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(content).and_then(|()| encoder.finish()).context("compressing with gzip")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::{PROGRAMS, Program};

    const HTML: &str = r#"<link href="assets/{{ style }}">
        <link href="assets/{{ wasm }}">
        <script src="assets/{{ script }}"></script>"#;

    fn source(program: Program, html: &str) -> Source {
        let (html, css, wasm) = (html.to_owned(), "a{b:c}".repeat(50), blake3::hash(b""));
        Source { program, html, css, wasm }
    }

    fn sources() -> Sources {
        Sources {
            programs: PROGRAMS.map(|program| source(program, HTML)).into(),
            public: vec![(PathBuf::from("icons/a.png"), vec![1, 2, 3])],
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let files = read_all(folder).unwrap();
        files.into_iter().map(|(path, _)| path.display().to_string()).collect()
    }

    #[test]
    fn the_site_is_hashed_compressed_and_free_of_old_files() {
        let temp = tempfile::tempdir().unwrap();
        let folder = temp.path().join("site");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("old.js"), "").unwrap();
        let glue =
            || Glue { js: "start();".repeat(50), wasm: vec![0; 500], later: Some(vec![1; 500]) };
        write(&folder, &sources(), &[glue(), glue()], Finish::Small).unwrap();

        let names = names(&folder);
        assert!(!names.contains(&"old.js".to_owned()));
        assert!(names.contains(&"icons/a.png".to_owned()));
        for program in PROGRAMS {
            for ending in
                [".css", ".css.br", ".css.gz", ".js", ".js.br", ".wasm", ".wasm.gz", "-later.wasm"]
            {
                let start = format!("assets/{}-", program.name);
                let found =
                    names.iter().any(|name| name.starts_with(&start) && name.ends_with(ending));
                assert!(found, "{start}…{ending} in {names:?}");
            }
        }
    }

    #[test]
    fn each_document_asks_for_the_files_of_its_own_program() {
        let temp = tempfile::tempdir().unwrap();
        let folder = temp.path().join("site");
        let glue = || Glue { js: String::new(), wasm: Vec::new(), later: None };
        write(&folder, &sources(), &[glue(), glue()], Finish::Quick).unwrap();
        for (own, other) in [(PROGRAMS[0], PROGRAMS[1]), (PROGRAMS[1], PROGRAMS[0])] {
            let html = fs::read_to_string(folder.join(own.document)).unwrap();
            assert!(html.contains(&format!("assets/{}-", own.name)), "{html}");
            assert!(!html.contains(&format!("assets/{}-", other.name)), "{html}");
        }
    }

    #[test]
    fn another_content_gets_another_name() {
        assert_ne!(hashed("app", ".js", b"1"), hashed("app", ".js", b"2"));
        assert_eq!(hashed("app", ".js", b"1"), hashed("app", ".js", b"1"));
    }

    #[test]
    fn a_template_that_forgets_a_file_is_refused() {
        let filled = |html: &str| {
            fill(&source(PROGRAMS[0], html), &[("script", "a"), ("wasm", "b"), ("style", "c")])
        };
        assert!(filled("{{ script }} {{ wasm }}").unwrap_err().to_string().contains("style"));
        assert!(filled(&format!("{HTML}{{{{ logo }}}}")).is_err());
    }
}
