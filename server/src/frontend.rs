//! ComfyUI's own page: the files of the folder that the configuration names,
//! listed once at the start. What is asked for is looked up in the list, so that
//! no path is made of what a browser sends.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

/// What every version of the page begins with.
const DOCUMENT: &str = "index.html";

/// The files of the page, by their paths below its folder, with slashes.
#[derive(Debug, Clone, Default)]
pub struct Frontend {
    files: HashMap<String, PathBuf>,
}

impl Frontend {
    /// Lists the files in `folder`; without one there is no page. Links are no
    /// files of it, wherever they lead.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read or holds no page.
    pub async fn list(folder: Option<&Path>) -> anyhow::Result<Self> {
        let Some(folder) = folder else { return Ok(Self::default()) };
        let mut found = Self::default();
        let mut folders = vec![(folder.to_owned(), String::new())];
        while let Some((folder, below)) = folders.pop() {
            let reading = || format!("the folder {} of --comfy-frontend", folder.display());
            let mut entries = tokio::fs::read_dir(&folder).await.with_context(reading)?;
            while let Some(entry) = entries.next_entry().await.with_context(reading)? {
                let Ok(name) = entry.file_name().into_string() else { continue };
                let kind = entry.file_type().await.with_context(reading)?;
                if kind.is_dir() {
                    folders.push((entry.path(), format!("{below}{name}/")));
                } else if kind.is_file() {
                    found.files.insert(format!("{below}{name}"), entry.path());
                }
            }
        }
        ensure!(
            found.files.contains_key(DOCUMENT),
            "the folder {} of --comfy-frontend holds no {DOCUMENT}; name the folder `static` of \
             the Python package comfyui-frontend-package",
            folder.display(),
        );
        Ok(found)
    }

    /// Where the file at this path lies.
    pub(crate) fn find(&self, path: &str) -> Option<&Path> {
        self.files.get(path).map(PathBuf::as_path)
    }

    /// The page itself.
    pub(crate) const DOCUMENT: &str = DOCUMENT;
}

#[cfg(test)]
mod tests {
    use super::*;

    // safety 29
    #[tokio::test]
    async fn only_what_lies_in_the_folder_is_found() {
        let house = tempfile::tempdir().unwrap();
        let folder = house.path().join("static");
        std::fs::create_dir_all(folder.join("assets")).unwrap();
        for file in ["static/index.html", "static/assets/a.js", "secret"] {
            std::fs::write(house.path().join(file), file).unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(house.path().join("secret"), folder.join("link")).unwrap();
        let page = Frontend::list(Some(&folder)).await.unwrap();
        assert!(page.find("index.html").is_some() && page.find("assets/a.js").is_some());
        for outside in ["../secret", "assets/../index.html", "link", "", "/index.html"] {
            assert_eq!(page.find(outside), None, "{outside}");
        }
        let missing = Frontend::list(Some(&house.path().join("static/assets"))).await;
        assert!(missing.unwrap_err().to_string().contains("comfyui-frontend-package"));
    }
}
