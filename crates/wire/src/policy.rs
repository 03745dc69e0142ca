//! What a workflow allows, and what becomes of what it makes.

use serde::{Deserialize, Serialize};

/// The rules of one workflow, held by the server whatever door a job comes through.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// The node classes it may be made of. `None`: those that its graph has when it is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classes: Option<Vec<String>>,
    /// Most work that one job may ask for: pixels × batch × steps × frames.
    pub max_cost: u64,
    /// Who may see and run it.
    pub who: Access,
    /// Most jobs of it that run at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_once: Option<u32>,
    /// Most jobs of it in a day, for each person who has limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jobs_per_day: Option<u32>,
    /// Most work in a day, in pixel steps, for each person who has limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_per_day: Option<u64>,
    /// Whether files say how they were made.
    pub metadata: Metadata,
    /// Days until what it made is deleted, favourites excepted. `None`: as the house says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_days: Option<u32>,
    /// What still pictures are turned into. `None`: they stay as they were made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
}

impl Policy {
    /// 2048 × 2048 in 100 steps is just under.
    pub const MAX_COST: u64 = 500_000_000;
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            classes: None,
            max_cost: Self::MAX_COST,
            who: Access::default(),
            at_once: None,
            jobs_per_day: None,
            cost_per_day: None,
            metadata: Metadata::default(),
            keep_days: None,
            format: None,
        }
    }
}

/// Who may see and run a workflow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Whoever may be in the house.
    #[default]
    Anyone,
    /// Who has an account here, and keys.
    Members,
    /// Who may use the studio.
    Hosts,
    /// Certain people and keys, and who may use the studio.
    Named {
        /// Names of accounts.
        #[serde(default)]
        people: Vec<String>,
        /// Names of API keys.
        #[serde(default)]
        keys: Vec<String>,
    },
}

/// What files say of how they were made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Metadata {
    /// Nothing.
    #[default]
    Stripped,
    /// The whole workflow, prompt and models included, as ComfyUI writes it.
    Kept,
}

/// A format for still pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Format {
    pub kind: FormatKind,
    /// 1 to 100. PNG knows none.
    #[serde(default = "good")]
    pub quality: u8,
}

fn good() -> u8 {
    85
}

/// File formats of still pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FormatKind {
    Png,
    Jpeg,
    Webp,
    /// A third smaller than WebP, for a second of work per megapixel. A picture of more than 16
    /// megapixels stays as it was made.
    Avif,
}
