//! Pictures at another size.
//!
//! One layout (RGBA, a byte each): a pixel is made of its neighbours, as a filter weighs them, first across, then
//! down. A crate of its own, so that it alone is compiled to be quick, and not one of the general ones: code for every
//! layout and processor is a twentieth of the program that thumbnails are made in.

use std::collections::VecDeque;
use std::f32::consts::PI;

/// Channels of a pixel: red, green, blue, and how much of them is to be seen.
const RGBA: usize = 4;

/// A pixel between the two directions. The colours are multiplied by the last channel: what cannot be seen has none
/// that could shine into what can.
type Pixel = [f32; RGBA];

/// Width and height in pixels.
pub type Size = (usize, usize);

/// How much a neighbour counts, by how far it is. Of a picture that becomes smaller, as many count as become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// The nearest alone.
    Nearest,
    /// All that lie within the pixel, alike.
    Box,
    /// The nearer the more.
    Triangle,
    /// The cubic of Catmull and Rom: sharp, with little ringing.
    CatmullRom,
    /// A sine over three pixels to each side: sharpest.
    Lanczos,
}

/// The picture in `to` pixels. `pixels` are its rows from above, each from the left, four bytes a pixel.
///
/// # Panics
///
/// When `pixels` has not as many bytes as `from` says, or a side of either is 0.
#[must_use]
pub fn scale(pixels: &[u8], from: Size, to: Size, filter: Filter) -> Vec<u8> {
    assert_eq!(pixels.len(), from.0 * from.1 * RGBA, "a picture has four bytes a pixel");
    assert!([from.0, from.1, to.0, to.1].iter().all(|side| *side > 0), "a picture has pixels");
    let across = filter.taps(from.0, to.0);
    let mut rows = pixels.chunks_exact(from.0 * RGBA).map(|row| scaled(row, &across));
    // Those that count for the row that is made, and the number of the first.
    let (mut window, mut begin) = (VecDeque::<Vec<Pixel>>::new(), 0);
    let mut made = Vec::with_capacity(to.0 * to.1 * RGBA);
    let mut sum = vec![[0.0; RGBA]; to.0];
    for tap in filter.taps(from.1, to.1) {
        while begin < tap.first {
            // A filter that reaches less far than the rows are apart never sees some.
            let _ = window.pop_front().or_else(|| rows.next());
            begin += 1;
        }
        let missing = tap.weights.len().saturating_sub(window.len());
        window.extend(rows.by_ref().take(missing));
        sum.fill([0.0; RGBA]);
        for (row, weight) in window.iter().zip(&tap.weights) {
            for (sum, pixel) in sum.iter_mut().zip(row) {
                add(sum, *pixel, *weight);
            }
        }
        made.extend(sum.iter().flat_map(|pixel| bytes(*pixel)));
    }
    made
}

/// What one pixel is made of: so much of each of its neighbours, from `first` on.
struct Tap {
    first: usize,
    /// Together 1.
    weights: Vec<f32>,
}

impl Filter {
    /// For each of `to` pixels, along one side of `from`.
    fn taps(self, from: usize, to: usize) -> Vec<Tap> {
        let step = from as f32 / to as f32;
        let stretch = step.max(1.0);
        let tap = |at: usize| {
            let centre = (at as f32 + 0.5) * step;
            if self == Self::Nearest {
                return Tap { first: (centre as usize).min(from - 1), weights: vec![1.0] };
            }
            let reach = self.reach() * stretch;
            let first = (centre - reach).max(0.0) as usize;
            let end = ((centre + reach).ceil() as usize).min(from);
            let weight = |place: usize| self.weight((place as f32 + 0.5 - centre) / stretch);
            let weights: Vec<f32> = (first..end).map(weight).collect();
            let all: f32 = weights.iter().sum();
            Tap { first, weights: weights.into_iter().map(|weight| weight / all).collect() }
        };
        (0..to).map(tap).collect()
    }

    /// To each side, in pixels of the smaller picture.
    fn reach(self) -> f32 {
        match self {
            Self::Nearest | Self::Box => 0.5,
            Self::Triangle => 1.0,
            Self::CatmullRom => 2.0,
            Self::Lanczos => 3.0,
        }
    }

    /// `x` pixels from its centre.
    fn weight(self, x: f32) -> f32 {
        let x = x.abs();
        if x > self.reach() {
            return 0.0;
        }
        match self {
            Self::Nearest | Self::Box => 1.0,
            Self::Triangle => 1.0 - x,
            Self::CatmullRom if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
            Self::CatmullRom => ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
            Self::Lanczos => sinc(x) * sinc(x / self.reach()),
        }
    }
}

fn sinc(x: f32) -> f32 {
    if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// A row with as many pixels as there are taps.
fn scaled(row: &[u8], across: &[Tap]) -> Vec<Pixel> {
    let row: Vec<Pixel> = row.chunks_exact(RGBA).map(seen).collect();
    let pixel = |tap: &Tap| {
        let mut sum = [0.0; RGBA];
        for (pixel, weight) in row[tap.first..].iter().zip(&tap.weights) {
            add(&mut sum, *pixel, *weight);
        }
        sum
    };
    across.iter().map(pixel).collect()
}

fn add(sum: &mut Pixel, pixel: Pixel, weight: f32) {
    for (sum, channel) in sum.iter_mut().zip(pixel) {
        *sum += channel * weight;
    }
}

/// As much of its colours as can be seen.
fn seen(pixel: &[u8]) -> Pixel {
    let alpha = f32::from(pixel[3]);
    let colour = |at: usize| f32::from(pixel[at]) * alpha / 255.0;
    [colour(0), colour(1), colour(2), alpha]
}

/// Back to bytes, which end where a filter may overshoot.
fn bytes(pixel: Pixel) -> [u8; RGBA] {
    let alpha = pixel[3].clamp(0.0, 255.0);
    let colour =
        |at: usize| if alpha > 0.0 { (pixel[at] * 255.0 / alpha).round() as u8 } else { 0 };
    [colour(0), colour(1), colour(2), alpha.round() as u8]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Filter; 5] =
        [Filter::Nearest, Filter::Box, Filter::Triangle, Filter::CatmullRom, Filter::Lanczos];

    fn filled(size: Size, pixel: impl Fn(usize, usize) -> [u8; RGBA]) -> Vec<u8> {
        (0..size.1)
            .flat_map(|y| (0..size.0).map(move |x| (x, y)))
            .flat_map(|(x, y)| pixel(x, y))
            .collect()
    }

    #[test]
    fn the_same_size_is_the_same_picture() {
        let picture = filled((5, 3), |x, y| [x as u8 * 50, y as u8 * 100, 7, 255]);
        for filter in ALL {
            assert_eq!(scale(&picture, (5, 3), (5, 3), filter), picture, "{filter:?}");
        }
    }

    #[test]
    fn a_slope_stays_a_slope() {
        let picture = filled((256, 8), |x, _| [x as u8, x as u8, x as u8, 255]);
        for filter in ALL {
            let small = scale(&picture, (256, 8), (16, 1), filter);
            // Away from the edges, where there is nothing more to look at.
            for (at, pixel) in small.chunks_exact(RGBA).enumerate().skip(3).take(10) {
                let centre = at as f32 * 16.0 + 7.5;
                assert!(
                    (f32::from(pixel[0]) - centre).abs() < 1.5,
                    "{filter:?}: {pixel:?} at {at}"
                );
            }
        }
    }

    #[test]
    fn an_edge_stays_where_it_is() {
        let picture =
            filled((64, 64), |x, _| if x < 32 { [255, 0, 0, 255] } else { [0, 0, 255, 255] });
        let small = scale(&picture, (64, 64), (8, 8), Filter::CatmullRom);
        for row in small.chunks_exact(8 * RGBA) {
            assert_eq!((&row[..4], &row[28..]), (&[255, 0, 0, 255][..], &[0, 0, 255, 255][..]));
            assert!(row[12] > 200 && row[16] < 55, "{row:?}");
        }
    }

    #[test]
    fn colours_that_cannot_be_seen_do_not_shine_through() {
        let picture =
            filled((64, 64), |x, _| if x < 32 { [0, 255, 0, 0] } else { [200, 0, 0, 255] });
        let small = scale(&picture, (64, 64), (8, 8), Filter::CatmullRom);
        assert!(small.chunks_exact(RGBA).all(|pixel| pixel[1] == 0), "{small:?}");
        assert_eq!(&small[28..32], &[200, 0, 0, 255]);
    }

    #[test]
    fn a_larger_picture_of_the_nearest_is_made_of_squares() {
        let picture = filled((2, 2), |x, y| [x as u8 * 9, y as u8 * 9, 0, 255]);
        let squares = filled((6, 6), |x, y| [x as u8 / 3 * 9, y as u8 / 3 * 9, 0, 255]);
        assert_eq!(scale(&picture, (2, 2), (6, 6), Filter::Nearest), squares);
    }

    proptest! {
        #[test]
        fn one_colour_stays_that_colour(
            pixel in any::<[u8; 3]>(),
            from in (1_usize..40, 1_usize..40),
            to in (1_usize..40, 1_usize..40),
            filter in proptest::sample::select(&ALL[..]),
        ) {
            let picture = filled(from, |_, _| [pixel[0], pixel[1], pixel[2], 255]);
            let small = scale(&picture, from, to, filter);
            prop_assert_eq!(small.len(), to.0 * to.1 * RGBA);
            for one in small.chunks_exact(RGBA) {
                prop_assert_eq!(one, [pixel[0], pixel[1], pixel[2], 255]);
            }
        }
    }
}
