//! The run page without the house around it, for somebody else's site.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use wire::Workflow;

use super::{
    MAIN,
    run::{use_run_title, use_workflow},
};
use crate::{
    components::{composer::Composer, icon::Icon, stage::Stage},
    desk, dress,
    home::use_home,
    i18n::t,
};

#[component]
pub(crate) fn EmbedPage() -> impl IntoView {
    dress::put_on(&use_query_map().get_untracked());
    use_workflow(|workflow| view! { <EmbedRoom workflow /> }.into_any())
}

#[component]
fn EmbedRoom(workflow: Arc<Workflow>) -> impl IntoView {
    let home = use_home();
    let title = workflow.about.title.clone();
    let desk = desk::provide(workflow);
    use_run_title(desk, title);
    view! {
        <div class="embed">
            <Composer embedded=true />
            <main id=MAIN class="embed__stage" tabindex="-1">
                <Stage embedded=true />
                <div class="embed__by">
                    <a href="." target="_blank" rel="noopener">
                        <Icon name="parlor" small=true />
                        {move || t::made_in_parlor(home.name())}
                    </a>
                </div>
            </main>
        </div>
    }
}
