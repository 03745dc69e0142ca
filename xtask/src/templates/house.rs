//! A house that publishes the pages.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, bail};

/// What the house logs once everything in its folder is published or refused.
const TAKEN_IN: &str = "the folder of workflows was taken in";

/// What it logs of a file that it does not publish.
const REFUSED: &str = "this file is not published";

/// An open house; closed when dropped.
pub struct House {
    child: Child,
    /// Where it answers.
    pub url: String,
}

impl House {
    /// Opens one whose engine lists these models, and waits until every page is published.
    ///
    /// # Errors
    ///
    /// When it does not open, or does not publish a page.
    pub fn open(
        binary: &Path,
        (pages, data): (&Path, &Path),
        models: &BTreeSet<&String>,
    ) -> anyhow::Result<Self> {
        let mut open = Command::new(binary);
        open.args(["--listen", "127.0.0.1:0", "--log", "error,parlor::studio::folder=info"]);
        open.arg("--data").arg(data).arg("--workflows").arg(pages);
        for model in models {
            open.arg("--engine-model").arg(model);
        }
        open.env("NO_COLOR", "1").stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut house =
            Self { child: open.spawn().context("starting parlor")?, url: String::new() };
        house.url = house.wait_for_address()?;
        house.wait_for_pages()?;
        Ok(house)
    }

    fn wait_for_address(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        let said = self.child.stdout.take().context("parlor has an output")?;
        BufReader::new(said).read_line(&mut line).context("reading what parlor says")?;
        let url = line.trim().strip_prefix("Parlor is open at ").map(str::to_owned);
        url.context("parlor did not say where it is")
    }

    /// The log is read to its end by a thread of its own: a full pipe would stop the house.
    fn wait_for_pages(&mut self) -> anyhow::Result<()> {
        let log = self.child.stderr.take().context("parlor has a log")?;
        let mut lines = BufReader::new(log).lines();
        let mut refused = None;
        for line in lines.by_ref() {
            let line = line.context("reading the log of parlor")?;
            if line.contains(REFUSED) {
                refused = Some(line);
            } else if line.contains(TAKEN_IN) {
                std::thread::spawn(move || lines.for_each(drop));
                return match refused {
                    Some(line) => bail!("{line}"),
                    None => Ok(()),
                };
            }
        }
        bail!("the house closed before its pages were published")
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
