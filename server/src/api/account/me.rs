//! `GET /me`: whoever asks.

use wire::Me;

use crate::auth::Principal;

pub(crate) async fn show(principal: Principal) -> axum::Json<Me> {
    axum::Json(Me {
        id: principal.id.0,
        role: principal.role,
        studio: principal.may_use_studio(),
        graph: principal.may_run_graphs(),
    })
}
