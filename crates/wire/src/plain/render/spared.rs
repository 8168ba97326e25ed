//! What a ban, a bar or a mute does not cover, and how to cover it too.

use core::fmt::{self, Display, Formatter};

use chinwag_core::{Aside, AuditEntry, Mask, ModAction, Reach, Spared};

use super::moderation::{ForNobody, Typed, Whom};
use crate::plain::words::{Count, people};

/// What a ban or a mute does not cover, and how to cover it; or that it is for nobody.
pub(super) struct Beside<'a>(pub(super) &'a AuditEntry, pub(super) &'static str);

impl Display for Beside<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(audit_entry, done) = *self;
        match &audit_entry.aside {
            Some(Aside::Spared(spared)) => {
                let mut spared = spared.iter();
                spared.try_for_each(|spared| SparedBy(audit_entry, done, spared).fmt(f))
            }
            aside => {
                OfBlock(&audit_entry.act).fmt(f)?;
                if let Some(Aside::PutOut(count)) = *aside {
                    let are = if count == 1 { "is" } else { "are" };
                    write!(f, " {} {are} put out.", people(count))?;
                }
                if let ModAction::Ban(ban) = &audit_entry.act {
                    let ban_all = Typed(audit_entry, "ban");
                    OneAddress(&ban.mask, &ban_all, "bans").fmt(f)?;
                }
                ForNobody(aside.as_ref()).fmt(f)
            }
        }
    }
}

/// ` 31 others come from 192.0.2.7: /ban 192.0.2.7 bans them too.`: an address that a ban or a mute does
/// not cover.
struct SparedBy<'a>(&'a AuditEntry, &'static str, &'a Spared);

impl Display for SparedBy<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(audit_entry, done, &Spared { net, others, own }) = *self;
        // Banned, it would keep out everybody on the machine, and all who come through a tunnel there.
        let is_loopback = net.addr().is_loopback();
        let net = Mask::of_net(net);
        let ban = Typed(audit_entry, "ban");
        let only = Only(&audit_entry.act, done);
        let come = if others == 1 { "comes" } else { "come" };
        let others = (others > 0).then_some(Count(others, "other", "others"));
        match (others, done) {
            _ if own => write!(
                f,
                " You come from {net} too, so {only}: /lock keeps new names out."
            ),
            (Some(others), "banned") if !is_loopback => {
                write!(f, " {others} {come} from {net}: {ban} {net} bans them too.")
            }
            (others, _) => {
                match others {
                    Some(others) => write!(f, " {others} {come} from {net}")?,
                    None => write!(f, " Others may come from {net}")?,
                }
                write!(f, ", so {only}")?;
                match is_loopback {
                    true => f.write_str("."),
                    false => write!(f, ": {ban} {net} keeps all of them out."),
                }
            }
        }
    }
}

/// ` It is one address of a network: /ban 2001:db8::/64 bans all of it.`: a machine changes its address of IPv6 at
/// will.
pub(super) struct OneAddress<'a>(
    pub(super) &'a Mask,
    pub(super) &'a dyn Display,
    pub(super) &'static str,
);

impl Display for OneAddress<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(mask, typed, bans) = self;
        match mask.network() {
            Some(network) => write!(
                f,
                " It is one address of a network: {typed} {network} {bans} all of it."
            ),
            None => Ok(()),
        }
    }
}

/// ` It holds for all who come from 192.0.2.7, ...`: what a mute of a guest covers.
struct OfBlock<'a>(&'a ModAction);

impl Display for OfBlock<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            ModAction::Mute(mute) if mute.mask.reach == Reach::Block => {
                let Some(net) = mute.mask.net.map(Mask::of_net) else {
                    return Ok(());
                };
                write!(
                    f,
                    " It holds for all who come from {net}, but for nobody who arrives from elsewhere: the name is not \
                     registered."
                )
            }
            _ => Ok(()),
        }
    }
}

/// `only the name is banned`: what a ban or a mute covers that spares the other people from an address.
struct Only<'a>(&'a ModAction, &'static str);

impl Display for Only<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(act, done) = self;
        let (ModAction::Ban(given) | ModAction::Mute(given)) = act else {
            return Ok(());
        };
        let mask = &given.mask;
        match (mask.net, mask.reach) {
            (Some(_), Reach::Both) => write!(f, "only {} from there is {done}", Whom(mask)),
            // It covers another address of the same person.
            (Some(_), _) => write!(f, "that address is not {done}"),
            (None, _) => write!(f, "only the name is {done}"),
        }
    }
}
