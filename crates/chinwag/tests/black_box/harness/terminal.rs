//! A person at a terminal: a program on a pseudo-terminal, and the screen that it paints.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use super::ear::PATIENCE;

/// See the [module](self).
pub(crate) struct Terminal {
    master: File,
    /// What the program paints. A thread reads it at all times: a terminal holds some 20 kB, and a program that
    /// cannot paint does nothing else either, while the test waits for what it does.
    painted: Receiver<Vec<u8>>,
    screen: vt100::Parser<Bells>,
    program: Child,
}

/// Counts how often the bell has rung.
#[derive(Default)]
struct Bells(usize);

impl vt100::Callbacks for Bells {
    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.0 += 1;
    }
}

impl Terminal {
    /// Runs the program with these arguments in a window of 24 rows and 80 columns.
    pub(crate) fn run(program: &str, arguments: &[&str]) -> Self {
        Self::sized(program, arguments, (24, 80))
    }

    /// The same in a window that has room for a long conversation.
    pub(crate) fn tall(program: &str, arguments: &[&str]) -> Self {
        Self::sized(program, arguments, (120, 100))
    }

    fn sized(program: &str, arguments: &[&str], size: (u16, u16)) -> Self {
        let (master, program) = spawn(program, arguments, "xterm", size);
        let (rows, columns) = (size.0.try_into(), size.1.try_into());
        let (rows, columns) = (rows.expect("not zero"), columns.expect("not zero"));
        let screen = vt100::Parser::new_with_callbacks(rows, columns, 0, Bells::default());
        let painted = read_always(master.try_clone().expect("a descriptor is free"));
        Self {
            master,
            painted,
            screen,
            program,
        }
    }

    /// Presses keys.
    pub(crate) fn types(&mut self, keys: &str) {
        let typed = self.master.write_all(keys.as_bytes());
        typed.expect("the terminal takes it");
    }

    /// Waits until the text is to be seen.
    #[track_caller]
    pub(crate) fn shows(&mut self, text: &str) {
        while !self.screen.screen().contents().contains(text) {
            assert!(self.read(), "closed before {text:?}:\n{}", self.contents());
        }
    }

    /// Waits until the bell has rung so many times.
    #[track_caller]
    pub(crate) fn rings(&mut self, times: usize) {
        while self.screen.callbacks().0 < times {
            assert!(self.read(), "closed before a bell:\n{}", self.contents());
        }
        assert_eq!(self.screen.callbacks().0, times);
    }

    /// What is to be seen.
    pub(crate) fn contents(&self) -> String {
        self.screen.screen().contents()
    }

    /// Whether all that is to be seen has the terminal's own colours and no style.
    pub(crate) fn is_unstyled(&self) -> bool {
        let screen = self.screen.screen();
        let (rows, columns) = screen.size();
        let (rows, columns) = (rows.get(), columns.get());
        let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        let mut cells = cells.filter_map(|(row, column)| screen.cell(row, column));
        cells.all(|cell| {
            let is_plain =
                cell.fgcolor() == vt100::Color::Default && cell.bgcolor() == vt100::Color::Default;
            is_plain && !cell.bold() && !cell.italic() && !cell.underline() && !cell.inverse()
        })
    }

    /// Sends the program a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("it is our child");
    }

    /// Waits until the program is stopped.
    pub(crate) fn is_stopped(&self) {
        let waited = waitpid(Some(self.pid()), WaitOptions::UNTRACED).expect("it is our child");
        let (_, status) = waited.expect("it was waited for");
        assert!(status.stopped(), "{status:?}");
    }

    /// Whether the terminal shows what is typed by itself.
    pub(crate) fn echoes(&self) -> bool {
        let modes = tcgetattr(&self.master).expect("it is a terminal");
        modes.local_modes.contains(LocalModes::ECHO)
    }

    /// Whether the program wants to know what is pasted.
    pub(crate) fn marks_pastes(&self) -> bool {
        self.screen.screen().bracketed_paste()
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.program)
    }

    /// Waits for the program's end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        while self.read() {}
        self.program.wait().expect("it is our child")
    }

    /// Paints what comes next. Returns whether something did.
    #[track_caller]
    fn read(&mut self) -> bool {
        match self.painted.recv_timeout(PATIENCE) {
            Ok(bytes) => self.screen.process(&bytes),
            Err(RecvTimeoutError::Disconnected) => return false,
            Err(RecvTimeoutError::Timeout) => {
                panic!("nothing came any more:\n{}", self.contents())
            }
        }
        true
    }
}

/// Reads of up to 4 kB that wait for the test: more than any program paints unasked.
const READS_MAX: usize = 4_096;

/// What comes from this terminal until its program is gone, which it says by EIO.
fn read_always(mut terminal: File) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::sync_channel(READS_MAX);
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(n @ 1..) = terminal.read(&mut bytes) {
            // The test may be over.
            let _ = sender.send(bytes[..n].to_vec());
        }
    });
    receiver
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// Starts a program on a terminal of its own, which it can be interrupted from, of so many rows and
/// columns; none are a terminal that does not know its size. Returns the side of the person.
pub(crate) fn spawn(
    program: &str,
    arguments: &[impl AsRef<OsStr>],
    terminal: &str,
    (rows, columns): (u16, u16),
) -> (File, Child) {
    let (ours, theirs) = open();
    let size = Winsize {
        ws_row: rows,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&ours, size).expect("it is a terminal");
    let slave = || Stdio::from(theirs.try_clone().expect("a descriptor is free"));
    // setsid gives the program the terminal to be interrupted from.
    let child = Command::new("setsid")
        .args(["--ctty", program])
        .args(arguments)
        .env("TERM", terminal)
        .stdin(slave())
        .stdout(slave())
        .stderr(slave())
        .spawn()
        .expect("`cargo xtask test` installs it");
    (ours, child)
}

/// A terminal: what a person has, and what a program has.
fn open() -> (File, File) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal is free");
    grantpt(&ours).expect("it is ours");
    unlockpt(&ours).expect("it is ours");
    let name = ptsname(&ours, Vec::new()).expect("it has a name");
    let name = name.into_string().expect("devices have plain names");
    let theirs = File::options().read(true).write(true).open(name);
    (File::from(ours), theirs.expect("it can be opened"))
}
