//! Files that a graph names by an address, or brings within itself.

use std::collections::HashMap;

use bytes::Bytes;
use comfy::{Graph, NodeId, reads, validate};
use wire::OutputId;

use super::order::From;
use crate::api::native::words::{Refused, Result};
use crate::api::parlor::inside::{decoded, in_data_url};
use crate::api::parlor::uploads;
use crate::jobs::KnownFile;
use crate::objects::{OWN, ObjectError};

const NO_STORE: &str = "there is no object store here: give an https address, base64 or a name, or ask the host to \
     name one with --object-store-endpoint";

/// Shortest text that is taken for the content of a file whatever it says, in characters.
const SHORTEST: usize = 256;

/// How pictures begin that may be shorter.
const PICTURES: [&[u8]; 4] = [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF"];

/// Files by node and input.
type Files = HashMap<(NodeId, String), KnownFile>;

/// What the value of an input that reads a file is.
#[derive(Debug, PartialEq, Eq)]
enum Source<'a> {
    /// Something that the caller handed in before.
    Name,
    Address(&'a str),
    /// In the object store.
    Object(&'a str),
    Content(Bytes),
    /// Looks like content, and is damaged.
    Broken,
}

/// Hands in, as the caller's, what a graph names by address or holds itself.
pub(super) async fn bring(from: &From, graph: &Graph) -> Result<Files> {
    let definitions = from.app.backends.all_definitions();
    let definitions: Vec<_> = definitions.iter().map(AsRef::as_ref).collect();
    let mut files = Files::new();
    for one in reads::reads(graph, &definitions) {
        let refused =
            |why: &str| Refused::Graph(validate::file_refused((graph, &one.node, &one.input), why));
        let content = match found(from, &one.value, &refused).await? {
            Found::Name => continue,
            Found::Known(file) => {
                files.insert((one.node.clone(), one.input.clone()), file);
                continue;
            }
            Found::New(content) => content,
        };
        let whose = (&from.principal, from.address);
        let upload =
            uploads::bring(&from.app, whose, content).await.map_err(|error| match error {
                crate::error::Error::BadInput { message, .. } => refused(&message),
                error => error.into(),
            })?;
        files.insert((one.node.clone(), one.input.clone()), KnownFile::Upload(upload));
    }
    Ok(files)
}

/// What a value stands for.
enum Found {
    /// Something that the caller handed in before.
    Name,
    /// Something of the caller's.
    Known(KnownFile),
    New(Bytes),
}

/// Says why a file cannot be used.
type Refusing<'a> = &'a (dyn Fn(&str) -> Refused + Sync);

async fn found(from: &From, value: &str, refused: Refusing<'_>) -> Result<Found> {
    let most = from.app.config.max_upload_bytes() as usize;
    match source(value) {
        Source::Name => Ok(Found::Name),
        Source::Broken => Err(refused("this is no whole base64")),
        Source::Content(content) => Ok(Found::New(content)),
        Source::Address(url) => {
            let fetched = from.app.fetcher.fetch(url, most).await;
            fetched.map(Found::New).map_err(|error| refused(&error.to_string()))
        }
        Source::Object(address) => {
            let objects = from.app.objects.as_ref().ok_or_else(|| refused(NO_STORE))?;
            let why = |error: ObjectError| refused(&error.to_string());
            let name = objects.name(address).map_err(why)?;
            let Some(own) = name.strip_prefix(OWN) else {
                return objects.get(name, most).await.map(Found::New).map_err(why);
            };
            // safety 12: what others made lies there too.
            let id = own.split('.').next().and_then(|id| id.parse().ok()).map(OutputId);
            let id = id.ok_or_else(|| why(ObjectError::Nothing))?;
            let output = from.app.db.find_output(from.principal.id, id).await?;
            let output = output.ok_or_else(|| why(ObjectError::Nothing))?;
            Ok(Found::Known(KnownFile::Made(output.id)))
        }
    }
}

fn source(value: &str) -> Source<'_> {
    let scheme = value.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some("http" | "https") => return Source::Address(value),
        Some("oss" | "s3") => return Source::Object(value),
        _ => (),
    }
    let is_content = in_data_url(value).is_some() || value.len() >= SHORTEST;
    let is_picture = |content: &Bytes| PICTURES.iter().any(|head| content.starts_with(head));
    match decoded(value) {
        Some(content) if is_content || is_picture(&content) => Source::Content(content),
        None if is_content => Source::Broken,
        _ => Source::Name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_value_is_can_be_told() {
        let long = "QUFB".repeat(100);
        for (value, expected) in [
            ("photo.png", Source::Name),
            ("a photo of 3://.png", Source::Name),
            ("https://example.org/a.png", Source::Address("https://example.org/a.png")),
            ("oss://bucket.endpoint/key", Source::Object("oss://bucket.endpoint/key")),
            ("s3://bucket/key", Source::Object("s3://bucket/key")),
            ("data:image/png;base64,QUFB", Source::Content("AAA".into())),
            ("data:image/png;base64,?", Source::Broken),
            (&long, Source::Content(b"AAA".repeat(100).into())),
            (&long[..299], Source::Broken),
            ("QUFB", Source::Name),
            ("iVBORw0KGgo=", Source::Content((&b"\x89PNG\r\n\x1a\n"[..]).into())),
            ("_9j_", Source::Content((&b"\xff\xd8\xff"[..]).into())),
            ("R0lGODlh", Source::Content("GIF89a".into())),
            ("iVBORw0KGgo.png", Source::Name),
        ] {
            assert_eq!(source(value), expected, "{value}");
        }
    }
}
