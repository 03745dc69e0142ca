//! Latents in files: safetensors, as ComfyUI has them, but with the pictures
//! that stand for a latent here.

use std::sync::Arc;

use comfy::history::Folder;
use image::RgbImage;
use serde_json::{Map, Value, json};

use super::datum::{Content, Latent};
use super::save::{Target, texts};
use super::{Call, Datum, Failure, Halt, load};
use crate::pixels;
use crate::run::Made;

/// The tensor that holds the pictures: how many, height, width, colours. It
/// is empty where nothing was painted yet.
const TENSOR: &str = "latent_tensor";

/// `SaveLatent`. A mask is not kept.
pub(super) fn save(call: &mut Call<'_>) -> Result<Made, Halt> {
    let latent = Arc::clone(call.latent("samples")?);
    let prefix = call.text("filename_prefix")?.to_owned();
    let metadata: Map<_, _> =
        texts(call).into_iter().map(|(name, value)| (name, value.to_string().into())).collect();
    let content = write(&latent, &metadata);
    let size = (latent.width, latent.height);
    let file = Target { folder: Folder::Output, prefix: &prefix, size, ending: "_.latent" };
    let file = file.write(call, &content)?;
    Ok(Made::one(Datum::Latent(latent)).showing(json!({ "latents": [file] })))
}

/// `LoadLatent`: what `SaveLatent` wrote.
pub(super) fn open(call: &mut Call<'_>) -> Result<Made, Halt> {
    let latent = read(&load::file(call, "latent")?).ok_or_else(|| {
        Failure::new("RuntimeError", "this is no latent that the demo engine saved")
    })?;
    pixels::check_size(latent.width, latent.height, latent.count() as usize)?;
    Ok(Made::latent(latent))
}

fn write(latent: &Latent, metadata: &Map<String, Value>) -> Vec<u8> {
    let (colours, data) = match &latent.content {
        Content::Empty(_) | Content::Sound { .. } => (0, Vec::new()),
        Content::Pictures(pictures) => {
            (3, pictures.iter().flat_map(RgbImage::as_raw).copied().collect())
        }
    };
    let shape = json!([latent.count(), latent.height, latent.width, colours]);
    let mut header = json!({ "__metadata__": metadata });
    header[TENSOR] = json!({ "dtype": "U8", "shape": shape, "data_offsets": [0, data.len()] });
    let header = header.to_string();
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &data].concat()
}

fn read(content: &[u8]) -> Option<Latent> {
    let (length, rest) = content.split_first_chunk()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let (header, data) = rest.split_at_checked(length)?;
    let header: Value = serde_json::from_slice(header).ok()?;
    let shape = header[TENSOR]["shape"].as_array()?.iter().map(|edge| Some(edge.as_u64()? as u32));
    let shape: [u32; 4] = shape.collect::<Option<Vec<_>>>()?.try_into().ok()?;
    let [count, height, width, colours] = shape;
    let content = if colours == 0 {
        Content::Empty(count)
    } else {
        let size = (width as usize).checked_mul(height as usize)?.checked_mul(3)?;
        let whole = size > 0 && size.checked_mul(count as usize)? == data.len();
        let pictures = data.chunks_exact(size.max(1));
        let pictures = pictures.map(|pixels| RgbImage::from_raw(width, height, pixels.to_vec()));
        let pictures: Vec<_> = pictures.take_while(|_| whole).collect::<Option<_>>()?;
        Content::Pictures(Arc::new(Some(pictures).filter(|all| !all.is_empty())?))
    };
    Some(Latent { width, height, frames: 1, content, mask: None })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn painted() -> Latent {
        let picture = |level| RgbImage::from_pixel(16, 8, image::Rgb([level; 3]));
        let content = Content::Pictures(Arc::new(vec![picture(1), picture(2)]));
        Latent { width: 16, height: 8, frames: 1, content, mask: None }
    }

    #[test]
    fn pictures_and_their_absence_come_back() {
        let read = |latent: &Latent| read(&write(latent, &Map::new())).unwrap();
        let Content::Pictures(pictures) = read(&painted()).content else { panic!("no pictures") };
        assert_eq!((pictures.len(), pictures[1].get_pixel(15, 7).0), (2, [2; 3]));
        let empty = read(&Latent { content: Content::Empty(3), ..painted() });
        assert_eq!((empty.width, empty.height, empty.count()), (16, 8, 3));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(cut in 0usize..1000, at in 0usize..200, bytes in any::<[u8; 4]>()) {
            let mut content = write(&painted(), &Map::new());
            content.truncate(cut);
            for (place, byte) in content.iter_mut().skip(at).zip(bytes) {
                *place = byte;
            }
            read(&content);
        }
    }
}
