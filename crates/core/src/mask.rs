//! IRC masks: `nick!user@host` with `*` for any characters and `?` for one; and a room's lists of
//! them.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use core::fmt;

use ipnet::IpNet;

use crate::ban::{Mask, strip_key};
use crate::name::Name;
use crate::time::Timestamp;

/// The prefixes of an account in a mask.
const ACCOUNT_KEYS: [&str; 2] = ["a:", "account:"];

/// The prefix that a name may have, as in a ban. No name has a colon.
const NAME_KEY: &str = "name:";

/// A pattern, in the folded form in which it is compared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Glob(Box<str>);

impl Glob {
    /// A pattern. Any text is one. Consecutive `*` count as one.
    pub fn new(pattern: &str) -> Self {
        let mut folded = String::with_capacity(pattern.len());
        for c in crate::name::fold(pattern).chars() {
            if !(c == '*' && folded.ends_with('*')) {
                folded.push(c);
            }
        }
        Self(folded.into())
    }

    /// Whether a text matches, in any case. Takes time of at most the product of the two lengths.
    pub fn matches(&self, text: &str) -> bool {
        self.matches_folded(&crate::name::fold(text))
    }

    /// Whether an already folded text matches: one that is compared with thousands of patterns is
    /// folded only once.
    pub(crate) fn matches_folded(&self, text: &str) -> bool {
        let Some((first, rest)) = self.0.split_once('*') else {
            return strip_start(&self.0, text) == Some("");
        };
        let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
        let between = strip_start(first, text).and_then(|text| strip_end(last, text));
        // The first place is the best for each part: it leaves the most to those after it.
        let parts = middle.split('*').filter(|part| !part.is_empty());
        parts
            .fold(between, |text, part| rest_after(part, text?))
            .is_some()
    }

    /// The pattern, folded.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text that it matches, if it is only one.
    pub fn literal(&self) -> Option<&str> {
        let is_literal = !self.0.contains(['*', '?']);
        is_literal.then_some(&*self.0)
    }
}

/// The rest of a text that begins with this part of a pattern.
fn strip_start<'a>(part: &str, text: &'a str) -> Option<&'a str> {
    if !part.contains('?') {
        return text.strip_prefix(part);
    }
    let mut rest = text.chars();
    let mut wanted = part.chars();
    let fits = wanted.all(|want| rest.next().is_some_and(|is| want == '?' || want == is));
    fits.then_some(rest.as_str())
}

/// The beginning of a text that ends with this part of a pattern.
fn strip_end<'a>(part: &str, text: &'a str) -> Option<&'a str> {
    if !part.contains('?') {
        return text.strip_suffix(part);
    }
    let mut rest = text.chars();
    let mut wanted = part.chars().rev();
    let fits = wanted.all(|want| rest.next_back().is_some_and(|is| want == '?' || want == is));
    fits.then_some(rest.as_str())
}

/// The rest of a text after the first place where this part of a pattern fits.
fn rest_after<'a>(part: &str, text: &'a str) -> Option<&'a str> {
    if !part.contains('?') {
        return Some(&text[text.find(part)? + part.len()..]);
    }
    let mut places = text.char_indices();
    places.find_map(|(place, _)| strip_start(part, &text[place..]))
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a room's mask does to the people it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MaskKind {
    /// They may neither enter nor speak.
    Ban,
    /// They may not speak.
    Mute,
    /// No ban or mute of this list concerns them.
    Exception,
    /// No mute of this list concerns them.
    MuteException,
    /// They may enter though the room is closed.
    Invitation,
}

impl MaskKind {
    /// Whether it lets people do what the room does not let others do.
    pub(crate) fn is_right(self) -> bool {
        matches!(
            self,
            Self::Exception | Self::MuteException | Self::Invitation
        )
    }

    /// The masks that make exceptions from it.
    pub(crate) fn exceptions(self) -> &'static [Self] {
        match self {
            Self::Ban => &[Self::Exception],
            Self::Mute => &[Self::Exception, Self::MuteException],
            Self::Exception | Self::MuteException | Self::Invitation => &[],
        }
    }
}

/// The people whom a room's mask matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matched {
    /// By `nick!user@host`.
    Source(Glob),
    /// By the account that they are logged in to.
    Account(Glob),
}

impl Matched {
    /// Parses a mask: `nick!user@host`, where parts may be missing, or `a:ACCOUNT`, also written
    /// `account:ACCOUNT`. A name may have `name:` before it. Any text is a mask.
    pub fn parse(typed: &str) -> Self {
        match ACCOUNT_KEYS.iter().find_map(|key| strip_key(typed, key)) {
            Some(account) => Self::Account(Glob::new(account)),
            None => {
                let source = strip_key(typed, NAME_KEY).unwrap_or(typed);
                Self::Source(Glob::new(&whole(source)))
            }
        }
    }

    /// The block of addresses that the host of a mask is written as, and whether the mask is about
    /// everybody from there.
    pub fn block(&self) -> Option<(IpNet, bool)> {
        let Self::Source(glob) = self else {
            return None;
        };
        let (source, host) = glob.as_str().rsplit_once('@')?;
        let mask = Mask::parse(host).ok()?;
        Some((mask.net?, source == "*!*"))
    }

    /// The entry that stands for a bar or a mute in IRC's lists: its name, or else its block. An
    /// address that comes with a name is not shown.
    pub fn of(mask: &Mask) -> Self {
        Self::Source(Glob::new(&match (&mask.name, mask.net) {
            (Some(name), _) => format!("{name}!*@*"),
            (None, Some(net)) => format!("*!*@{net}"),
            (None, None) => String::from("*!*@*"),
        }))
    }
}

/// A mask with all three parts; a missing or empty part becomes `*`.
fn whole(typed: &str) -> String {
    let (source, host) = typed.split_once('@').unwrap_or((typed, ""));
    let (nick, user) = match source.split_once('!') {
        Some(parts) => parts,
        None if typed.contains('@') => ("", source),
        None => (source, ""),
    };
    let [nick, user, host] =
        [nick, user, host].map(|part| if part.is_empty() { "*" } else { part });
    format!("{nick}!{user}@{host}")
}

impl fmt::Display for Matched {
    /// As a person types it: `bob!*@*`, `account:lee`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(glob) => glob.fmt(f),
            Self::Account(glob) => write!(f, "account:{glob}"),
        }
    }
}

/// The entries that a moderator removes from a room's lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed {
    /// A name or an address, as in bars.
    Mask(Mask),
    /// By a mask of IRC.
    Matched(Matched),
}

impl Listed {
    /// Parses a name, an address, a block of addresses, both as a list shows them, or else an IRC
    /// mask.
    pub fn parse(typed: &str) -> Option<Self> {
        let is_matched = typed.contains(['!', '@', '*', '?'])
            || ACCOUNT_KEYS
                .iter()
                .any(|key| strip_key(typed, key).is_some());
        match is_matched {
            true => Some(Self::Matched(Matched::parse(typed))),
            false => Mask::listed(typed).map(Self::Mask),
        }
    }

    /// The same as an entry of IRC's lists.
    pub fn matched(&self) -> Matched {
        match self {
            Self::Mask(mask) => Matched::of(mask),
            Self::Matched(matched) => matched.clone(),
        }
    }
}

impl fmt::Display for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mask(mask) => mask.fmt(f),
            Self::Matched(matched) => matched.fmt(f),
        }
    }
}

/// An entry of a room's lists for IRC clients, beside its bars and mutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomMask {
    /// What it does.
    pub kind: MaskKind,
    /// Whom it matches.
    pub matched: Matched,
    /// The moderator who has set it.
    pub by: Name,
    /// When.
    pub at: Timestamp,
}

impl RoomMask {
    /// Whether it gives a right to this account by name: no pattern, and nothing that keeps it out.
    pub(crate) fn is_right_of(&self, account: &Name) -> bool {
        self.kind.is_right()
            && matches!(&self.matched, Matched::Account(glob) if glob.literal() == Some(account.folded()))
    }

    /// Whether both are the same entry, no matter who set it.
    pub fn is_same(&self, kind: MaskKind, matched: &Matched) -> bool {
        self.kind == kind && self.matched == *matched
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The plain definition, which takes time without bound.
    fn matches(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            (['*', rest @ ..], _) => {
                matches(rest, text) || (!text.is_empty() && matches(pattern, &text[1..]))
            }
            (['?', rest @ ..], [_, text @ ..]) => matches(rest, text),
            ([want, rest @ ..], [is, text @ ..]) => want == is && matches(rest, text),
            _ => false,
        }
    }

    #[test]
    fn masks_match_in_any_case() {
        let mask = Glob::new("Bar!*@*.IP");
        assert!(mask.matches("bar!~u@x.ip") && !mask.matches("bart!~u@x.ip"));
        assert!(Glob::new("***").matches("") && Glob::new("a?c").matches("abC"));
    }

    #[test]
    fn a_bar_is_an_entry_of_the_lists() {
        for (typed, entry) in [
            ("Mo", "mo!*@*"),
            ("192.0.2.7", "*!*@192.0.2.7/32"),
            ("192.0.2.0/24", "*!*@192.0.2.0/24"),
            ("mo!*@*", "mo!*@*"),
            ("*@*.ip", "*!*@*.ip"),
            ("@*.ip", "*!*@*.ip"),
            ("~u@", "*!~u@*"),
            ("mo!", "mo!*@*"),
            ("mo!@x", "mo!*@x"),
            ("account:Lee", "account:lee"),
            ("a:lee", "account:lee"),
            ("name:lee", "lee!*@*"),
            ("Name:Lee!*@*", "lee!*@*"),
        ] {
            let listed = Listed::parse(typed).expect("an entry");
            assert_eq!(std::format!("{}", listed.matched()), entry);
            assert_eq!(
                Listed::Matched(Matched::parse(entry)).matched(),
                listed.matched()
            );
        }
        assert_eq!(Listed::parse("no such"), None);
    }

    proptest! {
        #[test]
        fn it_is_what_its_definition_says(pattern in "[abä*?]{0,8}", text in "[abä]{0,8}") {
            let letters = |text: &str| text.chars().collect::<std::vec::Vec<_>>();
            let expected = matches(&letters(&pattern), &letters(&text));
            prop_assert_eq!(Glob::new(&pattern).matches(&text), expected);
        }
    }
}
