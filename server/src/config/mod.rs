//! Every setting, with its default, its name in the environment and its
//! meaning.
//!
//! A setting is a flag (`--max-upload-mb 50`), a variable
//! (`PARLOR_MAX_UPLOAD_MB=50`) or a line of `parlor.toml`
//! (`max_upload_mb = 50`); the first of these that is given counts. What may be
//! given several times is a list in the file (`backends = ["…"]`). Dangerous
//! combinations are refused at start.

mod file;
mod graphs;
mod limits;
mod objects;
mod oidc;
mod shown;
mod values;
mod webhooks;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use axum::http::HeaderName;
use clap::builder::BoolishValueParser;
use clap::{ArgAction, CommandFactory, FromArgMatches, Parser};
use ipnet::IpNet;
use serde::Serialize;

use crate::cli::Command;

pub use graphs::GraphSettings;
pub use limits::{Allowance, LimitSettings};
pub use objects::ObjectSettings;
pub use oidc::OidcSettings;
pub use values::{Alias, BackendAddress, Door, Origin, PublicUrl};
pub use webhooks::WebhookSettings;

/// The settings file of the working folder.
const SETTINGS: &str = "parlor.toml";

/// Parlor: the room where guests meet your ComfyUI.
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
#[derive(Debug, Clone, Parser, Serialize)]
#[command(name = "parlor", version, max_term_width = 100)]
pub struct Config {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, env = "PARLOR_LISTEN", value_name = "IP:PORT", default_value = "127.0.0.1:8787")]
    pub listen: SocketAddr,

    /// Folder for the database and the pictures; made when missing.
    #[arg(long, env = "PARLOR_DATA", value_name = "DIR", default_value_os_t = values::default_data())]
    #[serde(serialize_with = "shown::plainly")]
    pub data: PathBuf,

    /// A ComfyUI server, as URL or NAME=URL; guests see the name, never the
    /// URL. May be given several times. Without one, Parlor starts its own
    /// demo engine.
    #[arg(long = "backend", env = "PARLOR_BACKEND", value_name = "URL", value_delimiter = ',')]
    #[serde(serialize_with = "shown::plainly")]
    pub backends: Vec<BackendAddress>,

    /// File with certificates (PEM) of authorities that vouch for backends
    /// behind https, besides those that this machine trusts.
    #[arg(long, env = "PARLOR_BACKEND_CA", value_name = "FILE")]
    #[serde(serialize_with = "shown::plainly")]
    pub backend_ca: Option<PathBuf>,

    /// File with settings; `parlor.toml` of the working folder when there is one.
    #[arg(long, env = "PARLOR_CONFIG", value_name = "FILE")]
    #[serde(serialize_with = "shown::plainly")]
    pub config: Option<PathBuf>,

    /// Name of the house, shown in the top bar.
    #[arg(long, env = "PARLOR_NAME", default_value = "Parlor")]
    pub name: String,

    /// Whether people without an account are let in, as guests: `--open` or
    /// `--open=false`. Must be said by a house that more than this machine can
    /// reach. One that only this machine can is open, and whoever comes from
    /// this machine is its owner.
    #[arg(long, env = "PARLOR_OPEN", action = ArgAction::Set, num_args = 0..=1,
          default_missing_value = "true", require_equals = true,
          value_parser = BoolishValueParser::new())]
    pub open: Option<bool>,

    /// The address people type when a proxy stands before Parlor, such as
    /// `https://art.example.org` or `https://example.org/art`. Other host
    /// names are then refused, and `https` makes cookies secure.
    #[arg(long, env = "PARLOR_PUBLIC_URL", value_name = "URL")]
    #[serde(serialize_with = "shown::plainly")]
    pub public_url: Option<PublicUrl>,

    /// Network of proxies whose `X-Forwarded-For` is believed.
    #[arg(long = "trusted-proxy", env = "PARLOR_TRUSTED_PROXY", value_name = "NET", value_delimiter = ',',
          value_parser = values::network)]
    #[serde(serialize_with = "shown::plainly")]
    pub trusted_proxies: Vec<IpNet>,

    /// Header in which a trusted proxy names who signed in there, such as
    /// `X-Forwarded-User`. Somebody new becomes a member.
    #[arg(long, env = "PARLOR_TRUSTED_HEADER", value_name = "NAME")]
    #[serde(serialize_with = "shown::plainly")]
    pub trusted_header: Option<HeaderName>,

    /// A site that may frame `/embed/…`, such as `https://shop.example.org`.
    #[arg(
        long = "embed-origin",
        env = "PARLOR_EMBED_ORIGIN",
        value_name = "ORIGIN",
        value_delimiter = ','
    )]
    #[serde(serialize_with = "shown::plainly")]
    pub embed_origins: Vec<Origin>,

    /// A site whose scripts may call the API from a browser.
    #[arg(
        long = "cors-origin",
        env = "PARLOR_CORS_ORIGIN",
        value_name = "ORIGIN",
        value_delimiter = ','
    )]
    #[serde(serialize_with = "shown::plainly")]
    pub cors_origins: Vec<Origin>,

    /// Folder of workflows that are published at start and whenever they change:
    /// `NAME.json` in either format of ComfyUI, with `NAME.toml` for its form.
    /// `workflows` beside the settings file when there is one.
    #[arg(long, env = "PARLOR_WORKFLOWS", value_name = "DIR")]
    #[serde(serialize_with = "shown::plainly")]
    pub workflows: Option<PathBuf>,

    /// The workflow that programs get which name none; the first that makes
    /// pictures of words, where nothing is said.
    #[arg(long, env = "PARLOR_DEFAULT_WORKFLOW", value_name = "SLUG")]
    pub default_workflow: Option<String>,

    /// Another name for a workflow, for programs that ask for a model:
    /// `gpt-image-1=text-to-picture`. An edit by the name of one that takes no picture is made by
    /// the first that does.
    #[arg(long = "alias", env = "PARLOR_ALIASES", value_name = "NAME=SLUG", value_delimiter = ',')]
    #[serde(serialize_with = "shown::plainly")]
    pub aliases: Vec<Alias>,

    /// Folder of ComfyUI's own page, such as `comfyui_frontend_package/static` of
    /// the Python package `comfyui-frontend-package`: then it is at `/comfy/`, for
    /// those who may run graphs.
    #[arg(long, env = "PARLOR_COMFY_FRONTEND", value_name = "DIR")]
    #[serde(serialize_with = "shown::plainly")]
    pub comfy_frontend: Option<PathBuf>,

    /// Fetch addresses that people name also by plain http.
    #[arg(long, env = "PARLOR_FETCH_HTTP", action = ArgAction::Set, num_args = 0..=1,
          default_value = "false", default_missing_value = "true", require_equals = true,
          value_parser = BoolishValueParser::new())]
    pub fetch_http: bool,

    /// Network that may be fetched from though it is not the public internet.
    #[arg(long = "fetch-network", env = "PARLOR_FETCH_NETWORK", value_name = "NET", value_delimiter = ',',
          value_parser = values::network)]
    #[serde(serialize_with = "shown::plainly")]
    pub fetch_networks: Vec<IpNet>,

    /// Largest file a guest may hand in, in megabytes (2²⁰ bytes).
    #[arg(long, env = "PARLOR_MAX_UPLOAD_MB", value_name = "MB", default_value = "32",
          value_parser = clap::value_parser!(u32).range(1..=256))]
    pub max_upload_mb: u32,

    /// Days until jobs are deleted with all they made, for workflows that do
    /// not say; favourites stay. Counts for jobs that are made from then on.
    /// Without it, they are kept for ever.
    #[arg(long, env = "PARLOR_KEEP_DAYS", value_name = "DAYS",
          value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub keep_days: Option<u32>,

    /// How much guests and members may.
    #[command(flatten)]
    #[serde(flatten)]
    pub limits: LimitSettings,

    /// What may be in a graph of somebody's own.
    #[command(flatten)]
    #[serde(flatten)]
    pub graphs: GraphSettings,

    /// Who else is believed about who somebody is.
    #[command(flatten)]
    #[serde(flatten)]
    pub oidc: OidcSettings,

    /// Where programs want their files.
    #[command(flatten)]
    #[serde(flatten)]
    pub objects: ObjectSettings,

    /// Whom the house tells of jobs.
    #[command(flatten)]
    #[serde(flatten)]
    pub webhooks: WebhookSettings,

    /// Let people ask for an account, which the owner then approves.
    #[arg(long, env = "PARLOR_REGISTRATION", action = ArgAction::Set, num_args = 0..=1,
          default_value = "false", default_missing_value = "true", require_equals = true,
          value_parser = BoolishValueParser::new())]
    pub registration: bool,

    /// Most connections at once; more wait to be accepted.
    #[arg(long, env = "PARLOR_MAX_CONNECTIONS", value_name = "N", default_value = "10000",
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max_connections: u32,

    /// Show `/metrics` to everybody, not only to this machine.
    #[arg(long, env = "PARLOR_METRICS_PUBLIC", action = ArgAction::Set, num_args = 0..=1,
          default_value = "false", default_missing_value = "true", require_equals = true,
          value_parser = BoolishValueParser::new())]
    pub metrics_public: bool,

    /// What to log, as `level` or `target=level,…`.
    #[arg(long, env = "PARLOR_LOG", value_name = "FILTER", default_value = "info")]
    pub log: String,

    /// Log JSON lines instead of text.
    #[arg(long, env = "PARLOR_LOG_JSON", action = ArgAction::Set, num_args = 0..=1,
          default_value = "false", default_missing_value = "true", require_equals = true,
          value_parser = BoolishValueParser::new())]
    pub log_json: bool,

    /// Slow the demo engine down by this much a step, in milliseconds: for tests.
    #[arg(
        long,
        env = "PARLOR_ENGINE_DELAY_MS",
        value_name = "MS",
        default_value = "0",
        hide = true
    )]
    #[serde(skip)]
    pub engine_delay_ms: u64,

    /// Names of models that the demo engine lists besides its own: for tests.
    #[arg(
        long = "engine-model",
        env = "PARLOR_ENGINE_MODELS",
        value_name = "NAME",
        value_delimiter = ',',
        hide = true
    )]
    #[serde(skip)]
    pub engine_models: Vec<String>,

    /// What to do instead of opening the house.
    #[command(subcommand)]
    #[serde(skip)]
    pub command: Option<Command>,
}

impl Config {
    /// From the command line, the environment and the file.
    ///
    /// # Errors
    ///
    /// In words for the person at the terminal. `--help`, `--version` and
    /// mistakes on the command line end the process here, as clap does.
    pub fn load() -> anyhow::Result<Self> {
        match Self::parse_from_args(std::env::args_os().collect()) {
            Ok(config) => Ok(config),
            Err(error) => match error.downcast::<clap::Error>() {
                Ok(usage) => usage.exit(),
                Err(error) => Err(error),
            },
        }
    }

    fn parse_from_args(args: Vec<OsString>) -> anyhow::Result<Self> {
        let config = match settings_file(&args) {
            Some(path) => Self::with_file(&path, args)?,
            None => Self::try_parse_from(args)?,
        };
        config.check()?;
        Ok(config)
    }

    /// The lines of the file become the defaults of the flags: one parser, one
    /// set of checks, and flags and environment win by themselves.
    fn with_file(path: &Path, args: Vec<OsString>) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("the settings file {} cannot be read", path.display()))?;
        let command = file::as_defaults(Self::command(), &text)
            .with_context(|| format!("in {}", path.display()))?;
        let config = command
            .try_get_matches_from(&args)
            .and_then(|matches| Self::from_arg_matches(&matches));
        config.map_err(|error| match Self::try_parse_from(args) {
            Ok(_) => anyhow::anyhow!("in {}: {error}", path.display()),
            Err(usage) => usage.into(),
        })
    }

    fn check(&self) -> anyhow::Result<()> {
        if let (None, Some(why)) = (self.open, self.beyond_this_machine()) {
            bail!(
                "say who may come in, because {why}. --open (or `open = true` in parlor.toml, or \
                 PARLOR_OPEN=1) lets everybody in as a guest; --open=false lets in only whom you \
                 invite. For yourself alone, listen on 127.0.0.1 and leave out what is said of \
                 proxies."
            );
        }
        if self.trusted_header.is_some() && self.trusted_proxies.is_empty() {
            bail!(
                "--trusted-header lets whoever sends it be anybody: say with --trusted-proxy \
                 which proxies are believed"
            );
        }
        self.oidc.check()?;
        self.webhooks.check()?;
        self.objects.check()?;
        if let Some(twice) = first_repeated(self.backends.iter().map(|backend| &backend.name)) {
            bail!("two backends are called {twice}: give each its own name, as NAME=URL");
        }
        Ok(())
    }

    /// Who comes in without an account or a key.
    pub fn door(&self) -> Door {
        match self.open {
            Some(false) => Door::Closed,
            _ if self.beyond_this_machine().is_some() => Door::Open,
            _ => Door::Home,
        }
    }

    /// Why others than this machine may reach the house, if they may.
    fn beyond_this_machine(&self) -> Option<String> {
        if !self.listen.ip().is_loopback() {
            return Some(format!("others can reach {}", self.listen));
        }
        if let Some(public) = &self.public_url {
            return Some(format!("people reach this house as {public}"));
        }
        (!self.trusted_proxies.is_empty()).then(|| "a proxy brings people here".to_owned())
    }

    /// What stands before every path, with a slash at both ends: `/` or `/art/`.
    pub fn base_path(&self) -> &str {
        self.public_url.as_ref().map_or("/", PublicUrl::base_path)
    }

    /// The address a person on this machine opens, when listening on `bound`.
    pub fn address_to_open(&self, bound: SocketAddr) -> String {
        match &self.public_url {
            Some(public) => public.to_string(),
            None if bound.ip().is_unspecified() => format!("http://127.0.0.1:{}", bound.port()),
            None => format!("http://{bound}"),
        }
    }

    /// Whether browsers reach this house by https.
    pub fn is_https(&self) -> bool {
        self.public_url.as_ref().is_some_and(PublicUrl::is_https)
    }

    /// Where workflows are kept as files: the folder that is named, or the one beside the settings.
    pub fn workflow_folder(&self) -> Option<PathBuf> {
        let beside = |file: &Path| file.parent().map(|folder| folder.join("workflows"));
        let settings = self.config.as_deref().unwrap_or(Path::new(SETTINGS));
        let found = || beside(settings).filter(|_| settings.is_file()).filter(|path| path.is_dir());
        self.workflows.clone().or_else(found)
    }

    /// Largest upload in bytes.
    pub fn max_upload_bytes(&self) -> u64 {
        u64::from(self.max_upload_mb) << 20
    }
}

/// The file to read: the one that is asked for, else `parlor.toml` if it exists.
fn settings_file(args: &[OsString]) -> Option<PathBuf> {
    let asked = Config::command()
        .disable_help_flag(true)
        .disable_version_flag(true)
        .ignore_errors(true)
        .try_get_matches_from(args)
        .ok()
        .and_then(|matches| matches.get_one::<PathBuf>("config").cloned());
    asked.or_else(|| Some(PathBuf::from(SETTINGS)).filter(|path| path.is_file()))
}

fn first_repeated<'a>(names: impl Iterator<Item = &'a Option<String>>) -> Option<&'a str> {
    let mut seen = std::collections::HashSet::new();
    names.flatten().find(|name| !seen.insert(*name)).map(String::as_str)
}

#[cfg(test)]
mod tests;
