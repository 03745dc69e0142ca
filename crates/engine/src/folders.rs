//! The files, and the promise that none outside the folder is ever touched.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use comfy::FileRef;
use comfy::history::Folder;

/// The three folders files live in.
#[derive(Debug)]
pub(crate) struct Folders {
    /// Canonical, so that links out of it can be told.
    root: PathBuf,
    /// Five letters that differ with every start, in the names of previews.
    tag: String,
}

/// Why a name is not a file here.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PathError {
    /// It would leave its folder.
    #[error("the path leaves its folder")]
    Outside,
    /// There is no such file.
    #[error("no such file")]
    Missing,
    /// The file system says no.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Numbered names for the files of one save: `prefix_00001_.png` and on.
#[derive(Debug)]
pub(crate) struct Series {
    dir: PathBuf,
    subfolder: String,
    stem: String,
    folder: Folder,
    next: u32,
}

impl Folders {
    /// Makes what is missing, and empties `temp`.
    pub(crate) fn open(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        let root = root.canonicalize()?;
        match fs::remove_dir_all(root.join("temp")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => (),
        }
        for name in ["input", "output", "temp"] {
            fs::create_dir_all(root.join(name))?;
        }
        let letters = uuid::Uuid::new_v4().into_bytes();
        let tag = letters.iter().take(5).map(|byte| char::from(b'a' + byte % 26)).collect();
        Ok(Self { root, tag })
    }

    /// Where a folder's files are.
    pub(crate) fn dir(&self, folder: Folder) -> PathBuf {
        self.root.join(folder.as_str())
    }

    /// What the names of previews begin with.
    pub(crate) fn preview_prefix(&self) -> String {
        format!("ComfyUI_temp_{}", self.tag)
    }

    /// The path of an existing file.
    pub(crate) fn find(
        &self,
        folder: Folder,
        subfolder: &str,
        name: &str,
    ) -> Result<PathBuf, PathError> {
        let path = match subfolder {
            "" => self.confine(folder, name)?,
            _ => self.confine(folder, &format!("{subfolder}/{name}"))?,
        };
        let real = path.canonicalize().map_err(|_| PathError::Missing)?;
        if !real.starts_with(self.dir(folder)) {
            return Err(PathError::Outside);
        }
        if real.is_file() { Ok(real) } else { Err(PathError::Missing) }
    }

    /// The path of a file that a node names: `a.png`, `sub/a.png`, `a.png [output]`.
    pub(crate) fn find_named(&self, text: &str) -> Result<PathBuf, PathError> {
        let (name, folder) = split_annotation(text);
        self.find(folder.unwrap_or(Folder::Input), "", name)
    }

    /// A folder to write into, made when missing.
    pub(crate) fn make_dir(&self, folder: Folder, subfolder: &str) -> Result<PathBuf, PathError> {
        let path = self.confine(folder, subfolder)?;
        let existing = path.ancestors().find(|ancestor| ancestor.exists());
        let real = existing.ok_or(PathError::Missing)?.canonicalize()?;
        if !real.starts_with(self.dir(folder)) {
            return Err(PathError::Outside);
        }
        fs::create_dir_all(&path)?;
        Ok(path)
    }

    /// Names of the files directly inside a folder, sorted.
    pub(crate) fn list(&self, folder: Folder) -> Vec<String> {
        let entries = fs::read_dir(self.dir(folder)).into_iter().flatten().flatten();
        let files = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
        let mut names: Vec<_> =
            files.filter_map(|file| file.file_name().into_string().ok()).collect();
        names.sort_unstable();
        names
    }

    /// The next free names for `prefix`, which may name subfolders and hold
    /// `%width%`, `%height%`, `%year%`, `%month%`, `%day%`, `%hour%`, `%minute%`
    /// and `%second%` (UTC).
    pub(crate) fn series(
        &self,
        folder: Folder,
        prefix: &str,
        size: (u32, u32),
    ) -> Result<Series, PathError> {
        let prefix = expand(prefix, size);
        let (subfolder, stem) = prefix.rsplit_once('/').unwrap_or(("", &prefix));
        if matches!(stem, "." | "..") {
            return Err(PathError::Outside);
        }
        let dir = self.make_dir(folder, subfolder)?;
        let taken = fs::read_dir(&dir)?.flatten().filter_map(|file| {
            let name = file.file_name().into_string().ok()?;
            name.strip_prefix(stem)?
                .strip_prefix('_')?
                .split(['_', '.'])
                .next()?
                .parse::<u32>()
                .ok()
        });
        let next = taken.max().unwrap_or(0).saturating_add(1);
        let subfolder = dir.strip_prefix(self.dir(folder)).unwrap_or(Path::new(""));
        let subfolder = subfolder.to_string_lossy().into_owned();
        Ok(Series { dir, subfolder, stem: stem.into(), folder, next })
    }

    /// `path` below `folder`, with `.` and `..` resolved. Going above, absolute
    /// paths, NUL and backslashes are refused.
    fn confine(&self, folder: Folder, path: &str) -> Result<PathBuf, PathError> {
        if path.contains('\0') {
            return Err(PathError::Missing);
        }
        if path.contains('\\') {
            return Err(PathError::Outside);
        }
        let mut inside = PathBuf::new();
        for component in Path::new(path).components() {
            match component {
                Component::Normal(name) => inside.push(name),
                Component::CurDir => (),
                Component::ParentDir if inside.pop() => (),
                Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                    return Err(PathError::Outside);
                }
            }
        }
        Ok(self.dir(folder).join(inside))
    }
}

impl Series {
    /// The next path, and how the node tells of it. `ending`: what follows the
    /// number, such as `_.png` or `.flac`.
    pub(crate) fn next(&mut self, ending: &str) -> (PathBuf, FileRef) {
        let filename = format!("{}_{:05}{ending}", self.stem, self.next);
        self.next = self.next.saturating_add(1);
        let path = self.dir.join(&filename);
        (path, FileRef { filename, subfolder: self.subfolder.clone(), folder: self.folder })
    }
}

/// `a.png [output]` is `a.png` in `output`.
pub(crate) fn split_annotation(text: &str) -> (&str, Option<Folder>) {
    for folder in [Folder::Input, Folder::Output, Folder::Temp] {
        let name = text.strip_suffix(']').and_then(|text| text.strip_suffix(folder.as_str()));
        if let Some(name) = name.and_then(|text| text.strip_suffix('[')) {
            return (name.trim_end(), Some(folder));
        }
    }
    (text, None)
}

fn expand(prefix: &str, (width, height): (u32, u32)) -> String {
    if !prefix.contains('%') {
        return prefix.into();
    }
    let now = jiff::Timestamp::now();
    let time = |format: &str| now.strftime(format).to_string();
    prefix
        .replace("%width%", &width.to_string())
        .replace("%height%", &height.to_string())
        .replace("%year%", &time("%Y"))
        .replace("%month%", &time("%m"))
        .replace("%day%", &time("%d"))
        .replace("%hour%", &time("%H"))
        .replace("%minute%", &time("%M"))
        .replace("%second%", &time("%S"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folders() -> (tempfile::TempDir, Folders) {
        let dir = tempfile::tempdir().unwrap();
        let folders = Folders::open(dir.path()).unwrap();
        (dir, folders)
    }

    #[test]
    fn names_count_up_from_the_highest_and_are_reused_after_deletion() {
        let (_dir, folders) = folders();
        let series = || folders.series(Folder::Output, "a/b", (1, 1)).unwrap();
        let (path, file) = series().next("_.png");
        assert_eq!((file.filename.as_str(), file.subfolder.as_str()), ("b_00001_.png", "a"));
        fs::write(&path, "x").unwrap();
        fs::write(path.with_file_name("b_00007_.png"), "x").unwrap();
        assert_eq!(series().next("_.png").1.filename, "b_00008_.png");
        fs::remove_file(path.with_file_name("b_00007_.png")).unwrap();
        assert_eq!(series().next("_.png").1.filename, "b_00002_.png");
        fs::write(path.with_file_name("b_00003.flac"), "x").unwrap();
        assert_eq!(series().next(".flac").1.filename, "b_00004.flac", "all endings count");
    }

    #[test]
    fn size_and_time_are_expanded_in_names() {
        let (_dir, folders) = folders();
        let name = folders
            .series(Folder::Output, "%width%x%height%-%year%", (64, 32))
            .unwrap()
            .next("_.png")
            .1
            .filename;
        assert!(name.starts_with("64x32-2") && name.ends_with("_00001_.png"), "{name}");
    }

    #[test]
    fn temp_is_emptied_at_start_and_the_rest_is_kept() {
        let (dir, folders) = folders();
        for folder in [Folder::Input, Folder::Output, Folder::Temp] {
            fs::write(folders.dir(folder).join("x"), "x").unwrap();
        }
        let again = Folders::open(dir.path()).unwrap();
        assert_eq!(again.list(Folder::Input), ["x"]);
        assert_eq!(again.list(Folder::Output), ["x"]);
        assert!(again.list(Folder::Temp).is_empty());
    }

    #[test]
    fn annotations_name_the_folder() {
        assert_eq!(split_annotation("a b.png [output]"), ("a b.png", Some(Folder::Output)));
        assert_eq!(split_annotation("a.png [elsewhere]"), ("a.png [elsewhere]", None));
        assert_eq!(split_annotation("a.png"), ("a.png", None));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_folder_leads_nowhere() {
        let (dir, folders) = folders();
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "x").unwrap();
        std::os::unix::fs::symlink(outside.path(), dir.path().join("output/out")).unwrap();
        assert!(matches!(folders.find(Folder::Output, "out", "secret"), Err(PathError::Outside)));
        assert!(matches!(folders.series(Folder::Output, "out/x", (1, 1)), Err(PathError::Outside)));
        assert!(matches!(folders.make_dir(Folder::Output, "out/new"), Err(PathError::Outside)));
        assert!(!outside.path().join("new").exists());
    }

    proptest! {
        #[test]
        fn no_name_leads_outside(path in r"[a./\\\x00 ]{0,12}") {
            let root = PathBuf::from("/root");
            let folders = Folders { root: root.clone(), tag: String::new() };
            if let Ok(path) = folders.confine(Folder::Output, &path) {
                prop_assert!(path.starts_with("/root/output"));
                prop_assert!(path.components().all(|part| part != Component::ParentDir));
            }
        }
    }
}
