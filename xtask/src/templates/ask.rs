//! Running pages as people at a terminal do, with small files where files are asked for.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context;

use super::Page;

/// What is handed in, by the type of field as a manifest calls it.
const FILES: [(&str, &str); 4] =
    [("image", "in.png"), ("mask", "in.png"), ("audio", "in.wav"), ("video", "in.mp4")];

/// What became of a page.
pub enum Answer {
    /// To its end, and what it made was fetched.
    Ran,
    /// In the words of the house.
    Refused(String),
}

/// A house to be asked.
pub struct Asking<'a> {
    binary: &'a Path,
    url: &'a str,
    /// Where files are, and where what was made goes.
    folder: &'a Path,
}

impl<'a> Asking<'a> {
    /// Writes the files that will be handed in.
    pub fn new(binary: &'a Path, url: &'a str, folder: &'a Path) -> anyhow::Result<Self> {
        let write = |name: &str, content: &[u8]| {
            fs::write(folder.join(name), content).with_context(|| format!("writing {name}"))
        };
        write("in.png", include_bytes!("../../../public/icon-192.png"))?;
        write("in.wav", &sound())?;
        write("in.mp4", &film())?;
        Ok(Self { binary, url, folder })
    }

    /// Runs a page with few steps; what it made is thrown away.
    pub fn run(&self, page: &Page) -> anyhow::Result<Answer> {
        let manifest = self.folder.with_file_name("pages").join(format!("{}.toml", page.slug));
        let text = fs::read_to_string(&manifest)
            .with_context(|| format!("reading {}", manifest.display()))?;
        let made = self.folder.join(&page.slug);
        fs::create_dir_all(&made).with_context(|| format!("making {}", made.display()))?;
        let mut run = Command::new(self.binary);
        run.current_dir(&made).args(["run", "--quiet", "--house", self.url, &page.slug]);
        for input in self.inputs(&text) {
            run.args(["--input", &input]);
        }
        let output = run.output().context("starting parlor run")?;
        let count = fs::read_dir(&made).context("looking at what was made")?.count();
        fs::remove_dir_all(&made).context("throwing away what was made")?;
        let said = String::from_utf8_lossy(&output.stderr);
        Ok(match (output.status.success(), count) {
            (true, 1..) => Answer::Ran,
            (true, 0) => Answer::Refused("it made nothing".into()),
            (false, _) => Answer::Refused(said.trim().trim_start_matches("parlor: ").to_owned()),
        })
    }

    /// A file for each field that takes one, words where some must be given, and the fewest steps.
    fn inputs(&self, manifest: &str) -> Vec<String> {
        let mut inputs = Vec::new();
        for field in manifest.split("[[fields]]").skip(1) {
            let Some(name) = key(field, "name") else { continue };
            let kind = key(field, "type").unwrap_or_default();
            let file = FILES.iter().find(|(known, _)| *known == kind);
            if let Some((_, file)) = file {
                let path: PathBuf = self.folder.join(file);
                inputs.push(format!("{name}={}", path.display()));
            } else if kind == "integer" && name.starts_with("steps") {
                let least = key(field, "min").and_then(|least| least.parse::<f64>().ok());
                inputs.push(format!("{name}={}", least.unwrap_or(1.0).max(1.0)));
            } else if kind == "text"
                && key(field, "required") == Some("true")
                && key(field, "default") == Some("")
            {
                inputs.push(format!("{name}=a hill"));
            }
        }
        inputs
    }
}

/// The value of a key of a field, as `parlor workflow import` writes it.
fn key<'m>(field: &'m str, name: &str) -> Option<&'m str> {
    let mut lines = field.lines().filter_map(|line| line.split_once(" = "));
    let (_, value) = lines.find(|(key, _)| *key == name)?;
    Some(value.trim_matches('"'))
}

/// A second of silence as WAV.
fn sound() -> Vec<u8> {
    let (rate, length) = (8_000_u32, 16_000_u32);
    let mut wav =
        [&b"RIFF"[..], &(36 + length).to_le_bytes(), b"WAVEfmt ", &[16, 0, 0, 0]].concat();
    // Whole numbers, one channel, two bytes and sixteen bits each.
    wav.extend([1, 0, 1, 0]);
    wav.extend(rate.to_le_bytes());
    wav.extend((rate * 2).to_le_bytes());
    wav.extend([2, 0, 16, 0]);
    wav.extend(b"data");
    wav.extend(length.to_le_bytes());
    wav.resize(wav.len() + length as usize, 0);
    wav
}

/// An MP4 that says how large its pictures are and has none.
fn film() -> Vec<u8> {
    let boxed = |kind: &[u8; 4], content: &[u8]| {
        [&(content.len() as u32 + 8).to_be_bytes()[..], kind, content].concat()
    };
    let mut header = vec![0; 84];
    for (at, edge) in [(76, 320_u32), (80, 180)] {
        header[at..at + 4].copy_from_slice(&(edge << 16).to_be_bytes());
    }
    let track = boxed(b"trak", &boxed(b"tkhd", &header));
    [boxed(b"ftyp", b"isom\0\0\x02\0isommp41"), boxed(b"moov", &track)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_gets_what_it_takes() {
        let manifest = "slug = \"a\"\nname = \"no field\"\n\n[[fields]]\nname = \"photo\"\ntype = \"image\"\n\
            \n[[fields]]\nname = \"steps_2\"\ntype = \"integer\"\nmin = 2.0\n\
            \n[[fields]]\nname = \"words\"\ntype = \"text\"\nrequired = true\ndefault = \"\"\n\
            \n[[fields]]\nname = \"prompt\"\ntype = \"text\"\ndefault = \"a fox\"\n";
        let asking = Asking { binary: Path::new(""), url: "", folder: Path::new("/made") };
        assert_eq!(asking.inputs(manifest), ["photo=/made/in.png", "steps_2=2", "words=a hill"]);
    }
}
