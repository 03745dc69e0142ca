//! Files as they are, in part, or only if they have changed.

use std::io::SeekFrom;
use std::ops::Range;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use crate::api::error::{Error, Result};

/// What tells one version of a file from another.
struct Version {
    length: u64,
    etag: String,
    modified: String,
}

/// The file as it is, or a part of it, or word that it has not changed.
pub(super) async fn send(path: &Path, asked: &HeaderMap) -> Result<Response> {
    let missing = |_| Error::Status(StatusCode::NOT_FOUND);
    let mut file = File::open(path).await.map_err(missing)?;
    let version = Version::of(&file).await.map_err(missing)?;
    if version.is_known(asked) {
        return Ok((StatusCode::NOT_MODIFIED, version.headers()).into_response());
    }
    let whole = 0..version.length;
    let (status, sent) =
        match text(asked, header::RANGE).map(|range| parse_range(range, version.length)) {
            None | Some(Asked::Nothing) => (StatusCode::OK, whole),
            Some(Asked::Part(part)) => (StatusCode::PARTIAL_CONTENT, part),
            Some(Asked::Beyond) => {
                let range = [(header::CONTENT_RANGE, format!("bytes */{}", version.length))];
                return Ok((StatusCode::RANGE_NOT_SATISFIABLE, range).into_response());
            }
        };
    file.seek(SeekFrom::Start(sent.start)).await.map_err(missing)?;
    let length = [(header::CONTENT_LENGTH, sent.end - sent.start)];
    let body = Body::from_stream(ReaderStream::new(file.take(sent.end - sent.start)));
    if status == StatusCode::OK {
        return Ok((version.headers(), length, body).into_response());
    }
    let range = format!("bytes {}-{}/{}", sent.start, sent.end - 1, version.length);
    Ok((status, version.headers(), length, [(header::CONTENT_RANGE, range)], body).into_response())
}

impl Version {
    async fn of(file: &File) -> std::io::Result<Self> {
        let facts = file.metadata().await?;
        let age = facts.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(Self {
            length: facts.len(),
            etag: format!("\"{:x}-{:x}\"", age.as_nanos(), facts.len()),
            modified: http_date(UNIX_EPOCH + age),
        })
    }

    fn headers(&self) -> [(HeaderName, String); 3] {
        [
            (header::ETAG, self.etag.clone()),
            (header::LAST_MODIFIED, self.modified.clone()),
            (header::ACCEPT_RANGES, "bytes".into()),
        ]
    }

    /// Whether the client has this version already.
    fn is_known(&self, asked: &HeaderMap) -> bool {
        match text(asked, header::IF_NONE_MATCH) {
            Some("*") => true,
            Some(tags) => {
                tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == self.etag)
            }
            None => text(asked, header::IF_MODIFIED_SINCE) == Some(&self.modified),
        }
    }
}

/// What a `Range` header comes to.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    /// Nothing that is understood; it is to be ignored.
    Nothing,
    Part(Range<u64>),
    /// Something that lies outside the file.
    Beyond,
}

/// The one range that is asked for.
fn parse_range(text: &str, length: u64) -> Asked {
    match bounds(text, length) {
        None => Asked::Nothing,
        Some(range) if range.is_empty() => Asked::Beyond,
        Some(range) => Asked::Part(range),
    }
}

fn bounds(text: &str, length: u64) -> Option<Range<u64>> {
    let (start, end) = text.strip_prefix("bytes=")?.split_once('-')?;
    if start.is_empty() {
        return Some(length.saturating_sub(end.parse().ok()?)..length);
    }
    let last = if end.is_empty() { u64::MAX } else { end.parse().ok()? };
    Some(start.parse().ok()?..last.saturating_add(1).min(length))
}

fn http_date(time: SystemTime) -> String {
    let time = jiff::Timestamp::try_from(time).unwrap_or_default();
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_understood_in_its_three_forms() {
        assert_eq!(parse_range("bytes=0-99", 1000), Asked::Part(0..100));
        assert_eq!(parse_range("bytes=900-", 1000), Asked::Part(900..1000));
        assert_eq!(parse_range("bytes=-100", 1000), Asked::Part(900..1000));
        assert_eq!(parse_range("bytes=0-5000", 1000), Asked::Part(0..1000));
        assert_eq!(parse_range("bytes=5000-", 1000), Asked::Beyond);
        assert_eq!(parse_range("bytes=-0", 1000), Asked::Beyond);
        for ignored in ["bytes=0-1,5-6", "lines=0-1", "bytes=x-y", ""] {
            assert_eq!(parse_range(ignored, 1000), Asked::Nothing, "{ignored}");
        }
    }

    #[test]
    fn dates_are_written_as_http_wants_them() {
        assert_eq!(http_date(UNIX_EPOCH), "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
