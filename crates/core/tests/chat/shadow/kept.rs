//! What is kept for one person, in its simplest form: as many of the newest as fit, without the oldest of those who
//! have most.

use chinwag_core::limits::{KEPT_BYTES_MAX, KEPT_MESSAGES_MAX};
use chinwag_core::{Event, Fact, Name};

/// Takes out what does not fit.
pub(super) fn share(kept: &mut Vec<Event>) {
    let bytes = |event: &Event| sender_and_bytes(event).1;
    while kept.len() > KEPT_MESSAGES_MAX || kept.iter().map(bytes).sum::<usize>() > KEPT_BYTES_MAX {
        let least = KEPT_BYTES_MAX / KEPT_MESSAGES_MAX;
        let share = |of: &Event| {
            let (sender, _) = sender_and_bytes(of);
            let own = kept.iter().map(sender_and_bytes);
            let own = own.filter(|(other, _)| other.same_as(&sender));
            own.map(|(_, bytes)| bytes.max(least)).sum::<usize>()
        };
        let older = &kept[..kept.len() - 1];
        let most = older.iter().map(share).max().expect("an older one");
        let place = older.iter().position(|event| share(event) == most);
        kept.remove(place.expect("the oldest of it"));
    }
}

fn sender_and_bytes(event: &Event) -> (Name, usize) {
    match &event.fact {
        Fact::PrivateMessage(message) => (message.from_name.clone(), message.text.len()),
        Fact::MessageKept(message) => (message.from_account.clone(), message.text.len()),
        fact => panic!("{fact:?}"),
    }
}
