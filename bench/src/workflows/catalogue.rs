//! A large house's catalogue of nodes, as ComfyUI answers to `/object_info`.

use std::path::Path;

use anyhow::Context;
use serde_json::{Map, Value};

/// How many nodes it has.
pub const NODES: usize = 900;
/// How many bytes it has, at the least.
const BYTES: usize = 1_600_000;

/// The catalogue of a real server, with more nodes and longer lists of models than it had.
pub fn large() -> anyhow::Result<Vec<u8>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../crates/comfy/tests/fixtures/object_info.json");
    let text = std::fs::read_to_string(&file)
        .with_context(|| format!("reading {}, which is in the checkout", file.display()))?;
    let mut nodes: Map<String, Value> = serde_json::from_str(&text)?;
    let more: Vec<_> = nodes.values().take(NODES.saturating_sub(nodes.len())).cloned().collect();
    nodes.extend(more.into_iter().enumerate().map(|(at, node)| (format!("Another{at}"), node)));
    let mut catalogue = Value::Object(nodes);
    let mut bytes = catalogue.to_string().into_bytes();
    let mut count = 0;
    while bytes.len() < BYTES {
        count += 100;
        stock(&mut catalogue, count);
        bytes = catalogue.to_string().into_bytes();
    }
    Ok(bytes)
}

/// Puts so many models on every list of models.
fn stock(catalogue: &mut Value, count: usize) {
    let names = |list: &str| -> Value {
        (0..count).map(|at| Value::from(format!("{list}/a-model-{at:05}.safetensors"))).collect()
    };
    let inputs = catalogue.as_object_mut().into_iter().flat_map(Map::values_mut);
    for inputs in inputs.filter_map(|node| node.pointer_mut("/input/required")?.as_object_mut()) {
        for list in ["ckpt_name", "lora_name", "vae_name", "unet_name", "control_net_name"] {
            if let Some(input) = inputs.get_mut(list).and_then(|input| input.get_mut(0))
                && input.is_array()
            {
                *input = names(list);
            }
        }
    }
}
