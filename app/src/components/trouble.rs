//! Something did not load.

use leptos::{prelude::*, task::spawn_local};

use super::{icon::Icon, room::Room};
use crate::{
    address::SIGN_IN,
    api::Error,
    dom::{Node, view},
    home::use_home,
    i18n::t,
};

#[component]
pub(crate) fn Trouble(
    error: Error,
    /// Asks again; without it, the house is asked again.
    #[prop(optional)]
    on_retry: Option<Callback<()>>,
) -> Node {
    let home = use_home();
    let sign_in = error
        .is_stranger()
        .then(|| view! { <a class="btn btn--main" href=SIGN_IN>{t::sign_in()}</a> });
    let retry = move |_| match on_retry {
        Some(on_retry) => on_retry.run(()),
        None => spawn_local(home.load()),
    };
    view! {
        <div role="alert">
            <Room title=t::trouble_title() why=error.words()>
                {sign_in}
                <button type="button" class="btn" on:click=retry>
                    <Icon name="retry" />
                    {t::retry()}
                </button>
            </Room>
        </div>
    }
}
