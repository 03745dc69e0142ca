//! What the nodes compute.
//!
//! [`NODES`] is the one place where a class is given its function; its
//! definition stands in `catalogue.json`.

mod animated;
mod audio;
mod call;
mod conditioning;
mod datum;
mod filters;
mod latent_files;
mod latents;
mod load;
mod masks;
mod mixing;
mod models;
mod sampling;
mod save;
mod sizes;
mod testing;
mod text;
mod video;

pub(crate) use call::{Call, Failure, Halt};
pub(crate) use datum::{Datum, Sound};

use crate::run::Made;

/// What a node does: reads its inputs from the call and makes its outputs.
pub(crate) type NodeFn = fn(&mut Call<'_>) -> Result<Made, Halt>;

/// The function of a class.
pub(crate) fn find(class: &str) -> Option<NodeFn> {
    NODES.iter().find(|(name, _)| *name == class).map(|(_, node)| *node)
}

/// Every node that can be run.
pub(crate) const NODES: &[(&str, NodeFn)] = &[
    ("LoadImage", load::image),
    ("LoadImageMask", load::mask),
    ("LoadImageOutput", load::image),
    ("SaveImage", save::save),
    ("PreviewImage", save::preview),
    ("SaveImageWebsocket", save::websocket),
    ("SaveAnimatedPNG", animated::save_png),
    ("SaveAnimatedWEBP", animated::save_webp),
    ("EmptyAudio", audio::empty),
    ("LoadAudio", audio::read),
    ("SaveAudio", audio::save),
    ("PreviewAudio", audio::preview),
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
    ("CheckpointLoaderSimple", models::checkpoint),
    ("VAELoader", models::vae),
    ("LoraLoader", models::lora),
    ("LoraLoaderModelOnly", models::lora),
    ("CLIPSetLastLayer", models::clip_layer),
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
    ("ParlorTestSleep", testing::sleep),
    ("ParlorTestFail", testing::fail),
];
