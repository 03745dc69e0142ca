//! What a socket heard of one prompt, and the order that it must have.

use std::collections::HashMap;

use comfy::Frame;
use serde_json::Value;

use super::Heard;

/// What a socket heard of one prompt, without the statuses in between.
pub(crate) struct Story {
    heard: Vec<Heard>,
    graph: Value,
}

impl Story {
    /// Everything but the statuses.
    pub(crate) fn of(heard: &[Heard], graph: &Value) -> Self {
        let heard =
            heard.iter().filter(|heard| !matches!(heard.kind(), "status" | "feature_flags"));
        Self { heard: heard.cloned().collect(), graph: graph.clone() }
    }

    /// The kinds of the messages, in order, with what matters of each.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.heard.iter().map(line).collect()
    }

    /// The nodes that began, in order.
    pub(crate) fn begun(&self) -> Vec<String> {
        let begun = self.heard.iter().filter(|heard| heard.kind() == "executing");
        begun.filter_map(|heard| heard.data()["node"].as_str().map(Into::into)).collect()
    }

    /// The nodes that were cached, sorted.
    pub(crate) fn cached(&self) -> Vec<String> {
        let cached = self
            .heard
            .iter()
            .find(|heard| heard.kind() == "execution_cached")
            .expect("it is always sent");
        let mut nodes: Vec<String> =
            serde_json::from_value(cached.data()["nodes"].clone()).unwrap();
        nodes.sort();
        nodes
    }

    /// What the node showed.
    pub(crate) fn shown_by(&self, node: &str) -> Value {
        let executed = self
            .heard
            .iter()
            .find(|heard| heard.kind() == "executed" && heard.data()["node"] == node);
        executed.unwrap_or_else(|| panic!("{node} showed nothing: {:#?}", self.lines())).data()["output"].clone()
    }

    /// The message that ended it: success, error or interruption.
    pub(crate) fn ending(&self) -> &Heard {
        let kinds = ["execution_success", "execution_error", "execution_interrupted"];
        let mut endings = self.heard.iter().filter(|heard| kinds.contains(&heard.kind()));
        let ending = endings.next().expect("it ends");
        assert!(endings.next().is_none(), "it ends once");
        ending
    }

    /// The previews, in order.
    pub(crate) fn frames(&self) -> Vec<&Frame> {
        let frames = self.heard.iter().filter_map(|heard| match heard {
            Heard::Frame(frame) => Some(frame),
            _ => None,
        });
        frames.collect()
    }

    /// Asserts the order that every run has, whatever it computes: ComfyUI
    /// protocol notes §4.3.
    pub(crate) fn assert_order(&self) {
        let kinds: Vec<_> = self.heard.iter().map(Heard::kind).collect();
        assert_eq!(kinds[..2], ["execution_start", "execution_cached"], "{:#?}", self.lines());
        assert_eq!(kinds[kinds.len() - 1], "executing", "the last word is that nothing runs");
        assert_eq!(
            kinds[kinds.len() - 2],
            self.ending().kind(),
            "the ending comes right before it"
        );

        let mut begun: HashMap<String, usize> = HashMap::new();
        let mut announced = None;
        for (at, heard) in self.heard.iter().enumerate() {
            match heard.kind() {
                "progress_state" => announced = Some(heard),
                "executing" if !heard.data()["node"].is_null() => {
                    let node = heard.data()["node"].as_str().unwrap();
                    let state =
                        &announced.expect("progress_state comes first").data()["nodes"][node];
                    assert_eq!(state["state"], "running", "{node} is announced before it begins");
                    assert!(begun.insert(node.into(), at).is_none(), "{node} begins once");
                    for feeder in self.feeders(node) {
                        let made = begun.contains_key(&feeder) || self.cached().contains(&feeder);
                        assert!(made, "{feeder} comes before {node}, which needs it");
                    }
                }
                "progress" => {
                    let node = heard.data()["node"].as_str().unwrap();
                    assert!(begun.contains_key(node), "{node} begins before it gets on");
                }
                _ => (),
            }
        }
    }

    fn feeders(&self, node: &str) -> Vec<String> {
        let inputs = self.graph[node]["inputs"].as_object().into_iter().flatten();
        let links =
            inputs.filter_map(|(_, input)| Some(input.as_array()?.first()?.as_str()?.to_owned()));
        links.collect()
    }
}

/// A message in one line: its kind and what matters of it.
fn line(heard: &Heard) -> String {
    let data = heard.data();
    match heard {
        Heard::Frame(Frame::Preview { .. }) => "preview".into(),
        Heard::Frame(Frame::PreviewWithMetadata { meta, .. }) => {
            format!("preview of {}", meta.node_id)
        }
        Heard::Frame(Frame::Text { node, .. }) => format!("text of {node}"),
        Heard::End(_) => "end".into(),
        Heard::Text(_) => match heard.kind() {
            "executing" => format!("executing {}", data["node"].as_str().unwrap_or("nothing")),
            "executed" => format!("executed {}", data["node"].as_str().unwrap_or_default()),
            "progress" => format!("progress {} of {}", data["value"], data["max"]),
            "progress_state" => {
                let nodes = data["nodes"].as_object().unwrap();
                let last = nodes.values().next_back().expect("it is never empty");
                format!("{} {}", last["node_id"].as_str().unwrap(), last["state"].as_str().unwrap())
            }
            kind => kind.into(),
        },
    }
}
