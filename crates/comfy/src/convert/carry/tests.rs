use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::*;

const GRAPH: &str = r#"{"1":{"class_type":"A","inputs":{}}}"#;
const FILE: &str = r#"{"nodes":[],"links":[]}"#;

fn both() -> Carried {
    Carried { prompt: Some(GRAPH.into()), workflow: Some(FILE.into()) }
}

fn carried(bytes: &[u8]) -> Result<Carried, ConvertError> {
    Carrier::of(bytes).expect("it is known by its first bytes").read(bytes)
}

fn png(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut bytes = png::SIGNATURE.to_vec();
    for (kind, data) in chunks {
        bytes.extend((data.len() as u32).to_be_bytes());
        bytes.extend(*kind);
        bytes.extend(data);
        bytes.extend([0; 4]);
    }
    bytes
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// A small EXIF block whose entries are texts.
fn exif(little: bool, texts: &[(u16, &str)]) -> Vec<u8> {
    let two = |n: u16| if little { n.to_le_bytes() } else { n.to_be_bytes() };
    let four = |n: u32| if little { n.to_le_bytes() } else { n.to_be_bytes() };
    let mut head: Vec<u8> = if little { b"II".into() } else { b"MM".into() };
    head.extend(two(42));
    head.extend(four(8));
    head.extend(two(texts.len() as u16));
    let mut tail: Vec<u8> = Vec::new();
    let start = 8 + 2 + 12 * texts.len() + 4;
    for (tag, text) in texts {
        head.extend(two(*tag));
        head.extend(two(2));
        head.extend(four(text.len() as u32));
        head.extend(four((start + tail.len()) as u32));
        tail.extend(text.as_bytes());
    }
    head.extend(four(0));
    head.extend(tail);
    head
}

/// As ComfyUI writes it: each text behind its name.
fn named_texts() -> [(u16, String); 2] {
    [(0x0110, format!("prompt:{GRAPH}\0")), (0x010f, format!("workflow:{FILE}\0"))]
}

fn comfy_exif(little: bool) -> Vec<u8> {
    let texts = named_texts();
    exif(little, &texts.each_ref().map(|(tag, text)| (*tag, text.as_str())))
}

#[test]
fn a_png_carries_it_in_any_kind_of_text() {
    let graph = GRAPH.as_bytes();
    let plain = (b"tEXt", joined(&[b"prompt\0", graph]));
    for (kind, data) in [
        (b"tEXt", joined(&[b"workflow\0", FILE.as_bytes()])),
        (b"comf", joined(&[b"workflow\0", FILE.as_bytes()])),
        (b"zTXt", joined(&[b"workflow\0\0", &packed(FILE.as_bytes())])),
        (b"iTXt", joined(&[b"workflow\0\0\0en\0\0", FILE.as_bytes()])),
        (b"iTXt", joined(&[b"workflow\0\x01\0\0\0", &packed(FILE.as_bytes())])),
    ] {
        let bytes = png(&[(b"IHDR", vec![0; 13]), plain.clone(), (kind, data)]);
        assert_eq!(carried(&bytes), Ok(both()));
    }
}

#[test]
fn a_bomb_in_a_png_is_not_unfolded_beyond_the_bound() {
    let bomb = packed(&vec![b' '; MAX_BYTES + 1]);
    assert!(bomb.len() < 100_000, "it is small while it is packed");
    let bytes = png(&[(b"zTXt", joined(&[b"workflow\0\0", &bomb]))]);
    assert_eq!(
        carried(&bytes).unwrap_err().to_string(),
        "this PNG picture is damaged: a text in it is larger than any workflow"
    );
    // Several that are each within it count together.
    let half = joined(&[b"prompt\0\0", &packed(&vec![b' '; MAX_BYTES / 2 + 1])]);
    assert!(carried(&png(&[(b"zTXt", half.clone()), (b"zTXt", half)])).is_err());
}

#[test]
fn webp_and_jpeg_carry_it_in_exif_of_either_byte_order() {
    for little in [true, false] {
        let block = comfy_exif(little);
        let size = (block.len() as u32).to_le_bytes();
        let webp = joined(&[b"RIFF\0\0\0\0WEBPVP8X\x01\0\0\0x\0EXIF", &size, &block]);
        assert_eq!(carried(&webp), Ok(both()));
        let length = (block.len() as u16 + 8).to_be_bytes();
        let jpeg = joined(&[
            b"\xff\xd8\xff\xe0\0\x04ab\xff\xe1",
            &length,
            b"Exif\0\0",
            &block,
            b"\xff\xda",
        ]);
        assert_eq!(carried(&jpeg), Ok(both()));
    }
}

#[test]
fn a_comment_may_hold_both_as_json() {
    let comment = format!(r#"{{"prompt": {GRAPH}, "workflow": {FILE:?}}}"#);
    let length = (comment.len() as u16 + 2).to_be_bytes();
    let jpeg = joined(&[b"\xff\xd8\xff\xfe", &length, comment.as_bytes(), b"\xff\xda"]);
    assert_eq!(carried(&jpeg), Ok(both()));
}

fn mp4_box(kind: [u8; 4], inner: &[&[u8]]) -> Vec<u8> {
    let inner = inner.concat();
    joined(&[&(inner.len() as u32 + 8).to_be_bytes(), &kind, &inner])
}

#[test]
fn an_mp4_carries_it_under_names_or_in_its_comment() {
    let data = |text: &str| mp4_box(*b"data", &[&[0; 8], text.as_bytes()]);
    let keys = mp4_box(
        *b"keys",
        &[
            &[0; 4],
            &2_u32.to_be_bytes(),
            &mp4_box(*b"mdta", &[b"prompt"]),
            &mp4_box(*b"mdta", &[b"workflow"]),
        ],
    );
    let values = mp4_box(
        *b"ilst",
        &[&mp4_box([0, 0, 0, 1], &[&data(GRAPH)]), &mp4_box([0, 0, 0, 2], &[&data(FILE)])],
    );
    let comment = format!(r#"{{"prompt": {GRAPH}, "workflow": {FILE}}}"#);
    let comment = mp4_box(*b"ilst", &[&mp4_box(*b"\xa9cmt", &[&data(&comment)])]);
    for meta in
        [mp4_box(*b"meta", &[&[0; 4], &keys, &values]), mp4_box(*b"meta", &[&[0; 4], &comment])]
    {
        let moov = mp4_box(*b"moov", &[&mp4_box(*b"udta", &[&meta])]);
        let file = joined(&[&mp4_box(*b"ftyp", &[b"isom"]), &mp4_box(*b"mdat", &[b"xyz"]), &moov]);
        assert_eq!(carried(&file), Ok(both()));
    }
}

fn element(id: &[u8], inner: &[&[u8]]) -> Vec<u8> {
    let inner = inner.concat();
    let length = (inner.len() as u16 | 0x4000).to_be_bytes();
    joined(&[id, &length, &inner])
}

#[test]
fn a_webm_carries_it_in_its_tags_also_when_lengths_are_unknown() {
    let tag = |name: &str, text: &str| {
        let simple = [
            element(&[0x45, 0xa3], &[name.as_bytes()]),
            element(&[0x44, 0x87], &[text.as_bytes()]),
        ];
        element(&[0x73, 0x73], &[&element(&[0x67, 0xc8], &[&simple.concat()])])
    };
    let tags = element(&[0x12, 0x54, 0xc3, 0x67], &[&tag("PROMPT", GRAPH), &tag("WORKFLOW", FILE)]);
    let head = element(&[0x1a, 0x45, 0xdf, 0xa3], &[b""]);
    let sized = element(&[0x18, 0x53, 0x80, 0x67], &[&tags]);
    let live = joined(&[&[0x18, 0x53, 0x80, 0x67, 0x01], &[0xff; 7], &tags]);
    assert_eq!(carried(&joined(&[&head, &sized])), Ok(both()));
    assert_eq!(carried(&joined(&[&head, &live])), Ok(both()));
}

#[test]
fn a_model_carries_it_in_its_header() {
    let header = format!(r#"{{"__metadata__": {{"prompt": {GRAPH:?}, "workflow": {FILE:?}}}}}"#);
    let file = joined(&[&(header.len() as u64).to_le_bytes(), header.as_bytes(), &[0; 9]]);
    assert_eq!(carried(&file), Ok(both()));
}

#[test]
fn what_carries_nothing_says_what_it_is() {
    use crate::convert::Document;

    let picture = png(&[(b"tEXt", b"Software\0GIMP".into())]);
    assert_eq!(
        Document::read(&picture).unwrap_err().to_string(),
        "this PNG picture carries no workflow; save it from ComfyUI with its metadata kept"
    );
    // One that is broken does not spoil the other.
    let broken = png(&[
        (b"tEXt", b"workflow\0{".into()),
        (b"tEXt", joined(&[b"prompt\0", GRAPH.as_bytes()])),
    ]);
    let document = Document::read(&broken).unwrap();
    assert!(document.graph.is_some() && document.editor.is_none());
}
