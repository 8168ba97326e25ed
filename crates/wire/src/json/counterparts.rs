//! What a program sends where a person types a command. A test checks that each command of the
//! plain dialect is here or has the same name.

/// What replaces a command that people type.
pub(super) enum Counterpart {
    /// These commands.
    Commands(&'static [&'static str]),
    /// Nothing, for this reason.
    None(&'static str),
}

use Counterpart::{Commands, None};

/// A reason that several commands share.
const OF_A_SCREEN: &str = "a matter of the screen";

/// The commands of people that a program knows under another name, or as several, or does not need.
/// All others have the same name in both.
pub(super) const COUNTERPARTS: &[(&str, Counterpart)] = &[
    ("me", Commands(&["act"])),
    ("msg", Commands(&["tell", "say_to"])),
    (
        "reply",
        None("`tell` it to the author of the private message"),
    ),
    ("around", Commands(&["history"])),
    ("topic", Commands(&["topic", "set_topic"])),
    ("help", None("this page, and `understands` in `hello`")),
    ("room", Commands(&["room", "set_room", "rename_room"])),
    ("ignore", Commands(&["ignore", "ignores"])),
    ("account", Commands(&["account", "forget_certificate"])),
    ("time", None(OF_A_SCREEN)),
    ("tz", None("every time is in UTC")),
    ("echo", None("you get every event, your own messages too")),
    ("quiet", None(OF_A_SCREEN)),
    ("color", None(OF_A_SCREEN)),
    ("bell", None(OF_A_SCREEN)),
    ("remove", Commands(&["remove_account", "remove_room"])),
    ("motd", Commands(&["motd", "set_motd"])),
];

/// What a program sends in place of a command of people.
pub(super) fn counterpart(name: &str) -> Option<&'static Counterpart> {
    let found = COUNTERPARTS.iter().find(|(other, _)| *other == name);
    found.map(|(_, counterpart)| counterpart)
}
