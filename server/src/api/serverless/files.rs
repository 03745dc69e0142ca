//! Files that a graph names by an address, or brings within itself.

use std::collections::HashMap;

use bytes::Bytes;
use comfy::reads::{self, Reads};
use comfy::{Graph, NodeId, validate};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use indexmap::IndexMap;
use wire::OutputId;

use super::order::From;
use crate::api::native::words::{Refused, Result};
use crate::api::parlor::inside::{MOST, decoded, in_data_url};
use crate::api::parlor::uploads;
use crate::error::Error;
use crate::jobs::{KnownFile, Raw};
use crate::objects::{OWN, ObjectError};

const NO_STORE: &str = "there is no object store here: give an https address, base64 or a name, or ask the host to \
     name one with --object-store-endpoint";

/// Shortest text that is taken for the content of a file whatever it says, in characters.
const SHORTEST: usize = 256;

/// How pictures begin that may be shorter.
const PICTURES: [&[u8]; 4] = [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF"];

/// Most that are fetched at once: each is in memory until it is stored.
const AT_ONCE: usize = 4;

/// Files by node and input.
type Files = HashMap<(NodeId, String), KnownFile>;

/// What is to be brought for an input that reads a file.
#[derive(Debug, PartialEq, Eq)]
enum Source<'a> {
    Address(&'a str),
    /// In the object store.
    Object(&'a str),
    Content(Bytes),
}

/// Looks like content, and is damaged.
#[derive(Debug, PartialEq, Eq)]
struct Broken;

/// Hands in, as the caller's, what a graph names by address or holds itself.
///
/// # Errors
///
/// Before anything is fetched, when the graph would be refused whatever is in its files.
pub(super) async fn bring(from: &From, raw: &Raw) -> Result<Files> {
    let definitions = from.app.backends.all_definitions();
    let definitions: Vec<_> = definitions.iter().map(AsRef::as_ref).collect();
    let reads = reads::reads(&raw.graph, &definitions);
    let wanted = wanted(&raw.graph, &reads)?;
    if wanted.is_empty() {
        return Ok(Files::new());
    }
    from.app.jobs.check_graph(raw)?;
    let all: Vec<_> = wanted.into_iter().map(|one| one.known(from)).collect();
    let known: Vec<_> = stream::iter(all).buffered(AT_ONCE).try_collect().await?;
    let place = |read: &Reads| (read.node.clone(), read.input.clone());
    let files = known
        .into_iter()
        .flat_map(|(reads, file)| reads.into_iter().map(move |read| (place(read), file)));
    Ok(files.collect())
}

/// Something that a graph wants brought.
struct Wanted<'a> {
    graph: &'a Graph,
    source: Source<'a>,
    /// Where it is wanted: once at least.
    reads: Vec<&'a Reads>,
}

/// All that is to be brought, each thing once.
fn wanted<'a>(graph: &'a Graph, reads: &'a [Reads]) -> Result<Vec<Wanted<'a>>> {
    let mut places: IndexMap<&str, Vec<&Reads>> = IndexMap::new();
    for read in reads {
        places.entry(&read.value).or_default().push(read);
    }
    let mut wanted = Vec::new();
    for (value, reads) in places {
        let source = source(value);
        let source =
            source.map_err(|Broken| refused((graph, &reads), "this is no whole base64"))?;
        let Some(source) = source else { continue };
        if wanted.len() == MOST {
            let why = format!("more than {MOST} files come with this: hand them in first");
            return Err(refused((graph, &reads), &why));
        }
        wanted.push(Wanted { graph, source, reads });
    }
    Ok(wanted)
}

/// Says why a file cannot be used, where it is wanted first.
fn refused((graph, reads): (&Graph, &[&Reads]), why: &str) -> Refused {
    let Reads { node, input, .. } = reads[0];
    Refused::Graph(validate::file_refused((graph, node, input), why))
}

impl<'a> Wanted<'a> {
    fn refused(&self, why: &str) -> Refused {
        refused((self.graph, &self.reads), why)
    }

    /// The caller's file that it is from here on, and where it is read.
    async fn known(self, from: &From) -> Result<(Vec<&'a Reads>, KnownFile)> {
        let most = from.app.config.max_upload_bytes() as usize;
        let content = match &self.source {
            Source::Content(content) => content.clone(),
            Source::Address(url) => {
                let fetched = from.app.fetcher.fetch(url, most).await;
                fetched.map_err(|error| self.refused(&error.to_string()))?
            }
            Source::Object(address) => match self.object(from, (address, most)).await? {
                Object::Known(file) => return Ok((self.reads, file)),
                Object::New(content) => content,
            },
        };
        let whose = (&from.principal, from.address);
        let upload =
            uploads::bring(&from.app, whose, content).await.map_err(|error| match error {
                Error::BadInput { message, .. } => self.refused(&message),
                error => error.into(),
            })?;
        Ok((self.reads, KnownFile::Upload(upload)))
    }

    async fn object(&self, from: &From, (address, most): (&str, usize)) -> Result<Object> {
        let objects = from.app.objects.as_ref().ok_or_else(|| self.refused(NO_STORE))?;
        let why = |error: ObjectError| self.refused(&error.to_string());
        let name = objects.name(address).map_err(why)?;
        let Some(own) = name.strip_prefix(OWN) else {
            return objects.get(name, most).await.map(Object::New).map_err(why);
        };
        // safety 12: what others made lies there too.
        let id = own.split('.').next().and_then(|id| id.parse().ok()).map(OutputId);
        let id = id.ok_or_else(|| why(ObjectError::Nothing))?;
        let output = from.app.db.find_output(from.principal.id, id).await?;
        let output = output.ok_or_else(|| why(ObjectError::Nothing))?;
        Ok(Object::Known(KnownFile::Made(output.id)))
    }
}

/// What lies in the object store.
enum Object {
    /// Something that the caller made.
    Known(KnownFile),
    New(Bytes),
}

/// `None` is the name of something that the caller handed in before.
fn source(value: &str) -> Result<Option<Source<'_>>, Broken> {
    let scheme = value.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some("http" | "https") => return Ok(Some(Source::Address(value))),
        Some("oss" | "s3") => return Ok(Some(Source::Object(value))),
        _ => (),
    }
    let is_content = in_data_url(value).is_some() || value.len() >= SHORTEST;
    let is_picture = |content: &Bytes| PICTURES.iter().any(|head| content.starts_with(head));
    match decoded(value) {
        Some(content) if is_content || is_picture(&content) => Ok(Some(Source::Content(content))),
        None if is_content => Err(Broken),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_value_is_can_be_told() {
        let long = "QUFB".repeat(100);
        let content = |content: &'static [u8]| Ok(Some(Source::Content(content.into())));
        let address = "https://example.org/a.png";
        let [oss, s3] = ["oss://bucket.endpoint/key", "s3://bucket/key"];
        for (value, expected) in [
            ("photo.png", Ok(None)),
            ("a photo of 3://.png", Ok(None)),
            (address, Ok(Some(Source::Address(address)))),
            (oss, Ok(Some(Source::Object(oss)))),
            (s3, Ok(Some(Source::Object(s3)))),
            ("data:image/png;base64,QUFB", content(b"AAA")),
            ("data:image/png;base64,?", Err(Broken)),
            (&long, Ok(Some(Source::Content(b"AAA".repeat(100).into())))),
            (&long[..299], Err(Broken)),
            ("QUFB", Ok(None)),
            ("iVBORw0KGgo=", content(b"\x89PNG\r\n\x1a\n")),
            ("_9j_", content(b"\xff\xd8\xff")),
            ("R0lGODlh", content(b"GIF89a")),
            ("iVBORw0KGgo.png", Ok(None)),
        ] {
            assert_eq!(source(value), expected, "{value}");
        }
    }
}
