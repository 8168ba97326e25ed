//! Facts, answers and refusals as the choices of an input make them: whatever the chat can tell a
//! session, with any name and any text in it.

#![expect(clippy::too_many_lines, reason = "an arm for each case")]

use std::net::IpAddr;
use std::sync::Arc;

use chinwag_core::{
    Answer, Aside, AuditEntry, Client, ConnId, Correspondents, Counts, Deletion, Duration, Fact,
    Ignored, Knock, LOBBY, Link, Listed, LoggedIn, Manner, Mask, ModAction, Name, PersonId,
    PrivateMessage, Profile, Quit, QuitReason, Reach, Rejection, Renamed, Restriction, ResumeCode,
    Returned, RoomAct, RoomChange, RoomDeed, RoomId, RoomLine, RoomPassword, RoomRejection,
    RoomSetting, RoomSummary, Seq, Spared, Standing, StandingChange, Tenure, Timestamp, Topic,
    Welcome, WhoLine,
};

use crate::client::ME;
use crate::dice::Dice;

type Choices<'a, 'b> = &'a mut Dice<'b>;

/// Mostly times that can be, and some that cannot.
pub(crate) fn time(dice: Choices<'_, '_>) -> Timestamp {
    match dice.below(8) {
        0 => Timestamp(dice.number() as i64),
        1 => *dice.pick(&[Timestamp(i64::MIN), Timestamp(0), Timestamp(i64::MAX)]),
        _ => Timestamp(1_795_269_785_000 + i64::from(dice.number() as u32)),
    }
}

pub(crate) fn span(dice: Choices<'_, '_>) -> Duration {
    match dice.below(8) {
        0 => Duration::from_millis(dice.number()),
        _ => Duration::from_millis(u64::from(dice.number() as u32)),
    }
}

pub(crate) fn person(dice: Choices<'_, '_>) -> PersonId {
    PersonId(dice.below(3) as u64)
}

pub(crate) fn address(dice: Choices<'_, '_>) -> IpAddr {
    match dice.flip() {
        true => (dice.number() as u32).to_be_bytes().into(),
        false => (u128::from(dice.number()) << 64 | u128::from(dice.number()))
            .to_be_bytes()
            .into(),
    }
}

pub(crate) fn mask(dice: Choices<'_, '_>) -> Mask {
    match dice.below(3) {
        0 => Mask::of_name(dice.name()),
        1 => Mask::of_net(chinwag_core::subnet_of(address(dice))),
        _ => {
            let net = chinwag_core::subnet_of(address(dice));
            Mask::of_name(dice.name()).with_block(net, Reach::Either)
        }
    }
}

pub(crate) fn restriction(dice: Choices<'_, '_>) -> Restriction {
    Restriction {
        mask: mask(dice),
        until: dice.maybe(time),
        at: time(dice),
        by: dice.name(),
        why: dice.maybe(|dice| Arc::new(dice.text())),
    }
}

pub(crate) fn quit_reason(dice: Choices<'_, '_>) -> QuitReason {
    match dice.below(9) {
        0 => QuitReason::Quit(dice.maybe(Dice::text)),
        1 => QuitReason::Closed,
        2 => QuitReason::Lost,
        3 => QuitReason::TimedOut,
        4 => QuitReason::TooSlow,
        5 => QuitReason::Restart,
        6 => QuitReason::TooFast,
        7 => QuitReason::Kicked {
            by: dice.name(),
            why: dice.maybe(|dice| Arc::new(dice.text())),
        },
        _ => QuitReason::Banned {
            by: dice.name(),
            until: dice.maybe(time),
            why: dice.maybe(|dice| Arc::new(dice.text())),
        },
    }
}

pub(crate) fn rooms() -> Box<[RoomId]> {
    [LOBBY].into()
}

pub(crate) fn login(dice: Choices<'_, '_>) -> LoggedIn {
    LoggedIn {
        person: person(dice),
        conn: ConnId(1),
        name: dice.name(),
        address: address(dice),
        account: dice.maybe(Dice::name),
        operator: dice.flip(),
        code: ResumeCode::from_random(dice.number()),
        link: link(dice),
        is_script: dice.flip(),
        ident: None,
    }
}

/// What the log of a room shows, and the sign that the line starts with.
pub(crate) fn room_fact(dice: Choices<'_, '_>) -> (Fact, char) {
    let (person, room) = (person(dice), LOBBY);
    match dice.below(11) {
        9 => {
            let deletion = Deletion {
                room,
                message: Seq(dice.number()),
                by: dice.name(),
                why: None,
                is_signal: false,
            };
            (Fact::Deleted(Box::new(deletion)), '*')
        }
        10 => {
            let act = match dice.below(3) {
                0 => RoomAct::Set([room_setting(dice)].into()),
                1 => RoomAct::Eject {
                    name: dice.name(),
                    account: None,
                    why: dice.maybe(|dice| Arc::new(dice.text())),
                },
                _ => RoomAct::Stand {
                    name: dice.name(),
                    account: None,
                    before: None,
                    standing: Some((*dice.pick(&[Standing::Voice, Standing::Moderator])).into()),
                },
            };
            (room_change(dice, act), '*')
        }
        0 | 1 => {
            let manner = *dice.pick(&[Manner::Speech, Manner::Action]);
            let (name, text) = (dice.name(), dice.message());
            let said = Fact::Said {
                person,
                name,
                room,
                text,
                manner,
                irc: None,
                account: None,
            };
            (said, '[')
        }
        2 => {
            let (by, text) = (dice.name(), dice.maybe(Dice::text));
            (
                Fact::TopicSet {
                    room,
                    person: None,
                    by,
                    text,
                    account: None,
                },
                '*',
            )
        }
        3 => {
            let (name, here) = (dice.name(), dice.number() as u32);
            let joined = Fact::Joined {
                person,
                name,
                room,
                here,
            };
            (joined, '*')
        }
        4 => {
            let name = dice.name();
            (
                Fact::Left {
                    person,
                    name,
                    room,
                    why: None,
                    closed_by: None,
                    account: None,
                },
                '*',
            )
        }
        5 => {
            let departed = Quit {
                person,
                name: dice.name(),
                account: dice.maybe(|dice| dice.name()),
                rooms: rooms(),
                why: quit_reason(dice),
                is_resumable: true,
            };
            (Fact::Quit(Box::new(departed)), '*')
        }
        6 => {
            let renamed = Renamed {
                person,
                old: dice.name(),
                since: Seq(0),
                new: dice.name(),
                rooms: rooms(),
                account: dice.maybe(Dice::name),
                operator: dice.flip(),
            };
            (Fact::Renamed(Box::new(renamed)), '*')
        }
        7 => {
            let (who, why) = (dice.maybe(Dice::name), dice.maybe(quit_reason));
            let summary = Fact::PresenceSummary {
                room,
                joined: 1 + u32::from(dice.byte()),
                left: u32::from(dice.byte()),
                who,
                why,
                here: u32::from(dice.byte()),
            };
            (summary, '*')
        }
        _ => {
            let returned = Returned {
                login: login(dice),
                rooms: rooms(),
                left_out: [].into(),
                name_before: dice.maybe(Dice::name),
                names: [].into(),
                ignores: [].into(),
                seen: Seq(0),
                last_conn: ConnId(2),
                was_lost: dice.flip(),
                kept: [].into(),
                omitted: u64::from(dice.byte()),
                ends_visit: dice.flip(),
            };
            (Fact::Returned(Box::new(returned)), '*')
        }
    }
}

pub(crate) fn mod_action(dice: Choices<'_, '_>) -> ModAction {
    match dice.below(11) {
        0 => ModAction::Kick {
            name: dice.name(),
            why: dice.maybe(|dice| Arc::new(dice.text())),
        },
        1 => ModAction::Mute(restriction(dice)),
        2 => ModAction::Unmute(mask(dice)),
        3 => ModAction::Ban(restriction(dice)),
        4 => ModAction::Unban(mask(dice)),
        5 => ModAction::Op {
            name: dice.name(),
            tenure: *dice.pick(&[Tenure::Lasting, Tenure::Visit, Tenure::Lent]),
        },
        6 => ModAction::Deop { name: dice.name() },
        7 => ModAction::Announce(dice.text()),
        8 => ModAction::Motd(dice.maybe(Dice::text)),
        9 => ModAction::InRoom {
            room: dice.room(),
            deed: room_deed(dice),
        },
        _ => ModAction::Lock(dice.flip()),
    }
}

fn room_deed(dice: Choices<'_, '_>) -> RoomDeed {
    match dice.below(7) {
        0 => RoomDeed::Set(room_setting(dice)),
        1 => RoomDeed::Rename(dice.room()),
        2 => RoomDeed::Stand {
            name: dice.name(),
            change: match dice.flip() {
                true => StandingChange::Give(standing(dice)),
                false => StandingChange::Take(standing(dice)),
            },
        },
        3 => RoomDeed::Eject {
            name: dice.name(),
            why: dice.maybe(|dice| Arc::new(dice.text())),
        },
        4 => RoomDeed::Bar(restriction(dice)),
        5 => RoomDeed::Mute(restriction(dice)),
        _ => RoomDeed::Unbar(mask(dice)),
    }
}

fn aside(dice: Choices<'_, '_>) -> Aside {
    match dice.flip() {
        true => {
            let spared = |_| Spared {
                net: chinwag_core::subnet_of(address(dice)),
                others: dice.number() as u32,
                own: dice.flip(),
            };
            Aside::Spared((0..2).map(spared).collect())
        }
        false => Aside::Nobody {
            meant: dice.maybe(|dice| dice.name()),
        },
    }
}

pub(crate) fn audit_entry(dice: Choices<'_, '_>) -> Fact {
    Fact::Moderated(Box::new(AuditEntry {
        by: dice.name(),
        actor: dice.maybe(person),
        act: mod_action(dice),
        target: dice.maybe(person),
        aside: dice.maybe(aside),
    }))
}

fn room_setting(dice: Choices<'_, '_>) -> RoomSetting {
    let on = dice.flip();
    match dice.below(10) {
        0 => RoomSetting::Closed(on),
        1 => RoomSetting::Password(RoomPassword::parse("word").ok().filter(|_| on)),
        2 => RoomSetting::Limit(dice.maybe(|dice| dice.number() as u32)),
        3 => RoomSetting::Moderated(on),
        4 => RoomSetting::Hidden(on),
        5 => RoomSetting::GuardsTopic(on),
        6 => RoomSetting::Outsiders(on),
        7 => RoomSetting::Registered(on),
        8 => RoomSetting::Encrypted(on),
        _ => RoomSetting::NoCtcp(on),
    }
}

fn room_change(dice: Choices<'_, '_>, act: RoomAct) -> Fact {
    let told = dice.maybe(person);
    Fact::RoomChanged(Box::new(RoomChange {
        room: LOBBY,
        room_name: dice.room(),
        by: dice.name(),
        actor: Some(ME).filter(|_| told != Some(ME)),
        act,
        target: told,
        told,
        is_lent: dice.flip(),
        aside: dice.maybe(aside),
        moderators: [].into(),
    }))
}

/// A change of a room that is told in private alone.
fn secret_change(dice: Choices<'_, '_>) -> Fact {
    let act = match dice.below(5) {
        0 => RoomAct::Own {
            voiced: dice.flip(),
        },
        1 => RoomAct::Bar(restriction(dice)),
        2 => RoomAct::Unbar(mask(dice)),
        3 => RoomAct::Mute(restriction(dice)),
        _ => RoomAct::Stand {
            name: dice.name(),
            account: dice.maybe(Dice::name),
            before: None,
            standing: Some(Standing::Invited.into()),
        },
    };
    room_change(dice, act)
}

/// What one person is told, and the sign that the line starts with.
pub(crate) fn private_fact(dice: Choices<'_, '_>) -> (Fact, char) {
    let person = person(dice);
    match dice.below(7) {
        5 => (secret_change(dice), '!'),
        6 => {
            let knock = Knock {
                room: LOBBY,
                room_name: dice.room(),
                person,
                name: dice.name(),
                moderators: [ME].into(),
            };
            (Fact::Knocked(Box::new(knock)), '!')
        }
        0 | 1 => {
            let told = PrivateMessage {
                from: person,
                from_name: dice.name(),
                to: ME,
                to_name: dice.name(),
                text: dice.message(),
                ignored: false,
                kept: dice.maybe(span),
                irc: None,
                manner: chinwag_core::Manner::Speech,
                away: None,
                accounts: Correspondents::default(),
            };
            (Fact::PrivateMessage(Box::new(told)), '[')
        }
        2 => (audit_entry(dice), '!'),
        3 => {
            let (away, why, name) = (dice.flip(), dice.maybe(Dice::text), dice.name());
            (
                Fact::AwaySet {
                    person,
                    away,
                    why,
                    name,
                    rooms: [].into(),
                },
                '!',
            )
        }
        _ => {
            let (name, on) = (dice.name(), dice.flip());
            (
                Fact::IgnoreSet {
                    person,
                    who: Ignored {
                        account: dice.maybe(|dice| dice.name()),
                        ..Ignored::of_name(name)
                    },
                    on,
                    since_before: dice.flip(),
                },
                '!',
            )
        }
    }
}

pub(crate) fn topic(dice: Choices<'_, '_>) -> Topic {
    Topic {
        text: dice.text(),
        by: dice.name(),
        account: dice.maybe(|dice| dice.name()),
        at: time(dice),
    }
}

pub(crate) fn names(dice: Choices<'_, '_>) -> Vec<Name> {
    (0..dice.below(7)).map(|_| dice.name()).collect()
}

pub(crate) fn summary(dice: Choices<'_, '_>) -> RoomSummary {
    let others: Box<[Name]> = names(dice).into();
    RoomSummary {
        ignores: dice.flip(),
        room: dice.room(),
        id: LOBBY,
        // Some are named before the rest are counted.
        more: if others.is_empty() {
            0
        } else {
            dice.below(300)
        },
        others,
        topic: dice.maybe(topic),
        has_password: dice.flip(),
    }
}

fn link(dice: Choices<'_, '_>) -> Link {
    Link {
        client: *dice.pick(&[Client::Nc, Client::Telnet, Client::Json]),
        is_encrypted: dice.flip(),
        needs_room: dice.flip(),
        is_local: dice.flip(),
    }
}

pub(crate) fn who_line(dice: Choices<'_, '_>) -> WhoLine {
    WhoLine {
        name: dice.name(),
        link: link(dice),
        operator: dice.flip(),
        account: dice.maybe(Dice::name),
        away: dice.maybe(|dice| dice.maybe(Dice::text)),
        silent: span(dice),
        held: dice.maybe(|dice| standing(dice).into()),
        source: None,
    }
}

fn standing(dice: Choices<'_, '_>) -> Standing {
    *dice.pick(&[
        Standing::Invited,
        Standing::Voice,
        Standing::Moderator,
        Standing::Owner,
    ])
}

pub(crate) fn profile(dice: Choices<'_, '_>) -> Profile {
    Profile {
        metadata: Default::default(),
        line: who_line(dice),
        rooms: (0..=dice.below(3)).map(|_| dice.room()).collect(),
        since: time(dice),
        said: dice.number(),
        muted: dice.flip(),
        links: (0..=dice.below(2)).map(|_| link(dice)).collect(),
        addresses: (0..dice.below(3)).map(|_| address(dice)).collect(),
        held: [].into(),
    }
}

pub(crate) fn answer(dice: Choices<'_, '_>) -> Answer {
    match dice.below(9) {
        0 => Answer::Who {
            room: dice.room(),
            people: (0..dice.below(4)).map(|_| who_line(dice)).collect(),
            more: dice.below(3),
            next: None,
            hidden: false,
        },
        1 => Answer::Whois(Box::new(profile(dice))),
        2 => {
            let line = |dice: Choices<'_, '_>| RoomLine {
                room: dice.room(),
                here: dice.below(300),
                joined: dice.flip(),
                topic: dice.maybe(Dice::text),
                created: chinwag_core::Timestamp(0),
                topic_at: None,
            };
            Answer::Rooms {
                rooms: (0..dice.below(4)).map(|_| line(dice)).collect(),
                more: dice.below(3),
                next: None,
            }
        }
        3 => Answer::Topic {
            room: dice.room(),
            topic: dice.maybe(topic),
        },
        4 => Answer::Stats {
            own: Box::new(profile(dice)),
            people: dice.below(300),
            rooms: dice.below(300),
            said: dice.number(),
            started: time(dice),
        },
        5 => Answer::Ignores(names(dice)),
        6 => Answer::Restrictions {
            counts: (dice.below(3), dice.below(300)),
            bans: (0..dice.below(3)).map(|_| restriction(dice)).collect(),
            mutes: (0..dice.below(3)).map(|_| restriction(dice)).collect(),
            renamed: (0..dice.below(3))
                .map(|_| (dice.name(), dice.name()))
                .collect(),
            accounts: names(dice),
            next: None,
        },
        7 => Answer::Room(summary(dice)),
        _ => Answer::Motd(dice.maybe(Dice::text)),
    }
}

/// The refusals that say more than one thing.
pub(crate) fn rejection(dice: Choices<'_, '_>) -> Rejection {
    match dice.below(19) {
        0 => Rejection::NameTaken {
            name: dice.name(),
            free: dice.name(),
        },
        1 => Rejection::NameLooksLike {
            name: dice.name(),
            other: dice.name(),
            free: dice.name(),
        },
        2 => Rejection::NameRegistered(dice.name()),
        3 => Rejection::Banned {
            until: dice.maybe(time),
            why: dice.maybe(|dice| Arc::new(dice.text())),
        },
        4 => match dice.flip() {
            true => Rejection::ReadOnly(dice.room()),
            false => Rejection::Of(dice.room(), room_rejection(dice)),
        },
        5 => Rejection::Muted {
            remaining: dice.maybe(span),
        },
        6 => Rejection::NoSuchRoom {
            room: dice.room(),
            meant: dice.maybe(Dice::room),
        },
        7 => Rejection::NotInRoom(dice.room()),
        8 => Rejection::NotBanned(mask(dice)),
        9 => Rejection::SameName(dice.name()),
        10 => Rejection::NotIgnored(dice.name()),
        11 => Rejection::AlreadyOperator(dice.name()),
        12 => Rejection::NotMuted(dice.name()),
        13 => Rejection::WrongPassword(dice.name()),
        14 => Rejection::LoggedInAlready(dice.name()),
        15 => Rejection::NotRegistered(dice.name()),
        16 => Rejection::Absent(dice.name()),
        17 => Rejection::MailFull(dice.name()),
        _ => dice
            .pick(&[
                Rejection::Locked,
                Rejection::NeedsOperator,
                Rejection::RoomGone,
                Rejection::ServerFull { people_max: 1 },
                Rejection::TooManyRooms { rooms_max: 1 },
                Rejection::RoomsFull { rooms_max: 1 },
                Rejection::TooManyIgnores { ignores_max: 1 },
                Rejection::CodeNotValid,
                Rejection::NotHere,
                Rejection::NobodyToReply,
                Rejection::LockedSpeech,
                Rejection::CannotSave,
                Rejection::OnlyLobby,
                Rejection::Oneself,
                Rejection::RegistrationsFull,
                Rejection::NotLoggedIn,
                Rejection::TooManyLogins { logins_max: 1 },
                Rejection::TooManyNames { names_max: 1 },
                Rejection::RestrictionsFull,
            ])
            .clone(),
    }
}

fn room_rejection(dice: Choices<'_, '_>) -> RoomRejection {
    match dice.below(10) {
        0 => RoomRejection::NeedsModerator,
        1 => RoomRejection::Closed,
        2 => RoomRejection::Full { people_max: 7 },
        3 => RoomRejection::Barred {
            until: dice.maybe(time),
            why: dice.maybe(|dice| Arc::new(dice.text())),
        },
        4 => RoomRejection::Muted {
            remaining: dice.maybe(span),
        },
        5 => RoomRejection::TargetGoverns(dice.name(), standing(dice)),
        6 => RoomRejection::StandsNot(dice.name(), standing(dice)),
        7 => RoomRejection::NotBarred(Listed::Mask(mask(dice))),
        8 => RoomRejection::BarredSpeech,
        _ => RoomRejection::NoOutsiders,
    }
}

pub(crate) fn welcome(dice: Choices<'_, '_>) -> Welcome {
    Welcome {
        person: ME,
        name: dice.name(),
        registered: dice.flip(),
        room: dice.maybe(summary),
        also: (0..dice.number() % 3).map(|_| dice.room()).collect(),
        resume: (ResumeCode::from_random(dice.number()), span(dice)),
        first_operator: dice.flip(),
        operator_waits: dice.maybe(span),
        motd: dice.maybe(Dice::text),
        counts: Counts::default(),
    }
}
