//! Shapes for a size that nobody has named any for.

use wire::{Shape, Size};

/// The usual proportions.
const USUAL: [(u32, u32); 5] = [(1, 1), (3, 2), (2, 3), (16, 9), (9, 16)];

/// Proportions that differ by less than this part look the same.
const ALIKE: f64 = 0.03;

/// The usual proportions, each with about as many pixels as `default`, which stands among them as it is.
/// `limits` are the smallest and the largest side and what sides are multiples of.
pub(super) fn around(default: Size, limits: (u32, u32, u32)) -> Vec<Shape> {
    let own = ratio(default);
    let is_own = |(across, down): (u32, u32)| {
        (f64::from(across) / f64::from(down) / own - 1.0).abs() < ALIKE
    };
    let usual = USUAL.map(|shape| {
        let size = if is_own(shape) { default } else { fitting(shape, default, limits) };
        Shape { label: format!("{}:{}", shape.0, shape.1), size }
    });
    let first =
        (!USUAL.into_iter().any(is_own)).then(|| Shape { label: named(default), size: default });
    first.into_iter().chain(usual).collect()
}

fn ratio(size: Size) -> f64 {
    f64::from(size.width.max(1)) / f64::from(size.height.max(1))
}

/// A size of this shape with about as many pixels as `like`.
fn fitting((across, down): (u32, u32), like: Size, (min, max, step): (u32, u32, u32)) -> Size {
    let pixels = f64::from(like.width) * f64::from(like.height);
    let height = (pixels * f64::from(down) / f64::from(across)).sqrt();
    let step = step.max(1);
    let side = |length: f64| {
        let whole = (length / f64::from(step)).round() as u32 * step;
        whole.clamp(min.min(max), max)
    };
    Size { width: side(height * f64::from(across) / f64::from(down)), height: side(height) }
}

/// Its proportion in small numbers where it has one, else its pixels: `4:3`, `1000 × 617`.
fn named(size: Size) -> String {
    let (mut common, mut rest) = (size.width, size.height);
    while rest > 0 {
        (common, rest) = (rest, common % rest);
    }
    let (across, down) = (size.width / common.max(1), size.height / common.max(1));
    if across.max(down) < 40 {
        format!("{across}:{down}")
    } else {
        format!("{} × {}", size.width, size.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: (u32, u32, u32) = (16, 16384, 8);

    fn told(width: u32, height: u32) -> Vec<String> {
        let shapes = around(Size { width, height }, LIMITS);
        let words =
            |shape: Shape| format!("{} {}×{}", shape.label, shape.size.width, shape.size.height);
        shapes.into_iter().map(words).collect()
    }

    #[test]
    fn the_default_stands_among_the_usual_shapes_as_it_is() {
        assert_eq!(
            told(1216, 832)[..3],
            ["1:1 1008×1008", "3:2 1216×832", "2:3 824×1232"].map(str::to_owned)
        );
        assert_eq!(told(1024, 1024)[0], "1:1 1024×1024");
        assert_eq!(told(1024, 1024).len(), USUAL.len());
    }

    #[test]
    fn an_unusual_default_comes_first_under_a_name_of_its_own() {
        assert_eq!(told(512, 384)[0], "4:3 512×384");
        assert_eq!(told(1000, 617)[0], "1000 × 617 1000×617");
    }

    #[test]
    fn sides_are_within_their_limits() {
        for shape in around(Size { width: 16, height: 16384 }, LIMITS) {
            for side in [shape.size.width, shape.size.height] {
                assert!((16..=16384).contains(&side) && side.is_multiple_of(8), "{shape:?}");
            }
        }
    }
}
