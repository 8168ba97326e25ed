//! The configuration: whatever stands in the file or the environment is read or refused with a
//! reason, and what is read has the least that the server can work with.

use chinwag_server::config::Config;

use crate::engine;

#[test]
fn files() {
    engine::run("config", |bytes| {
        let file = String::from_utf8_lossy(bytes);
        match Config::read(Some(&file), [], Default::default()) {
            Ok(config) => {
                let again = Config::read(Some(&file), [], Default::default());
                assert!(again.is_ok_and(|again| again == config));
                assert!(config.limits.people_max >= 1 && config.limits.line_bytes_max >= 64);
            }
            Err(error) => assert!(!error.to_string().trim().is_empty()),
        }
    });
}

#[test]
fn variables() {
    engine::run("variable", |bytes| {
        let typed = String::from_utf8_lossy(bytes);
        let (name, value) = typed.split_once('=').unwrap_or((&typed, ""));
        let variable = (format!("CHINWAG_{name}"), value.to_owned());
        if let Err(error) = Config::read(None, [variable], Default::default()) {
            assert!(!error.to_string().trim().is_empty());
        }
    });
}
