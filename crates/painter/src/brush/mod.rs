//! From a clean scene to brush strokes.
//!
//! Noise in the colours is smeared along the lines that the picture itself has (line integral convolution along the
//! structure tensor), and a second noise, smeared the same way, is the relief of the paint under a light from the upper
//! left.

mod flow;
mod media;

use super::colour::{Rgb, rgb};
use super::dice::mix;
use super::math::smooth;
use super::picture::Picture;
use super::plane::Plane;
use super::words::Medium;
use flow::Flow;
pub(super) use media::Brush;

/// A scene made ready for the brush; every step paints it anew, with longer strokes.
pub(super) struct Easel {
    w: usize,
    h: usize,
    /// Colour with its noise, and the noise of the relief.
    wet: Vec<[f32; 4]>,
    flow: Flow,
    /// How far strokes are held back, 0 to 1.
    fine: Vec<f32>,
    brush: Brush,
    grain: u64,
}

impl Easel {
    /// Prepares `picture`; `fine` marks detail, `amount` is how much of a painting it shall become (0 to 1).
    pub(super) fn new(
        picture: &Picture,
        fine: Vec<f32>,
        (medium, amount, grain): (Medium, f32, u64),
    ) -> Self {
        let brush = Brush::of(medium, picture.w.min(picture.h) as f32, amount);
        let luma: Vec<f32> = picture.px.iter().map(|c| 0.3 * c.r + 0.5 * c.g + 0.2 * c.b).collect();
        let plane = Plane { w: picture.w, h: picture.h, at: luma };
        let flow = Flow::of(&plane, grain);
        let wet = wet_paint(picture, &brush, grain);
        Self { w: picture.w, h: picture.h, wet, flow, fine, brush, grain }
    }

    /// The painting with strokes of `reach` times their full length (0 to 1).
    pub(super) fn paint(&self, reach: f32) -> Picture {
        let taps = self.brush.length * reach;
        let smeared = self.flow.smear(&self.wet, &self.fine, taps);
        let mut px: Vec<Rgb> = smeared.iter().map(|s| rgb(s[0], s[1], s[2])).collect();
        let relief: Vec<f32> = smeared.iter().map(|s| s[3]).collect();
        lay_relief(&mut px, &relief, self.w, self.brush.relief * smooth(0.2, 1.0, reach));
        let mut picture = Picture { w: self.w, h: self.h, px };
        self.brush.finish(&mut picture, (&relief, self.grain));
        picture
    }
}

/// A number near normal with deviation 1, from one hash.
fn normal(bits: u64) -> f32 {
    let sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48);
    (sum as f32 / 65536.0 - 2.0) * 1.732
}

/// Colours with paint's unevenness, in cells as large as a bristle, and the noise that becomes relief.
fn wet_paint(picture: &Picture, brush: &Brush, grain: u64) -> Vec<[f32; 4]> {
    let (w, h) = (picture.w, picture.h);
    let cell = brush.cell.max(1.0);
    let (cw, ch) = ((w as f32 / cell) as usize + 2, (h as f32 / cell) as usize + 2);
    let mut cells: [Plane; 4] = std::array::from_fn(|k| Plane {
        w: cw,
        h: ch,
        at: (0..cw * ch).map(|i| normal(mix(grain ^ mix((i * 4 + k) as u64)))).collect(),
    });
    for plane in &mut cells {
        plane.blur(0.45);
    }
    let mut relief =
        Plane { w, h, at: (0..w * h).map(|i| normal(mix(grain ^ mix(!(i as u64))))).collect() };
    relief.blur((brush.cell * 0.34).max(0.5));
    let mut wet = Vec::with_capacity(w * h);
    for y in 0..h {
        for x in 0..w {
            let (cx, cy) = (x as f32 / cell, y as f32 / cell);
            let i = y * w + x;
            let c = picture.px[i];
            let common = cells[3].sample(cx, cy) * 1.1;
            let uneven = |v: f32, k: usize| {
                let n = common + cells[k].sample(cx, cy) * 0.6;
                v * (1.0 + brush.colour * 1.6 * n) + brush.colour * 0.12 * n
            };
            wet.push([uneven(c.r, 0), uneven(c.g, 1), uneven(c.b, 2), relief.at[i]]);
        }
    }
    wet
}

/// Lights the ridges of the paint from the upper left.
fn lay_relief(px: &mut [Rgb], relief: &[f32], w: usize, strength: f32) {
    if strength <= 0.0 {
        return;
    }
    let spread = relief.iter().map(|v| v * v).sum::<f32>() / relief.len() as f32;
    let scale = 1.0 / spread.sqrt().max(1e-4);
    let last = relief.len() - 1;
    for (i, c) in px.iter_mut().enumerate() {
        let x = i % w;
        let left = if x == 0 { i } else { i - 1 };
        let right = if x + 1 == w { i } else { i + 1 };
        let (up, down) = (i.saturating_sub(w), (i + w).min(last));
        let slope = (relief[left] - relief[right] + relief[up] - relief[down]) * 0.5 * scale;
        let light = (slope * 0.7).clamp(-2.0, 2.0) * strength * 0.05;
        let glint = light * 0.12;
        *c = *c * (1.0 + light * 1.5) + rgb(glint, glint, glint);
    }
}
