//! Names for programs and for people.

use std::collections::HashSet;

use crate::definitions::Definitions;
use crate::graph::Graph;

/// Names given so far.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<String>);

impl Names {
    /// A name made from a label: `a-z`, `0-9` and `_`. A number is added where it
    /// is taken.
    pub(super) fn unique(&mut self, label: &str) -> String {
        let mut name = String::new();
        for character in label.chars().take(40) {
            if character.is_ascii_alphanumeric() {
                name.push(character.to_ascii_lowercase());
            } else if !name.ends_with('_') {
                name.push('_');
            }
        }
        let name = name.trim_matches('_');
        let begins = name.starts_with(|first: char| first.is_ascii_lowercase());
        let name = if begins { name.to_owned() } else { format!("field_{name}") };
        let name = name.trim_end_matches('_');
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let mut names = std::iter::once(name.to_owned()).chain(numbered);
        let free = names.find(|name| !self.0.contains(name)).unwrap_or_default();
        self.0.insert(free.clone());
        free
    }
}

/// `noise_seed` for people: its last part without underscores, the first letter
/// large.
pub(super) fn humanized(input: &str) -> String {
    let known = match input {
        "ckpt_name" | "unet_name" | "model_name" => "Model",
        "lora_name" => "LoRA",
        "noise_seed" => "Seed",
        "strength_model" => "LoRA strength",
        "cfg" => "Guidance (CFG)",
        "text" | "prompt" => "Prompt",
        _ => "",
    };
    if !known.is_empty() {
        return known.into();
    }
    let last = input.rsplit('.').next().unwrap_or(input).replace('_', " ");
    let mut characters = last.trim().chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => "Value".into(),
    }
}

/// What its author called a node, without what its class is called anyway: `Load
/// Image (Pose)` is a pose, `Load Scene Image` a scene image.
pub(super) fn own_title(id: &str, graph: &Graph, definitions: &Definitions) -> Option<String> {
    let node = graph.node(id)?;
    let title = node.title.as_deref()?.trim();
    let class = definitions.node(&node.class_type)?.title();
    let base = class.split('(').next().unwrap_or(class).trim();
    if title == class || title == node.class_type || title.len() > 60 {
        return None;
    }
    let after = title.strip_prefix(base).or_else(|| title.strip_prefix(&node.class_type));
    let own = match after.map(str::trim) {
        Some(after) => after.strip_prefix('(')?.strip_suffix(')')?,
        None => title.strip_prefix("Load ").unwrap_or(title),
    };
    let own = own.trim();
    (!own.is_empty()).then(|| own.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_each_is_given_once() {
        let mut names = Names::default();
        for (label, name) in [
            ("Your Prompt!", "your_prompt"),
            ("your prompt", "your_prompt_2"),
            ("3D model", "field_3d_model"),
            ("日本語", "field"),
            ("日本", "field_2"),
        ] {
            assert_eq!(names.unique(label), name);
        }
    }

    #[test]
    fn labels_read_like_words() {
        assert_eq!(humanized("resize_type.max_width"), "Max width");
        assert_eq!((humanized("noise_seed"), humanized("")), ("Seed".into(), "Value".into()));
    }
}
