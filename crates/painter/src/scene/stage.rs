//! The sheet a scene is drawn on.

use super::super::colour::Rgb;
use super::super::dice::mix;
use super::super::math::smooth;
use super::super::noise::{self, Grain};
use super::super::plan::Plan;
use super::super::plane::Plane;
use std::ops::Range;

/// Colours in linear light, and how carefully the brush must go over them.
pub(in super::super) struct Stage<'a> {
    pub(in super::super) plan: &'a Plan,
    pub(in super::super) w: usize,
    pub(in super::super) h: usize,
    pub(in super::super) px: Vec<Rgb>,
    /// 1 where there is fine detail that long strokes would smear, 0 elsewhere.
    pub(in super::super) fine: Vec<f32>,
    /// Width and height in units of the shorter edge.
    pub(super) wide: f32,
    pub(super) tall: f32,
}

/// One pixel's place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    /// Parts of the width and of the height.
    pub(super) x: f32,
    pub(super) y: f32,
    /// In units of the shorter edge.
    pub(super) u: f32,
    pub(super) v: f32,
    /// Index of the pixel, and its column.
    pub(super) i: usize,
    pub(super) column: usize,
}

impl<'a> Stage<'a> {
    pub(super) fn new(plan: &'a Plan, w: usize, h: usize) -> Self {
        let unit = w.min(h) as f32;
        Self {
            plan,
            w,
            h,
            px: vec![Rgb::default(); w * h],
            fine: vec![0.0; w * h],
            wide: w as f32 / unit,
            tall: h as f32 / unit,
        }
    }

    /// The shorter edge in pixels.
    pub(super) fn unit(&self) -> f32 {
        self.w.min(self.h) as f32
    }

    /// About one pixel in parts of the height, for soft edges.
    pub(super) fn hair(&self) -> f32 {
        (1.2 / self.h as f32).max(0.0025)
    }

    /// Replaces every colour in the rows from `rows.start` to `rows.end` (parts of the height).
    pub(super) fn each(&mut self, rows: Range<f32>, colour: impl Fn(&Spot, Rgb) -> Rgb) {
        let (from, to) = self.span(rows);
        let (w, h, wide, tall) = (self.w as f32, self.h as f32, self.wide, self.tall);
        for (row, line) in self.px.chunks_exact_mut(self.w).enumerate().take(to).skip(from) {
            let y = (row as f32 + 0.5) / h;
            for (column, px) in line.iter_mut().enumerate() {
                let x = (column as f32 + 0.5) / w;
                let i = row * self.w + column;
                *px = colour(&Spot { x, y, u: x * wide, v: y * tall, i, column }, *px);
            }
        }
    }

    /// Like [`Stage::each`], inside a box given in units of the shorter edge; also marks the box's `fine`.
    pub(super) fn patch(
        &mut self,
        (u, v): (Range<f32>, Range<f32>),
        colour: impl Fn(&Spot, Rgb) -> Option<(Rgb, f32, f32)>,
    ) {
        let unit = self.unit();
        let clip = |at: f32, end: usize| ((at * unit).max(0.0) as usize).min(end);
        let (left, right) = (clip(u.start, self.w), clip(u.end + 1.0 / unit, self.w));
        let (top, bottom) = (clip(v.start, self.h), clip(v.end + 1.0 / unit, self.h));
        for row in top..bottom {
            for column in left..right {
                let i = row * self.w + column;
                let (u, v) = ((column as f32 + 0.5) / unit, (row as f32 + 0.5) / unit);
                let spot = Spot { x: u / self.wide, y: v / self.tall, u, v, i, column };
                if let Some((paint, cover, fine)) = colour(&spot, self.px[i]) {
                    self.px[i] = self.px[i].over(paint, cover);
                    self.fine[i] += (fine - self.fine[i]) * cover;
                }
            }
        }
    }

    /// Rows of pixels for parts of the height.
    fn span(&self, rows: Range<f32>) -> (usize, usize) {
        let h = self.h as f32;
        let clip = |at: f32| ((at * h).max(0.0) as usize).min(self.h);
        (clip(rows.start), clip(rows.end + 1.0 / h))
    }

    /// Noise with `cells` along the shorter edge, drawn out `stretch` times in width (below 1: in height).
    pub(super) fn noise(&self, cells: f32, stretch: f32, octaves: u32, salt: u64) -> Plane {
        let (rows, columns) =
            if stretch >= 1.0 { (cells, cells / stretch) } else { (cells * stretch, cells) };
        let grain =
            Grain::new((rows * self.tall).max(1.0), (columns * self.wide).max(1.0), octaves);
        noise::noise((self.w, self.h), grain, mix(self.plan.seed ^ mix(salt)))
    }

    /// Noise along the width, with `cells` along the shorter edge.
    pub(super) fn line(&self, cells: f32, octaves: u32, salt: u64) -> Vec<f32> {
        noise::line(self.w, (cells * self.wide).max(1.0), octaves, mix(self.plan.seed ^ mix(salt)))
    }

    /// Covers everything below `crest` (one height per column, parts of the height) with `colour`, which is given the
    /// depth below the crest.
    pub(super) fn below(&mut self, crest: &[f32], colour: impl Fn(&Spot, f32) -> Rgb) {
        let soft = self.hair();
        let top = crest.iter().copied().fold(1.0, f32::min);
        self.each(top..1.0, |spot, old| {
            let depth = spot.y - crest[spot.column];
            if depth <= 0.0 { old } else { old.over(colour(spot, depth), smooth(0.0, soft, depth)) }
        });
    }

    /// The colour at a place in parts of width and height, mixed from its neighbours across.
    pub(super) fn look(&self, x: f32, y: f32) -> Rgb {
        let x = (x * self.w as f32 - 0.5).clamp(0.0, (self.w - 1) as f32);
        let row = ((y * self.h as f32).max(0.0) as usize).min(self.h - 1) * self.w;
        let (a, b) = (x as usize, (x as usize + 1).min(self.w - 1));
        self.px[row + a].over(self.px[row + b], x - a as f32)
    }
}
