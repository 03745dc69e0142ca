//! Binary frames: previews, and texts of nodes.
//!
//! Every frame begins with its kind as a big-endian `u32`:
//!
//! ```text
//! 1  preview                u32 format | image
//! 3  text                   u32 length | node id | text
//! 4  preview with metadata  u32 length | JSON    | image
//! ```

use bytes::{BufMut, Bytes, BytesMut};
use serde::{Deserialize, Serialize};

use crate::graph::NodeId;
use crate::json::{self, JsonError};

const PREVIEW: u32 = 1;
const TEXT: u32 = 3;
const PREVIEW_WITH_METADATA: u32 = 4;

/// Bytes of metadata that are believed; real ones have under 300.
const MAX_META: usize = 64 << 10;

/// One binary message. The image is a slice of what was received, not a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// How the picture looks now. Says nothing of the job: it belongs to the
    /// last one that got on.
    Preview {
        /// How `image` is encoded.
        format: ImageFormat,
        /// The whole encoded picture.
        image: Bytes,
    },
    /// Something a node wants people to read. Goes to every socket.
    Text {
        /// The node, of whichever job.
        node: NodeId,
        /// The text.
        text: String,
    },
    /// How the picture looks now, and whose it is. Only for clients that asked
    /// for `supports_preview_metadata` in their first message.
    PreviewWithMetadata {
        /// Whose it is.
        meta: PreviewMeta,
        /// The whole encoded picture.
        image: Bytes,
    },
}

/// Whose preview it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewMeta {
    /// The node that samples.
    pub node_id: NodeId,
    /// Which job.
    pub prompt_id: String,
    /// The node of the submitted graph that it belongs to.
    pub display_node_id: NodeId,
    /// The node that expanded into it, if one did.
    pub parent_node_id: Option<NodeId>,
    /// The node of the submitted graph that it comes from.
    pub real_node_id: NodeId,
    /// How the image is encoded.
    pub image_type: ImageFormat,
}

/// How a preview is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImageFormat {
    /// What previews of samplers are.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// What pictures of `SaveImageWebsocket` are.
    #[serde(rename = "image/png")]
    Png,
}

/// Why bytes are not a frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// It ends before what it announces.
    #[error("the frame of {0} bytes ends too early")]
    Short(usize),
    /// A kind that is not known.
    #[error("no such frame: {0}")]
    UnknownKind(u32),
    /// An image format that is not known.
    #[error("no such image format: {0}")]
    UnknownFormat(u32),
    /// More metadata than is believed.
    #[error("{0} bytes of metadata are more than {MAX_META}")]
    TooMuchMetadata(usize),
    /// Metadata that cannot be read.
    #[error("the metadata cannot be read: {0}")]
    Metadata(JsonError),
    /// Text that is not UTF-8.
    #[error("the text is not UTF-8")]
    NotUtf8,
}

impl ImageFormat {
    /// Its media type.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    fn code(self) -> u32 {
        match self {
            Self::Jpeg => 1,
            Self::Png => 2,
        }
    }

    fn from_code(code: u32) -> Result<Self, FrameError> {
        match code {
            1 => Ok(Self::Jpeg),
            2 => Ok(Self::Png),
            _ => Err(FrameError::UnknownFormat(code)),
        }
    }
}

impl Frame {
    /// Reads a frame. The image itself is not looked at.
    pub fn parse(bytes: Bytes) -> Result<Self, FrameError> {
        let mut cursor = Cursor { length: bytes.len(), rest: bytes };
        match cursor.word()? {
            PREVIEW => {
                let format = ImageFormat::from_code(cursor.word()?)?;
                Ok(Self::Preview { format, image: cursor.rest })
            }
            TEXT => {
                let node = utf8(&cursor.block()?)?.into();
                Ok(Self::Text { node, text: utf8(&cursor.rest)? })
            }
            PREVIEW_WITH_METADATA => {
                let block = cursor.block()?;
                if block.len() > MAX_META {
                    return Err(FrameError::TooMuchMetadata(block.len()));
                }
                let meta = json::lenient_as(&block, MAX_META).map_err(FrameError::Metadata)?;
                Ok(Self::PreviewWithMetadata { meta, image: cursor.rest })
            }
            kind => Err(FrameError::UnknownKind(kind)),
        }
    }

    /// The bytes a server sends.
    pub fn encode(&self) -> Bytes {
        match self {
            Self::Preview { format, image } => {
                let mut bytes = BytesMut::with_capacity(8 + image.len());
                bytes.put_u32(PREVIEW);
                bytes.put_u32(format.code());
                bytes.put_slice(image);
                bytes.freeze()
            }
            Self::Text { node, text } => {
                with_block(TEXT, node.as_str().as_bytes(), text.as_bytes())
            }
            Self::PreviewWithMetadata { meta, image } => {
                let meta = serde_json::to_vec(meta).expect("metadata is plain JSON");
                with_block(PREVIEW_WITH_METADATA, &meta, image)
            }
        }
    }

    /// The picture, if it shows one, and how it is encoded.
    pub fn image(&self) -> Option<(ImageFormat, &Bytes)> {
        match self {
            Self::Preview { format, image } => Some((*format, image)),
            Self::PreviewWithMetadata { meta, image } => Some((meta.image_type, image)),
            Self::Text { .. } => None,
        }
    }
}

/// What is still to be read of a frame.
struct Cursor {
    length: usize,
    rest: Bytes,
}

impl Cursor {
    fn word(&mut self) -> Result<u32, FrameError> {
        let (word, _) = self.rest.split_first_chunk().ok_or(FrameError::Short(self.length))?;
        let word = u32::from_be_bytes(*word);
        self.rest = self.rest.slice(4..);
        Ok(word)
    }

    /// A block with its length in front.
    fn block(&mut self) -> Result<Bytes, FrameError> {
        let length = self.word()? as usize;
        if length > self.rest.len() {
            return Err(FrameError::Short(self.length));
        }
        Ok(self.rest.split_to(length))
    }
}

fn utf8(bytes: &Bytes) -> Result<String, FrameError> {
    String::from_utf8(bytes.to_vec()).map_err(|_| FrameError::NotUtf8)
}

fn with_block(kind: u32, block: &[u8], rest: &[u8]) -> Bytes {
    let mut bytes = BytesMut::with_capacity(8 + block.len() + rest.len());
    bytes.put_u32(kind);
    bytes.put_u32(block.len() as u32);
    bytes.put_slice(block);
    bytes.put_slice(rest);
    bytes.freeze()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn meta() -> PreviewMeta {
        PreviewMeta {
            node_id: "5".into(),
            prompt_id: "p".into(),
            display_node_id: "5".into(),
            parent_node_id: None,
            real_node_id: "5".into(),
            image_type: ImageFormat::Jpeg,
        }
    }

    #[test]
    fn every_kind_survives_the_wire() {
        let image = Bytes::from_static(b"\xff\xd8\xff");
        let frames = [
            Frame::Preview { format: ImageFormat::Png, image: image.clone() },
            Frame::Text { node: "3".into(), text: "breite: 64 – höhe: 64".into() },
            Frame::PreviewWithMetadata { meta: meta(), image },
        ];
        for frame in frames {
            assert_eq!(Frame::parse(frame.encode()), Ok(frame));
        }
    }

    #[test]
    fn the_image_is_not_copied() {
        let bytes = Frame::Preview { format: ImageFormat::Jpeg, image: Bytes::from_static(b"abc") }
            .encode();
        let Ok(Frame::Preview { image, .. }) = Frame::parse(bytes.clone()) else { panic!() };
        assert_eq!(image.as_ptr(), bytes[8..].as_ptr());
    }

    #[test]
    fn a_frame_that_ends_too_early_is_an_error_at_every_length() {
        let whole = Frame::PreviewWithMetadata { meta: meta(), image: Bytes::new() }.encode();
        for end in 0..whole.len() {
            assert_eq!(Frame::parse(whole.slice(..end)), Err(FrameError::Short(end)));
        }
    }

    #[test]
    fn lies_about_lengths_kinds_and_formats_are_errors() {
        let parse = |bytes: &[u8]| Frame::parse(Bytes::copy_from_slice(bytes)).unwrap_err();
        assert_eq!(parse(b"\0\0\0\x04\xff\xff\xff\xffx"), FrameError::Short(9));
        assert_eq!(parse(b"\0\0\0\x02\0\0\0\x01"), FrameError::UnknownKind(2));
        assert_eq!(parse(b"\0\0\0\x01\0\0\0\x09"), FrameError::UnknownFormat(9));
        assert_eq!(parse(b"\0\0\0\x03\0\0\0\x01\xff"), FrameError::NotUtf8);
        assert!(matches!(parse(b"\0\0\0\x04\0\0\0\x02{}x"), FrameError::Metadata(_)));
        let mut bomb = b"\0\0\0\x04\0\x02\0\0".to_vec();
        bomb.resize(8 + (2 << 16), b'[');
        assert_eq!(parse(&bomb), FrameError::TooMuchMetadata(2 << 16));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(kind in 0u8..6, bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let mut frame = vec![0, 0, 0, kind];
            frame.extend(bytes);
            let _ = Frame::parse(frame.into());
        }
    }
}
