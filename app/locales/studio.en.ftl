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

## People and what they may

account = Account
admin = House
role-guest = Guest
role-member = Member
role-owner = Owner
grant-graph = may run graphs of their own
grant-studio = may publish workflows
scope-read = reads only
scope-run = runs workflows
scope-admin = everything
somebody-unknown = A guest
sure-not = Leave it
older = Older
copy = Copy
copy-it = Copy it now: it is not shown again.
limit-requests = Requests in a minute
limit-jobs-at-once = Jobs at once
limit-jobs-per-day = Jobs a day
limit-cost-per-day = Work a day, in millions of pixel steps
limit-upload-per-day = Handed in a day
limit-storage = Kept, what was handed in and what was made
limit-of-workflow = { $limit }, of { $workflow }
limit-used = { $used } of { $most }
limit-most = { $most }
limits-none = Nothing is limited.

## The account

account-title = Your account
account-guest-title = You are a guest here
account-guest-why = This browser is known by a cookie. Whoever has an account finds what they made from any browser.
account-home-title = You are at home
account-home-why = Whoever sits at this machine owns the house, without an account.
account-may-graph = You may run graphs of your own.
account-may-studio = You may publish workflows.
account-limits = What you may today
account-limits-none = Nothing limits you.
keep-for-ever = What you make is kept until you delete it. A workflow may say otherwise.
keep-days = { $days ->
    [one] What you make is kept for { $days } day, favourites until you delete them. A workflow may say otherwise.
    *[other] What you make is kept for { $days } days, favourites until you delete them. A workflow may say otherwise.
}
sessions = Where you are signed in
sessions-none = Nowhere. You come in without a password.
session-here = this browser
session-facts = { $address } · last seen { $when }
session-agent = { $browser } on { $system }
session-end = Sign out
session-end-named = Sign out { $browser }, last seen { $when }
sessions-end-others = Sign out everywhere else
said-session-ended = That browser is signed out.
said-sessions-ended = Every other browser is signed out.
keys = API keys
keys-why = A key lets a program in as you. Make one for each program.
keys-none = You have no key.
key-make = Make a key
key-name = What it is for
key-scope = What it may
key-workflows = Only these workflows
key-workflows-help = By their addresses, with commas between them. Such a key sees nothing of what you make.
key-expires = Good for
key-expires-never = ever
key-expires-days = { $days ->
    [one] { $days } day
    *[other] { $days } days
}
key-per-minute = Most requests in a minute
key-apart = Has jobs and files of its own
key-apart-help = and does not see yours
key-made = The key { $name }
key-show = The key itself
key-done = Done
key-facts = { $hint }… · { $scope }
key-for = for { $workflows }
key-rate = { $count } requests a minute
key-until = until { $when }
key-never-used = never used
key-used = last used { $when }
key-revoke = Revoke
key-revoke-named = Revoke { $name }
key-revoke-asks = Programs that use { $name } are refused from now on.
said-key-revoked = The key is revoked.
password-title = Password
password-why = With a password you come in from any browser, by the name { $name }.
password-current = Current password
password-name = Name to sign in by
password-change = Change the password
password-set = Set the password
password-help = At least 10 characters. Everywhere else you are signed out.
said-password = The password is set.
data = Your data
export = Take everything along
export-why = One file with your pictures, what you handed in, and what is known of you.
delete-me = Delete everything
delete-me-why = Jobs, pictures, what you handed in, keys and the account, for good. Nobody can bring it back.
delete-me-why-guest = Jobs, pictures and what you handed in, for good. Nobody can bring it back.
delete-me-type = Write { $word } to be sure
delete-me-word = delete

## The house, for its owner

admin-nav = Parts of the house
admin-guarded = This is for the owner of the house
admin-guarded-why = Sign in as one to see who may come in, and what goes on.
account-guarded = Guests do not come in here
people = People
people-waiting = Ask to come in
people-all = Everybody with an account
people-none = Nobody has an account yet.
people-you = you
person-since = since { $when }
person-no-password = comes in by link only
person-barred = shut out
person-change = Change
person-change-named = Change { $name }
person-approve = Let in
person-approve-named = Let in { $name }
person-refuse = Refuse
person-refuse-named = Refuse { $name }
person-role = What they are
person-role-help = An owner may everything and has no limits.
person-save = Save
person-reset = A link for a new password
person-bar = Shut out
person-bar-asks = They are signed out everywhere, and their keys are refused, until you let them in again.
person-unbar = Let in again
person-delete = Delete
person-delete-asks = Everything that { $name } made goes too, for good.
person-reset-made = Send this to { $name }. Whoever opens it within a day sets the password.
said-person-changed = { $name } is changed.
said-person-approved = { $name } may come in.
said-person-barred = { $name } is shut out.
said-person-deleted = { $name } is deleted.
invite = Invite somebody
invite-hours = Good for
invite-day = a day
invite-week = a week
invite-month = a month
invite-make = Make a link
invite-made = Send this link to one person. Whoever opens it first chooses a name and a password.
invites = Open invitations
invite-facts = made { $made } · good until { $until }
invite-plain = A member
invite-revoke = Take back
invite-revoke-named = Take back the invitation of { $made }
said-invite-revoked = The invitation is void.
link = The link
all-keys = Keys
all-keys-none = Nobody has made a key.
key-of = { $name } · { $owner }
all-sessions = Sessions
sessions-of-all = Browsers that are signed in
session-facts-of = { $browser } · { $address } · last seen { $when }
session-end-of = Sign out { $name }: { $browser }, last seen { $when }
all-sessions-none = Nobody is signed in.
all-jobs = Jobs
all-jobs-title = Jobs of everybody
all-jobs-none = Nobody has made anything yet.
all-jobs-none-open = Nothing runs and nothing waits.
all-jobs-open = Only what is not over
job-graph = a graph
job-facts = { $name } · { $status } · { $when }
job-facts-at = { $name } · { $status } · { $when } · { $backend }
job-stop = Stop
job-stop-named = Stop { $workflow } of { $name }
said-job-stopped = The job is being stopped.
status-queued = waiting
status-running = running
status-canceling = being stopped
status-canceled = stopped
status-succeeded = made
status-failed = failed
status-expired = waited too long
all-limits = Limits
limits-guest = A guest, and all guests of one address
limits-member = A member
limits-cure = They are set where the house is started; a workflow may have limits of its own, in its rules. An owner has none.
limits-near = Near a limit, or over it
limits-near-unknown = A guest, or all guests of one address
limits-near-none = Nobody has used half of what they may.
limits-refused = Refused lately
limits-refused-none = Nobody was refused.
limits-refused-entry = { $limit } · { $when }
log = Log
log-kind = What happened
log-person = Who
log-anything = anything
log-anybody = anybody
log-none = Nothing like that has happened.
log-more = { $what } · { $about }
log-facts = { $name } · { $when }
log-facts-from = { $name } · { $when } · { $address }
log-nobody = Nobody
happened-signed-in = signed in
happened-sign-in-failed = failed to sign in
happened-signed-out = signed out
happened-session-ended = ended a session
happened-link-made = made a link
happened-link-followed = followed a link
happened-invite-revoked = took an invitation back
happened-registered = asked for an account
happened-password-changed = changed the password
happened-person-changed = changed somebody
happened-person-forgotten = deleted an account
happened-things-kept = kept what was made as a guest
happened-key-made = made a key
happened-key-used = used a key
happened-key-revoked = revoked a key
happened-limit-hit = reached a limit
happened-job-canceled = stopped a job
happened-workflow-published = published a workflow
happened-workflow-hidden = hid a workflow
happened-workflow-rolled-back = showed an earlier version
happened-workflow-deleted = deleted a workflow

## Asking for an account, and keeping what was made

register = Ask for an account
register-title = An account here
register-why = Choose a name and a password. You can come in once the host has approved it.
register-asked-title = You have asked
register-asked-why = The host has to approve it. Then you come in with your name and your password.
register-to-sign-in = Sign in
sign-in-elsewhere = Sign in at { $host }
refused-begin = Signing in there took too long, or began in another browser. Begin again.
refused-not-known = You were not let in there, so you are not in here. Try again, or come in another way.
refused-not-ours = This house lets in people of certain mail addresses only, and yours is not among them. Ask the host.
refused-shut = Your account here waits for the host, or was shut. Ask the host.
refused-later = Too many tried to sign in from where you are. Wait a minute, then try again.
refused-unreachable = The place where you sign in could not be asked. Try again in a moment.
keep-made = { $count ->
    [one] Keep the { $count } picture you made here
    *[other] Keep the { $count } pictures you made here
}
keep-made-help = They become your account’s, and this browser forgets them.
policy-jobs-per-day = Most jobs a day for each person
policy-jobs-per-day-help = Days begin at midnight, UTC. Owners have no limits.
policy-cost-per-day = Most work a day for each person
