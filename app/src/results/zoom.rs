//! Zooming into a picture and moving it about.
//!
//! Lengths are CSS pixels. The picture at rest fills its box, whose middle is
//! the origin; `x` and `y` say how far its middle has moved from there.

/// How far in it goes: one picture pixel may become this many.
const NEAREST: f64 = 8.0;

/// A width and a height, or a place relative to the middle.
pub type Pair = (f64, f64);

/// What part of the picture is seen, and how large.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Zoom {
    /// 1 is the whole picture.
    pub scale: f64,
    pub x: f64,
    pub y: f64,
}

impl Default for Zoom {
    fn default() -> Self {
        Self { scale: 1.0, x: 0.0, y: 0.0 }
    }
}

impl Zoom {
    /// Closer by `factor` (farther below 1), with the point under `at` staying
    /// where it is. `most` is the largest scale, from [`most`].
    pub fn by(self, factor: f64, at: Pair, most: f64) -> Self {
        let scale = (self.scale * factor).clamp(1.0, most);
        let ratio = scale / self.scale;
        Self { scale, x: at.0 - (at.0 - self.x) * ratio, y: at.1 - (at.1 - self.y) * ratio }
    }

    /// Moved by as much as the pointer was.
    pub fn moved(self, by: Pair) -> Self {
        Self { x: self.x + by.0, y: self.y + by.1, ..self }
    }

    /// With no gap between the picture's edge and its box: `shown` is the
    /// picture at rest, `room` what it may fill when it is closer.
    pub fn held(self, shown: Pair, room: Pair) -> Self {
        let reach = |shown: f64, room: f64| ((shown * self.scale - room) / 2.0).max(0.0);
        let (across, down) = (reach(shown.0, room.0), reach(shown.1, room.1));
        Self { x: self.x.clamp(-across, across), y: self.y.clamp(-down, down), ..self }
    }

    /// Whether the whole picture is in sight.
    pub fn is_whole(self) -> bool {
        self.scale <= 1.0
    }
}

/// The largest scale for a picture of `pixels` across shown `shown` wide at rest.
pub fn most(pixels: f64, shown: f64) -> f64 {
    if shown > 0.0 { (pixels * NEAREST / shown).max(2.0) } else { NEAREST }
}

/// Where a double-click goes from the whole picture: to its own pixels, or
/// twice as close when that is no difference.
pub fn near(pixels: f64, shown: f64) -> f64 {
    let own = if shown > 0.0 { pixels / shown } else { 1.0 };
    if own > 1.2 { own } else { 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: f64 = 8.0;

    #[test]
    fn the_point_under_the_pointer_stays_there() {
        let before = Zoom { scale: 2.0, x: 10.0, y: -4.0 };
        let at = (30.0, 20.0);
        let after = before.by(1.5, at, MOST);
        let under = |zoom: Zoom| ((at.0 - zoom.x) / zoom.scale, (at.1 - zoom.y) / zoom.scale);
        let ((ax, ay), (bx, by)) = (under(before), under(after));
        assert!((ax - bx).abs() < 1e-9 && (ay - by).abs() < 1e-9);
    }

    #[test]
    fn it_goes_no_farther_than_the_whole_and_no_nearer_than_the_most() {
        let zoom = Zoom::default();
        assert_eq!(zoom.by(0.1, (5.0, 5.0), MOST), zoom);
        assert!((zoom.by(100.0, (0.0, 0.0), MOST).scale - MOST).abs() < f64::EPSILON);
    }

    #[test]
    fn the_picture_leaves_no_gap() {
        let far = Zoom { scale: 2.0, x: 900.0, y: -900.0 }.held((300.0, 200.0), (400.0, 400.0));
        assert_eq!((far.x, far.y), (100.0, 0.0));
    }

    #[test]
    fn the_whole_picture_is_always_in_the_middle() {
        let zoom = Zoom::default().moved((50.0, 50.0)).held((300.0, 200.0), (300.0, 200.0));
        assert_eq!(zoom, Zoom::default());
    }

    #[test]
    fn a_double_click_shows_the_pictures_own_pixels_when_there_are_more() {
        assert!((near(1200.0, 600.0) - 2.0).abs() < f64::EPSILON);
        assert!((near(3000.0, 600.0) - 5.0).abs() < f64::EPSILON);
        assert!((near(600.0, 600.0) - 2.0).abs() < f64::EPSILON);
    }
}
