//! An object store beside the house.

use std::path::PathBuf;

use anyhow::ensure;
use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args};
use serde::Serialize;
use url::Url;

use super::shown;
use super::values::http_url;

/// Anything that speaks S3. Without an endpoint there is none.
#[derive(Debug, Clone, Default, Args, Serialize)]
pub struct ObjectSettings {
    /// Object store that speaks S3, such as `https://s3.eu-central-1.amazonaws.com`: results of
    /// the serverless door go there when they are asked for with `output_oss`.
    #[arg(long, env = "PARLOR_OBJECT_STORE_ENDPOINT", value_name = "URL", value_parser = http_url)]
    #[serde(serialize_with = "shown::plainly")]
    pub object_store_endpoint: Option<Url>,

    /// Its region.
    #[arg(
        long,
        env = "PARLOR_OBJECT_STORE_REGION",
        value_name = "NAME",
        default_value = "us-east-1"
    )]
    pub object_store_region: String,

    /// The one bucket that is used. Those who may run graphs can read all of it.
    #[arg(long, env = "PARLOR_OBJECT_STORE_BUCKET", value_name = "NAME")]
    pub object_store_bucket: Option<String>,

    /// Id of the access key.
    #[arg(long, env = "PARLOR_OBJECT_STORE_KEY", value_name = "ID")]
    #[serde(skip)]
    pub object_store_key: Option<String>,

    /// File with the secret of the access key.
    #[arg(long, env = "PARLOR_OBJECT_STORE_SECRET_FILE", value_name = "FILE")]
    #[serde(serialize_with = "shown::plainly")]
    pub object_store_secret_file: Option<PathBuf>,

    /// The bucket stands in the path of addresses, and not before the host.
    #[arg(long, env = "PARLOR_OBJECT_STORE_PATH_STYLE", action = ArgAction::Set, num_args = 0..=1,
          default_value = "false", default_missing_value = "true", require_equals = true,
          value_parser = BoolishValueParser::new())]
    pub object_store_path_style: bool,
}

impl ObjectSettings {
    pub(super) fn check(&self) -> anyhow::Result<()> {
        let needed = [
            ("--object-store-bucket", self.object_store_bucket.is_some()),
            ("--object-store-key", self.object_store_key.is_some()),
            ("--object-store-secret-file", self.object_store_secret_file.is_some()),
        ];
        if self.object_store_endpoint.is_none() {
            let given = needed.iter().find(|(_, given)| *given);
            ensure!(given.is_none(), "say with --object-store-endpoint where the object store is");
            return Ok(());
        }
        for (name, given) in needed {
            ensure!(given, "an object store needs {name} too");
        }
        Ok(())
    }
}
