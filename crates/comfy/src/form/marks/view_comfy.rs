//! ViewComfy: `VC_BASIC` or `VC_ADV` in a title opens all values of a node.

use super::{Convention, Marked, Marks};
use crate::form::field::{Group, Mark};
use crate::form::names::humanized;

impl Marks<'_> {
    pub(super) fn view_comfy(&self) -> Option<Marked> {
        let mut marks = Vec::new();
        for titled in self.titled() {
            let group = if titled.title.contains("VC_BASIC") {
                Group::Main
            } else if titled.title.contains("VC_ADV") {
                Group::More
            } else {
                continue;
            };
            let single = titled.inputs.len() == 1;
            let words = titled.title.split([' ', '-', ':', '|']);
            let words: Vec<_> =
                words.filter(|word| !word.is_empty() && !word.starts_with("VC_")).collect();
            for (input, bind) in titled.inputs {
                let own = single && !words.is_empty();
                let label = if own { words.join(" ") } else { humanized(&input) };
                marks.push(Mark { bind, group, label: Some(label), ..Mark::default() });
            }
        }
        let found = !marks.is_empty();
        found.then(|| Marked { convention: Convention::ViewComfy, marks, results: Vec::new() })
    }
}
