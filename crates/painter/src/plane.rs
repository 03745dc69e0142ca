//! Grids of numbers: one per pixel, smoothed, sampled and resized.

use super::math::{exp, floor};

/// One number per pixel, row by row.
#[derive(Debug, Clone)]
pub(super) struct Plane {
    pub(super) w: usize,
    pub(super) h: usize,
    pub(super) at: Vec<f32>,
}

impl Plane {
    /// A plane with the same number everywhere.
    pub(super) fn filled(w: usize, h: usize, value: f32) -> Self {
        Self { w, h, at: vec![value; w * h] }
    }

    /// The number at a position counted in pixels, mixed from its four neighbours; the edges go on for ever.
    pub(super) fn sample(&self, x: f32, y: f32) -> f32 {
        let x = x.clamp(0.0, (self.w - 1) as f32);
        let y = y.clamp(0.0, (self.h - 1) as f32);
        let (x0, y0) = (x as usize, y as usize);
        let (x1, y1) = ((x0 + 1).min(self.w - 1), (y0 + 1).min(self.h - 1));
        let (fx, fy) = (x - x0 as f32, y - y0 as f32);
        let (top, low) = (y0 * self.w, y1 * self.w);
        let a = self.at[top + x0] * (1.0 - fx) + self.at[top + x1] * fx;
        let b = self.at[low + x0] * (1.0 - fx) + self.at[low + x1] * fx;
        a * (1.0 - fy) + b * fy
    }

    /// Stretches the numbers so that the lowest is 0 and the highest 1.
    pub(super) fn normalise(&mut self) {
        let (low, high) =
            self.at.iter().fold((f32::MAX, f32::MIN), |(l, h), &v| (l.min(v), h.max(v)));
        let scale = if high > low { 1.0 / (high - low) } else { 0.0 };
        for v in &mut self.at {
            *v = (*v - low) * scale;
        }
    }

    /// Gaussian blur with deviation `sigma` in pixels.
    pub(super) fn blur(&mut self, sigma: f32) {
        let weights = bell_weights(sigma);
        if weights.len() < 2 || self.at.is_empty() {
            return;
        }
        blur_rows(&mut self.at, self.w, &weights);
        blur_columns(&mut self.at, self.w, &weights);
    }
}

/// The right half of a Gaussian kernel, centre first, summing to 1 with its mirror image.
fn bell_weights(sigma: f32) -> Vec<f32> {
    if sigma < 0.2 {
        return vec![1.0];
    }
    let reach = (floor(sigma * 2.6) as usize + 1).min(96);
    let mut weights: Vec<f32> =
        (0..=reach).map(|i| exp(-((i * i) as f32) / (2.0 * sigma * sigma))).collect();
    let sum = 2.0 * weights.iter().sum::<f32>() - weights[0];
    for weight in &mut weights {
        *weight /= sum;
    }
    weights
}

fn blur_rows(at: &mut [f32], w: usize, weights: &[f32]) {
    let reach = weights.len() - 1;
    let mut padded = vec![0.0; w + 2 * reach];
    for row in at.chunks_exact_mut(w) {
        padded[..reach].fill(row[0]);
        padded[reach..reach + w].copy_from_slice(row);
        padded[reach + w..].fill(row[w - 1]);
        for (out, &centre) in row.iter_mut().zip(&padded[reach..]) {
            *out = centre * weights[0];
        }
        for (k, weight) in weights.iter().enumerate().skip(1) {
            let (left, right) = (&padded[reach - k..], &padded[reach + k..]);
            for ((out, a), b) in row.iter_mut().zip(left).zip(right) {
                *out += (a + b) * weight;
            }
        }
    }
}

fn blur_columns(at: &mut [f32], w: usize, weights: &[f32]) {
    let h = at.len() / w;
    let source = at.to_vec();
    let row = |y: usize| &source[y * w..(y + 1) * w];
    for (y, out) in at.chunks_exact_mut(w).enumerate() {
        for (o, v) in out.iter_mut().zip(row(y)) {
            *o = v * weights[0];
        }
        for (k, weight) in weights.iter().enumerate().skip(1) {
            let (above, below) = (row(y.saturating_sub(k)), row((y + k).min(h - 1)));
            for ((o, a), b) in out.iter_mut().zip(above).zip(below) {
                *o += (a + b) * weight;
            }
        }
    }
}
