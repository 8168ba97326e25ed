//! First bytes, and what they are known as, and when.

use super::*;
use chinwag_core::Name;
use proptest::prelude::*;
use std::string::String;
use std::vec::Vec;

/// Checks the whole of `bytes`, and that nothing is decided before byte `after`.
#[track_caller]
fn check(bytes: &[u8], after: usize, expected: Protocol) {
    for n in 0..=bytes.len() {
        let expected = if n < after {
            Sniffed::NeedMore
        } else {
            Sniffed::Is(expected)
        };
        assert_eq!(
            sniff(&bytes[..n], Spoke::First),
            expected,
            "{}",
            bytes[..n].escape_ascii()
        );
    }
}

#[test]
fn protocols_are_known_by_their_first_words() {
    check(b"\x16\x03\x01\x02\x00\x01", 2, Protocol::Tls);
    check(b"SSH-2.0-OpenSSH_9.2\r\n", 4, Protocol::Ssh);
    check(b"GET / HTTP/1.1\r\n", 5, Protocol::Http);
    check(b"GET http://h/ HTTP/1.1\r\n", 9, Protocol::Http);
    check(b"HEAD /x HTTP/1.1\r\n", 6, Protocol::Http);
    check(b"POST /say HTTP/1.1\r\n", 6, Protocol::Http);
    check(b"PUT /x HTTP/1.1\r\n", 5, Protocol::Http);
    check(b"PATCH /x HTTP/1.1\r\n", 7, Protocol::Http);
    check(b"DELETE /x HTTP/1.1\r\n", 8, Protocol::Http);
    check(b"OPTIONS * HTTP/1.1\r\n", 9, Protocol::Http);
    check(b"OPTIONS https://h/ HTTP/1.1\r\n", 14, Protocol::Http);
    check(b"CONNECT h:443 HTTP/1.1\r\n", 9, Protocol::Http);
    check(b"CONNECT [::1]:443 HTTP/1.1\r\n", 9, Protocol::Http);
    check(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 11, Protocol::Http);
    check(b"NICK megumin\r\n", 5, Protocol::Irc);
    check(b"user m 0 * :M\r\n", 5, Protocol::Irc);
    check(b"CAP LS 302\r\n", 4, Protocol::Irc);
    check(b"Pass secret\r\n", 5, Protocol::Irc);
    check(b"JOIN #lobby\r\n", 6, Protocol::Irc);
    check(b"PRIVMSG bob :hi\r\n", 8, Protocol::Irc);
    check(b"PING 1\r\n", 5, Protocol::Irc);
    check(b"MODE #lobby +m\n", 6, Protocol::Irc);
    check(b"AUTHENTICATE PLAIN\r\n", 13, Protocol::Irc);
    check(b"WEBIRC pw cgi host 192.0.2.7\r\n", 7, Protocol::Irc);
    check(b"PASS\r\n", 6, Protocol::Irc);
    check(b"NICK\n", 5, Protocol::Irc);
    check(b"STARTTLS\r\n", 10, Protocol::Irc);
    check(b"VERSION\n", 8, Protocol::Irc);
    check(b"PING\n", 5, Protocol::Irc);
    check(b"@time=12 NICK megumin\r\n", 14, Protocol::Irc);
    check(b"@+a;b=c   USER m 0 * :M\r\n", 15, Protocol::Irc);
    check(b"{\"hello\":{\"name\":\"deploy\"}}\n", 1, Protocol::Json);
    check(b"\xef\xbb\xbf{}\n", 4, Protocol::Json);
    check(
        b"PROXY TCP4 192.0.2.7 192.0.2.1 5 6\r\n",
        6,
        Protocol::Proxy,
    );
    check(b"PROXY UNKNOWN\r\n", 6, Protocol::Proxy);
}

#[test]
fn a_health_check_of_a_proxy_is_known() {
    let local = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
    check(local, 12, Protocol::Proxy);
}

#[test]
fn any_method_is_known_by_its_first_line() {
    check(b"PROPFIND /x HTTP/1.1\r\n", 17, Protocol::Http);
    check(b"M-SEARCH * HTTP/1.1\r\n", 16, Protocol::Http);
    check(b"get / HTTP/1.0\r\n", 11, Protocol::Http);
    check(b"TRACE http://h/ HTTP/1.1\r\n", 21, Protocol::Http);
    check(b"GET index.html HTTP/1.0\r\n", 20, Protocol::Http);
    check(b"hello / HTPP\n", 11, Protocol::Plain);
    check(b"hello  HTTP/1.1\n", 7, Protocol::Plain);
    check(b"hello there all\n", 13, Protocol::Plain);
    check(b"hello there\n", 12, Protocol::Plain);
}

#[test]
fn a_name_is_plain_from_the_byte_that_makes_it_one() {
    check(b"megumin\n", 8, Protocol::Plain);
    check(b"megumin\r\n", 8, Protocol::Plain);
    check(b"\r\0\r\0/", 5, Protocol::Plain);
    check(b"\r\nhello\r\n", 8, Protocol::Plain);
    check(b"\nlee#pass\n", 5, Protocol::Plain);
    check(b" \n\t lee#pass\n", 5, Protocol::Plain);
    check(b" {\n", 2, Protocol::Plain);
    check(b"\xff\xfd\x01lee\n", 7, Protocol::Plain);
    check(b"\xff\xfe\x01lee", 4, Protocol::Plain);
    check("ルーム\n".as_bytes(), 1, Protocol::Plain);
    check("\u{feff}lee\n".as_bytes(), 7, Protocol::Plain);
    check(b"Get\n", 4, Protocol::Plain);
    check(b"GET\n", 4, Protocol::Plain);
    check(b"GETTY\n", 6, Protocol::Plain);
    check(b"GET help\n", 9, Protocol::Plain);
    check(b"OPTIONS\r\n", 8, Protocol::Plain);
    check(b"CONNECT \n", 9, Protocol::Plain);
    check(b"POSTMAN\n", 8, Protocol::Plain);
    check(b"nick\n", 5, Protocol::Plain);
    check(b"Nicky\n", 6, Protocol::Plain);
    check(b"passer\n", 7, Protocol::Plain);
    check(b"JOIN\n", 5, Protocol::Plain);
    check(b"Join #lobby\n", 12, Protocol::Plain);
    check(b"WHO\n", 4, Protocol::Plain);
    check(b"PROXY\n", 6, Protocol::Plain);
    check(b"webirc\n", 7, Protocol::Plain);
    check(b"@lee\n", 5, Protocol::Plain);
    check(b"@lee hello\n", 6, Protocol::Plain);
    check(b"SSHD\n", 5, Protocol::Plain);
    check(b"lee#pass / HTTP/1.1\n", 4, Protocol::Plain);
    check(b"HELP\nhi\n", 6, Protocol::Plain);
    check(b"help\r\n", 5, Protocol::Plain);
    check(b"HELPER\r\n", 7, Protocol::Plain);
    check(b"\x16\x04", 2, Protocol::Plain);
    check(b"\x7flee\n", 2, Protocol::Plain);
    check(b"\x1b[A", 2, Protocol::Plain);
    check(b"/resume K7Q2-9MXP\n", 1, Protocol::Plain);
}

#[test]
fn utf16_is_known_by_its_mark_or_its_nuls() {
    check(b"\xfe\xff\0b\0o\0t", 2, Protocol::Utf16);
    check(b"\xff\xfeb\0o\0t\0", 4, Protocol::Utf16);
    check(b"\xff\xfe\x1a\x04\x30\x04", 4, Protocol::Utf16);
    check(b"\xff\xfe\r\0\n\0", 4, Protocol::Utf16);
    check(b"b\0o\0t\0\r\0\n\0", 4, Protocol::Utf16);
    check(b"\0b\0o\0t", 4, Protocol::Utf16);
}

/// Empty lines say nothing, and what comes behind them must not be said either.
#[test]
fn protocols_are_known_behind_empty_lines() {
    for (bytes, protocol) in [
        (&b"{\"hello\":{}}"[..], Protocol::Json),
        (b"GET / HTTP/1.1\r\n", Protocol::Http),
        (b"PROPFIND /x HTTP/1.1\r\n", Protocol::Http),
        (b"NICK ann\r\n", Protocol::Irc),
        (b"SSH-2.0-x\r\n", Protocol::Ssh),
        (b"PROXY TCP4 192.0.2.7", Protocol::Proxy),
        (b"\x16\x03\x01", Protocol::Tls),
        (b"HELP\r\n", Protocol::Probe),
        (b"\0\x1e\0\x06", Protocol::Probe),
    ] {
        for empty in ["\n", "\r\n", "\r\0", "\r\n\r\n", " \t\r\n", "\u{feff}\n"] {
            let bytes = [empty.as_bytes(), bytes].concat();
            for spoke in [Spoke::First, Spoke::Greeted] {
                let found = sniff(&bytes, spoke);
                assert_eq!(found, Sniffed::Is(protocol), "{}", bytes.escape_ascii());
            }
            assert!(!is_tls(&bytes));
        }
    }
    assert_eq!(sniff_packet(b"\n"), Some(Protocol::Plain));
    assert_eq!(sniff_packet(b"\r\n\r\n"), Some(Protocol::Probe));
    for bytes in ["", "\n\n", "\r\n", "\r\n\r\nann", "ann\n"] {
        assert_eq!(sniff_packet(bytes.as_bytes()), None);
    }
}

/// From nmap-service-probes, and what else is seen on open ports.
#[test]
fn probes_are_known() {
    check(b"HELP\r\n", 6, Protocol::Probe);
    check(b"stats\r\n", 7, Protocol::Probe);
    check(b"ver\r\n", 5, Protocol::Probe);
    check(b"NXSH-5.6.7\n", 11, Protocol::Probe);
    check(b"EHLO mail.example.org\r\n", 5, Protocol::Probe);
    check(b"STLS\r\n", 6, Protocol::Probe);
    check(b"AUTH TLS\r\n", 10, Protocol::Probe);
    check(b"AUTH TLD\n", 9, Protocol::Plain);
    check(b"a001 CAPABILITY\r\n", 17, Protocol::Probe);
    check(b". STARTTLS\r\n", 12, Protocol::Probe);
    check(b"a CAPITAL\n", 10, Protocol::Plain);
    check(b"CONNECT\naccept-version:1.2\n\n\0", 23, Protocol::Probe);
    check(b"CONNECT\nall\n", 10, Protocol::Plain);
    check(b"init\noff all\n", 13, Protocol::Probe);
    check(b"init\nhello\n", 6, Protocol::Plain);
    check(b"HELP\n\n\0", 7, Protocol::Probe);
    check(b"TVNM1   \r", 9, Protocol::Probe);
    check(b"MGLNDD_192.0.2.7_8989\n", 7, Protocol::Probe);
    check(b"MGLNDD\n", 7, Protocol::Plain);
    check(b"OPTIONS sip:nm SIP/2.0\r\n", 19, Protocol::Probe);
    check(b"DESCRIBE / RTSP/1.0\r\n", 16, Protocol::Probe);
    check(b"\0\0\0\xa4\xffSMB", 2, Protocol::Probe);
    check(b"\0\x1e\0\x06\x01\0\0\x01", 2, Protocol::Probe);
    check(b"\x01default\n", 1, Protocol::Probe);
    check(b"\x03\0\0\x0b\x06\xe0\0", 2, Protocol::Probe);
    check(b"\x05\x04\0\x01\x02\x80", 1, Protocol::Probe);
    check(b"\x80\0\0\x28\x72\xfe", 2, Protocol::Probe);
    check(b"\x80\x9e\x01\x03\x01", 2, Protocol::Plain);
    check(b"l\0\x0b\0\0\0", 3, Protocol::Probe);
    check(b"0\x0c\x02\x01\x01\x60", 2, Protocol::Probe);
    check(b"GIOP\x01\0\x01\0", 5, Protocol::Probe);
}

/// What asks ZooKeeper, clamd, memcached or an agent how it is. A script may be called `stat`.
#[test]
fn health_checks_are_known() {
    check(b"ruok\n", 5, Protocol::Probe);
    check(b"mntr\r\n", 6, Protocol::Probe);
    check(b"nPING\n", 6, Protocol::Probe);
    check(b"zPING\0", 6, Protocol::Probe);
    check(b"version\r\n", 9, Protocol::Probe);
    check(b"agent.ping\n", 11, Protocol::Probe);
    check(b"ruok2\n", 6, Protocol::Plain);
    check(b"stat\nhello\n", 5, Protocol::Plain);
    check(b"version\nhello\n", 8, Protocol::Plain);
    check(b"nPING hello\n", 12, Protocol::Plain);
    for word in probe::UNENDED {
        let at_once = sniff_silent(word, Spoke::First);
        assert_eq!(at_once, Protocol::Probe, "{}", word.escape_ascii());
        let typed = sniff_silent(word, Spoke::Greeted);
        assert_eq!(typed, Protocol::Plain, "{}", word.escape_ascii());
    }
}

/// They would be refused as UTF-16, for their NUL.
#[test]
fn a_nul_of_another_protocol_is_no_utf16() {
    check(b"<policy-file-request/>\0", 22, Protocol::Probe);
    check(b"<policy>\n", 8, Protocol::Plain);
    check(b"\xf9\xbe\xb4\xd9version\0\0\0\0\0", 4, Protocol::Probe);
    check(b"\xfa\xbf\xb5\xdaversion\0", 4, Protocol::Probe);
    check(b"\xf9ber\n", 2, Protocol::Plain);
    assert_eq!(sniff_silent(b"\0", Spoke::First), Protocol::Probe);
}

#[test]
fn options_of_telnet_are_nothing_said() {
    let options = b"\xff\xfb\x1f\xff\xfa\x1f\0\xff\xff\0\x18\xff\xf0\xff\xfd\x03\xff\xfe\x01";
    for spoke in [Spoke::First, Spoke::Greeted] {
        for n in 1..=options.len() {
            assert!(is_telnet_alone(&options[..n]), "{n}");
            assert_eq!(sniff(&options[..n], spoke), Sniffed::NeedMore, "{n}");
        }
        for (line, protocol) in [
            (&b"ann\r\n"[..], Protocol::Plain),
            (b"NICK ann\r\n", Protocol::Irc),
            (b"{\"hello\":{}}\n", Protocol::Json),
            (b"GET / HTTP/1.1\r\n", Protocol::Http),
        ] {
            let typed = [options.as_slice(), line].concat();
            assert!(!is_telnet_alone(&typed));
            assert_eq!(after_telnet(&typed), line);
            assert_eq!(sniff(&typed, spoke), Sniffed::Is(protocol));
        }
    }
    for said in [
        b"".as_slice(),
        b"a",
        b"\xff\xf4",
        b"\xff\xfe\x01",
        b"\xff\xfb\r\n",
    ] {
        assert!(!is_telnet_alone(said), "{}", said.escape_ascii());
    }
}

#[test]
fn silence_decides_too() {
    for (bytes, expected) in [
        (b"\r\n\r\n".as_slice(), Protocol::Probe),
        (b"\r\n\r\n\0\r\n", Protocol::Probe),
        (b"\r\r", Protocol::Probe),
        (b"\r\n", Protocol::Plain),
        (b"\r", Protocol::Plain),
        (b"\n", Protocol::Plain),
        (b"\n\n", Protocol::Plain),
        (b"\nhello", Protocol::Plain),
        (b"JDWP-Handshake", Protocol::Probe),
        (b"JDWP-Handshaker", Protocol::Plain),
        (b"", Protocol::Plain),
        (b"GET", Protocol::Plain),
        (b"megumin", Protocol::Plain),
        (b"HELP\r", Protocol::Plain),
        (b"{", Protocol::Json),
    ] {
        assert_eq!(
            sniff_silent(bytes, Spoke::First),
            expected,
            "{}",
            bytes.escape_ascii()
        );
    }
}

#[test]
fn after_the_greeting_only_what_a_person_types_is_plain() {
    for (bytes, expected) in [
        (b"HELP\r\n".as_slice(), Protocol::Plain),
        (b"SSH-7\n", Protocol::Plain),
        (b"SSH-\n", Protocol::Plain),
        (b"SSH--x\n", Protocol::Plain),
        (b"SSH-2.0-Go\r\n\0\0\x01\x2c", Protocol::Ssh),
        (b"SSH-1.99-OpenSSH_3\n", Protocol::Ssh),
        (b"\r\n", Protocol::Plain),
        (b"\r\n\r\n", Protocol::Plain),
        (b"ann\r\n", Protocol::Plain),
        (b"b\0o\0b\0\r\0\n\0", Protocol::Plain),
        (b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", Protocol::Proxy),
        (b"{\"hello\":{}}\n", Protocol::Json),
        (b"@time=12 NICK megumin\r\n", Protocol::Irc),
        (b"PROPFIND /x HTTP/1.1\r\n", Protocol::Http),
        (b"\x16\x03\x01", Protocol::Tls),
        (b"DESCRIBE / RTSP/1.0\r\n", Protocol::Probe),
        (b"EHLO mail.example.org\r\n", Protocol::Probe),
        (b". CAPABILITY\r\n", Protocol::Probe),
        (b"CAPABILITIES\r\n", Protocol::Probe),
        (b"STLS\r\n", Protocol::Probe),
        (b"MGLNDD_192.0.2.7_8989\n", Protocol::Probe),
        (b"\0\x1e\0\x06\x01\0\0\x01", Protocol::Probe),
    ] {
        let found = sniff_silent(bytes, Spoke::Greeted);
        assert_eq!(found, expected, "{}", bytes.escape_ascii());
    }
}

#[test]
fn what_is_turned_away_is_told_in_its_own_words() {
    let body = |answer: &'static [u8]| {
        let answer = core::str::from_utf8(answer).expect("text");
        answer.split_once("\r\n\r\n").expect("a body").1.len()
    };
    assert_eq!(body(Protocol::Http.refusal()), 52);
    assert_eq!(body(Protocol::Http.refusal_in_the_clear()), 72);
    for protocol in [
        Protocol::Ssh,
        Protocol::Proxy,
        Protocol::Utf16,
        Protocol::Probe,
    ] {
        assert!(protocol.refusal().ends_with(b"\n"), "{protocol:?}");
    }
}

/// Names that a client which speaks first cannot have (see the [module](super)).
fn is_documented(line: &str) -> bool {
    line.starts_with(SSH_TEXT)
        || line.trim_start().contains(' ')
        || probe::WORDS.contains(&line.as_bytes())
        || probe::FOREIGN
            .iter()
            .any(|word| line.as_bytes().starts_with(word))
}

/// What an SSH client says first.
const SSH_TEXT: &str = "SSH-";

/// Text that is like a protocol's.
fn first_bytes() -> impl Strategy<Value = Vec<u8>> {
    const PARTS: [&[u8]; 26] = [
        b"GET",
        b"get",
        b"OPTIONS",
        b"CONNECT",
        b"PRI",
        b"NICK",
        b"webirc",
        b"PROXY",
        b"SSH-",
        b"HELP",
        b"stats",
        b" ",
        b" ",
        b"/",
        b"*",
        b"HTTP/",
        b"SIP/",
        b"\r\n",
        b"\n",
        b"\0",
        b"@t=1",
        b"{",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xfe\xff",
        b"\x16\x03",
    ];
    let part = prop_oneof![
        8 => prop::sample::select(PARTS.as_slice()).prop_map(<[u8]>::to_vec),
        2 => "[a-zA-Z#-]{1,4}".prop_map(String::into_bytes),
        1 => any::<u8>().prop_map(|byte| [byte].to_vec()),
    ];
    prop::collection::vec(part, 0..10).prop_map(|parts| parts.concat())
}

proptest! {
    /// So that it does not matter how the network splits the bytes.
    #[test]
    fn a_decision_stands(
        bytes in first_bytes(),
        padding in 0_usize..600,
        spoke in prop::sample::select([Spoke::First, Spoke::Greeted].as_slice()),
    ) {
        let bytes = [bytes, [b'x'].repeat(padding)].concat();
        let decided = (0..=bytes.len()).map(|n| sniff(&bytes[..n], spoke));
        let mut decided = decided.skip_while(|sniffed| *sniffed == Sniffed::NeedMore);
        if let Some(first) = decided.next() {
            prop_assert!(decided.all(|later| later == first));
        } else {
            prop_assert!(bytes.len() < SNIFF_BYTES_MAX);
        }
    }

    #[test]
    fn a_name_is_never_another_protocol(
        name in "[a-zA-Zλéル][a-zA-Z0-9._λéル-]{0,12}",
        secret in "(#[!-~]{1,12}( [!-~]{1,8})?)?",
        end in "\r\n|\n|\r|\r\0",
    ) {
        prop_assume!(Name::parse(&name).is_ok());
        let line = std::format!("{name}{secret}{end}");
        if !is_documented(&std::format!("{name}{end}")) {
            prop_assert_eq!(sniff(line.as_bytes(), Spoke::First), Sniffed::Is(Protocol::Plain));
        }
    }

    #[test]
    fn a_request_is_known_whatever_its_method(
        method in "[A-Za-z!$%&'*+.^_`|~-]{1,16}",
        target in "[!-~]{1,40}",
    ) {
        let known = ["NICK", "USER", "CAP", "PASS", "WEBIRC", "PROXY"];
        prop_assume!(!known.iter().any(|word| word.eq_ignore_ascii_case(&method)));
        prop_assume!(!method.starts_with(SSH_TEXT));
        let line = std::format!("{method} {target} HTTP/1.1\r\n");
        prop_assert_eq!(sniff(line.as_bytes(), Spoke::First), Sniffed::Is(Protocol::Http));
    }
}
