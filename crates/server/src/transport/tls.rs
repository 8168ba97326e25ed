//! TLS around another stream: opens records as it reads them and seals them as it writes.
//!
//! It knows neither the shard nor what the bytes mean. It uses the unbuffered connections of
//! rustls, which own no buffer: an idle session keeps only its keys, and bytes only if a record has
//! come in part or the stream below has not taken one whole.
//!
//! Three things differ from a socket. A read can give nothing although bytes came, and a short one
//! does not mean that there are no more (see [`Stream::has_more`]). A write is taken once it is
//! sealed, because a sealed record cannot be taken back; so the rest of *one* record may wait here,
//! and [`flush`](Stream::flush) writes it. And closing sends an alert (`close_notify`, RFC 8446,
//! section 6.1) before the socket closes.

use std::cell::RefCell;
use std::fmt;
use std::io;

use rustls::server::{ServerConnectionData, UnbufferedServerConnection};
use rustls::unbuffered::{
    ConnectionState, EncodeError, EncodeTlsData, UnbufferedStatus, WriteTraffic,
};

mod hello;
mod memory;
mod records;
#[cfg(test)]
mod tests;

use hello::Hello;
pub use memory::{MemoryServer, MemoryTls};
use records::Records;

use super::{AnyStream, Stream};
use crate::tls::{ClientCertificate, Tls};

/// The most bytes that are sealed into one record (RFC 8446, section 5.1).
const PLAIN_BYTES_MAX: usize = 16 << 10;
/// How much longer a sealed record may be (RFC 5246, section 6.2.3; RFC 8446 allows 256).
const SEAL_BYTES_MAX: usize = 2048 + 5;
/// Bytes read from the stream below at once.
const CHUNK_BYTES: usize = PLAIN_BYTES_MAX;
/// Sealed bytes that may wait for the rest of a message. A record is shorter, and so is a chain of
/// certificates.
const INCOMING_BYTES_MAX: usize = 64 << 10;
/// Reads of the stream below without any plain bytes before others have their turn.
const VAIN_READS_MAX: usize = 4;

thread_local! {
    /// Memory in which all streams of a thread read and seal.
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; PLAIN_BYTES_MAX + SEAL_BYTES_MAX]);
}

/// What is known of a peer after the handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Secured {
    /// The certificate that it has proven to own.
    pub(crate) client_certificate: Option<ClientCertificate>,
    /// It has presented one that cannot be proven.
    pub(crate) shows_unknown: bool,
    /// It has named the server.
    pub(crate) names_server: bool,
}

/// See the [module](self).
pub(crate) struct TlsStream {
    below: AnyStream,
    state: TlsState,
    /// Bytes that were read before the protocol was known to be TLS.
    first: Vec<u8>,
    /// Sealed bytes that are no whole record yet.
    incoming: Vec<u8>,
    /// Sealed bytes that the stream below did not take.
    outgoing: Vec<u8>,
    /// Where records end, for counting what the peer has acknowledged.
    records: Records,
    /// The last read may have left something.
    has_more: bool,
    /// The peer sends nothing more.
    has_ended: bool,
    /// The peer has named the server.
    names_server: bool,
    secured: Option<Secured>,
}

#[expect(
    clippy::large_enum_variant,
    reason = "nearly all streams are of the large one, and idle: a box of its own would round it up"
)]
enum TlsState {
    /// Nothing was looked at yet.
    New(Tls),
    /// The first message, which chooses the configuration, is not complete yet.
    Hello(Box<Hello>),
    Records(UnbufferedServerConnection),
    /// The peer has broken the protocol and was told so.
    Failed,
}

/// The result of opening sealed bytes.
struct OpenedBytes {
    /// Sealed bytes that are done with.
    used: usize,
    /// Plain bytes that they held.
    plain: usize,
}

impl fmt::Debug for TlsStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = f.debug_struct("TlsStream");
        fields.field("below", &self.below);
        fields
            .field("secured", &self.secured)
            .finish_non_exhaustive()
    }
}

impl TlsStream {
    /// Speaks TLS over a stream of which `first` was read already. Nothing is read or written
    /// before the first [`try_read`](Stream::try_read).
    pub(crate) fn new(below: AnyStream, first: Vec<u8>, tls: &Tls) -> Self {
        Self {
            below,
            state: TlsState::New(tls.clone()),
            first,
            incoming: Vec::new(),
            outgoing: Vec::new(),
            records: Records::default(),
            has_more: false,
            has_ended: false,
            names_server: false,
            secured: None,
        }
    }

    /// Reads from the stream below until there are plain bytes or it would block.
    fn read(&mut self, buffer: &mut [u8], chunk: &mut [u8]) -> io::Result<usize> {
        let mut first = std::mem::take(&mut self.first);
        if !first.is_empty() {
            self.take(&mut first, buffer)?;
        }
        for _ in 0..VAIN_READS_MAX {
            if self.has_ended {
                return Ok(0);
            }
            if matches!(self.state, TlsState::Failed) {
                return Err(broken());
            }
            let count = self.below.try_read(chunk)?;
            if count == 0 {
                // Many clients close without an alert; what they have sent counts all the same.
                self.has_ended = true;
                continue;
            }
            let plain = self.take(&mut chunk[..count], buffer)?;
            if plain > 0 {
                let is_last = self.has_ended || matches!(self.state, TlsState::Failed);
                self.has_more = count == chunk.len() || is_last || self.below.has_more();
                return Ok(plain);
            }
        }
        // Not `WouldBlock`: that would promise a wake when there is more.
        Err(io::ErrorKind::Interrupted.into())
    }

    /// Takes sealed bytes, and returns how many plain ones went into `buffer`.
    fn take(&mut self, new: &mut [u8], buffer: &mut [u8]) -> io::Result<usize> {
        if let TlsState::New(tls) = &self.state {
            self.state = TlsState::Hello(Box::new(Hello::new(tls)));
        }
        if let TlsState::Hello(hello) = &mut self.state {
            match hello.read(new) {
                Ok(None) => {}
                Ok(Some((connection, names_server))) => {
                    self.names_server = names_server;
                    self.state = TlsState::Records(connection);
                }
                Err(alert) => {
                    self.outgoing = alert;
                    self.state = TlsState::Failed;
                }
            }
        }
        let opened = if self.incoming.is_empty() {
            let opened = self.open(new, buffer)?;
            self.incoming.extend_from_slice(&new[opened.used..]);
            opened
        } else {
            let mut sealed = std::mem::take(&mut self.incoming);
            sealed.extend_from_slice(new);
            let opened = self.open(&mut sealed, buffer)?;
            self.incoming.extend_from_slice(&sealed[opened.used..]);
            opened
        };
        if self.incoming.len() > INCOMING_BYTES_MAX {
            self.state = TlsState::Failed;
        }
        // If the stream below is unusable, the next read or write reports it.
        let _ = self.flush();
        Ok(opened.plain)
    }

    /// Opens the records that are whole.
    fn open(&mut self, sealed: &mut [u8], buffer: &mut [u8]) -> io::Result<OpenedBytes> {
        let mut opened = OpenedBytes { used: 0, plain: 0 };
        let TlsState::Records(connection) = &mut self.state else {
            return Ok(opened);
        };
        loop {
            let status = connection.process_tls_records(&mut sealed[opened.used..]);
            let UnbufferedStatus { discard, state } = status;
            opened.used += discard;
            match state {
                Ok(ConnectionState::ReadTraffic(mut traffic)) => {
                    while let Some(record) = traffic.next_record() {
                        let record = record.map_err(io::Error::other)?;
                        opened.used += record.discard;
                        opened.plain += put(record.payload, &mut buffer[opened.plain..])?;
                    }
                }
                Ok(ConnectionState::EncodeTlsData(data)) => encode(data, &mut self.outgoing)?,
                Ok(ConnectionState::TransmitTlsData(data)) => data.done(),
                Ok(ConnectionState::PeerClosed) => self.has_ended = true,
                Ok(_) => break,
                Err(error) => {
                    tracing::debug!("a peer breaks TLS: {error}");
                    self.fail(&mut sealed[opened.used..]);
                    return Ok(opened);
                }
            }
        }
        if self.secured.is_none() && !connection.is_handshaking() {
            let chain = connection.peer_certificates().unwrap_or_default();
            let client_certificate = chain.first().and_then(ClientCertificate::proven);
            self.secured = Some(Secured {
                client_certificate,
                shows_unknown: !chain.is_empty() && client_certificate.is_none(),
                names_server: self.names_server,
            });
        }
        Ok(opened)
    }

    /// Queues the alert for what is wrong with these bytes.
    fn fail(&mut self, sealed: &mut [u8]) {
        let failed = std::mem::replace(&mut self.state, TlsState::Failed);
        let TlsState::Records(mut connection) = failed else {
            return;
        };
        // Only if something is left: otherwise rustls would look at the bytes again and panic.
        while connection.wants_write() {
            let state = connection.process_tls_records(sealed).state;
            let Ok(ConnectionState::EncodeTlsData(data)) = state else {
                return;
            };
            // Without the alert the peer sees an end all the same.
            let _ = encode(data, &mut self.outgoing);
        }
    }

    /// Lets `seal` make a record of plain bytes.
    fn with_traffic(
        &mut self,
        seal: impl FnOnce(&mut WriteTraffic<'_, ServerConnectionData>) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let TlsState::Records(connection) = &mut self.state else {
            return Err(broken());
        };
        loop {
            // rustls may want bytes that it has seen before, of a message that is still incomplete.
            let status = connection.process_tls_records(&mut self.incoming);
            let UnbufferedStatus { discard, state } = status;
            match state {
                Ok(ConnectionState::WriteTraffic(mut traffic)) => {
                    let sealed = seal(&mut traffic);
                    self.incoming.drain(..discard);
                    return sealed;
                }
                Ok(ConnectionState::EncodeTlsData(data)) => encode(data, &mut self.outgoing)?,
                Ok(ConnectionState::TransmitTlsData(data)) => data.done(),
                Ok(ConnectionState::PeerClosed) => self.has_ended = true,
                Ok(_) => return Err(broken()),
                Err(_) => {
                    self.state = TlsState::Failed;
                    return Err(broken());
                }
            }
            self.incoming.drain(..discard);
        }
    }

    /// Writes sealed bytes after those that wait, and keeps what is not taken.
    fn send(&mut self, sealed: &[u8]) -> io::Result<()> {
        let taken = match self.outgoing.is_empty() {
            true => match self.below.try_write(sealed) {
                Err(error) if is_temporary(&error) => 0,
                taken => taken?,
            },
            false => 0,
        };
        self.records.handle_taken(taken);
        self.outgoing.extend_from_slice(&sealed[taken..]);
        Ok(())
    }
}

impl Stream for TlsStream {
    /// `buffer` must be as long as what the peer may have sent before the handshake began, and as a
    /// record.
    fn try_read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.has_more = false;
        SCRATCH.with_borrow_mut(|scratch| self.read(buffer, &mut scratch[..CHUNK_BYTES]))
    }

    fn has_more(&self) -> bool {
        self.has_more
    }

    /// Counts the records that wait, as they are.
    fn unread(&self, buffer: &mut [u8]) -> usize {
        self.below.unread(buffer)
    }

    fn try_write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.flush()?;
        let bytes = &bytes[..bytes.len().min(PLAIN_BYTES_MAX)];
        SCRATCH.with_borrow_mut(|scratch| {
            let seal = |traffic: &mut WriteTraffic<'_, _>| {
                traffic.encrypt(bytes, scratch).map_err(io::Error::other)
            };
            let sealed = self.with_traffic(seal)?;
            self.send(&scratch[..sealed])
        })?;
        let below = &self.below;
        self.records
            .handle_sealed(bytes.len(), self.outgoing.len(), || below.unacknowledged());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        while !self.outgoing.is_empty() {
            match self.below.try_write(&self.outgoing) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                taken => {
                    let taken = taken?;
                    self.outgoing.drain(..taken);
                    self.records.handle_taken(taken);
                }
            }
        }
        self.outgoing = Vec::new();
        Ok(())
    }

    fn is_flushed(&self) -> bool {
        self.outgoing.is_empty()
    }

    fn shut_down_write(&mut self) {
        let mut sealed = [0; SEAL_BYTES_MAX];
        let closed = self.with_traffic(|traffic| {
            let sealed = traffic.queue_close_notify(&mut sealed);
            sealed.map_err(io::Error::other)
        });
        // A peer that takes nothing more, or before the handshake, only sees the end.
        if let Ok(count) = closed {
            let _ = self.send(&sealed[..count]);
        }
        self.below.shut_down_write();
    }

    fn secured(&self) -> Option<&Secured> {
        self.secured.as_ref()
    }

    fn unacknowledged(&self) -> Option<u64> {
        let below = self.below.unacknowledged()?;
        Some(self.records.unacknowledged(below))
    }

    fn forget_acknowledged(&mut self) {
        self.records.forget_all();
    }
}

fn put(plain: &[u8], buffer: &mut [u8]) -> io::Result<usize> {
    let place = buffer.get_mut(..plain.len()).ok_or_else(broken)?;
    place.copy_from_slice(plain);
    Ok(plain.len())
}

fn encode(mut data: EncodeTlsData<'_, ServerConnectionData>, out: &mut Vec<u8>) -> io::Result<()> {
    let start = out.len();
    if let Err(EncodeError::InsufficientSize(wanted)) = data.encode(&mut []) {
        out.resize(start + wanted.required_size, 0);
        data.encode(&mut out[start..]).map_err(io::Error::other)?;
    }
    Ok(())
}

fn is_temporary(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}

fn broken() -> io::Error {
    io::ErrorKind::InvalidData.into()
}
