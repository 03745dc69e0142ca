//! `cargo xtask templates`: hundreds of workflows that nobody here drew, made into pages.
//!
//! ComfyUI's own templates come from PyPI. Each is given to `parlor workflow import`: what that
//! writes could be published as it is.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};

use crate::{
    command::{cargo, found, run},
    places::Places,
    say,
};

/// The package with the files, and its version: other ones hold other files.
const PACKAGE: &str = "comfyui-workflow-templates-json";
const VERSION: &str = "0.1.50";

/// How many of a hundred must become pages.
const PROMISED: usize = 98;

/// Fetches the templates, imports each for a ComfyUI with these definitions of nodes, and says what
/// kept the rest from it.
pub fn import_all(places: &Places, definitions: Option<PathBuf>) -> anyhow::Result<()> {
    let usual = || places.root.join("crates/comfy/tests/fixtures/object_info.json");
    let definitions = definitions.unwrap_or_else(usual);
    let files = fetch(&places.target.join("templates").join(VERSION))?;
    let binary = build(places)?;
    let into = places.target.join("templates/imported");
    fs::create_dir_all(&into).with_context(|| format!("making {}", into.display()))?;
    let mut refused: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut good, mut bad) = (0, 0);
    for file in &files {
        match import(&binary, (file, &definitions), &into)? {
            Outcome::Imported => good += 1,
            Outcome::NoWorkflow => (),
            Outcome::Refused(reason) => {
                bad += 1;
                let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                refused.entry(reason).or_default().push(name);
            }
        }
    }
    for (reason, names) in &refused {
        say::note(&format!("{}: {reason}", names.join(", ")));
    }
    say::done(&format!("{good} of {} templates became pages", good + bad));
    ensure!(good * 100 >= (good + bad) * PROMISED, "fewer than {PROMISED} % of them are too few");
    Ok(())
}

enum Outcome {
    Imported,
    /// A list that lies beside them.
    NoWorkflow,
    /// In the words of the server.
    Refused(String),
}

/// The templates, unpacked into `folder` unless they are there.
fn fetch(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        let pip = if found("pip3") { "pip3" } else { "pip" };
        say::note(&format!("fetching {PACKAGE} {VERSION} from PyPI"));
        let mut install = Command::new(pip);
        install
            .args(["install", "--no-deps", "--quiet", "--disable-pip-version-check", "--target"])
            .arg(folder)
            .arg(format!("{PACKAGE}=={VERSION}"));
        run(
            &mut install,
            "pip needs PyPI, or a mirror set with `pip config set global.index-url`",
        )?;
    }
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
        for entry in entries {
            let path = entry?.path();
            let is_index =
                path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("index"));
            if path.is_dir() {
                folders.push(path);
            } else if path.extension() == Some(OsStr::new("json")) && !is_index {
                files.push(path);
            }
        }
    }
    files.sort();
    ensure!(files.len() > 100, "the templates are not in {}: delete it", folder.display());
    Ok(files)
}

/// The server's binary; the page in it is not needed.
fn build(places: &Places) -> anyhow::Result<PathBuf> {
    let mut build = cargo(&places.root, "build --package server --bin parlor");
    run(&mut build, "the compiler's message above says where")?;
    Ok(places.target.join("debug/parlor"))
}

fn import(
    binary: &Path,
    (file, definitions): (&Path, &Path),
    into: &Path,
) -> anyhow::Result<Outcome> {
    let mut command = Command::new(binary);
    command.args(["workflow", "import"]).arg(file).arg("--definitions").arg(definitions);
    let output = command.arg("--into").arg(into).output().context("starting parlor")?;
    if output.status.success() {
        return Ok(Outcome::Imported);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("this is not a workflow") {
        return Ok(Outcome::NoWorkflow);
    }
    Ok(Outcome::Refused(said.trim().trim_start_matches("parlor: ").to_owned()))
}
