//! A command in the table, and the groups in which `/help` lists commands.

use core::fmt;

use super::parse::ReadArguments;
use super::table::COMMANDS;

/// The groups of `/help`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Saying something.
    Talk,
    /// Finding out.
    Look,
    /// Between rooms.
    Move,
    /// What moderators do in their room.
    Rooms,
    /// Oneself.
    You,
    /// The commands of operators.
    Operators,
}

impl Group {
    /// In the order of `/help`.
    pub const ALL: [Self; 6] = [
        Self::Talk,
        Self::Look,
        Self::Move,
        Self::Rooms,
        Self::You,
        Self::Operators,
    ];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Talk => "Talk",
            Self::Look => "Look",
            Self::Move => "Move",
            Self::Rooms => "Rooms",
            Self::You => "You",
            Self::Operators => "Operators",
        }
    }

    /// The group that a word without a slash means. `/op` and `/rooms` are commands.
    pub(super) fn named(word: &str) -> Option<Self> {
        let is_it = |group: &Self| group.title().eq_ignore_ascii_case(word);
        match word.eq_ignore_ascii_case("op") {
            true => Some(Self::Operators),
            false => Self::ALL.into_iter().find(is_it),
        }
    }

    /// Its commands, in the order of the table.
    pub fn commands(self) -> impl Iterator<Item = &'static CommandSpec> {
        COMMANDS.iter().filter(move |spec| spec.group == self)
    }
}

/// The place of a command in the overview.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HelpRow {
    /// In a row of its own.
    Row,
    /// In the row of the command before it, whose explanation covers both.
    Beside,
    /// Nowhere: another command's explanation covers it.
    Within,
}

/// One command.
pub struct CommandSpec {
    /// The word after the `/`.
    pub name: &'static str,
    /// Other words for the same.
    pub aliases: &'static [&'static str],
    /// Where `/help` lists it.
    pub group: Group,
    /// The arguments: fill in what is in capitals; brackets are optional.
    pub takes: &'static str,
    /// The few words of `/help` about it; empty if the command speaks for itself.
    pub brief: &'static str,
    /// The text of `/help COMMAND`, in sentences; the first one must make sense by itself.
    pub about: &'static str,
    /// A line that can be typed.
    pub example: &'static str,
    pub(super) shown: HelpRow,
    pub(super) read: ReadArguments,
}

impl CommandSpec {
    pub(super) const fn new(
        name: &'static str,
        group: Group,
        takes: &'static str,
        read: ReadArguments,
    ) -> Self {
        Self {
            name,
            aliases: &[],
            group,
            takes,
            brief: "",
            about: "",
            example: "",
            shown: HelpRow::Row,
            read,
        }
    }

    pub(super) const fn aliases(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    pub(super) const fn brief(self, brief: &'static str) -> Self {
        Self { brief, ..self }
    }

    pub(super) const fn shown(self, shown: HelpRow) -> Self {
        Self { shown, ..self }
    }

    pub(super) const fn about(self, about: &'static str, example: &'static str) -> Self {
        Self {
            about,
            example,
            ..self
        }
    }

    /// The command with this name or alias, in any case.
    pub fn find(typed: &str) -> Option<&'static Self> {
        COMMANDS
            .iter()
            .find(|spec| spec.words().any(|word| word.eq_ignore_ascii_case(typed)))
    }

    /// Its name and its aliases.
    pub fn words(&self) -> impl Iterator<Item = &'static str> {
        core::iter::once(self.name).chain(self.aliases.iter().copied())
    }
}

impl PartialEq for CommandSpec {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for CommandSpec {}

impl fmt::Debug for CommandSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CommandSpec({})", self.name)
    }
}

impl fmt::Display for CommandSpec {
    /// As it is typed: `/kick NAME [WHY]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gap = if self.takes.is_empty() { "" } else { " " };
        write!(f, "/{}{gap}{}", self.name, self.takes)
    }
}
