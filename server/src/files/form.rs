//! Stored pictures in another form: smaller to send, without or with nothing but
//! their transparency, or with that of another.

use std::io::{self, Cursor};

use anyhow::Context as _;
use bytes::Bytes;
use image::{DynamicImage, ImageFormat, RgbaImage, imageops};

use super::convert::{jpeg, webp};
use super::{Files, Hash, picture, room};

/// In which form a picture is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Quality from 1 to 100.
    Jpeg { quality: u8 },
    /// Quality from 1 to 100.
    Webp { quality: u8 },
    /// PNG without transparency.
    Colours,
    /// PNG of nothing but it.
    Transparency,
}

impl Files {
    /// A stored picture in this form, with its type; `None` when it is gone, or no
    /// picture we can decode.
    pub async fn in_form(
        &self,
        hash: Hash,
        form: Form,
    ) -> anyhow::Result<Option<(&'static str, Bytes)>> {
        let Some((image, room)) = self.opened(hash).await? else { return Ok(None) };
        let work = move || io::Result::Ok(image.pixels()?.and_then(|image| form.of(image)));
        self.decode(room, work).await?.with_context(|| format!("reading {hash}"))
    }

    /// A stored picture with the transparency of another, stretched to its size,
    /// as PNG; `None` when one is gone, or no picture we can decode.
    pub async fn masked(&self, original: Hash, mask: Hash) -> anyhow::Result<Option<Bytes>> {
        let (Some((original, room)), Some((mask, more))) =
            (self.opened(original).await?, self.opened(mask).await?)
        else {
            return Ok(None);
        };
        let work = move || {
            let (Some(original), Some(mask)) = (original.pixels()?, mask.pixels()?) else {
                return io::Result::Ok(None);
            };
            Ok(png(&seen_through(original.into_rgba8(), &mask.into_rgba8()).into()))
        };
        self.decode(room.saturating_add(more), work).await?.context("reading two pictures")
    }

    /// The file of a picture, and the room to decode it.
    async fn opened(&self, hash: Hash) -> anyhow::Result<Option<(Opened, u32)>> {
        let Some(mut file) = self.open_content(hash).await? else { return Ok(None) };
        let looked = room::look(&mut file, 2).await;
        let (kind, room) = looked.with_context(|| format!("reading {hash}"))?;
        let Some(format) = kind.picture_format() else { return Ok(None) };
        Ok(Some((Opened { file: file.into_std().await, format }, room)))
    }
}

/// A picture that was not read yet.
struct Opened {
    file: std::fs::File,
    format: ImageFormat,
}

impl Opened {
    /// Blocks.
    fn pixels(self) -> io::Result<Option<DynamicImage>> {
        Ok(picture::pixels(&room::whole(self.file)?, self.format))
    }
}

impl Form {
    fn of(self, image: DynamicImage) -> Option<(&'static str, Bytes)> {
        match self {
            Self::Jpeg { quality } => Some(("image/jpeg", jpeg(&image, quality)?)),
            Self::Webp { quality } => Some(("image/webp", webp(image, quality)?)),
            Self::Colours => Some(("image/png", png(&image.into_rgb8().into())?)),
            Self::Transparency => {
                let mut image = image.into_rgba8();
                for pixel in image.pixels_mut() {
                    pixel.0 = [0, 0, 0, pixel.0[3]];
                }
                Some(("image/png", png(&image.into())?))
            }
        }
    }
}

fn seen_through(mut original: RgbaImage, mask: &RgbaImage) -> RgbaImage {
    let (width, height) = original.dimensions();
    let mask = imageops::resize(mask, width, height, imageops::FilterType::Triangle);
    for (pixel, mask) in original.pixels_mut().zip(mask.pixels()) {
        pixel.0[3] = mask.0[3];
    }
    original
}

fn png(image: &DynamicImage) -> Option<Bytes> {
    let mut content = Cursor::new(Vec::new());
    image.write_to(&mut content, ImageFormat::Png).ok()?;
    Some(content.into_inner().into())
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;

    #[test]
    fn a_picture_is_given_the_transparency_of_another_whatever_its_size() {
        let original = RgbaImage::from_pixel(8, 8, Rgba([1, 2, 3, 255]));
        let mask = RgbaImage::from_pixel(2, 2, Rgba([9, 9, 9, 70]));
        let masked = seen_through(original, &mask);
        assert_eq!(*masked.get_pixel(5, 5), Rgba([1, 2, 3, 70]));
    }

    #[test]
    fn a_form_has_the_size_of_the_picture() {
        let image = || DynamicImage::from(RgbaImage::from_pixel(9, 5, Rgba([1, 2, 3, 70])));
        let forms = [
            (Form::Jpeg { quality: 50 }, "image/jpeg"),
            (Form::Webp { quality: 90 }, "image/webp"),
            (Form::Colours, "image/png"),
            (Form::Transparency, "image/png"),
        ];
        for (form, mime) in forms {
            let (found, content) = form.of(image()).unwrap();
            let seen = image::load_from_memory(&content).unwrap();
            assert_eq!((found, seen.width(), seen.height()), (mime, 9, 5), "{form:?}");
        }
    }
}
