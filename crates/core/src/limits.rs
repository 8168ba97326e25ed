//! The limits of names, text, people and rooms, each with its unit and its reason; those of sockets,
//! threads and queues are the server's. What an operator may want to change is a key of the
//! configuration file, whose default stands here.
//!
//! Names end in what they count: `_max` alone counts things, `_bytes_max` bytes.

use crate::flood::Rate;
use crate::time::Duration;

// Names and text.

/// Letters in a name or room name: a column of thirty-two still leaves a line for what is said.
pub const NAME_LETTERS_MAX: usize = 32;
/// Bytes of a name or room name: four for each letter, the most that UTF-8 needs.
pub const NAME_BYTES_MAX: usize = 4 * NAME_LETTERS_MAX;
/// Bytes of an input line without its end: ten screens of text, and what `MAX_CANON` makes the
/// most that a terminal in line mode can send.
pub const LINE_BYTES_MAX: usize = 4096;
/// Lines of a passage, which is one message: with what is around it, it fits on two screens.
pub const PASSAGE_LINES_MAX: usize = 32;
/// Bytes of a passage, the ends of its lines included: those of the longest line, which costs its readers as
/// much.
pub const PASSAGE_BYTES_MAX: usize = LINE_BYTES_MAX;
/// Bytes of the tags that a client of IRC may send, with the `@` and the blank behind them (IRCv3, message
/// tags), and so of what is stored of them, beside a message or by themselves.
pub const TAG_BYTES_MAX: usize = 4096;
/// Letters of the user that a client of IRC names.
pub const USER_LETTERS_MAX: usize = 16;
/// Time after which a client of IRC that sends faster than it may, and never stops, is closed: a paste of
/// three hundred lines is through by then, and a program that has gone wrong is not.
pub const FLOOD_TIME_MAX: Duration = Duration::from_secs(120);
/// Bytes of a topic, a reason or the like: a line of IRC has 512, and this leaves 120 for source, command
/// and room.
pub const NOTE_BYTES_MAX: usize = 390;
/// Letters of a new password: six at random are more than slow guesses at a live server reach.
pub const PASSWORD_LETTERS_MIN: usize = 6;
/// Bytes of a password: a page of a book. It must fit into a line beside a command.
pub const PASSWORD_BYTES_MAX: usize = 1024;
/// Bytes of the message of the day: a screen of 80 by 24.
pub const MOTD_BYTES_MAX: usize = 1920;

// People, rooms and lists.

/// People at once. Each costs about 1.5 KB here and 5 KB in the kernel: this many cost as much as
/// a browser's tab. The limit of open files usually comes first.
pub const PEOPLE_MAX: usize = 50_000;
/// Rooms at once: one for each person that the server takes.
pub const ROOMS_MAX: usize = 50_000;
/// Rooms beside those that nobody is in and nobody owns, and whose past is kept. Each takes some 400 bytes; one
/// address leaves no more than [`ROOMS_MADE_MAX`] behind until the server starts anew.
pub const ROOMS_ABANDONED_MAX: usize = 50_000;
/// Rooms that one person may be in: more than anybody can follow.
pub const ROOMS_PER_PERSON_MAX: usize = 20;
/// Rooms that one account, and that the people from one address, may have made: a school needs as many
/// behind one address, and nobody gets near to [`ROOMS_MAX`] alone, with however many accounts.
pub const ROOMS_MADE_MAX: usize = 200;
/// Bytes of the word that opens a room.
pub const ROOM_PASSWORD_BYTES_MAX: usize = 64;
/// Registered names with a standing in one room.
pub const STANDINGS_MAX: usize = 500;
/// Guests who are invited into one room and have not come yet; the oldest invitation goes first.
pub const GUESTS_INVITED_MAX: usize = 100;
/// Invitations that INVITE lists, those to the newest rooms: two screens.
pub const INVITATIONS_SHOWN_MAX: usize = 50;
/// Rooms whose invitations a guest's session keeps over a restart: as many as a person may be in.
pub const INVITATIONS_KEPT_MAX: usize = 20;
/// Bars, and likewise mutes, of one room: a moderator reads them on one page.
pub const ROOM_RESTRICTIONS_MAX: usize = 100;
/// People whom one bar or mute of a room follows: all who are logged in to an account, and as many lost ones.
pub const FOLLOWED_MAX: usize = 2 * (1 + ACCOUNT_NAMES_MAX + ACCOUNT_LOGINS_MAX);
/// Masks of one room that clients of IRC have set: each is held against everybody who comes.
pub const ROOM_MASKS_MAX: usize = 100;
/// Bytes of such a mask: one for the longest name fits, and a line that lists or changes it is not cut.
pub const ROOM_MASK_BYTES_MAX: usize = NAME_BYTES_MAX + 32;
/// Moderators who hear a knock.
pub const KNOCK_HEARERS_MAX: usize = 16;
/// Knocks that a room remembers, and people whom it has invited, so that nobody knocks or invites again and again.
pub const KNOCKS_MAX: usize = 64;
/// Time until a person may knock on the same room again, and is told again of an invitation to it.
pub const KNOCK_TIME: Duration = Duration::from_mins(5);
/// Names that `/room` lists.
pub const STANDINGS_SHOWN_MAX: usize = 50;
/// Earlier names of one person that are known; the oldest is forgotten first. Nobody who means it changes name so often.
pub const PAST_NAMES_MAX: usize = 32;
/// Names on one person's ignore list.
pub const IGNORES_MAX: usize = 100;
/// Bans, and likewise mutes. The bound is on memory; checks look them up.
pub const RESTRICTIONS_MAX: usize = 10_000;
/// Names that can be registered; each has a hash of 100 bytes in memory.
pub const REGISTRATIONS_MAX: usize = 100_000;
/// One account, or one address, may take up this part of what is free of a table that all share: its bytes divided by
/// this.
pub const SHARE_PART: usize = 4;

/// Keys that one person, or one room, has metadata under.
pub const METADATA_KEYS_MAX: usize = 20;
/// Bytes of such a key.
pub const METADATA_KEY_BYTES_MAX: usize = 64;
/// Bytes of a value: with its key and the names of two people it fits into a line of IRC.
pub const METADATA_VALUE_BYTES_MAX: usize = 300;
/// Bytes that an entry counts beside its key and value: what the tables take.
pub const METADATA_ENTRY_BYTES: usize = 64;
/// Bytes of all metadata: of two thousand people who have as much as may be.
pub const METADATA_BYTES_TOTAL_MAX: usize = 16 << 20;
/// Keys that one client is told of.
pub const METADATA_SUBSCRIPTIONS_MAX: usize = 50;
/// Bytes of one page of what the people in a room have; the last person's may go beyond.
pub const METADATA_PAGE_BYTES_MAX: usize = 16 << 10;

/// Names of one account beside its own.
pub const ACCOUNT_NAMES_MAX: usize = 8;
/// People that can log in to one account beside those who bear its names.
pub const ACCOUNT_LOGINS_MAX: usize = 16;
/// Certificates of one account: a person's devices and programs.
pub const ACCOUNT_CERTIFICATES_MAX: usize = 16;

// Arriving and leaving.

/// Names that a connection may try before it is closed.
pub const NAME_TRIES_MAX: u8 = 5;
/// Time to choose a name: long enough to think, short enough that idle strangers do not pile up.
pub const ARRIVAL_TIME: Duration = Duration::from_secs(60);
/// Time that the server waits for a client to speak first. Clients of TLS, HTTP, SSH and IRC do
/// within milliseconds; over a slow link they take a round trip.
pub const SNIFF_TIME: Duration = Duration::from_millis(250);
/// Time that a lost session can be resumed: a reboot, a tunnel, a change of network.
pub const RESUME_TIME: Duration = Duration::from_mins(10);
/// Names of guests from one address that are kept while their links are lost: twice as many as may be
/// connected from there, and nobody holds a thousand names by cutting links.
pub const LOST_NAMES_MAX: usize = 64;
/// Messages that an arriving person is shown of the room: a screenful.
pub const REPLAY_MAX: usize = 20;

/// Read markers of one account or guest: more rooms and people than anybody follows.
pub const READ_MARKERS_MAX: usize = 500;

/// Private messages that are kept for one person whose link is lost: two screens.
pub const KEPT_MESSAGES_MAX: usize = 50;
/// Bytes of them: sixteen of the longest lines.
pub const KEPT_BYTES_MAX: usize = 16 * LINE_BYTES_MAX;
/// Bytes of them for everybody together: of those that wait for accounts, and likewise of those for lost sessions.
pub const KEPT_BYTES_TOTAL_MAX: usize = 16 << 20;

// Speaking.

/// Lines that a session may send. A paste of a stack trace passes; nobody types two lines a second.
pub const LINE_RATE: Rate = Rate {
    burst: 100,
    per_second: 2.0,
};
/// An operator's [`LINE_RATE`] is this many times as much.
pub const OPERATOR_RATE_FACTOR: u32 = 4;

/// Joins, and likewise leaves, of one room that are told one by one within [`PRESENCE_TIME`]: a third
/// of a screen. Rooms whose members know each other never get there.
pub const PRESENCE_MAX: u32 = 8;
/// The time over which joins and leaves beyond [`PRESENCE_MAX`] are gathered into one line.
pub const PRESENCE_TIME: Duration = Duration::from_secs(5);

/// Messages whose keys are remembered, so that they are said once however often they are sent: what a
/// hundred programs send in five minutes at their full rate.
pub const SENT_KEYS_MAX: usize = 65_536;

// Reading back.

/// People on one page of `/who`: ten screens.
pub const WHO_LINES_MAX: usize = 250;
/// People who have gone that IRC's WHOWAS knows: a busy evening.
pub const DEPARTED_MAX: usize = 1_000;
/// People that one page of IRC's WHO looks at: fifty microseconds.
pub const PEOPLE_SCANNED_MAX: usize = 50;
/// People on one page of `chinwag who`, with all that is known of them.
pub const EVERYBODY_LINES_MAX: usize = 20;
/// Rooms on one page of `/rooms`, the fullest first.
pub const ROOM_LINES_MAX: usize = 100;
/// Bans and mutes on one page of `/bans`.
pub const RESTRICTION_LINES_MAX: usize = 100;

/// Lines that one `/history` shows, and one `/search`.
pub const HISTORY_LINES_MAX: usize = 1_000;
/// Lines that `/history` shows when nobody says how many.
pub const HISTORY_LINES: usize = 50;
/// Matches that `/search` shows: more need a better question.
pub const SEARCH_LINES_MAX: usize = 50;
/// Entries that one `/log` shows.
pub const LOG_LINES_MAX: usize = 200;
/// Entries that `/log` shows when nobody says how many.
pub const LOG_LINES: usize = 20;

// What the page on the plain protocol prints of the server's own.

/// Time that a socket may take nothing while there is something to write.
pub const STALL_TIME: Duration = Duration::from_secs(30);

// Lines for readers that are behind.

/// Bytes of one room's lines that are kept for readers who are behind; beyond it they skip.
pub const ROOM_LOG_BYTES_MAX: usize = 4 << 20;
/// Bytes of news for one program alone that its system has acknowledged, kept in case it has not read them: what waits in
/// the socket of a program that reads at all.
pub const UNPROVEN_BYTES_MAX: usize = 64 << 10;
/// Places of such news that are gone, so that each program is told how many of those it lacks; older ones count as one.
pub const LOST_PLACES_MAX: usize = 1024;
/// Bytes of private lines that are kept for one session that is behind.
pub const PRIVATE_LOG_BYTES_MAX: usize = 256 << 10;
