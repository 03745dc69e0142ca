//! Takes in what people send: to a file first, so that memory never holds what
//! has not been measured; then checked, cleaned and stored.

use std::io::{self, Read};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use image::ImageFormat;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use super::claim::Claim;
use super::kind::Kind;
use super::name::SafeName;
use super::picture::{self, Admitted, Picture, PictureError};
use super::store::Incoming;
use super::{Files, Hash, Stored, room, strip};

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
    #[error("This file is damaged or was cut off on its way. Save it again, and try once more.")]
    Damaged,
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

/// A file that was checked and cleaned, and is not stored yet.
#[derive(Debug)]
pub struct Received {
    /// Of what arrived, before anything was taken out of it.
    source: Hash,
    content: Bytes,
    kind: Kind,
    name: SafeName,
    picture: Option<Picture>,
}

impl Received {
    /// The person's name for it, with the extension of what it has become.
    pub fn name(&self) -> &SafeName {
        &self.name
    }

    /// The hash of what arrived, before anything was taken out of it.
    pub fn source(&self) -> Hash {
        self.source
    }

    /// The same under another name, which keeps the extension of what it has become.
    #[must_use]
    pub fn named(self, name: SafeName) -> Self {
        let name = match self.name.extension().as_str() {
            "" => name,
            extension if extension == name.extension() => name,
            extension => name.with_extension(extension),
        };
        Self { name, ..self }
    }
}

impl Files {
    /// Takes in a file from a person, as slowly as it comes.
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
        // Only so many whole files are in memory at once: pictures decoded, others as they are,
        // being stripped, and stripped.
        let room = match head(&mut incoming).await?.picture_format() {
            Some(_) => picture::ADMITTED_MEGAPIXELS,
            None => room::of_bytes(3 * length),
        };
        let claim = claim.clone();
        self.decode(room, move || admit(incoming, length, &claim)).await?
    }

    /// Stores what was taken in. Durable when it returns.
    pub async fn store_upload(&self, received: Received) -> anyhow::Result<Stored> {
        self.put(received.content, received.kind, received.picture).await
    }
}

/// What it seems to be, by its first bytes.
async fn head(incoming: &mut Incoming) -> io::Result<Kind> {
    let mut head = Vec::new();
    incoming.file.rewind().await?;
    (&mut incoming.file).take(512).read_to_end(&mut head).await?;
    Ok(Kind::of(&head, ""))
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

/// Reads the file back, checks and cleans it; blocks.
fn admit(incoming: Incoming, length: u64, claim: &Claim) -> Result<Received, UploadError> {
    let mut content = Vec::with_capacity(length as usize);
    incoming.reopen()?.read_to_end(&mut content)?;
    drop(incoming);
    let content = Bytes::from(content);
    let source = Hash(*blake3::hash(&content).as_bytes());
    let kind = Kind::of(&content, claim.name.as_str());
    claim.check(kind)?;
    let Some(format) = kind.picture_format() else {
        let content = strip::strip(&content, kind).ok_or(UploadError::Damaged)?;
        return Ok(Received { source, content, kind, name: claim.name.clone(), picture: None });
    };
    let Admitted { content, format: now, picture } = picture::admit(&content, format)?;
    let kind = Kind::of(&content, claim.name.as_str());
    let name = renamed(&claim.name, format, now);
    Ok(Received { source, content, kind, name, picture: Some(picture) })
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

    #[tokio::test]
    async fn what_is_no_picture_is_stored_without_its_secrets() {
        use super::super::strip::tests::samples;

        for (name, content) in samples().into_iter().filter(|(name, _)| *name != "a.svg") {
            let (stored, kept) = upload(&content, name, None).await.unwrap();
            assert_eq!((stored.width, kept.as_str()), (None, name));
            assert_ne!(stored.hash.0, *blake3::hash(&content).as_bytes(), "{name} is stripped");
        }
        let (stored, _) = upload(b"three words only", "a.txt", Some("text/plain")).await.unwrap();
        assert_eq!(stored.mime, "text/plain; charset=utf-8");
    }

    #[tokio::test]
    async fn a_film_cut_off_is_refused() {
        use super::super::strip::tests::samples;

        let (name, film) = samples().swap_remove(0);
        let error = upload(&film[..film.len() - 3], name, None).await.unwrap_err();
        assert!(matches!(error, UploadError::Damaged), "{error}");
    }
}
