//! Strings of shadow mode.

use scim_schema::api::shadow::{LeftBehind, ShadowOutcome};

use crate::format;

pub(crate) const TITLE: &str = "Shadow";
pub(crate) const FAILED: &str = "The shadow could not be loaded.";
pub(crate) const MODE: &str = "Mode";
pub(crate) const LIVE: &str = "Live";
pub(crate) const SHADOW: &str = "Shadow";
pub(crate) const GOING_LIVE: &str = "Going live";
pub(crate) const BANNER: &str = "Shadow mode never cuts access.";
pub(crate) const BANNER_WHY: &str = "What this provider sends is answered as if it were done, and nothing is done. Nobody is created, changed or locked out; whoever has left can still sign in until it goes live.";
pub(crate) const GOING_WHY: &str =
    "The provider is asked to wait meanwhile, and sends again by itself.";
pub(crate) const NOTHING: &str = "Nothing sent yet";
pub(crate) const NOTHING_WHY: &str =
    "Let the provider synchronise. What it would do here appears by itself.";

pub(crate) const CREATE: &str = "Begin in shadow mode";
pub(crate) const CREATE_HINT: &str = "The provider is answered as if everything were done, and nothing is done before you take it live.";

pub(crate) const WOULD_CREATE: &str = "New names";
pub(crate) const MET: &str = "Names somebody has here";
pub(crate) const INACTIVE: &str = "Could not sign in";
pub(crate) const GROUPS: &str = "Groups";
pub(crate) const MEMBERS: &str = "Memberships";
pub(crate) const REFUSED: &str = "Left behind";

pub(crate) const GO_LIVE: &str = "Go live";
pub(crate) const GO_LIVE_DOING: &str = "Going live";
pub(crate) const STAY: &str = "Stay in shadow";
pub(crate) const LEAVE: &str = "Leave shadow mode";
pub(crate) const LEAVING: &str = "Leaving shadow mode";
pub(crate) const CHANGED: &str = "The shadow has changed since you opened this question. The numbers are those of now: look at them and at the people below, then decide again.";
pub(crate) const STOP: &str = "Stop going live";
pub(crate) const STOPPING: &str = "Stopping";
pub(crate) const KEEP_GOING: &str = "Keep trying";
pub(crate) const STOPPED: &str = "Going live is stopped";
pub(crate) const BEGUN: &str = "Going live has begun";
pub(crate) const TRY_AGAIN: &str = "Try the rest again";
pub(crate) const KEEP: &str = "Keep";
pub(crate) const DISCARD: &str = "Discard shadow";
pub(crate) const DISCARDING: &str = "Discarding shadow";
pub(crate) const KEEP_SHADOW: &str = "Keep shadow";
pub(crate) const ENTER: &str = "Use shadow mode";
pub(crate) const ENTERING: &str = "Changing to shadow mode";
pub(crate) const STAY_LIVE: &str = "Stay live";
pub(crate) const ENTERED: &str = "Shadow mode is on";

pub(crate) const PEOPLE: &str = "People it would provision";
pub(crate) const PEOPLE_FAILED: &str = "The people could not be loaded.";
pub(crate) const PERSON: &str = "Person";
pub(crate) const OUTCOME: &str = "Outcome";
pub(crate) const CHANGES: &str = "Before and after";
pub(crate) const NO_CHANGES: &str = "The same as now";
pub(crate) const IN_GROUPS: &str = "Groups";
pub(crate) const NO_GROUPS: &str = "None";
pub(crate) const NOT_SET: &str = "Not set";
pub(crate) const NOT_ACTIVE: &str = "Could not sign in";
pub(crate) const LEFT_BEHIND: &str = "Left behind";
pub(crate) const ALL_GROUPS: &str = "Groups it would push";
pub(crate) const GROUPS_FAILED: &str = "The groups could not be loaded.";
pub(crate) const GROUP: &str = "Group";
pub(crate) const COUNT: &str = "Members";
pub(crate) const NEXT: &str = "Next";
pub(crate) const FIRST: &str = "First page";
pub(crate) const BECOMES: &str = "becomes";

/// What would become of somebody, in a word.
pub(crate) const fn outcome(outcome: ShadowOutcome) -> &'static str {
    match outcome {
        ShadowOutcome::Create => "Create",
        ShadowOutcome::Adopt => "Adopt",
        ShadowOutcome::Conflict => "Conflict",
        ShadowOutcome::Unreadable => "Unreadable",
    }
}

/// Why somebody or a group stayed behind; nothing where what is shown beside it says so.
pub(crate) const fn left_behind(why: LeftBehind) -> &'static str {
    match why {
        LeftBehind::Taken => "",
        LeftBehind::Invalid => "What the provider sent breaks a rule.",
        LeftBehind::TooSlow => "It takes longer than the database may be held.",
        LeftBehind::Broken => {
            "What is stored of it cannot be read: discard the shadow and let the provider send it again."
        }
    }
}

/// Who is here already.
pub(crate) fn is_here(name: &str, connection: Option<&str>) -> String {
    match connection {
        Some(connection) => format!("{name} is here already, provisioned by {connection}"),
        None => format!("{name} is here already"),
    }
}

/// How far a going live is.
pub(crate) fn progress(done: u64, total: u64) -> String {
    format!("{} of {} done", format::count(done), format::count(total))
}

/// Why a going live does not go on.
pub(crate) fn failed(reason: &str, next_try: &str) -> String {
    format!("The last try failed: {reason}. The next one: {next_try}.")
}

/// Title of the question.
pub(crate) fn stop_title(name: &str) -> String {
    format!("Stop taking {name} live")
}

/// What follows.
pub(crate) fn stop_consequences() -> Vec<String> {
    vec![
        "Who is live already stays live. The rest waits in the shadow, and you can try it again.".to_owned(),
        "When nobody is live yet, the connection is in the mode it was in before.".to_owned(),
        "The provider is answered again from then on, and does not find whom the shadow still holds unless it is in shadow mode.".to_owned(),
    ]
}

/// Title of the question.
pub(crate) fn go_live_title(name: &str) -> String {
    format!("Take {name} live")
}

/// The same when only what was left behind is tried again.
pub(crate) fn again_title(name: &str) -> String {
    format!("Try again what {name} left behind")
}

/// The same when nothing is in the shadow.
pub(crate) fn empty_title(name: &str) -> String {
    format!("Take {name} live with an empty shadow")
}

/// Why that is seldom wanted.
pub(crate) fn empty_consequences() -> Vec<String> {
    vec![
        "The provider has sent nothing yet, so there is nothing to review. Stay in shadow and let it synchronise: what it would do appears here.".to_owned(),
        "Outside shadow mode, what it sends is done at once and nobody sees it before.".to_owned(),
    ]
}

/// What follows.
pub(crate) fn go_live_consequences(
    users: u64,
    groups: u64,
    inactive: u64,
    met: u64,
) -> Vec<String> {
    let mut lines = vec![format!(
        "{} and {} become real, with the ids that the provider knows.",
        format::people(users),
        format::counted(groups, "group", "groups")
    )];
    if inactive > 0 {
        lines.push(format!(
            "{} of them cannot sign in.",
            format::count(inactive)
        ));
    }
    if met > 0 {
        lines.push(format!(
            "{} of them {} the name of somebody who is here: who may be adopted is, the others stay behind as conflicts.",
            format::count(met),
            if met == 1 { "has" } else { "have" }
        ));
    }
    lines.push("From then on, what the provider sends is done at once.".to_owned());
    lines
}

/// Title of the question.
pub(crate) fn discard_title(name: &str) -> String {
    format!("Discard the shadow of {name}")
}

/// What follows.
pub(crate) fn discard_consequences(objects: u64) -> Vec<String> {
    vec![
        format!(
            "{} deleted from the shadow.",
            format::counted(objects, "user or group is", "users and groups are")
        ),
        "The provider believes that they exist: let it synchronise everything again.".to_owned(),
    ]
}

/// When it was done.
pub(crate) fn discarded(objects: u64) -> String {
    format!(
        "Discarded {}",
        format::counted(objects, "user or group", "users and groups")
    )
}

/// Title of the question.
pub(crate) fn enter_title(name: &str) -> String {
    format!("Put {name} into shadow mode")
}

/// What follows.
pub(crate) fn enter_consequences() -> Vec<String> {
    vec![
        "What the provider sends is answered as if it were done, and nothing is done.".to_owned(),
        "You see what it would do, and take it live when that is right.".to_owned(),
    ]
}
