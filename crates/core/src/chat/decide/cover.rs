//! How far a ban or a mute of a name reaches: its account always, its address only if nobody else
//! comes from there. A class behind one address must not go with one pupil.

use ipnet::IpNet;

use super::operate::Actor;
use crate::ban::{Mask, Reach, subnet_of};
use crate::chat::{Chat, Person};
use crate::event::Spared;
use crate::name::Name;
use crate::time::Timestamp;

/// Where the target of a restriction comes from.
pub(super) enum Home {
    /// Nobody else comes from this block.
    Alone(IpNet),
    /// Others do, or may.
    Shared(Spared),
}

/// What the operator is told of a block that is spared: nothing if nobody else is there.
fn told(spared: Spared) -> Option<Spared> {
    Some(spared).filter(|spared| spared.own || spared.others > 0)
}

/// The account of a person who goes by another name at the moment.
pub(super) fn account_beside_name(person: &Person) -> Option<Name> {
    let account = person.account.as_ref()?;
    (!account.same_as(&person.name)).then(|| account.clone())
}

impl Chat {
    /// The mask of a ban: the name, and its block if nobody else comes from there.
    pub(super) fn cover(
        &self,
        me: Actor<'_>,
        target: &Person,
        now: Timestamp,
    ) -> (Mask, Option<Spared>) {
        let of_name = Mask::of_name(target.name.clone());
        match self.home_of(me, target, now) {
            Home::Alone(net) => (of_name.with_block(net, Reach::Either), None),
            Home::Shared(spared) => (of_name, told(spared)),
        }
    }

    /// The mask of a mute: as that of a ban for a registered name. A guest's name matches only where
    /// the guest comes from: the next to take it elsewhere is not muted in the guest's place.
    pub(super) fn cover_speech(
        &self,
        me: Actor<'_>,
        target: &Person,
        now: Timestamp,
    ) -> (Mask, Option<Spared>) {
        if self.is_own_name(target) {
            return self.cover(me, target, now);
        }
        let of_name = Mask::of_name(target.name.clone());
        match self.home_of(me, target, now) {
            Home::Alone(net) => (of_name.with_block(net, Reach::Block), None),
            Home::Shared(spared) => (of_name.with_block(spared.net, Reach::Both), told(spared)),
        }
    }

    /// Where a person comes from, and who else does. This very machine is shared by everybody behind
    /// a proxy or a tunnel, whether they are here or not.
    pub(super) fn home_of(&self, me: Actor<'_>, target: &Person, now: Timestamp) -> Home {
        let net = subnet_of(target.session.address);
        let here = self.people.matching(&Mask::of_net(net));
        let is_me = |person: &&Person| Some(person.id) == me.id();
        let own = !is_me(&target) && here.iter().any(is_me);
        // A target whose link is lost is not among them.
        let is_here = here.iter().any(|person| person.id == target.id);
        let others = here.len() - usize::from(is_here) - usize::from(own);
        // Of those who may come back the ones count whom the operator may do nothing to. Anybody can
        // leave a lost session behind to be spared.
        let lost = self.resumables.matching(&Mask::of_net(net), now);
        let above = lost
            .iter()
            .filter(|person| self.check_rank(me, person).is_err());
        let others = (others + above.count()) as u32;
        let spared = Spared { net, others, own };
        let is_loopback = target.session.address.to_canonical().is_loopback();
        match is_loopback || told(spared).is_some() {
            true => Home::Shared(spared),
            false => Home::Alone(net),
        }
    }
}
