//! Takes the built pages into the binary, and what `crates/openapi` says of the API.
//!
//! `PARLOR_SITE` names the folder that `cargo xtask` filled: documents, and
//! beside each compressible file its `.br` and `.gz`. Without it, as for a
//! plain `cargo check`, a page that says so stands in.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, io};

use flate2::{Compression, write::GzEncoder};

#[expect(clippy::disallowed_methods, reason = "there is no runtime to block")]
fn main() -> io::Result<()> {
    println!("cargo::rerun-if-env-changed=PARLOR_SITE");
    let site = env::var_os("PARLOR_SITE").filter(|site| !site.is_empty()).map(PathBuf::from);
    let site = site.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("placeholder"));
    println!("cargo::rerun-if-changed={}", site.display());

    let mut files = Vec::new();
    collect(&site, &site, &mut files)?;
    files.sort();

    let mut build = blake3::Hasher::new();
    let mut table = String::from("&[\n");
    for name in files.iter().filter(|name| !is_compressed(name)) {
        let content = fs::read(site.join(name))?;
        build.update(name.as_bytes()).update(&content);
        let hash = blake3::hash(&content).to_hex();
        let beside = |extension: &str| {
            let name = format!("{name}.{extension}");
            let found = files.contains(&name).then(|| include(&site.join(name)));
            found.map_or("None".to_owned(), |include| format!("Some({include})"))
        };
        // What can be unpacked need not be in the binary twice; the documents are changed when it starts.
        let unpacked = name.starts_with("assets/") && files.contains(&format!("{name}.gz"));
        let plain = if unpacked {
            "None".to_owned()
        } else {
            format!("Some({})", include(&site.join(name)))
        };
        let (br, gz, etag) = (beside("br"), beside("gz"), &hash[..20]);
        writeln!(
            table,
            "Asset {{ path: {name:?}, etag: \"\\\"{etag}\\\"\", plain: {plain}, br: {br}, gz: {gz} }},"
        )
        .expect("writing to a string does not fail");
    }
    table.push(']');

    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("site.rs"), table)?;
    let build = &build.finalize().to_hex()[..12];
    println!("cargo::rustc-env=PARLOR_BUILD={build}");
    describe(&out, build)
}

/// The API's document and its page, packed, and what other pages like it are put into.
fn describe(out: &Path, build: &str) -> io::Result<()> {
    let document = openapi::document();
    let page = openapi::page(&document, build);
    let text = serde_json::to_string(&document)?;
    fs::write(out.join("docs-shell.html"), openapi::shell(build))?;
    let mut table = String::from("[\n");
    for (name, content) in [("openapi.json", text), ("index.html", page)] {
        let packed = out.join(name).with_added_extension("gz");
        let mut gzip = GzEncoder::new(fs::File::create(&packed)?, Compression::best());
        gzip.write_all(content.as_bytes())?;
        gzip.finish()?;
        let (etag, gz) = (&blake3::hash(content.as_bytes()).to_hex()[..20], include(&packed));
        writeln!(
            table,
            "Asset {{ path: \"docs/{name}\", etag: \"\\\"{etag}\\\"\", plain: None, br: None, gz: Some({gz}) }},"
        )
        .expect("writing to a string does not fail");
    }
    table.push(']');
    fs::write(out.join("docs.rs"), table)
}

/// Names of all files below `folder`, relative to `site`, with `/`.
fn collect(site: &Path, folder: &Path, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(site, &path, files)?;
            continue;
        }
        let name = path.strip_prefix(site).expect("it was found below");
        files.push(name.to_string_lossy().replace('\\', "/"));
    }
    Ok(())
}

fn is_compressed(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "br" || extension == "gz")
}

fn include(path: &Path) -> String {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    format!("include_bytes!({:?})", path.to_string_lossy())
}
