//! Files that begin with a description in JSON or are one: GLB, glTF,
//! safetensors; and SVG. Only the members that say something are taken out; the
//! rest is not even parsed.

use std::fmt;

use bytes::Bytes;
use serde::Deserializer as _;
use serde::de::{Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::le32;

/// Where a glTF has room for what programs want to say.
const SAID_IN_GLTF: [&[&str]; 2] = [&["asset", "extras"], &["extras"]];

/// Largest header of a safetensors that is believed: its own format's limit.
const MAX_HEADER: u64 = 100_000_000;

pub(super) fn blank_glb(content: &mut [u8]) -> Option<()> {
    let length = le32(content, 12)? as usize;
    let json = content.get_mut(20..)?.get_mut(..length)?;
    let clean = without(json, &SAID_IN_GLTF)?;
    overwrite(json, &clean)
}

pub(super) fn strip_gltf(content: &Bytes) -> Option<Bytes> {
    without(content, &SAID_IN_GLTF).map(Bytes::from)
}

/// Whether it is a file of tensors: latents, models, training data.
pub(super) fn is_safetensors(content: &[u8]) -> bool {
    header_of(content).is_some_and(|(start, end)| {
        content.get(start..end).is_some_and(|json| json.starts_with(b"{\""))
    })
}

pub(super) fn blank_safetensors(content: &mut [u8]) -> Option<()> {
    let (start, end) = header_of(content)?;
    let json = content.get_mut(start..end)?;
    let clean = without(json, &[&["__metadata__"]])?;
    overwrite(json, &clean)
}

fn header_of(content: &[u8]) -> Option<(usize, usize)> {
    let length = u64::from_le_bytes(*content.first_chunk()?);
    (length <= MAX_HEADER).then(|| (8, 8 + length as usize))
}

/// Writes the shorter description; both formats take spaces behind it.
fn overwrite(json: &mut [u8], clean: &[u8]) -> Option<()> {
    json.get_mut(..clean.len())?.copy_from_slice(clean);
    json[clean.len()..].fill(b' ');
    Some(())
}

/// An object without the members that `paths` lead to, all else letter by
/// letter as it was but for the spaces between members. `None` when it is no
/// object. However many members there are, only what stays is held.
fn without(json: &[u8], paths: &[&[&str]]) -> Option<Vec<u8>> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let clean = reader.deserialize_map(Without { paths, clean: Vec::new() }).ok()?;
    reader.end().ok()?;
    Some(clean)
}

/// Copies the members of an object that stay.
struct Without<'p> {
    paths: &'p [&'p [&'p str]],
    clean: Vec<u8>,
}

impl<'de> Visitor<'de> for Without<'_> {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Vec<u8>, A::Error> {
        let mut before = b'{';
        while let Some((name, value)) = members.next_entry::<String, &RawValue>()? {
            let rests: Vec<_> = self.paths.iter().filter_map(|path| rest(path, &name)).collect();
            if rests.iter().any(|rest| rest.is_empty()) {
                continue;
            }
            let value = value.get().as_bytes();
            let inner = if rests.is_empty() { None } else { without(value, &rests) };
            self.clean.push(before);
            serde_json::to_writer(&mut self.clean, &name).map_err(A::Error::custom)?;
            self.clean.push(b':');
            self.clean.extend_from_slice(inner.as_deref().unwrap_or(value));
            before = b',';
        }
        self.clean.extend_from_slice(if before == b'{' { b"{}" } else { b"}" });
        Ok(self.clean)
    }
}

/// Where a path leads within the member called `name`, if it goes there.
fn rest<'p>(path: &'p [&'p str], name: &str) -> Option<&'p [&'p str]> {
    path.split_first().filter(|(first, _)| **first == name).map(|(_, rest)| rest)
}

/// Whether it is a drawing, by its first tag.
pub(super) fn is_svg(content: &[u8]) -> bool {
    let head = &content[..content.len().min(1024)];
    head.trim_ascii_start().starts_with(b"<") && find(head, b"<svg").is_some()
}

/// From the first word of its metadata to the last.
pub(super) fn strip_svg(content: &Bytes) -> Bytes {
    const END: &[u8] = b"</metadata>";
    let start = find(content, b"<metadata");
    let end = content.windows(END.len()).rposition(|at| at == END).map(|at| at + END.len());
    match start.zip(end) {
        Some((start, end)) if start < end => [&content[..start], &content[end..]].concat().into(),
        _ => content.clone(),
    }
}

fn find(content: &[u8], word: &[u8]) -> Option<usize> {
    content.windows(word.len()).position(|at| at == word)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const GLTF: &str = r#"{"asset":{"version":"2.0","extras":{"prompt":"secret"}},
        "scenes":[{"nodes":[0]}],"extras":"secret","accessors":[{"max":[0.1000000000000000055]}],"x":"CONTENT"}"#;

    pub(in super::super) fn gltf() -> Vec<u8> {
        GLTF.into()
    }

    pub(in super::super) fn glb() -> Vec<u8> {
        let length = GLTF.len() as u32;
        let head = [&b"glTF"[..], &2_u32.to_le_bytes(), &(length + 28).to_le_bytes()].concat();
        let json = [&length.to_le_bytes()[..], b"JSON", GLTF.as_bytes()].concat();
        [head, json, [&8_u32.to_le_bytes()[..], b"BIN\0CONTENT!"].concat()].concat()
    }

    pub(in super::super) fn safetensors() -> Vec<u8> {
        let json = r#"{"__metadata__":{"prompt":"secret"},"latent_tensor":{"dtype":"F32","shape":[1],"data_offsets":[0,7]}}"#;
        [&(json.len() as u64).to_le_bytes()[..], json.as_bytes(), b"CONTENT"].concat()
    }

    pub(in super::super) fn svg() -> Vec<u8> {
        b"<?xml version='1.0'?><svg><metadata><![CDATA[secret </metadata> secret]]></metadata><path d='CONTENT'/></svg>".into()
    }

    #[test]
    fn numbers_stay_as_they_were_written() {
        let clean = strip_gltf(&gltf().into()).unwrap();
        let text = std::str::from_utf8(&clean).unwrap();
        assert!(text.contains("[0.1000000000000000055]"), "{text}");
        assert!(text.contains(r#""asset":{"version":"2.0"}"#), "{text}");
    }

    #[test]
    fn what_follows_a_header_stays_where_it_is() {
        for (whole, blank) in
            [(glb(), blank_glb as fn(&mut [u8]) -> Option<()>), (safetensors(), blank_safetensors)]
        {
            let mut blanked = whole.clone();
            blank(&mut blanked).unwrap();
            assert_eq!(blanked.len(), whole.len());
            assert!(blanked.ends_with(&whole[whole.len() - 7..]));
        }
    }

    #[test]
    fn what_stays_is_copied_letter_by_letter() {
        let whole = br#"{ "a" : [ 1 ] , "extras":{"b":2},"a":"\u00e9","asset":{"extras":1,"c":"\/"},"asset":3}"#;
        let clean = strip_gltf(&whole.to_vec().into()).unwrap();
        let expected = br#"{"a":[ 1 ],"a":"\u00e9","asset":{"c":"\/"},"asset":3}"#;
        assert_eq!(clean.escape_ascii().to_string(), expected.escape_ascii().to_string());
        for no_object in [&b"[1]"[..], b"{\"a\":1", b"{\"a\":1} 2", b""] {
            assert_eq!(strip_gltf(&no_object.to_vec().into()), None);
        }
    }

    #[test]
    fn a_header_longer_than_its_file_is_none() {
        let mut lie = safetensors();
        lie[..8].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(!is_safetensors(&lie));
        assert_eq!(blank_safetensors(&mut lie), None);
    }
}
