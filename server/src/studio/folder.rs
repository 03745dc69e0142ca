//! Publishes what lies in the house's folder of workflows, and again when it changes.
//!
//! The folder is looked at every few seconds rather than watched: that works on
//! network drives and in containers too, and costs a directory listing.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use comfy::Definitions;
use wire::studio::Origin;

use super::Studio;
use crate::db::{Content, VersionRow};
use crate::shutdown::Shutdown;
use crate::workflows;

/// How often the folder is looked at.
const PERIOD: Duration = Duration::from_secs(2);

/// Largest manifest, in bytes.
const MAX_MANIFEST: u64 = 4 << 20;

/// What tells that a file has changed.
type Mark = (PathBuf, SystemTime, u64);

/// A folder of workflows, and what was seen of it.
struct Folder {
    studio: Studio,
    path: Option<PathBuf>,
    /// The files of each name, as they were when they were last taken.
    taken: HashMap<String, (Vec<Mark>, Option<String>)>,
    /// The folder could not be read the last time.
    is_lost: bool,
    /// What was published from files that are gone was looked for.
    is_settled: bool,
    /// The catalogues that published workflows were last checked against.
    checked: Vec<Arc<Definitions>>,
}

/// Keeps what guests run in step with the folder at `path`, and tells the log which published
/// workflows a backend that has changed cannot run any more.
pub(crate) fn keep_in_step(studio: Studio, path: Option<PathBuf>, shutdown: &Shutdown) {
    let (taken, checked) = (HashMap::new(), Vec::new());
    let mut folder = Folder { studio, path, taken, is_lost: false, is_settled: false, checked };
    let stop = shutdown.started();
    shutdown.spawn(async move {
        let mut ticks = tokio::time::interval(PERIOD);
        let work = async {
            loop {
                ticks.tick().await;
                folder.look().await;
                folder.check_again().await;
            }
        };
        tokio::select! { () = stop => (), () = work => () }
    });
}

impl Folder {
    async fn look(&mut self) {
        let Some(path) = self.path.clone() else { return };
        let found = match names(&path).await {
            Ok(found) => found,
            Err(error) => {
                // A drive that is away for a moment takes nothing from anybody.
                if !std::mem::replace(&mut self.is_lost, true) {
                    let error = format!("{error:#}");
                    tracing::warn!(error, "the folder of workflows cannot be read");
                }
                return;
            }
        };
        self.is_lost = false;
        let waits = self.take_all(&path, &found).await;
        let gone: Vec<_> =
            self.taken.keys().filter(|name| !found.contains_key(*name)).cloned().collect();
        for name in gone {
            let slug = self.taken.remove(&name).and_then(|(_, slug)| slug);
            if let Some(slug) = slug {
                self.withdraw(&slug).await;
            }
        }
        if !waits {
            self.settle().await;
        }
    }

    /// Publishes what is new or has changed, all of it together; whether something waits for a
    /// catalogue, without which the editor's files say nothing.
    async fn take_all(&mut self, path: &Path, found: &BTreeMap<String, Vec<Mark>>) -> bool {
        let mut waits = false;
        let (mut names, mut contents) = (Vec::new(), Vec::new());
        for (name, marks) in found {
            if self.taken.get(name).is_some_and(|(taken, _)| taken == marks) {
                continue;
            }
            match self.read(path, name).await {
                Ok(None) => waits = true,
                Ok(Some(content)) => {
                    names.push(name);
                    contents.push(content);
                }
                Err(error) => self.refuse(name, &error, marks),
            }
        }
        let slugs: Vec<_> =
            contents.iter().map(|content: &Content| content.manifest.slug.clone()).collect();
        let published = self.studio.publish_files(contents).await;
        let published = published.unwrap_or_else(|error| {
            let error = format!("{error:#}");
            slugs.iter().map(|_| Err(anyhow::anyhow!("{error}"))).collect()
        });
        for ((name, slug), published) in names.into_iter().zip(slugs).zip(published) {
            if let Err(error) = published {
                self.refuse(name, &error, &found[name]);
                continue;
            }
            let before = self.taken.insert(name.clone(), (found[name].clone(), Some(slug)));
            let before = before.and_then(|(_, slug)| slug);
            let is_other = |before: &String| {
                self.taken.values().all(|(_, slug)| slug.as_ref() != Some(before))
            };
            if let Some(before) = before.filter(is_other) {
                self.withdraw(&before).await;
            }
        }
        waits
    }

    /// Tells why a file is not published. What was published from it before stays.
    fn refuse(&mut self, name: &str, error: &anyhow::Error, marks: &[Mark]) {
        let error = format!("{error:#}");
        tracing::error!(workflow = name, error, "this file is not published");
        let slug = self.taken.remove(name).and_then(|(_, slug)| slug);
        self.taken.insert(name.to_owned(), (marks.to_vec(), slug));
    }

    /// Hides what was published from files that went while the house was closed. Once, and not before
    /// every file was taken or refused.
    async fn settle(&mut self) {
        if std::mem::replace(&mut self.is_settled, true) {
            return;
        }
        let ours: HashSet<String> =
            self.taken.values().filter_map(|(_, slug)| slug.clone()).collect();
        for one in self.studio.workflows.list() {
            if !ours.contains(one.slug()) {
                self.withdraw(one.slug()).await;
            }
        }
        tracing::info!(files = self.taken.len(), "the folder of workflows was taken in");
    }

    async fn withdraw(&self, slug: &str) {
        if let Err(error) = self.studio.withdraw(slug).await {
            let error = format!("{error:#}");
            tracing::error!(workflow = slug, error, "it cannot be hidden");
        }
    }

    /// What the files of this name say, or `None` if they must wait for a catalogue.
    async fn read(&self, path: &Path, name: &str) -> anyhow::Result<Option<Content>> {
        let graph = path.join(format!("{name}.json"));
        let graph =
            tokio::fs::read(&graph).await.with_context(|| format!("reading {name}.json"))?;
        let manifest = path.join(format!("{name}.toml"));
        let content = match tokio::fs::metadata(&manifest).await {
            Err(_) => {
                let Some(definitions) = self.studio.catalogue() else { return Ok(None) };
                let name = name.to_owned();
                let work = move || super::read(&graph, &name, Some(&definitions));
                tokio::task::spawn_blocking(work).await??
            }
            Ok(about) => {
                let limit = MAX_MANIFEST >> 20;
                anyhow::ensure!(
                    about.len() <= MAX_MANIFEST,
                    "{name}.toml has more than {limit} MB"
                );
                let text = tokio::fs::read_to_string(&manifest).await?;
                let (manifest, graph) = workflows::read(&text, &String::from_utf8(graph)?)?;
                Content { manifest, graph: graph.to_value() }
            }
        };
        Ok(Some(content))
    }

    /// Tells once what cannot run any more when what the backends have has changed.
    async fn check_again(&mut self) {
        let now = self.studio.backends.definitions();
        let is_known =
            |all: &Arc<Definitions>| self.checked.iter().any(|one| Arc::ptr_eq(one, all));
        if now.len() == self.checked.len() && now.iter().all(is_known) {
            return;
        }
        self.checked = now;
        let Ok(entries) = self.studio.list().await else { return };
        for entry in entries.iter().filter(|entry| entry.published.is_some()) {
            for problem in entry.problems.iter().filter(|problem| problem.serious) {
                tracing::warn!(
                    workflow = entry.slug,
                    problem = problem.message,
                    "it cannot run now"
                );
            }
        }
    }
}

/// The names in the folder, each with the marks of its files.
async fn names(path: &Path) -> anyhow::Result<BTreeMap<String, Vec<Mark>>> {
    let mut found: BTreeMap<String, Vec<Mark>> = BTreeMap::new();
    let mut graphs = HashSet::new();
    let mut entries =
        tokio::fs::read_dir(path).await.with_context(|| path.display().to_string())?;
    while let Some(entry) = entries.next_entry().await? {
        let path = entry.path();
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let Some(name) = path.file_stem().and_then(|name| name.to_str()) else { continue };
        if !matches!(ending, "json" | "toml") || name.starts_with('.') {
            continue;
        }
        if ending == "json" {
            graphs.insert(name.to_owned());
        }
        // It may be gone by now, or lead nowhere.
        let Ok(about) = tokio::fs::metadata(&path).await else { continue };
        let mark = (path.clone(), about.modified()?, about.len());
        found.entry(name.to_owned()).or_default().push(mark);
    }
    found.retain(|name, marks| {
        marks.sort();
        graphs.contains(name)
    });
    Ok(found)
}

impl Studio {
    /// Makes a version of each of these files of the folder, unless the newest version from there is
    /// the same. What became of each, in their order.
    async fn publish_files(&self, files: Vec<Content>) -> anyhow::Result<Vec<anyhow::Result<()>>> {
        let mut results: Vec<anyhow::Result<()>> = Vec::with_capacity(files.len());
        let (mut places, mut changed) = (Vec::new(), Vec::new());
        for (place, content) in files.into_iter().enumerate() {
            let is_known = self.is_published(&content).await?;
            results.push(Ok(()));
            if !is_known {
                places.push(place);
                changed.push(content);
            }
        }
        if changed.is_empty() {
            return Ok(results);
        }
        let slugs: Vec<_> = changed.iter().map(|content| content.manifest.slug.clone()).collect();
        let published = self.workflows.publish_all(changed, Origin::Folder).await?;
        for ((place, slug), published) in places.into_iter().zip(slugs).zip(published) {
            results[place] = published.map(|version| {
                tracing::info!(workflow = slug, version, "published from the folder");
            });
        }
        Ok(results)
    }

    /// Whether the newest version from the folder is the same; it is shown again if it was hidden for
    /// want of its file.
    async fn is_published(&self, content: &Content) -> anyhow::Result<bool> {
        let slug = &content.manifest.slug;
        let newest = self.db.newest_from(slug, Origin::Folder).await?;
        let is_same = |newest: &VersionRow| {
            newest.manifest == content.manifest && newest.graph == content.graph
        };
        let Some(newest) = newest.filter(is_same) else { return Ok(false) };
        // What the host has hidden stays hidden.
        if self.db.workflow(slug).await?.is_some_and(|row| row.withdrawn) {
            self.workflows.show(slug, Some(newest.version)).await?;
        }
        Ok(true)
    }

    /// The file is gone: guests see the workflow no more, unless the host published another version.
    async fn withdraw(&self, slug: &str) -> anyhow::Result<()> {
        let Some(shown) = self.workflows.get(slug) else { return Ok(()) };
        let version = self.db.version(slug, shown.version()).await?;
        if version.is_some_and(|version| version.origin == Origin::Folder) {
            self.workflows.withdraw(slug).await?;
            tracing::info!(workflow = slug, "hidden: its file is gone");
        }
        Ok(())
    }
}
