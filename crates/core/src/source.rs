//! The author of an action, as IRC has it: besides the name a user, a host and a real name (RFC
//! 2812, section 2.3.1); and a message in its IRC form.
//!
//! Nothing here proves anything. The user and the real name are what a client says of itself, and
//! the host is a cloak: it stands for an address without revealing it.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use core::net::IpAddr;

use crate::ids::ConnId;
use crate::limits::{TAG_BYTES_MAX, USER_LETTERS_MAX};
use crate::link::Client;
use crate::name::Name;
use crate::text::Text;

/// What a client of IRC says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// Its user; see [`Ident::user`].
    user: Box<str>,
    /// Its real name, which may be anything.
    pub real: Option<Text>,
}

impl Ident {
    /// Takes a user and a real name. Keeps those characters of the user that have no meaning in the
    /// source of a message, `USER_LETTERS_MAX` at most.
    pub fn new(user: &str, real: Option<Text>) -> Self {
        let kept = user.chars().filter(|c| is_user_letter(*c));
        let kept = kept.take(USER_LETTERS_MAX);
        let user: String = kept.collect();
        Self {
            user: if user.is_empty() { "user" } else { &user }.into(),
            real,
        }
    }

    /// The user, without the `~` that says that nobody has checked it.
    pub fn user(&self) -> &str {
        &self.user
    }
}

/// The flags that a client sets for its person: user modes of IRC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags {
    /// `+i`: only shown to people who share a room.
    pub invisible: bool,
    /// `+B`: a program.
    pub bot: bool,
    /// `+w`: hears what operators tell each other.
    pub wallops: bool,
    /// `+R`: accepts private messages only from registered names.
    pub registered_only: bool,
}

impl Flags {
    /// The flags of a client that has just come: it hears what operators tell everybody.
    pub fn arriving() -> Self {
        Self {
            wallops: true,
            ..Self::default()
        }
    }
}

/// The author of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The connection that the author used; `None` if the server acted for them.
    pub conn: Option<ConnId>,
    /// Its user.
    pub user: Box<str>,
    /// Its host.
    pub host: Box<str>,
    /// The real name, or the name if none was given.
    pub real: Box<str>,
    /// The account that it is logged in to.
    pub account: Option<Name>,
    /// Its flags.
    pub flags: Flags,
    /// Whether it is an operator.
    pub operator: bool,
    /// Whether it is away, and why.
    pub away: Option<Box<str>>,
}

impl Source {
    /// What IRC says in place of a reason for being away that was not given, or is not shown.
    pub const AWAY: &str = "away";
}

/// The tags with one of which a message of only tags is kept in histories: that which asks for it (Ergo's, since IRCv3
/// has none), and those of reactions, which clients send without it.
const PERSISTING: [&str; 5] = [
    "+draft/persist",
    "+draft/react",
    "+react",
    "+draft/unreact",
    "+unreact",
];

/// A message in its IRC form. Only IRC clients are shown it: the text beside it is harmless on
/// every terminal, and this is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IrcForm {
    /// The text with its formatting, if that differs, without NUL. A LF separates the lines of a
    /// passage, and a CR marks where the client has cut a line.
    pub text: Option<Box<str>>,
    /// Client-only tags as sent, `+draft/reply=17;+x`; that of a bot comes first.
    pub tags: Option<Box<str>>,
}

impl IrcForm {
    /// The form, if there is anything in it.
    pub fn kept(self) -> Option<Arc<Self>> {
        (self != Self::default()).then(|| Arc::new(self))
    }

    /// Whether it is only tags that are to be kept in histories, and no more of them than allowed.
    pub(crate) fn persists(&self) -> bool {
        let tags = self
            .tags
            .as_deref()
            .filter(|tags| self.text.is_none() && tags.len() <= TAG_BYTES_MAX);
        let is_key = |tag: &str| {
            tag.split('=')
                .next()
                .is_some_and(|key| PERSISTING.contains(&key))
        };
        tags.is_some_and(|tags| tags.split(';').any(is_key))
    }
}

/// The letters that have no meaning in the source of a message.
pub(crate) fn is_user_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

/// The user of a client that names none.
pub(crate) fn user_of(client: Client) -> &'static str {
    match client {
        Client::Nc => "nc",
        Client::Telnet => "telnet",
        Client::Json => "json",
        Client::Irc => "user",
    }
}

/// The key for cloaking addresses. Without it nobody can find the address behind a cloak by trying
/// them all.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CloakKey(pub [u64; 2]);

impl core::fmt::Debug for CloakKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("CloakKey(..)")
    }
}

/// The prefix lengths of the narrower and the wider block for which a cloak has a part.
const BLOCKS_V4: [u32; 2] = [32, 16];
const BLOCKS_V6: [u32; 2] = [64, 48];
/// The letters of each part of a cloak.
const PART_LETTERS: [usize; 2] = [8, 4];
/// What follows the parts.
const CLOAK_END: &str = "ip";

impl CloakKey {
    /// The host that stands for an address: one part for its own block and one for the block around
    /// that, so that a mask can match either.
    pub fn host(&self, address: IpAddr) -> Box<str> {
        let (bits, width, blocks) = match address.to_canonical() {
            IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32, BLOCKS_V4),
            IpAddr::V6(v6) => (v6.to_bits(), 128, BLOCKS_V6),
        };
        let mut host = String::new();
        for (block, letters) in blocks.into_iter().zip(PART_LETTERS) {
            let prefix = bits >> (width - block);
            let mut digest = self.digest(prefix, block);
            for _ in 0..letters {
                host.push(char::from(ALPHABET[(digest % 32) as usize]));
                digest /= 32;
            }
            host.push('.');
        }
        host.push_str(CLOAK_END);
        host.into()
    }

    /// What each letter of a host may be.
    pub(crate) fn host_letters() -> impl Iterator<Item = fn(char) -> bool> {
        let is_letter: fn(char) -> bool = |c| u8::try_from(c).is_ok_and(|c| ALPHABET.contains(&c));
        let is_dot: fn(char) -> bool = |c| c == '.';
        let is_end: [fn(char) -> bool; CLOAK_END.len()] = [|c| c == 'i', |c| c == 'p'];
        let parts = PART_LETTERS.into_iter().flat_map(move |count| {
            core::iter::repeat_n(is_letter, count).chain(core::iter::once(is_dot))
        });
        parts.chain(is_end)
    }

    fn digest(&self, prefix: u128, block: u32) -> u64 {
        let mut bytes = [0; 20];
        bytes[..16].copy_from_slice(&prefix.to_le_bytes());
        bytes[16..].copy_from_slice(&block.to_le_bytes());
        siphasher::sip::SipHasher24::new_with_keys(self.0[0], self.0[1]).hash(&bytes)
    }
}

/// No letter that passes for another.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: CloakKey = CloakKey([1, 2]);

    fn host(address: &str) -> Box<str> {
        KEY.host(address.parse().expect("an address"))
    }

    #[test]
    fn neighbours_share_the_wider_part() {
        let [one, near, far] = ["10.1.2.3", "10.1.9.9", "10.2.2.3"].map(host);
        let wide = |host: &str| host.split('.').nth(1).map(String::from);
        assert_ne!(one, near);
        assert_eq!(wide(&one), wide(&near));
        assert_ne!(wide(&one), wide(&far));
        assert_eq!(host("2001:db8::1"), host("2001:db8::2"));
        assert_eq!(host("::ffff:10.1.2.3"), one);
    }

    #[track_caller]
    fn check_persists(text: Option<&str>, tags: &str, expected: bool) {
        let form = IrcForm {
            text: text.map(Into::into),
            tags: Some(tags.into()),
        };
        assert_eq!(form.persists(), expected, "{tags}");
    }

    #[test]
    fn tags_alone_persist_if_they_say_so() {
        check_persists(None, "+a=b;+draft/persist", true);
        check_persists(None, "+draft/persist=1;+a", true);
        check_persists(None, "+draft/reply=17;+draft/react=\u{1f44d}", true);
        check_persists(None, "+unreact=x", true);
        check_persists(None, "+typing=active", false);
        check_persists(None, "+a;+draft/persistent", false);
        check_persists(None, "+a=+draft/persist", false);
        check_persists(Some("\u{1}VERSION\u{1}"), "+draft/persist", false);
        let long = "x".repeat(TAG_BYTES_MAX);
        check_persists(None, &alloc::format!("+draft/persist={long}"), false);
    }

    #[test]
    fn another_key_makes_another_cloak() {
        let address = "10.1.2.3".parse().expect("an address");
        assert_ne!(CloakKey([1, 3]).host(address), KEY.host(address));
    }

    #[test]
    fn a_user_has_plain_letters_alone() {
        assert_eq!(Ident::new("a!b@c d", None).user(), "abcd");
        assert_eq!(Ident::new("\u{3}@", None).user(), "user");
        assert_eq!(
            Ident::new(&"x".repeat(99), None).user().len(),
            USER_LETTERS_MAX
        );
    }
}
