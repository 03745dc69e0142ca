//! Reading WAV.

use crate::nodes::Sound;

/// Whole numbers of 16 bits, one or two channels; `None` for all else.
pub(crate) fn decode(content: &[u8]) -> Option<Sound> {
    if content.get(..4) != Some(b"RIFF") || content.get(8..12) != Some(b"WAVE") {
        return None;
    }
    let (mut at, mut format) = (12, None);
    loop {
        let name = content.get(at..at + 4)?;
        let length = u32::from_le_bytes(*content.get(at + 4..)?.first_chunk()?) as usize;
        let chunk = &content[at + 8..];
        let chunk = &chunk[..chunk.len().min(length)];
        match name {
            b"fmt " => format = Some(read_format(chunk)?),
            b"data" => {
                let (rate, channels) = format?;
                let pairs = chunk.chunks_exact(2 * usize::from(channels)).flatten().copied();
                let bytes: Vec<u8> = pairs.collect();
                let sample = |pair: &[u8]| i16::from_le_bytes([pair[0], pair[1]]);
                let samples = bytes.chunks_exact(2).map(sample).collect();
                return Some(Sound { rate, channels, samples });
            }
            _ => (),
        }
        at = (at + 8).checked_add(length + length % 2)?;
    }
}

/// Rate and channels, if it is of a kind we read.
fn read_format(chunk: &[u8]) -> Option<(u32, u16)> {
    let short = |at: usize| Some(u16::from_le_bytes(*chunk.get(at..)?.first_chunk()?));
    let rate = u32::from_le_bytes(*chunk.get(4..)?.first_chunk()?);
    let (kind, channels, bits) = (short(0)?, short(2)?, short(14)?);
    let readable = kind == 1 && bits == 16 && (1..=2).contains(&channels);
    (readable && (1..=192_000).contains(&rate)).then_some((rate, channels))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wav(samples: &[i16]) -> Vec<u8> {
        let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let format = [1_u16.to_le_bytes(), 1_u16.to_le_bytes()].concat();
        let rates = [&8_000_u32.to_le_bytes()[..], &16_000_u32.to_le_bytes()].concat();
        let sizes = [2_u16.to_le_bytes(), 16_u16.to_le_bytes()].concat();
        let length = (data.len() as u32).to_le_bytes();
        let head = [&b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0"[..], &format, &rates, &sizes].concat();
        [&head, &b"data"[..], &length, &data].concat()
    }

    #[test]
    fn samples_come_back() {
        let sound = Sound { rate: 8_000, channels: 1, samples: vec![1, -2, i16::MIN] };
        assert_eq!(decode(&wav(&sound.samples)), Some(sound));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(cut in 0usize..60, at in 0usize..60, bytes in any::<[u8; 4]>()) {
            let mut content = wav(&[1, 2, 3]);
            content.truncate(cut);
            for (place, byte) in content.iter_mut().skip(at).zip(bytes) {
                *place = byte;
            }
            decode(&content);
        }
    }
}
