//! Nothing is marked.

use comfy::form::{Kind, Role};
use serde_json::{Value, json};

use crate::{form, lines};

/// Text to picture with a sampler of this class, and inputs of its own.
fn picture(sampler: &str, own: &Value) -> Value {
    let mut inputs = json!({"seed": 42_424_242, "steps": 20, "cfg": 7.0, "sampler_name": "euler",
        "scheduler": "normal", "denoise": 1.0, "model": ["1", 0], "positive": ["2", 0],
        "negative": ["3", 0], "latent_image": ["4", 0]});
    for (name, value) in own.as_object().unwrap() {
        inputs[name] = value.clone();
    }
    json!({
        "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "a.safetensors"}},
        "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "a cat", "clip": ["1", 1]}},
        "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "ugly", "clip": ["1", 1]}},
        "4": {"class_type": "EmptyLatentImage", "inputs": {"width": 512, "height": 768, "batch_size": 1}},
        "5": {"class_type": sampler, "inputs": inputs},
        "6": {"class_type": "VAEDecode", "inputs": {"samples": ["5", 0], "vae": ["1", 2]}},
        "7": {"class_type": "SaveImage", "inputs": {"images": ["6", 0], "filename_prefix": "x"}},
    })
}

#[test]
fn a_plain_graph_has_a_form_that_needs_no_editing() {
    let (_, form) = form(&picture("KSampler", &json!({})));
    assert_eq!(
        lines(&form),
        [
            "Main Prompt: text 2.text",
            "Main Size: size 512×768 by 8 4.width 4.height",
            "More Negative prompt: text 3.text",
            "More Seed: seed 5.seed",
            "More Steps: integer 20 of 1..60 by 1 5.steps",
            "More Guidance (CFG): number 7 of 0..20 by 0.1 5.cfg",
        ]
    );
    assert_eq!((form.results, form.convention), (vec!["7".to_owned()], None));
}

#[test]
fn prompts_are_told_apart_by_the_links_whatever_the_sampler_is_called() {
    let mut graph = picture("SomebodysSampler", &json!({}));
    // Nobody says positive or negative but the sampler, and others stand between.
    graph["5"]["inputs"]["positive"] = json!(["9", 0]);
    graph["5"]["inputs"]["negative"] = json!(["9", 1]);
    graph["9"] = json!({"class_type": "ControlNetApplyAdvanced", "inputs": {
        "positive": ["3", 0], "negative": ["2", 0], "strength": 1.0, "start_percent": 0.0, "end_percent": 1.0}});
    let (_, form) = form(&graph);
    let role = |role| {
        let field = form.fields.iter().find(|field| field.role == role).unwrap();
        field.kind.targets().next().unwrap().node.clone()
    };
    assert_eq!((role(Role::Prompt), role(Role::NegativePrompt)), ("3".into(), "2".into()));
}

#[test]
fn a_guider_is_followed_and_an_emptied_prompt_asks_for_nothing() {
    let graph = json!({
        "2": {"class_type": "PrimitiveStringMultiline", "inputs": {"value": "a cat"}, "_meta": {"title": "What to paint"}},
        "3": {"class_type": "CLIPTextEncode", "inputs": {"text": ["2", 0], "clip": ["1", 1]}},
        "4": {"class_type": "ConditioningZeroOut", "inputs": {"conditioning": ["3", 0]}},
        "5": {"class_type": "CFGGuider", "inputs": {"positive": ["3", 0], "negative": ["4", 0], "cfg": 1.0}},
        "6": {"class_type": "RandomNoise", "inputs": {"noise_seed": 77_777}},
        "7": {"class_type": "SamplerCustomAdvanced", "inputs": {"guider": ["5", 0], "noise": ["6", 0]}},
        "8": {"class_type": "SaveImage", "inputs": {"images": ["7", 0], "filename_prefix": "x"}},
    });
    let (_, form) = form(&graph);
    assert_eq!(
        lines(&form),
        [
            "Main Prompt: text 2.value",
            "More Seed: seed 6.noise_seed",
            "More Guidance (CFG): number 1 of 0..20 by 0.1 5.cfg",
        ]
    );
}

#[test]
fn one_value_for_several_nodes_is_one_field() {
    let mut graph = picture("KSampler", &json!({}));
    graph["8"] = graph["5"].clone();
    graph["8"]["inputs"]["latent_image"] = json!(["5", 0]);
    graph["6"]["inputs"]["samples"] = json!(["8", 0]);
    let (_, form) = form(&graph);
    let seeds: Vec<_> = lines(&form).into_iter().filter(|line| line.contains("Seed")).collect();
    assert_eq!(seeds, ["More Seed: seed 5.seed 8.seed"]);
}

#[test]
fn pictures_sounds_and_videos_are_files_named_as_their_author_did() {
    let graph = json!({
        "1": {"class_type": "LoadImage", "inputs": {"image": "a.png"}, "_meta": {"title": "Load Pose Image"}},
        "2": {"class_type": "LoadImageMask", "inputs": {"image": "a.png", "channel": "alpha"}},
        "3": {"class_type": "LoadVideo", "inputs": {"file": "a.mp4"}},
        "4": {"class_type": "LoadAudio", "inputs": {"audio": "a.mp3"}},
        "5": {"class_type": "LoadImage", "inputs": {"image": "unused.png"}},
        "6": {"class_type": "PreviewAny", "inputs": {"a": ["1", 0], "b": ["2", 0], "c": ["3", 0], "d": ["4", 0]}},
    });
    let (_, form) = form(&graph);
    assert_eq!(
        lines(&form),
        [
            "Main Pose Image: file Image 1.image",
            "Main Picture: file Mask 2.image",
            "Main Video: file Video 3.file",
            "Main Sound: file Audio 4.audio",
        ]
    );
}

#[test]
fn what_the_graph_holds_can_be_chosen_whatever_the_catalogue_says() {
    let own = json!({"steps": 50_000, "cfg": "2.5", "seed": -3, "denoise": 0.5});
    let (_, form) = form(&picture("KSampler", &own));
    for field in &form.fields {
        match &field.kind {
            Kind::Integer { min, max, step, default, .. } => {
                assert!(min <= default && default <= max && (default - min) % step == 0);
            }
            Kind::Number { min, max, default, .. } => assert!(min <= default && default <= max),
            Kind::Choice { options, default, .. } => assert!(options.contains(default)),
            Kind::Size { min, max, step, default: (width, height), .. } => {
                for side in [width, height] {
                    assert!(min <= side && side <= max && (side - min) % step == 0);
                }
            }
            _ => {}
        }
    }
    assert!(lines(&form).contains(&"More Denoise: number 0.5 of 0..1 by 0.01 5.denoise".into()));
}

#[test]
fn a_number_that_is_passed_on_is_a_seed_only_where_it_feeds_one() {
    let mut graph = picture("KSampler", &json!({"seed": ["8", 0]}));
    graph["4"] = json!({"class_type": "EmptyHunyuanLatentVideo", "inputs": {
        "width": 512, "height": 768, "length": ["9", 0], "batch_size": 1}});
    graph["8"] =
        json!({"class_type": "PrimitiveInt", "inputs": {"value": 7}, "_meta": {"title": "Chance"}});
    graph["9"] = json!({"class_type": "PrimitiveInt", "inputs": {"value": 121}, "_meta": {"title": "Length"}});
    let document = comfy::convert::Document::from_json(&graph).unwrap();
    let every = comfy::form::every_input(document.graph.as_ref().unwrap(), &crate::DEFINITIONS);
    let kind = |id: &str| {
        let of = every.iter().find(|(node, _)| node.as_str() == id).unwrap();
        of.1[0].kind.clone()
    };
    assert!(matches!(kind("8"), Kind::Seed { .. }));
    assert!(matches!(kind("9"), Kind::Integer { default: 121, .. }), "{:?}", kind("9"));
}
