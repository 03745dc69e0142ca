//! H.264 in which every picture stands alone and every block of it is stored
//! sample by sample (ITU-T H.264 §7.3: `I_PCM`).

use image::RgbImage;

use super::Sample;

/// Width and height of a macroblock, in pixels.
const BLOCK: u32 = 16;

/// What a decoder needs to know before the first picture.
pub(super) struct Parameters {
    pub(super) sequence: Vec<u8>,
    pub(super) picture: Vec<u8>,
}

pub(super) fn parameters(width: u32, height: u32) -> Parameters {
    let (across, down) = (width.div_ceil(BLOCK), height.div_ceil(BLOCK));
    let mut bits = Bits::of(&[0x67, 66, 0xc0, 51]);
    // Number, frame numbers of 4 bits, order of output as decoded, no references.
    for value in [0, 0, 2, 0] {
        bits.number(value);
    }
    bits.push(0, 1);
    bits.number(across - 1);
    bits.number(down - 1);
    // Whole frames; direct inference; what is beyond the edge is cut off.
    bits.push(0b111, 3);
    for value in [0, (across * BLOCK - width) / 2, 0, (down * BLOCK - height) / 2] {
        bits.number(value);
    }
    bits.push(0, 1);
    let sequence = bits.finish();

    let mut bits = Bits::of(&[0x68]);
    bits.number(0);
    bits.number(0);
    bits.push(0, 2);
    for value in [0, 0, 0] {
        bits.number(value);
    }
    bits.push(0, 3);
    for value in [0, 0, 0] {
        bits.number(value);
    }
    // The deblocking filter can be turned off.
    bits.push(0b100, 3);
    Parameters { sequence, picture: bits.finish() }
}

/// Picture `number` of a film, with its length before it.
pub(super) fn picture(picture: &RgbImage, number: usize) -> Sample {
    let (across, down) = (picture.width().div_ceil(BLOCK), picture.height().div_ceil(BLOCK));
    let mut bits = Bits::of(&[0x65]);
    // First block, all of them intra, parameter set.
    for value in [0, 7, 0] {
        bits.number(value);
    }
    bits.push(0, 4);
    // Neighbours must differ in this number.
    bits.number((number % 2) as u32);
    bits.push(0, 2);
    bits.number(0);
    // No deblocking.
    bits.number(1);
    for y in 0..down {
        for x in 0..across {
            bits.number(25);
            bits.align();
            block(picture, (x * BLOCK, y * BLOCK), &mut bits.bytes);
        }
    }
    let unit = escaped(&bits.finish());
    [&(unit.len() as u32).to_be_bytes()[..], &unit].concat()
}

/// The samples of one macroblock: brightness, then both colours at half the size.
fn block(picture: &RgbImage, (left, top): (u32, u32), bytes: &mut Vec<u8>) {
    let at = |x: u32, y: u32| {
        let (x, y) = (x.min(picture.width() - 1), y.min(picture.height() - 1));
        picture.get_pixel(x, y).0.map(i32::from)
    };
    for y in 0..BLOCK {
        bytes.extend((0..BLOCK).map(|x| {
            let [r, g, b] = at(left + x, top + y);
            ((66 * r + 129 * g + 25 * b + 128) / 256 + 16) as u8
        }));
    }
    let mut colour = |weights: [i32; 3]| {
        for y in (0..BLOCK).step_by(2) {
            bytes.extend((0..BLOCK).step_by(2).map(|x| {
                let [r, g, b] = at(left + x, top + y);
                let mixed = weights[0] * r + weights[1] * g + weights[2] * b;
                ((mixed + 128 + 128 * 256) / 256) as u8
            }));
        }
    };
    colour([-38, -74, 112]);
    colour([112, -94, -18]);
}

/// Three bytes that could be taken for the start of a unit are kept apart.
fn escaped(unit: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(unit.len());
    let mut zeros = 0;
    for byte in unit {
        if zeros == 2 && *byte <= 3 {
            bytes.push(3);
            zeros = 0;
        }
        zeros = if *byte == 0 { zeros + 1 } else { 0 };
        bytes.push(*byte);
    }
    bytes
}

/// Bits, the highest of each byte first.
struct Bits {
    bytes: Vec<u8>,
    /// Bits that are free in the last byte.
    free: u32,
}

impl Bits {
    fn of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.to_vec(), free: 0 }
    }

    fn push(&mut self, value: u32, count: u32) {
        for bit in (0..count).rev() {
            if self.free == 0 {
                self.bytes.push(0);
                self.free = 8;
            }
            self.free -= 1;
            if let Some(last) = self.bytes.last_mut() {
                *last |= ((value >> bit & 1) as u8) << self.free;
            }
        }
    }

    /// An Exp-Golomb number.
    fn number(&mut self, value: u32) {
        let bits = 32 - (value + 1).leading_zeros();
        self.push(0, bits - 1);
        self.push(value + 1, bits);
    }

    fn align(&mut self) {
        self.free = 0;
    }

    fn finish(mut self) -> Vec<u8> {
        self.push(1, 1);
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn numbers_are_written_as_the_format_wants_them() {
        let mut bits = Bits::of(&[]);
        for value in [0, 1, 2, 3, 7] {
            bits.number(value);
        }
        // 1 010 011 00100 0001000, then the end.
        assert_eq!(bits.finish(), [0b1010_0110, 0b0100_0001, 0b0001_0000]);
    }

    #[test]
    fn black_white_and_colours_are_where_films_have_them() {
        let samples = |colour| {
            let mut bytes = Vec::new();
            block(&RgbImage::from_pixel(16, 16, Rgb(colour)), (0, 0), &mut bytes);
            assert_eq!(bytes.len(), 384);
            (bytes[0], bytes[256], bytes[320])
        };
        assert_eq!(samples([0, 0, 0]), (16, 128, 128));
        assert_eq!(samples([255, 255, 255]), (235, 128, 128));
        assert_eq!(samples([255, 0, 0]), (82, 90, 240));
    }

    #[test]
    fn no_unit_looks_as_if_another_began_in_it() {
        assert_eq!(escaped(&[0, 0, 0, 0, 0, 1, 9]), [0, 0, 3, 0, 0, 3, 0, 1, 9]);
        let unit = picture(&RgbImage::new(33, 17), 0);
        assert!(!unit[4..].windows(3).any(|at| at[..2] == [0, 0] && at[2] < 3));
    }
}
