//! What the server said on its WebSocket.

use std::collections::BTreeMap;

use bytes::{BufMut, Bytes, BytesMut};
use comfy::message::ImageFormat;
use comfy::{Frame, Message};
use serde_json::Value;

use crate::lines::{incoming, plain};

const ROOM: usize = 8 << 20;

#[test]
fn every_text_message_is_known_and_written_back_as_it_was() {
    let lines = incoming("ws-text");
    assert!(lines.len() > 2000);
    for (file, line) in &lines {
        let text = line["body"].to_string();
        let message = Message::parse(text.as_bytes(), ROOM).unwrap();
        assert!(!matches!(message, Message::Other { .. }), "{file}: {text}");
        assert_eq!(
            plain(serde_json::to_value(&message).unwrap()),
            plain(line["body"].clone()),
            "{file}"
        );
        assert_eq!(Message::parse(message.encode().as_bytes(), ROOM), Ok(message));
    }
}

#[test]
fn a_message_knows_its_job() {
    for (file, line) in incoming("ws-text") {
        let body = &line["body"];
        let message: Message = serde_json::from_value(body.clone()).unwrap();
        assert_eq!(message.prompt_id(), body["data"]["prompt_id"].as_str(), "{file}: {body}");
    }
}

#[test]
fn every_binary_message_is_read() {
    let mut seen = BTreeMap::new();
    for (file, line) in incoming("ws-binary") {
        let body = &line["body"];
        *seen.entry(body["event"].as_u64().unwrap()).or_insert(0) += 1;
        let frame = Frame::parse(rebuild(body)).unwrap_or_else(|error| panic!("{file}: {error}"));
        match &frame {
            Frame::Preview { format, image } => {
                let expected = format.mime().strip_prefix("image/");
                assert_eq!(body["image_format"].as_str(), expected);
                assert!(image.starts_with(&unhex(&body["payload_magic"])));
            }
            Frame::Text { node, text } => {
                assert_eq!(
                    (node.as_str(), text.as_str()),
                    (&*string(body, "node_id"), &*string(body, "text"))
                );
            }
            Frame::PreviewWithMetadata { meta, image } => {
                assert_eq!(serde_json::to_value(meta).unwrap(), body["metadata"]);
                assert!(image.starts_with(&unhex(&body["payload_magic"])));
                assert_eq!(meta.image_type == ImageFormat::Png, body["image"]["format"] == "PNG");
            }
        }
        assert_eq!(Frame::parse(frame.encode()), Ok(frame));
    }
    assert_eq!(seen.keys().copied().collect::<Vec<_>>(), [1, 3, 4]);
}

/// The bytes of a recorded frame: its first 64 as they were, the metadata whole,
/// and of the picture only how it begins.
fn rebuild(body: &Value) -> Bytes {
    let start = unhex(&body["hex64"]);
    let mut bytes = BytesMut::new();
    if body["event"] == 4 {
        let meta = python_json(&body["metadata"]);
        assert_eq!(meta.len() as u64, body["metadata_len"].as_u64().unwrap());
        bytes.put_u32(4);
        bytes.put_u32(meta.len() as u32);
        bytes.put_slice(meta.as_bytes());
        bytes.put_slice(&unhex(&body["payload_magic"]));
    } else {
        bytes.put_slice(&start);
    }
    assert_eq!(bytes[..start.len()], start);
    bytes.freeze()
}

/// A flat object as Python writes it, with spaces.
fn python_json(object: &Value) -> String {
    let fields = object.as_object().unwrap().iter();
    let fields: Vec<_> = fields.map(|(name, value)| format!("\"{name}\": {value}")).collect();
    format!("{{{}}}", fields.join(", "))
}

fn unhex(text: &Value) -> Vec<u8> {
    let digits = text.as_str().unwrap().as_bytes();
    let pairs = digits.chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

fn string(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap().into()
}

#[test]
fn every_saved_picture_is_found_among_the_outputs() {
    let mut found = 0;
    for (file, line) in incoming("ws-text") {
        let Ok(Message::Executed(executed)) = serde_json::from_value(line["body"].clone()) else {
            continue;
        };
        let named = executed.output.to_string().matches("\"filename\":").count();
        assert_eq!(executed.files().count(), named, "{file}: {}", executed.output);
        found += named;
    }
    assert!(found > 50, "{found}");
}
