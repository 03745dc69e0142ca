//! What kind of file it is, and how a browser may see it.

use axum::http::{HeaderMap, HeaderValue, header};

/// By the file's extension.
pub(super) fn media_type(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    match extension.as_deref() {
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("gif") => "image/gif",
        Some("bmp") => "image/bmp",
        Some("svg") => "image/svg+xml",
        Some("mp4") => "video/mp4",
        Some("webm") => "video/webm",
        Some("wav") => "audio/wav",
        Some("mp3") => "audio/mpeg",
        Some("flac") => "audio/flac",
        Some("txt") => "text/plain",
        Some("json") => "application/json",
        Some("html" | "htm") => "text/html",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("xml") => "text/xml",
        _ => "application/octet-stream",
    }
}

/// What a browser would run, and so never gets to see as what it is.
fn is_active(kind: &str) -> bool {
    matches!(kind, "text/html" | "text/javascript" | "text/css" | "image/svg+xml" | "text/xml")
}

/// Sets what says how the file is to be taken. What a browser would run is
/// an attachment of no kind; inside `<img>` even SVG cannot run anything.
pub(super) fn label(sent: &mut HeaderMap, name: &str, asked: &HeaderMap) {
    let kind = media_type(name);
    let as_image = asked.get("sec-fetch-dest").is_some_and(|dest| dest == "image");
    let attached = is_active(kind) && !(kind == "image/svg+xml" && as_image);
    let told = if attached { "application/octet-stream" } else { kind };
    sent.insert(header::CONTENT_TYPE, HeaderValue::from_static(told));
    sent.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if is_active(kind) {
        sent.insert(header::VARY, HeaderValue::from_static("Sec-Fetch-Dest"));
        sent.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    name_file(sent, name, if attached { "attachment; " } else { "" });
}

/// Says what the file is called.
pub(super) fn name_file(sent: &mut HeaderMap, name: &str, word: &str) {
    let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
    // A name with control characters cannot be said in a header.
    if let Ok(value) = HeaderValue::from_bytes(format!("{word}filename=\"{quoted}\"").as_bytes()) {
        sent.insert(header::CONTENT_DISPOSITION, value);
    }
}
