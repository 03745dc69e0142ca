//! `parlor workflow list`: what the house has, and whether it can run.

use std::io::Write as _;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use clap::Args;
use comfy::Definitions;
use wire::studio::{Origin, StudioEntry};

use super::workflow::{Catalogue, print};
use crate::config::Config;
use crate::db::Db;
use crate::studio;

/// `parlor workflow list`
#[derive(Debug, Clone, Args)]
pub struct List {
    #[command(flatten)]
    catalogue: Catalogue,

    /// Print JSON, as the studio's address `workflows` answers it.
    #[arg(long)]
    json: bool,
}

impl List {
    /// Works beside a running house.
    pub(super) async fn run(&self, config: &Config) -> anyhow::Result<()> {
        let file = config.data.join("parlor.db");
        ensure!(
            tokio::fs::try_exists(&file).await?,
            "there is no house in {}: open it once, or say where it is with --data",
            config.data.display(),
        );
        let (definitions, unchecked) = self.definitions(config).await?;
        let entries = studio::entries(&Db::open(&file).await?, &definitions).await?;
        if self.json {
            print(&serde_json::to_string_pretty(&entries).context("writing JSON")?)?;
        } else {
            table(&entries).iter().try_for_each(|line| print(line))?;
        }
        let Some(why) = unchecked else { return Ok(()) };
        // Beside the list, which a program may be reading.
        Ok(writeln!(std::io::stderr(), "\nOnly the forms were checked: {why}")?)
    }

    /// What the graphs are checked against, or why they are not. A house lists what it has although
    /// its ComfyUI is away; one that is named here must answer.
    async fn definitions(
        &self,
        config: &Config,
    ) -> anyhow::Result<(Vec<Arc<Definitions>>, Option<String>)> {
        let looked = self.catalogue.look(config).await;
        match looked {
            Ok(Some(definitions)) => Ok((vec![Arc::new(definitions)], None)),
            Ok(None) => Ok((Vec::new(), Some("--backend URL checks the graphs too.".to_owned()))),
            Err(error) if self.catalogue.is_named() => Err(error),
            Err(error) => Ok((
                Vec::new(),
                Some(format!("the ComfyUI of this house does not say what it has: {error:#}")),
            )),
        }
    }
}

/// A line for each workflow, columns aligned, and below it one for each problem.
fn table(entries: &[StudioEntry]) -> Vec<String> {
    let head = ["NAME", "TITLE", "GUESTS RUN", "NEWEST", "FROM", "DRAFT"].map(str::to_owned);
    let rows: Vec<_> = entries.iter().map(row).collect();
    let width = |column: usize| {
        let cells = rows.iter().chain([&head]).map(|row| row[column].chars().count());
        cells.max().unwrap_or_default()
    };
    let widths: [usize; 6] = std::array::from_fn(width);
    let line = |row: &[String; 6]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(&head)];
    for (entry, row) in entries.iter().zip(&rows) {
        lines.push(line(row));
        let serious = entry.problems.iter().filter(|problem| problem.serious);
        lines.extend(serious.map(|problem| format!("    {}", problem.message)));
    }
    lines
}

fn row(entry: &StudioEntry) -> [String; 6] {
    let from = match entry.origin {
        Origin::BuiltIn => "built in",
        Origin::Folder => "folder",
        Origin::Studio => "studio",
    };
    let shown = entry.published.map_or_else(|| "nothing".into(), |version| version.to_string());
    let newest = if entry.newest == 0 { "none".into() } else { entry.newest.to_string() };
    let draft = if entry.draft_at.is_some() { "yes" } else { "no" };
    [entry.slug.clone(), one_line(&entry.title), shown, newest, from.into(), draft.into()]
}

/// A title is a person's words; a terminal would obey some of them.
fn one_line(title: &str) -> String {
    title.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use wire::studio::Trouble;

    use super::*;

    fn entry(slug: &str, title: &str) -> StudioEntry {
        StudioEntry {
            slug: slug.into(),
            title: title.into(),
            cover: None,
            makes: Vec::new(),
            origin: Origin::Studio,
            published: None,
            newest: 0,
            draft_at: Some(7),
            problems: Vec::new(),
        }
    }

    #[test]
    fn a_table_is_aligned_and_problems_stand_below_their_workflow() {
        let problem = |serious, message: &str| Trouble {
            serious,
            message: message.into(),
            field: None,
            key: None,
            node: None,
        };
        let first = StudioEntry {
            published: Some(3),
            newest: 4,
            draft_at: None,
            origin: Origin::BuiltIn,
            problems: vec![problem(true, "Node 4 is missing."), problem(false, "A remark.")],
            ..entry("upscale", "Larger")
        };
        assert_eq!(
            table(&[first, entry("a", "Two\n\u{1b}[2Jwords")]),
            [
                "NAME     TITLE          GUESTS RUN  NEWEST  FROM      DRAFT",
                "upscale  Larger         3           4       built in  no",
                "    Node 4 is missing.",
                "a        Two  [2Jwords  nothing     none    studio    yes",
            ]
        );
    }
}
