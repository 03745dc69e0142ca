//! Writing the folder.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use flate2::{Compression, write::GzEncoder};

use super::{Finish, Sources, glue::Glue};

/// A built page on disk.
#[derive(Debug, Clone)]
pub struct Site {
    /// Holds `index.html`, `assets/` and the files of `public/`.
    pub folder: PathBuf,
    /// Compiled without the words of panics: what is shipped.
    pub is_wordless: bool,
}

/// Kinds of file that shrink when compressed; the others are compressed already.
const COMPRESSIBLE: [&str; 9] =
    ["css", "html", "ico", "js", "json", "svg", "txt", "wasm", "webmanifest"];

/// Writes everything anew, so that no file of an earlier build is embedded.
pub fn write(folder: &Path, sources: &Sources, glue: &Glue, finish: Finish) -> anyhow::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("emptying {}", folder.display()))?;
    }
    let wasm = hashed("app", "_bg.wasm", &glue.wasm);
    let js = glue.starting(&wasm);
    let script = hashed("app", ".js", js.as_bytes());
    let style = hashed("style", ".css", sources.css.as_bytes());
    let html = fill(&sources.html, &[("script", &script), ("wasm", &wasm), ("style", &style)])?;

    let assets = Path::new("assets");
    let made = [
        (PathBuf::from("index.html"), html.as_bytes()),
        (assets.join(script), js.as_bytes()),
        (assets.join(wasm), &glue.wasm),
        (assets.join(style), sources.css.as_bytes()),
    ];
    let public = sources.public.iter().map(|(path, content)| (path.clone(), content.as_slice()));
    for (path, content) in made.into_iter().chain(public) {
        put(&folder.join(path), content, finish)?;
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

/// Puts names where the template says `{{ script }}`, `{{ wasm }}` and `{{ style }}`; all lie in `assets/`.
fn fill(template: &str, names: &[(&str, &str)]) -> anyhow::Result<String> {
    let mut html = template.to_owned();
    for (key, name) in names {
        let mark = format!("{{{{ {key} }}}}");
        ensure!(html.contains(&mark), "app/index.html does not use {mark}");
        html = html.replace(&mark, name);
    }
    ensure!(!html.contains("{{"), "app/index.html has a {{{{ … }}}} that nothing fills");
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

    const HTML: &str = r#"<link href="assets/{{ style }}">
        <link href="assets/{{ wasm }}">
        <script src="assets/{{ script }}"></script>"#;

    fn sources() -> Sources {
        Sources {
            html: HTML.to_owned(),
            css: "a{b:c}".repeat(50),
            public: vec![(PathBuf::from("icons/a.png"), vec![1, 2, 3])],
            wasm: blake3::hash(b""),
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
        let glue = Glue { js: "start();".repeat(50), wasm: vec![0; 500] };
        write(&folder, &sources(), &glue, Finish::Small).unwrap();

        let names = names(&folder);
        assert!(!names.contains(&"old.js".to_owned()));
        assert!(names.contains(&"icons/a.png".to_owned()));
        for ending in [".css", ".css.br", ".css.gz", ".js", ".js.br", "_bg.wasm", "_bg.wasm.gz"] {
            let found =
                names.iter().any(|name| name.starts_with("assets/") && name.ends_with(ending));
            assert!(found, "{ending} in {names:?}");
        }
        let html = fs::read_to_string(folder.join("index.html")).unwrap();
        let script =
            names.iter().find(|name| Path::new(name).extension() == Some("js".as_ref())).unwrap();
        assert!(html.contains(script), "{html}");
    }

    #[test]
    fn another_content_gets_another_name() {
        assert_ne!(hashed("app", ".js", b"1"), hashed("app", ".js", b"2"));
        assert_eq!(hashed("app", ".js", b"1"), hashed("app", ".js", b"1"));
    }

    #[test]
    fn a_template_that_forgets_a_file_is_refused() {
        let names = [("script", "a"), ("wasm", "b"), ("style", "c")];
        assert!(fill("{{ script }} {{ wasm }}", &names).unwrap_err().to_string().contains("style"));
        assert!(fill(&format!("{HTML}{{{{ logo }}}}"), &names).is_err());
    }
}
