//! Closed shapes with rounded edges that catch the light.

use super::super::super::colour::Rgb;
use super::super::super::math::{length, smooth};
use super::super::stage::Stage;

/// A closed outline in units of the shorter edge.
pub(super) struct Outline(Vec<(f32, f32)>);

impl Outline {
    /// A smooth curve through `points`; where a point stands twice, a corner.
    pub(super) fn through(points: &[(f32, f32)], place: impl Fn((f32, f32)) -> (f32, f32)) -> Self {
        let n = points.len();
        let at = |i: usize| points[i % n];
        let mut line = Vec::with_capacity(n * 5);
        for i in 0..n {
            let (a, b, c, d) = (at(i + n - 1), at(i), at(i + 1), at(i + 2));
            if b == c {
                continue;
            }
            for step in 0..5 {
                let t = step as f32 / 5.0;
                line.push(place((curve([a.0, b.0, c.0, d.0], t), curve([a.1, b.1, c.1, d.1], t))));
            }
        }
        Self(line)
    }

    /// A line of half width `half` along `points`, as an outline.
    pub(super) fn along(
        points: &[(f32, f32)],
        half: f32,
        place: impl Fn((f32, f32)) -> (f32, f32),
    ) -> Self {
        let n = points.len();
        let side = |i: usize, sign: f32| {
            let (a, b) = (points[i.saturating_sub(1)], points[(i + 1).min(n - 1)]);
            let (dx, dy) = (b.0 - a.0, b.1 - a.1);
            let long = length(dx, dy).max(1e-6);
            let thin = half * (1.0 - 0.5 * i as f32 / n as f32) * sign;
            (points[i].0 - dy / long * thin, points[i].1 + dx / long * thin)
        };
        let there = (0..n).map(|i| side(i, 1.0));
        let back = (0..n).rev().map(|i| side(i, -1.0));
        Self(there.chain(back).map(place).collect())
    }

    /// Distance of a point to the edge, positive inside, and the direction out of the shape there.
    fn distance(&self, u: f32, v: f32) -> (f32, (f32, f32)) {
        let n = self.0.len();
        let mut nearest = (f32::MAX, (0.0, 0.0));
        let mut inside = false;
        for i in 0..n {
            let (a, b) = (self.0[i], self.0[(i + 1) % n]);
            let (ex, ey) = (b.0 - a.0, b.1 - a.1);
            let (px, py) = (u - a.0, v - a.1);
            let t = ((px * ex + py * ey) / (ex * ex + ey * ey).max(1e-12)).clamp(0.0, 1.0);
            let (dx, dy) = (px - ex * t, py - ey * t);
            let square = dx * dx + dy * dy;
            if square < nearest.0 {
                nearest = (square, (dx, dy));
            }
            if (a.1 > v) != (b.1 > v) && u < a.0 + ex * (v - a.1) / ey {
                inside = !inside;
            }
        }
        let away = nearest.0.sqrt();
        let (dx, dy) = nearest.1;
        let sign = if inside { -1.0 } else { 1.0 };
        let scale = sign / away.max(1e-6);
        (if inside { away } else { -away }, (dx * scale, dy * scale))
    }
}

fn curve(p: [f32; 4], t: f32) -> f32 {
    // A corner pulls its neighbours straight.
    let (t2, t3) = (t * t, t * t * t);
    0.5 * (2.0 * p[1]
        + (p[2] - p[0]) * t
        + (2.0 * p[0] - 5.0 * p[1] + 4.0 * p[2] - p[3]) * t2
        + (3.0 * p[1] - p[0] - 3.0 * p[2] + p[3]) * t3)
}

/// How a shape is painted.
#[derive(Clone, Copy)]
pub(super) struct Paint {
    pub(super) lit: Rgb,
    pub(super) shade: Rgb,
    /// Where the light comes from, a unit vector in the plane of the picture.
    pub(super) light: (f32, f32),
    /// How far the rounding reaches in, units of the shorter edge.
    pub(super) round: f32,
    /// 1 covers what is below.
    pub(super) cover: f32,
}

/// Draws `outline`.
pub(super) fn fill(stage: &mut Stage, outline: &Outline, paint: Paint) {
    let bounds = |pick: fn(&(f32, f32)) -> f32| {
        let (low, high) =
            outline.0.iter().map(pick).fold((f32::MAX, f32::MIN), |(l, h), p| (l.min(p), h.max(p)));
        low - 0.004..high + 0.004
    };
    let soft = (0.75 / stage.unit()).max(0.0007);
    stage.patch((bounds(|p| p.0), bounds(|p| p.1)), |spot, _| {
        let (inside, out) = outline.distance(spot.u, spot.v);
        let cover = smooth(-soft, soft, inside) * paint.cover;
        if cover <= 0.0 {
            return None;
        }
        // A quarter circle from the edge to the flat middle.
        let t = (1.0 - inside.max(0.0) / paint.round).max(0.0);
        let facing = 0.46 + 0.62 * t * (out.0 * paint.light.0 + out.1 * paint.light.1);
        Some((paint.shade.over(paint.lit, facing.clamp(0.0, 1.0)), cover, 0.9))
    });
}
