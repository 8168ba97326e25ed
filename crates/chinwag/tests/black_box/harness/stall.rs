//! What the kernel knows when a test has waited in vain: where bytes are stuck, and what the servers do.

use std::fmt::Write;
use std::fs;
use std::os::fd::BorrowedFd;

use rustix::net::getsockname;

/// Both ends of a connection, with their queues and timers, and the threads of all servers of this process.
pub(super) fn describe(fd: BorrowedFd<'_>) -> String {
    let mut text = String::from("in the kernel:\n");
    let address = getsockname(fd)
        .ok()
        .and_then(|address| std::net::SocketAddr::try_from(address).ok());
    if let Some(address) = address {
        let port = format!(":{:04X} ", address.port());
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
            let rows = fs::read_to_string(table).unwrap_or_default();
            let rows = rows.lines().filter(|row| row.contains(&port));
            text.extend(rows.flat_map(|row| [row, "\n"]));
        }
    }
    for server in children() {
        let _ = writeln!(text, "process {server}:");
        for thread in entries(&format!("/proc/{server}/task")) {
            let of = |file| {
                let path = format!("/proc/{server}/task/{thread}/{file}");
                fs::read_to_string(path).unwrap_or_default()
            };
            let (stat, waits_in) = (of("stat"), of("wchan"));
            let fields: Vec<&str> = stat.split(' ').collect();
            if let [_, name, state, ..] = fields[..]
                && let Some([user, system]) = fields.get(13..15)
            {
                let _ = writeln!(text, "{name} {state} {waits_in}, {user} + {system} ticks");
            }
        }
    }
    text
}

/// The processes that threads of this one have started and that have not ended.
fn children() -> Vec<String> {
    let threads = entries("/proc/self/task").into_iter();
    let children = threads.map(|thread| {
        fs::read_to_string(format!("/proc/self/task/{thread}/children")).unwrap_or_default()
    });
    let children = children.flat_map(|pids| {
        let pids = pids.split_whitespace().map(str::to_owned);
        pids.collect::<Vec<_>>()
    });
    children.collect()
}

fn entries(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.collect()
}
