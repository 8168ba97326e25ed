//! The limits of sockets, threads and queues, each with its unit and its reason; those of names,
//! people and text are in [`chinwag_core::limits`]. If an operator may want to change a limit, it
//! is a key of the configuration (`config/keys.rs`), and its default is here.
//!
//! Names end in what they count: `_max` alone counts things, `_bytes_max` bytes. Assertions at the
//! end check what the limits assume of one another.

use std::time::Duration;

use chinwag_core::Rate;
use chinwag_core::limits as core_limits;
pub(crate) use chinwag_core::limits::{
    HISTORY_LINES_MAX, LINE_BYTES_MAX, LINE_RATE, NAME_BYTES_MAX, NAME_TRIES_MAX,
    OPERATOR_RATE_FACTOR, PASSWORD_BYTES_MAX, PASSWORD_LETTERS_MIN, PEOPLE_MAX,
    PRIVATE_LOG_BYTES_MAX, REPLAY_MAX, ROOM_LOG_BYTES_MAX, ROOMS_MADE_MAX, ROOMS_MAX,
    ROOMS_PER_PERSON_MAX, SEARCH_LINES_MAX,
};

// Arriving. The limits that the page on the plain protocol prints are in core.

/// Time to choose a name.
pub(crate) const ARRIVAL_TIME: Duration = core_limits::ARRIVAL_TIME;
/// How long the server waits for a client to speak first.
pub(crate) const SNIFF_TIME: Duration = core_limits::SNIFF_TIME;
/// Time that a lost session can be resumed.
pub(crate) const RESUME_TIME: Duration = core_limits::RESUME_TIME;
/// How long a socket may take nothing while there is something to write.
pub(crate) const STALL_TIME: Duration = core_limits::STALL_TIME;
/// Bytes that a connection may send before it has a name: several names, and the first lines of a
/// script.
pub(crate) const ARRIVAL_BYTES_MAX: usize = 8192;
/// How many silent connections wait to be sniffed; when another comes, the oldest is greeted.
/// Clients that speak first do so before eight others have connected, unless thousands connect
/// every second.
pub(crate) const SNIFFING_MAX: usize = 8;
/// Connections from one address (one /64 of IPv6). Loopback is exempt.
pub(crate) const CONNECTIONS_PER_ADDRESS_MAX: usize = 32;
/// How many connections from one address in a row, and how many more every second.
pub(crate) const CONNECT_RATE: Rate = Rate {
    burst: 64,
    per_second: 4.0,
};
/// The highest setting of `people`: ten times the most that one machine was ever seen to hold.
pub(crate) const PEOPLE_LIMIT_MAX: usize = 1_000_000;

// Sockets.

/// Bytes read from one socket before others have their turn.
pub(crate) const READ_BYTES_MAX: usize = 64 << 10;
/// Bytes that wait in the socket of a client that sends too fast and does not stop. One that has
/// stopped has left fewer there, such as the PING of a client behind its paste; one that goes on
/// fills the kernel's buffer, which holds several times as much.
pub(crate) const FLOOD_UNREAD_BYTES: usize = 16 << 10;
/// Time that a TLS handshake may take.
pub(crate) const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
/// How long a trusted proxy has for its header.
pub(crate) const PROXY_HEAD_TIME: Duration = Duration::from_secs(10);
/// Steps of TLS handshakes in each round of a shard, 0.2 ms each: a flood of them costs the others
/// two milliseconds. At most half of them begin a handshake.
pub(crate) const HANDSHAKES_MAX: usize = 8;
/// How long a peer that was sent everything has to close its side: closing at once would reset the
/// connection and lose what is on the way to it. A round trip around the world takes 0.3 s.
pub(crate) const LINGER_TIME: Duration = Duration::from_secs(2);
/// Bytes from it that are read and discarded meanwhile: what may be on the way, and no flood.
pub(crate) const LINGER_BYTES_MAX: u32 = 1 << 20;
/// Bytes that the kernel queues for a peer that takes nothing (`SO_SNDBUF`, which Linux doubles for
/// its own overhead). What a stalled reader has yet to see waits in the log of its room, which all
/// readers share; when the link is lost, the queued lines that it did not receive can be found one
/// by one.
pub(crate) const SEND_BUFFER_BYTES: usize = 64 << 10;
/// Time between two looks at what the peers have acknowledged: a system call for each session that
/// was written to, against the 300 bytes that each of them keeps meanwhile. So a crowd that comes in
/// needs them only for those of the last quarter of a second. Looking at 10,000 sessions four times
/// a second takes 2 % of a core.
pub(crate) const ACKNOWLEDGE_TIME: Duration = Duration::from_millis(250);
/// How soon a shard that writes nothing looks: it has nothing better to do. Most peers acknowledge
/// sooner.
pub(crate) const ACKNOWLEDGE_QUIET: Duration = Duration::from_millis(100);
/// Time until the next look at peers that acknowledge nothing, while nothing is written. A peer that
/// is behind for longer is reported by itself.
pub(crate) const ACKNOWLEDGE_STALLED: Duration = Duration::from_secs(2);
/// Sessions of one shard that are reported by themselves because their peers are far behind. The hub
/// writes a row for each; if there are more, they hold back the mark of all.
pub(crate) const BEHIND_MAX: usize = 64;
/// Sessions to look at between two looks at the sockets, some 50 us.
pub(crate) const ACKNOWLEDGE_BATCH: usize = 64;
/// Time without a sign of life after which the kernel asks, and the time between questions.
pub(crate) const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);
/// See [`KEEPALIVE_IDLE`].
pub(crate) const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);
/// Unanswered questions after which the peer counts as dead.
pub(crate) const KEEPALIVE_PROBES: u32 = 3;
/// Time after which unacknowledged data counts as lost (`TCP_USER_TIMEOUT`).
pub(crate) const USER_TIMEOUT: Duration = Duration::from_secs(60);

/// People whose earlier names a shard remembers: as many renamed guests as anybody who ignores one
/// is likely to read of. Each takes some 200 bytes.
pub(crate) const RENAMED_MAX: usize = 4096;

// Memory of the hub.

/// Messages of each room kept in memory for people who arrive or resume.
pub(crate) const RECENT_MAX: usize = 128;
/// Bytes of those messages' text in each room.
pub(crate) const RECENT_BYTES_MAX: usize = 32 << 10;
/// Bytes of history that a server without a data folder keeps in memory.
pub(crate) const MEMORY_BYTES_MAX: u64 = 64 << 20;

/// Sessions written to the store in one go: a few milliseconds.
pub(crate) const SESSION_ROWS_MAX: usize = 256;
/// Bytes of private lines kept because the peers of lost connections have not received them, of all
/// sessions together.
pub(crate) const UNSEEN_BYTES_MAX: usize = 32 << 20;

// Threads, and the queues between them.

/// Threads that serve connections: more than a machine of 128 cores can use.
pub(crate) const SHARDS_MAX: usize = 64;
/// Lines that one session may have in flight to the hub. Beyond that the shard does not read its
/// socket.
pub(crate) const SESSION_REQUESTS_MAX: u16 = 256;
/// Batches of requests that may wait for the hub, from all shards together.
pub(crate) const HUB_QUEUE_MAX: usize = 256;
/// Requests that the hub decides before it commits: bounds the time of a turn to some 20 ms.
pub(crate) const TURN_REQUESTS_MAX: usize = 4096;
/// Messages that may wait for a shard. The hub keeps further turns for it and waits for nobody.
pub(crate) const SHARD_QUEUE_MAX: usize = 64;
/// Jobs that may wait for one worker. Further ones are refused.
pub(crate) const WORKER_QUEUE_MAX: usize = 256;
/// How soon the process ends after the signal to stop, whatever sockets still hold: within the five
/// seconds that operations.md promises.
pub(crate) const STOP_TIME: Duration = Duration::from_secs(4);

/// Threads for connections if nobody says how many: half of the cores, because the hub, the kernel
/// and the store need some too, and because the fewer there are the more each write carries.
pub(crate) const fn shards_for(cores: usize) -> usize {
    match cores / 2 {
        0 => 1,
        half if half > SHARDS_MAX => SHARDS_MAX,
        half => half,
    }
}

/// The fewest of the longest lines, escapes included, that a room's log must hold, so that one line
/// never fills it.
pub(crate) const ROOM_LOG_LINES_MIN: usize = 16;

// A name with its password fits several times into what may be sent before there is a name.
const _: () = assert!(4 * (NAME_BYTES_MAX + PASSWORD_BYTES_MAX) <= ARRIVAL_BYTES_MAX);
// One read takes a whole line.
const _: () = assert!(LINE_BYTES_MAX <= READ_BYTES_MAX);
const _: () = assert!(ROOM_LOG_LINES_MIN * LINE_BYTES_MAX <= ROOM_LOG_BYTES_MAX);
const _: () = assert!(ROOM_LOG_LINES_MIN * LINE_BYTES_MAX <= PRIVATE_LOG_BYTES_MAX);
// Newcomers are shown what the hub has in memory.
const _: () = assert!(REPLAY_MAX <= RECENT_MAX);
// A turn takes everything that one session may have in flight.
const _: () = assert!(SESSION_REQUESTS_MAX as usize <= TURN_REQUESTS_MAX);
const _: () = assert!(SNIFF_TIME.as_millis() < ARRIVAL_TIME.as_millis());
// A silent peer is asked more than once before the user timeout would end it.
const _: () =
    assert!(KEEPALIVE_IDLE.as_millis() + KEEPALIVE_INTERVAL.as_millis() < USER_TIMEOUT.as_millis());
const _: () = assert!(LINGER_TIME.as_millis() < STOP_TIME.as_millis());
const _: () = assert!(STOP_TIME.as_secs() < 5);
const _: () = assert!(PEOPLE_MAX <= PEOPLE_LIMIT_MAX);
