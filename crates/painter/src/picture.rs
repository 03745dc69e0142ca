//! A picture as a screen shows it, in numbers that can still be painted on.

use super::colour::{Rgb, rgb};
use image::imageops::{FilterType, resize};
use image::{ImageBuffer, RgbImage};

/// Colours already curved for a screen, 0 to 1.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    pub(super) w: usize,
    pub(super) h: usize,
    pub(super) px: Vec<Rgb>,
}

impl Picture {
    /// `image` at `w` × `h`.
    pub(super) fn of(image: &RgbImage, (w, h): (usize, usize)) -> Self {
        let fitted = fitted(image, (w as u32, h as u32));
        let px = fitted
            .pixels()
            .map(|p| rgb(p[0].into(), p[1].into(), p[2].into()) * (1.0 / 255.0))
            .collect();
        Self { w, h, px }
    }

    /// This picture as bytes, at `w` × `h`.
    pub(super) fn image(&self, size: (u32, u32)) -> RgbImage {
        let byte = |v: f32| (v * 255.0 + 0.5) as u8;
        let bytes = self.px.iter().flat_map(|c| [byte(c.r), byte(c.g), byte(c.b)]).collect();
        let image = ImageBuffer::from_raw(self.w as u32, self.h as u32, bytes)
            .expect("there are three bytes for every pixel, by the line above");
        fitted(&image, size)
    }
}

/// `image` at `size`; a copy when it has that size already.
pub(super) fn fitted(image: &RgbImage, size: (u32, u32)) -> RgbImage {
    if image.dimensions() == size {
        return image.clone();
    }
    resize(image, size.0.max(1), size.1.max(1), FilterType::CatmullRom)
}
