//! The form of an edit: pictures, a mask, and the same fields as of a generation.

use axum::extract::Request;
use serde_json::{Map, Value, json};

use super::images::{Ask, of_form};
use crate::api::parlor::form;
use crate::api::parlor::uploads::{counted, store};
use crate::api::running::Caller;
use crate::app::App;
use crate::error::{Error, Result};
use crate::files::{Claim, SafeName};
use crate::workflows::{Part, Wish};

/// Longest that all fields are together, in bytes: a prompt of OpenAI's has 32,000 characters at
/// most.
const MAX_TEXT: usize = 128 << 10;

/// What is asked for, and the pictures it begins with, stored as uploads are.
pub(super) async fn read(app: &App, from: Caller<'_>, request: Request) -> Result<(Ask, Wish)> {
    let (mut parts, opening) = form::read(request).await?;
    let (mut fields, mut wish, mut left) = (Map::new(), Wish::default(), MAX_TEXT);
    let mut most = app.config.max_upload_bytes();
    while let Some(part) = parts.next_field().await.map_err(form::refused)? {
        // From here on what is read is counted.
        opening.is_over();
        let name = part.name().unwrap_or_default().trim_end_matches("[]").to_owned();
        if matches!(&*name, "image" | "mask") {
            let slot = if name == "mask" { &mut wish.mask } else { &mut wish.picture };
            if slot.is_some() {
                return Err(Error::field(name, "one picture at a time can be edited"));
            }
            let param = if name == "mask" { Part::Mask } else { Part::Picture };
            let uploaded = upload(app, from, part).await;
            *slot = Some(uploaded.map_err(|error| error.renamed(|_| Some(param.name())))?);
            continue;
        }
        if part.file_name().is_some() {
            most = form::pass_over(part, most).await?;
            continue;
        }
        let text = form::text(part, left).await?;
        let text = text.ok_or_else(|| Error::TooLarge(form::NO_TEXT.into()))?;
        left = left.saturating_sub(name.len() + text.len());
        fields.insert(name.clone(), of_form(&name, text));
    }
    if wish.picture.is_none() {
        return Err(Error::field("image", "there is no picture to edit: send it as `image`"));
    }
    let ask = serde_json::from_value(Value::Object(fields));
    let ask =
        ask.map_err(|error| Error::BadRequest(format!("the form cannot be used: {error}")))?;
    Ok((ask, wish))
}

/// Stores the picture and refers to it.
async fn upload(
    app: &App,
    (principal, whence): Caller<'_>,
    part: axum::extract::multipart::Field<'_>,
) -> Result<Value> {
    let name = SafeName::from_client(part.file_name().unwrap_or("picture.png"));
    let declared = part.content_type().map(str::to_owned);
    // Clients send bytes without a type as this.
    let declared = declared.filter(|kind| kind != "application/octet-stream");
    let work = async {
        let upload = store(app, principal, part, &Claim { name, declared }).await?;
        Result::<_, Error>::Ok((upload.bytes, json!({ "upload": upload.id })))
    };
    counted((app, principal, whence.hash), None, work).await
}
