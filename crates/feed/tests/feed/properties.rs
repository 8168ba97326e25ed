//! Random histories against a naive model: a list of what each session is owed.

use std::collections::BTreeSet;

use chinwag_core::{Event, RoomId, Seq};
use chinwag_feed::{FormatId, Reader};
use proptest::prelude::*;

use crate::world::{World, hides_movement, is_presence};

const SESSIONS: usize = 4;
const ROOMS: u32 = 3;

#[derive(Clone, Debug)]
enum Step {
    Say {
        who: usize,
        room: u32,
        bytes: usize,
    },
    Visit {
        room: u32,
    },
    Rename {
        rooms: [u32; 2],
    },
    Join {
        who: usize,
        room: u32,
        format: u16,
    },
    Leave {
        who: usize,
        room: u32,
    },
    Format {
        who: usize,
        room: u32,
        format: u16,
    },
    Private {
        who: usize,
        lines: usize,
        bytes: usize,
    },
    /// The socket takes so many bytes more.
    Take {
        who: usize,
        bytes: usize,
    },
    /// The socket takes everything from now on.
    Open {
        who: usize,
    },
    /// The socket takes nothing more.
    Stall {
        who: usize,
    },
    Slice {
        members: usize,
    },
    Hold {
        who: usize,
    },
    Release {
        who: usize,
    },
    Day,
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..SESSIONS;
    let room = 0..ROOMS;
    let format = 0u16..4;
    prop_oneof![
        8 => (0..SESSIONS + 2, room.clone(), 1usize..120)
            .prop_map(|(who, room, bytes)| Step::Say { who, room, bytes }),
        2 => room.clone().prop_map(|room| Step::Visit { room }),
        2 => (room.clone(), room.clone())
            .prop_filter("two rooms", |(one, other)| one != other)
            .prop_map(|(one, other)| Step::Rename { rooms: [one, other] }),
        3 => (who.clone(), room.clone(), format.clone())
            .prop_map(|(who, room, format)| Step::Join { who, room, format }),
        1 => (who.clone(), room.clone()).prop_map(|(who, room)| Step::Leave { who, room }),
        1 => (who.clone(), room, format)
            .prop_map(|(who, room, format)| Step::Format { who, room, format }),
        2 => (who.clone(), 1usize..5, 1usize..40)
            .prop_map(|(who, lines, bytes)| Step::Private { who, lines, bytes }),
        1 => (who.clone(), Just(3usize), Just(30_000usize))
            .prop_map(|(who, lines, bytes)| Step::Private { who, lines, bytes }),
        3 => (who.clone(), 1usize..300).prop_map(|(who, bytes)| Step::Take { who, bytes }),
        1 => who.clone().prop_map(|who| Step::Open { who }),
        2 => who.clone().prop_map(|who| Step::Stall { who }),
        6 => (1usize..8).prop_map(|members| Step::Slice { members }),
        1 => who.clone().prop_map(|who| Step::Hold { who }),
        1 => who.prop_map(|who| Step::Release { who }),
        1 => Just(Step::Day),
    ]
}

/// One entry of a room that a session was in at that time.
#[derive(Clone, Copy, Debug)]
struct Owed {
    seq: u64,
    is_visible: bool,
}

/// What is owed to one session.
#[derive(Clone, Debug, Default)]
struct Account {
    owed: Vec<Owed>,
    private: u64,
    /// Where the order between private and room lines is not the one order.
    was_held: bool,
    formats_changed: bool,
}

struct Run {
    world: World,
    accounts: Vec<Account>,
}

impl Run {
    fn new(bytes_max: usize) -> Self {
        let mut world = World::new(SESSIONS, bytes_max);
        // One of each kind: a plain reader, an echoing one, one that ignores, one with a bell.
        world.sessions[1].tastes.echo = true;
        world.sessions[2].tastes.ignored = Some(0);
        world.sessions[2].tastes.reworded = Some(1);
        world.sessions[3].tastes.bell = true;
        Self {
            world,
            accounts: vec![Account::default(); SESSIONS],
        }
    }

    fn owe(&mut self, event: &Event) {
        for (who, account) in self.accounts.iter_mut().enumerate() {
            let session = &self.world.sessions[who];
            for &id in event.fact.rooms() {
                let format = session.feed.rooms().find(|(room, _)| *room == id);
                let Some((_, format)) = format else {
                    continue;
                };
                let hidden = session.tastes.is_own(event)
                    || session.tastes.hides(event)
                    || (is_presence(&event.fact) && hides_movement(format));
                account.owed.push(Owed {
                    seq: event.seq.0,
                    is_visible: !hidden,
                });
            }
        }
    }

    fn apply(&mut self, step: Step) {
        let world = &mut self.world;
        match step {
            Step::Say { who, room, bytes } => {
                let event = world.say(who, room, bytes);
                self.owe(&event);
            }
            Step::Visit { room } => {
                let event = world.visit(room);
                self.owe(&event);
            }
            Step::Rename { rooms } => {
                let event = world.rename(&rooms);
                self.owe(&event);
            }
            Step::Join { who, room, format } => {
                if !world.is_member(who, room) {
                    world.join(who, room, format);
                }
            }
            Step::Leave { who, room } => world.leave(who, room),
            Step::Format { who, room, format } => {
                let rooms = world.sessions[who].feed.rooms();
                let known = rooms
                    .filter(|(id, _)| *id == RoomId(room))
                    .collect::<Vec<_>>();
                // What is not written yet becomes visible or invisible with such a change, and an
                // account does not know how much that is.
                if known
                    .iter()
                    .any(|(_, old)| hides_movement(*old) != hides_movement(FormatId(format)))
                {
                    self.accounts[who].formats_changed = true;
                }
                world.format(who, room, format);
            }
            Step::Private { who, lines, bytes } => {
                let account = &mut self.accounts[who];
                let line =
                    |number: u64| format!("p {number} {} {}\n", world.newest, "y".repeat(bytes));
                let chunk: String = (0..lines as u64)
                    .map(|n| line(account.private + n))
                    .collect();
                account.private += lines as u64;
                world.private(who, &chunk);
            }
            Step::Take { who, bytes } => {
                world.sessions[who].space = 0;
                world.take(who, bytes);
            }
            Step::Open { who } => world.take(who, usize::MAX),
            Step::Stall { who } => world.sessions[who].space = 0,
            Step::Slice { members } => world.slice(members),
            Step::Hold { who } => {
                self.accounts[who].was_held = true;
                world.sessions[who].feed.hold(Seq(0));
            }
            Step::Release { who } => {
                world.sessions[who].feed.release();
                if !world.sessions[who].is_full {
                    world.write(who);
                }
            }
            Step::Day => world.day += 1,
        }
        let world = &self.world;
        assert!(
            world
                .logs
                .values()
                .all(|room| room.size() <= world.bytes_max)
        );
    }

    /// Rounds alone bring everybody up to date whose socket is not full.
    fn finish(&mut self) {
        while !self.world.queue.is_empty() {
            self.world.slice(1);
        }
        for who in 0..SESSIONS {
            let session = &self.world.sessions[who];
            if !session.is_full && !session.feed.is_held() && session.feed.is_written() {
                let before = session.output.len();
                self.world.write(who);
                assert_eq!(
                    self.world.sessions[who].output.len(),
                    before,
                    "{who} was missed"
                );
            }
            self.world.sessions[who].feed.release();
            self.world.take(who, usize::MAX);
        }
        for room in self.world.logs.values() {
            assert_eq!(room.size(), 0, "everybody is up to date");
        }
    }

    fn check(&self, who: usize) {
        let account = &self.accounts[who];
        let output = self.world.output(who);
        let lines: Vec<Vec<&str>> = output
            .split('\n')
            .map(|line| line.trim_start_matches('\x07').split(' ').collect())
            .collect();
        assert_eq!(lines.last().unwrap().concat(), "", "the last line is whole");
        let number = |words: &[&str], place: usize| words[place].parse::<u64>().unwrap();
        let shown: BTreeSet<u64> = lines
            .iter()
            .filter(|words| words[0].starts_with('r'))
            .map(|words| number(words, 2))
            .collect();
        let visible: BTreeSet<u64> = account
            .owed
            .iter()
            .filter(|owed| owed.is_visible)
            .map(|owed| owed.seq)
            .collect();
        let (mut seen, mut private, mut private_lost, mut told) = (0, 0, 0, 0);
        for words in &lines[..lines.len() - 1] {
            match words[0] {
                "!" => told += number(words, 1),
                "day" => {}
                "p" => {
                    assert!(number(words, 1) >= private, "private lines stay in order");
                    private_lost += number(words, 1) - private;
                    private = number(words, 1) + 1;
                    assert!(seen <= number(words, 2), "{words:?} behind {seen}");
                }
                _ => {
                    let seq = number(words, 2);
                    assert!(seq > seen, "{who}: {seq} behind {seen}");
                    let owed = visible.contains(&seq) || account.formats_changed;
                    assert!(owed, "{who} is shown {seq}");
                    seen = seq;
                    let gaps = visible
                        .range(..seq)
                        .filter(|seq| !shown.contains(seq))
                        .count();
                    assert!(
                        account.formats_changed || told >= gaps as u64,
                        "told before what follows"
                    );
                }
            }
        }
        private_lost += account.private - private;
        let lost = visible.iter().filter(|seq| !shown.contains(seq)).count() as u64 + private_lost;
        // A line that would not have been shown, or is shown from another room, may be lost too.
        let others = account.owed.len() - visible.len();
        if !account.formats_changed {
            assert!(told >= lost, "{who} was told of {told} of {lost}");
            assert!(
                told <= lost + others as u64,
                "{who} was told of {told} instead of {lost}"
            );
        }
        assert!(told <= account.owed.len() as u64 + account.private);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// In a room that keeps a few lines, or thousands.
    #[test]
    fn each_member_is_shown_each_event_once_in_order_or_told_the_count(
        steps in prop::collection::vec(step(), 1..150),
        bytes_max in prop_oneof![Just(1usize << 20), 400usize..4000],
    ) {
        let mut run = Run::new(bytes_max);
        steps.into_iter().for_each(|step| run.apply(step));
        run.finish();
        (0..SESSIONS).for_each(|who| run.check(who));
    }

    /// Without anything that loses or hides, everything arrives as it was said.
    #[test]
    fn nothing_is_lost_without_a_reason(
        steps in prop::collection::vec((0u32..ROOMS, 1usize..100, 0usize..400), 1..100),
    ) {
        let mut world = World::new(2, 1 << 20);
        (0..ROOMS).for_each(|room| world.join(0, room, room as u16));
        for &(room, bytes, taken) in &steps {
            world.say(1, room, bytes);
            world.slice(2);
            world.sessions[0].space = 0;
            world.take(0, taken);
        }
        world.flush();
        world.take(0, usize::MAX);
        let all: Vec<String> = (1..=steps.len()).map(|seq| seq.to_string()).collect();
        prop_assert_eq!(world.received(0), all);
    }
}
