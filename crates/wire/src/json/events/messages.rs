//! The wire format of messages: in a room, to a person, and kept for an account.

use chinwag_core::{KeptMessage, Manner, NOBODY, PersonId, PrivateMessage, Text};

use super::{Head, Shape};
use crate::json::value::Mannered;

impl<'a> Shape<'a> {
    pub(super) fn said(
        head: Head<'a>,
        account: Option<&'a str>,
        text: &'a Text,
        manner: Manner,
    ) -> Self {
        let text = text.with_line_feeds();
        match manner {
            Manner::Speech | Manner::Notice => Self::Message {
                head,
                account,
                text,
                manner: Mannered::of(manner),
            },
            Manner::Action => Self::Action {
                head,
                account,
                text,
            },
        }
    }

    pub(super) fn of_message(
        head: Head<'a>,
        message: &'a PrivateMessage,
        reader: PersonId,
    ) -> Self {
        Self::Private {
            head,
            to: message.to_name.as_str(),
            text: message.text.with_line_feeds(),
            manner: Mannered::of(message.manner),
            kept_seconds: message.kept.map(|kept| kept.as_secs()),
            kept: false,
            guest: reader == NOBODY && message.accounts.has_guest(),
        }
    }

    pub(super) fn of_kept(head: Head<'a>, message: &'a KeptMessage) -> Self {
        Self::Private {
            head,
            to: message.to_name.as_str(),
            text: message.text.with_line_feeds(),
            manner: Mannered::of(message.manner),
            kept_seconds: None,
            kept: true,
            guest: false,
        }
    }
}
