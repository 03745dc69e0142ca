//! Files that begin with a description in JSON or are one: GLB, glTF,
//! safetensors; and SVG. Only the members that say something are taken out; the
//! rest is not even parsed.

use bytes::Bytes;
use indexmap::IndexMap;
use serde_json::value::{RawValue, to_raw_value};

use super::le32;

/// Where a glTF has room for what programs want to say.
const SAID_IN_GLTF: [&[&str]; 2] = [&["asset", "extras"], &["extras"]];

/// Largest header of a safetensors that is believed: its own format's limit.
const MAX_HEADER: u64 = 100_000_000;

pub(super) fn blank_glb(content: &mut [u8]) -> Option<()> {
    let length = le32(content, 12)? as usize;
    let json = content.get_mut(20..)?.get_mut(..length)?;
    let clean = SAID_IN_GLTF.iter().try_fold(json.to_vec(), |json, path| without(&json, path))?;
    overwrite(json, &clean)
}

pub(super) fn strip_gltf(content: &Bytes) -> Option<Bytes> {
    let clean = SAID_IN_GLTF.iter().try_fold(content.to_vec(), |json, path| without(&json, path));
    clean.map(Bytes::from)
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
    let clean = without(json, &["__metadata__"])?;
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

/// An object without the member that `path` leads to, all else letter by
/// letter as it was. `None` when it is no object.
fn without(json: &[u8], path: &[&str]) -> Option<Vec<u8>> {
    let mut members: IndexMap<String, &RawValue> = serde_json::from_slice(json).ok()?;
    let (first, rest) = path.split_first()?;
    let inner;
    if rest.is_empty() {
        members.shift_remove(*first);
    } else if let Some(value) = members.get_mut(*first)
        && let Some(clean) = without(value.get().as_bytes(), rest)
    {
        let clean: Box<RawValue> = serde_json::from_slice(&clean).ok()?;
        inner = clean;
        *value = &inner;
    }
    Some(to_raw_value(&members).ok()?.get().as_bytes().to_vec())
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
    fn a_header_longer_than_its_file_is_none() {
        let mut lie = safetensors();
        lie[..8].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(!is_safetensors(&lie));
        assert_eq!(blank_safetensors(&mut lie), None);
    }
}
