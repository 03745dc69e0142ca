//! The form at the door.

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use web_sys::{FormData, HtmlFormElement};
use wire::{Me, Role, TurnedAway};

use super::{
    keep::{KEEP, Keep},
    refused,
    way::{Given, Part, Way},
};
use crate::{
    address::STUDIO,
    api::Error,
    browser,
    components::icon::Icon,
    dom::{Element, Node, view},
    i18n::t as words,
    reactive::{Memo, RwSignal, StoredValue, memo},
    studio::{
        editor::setting::{Setting, Wrong, described},
        t,
    },
};

/// Id of the button.
const ENTER: &str = "enter";

/// What is asked for, and the button that goes in.
#[component]
pub(super) fn Entry(
    way: Way,
    /// Becomes so when the link turns out to be good no more.
    #[prop(optional)]
    is_spent: RwSignal<bool>,
    /// Becomes so when an account was asked for.
    #[prop(optional)]
    has_asked: RwSignal<bool>,
    /// Why another way in led here.
    #[prop(default = None)]
    refused: Option<TurnedAway>,
) -> Node {
    let (parts, is_new, deed) = (way.parts(), way.is_new(), way.deed());
    let keep = way.leads_in().then(|| view! { <Keep /> });
    let whose = way.whose().map(|name| {
        view! { <input type="text" name="username" autocomplete="username" value=name readonly=true hidden=true /> }
    });
    let desk = Desk::new(way, is_spent, has_asked);
    let fields = parts.iter().map(|part| field(desk, *part, is_new));
    let wrong = memo(move |_| desk.wrong(None));
    let first = parts.first().map_or_else(|| ENTER.to_owned(), |part| id(*part));
    // The form is in the document by the next frame.
    request_animation_frame(move || browser::focus(&first));
    view! {
        <form class="entry" novalidate method="post" on:submit=move |event| desk.submit(&event)>
            {refused.map(|reason| view! { <Wrong words=refused::words(reason).to_owned() /> })}
            {whose}
            {fields.collect::<Node>()}
            {keep}
            {move || wrong.get().map(|words| view! { <Wrong words /> })}
            <button type="submit" class="btn btn--main btn--big" id=ENTER aria-busy=move || desk.is_busy.get().then_some("true")>
                {move || if desk.is_busy.get() { words::sending() } else { deed }}
            </button>
        </form>
    }
}

/// A form, and how it fares.
#[derive(Clone, Copy)]
struct Desk {
    way: StoredValue<Way>,
    is_spent: RwSignal<bool>,
    has_asked: RwSignal<bool>,
    /// An answer is on its way.
    is_busy: RwSignal<bool>,
    refusal: RwSignal<Option<Refusal>>,
}

/// Why somebody did not come in.
struct Refusal {
    /// The field that is to blame.
    part: Option<Part>,
    words: String,
}

impl Desk {
    fn new(way: Way, is_spent: RwSignal<bool>, has_asked: RwSignal<bool>) -> Self {
        Self {
            way: StoredValue::new(way),
            is_spent,
            has_asked,
            is_busy: RwSignal::new(false),
            refusal: RwSignal::new(None),
        }
    }

    /// What is wrong with a field, or with no field of its own.
    fn wrong(self, part: Option<Part>) -> Option<String> {
        self.refusal.see(|refusal| {
            let refusal = refusal.as_ref().filter(|refusal| refusal.part == part);
            refusal.map(|refusal| refusal.words.clone())
        })
    }

    fn submit(self, event: &SubmitEvent) {
        event.prevent_default();
        // The button keeps the focus, so it is not disabled.
        if self.is_busy.peek(|is_busy| *is_busy) {
            return;
        }
        self.refusal.set(None);
        let way = self.way.get_value();
        match given(&event_target(event), way.parts()) {
            Ok(given) => {
                self.is_busy.set(true);
                spawn_local(self.enter(way, given));
            }
            Err(part) => self.refuse(Some(part), words::wrong_missing().to_owned()),
        }
    }

    async fn enter(self, way: Way, given: Given) {
        let parts = way.parts();
        match way.enter(given).await {
            // Another document: everything in this one was drawn for a stranger.
            Ok(Some(me)) => return browser::move_on(next(&me)),
            Ok(None) => self.has_asked.set(true),
            Err(error) if error.is_not_found() => self.is_spent.set(true),
            Err(error) => self.refuse(blamed(&error, parts), error.words()),
        }
        self.is_busy.set(false);
    }

    fn refuse(self, part: Option<Part>, words: String) {
        self.refusal.set(Some(Refusal { part, words }));
        if let Some(part) = part {
            browser::focus(&id(part));
        }
    }
}

/// The field that the server found wrong, if it is one of these.
fn blamed(error: &Error, parts: &[Part]) -> Option<Part> {
    let key = error.field()?;
    parts.iter().copied().find(|part| part.key() == key)
}

/// Where somebody goes who has come in, relative to the page's base.
fn next(me: &Me) -> &'static str {
    if me.role == Role::Owner { STUDIO } else { "." }
}

/// What stands in the form now, whoever wrote it: programs that keep passwords do not always say that
/// they did. Or else the first field with nothing in it.
fn given(form: &HtmlFormElement, parts: &[Part]) -> Result<Given, Part> {
    let written = FormData::new_with_form(form).ok();
    let keep = written.as_ref().is_some_and(|written| written.has(KEEP));
    let mut given = Given { keep, ..Given::default() };
    for part in parts {
        let text = written.as_ref().and_then(|written| written.get(part.key()).as_string());
        let text = text.filter(|text| !text.is_empty()).ok_or(*part)?;
        match part {
            Part::Name => given.name = Some(text),
            Part::Password => given.password = Some(text),
        }
    }
    Ok(given)
}

/// Of a field's control.
fn id(part: Part) -> String {
    format!("{ENTER}-{}", part.key())
}

fn field(desk: Desk, part: Part, is_new: bool) -> Node {
    let trouble = memo(move |_| desk.wrong(Some(part)));
    let id = id(part);
    match part {
        Part::Name => {
            let control = name(trouble);
            view! { <Setting id label=t::enter_name() optional=false help=None trouble>{control}</Setting> }
        }
        Part::Password => {
            let help = is_new.then(|| t::enter_password_help().to_owned());
            let label = if is_new { t::enter_password_new() } else { t::enter_password() };
            let control = password(is_new, trouble);
            view! { <Setting id label optional=false help trouble>{control}</Setting> }
        }
    }
}

fn name(trouble: Memo<Option<String>>) -> Element {
    let control = control(Part::Name)
        .attribute("class", "input")
        .attribute("autocomplete", "username")
        .attribute("autocapitalize", "none")
        .attribute("spellcheck", "false");
    described(control, &id(Part::Name), trouble, false)
}

/// With a button that shows what is written, since it is written only once.
fn password(is_new: bool, trouble: Memo<Option<String>>) -> Node {
    let is_shown = RwSignal::new(false);
    let control = control(Part::Password)
        .attribute("type", move || if is_shown.get() { "text" } else { "password" })
        .attribute("autocomplete", if is_new { "new-password" } else { "current-password" });
    let control = described(control, &id(Part::Password), trouble, is_new);
    view! {
        <div class="input-group">
            {control}
            <button
                type="button"
                class="ib"
                aria-label=t::enter_show()
                title=t::enter_show()
                aria-pressed=move || if is_shown.get() { "true" } else { "false" }
                on:click=move |_| is_shown.update(|is_shown| *is_shown = !*is_shown)
            >
                <Icon name="eye" />
            </button>
        </div>
    }
}

fn control(part: Part) -> Element {
    Element::new("input")
        .attribute("id", id(part))
        .attribute("name", part.key())
        .attribute("required", true)
}

#[cfg(test)]
mod tests {
    use wire::{ErrorCode, Problem};

    use super::*;

    fn refused(field: Option<&str>) -> Error {
        Error::Refused(Problem {
            kind: "about:blank".to_owned(),
            title: "Unprocessable Content".to_owned(),
            status: 422,
            detail: "Somebody here has this name already.".to_owned(),
            code: ErrorCode::BadInput,
            instance: None,
            field: field.map(str::to_owned),
            line: None,
            node: None,
            request_id: None,
        })
    }

    #[test]
    fn what_is_wrong_is_said_beside_the_field_that_is_to_blame() {
        let both = Way::Account.parts();
        assert_eq!(blamed(&refused(Some("name")), both), Some(Part::Name));
        assert_eq!(blamed(&refused(Some("name")), &[Part::Password]), None, "it is not asked for");
        assert_eq!(blamed(&refused(None), both), None);
    }
}
