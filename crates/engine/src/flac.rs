//! Writing FLAC: blocks that are silent in a few bytes, all others as they are.

use serde_json::Value;

use crate::nodes::Sound;
use crate::png::{Texts, ascii};

/// Samples of each channel in a block.
const BLOCK: usize = 4096;

/// `sound` as FLAC. Texts stand in its comments, as every reader expects.
pub(crate) fn encode(sound: &Sound, texts: &Texts) -> Vec<u8> {
    let mut bytes = b"fLaC".to_vec();
    metadata(&mut bytes, 0, &stream_info(sound));
    metadata(&mut bytes, 0x84, &comments(texts));
    let per_block = BLOCK * usize::from(sound.channels);
    for (number, samples) in sound.samples.chunks(per_block).enumerate() {
        frame(&mut bytes, (sound, number as u32), samples);
    }
    bytes
}

fn metadata(bytes: &mut Vec<u8>, kind: u8, content: &[u8]) {
    bytes.push(kind);
    bytes.extend(&(content.len() as u32).to_be_bytes()[1..]);
    bytes.extend(content);
}

fn stream_info(sound: &Sound) -> Vec<u8> {
    let length = sound.samples.len() as u64 / u64::from(sound.channels);
    // 20 bits of rate, 3 of channels less one, 5 of bits less one, 36 of length.
    let packed = u64::from(sound.rate) << 44
        | u64::from(sound.channels - 1) << 41
        | 15 << 36
        | length & 0x000f_ffff_ffff;
    let block = (BLOCK as u16).to_be_bytes();
    // The sizes of frames and the checksum of all samples may be left unknown.
    [&block[..], &block, &[0; 6], &packed.to_be_bytes(), &[0; 16]].concat()
}

fn comments(texts: &Texts) -> Vec<u8> {
    let text = |text: &str| [&(text.len() as u32).to_le_bytes()[..], text.as_bytes()].concat();
    let comment = |(name, value): &(String, Value)| text(&format!("{name}={}", ascii(value)));
    let all: Vec<_> = texts.iter().map(comment).collect();
    [text("Parlor"), (all.len() as u32).to_le_bytes().to_vec(), all.concat()].concat()
}

fn frame(bytes: &mut Vec<u8>, (sound, number): (&Sound, u32), samples: &[i16]) {
    let start = bytes.len();
    let channels = sound.channels;
    let length = samples.len() / usize::from(channels);
    // 16 bits of length follow, then what the rate needs; 16 bits a sample.
    let (rate, rest) = rate(sound.rate);
    bytes.extend([0xff, 0xf8, 0x70 | rate, (channels as u8 - 1) << 4 | 0b1000]);
    let mut letter = [0; 4];
    // Frame numbers are written as letters are. Those that are none are not reached.
    let letter = char::from_u32(number).unwrap_or_default().encode_utf8(&mut letter);
    bytes.extend(letter.as_bytes());
    bytes.extend((length as u16 - 1).to_be_bytes());
    bytes.extend(rest);
    bytes.push(crc(&bytes[start..], 8, 0x07) as u8);
    for channel in 0..usize::from(channels) {
        let own = samples.iter().skip(channel).step_by(usize::from(channels));
        if own.clone().all(|sample| *sample == samples[channel]) {
            bytes.push(0);
            bytes.extend(samples[channel].to_be_bytes());
        } else {
            bytes.push(0b10);
            bytes.extend(own.flat_map(|sample| sample.to_be_bytes()));
        }
    }
    let sum = crc(&bytes[start..], 16, 0x8005);
    bytes.extend(sum.to_be_bytes());
}

/// The rate as frames tell it: by number, or in bytes that follow. Players look
/// for it here though it stands at the beginning, too.
fn rate(rate: u32) -> (u8, Vec<u8>) {
    const KNOWN: [u32; 11] =
        [88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];
    let known = KNOWN.iter().position(|known| *known == rate);
    match (known, u16::try_from(rate)) {
        (Some(place), _) => (place as u8 + 1, Vec::new()),
        (None, Ok(hertz)) => (0b1101, hertz.to_be_bytes().to_vec()),
        (None, Err(_)) => (0, Vec::new()),
    }
}

/// A checksum of 8 or 16 `bits`.
fn crc(bytes: &[u8], bits: u32, polynomial: u16) -> u16 {
    let top = 1 << (bits - 1);
    let sum = bytes.iter().fold(0_u16, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte) << (bits - 8), |sum, _| {
            if sum & top == 0 { sum << 1 } else { sum << 1 ^ polynomial }
        })
    });
    if bits == 8 { sum & 0xff } else { sum }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn checksums_are_those_of_the_format() {
        // The check values of CRC-8 (SMBUS) and CRC-16 (UMTS).
        assert_eq!(crc(b"123456789", 8, 0x07), 0xf4);
        assert_eq!(crc(b"123456789", 16, 0x8005), 0xfee8);
    }

    #[test]
    fn silence_is_small_and_sound_is_whole() {
        let sound = |samples| Sound { rate: 44_100, channels: 2, samples };
        let silence = encode(&sound(vec![0; 2 * 44_100]), &Texts::new());
        assert!(silence.len() < 400, "{}", silence.len());
        let ramp: Vec<i16> = (0..2 * 5000).map(|sample| sample as i16).collect();
        let noisy = encode(&sound(ramp.clone()), &vec![("prompt".into(), json!({"1": "ü"}))]);
        let comment = br#"prompt={"1":"\u00fc"}"#;
        assert!(noisy.windows(comment.len()).any(|at| at == comment));
        // The right channel of the second block: 904 samples, every second of the ramp.
        let right: Vec<u8> = ramp[2 * BLOCK + 1..]
            .iter()
            .step_by(2)
            .flat_map(|sample| sample.to_be_bytes())
            .collect();
        assert_eq!(noisy[noisy.len() - 2 - right.len()..noisy.len() - 2], right);
    }
}
