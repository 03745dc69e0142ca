//! The direction of the strokes, and paint drawn out along it.

use super::super::math::{cos, sin};
use super::super::noise::{Grain, noise};
use super::super::plane::Plane;

/// Strokes step this far at a time, in pixels.
const STEP: f32 = 1.3;

/// One direction per pixel. It has no sense: a stroke may be drawn either way.
pub(super) struct Flow {
    w: usize,
    h: usize,
    along: Vec<(f32, f32)>,
}

impl Flow {
    /// Follows the edges of `luma`; where there are none, a slow noise decides.
    pub(super) fn of(luma: &Plane, seed: u64) -> Self {
        let (w, h) = (luma.w, luma.h);
        let unit = w.min(h) as f32;
        let scale = (unit / 256.0).clamp(0.6, 3.0);
        let (a, b, c) = tensor(luma, scale);
        let typical = typical_strength(&a, &b, &c);
        let wander = noise((w, h), Grain::new(2.0, 3.0, 2), seed ^ 0x900);
        let along = (0..w * h)
            .map(|i| {
                let (x, y) = (a.at[i] - c.at[i], 2.0 * b.at[i]);
                let strength = (x * x + y * y).sqrt();
                let k = strength / (strength + typical + 1e-9);
                // Angles are doubled, so that opposite directions are one. Across the gradient: minus.
                let norm = 1.0 / strength.max(1e-12);
                let angle = (wander.at[i] - 0.5) * 4.4;
                half_angle(
                    -x * norm * k + cos(angle) * (1.0 - k),
                    -y * norm * k + sin(angle) * (1.0 - k),
                )
            })
            .collect();
        Self { w, h, along }
    }

    /// `paint` averaged along the flow, about `taps` steps each way, fewer where `fine` holds back.
    pub(super) fn smear(&self, paint: &[[f32; 4]], fine: &[f32], taps: f32) -> Vec<[f32; 4]> {
        let mut out = Vec::with_capacity(paint.len());
        for y in 0..self.h {
            for x in 0..self.w {
                let i = y * self.w + x;
                let reach = (taps * (1.0 - 0.88 * fine[i].clamp(0.0, 1.0)) + 0.5) as u32;
                let mut sum = paint[i];
                for sign in [1.0, -1.0] {
                    self.trace(paint, (x, y), (sign, reach), &mut sum);
                }
                let scale = 1.0 / (1 + 2 * reach) as f32;
                out.push(sum.map(|v| v * scale));
            }
        }
        out
    }

    /// Adds what lies along the flow from one pixel in one direction.
    fn trace(
        &self,
        paint: &[[f32; 4]],
        (x, y): (usize, usize),
        (sign, reach): (f32, u32),
        sum: &mut [f32; 4],
    ) {
        let (right, bottom) = ((self.w - 1) as f32, (self.h - 1) as f32);
        let (mut px, mut py) = (x as f32, y as f32);
        let first = self.along[y * self.w + x];
        let (mut lx, mut ly) = (first.0 * sign, first.1 * sign);
        for _ in 0..reach {
            let near = (py + 0.5) as usize * self.w + (px + 0.5) as usize;
            let (mut dx, mut dy) = self.along[near];
            if dx * lx + dy * ly < 0.0 {
                (dx, dy) = (-dx, -dy);
            }
            (lx, ly) = (dx, dy);
            px = (px + dx * STEP).clamp(0.0, right);
            py = (py + dy * STEP).clamp(0.0, bottom);
            let (x0, y0) = (px as usize, py as usize);
            let (fx, fy) = (px - x0 as f32, py - y0 as f32);
            let i = y0 * self.w + x0;
            let right_of = usize::from(x0 + 1 < self.w);
            let below = if y0 + 1 < self.h { self.w } else { 0 };
            let (p, q) = (&paint[i], &paint[i + right_of]);
            let (r, s) = (&paint[i + below], &paint[i + below + right_of]);
            let (k11, k10, k01) = (fx * fy, fx * (1.0 - fy), (1.0 - fx) * fy);
            let k00 = 1.0 - k11 - k10 - k01;
            for k in 0..4 {
                sum[k] += p[k] * k00 + q[k] * k10 + r[k] * k01 + s[k] * k11;
            }
        }
    }
}

/// The smoothed structure tensor of `luma`: xx, xy, yy.
fn tensor(luma: &Plane, scale: f32) -> (Plane, Plane, Plane) {
    let mut soft = luma.clone();
    soft.blur(1.1 * scale);
    let (w, h) = (luma.w, luma.h);
    let blank = || Plane::filled(w, h, 0.0);
    let (mut a, mut b, mut c) = (blank(), blank(), blank());
    for y in 0..h {
        let (up, down) = (y.saturating_sub(1) * w, (y + 1).min(h - 1) * w);
        for x in 0..w {
            let (left, right) = (x.saturating_sub(1), (x + 1).min(w - 1));
            let gx = soft.at[y * w + right] - soft.at[y * w + left];
            let gy = soft.at[down + x] - soft.at[up + x];
            let i = y * w + x;
            (a.at[i], b.at[i], c.at[i]) = (gx * gx, gx * gy, gy * gy);
        }
    }
    for plane in [&mut a, &mut b, &mut c] {
        plane.blur(2.4 * scale);
    }
    (a, b, c)
}

/// The strength that 45 % of the picture's edges do not reach.
fn typical_strength(a: &Plane, b: &Plane, c: &Plane) -> f32 {
    let mut some: Vec<f32> = (0..a.at.len())
        .step_by(1 + a.at.len() / 4096)
        .map(|i| {
            let (x, y) = (a.at[i] - c.at[i], 2.0 * b.at[i]);
            (x * x + y * y).sqrt()
        })
        .collect();
    let at = some.len() * 45 / 100;
    *some.select_nth_unstable_by(at, f32::total_cmp).1
}

/// The direction whose angle is half that of (`x`, `y`).
fn half_angle(x: f32, y: f32) -> (f32, f32) {
    let long = (x * x + y * y).sqrt();
    if long < 1e-9 {
        return (1.0, 0.0);
    }
    let c = x / long;
    (((1.0 + c) * 0.5).max(0.0).sqrt(), ((1.0 - c) * 0.5).max(0.0).sqrt().copysign(y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strokes_run_along_an_edge_not_across_it() {
        let at = (0..64 * 64).map(|i| if i % 64 < 32 { 0.0 } else { 1.0 }).collect();
        let flow = Flow::of(&Plane { w: 64, h: 64, at }, 1);
        let (x, y) = flow.along[32 * 64 + 32];
        assert!(y.abs() > 0.95 && x.abs() < 0.3, "{x} {y}");
    }
}
