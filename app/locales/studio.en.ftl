### Every word that only the host's side says. What both sides say is in en.ftl.

studio = Studio
studio-nav = Studio
studio-workflows = Workflows
studio-count = { $count ->
    [0] Guests see no workflow yet.
    [one] Guests see { $count } workflow.
    *[other] Guests see { $count } workflows.
}
studio-to-all = All workflows
studio-as-guest = Open as a guest
studio-as-guest-named = Open { $workflow } as a guest
guarded-title = The studio is the host’s
remove-named = Remove { $what }

## The door

enter-account-why = With the name and the password of your account here.
enter-owner-title = This house is yours
enter-owner-why = This link lets you in once. The browser you use it in stays signed in.
enter-owner = Enter as the owner
enter-invite-title = You are invited
enter-invite-why = Choose the name and the password that you come in with from now on.
enter-invite = Come in
enter-reset-title = A new password
enter-reset-title-for = A new password for { $name }
enter-reset-why = Choose it, and you are in. Wherever else you are signed in, you are signed out.
enter-reset = Set it and come in
enter-name = Name
enter-password = Password
enter-password-new = New password
enter-password-help = At least 10 characters.
enter-show = Show the password
spent-title = This link is no longer good
spent-why = A link lets somebody in once, and only for a while. Ask the host for another; the host’s own comes from the command parlor owner-link.
spent-otherwise = Sign in with a password
signed-in-title = You are signed in, { $name }
signed-in-why = Sign out first to come in as somebody else.
sign-out = Sign out

## The overview

version-draft = draft of version { $version }
version-published = version { $version }
version-hidden = hidden from guests
origin-built-in = came with Parlor
origin-folder = from the folder of workflows
import-title = Add a workflow
import-drop = Drop a workflow here, paste it, or choose a file
import-let-go = Let go to add it
import-kinds = JSON in API or editor format, or a PNG, WebP, JPEG, MP4 or safetensors that carries its workflow
import-address = Address of a workflow or of a picture that carries one
import-address-hint = https://…
import-get = Get
import-from-job = From a job
import-job = the job
import-reading = Reading { $name }…
import-failed = { $name } could not be used: { $why }
jobs-none = You have made nothing yet. What you make as a guest is offered here.
job-named = { $workflow }: { $prompt }

## The editor

panes = Parts of the editor
pane-form = Form
pane-field = Field
pane-preview = Preview
preview = As guests see it
preview-broken = There is no form to show until the problems are mended.
preview-sends-nothing = This is a preview: nothing is sent. Publish it and open it as a guest.
publish = Publish version { $version }
publishing = One moment…
is-published = Version { $version } is published
publish-blocked = Mend what is wrong first, then publish.
undo = Undo
redo = Redo
saved = Saved
saving = Saving…
not-saved = Not saved
save-again = Try again
overtaken = Somebody else has changed this draft meanwhile. Nothing more is saved until you choose.
take-theirs = Take theirs
keep-mine = Keep mine
problems = { $count ->
    [one] { $count } problem
    *[other] { $count } problems
}
has-problem = has a problem
about-hint = Title, cover, presets, rules
add-field = Add a field from the graph
closed-inputs = { $count ->
    [0] Every input of this graph is open to guests.
    [one] { $count } input of this graph stays closed to guests.
    *[other] { $count } inputs of this graph stay closed to guests.
}
move-up = Move { $field } up
move-down = Move { $field } down
section-tab = Tab: { $name }
section-more = More settings
section-closed = Closed to guests
another-input = Another input
graph-search = Search nodes and inputs
graph-none = No input is called that.
graph-set-by = set by { $field }

## Types

kind-text = Text
kind-integer = Whole number
kind-number = Number
kind-boolean = Switch
kind-choice = Choice
kind-seed = Seed
kind-size = Size
kind-image = Picture
kind-mask = Mask
kind-video = Video
kind-audio = Sound
kind-model = 3D model
kind-file = File

## A field

remove-field = Take { $field } out of the form
remove-field-title = Take out of the form
setting-label = Label
setting-help = Help
setting-help-hint = One line under the field
setting-placeholder = Placeholder
setting-placeholder-hint = Shown while it is empty
setting-binds = Sets
setting-inside = Name and type
setting-name = Name
setting-name-help = What programs call it: letters, digits and _.
setting-kind = Type
setting-min = From
setting-max = To
setting-step = Step
setting-low = Left end says
setting-high = Right end says
setting-default = Default
setting-default-on = On at first
setting-max-length = Most characters
setting-multiline = Several lines
setting-multiline-help = the field grows with its text
setting-max-bytes = Largest file, in MB
setting-max-pixels = Most pixels, in millions
setting-prunes = Works without a file
setting-prunes-help = the nodes that need it are taken out of the graph
setting-options = Options
setting-shapes = Shapes
setting-first = Show at first
setting-first-help = otherwise under More settings
setting-required = Required
setting-required-help = nothing can be created without it
setting-open = Guests may change it
setting-open-help = enforced on the server, whatever door they use
setting-tab = Tab
setting-tab-help = Fields with the same tab stand behind its name.
setting-when = Shown when
when-always = always
when-on = on
when-off = off
when-is = is one of
bind-shared = { $input } = { $template }
bind-value = the value
bind-plain = { $input } gets the value as it is.
bind-formula = { $input } gets { $formula }.
bind-change = Change
bind-times = Times
bind-plus = Plus
options-all = { $count ->
    [0] Everything that the backends have for { $source }; none answers now.
    [one] The one that the backends have for { $source }.
    *[other] All { $count } that the backends have for { $source }, as they come and go.
}
options-restrict = Allow only some
options-allow-all = Allow all again
options-add = Add an option
option-label = Label of option { $number }
option-value = Value of option { $number }
option-words = Words of option { $number } for the prompt
option-label-short = Label
option-value-short = Value
option-words-short = Words for the prompt
shapes-add = Add a shape
shape-label = Label of shape { $number }
shape-width = Width of shape { $number }, in pixels
shape-height = Height of shape { $number }, in pixels
shape-named = { $label } ({ $width } × { $height })

## The workflow as a whole

about-title = Title
about-summary = Summary
about-summary-hint = One line under the title
about-slug = Address
about-slug-help = Letters, digits and -. It stays once the first version is published.
about-cover = Cover
cover-alt = The cover
cover-none = Drop a picture here.
cover-choose = Choose a picture
cover-from-result = From a result
cover-remove = Remove
about-presets = Presets
presets-help = Settings to begin with, as buttons over the form.
presets-nothing = Change something in the preview to make a preset of it.
presets-add = { $count ->
    [one] Add what is set in the preview ({ $count } field)
    *[other] Add what is set in the preview ({ $count } fields)
}
preset-new = Preset { $number }
preset-name = Name of preset { $number }
preset-count = { $count ->
    [one] { $count } field
    *[other] { $count } fields
}
preset-take = Take the preview’s
about-results = Results
results-help = Only what these nodes make is kept. With none chosen, whatever is saved.
results-all = whatever is saved
results-some = { $count ->
    [one] of { $count } node
    *[other] of { $count } nodes
}
about-policy = Rules
policy-who = Who may run it
policy-who-help = enforced on the server, whatever door they use
who-anyone = Whoever may be in the house
who-members = Members and keys
who-hosts = Hosts only
who-named = Certain people and keys
policy-people = People
policy-keys = API keys
policy-list-help = With commas between them.
policy-max-cost = Most work per job
policy-max-cost-help = Pixels × batch × steps × frames. 1024 × 1024 in 20 steps is 21 million.
policy-at-once = Most jobs at once
policy-at-once-help = Others wait in the queue.
policy-format = Pictures are saved as
format-as-made = as they were made
policy-quality = Quality
policy-quality-help = 1 to 100
policy-keep-days = Delete results after, in days
policy-keep-days-help = Favourites stay. Empty: as the house says.
policy-metadata = Files tell how they were made
policy-metadata-help = the whole workflow, prompt and models included
policy-fixed = Only certain nodes
policy-fixed-help = otherwise those that the graph has when it is published
policy-classes = Node classes
about-texts = Other languages
texts-help = What is left empty is shown as it stands in the form.
texts-tag = Language tag
texts-tag-hint = pt, zh-Hant, ja …
texts-tag-wrong = That is no language tag. Write it like pt, zh-Hant or pt-BR.
texts-add = Add a language
texts-named = { $text }, in { $language }

## Versions

versions = Versions
versions-none = Nothing has been published yet.
version = Version { $version }
version-runs = guests run it
version-facts = { $count ->
    [0] { $when } · no jobs
    [one] { $when } · { $count } job
    *[other] { $when } · { $count } jobs
}
roll-back = Run this one
roll-back-to = Run this one: version { $version }
edit-from = Edit from here
edit-from-version = Edit from here: version { $version }
discard = Throw the draft away
hide = Hide from guests
delete = Delete the workflow
delete-asks = Its versions go with it; results that were made stay. This cannot be undone.
delete-sure = Delete it
delete-not = Keep it
compare = What differs
compare-from = Between
compare-to = and
compare-draft = the draft
compare-none = Nothing differs.
compare-added = added
compare-removed = removed
compare-changed = changed
subject-about = The workflow
subject-policy = Rules
subject-order = Order of the fields
subject-field = Field: { $name }
subject-node = Node { $name }
said-published = Version { $version } is published.
said-hidden = Guests see it no more.
said-rolled-back = Guests run version { $version } again.
said-edit-from = Version { $version } is the draft now. Undo brings the other one back.
said-discarded = The draft is thrown away.
said-deleted = The workflow is deleted.
said-cover = The cover is set.
