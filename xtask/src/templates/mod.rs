//! `cargo xtask templates`: hundreds of workflows that nobody here drew, made into pages and run.
//!
//! ComfyUI's own templates come from PyPI. Each is given to `parlor workflow import`; one house
//! publishes what that writes, and its demo engine runs every page whose nodes it knows. Read in this
//! order: `import` makes the pages, `house` opens, `ask` runs them.

mod ask;
mod house;
mod import;

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use anyhow::{Context, ensure};

use crate::{
    command::{cargo, found, run},
    places::Places,
    say,
};
use ask::{Answer, Asking};
use house::House;
use import::Page;

/// The package with the files, and its version: other ones hold other files.
const PACKAGE: &str = "comfyui-workflow-templates-json";
const VERSION: &str = "0.1.50";

/// How many of a hundred must become pages.
const PROMISED: usize = 98;

/// How many are made into pages, and how many of those must run to their end.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    /// Every so manieth file is taken.
    every: usize,
    /// At least so many must be run.
    runs: usize,
}

impl Extent {
    /// All there are: some minutes.
    pub const ALL: Self = Self { every: 1, runs: 200 };
    /// As many as every change can wait for.
    pub const SAMPLE: Self = Self { every: 8, runs: 20 };
}

/// Fetches the templates, imports each for a ComfyUI with these definitions of nodes, runs those that
/// the demo engine knows, and says what kept the rest from it.
///
/// # Errors
///
/// When fewer become pages than are promised, when one does not run that the engine knows, or when
/// fewer run than did before.
pub fn run_all(
    places: &Places,
    definitions: Option<PathBuf>,
    extent: Extent,
) -> anyhow::Result<()> {
    let usual = || places.root.join("crates/comfy/tests/fixtures/object_info.json");
    let definitions = definitions.unwrap_or_else(usual);
    let files = fetch(&places.target.join("templates").join(VERSION))?;
    let files: Vec<_> = files.into_iter().step_by(extent.every).collect();
    let binary = build(places)?;
    let folder = places.target.join("templates/pages");
    empty(&folder)?;
    let pages = pages(&binary, (&files, &definitions), &folder)?;
    run_pages(places, &binary, (&folder, &pages), extent)
}

/// Makes the pages; few enough may be refused.
fn pages(
    binary: &Path,
    (files, definitions): (&[PathBuf], &Path),
    folder: &Path,
) -> anyhow::Result<Vec<Page>> {
    let imported = at_once(files, |file| import::import(binary, (file, definitions), folder));
    let mut refused: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut pages, mut bad) = (Vec::new(), 0);
    for (file, outcome) in files.iter().zip(imported) {
        match outcome? {
            import::Outcome::Imported(page) => pages.push(page),
            import::Outcome::NoWorkflow => (),
            import::Outcome::Refused(reason) => {
                bad += 1;
                let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                refused.entry(reason).or_default().push(name);
            }
        }
    }
    list(&refused);
    let (good, all) = (pages.len(), pages.len() + bad);
    say::done(&format!("{good} of {all} templates became pages"));
    ensure!(good * 100 >= all * PROMISED, "fewer than {PROMISED} % of them are too few");
    Ok(pages)
}

/// Publishes the pages in one house and runs those that its engine knows.
fn run_pages(
    places: &Places,
    binary: &Path,
    (folder, pages): (&Path, &[Page]),
    extent: Extent,
) -> anyhow::Result<()> {
    let known = engine_classes(places)?;
    let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
    let mut ready = Vec::new();
    for page in pages {
        let missing: Vec<_> = page.classes.difference(&known).collect();
        match missing[..] {
            [] => ready.push(page),
            [first, ..] => *unknown.entry(first.clone()).or_default() += 1,
        }
    }
    let made = places.target.join("templates/made");
    empty(&made)?;
    let models: BTreeSet<_> = ready.iter().flat_map(|page| &page.models).collect();
    let house = House::open(binary, (folder, &made.join("house")), &models)?;
    let asking = Asking::new(binary, &house.url, &made)?;
    let answers = at_once(&ready, |page| asking.run(page));
    let mut failed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut good = 0;
    for (page, answer) in ready.iter().zip(answers) {
        match answer? {
            Answer::Ran => good += 1,
            Answer::Refused(reason) => failed.entry(reason).or_default().push(page.slug.clone()),
        }
    }
    let kept = pages.len() - ready.len();
    let mut unknown: Vec<_> = unknown.into_iter().map(|(class, count)| (count, class)).collect();
    unknown.sort_unstable_by(|one, other| other.cmp(one));
    let often: Vec<_> =
        unknown.iter().take(12).map(|(count, class)| format!("{class} ({count})")).collect();
    say::note(&format!("{kept} need nodes that the demo engine lacks: {} …", often.join(", ")));
    list(&failed);
    say::done(&format!("{good} of {} were run to their end by the demo engine", ready.len()));
    ensure!(failed.is_empty(), "the engine knows all nodes of these, and they did not run");
    ensure!(good >= extent.runs, "{} ran before: see which nodes it lost", extent.runs);
    Ok(())
}

/// The classes that the demo engine has.
fn engine_classes(places: &Places) -> anyhow::Result<BTreeSet<String>> {
    let file = places.root.join("crates/engine/src/catalogue.json");
    let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let all: serde_json::Value = serde_json::from_str(&text).context("reading the catalogue")?;
    let nodes = all["nodes"].as_object().context("the catalogue has no nodes")?;
    Ok(nodes.keys().cloned().collect())
}

/// Does the work for each, several at a time; the results in their order.
fn at_once<T: Sync, R: Send>(all: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(one) = all.get(at) else { return done };
            done.push((at, work(one)));
        }
    };
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let count = thread::available_parallelism().map_or(2, usize::from) + 1;
        let workers: Vec<_> = (0..count).map(|_| scope.spawn(worker)).collect();
        let join = |worker: thread::ScopedJoinHandle<'_, Vec<_>>| {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        workers.into_iter().flat_map(join).collect()
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Names by reason.
fn list(reasons: &BTreeMap<String, Vec<String>>) {
    for (reason, names) in reasons {
        say::note(&format!("{}: {reason}", names.join(", ")));
    }
}

/// Makes the folder, without what was in it.
fn empty(folder: &Path) -> anyhow::Result<()> {
    if folder.is_dir() {
        fs::remove_dir_all(folder).with_context(|| format!("emptying {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))
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

/// The server's binary, as the tests compile it; the page in it is not needed.
fn build(places: &Places) -> anyhow::Result<PathBuf> {
    let mut build = cargo(&places.root, "build --workspace --bin parlor --test http");
    run(&mut build, "the compiler's message above says where")?;
    Ok(places.target.join("debug/parlor"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_done_at_once_comes_back_in_order() {
        let numbers: Vec<u32> = (0..100).collect();
        assert_eq!(at_once(&numbers, |number| number * 2), (0..200).step_by(2).collect::<Vec<_>>());
    }

    #[test]
    fn the_engine_says_which_nodes_it_has() {
        let classes = engine_classes(&Places::find().unwrap()).unwrap();
        assert!(classes.contains("KSampler") && !classes.contains("lists"), "{classes:?}");
    }
}
