//! Where ComfyUI's own door has what a job made: `GET /view` answers these names with the files.

use std::collections::HashMap;

use comfy::FileRef;
use comfy::history::{Folder, files, named_files};
use wire::{JobId, OutputId};

use crate::app::App;
use crate::auth::PrincipalId;

/// The files of a principal's job, by output, as its history tells of them. Some of long ago have no
/// name there.
pub(super) async fn of(
    app: &App,
    (job, owner): (JobId, PrincipalId),
) -> anyhow::Result<HashMap<OutputId, FileRef>> {
    let names = app.db.native_names_of(owner, job).await?;
    let account = app.db.account(job).await?.unwrap_or_default();
    let shown =
        account.outputs.values().flat_map(|output| files(output).chain(named_files(output)));
    let shown: HashMap<_, _> = shown.map(|file| (file.filename.clone(), file)).collect();
    let file = |(id, name): (OutputId, String)| {
        // What no node showed as a file, a text for one, lies with what was saved.
        let saved =
            |filename| FileRef { filename, subfolder: String::new(), folder: Folder::Output };
        (id, shown.get(&name).cloned().unwrap_or_else(|| saved(name)))
    };
    Ok(names.into_iter().map(file).collect())
}
