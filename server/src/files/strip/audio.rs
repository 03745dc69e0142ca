//! FLAC, MP3 and WAV: sound with tags before, behind or between.

use bytes::Bytes;

use super::{be32, le32};

/// Blocks of a FLAC that playing needs: the stream's properties, places to
/// jump to.
const FLAC_KEPT: [u8; 2] = [0, 3];
const FLAC_LAST: u8 = 0x80;

pub(super) fn strip_flac(content: &Bytes) -> Option<Bytes> {
    let flac = content.strip_prefix(b"fLaC")?;
    let mut clean = b"fLaC".to_vec();
    let (mut at, mut last) = (0, None);
    loop {
        let head = be32(flac, at)?;
        let (flags, length) = ((head >> 24) as u8, (head & 0x00ff_ffff) as usize);
        let block = flac.get(at..at + 4 + length)?;
        if FLAC_KEPT.contains(&(flags & !FLAC_LAST)) {
            last = Some(clean.len());
            clean.push(flags & !FLAC_LAST);
            clean.extend(&block[1..]);
        }
        at += block.len();
        if flags & FLAC_LAST != 0 {
            break;
        }
    }
    clean[last?] |= FLAC_LAST;
    clean.extend(&flac[at..]);
    Some(clean.into())
}

/// Tags stand before the sound (ID3v2) or behind it (ID3v1, APE).
pub(super) fn strip_mp3(content: &Bytes) -> Bytes {
    let mut sound = content.clone();
    while let Some(length) = id3_length(&sound) {
        sound = sound.slice(length.min(sound.len())..);
    }
    loop {
        let length = sound.len();
        if length >= 128 && sound[length - 128..].starts_with(b"TAG") {
            sound.truncate(length - 128);
        } else if let Some(tag) = ape_length(&sound) {
            sound.truncate(length - tag);
        } else {
            return sound;
        }
    }
}

/// How long the tag is that the sound begins with.
fn id3_length(content: &[u8]) -> Option<usize> {
    let head = content.first_chunk::<10>().filter(|head| head.starts_with(b"ID3"))?;
    // Seven bits a byte, so that it never looks like sound.
    let size = head[6..].iter().fold(0, |size, byte| size << 7 | usize::from(byte & 0x7f));
    let footer = if head[5] & 0x10 == 0 { 0 } else { 10 };
    Some(10 + size + footer)
}

/// How long the tag is that the sound ends with.
fn ape_length(content: &[u8]) -> Option<usize> {
    let footer = content.last_chunk::<32>().filter(|footer| footer.starts_with(b"APETAGEX"))?;
    let header = if le32(footer, 20)? >> 31 == 1 { 32 } else { 0 };
    let length = (le32(footer, 12)? as usize).checked_add(header)?;
    (32..=content.len()).contains(&length).then_some(length)
}

/// What a WAV is played from.
const WAV_KEPT: [&[u8]; 5] = [b"fmt ", b"fact", b"data", b"cue ", b"smpl"];

pub(super) fn strip_wav(content: &Bytes) -> Option<Bytes> {
    let mut clean = content.get(..12)?.to_vec();
    let mut at = 12;
    while at + 8 <= content.len() {
        let name = &content[at..at + 4];
        let length = le32(content, at + 4)? as usize;
        let end = (at + 8).checked_add(length + length % 2)?;
        // Written while it was recorded, sound does not know its length.
        let end = if name == b"data" { end.min(content.len()) } else { end };
        let chunk = content.get(at..end.min(content.len()))?;
        if WAV_KEPT.contains(&name) {
            clean.extend(chunk);
        }
        at = end;
    }
    let size = u32::try_from(clean.len() - 8).ok()?;
    clean[4..8].copy_from_slice(&size.to_le_bytes());
    Some(clean.into())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn block(flags: u8, content: &[u8]) -> Vec<u8> {
        [&(u32::from(flags) << 24 | content.len() as u32).to_be_bytes()[..], content].concat()
    }

    pub(in super::super) fn flac() -> Vec<u8> {
        let comment = block(FLAC_LAST | 4, b"secret");
        [b"fLaC".to_vec(), block(0, &[1; 34]), comment, b"CONTENT".to_vec()].concat()
    }

    pub(in super::super) fn mp3() -> Vec<u8> {
        let id3 = [&b"ID3\x04\0\0\0\0\0\x06"[..], b"secret"].concat();
        let mut ape = b"secret".to_vec();
        ape.extend([&b"APETAGEX"[..], &2000_u32.to_le_bytes(), &38_u32.to_le_bytes()].concat());
        ape.extend([0; 16]);
        let mut old = b"TAGsecret".to_vec();
        old.resize(128, 0);
        [id3, b"\xff\xfb\x90\x64CONTENT".to_vec(), ape, old].concat()
    }

    fn chunk(name: &str, content: &[u8]) -> Vec<u8> {
        let mut chunk = [name.as_bytes(), &(content.len() as u32).to_le_bytes(), content].concat();
        if content.len() % 2 == 1 {
            chunk.push(0);
        }
        chunk
    }

    pub(in super::super) fn wav() -> Vec<u8> {
        let list = chunk("LIST", b"INFOICMT\x06\0\0\0secret");
        let inside =
            [b"WAVE".to_vec(), chunk("fmt ", &[0; 16]), list, chunk("data", b"CONTENT")].concat();
        chunk("RIFF", &inside)
    }

    #[test]
    fn the_last_block_of_a_flac_says_that_it_is() {
        let clean = strip_flac(&flac().into()).unwrap();
        assert_eq!(clean.len(), 4 + 4 + 34 + 7);
        assert_eq!(clean[4], FLAC_LAST);
    }

    #[test]
    fn an_mp3_is_its_sound_and_nothing_else() {
        assert_eq!(strip_mp3(&mp3().into()), &b"\xff\xfb\x90\x64CONTENT"[..]);
    }

    #[test]
    fn a_wav_says_how_long_it_is_now() {
        let clean = strip_wav(&wav().into()).unwrap();
        assert_eq!(le32(&clean, 4).unwrap() as usize, clean.len() - 8);
        assert_eq!(clean.len(), 12 + 24 + 8 + 8);
    }

    #[test]
    fn a_recording_that_does_not_know_its_length_keeps_its_sound() {
        let mut wav = wav();
        let at = wav.windows(4).position(|at| at == b"data").unwrap() + 4;
        wav[at..at + 4].fill(0xff);
        assert!(strip_wav(&wav.into()).unwrap().windows(7).any(|at| at == b"CONTENT"));
    }
}
