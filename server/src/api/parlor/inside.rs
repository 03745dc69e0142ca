//! Files that a job is sent with: by their address, or whole.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
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

/// Hands in, as the caller's, what fields that take files are given in another way, and puts what
/// refers to it in its place.
pub(super) async fn hand_in(
    app: &App,
    (principal, whence): Caller<'_>,
    (workflow, inputs): (&Published, &mut Inputs),
) -> Result<()> {
    for (name, value) in inputs.iter_mut() {
        let kind = workflow.asked(name).map(|(kind, _)| kind);
        if !matches!(kind, Some(FieldKind::Image { .. } | FieldKind::File { .. })) {
            continue;
        }
        let Ok(inside) = Inside::deserialize(&*value) else { continue };
        let refused = |why: String| Error::field(name.clone(), why);
        let content = match inside {
            Inside::Address { url } => {
                let most = app.config.max_upload_bytes() as usize;
                let fetched = app.fetcher.fetch(&url, most).await;
                fetched.map_err(|error| refused(error.to_string()))?
            }
            Inside::Whole { base64 } => decoded(&base64).ok_or_else(|| {
                refused("this is no whole base64: encode the bytes of the file".into())
            })?,
        };
        let brought = uploads::bring(app, (principal, whence.hash), content).await;
        let upload = brought.map_err(|error| match error {
            Error::BadInput { message, .. } => refused(message),
            error => error,
        })?;
        *value = json!({ "upload": upload });
    }
    Ok(())
}

/// Also of a `data:` URL.
fn decoded(text: &str) -> Option<Bytes> {
    let inline = text.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
    let text: String = inline.map_or(text, |(_, text)| text).split_ascii_whitespace().collect();
    BASE64_STANDARD.decode(text).ok().map(Bytes::from)
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
}
