//! The reference pages, which are made of the code. They are committed, because people read them on the
//! web without building anything; `cargo xtask docs` writes them anew.

use std::fs;
use std::path::Path;

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the crate reads no environment; a test of its pages may"
)]
fn the_pages_say_what_the_code_says() {
    let printed = |page: String| {
        format!("<!-- Printed from the code by `cargo xtask docs`: edit it there. -->\n\n{page}")
    };
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    for (page, text) in [
        ("commands.md", printed(chinwag_wire::reference())),
        ("irc.md", printed(chinwag_wire::irc::reference())),
        ("protocol.md", printed(chinwag_wire::json::reference())),
        ("protocol.schema.json", chinwag_wire::json::schema()),
    ] {
        let path = docs.join(page);
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, &text).expect("the folder can be written to");
        }
        let is_fresh = fs::read_to_string(&path).is_ok_and(|written| written == text);
        assert!(
            is_fresh,
            "docs/{page} is out of date: run cargo xtask docs and commit it"
        );
    }
}
