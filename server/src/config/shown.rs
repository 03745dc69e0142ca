//! Settings as the owner is told them: as they would stand in `parlor.toml`, without what is secret.

use std::path::PathBuf;

use axum::http::HeaderName;
use ipnet::IpNet;
use serde::{Serialize, Serializer};
use serde_json::Value;
use url::Url;

use super::{Alias, BackendAddress, Origin, PublicUrl};

/// A setting that serde does not know, or knows too well.
pub(super) trait Shown {
    fn shown(&self) -> Value;
}

/// For `#[serde(serialize_with)]`.
pub(super) fn plainly<T: Shown, S: Serializer>(setting: &T, to: S) -> Result<S::Ok, S::Error> {
    setting.shown().serialize(to)
}

/// The same for addresses whose path may be a secret.
pub(super) fn sites<S: Serializer>(addresses: &[Url], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(addresses.iter().map(|url| url.origin().ascii_serialization()))
}

impl<T: Shown> Shown for Option<T> {
    fn shown(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::shown)
    }
}

impl<T: Shown> Shown for Vec<T> {
    fn shown(&self) -> Value {
        self.iter().map(T::shown).collect()
    }
}

impl Shown for PathBuf {
    fn shown(&self) -> Value {
        self.display().to_string().into()
    }
}

impl Shown for Url {
    fn shown(&self) -> Value {
        let origin = self.origin().ascii_serialization();
        format!("{origin}{}", self.path()).into()
    }
}

impl Shown for BackendAddress {
    fn shown(&self) -> Value {
        match (&self.name, self.url.shown()) {
            (Some(name), Value::String(url)) => format!("{name}={url}").into(),
            (_, url) => url,
        }
    }
}

impl Shown for Alias {
    fn shown(&self) -> Value {
        format!("{}={}", self.name, self.workflow).into()
    }
}

impl Shown for Origin {
    fn shown(&self) -> Value {
        self.as_str().into()
    }
}

impl Shown for PublicUrl {
    fn shown(&self) -> Value {
        self.to_string().into()
    }
}

impl Shown for IpNet {
    fn shown(&self) -> Value {
        self.to_string().into()
    }
}

impl Shown for HeaderName {
    fn shown(&self) -> Value {
        self.as_str().into()
    }
}
