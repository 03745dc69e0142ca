//! What a file is, by its content.

use image::ImageFormat;
use wire::OutputKind;

/// A type of file, and how it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) mime: &'static str,
    pub(super) output: OutputKind,
}

const UNKNOWN: Kind = Kind { mime: "application/octet-stream", output: OutputKind::File };
const TEXT: Kind = Kind { mime: "text/plain; charset=utf-8", output: OutputKind::Text };

impl Kind {
    /// By content; the extension of `name` decides only between kinds of text
    /// and where the content does not tell.
    pub(super) fn of(content: &[u8], name: &str) -> Self {
        if content.starts_with(b"glTF") {
            return Self { mime: "model/gltf-binary", output: OutputKind::Model };
        }
        if let Some(found) = infer::get(content) {
            return Self::of_mime(found.mime_type());
        }
        match extension(name).as_str() {
            "obj" => Self { mime: "model/obj", output: OutputKind::Model },
            "stl" => Self { mime: "model/stl", output: OutputKind::Model },
            "ply" => Self { mime: "model/ply", output: OutputKind::Model },
            "gltf" => Self { mime: "model/gltf+json", output: OutputKind::Model },
            "json" if is_text(content) => {
                Self { mime: "application/json", output: OutputKind::Text }
            }
            "txt" | "md" | "csv" | "srt" | "vtt" if is_text(content) => TEXT,
            _ => UNKNOWN,
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

    /// What can run scripts (SVG, HTML, XML) is in no group, so it is a file.
    fn of_mime(mime: &'static str) -> Self {
        let output = match mime {
            "image/png" | "image/jpeg" | "image/webp" | "image/gif" | "image/avif"
            | "image/bmp" | "image/tiff" => OutputKind::Image,
            _ if mime.starts_with("video/") => OutputKind::Video,
            _ if mime.starts_with("audio/") => OutputKind::Audio,
            _ => OutputKind::File,
        };
        Self { mime, output }
    }
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
