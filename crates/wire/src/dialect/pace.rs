//! The pace of a program: if it sends too fast it is read more slowly, and nothing is refused.

use chinwag_core::{Bucket, Monotonic, Rate};

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Pace {
    bucket: Bucket,
    /// The bucket is empty until then, and a line waits.
    waits_until: Option<Monotonic>,
}

impl Pace {
    pub(crate) fn new(bucket: Bucket) -> Self {
        Self {
            bucket,
            waits_until: None,
        }
    }

    /// Whether one more line may be read now; if not, notes when. A client has no rate before it is in:
    /// other limits hold there.
    pub(crate) fn may_read(&mut self, rate: Option<Rate>, now: Monotonic) -> bool {
        let mut bucket = self.bucket;
        let wait = rate.and_then(|rate| bucket.take(rate, now).err());
        self.waits_until = wait.map(|wait| now + wait);
        self.waits_until.is_none()
    }

    /// Takes a token. There was one, or the connection has ended and this is its last line.
    pub(crate) fn pay(&mut self, rate: Option<Rate>, now: Monotonic) {
        if let Some(rate) = rate {
            let _ = self.bucket.take(rate, now);
        }
    }

    pub(crate) fn waits_until(&self) -> Option<Monotonic> {
        self.waits_until
    }

    pub(crate) fn bucket(&self) -> Bucket {
        self.bucket
    }
}
