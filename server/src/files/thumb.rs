//! Small versions of pictures: made when first asked for, then kept.

use std::io::{self, Cursor};

use anyhow::Context;
use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, RgbaImage};
use scale::Filter;

use super::{Files, Hash, picture, room};

const QUALITY: u8 = 82;

/// A width that thumbnails are made in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThumbWidth(u32);

impl ThumbWidth {
    /// All there are, in pixels: few, so that nobody can fill the disk.
    pub const ALL: [u32; 5] = [64, 160, 320, 640, 1280];

    /// The smallest that is at least `width`, or the largest.
    pub fn at_least(width: u32) -> Self {
        let found = Self::ALL.into_iter().find(|known| *known >= width);
        Self(found.unwrap_or(Self::ALL[Self::ALL.len() - 1]))
    }

    pub fn pixels(self) -> u32 {
        self.0
    }
}

/// A small picture.
#[derive(Debug, Clone)]
pub struct Thumb {
    pub content: Bytes,
    pub mime: &'static str,
}

impl Thumb {
    fn new(content: Bytes) -> Self {
        let mime = if content.starts_with(b"RIFF") { "image/webp" } else { "image/jpeg" };
        Self { content, mime }
    }
}

impl Files {
    /// A small version of a stored picture; `None` when it is gone, or no
    /// picture we can decode.
    pub async fn thumb(&self, hash: Hash, width: ThumbWidth) -> anyhow::Result<Option<Thumb>> {
        let path = self.store.thumb_path(hash, width.0);
        if let Ok(kept) = tokio::fs::read(&path).await {
            return Ok(Some(Thumb::new(kept.into())));
        }
        let Some(mut file) = self.open_content(hash).await? else { return Ok(None) };
        let reading = || format!("reading {hash}");
        let (kind, room) = room::look(&mut file, 1).await.with_context(reading)?;
        let Some(format) = kind.picture_format() else { return Ok(None) };
        let file = file.into_std().await;
        let work = move || io::Result::Ok(shrink(&room::whole(file)?, format, width.0));
        let shrunk = self.decode(room, work).await?.with_context(reading)?;
        let Some(small) = shrunk.transpose()? else { return Ok(None) };
        // Several may do this at once for the same picture; all write the same.
        self.store.place(&small, &path).await.context("a thumbnail cannot be stored")?;
        Ok(Some(Thumb::new(small.into())))
    }
}

/// JPEG, or lossless WebP where something can be seen through. `None` for what
/// cannot be decoded.
fn shrink(content: &[u8], format: ImageFormat, width: u32) -> Option<anyhow::Result<Vec<u8>>> {
    let image = picture::pixels(content, format)?.into_rgba8();
    Some(encode(resize(image, width)))
}

fn resize(image: RgbaImage, width: u32) -> RgbaImage {
    if image.width() <= width {
        return image;
    }
    let height = (u64::from(image.height()) * u64::from(width) / u64::from(image.width())).max(1);
    let from = (image.width() as usize, image.height() as usize);
    let to = (width as usize, height as usize);
    let small = scale::scale(&image, from, to, Filter::CatmullRom);
    RgbaImage::from_raw(width, height as u32, small).expect("it has four bytes a pixel")
}

fn encode(image: RgbaImage) -> anyhow::Result<Vec<u8>> {
    let mut content = Vec::new();
    if image.pixels().any(|pixel| pixel.0[3] != u8::MAX) {
        image.write_to(&mut Cursor::new(&mut content), ImageFormat::WebP)?;
    } else {
        let image = DynamicImage::from(image).into_rgb8();
        image.write_with_encoder(JpegEncoder::new_with_quality(&mut content, QUALITY))?;
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::super::Finish;
    use super::super::picture::tests::picture;
    use super::*;

    async fn files() -> (tempfile::TempDir, Files) {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path()).await.unwrap();
        (folder, files)
    }

    #[test]
    fn widths_are_rounded_up_to_one_of_few() {
        let rounded = [1, 64, 65, 700, 9999].map(|width| ThumbWidth::at_least(width).pixels());
        assert_eq!(rounded, [64, 64, 160, 1280, 1280]);
    }

    #[tokio::test]
    async fn a_wide_picture_shrinks_in_proportion_and_is_kept() {
        let (_folder, files) = files().await;
        let image = DynamicImage::new_rgb8(1000, 500);
        let mut content = Vec::new();
        image.write_to(&mut Cursor::new(&mut content), ImageFormat::Png).unwrap();
        let stored = files.store_output("a.png", content.into(), Finish::default()).await.unwrap();
        let thumb = files.thumb(stored.hash, ThumbWidth::at_least(160)).await.unwrap().unwrap();
        let small = image::load_from_memory(&thumb.content).unwrap();
        assert_eq!((thumb.mime, small.width(), small.height()), ("image/jpeg", 160, 80));
        assert!(files.store.thumb_path(stored.hash, 160).exists());
    }

    #[tokio::test]
    async fn what_can_be_seen_through_stays_so() {
        let (_folder, files) = files().await;
        let image = DynamicImage::from(RgbaImage::from_pixel(100, 100, Rgba([9, 9, 9, 9])));
        let mut content = Vec::new();
        image.write_to(&mut Cursor::new(&mut content), ImageFormat::Png).unwrap();
        let stored = files.store_output("a.png", content.into(), Finish::default()).await.unwrap();
        let thumb = files.thumb(stored.hash, ThumbWidth::at_least(64)).await.unwrap().unwrap();
        assert_eq!(thumb.mime, "image/webp");
    }

    #[tokio::test]
    async fn what_is_no_picture_has_no_thumbnail() {
        let (_folder, files) = files().await;
        let stored = files
            .store_output("a.txt", Bytes::from_static(b"words"), Finish::default())
            .await
            .unwrap();
        assert!(files.thumb(stored.hash, ThumbWidth::at_least(64)).await.unwrap().is_none());
    }

    // safety 27
    #[cfg(unix)]
    #[tokio::test]
    async fn of_what_is_no_picture_only_the_beginning_is_read() {
        let (_folder, files) = files().await;
        let words = Bytes::from_static(b"words");
        let stored = files.store_output("a.txt", words, Finish::default()).await.unwrap();
        let path = files.store.path(stored.hash);
        // More than any memory, and nothing on the disk.
        std::fs::File::options().write(true).open(path).unwrap().set_len(1 << 40).unwrap();
        assert!(files.thumb(stored.hash, ThumbWidth::at_least(64)).await.unwrap().is_none());
    }

    // safety 28
    #[tokio::test]
    async fn an_output_does_not_carry_the_graph_that_made_it() {
        use img_parts::png::{Png, PngChunk};

        let (_folder, files) = files().await;
        let mut png = Png::from_bytes(picture(ImageFormat::Png)).unwrap();
        let graph = PngChunk::new(*b"tEXt", Bytes::from_static(b"prompt\0{\"3\":{}}"));
        png.chunks_mut().insert(1, graph);
        let stored =
            files.store_output("a.png", png.encoder().bytes(), Finish::default()).await.unwrap();
        assert_eq!(files.read(stored.hash).await.unwrap(), picture(ImageFormat::Png));
    }
}
