//! The files of the two programs for browsers, taken into the binary by `build.rs`: the guest's pages
//! and the host's studio.

use std::io::Read;

use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::read::GzDecoder;

/// Changes with every change of the page.
pub const BUILD: &str = env!("PARLOR_BUILD");

/// One file of the page.
#[derive(Debug)]
pub struct Asset {
    /// Relative to the page's base, without a slash in front.
    path: &'static str,
    etag: &'static str,
    /// Left out where `gz` will do.
    plain: Option<&'static [u8]>,
    br: Option<&'static [u8]>,
    gz: Option<&'static [u8]>,
}

/// Sorted by path.
static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/site.rs"));

/// What `crates/openapi` says of the API: the document, and the page of it.
static DOCS: [Asset; 2] = include!(concat!(env!("OUT_DIR"), "/docs.rs"));

/// What guests get.
const PAGE: &str = "index.html";
/// The host's side.
const STUDIO: &str = "studio.html";
/// For names that carry the hash of their content.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");
/// Always ask whether it is still the newest.
const ASK: HeaderValue = HeaderValue::from_static("no-cache");

/// The file at this path, but for the documents, which have addresses of their own.
pub fn find(path: &str) -> Option<&'static Asset> {
    let found = ASSETS.binary_search_by_key(&path, |asset| asset.path).ok()?;
    Some(&ASSETS[found]).filter(|asset| ![PAGE, STUDIO].contains(&asset.path))
}

/// The description of the API.
pub fn description() -> &'static Asset {
    &DOCS[0]
}

/// The same for people.
pub fn documentation() -> &'static Asset {
    &DOCS[1]
}

impl Asset {
    /// In the smallest form the browser reads.
    pub fn respond(&'static self, request: &HeaderMap) -> Response {
        let (content, encoding) = match (self.br, self.gz) {
            (Some(content), _) if accepts(request, "br") => (Some(content), Some("br")),
            (_, Some(content)) if accepts(request, "gzip") => (Some(content), Some("gzip")),
            _ => (self.plain, None),
        };
        let mut headers = self.headers();
        if self.br.is_some() || self.gz.is_some() {
            headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        }
        if let Some(encoding) = encoding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        if is_known(request, self.etag) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        (headers, content.map_or_else(|| self.unpacked(), Bytes::from_static)).into_response()
    }

    fn headers(&self) -> HeaderMap {
        let cache = match self.path.split_once('/') {
            Some(("assets", _)) => FOREVER,
            Some(("docs", _)) => ASK,
            _ => AN_HOUR,
        };
        let about = [
            (CONTENT_TYPE, HeaderValue::from_static(mime(self.path))),
            (ETAG, HeaderValue::from_static(self.etag)),
            (CACHE_CONTROL, cache),
        ];
        about.into_iter().collect()
    }

    /// With `to` in the place of `from`: where a house is not at the root of its address.
    pub fn respond_with(&'static self, (from, to): (&str, &str), request: &HeaderMap) -> Response {
        if from == to || is_known(request, self.etag) {
            return self.respond(request);
        }
        let text = self.text().replace(from, to);
        (self.headers(), text).into_response()
    }

    /// Of a file that is text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.plain.map_or_else(|| self.unpacked(), Bytes::from_static))
            .into()
    }

    /// Every browser reads gzip; for whoever does not, it is unpacked anew each time.
    fn unpacked(&self) -> Bytes {
        let mut content = Vec::new();
        let mut packed = GzDecoder::new(self.gz.unwrap_or_default());
        packed.read_to_end(&mut content).expect("it was packed when the page was built");
        content.into()
    }
}

/// The HTML document of a program, the same for each of its pages.
#[derive(Debug, Clone)]
pub struct Document {
    html: Bytes,
    etag: HeaderValue,
}

impl Document {
    /// That of the guest's pages, with its links relative to `base_path`, which ends with a slash.
    ///
    /// # Errors
    ///
    /// When the binary was built from a folder without it.
    pub fn page(base_path: &str) -> anyhow::Result<Self> {
        Self::read(PAGE, base_path)
    }

    /// The same of the host's studio.
    ///
    /// # Errors
    ///
    /// When the binary was built from a folder without it.
    pub fn studio(base_path: &str) -> anyhow::Result<Self> {
        Self::read(STUDIO, base_path)
    }

    fn read(name: &str, base_path: &str) -> anyhow::Result<Self> {
        let asset = ASSETS.iter().find(|asset| asset.path == name);
        let html =
            asset.map(|asset| std::str::from_utf8(asset.plain.unwrap_or_default())).transpose()?;
        let html = html.ok_or_else(|| anyhow::anyhow!("the binary was built without {name}"))?;
        let html = html.replace(r#"<base href="/">"#, &format!(r#"<base href="{base_path}">"#));
        let etag = format!("\"{}\"", &blake3::hash(html.as_bytes()).to_hex()[..20]);
        Ok(Self { html: html.into(), etag: HeaderValue::from_str(&etag)? })
    }

    /// As one of its pages with this status.
    pub fn respond(&self, status: StatusCode, request: &HeaderMap) -> Response {
        let etag = self.etag.to_str().unwrap_or_default();
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (CACHE_CONTROL, ASK),
            (ETAG, self.etag.clone()),
        ];
        if status == StatusCode::OK && is_known(request, etag) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        (status, headers, self.html.clone()).into_response()
    }

    /// As an embedded page that finds its visitor's token in itself, since a
    /// frame in somebody else's site may get no cookie.
    pub fn respond_embedded(&self, token: &str) -> Response {
        let html = String::from_utf8_lossy(&self.html);
        let meta = format!("<meta name=\"parlor-visitor\" content=\"{token}\">\n</head>");
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        (headers, html.replacen("</head>", &meta, 1)).into_response()
    }
}

/// Whether the browser already holds this version.
pub fn is_known(request: &HeaderMap, etag: &str) -> bool {
    let lines = request.get_all(IF_NONE_MATCH).into_iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(','))
        .map(|known| known.trim().trim_start_matches("W/"))
        .any(|known| known == etag || known == "*")
}

fn accepts(request: &HeaderMap, encoding: &str) -> bool {
    let lines = request.get_all(ACCEPT_ENCODING).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|item| {
        let (name, weight) = item.split_once(';').unwrap_or((item, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        name.trim() == encoding && !refused
    })
}

/// What a file of a page is, by its name.
pub(crate) fn mime(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        "json" => "application/json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    static SCRIPT: Asset = Asset {
        path: "assets/app-1234.js",
        etag: "\"abc\"",
        plain: None,
        br: Some(b"br"),
        gz: Some(b"gz"),
    };

    fn respond(name: axum::http::HeaderName, value: &'static str) -> Response {
        let headers = [(name, HeaderValue::from_static(value))].into_iter().collect();
        SCRIPT.respond(&headers)
    }

    #[test]
    fn the_smallest_form_a_browser_reads_is_sent() {
        for (accepted, sent) in
            [("gzip, deflate, br", Some("br")), ("gzip;q=1.0, br;q=0", Some("gzip"))]
        {
            let response = respond(ACCEPT_ENCODING, accepted);
            let encoding = response.headers().get(CONTENT_ENCODING).map(|v| v.to_str().unwrap());
            assert_eq!(encoding, sent, "{accepted}");
            assert_eq!(response.headers()[CACHE_CONTROL], FOREVER);
        }
    }

    #[tokio::test]
    async fn what_is_in_the_binary_packed_only_is_unpacked_for_whoever_asks() {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(b"plain").unwrap();
        let packed: &'static [u8] = packed.finish().unwrap().leak();
        let asset: &'static Asset = Box::leak(Box::new(Asset { gz: Some(packed), ..SCRIPT }));
        let response = asset.respond(&HeaderMap::new());
        assert!(!response.headers().contains_key(CONTENT_ENCODING));
        let content = axum::body::to_bytes(response.into_body(), 1_000).await.unwrap();
        assert_eq!(content, "plain");
    }

    #[test]
    fn what_the_browser_holds_is_not_sent_again() {
        let response = respond(IF_NONE_MATCH, "\"x\", W/\"abc\"");
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn the_document_knows_where_it_lives() {
        for document in [Document::page("/art/"), Document::studio("/art/")] {
            let html = document.unwrap().html;
            assert!(String::from_utf8_lossy(&html).contains(r#"<base href="/art/">"#));
        }
    }
}
