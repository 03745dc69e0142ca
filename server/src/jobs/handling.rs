//! What is to be done with what a job makes: as its workflow said when the job
//! was made. It stands in the job's row, so that later edits of the workflow
//! change nothing for jobs that are on their way.

use comfy::NodeId;
use serde::{Deserialize, Serialize};
use wire::{Format, Manifest, Metadata, Millis};

use crate::files::Finish;

/// A day.
const DAY: Millis = 24 * 60 * 60 * 1000;

/// How the outputs of one job are handled.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Handling {
    /// The nodes whose outputs are kept, best first. Empty: whatever is saved,
    /// and what is previewed when nothing is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<String>,
    /// Previews are kept also where something is saved.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub previews: bool,
    /// Whether files say how they were made.
    pub metadata: Metadata,
    /// What still pictures are turned into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// Days until the job is deleted, counted from its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_days: Option<u32>,
}

impl Handling {
    /// As the workflow says; `house_days` where it says nothing of days.
    pub(super) fn new(manifest: &Manifest, house_days: Option<u32>) -> Self {
        let policy = &manifest.policy;
        Self {
            results: manifest.results.clone(),
            previews: false,
            metadata: policy.metadata,
            format: policy.format,
            keep_days: policy.keep_days.or(house_days),
        }
    }

    /// Of a graph of somebody's own: nothing is dropped, and their own workflow stays in it.
    pub(super) fn of_graph(house_days: Option<u32>) -> Self {
        let metadata = Metadata::Kept;
        Self { previews: true, metadata, keep_days: house_days, ..Self::default() }
    }

    /// What becomes of a file before it is stored.
    pub(super) fn finish(&self) -> Finish {
        Finish { metadata: self.metadata, format: self.format, ..Finish::default() }
    }

    /// When a job that ends at `end` is deleted.
    pub(crate) fn expiry(&self, end: Millis) -> Option<Millis> {
        self.keep_days.map(|days| end + Millis::from(days) * DAY)
    }

    /// Which of the results it is that `node` makes; `None` when it makes none.
    /// A node that grew out of another while it ran (`5.0.1`) counts as that one.
    pub(super) fn rank(&self, node: &NodeId) -> Option<usize> {
        self.results.iter().position(|result| {
            let rest = node.as_str().strip_prefix(result.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }
}

#[cfg(test)]
mod tests {
    use wire::Policy;

    use super::*;

    #[test]
    fn a_row_without_handling_means_what_is_usual() {
        assert_eq!(serde_json::from_str::<Handling>("{}").unwrap(), Handling::default());
        let handling = Handling { keep_days: Some(3), ..Handling::default() };
        let text = serde_json::to_string(&handling).unwrap();
        assert_eq!(text, r#"{"metadata":"stripped","keep_days":3}"#);
    }

    #[test]
    fn the_house_decides_where_the_workflow_does_not() {
        let days = |policy: Option<u32>, house| {
            let policy = Policy { keep_days: policy, ..Policy::default() };
            Handling::new(&Manifest { policy, ..Manifest::default() }, house).keep_days
        };
        assert_eq!(days(Some(1), Some(30)), Some(1));
        assert_eq!(days(None, Some(30)), Some(30));
        assert_eq!(days(None, None), None);
    }

    #[test]
    fn a_node_that_grew_out_of_a_result_makes_it() {
        let handling = Handling { results: vec!["9".into(), "5".into()], ..Handling::default() };
        let rank = |node: &str| handling.rank(&node.into());
        assert_eq!(
            (rank("5"), rank("9.0.1"), rank("95"), rank("1")),
            (Some(1), Some(0), None, None)
        );
    }
}
