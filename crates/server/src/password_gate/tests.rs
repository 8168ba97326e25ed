//! Who is slowed by guesses, and who is not.

use super::places::{CHATTING_MAX, CHATTING_TOTAL_MAX};
use super::tries::{ADDRESS_GUESSES_MAX, GUESSES_MAX};
use super::*;

const NOW: Monotonic = Monotonic(1_000);
const WALL: Timestamp = Timestamp(1_795_269_720_000);

fn attempt(name: &str, password: &str, address: &str, door: TypedAt) -> Attempt {
    Attempt {
        name: Name::parse(name).expect("a name"),
        password: Password::parse(password).expect("a password"),
        hash: format!("hash of {name}").into(),
        origin: AttemptOrigin::new(address.parse().expect("an address"), door),
    }
}

fn gate() -> PasswordGate {
    PasswordGate::new([7; 32])
}

/// A wrong password, to the end.
fn guess(gate: &PasswordGate, attempt: &Attempt, now: Monotonic) -> Admission {
    let admission = gate.admit(attempt, false, now, WALL);
    if admission == Admission::Hash {
        gate.finish(attempt, false, WALL);
    }
    admission
}

#[test]
fn guesses_are_slowed_for_a_name_from_an_address() {
    let gate = gate();
    let chatting = attempt("lee", "guess", "192.0.2.7", TypedAt::Command);
    for _ in 0..5 {
        assert_eq!(guess(&gate, &chatting, NOW), Admission::Hash);
    }
    let later = NOW + Duration::from_secs(20);
    let wait = Admission::Delayed(GUESS_DELAY);
    assert_eq!(guess(&gate, &chatting, later), wait);
    let over = NOW + Duration::from_secs(60);
    assert_eq!(guess(&gate, &chatting, over), Admission::Hash);
    let elsewhere = [
        attempt("lee", "x", "192.0.2.7", TypedAt::Prompt),
        attempt("lee", "x", "192.0.2.8", TypedAt::Command),
        attempt("ann", "x", "192.0.2.7", TypedAt::Command),
    ];
    for attempt in elsewhere {
        assert_eq!(
            guess(&gate, &attempt, later),
            Admission::Hash,
            "{attempt:?}"
        );
    }
}

#[test]
fn many_at_once_are_no_more_than_many_in_a_row() {
    let gate = gate();
    let chatting = attempt("lee", "guess", "192.0.2.7", TypedAt::Command);
    let admitted = (0..400).filter(|_| gate.admit(&chatting, false, NOW, WALL) == Admission::Hash);
    assert_eq!(admitted.count(), CHATTING_MAX);
    let owner = attempt("lee", "s3cret", "192.0.2.7", TypedAt::Prompt);
    assert_eq!(gate.admit(&owner, false, NOW, WALL), Admission::Hash);
}

#[test]
fn guests_leave_a_part_of_the_queue_to_arrivals() {
    let gate = gate();
    let from = |n: usize| format!("192.0.{}.{}", n / 256, n % 256);
    let admitted = (0..1_000).filter(|&n| {
        let chatting = attempt("lee", "guess", &from(n), TypedAt::Command);
        gate.admit(&chatting, false, NOW, WALL) == Admission::Hash
    });
    assert_eq!(admitted.count(), CHATTING_TOTAL_MAX);
    let owner = attempt("lee", "s3cret", "198.51.100.7", TypedAt::Prompt);
    assert_eq!(gate.admit(&owner, false, NOW, WALL), Admission::Hash);
}

#[test]
fn what_was_proven_once_costs_no_hash_again() {
    let gate = gate();
    let login = |n: usize, hash: &str| {
        let address = format!("192.0.{}.{}", n / 256, n % 256);
        let hash = format!("{hash} {n}").into();
        let password = format!("secret of {n}");
        let attempt = attempt(&format!("a{n}"), &password, &address, TypedAt::Prompt);
        Attempt { hash, ..attempt }
    };
    let mut hashes = 0;
    let mut log_in = |attempt: &Attempt| match gate.admit(attempt, false, NOW, WALL) {
        Admission::Hash => {
            hashes += 1;
            gate.finish(attempt, true, WALL);
            hashes
        }
        Admission::Known { is_right: true } => hashes,
        admission => panic!("{admission:?}"),
    };
    for round in 0..3 {
        for n in 0..1_000 {
            let expected = if round == 0 { n + 1 } else { 1_000 };
            assert_eq!(log_in(&login(n, "hash")), expected);
        }
    }
    // Another password is another hash, which was not proven.
    assert_eq!(log_in(&login(7, "new hash")), 1_001);
}

#[test]
fn an_address_is_slowed_for_all_names_together() {
    let gate = gate();
    let guesses = (0..1_000).filter(|n| {
        let attempt = attempt(&format!("a{n}"), "guess", "2001:db8::1", TypedAt::Prompt);
        guess(&gate, &attempt, NOW) == Admission::Hash
    });
    assert_eq!(guesses.count(), ADDRESS_GUESSES_MAX as usize);
    let neighbour = attempt("lee", "guess", "2001:db8::2", TypedAt::Prompt);
    let wait = Admission::Delayed(GUESS_DELAY);
    assert_eq!(guess(&gate, &neighbour, NOW), wait, "of the same /64");
}

#[test]
fn what_was_proven_is_not_hashed_again() {
    let gate = gate();
    let right = attempt("lee", "s3cret", "192.0.2.7", TypedAt::Prompt);
    assert_eq!(gate.admit(&right, false, NOW, WALL), Admission::Hash);
    gate.finish(&right, true, WALL);
    for _ in 0..100 {
        let known = Admission::Known { is_right: true };
        assert_eq!(gate.admit(&right, false, NOW, WALL), known);
    }
    let wrong = attempt("lee", "guess", "192.0.2.7", TypedAt::Prompt);
    for _ in 0..GUESSES_MAX {
        let known = Admission::Known { is_right: false };
        assert_eq!(gate.admit(&wrong, false, NOW, WALL), known);
    }
    // Nobody learns by this way which password is the right one.
    let wait = Admission::Delayed(GUESS_DELAY);
    assert_eq!(gate.admit(&right, false, NOW, WALL), wait);
}

/// An attacker behind the owner's own address goes on guessing, on as many connections as it has.
#[test]
fn the_right_password_gets_in_beside_a_guesser_at_the_same_address() {
    let gate = gate();
    let wrong = attempt("lee", "guess", "192.0.2.7", TypedAt::Prompt);
    let right = attempt("lee", "s3cret", "192.0.2.7", TypedAt::Prompt);
    let mut now = NOW;
    for _ in 0..10 {
        while guess(&gate, &wrong, now) == Admission::Hash {}
        let delayed = gate.admit(&right, false, now, WALL);
        assert_eq!(delayed, Admission::Delayed(GUESS_DELAY));
        now = now + GUESS_DELAY;
        assert_eq!(gate.admit(&right, true, now, WALL), Admission::Hash);
        gate.leave(right.origin);
    }
    // Once it is known, too.
    gate.admit(&right, true, now, WALL);
    gate.finish(&right, true, WALL);
    let known = Admission::Known { is_right: true };
    assert_eq!(gate.admit(&right, true, now, WALL), known);
}

#[test]
fn an_address_registers_so_many_names_and_no_other_is_held_up() {
    let gate = gate();
    let origin =
        |text: &str| AttemptOrigin::new(text.parse().expect("an address"), TypedAt::Command);
    let (one, other) = (origin("192.0.2.7"), origin("192.0.2.8"));
    let admitted = (0..100).filter(|_| gate.admit_registration(one, NOW).is_ok());
    assert_eq!(admitted.count(), 40);
    assert_eq!(gate.admit_registration(other, NOW), Ok(()));
    let later = NOW + Duration::from_secs(61);
    assert_eq!(gate.admit_registration(one, later), Ok(()));
    assert!(gate.admit_registration(one, later).is_err());
}

#[test]
fn codes_are_slowed_for_an_address() {
    let gate = gate();
    let origin =
        |text: &str| AttemptOrigin::new(text.parse().expect("an address"), TypedAt::Prompt);
    let (one, other) = (origin("192.0.2.7"), origin("192.0.2.8"));
    for _ in 0..40 {
        assert_eq!(gate.delay_of(Secret::ResumeCode, one, NOW), None);
        gate.note_wrong(Secret::ResumeCode, one, NOW);
    }
    assert_eq!(
        gate.delay_of(Secret::ResumeCode, one, NOW),
        Some(GUESS_DELAY)
    );
    assert_eq!(gate.delay_of(Secret::ResumeCode, other, NOW), None);
    assert_eq!(gate.delay_of(Secret::Server, one, NOW), None);
    let over = NOW + Duration::from_secs(60);
    assert_eq!(gate.delay_of(Secret::ResumeCode, one, over), None);
}

#[test]
fn a_note_outlives_the_server() {
    let (before, lee) = (gate(), Name::parse("LEE").expect("a name"));
    let wrong = attempt("lee", "guess", "2001:db8::7", TypedAt::Prompt);
    assert_eq!(guess(&before, &wrong, NOW), Admission::Hash);
    let stored = before.poll_notes();
    assert_eq!(before.poll_notes(), []);
    let after = gate();
    for (name, text) in &stored {
        after.restore_note(name, text.as_deref().expect("a note"));
    }
    after.restore_note("ann", "what is this");
    let told = after.take_guesses(&lee);
    assert_eq!(told, before.take_guesses(&lee));
    assert_eq!(told.map(|guesses| guesses.count), Some(1));
    assert_eq!(after.poll_notes(), [("lee".into(), None)]);
}

#[test]
fn the_owner_is_told_once() {
    let gate = gate();
    for (n, address) in (0..).zip(["192.0.2.7", "192.0.2.8"]) {
        let wrong = attempt("lee", "guess", address, TypedAt::Prompt);
        assert_eq!(gate.admit(&wrong, false, NOW, WALL), Admission::Hash);
        gate.finish(&wrong, false, WALL + Duration::from_secs(n));
    }
    let lee = Name::parse("LEE").expect("a name");
    let told = Guesses {
        count: 2,
        since: WALL,
        address: [192, 0, 2, 8].into(),
    };
    assert_eq!(gate.take_guesses(&lee), Some(told));
    assert_eq!(gate.take_guesses(&lee), None);
}

#[test]
fn tables_are_bounded() {
    let mut table: HashMap<u32, u32> = (0..ENTRIES_MAX as u32).map(|n| (n, n)).collect();
    make_space(&mut table, |_| true);
    assert_eq!(table.len(), ENTRIES_MAX - 1);
    table.insert(u32::MAX, 0);
    make_space(&mut table, |n| *n < 10);
    assert_eq!(table.len(), 11);
}
