//! Takes in what people send: to a file first, so that memory never holds what
//! has not been measured; then checked, cleaned and stored.

use std::io::{self, Read};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use image::ImageFormat;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use super::kind::Kind;
use super::name::SafeName;
use super::picture::{self, Admitted, PictureError};
use super::store::Incoming;
use super::{Files, Stored};

/// What a person says a file is.
#[derive(Debug, Clone)]
pub struct Claim {
    pub name: SafeName,
    /// The `Content-Type` it came with.
    pub declared: Option<String>,
}

/// Why an upload was not stored. The sentences are for the person.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    #[error("This file is larger than {} MB.", max >> 20)]
    TooLarge { max: u64 },
    #[error("This file is empty.")]
    Empty,
    #[error("This is not a PNG, JPEG, WebP or GIF picture.")]
    NoPicture,
    #[error(
        "This file says it is {claimed}, but its content is {found}. Save it again as what it is."
    )]
    Mislabelled { claimed: String, found: &'static str },
    #[error("{0}")]
    Unusable(String),
    /// The sender went away.
    #[error("The file did not arrive whole. Send it again.")]
    Interrupted,
    #[error(transparent)]
    Storage(#[from] anyhow::Error),
}

impl From<PictureError> for UploadError {
    fn from(error: PictureError) -> Self {
        Self::Unusable(error.to_string())
    }
}

impl From<io::Error> for UploadError {
    fn from(error: io::Error) -> Self {
        Self::Storage(anyhow::Error::from(error).context("an upload cannot be stored"))
    }
}

/// A picture that was checked and cleaned, and is not stored yet.
pub struct Received {
    admitted: Admitted,
    kind: Kind,
    name: SafeName,
}

impl Received {
    /// The person's name for it, with the extension of what it has become.
    pub fn name(&self) -> &SafeName {
        &self.name
    }
}

impl Files {
    /// Takes in a picture from a person, as slowly as it comes.
    ///
    /// # Errors
    ///
    /// In the person's terms, or [`UploadError::Storage`].
    pub async fn receive<E>(
        &self,
        stream: impl Stream<Item = Result<Bytes, E>> + Unpin,
        claim: &Claim,
        max_bytes: u64,
    ) -> Result<Received, UploadError> {
        let mut incoming = self.store.incoming().await?;
        let length = receive(stream, &mut incoming, max_bytes).await?;
        let mut head = vec![0; length.min(512) as usize];
        incoming.file.rewind().await?;
        incoming.file.read_exact(&mut head).await?;
        let format = agreed_format(&head, claim)?;

        // Only so many whole files are in memory at once.
        let work = move || admit(incoming, length, format);
        let admitted = self.decode(picture::ADMITTED_MEGAPIXELS, work).await??;
        let kind = Kind::of(&admitted.content, claim.name.as_str());
        let name = renamed(&claim.name, format, admitted.format);
        Ok(Received { admitted, kind, name })
    }

    /// Stores what was taken in. Durable when it returns.
    pub async fn store_upload(&self, received: Received) -> anyhow::Result<Stored> {
        let Admitted { content, picture, .. } = received.admitted;
        self.put(content, received.kind, Some(picture)).await
    }
}

async fn receive<E>(
    mut stream: impl Stream<Item = Result<Bytes, E>> + Unpin,
    incoming: &mut Incoming,
    max: u64,
) -> Result<u64, UploadError> {
    let mut length = 0;
    while let Some(part) = stream.next().await {
        let part = part.map_err(|_| UploadError::Interrupted)?;
        length += part.len() as u64;
        if length > max {
            return Err(UploadError::TooLarge { max });
        }
        incoming.file.write_all(&part).await?;
    }
    incoming.file.flush().await?;
    if length == 0 { Err(UploadError::Empty) } else { Ok(length) }
}

/// Reads the file back and checks it; blocks.
fn admit(incoming: Incoming, length: u64, format: ImageFormat) -> Result<Admitted, UploadError> {
    let mut content = Vec::with_capacity(length as usize);
    incoming.reopen()?.read_to_end(&mut content)?;
    drop(incoming);
    Ok(picture::admit(&content.into(), format)?)
}

/// The format, when content, extension and declared type agree on one.
fn agreed_format(head: &[u8], claim: &Claim) -> Result<ImageFormat, UploadError> {
    let kind = Kind::of(head, "");
    let format = kind.picture_format().ok_or(UploadError::NoPicture)?;
    let extension = claim.name.extension();
    if !extension.is_empty() && ImageFormat::from_extension(&extension) != Some(format) {
        return Err(UploadError::Mislabelled {
            claimed: format!(".{extension}"),
            found: kind.mime,
        });
    }
    let declared = claim.declared.as_deref().map(|text| text.split(';').next().unwrap_or(text));
    match declared.map(str::trim) {
        None | Some("" | "application/octet-stream") => Ok(format),
        Some("image/jpg" | "image/pjpeg") if format == ImageFormat::Jpeg => Ok(format),
        Some(declared) if declared.eq_ignore_ascii_case(kind.mime) => Ok(format),
        Some(declared) => {
            Err(UploadError::Mislabelled { claimed: declared.to_owned(), found: kind.mime })
        }
    }
}

fn renamed(name: &SafeName, from: ImageFormat, to: ImageFormat) -> SafeName {
    match to.extensions_str().first() {
        Some(extension) if from != to => name.with_extension(extension),
        _ => name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::super::picture::tests::{picture, png_header};
    use super::*;

    async fn upload(
        content: &[u8],
        name: &str,
        declared: Option<&str>,
    ) -> Result<(Stored, SafeName), UploadError> {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path()).await.unwrap();
        let parts =
            content.chunks(1000).map(|part| Ok::<_, Infallible>(Bytes::copy_from_slice(part)));
        let claim =
            Claim { name: SafeName::from_client(name), declared: declared.map(str::to_owned) };
        let received = files.receive(futures_util::stream::iter(parts), &claim, 100_000).await;
        let left = std::fs::read_dir(folder.path().join("incoming")).unwrap().count();
        assert_eq!(left, 0, "nothing is left behind");
        let received = received?;
        let name = received.name().clone();
        let stored = files.store_upload(received).await?;
        assert_eq!(files.read(stored.hash).await?.len() as u64, stored.bytes);
        Ok((stored, name))
    }

    #[tokio::test]
    async fn a_picture_is_stored_with_what_it_is() {
        let (stored, name) =
            upload(&picture(ImageFormat::Png), "a b.png", Some("image/png")).await.unwrap();
        assert_eq!(
            (stored.mime.as_str(), stored.width, stored.height),
            ("image/png", Some(64), Some(32))
        );
        assert_eq!(name.as_str(), "a b.png");
    }

    #[tokio::test]
    async fn an_animation_becomes_its_first_frame() {
        let (stored, name) = upload(&picture(ImageFormat::Gif), "cat.gif", None).await.unwrap();
        assert_eq!((stored.mime.as_str(), name.as_str()), ("image/png", "cat.png"));
    }

    #[tokio::test]
    async fn bad_files_are_refused_with_the_reason() {
        let (png, jpeg) = (picture(ImageFormat::Png), picture(ImageFormat::Jpeg));
        for (content, name, declared, reason) in [
            (&b""[..], "a.png", None, "empty"),
            (b"<svg/>", "a.svg", Some("image/svg+xml"), "not a PNG"),
            (&jpeg, "a.png", None, ".png"),
            (&png, "a.png", Some("image/jpeg"), "image/jpeg"),
            (&png, "a.exe", None, ".exe"),
            (&png[..png.len() / 2], "a.png", None, "damaged"),
            (&jpeg[..jpeg.len() - 2], "a.jpg", None, "damaged"),
            (&png_header(30_000, 30_000), "a.png", None, "30000"),
            (&vec![0; 100_001], "a.png", None, "larger"),
        ] {
            let error = upload(content, name, declared).await.unwrap_err().to_string();
            assert!(error.contains(reason), "{name}: {error}");
        }
    }

    // safety 26
    #[tokio::test]
    async fn a_picture_without_a_name_or_type_is_known_by_its_content() {
        let (stored, _) = upload(&picture(ImageFormat::WebP), "", None).await.unwrap();
        assert_eq!(stored.mime, "image/webp");
    }
}
