//! The limits of names, text, people and rooms, each with its unit and its reason; those of
//! sockets, threads and queues are in the server crate. If an operator may want to change a limit,
//! it is a key of the configuration file, and its default is here.
//!
//! Names end in what they count: `_max` alone counts things, `_bytes_max` bytes.

use crate::flood::Rate;
use crate::time::Duration;

// Names and text.

/// Letters of a name or room name: a column of thirty-two still leaves a line for the message.
pub const NAME_LETTERS_MAX: usize = 32;
/// Bytes of a name or room name: four for each letter, the most that UTF-8 needs.
pub const NAME_BYTES_MAX: usize = 4 * NAME_LETTERS_MAX;
/// Bytes of an input line without its end: ten screens of text, and (`MAX_CANON`) the most that a
/// terminal in line mode can send.
pub const LINE_BYTES_MAX: usize = 4096;
/// Lines of a passage, which is one message: with its surroundings it fits on two screens.
pub const PASSAGE_LINES_MAX: usize = 32;
/// Bytes of a passage, including line ends: as many as the longest line has, which costs its
/// readers as much.
pub const PASSAGE_BYTES_MAX: usize = LINE_BYTES_MAX;
/// Bytes of the tags that an IRC client may send, including the `@` and the blank after them
/// (IRCv3, message tags). The store keeps no more, with a message or by themselves.
pub const TAG_BYTES_MAX: usize = 4096;
/// Letters of the user that an IRC client names.
pub const USER_LETTERS_MAX: usize = 16;
/// How long an IRC client may send too fast without a pause before it is closed, unless it has
/// stopped: a program that has gone wrong does not stop, and a paste does.
pub const FLOOD_TIME_MAX: Duration = Duration::from_secs(120);
/// How long an IRC client may be silent before it is asked for a sign of life, and then how long it
/// has to give one. Other servers ask as often, and clients notice a dead link by it.
pub const SILENCE_TIME_MAX: Duration = Duration::from_secs(90);
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

/// People at once. Each costs about 1.5 KB here and 5 KB in the kernel: together as much as a
/// browser tab. The limit of open files usually comes first.
pub const PEOPLE_MAX: usize = 50_000;
/// Rooms at once: one for each person that the server takes.
pub const ROOMS_MAX: usize = 50_000;
/// Empty rooms without an owner whose past is kept, in addition to the others. Each takes some 400
/// bytes; one address leaves at most [`ROOMS_MADE_MAX`] behind until the server restarts.
pub const ROOMS_ABANDONED_MAX: usize = 50_000;
/// Rooms that one person may be in: more than anybody can follow.
pub const ROOMS_PER_PERSON_MAX: usize = 20;
/// Rooms that one account, or the people from one address, may have made: enough for a school
/// behind one address, and nobody gets near [`ROOMS_MAX`] alone, with however many accounts.
pub const ROOMS_MADE_MAX: usize = 200;
/// Bytes of a room's password.
pub const ROOM_PASSWORD_BYTES_MAX: usize = 64;
/// Registered names with a standing in one room.
pub const STANDINGS_MAX: usize = 500;
/// Guests who are invited into one room and have not come yet; the oldest invitation goes first.
pub const GUESTS_INVITED_MAX: usize = 100;
/// Invitations that INVITE lists, to the newest rooms: two screens.
pub const INVITATIONS_SHOWN_MAX: usize = 50;
/// Invitations that a guest's session keeps over a restart: as many as a person may be in rooms.
pub const INVITATIONS_KEPT_MAX: usize = 20;
/// Bars, and likewise mutes, of one room: a moderator reads them on one page.
pub const ROOM_RESTRICTIONS_MAX: usize = 100;
/// Rooms of which it is remembered over a restart that their bars and mutes follow one person.
pub const LISTED_MAX: usize = 64;
/// People whom one bar or mute of a room follows: all who are logged in to an account, and as many
/// lost ones.
pub const FOLLOWED_MAX: usize = 2 * (1 + ACCOUNT_NAMES_MAX + ACCOUNT_LOGINS_MAX);
/// Masks of one room, set by IRC clients: each is compared with everybody who enters.
pub const ROOM_MASKS_MAX: usize = 100;
/// Bytes of such a mask: enough for the longest name, and a line that lists or changes it is not
/// cut.
pub const ROOM_MASK_BYTES_MAX: usize = NAME_BYTES_MAX + 32;
/// Moderators who hear a knock.
pub const KNOCK_HEARERS_MAX: usize = 16;
/// Knocks, and invitations, that a room remembers, so that nobody repeats them again and again.
pub const KNOCKS_MAX: usize = 64;
/// How soon a person may knock on the same room again, or be told again of an invitation to it.
pub const KNOCK_TIME: Duration = Duration::from_mins(5);
/// Names that `/room` lists.
pub const STANDINGS_SHOWN_MAX: usize = 50;
/// Earlier names of one person that are remembered; the oldest is forgotten first. No honest person
/// changes name so often.
pub const PAST_NAMES_MAX: usize = 32;
/// Names on one person's ignore list.
pub const IGNORES_MAX: usize = 100;
/// Bans, and likewise mutes. The bound is for memory; checks use indexes.
pub const RESTRICTIONS_MAX: usize = 10_000;
/// Names that can be registered; each has a hash of 100 bytes in memory.
pub const REGISTRATIONS_MAX: usize = 100_000;
/// One account, or one address, may take this part (one in so many) of the free bytes of a shared
/// table.
pub const SHARE_PART: usize = 4;

/// Metadata keys of one person or room.
pub const METADATA_KEYS_MAX: usize = 20;
/// Bytes of a metadata key.
pub const METADATA_KEY_BYTES_MAX: usize = 64;
/// Bytes of a metadata value: with its key and the names of two people it fits into an IRC line.
pub const METADATA_VALUE_BYTES_MAX: usize = 300;
/// Bytes that an entry counts in addition to its key and value: what the tables take.
pub const METADATA_ENTRY_BYTES: usize = 64;
/// Bytes of all metadata: two thousand people with as much as one may have.
pub const METADATA_BYTES_TOTAL_MAX: usize = 16 << 20;
/// Metadata keys that one client subscribes to.
pub const METADATA_SUBSCRIPTIONS_MAX: usize = 50;
/// Bytes of one page of a room's metadata; the last person's may go beyond.
pub const METADATA_PAGE_BYTES_MAX: usize = 16 << 10;

/// Names of one account beside its own.
pub const ACCOUNT_NAMES_MAX: usize = 8;
/// People who can be logged in to one account besides those who bear its names.
pub const ACCOUNT_LOGINS_MAX: usize = 16;
/// Certificates of one account: a person's devices and programs.
pub const ACCOUNT_CERTIFICATES_MAX: usize = 16;

// Arriving and leaving.

/// Names that a connection may try before it is closed.
pub const NAME_TRIES_MAX: u8 = 5;
/// Time to choose a name: long enough to think, short enough that idle strangers do not pile up.
pub const ARRIVAL_TIME: Duration = Duration::from_secs(60);
/// How long the server waits for a client to speak first. TLS, HTTP, SSH and IRC clients do so
/// within milliseconds; over a slow link they take a round trip.
pub const SNIFF_TIME: Duration = Duration::from_millis(250);
/// How long a lost session can be resumed: a reboot, a tunnel, a change of network.
pub const RESUME_TIME: Duration = Duration::from_mins(10);
/// Sessions that were kicked and whose code still says so.
pub const KICKED_SESSIONS_MAX: usize = 256;
/// Names that are kept for guests from one address while their links are lost: twice as many as may
/// be connected from there, so that nobody holds a thousand names by cutting links.
pub const LOST_NAMES_MAX: usize = 64;
/// Messages of the room that an arriving person is shown: a screenful.
pub const REPLAY_MAX: usize = 20;

/// Read markers of one account or guest: more rooms and people than anybody follows.
pub const READ_MARKERS_MAX: usize = 500;

/// Private messages kept for one person whose link is lost: two screens.
pub const KEPT_MESSAGES_MAX: usize = 50;
/// Bytes of them: sixteen of the longest lines.
pub const KEPT_BYTES_MAX: usize = 16 * LINE_BYTES_MAX;
/// Bytes of kept messages for everybody together: of those for accounts, and likewise of those for
/// lost sessions.
pub const KEPT_BYTES_TOTAL_MAX: usize = 16 << 20;

// Speaking.

/// Lines that a session may send. A paste of a stack trace passes; nobody types two lines a second.
pub const LINE_RATE: Rate = Rate {
    burst: 100,
    per_second: 2.0,
};
/// An operator's [`LINE_RATE`] is this many times as much.
pub const OPERATOR_RATE_FACTOR: u32 = 4;

/// Joins, and likewise leaves, that one room is told one by one within [`PRESENCE_TIME`]: a third
/// of a screen. Rooms whose members know each other never get there.
pub const PRESENCE_MAX: u32 = 8;
/// The time over which further joins and leaves are gathered into one line.
pub const PRESENCE_TIME: Duration = Duration::from_secs(5);

/// Messages whose keys are remembered, so that sending one again does not repeat it: what a hundred
/// programs send in five minutes at full rate.
pub const SENT_KEYS_MAX: usize = 65_536;

// Reading back.

/// People on one page of `/who`: ten screens.
pub const WHO_LINES_MAX: usize = 250;
/// Departed people that IRC's WHOWAS knows: a busy evening.
pub const DEPARTED_MAX: usize = 1_000;
/// People that one page of IRC's WHO looks at: fifty microseconds.
pub const PEOPLE_SCANNED_MAX: usize = 25;
/// Names in one question which of them are here: forty microseconds.
pub const ONLINE_NAMES_MAX: usize = 25;
/// People on one page of `chinwag who`, with everything known of them.
pub const EVERYBODY_LINES_MAX: usize = 16;
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

// The page on the plain protocol prints these limits of the server.

/// Time that a socket may take nothing while there is something to write.
pub const STALL_TIME: Duration = Duration::from_secs(30);

// Limits of lines for readers who are behind.

/// Bytes of one room's lines kept for readers who are behind; beyond that they lose lines.
pub const ROOM_LOG_BYTES_MAX: usize = 4 << 20;
/// Bytes of news for one program that its system has acknowledged, kept in case the program has not
/// read them: as much as waits in the socket of a program that reads at all.
pub const UNPROVEN_BYTES_MAX: usize = 64 << 10;
/// Places of such news that were dropped, so that each program learns how many it lacks; older ones
/// count as one.
pub const LOST_PLACES_MAX: usize = 1024;
/// Bytes of private lines kept for one session that is behind.
pub const PRIVATE_LOG_BYTES_MAX: usize = 256 << 10;
