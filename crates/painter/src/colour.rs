//! Colour: linear light for mixing, OKLab for taste.

use super::math::{cos, lerp, pow, sin};
use std::ops::{Add, AddAssign, Mul};

/// A colour in linear light, 0 to 1 and above.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Rgb {
    pub(super) r: f32,
    pub(super) g: f32,
    pub(super) b: f32,
}

/// The colour `0xRRGGBB` as everybody writes it.
pub(super) fn hex(code: u32) -> Rgb {
    let part = |shift: u32| pow(((code >> shift) & 255) as f32 / 255.0, 2.2);
    Rgb { r: part(16), g: part(8), b: part(0) }
}

/// A colour from its three parts.
pub(super) const fn rgb(r: f32, g: f32, b: f32) -> Rgb {
    Rgb { r, g, b }
}

impl Rgb {
    /// This colour at 0, `other` at 1.
    pub(super) fn over(self, other: Self, amount: f32) -> Self {
        self * (1.0 - amount) + other * amount
    }

    /// What this surface sends back under `light`.
    pub(super) fn under(self, light: Self) -> Self {
        rgb(self.r * light.r, self.g * light.g, self.b * light.b)
    }

    /// Brightness as the eye weighs it.
    pub(super) fn luma(self) -> f32 {
        0.2126 * self.r + 0.7152 * self.g + 0.0722 * self.b
    }

    /// As a screen wants it: the same colour with each part curved by 1/2.2.
    pub(super) fn encoded(self) -> Self {
        let curve = |v: f32| pow(v, 1.0 / 2.2);
        rgb(curve(self.r), curve(self.g), curve(self.b))
    }

    /// Undoes [`Rgb::encoded`].
    pub(super) fn decoded(self) -> Self {
        let curve = |v: f32| pow(v, 2.2);
        rgb(curve(self.r), curve(self.g), curve(self.b))
    }

    /// Lightness and hue as the eye sees them (Björn Ottosson's OKLab).
    pub(super) fn lab(self) -> Lab {
        let l = pow(0.4122 * self.r + 0.5363 * self.g + 0.0514 * self.b, 1.0 / 3.0);
        let m = pow(0.2119 * self.r + 0.6807 * self.g + 0.1074 * self.b, 1.0 / 3.0);
        let s = pow(0.0883 * self.r + 0.2817 * self.g + 0.6300 * self.b, 1.0 / 3.0);
        Lab {
            l: 0.2105 * l + 0.7936 * m - 0.0041 * s,
            a: 1.9780 * l - 2.4286 * m + 0.4506 * s,
            b: 0.0259 * l + 0.7828 * m - 0.8087 * s,
        }
    }
}

impl Add for Rgb {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        rgb(self.r + o.r, self.g + o.g, self.b + o.b)
    }
}

impl AddAssign for Rgb {
    fn add_assign(&mut self, o: Self) {
        *self = *self + o;
    }
}

impl Mul<f32> for Rgb {
    type Output = Self;
    fn mul(self, k: f32) -> Self {
        rgb(self.r * k, self.g * k, self.b * k)
    }
}

/// A colour by lightness (0 to 1) and two opponent hues (about ±0.3).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Lab {
    pub(super) l: f32,
    pub(super) a: f32,
    pub(super) b: f32,
}

impl Lab {
    /// Back to light; parts outside what a screen shows are cut off.
    pub(super) fn rgb(self) -> Rgb {
        let cube = |v: f32| v * v * v;
        let l = cube(self.l + 0.3963 * self.a + 0.2158 * self.b);
        let m = cube(self.l - 0.1056 * self.a - 0.0639 * self.b);
        let s = cube(self.l - 0.0895 * self.a - 1.2915 * self.b);
        rgb(
            (4.0767 * l - 3.3077 * m + 0.2310 * s).max(0.0),
            (-1.2684 * l + 2.6098 * m - 0.3413 * s).max(0.0),
            (-0.0042 * l - 0.7034 * m + 1.7076 * s).max(0.0),
        )
    }

    /// How far from grey.
    pub(super) fn chroma(self) -> f32 {
        (self.a * self.a + self.b * self.b).sqrt()
    }

    /// Turned around the colour wheel by `angle` radians.
    pub(super) fn turned(self, angle: f32) -> Self {
        let (s, c) = (sin(angle), cos(angle));
        Self { l: self.l, a: self.a * c - self.b * s, b: self.a * s + self.b * c }
    }

    /// Pulled towards the hue of `to` by `amount`; the lightness follows a little, so that shape survives.
    pub(super) fn tinted(self, to: Self, amount: f32) -> Self {
        let grey = 1.0 - (to.chroma() / 0.08).min(1.0);
        // Very dark and very light paint cannot hold much colour.
        let room = (4.2 * self.l * (1.05 - self.l)).clamp(0.15, 1.0);
        Self {
            l: lerp(self.l, self.l * 0.5 + to.l * 0.5, amount * (0.35 + 0.5 * grey)),
            a: lerp(self.a, to.a * room, amount),
            b: lerp(self.b, to.b * room, amount),
        }
    }
}

/// Colours along a line from 0 to 1, mixed in OKLab and kept as a table.
#[derive(Debug, Clone)]
pub(super) struct Ramp(Vec<Rgb>);

impl Ramp {
    const LAST: usize = 128;

    /// A ramp through `stops`, each a place from 0 to 1 (rising) and a colour. There must be at least one.
    pub(super) fn new(stops: &[(f32, Rgb)]) -> Self {
        let labs: Vec<(f32, Lab)> = stops.iter().map(|&(at, c)| (at, c.lab())).collect();
        let colour = |t: f32| {
            let next = labs.iter().position(|&(at, _)| at >= t).unwrap_or(labs.len() - 1);
            let (t1, c1) = labs[next];
            let (t0, c0) = labs[next.saturating_sub(1)];
            let k = if t1 > t0 { ((t - t0) / (t1 - t0)).clamp(0.0, 1.0) } else { 1.0 };
            Lab { l: lerp(c0.l, c1.l, k), a: lerp(c0.a, c1.a, k), b: lerp(c0.b, c1.b, k) }.rgb()
        };
        Self((0..=Self::LAST).map(|i| colour(i as f32 / Self::LAST as f32)).collect())
    }

    /// The colour at `t`; below 0 and above 1 are the ends.
    pub(super) fn at(&self, t: f32) -> Rgb {
        let t = t.clamp(0.0, 1.0) * Self::LAST as f32;
        let i = (t as usize).min(Self::LAST - 1);
        self.0[i].over(self.0[i + 1], t - i as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lab_goes_there_and_back() {
        for code in [0x0c_1730, 0xf2_a977, 0x33_502a, 0xff_ffff, 0x7f_7f7f] {
            let colour = hex(code);
            let back = colour.lab().rgb();
            for (a, b) in [(colour.r, back.r), (colour.g, back.g), (colour.b, back.b)] {
                assert!((a - b).abs() < 0.02, "{code:x}: {colour:?} {back:?}");
            }
        }
    }

    #[test]
    fn a_ramp_starts_and_ends_with_its_colours() {
        let ramp =
            Ramp::new(&[(0.0, hex(0x10_2030)), (0.4, hex(0x80_0000)), (1.0, hex(0xff_eedd))]);
        assert!((ramp.at(-1.0).g - hex(0x10_2030).g).abs() < 0.01);
        assert!((ramp.at(2.0).g - hex(0xff_eedd).g).abs() < 0.02);
    }
}
