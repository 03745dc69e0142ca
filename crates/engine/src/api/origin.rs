//! Keeping other sites' pages out: ComfyUI protocol notes §13.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Refuses what a browser sends from another site. Answers `OPTIONS` otherwise.
pub(super) async fn check(request: Request, next: Next) -> Response {
    if is_foreign(request.headers()) {
        return StatusCode::FORBIDDEN.into_response();
    }
    if request.method() == Method::OPTIONS {
        return StatusCode::OK.into_response();
    }
    next.run(request).await
}

fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if text(header::HeaderName::from_static("sec-fetch-site")) == Some("cross-site") {
        return true;
    }
    let (Some(host), Some(origin)) = (text(header::HOST), text(header::ORIGIN)) else {
        return false;
    };
    let (Some(host), Some(origin)) = (authority(&format!("http://{host}")), authority(origin))
    else {
        return false;
    };
    let ports_differ = host.1.zip(origin.1).is_some_and(|(host, origin)| host != origin);
    is_loopback(&host.0) && (host.0 != origin.0 || ports_differ)
}

/// Host in lower case, and port. `None` for `null` and the like.
fn authority(url: &str) -> Option<(String, Option<u16>)> {
    let uri = url.parse::<Uri>().ok().filter(|uri| uri.scheme().is_some())?;
    Some((uri.host()?.to_ascii_lowercase(), uri.port_u16()))
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn foreign(pairs: &[(&'static str, &str)]) -> bool {
        let headers = pairs
            .iter()
            .map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap()));
        is_foreign(&headers.collect())
    }

    #[test]
    fn pages_of_other_sites_are_foreign_and_clients_are_not() {
        assert!(foreign(&[("sec-fetch-site", "cross-site")]));
        assert!(foreign(&[("host", "127.0.0.1:8188"), ("origin", "http://evil.example")]));
        assert!(foreign(&[("host", "127.0.0.1:8188"), ("origin", "http://127.0.0.1:9999")]));
        assert!(foreign(&[("host", "127.0.0.1:8188"), ("origin", "http://localhost:8188")]));
        assert!(!foreign(&[("host", "127.0.0.1:8188")]));
        assert!(!foreign(&[("host", "127.0.0.1:8188"), ("origin", "http://127.0.0.1:8188")]));
        assert!(!foreign(&[("host", "127.0.0.1:8188"), ("origin", "null")]));
        assert!(!foreign(&[("host", "pictures.example"), ("origin", "http://other.example")]));
    }
}
