### Every word that only the host's side says. What both sides say is in en.ftl.

studio = Studio
studio-nav = Studio
studio-workflows = Workflows
studio-count = { $count ->
    [one] { $count } workflow is published.
    *[other] { $count } workflows are published.
}
studio-empty-title = Nothing is published yet
studio-empty = What you publish is listed here, and hangs in the hall for your guests.
studio-to-all = All workflows
studio-as-guest = Open as a guest
studio-as-guest-named = Open { $workflow } as a guest
