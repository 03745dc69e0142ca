//! What the page asks first.

use serde::{Deserialize, Serialize};

/// `GET /api/parlor/v1/house`: the house and whoever asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct House {
    /// Shown in the top bar.
    pub name: String,
    /// Changes with every build of the page.
    pub build: String,
    /// The demo engine is at work: say that it paints and does not diffuse.
    pub demo: bool,
    /// At least one backend can take work now.
    pub open: bool,
    /// Largest upload in bytes.
    pub max_upload_bytes: u64,
    /// Whoever comes may ask for an account, which the owner has to approve.
    pub registration: bool,
    /// Where else people may sign in: the host of the identity provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<String>,
}
