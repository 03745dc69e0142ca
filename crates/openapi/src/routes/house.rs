//! The house itself, and listening to it.

use wire::{House, Ticket};

use crate::operation::{Content, Needs, Operation, get, json, post, text};

pub(super) fn routes() -> Vec<Operation> {
    vec![
        get("/house", "show_house")
            .says("The house", "What it is called, whether it takes work, and how large a file may be.")
            .needs(Needs::Anybody)
            .answers(200, json::<House>(), "The house."),
        get("/live", "open_live")
            .says(
                "Everything, as it happens",
                "A WebSocket. Text frames are JSON, `FromViewer` up and `ToViewer` down. Binary frames, only \
                 down, are previews: one byte of version (1), one of format (1 JPEG, 2 PNG), sixteen of the \
                 job's id, then the picture.",
            )
            .query("token", text(), "A ticket, for programs that can send no header with a WebSocket.")
            .answers_any(101, Vec::new(), "The socket is open.")
            .refuses(&[403, 503]),
        post("/live/ticket", "make_ticket")
            .says("A ticket for one WebSocket", "It opens `/live?token=…` once, within 30 seconds.")
            .answers(200, json::<Ticket>(), "The ticket.")
            .refuses(&[503]),
        get("/openapi.json", "describe")
            .says("This description", "")
            .needs(Needs::Anybody)
            .answers(200, Content::Bytes("application/json"), "OpenAPI 3.1."),
    ]
}
