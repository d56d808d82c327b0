//! Budgets: how much an archive may unpack to, and the faults that travel through readers.

use std::cell::Cell;
use std::fmt;
use std::io::{self, ErrorKind};

use super::super::{Class, Limits};

/// Bytes that may be unpacked whatever the ratio.
const FREE: u64 = 16 << 20;

/// A failure met while reading that knows what kind it is. It travels inside an [`io::Error`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub class: Class,
    pub message: String,
    /// Whether nothing more can be taken from the outermost file.
    pub whole: bool,
    /// Whether it was met in unpacking a file, and not in what that file was read from.
    pub packed: bool,
}

impl Fault {
    pub fn new(class: Class, message: impl Into<String>) -> Self {
        Fault { class, message: message.into(), whole: false, packed: false }
    }

    pub fn damaged(message: impl Into<String>) -> Self {
        Fault::new(Class::Damaged, message)
    }

    /// Damage to packed data.
    pub fn packed(message: impl Into<String>) -> Self {
        Fault { packed: true, ..Fault::damaged(message) }
    }

    fn whole(message: String) -> Self {
        Fault { whole: true, ..Fault::new(Class::Limit, message) }
    }

    /// The fault in an error, through the wrappings of the libraries it passed.
    pub fn of(error: &io::Error) -> Option<&Fault> {
        let mut at: &(dyn std::error::Error + 'static) = error.get_ref()?;
        // Libraries wrap once or twice; the bound is against a circle.
        for _ in 0..16 {
            if let Some(fault) = at.downcast_ref::<Fault>() {
                return Some(fault);
            }
            at = match at.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
                Some(inner) => inner,
                None => at.source()?,
            };
        }
        None
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        let kind = match fault.class {
            Class::Damaged => ErrorKind::InvalidData,
            _ => ErrorKind::Other,
        };
        io::Error::new(kind, fault)
    }
}

/// What one outermost file has used up, shared by all archives within it.
#[derive(Debug)]
pub struct Budget {
    limits: Limits,
    packed: Cell<u64>,
    unpacked: Cell<u64>,
    entries: Cell<u64>,
}

impl Budget {
    pub fn new(limits: &Limits) -> Self {
        let zero = || Cell::new(0);
        Budget { limits: limits.clone(), packed: zero(), unpacked: zero(), entries: zero() }
    }

    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Bytes were read of the outermost file. One that is read out of order counts as a whole and once, or members
    /// that share their bytes would earn more the more of them there are.
    pub fn read(&self, bytes: u64) {
        self.packed.set(self.packed.get().saturating_add(bytes));
    }

    /// One more member.
    pub fn entry(&self) -> Result<(), Fault> {
        self.entries.set(self.entries.get().saturating_add(1));
        if self.entries.get() <= self.limits.entries {
            return Ok(());
        }
        let message = format!("expected at most {} members, found more; the rest is not read", self.limits.entries);
        Err(Fault::whole(message))
    }

    /// Bytes came out of a decompressor.
    pub fn unpacked(&self, bytes: usize) -> Result<(), Fault> {
        let all = self.unpacked.get().saturating_add(bytes as u64);
        self.unpacked.set(all);
        let message = if all > self.limits.archive_bytes {
            format!("expected at most {} bytes unpacked, found more; the rest is not read", self.limits.archive_bytes)
        } else if self.too_many(all, self.packed.get()) {
            format!(
                "expected at most {} bytes unpacked for each byte packed, found more; the rest is not read",
                self.limits.ratio
            )
        } else {
            return Ok(());
        };
        Err(Fault::whole(message))
    }

    /// Whether so many bytes are too many from so few.
    pub fn too_many(&self, unpacked: u64, packed: u64) -> bool {
        unpacked > FREE.saturating_add(packed.saturating_mul(self.limits.ratio))
    }
}
