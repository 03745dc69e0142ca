//! Pictures of noise, which no format makes smaller: so a picture has the size that is asked for.

use anyhow::Context;

/// A PNG of about so many bytes.
pub fn of_bytes(bytes: usize) -> anyhow::Result<Vec<u8>> {
    let side = ((bytes / 3) as f64).sqrt() as u32;
    let mut file = Vec::with_capacity(bytes);
    let mut encoder = png::Encoder::new(&mut file, side, side);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().context("beginning a picture")?;
    writer.write_image_data(&noise((side * side * 3) as usize)).context("writing a picture")?;
    writer.finish().context("ending a picture")?;
    Ok(file)
}

/// Always the same (xorshift).
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    std::iter::repeat_with(next).take(bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_about_as_large_as_is_asked() {
        for bytes in [1 << 10, 64 << 10, 1_500_000] {
            let made = of_bytes(bytes).unwrap().len();
            assert!((made as f64 / bytes as f64 - 1.0).abs() < 0.1, "{made} instead of {bytes}");
        }
    }
}
