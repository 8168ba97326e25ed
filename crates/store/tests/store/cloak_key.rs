//! The key of cloaks.

use chinwag_core::CloakKey;

use crate::support::open;

#[test]
fn it_is_the_first_that_the_store_was_given() {
    let folder = tempfile::tempdir().unwrap();
    let first = CloakKey([3, u64::MAX - 5]);
    for fresh in [first, CloakKey([7, 8]), CloakKey([0, 0])] {
        let kept = open(folder.path()).store.cloak_key(fresh).unwrap();
        assert_eq!(kept, first);
    }
}
