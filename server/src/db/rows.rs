//! Between columns and types.

use anyhow::{Context as _, bail};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;
use wire::{JobStatus, OutputKind};

use crate::files::Hash;

/// A UUID as it is stored.
pub(super) fn id(uuid: Uuid) -> Vec<u8> {
    uuid.as_bytes().to_vec()
}

/// The UUID in `column`.
pub(super) fn uuid(row: &SqliteRow, column: &str) -> anyhow::Result<Uuid> {
    let bytes: &[u8] = row.try_get(column)?;
    Uuid::from_slice(bytes).with_context(|| format!("{column} is no id"))
}

/// The file hash in `column`.
pub(super) fn hash(row: &SqliteRow, column: &str) -> anyhow::Result<Hash> {
    let bytes: &[u8] = row.try_get(column)?;
    Ok(Hash(bytes.try_into().with_context(|| format!("{column} is no hash"))?))
}

/// The number in `column`, which was stored from an unsigned one.
pub(super) fn number<T: TryFrom<i64>>(row: &SqliteRow, column: &str) -> anyhow::Result<T> {
    let number: i64 = row.try_get(column)?;
    T::try_from(number).ok().with_context(|| format!("{column} is out of range: {number}"))
}

/// [`number`], where there may be none.
pub(super) fn maybe_number(row: &SqliteRow, column: &str) -> anyhow::Result<Option<u32>> {
    let number: Option<i64> = row.try_get(column)?;
    number.map(u32::try_from).transpose().with_context(|| format!("{column} is out of range"))
}

/// A value as it is stored in a JSON column.
pub(super) fn json<T: Serialize>(value: &T) -> anyhow::Result<String> {
    serde_json::to_string(value).context("writing JSON")
}

/// The value in the JSON column `column`.
pub(super) fn parsed<T: DeserializeOwned>(row: &SqliteRow, column: &str) -> anyhow::Result<T> {
    let text: &str = row.try_get(column)?;
    serde_json::from_str(text).with_context(|| format!("reading {column}"))
}

/// [`parsed`], where there may be none.
pub(super) fn maybe_parsed<T: DeserializeOwned>(
    row: &SqliteRow,
    column: &str,
) -> anyhow::Result<Option<T>> {
    let text: Option<&str> = row.try_get(column)?;
    text.map(serde_json::from_str).transpose().with_context(|| format!("reading {column}"))
}

/// An enum that is written as one word, as it is stored.
pub(super) fn word<T: Serialize>(value: &T) -> anyhow::Result<String> {
    let word = serde_json::to_value(value)?;
    word.as_str().map(str::to_owned).context("this is not written as one word")
}

/// The [`word`] in `column`.
pub(super) fn worded<T: DeserializeOwned>(row: &SqliteRow, column: &str) -> anyhow::Result<T> {
    let word: String = row.try_get(column)?;
    serde_json::from_value(word.into()).with_context(|| format!("reading {column}"))
}

/// A status as it is stored.
pub(super) fn status_name(status: JobStatus) -> &'static str {
    match status {
        JobStatus::Queued => "queued",
        JobStatus::Running => "running",
        JobStatus::Canceling => "canceling",
        JobStatus::Canceled => "canceled",
        JobStatus::Succeeded => "succeeded",
        JobStatus::Failed => "failed",
        JobStatus::Expired => "expired",
    }
}

/// The status in the column of that name.
pub(super) fn status(row: &SqliteRow) -> anyhow::Result<JobStatus> {
    Ok(match row.try_get("status")? {
        "queued" => JobStatus::Queued,
        "running" => JobStatus::Running,
        "canceling" => JobStatus::Canceling,
        "canceled" => JobStatus::Canceled,
        "succeeded" => JobStatus::Succeeded,
        "failed" => JobStatus::Failed,
        "expired" => JobStatus::Expired,
        other => bail!("unknown status {other}"),
    })
}

/// A kind of output as it is stored.
pub(super) fn kind_name(kind: OutputKind) -> &'static str {
    match kind {
        OutputKind::Image => "image",
        OutputKind::Video => "video",
        OutputKind::Audio => "audio",
        OutputKind::Text => "text",
        OutputKind::Model => "model",
        OutputKind::File => "file",
    }
}

/// The kind of output in the column of that name.
pub(super) fn kind(row: &SqliteRow) -> anyhow::Result<OutputKind> {
    Ok(match row.try_get("kind")? {
        "image" => OutputKind::Image,
        "video" => OutputKind::Video,
        "audio" => OutputKind::Audio,
        "text" => OutputKind::Text,
        "model" => OutputKind::Model,
        _ => OutputKind::File,
    })
}
