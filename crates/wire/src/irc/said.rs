//! A message as lines: one, or several if it is long or a passage.
//!
//! For a client that knows multiline messages the lines are in a batch (IRCv3, multiline), which
//! has the id, the time and the tags of the message. Other clients get the lines one after another,
//! except for blank ones, and only the first has the id.

use alloc::vec::Vec;
use core::fmt::Display;

use chinwag_core::{Event, IrcForm, KeptMessage, Manner, Name, PrivateMessage, Text};

use super::caps::Caps;
use super::line::{From, Tags, end, pieces, put, put_all};
use super::message::BODY_BYTES_MAX;
use super::render::Framing;

/// A message.
pub(super) struct Said<'a> {
    pub(super) name: &'a Name,
    pub(super) to: &'a dyn Display,
    pub(super) text: &'a Text,
    pub(super) manner: Manner,
    pub(super) form: Option<&'a IrcForm>,
}

/// What one line of it says.
struct Part<'a> {
    text: &'a str,
    /// Whether it continues the line before.
    goes_on: bool,
}

/// A private message.
pub(super) fn said_to(message: &PrivateMessage) -> Said<'_> {
    Said {
        name: &message.from_name,
        to: &message.to_name,
        text: &message.text,
        manner: message.manner,
        form: message.irc.as_deref(),
    }
}

/// A private message of the past.
pub(super) fn put_private_past(
    out: &mut Vec<u8>,
    event: &Event,
    message: &PrivateMessage,
    (caps, batch): Framing,
) {
    // Several people may have had a guest's name; an account says that they did not.
    let mut tags = Tags {
        batch,
        account: message.accounts.from.as_ref(),
        ..Tags::of_message(event, message.irc.as_deref())
    };
    let from = From(&message.from_name, None);
    said_to(message).put_from(&from.parts(), &mut tags, caps, out);
}

/// A message that was kept.
pub(super) fn kept_for(message: &KeptMessage) -> Said<'_> {
    Said {
        name: &message.from_name,
        to: &message.to_name,
        text: &message.text,
        manner: message.manner,
        form: message.irc.as_deref(),
    }
}

impl Said<'_> {
    /// Appends it as an event of its author's.
    pub(super) fn put(&self, out: &mut Vec<u8>, event: &Event, (caps, batch): Framing) {
        let mut tags = Tags {
            batch,
            ..Tags::of_message(event, self.form)
        };
        let from = From(self.name, event.source.as_deref());
        self.put_from(&from.parts(), &mut tags, caps, out);
    }

    /// Appends it, from an author that these texts name.
    pub(super) fn put_from(
        &self,
        from: &[&str],
        tags: &mut Tags<'_>,
        caps: Caps,
        out: &mut Vec<u8>,
    ) {
        let (word, open, close) = match self.manner {
            Manner::Speech => ("PRIVMSG", "", ""),
            Manner::Action => ("PRIVMSG", "\x01ACTION ", "\x01"),
            Manner::Notice => ("NOTICE", "", ""),
        };
        let to = self.to;
        // Nearly every message is one line, rendered again for each set of capabilities.
        if let Some(text) = self.as_line() {
            let start = out.len();
            tags.put(out, caps);
            let body = out.len();
            out.push(b':');
            put_all(out, from);
            put_all(out, &[" ", word, " "]);
            put(out, to);
            put_all(out, &[" :", open, text, close]);
            if out.len() - body <= BODY_BYTES_MAX {
                return end(out, body);
            }
            out.truncate(start);
        }
        let from = from.concat();
        let head = alloc::format!(":{from} {word} {to} :{open}");
        let parts = || self.parts(head.len() + close.len());
        if caps.takes_multiline() && self.manner != Manner::Action && parts().nth(1).is_some() {
            return self.put_batch(&from, (&head, parts()), tags, caps, out);
        }
        for part in parts().filter(|part| !is_blank(part.text)) {
            tags.put(out, caps);
            let body = out.len();
            put(out, format_args!("{head}{}{close}", part.text));
            end(out, body);
            tags.msgid = None;
        }
    }

    /// The text, if its author has written a single line that says something.
    fn as_line(&self) -> Option<&str> {
        let (typed, line_end) = self.typed();
        let has_end = match line_end {
            '\n' => memchr::memchr2(b'\n', b'\r', typed.as_bytes()).is_some(),
            _ => self.text.is_passage(),
        };
        (!has_end && !is_blank(typed)).then_some(typed)
    }

    /// The text as written, and what ends its lines.
    fn typed(&self) -> (&str, char) {
        match self.form.and_then(|form| form.text.as_deref()) {
            Some(form) => (form, '\n'),
            None => (self.text, Text::BREAK),
        }
    }

    fn put_batch<'a>(
        &self,
        from: &str,
        (head, parts): (&str, impl Iterator<Item = Part<'a>>),
        tags: &Tags<'_>,
        caps: Caps,
        out: &mut Vec<u8>,
    ) {
        let id = tags.msgid.unwrap_or_default();
        tags.put(out, caps);
        let body = out.len();
        put(
            out,
            format_args!(":{from} BATCH +m{id} draft/multiline {}", self.to),
        );
        end(out, body);
        for part in parts {
            let concat = match part.goes_on {
                true => ";draft/multiline-concat",
                false => "",
            };
            put(out, format_args!("@batch=m{id}{concat} "));
            let body = out.len();
            put(out, format_args!("{head}{}", part.text));
            end(out, body);
        }
        if let Some(batch) = tags.batch {
            put(out, format_args!("@batch={batch} "));
        }
        put(out, format_args!("BATCH -m{id}\r\n"));
    }

    /// Its parts, for lines with `before` bytes before them: as its author has cut it, and no
    /// longer than allowed.
    fn parts(&self, before: usize) -> impl Iterator<Item = Part<'_>> {
        let (typed, line_end) = self.typed();
        typed.split(line_end).flat_map(move |line| {
            let cut = line.split('\r').flat_map(move |cut| pieces(cut, before));
            cut.enumerate().map(|(number, text)| Part {
                text,
                goes_on: number > 0,
            })
        })
    }
}

fn is_blank(line: &str) -> bool {
    line.bytes().all(|byte| byte == b' ')
}

#[cfg(test)]
mod tests {
    use super::super::caps::Cap;
    use super::super::text::said;
    use super::*;
    use alloc::format;
    use alloc::string::String;
    use proptest::prelude::*;

    fn put_said(typed: &str, caps: &[Cap]) -> String {
        let name = Name::parse("ann").expect("a name");
        let saying = said(typed, Manner::Speech, None).expect("a message");
        let message = Said {
            name: &name,
            to: &"#dev",
            text: &saying.text,
            manner: saying.manner,
            form: Some(&saying.form),
        };
        let mut tags = Tags {
            msgid: Some(7),
            ..Tags::default()
        };
        let mut out = Vec::new();
        message.put_from(&["ann!~a@h"], &mut tags, Caps::of(caps), &mut out);
        String::from_utf8(out).expect("text")
    }

    const MULTILINE: [Cap; 3] = [Cap::Multiline, Cap::Batch, Cap::MessageTags];

    #[test]
    fn a_passage_is_a_batch_for_those_who_know_of_it() {
        let passage = "\none \ntwo \rthree";
        assert_eq!(
            put_said(passage, &MULTILINE),
            "@msgid=7 :ann!~a@h BATCH +m7 draft/multiline #dev\r\n\
             @batch=m7 :ann!~a@h PRIVMSG #dev :\r\n\
             @batch=m7 :ann!~a@h PRIVMSG #dev :one \r\n\
             @batch=m7 :ann!~a@h PRIVMSG #dev :two \r\n\
             @batch=m7;draft/multiline-concat :ann!~a@h PRIVMSG #dev :three\r\n\
             BATCH -m7\r\n"
        );
        for caps in [&[Cap::MessageTags][..], &[Cap::MessageTags, Cap::Multiline]] {
            assert_eq!(
                put_said(passage, caps),
                "@msgid=7 :ann!~a@h PRIVMSG #dev :one \r\n\
                 :ann!~a@h PRIVMSG #dev :two \r\n\
                 :ann!~a@h PRIVMSG #dev :three\r\n"
            );
        }
    }

    #[test]
    fn a_line_that_just_fits_is_one_and_a_longer_one_is_cut() {
        let before = ":ann!~a@h PRIVMSG #dev :".len();
        let fits = "x".repeat(BODY_BYTES_MAX - before);
        let written = put_said(&fits, &[Cap::MessageTags]);
        assert_eq!(
            written,
            format!("@msgid=7 :ann!~a@h PRIVMSG #dev :{fits}\r\n")
        );
        let written = put_said(&format!("{fits}y"), &[Cap::MessageTags]);
        assert_eq!(
            written,
            format!("@msgid=7 :ann!~a@h PRIVMSG #dev :{fits}\r\n:ann!~a@h PRIVMSG #dev :y\r\n")
        );
    }

    #[test]
    fn a_message_of_one_line_is_no_batch() {
        assert_eq!(
            put_said("one", &MULTILINE),
            "@msgid=7 :ann!~a@h PRIVMSG #dev :one\r\n"
        );
    }

    proptest! {
        /// A client that joins the lines of a batch as the specification says has the text.
        #[test]
        fn what_was_cut_can_be_joined(
            lines in prop::collection::vec(prop::collection::vec("[a-z漢] {0,3}", 0..400), 1..4),
        ) {
            let lines: Vec<String> = lines.iter().map(|words| words.concat()).collect();
            prop_assume!(lines.iter().any(|line| !line.is_empty()));
            let typed = lines.join("\n");
            let written = put_said(&typed, &MULTILINE);
            let mut joined = String::new();
            for line in written.split_terminator("\r\n") {
                let (tags, body) = match line.strip_prefix('@') {
                    Some(tagged) => tagged.split_once(' ').expect("a line"),
                    None => ("", line),
                };
                prop_assert!(body.len() <= BODY_BYTES_MAX);
                let Some((_, text)) = body.split_once("#dev :") else { continue };
                if !tags.contains("concat") && tags.contains("batch") {
                    joined.push('\n');
                }
                joined.push_str(text);
            }
            prop_assert_eq!(joined.trim_start_matches('\n'), typed.trim_start_matches('\n'));
        }
    }
}
