//! The configuration: whatever stands in the file or the environment is read or refused with a
//! reason, and what is read has the least that the server can work with.

use chinwag_server::config::{Config, Machine, RawConfig};

use crate::engine;

#[test]
fn files() {
    engine::run("config", |bytes| {
        let file = String::from_utf8_lossy(bytes);
        match Config::from_file(&file) {
            Ok(config) => {
                assert_eq!(Config::from_file(&file), Ok(config.clone()));
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
        let flags = RawConfig::default();
        if let Err(error) = Config::read(None, [variable], flags, &Machine::default()) {
            assert!(!error.to_string().trim().is_empty());
        }
    });
}
