### Every word of the page. Plain text, { $value }, and a choice by plural or exact number.

## The house

house-nav = House
to-hall = { $house }, to the hall
gallery = Gallery
account = Your account
switch-to-light = Change to light
switch-to-dark = Change to dark
skip-to-content = Skip to the content
choose-workflow = Choose a workflow
demo-note = The demo engine paints; it does not diffuse.
offline-note = The connection is lost. Trying again…
page-title = { $page } · { $house }
page-title-running = { $percent } % · { $page } · { $house }

## The hall

hall-morning = Good morning.
hall-afternoon = Good afternoon.
hall-evening = Good evening.
hall-question = What shall we make?
hall-open = The workshop is open
hall-closed = The workshop is closed
hall-empty-title = Nothing hangs here yet
hall-empty = The host has not published a workflow.
makes-image = makes a picture
makes-video = makes a video
makes-audio = makes sound
makes-text = makes text
makes-model = makes a 3D model
makes-file = makes a file

## The stage

stage = The picture being made
tray = Your jobs under way
tray-job = { $prompt }, { $percent } percent
tray-queued = { $prompt }, in the queue
tray-place = { $place ->
    [1] 1st
    [2] 2nd
    [3] 3rd
    *[other] { $place }th
}
strip = Nodes in the order they run
node-waiting = { $node }: waiting
node-running = { $node }: running
node-cached = { $node }: an earlier result was used
node-done = { $node }: done
node-failed = { $node }: failed
queue-title = In the queue
queue-before = before you
queue-next = You are next
queue-starts-in = starts in about { $time }
queue-starts-soon = starts in a moment
queue-spoken = { $before ->
    [0] In the queue, you are next.
    [one] In the queue, { $before } before you.
    *[other] In the queue, { $before } before you.
}
waiting-title = Waiting for the workshop
waiting-why = It starts by itself as soon as the workshop is open.
starting-title = Starting
starting-why = The workshop has your job
painting-title = At work
node-step = { $node } · step { $step } of { $steps }
left-about = about { $time } left
left-short = { $time } left
left-spoken = { $percent } percent
stopping-title = Stopping
stopping-why = The workshop lays down its tools
ready-title = Ready
ready-took = made in { $time }
ready-spoken = Your picture is ready.
stopped-title = Stopped
stopped-why = You stopped this one.
failed-spoken = This job failed.
expired-title = It waited too long
expired-why = The workshop did not get to this job in time. Try again.
failed-title = This one did not work out
stop = Stop
stop-job = Stop this job
leave-queue = Leave
leave-queue-job = Leave the queue
try-again = Try again
another = Another
keep-it = Keep it
copy-details = Copy details
copied = Copied
copy-failed = Copying is not allowed here
previous-result = Previous result
previous-alt = Your previous result
preview-alt = Preview of the picture
open-result = Open: { $prompt }
untitled = Untitled
made-in-parlor = Made in { $house }

## Times

time-seconds = { $seconds } s
time-minutes = { $minutes } min
time-minutes-seconds = { $minutes } min { $seconds } s
time-hours = { $hours } h { $minutes } min

## Rooms without a picture

empty-title = An empty wall
empty-why = Your pictures will hang here. Describe something and press { $button }.
closed-title = The workshop is closed
closed-why = No backend answers now. You can still look around; what you send now waits here and starts by itself.
to-gallery = To the gallery
to-hall-short = To the hall
not-found-title = There is nothing here
not-found-why = The address may have a slip in it, or what was here is gone.
no-workflow-title = This workflow is not here
no-workflow-why = It may have been renamed or taken down by the host.
trouble-title = That did not load
retry = Try again
sign-in = Sign in
loading = Loading

## Keys

keys-title = Keys
keys-run = Create
keys-help = Show this list
keys-close = Close what is open
keys-move = Next and previous picture
close = Close
key-ctrl = Ctrl

## What went wrong

error-unreachable = The server cannot be reached. Check the connection and try again.
error-strange = Something other than Parlor answered ({ $status }). Try again in a moment.

## The composer

create = Create
sending = Sending…
composer-all = Show all settings
composer-less = Show less
composer-presets = Settings to begin with
composer-tabs = Tabs
composer-more = More settings
composer-code = Use from code
create-keys = { $modifier } ↵
field-clear = Clear
field-reset = Default
field-default = Default { $value }
field-optional = optional
field-exact = { $label }, exact value
field-count = { $count } of { $max }
field-named = { $label }: { $value }
wrong-missing = This is needed.
wrong-too-long = { $by ->
    [one] One character too many: { $max } fit.
    *[other] { $by } characters too many: { $max } fit.
}
wrong-not-a-number = Write a number.
wrong-not-whole = Write a whole number.
wrong-range = Write a number from { $min } to { $max }.
wrong-seed = A seed is a whole number with up to 19 digits. Leave it empty for a new one each time.
wrong-size = Each side is from { $min } to { $max } pixels.
wrong-sending = The picture is still on its way.
seed-new = new each time
seed-once = for the next one
seed-kept = kept
seed-empty = any
seed-roll = Roll the dice
seed-lock = Lock the seed
seed-again = Reuse the last seed
size-value = { $width } × { $height }
pick-search = Search { $count ->
    [one] one option
    *[other] { $count } options
}
pick-none = Nothing matches “{ $query }”.
picture-empty = Choose, paste or drop a picture
file-empty = Choose, paste or drop a file
picture-let-go = Let go to use this picture
picture-anywhere = anywhere on the page
picture-limits = { $kinds } up to { $size }
picture-camera = Take a photo
picture-from-results = Use a result
picture-replace = Replace
picture-remove = Remove
picture-cancel = Cancel
picture-unnamed = A picture from before
picture-alt = The picture you chose: { $name }
picture-sent = { $done } of { $all }
picture-meta = { $size } · { $bytes }
picture-percent = { $percent } %
picture-no-bytes = { $name } is empty.
picture-too-large = { $name } has { $size }. Up to { $max } fit.
picture-wrong-type = { $name } is of another kind. This field takes { $kinds }.
choose-title = Use a result
choose-empty = Nothing here yet: pictures you make can be chosen later.
bytes-b = { $count } B
bytes-kb = { $count } kB
bytes-mb = { $count } MB
bytes-gb = { $count } GB

## Results: the wall, the frame, the gallery

wall-title = Made here
wall-all = All in the gallery
wall-more = Show more
tile-play = Play { $name }
tile-pause = Pause { $name }
tile-words = { $count ->
    [one] one word
    *[other] { $count } words
}
favourite = Favourite
use-settings = Use these settings
use-as-input = Use as input
download = Download
delete = Delete
delete-not = Keep it
delete-ask = { $count ->
    [one] Delete this for good?
    *[other] Delete all { $count } results of this run for good?
}
deleted = Deleted.
filled-settings = The settings are in the form.
filled-picture = The picture is in the form.
no-picture-workflow = No workflow here takes this.
frame = A result
frame-count = { $number } of { $total }
frame-missing-title = This result is not here
frame-missing-why = It may have been deleted, or it belongs to somebody else.
frame-newer = Newer result
frame-older = Older result
frame-neighbours = Neighbours
frame-zoom = Zoom
frame-zoom-in = Zoom in
frame-zoom-out = Zoom out
frame-fit = Fit to the screen
frame-percent = { $percent } %
compare = Compare with the original
compare-original = Original
compare-original-alt = The picture it was made from
compare-result = Result
compare-line = Line between original and result
placard = About this result
placard-by = { $workflow } · { $when }
copy-prompt = Copy the prompt
copy-seed = Copy the seed
fact-on = on
fact-off = off
fact-picture = from a picture
fact-given = from a file
fact-until = Kept until
fact-made-in = Made in
fact-backend = Backend
fact-file = File
fact-file-size = { $kind } · { $size } · { $bytes }
fact-file-plain = { $kind } · { $bytes }
day-today = Today
day-yesterday = Yesterday
moment-today = today, { $time }
moment-yesterday = yesterday, { $time }
moment-date = { $date }, { $time }
gallery-count = { $count ->
    [0] nothing yet
    [one] one thing you made
    *[other] { $count } things you made
}
gallery-found = { $count ->
    [0] nothing found
    [one] one found
    *[other] { $count } found
}
gallery-search = Search in prompts
gallery-filters = Filters
gallery-favourites = Favourites
gallery-all-workflows = All workflows
gallery-workflow = Workflow
gallery-empty-title = Nothing hangs here yet
gallery-empty-why = What you make is kept here.
gallery-none-title = Nothing like that
gallery-none-why = No prompt has these words. Try fewer, or look at everything.
gallery-clear = Look at everything
