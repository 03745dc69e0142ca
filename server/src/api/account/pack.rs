//! `GET /me/export.zip`: all that is theirs with the files, read as it is sent; and
//! `GET /batches/{id}/outputs.zip`, what one batch made.
//!
//! `about.json` is who they are, `jobs/` what they asked for, a hundred at a time, `made/` and
//! `handed-in/` hold the files, by the ids that the JSON names.

use std::collections::VecDeque;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use bytes::Bytes;
use futures_util::stream;
use jiff::Timestamp;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;
use wire::{BatchId, Job};

use super::export::{PAGE, about, text};
use super::zip::{Entry, Zip};
use crate::app::App;
use crate::auth::Principal;
use crate::db::JobFilter;
use crate::error::{Error, Result};
use crate::extract::{Own, Path};
use crate::files::Hash;

/// Bytes that are read at once.
const CHUNK: usize = 64 << 10;

pub(crate) async fn export(
    State(app): State<Arc<App>>,
    Own(principal): Own,
) -> Result<impl IntoResponse> {
    Ok(sent(Packing::begin(app, principal).await?))
}

/// What the jobs of a batch have made so far.
pub(crate) async fn batch(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(id): Path<BatchId>,
) -> Result<impl IntoResponse> {
    app.jobs.batch(principal.id, id).await?.ok_or(Error::NotFound("batch"))?;
    let wanted = JobFilter { batch: Some(id), ..JobFilter::default() };
    Ok(sent(Packing::of(app, principal, wanted)))
}

fn sent(packing: Packing) -> impl IntoResponse {
    let parts = stream::try_unfold(packing, |mut packing| async {
        let part = packing.next().await?;
        anyhow::Ok(part.map(|part| (part, packing)))
    });
    let headers = [
        (CONTENT_TYPE, "application/zip"),
        (CONTENT_DISPOSITION, "attachment; filename=\"parlor.zip\""),
        (CACHE_CONTROL, "no-store"),
    ];
    (headers, Body::from_stream(parts))
}

/// Something that becomes an entry.
enum Piece {
    Text { name: String, content: String },
    File { name: String, hash: Hash },
}

/// Where the reading is.
enum Next {
    /// Page of jobs by its number.
    Jobs(u32),
    End,
    Over,
}

/// An archive under way.
struct Packing {
    app: Arc<App>,
    principal: Principal,
    /// Which jobs are packed, from where on.
    wanted: JobFilter,
    zip: Zip,
    waiting: VecDeque<Piece>,
    /// The file that is being sent, and what is left of it.
    open: Option<(File, u64)>,
    next: Next,
}

impl Packing {
    async fn begin(app: Arc<App>, principal: Principal) -> Result<Self> {
        let content = about(&app, &principal).await? + "}";
        let mut waiting = VecDeque::from([Piece::Text { name: "about.json".into(), content }]);
        for upload in app.db.uploads_of(principal.id).await? {
            let name = format!("handed-in/{}/{}", upload.id, upload.name);
            waiting.push_back(Piece::File { name, hash: upload.hash });
        }
        Ok(Self { waiting, ..Self::of(app, principal, JobFilter::default()) })
    }

    /// Of these jobs alone.
    fn of(app: Arc<App>, principal: Principal, wanted: JobFilter) -> Self {
        let (zip, waiting) = (Zip::new(Timestamp::now()), VecDeque::new());
        let wanted = JobFilter { limit: PAGE, ..wanted };
        Self { app, principal, wanted, zip, waiting, open: None, next: Next::Jobs(1) }
    }

    /// The next bytes of the archive; `None` at its end.
    async fn next(&mut self) -> anyhow::Result<Option<Bytes>> {
        loop {
            if let Some(bytes) = self.read_on().await? {
                return Ok(Some(bytes));
            }
            if let Some(piece) = self.waiting.pop_front() {
                match self.open(piece).await? {
                    Some(bytes) => return Ok(Some(bytes)),
                    // It was deleted meanwhile.
                    None => continue,
                }
            }
            match std::mem::replace(&mut self.next, Next::Over) {
                Next::Jobs(number) => self.turn(number).await?,
                Next::End => {
                    let zip = std::mem::replace(&mut self.zip, Zip::new(Timestamp::UNIX_EPOCH));
                    return Ok(Some(zip.end().into()));
                }
                Next::Over => return Ok(None),
            }
        }
    }

    /// More of the file that is open.
    async fn read_on(&mut self) -> anyhow::Result<Option<Bytes>> {
        let Some((file, left)) = &mut self.open else { return Ok(None) };
        let mut chunk = Vec::with_capacity(CHUNK);
        let read = file.take((*left).min(CHUNK as u64)).read_buf(&mut chunk).await?;
        ensure!(read > 0 || *left == 0, "a stored file is shorter than it was");
        *left -= read as u64;
        if *left == 0 {
            self.open = None;
        }
        Ok((read > 0).then(|| chunk.into()))
    }

    /// What is sent before the content of a piece, or with it; `None` if it is not there.
    async fn open(&mut self, piece: Piece) -> anyhow::Result<Option<Bytes>> {
        let (name, hash) = match piece {
            Piece::Text { name, content } => {
                let (size, crc) =
                    (u32::try_from(content.len())?, crc32fast::hash(content.as_bytes()));
                let mut bytes = self.zip.begin(Entry { name, size, crc });
                bytes.extend(content.into_bytes());
                return Ok(Some(bytes.into()));
            }
            Piece::File { name, hash } => (name, hash),
        };
        // Twice: programs that read while it arrives want to know the size and CRC first.
        let Some(file) = self.app.files.open_content(hash).await? else { return Ok(None) };
        let (size, crc) = sum(file).await?;
        let file = self.app.files.open_content(hash).await?;
        let Some(file) = file else { return Ok(None) };
        self.open = Some((file, size.into()));
        Ok(Some(self.zip.begin(Entry { name, size, crc }).into()))
    }

    /// The next page of jobs, and their files.
    async fn turn(&mut self, number: u32) -> anyhow::Result<()> {
        let mut list = self.app.jobs.list(self.principal.id, &self.wanted).await?;
        let mut files = Vec::new();
        for job in &mut list.jobs {
            self.collect(job, &mut files).await?;
        }
        if !list.jobs.is_empty() {
            let (name, content) = (format!("jobs/{number:04}.json"), text(&list.jobs)?);
            self.waiting.push_back(Piece::Text { name, content });
        }
        self.waiting.extend(files);
        self.next = match list.next {
            Some(cursor) => {
                self.wanted.cursor = Some(cursor);
                Next::Jobs(number + 1)
            }
            None => Next::End,
        };
        Ok(())
    }

    /// The files of a job; what it says of them leads to where they are in the archive.
    async fn collect(&self, job: &mut Job, files: &mut Vec<Piece>) -> anyhow::Result<()> {
        for (place, output) in job.outputs.iter_mut().enumerate() {
            let row = self.app.db.find_output(self.principal.id, output.id).await?;
            let Some(row) = row else { continue };
            let name = format!("made/{}/{}-{}", job.id, place + 1, output.name);
            output.url.clone_from(&name);
            files.push(Piece::File { name, hash: row.hash });
        }
        Ok(())
    }
}

/// Size and CRC of a file.
async fn sum(mut file: File) -> anyhow::Result<(u32, u32)> {
    let (mut size, mut crc) = (0, crc32fast::Hasher::new());
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = file.read(&mut chunk).await.context("reading a stored file")?;
        if read == 0 {
            let size = u32::try_from(size).context("a file of 4 GiB or more is not packed")?;
            return Ok((size, crc.finalize()));
        }
        crc.update(&chunk[..read]);
        size += read as u64;
    }
}
