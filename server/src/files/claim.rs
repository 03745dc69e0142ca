//! What a person says a file is, held against what it is.

use wire::OutputKind;

use super::kind::Kind;
use super::name::SafeName;
use super::upload::UploadError;

/// What a person says a file is.
#[derive(Debug, Clone)]
pub struct Claim {
    pub name: SafeName,
    /// The `Content-Type` it came with.
    pub declared: Option<String>,
}

/// What the names of files of a type may end in.
const EXTENSIONS: [(&str, &[&str]); 26] = [
    ("image/png", &["png", "apng"]),
    ("image/jpeg", &["jpg", "jpeg", "jpe", "jfif"]),
    ("image/webp", &["webp"]),
    ("image/gif", &["gif"]),
    ("image/avif", &["avif"]),
    ("image/heif", &["heic", "heif"]),
    ("image/bmp", &["bmp"]),
    ("image/tiff", &["tif", "tiff"]),
    ("image/svg+xml", &["svg"]),
    ("video/mp4", &["mp4", "m4v"]),
    ("video/quicktime", &["mov", "qt"]),
    ("video/webm", &["webm", "weba"]),
    ("video/x-matroska", &["mkv", "mka"]),
    ("video/x-msvideo", &["avi"]),
    ("video/ogg", &["ogv", "ogg"]),
    ("audio/flac", &["flac"]),
    ("audio/mpeg", &["mp3", "mpga"]),
    ("audio/ogg", &["ogg", "oga", "opus", "spx"]),
    ("audio/wav", &["wav", "wave"]),
    ("audio/mp4", &["m4a", "m4b", "mp4"]),
    ("audio/aac", &["aac"]),
    ("audio/aiff", &["aif", "aiff"]),
    ("model/gltf-binary", &["glb"]),
    ("model/ply", &["ply"]),
    ("model/gltf+json", &["gltf"]),
    ("model/stl", &["stl"]),
];

impl Claim {
    /// safety 26: content, extension and declared type must agree. Types that
    /// are not known here may be called anything that no other type is called.
    pub(super) fn check(&self, kind: Kind) -> Result<(), UploadError> {
        if self.claims_picture() && kind.picture_format().is_none() {
            return Err(UploadError::NoPicture);
        }
        let mislabelled =
            |claimed: String| Err(UploadError::Mislabelled { claimed, found: kind.mime });
        let extension = self.name.extension();
        if !extension.is_empty() && !may_be_called(kind, &extension) {
            return mislabelled(format!(".{extension}"));
        }
        match self.declared() {
            Some(declared) if !may_be_declared(kind, &declared) => mislabelled(declared),
            _ => Ok(()),
        }
    }

    fn claims_picture(&self) -> bool {
        let extension = self.name.extension();
        let called = EXTENSIONS.iter().find(|(_, all)| all.contains(&extension.as_str()));
        called.is_some_and(|(mime, _)| mime.starts_with("image/"))
            || self.declared().is_some_and(|declared| declared.starts_with("image/"))
    }

    /// The declared type, if it says anything, in small letters.
    fn declared(&self) -> Option<String> {
        let declared = self.declared.as_deref()?.split(';').next()?.trim().to_ascii_lowercase();
        Some(declared).filter(|text| !text.is_empty() && text != "application/octet-stream")
    }
}

fn may_be_called(kind: Kind, extension: &str) -> bool {
    match EXTENSIONS.iter().find(|(mime, _)| *mime == kind.mime) {
        Some((_, all)) => all.contains(&extension),
        None => !EXTENSIONS.iter().any(|(_, all)| all.contains(&extension)),
    }
}

/// Browsers and programs have many words for one type: of what is no picture,
/// only the group is looked at.
fn may_be_declared(kind: Kind, declared: &str) -> bool {
    let group = declared.split('/').next().unwrap_or_default();
    match kind.output {
        OutputKind::Image => {
            declared == kind.mime
                || kind.mime == "image/jpeg" && matches!(declared, "image/jpg" | "image/pjpeg")
        }
        OutputKind::Video | OutputKind::Audio => matches!(group, "video" | "audio"),
        OutputKind::Model => {
            !matches!(group, "image" | "video" | "audio") && declared != "text/html"
        }
        OutputKind::Text | OutputKind::File => {
            !matches!(group, "image" | "video" | "audio" | "model")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(content: &[u8], name: &str, declared: &str) -> Result<(), String> {
        let claim =
            Claim { name: SafeName::from_client(name), declared: Some(declared.to_owned()) };
        claim.check(Kind::of(content, name)).map_err(|error| error.to_string())
    }

    const MP4: &[u8] = b"\0\0\0\x18ftypisom";

    // safety 26
    #[test]
    fn every_word_for_the_same_type_is_accepted() {
        for (content, name, declared) in [
            (MP4, "a.mp4", "video/mp4"),
            (MP4, "a", ""),
            (b"\x1a\x45\xdf\xa3webm", "a.webm", "audio/webm; codecs=opus"),
            (b"OggS", "a.opus", "audio/ogg"),
            (b"\0\0\0\x18ftypM4A ", "a.m4a", "audio/x-m4a"),
            (b"glTF", "a.glb", "application/octet-stream"),
            (b"solid x", "a.stl", "application/vnd.ms-pki.stl"),
            (b"v 0 0 0", "a.obj", "application/x-tgif"),
            (b"words", "a.txt", "text/plain; charset=utf-8"),
            (b"\x01\0\0\0\0\0\0\0{}", "a.safetensors", "application/x-whatever"),
        ] {
            assert_eq!(checked(content, name, declared), Ok(()), "{name} as {declared}");
        }
    }

    // safety 26
    #[test]
    fn whoever_calls_a_file_what_it_is_not_is_told() {
        for (content, name, declared, reason) in [
            (MP4, "a.webm", "video/webm", ".webm"),
            (MP4, "a.exe", "", ".exe"),
            (MP4, "a.mp4", "text/html", "text/html"),
            (b"words", "a.mp4", "video/mp4", ".mp4"),
            (b"words", "a.png", "", "not a PNG"),
            (b"<svg/>", "a.svg", "", "not a PNG"),
            (MP4, "a.mp4", "image/png", "not a PNG"),
            (b"words", "a.txt", "audio/mpeg", "audio/mpeg"),
        ] {
            let error = checked(content, name, declared).unwrap_err();
            assert!(error.contains(reason), "{name} as {declared}: {error}");
        }
    }
}
