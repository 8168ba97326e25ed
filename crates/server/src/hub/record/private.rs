//! Private messages that a person has not received, as lines of a record.

use chinwag_core::{
    Correspondents, Event, Fact, KeptPrivate, Manner, NOBODY, Name, PersonId, PrivateMessage,
    Sender, Seq, Text, Timestamp,
};

use super::{account_word, line};

/// Appends a line for each message, and for what else is kept of them.
pub(super) fn write(out: &mut String, private: &KeptPrivate) {
    for event in &private.messages {
        if let Fact::PrivateMessage(message) = &event.fact {
            let (seq, at, text) = (event.seq, event.at.0, &*message.text);
            let account = message.accounts.from.as_ref();
            let (from, account) = (&message.from_name, account_word(account));
            let message = format_args!("{seq} {at} {from} {account} {text}");
            line(out, "message", message);
        }
    }
    if private.omitted > 0 {
        line(out, "omitted", private.omitted);
    }
    if let Some(sender) = &private.last_sender {
        let (name, account) = (&sender.name, account_word(sender.account.as_ref()));
        let person = sender.person.unwrap_or(NOBODY).0;
        let sender = format_args!("{name} {account} {person}");
        line(out, "sender", sender);
    }
}

/// Reads one of these lines, which are for the person of this name.
pub(super) fn read(private: &mut KeptPrivate, to: &Name, word: &str, value: &str) {
    match word {
        "message" => private.messages.extend(kept(value, to)),
        "omitted" => private.omitted = value.parse().unwrap_or_default(),
        "sender" => private.last_sender = sender(value),
        // Older versions stored neither its number nor the account.
        "kept" => private.messages.extend(kept_once(value, to)),
        _ => {}
    }
}

/// A sender of `NAME ACCOUNT PERSON`.
pub(super) fn sender(value: &str) -> Option<Sender> {
    let mut words = value.split(' ');
    let (name, account) = (words.next()?, words.next()?);
    let person = words.next()?.parse().ok().map(PersonId);
    Some(Sender {
        person: person.filter(|person| *person != NOBODY),
        name: Name::parse(name).ok()?,
        account: Name::parse(account).ok(),
        is_of_earlier_run: true,
    })
}

/// A private message of `SEQ AT FROM ACCOUNT TEXT`.
pub(super) fn kept(value: &str, to: &Name) -> Option<Event> {
    let mut words = value.splitn(5, ' ');
    let seq = Seq(words.next()?.parse().ok()?);
    let at = Timestamp(words.next()?.parse().ok()?);
    let (from, account) = (words.next()?, words.next()?);
    let (from, account) = (Name::parse(from).ok()?, Name::parse(account).ok());
    let text = Text::parse(words.next()?)?;
    Some(message(seq, at, from, account, to, text))
}

/// A private message of `AT FROM TEXT`.
fn kept_once(value: &str, to: &Name) -> Option<Event> {
    let mut words = value.splitn(3, ' ');
    let at = Timestamp(words.next()?.parse().ok()?);
    let from = Name::parse(words.next()?).ok()?;
    let text = Text::parse(words.next()?)?;
    Some(message(Seq::default(), at, from, None, to, text))
}

fn message(
    seq: Seq,
    at: Timestamp,
    from_name: Name,
    account: Option<Name>,
    to: &Name,
    text: Text,
) -> Event {
    Event {
        seq,
        at,
        fact: Fact::PrivateMessage(Box::new(PrivateMessage {
            from: NOBODY,
            from_name,
            to: NOBODY,
            to_name: to.clone(),
            text,
            manner: Manner::Speech,
            irc: None,
            ignored: false,
            kept: None,
            away: None,
            // The receiver's history has it already.
            accounts: Correspondents {
                from: account,
                to: None,
            },
        })),
        source: None,
    }
}
