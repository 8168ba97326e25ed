//! The head of a proxy: read once it is whole, wherever it is cut, and never longer than it may be.

use chinwag_wire::proxy::{HEAD_BYTES_MAX, read};

use crate::engine;

#[test]
fn heads() {
    engine::run("proxy", |bytes| {
        let mut decided = None;
        for n in 0..=bytes.len() {
            match (read(&bytes[..n]), decided) {
                (Ok(None), None) => assert!(n < HEAD_BYTES_MAX, "it is never whole"),
                (Ok(None), Some(_)) => panic!("undecided again after {n} bytes"),
                (verdict, None) => {
                    if let Ok(Some((_, length))) = verdict {
                        assert_eq!(length, n, "it is whole with its last byte");
                    }
                    decided = Some(verdict);
                }
                (verdict, Some(before)) => assert_eq!(verdict, before),
            }
        }
    });
}
