//! How the messages kept for one person are shared among their senders: when there are too many, the sender with
//! the most loses the oldest, so that nobody keeps others from being heard.

use alloc::vec::Vec;

use crate::event::{Event, Fact};
use crate::ids::PersonId;
use crate::limits::{KEPT_BYTES_MAX, KEPT_MESSAGES_MAX};
use crate::name::Name;

/// What a message takes at least of its sender's share: then as many as may be kept weigh as much as may be.
const LEAST_SHARE: usize = KEPT_BYTES_MAX / KEPT_MESSAGES_MAX;

/// Who has sent a message: its account, or the person if it has none.
#[derive(Clone, Copy, PartialEq)]
enum SentBy<'a> {
    Account(&'a Name),
    Person(PersonId),
}

/// Takes the messages out that are too many, oldest first. The newest stays.
pub(super) fn make_space(kept: &mut Vec<Event>) -> Vec<Event> {
    let mut taken = Vec::new();
    while !fits(kept)
        && let Some(place) = oldest_of_fullest(kept)
    {
        taken.push(kept.remove(place));
    }
    taken
}

/// Whether these are no more than may be kept for one person.
pub(super) fn fits(kept: &[Event]) -> bool {
    kept.len() <= KEPT_MESSAGES_MAX && kept.iter().map(bytes).sum::<usize>() <= KEPT_BYTES_MAX
}

/// Bytes that count of a message that is kept.
pub(super) fn bytes(event: &Event) -> usize {
    match &event.fact {
        Fact::PrivateMessage(message) => message.text.len(),
        Fact::MessageKept(message) => message.text.len(),
        _ => 0,
    }
}

fn oldest_of_fullest(kept: &[Event]) -> Option<usize> {
    let (_, older) = kept.split_last()?;
    let share_of = |sender: Option<SentBy<'_>>| {
        let own = kept.iter().filter(|event| sent_by(event) == sender);
        own.map(|event| bytes(event).max(LEAST_SHARE))
            .sum::<usize>()
    };
    let mut fullest = None;
    for (place, event) in older.iter().enumerate() {
        let share = share_of(sent_by(event));
        if fullest.is_none_or(|(most, _)| share > most) {
            fullest = Some((share, place));
        }
    }
    fullest.map(|(_, place)| place)
}

fn sent_by(event: &Event) -> Option<SentBy<'_>> {
    match &event.fact {
        Fact::PrivateMessage(message) => Some(match &message.accounts.from {
            Some(account) => SentBy::Account(account),
            None => SentBy::Person(message.from),
        }),
        Fact::MessageKept(message) => Some(SentBy::Account(&message.from_account)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use alloc::boxed::Box;

    use proptest::prelude::*;

    use super::*;
    use crate::event::{KeptMessage, Manner};
    use crate::ids::Seq;
    use crate::text::Text;
    use crate::time::Timestamp;

    fn kept(seq: u64, from: &str, bytes: usize) -> Event {
        let name = |name| Name::parse(name).expect("a name");
        Event {
            seq: Seq(seq),
            at: Timestamp(0),
            source: None,
            fact: Fact::MessageKept(Box::new(KeptMessage {
                from: PersonId(1),
                from_name: name(from),
                from_account: name(from),
                account: name("vic"),
                to_name: name("vic"),
                text: Text::parse(&"x".repeat(bytes)).expect("a text"),
                manner: Manner::Speech,
                irc: None,
            })),
        }
    }

    fn of<'a>(from: &str, kept: &'a [Event]) -> Vec<&'a Event> {
        let name = Name::parse(from).expect("a name");
        let own = kept
            .iter()
            .filter(|event| sent_by(event) == Some(SentBy::Account(&name)));
        own.collect()
    }

    proptest! {
        #[test]
        fn nobody_takes_the_share_of_another(
            sent in prop::collection::vec((0..3u8, prop_oneof![Just(1), 1..4_096usize]), 1..200),
        ) {
            let mut all = Vec::new();
            for (seq, (sender, bytes)) in sent.into_iter().enumerate() {
                let sender = ["ann", "bob", "mal"][usize::from(sender)];
                all.push(kept(seq as u64, sender, bytes));
                make_space(&mut all);
                prop_assert!(fits(&all));
                prop_assert_eq!(all.last().map(|event| event.seq), Some(Seq(seq as u64)));
                prop_assert!(all.is_sorted_by_key(|event| event.seq));
            }
        }

        #[test]
        fn who_says_little_is_heard_beside_who_floods(floods in 1..300u64, bytes in 1..4_096usize) {
            let mut all = [kept(0, "ann", 1), kept(1, "ann", 1)].to_vec();
            for seq in 0..floods {
                all.push(kept(2 + seq, "mal", bytes));
                make_space(&mut all);
            }
            all.push(kept(1_000, "bob", 1));
            make_space(&mut all);
            prop_assert_eq!(of("ann", &all).len(), 2);
            prop_assert_eq!(of("bob", &all).len(), 1);
        }
    }
}
