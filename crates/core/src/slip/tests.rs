//! Lines that would show a secret, and lines like them that would not.

use super::*;

#[track_caller]
fn check(line: &str, expected: bool) {
    let me = Name::parse("lee").expect("a name");
    let state = |name: &Name| match name.as_str().to_ascii_lowercase().as_str() {
        "ann" => NameState::InUse,
        "kim" => NameState::Registered,
        _ => NameState::Free,
    };
    assert_eq!(shows_secret(line, || Some(&me), state), expected, "{line}");
}

#[test]
fn a_name_with_a_password() {
    check("lee#s3cret", true);
    check("  Lee#correct horse battery ", true);
    check("lee#1", true);
    check("\u{200b}lee#s3cret", true);
    check("\u{200e}\u{ad}ann#s3cret\u{fe0f}", true);
    check("ann#s3cret", true);
    check(" Ann#1234567", true);
    check("lee#", false);
    check("ann#", false);
    check("lee", false);
    check("lee # 3", false);
    check("bug#4711", false);
    check("Array#map", false);
    check("ann#s3cret was a bad idea", false);
    check("kim#correct horse battery", true);
    check("kim#s3cret was a bad idea", true);
    check("kim#4711 is mended", false);
    check("kim#12345", false);
    check("kim#123456", true);
    check("see lee#3", false);
    check("see:lee#x", false);
    check("#lobby", false);
    check("lee: #3", false);
}

#[test]
fn a_name_and_a_password_with_a_blank_beside_the_hash() {
    check("lee #s3cret", true);
    check("Lee# s3cret", true);
    check("kim  #s3cret", true);
    check("kim# s3cret ", true);
    check("ann #s3cret", false);
    check("kim #dev", false);
    check("kim #4711", false);
    check("kim # 3", false);
    check("kim #s3cret was a bad idea", false);
    check("bob #s3cret", false);
    check("C# 12", false);
}

#[test]
fn a_command_with_a_secret_behind_a_blank() {
    check(" /claim s3cret", true);
    check("\t/Login lee s3cret", true);
    check(" /passwd s3cret", true);
    check(" /unclaim s3cret", true);
    check(" /resume K7Q2-9MXP", true);
    check(" /nick lee#s3cret", true);
    check(" /nick lee", false);
    check(" /claim", false);
    check(" /claims of victory", false);
    check(" /who", false);
    check("what does /claim x do?", false);
}

#[test]
fn a_command_without_its_slash() {
    check("claim s3cret", true);
    check("LOGIN lee s3cret", true);
    check("passwd old n3w", true);
    check("resume K7Q2-9MXP", true);
    check("op K7Q2-9MXP", true);
    check("nick lee#s3cret", true);
    check("nick lee", false);
    check("claim victory!", false);
    check("pass 12/12", false);
    check("PASS src/App.test.js", false);
    check("register by 5 pm today", false);
    check("claim", false);
}

#[test]
fn a_password_of_several_words() {
    check("login kim correct horse", true);
    check("Login lee letters", true);
    check("identify kim correct horse battery", true);
    check("claim correct horse battery", true);
    check("claim s3cret horse battery", true);
    for line in [
        "login bob correct horse",
        "login kim",
        "login page broken again",
        "login kim is broken",
        "login lee failed on web",
        "claim victory",
        "claim free pizza",
        "claim your free pizza",
        "claim the prize before noon",
        "claim denied, try again",
        "claim form is in the mail",
        "claims correct horse battery",
        "passwd file world readable",
        "unclaim correct horse battery",
        "identify yourself please",
        "register early bird tickets",
    ] {
        check(line, false);
    }
    let kim = Name::parse("kim").expect("a name");
    let of_kim = |line: &str| shows_secret(line, || Some(&kim), |_| NameState::Registered);
    for line in [
        "passwd old correct horse battery",
        "passwd s3cret correct horse battery",
        "unclaim correct horse",
    ] {
        assert!(of_kim(line), "{line}");
    }
    for line in [
        "passwd is broken",
        "passwd letters",
        "claim correct horse battery",
    ] {
        assert!(!of_kim(line), "{line}");
    }
}

#[test]
fn a_command_behind_another_sign() {
    check("\\claim letters", true);
    check("\\nick lee#s3cret", true);
    check("\\msg nickserv identify letters", true);
    check("\\claim", false);
    check("\\frac 1/2", false);
    check(".claim s3cret", true);
    check(" .login lee s3cret", true);
    check(".identify s3cret!", true);
    check(".claim victory!", false);
    check(".op ann2", false);
    check(".register Ann3", false);
    check("./login s3cret", false);
    check("...claim 4 seats", false);
    check(".é s3cret", false);
    check("!claim s3cret", false);
}

#[test]
fn ones_own_name_and_a_password() {
    check("lee s3cret", true);
    check(" Lee  passw0rd! ", true);
    check("lee letters", false);
    check("lee 123456", false);
    check("lee v2beta is out", false);
    check("lee a1b", false);
    check("lee src/main2.rs", false);
    check("lee: s3cret", false);
    check("kim s3cret", false);
    check("bob s3cret", false);
}

#[test]
fn a_code_alone() {
    check("K7Q2-9MXP", true);
    check(" K7Q2-9MXP", true);
    check("q96k-zwwh", true);
    check("Q96KZWWH", true);
    check("well-kept", false);
    check("pavel256", false);
    check("SPARTANS", false);
    check("28437659", false);
    check("2345-6789", false);
    check("K7Q2-9MXP is what I see", false);
}

#[test]
fn an_object_of_a_program() {
    check(r#"{"hello":{"name":"x","password":"y"}}"#, true);
    check(r#" { "id": 1, "claim": {"password": "y"}}"#, true);
    check(r#"{"join":{"room":"x","password":"y"}}"#, true);
    check(r#"{"resume":{"code":"K7Q2-9MXP"}}"#, true);
    check(r#"{"passwd":{"old":"x","new":"y"}}"#, true);
    check(r#"{"hello":{"name":"x"}}"#, false);
    check(r#"{"say":{"text":"the password"}}"#, false);
    check(r#"{"level":"info","password":"***"}"#, false);
    check("{} is an object", false);
}

#[test]
fn a_code_behind_a_word() {
    let code = "K7Q2-9MXP".parse().ok();
    for line in ["K7Q2-9MXP", "/resume k7q29mxp ", "code: K7Q2-9MXP"] {
        assert_eq!(code_in(line), code, "{line}");
    }
    for line in ["my code is K7Q2-9MXP", "K7Q2-9MXP it is", "hello", ""] {
        assert_eq!(code_in(line), None, "{line}");
    }
}

#[test]
fn a_command_that_is_pasted_where_it_is_none() {
    check("/claim s3cret", true);
    check("//claim s3cret", false);
    check("/oper ann s3cret", true);
    check("/msg NickServ IDENTIFY s3cret", true);
    check("/quote PASS s3cret", true);
    check("ns identify ann s3cret", true);
    check("PRIVMSG NickServ :IDENTIFY s3cret", true);
    check("PRIVMSG NickServ :IDENTIFY letters", true);
    check("nickserv register letters", true);
    check("nickserv identify", false);
    check("privmsg #lobby :hello, 4711", false);
    check("msg me when 4711 is done", false);
    check("raw numbers: 1, 2", false);
}

#[test]
fn a_command_to_the_services_of_irc() {
    check("GHOST ann s3cret", true);
    check("/ghost ann letters", true);
    check("REGAIN ann s3cret", true);
    check("/ghost ann", false);
    check("ghost in the machine", false);
    check("ghost 4", false);
    check("release 1.2 today", false);
    check("nickserv release ann letters", true);
    check("REGISTER * * letters", true);
    check("REGISTER ann ann@example.org letters", true);
    check("register with ann@example.org before noon", false);
    check("/msg NickServ@services IDENTIFY letters", true);
    check("/msg nickserv@localhost :ghost ann letters", true);
    check("NickServ: IDENTIFY letters", true);
    check("nickserv, identify letters", true);
    check("NickServ: hello", false);
    check("/squery nickserv identify letters", true);
    check("SQUERY NickServ :IDENTIFY letters", true);
    check("/notice nickserv identify letters", true);
    check("notice the 4 commas", false);
}

#[test]
fn a_command_of_a_client_that_logs_in() {
    check("AUTHENTICATE AGFubgBzM2NyZXQ=", true);
    check("AUTHENTICATE AGFubgBz/M2NyZXQ", true);
    check("/authenticate AGFubgBzM2NyZXQ=", true);
    check("AUTHENTICATE PLAIN", false);
    check("AUTHENTICATE EXTERNAL", false);
    check("AUTHENTICATE SCRAM-SHA-256", false);
    check("authenticate yourself", false);
    check("@label=1 PASS letters", true);
    check("@label=1;+x=y :AUTHENTICATE AGFubgBzM2NyZXQ=", true);
    check("@label=1 PRIVMSG #dev :hello", false);
    check("@ann pass me the salt", false);
}
