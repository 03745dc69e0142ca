//! Files that a job is sent with: by their address, or whole.

use std::collections::HashMap;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use wire::{FieldKind, Inputs};

use super::uploads;
use crate::api::running::Caller;
use crate::app::App;
use crate::error::{Error, Result};
use crate::workflows::Published;

/// A file that was not handed in before.
#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Inside {
    Address { url: String },
    Whole { base64: String },
}

/// Most files that one request brings in ways other than by reference.
pub(in crate::api) const MOST: usize = 16;

/// Longest body with files in it, in bytes. It is in memory, other than a file that comes by itself.
pub(super) const MOST_BYTES: usize = 4 << 20;

/// What to do with files that are too large to come with a job.
pub(super) const ELSEWHERE: &str =
    "hand its files in by `POST /uploads` first, and send {\"upload\": \"<id>\"} for each";

/// What one request has brought so far, by how it was given: many jobs may begin with the same.
#[derive(Debug, Default)]
pub(super) struct Brought(HashMap<String, Value>);

/// Hands in, as the caller's, what fields that take files are given in another way, and puts what
/// refers to it in its place.
pub(super) async fn hand_in(
    app: &App,
    caller: Caller<'_>,
    (workflow, inputs, brought): (&Published, &mut Inputs, &mut Brought),
) -> Result<()> {
    for (name, value) in inputs.iter_mut() {
        let kind = workflow.asked(name).map(|(kind, _)| kind);
        if !matches!(kind, Some(FieldKind::Image { .. } | FieldKind::File { .. })) {
            continue;
        }
        let Ok(inside) = Inside::deserialize(&*value) else { continue };
        let refused = |why: String| Error::field(name.clone(), why);
        let given = value.to_string();
        if let Some(known) = brought.0.get(&given) {
            *value = known.clone();
            continue;
        }
        if brought.0.len() == MOST {
            let why = format!("more than {MOST} files come with this: hand them in first");
            return Err(refused(why));
        }
        let upload = bring(app, caller, inside).await.map_err(|error| match error {
            Error::BadInput { message, .. } => refused(message),
            error => error,
        })?;
        *value = json!({ "upload": upload });
        brought.0.insert(given, value.clone());
    }
    Ok(())
}

async fn bring(
    app: &App,
    (principal, whence): Caller<'_>,
    inside: Inside,
) -> Result<wire::UploadId> {
    let content = match inside {
        Inside::Address { url } => fetched(app, &url).await,
        Inside::Whole { base64 } => whole(&base64),
    };
    let content = content.map_err(Error::unusable)?;
    uploads::bring(app, (principal, whence.hash), content).await
}

/// What is at an address, or why it is not to be had.
pub(super) async fn fetched(app: &App, url: &str) -> Result<Bytes, String> {
    let most = app.config.max_upload_bytes() as usize;
    app.fetcher.fetch(url, most).await.map_err(|error| error.to_string())
}

/// The bytes of a file in base64, or why there are none.
pub(super) fn whole(base64: &str) -> Result<Bytes, String> {
    decoded(base64)
        .ok_or_else(|| "this is no whole base64: encode the bytes of the file".to_owned())
}

/// What a `data:` URL holds, still in base64; `None`: it is none.
pub(in crate::api) fn in_data_url(text: &str) -> Option<&str> {
    text.strip_prefix("data:")?.split_once(";base64,").map(|(_, text)| text)
}

/// The bytes of base64 of either alphabet, padded or not, which may be broken into lines and be a
/// `data:` URL.
pub(in crate::api) fn decoded(text: &str) -> Option<Bytes> {
    let text = in_data_url(text).unwrap_or(text);
    let text: String = text.split_ascii_whitespace().collect();
    let text = text.trim_end_matches('=');
    let engine =
        if text.contains(['-', '_']) { BASE64_URL_SAFE_NO_PAD } else { BASE64_STANDARD_NO_PAD };
    engine.decode(text).ok().map(Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_may_be_broken_into_lines_and_be_a_data_url() {
        for text in ["QUFB", "QU\nFB\n", "data:image/png;base64,QUFB"] {
            assert_eq!(decoded(text).unwrap(), "AAA", "{text}");
        }
        assert_eq!(decoded("QUF"), None);
    }

    #[test]
    fn base64_is_read_as_programs_write_it() {
        for text in ["+/+/QQ==", "+/+/QQ", "-_-_QQ==", "-_-_QQ"] {
            assert_eq!(decoded(text).unwrap(), &b"\xfb\xff\xbfA"[..], "{text}");
        }
        for odd in ["+/-_", "QUFBQ", "Q=UF"] {
            assert_eq!(decoded(odd), None, "{odd}");
        }
    }
}
