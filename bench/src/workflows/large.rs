//! A workflow as large as one likes, as ComfyUI's editor saves it.

use serde_json::{Value, json};

/// Nodes of one [`file()`] for each picture that it makes; the graph has as many.
pub const NODES: usize = 10;

/// The subgraph that finishes a picture.
const FINISH: &str = "0d6e3b1c-6a55-4c0e-9a52-6c1f6d6f2a01";

/// The editor's file of a workflow that makes `pictures`, each by its own ten nodes: two of them are
/// within a subgraph, and a reroute and the subgraph's node are not sent.
pub fn file(pictures: usize) -> Value {
    let mut sheet = Sheet::default();
    (0..pictures).for_each(|_| sheet.picture());
    json!({
        "id": "4f6f1f0a-52a6-4a9b-8a0f-3b8f1d2c7e10", "revision": 0, "version": 0.4,
        "last_node_id": sheet.nodes.len(), "last_link_id": sheet.links.len(),
        "nodes": sheet.nodes, "links": sheet.links, "groups": [], "config": {}, "extra": {},
        "definitions": { "subgraphs": [finish()] },
    })
}

/// Where a link begins: node and slot.
type From = (usize, usize);

/// What has been drawn so far. Ids count from 1.
#[derive(Default)]
struct Sheet {
    nodes: Vec<Value>,
    links: Vec<Value>,
}

impl Sheet {
    fn picture(&mut self) {
        let checkpoint = self.node("CheckpointLoaderSimple", &[], &json!(["some.safetensors"]));
        let sources = [("model", (checkpoint, 0)), ("clip", (checkpoint, 1))];
        let lora = self.node("LoraLoader", &sources, &json!(["some.safetensors", 0.8, 1]));
        let words = |text: &str| json!([text]);
        let positive = self.node("CLIPTextEncode", &[("clip", (lora, 1))], &words("a lighthouse"));
        let negative = self.node("CLIPTextEncode", &[("clip", (lora, 1))], &words("blurry"));
        let latent = self.node("EmptyLatentImage", &[], &json!([64, 64, 1]));
        let model = self.node("Reroute", &[("", (lora, 0))], &Value::Null);
        let fed = [
            ("model", (model, 0)),
            ("positive", (positive, 0)),
            ("negative", (negative, 0)),
            ("latent_image", (latent, 0)),
        ];
        let set = json!([1, "randomize", 20, 7, "euler", "normal", 1]);
        let sampler = self.node("KSampler", &fed, &set);
        let fed = [("samples", (sampler, 0)), ("vae", (checkpoint, 2))];
        let image = self.node("VAEDecode", &fed, &Value::Null);
        let finished = self.node(FINISH, &[("image", (image, 0))], &json!([1.5]));
        self.node("SaveImage", &[("images", (finished, 0))], &json!(["picture"]));
    }

    /// Adds a node; its id.
    fn node(&mut self, class: &str, fed: &[(&str, From)], values: &Value) -> usize {
        let id = self.nodes.len() + 1;
        let inputs: Vec<Value> = fed
            .iter()
            .enumerate()
            .map(|(slot, (name, (from, output)))| {
                let link = self.links.len() + 1;
                self.links.push(json!([link, from, output, id, slot, "*"]));
                json!({ "name": name, "type": "*", "link": link })
            })
            .collect();
        self.nodes.push(json!({
            "id": id, "type": class, "pos": [id * 20, 40], "size": [315, 262], "flags": {}, "order": id, "mode": 0,
            "inputs": inputs, "outputs": outputs(class), "properties": { "Node name for S&R": class },
            "widgets_values": values,
        }));
        id
    }
}

fn outputs(class: &str) -> Value {
    let names: &[&str] = match class {
        "CheckpointLoaderSimple" => &["MODEL", "CLIP", "VAE"],
        "LoraLoader" => &["MODEL", "CLIP"],
        "CLIPTextEncode" => &["CONDITIONING"],
        "EmptyLatentImage" | "KSampler" => &["LATENT"],
        "Reroute" => &["*"],
        "SaveImage" => &[],
        _ => &["IMAGE"],
    };
    names.iter().map(|name| json!({ "name": name, "type": name, "links": [] })).collect()
}

fn finish() -> Value {
    let link = |id: u32, from: (i32, u32), to: (i32, u32)| {
        json!({ "id": id, "origin_id": from.0, "origin_slot": from.1, "target_id": to.0,
            "target_slot": to.1, "type": "*" })
    };
    let scale = json!({
        "id": 1, "type": "ImageScaleBy", "mode": 0, "outputs": outputs("ImageScaleBy"), "widgets_values": ["bicubic", 1.5],
        "inputs": [
            { "name": "image", "type": "IMAGE", "link": 1 },
            { "name": "scale_by", "type": "FLOAT", "link": 2, "widget": { "name": "scale_by" } },
        ],
    });
    let sharpen = json!({
        "id": 2, "type": "ImageSharpen", "mode": 0, "outputs": outputs("ImageSharpen"), "widgets_values": [1, 1, 0.5],
        "inputs": [{ "name": "image", "type": "IMAGE", "link": 3 }],
    });
    json!({
        "id": FINISH, "name": "Finish", "inputNode": { "id": -10 }, "outputNode": { "id": -20 },
        "inputs": [
            { "name": "image", "type": "IMAGE", "linkIds": [1] },
            { "name": "scale_by", "type": "FLOAT", "linkIds": [2] },
        ],
        "outputs": [{ "name": "IMAGE", "type": "IMAGE", "linkIds": [4] }],
        "nodes": [scale, sharpen],
        "links": [
            link(1, (-10, 0), (1, 0)), link(2, (-10, 1), (1, 1)), link(3, (1, 0), (2, 0)), link(4, (2, 0), (-20, 0)),
        ],
    })
}
