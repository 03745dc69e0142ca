//! Painting after a given picture.
//!
//! Its lightness stays, its colours go over to those that the scene has at the same lightness and height, and only towards
//! the end of the `denoise` scale does the scene itself come through.

use super::colour::{Lab, Rgb};
use super::math::{lerp, pow, smooth};
use super::picture::Picture;

/// Cells of the colour table: height, lightness.
const ROWS: usize = 4;
const TONES: usize = 12;

/// `scene` as far as `denoise` (0 to 1) lets it, `given` for the rest; both of one size, screen colours.
pub(super) fn blend(scene: &mut Picture, given: &Picture, denoise: f32) {
    let restyle = pow(denoise, 0.8);
    let own = labs(scene);
    let model = labs(given);
    let (mean_own, spread_own) = spread(&own);
    let (mean_model, spread_model) = spread(&model);
    let mean = lerp(mean_model, mean_own, 0.5 * restyle);
    let ratio = lerp(1.0, (spread_own / spread_model.max(0.02)).clamp(0.6, 1.7), 0.5 * restyle);
    let table = Table::of(&own, scene.w);
    let through = smooth(0.62, 1.0, denoise);
    let h = own.len().div_ceil(scene.w);
    for (i, (px, (s, m))) in scene.px.iter_mut().zip(own.iter().zip(&model)).enumerate() {
        let y = (i / scene.w) as f32 / h as f32;
        let l = (mean + (m.l - mean_model) * ratio).clamp(0.0, 1.0);
        let (a, b) = table.colour(y, l);
        let styled = Lab { l, a: lerp(m.a, a, 0.85 * restyle), b: lerp(m.b, b, 0.85 * restyle) };
        let mixed = Lab {
            l: lerp(styled.l, s.l, through),
            a: lerp(styled.a, s.a, through),
            b: lerp(styled.b, s.b, through),
        };
        *px = if denoise <= 0.0 { given.px[i] } else { mixed.rgb().encoded() };
    }
}

fn labs(picture: &Picture) -> Vec<Lab> {
    picture.px.iter().map(|c| Rgb::decoded(*c).lab()).collect()
}

/// Mean and deviation of the lightness.
fn spread(labs: &[Lab]) -> (f32, f32) {
    let n = labs.len() as f32;
    let mean = labs.iter().map(|c| c.l).sum::<f32>() / n;
    let square = labs.iter().map(|c| (c.l - mean) * (c.l - mean)).sum::<f32>() / n;
    (mean, square.sqrt())
}

/// The mean colour of a picture at each height and lightness.
struct Table(Vec<(f32, f32)>);

impl Table {
    fn of(labs: &[Lab], w: usize) -> Self {
        let h = labs.len().div_ceil(w) as f32;
        let mut sums = vec![(0.0_f32, 0.0_f32, 0.0_f32); ROWS * TONES];
        let mut all = (0.0_f32, 0.0_f32, 0.0_f32);
        for (i, c) in labs.iter().enumerate() {
            let row = ((i / w) as f32 / h * ROWS as f32) as usize;
            let tone = ((c.l * TONES as f32) as usize).min(TONES - 1);
            let cell = &mut sums[row.min(ROWS - 1) * TONES + tone];
            *cell = (cell.0 + c.a, cell.1 + c.b, cell.2 + 1.0);
            all = (all.0 + c.a, all.1 + c.b, all.2 + 1.0);
        }
        let prior = all.2 * 0.002 + 1e-3;
        let cells = (0..ROWS * TONES)
            .map(|cell| {
                // Neighbours in lightness lend their colour to cells that hold few pixels.
                let row = cell / TONES * TONES;
                let (mut a, mut b, mut n) = (all.0 / all.2 * prior, all.1 / all.2 * prior, prior);
                for (other, sum) in sums[row..row + TONES].iter().enumerate() {
                    let away = (other as f32 - (cell - row) as f32).abs();
                    let weight = 1.0 / (1.0 + 6.0 * away * away);
                    (a, b, n) = (a + sum.0 * weight, b + sum.1 * weight, n + sum.2 * weight);
                }
                (a / n, b / n)
            })
            .collect();
        Self(cells)
    }

    /// The colour at height `y` and lightness `l`, both 0 to 1.
    fn colour(&self, y: f32, l: f32) -> (f32, f32) {
        let at = |size: usize, t: f32| {
            let t = (t * size as f32 - 0.5).clamp(0.0, (size - 1) as f32);
            let low = t as usize;
            (low, (low + 1).min(size - 1), t - low as f32)
        };
        let ((r0, r1, fr), (t0, t1, ft)) = (at(ROWS, y), at(TONES, l));
        let cell = |r: usize, t: usize| self.0[r * TONES + t];
        let mix = |p: (f32, f32), q: (f32, f32), k: f32| (lerp(p.0, q.0, k), lerp(p.1, q.1, k));
        mix(mix(cell(r0, t0), cell(r0, t1), ft), mix(cell(r1, t0), cell(r1, t1), ft), fr)
    }
}
