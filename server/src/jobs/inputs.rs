//! The files that a job reads: found, and held against what their fields ask for.

use std::collections::HashMap;

use wire::{FieldKind, UploadId};

use super::{Jobs, SubmitError};
use crate::auth::PrincipalId;
use crate::db::{JobFile, OutputRow, UploadRow};
use crate::files::place::Place;
use crate::files::{Hash, extension_of};
use crate::workflows::{FileRef, Published, sort};

/// A file that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) hash: Hash,
    /// The person's name for it, or ours for what a job made.
    name: String,
    pub(super) mime: String,
    bytes: u64,
    /// 0 for what has none.
    pub(super) pixels: u64,
}

impl Jobs {
    /// The files referred to, by field.
    pub(super) async fn find_files(
        &self,
        principal: PrincipalId,
        (workflow, files): (&Published, &[(String, FileRef)]),
    ) -> Result<(HashMap<String, JobFile>, u64), SubmitError> {
        let (mut found, mut pixels) = (HashMap::new(), 0);
        for (field, file) in files {
            let refused = |message: String| SubmitError::Field { field: field.clone(), message };
            let Some((kind, max_pixels)) = workflow.asked(field) else { continue };
            // safety 6, 11: another's file is as good as none.
            let file = self.find_file(principal, *file).await?;
            let file = file.ok_or_else(|| {
                refused(format!("This file is not here: choose {} again.", sort(kind)))
            })?;
            fits(&file, kind, max_pixels).map_err(refused)?;
            pixels = pixels.max(file.pixels);
            found.insert(field.clone(), JobFile { hash: file.hash, name: file_name(&file) });
        }
        Ok((found, pixels))
    }

    /// The file of the principal that a graph calls so: by the id of its upload, by the place where it
    /// was put, or by the name it was handed in under.
    pub(crate) async fn find_input(
        &self,
        principal: PrincipalId,
        name: &str,
    ) -> anyhow::Result<Option<UploadRow>> {
        let db = &self.parts.db;
        let Some(place) = Place::of_input(name) else { return Ok(None) };
        if let Ok(id) = place.name.parse()
            && let Some(upload) = db.find_upload(principal, UploadId(id)).await?
        {
            return Ok(Some(upload));
        }
        if let Some(upload) = db.native_upload(principal, place.key()).await? {
            return Ok(Some(upload));
        }
        let upload = db.upload_named(principal, &place.name).await?;
        Ok(upload.filter(|_| place.subfolder.is_empty()))
    }

    /// The file, if it is this principal's.
    pub(super) async fn find_file(
        &self,
        principal: PrincipalId,
        file: FileRef,
    ) -> anyhow::Result<Option<Found>> {
        Ok(match file {
            FileRef::Upload { upload } => {
                self.parts.db.find_upload(principal, upload).await?.map(Found::from)
            }
            FileRef::Output { job, output } => {
                self.parts.db.nth_output(principal, (job, output)).await?.map(Found::from)
            }
        })
    }
}

impl From<UploadRow> for Found {
    fn from(row: UploadRow) -> Self {
        let pixels = pixels(row.width, row.height);
        Self { hash: row.hash, pixels, name: row.name, mime: row.mime, bytes: row.bytes }
    }
}

impl From<OutputRow> for Found {
    fn from(row: OutputRow) -> Self {
        let pixels = pixels(row.width, row.height);
        Self { hash: row.hash, pixels, name: row.name, mime: row.mime, bytes: row.bytes }
    }
}

fn pixels(width: Option<u32>, height: Option<u32>) -> u64 {
    u64::from(width.unwrap_or_default()) * u64::from(height.unwrap_or_default())
}

/// Whether the field takes it, or what to do.
fn fits(file: &Found, kind: &FieldKind, max_pixels: u64) -> Result<(), String> {
    let (max_bytes, mask) = match kind {
        FieldKind::Image { max_bytes, mask, .. } => (*max_bytes, *mask),
        FieldKind::File { max_bytes, .. } => (*max_bytes, false),
        _ => return Ok(()),
    };
    let mime = file.mime.split(';').next().unwrap_or_default().trim();
    if !kind.takes(mime) {
        let of = if mime == "application/octet-stream" { "of an unknown type" } else { mime };
        return Err(format!("This file is {of}. Choose {} instead.", sort(kind)));
    }
    if mask && mime == "image/jpeg" {
        return Err("A JPEG has no transparent parts to be a mask. Choose a PNG or WebP.".into());
    }
    if file.bytes > max_bytes {
        let megabytes = |bytes: u64| bytes.div_ceil(1 << 20);
        return Err(format!(
            "This file has {} MB; at most {} fit here. Make it smaller first.",
            megabytes(file.bytes),
            max_bytes >> 20
        ));
    }
    if file.pixels > max_pixels {
        return Err(format!(
            "This picture has {} megapixels; at most {} fit here. Make it smaller first.",
            file.pixels.div_ceil(1_000_000),
            max_pixels / 1_000_000,
        ));
    }
    Ok(())
}

/// What the backend is to call the file: ours, and the same for the same bytes.
/// Its nodes go by the ending.
pub(super) fn file_name(file: &Found) -> String {
    let given = file.name.rsplit_once('.').map(|(_, extension)| extension);
    let plain = |text: &&str| {
        (1..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let extension = extension_of(&file.mime).or(given.filter(plain)).unwrap_or("bin");
    let hash = blake3::Hash::from_bytes(file.hash.0).to_hex();
    format!("parlor-{}.{}", &hash[..32], extension.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use wire::Media;

    use super::*;

    fn found(name: &str, mime: &str) -> Found {
        let (name, mime) = (name.to_owned(), mime.to_owned());
        Found { hash: Hash([0xab; 32]), name, mime, bytes: 1000, pixels: 0 }
    }

    fn of(media: Media, accept: &[&str]) -> FieldKind {
        let accept = accept.iter().map(ToString::to_string).collect();
        FieldKind::File { media, max_bytes: 1 << 20, accept }
    }

    // safety 6, 25
    #[test]
    fn names_on_the_backend_are_made_of_the_content() {
        for (name, mime, ending) in [
            ("me.png", "image/jpeg", "jpg"),
            ("a.latent", "application/octet-stream", "latent"),
            ("a.SAFETENSORS", "application/octet-stream", "safetensors"),
            ("a.opus", "audio/ogg", "opus"),
            ("a.md", "text/plain; charset=utf-8", "md"),
            ("a./../x", "application/octet-stream", "bin"),
            ("none", "application/octet-stream", "bin"),
        ] {
            let expected = format!("parlor-{}.{ending}", "ab".repeat(16));
            assert_eq!(file_name(&found(name, mime)), expected);
        }
    }

    #[test]
    fn a_field_takes_what_it_asks_for_and_says_what_that_is() {
        let film = of(Media::Video, &["video/mp4"]);
        let check = |mime: &str, kind: &FieldKind| fits(&found("x", mime), kind, u64::MAX);
        assert_eq!(check("video/mp4", &film), Ok(()));
        let refused = check("audio/flac", &film).unwrap_err();
        assert_eq!(refused, "This file is audio/flac. Choose a video instead.");
        assert!(check("application/octet-stream", &film).unwrap_err().contains("unknown"));
        let any = of(Media::Other, &[]);
        assert_eq!(check("application/octet-stream", &any), Ok(()));
        assert_eq!(check("text/plain; charset=utf-8", &of(Media::Other, &["text/*"])), Ok(()));
    }

    #[test]
    fn what_is_too_large_or_no_mask_is_refused_with_the_figure() {
        let large = Found { bytes: 3 << 20, ..found("x", "video/mp4") };
        let refused = fits(&large, &of(Media::Video, &["video/mp4"]), u64::MAX).unwrap_err();
        assert!(refused.contains("3 MB") && refused.contains("at most 1"), "{refused}");
        let accept = vec!["image/jpeg".to_owned(), "image/png".to_owned()];
        let mask = FieldKind::Image { max_bytes: 1 << 20, accept, mask: true };
        assert!(fits(&found("x", "image/jpeg"), &mask, u64::MAX).is_err());
        assert_eq!(fits(&found("x", "image/png"), &mask, u64::MAX), Ok(()));
        let wide = Found { pixels: 3_000_000, ..found("x", "image/png") };
        assert!(fits(&wide, &mask, 2_000_000).unwrap_err().contains("3 megapixels"));
    }
}
