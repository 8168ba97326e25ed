//! The author of a fact.

use super::{Fact, QuitReason};
use crate::ids::PersonId;
use crate::ignore::Voice;
use crate::name::Name;

impl Fact {
    /// The person who caused it, if the fact has their number.
    pub fn author(&self) -> Option<PersonId> {
        match self {
            Self::Said { person, .. }
            | Self::Joined { person, .. }
            | Self::Left { person, .. }
            | Self::AwaySet { person, .. } => Some(*person),
            Self::Quit(quit) => Some(quit.person),
            Self::LoggedIn(login) => Some(login.person),
            Self::Returned(returned) => Some(returned.login.person),
            Self::Attached(attached) => Some(attached.login.person),
            Self::Detached(detached) => Some(detached.person),
            Self::Renamed(renamed) => Some(renamed.person),
            Self::PrivateMessage(message) => Some(message.from),
            Self::MessageKept(message) => Some(message.from),
            Self::AccountSet(set) => Some(set.person),
            Self::AccountChanged(changed) => changed.person,
            Self::Knocked(knock) => Some(knock.person),
            Self::Signal(signal) => Some(signal.from),
            Self::RankMessage(message) => Some(message.from),
            Self::IdentSet(set) => Some(set.person),
            Self::PrivateDeleted(deletion) => Some(deletion.person),
            Self::MarkerSet(set) => Some(set.person),
            Self::StandingShown(shown) => Some(shown.person),
            Self::MetadataShown(shown) => Some(shown.by),
            _ => None,
        }
    }

    /// The name of the person who caused it, if the fact has no number.
    pub fn author_name(&self) -> Option<&Name> {
        match self {
            Self::TopicSet { by, .. } => Some(by),
            Self::RoomChanged(change) => Some(&change.by),
            Self::Moderated(entry) => Some(&entry.by),
            Self::Deleted(deletion) => Some(&deletion.by),
            Self::RoomRenamed(renamed) => Some(&renamed.by),
            _ => None,
        }
    }

    /// The account of the person who caused it, if the fact has it. What is stored in a room, or
    /// kept, has it, for readers who come when nobody knows the person any more.
    pub fn author_account(&self) -> Option<&Name> {
        match self {
            Self::Said { account, .. } | Self::TopicSet { account, .. } => account.as_ref(),
            Self::Signal(signal) if signal.room.is_some() => signal.accounts.from.as_ref(),
            Self::MessageKept(message) => Some(&message.from_account),
            _ => None,
        }
    }

    /// The speaker, whom `/ignore` hides. A topic and its removal are speech. Who is here and under
    /// which name is not, and readers who ignore the person see it too, without [their
    /// words](Self::aside).
    pub fn voice(&self) -> Option<Voice<'_>> {
        let (name, person, account) = match self {
            Self::Said {
                name,
                person,
                account,
                ..
            } => (name, Some(*person), account),
            Self::TopicSet {
                by,
                person,
                account,
                ..
            } => (by, *person, account),
            Self::PrivateMessage(message) => {
                let account = &message.accounts.from;
                (&message.from_name, Some(message.from), account)
            }
            Self::RankMessage(message) => (&message.from_name, Some(message.from), &None),
            Self::Signal(signal) => {
                let account = &signal.accounts.from;
                (&signal.from_name, Some(signal.from), account)
            }
            _ => return None,
        };
        Some(Voice {
            name,
            person,
            account: account.as_ref(),
        })
    }

    /// Whose words a fact has besides what everybody is told: the reason for leaving, or for being
    /// away.
    pub fn aside(&self) -> Option<Voice<'_>> {
        let (name, person, account) = match self {
            Self::Quit(quit) if quit.why.is_speech() => {
                (&quit.name, quit.person, quit.account.as_ref())
            }
            Self::Left {
                person,
                name,
                why: Some(_),
                closed_by: None,
                account,
                ..
            } => (name, *person, account.as_ref()),
            Self::AwaySet {
                person,
                name,
                why: Some(_),
                ..
            } => (name, *person, None),
            _ => return None,
        };
        Some(Voice {
            name,
            person: Some(person),
            account,
        })
    }

    /// The fact without [those words](Self::aside).
    #[must_use]
    pub fn without_aside(&self) -> Self {
        let mut fact = self.clone();
        match &mut fact {
            Self::Quit(quit) if quit.why.is_speech() => quit.why = QuitReason::Quit(None),
            Self::Left {
                why,
                closed_by: None,
                ..
            }
            | Self::AwaySet { why, .. } => *why = None,
            _ => {}
        }
        fact
    }
}

#[cfg(test)]
mod tests {
    use alloc::boxed::Box;

    use super::*;
    use crate::event::{KeptMessage, Manner, Quit};
    use crate::ids::LOBBY;
    use crate::text::Text;

    #[test]
    fn a_kept_message_has_its_authors_account_when_its_source_is_gone() {
        let name = |name: &str| Name::parse(name).expect("a name");
        let kept = Fact::MessageKept(Box::new(KeptMessage {
            from: PersonId(1),
            from_name: name("annie"),
            from_account: name("ann"),
            account: name("bob"),
            to_name: name("bob"),
            text: Text::parse("hello").expect("a text"),
            manner: Manner::Speech,
            irc: None,
        }));
        assert_eq!(kept.author_account(), Some(&name("ann")));
    }

    #[test]
    fn the_reason_for_being_away_is_its_persons_and_can_be_left_out() {
        let away = |why: Option<&str>| Fact::AwaySet {
            person: PersonId(1),
            name: Name::parse("annie").expect("a name"),
            away: true,
            why: why.and_then(Text::parse),
            rooms: [LOBBY].into(),
        };
        let voice = away(Some("lunch")).aside().map(|voice| voice.person);
        assert_eq!(voice, Some(Some(PersonId(1))));
        assert_eq!(away(Some("lunch")).without_aside(), away(None));
        assert_eq!(away(None).aside(), None);
    }

    #[test]
    fn the_reason_for_leaving_is_its_persons_and_can_be_left_out() {
        let name = |name: &str| Name::parse(name).expect("a name");
        let left = |why: Option<&str>, closed_by: Option<Name>| Fact::Left {
            person: PersonId(1),
            name: name("annie"),
            room: LOBBY,
            why: why.map(|why| Text::parse(why).expect("a text")),
            closed_by,
            account: Some(name("ann")),
        };
        let annie = Voice {
            name: &name("annie"),
            person: Some(PersonId(1)),
            account: Some(&name("ann")),
        };
        let spoken = left(Some("bye"), None);
        assert_eq!((spoken.voice(), spoken.aside()), (None, Some(annie)));
        assert_eq!(spoken.without_aside(), left(None, None));
        assert_eq!(left(None, None).aside(), None);
        // What an operator gives as the reason for closing a room is the operator's.
        let closed = left(Some("spam"), Some(name("op")));
        assert_eq!(closed.aside(), None);
        assert_eq!(closed.without_aside(), closed);
        let quit = |why| {
            Fact::Quit(Box::new(Quit {
                person: PersonId(1),
                name: name("annie"),
                account: Some(name("ann")),
                rooms: [LOBBY].into(),
                why,
                is_resumable: false,
            }))
        };
        let spoken = quit(QuitReason::Quit(Text::parse("bye")));
        assert_eq!((spoken.voice(), spoken.aside()), (None, Some(annie)));
        assert_eq!(spoken.without_aside(), quit(QuitReason::Quit(None)));
        assert_eq!(quit(QuitReason::Lost).aside(), None);
    }
}
