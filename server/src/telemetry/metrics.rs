//! The figures at `/metrics`, in the OpenMetrics text format.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use wire::JobStatus;

/// Every figure; cheap to update from anywhere.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    durations: Family<Route, Histogram>,
    viewers: Gauge,
    connections: Gauge,
    jobs: Family<Status, Gauge>,
    backends: Family<Backend, Gauge>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: String,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Status {
    status: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Backend {
    backend: String,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("parlor");
        let requests = Family::default();
        let durations = Family::new_with_constructor(
            // 0.5 ms to about 8 s
            (|| Histogram::new(exponential_buckets(0.0005, 2.0, 15))) as fn() -> Histogram,
        );
        let (viewers, connections) = (Gauge::default(), Gauge::default());
        let (jobs, backends) = (Family::default(), Family::default());
        registry.register("http_requests", "Requests answered", Family::clone(&requests));
        registry.register_with_unit(
            "http_request_duration",
            "Time from the head of a request to the head of its answer",
            Unit::Seconds,
            Family::clone(&durations),
        );
        registry.register("viewers", "Open live connections", Gauge::clone(&viewers));
        registry.register("connections", "Open TCP connections", Gauge::clone(&connections));
        registry.register("jobs", "Jobs by status", Family::clone(&jobs));
        registry.register(
            "backend_up",
            "1 when the backend takes work, else 0",
            Family::clone(&backends),
        );
        Self { registry, requests, durations, viewers, connections, jobs, backends }
    }
}

impl Metrics {
    /// Counts one answered request.
    pub fn request(&self, method: &Method, route: String, status: StatusCode, took: Duration) {
        // Methods can be invented by callers; series must not be.
        const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
        let known = KNOWN.contains(&method.as_str());
        let method = if known { method.as_str() } else { "other" }.to_owned();
        self.durations.get_or_create(&Route { route: route.clone() }).observe(took.as_secs_f64());
        self.requests.get_or_create(&Answered { method, route, status: status.as_u16() }).inc();
    }

    /// One more viewer, until the guard is dropped.
    pub fn viewing(&self) -> Counted {
        Counted::new(self.viewers.clone())
    }

    /// One more connection, until the guard is dropped.
    pub fn connected(&self) -> Counted {
        Counted::new(self.connections.clone())
    }

    /// How many jobs have this status.
    pub fn set_jobs(&self, status: JobStatus, count: u64) {
        // The names of the API are the names here.
        let status = serde_json::to_value(status).unwrap_or_default();
        let status = status.as_str().unwrap_or_default().to_owned();
        self.jobs.get_or_create(&Status { status }).set(count as i64);
    }

    /// Whether the backend of this name takes work.
    pub fn set_backend(&self, name: &str, open: bool) {
        self.backends.get_or_create(&Backend { backend: name.to_owned() }).set(open.into());
    }

    /// Everything, as Prometheus reads it.
    pub fn render(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// Counts itself while it lives.
#[derive(Debug)]
pub struct Counted(Gauge<i64>);

impl Counted {
    fn new(gauge: Gauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_viewer_counts_while_it_is_there() {
        let metrics = Metrics::default();
        let viewing = metrics.viewing();
        assert!(metrics.render().unwrap().contains("parlor_viewers 1"));
        drop(viewing);
        assert!(metrics.render().unwrap().contains("parlor_viewers 0"));
    }

    #[test]
    fn invented_methods_make_no_new_series() {
        let metrics = Metrics::default();
        for name in ["BREW", "WHEN"] {
            let method = Method::from_bytes(name.as_bytes()).unwrap();
            metrics.request(&method, "none".into(), StatusCode::OK, Duration::ZERO);
        }
        let text = metrics.render().unwrap();
        assert!(text.contains(r#"method="other",route="none",status="200"} 2"#), "{text}");
    }
}
