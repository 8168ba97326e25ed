//! Names: which characters they have, and when two are the same or only look the same.
//!
//! A name consists of letters, digits and a little punctuation, in the normal form of the nickname
//! profile (RFC 8266), so it needs no quoting anywhere and cannot begin any of the server's own
//! lines. Two names are the same if they are equal after case folding. They look alike if the
//! confusable skeletons (UTS 39) of either form are equal: the skeleton of `AIice` (capital i)
//! matches `Alice` only before folding, that of `bobO` matches `bob0` only after it, so a name has
//! both. Punctuation does not count: `t-eacher.` passes for `teacher`.
//!
//! Names of only small ASCII letters and digits look alike only by their punctuation: the fonts of
//! terminals tell `1` from `l`, `0` from `o` and `rn` from `m`, and numbered names (`host1`,
//! `hostl`) are commoner than impostors who rely on that. A registered name is protected from those
//! too, since people trust it.
//!
//! A server with fifty thousand people holds each name in several places. So one shared allocation
//! holds the spelling and the keys, and a key that equals the one before is stored only once.

mod form;
#[cfg(test)]
mod tests;

use alloc::string::String;
use core::borrow::Borrow;
use core::cmp::Ordering;
use core::fmt;

use arcstr::ArcStr;
pub(crate) use form::{fold, is_of_name, is_sign, is_well_formed, normalise, skeleton, visible};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::limits::{NAME_BYTES_MAX, NAME_LETTERS_MAX};
use form::bare;

/// A valid name. Equality is of spelling; see [`Name::same_as`] and [`Name::looks_like`].
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Name {
    /// Where each of the four parts ends, then the parts: spelling, folded form and the two
    /// look-alike keys. A part that ends where the one before ends equals that one.
    packed: ArcStr,
}

// Many structures hold names.
const _: () = assert!(size_of::<Option<Name>>() == 8);

/// The parts of a name.
const PARTS: usize = 4;
/// The bytes of the ends, before the parts: each end is two characters of seven bits.
const ENDS_BYTES: usize = 2 * PARTS;

/// The reasons why a text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    /// It has characters that names may not have, has too many, or does not start with a letter.
    Malformed,
    /// It would read as the server's own, or as that of a person in charge.
    Reserved,
}

/// Letters of a display name that are compared. The look of a name has up to two for each of its
/// own (`rn` for `m`).
const SHOWN_LETTERS_MAX: usize = 2 * NAME_LETTERS_MAX;

/// Reserved words. `you -> gopher` is a line of the server's; a stranger would take the others for
/// its voice, or for that of its administrators. What people and scanners type when they look for a
/// command is no name either. Words with an `m` are listed as their own look, too.
const RESERVED: [&str; 34] = [
    "you",
    "now",
    "root",
    SHELL,
    "oper",
    "opers",
    "staff",
    "superuser",
    "owner",
    "owners",
    "mod",
    "rnod",
    "mods",
    "rnods",
    "administration",
    "adrninistration",
    "moderation",
    "rnoderation",
    "console",
    "help",
    "helper",
    "abuse",
    "hostmaster",
    "hostrnaster",
    "postmaster",
    "postrnaster",
    "webmaster",
    "webrnaster",
    "notice",
    "announcement",
    "announcernent",
    "version",
    "quit",
    "exit",
];

/// Endings of names that pass for people in charge (`sysadmin`, `irc-operator`, `chat-support`) or
/// for the services of IRC networks: `NickServ` asks for passwords. `ircop` is none: the public
/// conformance suite (irctest) has a person called so.
const RESERVED_ENDS: [&str; 28] = [
    "serv",
    "service",
    "server",
    "services",
    "operator",
    "admin",
    "adrnin",
    "administrator",
    "adrninistrator",
    "moderator",
    "rnoderator",
    "system",
    "systern",
    "operators",
    "admins",
    "adrnins",
    "administrators",
    "adrninistrators",
    "moderators",
    "rnoderators",
    "ircops",
    "sysop",
    "sysops",
    "ircstaff",
    "helpdesk",
    "official",
    "security",
    "support",
];

/// Those endings that name a machine or a thing if a number follows: `server2`, `system7`.
const NUMBERED_ENDS: [&str; 6] = [
    "service", "server", "services", "system", "systern", "official",
];

/// Reserved words that stay reserved if a number follows.
const UNNUMBERED: [&str; 4] = ["root", "staff", "superuser", "owner"];

/// Words with one of these endings that nobody takes for a person in charge.
const ALLOWED: [&str; 5] = [
    "observer",
    "ecosystem",
    "ecosystern",
    "unofficial",
    "insecurity",
];

/// The author of what is done from a shell of the machine. Reserved, so that nobody bears it.
const SHELL: &str = "shell";

impl Name {
    /// Parses a name.
    ///
    /// # Errors
    /// [`NameError::Malformed`] if it is not 1 to 32 letters, digits, `-`, `_` or `.` starting with
    /// a letter; [`NameError::Reserved`] if nobody may have it.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let spelling = normalise(text).ok_or(NameError::Malformed)?;
        if !is_well_formed(&spelling) || !spelling.starts_with(char::is_alphabetic) {
            return Err(NameError::Malformed);
        }
        let name = Self::pack(&spelling);
        match name.is_reserved() {
            true => Err(NameError::Reserved),
            false => Ok(name),
        }
    }

    /// Parses a name that was valid once and may be reserved by now.
    pub fn known(text: &str) -> Option<Self> {
        let is_name = |text: &str| is_well_formed(text) && text.starts_with(char::is_alphabetic);
        let spelling = normalise(text).filter(|text| is_name(text));
        spelling.map(|spelling| Self::pack(&spelling))
    }

    /// How a display name reads: only its letters and digits; `None` if it has none. For comparing
    /// with names only: it may begin with a digit, and be too long for a name.
    pub(crate) fn shown_in(text: &str) -> Option<Self> {
        let is_letter = |c: &char| c.is_alphanumeric() || is_combining_mark(*c);
        let letters: String = text.nfkc().filter(is_letter).collect();
        // A longer text looks like no name, but its end may still be a reserved word.
        let start = letters.char_indices().rev().nth(SHOWN_LETTERS_MAX - 1);
        let end = &letters[start.map_or(0, |(at, _)| at)..];
        (!end.is_empty()).then(|| Self::pack(end))
    }

    /// Whether it reads as a reserved word, with similar letters or with digits for letters; or as
    /// the word for a person in charge, followed by a number.
    pub(crate) fn is_reserved(&self) -> bool {
        self.has_form(|form| {
            let ends = |word: &&str| ends_with_word(form, word);
            let is = |word: &&str| is_read_as(form, word);
            let is_allowed = || ALLOWED.iter().any(is);
            RESERVED.iter().any(is) || (RESERVED_ENDS.iter().any(ends) && !is_allowed())
        }) || self.is_numbered_officer()
    }

    /// Whether it is `admin1`, `nickserv2` or the like.
    fn is_numbered_officer(&self) -> bool {
        let spelling = self.as_str();
        let word = spelling.trim_end_matches(|c: char| c.is_ascii_digit() || "-_.".contains(c));
        if word.len() == spelling.len() || word.is_empty() {
            return false;
        }
        Self::pack(word).has_form(|form| {
            let ends = |word: &&str| ends_with_word(form, word);
            let mut officers = RESERVED_ENDS
                .iter()
                .filter(|end| !NUMBERED_ENDS.contains(end));
            let is_allowed = || ALLOWED.iter().any(|word| is_read_as(form, word));
            UNNUMBERED.iter().any(|word| is_read_as(form, word))
                || (officers.any(ends) && !is_allowed())
        })
    }

    /// Whether one of the forms in which it is read fits.
    fn has_form(&self, fits: impl Fn(&str) -> bool) -> bool {
        let [first, second] = self.looks();
        let plain = bare(self.folded());
        let others = [second, &plain].into_iter().filter(|form| *form != first);
        core::iter::once(first).chain(others).any(fits)
    }

    /// The author of what administrators do at a shell of the machine.
    pub fn shell() -> Self {
        Self::pack(SHELL)
    }

    fn pack(spelling: &str) -> Self {
        let folded = fold(spelling);
        let look = skeleton(&bare(spelling));
        // After folding, the skeleton may change again: that of `M` is itself, that of `m` is `rn`.
        let first = skeleton(&fold(&look));
        let second = match folded == spelling {
            true => fold(&look),
            false => fold(&skeleton(&bare(&folded))),
        };
        let mut packed = String::with_capacity(ENDS_BYTES + 2 * spelling.len());
        let mut parts = String::with_capacity(2 * spelling.len());
        let mut before = "";
        for part in [spelling, &folded, &first, &second] {
            if part != before {
                parts.push_str(part);
            }
            before = part;
            // A few hundred bytes at most: a spelling has 128, a skeleton several times that.
            let end = ENDS_BYTES + parts.len();
            debug_assert!(end < 1 << 14);
            packed.extend([end >> 7, end].map(|bits| char::from(bits as u8 & 0x7f)));
        }
        packed.push_str(&parts);
        Self {
            packed: packed.into(),
        }
    }

    fn part(&self, number: usize) -> &str {
        let ends = &self.packed.as_bytes()[..ENDS_BYTES];
        let end_of = |number: usize| {
            let (high, low) = (ends[2 * number], ends[2 * number + 1]);
            usize::from(high) << 7 | usize::from(low)
        };
        let (mut start, mut end) = (ENDS_BYTES, end_of(0));
        for number in 1..=number {
            let next = end_of(number);
            if next != end {
                (start, end) = (end, next);
            }
        }
        &self.packed[start..end]
    }

    /// The name as it is shown.
    pub fn as_str(&self) -> &str {
        self.part(0)
    }

    /// The form in which equal names are equal.
    pub fn folded(&self) -> &str {
        self.part(1)
    }

    /// The two keys that betray a look-alike if either is equal; often they are the same.
    pub fn looks(&self) -> [&str; 2] {
        [self.part(2), self.part(3)]
    }

    /// Whether both are the same name, in any case.
    pub fn same_as(&self, other: &Self) -> bool {
        self.folded() == other.folded()
    }

    /// Whether a person could mistake one for the other.
    pub fn looks_like(&self, other: &Self) -> bool {
        if self.is_plain() && other.is_plain() {
            return bare(self.as_str()) == bare(other.as_str());
        }
        let looks = self.looks();
        other.looks().iter().any(|look| looks.contains(look))
    }

    /// Whether a reader who expects the other name takes this one for it, also with digits for
    /// letters.
    pub(crate) fn passes_for(&self, other: &Self) -> bool {
        let (plain, expected) = (bare(self.folded()), bare(other.folded()));
        let ([first, second], [look, other_look]) = (self.looks(), other.looks());
        let words = [look, other_look, &expected];
        let forms = [first, second, &plain].into_iter();
        let mut pairs = forms.flat_map(|form| words.map(|word| (form, word)));
        pairs.any(|(form, word)| is_read_as(form, word))
    }

    /// Whether terminal fonts show each of its letters differently from all others.
    fn is_plain(&self) -> bool {
        let is_small = |b: u8| b.is_ascii() && !b.is_ascii_uppercase();
        self.as_str().bytes().all(is_small)
    }

    /// This name with a number appended, shortened to stay within the limits.
    pub(crate) fn numbered(&self, number: u32) -> Self {
        let digits = alloc::format!("{number}");
        let letters = NAME_LETTERS_MAX - digits.len();
        let mut text: String = self.as_str().chars().take(letters).collect();
        // A joiner or a sign at the cut would lose the context that allows it.
        while text.len() + digits.len() > NAME_BYTES_MAX || text.ends_with(is_sign) {
            text.pop();
        }
        text.push_str(&digits);
        Self::pack(&text)
    }

    /// The guest name `guest-` with these 16 bits as four hexadecimal digits.
    pub(crate) fn guest(number: u16) -> Self {
        Self::pack(&alloc::format!("guest-{number:04x}"))
    }

    /// The guest name `guest-` with these 32 bits as eight hexadecimal digits.
    pub(crate) fn long_guest(number: u32) -> Self {
        Self::pack(&alloc::format!("guest-{number:08x}"))
    }
}

fn is_read_as(form: &str, word: &str) -> bool {
    // Nearly all names end in another letter.
    ends_with_word(form, word) && form.chars().count() == word.chars().count()
}

fn ends_with_word(form: &str, word: &str) -> bool {
    let mut letters = form.chars().rev();
    word.chars()
        .rev()
        .all(|letter| letters.next().is_some_and(|c| passes_for(c, letter)))
}

/// Whether a reader who expects a letter reads a character as that letter.
fn passes_for(c: char, letter: char) -> bool {
    c == letter
        || match letter {
            'o' => c == '0',
            'i' | 'l' => matches!(c, '1' | 'l' | 'i'),
            'e' => c == '3',
            'a' => c == '4',
            's' => c == '5',
            't' => c == '7',
            _ => false,
        }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({})", self.as_str())
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name in its folded form, for ordered and hashed keys: spellings of one name are equal, and the
/// order is that of the text.
#[derive(Clone, Debug)]
pub(crate) struct FoldedName(pub(crate) Name);

impl Borrow<str> for FoldedName {
    fn borrow(&self) -> &str {
        self.0.folded()
    }
}

impl PartialEq for FoldedName {
    fn eq(&self, other: &Self) -> bool {
        self.0.same_as(&other.0)
    }
}

impl Eq for FoldedName {}

impl PartialOrd for FoldedName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for FoldedName {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.folded().cmp(other.0.folded())
    }
}

impl core::hash::Hash for FoldedName {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        // Hashes the text alone, as `Borrow` requires.
        self.0.folded().hash(state);
    }
}
