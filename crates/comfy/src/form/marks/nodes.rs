//! Conventions that have nodes of their own: comfyui-deploy, SwarmUI and
//! comfy-pack. What such a node is given says how the field looks.

use serde_json::Value;

use super::{Convention, Marked, Marks, settle};
use crate::definitions::{Choice, Kind};
use crate::form::field::{Group, Mark, Role, Target};
use crate::graph::{Input, Node};

/// Inputs that hold the value itself, in the order they are tried.
const VALUES: [&str; 7] = ["default_value", "value", "image", "video", "audio", "file", "input"];

impl Marks<'_> {
    pub(super) fn nodes(&self) -> Option<Marked> {
        let families: [(Convention, &str, &[&str]); 3] = [
            (
                Convention::Deploy,
                "ComfyUIDeployExternal",
                &["ComfyDeployOutput", "ComfyUIDeployOutput"],
            ),
            (Convention::Swarm, "SwarmInput", &["SwarmSave"]),
            (Convention::ComfyPack, "CPackInput", &["CPackOutput"]),
        ];
        families.into_iter().find_map(|(convention, class, ends)| {
            let nodes = || self.graph().nodes.iter();
            let marks: Vec<_> = nodes()
                .filter(|(_, node)| node.class_type.starts_with(class))
                .filter_map(|(id, node)| self.mark(id.as_str(), node))
                .collect();
            let ends = |node: &Node| ends.iter().any(|end| node.class_type.starts_with(end));
            let results = nodes().filter(|(_, node)| ends(node)).map(|(id, _)| id.to_string());
            (!marks.is_empty()).then(|| Marked { convention, marks, results: results.collect() })
        })
    }

    fn mark(&self, id: &str, node: &Node) -> Option<Mark> {
        let held = VALUES.into_iter().find(|input| node.inputs.contains_key(*input))?;
        let bind = vec![settle(self.graph(), &Target::new(id, held))?];
        let said = |names: &[&str]| {
            let text = names.iter().find_map(|name| node.inputs.get(*name)?.as_str());
            text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let number =
            |names: &[&str]| names.iter().find_map(|name| node.inputs.get(*name)?.as_f64());
        let flag = |name: &str| node.inputs.get(name).and_then(|it| it.as_value()?.as_bool());
        let order = number(&["order_priority"]).unwrap_or_default();
        let own_title = || node.title.clone().filter(|title| !title.is_empty());
        Some(Mark {
            bind,
            name: said(&["input_id", "raw_id"]).or_else(own_title),
            label: said(&["display_name", "title", "input_id"]).or_else(own_title),
            help: said(&["description"]),
            group: if flag("is_advanced") == Some(true) { Group::More } else { Group::Main },
            role: match said(&["view_type"]).as_deref() {
                Some("seed") => Role::Seed,
                _ => Role::Other,
            },
            range: range(node, &number, said(&["view_type"]).as_deref() == Some("seed")),
            options: self.options(id, node),
            order: (order, 0.0),
            ..Mark::default()
        })
    }

    /// What may be chosen: what the node lists, or the list of the input that it
    /// is linked to.
    fn options(&self, id: &str, node: &Node) -> Option<Vec<Value>> {
        for name in ["values", "options"] {
            match node.inputs.get(name).and_then(Input::as_value) {
                Some(Value::String(text)) => {
                    let items = text.split([',', '\n']).map(str::trim);
                    let items = items.filter(|item| !item.is_empty());
                    return Some(items.map(Value::from).collect());
                }
                Some(Value::Array(items)) => return Some(items.clone()),
                _ => {}
            }
        }
        let fed = self.graph().links().find(|link| link.from.as_str() == id)?;
        let class = &self.graph().node(fed.to.as_str())?.class_type;
        match &self.definitions.node(class)?.input(fed.input)?.kind {
            Kind::Choice(list) => Some(list.options.iter().map(Choice::to_value).collect()),
            _ => None,
        }
    }
}

/// Limits that a number says beside itself. A seed has none.
fn range(node: &Node, number: &impl Fn(&[&str]) -> Option<f64>, seed: bool) -> [Option<f64>; 3] {
    let held = ["default_value", "value"].into_iter().find_map(|name| node.inputs.get(name));
    if seed || held.and_then(Input::as_value).is_some_and(Value::is_string) {
        return [None; 3];
    }
    [number(&["min", "min_value"]), number(&["max", "max_value", "view_max"]), number(&["step"])]
}
