//! Pictures in another form than their file's.

use std::fs::File;
use std::io::{BufReader, Cursor};
use std::path::{Path, PathBuf};

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat};

use crate::api::error::{Error, Result};
use crate::pixels;

/// Another form of a picture, at its whole size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Without transparency; quality 1 to 100.
    Jpeg {
        quality: u8,
    },
    Webp,
    /// Only the colours, as PNG.
    Colours,
    /// Only the transparency, as PNG.
    Alpha,
}

/// The picture in another form, without what its file says besides. It is
/// decoded and encoded off the thread that answers everyone.
pub(super) async fn convert(path: PathBuf, form: Form) -> Result<Response> {
    match tokio::task::spawn_blocking(move || encode(&path, form)).await {
        Ok(Ok((kind, bytes))) => Ok(([(header::CONTENT_TYPE, kind)], bytes).into_response()),
        // Not a picture, or too large a one.
        _ => Err(Error::Status(StatusCode::INTERNAL_SERVER_ERROR)),
    }
}

fn encode(path: &Path, form: Form) -> image::ImageResult<(&'static str, Vec<u8>)> {
    let picture = pixels::decode(BufReader::new(File::open(path)?))?;
    let mut bytes = Cursor::new(Vec::new());
    let kind = match form {
        Form::Jpeg { quality } => {
            let encoder = JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1, 100));
            DynamicImage::from(picture.to_rgb8()).write_with_encoder(encoder)?;
            "image/jpeg"
        }
        Form::Webp => {
            DynamicImage::from(picture.to_rgba8()).write_to(&mut bytes, ImageFormat::WebP)?;
            "image/webp"
        }
        Form::Colours => {
            picture.to_rgb8().write_to(&mut bytes, ImageFormat::Png)?;
            "image/png"
        }
        Form::Alpha => {
            let mut alpha = picture.to_rgba8();
            alpha.pixels_mut().for_each(|pixel| pixel.0 = [0, 0, 0, pixel[3]]);
            alpha.write_to(&mut bytes, ImageFormat::Png)?;
            "image/png"
        }
    };
    Ok((kind, bytes.into_inner()))
}
