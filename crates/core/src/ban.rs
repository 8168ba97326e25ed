//! Restrictions: bans and mutes, by name, by address or by a block of addresses.

use alloc::sync::Arc;
use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::name::Name;
use crate::text::Text;
use crate::time::Timestamp;

/// The people that a restriction matches: by name, by block of addresses, or by both. At least one
/// of the two is present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    /// A name, in any case.
    pub name: Option<Name>,
    /// A block of addresses; a single address is a block of one.
    pub net: Option<IpNet>,
    /// How name and block combine, if both are present.
    pub reach: Reach,
}

/// How the name and the block of a [`Mask`] combine.
///
/// A registered name is one person, wherever they connect from. A guest's name is free once the
/// guest has left, and the next person to take it is somebody else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Anybody with the name, and anybody from the block.
    #[default]
    Either,
    /// Anybody from the block. The name only says whom the restriction was meant for.
    Block,
    /// The name, if it connects from the block.
    Both,
    /// The account of this name, and no guest: as it was typed. What is in force has the account's
    /// name and [`Either`](Self::Either).
    Account,
}

/// A ban or a mute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restriction {
    /// Whom it matches.
    pub mask: Mask,
    /// When it ends; `None` for never.
    pub until: Option<Timestamp>,
    /// When it was given; 0 if the store does not know.
    pub at: Timestamp,
    /// The operator who gave it.
    pub by: Name,
    /// The reason given.
    pub why: Option<Arc<Text>>,
}

/// Why a text is no mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaskError {
    /// It is no name, address or block.
    Nobody,
    /// This IPv6 block includes the addresses that stand for IPv4: its author may mean both or only
    /// one.
    BothFamilies,
    /// An address with `/0`: the block is every address there is, but the author meant one.
    AllAddresses,
}

/// The bits before an IPv4 address in `::ffff:0:0/96`, the block of mapped addresses (RFC 4291).
const MAPPED_PREFIX: u8 = 96;

/// Home networks give a /64 to every host, and hosts change their address within it (RFC 8981). So
/// anything narrower than a /64 of IPv6 identifies nobody.
const IPV6_PREFIX: u8 = 64;

/// The prefix that says that only an account is meant, and no guest of its name.
const ACCOUNT_KEY: &str = "account:";

/// Prefixes that say that a name means no address.
const NAME_KEYS: [&str; 2] = ["name:", ACCOUNT_KEY];

/// What follows a prefix such as `name:`, typed in any case.
pub(crate) fn strip_key<'a>(typed: &'a str, key: &str) -> Option<&'a str> {
    let (start, rest) = typed.split_at_checked(key.len())?;
    start.eq_ignore_ascii_case(key).then_some(rest)
}

/// The name in what an operator typed, if a prefix says that only the name is meant: `name:NAME`,
/// `account:NAME`.
pub fn strip_name_key(typed: &str) -> Option<&str> {
    NAME_KEYS.iter().find_map(|key| strip_key(typed, key))
}

/// The name in what an operator typed, if only an account is meant: `account:NAME`.
pub(crate) fn strip_account_key(typed: &str) -> Option<&str> {
    strip_key(typed, ACCOUNT_KEY)
}

impl Mask {
    /// Parses what an operator typed: `name:NAME`, an address, a block, or a name. A name stands
    /// for its account as well; `account:NAME` for the account alone.
    ///
    /// # Errors
    /// [`MaskError`] if it is none of these, or is a block that means something else than it seems
    /// to.
    pub fn parse(text: &str) -> Result<Self, MaskError> {
        let nobody = |_| MaskError::Nobody;
        let of_name = |name: &str| Name::parse(name).map(Self::of_name).map_err(nobody);
        if let Some(name) = strip_account_key(text) {
            let reach = Reach::Account;
            return of_name(name).map(|mask| Self { reach, ..mask });
        }
        if let Some(name) = strip_name_key(text) {
            return of_name(name);
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::of_net(IpNet::from(address.to_canonical())));
        }
        match text.parse::<IpNet>() {
            Ok(net) if holds_mapped(net) => Err(MaskError::BothFamilies),
            Ok(net) if net.prefix_len() == 0 && !net.addr().is_unspecified() => {
                Err(MaskError::AllAddresses)
            }
            Ok(net) => Ok(Self::of_net(net)),
            Err(_) => of_name(text),
        }
    }

    /// Parses the mask of a stored restriction, which may break today's rules.
    pub fn known(text: &str) -> Option<Self> {
        let net = || text.parse::<IpNet>().ok().map(Self::of_net);
        let name = || Name::known(text).map(Self::of_name);
        Self::parse(text).ok().or_else(net).or_else(name)
    }

    /// Parses what undoes a restriction: what gives one, or may have given one once, or what a list
    /// shows of it: `bob (192.0.2.7)`, `bob from 192.0.2.7`, `192.0.2.7 (bob)`, `account bob`.
    pub fn listed(text: &str) -> Option<Self> {
        let text = text.trim();
        let of_account = || Self::in_list(text.strip_prefix("account ")?);
        Self::in_list(text).or_else(of_account)
    }

    fn in_list(text: &str) -> Option<Self> {
        let Some((first, rest)) = text.split_once(' ') else {
            return Self::known(text);
        };
        let (first, inside) = (Self::known(first)?, rest.strip_prefix('('));
        let second = match inside {
            Some(inside) => inside.strip_suffix(')')?,
            None => rest.strip_prefix("from ")?,
        };
        let (mask, net, reach) = match (first, Self::known(second)?, inside) {
            (of_name @ Self { net: None, .. }, Self { net, .. }, None) => {
                (of_name, net, Reach::Both)
            }
            (of_name @ Self { net: None, .. }, Self { net, .. }, Some(_)) => {
                (of_name, net, Reach::Either)
            }
            (Self { net, .. }, of_name @ Self { net: None, .. }, Some(_)) => {
                (of_name, net, Reach::Block)
            }
            _ => return None,
        };
        Some(mask.with_block(net?, reach))
    }

    /// Matches everybody of this name.
    pub fn of_name(name: Name) -> Self {
        Self {
            name: Some(name),
            net: None,
            reach: Reach::Either,
        }
    }

    /// Matches everybody from this block.
    pub fn of_net(net: IpNet) -> Self {
        Self {
            name: None,
            net: Some(canonical(net)),
            reach: Reach::Either,
        }
    }

    /// This name combined with a block.
    pub fn with_block(self, net: IpNet, reach: Reach) -> Self {
        let net = Some(canonical(net));
        Self { net, reach, ..self }
    }

    /// The network that the address of this mask belongs to, if it names one address of IPv6 and nobody.
    pub fn network(&self) -> Option<Self> {
        let net = self.net.filter(|_| self.name.is_none())?;
        let is_one = net.prefix_len() == net.max_prefix_len();
        let network = Some(subnet_of(net.addr())).filter(|_| is_one)?;
        (network.prefix_len() < network.max_prefix_len()).then(|| Self::of_net(network))
    }

    /// Whether it matches a person with this name and this address.
    pub fn matches(&self, name: Option<&Name>, address: IpAddr) -> bool {
        let same_name = |own: &Name| name.is_some_and(|name| own.same_as(name));
        let by_name = self.name.as_ref().is_some_and(same_name);
        let is_in = |net| canonical(net).contains(&address.to_canonical());
        let by_net = self.net.is_some_and(is_in);
        match self.reach {
            Reach::Either | Reach::Account => by_name || by_net,
            Reach::Block => by_net,
            Reach::Both => by_name && by_net,
        }
    }

    /// Whether it is about people of this name, and not only about a block.
    pub fn is_about(&self, name: &Name) -> bool {
        let own = self.name.as_ref();
        self.reach != Reach::Block && own.is_some_and(|own| own.same_as(name))
    }

    /// Whether `other`, written to undo restrictions, means this one: a name or a block means all
    /// that have it, both together the one that has both.
    pub fn is_named_by(&self, other: &Self) -> bool {
        let same_name = |own: &Name| other.name.as_ref().is_some_and(|name| own.same_as(name));
        let has_name = self.name.as_ref().is_some_and(same_name);
        let has_net = self.net.is_some() && self.net.map(canonical) == other.net.map(canonical);
        match other.name.is_some() && other.net.is_some() {
            true => has_name && has_net,
            false => has_name || has_net,
        }
    }
}

/// Whether an IPv6 block includes more than the block of mapped addresses.
fn holds_mapped(net: IpNet) -> bool {
    let mapped = Ipv4Addr::UNSPECIFIED.to_ipv6_mapped();
    matches!(net, IpNet::V6(v6) if v6.prefix_len() < MAPPED_PREFIX && v6.contains(&mapped))
}

/// The block in canonical form: without host bits, and as IPv4 if it is a block of mapped
/// addresses, since the addresses of people are canonical as well.
pub fn canonical(net: IpNet) -> IpNet {
    if let IpNet::V6(v6) = net
        && let Some(v4) = v6.network().to_ipv4_mapped()
        && let Some(prefix) = v6.prefix_len().checked_sub(MAPPED_PREFIX)
        && let Ok(v4) = Ipv4Net::new(v4, prefix)
    {
        return IpNet::V4(v4.trunc());
    }
    net.trunc()
}

/// The block of one household: the address, or its /64. The /64 of `::1` would include the
/// addresses that stand for IPv4.
pub fn subnet_of(address: IpAddr) -> IpNet {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpNet::V4(Ipv4Net::from(v4)),
        IpAddr::V6(v6) if v6.is_loopback() => IpNet::V6(Ipv6Net::from(v6)),
        // A prefix of 64 is always valid; if it were not, the address alone would do.
        IpAddr::V6(v6) => {
            Ipv6Net::new(v6, IPV6_PREFIX).map_or(IpNet::from(address), |net| IpNet::V6(net.trunc()))
        }
    }
}

/// The household behind an address. Loopback has none, since everybody behind a local proxy or
/// tunnel comes from there; but its other addresses (127.0.0.2) belong to one program each.
pub fn household_of(address: IpAddr) -> Option<IpNet> {
    let tunnels = [
        IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::LOCALHOST),
    ];
    (!tunnels.contains(&address.to_canonical())).then(|| subnet_of(address))
}

impl Restriction {
    /// Whether it is still in force.
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

impl fmt::Display for Mask {
    /// All that it is about: `bob (192.0.2.7)`; `bob from 192.0.2.7` if it needs both, and
    /// `192.0.2.7 (bob)` if the name only says who was meant. [`Mask::listed`] parses it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.name, self.net, self.reach) {
            (Some(name), None, _) => name.fmt(f),
            (None, Some(net), _) => Block(net).fmt(f),
            (Some(name), Some(net), Reach::Both) => write!(f, "{name} from {}", Block(net)),
            (Some(name), Some(net), Reach::Block) => write!(f, "{} ({name})", Block(net)),
            (Some(name), Some(net), _) => write!(f, "{name} ({})", Block(net)),
            (None, None, _) => Ok(()),
        }
    }
}

/// A block, without `/32` if it is one address.
struct Block(IpNet);

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.prefix_len() == self.0.max_prefix_len() {
            true => self.0.addr().fmt(f),
            false => self.0.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    /// Operators are told to ban it.
    #[test]
    fn the_block_of_a_household_can_be_banned() {
        for (address, shown) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8::7", "2001:db8::/64"),
            ("::1", "::1"),
        ] {
            let mask = Mask::of_net(subnet_of(ip(address)));
            assert_eq!(mask.to_string(), shown);
            assert_eq!(Mask::parse(shown), Ok(mask));
            let network = Mask::parse(address).map(|one| one.network());
            let is_wider = shown.ends_with("/64");
            assert_eq!(network, Ok(Mask::parse(shown).ok().filter(|_| is_wider)));
        }
    }

    #[test]
    fn masks_are_read_and_written() {
        for (text, shown) in [
            ("lee", "lee"),
            ("name:lee", "lee"),
            ("Name:lee", "lee"),
            ("ACCOUNT:lee", "lee"),
            ("account:lee", "lee"),
            ("192.0.2.7", "192.0.2.7"),
            ("192.0.2.7/24", "192.0.2.0/24"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8::/32", "2001:db8::/32"),
            ("2001:db8::1/32", "2001:db8::/32"),
            ("::ffff:127.0.0.6/128", "127.0.0.6"),
            ("::ffff:10.9.8.7/120", "10.9.8.0/24"),
            ("::ffff:a09:807/120", "10.9.8.0/24"),
            ("::ffff:0:0/96", "0.0.0.0/0"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("2000::/3", "2000::/3"),
            ("::/97", "::/97"),
        ] {
            assert_eq!(
                Mask::parse(text).map(|m| m.to_string()).as_deref(),
                Ok(shown)
            );
        }
        for text in ["", "192.0.2.7/33", "name:", "name:192.0.2.7", "a b"] {
            assert_eq!(Mask::parse(text), Err(MaskError::Nobody), "{text}");
            assert_eq!(Mask::known(text), None, "{text}");
        }
        for text in [
            "::/0",
            "::/64",
            "::ffff:0:0/90",
            "::ffff:10.0.0.0/95",
            "2001::/0",
        ] {
            assert_eq!(Mask::parse(text), Err(MaskError::BothFamilies), "{text}");
            assert!(Mask::known(text).is_some(), "{text}");
        }
        let refused = Mask::parse("1.2.3.4/0");
        assert_eq!(refused, Err(MaskError::AllAddresses));
    }

    #[test]
    fn what_a_list_shows_undoes_it() {
        let net = Mask::parse("192.0.2.0/24")
            .expect("a mask")
            .net
            .expect("a block");
        for name in ["bob", "account", "from"] {
            let of_name = Mask::of_name(Name::parse(name).expect("a name"));
            for reach in [Reach::Either, Reach::Block, Reach::Both] {
                let given = of_name.clone().with_block(net, reach);
                for account in ["", "account "] {
                    let shown = std::format!("{account}{given}");
                    let listed = Mask::listed(&shown).expect(&shown);
                    assert_eq!(listed, given, "{shown}");
                    assert!(given.is_named_by(&listed), "{shown}");
                    assert!(!of_name.is_named_by(&listed), "{shown}");
                }
            }
            let of_account = Mask::listed(&std::format!("account {name}"));
            assert_eq!(of_account, Some(of_name));
        }
        for text in [
            "bob ann",
            "bob (ann)",
            "bob (192.0.2.0/24",
            "(192.0.2.0/24)",
            "192.0.2.0/24 from bob",
            "192.0.2.0/24 (192.0.2.0/24)",
        ] {
            assert_eq!(Mask::listed(text), None, "{text}");
        }
    }

    #[test]
    fn a_block_matches_the_addresses_in_it() {
        let mask = Mask::parse("192.0.2.0/24").expect("a mask");
        assert!(mask.matches(None, ip("192.0.2.200")));
        assert!(mask.matches(None, ip("::ffff:192.0.2.200")));
        assert!(!mask.matches(None, ip("192.0.3.1")));
        let mask = Mask::parse("::ffff:192.0.2.0/120").expect("a mask");
        assert!(mask.matches(None, ip("192.0.2.200")));
        assert!(mask.matches(None, ip("::ffff:192.0.2.200")));
    }

    #[test]
    fn name_and_block_go_together_in_three_ways() {
        let (lee, ann) = (Name::parse("LEE").ok(), Name::parse("ann").ok());
        let (home, away) = (ip("2001:db8:1:2::9"), ip("2001:db8:1:3::9"));
        for (reach, matching) in [
            (Reach::Either, [true, true, true, false]),
            (Reach::Block, [true, false, true, false]),
            (Reach::Both, [true, false, false, false]),
        ] {
            let lee_here = Mask::of_name(Name::parse("Lee").expect("a name"));
            let mask = lee_here.with_block(subnet_of(ip("2001:db8:1:2:3::4")), reach);
            let cases = [(&lee, home), (&lee, away), (&ann, home), (&ann, away)];
            let matched = cases.map(|(name, address)| mask.matches(name.as_ref(), address));
            assert_eq!(matched, matching, "{reach:?}");
        }
    }
}
