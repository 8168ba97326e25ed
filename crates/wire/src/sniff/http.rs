//! HTTP requests, by their first line.
//!
//! With a well-known method the first bytes of the target are enough. Any other token may be a
//! method too (RFC 9110, section 9.1), so such a request is only certain by its version.

use super::{Fit, fit, fit_any, line_end};

/// A request method and its space, and how its targets begin (RFC 9112, section 3.2).
type Method = (&'static [u8], &'static [&'static [u8]]);

const TARGETS: &[&[u8]] = &[b"/", b"http:", b"https:"];

const METHODS: &[Method] = &[
    (b"GET ", TARGETS),
    (b"HEAD ", TARGETS),
    (b"POST ", TARGETS),
    (b"PUT ", TARGETS),
    (b"PATCH ", TARGETS),
    (b"DELETE ", TARGETS),
    (b"OPTIONS ", &[b"*", b"/", b"http:", b"https:"]),
];

/// The one method whose target is a host and a port.
const CONNECT: &[u8] = b"CONNECT ";

pub(super) fn fit_known_method(bytes: &[u8]) -> Fit {
    let requests = METHODS.iter().map(|method| fit_request(bytes, *method));
    fit_any(requests).max(fit_connect(bytes))
}

fn fit_request(bytes: &[u8], (method, targets): Method) -> Fit {
    match bytes.strip_prefix(method) {
        Some(target) => fit_any(targets.iter().map(|pattern| fit(target, pattern))),
        None => fit(bytes, method),
    }
}

fn fit_connect(bytes: &[u8]) -> Fit {
    match bytes.strip_prefix(CONNECT) {
        Some([]) => Fit::SoFar,
        Some([first, ..]) if first.is_ascii_alphanumeric() || *first == b'[' => Fit::Yes,
        Some(_) => Fit::No,
        None => fit(bytes, CONNECT),
    }
}

/// `METHOD SP target SP version`, for versions that begin like one of these.
pub(super) fn fit_request_line(bytes: &[u8], versions: &[&[u8]]) -> Fit {
    let end = line_end(bytes);
    let line = &bytes[..end.unwrap_or(bytes.len())];
    let mut words = line.splitn(3, |byte| *byte == b' ');
    let [method, target, version] = [words.next(), words.next(), words.next()];
    if !method.is_none_or(|word| word.iter().all(is_token)) || line.starts_with(b" ") {
        return Fit::No;
    }
    if !target.is_none_or(|word| word.iter().all(|byte| *byte > b' ' && *byte != 0x7f)) {
        return Fit::No;
    }
    let fit = match (target, version) {
        (Some([]), Some(_)) => Fit::No,
        (_, Some(version)) => fit_any(versions.iter().map(|pattern| fit(version, pattern))),
        (_, None) => Fit::SoFar,
    };
    match (fit, end) {
        (Fit::SoFar, Some(_)) => Fit::No,
        (fit, _) => fit,
    }
}

/// A byte of a token (RFC 9110, section 5.6.2), except for `#`: no method has it, and
/// `NAME#PASSWORD` does.
pub(super) fn is_token(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!$%&'*+-.^_`|~".contains(byte)
}
