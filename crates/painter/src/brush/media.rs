//! What a picture is painted with: how strokes, colours and edges differ.

use super::super::colour::{Rgb, rgb};
use super::super::dice::mix;
use super::super::math::{floor, lerp, smooth};
use super::super::noise::{Grain, noise};
use super::super::picture::Picture;
use super::super::plane::Plane;
use super::super::words::Medium;

/// A brush and what it is dipped in.
pub(in super::super) struct Brush {
    /// Steps of a stroke each way.
    pub(super) length: f32,
    /// Pixels across a bristle.
    pub(super) cell: f32,
    /// How uneven the colour is.
    pub(super) colour: f32,
    /// How thick the paint stands.
    pub(super) relief: f32,
    medium: Medium,
    /// 0 leaves the picture as it is, 1 is the whole medium.
    amount: f32,
    unit: f32,
}

impl Brush {
    /// The brush of `medium` for a picture whose shorter edge is `unit` pixels.
    pub(super) fn of(medium: Medium, unit: f32, amount: f32) -> Self {
        // Length, bristle, unevenness, relief.
        let (length, cell, colour, relief) = match medium {
            Medium::Oil => (1.0, 1.0, 0.095, 0.55),
            Medium::Impasto => (1.25, 1.35, 0.15, 1.15),
            Medium::Glaze => (1.1, 0.9, 0.045, 0.2),
            Medium::Watercolour => (0.45, 1.2, 0.05, 0.0),
            Medium::Gouache => (0.7, 1.2, 0.06, 0.28),
            Medium::Pastel => (0.55, 0.7, 0.15, 0.5),
            Medium::Ink => (0.6, 1.0, 0.05, 0.0),
            Medium::Pencil => (0.9, 0.7, 0.12, 0.0),
            Medium::Linocut | Medium::Woodblock => (0.9, 1.1, 0.04, 0.12),
            Medium::Photograph => (0.0, 0.6, 0.022, 0.0),
            Medium::Pixels => (0.0, 1.0, 0.0, 0.0),
        };
        let size = unit / 512.0;
        // Strokes grow slower than the picture: a large canvas shows more of them.
        let grow = size.max(0.02).sqrt();
        Self {
            length: (length * 8.5 * grow * lerp(0.4, 1.0, amount)).min(26.0)
                * smooth(0.0, 0.12, amount),
            cell: (cell * 1.9 * grow).clamp(1.0, 7.0),
            colour: colour * amount,
            relief: relief * amount,
            medium,
            amount,
            unit,
        }
    }

    /// What the medium does after the strokes.
    pub(super) fn finish(&self, picture: &mut Picture, (relief, grain): (&[f32], u64)) {
        let before = (self.amount < 0.999).then(|| picture.px.clone());
        match self.medium {
            Medium::Watercolour => watercolour(picture, self.unit, grain),
            Medium::Gouache => posterise(picture, 9.0, 0.5),
            Medium::Pastel => pastel(picture, grain),
            Medium::Ink => ink(picture, self.unit, grain),
            Medium::Pencil => pencil(picture, self.unit, relief),
            Medium::Linocut => linocut(picture, self.unit, relief),
            Medium::Woodblock => woodblock(picture, self.unit, grain),
            Medium::Pixels => pixels(picture, self.unit),
            Medium::Oil | Medium::Impasto | Medium::Glaze | Medium::Photograph => (),
        }
        if let Some(before) = before {
            for (c, old) in picture.px.iter_mut().zip(before) {
                *c = old.over(*c, self.amount);
            }
        }
        for c in &mut picture.px {
            *c = rgb(c.r.clamp(0.0, 1.0), c.g.clamp(0.0, 1.0), c.b.clamp(0.0, 1.0));
        }
    }
}

fn luma(c: Rgb) -> f32 {
    0.3 * c.r + 0.55 * c.g + 0.15 * c.b
}

/// Lightness from the picture's own dark (0) to its own light (1): media with few tones need all of them.
fn tones(picture: &Picture) -> Vec<f32> {
    let all = lumas(picture).at;
    let mut some: Vec<f32> = all.iter().copied().step_by(1 + all.len() / 4096).collect();
    some.sort_unstable_by(f32::total_cmp);
    let (low, high) = (some[some.len() * 4 / 100], some[some.len() * 96 / 100]);
    let scale = 1.0 / (high - low).max(0.25);
    all.iter().map(|l| ((l - low) * scale).clamp(0.0, 1.0)).collect()
}

fn lumas(picture: &Picture) -> Plane {
    Plane { w: picture.w, h: picture.h, at: picture.px.iter().map(|&c| luma(c)).collect() }
}

/// 1 on paper, 0 where a line is drawn: the difference of two blurs, sharpened.
fn lines(picture: &Picture, sigma: f32) -> Vec<f32> {
    let mut fine = lumas(picture);
    let mut coarse = fine.clone();
    fine.blur(sigma);
    coarse.blur(sigma * 1.7);
    fine.at.iter().zip(&coarse.at).map(|(f, c)| smooth(-0.03, -0.004, f - c)).collect()
}

/// Paper as `rough` as its grain is visible, around 1.
fn paper(picture: &Picture, cells: f32, grain: u64) -> Plane {
    let ratio = picture.w as f32 / picture.h as f32;
    noise(
        (picture.w, picture.h),
        Grain { rows: cells, columns: cells * ratio, octaves: 3, fade: 0.8 },
        mix(grain ^ 0x77),
    )
}

/// Fewer steps of lightness, with soft borders.
fn posterise(picture: &mut Picture, steps: f32, amount: f32) {
    for c in &mut picture.px {
        let l = luma(*c).max(1e-3);
        let scaled = l * steps;
        let low = floor(scaled);
        let flat = (low + smooth(0.35, 0.65, scaled - low)) / steps;
        *c = *c * lerp(1.0, flat.max(0.02) / l, amount);
    }
}

fn watercolour(picture: &mut Picture, unit: f32, grain: u64) {
    let sheet = paper(picture, 150.0, grain);
    let pools = paper(picture, 5.0, grain ^ 3);
    posterise(picture, 8.0, 0.6);
    // Pigment gathers where a wash ends.
    let sharp = lumas(picture);
    let mut soft = sharp.clone();
    soft.blur(unit / 190.0);
    for (i, c) in picture.px.iter_mut().enumerate() {
        let edge = ((soft.at[i] - sharp.at[i]) * 1.6).clamp(-0.04, 0.16);
        let density = 0.86 + 0.22 * (pools.at[i] - 0.5) + 0.16 * (sheet.at[i] - 0.5) + edge * 1.8;
        // Transparent paint: more pigment takes more light from the paper.
        let wash = |v: f32, white: f32| white * (1.0 - (1.0 - v) * density).clamp(0.0, 1.0);
        *c = rgb(wash(c.r, 1.0), wash(c.g, 0.992), wash(c.b, 0.972));
    }
    let (w, h) = (picture.w as f32, picture.h as f32);
    // The sheet stays white around the painting.
    for (i, c) in picture.px.iter_mut().enumerate() {
        let (x, y) = ((i % picture.w) as f32, (i / picture.w) as f32);
        let border = x.min(w - 1.0 - x).min(y).min(h - 1.0 - y) / unit;
        let rim = smooth(
            0.012,
            0.026,
            border + 0.022 * (pools.at[i] - 0.35) + 0.006 * (sheet.at[i] - 0.5),
        );
        *c = rgb(0.975, 0.965, 0.94).over(*c, rim) * (0.985 + 0.03 * sheet.at[i]);
    }
}

fn pastel(picture: &mut Picture, grain: u64) {
    let tooth = paper(picture, 190.0, grain);
    let board = rgb(0.62, 0.56, 0.5);
    for (c, tooth) in picture.px.iter_mut().zip(&tooth.at) {
        let chalk = c.over(rgb(1.0, 0.98, 0.95), 0.12);
        *c = board.over(chalk, 0.62 + 0.38 * smooth(0.2, 0.55, *tooth));
    }
}

fn ink(picture: &mut Picture, unit: f32, grain: u64) {
    let drawn = lines(picture, unit / 300.0);
    let sheet = paper(picture, 120.0, grain);
    let pools = paper(picture, 6.0, grain ^ 5);
    let light = tones(picture);
    let (white, black) = (rgb(0.955, 0.935, 0.885), rgb(0.1, 0.1, 0.13));
    for (i, c) in picture.px.iter_mut().enumerate() {
        let tone = 0.06 + 0.94 * light[i] + 0.1 * (pools.at[i] - 0.5);
        let scaled = tone * 5.0;
        let low = floor(scaled);
        let wash = smooth(0.02, 0.95, (low + smooth(0.2, 0.8, scaled - low)) / 5.0 + 0.08);
        let line = lerp(0.25, 1.0, drawn[i]);
        let hint = c.over(white, 0.4);
        *c = black.over(white, wash * line).over(hint, 0.16 * line) * (0.97 + 0.05 * sheet.at[i]);
    }
}

fn pencil(picture: &mut Picture, unit: f32, relief: &[f32]) {
    let drawn = lines(picture, unit / 380.0);
    let light = tones(picture);
    let (white, lead) = (rgb(0.955, 0.94, 0.905), rgb(0.2, 0.19, 0.2));
    let spread = (relief.iter().map(|v| v * v).sum::<f32>() / relief.len() as f32).sqrt().max(1e-4);
    for (i, c) in picture.px.iter_mut().enumerate() {
        let tone = light[i];
        // Hatching: the relief's ridges are the strokes, denser where it is darker.
        let hatch = smooth(-1.3, 1.3, relief[i] / spread + (tone - 0.3) * 3.6);
        let cover = (1.0 - hatch) * 0.66 + (1.0 - drawn[i]) * 0.7;
        *c = white.over(lead, cover.min(0.95));
    }
}

fn linocut(picture: &mut Picture, unit: f32, relief: &[f32]) {
    let drawn = lines(picture, unit / 240.0);
    let spread = (relief.iter().map(|v| v * v).sum::<f32>() / relief.len() as f32).sqrt().max(1e-4);
    let light = tones(picture);
    let block = rgb(0.09, 0.1, 0.12);
    let sheet = rgb(0.95, 0.925, 0.865);
    for (i, c) in picture.px.iter_mut().enumerate() {
        let l = luma(*c);
        // Gouges run with the strokes and widen with the light.
        let cut = smooth(-0.18, 0.18, relief[i] / spread * 0.34 + (light[i] - 0.3) * 2.1);
        let second = (*c * (0.75 / l.max(0.2))).over(sheet, smooth(0.55, 0.85, l) * 0.8);
        *c = block.over(second, cut * lerp(0.1, 1.0, drawn[i]));
    }
}

fn woodblock(picture: &mut Picture, unit: f32, grain: u64) {
    let drawn = lines(picture, unit / 260.0);
    let wood = paper_along(picture, grain);
    posterise(picture, 6.0, 0.85);
    for (i, c) in picture.px.iter_mut().enumerate() {
        let printed = c.over(rgb(0.93, 0.88, 0.77), 0.14) * (0.95 + 0.09 * wood.at[i]);
        *c = rgb(0.12, 0.13, 0.2).over(printed, lerp(0.12, 1.0, drawn[i]));
    }
}

/// Wood grain: noise drawn out in width.
fn paper_along(picture: &Picture, grain: u64) -> Plane {
    noise((picture.w, picture.h), Grain::new(110.0, 3.0, 2), mix(grain ^ 0x91))
}

fn pixels(picture: &mut Picture, unit: f32) {
    let size = ((unit / 72.0) as usize).max(1);
    let (w, h) = (picture.w, picture.h);
    let old = picture.px.clone();
    for top in (0..h).step_by(size) {
        for left in (0..w).step_by(size) {
            let (bottom, right) = ((top + size).min(h), (left + size).min(w));
            let mut sum = Rgb::default();
            for y in top..bottom {
                old[y * w + left..y * w + right].iter().for_each(|&c| sum += c);
            }
            let mean = sum * (1.0 / ((bottom - top) * (right - left)) as f32);
            // Ordered dither between a few steps of each colour.
            let odd = ((top / size + left / size) % 2) as f32 * 0.5 - 0.25;
            let step = |v: f32| (floor(v * 9.0 + 0.5 + odd * 0.8) / 9.0).clamp(0.0, 1.0);
            let flat = rgb(step(mean.r), step(mean.g), step(mean.b));
            for y in top..bottom {
                picture.px[y * w + left..y * w + right].fill(flat);
            }
        }
    }
}
