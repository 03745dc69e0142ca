//! Stored files as HTTP answers: ranges, caching, and nothing that runs.

use std::ops::RangeInclusive;

use anyhow::Context;
use axum::body::Body;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_RANGE, RANGE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::{Error, Result};
use crate::files::{self, Files, Hash, Thumb, ThumbWidth, may_be_shown};
use crate::site::is_known;

/// Content never changes under its address; only its owner may keep it.
const FOREVER: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");
/// Whatever the file is, it runs nothing and reaches nothing.
const SANDBOX: HeaderValue = HeaderValue::from_static("sandbox; default-src 'none'");
/// What a file name may contain in `filename*` (RFC 8187).
const KEPT_IN_NAMES: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A stored file and what it is shown as.
pub(in crate::api) struct Content<'a> {
    pub(in crate::api) hash: Hash,
    pub(in crate::api) mime: &'a str,
    pub(in crate::api) name: &'a str,
}

/// To be shown, if it is of a kind that may be; else saved.
pub(in crate::api) async fn serve(
    files: &Files,
    content: &Content<'_>,
    request: &HeaderMap,
) -> Result<Response> {
    let disposition = if may_be_shown(content.mime) { "inline" } else { "attachment" };
    respond(files, content, (disposition, request)).await
}

/// To be saved.
pub(super) async fn save(
    files: &Files,
    content: &Content<'_>,
    request: &HeaderMap,
) -> Result<Response> {
    respond(files, content, ("attachment", request)).await
}

/// A small version of a picture.
pub(in crate::api) fn thumbnail(
    hash: Hash,
    width: ThumbWidth,
    thumb: Thumb,
    request: &HeaderMap,
) -> Response {
    let etag = format!("\"{hash}-{}\"", width.pixels());
    let mut headers = immutable(thumb.mime, &etag);
    if is_known(request, &etag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    (headers, thumb.content).into_response()
}

async fn respond(
    files: &Files,
    content: &Content<'_>,
    (disposition, request): (&str, &HeaderMap),
) -> Result<Response> {
    let etag = format!("\"{}\"", content.hash);
    let mut headers = immutable(content.mime, &etag);
    if is_known(request, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let sending = files
        .sending(content.hash)
        .await
        .context("a stored file cannot be opened")?
        .ok_or(Error::NotFound("file"))?;
    let length = sending.length();
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(CONTENT_DISPOSITION, disposed(disposition, content.name));

    let part = match part(request, &etag, length) {
        Part::Whole => {
            headers.insert(CONTENT_LENGTH, length.into());
            return Ok((headers, body(sending.part(0..length))).into_response());
        }
        Part::Beyond => return Err(Error::Range { length }),
        Part::Of(part) => part,
    };
    let range = format!("bytes {}-{}/{length}", part.start(), part.end());
    headers
        .insert(CONTENT_RANGE, HeaderValue::from_str(&range).expect("digits are a header value"));
    let part = *part.start()..part.end() + 1;
    headers.insert(CONTENT_LENGTH, (part.end - part.start).into());
    Ok((StatusCode::PARTIAL_CONTENT, headers, body(sending.part(part))).into_response())
}

fn body(part: files::Part) -> Body {
    match part {
        files::Part::Whole(content) => content.into(),
        files::Part::Pieces(pieces) => Body::from_stream(pieces),
    }
}

fn immutable(mime: &str, etag: &str) -> HeaderMap {
    let value = |text: &str| HeaderValue::from_str(text);
    let unknown = HeaderValue::from_static("application/octet-stream");
    [
        (CONTENT_TYPE, value(mime).unwrap_or(unknown)),
        (ETAG, value(etag).expect("hex digits are a header value")),
        (CACHE_CONTROL, FOREVER),
        (CONTENT_SECURITY_POLICY, SANDBOX),
    ]
    .into_iter()
    .collect()
}

/// The name twice: for old programs in ASCII, for all others as it is.
fn disposed(disposition: &str, name: &str) -> HeaderValue {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ');
    let ascii: String = name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    let full = utf8_percent_encode(name, KEPT_IN_NAMES);
    let text = format!("{disposition}; filename=\"{ascii}\"; filename*=UTF-8''{full}");
    HeaderValue::from_str(&text).expect("both names are printable ASCII")
}

/// Which part of a file is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Whole,
    Of(RangeInclusive<u64>),
    /// None of it exists.
    Beyond,
}

/// One range; a request for several, or one we do not understand, gets the
/// whole file, as RFC 9110 allows.
fn part(request: &HeaderMap, etag: &str, length: u64) -> Part {
    let text = |name| request.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if text(IF_RANGE).is_some_and(|known| known != etag) {
        return Part::Whole;
    }
    let Some((first, last)) = text(RANGE)
        .and_then(|range| range.strip_prefix("bytes="))
        .and_then(|range| range.trim().split_once('-'))
    else {
        return Part::Whole;
    };
    match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first > last => Part::Whole,
        (Ok(first), _) if first >= length => Part::Beyond,
        (Ok(first), Ok(last)) => Part::Of(first..=last.min(length - 1)),
        (Ok(first), Err(_)) if last.is_empty() => Part::Of(first..=length - 1),
        (Err(_), Ok(0)) if first.is_empty() => Part::Beyond,
        (Err(_), Ok(_)) if first.is_empty() && length == 0 => Part::Beyond,
        (Err(_), Ok(last)) if first.is_empty() => {
            Part::Of(length.saturating_sub(last)..=length - 1)
        }
        _ => Part::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(range: &str) -> Part {
        let headers = [(RANGE, range.parse().unwrap())].into_iter().collect();
        part(&headers, "\"x\"", 10)
    }

    #[test]
    fn ranges_are_cut_to_the_file() {
        assert_eq!(asked("bytes=0-3"), Part::Of(0..=3));
        assert_eq!(asked("bytes=5-"), Part::Of(5..=9));
        assert_eq!(asked("bytes=5-99"), Part::Of(5..=9));
        assert_eq!(asked("bytes=-4"), Part::Of(6..=9));
        assert_eq!(asked("bytes=-99"), Part::Of(0..=9));
        assert_eq!(asked("bytes=10-"), Part::Beyond);
        assert_eq!(asked("bytes=-0"), Part::Beyond);
    }

    #[test]
    fn what_is_no_single_range_gets_the_whole_file() {
        for range in ["bytes=0-1,3-4", "bytes=4-2", "bytes=a-b", "lines=1-2", "bytes=--1"] {
            assert_eq!(asked(range), Part::Whole, "{range}");
        }
    }

    #[test]
    fn a_range_of_another_version_is_the_whole_file() {
        let headers = [(RANGE, "bytes=0-3".parse().unwrap()), (IF_RANGE, "\"y\"".parse().unwrap())];
        assert_eq!(part(&headers.into_iter().collect(), "\"x\"", 10), Part::Whole);
    }

    // safety 24
    #[test]
    fn no_name_can_break_out_of_its_header() {
        let header = disposed("attachment", "a\"; x=\r\n写.png");
        let header = header.to_str().unwrap();
        assert!(
            header.starts_with("attachment; filename=\"a__ x____.png\"; filename*=UTF-8''"),
            "{header}"
        );
    }
}
