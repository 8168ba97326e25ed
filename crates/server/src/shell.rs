//! The administrators' way in: a socket in the data folder, which only its owner may open, and the
//! same requests on the folder of a server that does not run.
//!
//! One connection is served at a time, for one line and its answer, by a thread of its own, which
//! asks the hub as a shard does: a client that keeps the socket open only holds up other shells. A
//! socket that a killed server left behind is replaced by the next server.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, phc::PasswordHash};
use chinwag_core::{Command, Event, Name, Timestamp};
use chinwag_store::{FileId, Location, OpenError, Store, file_id, is_in_use, require};
use chinwag_wire::shell::{self, LINE_BYTES_MAX, ShellAsk};
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token, Waker};
use socket2::{Domain, SockAddr, Socket, Type};

use crate::clock::wall;
use crate::config::Config;
use crate::control::HubConfig;
use crate::hub::Hub;
use crate::hub::thread::ToHub;
use crate::random;
use crate::supervisor::Supervisor;
use crate::tls::Certificates;

/// The socket's name in the data folder.
const SOCKET: &str = "shell.sock";

/// How long a shell has to send its line and to read the answer.
const SHELL_TIME: Duration = Duration::from_secs(5);

/// How long a shell waits for the server: longer than the hub needs for its longest turn.
const ANSWER_TIME: Duration = Duration::from_secs(30);

/// How long a server may take to create its socket when it has its folder, and to release the
/// folder when its socket is gone. It stops within four seconds.
const START_TIME: Duration = Duration::from_secs(5);

/// The time from one look for the socket to the next.
const START_LOOK: Duration = Duration::from_millis(20);

/// The line that ends the answer to a request that was done.
const DONE: &str = "done";
/// The line that ends the answer to a request that was refused.
const REFUSED: &str = "refused";

/// The result of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShellAnswer {
    /// Lines for people.
    pub lines: Vec<String>,
    /// Whether it was done.
    pub is_done: bool,
}

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub enum ShellError {
    /// Neither a server nor its data can be reached.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The request concerns people, and nobody is here.
    #[error("no server runs with the data folder {}", .0.display())]
    NotRunning(PathBuf),
    /// The path is too long for a socket.
    #[error("the server cannot be reached: the path of its data folder {} is too long for a socket", .0.display())]
    NoSocket(PathBuf),
    /// A server uses the folder, and has no socket in it.
    #[error("the server with the data folder {} cannot be reached: it has no socket there yet, or no longer", .0.display())]
    Unready(PathBuf),
    /// The server exists but does not answer: it may be stopped, or very busy.
    #[error("the server does not answer within {} s; what was asked may still be done", ANSWER_TIME.as_secs())]
    Hangs,
    /// A server that stores nothing has no folder for the socket.
    #[error("a server that keeps nothing on disk (memory = true) cannot be reached from a shell")]
    InMemory,
    /// The server does not answer.
    #[error("the server does not answer: {0}")]
    Silent(io::Error),
}

/// A page of the answer to a request, and where the next one begins.
#[derive(Debug, Default)]
pub(crate) struct ShellPage {
    pub(crate) answer: ShellAnswer,
    pub(crate) next: Option<Name>,
}

/// A request on its way to the hub.
#[derive(Debug)]
pub(crate) struct ShellRequest {
    pub(crate) ask: ShellAsk,
    /// The last name on the page before.
    pub(crate) after: Option<Name>,
    /// Has space for the one answer.
    pub(crate) reply: SyncSender<ShellPage>,
}

/// The hash of a password, as the server stores it.
///
/// # Errors
/// If the system has no random numbers.
pub fn hash_password(password: &str) -> io::Result<String> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    let hash = hash.map_err(|error| io::Error::other(error.to_string()))?;
    Ok(hash.to_string())
}

/// Has a request done by the server of this configuration or, if none runs, on its data.
///
/// # Errors
/// [`ShellError`], as one sentence.
pub fn ask(config: &Config, line: &str) -> Result<ShellAnswer, ShellError> {
    let Location::Folder(folder) = config.location() else {
        return Err(ShellError::InMemory);
    };
    let begun = Instant::now();
    ask_in(config, &folder, line, || {
        std::thread::park_timeout(START_LOOK);
        begun.elapsed() < START_TIME
    })
}

/// Asks the server of a folder. One that is starting or stopping has the folder and no socket:
/// `wait` waits for a moment, and says whether to look again.
fn ask_in(
    config: &Config,
    folder: &Path,
    line: &str,
    mut wait: impl FnMut() -> bool,
) -> Result<ShellAnswer, ShellError> {
    loop {
        match connect(&folder.join(SOCKET)) {
            Ok(stream) => return ask_server(stream, line).map_err(no_answer),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Err(no_answer(error));
            }
            Err(error) if error.kind() == io::ErrorKind::InvalidInput && is_in_use(folder) => {
                return Err(ShellError::NoSocket(folder.to_owned()));
            }
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                let path = folder.to_owned();
                return Err(OpenError::Hidden { path }.into());
            }
            Err(_) => {}
        }
        // Nobody listens: a server that was killed leaves its socket behind.
        match ask_folder(config, folder, line) {
            Err(ShellError::Open(OpenError::InUse { .. })) if wait() => {}
            Err(ShellError::NotRunning(_)) if is_in_use(folder) => {
                if !wait() {
                    return Err(ShellError::Unready(folder.to_owned()));
                }
            }
            answer => return answer,
        }
    }
}

/// Connects with a time limit on every step, including this one: with many waiting, it waits for
/// its turn.
fn connect(socket: &Path) -> io::Result<UnixStream> {
    let stream = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    stream.set_write_timeout(Some(ANSWER_TIME))?;
    stream.set_read_timeout(Some(ANSWER_TIME))?;
    stream.connect(&SockAddr::unix(socket)?)?;
    Ok(stream.into())
}

fn no_answer(error: io::Error) -> ShellError {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => ShellError::Hangs,
        _ => ShellError::Silent(error),
    }
}

fn ask_server(mut stream: UnixStream, line: &str) -> io::Result<ShellAnswer> {
    stream.write_all(format!("{line}\n").as_bytes())?;
    let mut lines = Vec::new();
    for line in BufReader::new(stream).lines() {
        lines.push(line?);
    }
    match lines.pop().as_deref() {
        Some(DONE) => Ok(ShellAnswer {
            lines,
            is_done: true,
        }),
        Some(REFUSED) => Ok(ShellAnswer {
            lines,
            is_done: false,
        }),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// Does a request as a server's hub would, on the data of a server that does not run.
fn ask_folder(config: &Config, folder: &Path, line: &str) -> Result<ShellAnswer, ShellError> {
    let ask = match read(line) {
        Ok(ask) if ask.needs_server() => return Err(ShellError::NotRunning(folder.to_owned())),
        Ok(ask) => ask,
        Err(words) => return Ok(refused(words)),
    };
    // A mistyped folder is not created: the request would be done where no server sees it.
    let is_new = match require(folder) {
        // Nothing is there that could be in its way.
        Err(_) if ask.may_be_first() && matches!(ask, ShellAsk::Try(_)) => {
            return Ok(ShellAnswer {
                lines: Vec::new(),
                is_done: true,
            });
        }
        Err(_) if ask.may_be_first() => true,
        Err(missing) if !is_in_use(folder) => return Err(missing.into()),
        _ => false,
    };
    let opened = Store::open(
        config.location(),
        config.server.durability,
        config.retention(),
    )?;
    let committed = Arc::new(AtomicU64::new(0));
    let now = wall();
    let mut hub = Hub::new(HubConfig::of(config), opened, committed, now, random);
    let mut answer = hub.answer_shell(ask, None, now).answer;
    if is_new {
        let made = format!(
            "No server was started with {} yet: the folder is new.",
            folder.display()
        );
        answer.lines.push(made);
    }
    Ok(answer)
}

/// Parses a request. Refuses a password hash that no password can match.
fn read(line: &str) -> Result<ShellAsk, String> {
    let ask = ShellAsk::read(line).map_err(|error| error.to_string())?;
    match &ask {
        ShellAsk::Command(
            Command::AddAccount { password_hash, .. } | Command::SetPassword { password_hash, .. },
        ) if !is_password_hash(password_hash) => {
            Err("That is no argon2id hash of a password: \"chinwag account\" makes one.".into())
        }
        _ => Ok(ask),
    }
}

fn is_password_hash(text: &str) -> bool {
    let Ok(hash) = PasswordHash::new(text) else {
        return false;
    };
    let is_whole = hash.salt.is_some() && hash.hash.is_some();
    hash.algorithm == argon2::ARGON2ID_IDENT && is_whole && argon2::Params::try_from(&hash).is_ok()
}

fn refused(words: String) -> ShellAnswer {
    ShellAnswer {
        lines: vec![words],
        is_done: false,
    }
}

/// The thread that serves the socket.
#[derive(Debug)]
pub(crate) struct ShellServer {
    socket: PathBuf,
    /// The socket's file: another server may have the path by now.
    file: Option<FileId>,
    stop: Waker,
    thread: JoinHandle<()>,
}

const STOP: Token = Token(0);
const CONNECTION: Token = Token(1);

impl ShellServer {
    /// Listens in a data folder, if there is one. A folder that allows no sockets does not keep the
    /// server from starting.
    pub(crate) fn start(
        place: &Location,
        hub: SyncSender<ToHub>,
        certificates: Arc<Certificates>,
        supervisor: &Supervisor,
    ) -> io::Result<Option<Self>> {
        let Location::Folder(folder) = place else {
            return Ok(None);
        };
        let listener = match listen(folder) {
            Ok(listener) => listener,
            Err(error) => {
                tracing::warn!("`chinwag account` and the like cannot reach this server: {error}");
                return Ok(None);
            }
        };
        let poll = Poll::new()?;
        let stop = Waker::new(poll.registry(), STOP)?;
        listener.set_nonblocking(true)?;
        let mut source = SourceFd(&listener.as_raw_fd());
        poll.registry()
            .register(&mut source, CONNECTION, Interest::READABLE)?;
        let socket = folder.join(SOCKET);
        let file = file_id(&socket);
        let thread = supervisor.spawn("shell", move || {
            let server = Answering { hub, certificates };
            if let Err(error) = serve(&listener, poll, &server) {
                tracing::error!("shells are not served any more: {error}");
            }
        })?;
        Ok(Some(Self {
            socket,
            file,
            stop,
            thread,
        }))
    }

    /// Ends the thread and removes the socket.
    pub(crate) fn stop(self) {
        if self.stop.wake().is_ok() {
            let _ = self.thread.join();
        }
        if file_id(&self.socket) == self.file {
            let _ = fs::remove_file(&self.socket);
        }
    }
}

/// A socket that only its owner can ever open: it is created in a folder that nobody else can
/// enter, and replaces an old one once its permissions are set. Leaves alone what is no socket.
fn listen(folder: &Path) -> io::Result<UnixListener> {
    let old = fs::symlink_metadata(folder.join(SOCKET));
    if old.is_ok_and(|old| !old.file_type().is_socket()) {
        let words =
            format!("{SOCKET} in the data folder is no socket. Move it away, and start again.");
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, words));
    }
    let private = folder.join(format!("{SOCKET}.new"));
    let _ = fs::remove_dir_all(&private);
    fs::DirBuilder::new().mode(0o700).create(&private)?;
    let made = private.join(SOCKET);
    let listener = UnixListener::bind(&made).and_then(|listener| {
        fs::set_permissions(&made, fs::Permissions::from_mode(0o600))?;
        fs::rename(&made, folder.join(SOCKET))?;
        Ok(listener)
    });
    let _ = fs::remove_dir_all(&private);
    listener
}

/// Where the answers come from.
struct Answering {
    hub: SyncSender<ToHub>,
    certificates: Arc<Certificates>,
}

/// Serves one connection after another until it is woken.
fn serve(listener: &UnixListener, mut poll: Poll, server: &Answering) -> io::Result<()> {
    let mut events = Events::with_capacity(2);
    loop {
        match poll.poll(&mut events, None) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            waited => waited?,
        }
        loop {
            if events.iter().any(|event| event.token() == STOP) {
                return Ok(());
            }
            // Nobody waits, or the system has no descriptors: the next connection comes here again.
            let Ok((stream, _)) = listener.accept() else {
                break;
            };
            if let Err(error) = handle(stream, server) {
                tracing::debug!("a shell was not served: {error}");
            }
        }
    }
}

fn handle(mut stream: UnixStream, server: &Answering) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(SHELL_TIME))?;
    stream.set_write_timeout(Some(SHELL_TIME))?;
    let mut line = String::new();
    let mut bounded = BufReader::new((&stream).take(LINE_BYTES_MAX as u64));
    bounded.read_line(&mut line)?;
    // A line without an end is incomplete.
    let Some(line) = line.strip_suffix('\n') else {
        let words = format!("A request is one line of at most {LINE_BYTES_MAX} bytes.");
        return write(&mut stream, &refused(words), true);
    };
    let ask = match read(line) {
        Ok(ShellAsk::Fingerprint) => {
            let answer = ShellAnswer {
                lines: vec![server.certificates.fingerprint().to_string()],
                is_done: true,
            };
            return write(&mut stream, &answer, true);
        }
        Ok(ask) => ask,
        Err(words) => return write(&mut stream, &refused(words), true),
    };
    let mut after = None;
    loop {
        let page = ask_hub(&server.hub, ask.clone(), after)?;
        write(&mut stream, &page.answer, page.next.is_none())?;
        if page.next.is_none() {
            return Ok(());
        }
        after = page.next;
    }
}

fn ask_hub(hub: &SyncSender<ToHub>, ask: ShellAsk, after: Option<Name>) -> io::Result<ShellPage> {
    let (reply, answer) = sync_channel(1);
    let request = ShellRequest { ask, after, reply };
    let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
    hub.send(ToHub::Shell(Box::new(request)))
        .map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
    answer.recv_timeout(ANSWER_TIME).map_err(gone)
}

fn write(stream: &mut UnixStream, answer: &ShellAnswer, is_last: bool) -> io::Result<()> {
    let mut out = String::new();
    for line in &answer.lines {
        out += line;
        out.push('\n');
    }
    if is_last {
        out += if answer.is_done { DONE } else { REFUSED };
        out.push('\n');
    }
    stream.write_all(out.as_bytes())
}

impl Hub {
    /// Does a request of a shell at once, including the commit.
    pub(crate) fn answer_shell(
        &mut self,
        ask: ShellAsk,
        after: Option<Name>,
        now: Timestamp,
    ) -> ShellPage {
        let done = match ask {
            ShellAsk::Command(command) => self.act_for_shell(command, now),
            ShellAsk::Try(command) => self.try_for_shell(command, now).map(|()| Vec::new()),
            // The hub does not know the certificate, and is never asked.
            ShellAsk::Who | ShellAsk::Fingerprint => return self.page_for_shell(after, now),
        };
        let words = |events: Vec<Arc<Event>>| {
            let words = events.iter().map(|event| shell::event(event));
            words.filter(|words| !words.is_empty()).collect()
        };
        let answer = match done {
            Ok(events) => ShellAnswer {
                lines: words(events),
                is_done: true,
            },
            Err(rejection) => refused(shell::refusal(&rejection)),
        };
        let next = None;
        ShellPage { answer, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_that_no_password_has_is_refused() {
        let hash = hash_password("open sesame").expect("random numbers");
        for account in ["add", "passwd"] {
            assert!(read(&format!("account {account} lee {hash}")).is_ok());
            let cut = &hash[..hash.len() - 50];
            let other = hash.replace("argon2id", "scrypt");
            for hash in ["notahash", "$argon2id$v=19", cut, &other] {
                assert!(
                    read(&format!("account {account} lee {hash}")).is_err(),
                    "{hash}"
                );
            }
        }
    }

    /// The port of a server answers before its socket is there.
    #[test]
    fn a_server_that_starts_is_waited_for() {
        let data = std::env::temp_dir().join(format!("chinwag-shell-{}", std::process::id()));
        let data = data.as_path();
        fs::create_dir_all(data).expect("a folder");
        let file = format!("[server]\ndata = \"{}\"", data.display());
        let config = Config::from_file(&file).expect("a configuration");
        let _open = Store::open(
            config.location(),
            config.server.durability,
            config.retention(),
        );
        for line in ["account operator lee on", "who"] {
            let mut server = None;
            let answer = ask_in(&config, data, line, || {
                let listener = listen(data).expect("a socket");
                server = Some(std::thread::spawn(move || {
                    let (mut stream, _) = listener.accept().expect("a shell");
                    let mut line = String::new();
                    let mut reader = BufReader::new(&stream);
                    reader.read_line(&mut line).expect("a line");
                    let answer = refused("No.".to_owned());
                    write(&mut stream, &answer, true).expect("it reads");
                }));
                true
            });
            assert_eq!(answer.expect("an answer"), refused("No.".to_owned()));
            let server = server.expect("it was not there at once");
            server.join().expect("it has answered");
            fs::remove_file(data.join(SOCKET)).expect("a socket");
        }
        // One that never makes a socket is not waited for for ever.
        let mut looks = 0;
        let answer = ask_in(&config, data, "account operator lee on", || {
            looks += 1;
            looks < 3
        });
        assert!(matches!(
            answer,
            Err(ShellError::Open(OpenError::InUse { .. }))
        ));
        assert_eq!(looks, 3);
        let answer = ask_in(&config, data, "who", || false);
        assert!(matches!(answer, Err(ShellError::Unready(_))));
        fs::remove_dir_all(data).expect("a folder");
    }

    #[test]
    fn a_file_where_the_socket_belongs_is_left_alone() {
        let data = std::env::temp_dir().join(format!("chinwag-no-socket-{}", std::process::id()));
        fs::create_dir_all(&data).expect("a folder");
        fs::write(data.join(SOCKET), "mine").expect("a file");
        let error = listen(&data).expect_err("no socket");
        assert!(error.to_string().contains("is no socket"), "{error}");
        assert_eq!(fs::read(data.join(SOCKET)).expect("a file"), b"mine");
        fs::remove_file(data.join(SOCKET)).expect("a file");
        drop(listen(&data).expect("a socket"));
        listen(&data).expect("in the place of one that was left behind");
        fs::remove_dir_all(data).expect("a folder");
    }
}
