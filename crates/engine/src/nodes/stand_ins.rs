//! Nodes whose work only a real model shows.
//!
//! They stand in for it: what they are given is passed on where they make more of the same type of
//! it, and what they would make anew is as little as the next node can do with. So a workflow can
//! be tried from end to end; the painter follows its words, sizes, seeds and steps.

use std::collections::HashMap;
use std::sync::Arc;

use image::{GrayImage, Luma, Rgb, RgbImage};
use serde_json::{Value, json};

use super::datum::{Conditioning, Content, Latent, Pictures, Thing};
use super::{Call, Datum, Failure, Halt, Sound, latents};
use crate::pixels;
use crate::run::Made;

/// Pixels that all frames of a film may have together: films are short here.
const FILM: u32 = 4 << 20;

/// The inputs that words for a picture come by, and those for what should not be in it.
const WORDS: [&str; 5] = ["prompt", "text", "t5xxl", "tags", "caption"];
const UNWANTED: [&str; 1] = ["negative_prompt"];

/// The classes that stand in for themselves.
#[rustfmt::skip]
pub(crate) const STAND_INS: &[&str] = &[
    // Loaders.
    "AudioEncoderLoader", "CLIPLoader", "CLIPVisionLoader", "CheckpointLoaderSimple", "ControlNetLoader",
    "DualCLIPLoader", "FrameInterpolationModelLoader", "ImageOnlyCheckpointLoader", "LTXAVTextEncoderLoader",
    "LTXVAudioVAELoader", "LatentUpscaleModelLoader", "LoadBackgroundRemovalModel", "LoadDA3Model",
    "LoadMoGeModel", "ModelPatchLoader", "QuadrupleCLIPLoader", "StyleModelLoader", "TripleCLIPLoader",
    "UNETLoader", "VAELoader",
    // What changes a model or an encoder.
    "AnimaLLLiteApply", "CFGNorm", "CFGOverride", "CFGZeroStar", "CLIPSetLastLayer", "ChromaRadianceOptions",
    "ContextWindowsManual", "DifferentialDiffusion", "FluxKVCache", "GetICLoRAParameters",
    "HiDreamO1PatchSeamSmoothing", "LatentApplyOperationCFG", "LatentOperationTonemapReinhard",
    "ModelNoiseScale", "ModelSamplingAuraFlow", "ModelSamplingFlux", "ModelSamplingSD3",
    "QwenImageDiffsynthControlnet", "ScaleROPE", "SkipLayerGuidanceDiT", "SkipLayerGuidanceDiTSimple",
    "T5TokenizerOptions", "UNetTemporalAttentionMultiply", "USOStyleReference", "VideoLinearCFGGuidance",
    "WanAnimate2Cache",
    // Samplers by name.
    "KSamplerSelect", "SamplerARVideo", "SamplerEulerAncestral", "SamplerLCM", "SetFirstSigma",
    // What the words say.
    "AudioEncoderEncode", "CLIPTextEncodeFlux", "CLIPVisionEncode", "ControlNetApplyAdvanced",
    "ControlNetInpaintingAliMamaApply", "FluxGuidance", "FluxKontextMultiReferenceLatentMethod",
    "HiDreamO1ReferenceImages", "LTXVConditioning", "LTXVCropGuides", "LTXVReferenceAudio",
    "LotusConditioning", "MiniMaxMusic3TextEncode", "PiDConditioning", "ReferenceLatent",
    "SeedVR2Conditioning", "StyleModelApply", "TextEncodeAceStepAudio", "TextEncodeAceStepAudio1.5",
    "TextEncodeBooguEdit", "TextEncodeJoyImageEdit", "TextEncodeMageFlowEdit", "TextEncodeQwenImageEdit",
    "TextEncodeQwenImageEditPlus", "unCLIPConditioning",
    // Pictures and films to be painted.
    "ARVideoI2V", "BerniniConditioning", "EmptyChromaRadianceLatentImage", "EmptyFlux2LatentImage",
    "EmptyHiDreamO1LatentImage", "EmptyHunyuanLatentVideo", "EmptyHunyuanVideo15Latent",
    "EmptyLTXVLatentVideo", "EmptyQwenImageLayeredLatentImage", "HunyuanVideo15ImageToVideo",
    "InstructPixToPixConditioning", "Kandinsky5ImageToVideo", "LTXVAddGuide", "LTXVImgToVideo",
    "LTXVImgToVideoInplace", "MiniMaxH3ImageToVideo", "MiniMaxH3ReferenceToVideo",
    "SVD_img2vid_Conditioning", "Wan22FunControlToVideo", "Wan22ImageToVideoLatent",
    "WanAnimate2ToVideo", "WanCameraEmbedding", "WanCameraImageToVideo", "WanFirstLastFrameToVideo",
    "WanFunControlToVideo", "WanFunInpaintToVideo", "WanHuMoImageToVideo", "WanImageToVideo",
    "WanInfiniteTalkToVideo", "WanMoveTrackToVideo", "WanSCAILToVideo", "WanSoundImageToVideo",
    "WanSoundImageToVideoExtend", "WanTrackToVideo", "WanVaceToVideo",
    // Parts of films.
    "FrameInterpolate", "LTXVConcatAVLatent", "LTXVLatentUpsampler", "LTXVSeparateAVLatent", "LatentConcat",
    "LatentCut", "LatentCutToBatch", "NormalizeVideoLatentStart", "ReplaceVideoLatentFrames",
    "TrimVideoLatent", "Video Slice",
    // What is seen in a picture.
    "DA3Inference", "DA3Render", "DrawBBoxes", "MoGeInference", "MoGePanoramaInference", "MoGeRender",
    "RTDETR_detect", "RemoveBackground", "SAM3_Detect", "SAM3_VideoTrack", "SCAIL2ColoredMask",
    "SDPoseDrawKeypoints", "SDPoseKeypointExtractor",
    // What prepares pictures for a model and mends what it made.
    "ColorTransfer", "JoinImageWithAlpha", "LTXVPreprocess", "Painter", "SeedVR2PostProcessing",
    "SeedVR2Preprocess",
    // Numbers.
    "SeedNode",
];

/// Does what all of them do.
pub(super) fn stand_in(call: &mut Call<'_>) -> Result<Made, Halt> {
    let definition = call.stage.definition();
    let mut made_of: HashMap<&str, usize> = HashMap::new();
    let outputs = definition.outputs().map(|(kind, name)| {
        let nth = made_of.entry(kind).or_default();
        let passed = given(call, kind).nth(*nth).or_else(|| given(call, kind).last()).cloned();
        *nth += 1;
        match passed {
            Some(datum) if !is_value(kind) => Ok(datum),
            _ => anew(call, (kind, name), *nth),
        }
    });
    Ok(Made::several(outputs.collect::<Result<Vec<_>, Failure>>()?))
}

/// What of this type it is given, in the order of its definition.
fn given<'c>(call: &'c Call<'_>, kind: &str) -> impl Iterator<Item = &'c Datum> {
    let inputs = call.stage.definition().rules.inputs.iter();
    let data = inputs.filter_map(|input| call.any(&input.name).ok());
    data.filter(move |datum| datum.type_name() == kind)
}

/// Of values, only one of the same name is passed on.
fn is_value(kind: &str) -> bool {
    matches!(kind, "INT" | "FLOAT" | "STRING" | "BOOLEAN")
}

/// The `nth` output of a type that nothing was given of, counted from 1.
fn anew(call: &Call<'_>, (kind, name): (&str, &str), nth: usize) -> Result<Datum, Failure> {
    Ok(match kind {
        "MODEL" => Datum::Model(Arc::default()),
        "CONDITIONING" => Datum::Conditioning(Arc::new(words(call, nth))),
        "LATENT" => Datum::Latent(Arc::new(canvas(call)?)),
        "IMAGE" => Datum::Image(view(call)?),
        "MASK" => Datum::Mask(Arc::new(view(call)?.iter().map(middle).collect())),
        "AUDIO" => Datum::Audio(Arc::new(Sound::silence(1.0))),
        "STRING" => Datum::Json(call.value(name).ok().cloned().unwrap_or_else(|| json!(""))),
        kind if is_value(kind) => {
            Datum::Json(call.value(name).ok().cloned().unwrap_or_else(|| json!(0)))
        }
        kind => Datum::Thing(Arc::new(Thing { kind: kind.into(), seen: seen(call) })),
    })
}

/// The words it is given: those for the picture first, then those that are not wanted.
fn words(call: &Call<'_>, nth: usize) -> Conditioning {
    let inputs: &[&str] = if nth == 1 { &WORDS } else { &UNWANTED };
    let text = call.first(inputs).and_then(|input| call.text(input).ok());
    Conditioning { text: text.unwrap_or_default().to_owned() }
}

/// What is yet to be painted, of the size and the length that it is told or sees.
fn canvas(call: &Call<'_>) -> Result<Latent, Failure> {
    let (width, height) = size(call)?;
    let (width, height) = latents::to_grid(width, height);
    let count = |names: &[&str]| call.first(names).map_or(Ok(1), |name| call.count(name));
    let batch = count(&["batch_size"])?.max(1);
    pixels::check_size(width, height, batch as usize)?;
    let room = FILM / (width * height * batch).max(1);
    let frames = count(&["length", "video_frames"])?.min(room).max(1);
    Ok(Latent { width, height, frames, content: Content::Empty(batch), mask: None })
}

fn size(call: &Call<'_>) -> Result<(u32, u32), Failure> {
    if call.has("width") && call.has("height") {
        return Ok((call.count("width")?, call.count("height")?));
    }
    Ok(seen(call).map_or((512, 512), |pictures| pictures[0].dimensions()))
}

/// What it looks at, or plain grey.
fn view(call: &Call<'_>) -> Result<Pictures, Failure> {
    if let Some(pictures) = seen(call) {
        return Ok(pictures);
    }
    let (width, height) = size(call)?;
    pixels::check_size(width, height, 1)?;
    Ok(Arc::new(vec![RgbImage::from_pixel(width, height, Rgb([127; 3]))]))
}

/// The pictures it is given, or those that something was made of which it is given.
fn seen(call: &Call<'_>) -> Option<Pictures> {
    let inputs = call.stage.definition().rules.inputs.iter();
    inputs.filter_map(|input| call.any(&input.name).ok()).find_map(|datum| match datum {
        Datum::Image(pictures) => Some(pictures.clone()).filter(|pictures| !pictures.is_empty()),
        Datum::Thing(thing) => thing.seen.clone(),
        _ => None,
    })
}

/// What is in the middle of a picture: what it is of, most often.
fn middle(picture: &RgbImage) -> GrayImage {
    let (width, height) = picture.dimensions();
    let off = |at: u32, edge: u32| (at as f32 + 0.5) / edge as f32 * 2.0 - 1.0;
    GrayImage::from_fn(width, height, |x, y| {
        let inside = off(x, width).powi(2) + off(y, height).powi(2) < 0.5;
        Luma([if inside { 255 } else { 0 }])
    })
}

/// `TextGenerate`: nothing here writes, so the words that were asked with.
pub(super) fn write(call: &mut Call<'_>) -> Result<Made, Halt> {
    let text: Value = call.text("prompt")?.into();
    Ok(Made::json(text))
}
