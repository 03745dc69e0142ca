//! Whoever asks, and all that is theirs.

use serde_json::json;
use wire::{Key, MadeKey, Me, NewKey, NewPassword, Session};

use crate::operation::{Content, Needs, Operation, delete, get, json, post, put};

pub(super) fn routes() -> Vec<Operation> {
    vec![
        get("/me", "show_me")
            .says("Who asks", "What they may, and how much of their limits is used.")
            .answers(200, json::<Me>(), "You."),
        get("/me/keys", "list_keys")
            .says("Your API keys", "Without their secrets.")
            .needs(Needs::Account)
            .answers(200, json::<Vec<Key>>(), "All of them."),
        post("/me/keys", "make_key")
            .says("Make an API key", "Never one that may more than whoever makes it.")
            .needs(Needs::Account)
            .takes::<NewKey>(
                json!({"name": "shop", "scope": "run", "workflows": ["text-to-picture"]}),
            )
            .answers(201, json::<MadeKey>(), "The only answer that ever holds its secret.")
            .refuses(&[422]),
        delete("/me/keys/{id}", "revoke_key")
            .says("Revoke an API key", "It is dead at once.")
            .needs(Needs::Account)
            .answers_nothing("It is revoked."),
        get("/me/sessions", "list_sessions")
            .says("Browsers that are signed in", "")
            .needs(Needs::Account)
            .answers(200, json::<Vec<Session>>(), "Yours."),
        delete("/me/sessions", "end_other_sessions")
            .says("Sign all other browsers out", "")
            .needs(Needs::Account)
            .answers_nothing("They are out."),
        delete("/me/sessions/{id}", "end_session")
            .says("Sign one browser out", "")
            .needs(Needs::Account)
            .answers_nothing("It is out."),
        put("/me/password", "change_password")
            .says("Change name or password", "All other sessions end.")
            .needs(Needs::Account)
            .takes::<NewPassword>(json!({"current": "the old one", "new": "a longer new one"}))
            .answers_nothing("It is changed.")
            .refuses(&[409, 422]),
        get("/me/export", "export")
            .says("All that is yours", "As JSON, with links to the files.")
            .needs(Needs::Own)
            .answers(200, Content::Bytes("application/json"), "Everything."),
        get("/me/export.zip", "export_files")
            .says("All that is yours, with the files", "")
            .needs(Needs::Own)
            .answers(200, Content::Bytes("application/zip"), "An archive."),
        delete("/me", "delete_me")
            .says("Delete yourself", "With jobs, pictures, uploads, keys and sessions.")
            .needs(Needs::Own)
            .answers_nothing("Everything is gone.")
            .refuses(&[409]),
    ]
}
