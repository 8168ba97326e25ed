//! How the messages kept for one person are shared among their senders: when there are too many,
//! the sender with the most loses the oldest, so that nobody keeps others from being heard.

use alloc::vec::Vec;
use core::cmp::Reverse;

use crate::event::{Event, Fact};
use crate::ids::PersonId;
use crate::limits::{KEPT_BYTES_MAX, KEPT_MESSAGES_MAX};
use crate::name::Name;

/// The least that a message counts towards its sender's share: at this size the largest number of
/// messages has the largest number of bytes.
const LEAST_SHARE: usize = KEPT_BYTES_MAX / KEPT_MESSAGES_MAX;

/// The sender of a message: an account, or a person without one.
#[derive(Clone, Copy, PartialEq)]
enum SentBy<'a> {
    Account(&'a Name),
    Person(PersonId),
}

/// What one sender has among the kept messages.
struct Share<'a> {
    by: Option<SentBy<'a>>,
    /// Bytes, each message counted as [`LEAST_SHARE`] at least.
    share: usize,
    /// The place of its oldest message.
    oldest: usize,
}

/// Takes out the messages that are too many, oldest first. The newest stays.
pub(super) fn make_space(kept: &mut Vec<Event>) -> Vec<Event> {
    let mut taken = Vec::new();
    while !fits(kept)
        && let Some(place) = oldest_of_fullest(kept)
    {
        taken.push(kept.remove(place));
    }
    taken
}

/// Whether these messages may all be kept for one person.
pub(super) fn fits(kept: &[Event]) -> bool {
    kept.len() <= KEPT_MESSAGES_MAX && kept.iter().map(bytes).sum::<usize>() <= KEPT_BYTES_MAX
}

/// How many bytes a kept message counts for.
pub(super) fn bytes(event: &Event) -> usize {
    match &event.fact {
        Fact::PrivateMessage(message) => message.text.len(),
        Fact::MessageKept(message) => message.text.len(),
        _ => 0,
    }
}

/// The index of the oldest message of the sender with the largest share, not counting the newest
/// message.
fn oldest_of_fullest(kept: &[Event]) -> Option<usize> {
    let newest = kept.len().checked_sub(1)?;
    let mut senders: Vec<Share<'_>> = Vec::new();
    for (place, event) in kept.iter().enumerate() {
        let (by, share) = (sent_by(event), bytes(event).max(LEAST_SHARE));
        match senders.iter_mut().find(|sender| sender.by == by) {
            Some(sender) => sender.share += share,
            None => senders.push(Share {
                by,
                share,
                oldest: place,
            }),
        }
    }
    let others = senders.iter().filter(|sender| sender.oldest < newest);
    let fullest = others.max_by_key(|sender| (sender.share, Reverse(sender.oldest)));
    fullest.map(|sender| sender.oldest)
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

    fn name(name: &str) -> Name {
        Name::parse(name).expect("a name")
    }

    fn text(bytes: usize) -> Text {
        Text::parse(&"x".repeat(bytes)).expect("a text")
    }

    fn kept(seq: u64, from: &Name, text: &Text) -> Event {
        Event {
            seq: Seq(seq),
            at: Timestamp(0),
            source: None,
            fact: Fact::MessageKept(Box::new(KeptMessage {
                from: PersonId(1),
                from_name: from.clone(),
                from_account: from.clone(),
                account: from.clone(),
                to_name: from.clone(),
                text: text.clone(),
                manner: Manner::Speech,
                irc: None,
            })),
        }
    }

    fn of<'a>(from: &Name, kept: &'a [Event]) -> Vec<&'a Event> {
        let own = kept
            .iter()
            .filter(|event| sent_by(event) == Some(SentBy::Account(from)));
        own.collect()
    }

    proptest! {
        #[test]
        fn nobody_takes_the_share_of_another(
            sent in prop::collection::vec((0..3_usize, 0..5_usize), 1..200),
        ) {
            let senders = ["ann", "bob", "mal"].map(name);
            let texts = [1, LEAST_SHARE, LEAST_SHARE + 1, 1_000, 4_095].map(text);
            let mut all = Vec::new();
            for (seq, (sender, length)) in sent.into_iter().enumerate() {
                all.push(kept(seq as u64, &senders[sender], &texts[length]));
                make_space(&mut all);
                prop_assert!(fits(&all));
                prop_assert_eq!(all.last().map(|event| event.seq), Some(Seq(seq as u64)));
                prop_assert!(all.is_sorted_by_key(|event| event.seq));
            }
        }

        #[test]
        fn who_says_little_is_heard_beside_who_floods(floods in 1..300u64, bytes in 1..4_096usize) {
            let [ann, bob, mal] = ["ann", "bob", "mal"].map(name);
            let (short, long) = (text(1), text(bytes));
            let mut all = [kept(0, &ann, &short), kept(1, &ann, &short)].to_vec();
            for seq in 0..floods {
                all.push(kept(2 + seq, &mal, &long));
                make_space(&mut all);
            }
            all.push(kept(1_000, &bob, &short));
            make_space(&mut all);
            prop_assert_eq!(of(&ann, &all).len(), 2);
            prop_assert_eq!(of(&bob, &all).len(), 1);
        }
    }
}
