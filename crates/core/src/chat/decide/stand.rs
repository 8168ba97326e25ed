//! Giving and taking standings in a room.
//!
//! The standing of a registered name lasts. A right that ends with a visit can neither give nor
//! take a lasting standing: neither the right of an operator for the visit, nor that of a guest
//! whom the room's owner has made a moderator.

use crate::ban::{strip_account_key, strip_name_key};
use crate::chat::state::{Resumable, RoomRules};
use crate::chat::{Chat, Person};
use crate::command::{RoomRef, StandingChange};
use crate::event::{Fact, RoomAct, RoomChange};
use crate::ids::{LOBBY, PersonId, RoomId};
use crate::limits::STANDINGS_MAX;
use crate::mask::MaskKind;
use crate::name::Name;
use crate::rejection::{Rejection, RoomRejection};
use crate::room::{Held, Standing};
use crate::time::Timestamp;

/// The person whose standing changes.
pub(super) struct Bearer<'a> {
    name: Name,
    /// Their registered name, if they have one.
    pub(super) account: Option<Name>,
    pub(super) person: Option<&'a Person>,
    lost: Option<&'a Resumable>,
}

impl<'a> Bearer<'a> {
    fn id(&self) -> Option<PersonId> {
        self.session().map(|person| person.id)
    }

    /// The person, connected or not.
    fn session(&self) -> Option<&'a Person> {
        self.person.or(self.lost.map(|lost| &*lost.person))
    }
}

impl Chat {
    pub(super) fn decide_stand(
        &self,
        me: &Person,
        room: RoomRef,
        typed: &str,
        change: StandingChange,
        now: Timestamp,
    ) -> Result<Fact, Rejection> {
        let id = self.room_of(me, room)?;
        self.check_may_stand(me, id, change, now)?;
        let mut bearer = self.bearer_of_standing(me, typed, now)?;
        let before = self.standing_of_bearer(&bearer, id);
        let before =
            before.filter(|before| !self.is_asked_again(id, &bearer, *before, change, now));
        if let StandingChange::Give(_) = change {
            self.check_lets_in(me, id, &bearer, now)?;
        }
        let mut is_lent = false;
        let standing = match change {
            StandingChange::Give(standing) => {
                if self.has_rights_for_visit(me, id) {
                    is_lent = bearer.account.take().is_some();
                }
                self.check_may_give(id, &bearer, before, standing)?;
                Some(Held::given(before, standing))
            }
            StandingChange::Take(standing) => {
                if self.acts_on_loan(me, id) && bearer.id() != Some(me.id) {
                    self.check_lasts_not(id, &bearer, standing)?;
                    bearer.account = None;
                }
                self.check_may_take(me, id, &bearer, before, standing)?;
                // Somebody who loses a rank in a closed room may still enter it.
                let is_closed = self.rules_hold(id, |rules| rules.settings.closed);
                let stays = is_closed && standing > Standing::Invited && bearer.account.is_some();
                let left = before.and_then(|before| before.without(standing));
                left.or_else(|| stays.then(|| Standing::Invited.into()))
            }
        };
        let concerned = bearer.session();
        let target = concerned.map(|person| person.id);
        let act = RoomAct::Stand {
            name: bearer.name,
            account: bearer.account,
            before,
            standing,
        };
        let mut fact = self.changed(me, id, act, target);
        if let Fact::RoomChanged(change) = &mut fact {
            change.is_lent = is_lent;
            self.leave_untold(me, change, concerned, now);
            if before.is_none() && standing == Some(Standing::Invited.into()) {
                change.moderators = self.told_of_invitations(id, me, target);
            }
        }
        Ok(fact)
    }

    /// Marks a standing as not to be told in private to people who see it in the room, nor twice in
    /// a short time to somebody who did not ask for it.
    fn leave_untold(
        &self,
        me: &Person,
        change: &mut RoomChange,
        concerned: Option<&Person>,
        now: Timestamp,
    ) {
        let id = change.room;
        // An invitation too is nothing new to somebody inside.
        let is_seen = change.is_public() || change.gives() == Some(true);
        let sees = |person: &Person| is_seen && person.rooms.contains(&id);
        change.told = change.told.filter(|_| !concerned.is_some_and(sees));
        if let (Some(told), Some(gives)) = (change.told, change.gives()) {
            let lately = (told, gives);
            let was_told = || self.rules_hold(id, |rules| rules.was_told(lately, now));
            if !me.session.rank.operator && was_told() {
                change.told = None;
            }
        }
    }

    /// Whether somebody is invited again: they are told again, but not at once.
    fn is_asked_again(
        &self,
        id: RoomId,
        bearer: &Bearer<'_>,
        before: Held,
        change: StandingChange,
        now: Timestamp,
    ) -> bool {
        let invited = Standing::Invited;
        let is_invited = before == invited.into() && change == StandingChange::Give(invited);
        let was_told = |person: &Person| {
            let lately = (person.id, true);
            self.rules_hold(id, |rules| rules.was_told(lately, now))
        };
        is_invited && bearer.person.is_some_and(|person| !was_told(person))
    }

    /// Checks that a standing would let its bearer in: one that a moderator gives passes a mask, and none passes a
    /// bar, which another moderator may have set.
    fn check_lets_in(
        &self,
        me: &Person,
        id: RoomId,
        bearer: &Bearer<'_>,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let session = bearer.session();
        let is_barred = self.rules_hold(id, |rules| match session {
            Some(person) => {
                let bar = rules.bars.longest_on(person, now);
                bar.is_some() && !person.session.rank.operator
            }
            None => rules.bars.names(&bearer.name, now),
        });
        let is_masked =
            |person| self.rules_hold(id, |rules| self.is_masked_as(person, rules, MaskKind::Ban));
        if is_barred || session.is_some_and(is_masked) {
            self.check_moderates(me, id)?;
        }
        match is_barred {
            true => Err(self.refusal(id, RoomRejection::TargetBarred(bearer.name.clone()))),
            false => Ok(()),
        }
    }

    /// Checks that a person may change standings in a room. Anybody inside may invite people into a
    /// room that is open and not hidden.
    fn check_may_stand(
        &self,
        me: &Person,
        id: RoomId,
        change: StandingChange,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let is_private = self.rules_hold(id, |rules| rules.settings.is_private());
        let is_invitation = change == StandingChange::Give(Standing::Invited);
        if !is_invitation || is_private || me.session.rank.operator {
            return self.check_moderates(me, id);
        }
        self.check_is_in(me, id)?;
        self.check_may_be_heard(me, now)
    }

    fn check_may_give(
        &self,
        id: RoomId,
        bearer: &Bearer<'_>,
        before: Option<Held>,
        standing: Standing,
    ) -> Result<(), Rejection> {
        let name = bearer.name.clone();
        // A higher standing includes a voice.
        let has_already = |before: Held| match standing {
            Standing::Voice => before.has_voice(),
            _ => before.standing >= standing,
        };
        let already = before.filter(|before| has_already(*before));
        let is_inside = bearer.session().is_some_and(|p| p.rooms.contains(&id));
        let is_servers = id == LOBBY || self.rooms.get(id).is_some_and(|room| room.is_servers);
        // A room may be closed around those inside, who want to come again.
        let is_private = self.rules_hold(id, |rules| rules.settings.is_private());
        let lasts = is_private && bearer.account.is_some();
        let refused = match bearer.account {
            _ if is_servers && standing > Standing::Voice => RoomRejection::OperatorsAlone,
            _ if standing == Standing::Invited && is_inside && !lasts => match bearer.person {
                Some(_) => RoomRejection::TargetInside(name),
                // The room does not show it; the person will have it on resuming.
                None => return Err(Rejection::LinkLost(name)),
            },
            _ if standing == Standing::Invited
                && !lasts
                && self.is_inside_as_another(bearer, id) =>
            {
                RoomRejection::TargetInside(name)
            }
            _ if already.is_some() => {
                let higher = already.filter(|_| standing != Standing::Voice);
                let standing = higher.map_or(standing, |before| before.standing);
                RoomRejection::StandsAlready(name, standing)
            }
            Some(_) => {
                let is_full = |rules: &RoomRules| rules.accounts_len() >= STANDINGS_MAX;
                match before.is_none() && self.rules_hold(id, is_full) {
                    true => RoomRejection::StandingsFull,
                    false => return Ok(()),
                }
            }
            None if bearer.session().is_none() => return Err(Rejection::NotConnected(name)),
            // A guest's rank ends when it leaves.
            None if standing > Standing::Invited && !is_inside => {
                RoomRejection::TargetOutside(name)
            }
            None => return Ok(()),
        };
        Err(self.refusal(id, refused))
    }

    /// Whether the owner of a name that nobody has is in a room under another name.
    fn is_inside_as_another(&self, bearer: &Bearer<'_>, id: RoomId) -> bool {
        let account = bearer.account.iter().filter(|_| bearer.session().is_none());
        let mut logins = account.flat_map(|account| self.people.logged_in_to(account));
        logins.any(|person| person.rooms.contains(&id))
    }

    fn check_may_take(
        &self,
        me: &Person,
        id: RoomId,
        bearer: &Bearer<'_>,
        before: Option<Held>,
        standing: Standing,
    ) -> Result<(), Rejection> {
        let name = bearer.name.clone();
        let is_own = bearer.id() == Some(me.id);
        let highest = before.map(|before| before.standing);
        let takes_owner = highest == Some(Standing::Owner) && standing == Standing::Moderator;
        // Nobody could give it back.
        if takes_owner && is_own {
            return Err(self.refusal(id, RoomRejection::OwnRoom));
        }
        if takes_owner && me.session.rank.operator {
            return Ok(());
        }
        match before {
            Some(before) if before.has(standing) => Ok(()),
            Some(before)
                if takes_owner || standing == Standing::Invited && before > standing.into() =>
            {
                Err(self.refusal(id, RoomRejection::TargetGoverns(name, before.standing)))
            }
            _ => Err(self.refusal(id, RoomRejection::StandsNot(name, standing))),
        }
    }

    /// Removes every standing of a person who is being kept out, if they have any.
    pub(super) fn taken_wholly(&self, me: &Person, id: RoomId, bearer: Bearer<'_>) -> Option<Fact> {
        let before = self.standing_of_bearer(&bearer, id)?;
        let target = bearer.id();
        let act = RoomAct::Stand {
            name: bearer.name,
            account: bearer.account,
            before: Some(before),
            standing: None,
        };
        let mut fact = self.changed(me, id, act, target);
        // Nobody outside is told of a bar.
        if let Fact::RoomChanged(change) = &mut fact {
            change.told = None;
        }
        Some(fact)
    }

    fn standing_of_bearer(&self, bearer: &Bearer<'_>, id: RoomId) -> Option<Held> {
        let rules = self.rooms.rules(id)?;
        let lasting = bearer
            .account
            .as_ref()
            .and_then(|name| rules.of_account(name));
        let visit = bearer.person.and_then(|person| rules.of_guest(person.id));
        let of_room = |lost: &&Resumable| {
            let mut standings = lost.standings.iter();
            Some(standings.find(|(room, _)| *room == id)?.1)
        };
        lasting
            .max(visit)
            .max(bearer.lost.as_ref().and_then(of_room))
    }

    /// The bearer of a name: a person who is here, one whose session is kept, or the owner of a
    /// registered name.
    pub(super) fn bearer_of_standing(
        &self,
        me: &Person,
        typed: &str,
        now: Timestamp,
    ) -> Result<Bearer<'_>, Rejection> {
        if let Some(typed) = strip_account_key(typed) {
            let account = self.account_called(typed)?;
            let person = self.login_of(account);
            return Ok(Bearer {
                name: person.map_or(&account.name, |person| &person.name).clone(),
                account: Some(account.name.clone()),
                person,
                lost: None,
            });
        }
        let typed = strip_name_key(typed).unwrap_or(typed);
        let nobody = match self.find(me, typed) {
            Ok(person) => {
                return Ok(Bearer {
                    name: person.name.clone(),
                    account: person.account.clone(),
                    person: Some(person),
                    lost: None,
                });
            }
            Err(nobody) => nobody,
        };
        let Ok(name) = Name::parse(typed) else {
            return Err(nobody);
        };
        let lost = self.resumables.reachable(&name, now);
        let account = match lost {
            Some(lost) => lost.person.account.clone(),
            None => self.registrations.get(&name).map(|r| r.name.clone()),
        };
        match lost.is_none() && account.is_none() {
            true => Err(nobody),
            false => Ok(Bearer {
                name: account.clone().unwrap_or(name),
                account,
                person: None,
                lost,
            }),
        }
    }

    /// Checks that nobody would lose a standing that lasts.
    fn check_lasts_not(
        &self,
        id: RoomId,
        bearer: &Bearer<'_>,
        standing: Standing,
    ) -> Result<(), Rejection> {
        let account = bearer.account.as_ref();
        let rules = self.rooms.rules(id);
        let lasting = account.and_then(|account| rules?.of_account(account));
        let is_lasting = |held: Held| held.has(standing) || held.standing > standing;
        match lasting.is_some_and(is_lasting) {
            true => Err(Rejection::OutlastsVisit),
            false => Ok(()),
        }
    }

    /// Whether a person can act in a room only by an operator's right that ends with the visit.
    pub(super) fn acts_on_loan(&self, me: &Person, id: RoomId) -> bool {
        self.is_operator_on_loan(me) && !self.moderates_for_good(me, id)
    }

    /// Checks that a person may do something lasting in a room.
    pub(super) fn check_not_on_loan(&self, me: &Person, id: RoomId) -> Result<(), Rejection> {
        match self.acts_on_loan(me, id) {
            true => Err(Rejection::OutlastsVisit),
            false => Ok(()),
        }
    }

    /// Whether the standings that a person gives in a room end with the visit. Nothing lasts in a
    /// room without an owner, and everybody inside may invite people into an open one.
    fn has_rights_for_visit(&self, me: &Person, id: RoomId) -> bool {
        let room = self.rooms.get(id);
        let is_owned = room.is_some_and(|room| room.is_owned(id));
        match me.session.rank.operator {
            true => self.acts_on_loan(me, id),
            false => is_owned && self.moderates(me, id) && !self.moderates_for_good(me, id),
        }
    }

    /// Whether a person moderates a room by their account, or has created it.
    fn moderates_for_good(&self, me: &Person, id: RoomId) -> bool {
        let Some(room) = self
            .rooms
            .get(id)
            .filter(|room| !room.is_servers && id != LOBBY)
        else {
            return false;
        };
        room.rules().is_some_and(|rules| {
            let account = me.account.as_ref();
            let lasting = account.and_then(|account| rules.of_account(account));
            let held = lasting.max(rules.of_founder(me.id));
            held.is_some_and(Held::governs)
        })
    }
}
