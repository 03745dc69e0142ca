//! What happens to a job.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Failure, JobStatus, Millis, Output};

/// A numbered thing that happened to a job. Stored; a viewer gets each once,
/// in order. `progress` and previews are not events: only the latest counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    Queued {
        at: Millis,
    },
    /// A backend took it. Again with a higher `attempt` when one was lost.
    Started {
        at: Millis,
        backend: String,
        attempt: u32,
    },
    /// Back in the queue because its backend was lost or is not there.
    Waiting {
        at: Millis,
        reason: String,
    },
    /// A node began, ended, or needed no run.
    Node {
        node: String,
        state: NodeState,
    },
    /// Stored, and fetchable from now on.
    Output {
        output: Output,
    },
    /// Stopping was asked for.
    Canceling {
        at: Millis,
    },
    /// The last event of every job.
    Finished {
        at: Millis,
        status: JobStatus,
        failure: Option<Failure>,
        /// [`crate::Job::expires_at`] from now on.
        #[serde(default)]
        expires_at: Option<Millis>,
    },
}

/// How far one node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NodeState {
    Running,
    /// Its earlier result was used.
    Cached,
    Done,
    Failed,
}

/// The whole run at a glance: latest wins, unnumbered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Progress {
    /// 0 to 1, over the whole graph; never falls during one attempt.
    pub fraction: f32,
    /// Learned from earlier runs of this workflow; `None` until there are any.
    pub remaining_ms: Option<Millis>,
    /// The node that runs now.
    pub node: Option<String>,
    /// Every node touched so far; the others wait.
    pub nodes: BTreeMap<String, NodeProgress>,
}

/// One node within [`Progress`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NodeProgress {
    pub state: NodeState,
    /// Steps done and steps in all (samplers); 0 and 0 when it does not count.
    pub value: u32,
    pub max: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_event_has_this_exact_json() {
        let event = Event::Node { node: "5".into(), state: NodeState::Running };
        assert_eq!(
            serde_json::to_string(&event).unwrap(),
            r#"{"type":"node","node":"5","state":"running"}"#,
        );
    }
}
