//! Smooth noise: random numbers on a coarse grid, joined by curves, in several octaves.
//!
//! The grid is laid over the whole picture, so the same noise drawn at another size is the same noise: that is what lets
//! early steps be painted small.

use super::dice::{Dice, mix};
use super::plane::Plane;

/// How a noise is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grain {
    /// Grid cells from top to bottom in the first octave.
    pub(super) rows: f32,
    /// Grid cells from left to right in the first octave.
    pub(super) columns: f32,
    /// How many times the grid is halved and added.
    pub(super) octaves: u32,
    /// Strength of each octave against the one before.
    pub(super) fade: f32,
}

impl Grain {
    /// The usual noise: each octave half as strong.
    pub(super) fn new(rows: f32, columns: f32, octaves: u32) -> Self {
        Self { rows, columns, octaves, fade: 0.5 }
    }
}

/// Noise from 0 to 1 over a picture of `w` × `h` pixels.
pub(super) fn noise((w, h): (usize, usize), grain: Grain, seed: u64) -> Plane {
    let mut plane = Plane::filled(w, h, 0.0);
    let (mut rows, mut columns, mut strength) = (grain.rows, grain.columns, 1.0);
    for octave in 0..u64::from(grain.octaves) {
        let cells = ((rows as usize).max(1), (columns as usize).max(1));
        // Finer than two cells a pixel is invisible: it would only add cost.
        if cells.0 > 2 * h + 2 && cells.1 > 2 * w + 2 {
            break;
        }
        add_octave(
            &mut plane,
            (cells.0.min(4096), cells.1.min(4096)),
            (strength, mix(seed ^ (octave << 48))),
        );
        rows *= 2.0;
        columns *= 2.0;
        strength *= grain.fade;
    }
    plane.normalise();
    plane
}

/// Noise from 0 to 1 along a line of `w` pixels.
pub(super) fn line(w: usize, columns: f32, octaves: u32, seed: u64) -> Vec<f32> {
    // Two rows deep, as the grid of one row is still a grid.
    noise((w, 1), Grain::new(1.0, columns, octaves), seed).at
}

fn add_octave(plane: &mut Plane, (rows, columns): (usize, usize), (strength, seed): (f32, u64)) {
    let (w, h) = (plane.w, plane.h);
    let mut dice = Dice::new(seed, 0);
    let grid: Vec<f32> = (0..(rows + 3) * (columns + 3)).map(|_| dice.unit()).collect();
    let across = taps(w, columns);
    let wide: Vec<f32> = grid
        .chunks_exact(columns + 3)
        .flat_map(|row| across.iter().map(move |&(cell, k)| dot(&row[cell..cell + 4], k)))
        .collect();
    for (out, (cell, k)) in plane.at.chunks_exact_mut(w).zip(taps(h, rows)) {
        let row = |i: usize| &wide[(cell + i) * w..(cell + i + 1) * w];
        let (a, b, c, d) = (row(0), row(1), row(2), row(3));
        for x in 0..w {
            out[x] += strength * (a[x] * k[0] + b[x] * k[1] + c[x] * k[2] + d[x] * k[3]);
        }
    }
}

fn dot(four: &[f32], k: [f32; 4]) -> f32 {
    four[0] * k[0] + four[1] * k[1] + four[2] * k[2] + four[3] * k[3]
}

/// For every pixel of `size`: the first of the four grid points around it and their weights (Catmull-Rom).
fn taps(size: usize, cells: usize) -> Vec<(usize, [f32; 4])> {
    let step = cells as f32 / size as f32;
    (0..size)
        .map(|i| {
            let at = (i as f32 + 0.5) * step;
            let cell = (at as usize).min(cells - 1);
            let t = at - cell as f32;
            let (t2, t3) = (t * t, t * t * t);
            let k = [
                0.5 * (2.0 * t2 - t - t3),
                0.5 * (2.0 - 5.0 * t2 + 3.0 * t3),
                0.5 * (t + 4.0 * t2 - 3.0 * t3),
                0.5 * (t3 - t2),
            ];
            (cell, k)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_noise_at_another_size_is_the_same_noise() {
        let grain = Grain::new(3.0, 4.0, 3);
        let (small, large) = (noise((40, 30), grain, 7), noise((160, 120), grain, 7));
        let mut worst = 0.0_f32;
        for y in 0..30 {
            for x in 0..40 {
                let there = large.sample(x as f32 * 4.0 + 1.5, y as f32 * 4.0 + 1.5);
                worst = worst.max((small.at[y * 40 + x] - there).abs());
            }
        }
        assert!(worst < 0.1, "{worst}");
    }
}
