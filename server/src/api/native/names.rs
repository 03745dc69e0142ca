//! Files by their names, of which every principal has their own: a name is looked
//! up, and never becomes a path. ComfyUI protocol notes §6 and §7.

use std::collections::HashMap;

use comfy::history::Folder;
use comfy::reads::{self, Reads};
use comfy::{Graph, NodeId};

use super::words::Result;
use crate::app::App;
use crate::auth::PrincipalId;
use crate::jobs::KnownFile;
use wire::UploadId;

/// Longest name of a file or of the folders it lies in, in bytes.
const MAX_NAME: usize = 255;

/// A file's name that says where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) folder: Folder,
    /// Without slashes at its ends; empty, or folders.
    pub(super) subfolder: String,
    /// Without folders.
    pub(super) name: String,
}

/// A name that leads out of the folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outside;

impl Place {
    /// What the lookup is made with.
    pub(super) fn key(&self) -> (&'static str, &str, &str) {
        (self.folder.as_str(), &self.subfolder, &self.name)
    }

    /// As an input such as `LoadImage.image` names it: `a.png`, `sub/a.png`,
    /// `a.png [input]`.
    fn of_input(text: &str) -> Option<Self> {
        let (path, folder) = split_annotation(text);
        let (subfolder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder = folder.unwrap_or(Folder::Input);
        let name = Some(name).filter(|name| is_name(name))?.to_owned();
        let place = Self { folder, subfolder: subfolder_of(subfolder).ok()?, name };
        // safety 6: what jobs made is handed in by its job, not by a name.
        (place.folder == Folder::Input).then_some(place)
    }
}

/// `a.png [output]`: the name, and the folder that it says.
pub(super) fn split_annotation(text: &str) -> (&str, Option<Folder>) {
    for folder in [Folder::Input, Folder::Output, Folder::Temp] {
        let end = format!(" [{}]", folder.as_str());
        if let Some(name) = text.strip_suffix(&end) {
            return (name, Some(folder));
        }
    }
    (text, None)
}

/// The folder that a request means.
pub(super) fn folder_named(name: &str) -> Option<Folder> {
    [Folder::Input, Folder::Output, Folder::Temp].into_iter().find(|folder| folder.as_str() == name)
}

/// Folders as they are kept: `./a/../b//c/` is `b/c`.
pub(super) fn subfolder_of(text: &str) -> Result<String, Outside> {
    if text.starts_with('/') || text.len() > MAX_NAME || text.contains(['\\', '\0', ':']) {
        return Err(Outside);
    }
    let mut parts = Vec::new();
    for part in text.split('/') {
        match part {
            "" | "." => (),
            ".." if parts.pop().is_none() => return Err(Outside),
            ".." => (),
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

/// Whether this may be the name of a file.
pub(super) fn is_name(name: &str) -> bool {
    let odd = |c: char| c.is_control() || matches!(c, '/' | '\\');
    !name.is_empty() && name.len() <= MAX_NAME && !name.contains(odd) && name != "." && name != ".."
}

/// The files that a graph reads.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// By node and input.
    pub(super) files: HashMap<(NodeId, String), KnownFile>,
    /// What names nothing that the principal has.
    pub(super) missing: Vec<Reads>,
}

/// The principal's files that a graph reads: by names of this door, and by those
/// of files that came by another.
pub(super) async fn read_by(app: &App, principal: PrincipalId, graph: &Graph) -> Result<Read> {
    let definitions = app.backends.definitions();
    let definitions: Vec<_> = definitions.iter().map(AsRef::as_ref).collect();
    let mut found = Read::default();
    for one in reads::reads(graph, &definitions) {
        match file(app, principal, &one.value).await? {
            Some(file) => drop(found.files.insert((one.node, one.input), file)),
            None => found.missing.push(one),
        }
    }
    Ok(found)
}

async fn file(app: &App, principal: PrincipalId, name: &str) -> Result<Option<KnownFile>> {
    if let Ok(id) = name.parse()
        && app.db.find_upload(principal, UploadId(id)).await?.is_some()
    {
        return Ok(Some(KnownFile::Upload(UploadId(id))));
    }
    let Some(place) = Place::of_input(name) else { return Ok(None) };
    if let Some(upload) = app.db.native_upload(principal, place.key()).await? {
        return Ok(Some(KnownFile::Upload(upload.id)));
    }
    let upload = app.db.upload_named(principal, &place.name).await?;
    Ok(upload.filter(|_| place.subfolder.is_empty()).map(|upload| KnownFile::Upload(upload.id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    // safety 6, 29
    #[test]
    fn an_input_names_what_was_handed_in_and_nothing_else() {
        let place = |text: &str| Place::of_input(text).map(|place| (place.subfolder, place.name));
        let named = |folder: &str, name: &str| Some((folder.to_owned(), name.to_owned()));
        assert_eq!(place("a.png"), named("", "a.png"));
        assert_eq!(place("./x//y/a.png [input]"), named("x/y", "a.png"));
        for outside in
            ["a.png [output]", "a.png [temp]", "../a.png", "/etc/passwd", "x/../../a", "", "x/"]
        {
            assert_eq!(place(outside), None, "{outside}");
        }
    }

    #[test]
    fn folders_are_kept_in_one_form_and_lead_nowhere_else() {
        assert_eq!(subfolder_of("./sub//dir/").as_deref(), Ok("sub/dir"));
        assert_eq!(subfolder_of("").as_deref(), Ok(""));
        assert_eq!(subfolder_of("./sub/../sub2").as_deref(), Ok("sub2"));
        assert_eq!(subfolder_of("a/b/../..").as_deref(), Ok(""));
        for outside in ["..", "a/../..", "a/../../a", "../a", "/tmp", "a\0b", "C:\\x"] {
            assert_eq!(subfolder_of(outside), Err(Outside), "{outside:?}");
        }
    }
}
