//! Listening: one end of a socket, a pipe or a terminal, read as text.
//!
//! Everything that arrives is checked: it must be UTF-8, and nothing in it may be what a terminal
//! obeys, whatever the test is about. What telnet says to telnet is kept aside.

use std::fmt;
use std::io::{ErrorKind, Read};
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::stall;
use super::text::assert_harmless;

/// After this long without a byte a test has failed. It is no measure of anything: a machine that
/// is busy with other tests must never reach it.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// Telnet's first byte of a command (RFC 854).
const IAC: u8 = 0xff;

/// What can be listened to.
pub(crate) trait Source: Read + AsFd + Send {}

impl<T: Read + AsFd + Send> Source for T {}

/// See the [module](self).
pub(crate) struct Ear {
    from: Box<dyn Source>,
    /// Bytes that are no text yet: the beginning of a character or of a telnet command.
    partial: Vec<u8>,
    text: String,
    /// Where in the text the part begins that nobody has asked for.
    at: usize,
    is_closed: bool,
    /// Whether a terminal has turned every LF into CR LF, which then tells nothing of the server.
    pub(crate) is_cooked: bool,
    /// Telnet commands, in order.
    pub(crate) commands: Vec<[u8; 3]>,
}

impl Ear {
    pub(crate) fn new(from: impl Source + 'static) -> Self {
        Self {
            from: Box::new(from),
            partial: Vec::new(),
            text: String::new(),
            at: 0,
            is_closed: false,
            is_cooked: false,
            commands: Vec::new(),
        }
    }

    /// Everything up to the end of the first of these texts to arrive, and which it was.
    #[track_caller]
    pub(crate) fn until_any(&mut self, wanted: &[&str]) -> (String, usize) {
        let longest = wanted.iter().map(|text| text.len()).max().unwrap_or(0);
        let mut from = self.at;
        loop {
            let found = wanted.iter().enumerate().filter_map(|(which, text)| {
                let place = self.text[from..].find(text)?;
                Some((from + place + text.len(), which))
            });
            if let Some((end, which)) = found.min() {
                return (self.take(end), which);
            }
            // The text may have begun at the end of what is there.
            from = self.text.len().saturating_sub(longest).max(self.at);
            while !self.text.is_char_boundary(from) {
                from -= 1;
            }
            assert!(self.hear(), "closed before {wanted:?}; {self:?}");
        }
    }

    /// Everything up to the end of this text.
    #[track_caller]
    pub(crate) fn until(&mut self, wanted: &str) -> String {
        self.until_any(&[wanted]).0
    }

    /// Waits for a command of telnet.
    #[track_caller]
    pub(crate) fn until_command(&mut self) {
        while self.commands.is_empty() {
            assert!(self.hear(), "closed before a command; {self:?}");
        }
    }

    /// The next line, without its end; `None` behind the last.
    #[track_caller]
    pub(crate) fn line(&mut self) -> Option<String> {
        while !self.text[self.at..].contains('\n') {
            if !self.hear() {
                return None;
            }
        }
        let mut line = self.until("\n");
        line.truncate(line.trim_end_matches(['\r', '\n']).len());
        Some(line)
    }

    /// Everything up to the end of the connection.
    #[track_caller]
    pub(crate) fn rest(&mut self) -> String {
        while self.hear() {}
        self.take(self.text.len())
    }

    fn take(&mut self, end: usize) -> String {
        let taken = self.text[self.at..end].to_owned();
        self.at = end;
        // Long tests would keep all that anybody ever said.
        if self.at > 1 << 20 {
            self.text.drain(..self.at);
            self.at = 0;
        }
        taken
    }

    /// Waits for more. Returns whether there was.
    #[track_caller]
    fn hear(&mut self) -> bool {
        if self.is_closed {
            return false;
        }
        let mut waiting = [PollFd::new(&self.from, PollFlags::IN)];
        let patience = Timespec::try_from(PATIENCE).expect("a minute");
        let ready = poll(&mut waiting, Some(&patience)).expect("waiting works");
        if ready == 0 {
            let seen = stall::describe(self.from.as_fd());
            panic!("nothing came any more; {self:?}{seen}");
        }
        let mut bytes = vec![0; 1 << 16];
        match self.from.read(&mut bytes) {
            Ok(0) => self.is_closed = true,
            Ok(n) => self.decode(&bytes[..n]),
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            // A reset, or the EIO of a terminal whose program is gone.
            Err(_) => self.is_closed = true,
        }
        !self.is_closed
    }

    fn decode(&mut self, bytes: &[u8]) {
        self.partial.extend_from_slice(bytes);
        while let Some(start) = self.partial.iter().position(|&byte| byte == IAC) {
            let Some(&[a, b, c]) = self.partial[start..].first_chunk() else {
                break;
            };
            self.commands.push([a, b, c]);
            self.partial.drain(start..start + 3);
        }
        let end = match str::from_utf8(&self.partial) {
            Ok(text) => text.len(),
            Err(e) => {
                let rest = &self.partial[e.valid_up_to()..];
                assert!(
                    e.error_len().is_none() || rest[0] == IAC,
                    "no UTF-8: {rest:x?}"
                );
                e.valid_up_to()
            }
        };
        let text: Vec<u8> = self.partial.drain(..end).collect();
        let text = str::from_utf8(&text).expect("it was checked");
        assert_harmless(text);
        match self.is_cooked {
            true => self.text.extend(text.chars().filter(|&c| c != '\r')),
            false => self.text.push_str(text),
        }
    }
}

impl fmt::Debug for Ear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 2000;
        let mut from = self.text.len().saturating_sub(SHOWN);
        while !self.text.is_char_boundary(from) {
            from -= 1;
        }
        let asked = self.text.get(from.max(self.at)..).unwrap_or_default();
        write!(
            f,
            "the last that came:\n{}\nof that not asked for:\n{asked}\n",
            &self.text[from..]
        )
    }
}
