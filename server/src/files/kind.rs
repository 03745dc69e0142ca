//! What a file is, by its content.

use image::ImageFormat;
use wire::OutputKind;

/// A type of file, and how it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) mime: &'static str,
    pub(super) output: OutputKind,
    /// What names of such files end in; empty where the name knows better.
    pub(super) extension: &'static str,
}

const fn kind(mime: &'static str, output: OutputKind, extension: &'static str) -> Kind {
    Kind { mime, output, extension }
}

const UNKNOWN: Kind = kind("application/octet-stream", OutputKind::File, "");

/// What nodes show to be read.
pub(super) const TEXT: Kind = kind("text/plain; charset=utf-8", OutputKind::Text, "");

/// What is known by its first bytes. What can run scripts (SVG, HTML, XML) is
/// nowhere in here, so it is a file.
const KNOWN: [Kind; 22] = [
    kind("image/png", OutputKind::Image, "png"),
    kind("image/jpeg", OutputKind::Image, "jpg"),
    kind("image/webp", OutputKind::Image, "webp"),
    kind("image/gif", OutputKind::Image, "gif"),
    kind("image/avif", OutputKind::Image, "avif"),
    kind("image/bmp", OutputKind::Image, "bmp"),
    // No browser but one shows it.
    kind("image/tiff", OutputKind::File, "tif"),
    kind("video/mp4", OutputKind::Video, "mp4"),
    kind("video/quicktime", OutputKind::Video, "mov"),
    kind("video/webm", OutputKind::Video, "webm"),
    kind("video/x-matroska", OutputKind::Video, "mkv"),
    kind("video/x-msvideo", OutputKind::Video, "avi"),
    kind("video/ogg", OutputKind::Video, "ogv"),
    kind("audio/flac", OutputKind::Audio, "flac"),
    kind("audio/mpeg", OutputKind::Audio, "mp3"),
    kind("audio/ogg", OutputKind::Audio, ""),
    kind("audio/wav", OutputKind::Audio, "wav"),
    kind("audio/mp4", OutputKind::Audio, "m4a"),
    kind("audio/aac", OutputKind::Audio, "aac"),
    kind("audio/aiff", OutputKind::Audio, "aiff"),
    kind("model/gltf-binary", OutputKind::Model, "glb"),
    kind("model/ply", OutputKind::Model, "ply"),
];

impl Kind {
    /// By content; the extension of `name` decides only between kinds of text
    /// and where the content does not tell.
    pub(super) fn of(content: &[u8], name: &str) -> Self {
        let extension = extension(name);
        let text = || is_text(content);
        match extension.as_str() {
            // Before the content is looked at: many a text begins like a picture ("BM…").
            "txt" | "md" | "csv" | "srt" | "vtt" | "lrc" if text() => return TEXT,
            "json" if text() => return kind("application/json", OutputKind::Text, "json"),
            _ => (),
        }
        if let Some(mime) = magic(content) {
            // Not every program that writes sound into an MP4 says so at its beginning.
            let is_sound = mime == "video/mp4" && matches!(extension.as_str(), "m4a" | "m4b");
            return Self::of_mime(if is_sound { "audio/mp4" } else { mime });
        }
        match extension.as_str() {
            "obj" if text() => kind("model/obj", OutputKind::Model, "obj"),
            "stl" if is_stl(content) => kind("model/stl", OutputKind::Model, "stl"),
            "gltf" if text() => kind("model/gltf+json", OutputKind::Model, "gltf"),
            "usdz" if content.starts_with(b"PK") => {
                kind("model/vnd.usdz+zip", OutputKind::Model, "usdz")
            }
            // Gaussian splats: records without a head, or packed.
            "splat" if !content.is_empty() && content.len().is_multiple_of(32) => {
                Self { output: OutputKind::Model, ..UNKNOWN }
            }
            "spz" | "ksplat" | "fbx" if !text() => Self { output: OutputKind::Model, ..UNKNOWN },
            _ => infer::get(content).map_or(UNKNOWN, |found| Self::of_mime(found.mime_type())),
        }
    }

    /// The format, of the pictures we can decode.
    pub(super) fn picture_format(self) -> Option<ImageFormat> {
        match self.mime {
            "image/png" => Some(ImageFormat::Png),
            "image/jpeg" => Some(ImageFormat::Jpeg),
            "image/webp" => Some(ImageFormat::WebP),
            "image/gif" => Some(ImageFormat::Gif),
            _ => None,
        }
    }

    /// What is in none of the groups is a file.
    fn of_mime(mime: &'static str) -> Self {
        let known = KNOWN.into_iter().find(|kind| kind.mime == mime);
        let output = match mime {
            _ if mime.starts_with("video/") => OutputKind::Video,
            _ if mime.starts_with("audio/") => OutputKind::Audio,
            _ => OutputKind::File,
        };
        known.unwrap_or(kind(mime, output, ""))
    }
}

/// The type by the first bytes, where they say more than `infer` knows.
fn magic(content: &[u8]) -> Option<&'static str> {
    Some(match content {
        [b'g', b'l', b'T', b'F', ..] => "model/gltf-binary",
        [b'p', b'l', b'y', b'\n' | b'\r', ..] => "model/ply",
        [b'f', b'L', b'a', b'C', ..] => "audio/flac",
        [b'I', b'D', b'3', ..] | [0xff, 0xfb | 0xfa | 0xf3 | 0xf2, ..] => "audio/mpeg",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => "audio/wav",
        [b'O', b'g', b'g', b'S', ..] if contains(head(content, 64), b"theora") => "video/ogg",
        [b'O', b'g', b'g', b'S', ..] => "audio/ogg",
        [0x1a, 0x45, 0xdf, 0xa3, ..] if contains(head(content, 64), b"webm") => "video/webm",
        [0x1a, 0x45, 0xdf, 0xa3, ..] => "video/x-matroska",
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => match head(brand, 4) {
            b"avif" | b"avis" => "image/avif",
            b"heic" | b"heix" | b"mif1" | b"msf1" => "image/heif",
            b"qt  " => "video/quicktime",
            b"M4A " | b"M4B " => "audio/mp4",
            _ => "video/mp4",
        },
        // An old QuickTime file has no brand.
        [_, _, _, _, b'm', b'o', b'o', b'v', ..] => "video/quicktime",
        _ => return None,
    })
}

fn head(content: &[u8], length: usize) -> &[u8] {
    &content[..content.len().min(length)]
}

fn contains(content: &[u8], word: &[u8]) -> bool {
    content.windows(word.len()).any(|at| at == word)
}

/// Text that begins with `solid`, or as long as its number of triangles says.
fn is_stl(content: &[u8]) -> bool {
    let triangles = content.get(80..84).and_then(|count| count.try_into().ok());
    let fits =
        |count: [u8; 4]| content.len() as u64 == 84 + 50 * u64::from(u32::from_le_bytes(count));
    content.starts_with(b"solid") && is_text(content) || triangles.is_some_and(fits)
}

/// Whether a browser may show a file of this type in its own window; what is
/// not listed is downloaded.
pub fn may_be_shown(mime: &str) -> bool {
    matches!(
        mime,
        "image/png" | "image/jpeg" | "image/webp" | "image/gif" | "image/avif" | "image/bmp"
    ) || mime.starts_with("video/")
        || mime.starts_with("audio/")
        || mime.starts_with("text/plain")
}

/// What names of files of this type end in, where that is certain.
pub fn extension_of(mime: &str) -> Option<&'static str> {
    let known = KNOWN.iter().find(|kind| kind.mime == mime);
    known.map(|kind| kind.extension).filter(|extension| !extension.is_empty())
}

/// Lower-case extension without the dot; empty when there is none.
pub(super) fn extension(name: &str) -> String {
    name.rsplit_once('.').map_or_else(String::new, |(_, extension)| extension.to_ascii_lowercase())
}

fn is_text(content: &[u8]) -> bool {
    std::str::from_utf8(content).is_ok_and(|text| !text.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides_and_not_the_name() {
        let png = b"\x89PNG\r\n\x1a\n and so on";
        assert_eq!(Kind::of(png, "film.mp4").mime, "image/png");
        assert_eq!(Kind::of(b"glTF....", "x").output, OutputKind::Model);
        assert_eq!(Kind::of(b"a caption", "caption.txt").output, OutputKind::Text);
        assert_eq!(Kind::of(b"\0\x01", "caption.txt"), UNKNOWN);
    }

    #[test]
    fn films_and_sounds_are_told_apart_by_what_they_say_of_themselves() {
        for (content, mime, output) in [
            (&b"\0\0\0\x18ftypisom"[..], "video/mp4", OutputKind::Video),
            (b"\0\0\0\x14ftypqt  ", "video/quicktime", OutputKind::Video),
            (b"\0\0\0\x18ftypM4A ", "audio/mp4", OutputKind::Audio),
            (b"\0\0\0\x18ftypavif", "image/avif", OutputKind::Image),
            (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm", "video/webm", OutputKind::Video),
            (b"\x1a\x45\xdf\xa3\x42\x82\x88matroska", "video/x-matroska", OutputKind::Video),
            (b"fLaC\0\0\0\x22", "audio/flac", OutputKind::Audio),
            (b"ID3\x04\0\0", "audio/mpeg", OutputKind::Audio),
            (b"\xff\xfb\x90\x64", "audio/mpeg", OutputKind::Audio),
            (b"OggS\0\x02........OpusHead", "audio/ogg", OutputKind::Audio),
            (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav", OutputKind::Audio),
        ] {
            let kind = Kind::of(content, "x.bin");
            assert_eq!((kind.mime, kind.output), (mime, output));
            assert!(kind.output == OutputKind::Image || may_be_shown(kind.mime));
        }
    }

    #[test]
    fn every_kind_of_solid_is_a_model() {
        let binary_stl = [&[0; 80][..], &1_u32.to_le_bytes(), &[0; 50]].concat();
        for (content, name) in [
            (&b"glTF\x02\0\0\0"[..], "a.glb"),
            (b"{\"asset\":{}}", "a.gltf"),
            (b"v 0 0 0\n", "a.obj"),
            (b"solid cube\n", "a.stl"),
            (&binary_stl, "a.stl"),
            (b"ply\nformat ascii 1.0\n", "a.bin"),
            (&[7; 64], "a.splat"),
            (b"\x1f\x8b\x08\0", "a.spz"),
            (b"PK\x03\x04", "a.usdz"),
        ] {
            assert_eq!(Kind::of(content, name).output, OutputKind::Model, "{name}");
        }
        assert_eq!(Kind::of(&[7; 63], "a.splat").output, OutputKind::File);
    }

    #[test]
    fn a_text_that_begins_like_a_picture_is_a_text() {
        for words in ["BM is short for something", "<svg onload='x'/>", "GIF89a is old"] {
            assert_eq!(Kind::of(words.as_bytes(), "a.txt"), TEXT);
        }
    }

    // safety 26
    #[test]
    fn what_can_run_scripts_is_never_shown() {
        for content in
            ["<svg xmlns='http://www.w3.org/2000/svg'/>", "<html></html>", "<?xml version='1.0'?>"]
        {
            for name in ["a.svg", "a.html", "a.xml", "a.png"] {
                let kind = Kind::of(content.as_bytes(), name);
                assert!(!may_be_shown(kind.mime), "{content} as {}", kind.mime);
                assert_eq!(kind.output, OutputKind::File);
            }
        }
    }
}
