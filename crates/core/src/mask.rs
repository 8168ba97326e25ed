//! IRC masks: `nick!user@host` with `*` for any characters and `?` for one; and a room's lists of
//! them.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use ipnet::IpNet;

use crate::ban::{Mask, strip_key};
use crate::limits::USER_LETTERS_MAX;
use crate::name::{Name, is_of_name};
use crate::source::{CloakKey, is_user_letter};
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

    /// The block of addresses that the host of a mask is written as, with or without `*`, and
    /// whether the mask is about everybody from there.
    pub fn block(&self) -> Option<(IpNet, bool)> {
        let Self::Source(glob) = self else {
            return None;
        };
        let (source, host) = glob.as_str().rsplit_once('@')?;
        let block = starred_block(host);
        let mask = Mask::parse(block.as_deref().unwrap_or(host)).ok()?;
        Some((mask.net?, source == "*!*"))
    }

    /// Whether there can be somebody whom it matches: with such a name and user, or such an account.
    pub fn can_be(&self) -> bool {
        match self {
            Self::Account(glob) => can_be_name(glob.as_str()),
            Self::Source(glob) => {
                let parts = glob.as_str().split_once('!');
                parts.is_none_or(|(name, rest)| {
                    let user = rest.rsplit_once('@').map_or(rest, |(user, _)| user);
                    can_be_name(name) && can_be_user(user)
                })
            }
        }
    }

    /// Whether a host that somebody is shown by can match.
    pub(crate) fn can_be_host(&self) -> bool {
        match self {
            Self::Account(_) => true,
            Self::Source(glob) => {
                let host = glob.as_str().rsplit_once('@');
                host.is_none_or(|(_, host)| has_text_of(host, CloakKey::host_letters()))
            }
        }
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

/// Whether a pattern matches some text of as many letters as these, each of its kind.
fn has_text_of(pattern: &str, letters: impl Iterator<Item = fn(char) -> bool>) -> bool {
    let letters: Vec<_> = letters.collect();
    lengths(pattern, &letters).contains(&letters.len())
}

/// How many of these letters, from the first on, a pattern can match.
fn lengths(pattern: &str, letters: &[fn(char) -> bool]) -> Vec<usize> {
    let mut matched = Vec::from([0]);
    for c in pattern.chars() {
        match c {
            '*' => matched = (*matched.first().unwrap_or(&usize::MAX)..=letters.len()).collect(),
            c => {
                let fits = |at: &usize| letters.get(*at).is_some_and(|fits| c == '?' || fits(c));
                matched.retain(fits);
                matched.iter_mut().for_each(|at| *at += 1);
            }
        }
    }
    matched
}

/// Whether a pattern consists of what names have: letters, digits and a little punctuation, with a
/// letter first.
fn can_be_name(pattern: &str) -> bool {
    let is_open = |c: char| matches!(c, '*' | '?');
    let has_letter = pattern.starts_with(|c: char| is_open(c) || c.is_alphabetic());
    has_letter && pattern.chars().all(|c| is_open(c) || is_of_name(c))
}

/// Whether a pattern matches some user, as people are shown by.
fn can_be_user(pattern: &str) -> bool {
    let mut letters = [is_user_letter as fn(char) -> bool; 1 + USER_LETTERS_MAX];
    letters[0] = |c| c == '~';
    lengths(pattern, &letters).iter().any(|count| *count > 1)
}

/// The block of the addresses that begin with the same numbers: `10.0.0.0/8` for `10.*`, and
/// `2001:db8::/32` for `2001:db8:*`.
fn starred_block(host: &str) -> Option<String> {
    let start = host.strip_suffix('*')?;
    if let Some(start) = start.strip_suffix(':').filter(|start| !start.is_empty()) {
        return Some(format!("{start}::/{}", 16 * start.split(':').count()));
    }
    // Some write a `*` for each number.
    let start = start.trim_end_matches("*.").strip_suffix('.')?;
    let numbers = start.split('.').count();
    let rest = 4_usize.checked_sub(numbers).filter(|rest| *rest > 0)?;
    Some(format!("{start}{}/{}", ".0".repeat(rest), 8 * numbers))
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

    #[test]
    fn a_host_of_addresses_is_their_block() {
        for (host, block) in [
            ("192.0.2.7", Some("192.0.2.7/32")),
            ("192.0.2.0/24", Some("192.0.2.0/24")),
            ("10.*", Some("10.0.0.0/8")),
            ("10.*.*.*", Some("10.0.0.0/8")),
            ("192.0.2.*", Some("192.0.2.0/24")),
            ("2001:db8:*", Some("2001:db8::/32")),
            ("1:2:3:4:5:6:7:*", Some("1:2:3:4:5:6:7:0/112")),
            ("10.0*", None),
            ("10.*.3", None),
            ("1.2.3.4.*", None),
            ("300.*", None),
            ("2001:db8::*", None),
            ("0:*", None),
            (":*", None),
            ("*.*.*.*", None),
            ("*", None),
            ("*.ip", None),
        ] {
            let found = Matched::parse(&format!("*!*@{host}")).block();
            let found = found.map(|(net, is_whole)| (std::format!("{net}"), is_whole));
            assert_eq!(found, block.map(|block| (block.into(), true)), "{host}");
        }
    }

    #[test]
    fn a_mask_that_nobody_can_match_is_known() {
        for (typed, can_be) in [
            ("*!*@*", true),
            ("b?b*!~bob@*", true),
            ("*!*evan@*", true),
            ("Élan-1_2.x!*@*", true),
            ("*!~aaaaaaaaaaaaaaaa@*", true),
            ("a:lee*", true),
            ("*!~aaaaaaaaaaaaaaaaa@*", false),
            ("*!bob@*", false),
            ("*!~@*", false),
            ("$a:lee", false),
            ("~q:bob", false),
            ("[bob]!*@*", false),
            ("1*!*@*", false),
            ("a:no one", false),
        ] {
            assert_eq!(Matched::parse(typed).can_be(), can_be, "{typed}");
        }
        let host = CloakKey([1, 2]).host([192, 0, 2, 7].into());
        let wide = host.split_once('.').map_or("", |(_, wide)| wide);
        for (host, can_be) in [
            (&*host, true),
            (&format!("*.{wide}"), true),
            ("*.ip", true),
            ("????????.*", true),
            ("*", true),
            ("*a*b*", true),
            ("*.example.org", false),
            ("localhost", false),
            ("10.*", false),
            ("?.ip", false),
            ("*.ip.*", false),
        ] {
            let matched = Matched::parse(&format!("*!*@{host}"));
            assert_eq!(matched.can_be_host(), can_be, "{host}");
        }
    }

    proptest! {
        #[test]
        fn only_what_no_text_matches_is_known_to_match_none(
            pattern in "[ab*?]{0,6}",
            text in "[ab]{0,4}",
        ) {
            let letters = || core::iter::repeat_n((|c| matches!(c, 'a' | 'b')) as fn(char) -> bool, text.len());
            let can = has_text_of(&pattern, letters());
            prop_assert!(can || !Glob::new(&pattern).matches(&text));
            let fixed = pattern.chars().filter(|c| *c != '*').count();
            let is_any = pattern.contains('*');
            prop_assert_eq!(can, fixed == text.len() || (is_any && fixed < text.len()));
        }

        #[test]
        fn it_is_what_its_definition_says(pattern in "[abä*?]{0,8}", text in "[abä]{0,8}") {
            let letters = |text: &str| text.chars().collect::<std::vec::Vec<_>>();
            let expected = matches(&letters(&pattern), &letters(&text));
            prop_assert_eq!(Glob::new(&pattern).matches(&text), expected);
        }
    }
}
