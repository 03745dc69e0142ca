//! What the nodes compute.
//!
//! [`NODES`] is the one place where a class is given its function, and
//! [`STAND_INS`] names those that share one because only a real model could do
//! their work; their definitions stand in `catalogue.json`.

mod animated;
mod audio;
mod call;
mod conditioning;
mod datum;
mod filters;
mod guided;
mod latent_files;
mod latents;
mod load;
mod masks;
mod mixing;
mod models;
mod resizing;
mod sampling;
mod save;
mod sizes;
mod stand_ins;
mod sums;
mod switches;
mod testing;
mod text;
mod tunes;
mod video;

pub(crate) use call::{Call, Failure, Halt};
pub(crate) use datum::{Datum, Sound};
pub(crate) use stand_ins::STAND_INS;

use crate::run::Made;

/// What a node does: reads its inputs from the call and makes its outputs.
pub(crate) type NodeFn = fn(&mut Call<'_>) -> Result<Made, Halt>;

/// The function of a class.
pub(crate) fn find(class: &str) -> Option<NodeFn> {
    let own = NODES.iter().find(|(name, _)| *name == class).map(|(_, node)| *node);
    own.or_else(|| STAND_INS.contains(&class).then_some(stand_ins::stand_in as NodeFn))
}

/// Every node that is really run.
pub(crate) const NODES: &[(&str, NodeFn)] = &[
    ("LoadImage", load::image),
    ("LoadImageMask", load::mask),
    ("LoadImageOutput", load::image),
    ("SaveImage", save::save),
    ("PreviewImage", save::preview),
    ("SaveImageAdvanced", save::save),
    ("MaskPreview", save::preview_mask),
    ("ImageCompare", save::compare),
    ("SaveImageWebsocket", save::websocket),
    ("SaveAnimatedPNG", animated::save_png),
    ("SaveAnimatedWEBP", animated::save_webp),
    ("EmptyAudio", audio::empty),
    ("LoadAudio", audio::read),
    ("SaveAudio", audio::save),
    ("PreviewAudio", audio::preview),
    ("SaveAudioMP3", audio::save),
    ("SaveAudioAdvanced", audio::save),
    ("TrimAudioDuration", audio::trim),
    ("AudioConcat", audio::concat),
    ("EmptyLatentAudio", audio::empty_latent),
    ("EmptyAceStepLatentAudio", audio::empty_latent),
    ("EmptyAceStep1.5LatentAudio", audio::empty_latent),
    ("EmptyMiniMaxMusic3LatentAudio", audio::empty_latent),
    ("LTXVEmptyLatentAudio", audio::empty_latent),
    ("VAEEncodeAudio", audio::encode),
    ("LTXVAudioVAEEncode", audio::encode),
    ("VAEDecodeAudio", audio::decode),
    ("VAEDecodeAudioTiled", audio::decode),
    ("LTXVAudioVAEDecode", audio::decode),
    ("CreateVideo", video::create),
    ("GetVideoComponents", video::components),
    ("LoadVideo", video::read),
    ("SaveVideo", video::save),
    ("SaveLatent", latent_files::save),
    ("LoadLatent", latent_files::open),
    ("EmptyImage", mixing::empty),
    ("ImageBatch", mixing::batch),
    ("ImageFromBatch", mixing::from_batch),
    ("RepeatImageBatch", mixing::repeat),
    ("ImageBlend", mixing::blend),
    ("ImageCompositeMasked", mixing::composite),
    ("ImageInvert", filters::invert),
    ("ImageBlur", filters::blur),
    ("ImageSharpen", filters::sharpen),
    ("ImageScale", sizes::scale),
    ("ImageScaleBy", sizes::scale_by),
    ("ImageScaleToTotalPixels", sizes::scale_to_total_pixels),
    ("ImageScaleToMaxDimension", sizes::scale_to_max_dimension),
    ("ImageCrop", sizes::crop),
    ("ImagePadForOutpaint", sizes::pad_for_outpaint),
    ("ImageFlip", sizes::flip),
    ("ImageRotate", sizes::rotate),
    ("GetImageSize", sizes::measure),
    ("ResizeImageMaskNode", resizing::resize),
    ("ResizeImagesByLongerEdge", resizing::by_longer_edge),
    ("FluxKontextImageScale", resizing::to_megapixel),
    ("ResizeAndPadImage", resizing::pad),
    ("BatchImagesNode", resizing::batch),
    ("ImageStitch", resizing::stitch),
    ("Canny", resizing::edges),
    ("MaskToImage", masks::to_image),
    ("ImageToMask", masks::from_image),
    ("ImageColorToMask", masks::from_colour),
    ("InvertMask", masks::invert),
    ("SolidMask", masks::solid),
    ("GrowMask", masks::grow),
    ("FeatherMask", masks::feather),
    ("MaskComposite", masks::composite),
    ("CropMask", masks::crop),
    ("ThresholdMask", masks::threshold),
    ("LoraLoader", models::lora),
    ("LoraLoaderModelOnly", models::lora),
    ("UpscaleModelLoader", models::upscaler),
    ("ImageUpscaleWithModel", models::upscale),
    ("CLIPTextEncode", conditioning::encode),
    ("ConditioningCombine", conditioning::combine),
    ("ConditioningConcat", conditioning::concat),
    ("ConditioningAverage", conditioning::average),
    ("ConditioningZeroOut", conditioning::zero_out),
    ("InpaintModelConditioning", conditioning::inpaint),
    ("EmptyLatentImage", latents::empty),
    ("EmptySD3LatentImage", latents::empty),
    ("VAEEncode", latents::encode),
    ("VAEEncodeTiled", latents::encode),
    ("VAEEncodeForInpaint", latents::encode_for_inpaint),
    ("VAEDecode", latents::decode),
    ("VAEDecodeTiled", latents::decode),
    ("SetLatentNoiseMask", latents::set_noise_mask),
    ("LatentUpscale", latents::upscale),
    ("LatentUpscaleBy", latents::upscale_by),
    ("RepeatLatentBatch", latents::repeat),
    ("LatentFromBatch", latents::from_batch),
    ("LatentFlip", latents::flip),
    ("LatentRotate", latents::rotate),
    ("KSampler", sampling::sample),
    ("KSamplerAdvanced", sampling::sample_part),
    ("SamplerCustom", guided::sample_custom),
    ("SamplerCustomAdvanced", guided::sample_guided),
    ("RandomNoise", guided::noise),
    ("DisableNoise", guided::no_noise),
    ("BasicScheduler", guided::schedule),
    ("BetaSamplingScheduler", guided::schedule),
    ("SDTurboScheduler", guided::schedule),
    ("Flux2Scheduler", guided::schedule),
    ("LTXVScheduler", guided::schedule),
    ("Ideogram4Scheduler", guided::schedule),
    ("ManualSigmas", guided::schedule_by_hand),
    ("SplitSigmas", guided::split),
    ("BasicGuider", guided::guide),
    ("CFGGuider", guided::guide),
    ("DualCFGGuider", guided::guide),
    ("DualModelGuider", guided::guide),
    ("LTXVDualCFGGuider", guided::guide),
    ("PrimitiveInt", text::pass),
    ("PrimitiveFloat", text::pass),
    ("PrimitiveString", text::pass),
    ("PrimitiveStringMultiline", text::pass),
    ("PrimitiveBoolean", text::pass),
    ("PreviewAny", text::preview),
    ("StringConcatenate", text::concatenate),
    ("StringSubstring", text::substring),
    ("StringLength", text::length),
    ("StringReplace", text::replace),
    ("StringTrim", text::trim),
    ("CaseConverter", text::change_case),
    ("TextGenerate", stand_ins::write),
    ("TextGenerateLTX2Prompt", stand_ins::write),
    ("ComfySwitchNode", switches::switch),
    ("ComfyMathExpression", switches::calculate),
    ("ComfyNumberConvert", switches::convert),
    ("CustomCombo", switches::choose),
    ("JsonExtractString", switches::extract),
    ("ResolutionSelector", switches::resolution),
    ("ParlorTestSleep", testing::sleep),
    ("ParlorTestFail", testing::fail),
];
