//! An object store that speaks S3, for programs that hand files over there.
//!
//! One bucket, which the configuration names. What leads to an object is a link that was signed
//! here; nothing of the store is told when it fails.

use std::fmt;
use std::time::Duration;

use anyhow::Context as _;
use bytes::{Bytes, BytesMut};
use comfy::client::Trust;
use futures_util::TryStreamExt as _;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use rusty_s3::{Bucket, Credentials, S3Action as _, UrlStyle};
use tokio_util::io::ReaderStream;
use url::Url;
use wire::Millis;

use crate::config::ObjectSettings;

/// What the store may take for one object.
const DEADLINE: Duration = Duration::from_mins(5);

/// How long a link to an object works: a day.
pub(crate) const LINK: Duration = Duration::from_hours(24);

/// Where our own objects lie.
pub(crate) const OWN: &str = "serverless-api-output/";

/// Longest name of an object, in bytes, as S3 has it.
const LONGEST: usize = 1024;

/// Why there is no object of a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ObjectError {
    #[error("only objects of the bucket `{0}` can be read here, such as s3://{0}/photo.png")]
    Elsewhere(String),
    #[error("there is no such object, or the object store does not answer")]
    Nothing,
    #[error("this object is larger than {} MB", .0 >> 20)]
    TooLarge(usize),
}

/// A file on its way to the store.
#[derive(Debug)]
pub(crate) struct NewObject<'a> {
    /// Its name there.
    pub(crate) name: &'a str,
    pub(crate) mime: &'a str,
    pub(crate) file: tokio::fs::File,
    pub(crate) bytes: u64,
}

/// The bucket of the configuration.
pub struct Objects {
    bucket: Bucket,
    credentials: Credentials,
    /// Host, with its port if it has one of its own; as `oss://` addresses name it.
    endpoint: String,
    http: reqwest::Client,
}

impl Objects {
    /// `None` when the configuration names none.
    ///
    /// # Errors
    ///
    /// In words for the person at the terminal.
    pub(crate) async fn configured(settings: &ObjectSettings) -> anyhow::Result<Option<Self>> {
        let ObjectSettings {
            object_store_endpoint: Some(endpoint),
            object_store_bucket: Some(name),
            object_store_key: Some(key),
            object_store_secret_file: Some(file),
            ..
        } = settings
        else {
            return Ok(None);
        };
        let secret = tokio::fs::read_to_string(file).await.with_context(|| {
            format!("the file of --object-store-secret-file, {}, cannot be read", file.display())
        })?;
        let path_style = settings.object_store_path_style;
        let style = if path_style { UrlStyle::Path } else { UrlStyle::VirtualHost };
        let region = settings.object_store_region.clone();
        let bucket = Bucket::new(endpoint.clone(), style, name.clone(), region);
        let bucket = bucket.with_context(|| {
            format!(
                "--object-store-endpoint {endpoint} cannot have a bucket `{name}`; if the name \
                     belongs into the path, say --object-store-path-style"
            )
        })?;
        let trust = if endpoint.scheme() == "https" {
            tokio::task::spawn_blocking(|| Trust::of_this_machine(None)).await??
        } else {
            Trust::nobody()
        };
        let http = comfy::client::builder(&trust).build().context("no client for objects")?;
        let port = endpoint.port().map(|port| format!(":{port}")).unwrap_or_default();
        let endpoint = format!("{}{port}", endpoint.host_str().unwrap_or_default());
        let credentials = Credentials::new(key.clone(), secret.trim().to_owned());
        Ok(Some(Self { bucket, credentials, endpoint, http }))
    }

    /// What distinguishes it from another store.
    pub(crate) fn place(&self) -> String {
        format!("{}/{}", self.endpoint, self.bucket())
    }

    pub(crate) fn region(&self) -> &str {
        self.bucket.region()
    }

    pub(crate) fn bucket(&self) -> &str {
        self.bucket.name()
    }

    /// An address of an object, for whoever has it; and until when it works.
    pub(crate) fn link(&self, name: &str) -> (Url, Millis) {
        let url = self.bucket.get_object(Some(&self.credentials), name).sign(LINK);
        (url, crate::db::now() + LINK.as_millis() as Millis)
    }

    /// Stores an object, in the place of one of this name.
    pub(crate) async fn put(&self, object: NewObject<'_>) -> anyhow::Result<()> {
        let url = self.bucket.put_object(Some(&self.credentials), object.name).sign(DEADLINE);
        let body = reqwest::Body::wrap_stream(ReaderStream::new(object.file));
        let request = self.http.put(url).timeout(DEADLINE).body(body);
        let request = request.header(CONTENT_LENGTH, object.bytes);
        let answer = request.header(CONTENT_TYPE, object.mime).send().await;
        // Not with its address, which is signed.
        let answer = answer.map_err(reqwest::Error::without_url)?.status();
        anyhow::ensure!(answer.is_success(), "the object store answered {answer}");
        Ok(())
    }

    /// The name within the bucket of what `s3://bucket/name` or `oss://bucket.endpoint/name`
    /// stands for.
    ///
    /// # Errors
    ///
    /// [`ObjectError::Elsewhere`], also for names that lead out of the bucket.
    pub(crate) fn name<'a>(&self, address: &'a str) -> Result<&'a str, ObjectError> {
        let elsewhere = || ObjectError::Elsewhere(self.bucket().to_owned());
        let (scheme, rest) = address.split_once("://").ok_or_else(elsewhere)?;
        let (place, name) = rest.split_once('/').ok_or_else(elsewhere)?;
        let own = if scheme.eq_ignore_ascii_case("oss") {
            let rest = place.strip_prefix(self.bucket()).and_then(|rest| rest.strip_prefix('.'));
            rest.is_some_and(|rest| rest.eq_ignore_ascii_case(&self.endpoint))
        } else {
            place == self.bucket()
        };
        // What would be a step in the path of an address is no part of a name here.
        let steps = name.split(['/', '\\']).any(|part| matches!(part, "" | "." | ".."));
        if own && !steps && name.len() <= LONGEST { Ok(name) } else { Err(elsewhere()) }
    }

    /// What is in the object of this name, at most `limit` bytes of it.
    pub(crate) async fn get(&self, name: &str, limit: usize) -> Result<Bytes, ObjectError> {
        self.read(name, limit).await.map_err(|error| {
            tracing::warn!(error = format!("{error:#}"), "an object was not read");
            ObjectError::Nothing
        })?
    }

    async fn read(&self, name: &str, limit: usize) -> anyhow::Result<Result<Bytes, ObjectError>> {
        let url = self.bucket.get_object(Some(&self.credentials), name).sign(DEADLINE);
        let answer = self.http.get(url).timeout(DEADLINE).send().await;
        let answer = answer.and_then(reqwest::Response::error_for_status);
        let mut body = answer.map_err(reqwest::Error::without_url)?.bytes_stream();
        let mut content = BytesMut::new();
        while let Some(piece) = body.try_next().await.map_err(reqwest::Error::without_url)? {
            if content.len() + piece.len() > limit {
                return Ok(Err(ObjectError::TooLarge(limit)));
            }
            content.extend_from_slice(&piece);
        }
        Ok(Ok(content.freeze()))
    }
}

impl fmt::Debug for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Objects").field("bucket", &self.bucket()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn objects(path_style: bool) -> Objects {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        tokio::fs::write(&file, "very-secret\n").await.unwrap();
        let settings = ObjectSettings {
            object_store_endpoint: Some("https://oss.example.org:9000".parse().unwrap()),
            object_store_region: "eu".into(),
            object_store_bucket: Some("pictures".into()),
            object_store_key: Some("key".into()),
            object_store_secret_file: Some(file),
            object_store_path_style: path_style,
        };
        Objects::configured(&settings).await.unwrap().unwrap()
    }

    // safety 12
    #[tokio::test]
    async fn only_objects_of_the_one_bucket_have_names() {
        let objects = objects(true).await;
        for (address, name) in [
            ("s3://pictures/a/photo.png", "a/photo.png"),
            ("S3://pictures/%2e%2e/x", "%2e%2e/x"),
            ("oss://pictures.oss.example.org:9000/photo.png", "photo.png"),
        ] {
            assert_eq!(objects.name(address), Ok(name), "{address}");
        }
        for address in [
            "s3://others/photo.png",
            "s3://pictures/../others/photo.png",
            "s3://pictures/a/./../../others/x",
            "s3://pictures/..\\others\\x",
            "s3://pictures//others/x",
            "s3://pictures/",
            "s3://pictures",
            "oss://pictures.evil.example.org/photo.png",
            "oss://pictures/photo.png",
            "oss://others.oss.example.org:9000/photo.png",
        ] {
            let elsewhere = ObjectError::Elsewhere("pictures".into());
            assert_eq!(objects.name(address), Err(elsewhere), "{address}");
        }
        let name = objects.name("s3://pictures/%2e%2e/x").unwrap();
        assert_eq!(objects.link(name).0.path(), "/pictures/%252e%252e/x");
    }

    // safety 24
    #[tokio::test]
    async fn a_link_is_signed_and_nothing_shows_the_secret() {
        let objects = objects(false).await;
        let (link, _) = objects.link("serverless-api-output/x.png");
        assert_eq!(link.host_str(), Some("pictures.oss.example.org"));
        assert!(link.query().unwrap().contains("X-Amz-Signature="), "{link}");
        assert!(!format!("{objects:?}{link}").contains("very-secret"));
    }
}
