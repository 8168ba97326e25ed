//! No password goes over a connection that is in the clear though nobody has asked for that.

use super::*;

const ASKED: &str = "Enter your username: ";

fn exposed() -> Bench {
    let mut bench = Bench::new(SessionOptions {
        login: String::new(),
        is_attended: true,
        commands: true,
        withholds_passwords: true,
        ..options()
    });
    bench.hears(ASKED).does(&[show(ASKED)]);
    bench
}

fn withheld() -> Action {
    Action::Tell(Note::Withheld)
}

#[test]
fn a_name_that_is_registered_is_not_asked_for_its_password() {
    let mut bench = exposed();
    bench.push("lee").does(&[send("lee")]);
    let registered =
        "\"lee\" is registered. If it is yours, type lee#password; or choose another.\n";
    bench.hears(registered).hears(ASKED);
    bench.does(&[show(registered), withheld(), show(ASKED)]);
    assert_eq!(bench.session.secret(), None);
    bench.push("lee#s3cret").does(&[withheld(), show(ASKED)]);
    bench.push("app").does(&[send("app")]);
    bench.hears(WELCOME).hears(CODE).hears(ECHO_IS_ON);
    bench.does(&[show(WELCOME), send("/echo on"), show(CODE)]);
    for line in [
        "/claim s3cret",
        "/nick lee#s3cret",
        "lee#s3cret",
        "/passwd a b",
    ] {
        bench.push(line).does(&[withheld()]);
    }
    bench.push("hi").does(&[send("hi")]);
    assert_eq!(bench.session.tally().waiting, 1);
}

#[test]
fn a_server_that_asks_for_its_own_is_left() {
    let mut bench = exposed();
    bench.hears("Server password: ");
    let Some(Action::HangUp) = bench.session.poll_action() else {
        panic!("it stays");
    };
    assert!(matches!(
        bench.session.poll_action(),
        Some(Action::End(End::Refused(reason))) if reason.contains("--no-tls")
    ));
}
