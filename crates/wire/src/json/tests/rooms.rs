//! Rooms: commands about them, and what becomes of them.

use super::*;

/// What an object asks for.
#[track_caller]
fn asked(line: &str) -> Ask {
    match Program::in_lobby().send(format!("{line}\n")) {
        (Some(Step::Ask(ask)), out, 0) if out.is_empty() => ask,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn commands_about_rooms_name_their_room() {
    let room = || RoomRef::Name(RoomName::parse("dev").expect("a room"));
    let stand = |change| {
        Ask::Command(Command::Stand {
            room: room(),
            name: "ann".into(),
            change,
        })
    };
    for (word, change) in [
        ("mod", StandingChange::Give(Standing::Moderator)),
        ("unmod", StandingChange::Take(Standing::Moderator)),
        ("voice", StandingChange::Give(Standing::Voice)),
        ("unvoice", StandingChange::Take(Standing::Voice)),
        ("invite", StandingChange::Give(Standing::Invited)),
        ("uninvite", StandingChange::Take(Standing::Invited)),
    ] {
        let line = format!("{{\"{word}\":{{\"room\":\"#dev\",\"name\":\"ann\"}}}}");
        assert_eq!(asked(&line), stand(change), "{word}");
    }
    assert_eq!(
        asked("{\"mute\":{\"name\":\"ann\",\"room\":\"dev\",\"seconds\":60}}"),
        Ask::Command(Command::MuteIn {
            room: room(),
            name: "ann".into(),
            time: Some(Duration::from_secs(60)),
            why: None,
        })
    );
    assert_eq!(
        asked("{\"delete\":{\"message\":18446744073709551615}}"),
        Ask::Delete {
            of: None,
            message: Seq(u64::MAX),
            why: None
        }
    );
}

#[test]
fn a_setting_is_one_key_with_a_value_of_its_kind() {
    let set =
        |setting: &str| format!("{{\"set_room\":{{\"room\":\"#dev\",\"setting\":{setting}}}}}\n");
    for (setting, meant) in [
        ("{\"closed\":true}", RoomSetting::Closed(true)),
        ("{\"limit\":5}", RoomSetting::Limit(Some(5))),
        ("{\"limit\":null}", RoomSetting::Limit(None)),
        ("{\"password\":null}", RoomSetting::Password(None)),
        ("{\"topic_guarded\":false}", RoomSetting::GuardsTopic(false)),
    ] {
        let Ask::Command(Command::SetRoom { settings, .. }) = asked(set(setting).trim_end()) else {
            panic!("{setting}");
        };
        assert_eq!(*settings, [meant]);
    }
    let mut program = Program::in_lobby();
    program.settings.line_rate = Rate::UNLIMITED;
    for wrong in [
        "{\"limit\":0}",
        "{\"limit\":-1}",
        "{\"closed\":1}",
        "{\"password\":\"two words\"}",
        "{\"closed\":true,\"hidden\":true}",
        "{\"open\":true}",
        "{}",
        "\"closed\"",
    ] {
        let (step, out, _) = program.send(set(wrong));
        assert!(step.is_none(), "{wrong}: {step:?}");
        assert!(
            out.contains("\"refused\":\"set_room\"") && out.contains("bad_command"),
            "{wrong}: {out}"
        );
    }
}

/// Something that lee did in the lobby.
fn change(act: RoomAct) -> Fact {
    Fact::RoomChanged(Box::new(RoomChange {
        room: LOBBY,
        room_name: RoomName::lobby(),
        by: name("lee"),
        actor: None,
        act,
        target: Some(PersonId(1)),
        told: Some(PersonId(1)),
        is_lent: false,
        aside: None,
        moderators: [].into(),
    }))
}

/// The end of a line, behind what all events have.
#[track_caller]
fn ends(line: &str, end: &str) {
    assert!(line.ends_with(&format!("{end}}}\n")), "{line}");
}

#[test]
fn changes_of_a_room_are_events() {
    let head = "\"room\":\"#lobby\",\"author\":\"lee\",";
    let set = |setting| line(change(RoomAct::Set([setting].into())));
    let word = RoomPassword::parse("sesame").ok();
    let has_password = set(RoomSetting::Password(word));
    ends(
        &has_password,
        &format!("{head}\"setting\":{{\"password\":true}}"),
    );
    ends(
        &set(RoomSetting::Limit(None)),
        "\"setting\":{\"limit\":null}",
    );
    let stand = RoomAct::Stand {
        name: name("ann"),
        account: None,
        before: None,
        standing: Some(Standing::Voice.into()),
    };
    ends(
        &line(change(stand)),
        &format!("{head}\"name\":\"ann\",\"standing\":\"voice\",\"before\":null"),
    );
    let deletion = Deletion {
        room: LOBBY,
        message: Seq(4),
        by: name("lee"),
        why: None,
        is_signal: false,
    };
    ends(
        &line(Fact::Deleted(Box::new(deletion))),
        &format!("{head}\"message\":4"),
    );
}

#[test]
fn an_address_that_a_name_stands_for_is_told_to_no_moderator() {
    let net = "192.0.2.7/32".parse().expect("a block");
    let mask = Mask::of_name(name("troll")).with_block(net, Reach::Either);
    let bar = Restriction {
        at: Timestamp(0),
        mask,
        until: None,
        by: name("lee"),
        why: None,
    };
    let mut program = Program::in_lobby();
    for act in [RoomAct::Bar(bar.clone()), RoomAct::Mute(bar)] {
        ends(&program.event(change(act)), "\"target\":\"troll\"");
    }
}

#[test]
fn what_the_lists_show_undoes_it() {
    let net = "192.0.2.7/32".parse().expect("a block");
    let named = |reach| Mask::of_name(name("bob")).with_block(net, reach);
    let reserved = Mask::known("nickserv").expect("a name");
    let wide = Mask::known("::/0").expect("a block");
    let given = |mask| Restriction {
        mask,
        until: None,
        at: Timestamp(0),
        by: name("lee"),
        why: None,
    };
    let mutes = [named(Reach::Block), named(Reach::Both), reserved.clone()].map(given);
    let bans = [named(Reach::Either), Mask::of_net(net), reserved, wide].map(given);
    let mut program = Program::in_lobby();
    program.send("{\"bans\":{}}\n");
    let answer = Answer::Restrictions {
        bans: bans.clone().into(),
        mutes: mutes.clone().into(),
        renamed: Vec::new(),
        accounts: Vec::new(),
        counts: (bans.len(), mutes.len()),
        next: None,
    };
    let out = program.tell(Tell::Answer(&answer));
    let reply: Value = serde_json::from_str(&out).expect("an object");
    let targets = |list: &str| {
        let listed = reply[list].as_array().expect("a list").iter();
        let targets = listed.map(|one| one["target"].to_string());
        targets.collect::<Vec<_>>()
    };
    for (target, given) in targets("bans").iter().zip(&bans) {
        let Ask::Command(Command::Unban(mask)) =
            asked(&format!("{{\"unban\":{{\"target\":{target}}}}}"))
        else {
            panic!("{target}");
        };
        assert!(given.mask.is_named_by(&mask), "{target}");
    }
    for (target, given) in targets("mutes").iter().zip(&mutes) {
        let Ask::Command(Command::Unmute(name)) =
            asked(&format!("{{\"unmute\":{{\"name\":{target}}}}}"))
        else {
            panic!("{target}");
        };
        assert!(given.mask.is_named_by(&Mask::of_name(name)), "{target}");
    }
    assert_eq!(reply["mutes"][1]["address"], "192.0.2.7");
}

#[test]
fn a_knock_is_told_to_those_who_can_open() {
    let knock = |person| {
        Fact::Knocked(Box::new(Knock {
            room: LOBBY,
            room_name: RoomName::lobby(),
            person,
            name: name("ann"),
            moderators: [PersonId(1)].into(),
        }))
    };
    let mut program = Program::in_lobby();
    ends(
        &program.event(knock(PersonId(2))),
        "\"room\":\"#lobby\",\"author\":\"ann\"",
    );
    assert_eq!(program.event(knock(PersonId(1))), "", "it is acknowledged");
}
