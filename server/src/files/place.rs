//! Files by names that say where they lie, as ComfyUI has them: a name is looked up, and never
//! becomes a path. ComfyUI protocol notes §6 and §7.

use comfy::history::Folder;

/// Longest name of a file or of the folders it lies in, in bytes.
const MAX_NAME: usize = 255;

/// A file's name that says where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) folder: Folder,
    /// Without slashes at its ends; empty, or folders.
    pub(crate) subfolder: String,
    /// Without folders.
    pub(crate) name: String,
}

/// A name that leads out of the folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outside;

impl Place {
    /// What the lookup is made with.
    pub(crate) fn key(&self) -> (&'static str, &str, &str) {
        (self.folder.as_str(), &self.subfolder, &self.name)
    }

    /// As an input such as `LoadImage.image` names it: `a.png`, `sub/a.png`,
    /// `a.png [input]`.
    pub(crate) fn of_input(text: &str) -> Option<Self> {
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
pub(crate) fn split_annotation(text: &str) -> (&str, Option<Folder>) {
    for folder in [Folder::Input, Folder::Output, Folder::Temp] {
        let end = format!(" [{}]", folder.as_str());
        if let Some(name) = text.strip_suffix(&end) {
            return (name, Some(folder));
        }
    }
    (text, None)
}

/// The folder that a request means.
pub(crate) fn folder_named(name: &str) -> Option<Folder> {
    [Folder::Input, Folder::Output, Folder::Temp].into_iter().find(|folder| folder.as_str() == name)
}

/// Folders as they are kept: `./a/../b//c/` is `b/c`.
pub(crate) fn subfolder_of(text: &str) -> Result<String, Outside> {
    if text.starts_with('/') || text.len() > MAX_NAME || text.contains(['\\', '\0', ':']) {
        return Err(Outside);
    }
    let mut parts = Vec::new();
    for part in text.split('/') {
        match part {
            ".." if parts.pop().is_none() => return Err(Outside),
            "" | "." | ".." => (),
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

/// Whether this may be the name of a file.
pub(crate) fn is_name(name: &str) -> bool {
    let odd = |c: char| c.is_control() || matches!(c, '/' | '\\');
    !name.is_empty() && name.len() <= MAX_NAME && !name.contains(odd) && name != "." && name != ".."
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
