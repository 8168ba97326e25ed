//! How far a ban or a mute of a name reaches: its account always, an address only if nobody else comes from there.
//! One pupil's ban must not shut out a class behind the same address. A person may have several connections, and
//! an account several people; the address of each counts, or who is put out would be back at once from another.
//!
//! A guest is muted by address. When the guest registers the name, the mute follows the account, on the server and
//! in the rooms that the guest is in: otherwise it would end with the next login from elsewhere.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;

use ipnet::IpNet;

use super::operate::Actor;
use super::restrict::{Given, check_list_has_space};
use crate::ban::{
    Mask, Reach, Restriction, household_of, strip_account_key, strip_name_key, subnet_of,
};
use crate::chat::{Chat, Person};
use crate::event::{AuditEntry, Fact, ModAction, RoomAct, Spared};
use crate::name::Name;
use crate::rejection::{Rejection, RoomRejection};
use crate::time::Timestamp;

/// Where somebody whom a restriction means connects from.
enum Home {
    /// Nobody else comes from this block.
    Alone(IpNet),
    /// Others do as well, or may.
    Shared(Spared),
}

/// Whom the name in a ban, a bar or a mute means.
pub(super) struct Meant<'a> {
    pub(super) name: &'a Name,
    /// The person who has the name, connected or not.
    pub(super) bearer: Option<&'a Person>,
    /// The account that is restricted as well, with all who are logged in to it.
    pub(super) account: Option<&'a Name>,
}

/// One mask of a restriction, and the blocks of its people that it spares.
pub(super) struct Cover {
    pub(super) mask: Mask,
    pub(super) spared: Box<[Spared]>,
}

impl Cover {
    pub(super) fn of(mask: Mask) -> Self {
        let spared = Box::default();
        Self { mask, spared }
    }
}

impl<'a> Meant<'a> {
    /// A person, and the account that they are logged in to.
    pub(super) fn person(person: &'a Person) -> Self {
        Self {
            name: &person.name,
            bearer: Some(person),
            account: person.account.as_ref(),
        }
    }

    /// The account, if the name does not belong to it.
    fn account_beside(&self) -> Option<&'a Name> {
        let account = self.account?;
        (!account.same_as(self.name)).then_some(account)
    }

    /// The masks of the name and of the account beside it, which cover no address.
    fn names_alone(&self) -> Vec<Cover> {
        let names = core::iter::once(self.name).chain(self.account_beside());
        let masks = names.cloned().map(Mask::of_name);
        masks.map(Cover::of).collect()
    }
}

impl Chat {
    /// The masks of a ban or a bar of a name. If nobody bears it, this account is restricted as well.
    pub(super) fn covers_of_name(
        &self,
        given: &Given<'_>,
        name: &Name,
        account: Option<&Name>,
        cover_address: bool,
    ) -> Vec<Cover> {
        let bearer = self.bearer_of(name, given.now);
        let meant = match bearer {
            Some(bearer) => Meant::person(bearer),
            None => Meant {
                name,
                bearer,
                account,
            },
        };
        match cover_address {
            true => self.cover(given.me, &meant, given.now),
            false => Meant { name, ..meant }.names_alone(),
        }
    }

    /// The masks of a mute, which may have been given as `account:NAME` or `name:NAME`.
    pub(super) fn covers_of_mute(
        &self,
        given: &Given<'_>,
        meant: &Meant<'_>,
        typed: &str,
    ) -> Vec<Cover> {
        match meant.account {
            Some(account) if strip_account_key(typed).is_some() => {
                Vec::from([Cover::of(Mask::of_name(account.clone()))])
            }
            _ if strip_name_key(typed).is_some() => meant.names_alone(),
            _ => self.cover_speech(given.me, meant, given.now),
        }
    }

    /// The masks of a ban or a bar: the name, and the account beside it, each with the blocks of its
    /// people from which nobody else connects. Each block has a mask of its own.
    fn cover(&self, me: Actor<'_>, meant: &Meant<'_>, now: Timestamp) -> Vec<Cover> {
        let (mut own, logins) = self.homes_of(me, meant, now);
        match meant.account_beside() {
            Some(account) => {
                let mut covers = with_homes(meant.name, own);
                covers.extend(with_homes(account, logins));
                covers
            }
            None => {
                own.extend(logins);
                with_homes(meant.name, own)
            }
        }
    }

    /// The masks of a mute: for a registered name the same as for a ban. A guest's name matches only
    /// at the guest's address, so that the next guest of that name elsewhere is not muted.
    fn cover_speech(&self, me: Actor<'_>, meant: &Meant<'_>, now: Timestamp) -> Vec<Cover> {
        if meant.bearer.is_none_or(|bearer| self.is_own_name(bearer)) {
            return self.cover(me, meant, now);
        }
        let (own, logins) = self.homes_of(me, meant, now);
        let of_guest = own.into_iter().map(|home| {
            let of_name = Mask::of_name(meant.name.clone());
            match home {
                Home::Alone(net) => Cover::of(of_name.with_block(net, Reach::Block)),
                Home::Shared(spared) => Cover {
                    mask: of_name.with_block(spared.net, Reach::Both),
                    spared: [spared].into(),
                },
            }
        });
        let of_account = meant.account_beside();
        let of_account = of_account.map(|account| with_homes(account, logins));
        of_guest.chain(of_account.into_iter().flatten()).collect()
    }

    /// The mutes of a guest, converted into mutes of the name that the guest registers.
    pub(super) fn mutes_of_guest(
        &self,
        me: &Person,
        now: Timestamp,
    ) -> Result<Vec<Fact>, Rejection> {
        let mut facts = Vec::new();
        let of_name = |mute: &Restriction| {
            let mask = Mask::of_name(me.name.clone());
            let is_so_already = mute.mask.reach == Reach::Either && mute.mask.is_about(&me.name);
            (!is_so_already).then(|| Restriction {
                mask,
                ..mute.clone()
            })
        };
        let mute = self.mute_of(me, now);
        let mute = mute.and_then(|id| self.restricted.mutes.get(id));
        if let Some(mute) = mute.and_then(of_name) {
            check_list_has_space(&self.restricted.mutes, 1)?;
            facts.push(Fact::Moderated(Box::new(AuditEntry {
                by: mute.by.clone(),
                actor: None,
                act: ModAction::Mute(mute),
                target: None,
                aside: None,
            })));
        }
        let rooms = me.rooms.iter();
        for (&id, rules) in rooms.filter_map(|id| Some((id, self.rooms.rules(*id)?))) {
            let mute = rules.mutes.longest_on(me, now);
            let mute = mute.filter(|_| !self.moderates(me, id));
            let Some(mute) = mute.and_then(of_name) else {
                continue;
            };
            if !rules.mutes.have_space(1, now) {
                return Err(self.refusal(id, RoomRejection::BarsFull));
            }
            let change = self.change_by(mute.by.clone(), id, RoomAct::Mute(mute));
            facts.push(Fact::RoomChanged(Box::new(change)));
        }
        Ok(facts)
    }

    /// Where the bearer of a name connects from; and where all others do who are logged in to the
    /// account, since what is done to it is done to them.
    fn homes_of(&self, me: Actor<'_>, meant: &Meant<'_>, now: Timestamp) -> (Vec<Home>, Vec<Home>) {
        let logins = meant.account.into_iter().flat_map(|account| {
            let here = self.people.logged_in_to(account);
            here.chain(self.lost_logins(account, now))
        });
        let mut known = Vec::new();
        let mut homes_of = |person: &Person| {
            let mut homes = Vec::new();
            for address in person.addresses() {
                if !known.contains(&subnet_of(address)) {
                    known.push(subnet_of(address));
                    homes.push(self.home_of(me, person, address, now));
                }
            }
            homes
        };
        let own = meant.bearer.map_or_else(Vec::new, &mut homes_of);
        (own, logins.flat_map(homes_of).collect())
    }

    /// One of the places that a person connects from, and who else does.
    fn home_of(&self, me: Actor<'_>, target: &Person, address: IpAddr, now: Timestamp) -> Home {
        let net = subnet_of(address);
        let here = self.people.matching(&Mask::of_net(net));
        let is_me = |person: &&Person| Some(person.id) == me.id();
        let own = !is_me(&target) && here.iter().any(is_me);
        // What is done to an account is done to everybody logged in to it.
        let is_of_account = |person: &Person| {
            let account = target.account.as_ref();
            account.is_some_and(|account| person.is_logged_in_to(account))
        };
        let is_meant = |person: &&&Person| person.id == target.id || is_of_account(person);
        let others = here
            .iter()
            .filter(|person| !is_meant(person) && !is_me(person));
        // Of those who may come back, only people whom the operator cannot act on count. Anybody
        // could leave a lost session behind to be spared.
        let lost = self.resumables.matching(&Mask::of_net(net), now);
        let above = lost
            .iter()
            .filter(|person| self.check_rank(me, person).is_err());
        let others = (others.count() + above.count()) as u32;
        let spared = Spared { net, others, own };
        match household_of(address) {
            Some(net) if !own && others == 0 => Home::Alone(net),
            _ => Home::Shared(spared),
        }
    }
}

/// The masks of a name with the homes that are covered. What is spared belongs to the first.
fn with_homes(name: &Name, homes: Vec<Home>) -> Vec<Cover> {
    let of_name = Mask::of_name(name.clone());
    let (mut covers, mut spared) = (Vec::new(), Vec::new());
    for home in homes {
        match home {
            Home::Alone(net) => {
                let mask = of_name.clone().with_block(net, Reach::Either);
                covers.push(Cover::of(mask));
            }
            Home::Shared(shared) => spared.push(shared),
        }
    }
    if covers.is_empty() {
        covers.push(Cover::of(of_name));
    }
    covers[0].spared = spared.into();
    covers
}
