//! MP4: one track of pictures, and tags (ISO/IEC 14496-12, -14, -15).

use serde_json::Value;

use super::Sample;
use super::h264::Parameters;
use crate::png::{Texts, ascii};

/// Neither turned nor moved.
const UPRIGHT: [u32; 9] = [0x0001_0000, 0, 0, 0, 0x0001_0000, 0, 0, 0, 0x4000_0000];

/// What is to be written.
pub(super) struct Film<'a> {
    pub(super) size: (u32, u32),
    /// Thousandths of a picture in a second.
    pub(super) per_second: u32,
    pub(super) parameters: Parameters,
    pub(super) samples: &'a [Sample],
}

impl Film<'_> {
    pub(super) fn write(&self, texts: &Texts) -> Vec<u8> {
        let head = boxed("ftyp", &[b"isom", &be(&[0x200])[..], b"isomiso2avc1mp41"]);
        // Where the pictures begin depends on how long what stands before them is.
        let before = head.len() + self.movie(0, texts).len() + 8;
        let movie = self.movie(before as u32, texts);
        [head, movie, boxed("mdat", &[&self.samples.concat()])].concat()
    }

    fn duration(&self) -> u32 {
        self.samples.len() as u32 * 1000
    }

    fn movie(&self, start: u32, texts: &Texts) -> Vec<u8> {
        let times = be(&[0, 0, 0, self.per_second, self.duration()]);
        // Speed, volume, room, no turning, room, number of the next track.
        let rest = [&be(&[0x0001_0000, 0x0100_0000, 0, 0])[..], &be(&UPRIGHT), &[0; 24], &be(&[2])];
        let header = boxed("mvhd", &[&times, &rest.concat()]);
        boxed("moov", &[&header, &self.track(start), &tags(texts)])
    }

    fn track(&self, start: u32) -> Vec<u8> {
        let (width, height) = self.size;
        let about = be(&[7, 0, 0, 1, 0, self.duration(), 0, 0, 0, 0]);
        let header = boxed("tkhd", &[&about, &be(&UPRIGHT), &be(&[width << 16, height << 16])]);
        let times = be(&[0, 0, 0, self.per_second, self.duration(), 0x55c4_0000]);
        let kind = handler(*b"vide");
        let where_to = boxed("dref", &[&be(&[0, 1]), &boxed("url ", &[&be(&[1])])]);
        let media =
            [boxed("vmhd", &[&be(&[1, 0, 0])]), boxed("dinf", &[&where_to]), self.table(start)];
        let media = boxed("minf", &[&media.concat()]);
        boxed("trak", &[&header, &boxed("mdia", &[&boxed("mdhd", &[&times]), &kind, &media])])
    }

    /// Which picture is where, and when.
    fn table(&self, start: u32) -> Vec<u8> {
        let count = self.samples.len() as u32;
        let sizes: Vec<u32> = self.samples.iter().map(|sample| sample.len() as u32).collect();
        let tables = [
            boxed("stsd", &[&be(&[0, 1]), &self.description()]),
            boxed("stts", &[&be(&[0, 1, count, 1000])]),
            boxed("stsc", &[&be(&[0, 1, 1, count, 1])]),
            boxed("stsz", &[&be(&[0, 0, count]), &be(&sizes)]),
            boxed("stco", &[&be(&[0, 1, start])]),
        ];
        boxed("stbl", &[&tables.concat()])
    }

    fn description(&self) -> Vec<u8> {
        let (width, height) = self.size;
        let size = [(width as u16).to_be_bytes(), (height as u16).to_be_bytes()].concat();
        // 72 dots an inch, one frame a sample, no name, 24 bits.
        let looks =
            [&be(&[0x0048_0000, 0x0048_0000, 0])[..], &[0, 1], &[0; 32], &[0, 24, 255, 255]];
        let Parameters { sequence, picture } = &self.parameters;
        let short = |bytes: &[u8]| [&(bytes.len() as u16).to_be_bytes()[..], bytes].concat();
        let decoder = [
            &[1, sequence[1], sequence[2], sequence[3], 0xff, 0xe1][..],
            &short(sequence),
            &[1],
            &short(picture),
        ];
        let decoder = boxed("avcC", &[&decoder.concat()]);
        boxed("avc1", &[&[0; 6], &[0, 1], &[0; 16], &size, &looks.concat(), &decoder])
    }
}

/// Tags with names of their own, as ComfyUI writes them.
fn tags(texts: &Texts) -> Vec<u8> {
    let key = |(name, _): &(String, Value)| boxed("mdta", &[name.as_bytes()]);
    let keys: Vec<u8> = texts.iter().flat_map(key).collect();
    let keys = boxed("keys", &[&be(&[0, texts.len() as u32]), &keys]);
    let value = |(number, (_, value)): (u32, &(String, Value))| {
        let data = boxed("data", &[&be(&[1, 0]), ascii(value).as_bytes()]);
        [be(&[data.len() as u32 + 8, number]), data].concat()
    };
    let values: Vec<u8> = (1..).zip(texts).flat_map(value).collect();
    boxed("meta", &[&be(&[0]), &handler(*b"mdta"), &keys, &boxed("ilst", &[&values])])
}

fn handler(kind: [u8; 4]) -> Vec<u8> {
    boxed("hdlr", &[&be(&[0, 0]), &kind, &[0; 13]])
}

fn boxed(name: &str, content: &[&[u8]]) -> Vec<u8> {
    let length: usize = content.iter().map(|part| part.len()).sum();
    [&be(&[length as u32 + 8])[..], name.as_bytes(), &content.concat()].concat()
}

fn be(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}
