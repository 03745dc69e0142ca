//! Takes out of files what is not their content: the graph that a ComfyUI
//! writes into what it makes, and what cameras and programs write besides.
//!
//! Nothing is decoded or encoded. Where a format knows places in the file by
//! their distance from its beginning, what is taken out is blanked and all the
//! rest stays where it is.

mod audio;
mod boxes;
mod ebml;
mod header;
mod ogg;
pub(super) mod picture;

use bytes::Bytes;

use super::kind::Kind;

/// The same file without metadata; `None` when it is not whole, or not what
/// its type says. Types of which no metadata is known stay as they are.
pub(super) fn strip(content: &Bytes, kind: Kind) -> Option<Bytes> {
    if let Some(format) = kind.picture_format() {
        return picture::strip(content, format);
    }
    match kind.mime {
        "video/mp4" | "video/quicktime" | "audio/mp4" => blanked(content, boxes::blank),
        "video/webm" | "video/x-matroska" => blanked(content, ebml::blank),
        // What other codecs say in it is not known here.
        "audio/ogg" | "video/ogg" => {
            Some(blanked(content, ogg::blank).unwrap_or_else(|| content.clone()))
        }
        "audio/flac" => audio::strip_flac(content),
        "audio/mpeg" => Some(audio::strip_mp3(content)),
        "audio/wav" => audio::strip_wav(content),
        "model/gltf-binary" => blanked(content, header::blank_glb),
        "model/gltf+json" => header::strip_gltf(content),
        _ if header::is_safetensors(content) => blanked(content, header::blank_safetensors),
        _ if header::is_svg(content) => Some(header::strip_svg(content)),
        _ => Some(content.clone()),
    }
}

/// A copy, worked on in place.
fn blanked(content: &Bytes, blank: fn(&mut [u8]) -> Option<()>) -> Option<Bytes> {
    let mut copy = content.to_vec();
    blank(&mut copy)?;
    Some(copy.into())
}

/// The big-endian number at `at`.
fn be32(content: &[u8], at: usize) -> Option<u32> {
    let bytes = content.get(at..)?.first_chunk()?;
    Some(u32::from_be_bytes(*bytes))
}

/// The little-endian number at `at`.
fn le32(content: &[u8], at: usize) -> Option<u32> {
    let bytes = content.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes(*bytes))
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Files small enough to be written here, each with a secret in its metadata.
    pub(in crate::files) fn samples() -> Vec<(&'static str, Vec<u8>)> {
        vec![
            ("a.mp4", boxes::tests::film()),
            ("a.webm", ebml::tests::film()),
            ("a.opus", ogg::tests::sound()),
            ("a.flac", audio::tests::flac()),
            ("a.mp3", audio::tests::mp3()),
            ("a.wav", audio::tests::wav()),
            ("a.glb", header::tests::glb()),
            ("a.gltf", header::tests::gltf()),
            ("a.latent", header::tests::safetensors()),
            ("a.svg", header::tests::svg()),
        ]
    }

    fn contains(content: &[u8], word: &[u8]) -> bool {
        content.windows(word.len()).any(|at| at == word)
    }

    // safety 28
    #[test]
    fn every_kind_of_file_loses_its_secret_and_keeps_its_content() {
        for (name, sample) in samples() {
            assert!(contains(&sample, b"secret") && contains(&sample, b"CONTENT"), "{name}");
            let kind = Kind::of(&sample, name);
            let clean = strip(&sample.into(), kind).expect(name);
            assert!(!contains(&clean, b"secret"), "{name} of {}", kind.mime);
            assert!(contains(&clean, b"CONTENT"), "{name}");
            assert_eq!(Kind::of(&clean, name), kind, "{name} is still what it was");
            assert_eq!(strip(&clean, kind).as_ref(), Some(&clean), "nothing is left to be done");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            sample in 0usize..10, cut in 0usize..300, at in 0usize..200, bytes in any::<[u8; 6]>(),
        ) {
            let (name, whole) = samples().swap_remove(sample);
            let kind = Kind::of(&whole, name);
            let mut content = whole.clone();
            content.truncate(cut);
            for (place, byte) in content.iter_mut().skip(at).zip(bytes) {
                *place = byte;
            }
            let _ = strip(&content.into(), kind);
        }
    }
}
